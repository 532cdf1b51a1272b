"""Telling movements apart: what each truly is, and what it is taken for."""

from __future__ import annotations

from collections.abc import Sequence

from tdscreen.verification.figure import Figure, Target, share_figure
from tdscreen.verification.results import ClipResult, RegionResult, of_section
from tdscreen.verification.sections.stillness import SHOWN_SEVERITY
from tdscreen.vocabulary import ITEM_REGIONS, Item, MovementType

TD_LIKE = "TD-like"
TREMOR = "tremor-like"
TREMOR_WITH_TD = "tremor-like with TD-like"
CHEWING = "chewing-like"
SPEECH = "speech-like"
VOLUNTARY = "voluntary task"
REST = "rest"
NOT_SCORED = "not scored"
NOT_ASSESSED = "not assessed"
TRUE_KINDS = (TD_LIKE, TREMOR, TREMOR_WITH_TD, CHEWING, SPEECH, VOLUNTARY, REST)
TAKEN_FOR = (*TRUE_KINDS, NOT_SCORED, NOT_ASSESSED)

_TD = {MovementType.IRREGULAR, MovementType.RHYTHMIC}
FAST_HZ = 4.0


def true_kind(region: RegionResult) -> str:
    """Name what a region truly does."""
    kinds = set(region.kinds)
    td = bool(kinds & _TD)
    if MovementType.TREMOR_LIKE in kinds:
        return TREMOR_WITH_TD if td else TREMOR
    for kind, name in (
        (MovementType.VOLUNTARY_TASK, VOLUNTARY),
        (MovementType.SPEECH_LIKE, SPEECH),
        (MovementType.CHEWING_LIKE, CHEWING),
    ):
        if kind in kinds:
            return name
    return TD_LIKE if td else REST


def taken_for(region: RegionResult) -> str:
    """Name what the tool takes a region's movement for.

    A tremor counts as one with TD on top only where the tool scores what is left of it. *Not scored* is movement that
    the tool calls by no name of these and yet does not score, with a reason.
    """
    if not region.assessed:
        return NOT_ASSESSED
    types = set(region.movement_types)
    if not region.amplitude_mm:
        return REST
    if MovementType.VOLUNTARY_TASK in types:
        return VOLUNTARY
    if MovementType.TREMOR_LIKE in types:
        return TREMOR_WITH_TD if region.scored_amplitude_mm else TREMOR
    if MovementType.SPEECH_LIKE in types:
        return SPEECH
    if region.scored_amplitude_mm is None:
        return NOT_SCORED
    return CHEWING if MovementType.CHEWING_LIKE in types else TD_LIKE


def confusion_table(results: Sequence[ClipResult]) -> dict[tuple[str, str], int]:
    """Count regions by what they truly do (first) and what they are taken for (second).

    Of each clip the regions that truly move by a movement of the programme count; of a clip at rest, lips, jaw and
    upper face.
    """
    counts: dict[tuple[str, str], int] = {}
    for clip in of_section(results, "kinds"):
        for region in regions_asked(clip):
            key = (true_kind(region), taken_for(region))
            counts[key] = counts.get(key, 0) + 1
    return counts


def regions_asked(clip: ClipResult) -> list[RegionResult]:
    """Return the regions of a clip that the table of kinds asks about."""
    moving = [region for region in clip.regions if region.kinds]
    if moving:
        return moving
    return [region for region in clip.regions if region.region in ("lips", "jaw", "upper_face")]


def kinds_figures(results: Sequence[ClipResult]) -> list[Figure]:
    """Return how well tremor is told from TD, whether TD on top of tremor is scored, and what must raise no item."""
    rows = [
        (clip, region, true_kind(region), taken_for(region))
        for clip in of_section(results, "kinds")
        for region in regions_asked(clip)
    ]
    fast = [row for row in rows if row[2] == TREMOR and (row[1].true_frequency_hz or 0.0) >= FAST_HZ]
    slow = [row for row in rows if row[2] == TD_LIKE]
    both = [row for row in rows if row[2] == TREMOR_WITH_TD]
    fast_told = [taken == TREMOR for *_, taken in fast]
    slow_told = [taken not in (TREMOR, TREMOR_WITH_TD, REST, NOT_ASSESSED) for *_, taken in slow]
    # There are far fewer tremors than movements like TD: pooled, a tool that calls nothing a tremor would look good.
    worse, of_worse = min(
        ((fast_told, fast), (slow_told, slow)),
        key=lambda told: sum(told[0]) / len(told[0]) if told[0] else -1.0,
    )
    figures = [
        share_figure(
            "kinds.tremor",
            "Tremor from 4 Hz up and TD-like movement told apart: the worse of the two shares below",
            worse,
            [clip.person for clip, *_ in of_worse],
            target=Target(low=95.0),
        ),
        share_figure(
            "kinds.tremor_only",
            "Of tremor from 4 Hz up: called tremor-like, with nothing scored",
            fast_told,
            [clip.person for clip, *_ in fast],
        ),
        share_figure(
            "kinds.td_only",
            "Of TD-like movement: found, and not called tremor-like",
            slow_told,
            [clip.person for clip, *_ in slow],
        ),
        share_figure(
            "kinds.tremor_with_td",
            "Tremor with TD on top: the tremor is seen, and the TD part is still scored",
            [taken == TREMOR_WITH_TD for *_, taken in both],
            [clip.person for clip, *_ in both],
            target=Target(low=95.0),
        ),
        _item_of_both(results),
    ]
    never = of_section(results, "never")
    figures.append(
        share_figure(
            "kinds.never",
            "Rabbit syndrome, tremor, blinking at a normal rate, a task done as asked: clips that raise an item",
            [bool(clip.raised(from_severity=SHOWN_SEVERITY)) for clip in never],
            [clip.person for clip in never],
            target=Target(high=0.0),
        )
    )
    figures.append(
        share_figure(
            "kinds.never_usable",
            "The same clips: usable by the quality checks, so that an item could have been raised",
            [clip.usable for clip in never],
            [clip.person for clip in never],
        )
    )
    for group in sorted({clip.group for clip in never}):
        clips = [clip for clip in never if clip.group == group]
        figures.append(
            share_figure(
                f"kinds.never_{group}",
                f"Of these: {group.replace('_', ' ')}",
                [bool(clip.raised(from_severity=SHOWN_SEVERITY)) for clip in clips],
                [clip.person for clip in clips],
            )
        )
    gum = [row for row in rows if row[2] == CHEWING]
    figures.append(
        share_figure(
            "kinds.gum",
            "Gum chewed at 1.6 Hz, which looks like jaw dyskinesia: named chewing-like, so that the reader is asked "
            "about gum",
            [MovementType.CHEWING_LIKE in region.movement_types for _, region, *_ in gum],
            [clip.person for clip, *_ in gum],
            target=Target(low=95.0),
        )
    )
    return figures


def _item_of_both(results: Sequence[ClipResult]) -> Figure:
    """Whether the item comes out near the severity of the TD part where a tremor lies over it."""
    hits, persons = [], []
    for clip in of_section(results, "kinds"):
        moving = {region.region for region in clip.regions if true_kind(region) == TREMOR_WITH_TD}
        for item in clip.items:
            if moving & {str(region) for region in ITEM_REGIONS[Item(item.item)]}:
                hits.append(item.expected is not None and abs(item.expected - item.true_severity) <= 1.0)
                persons.append(clip.person)
    return share_figure(
        "kinds.tremor_with_td_item",
        "Tremor with TD on top: the item within 1 point of the TD part's own severity",
        hits,
        persons,
    )
