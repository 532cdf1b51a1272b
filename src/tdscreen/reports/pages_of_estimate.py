"""The estimate in words, as it stands behind a report's first page: items, figures, clips and their quality."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any

from tdscreen.assessment.assessment import Assessment, ItemAssessment
from tdscreen.assessment.plain import MOVEMENTS, TASKS, VERDICTS, number, plain, sentence
from tdscreen.assessment.words import REGION_NAMES, join_names, set_words
from tdscreen.measurement.clip import ClipMeasurement, QualityCheck, RegionMeasurement
from tdscreen.motion.bouts import joined_bouts
from tdscreen.printing import counted
from tdscreen.scoring.evidence import is_usable


def estimated_item(place: int, item: ItemAssessment) -> dict[str, Any]:
    """Say what was estimated of an item, how sure, and from what; or why nothing was."""
    name = f"{place}. {sentence(item.name)}"
    if item.expected is None or item.probabilities is None:
        return {"name": name, "absent": item.reason or "It was not assessed."}
    spread = sqrt(sum(share * (score - item.expected) ** 2 for score, share in enumerate(item.probabilities)))
    notes = [set_words(item.score_set)] if item.score_set else []
    if item.expected_with_smaller_anchors is not None and item.expected_with_larger_anchors is not None:
        low, high = sorted((item.expected_with_smaller_anchors, item.expected_with_larger_anchors))
        notes.append(
            "With the assumed millimetres twice or half as large: "
            f"{number(low, digits=1)} to {number(high, digits=1)}."
        )
    if item.evidence is not None:
        notes.append(
            f"From {item.evidence.file} ({plain(item.evidence.task)}), {REGION_NAMES[item.evidence.region]}, "
            f"{item.evidence.assessed_s:.0f} s seen."
        )
    if item.on_activation_only:
        notes.append("Seen on activation only; nothing was taken off for that.")
    notes += [f"Set aside: {one.file}, {REGION_NAMES[one.region]}: {one.reason}" for one in item.set_aside]
    return {
        "name": name,
        "absent": None,
        "value": f"{number(item.expected, digits=1)} ± {spread:.1f} of 4",
        "bars": list(item.probabilities),
        "spoken": ", ".join(f"{score}: {percent(share)}" for score, share in enumerate(item.probabilities)),
        "because": [sentence(entry.text) for entry in item.contributions],
        "notes": [*notes, *item.out_of_range],
    }


@dataclass(frozen=True)
class _Row:
    """One line of the figure of movement over time; times as shares of the longest clip."""

    name: str
    seen: bool
    bouts: tuple[tuple[float, float], ...]


def figures(assessment: Assessment) -> dict[str, Any]:
    """Give what is drawn: which parts were seen, and when each moved, with the same in words."""
    longest_s = max(clip.duration_s for clip in assessment.clips)
    clips = []
    for name, clip in zip(clip_names(assessment.clips), assessment.clips, strict=True):
        rows = [
            _Row(
                REGION_NAMES[region],
                measured.assessed and is_usable(clip),
                tuple(
                    (start_s / longest_s, end_s / longest_s)
                    for start_s, end_s in joined_bouts(bout for one in measured.signals for bout in one.bouts)
                ),
            )
            for region, measured in clip.regions.items()
        ]
        moving = [row.name for row in rows if row.bouts]
        clips.append(
            {
                "name": f"{name} ({plain(clip.task)})",
                "length": clip.duration_s / longest_s,
                "rows": [vars(row) for row in rows],
                "spoken": f"{name}: "
                + (f"movement was found in {join_names(moving)}." if moving else "no movement was found."),
            }
        )
    coverage = assessment.coverage
    seen = join_names([coverage.parts[key].name for key in coverage.seen]) or "nothing"
    unseen = join_names([coverage.parts[key].name for key in coverage.not_seen]) or "nothing"
    return {
        "parts": [
            {
                "key": key,
                "name": part.name,
                "seen": part.reason is None,
                "where": join_names(part.files) if part.reason is None else part.reason,
            }
            for key, part in coverage.parts.items()
        ],
        "parts_spoken": f"Outline of a person. Seen well enough to measure: {seen}. Not seen: {unseen}.",
        "longest": f"{longest_s:.0f} s",
        "clips": clips,
    }


def quality(name: str, clip: ClipMeasurement) -> dict[str, Any]:
    """Say what a clip can be used for, which checks failed and what to do, and what was measured."""
    failed = [check for check in clip.quality.checks if not check.passed]
    passed = len(clip.quality.checks) - len(failed)
    return {
        "name": name,
        "facts": f"{TASKS[clip.task]}; {clip.duration_s:.1f} s, {clip.effective_fps:.1f} pictures a second, "
        f"{clip.width} × {clip.height}",
        "verdict": VERDICTS[clip.quality.verdict],
        "failed": [_check(check) for check in failed],
        "passed": f"{counted(passed, 'check')} passed."
        if failed
        else f"All {counted(passed, 'check')} passed.",
        "regions": [
            {
                "name": REGION_NAMES[region],
                "text": measured.reason or "It was not measured."
                if not measured.assessed
                else _movement(measured),
            }
            for region, measured in clip.regions.items()
        ],
        "sha256": clip.input_sha256,
    }


def _movement(measured: RegionMeasurement) -> str:
    if not measured.amplitude_mm:
        limit = (
            ""
            if measured.noise_floor_mm is None
            else f" (range told from none: {measured.noise_floor_mm:.1f} mm)"
        )
        return f"no movement found{limit}"
    low_high = measured.amplitude_interval_mm
    interval = "" if low_high is None else f" ({low_high[0]:.1f} to {low_high[1]:.1f})"
    rate = "" if measured.peak_frequency_hz is None else f", {number(measured.peak_frequency_hz)} Hz"
    kinds = ", ".join(MOVEMENTS[one] for one in measured.movement_types)
    not_scored = f" Not scored: {measured.not_scored_reason}" if measured.not_scored_reason else ""
    return (
        f"half the range {measured.amplitude_mm:.1f} mm{interval}{rate}, "
        f"{measured.percent_time_moving:.0f}% of the time"
        f"{f'; {kinds}' if kinds else ''}.{not_scored}"
    )


def _check(check: QualityCheck) -> dict[str, str]:
    unit = f" {check.unit}" if check.unit else ""
    return {
        "name": sentence(plain(check.name)),
        "observed": "could not be measured" if check.value is None else f"{number(check.value)}{unit}",
        "rule": f"{check.bound} {number(check.limit)}{unit}",
        "makes": VERDICTS[check.severity].lower(),
        "advice": check.advice,
    }


def clip_names(clips: Sequence[ClipMeasurement]) -> list[str]:
    """Name clips in their order: two may have the same file name."""
    return [f"Clip {place}: {clip.file}" for place, clip in enumerate(clips, start=1)]


def percent(share: float) -> str:
    """Write a probability in whole percent, never as 0 or 100."""
    if share < 0.01:
        return "below 1%"
    return "above 99%" if share > 0.99 else f"{100 * share:.0f}%"
