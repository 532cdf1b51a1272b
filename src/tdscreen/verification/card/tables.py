"""The card as tables for a program: its figures, and every clip and region behind them."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from tdscreen.verification.card.contents import verdict_words
from tdscreen.verification.figure import Figure
from tdscreen.verification.results import ClipResult

FIGURE_COLUMNS = (
    "name", "statement", "target", "value", "bound", "low", "high", "unit", "n", "people", "verdict", "reason",
)  # fmt: skip
CLIP_COLUMNS = (
    "clip", "sections", "preset", "task", "base", "variant", "degraded", "person", "sex", "age_band", "origin",
    "monk_tone", "width", "height", "fps", "distance_mm", "light", "codec", "verdict", "failed_checks",
    "skin_contrast", "region", "kinds", "true_signal", "true_amplitude", "true_frequency_hz", "true_percent_moving",
    "true_severity", "assessed", "signal", "true_amplitude_of_signal", "amplitude_mm", "amplitude_low_mm",
    "amplitude_high_mm", "amplitude_by_landmarks", "frequency_hz", "percent_moving", "detection_limit_mm", "types",
    "scored_amplitude_mm", "scored_percent_moving", "reason",
)  # fmt: skip


def figures_table(figures: Sequence[Figure]) -> str:
    """Write the figures as CSV, one row a figure, values with six digits."""
    rows = [
        (
            figure.name,
            figure.statement,
            "" if figure.target is None else figure.target.words(figure.unit),
            _number(figure.value),
            figure.bound,
            *(("", "") if figure.interval is None else map(_number, figure.interval)),
            figure.unit,
            figure.n,
            figure.persons,
            verdict_words(figure),
            figure.reason or "",
        )
        for figure in figures
    ]
    return _csv(FIGURE_COLUMNS, rows)


def clips_table(results: Sequence[ClipResult]) -> str:
    """Write clips as CSV, one row a clip and region, in the order of their names.

    Regions that neither move nor are said to move, and were assessed, are left out of all but still clips: they hold
    nothing but zeros.
    """
    rows = []
    for clip in sorted(results, key=lambda clip: clip.name):
        of_clip = (
            clip.name, " ".join(clip.sections), clip.preset, clip.task, clip.base or "", clip.variant or "",
            clip.degraded or "", clip.person, clip.sex, clip.age_band, clip.origin, clip.monk_tone, clip.width,
            clip.height, _number(clip.fps), _number(clip.distance_mm), clip.light, clip.codec, clip.verdict,
            " ".join(clip.failed_checks), _number(clip.skin_contrast),
        )  # fmt: skip
        told = [
            region for region in clip.regions if region.moves or region.amplitude_mm or not region.assessed
        ]
        for region in told or clip.regions:
            low, high = region.amplitude_interval_mm or (None, None)
            landmarks = next(
                (one.amplitude_by_landmarks for one in region.signals if one.name == region.signal), None
            )
            rows.append(
                (
                    *of_clip, region.region, " ".join(region.kinds), region.true_signal or "",
                    _number(region.true_amplitude), _number(region.true_frequency_hz),
                    _number(region.true_percent_time_moving), _number(region.true_severity), int(region.assessed),
                    region.signal or "", _number(region.true_amplitude_of_signal), _number(region.amplitude_mm),
                    _number(low), _number(high), _number(landmarks), _number(region.peak_frequency_hz),
                    _number(region.percent_time_moving), _number(region.noise_floor_mm),
                    " ".join(region.movement_types), _number(region.scored_amplitude_mm),
                    _number(region.scored_percent_time_moving), region.reason or region.not_scored_reason or "",
                )
            )  # fmt: skip
    return _csv(CLIP_COLUMNS, rows)


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.6g}"


def _csv(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return out.getvalue()
