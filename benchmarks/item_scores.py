"""Hold item scores against the programmed severities of rendered people, from the video file on.

    python benchmarks/item_scores.py --graded 60 PEOPLE                   # makes people of every severity
    python benchmarks/item_scores.py PEOPLE CARD [--out docs/item-scores.md] [--only PREFIX ...]

CARD is a folder that ``tdscreen verify CARD`` made: clips, what is true of them, and the tracks that it kept. It holds
every confounder and few severities; PEOPLE holds each severity of each item equally often, in people of its own. A clip
that was not tracked by this version is tracked again. One clip is one examination.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.stats import pearsonr, spearmanr

from tdscreen import __version__, api
from tdscreen.phantom.cohort import make_cohort
from tdscreen.phantom.film import ClipSpec, paths_of
from tdscreen.phantom.presets import with_severities
from tdscreen.scoring.predictive import proportion_interval
from tdscreen.settings import SCORING
from tdscreen.training.item_figures import auc, bound_words, fewest_to_show, meets_rule
from tdscreen.verification import chain
from tdscreen.verification.grid import NEAR, SHORT_S, WAIST
from tdscreen.verification.people import card_person
from tdscreen.verification.statistics import bootstrap_interval
from tdscreen.verification.truth import ClipTruth, read_truth
from tdscreen.vocabulary import ITEM_REGIONS, Item, TriageLevel

Floats = NDArray[np.float64]
ITEMS = (Item.FACIAL_EXPRESSION, Item.LIPS, Item.JAW, Item.TONGUE, Item.UPPER_LIMBS)
TARGETS = {"spearman": 0.9, "total": 0.9, "auc": 0.97, "false positives": 0.05}
ABOVE_0 = 0.5
"""Expected score from which an item counts as raised."""
NOT_CLINICAL = (
    "This is no clinical accuracy: people, movement and severities are programmed, and the millimetres of the rating "
    "rule are assumed. On patients the closed systems reached an AUC of 0.85 to 0.89 and a correlation of 0.72 with "
    "the AIMS total (Sterns 2025; JMIR Ment Health 2026;13:e92197); of this tool nothing is known there."
)


GRADED = "graded"
GRADED_PARTS = ("lips", "jaw", "tongue", "upper_limbs")
FIRST_GRADED_PERSON = 200
"""People of the card's kind whom neither the card nor any threshold has seen."""


def graded(count: int) -> list[ClipSpec]:
    """Give people in whom one part, and in clips of the face the upper face as well, has each severity in turn."""
    specs = []
    for k in range(count):
        part = GRADED_PARTS[k % len(GRADED_PARTS)]
        turn = k // len(GRADED_PARTS)
        grades = {part: turn % 5}
        if part != "upper_limbs":
            grades["facial_expression"] = (3 * turn + k) % 5
        who = card_person(FIRST_GRADED_PERSON + k)
        phone = WAIST if part == "upper_limbs" else NEAR
        specs.append(
            ClipSpec(
                name=f"{GRADED}-{part}-{turn:02d}",
                programme=with_severities(grades, duration_s=SHORT_S, seed=k),
                person_seed=who.seed,
                person_fixed=who.fixed,
                phone=replace(phone, room_seed=who.seed),
                seed=k,
            )
        )
    return specs


@dataclass(frozen=True)
class Scored:
    """One clip: who, what group, true severities (items,), expected scores (items,), chance of the rule, flagged."""

    group: str
    person: int
    true: Floats
    expected: Floats
    chance: float
    level: TriageLevel | None


def true_severities(truth: ClipTruth) -> Floats:
    """Severity of each item, (items,): the largest over its regions whose movement should count."""
    found = np.zeros(len(ITEMS))
    for k, item in enumerate(ITEMS):
        for part in ITEM_REGIONS[item]:
            region = truth.regions.get(str(part))
            if region is not None and region.scored and region.severity:
                found[k] = max(found[k], region.severity)
    return found


def score(name: str, folder: Path) -> Scored:
    """Follow, measure and assess one clip."""
    paths = paths_of(name, folder)
    truth = read_truth(paths.truth)
    tracks = chain.follow(
        paths.clip, folder / chain.TRACKS_FOLDER, mirrored=bool(truth.camera["mirrored"])
    ).tracks
    found = api.assess([api.measure(tracks, task=api.as_task(truth.task))])
    expected = [found.items[item].expected for item in ITEMS]
    chance = found.triage.probability_schooler_kane
    return Scored(
        group=re.sub(r"-?\d+(-[a-z_]+)?$", r"\1", name),
        person=int(truth.person["seed"]),
        true=true_severities(truth),
        expected=np.array([np.nan if value is None else value for value in expected]),
        chance=np.nan if chance is None else chance,
        level=found.triage.level,
    )


def with_interval(persons: Sequence[int], first: Floats, second: Floats, measure: str) -> str:
    """Tell a rank correlation, a correlation or an AUC with its interval by drawing persons again."""

    def told(rows: NDArray[np.intp]) -> float | None:
        a, b = first[rows], second[rows]
        if len(set(b.tolist())) < 2 or len(set(a.tolist())) < 2:
            return None
        if measure == "auc":
            return auc(a, b.astype(np.bool_))
        return float((spearmanr if measure == "spearman" else pearsonr)(a, b)[0])

    value = told(np.arange(len(first)))
    if value is None:
        return "not to be told"
    interval = bootstrap_interval(persons, told)
    return f"{value:.2f}" + ("" if interval is None else f" ({interval[0]:.2f} to {interval[1]:.2f})")


def highest_spearman(true: Floats, expected: Floats) -> float:
    """Say what the rank correlation would be if no pair were in the wrong order.

    Most clips do not move a given region. Their scores differ by hundredths, the truth says 0 of all of them, and a
    rank correlation counts that as disorder: of clips in the right order it is below 1.
    """
    order = np.lexsort((expected, true))
    # Scores that are equal stay equal if the truth is, too.
    changes = (np.diff(expected[order]) != 0) | (np.diff(true[order]) != 0)
    ranks = np.empty(len(true))
    ranks[order] = np.concatenate([[0], np.cumsum(changes)])
    return float(spearmanr(ranks, true)[0])


def is_graded(clip: Scored, item: Item) -> bool:
    """Whether a clip is one of those that show each severity of this item equally often."""
    if item is Item.FACIAL_EXPRESSION:
        return clip.group.startswith(GRADED) and not clip.group.endswith("upper_limbs")
    return clip.group == f"{GRADED}-{item}"


def table_of(clips: Sequence[Scored]) -> str:
    """Write the table."""
    persons = np.array([clip.person for clip in clips])
    true, expected = np.stack([c.true for c in clips]), np.stack([c.expected for c in clips])
    ill = meets_rule(true)
    lines = [
        "# Item scores of rendered people",
        "",
        f"tdscreen {__version__}, model `{SCORING.model_file}`, `python benchmarks/item_scores.py PEOPLE CARD`. "
        f"{len(clips)} clips of {len(set(persons.tolist()))} virtual people. {NOT_CLINICAL}",
        "",
        "Rank correlations with the programmed severity, in clips that show each severity equally often, and in all. "
        "A rank correlation counts it as disorder that clips of one severity differ in hundredths of a score, so that "
        "even without a pair in the wrong order it ends below 1: at the figure in the column 'highest'.",
        "",
        "| item | clips | target | found (95% interval over people) | highest | n | of them above 0 | not assessed |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for k, item in enumerate(ITEMS):
        equally = np.array([is_graded(clip, item) for clip in clips])
        for kind, mask in (("each severity equally", equally), ("all", np.ones(len(clips), dtype=np.bool_))):
            seen = mask & np.isfinite(expected[:, k])
            if not seen.any():
                continue
            told = with_interval(persons[seen], expected[seen, k], true[seen, k], "spearman")
            missed = mask & ~seen & (true[:, k] > 0)
            lines.append(
                f"| {str(item).replace('_', ' ')} | {kind} | at least {TARGETS['spearman']} | {told} | "
                f"{highest_spearman(true[seen, k], expected[seen, k]):.2f} | {seen.sum()} | "
                f"{(true[seen, k] > 0).sum()} | {missed.sum()} that move |"
            )
    lines += [
        "",
        "| figure | target | found (95% interval over people) | n | of them above 0 | not assessed |",
        "|---|---|---|---|---|---|",
    ]
    some = np.isfinite(expected).any(axis=1)
    # Items that were not assessed count on neither side.
    of_seen = np.where(np.isfinite(expected), true, 0.0).sum(axis=1)
    total = with_interval(persons[some], np.nansum(expected, axis=1)[some], of_seen[some], "pearson")
    lines.append(
        f"| r of the total with the true total | at least {TARGETS['total']} | {total} | {some.sum()} | "
        f"{(of_seen[some] > 0).sum()} | {(~some).sum()} |"
    )
    chance = np.array([clip.chance for clip in clips])
    known = np.isfinite(chance)
    found = with_interval(persons[known], chance[known], 1.0 * ill[known], "auc")
    lines.append(
        f"| AUC of the severity rule | at least {TARGETS['auc']} | {found} | {known.sum()} | {ill[known].sum()} | "
        f"{(~known).sum()} |"
    )
    most = TARGETS["false positives"]
    lines += [
        "",
        f"People who do not meet the severity rule, by what they do (target: at most {most:.0%} "
        f"flagged in every group, which {fewest_to_show(most)} clips show if none of them is; fewer cannot):",
        "",
        f"| group | clips | flagged as elevated | 95% interval | at most {most:.0%} | "
        f"an item that should be 0 at {ABOVE_0} or more |",
        "|---|---|---|---|---|---|",
    ]
    groups = np.array([clip.group for clip in clips])
    flagged = np.array([clip.level is TriageLevel.ELEVATED for clip in clips])
    raised = np.any((true == 0) & (np.nan_to_num(expected) >= ABOVE_0), axis=1)
    for group in sorted(set(groups[~ill].tolist())):
        mask = (groups == group) & ~ill
        low, high = proportion_interval(int(flagged[mask].sum()), int(mask.sum()))
        lines.append(
            f"| {group} | {mask.sum()} | {flagged[mask].sum()} | {low:.0%} to {high:.0%} | "
            f"{bound_words(int(flagged[mask].sum()), int(mask.sum()), most)} | {raised[mask].sum()} |"
        )
    return "\n".join([*lines, ""])


def main() -> None:
    """Score every clip of a folder and print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--out", type=Path, help="write the table as Markdown, too")
    parser.add_argument("--only", nargs="+", help="names of clips, or how they begin")
    parser.add_argument(
        "--graded", type=int, metavar="CLIPS", help="make so many clips in the folder, and end"
    )
    parser.add_argument("--workers", type=int, help="processes that make clips")
    arguments = parser.parse_args()
    if arguments.graded:
        (folder,) = arguments.folders
        make_cohort(
            graded(arguments.graded),
            folder,
            workers=arguments.workers,
            on_progress=lambda done, of, name: print(f"{done} of {of} {name}", flush=True),
        )
        return
    found = [
        (path.name.removesuffix(".truth.json"), folder)
        for folder in arguments.folders
        for path in sorted(folder.glob("*.truth.json"))
    ]
    if arguments.only:
        found = [one for one in found if one[0].startswith(tuple(arguments.only))]
    # What is past use tells nothing about scores.
    table = table_of([score(name, folder) for name, folder in found if not name.startswith("spoilt")])
    print(table)
    if arguments.out:
        arguments.out.write_text(table, encoding="utf-8")


if __name__ == "__main__":
    main()
