"""The tongue of one clip: how often and how far it came out, how it moved in view, and what nobody knows.

Behind closed lips a tongue may do anything. Time during which the mouth is closed is therefore no time in which the
tongue was seen to be still; only that it did not come out is known, and said.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence

import numpy as np

from tdscreen.measurement.clip import RegionMeasurement
from tdscreen.measurement.regions import (
    NORMAL_95,
    SPEECH_REASON,
    VOLUNTARY_REASON,
    Ruler,
    measure_region,
    speaking_signal,
    talking,
)
from tdscreen.motion.bouts import joined_bouts
from tdscreen.motion.features import SignalFeatures
from tdscreen.motion.movement_types import ASKED_FOR
from tdscreen.motion.tongue_signals import Protrusion
from tdscreen.printing import rounded_down
from tdscreen.settings import MOTION, QUALITY, TONGUE
from tdscreen.vocabulary import MovementType, Region, Task

REACH, AREA = f"{Region.TONGUE}.reach", f"{Region.TONGUE}.area"
AREA_REASON = (
    "What is seen of the tongue in the open mouth changes in size: the tongue may move up and down, or the mouth. "
    "Please look at it yourself."
)


def measure_tongue(
    found: Sequence[SignalFeatures],
    protrusions: Sequence[Protrusion],
    ruler: Ruler,
    *,
    task: Task,
    speaking: Mapping[Region, SignalFeatures],
) -> RegionMeasurement:
    """Measure the tongue.

    Parameters
    ----------
    found : sequence of SignalFeatures
        Of its signals: of the reach wherever the mouth could be looked at, of the others where the tongue was in view.
    protrusions : sequence of Protrusion
    ruler : Ruler
    task : Task
    speaking : mapping of Region to SignalFeatures
        The signal that speaks for each other region of the clip.

    Returns
    -------
    RegionMeasurement
        Where the tongue came out, its amplitude is how far it reached past the lip. Where it did not, only the time
        counts in which it could be seen within the open mouth.
    """
    came_out = tuple(protrusions)
    if not came_out:
        return _inside(found, ruler, task=task, speaking=speaking)
    base = _as_others(found, ruler, task=task, speaking=speaking)
    if not base.assessed:
        return dataclasses.replace(base, protrusions=came_out)
    reached = [one.reach_mm for one in came_out]
    amplitude_mm = float(np.percentile(reached, TONGUE.outings_percentile))
    in_mm = [entry for entry in found if entry.unit == "mm" and entry.assessed_s > 0]
    out = [(one.start_s, one.end_s) for one in came_out]
    kinds, not_scored = set(base.movement_types), base.not_scored_reason
    if Region.TONGUE in ASKED_FOR[task]:
        # A tongue that is held out as asked may show no movement at all.
        kinds.add(MovementType.VOLUNTARY_TASK)
        not_scored = not_scored or VOLUNTARY_REASON
    trembles = MovementType.TREMOR_LIKE in kinds
    main = next((entry for entry in found if entry.name == REACH), None)
    percent = _percent_moving(in_mm, out, base.assessed_s)
    return dataclasses.replace(
        base,
        signal=REACH,
        peak_frequency_hz=main.peak_frequency_hz if main else None,
        peak_frequency_interval_hz=main.peak_frequency_interval_hz if main else None,
        amplitude_mm=amplitude_mm,
        amplitude_interval_mm=_interval(amplitude_mm, ruler),
        amplitude_body=amplitude_mm / ruler.body_length_mm,
        percent_time_moving=percent,
        movement_types=tuple(kind for kind in MovementType if kind in kinds),
        scored_amplitude_mm=(None if not_scored else base.scored_amplitude_mm if trembles else amplitude_mm),
        scored_percent_time_moving=(
            None if not_scored else base.scored_percent_time_moving if trembles else percent
        ),
        not_scored_reason=not_scored,
        protrusions=came_out,
    )


def _inside(
    found: Sequence[SignalFeatures],
    ruler: Ruler,
    *,
    task: Task,
    speaking: Mapping[Region, SignalFeatures],
) -> RegionMeasurement:
    """Measure a tongue that did not come out: only what was seen of it within the mouth tells anything."""
    watched_s = max((entry.assessed_s for entry in found if entry.name == REACH), default=0.0)
    seen = [entry for entry in found if entry.name != REACH]
    seen_s = max((entry.assessed_s for entry in seen), default=0.0)
    if seen_s >= QUALITY.min_region_s:
        base = dataclasses.replace(_as_others(seen, ruler, task=task, speaking=speaking), protrusions=())
        if base.scored_amplitude_mm == 0 and _changes_its_area(seen):
            # Up and down, or rolling: not in mm, so not scored, and not stillness either.
            return dataclasses.replace(
                base, scored_amplitude_mm=None, scored_percent_time_moving=None, not_scored_reason=AREA_REASON
            )
        return base
    if watched_s < QUALITY.min_region_s:
        reason = (
            f"The mouth was seen without a break for only {rounded_down(watched_s)} seconds; "
            f"{QUALITY.min_region_s:.0f} are needed."
        )
    else:
        reason = (
            f"No tongue came out past the lips in {rounded_down(watched_s)} s. What it does behind them "
            "cannot be told: please film 15 s with the mouth open and the tongue at rest, towards the light."
        )
    return RegionMeasurement(
        Region.TONGUE,
        assessed=False,
        reason=reason,
        assessed_s=seen_s,
        signals=tuple(found),
        protrusions=(),
    )


def _changes_its_area(seen: Sequence[SignalFeatures]) -> bool:
    return any(entry.name == AREA and entry.percent_time_moving > MOTION.chance_percent for entry in seen)


def _as_others(
    found: Sequence[SignalFeatures],
    ruler: Ruler,
    *,
    task: Task,
    speaking: Mapping[Region, SignalFeatures],
) -> RegionMeasurement:
    """Measure its signals as those of any region; with talking, nothing of the mouth is scored."""
    main = speaking_signal(found)
    own = {Region.TONGUE: main} if main is not None else {}
    base = measure_region(Region.TONGUE, found, ruler, task=task, speaking={**speaking, **own})
    if base.assessed and base.not_scored_reason is None and talking(task, speaking):
        return dataclasses.replace(
            base,
            scored_amplitude_mm=None,
            scored_percent_time_moving=None,
            not_scored_reason=SPEECH_REASON,
        )
    return base


def _percent_moving(
    in_mm: Sequence[SignalFeatures], out: Sequence[tuple[float, float]], assessed_s: float
) -> float:
    """Share of the time, 0 to 100, in which the tongue is out or any of its signals moves."""
    joined = joined_bouts([*out, *(bout for entry in in_mm for bout in entry.bouts)])
    return min(100.0 * sum(end_s - start_s for start_s, end_s in joined) / assessed_s, 100.0)


def _interval(amplitude_mm: float, ruler: Ruler) -> tuple[float, float]:
    """95% interval from the ruler and from what the model errs by in how far a tongue reaches."""
    sd = math.hypot(ruler.uncertainty * amplitude_mm, TONGUE.reach_error_mm)
    return max(amplitude_mm - NORMAL_95 * sd, 0.0), amplitude_mm + NORMAL_95 * sd
