"""An assessment as a summary to read in a shell."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from tdscreen.assessment.assessment import Assessment
from tdscreen.assessment.words import ITEM_NAMES, REGION_NAMES, counts, join_names, set_words
from tdscreen.measurement.clip import ClipMeasurement, QualityCheck, RegionMeasurement
from tdscreen.printing import printable
from tdscreen.vocabulary import MovementType, TriageLevel, Verdict

LEVEL_STYLES = {
    TriageLevel.LOW: "green",
    TriageLevel.UNCERTAIN: "yellow",
    TriageLevel.ELEVATED: "magenta",
    TriageLevel.UNUSABLE: "red",
    None: "yellow",
}
VERDICT_STYLES = {Verdict.GOOD: "green", Verdict.LIMITED: "yellow", Verdict.UNUSABLE: "red"}
TYPE_WORDS = {kind: kind.replace("_", "-") for kind in MovementType}
MAX_WIDTH = 120
"""Lines longer than this are hard to read."""


def print_assessment(assessment: Assessment, *, console: Console | None = None) -> None:
    """Print a summary of an assessment.

    Parameters
    ----------
    assessment : Assessment
    console : rich.console.Console, optional
        The standard output if not given.
    """
    out = console or Console(highlight=False)
    width = min(out.width, MAX_WIDTH)
    for clip in assessment.clips:
        title = Text(printable(clip.file), style="bold")
        out.print(Panel(_clip(clip), title=title, title_align="left"), width=width)
    for part in (_triage(assessment), _items(assessment), Text(assessment.notice, style="italic")):
        out.print(Padding(part, (0, 1, 1, 1)), width=width)


def _clip(clip: ClipMeasurement) -> Group:
    parts: list[RenderableType] = [
        Text(
            f"Task: {clip.task.replace('_', ' ')}. {clip.duration_s:.1f} s, {clip.frames} pictures, "
            f"{clip.effective_fps:.1f} a second, {clip.width} x {clip.height}"
            + (", mirrored." if clip.mirrored else ".")
        ),
        Text.assemble(("Quality: ", "bold"), (clip.quality.verdict, VERDICT_STYLES[clip.quality.verdict])),
    ]
    parts += [_indented(_check(check)) for check in clip.quality.checks if not check.passed]
    assessed = {region: found for region, found in clip.regions.items() if found.assessed}
    if assessed:
        table = _table("region", "amplitude", "rate", "time\nmoving", "detection\nlimit", "kind")
        for region, found in assessed.items():
            table.add_row(*(Text(cell) for cell in (REGION_NAMES[region], *_region(found))))
        parts += [Text(), table]
    unscored = [
        (REGION_NAMES[region], found.not_scored_reason)
        for region, found in assessed.items()
        if found.not_scored_reason
    ]
    unseen = [(REGION_NAMES[region], found.reason) for region, found in clip.regions.items() if found.reason]
    return Group(*parts, *_by_reason("Not scored", unscored), *_by_reason("Not assessed", unseen))


def _check(check: QualityCheck) -> str:
    observed = "could not be observed" if check.value is None else f"{check.value:.3g}"
    rule = f"{check.bound} {check.limit:g} {check.unit}".rstrip()
    return f"{check.name.replace('_', ' ')}: {observed} ({rule}). {check.advice}"


def _region(found: RegionMeasurement) -> tuple[str, ...]:
    limit = f"{found.noise_floor_mm:.1f} mm"
    if not found.amplitude_mm:
        return ("no movement found", "", "", limit, ", ".join(counts(found)))
    amplitude = f"{found.amplitude_mm:.1f} mm"
    if found.amplitude_interval_mm is not None:
        amplitude += " ({:.1f} to {:.1f})".format(*found.amplitude_interval_mm)
    return (
        amplitude,
        "" if found.peak_frequency_hz is None else f"{found.peak_frequency_hz:.2f} Hz",
        f"{found.percent_time_moving:.0f}%",
        limit,
        ", ".join((*(TYPE_WORDS[kind] for kind in found.movement_types), *counts(found))),
    )


def _triage(assessment: Assessment) -> Group:
    triage = assessment.triage
    level = triage.level.upper() if triage.level is not None else "NOT SORTED"
    lines = [
        Text.assemble(("Triage: ", "bold"), (level, f"bold {LEVEL_STYLES[triage.level]}")),
        Text(printable(triage.reason)),
    ]
    total = assessment.total
    if total.expected is not None and total.interval is not None:
        low, high = total.interval
        lines.append(
            Text(
                f"Estimated total: {total.expected:.1f} of {total.maximum} "
                f"({total.interval_share:.0%} interval {low} to {high}), "
                f"over {total.items_assessed} of {len(assessment.items)} items."
            )
        )
    smaller, larger = triage.level_with_smaller_anchors, triage.level_with_larger_anchors
    if total.expected is not None and smaller is not None and larger is not None:
        lines.append(
            Text(f"With the assumed millimetres half as large: {smaller}; with twice as large: {larger}.")
        )
    if triage.level in (None, TriageLevel.UNUSABLE):
        # The reason of every other level ends with these names.
        lines.append(Text(f"Not seen: {join_names(assessment.coverage.not_seen_names)}."))
    return Group(*lines)


def _items(assessment: Assessment) -> Group:
    parts: list[RenderableType] = []
    whys: list[RenderableType] = []
    varied: list[str] = []
    sets: list[RenderableType] = []
    table = _table("item, 0 to 4", "estimate", *(f"chance\nof {score}" for score in range(5)))
    for item, estimate in assessment.items.items():
        if estimate.probabilities is None:
            continue
        shares = (_percent(share) for share in estimate.probabilities)
        table.add_row(ITEM_NAMES[item], f"{estimate.expected:.1f}", *shares)
        whys += [_indented(one.text) for one in estimate.contributions]
        smaller, larger = estimate.expected_with_smaller_anchors, estimate.expected_with_larger_anchors
        if smaller is not None and larger is not None:
            varied.append(f"{ITEM_NAMES[item]} {smaller:.1f} and {larger:.1f}")
        if estimate.score_set is not None:
            sets.append(_indented(f"{ITEM_NAMES[item]}: {set_words(estimate.score_set)}"))
    if table.row_count:
        parts += [table, Text(), Text("Why, in points of severity", style="bold"), *whys]
    if sets:
        parts += [Text(), Text("As calibrated at a place", style="bold"), *sets]
    if varied:
        told = f"{', '.join(varied)}."
        parts += [
            Text(),
            Text("With the assumed millimetres half and twice as large", style="bold"),
            _indented(told),
        ]
    unseen = [(ITEM_NAMES[item], one.reason) for item, one in assessment.items.items() if one.reason]
    return Group(*parts, *_by_reason("Not assessed", unseen)[0 if parts else 1 :])


def _table(first: str, *numbers: str) -> Table:
    # One column of space: two would not leave the words whole on a terminal of 60.
    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0), header_style="bold")
    table.add_column(first, overflow="fold")
    for title in numbers:
        table.add_column(
            title, justify="left" if title == "kind" else "right", vertical="top", overflow="fold"
        )
    return table


def _by_reason(title: str, reasons: Iterable[tuple[str, str]]) -> list[RenderableType]:
    """Name what shares a reason on one line, and the reason with it."""
    grouped: dict[str, list[str]] = {}
    for name, reason in reasons:
        grouped.setdefault(reason, []).append(name)
    if not grouped:
        return []
    lines = [_indented(f"{', '.join(names)}: {printable(reason)}") for reason, names in grouped.items()]
    return [Text(), Text(title, style="bold"), *lines]


def _indented(text: str) -> Padding:
    return Padding(Text(text), (0, 0, 0, 2))


def _percent(share: float) -> str:
    """Write a probability in whole percent, never as 0 or 100."""
    if share < 0.01:
        return "<1%"
    return ">99%" if share > 0.99 else f"{share:.0%}"
