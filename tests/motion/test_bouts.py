"""When something moves, and when it does not."""

from __future__ import annotations

import numpy as np
import pytest

from tdscreen.motion.bouts import find_bouts, joined_bouts, moving_values, percent_time_moving
from tdscreen.motion.filtering import remove_fast, remove_slow
from tdscreen.motion.spans import Grid, GridSpan, to_grid
from tdscreen.motion.windows import white_noise_range

LIMIT = 0.6


def found(x, times_s, limit=LIMIT):
    grid = to_grid(x, times_s)
    return find_bouts(remove_fast(remove_slow(grid)), remove_fast(grid), limit=limit)


def at(fps=30, duration_s=12):
    return np.arange(duration_s * fps + 1) / fps


def swell(times_s, *bouts_s, edge_s=0.25):
    rise = [np.minimum(times_s - a, b - times_s) / edge_s for a, b in bouts_s]
    return np.clip(np.max(rise, axis=0), 0, 1)


@pytest.mark.parametrize("fps", [15, 24, 30, 60])
@pytest.mark.parametrize("rate_hz", [0.7, 1.5, 4.0])
@pytest.mark.parametrize("one_way", [False, True])
def test_a_bout_begins_and_ends_where_the_movement_does(fps, rate_hz, one_way):
    times_s = at(fps)
    size = swell(times_s, (3.3, 5.9), (8.4, 10.1))
    x = 3 * size * (np.sin(2 * np.pi * rate_hz * times_s) + one_way)
    first, second = found(x + np.random.default_rng(fps).normal(0, 0.05, times_s.size), times_s)
    np.testing.assert_allclose([*first, *second], [3.3, 5.9, 8.4, 10.1], atol=0.4)
    assert first[1] - first[0] + second[1] - second[0] == pytest.approx(4.3, abs=0.7)


def test_a_mouth_that_opens_does_not_move_before_it_opens():
    times_s = at()
    opened = 5 * np.clip((times_s - 6) / 0.3, 0, 1)
    ((start_s, end_s),) = found(opened, times_s)
    assert (start_s, end_s) == (pytest.approx(6.0, abs=0.15), pytest.approx(6.3, abs=0.15))


def test_drift_and_posture_are_no_movement():
    times_s = at(duration_s=30)
    assert found(20 * np.sin(2 * np.pi * 0.05 * times_s) + 0.3 * times_s, times_s) == ()


@pytest.mark.parametrize("rate_hz", [0.5, 1.0, 6.5])
def test_what_goes_on_all_the_time_has_one_bout(rate_hz):
    times_s = at()
    assert found(2 * np.sin(2 * np.pi * rate_hz * times_s + 1), times_s) == ((0.0, 12.0),)


def test_a_pause_of_half_a_second_is_no_end_and_one_of_two_seconds_is():
    times_s = at()
    wave = 3 * np.sin(2 * np.pi * 1.5 * times_s)
    assert len(found(wave * swell(times_s, (1, 5.75), (6.25, 11)), times_s)) == 1
    assert len(found(wave * swell(times_s, (1, 5), (7, 11)), times_s)) == 2


def test_once_it_is_sure_that_something_moves_it_may_move_less_where_stillness_is_quiet():
    times_s = at()
    size = np.where(times_s < 5, 0.45, np.where(times_s < 7, 0.22, 0.0))
    x = size * np.sin(2 * np.pi * 1.5 * times_s) + np.random.default_rng(0).normal(0, 0.01, times_s.size)
    ((start_s, end_s),) = found(x, times_s)
    assert (start_s, end_s) == (0.0, pytest.approx(7, abs=0.3))
    # Never having shown more than the limit, it does not move.
    assert found(0.5 * x, times_s) == ()


def test_noise_moves_in_no_more_of_the_time_than_in_one_second_of_twenty():
    times_s = np.arange(600 * 30) / 30
    x = np.random.default_rng(2).normal(0, 0.2, times_s.size)
    bouts_s = found(x, times_s, limit=white_noise_range(0.2, rate_hz=30))
    assert 0 < percent_time_moving(bouts_s, 600) < 5


def test_no_bout_crosses_a_gap():
    times_s = at()
    x = np.where(np.abs(times_s - 6) < 0.5, np.nan, 3 * np.sin(2 * np.pi * times_s))
    (_, before_s), (after_s, _) = found(x, times_s)
    assert before_s == pytest.approx(5.5, abs=0.05)
    assert after_s == pytest.approx(6.5, abs=0.05)


def test_the_values_within_bouts_are_marked_in_their_own_span():
    grid = Grid(10, (GridSpan(0.0, np.zeros(21)), GridSpan(5.0, np.zeros(11))))
    first, second = moving_values(grid, ((0.0, 0.3), (1.5, 2.0), (5.5, 5.7)))
    assert np.flatnonzero(first).tolist() == [0, 1, 2, 3, 15, 16, 17, 18, 19, 20]
    assert np.flatnonzero(second).tolist() == [5, 6, 7]
    assert not any(mark.any() for mark in moving_values(grid, ()))


def test_the_share_of_time_counts_no_moment_twice_and_is_no_more_than_the_whole():
    assert percent_time_moving([(0, 2), (1, 3)], 12) == 25
    assert percent_time_moving([(0.1, 0.8), (0.8, 7.2)], 7.1) == 100
    assert percent_time_moving([], 0) == 0


def test_bouts_of_several_signals_join_where_they_touch() -> None:
    assert joined_bouts([(4.0, 6.0), (0.0, 1.0), (1.0, 2.5), (4.5, 5.0)]) == ((0.0, 2.5), (4.0, 6.0))
    assert joined_bouts([]) == ()
