"""What may be said of a tongue: how often it came out, and nothing of what it does behind closed lips."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.signal import butter, sosfiltfilt

from tdscreen.measurement.regions import Ruler, region_features, speaking_signal
from tdscreen.measurement.tongue import measure_tongue
from tdscreen.motion.signals import Signal
from tdscreen.motion.tongue_signals import SeenTongue, find_protrusions, tongue_signals
from tdscreen.vocabulary import MovementType, Region, Task

FPS, EYES_MM = 30.0, 63.0
LIMITS = {"tongue.reach": 3.0, "tongue.side": 3.0, "tongue.area": 80.0}
RULER = Ruler(uncertainty=0.10, body_length_mm=EYES_MM)


def times(duration_s: float = 15.0):
    return np.arange(round(duration_s * FPS)) / FPS


def darting(times_s, *, reach_mm: float, every_s: float = 1.5, out_s: float = 0.5, until_s: float = np.inf):
    phase_s = times_s % every_s
    out = (phase_s < out_s) & (times_s < until_s)
    return np.where(out, reach_mm * np.sin(np.pi * np.clip(phase_s / out_s, 0, 1)), 0.0)


def measured(
    times_s,
    *,
    reach_mm=0.0,
    area_mm2=0.0,
    side_mm=0.0,
    opening_mm=0.0,
    task=Task.REST,
    lips_mm=None,
    watched=True,
):
    def each(value, unit):
        return np.broadcast_to(np.asarray(value) / unit, len(times_s)).astype(np.float64)

    reach = np.broadcast_to(reach_mm, len(times_s))
    seen = SeenTongue(
        times_s=times_s,
        watched=np.broadcast_to(watched, len(times_s)),
        past=each(reach, EYES_MM),
        ahead=each(reach, EYES_MM),
        below=each(0.0, 1.0),
        area=each(
            np.maximum(np.broadcast_to(area_mm2, len(times_s)), np.where(reach > 0, 300.0, 0.0)), EYES_MM**2
        ),
        side=each(side_mm, EYES_MM),
        opening=each(opening_mm, EYES_MM),
    )
    signals = tongue_signals(seen, eyes_mm=EYES_MM)
    limits = {s.name: LIMITS[s.name] if np.isfinite(s.values).any() else np.nan for s in signals}
    found = region_features(signals, limits, highest_frequency_hz=12.0)
    speaking = {}
    if lips_mm is not None:
        for region in (Region.LIPS, Region.JAW):
            signal = Signal(f"{region}.opening", region, "mm", times_s, lips_mm)
            (features,) = region_features([signal], {signal.name: 0.6}, highest_frequency_hz=12.0)
            speaking[region] = speaking_signal([features])
    protrusions = find_protrusions(signals[0].values, times_s)
    return measure_tongue(found, protrusions, RULER, task=task, speaking=speaking)


def test_a_closed_mouth_is_not_assessed_and_says_that_no_tongue_came_out_and_the_rest_cannot_be_told() -> (
    None
):
    found = measured(times())
    assert not found.assessed
    assert found.amplitude_mm is None
    assert found.scored_amplitude_mm is None
    assert found.protrusions == ()
    assert "No tongue came out past the lips in 14.9 s" in found.reason
    assert "cannot be told" in found.reason


def test_a_tongue_that_darts_between_closed_lips_is_assessed_over_the_whole_time() -> None:
    times_s = times()
    found = measured(times_s, reach_mm=darting(times_s, reach_mm=12.0))
    assert found.assessed
    assert found.signal == "tongue.reach"
    assert len(found.protrusions) == 10
    assert found.amplitude_mm == pytest.approx(12.0, abs=0.8)
    assert found.scored_amplitude_mm == found.amplitude_mm
    # Of every second window, some lie between two darts.
    assert 60 < found.percent_time_moving < 100
    assert found.assessed_s == pytest.approx(15.0, abs=0.1)
    assert found.peak_frequency_hz == pytest.approx(1 / 1.5, abs=0.1)
    low_mm, high_mm = found.amplitude_interval_mm
    assert low_mm < 12.0 < high_mm


def test_a_tongue_that_darts_for_a_third_of_the_time_moves_for_about_a_third() -> None:
    times_s = times()
    found = measured(times_s, reach_mm=darting(times_s, reach_mm=12.0, until_s=5.0))
    assert 25 < found.percent_time_moving < 45


def test_a_tongue_that_rests_outside_is_out_all_the_time_though_it_hardly_moves() -> None:
    found = measured(times(), reach_mm=9.0)
    assert found.assessed
    assert found.percent_time_moving > 98
    assert found.amplitude_mm == pytest.approx(9.0)


def test_a_tongue_that_lies_still_in_an_open_mouth_is_seen_to_be_still() -> None:
    found = measured(times(), area_mm2=400.0, opening_mm=20.0, task=Task.MOUTH_OPEN)
    assert found.assessed
    assert found.amplitude_mm == found.scored_amplitude_mm == 0
    assert found.protrusions == ()


def test_only_the_time_with_the_mouth_open_counts_as_seen() -> None:
    times_s = times(20.0)
    open_ = times_s < 6.0
    found = measured(
        times_s,
        area_mm2=np.where(open_, 400.0, 0.0),
        opening_mm=np.where(open_, 20.0, 0.0),
        task=Task.MOUTH_OPEN,
    )
    assert found.assessed_s == pytest.approx(6.0, abs=0.2)


def test_a_tongue_that_goes_from_side_to_side_in_an_open_mouth_moves() -> None:
    times_s = times()
    side_mm = 5.0 * np.sin(2 * np.pi * 1.2 * times_s)
    found = measured(times_s, area_mm2=400.0, opening_mm=20.0, side_mm=side_mm, task=Task.MOUTH_OPEN)
    assert found.signal == "tongue.side"
    assert found.scored_amplitude_mm == pytest.approx(5.0, rel=0.1)
    assert found.peak_frequency_hz == pytest.approx(1.2, abs=0.05)


def test_a_tongue_that_rolls_in_an_open_mouth_is_not_called_still() -> None:
    times_s = times()
    area_mm2 = 350.0 + 150.0 * np.sin(2 * np.pi * 1.0 * times_s)
    found = measured(times_s, area_mm2=area_mm2, opening_mm=20.0, task=Task.MOUTH_OPEN)
    assert found.scored_amplitude_mm is None
    assert "changes in size" in found.not_scored_reason


@pytest.mark.parametrize("reach_mm", [9.0, "darting"])
def test_a_tongue_held_out_as_asked_is_not_scored(reach_mm) -> None:
    times_s = times()
    reach = darting(times_s, reach_mm=9.0) if reach_mm == "darting" else reach_mm
    found = measured(times_s, reach_mm=reach, task=Task.TONGUE_OUT)
    assert found.assessed
    assert MovementType.VOLUNTARY_TASK in found.movement_types
    assert found.scored_amplitude_mm is None
    assert "asked for" in found.not_scored_reason


def test_a_tongue_that_comes_out_while_the_mouth_is_held_open_as_asked_is_scored() -> None:
    times_s = times()
    found = measured(
        times_s,
        reach_mm=darting(times_s, reach_mm=9.0),
        area_mm2=400.0,
        opening_mm=20.0,
        task=Task.MOUTH_OPEN,
    )
    assert found.scored_amplitude_mm == pytest.approx(9.0, abs=0.8)


def test_while_someone_talks_the_tongue_is_not_scored() -> None:
    times_s = times()
    noise = np.random.default_rng(1).normal(size=times_s.size)
    syllables = sosfiltfilt(butter(2, [1, 5], "bandpass", fs=FPS, output="sos"), noise)
    found = measured(times_s, reach_mm=darting(times_s, reach_mm=6.0), lips_mm=6.0 * syllables)
    assert found.scored_amplitude_mm is None
    assert "talking" in found.not_scored_reason


def test_a_mouth_that_was_hardly_looked_at_is_not_assessed_for_that_reason() -> None:
    times_s = times(4.0)
    found = measured(times_s, watched=times_s < 1.0)
    assert not found.assessed
    assert "2 are needed" in found.reason
