"""What a validation says, block by block; the page and the PDF are two forms of it.

The order is that of what readers of such studies ask for: STARD-AI 2025 (flow, reference, cuts, unusable results),
TRIPOD+AI 2024 (calibration, subgroups, versions) and DECIDE-AI 2022 (what it was used for, who decides).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from tdscreen.validation.charts import agreement_chart, calibration_chart, decision_chart, roc_chart
from tdscreen.validation.held import Found, Held
from tdscreen.verification.chart import Chart

TITLE = "Validation of a scoring model"


@dataclass(frozen=True)
class Heading:
    """A heading."""

    words: str


@dataclass(frozen=True)
class Text:
    """A paragraph."""

    words: str


@dataclass(frozen=True)
class Table:
    """A table; the first column names its rows."""

    caption: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


Block = Heading | Text | Table | Chart


@dataclass(frozen=True)
class Report:
    """Everything that is printed.

    Attributes
    ----------
    subtitle : str
    blocks : tuple of Block
    """

    subtitle: str
    blocks: tuple[Block, ...]


def flow_rows(held: Held) -> tuple[tuple[str, ...], ...]:
    """Count who took part: rows and people at each step."""

    def row(words: str, chosen: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> tuple[str, ...]:
        return words, str(int(chosen.sum())), str(len(set(held.people[chosen].tolist())))

    rated, usable = held.rated, held.usable
    whole = np.all([one.seen for one in held.items], axis=0)
    positive = held.positive
    return (
        row("in the table", np.ones(len(held.people), dtype=bool)),
        row("not rated (in every item), left out", ~rated),
        row("rated", rated),
        row("of these unusable: no item could be seen", rated & ~usable),
        row("of these positive", rated & ~usable & positive),
        row("of these usable", rated & usable),
        row("of these with every item seen", rated & whole),
        row("of these positive", rated & whole & positive),
    )


def make_report(
    held: Held, found: tuple[Found, ...], *, provenance: dict[str, str], notes: tuple[str, ...] = ()
) -> Report:
    """Put a validation into words, tables and charts.

    Parameters
    ----------
    held : Held
    found : tuple of Found
    provenance : dict of str to str
        Versions, hashes, date, command.
    notes : tuple of str
        What else must be known, as whether people could be checked against those whom the model was fitted on.

    Returns
    -------
    Report
    """
    people = len(set(held.people.tolist()))
    return Report(
        f"{len(held.people)} rows of {people} people", tuple(_blocks(held, found, provenance, notes))
    )


def _blocks(
    held: Held, found: tuple[Found, ...], provenance: dict[str, str], notes: tuple[str, ...]
) -> Iterator[Block]:
    yield Text(
        "For research use. The model estimates ratings to support a clinician's own examination. Whoever examines "
        "decides, and answers for it."
    )
    for note in notes:
        yield Text(note)
    yield Heading("In short")
    yield Table(
        "The figures that are asked for first", ("", "found (95% interval)", "from"), tuple(_short(found))
    )
    yield Heading("Who took part")
    yield Table("Flow: each step with its rows and people", ("", "rows", "people"), flow_rows(held))
    for one in held.items:
        scores = range(one.highest + 1)
        counts = [str(int((one.agreed == score).sum())) for score in scores]
        yield Table(
            f"Ratings of {one.item} by {', '.join(one.raters)} (lower median)",
            ("", *map(str, scores)),
            (("rows", *counts),),
        )
    yield Heading("Reference and cuts")
    yield Text(
        f"{held.reference_words} Cuts were set before anything was looked at, at a probability of "
        f"{' and '.join(f'{cut:.0%}' for cut in held.cuts)}. Intervals come from drawing whole people "
        f"again, with all of "
        "their rows."
    )
    yield Heading("Screening")
    yield _table("Screening", found)
    yield Text(
        "Where the unusable count as failures, a positive that could not be used is missed, and a "
        "negative that could not "
        "be used is a false flag (intention-to-screen)."
    )
    yield from (chart for chart in (roc_chart(held),) if chart)
    yield Heading("Calibration and benefit")
    yield _table("Calibration", found)
    yield from (chart for chart in (calibration_chart(held), decision_chart(held)) if chart)
    if any(one.section == "Total" for one in found):
        yield Heading("Total")
        yield _table("Total", found)
    yield Heading("Item by item")
    for one in held.items:
        yield _table(f"Item: {one.item}", found)
        yield from (chart for chart in (agreement_chart(one),) if chart)
    yield Heading("Rater against rater, and the model beside them")
    with_raters = [one for one in held.items if len(one.raters) > 1]
    if not with_raters:
        yield Text("There is one rater only, so it cannot be told how far raters agree with each other.")
    for one in with_raters:
        yield _table(f"Raters: {one.item}", found)
    yield Heading("Groups")
    if not held.subgroups:
        yield Text(
            "No group was named, so it is not known whether the model does as well for all of these people."
        )
    for name in held.subgroups:
        yield _table(f"Groups: {name}", found)
    yield Heading("Limits")
    yield Text(
        "Ratings are no truth: the agreed rating is the lower median of those given. Figures hold for "
        "people, raters, phones "
        "and rooms like these. Groups of few people tell little, and many groups make some differ by chance."
    )
    yield Heading("Where it comes from")
    yield Table("Versions and files", ("", ""), tuple(provenance.items()))


def _short(found: tuple[Found, ...]) -> Iterator[tuple[str, ...]]:
    for one in found:
        first = one.section in ("Screening", "Total") and not one.what.startswith("share of")
        if first or (one.section.startswith("Item: ") and "kappa" in one.what):
            item = one.section.removeprefix("Item: ") + ": " if one.section.startswith("Item: ") else ""
            yield item + one.what, one.whole, one.counts


def _table(section: str, found: tuple[Found, ...]) -> Table:
    rows = tuple(
        (one.what, one.words, one.interval_words, str(one.n), str(one.people))
        for one in found
        if one.section == section
    )
    return Table(section, ("", "found", "95% interval", "rows", "people"), rows)
