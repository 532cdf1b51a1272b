"""Sentences and small tables that the page and the PDF share."""

from __future__ import annotations

from collections.abc import Sequence

from tdscreen.verification.card.contents import CLIPS_FIGURE, Card, measured_of_planned, value_words
from tdscreen.verification.results import ClipResult
from tdscreen.verification.sections.people import ATTRIBUTES, group_rows
from tdscreen.verification.sections.stillness import stated_limits

ABOUT = (
    "How it was made: virtual people, whose every movement is known in millimetres and hertz, were rendered and filmed "
    "as phones film, and the whole tool was run on the video files. No threshold was chosen on these people. A figure "
    "counts as reached only if its value, as it is, lies within its target; the interval beside it says how sure that "
    "is.",
    "For research use. These figures say how well movement is measured on virtual people. They do not say how well an "
    "estimate agrees with a clinician's rating of a patient.",
)
KNOWN_LIMITS = (
    "Virtual people are not patients: real skin, light, hair and habit vary more than these. A figure that is reached "
    "here may not be reached in a clinic; one that is missed here will hardly be reached there.",
    "True amplitude is half the range from the 5th to the 95th percentile of the true path while it moves, which is "
    "what the tool's own word means. Where movements are rare and brief, there are few seconds to tell from.",
    "Intervals of percentages are Wilson's and take every measurement as independent; several of one person are not "
    "quite. Of a share of pictures each clip counts as one: its pictures are much alike. Those of other figures come "
    "from drawing whole persons again; leakage rests on two people, of whom no interval can be told.",
    "True severities follow the same assumed table of millimetres and shares of time that the scoring model holds. An "
    "item that agrees with it shows that the movement was measured, and not that a clinician would agree.",
)


def counts_sentence(card: Card) -> str:
    """Say how much was measured."""
    minutes = card.seconds / 60
    clips = card.figure(CLIPS_FIGURE)
    lacking = measured_of_planned(len(card.results), clips.n if clips else 0)
    words = f"{len(card.results)} clips of {card.persons} virtual people, {minutes:.0f} minutes in all, {card.date}."
    words = f"{lacking} {words}".strip()
    if card.failed:
        words += f" {len(card.failed)} more could not be rendered or measured; they are listed below."
    return words


def reached_sentence(card: Card) -> str:
    """Say how many targets are reached."""
    aimed = card.with_target()
    reached = sum(figure.reached is True for figure in aimed)
    missed = sum(figure.reached is False for figure in aimed)
    words = f"Of {len(aimed)} figures with a target {reached} are reached and {missed} are not."
    unknown = len(aimed) - reached - missed
    return words + (f" {unknown} could not be measured by a card of this size." if unknown else "")


STATED_LIMITS_CAPTION = (
    "Detection limits that the tool states of parts at rest: of each part its blindest signal's, as of a sideways "
    "shift, and so larger than that of an opening, by which the figures above are found"
)
SUMMARY_HEADS = ("what is measured", "over what range", "how well", "targets reached")


def summary_rows(card: Card) -> list[tuple[str, str, list[str], str, bool | None]]:
    """Return one row a section: its title, its range, how well, how many targets are reached, and whether all are.

    Of a section without a target neither is said: None.

    Parameters
    ----------
    card : Card
    """
    rows = []
    for section, figures in card.sections():
        aimed = [figure for figure in figures if figure.target is not None]
        reached = sum(figure.reached is True for figure in aimed)
        found = [(words, card.figure(f"{section.name}.{key}")) for key, words in section.keys]
        how_well = [
            f"{words}: {value_words(figure)} (n = {figure.n})"
            for words, figure in found
            if figure is not None and figure.value is not None
        ]
        count = f"{reached} of {len(aimed)}" if aimed else "no target"
        whole = reached == len(aimed) if aimed else None
        rows.append((section.title, section.over, how_well or ["not measured"], count, whole))
    return rows


def group_table(results: Sequence[ClipResult]) -> tuple[list[str], list[list[str]]]:
    """Return heads and rows of the table of groups."""
    heads = [
        "by", "group", "people", "clips", "usable", "detection limit of lips and jaw, mm", "rate error, Hz",
        "size error", "item error, points",
    ]  # fmt: skip

    def told(value: float | None, form: str) -> str:
        return "" if value is None else format(value, form)

    rows = [
        [
            ATTRIBUTES[row.attribute][0],
            row.group.lstrip("0"),
            str(row.people),
            str(row.clips),
            f"{row.usable_percent:.0f}%",
            told(row.limit_mm, ".2f"),
            told(row.rate_error_hz, ".3f"),
            "" if row.amplitude_error_percent is None else f"{row.amplitude_error_percent:.0f}%",
            told(row.item_error, "+.2f"),
        ]
        for row in group_rows(results)
    ]
    return heads, rows


def stated_limit_table(results: Sequence[ClipResult]) -> tuple[list[str], list[list[str]]]:
    """Return heads and rows of the table of detection limits."""
    heads = ["region", "distance, cm", "light", "picture", "limit (half the range), mm", "clips"]
    rows = [
        [
            limit.region.replace("_", " "),
            f"{limit.distance_mm / 10:.0f}",
            limit.light.replace("_", " "),
            f"{limit.height} lines",
            f"{limit.median_mm:.2f}",
            str(limit.clips),
        ]
        for limit in stated_limits(results)
    ]
    return heads, rows
