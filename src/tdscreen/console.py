"""An assessment as a summary to read in a shell."""

from __future__ import annotations

from rich.console import Console, Group
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from tdscreen.assessment.assessment import Assessment
from tdscreen.assessment.words import ITEM_NAMES, REGION_NAMES
from tdscreen.measurement.clip import ClipMeasurement, RegionMeasurement
from tdscreen.vocabulary import MovementType, TriageLevel

LEVEL_STYLES = {
    TriageLevel.LOW: "green",
    TriageLevel.UNCERTAIN: "yellow",
    TriageLevel.ELEVATED: "magenta",
    TriageLevel.UNUSABLE: "red",
    None: "yellow",
}
TYPE_WORDS = {kind: kind.replace("_", "-") for kind in MovementType}


def print_assessment(assessment: Assessment, *, console: Console | None = None) -> None:
    """Print a summary of an assessment.

    Parameters
    ----------
    assessment : Assessment
    console : rich.console.Console, optional
        The standard output if not given.
    """
    out = console or Console()
    for clip in assessment.clips:
        out.print(Panel(_clip(clip), title=Text(clip.file), title_align="left"))
    out.print(Padding(_triage(assessment), (0, 1)))
    out.print(Padding(_items(assessment), (1, 1)))
    out.print(Padding(Text(assessment.notice, style="italic"), (0, 1, 1, 1)))


def _clip(clip: ClipMeasurement) -> Group:
    head = Text(
        f"task {clip.task}, {clip.duration_s:.1f} s, {clip.frames} pictures at {clip.effective_fps:.1f} a second, "
        f"{clip.width} x {clip.height}" + (", mirrored" if clip.mirrored else "")
    )
    quality = Text.assemble(("Quality: ", "bold"), clip.quality.verdict)
    for check in clip.quality.checks:
        if not check.passed:
            shown = "-" if check.value is None else f"{check.value:.3g}"
            quality.append(f"\n  {check.name}: {shown} (limit {check.limit:g} {check.unit}). {check.advice}")
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title, right in (
        ("region", False),
        ("amplitude", True),
        ("rate", True),
        ("time moving", True),
        ("detection limit", True),
        ("kind", False),
    ):
        table.add_column(title, justify="right" if right else "left")
    for region, measurement in clip.regions.items():
        table.add_row(REGION_NAMES[region], *_region(measurement))
    return Group(head, quality, Text(""), table)


def _region(measurement: RegionMeasurement) -> tuple[str, ...]:
    if not measurement.assessed:
        return ("not assessed", "", "", "", measurement.reason or "")
    limit = f"{measurement.noise_floor_mm:.1f} mm"
    if not measurement.amplitude_mm:
        return ("no movement found", "", "", limit, "")
    low, high = measurement.amplitude_interval_mm or (0.0, 0.0)
    rate = "" if measurement.peak_frequency_hz is None else f"{measurement.peak_frequency_hz:.2f} Hz"
    kinds = ", ".join(TYPE_WORDS[kind] for kind in measurement.movement_types)
    if measurement.not_scored_reason:
        kinds = f"{kinds}; not scored: {measurement.not_scored_reason}"
    return (
        f"{measurement.amplitude_mm:.1f} mm ({low:.1f} to {high:.1f})",
        rate,
        f"{measurement.percent_time_moving:.0f}%",
        limit,
        kinds,
    )


def _triage(assessment: Assessment) -> Group:
    triage = assessment.triage
    level = triage.level.upper() if triage.level is not None else "NOT SORTED"
    lines = [
        Text.assemble(("Triage: ", "bold"), (level, f"bold {LEVEL_STYLES[triage.level]}")),
        Text(triage.reason),
    ]
    total = assessment.total
    if total.expected is not None and total.interval is not None:
        lines.append(
            Text(
                f"Estimated total {total.expected:.1f} of {total.maximum} over {total.items_assessed} of 7 items "
                f"({total.interval_share:.0%} interval {total.interval[0]} to {total.interval[1]})."
            )
        )
    elif total.reason:
        lines.append(Text(f"No total: {total.reason}"))
    unseen = ", ".join(assessment.coverage.not_seen_names)
    lines.append(Text.assemble(("Not seen: ", "bold"), unseen.replace("_", " ")))
    return Group(*lines)


def _items(assessment: Assessment) -> Table:
    table = Table(
        box=None, pad_edge=False, header_style="bold", title="Item estimates, 0 to 4", title_justify="left"
    )
    table.add_column("item")
    table.add_column("estimate", justify="right")
    table.add_column("0     1     2     3     4")
    table.add_column("why")
    for item, estimate in assessment.items.items():
        if not estimate.assessed or estimate.probabilities is None:
            table.add_row(ITEM_NAMES[item], "not assessed", "", estimate.reason or "")
            continue
        shares = " ".join(f"{share:4.0%} " for share in estimate.probabilities)
        reasons = "; ".join(one.text for one in estimate.contributions)
        table.add_row(ITEM_NAMES[item], f"{estimate.expected:.1f}", shares, reasons)
    return table
