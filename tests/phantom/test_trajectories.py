"""Courses over time are what they are said to be."""

from __future__ import annotations

import numpy as np
import pytest

from tdscreen.phantom import trajectories

GRID_S = trajectories.grid(15.0)


def rng(seed=0):
    return np.random.default_rng(seed)


def power_within(x, low_hz, high_hz):
    power = np.abs(np.fft.rfft(x - x.mean())) ** 2
    rates = np.fft.rfftfreq(len(x), 1 / trajectories.GRID_HZ)
    return power[(rates >= low_hz) & (rates <= high_hz)].sum() / power.sum()


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("share", [0.1, 0.25, 0.57, 0.88, 0.97, 1.0])
def test_bouts_fill_just_the_share_of_time_that_was_asked_for(share, seed):
    spans = trajectories.bouts(15.0, share, rng(seed))
    assert sum(end - start for start, end in spans) == pytest.approx(share * 15.0)
    flat = [moment for span in spans for moment in span]
    assert flat == sorted(flat)
    assert flat[0] >= 0
    assert flat[-1] <= 15.0 + 1e-9


def test_nothing_moves_in_no_share_of_time():
    assert trajectories.bouts(15.0, 0.0, rng()) == ()


def test_a_bout_swells_and_fades_within_itself():
    swell = trajectories.envelope(GRID_S, ((2.0, 6.0),))
    assert swell[GRID_S < 2.0].max() == 0
    assert swell[GRID_S > 6.0].max() == 0
    assert swell[(GRID_S > 2.3) & (GRID_S < 5.7)].min() == 1


@pytest.mark.parametrize("seed", range(4))
def test_irregular_movement_keeps_to_its_band_reaches_its_size_and_never_rests(seed):
    x = trajectories.irregular(GRID_S, (0.7, 2.2), ((0.0, 15.0),), rng(seed))[GRID_S < 15.0]
    assert (x.min(), x.max()) == pytest.approx((-1.0, 1.0), abs=0.02)
    assert power_within(x, 0.6, 2.4) > 0.8
    low, high = np.percentile(x, [5, 95])
    assert (high - low) / 2 > 0.8
    seconds = [x[i : i + 480] for i in range(0, len(x) - 480, 240)]
    assert min(np.ptp(second) for second in seconds) > 0.3


def test_irregular_movement_is_not_periodic():
    x = trajectories.irregular(GRID_S, (0.7, 2.2), ((0.0, 15.0),), rng(1))
    rates = np.fft.rfftfreq(len(x), 1 / trajectories.GRID_HZ)
    peak = rates[np.argmax(np.abs(np.fft.rfft(x - x.mean())))]
    lag = round(2 * trajectories.GRID_HZ / peak)
    assert np.corrcoef(x[:-lag], x[lag:])[0, 1] < 0.5


def test_tremor_is_a_narrow_peak():
    x = trajectories.tremor(GRID_S, 5.0, rng())
    assert (x.min(), x.max()) == pytest.approx((-1.0, 1.0))
    assert power_within(x, 4.5, 5.5) > 0.9


@pytest.mark.parametrize("seed", range(3))
def test_speech_has_most_of_its_power_at_syllables_and_shuts_for_pauses(seed):
    x = trajectories.speech(GRID_S, (3.0, 5.0), ((0.0, 15.0),), rng(seed))
    assert x.min() == 0
    assert x.max() == 1
    assert power_within(x, 2.5, 5.5) > power_within(x, 0.3, 2.0) / 2
    assert (x < 0.02).mean() > 0.05


def test_regular_pulses_come_once_a_period_and_whole():
    starts = trajectories.event_times(15.0, 2.0, ((1.0, 14.0),), 0.4, rng(), regular=True)
    assert np.diff(starts) == pytest.approx(0.5)
    course = trajectories.pulses(GRID_S, starts, 0.4)
    peaks = (course[1:-1] > course[:-2]) & (course[1:-1] >= course[2:]) & (course[1:-1] > 0.99)
    assert peaks.sum() == len(starts)
    assert starts[0] >= 1.0
    assert starts[-1] + 0.4 <= 14.0


def test_a_path_rests_in_each_of_its_places():
    path = trajectories.through(
        GRID_S, [(1.0, (0, 0, 0)), (2.0, (100, -20, 0)), (5.0, (100, -20, 0)), (6.0, (0, 0, 0))]
    )
    assert path[GRID_S < 1.0] == pytest.approx(0.0)
    assert path[(GRID_S > 2.0) & (GRID_S < 5.0)] == pytest.approx(np.array([[100, -20, 0]]).repeat(1439, 0))
    assert path[GRID_S > 6.0] == pytest.approx(0.0, abs=1e-9)


def test_the_same_seed_gives_the_same_course():
    one = trajectories.irregular(GRID_S, (0.7, 2.2), ((0.0, 15.0),), rng(4))
    assert np.array_equal(one, trajectories.irregular(GRID_S, (0.7, 2.2), ((0.0, 15.0),), rng(4)))
    assert not np.array_equal(one, trajectories.irregular(GRID_S, (0.7, 2.2), ((0.0, 15.0),), rng(5)))
