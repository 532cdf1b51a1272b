"""Windows of a second and what is said of them."""

from __future__ import annotations

import numpy as np
import pytest

from tdscreen.motion.filtering import remove_fast, remove_slow
from tdscreen.motion.spans import Grid, GridSpan, to_grid
from tdscreen.motion.windows import (
    NOISE_RANGE_IN_SD,
    amplitude,
    band_limited_sd,
    stillness_limit,
    white_noise_range,
    windows,
)


def grid_of(*spans: tuple[float, np.ndarray], rate_hz: int = 30) -> Grid:
    return Grid(rate_hz, tuple(GridSpan(start_s, values) for start_s, values in spans))


def test_windows_follow_one_another_and_the_last_ends_with_its_span_counting_new_time_only():
    found = windows(grid_of((2.0, np.zeros(3 * 30 + 13))))
    np.testing.assert_allclose(found.covered_s, [1, 1, 1, 12 / 30])


def test_windows_cover_every_span_once():
    grid = grid_of((0, np.zeros(31)), (5, np.zeros(200)), (20, np.zeros(47)))
    assert windows(grid).covered_s.sum() == pytest.approx(grid.assessed_s)


def test_no_window_fits_in_less_than_a_second():
    found = windows(grid_of((0, np.zeros(30))))
    assert found.ranges.size == 0


def test_the_range_of_a_window_is_from_its_smallest_value_to_its_largest():
    values = np.zeros(121)
    values[45] = 2.0
    np.testing.assert_array_equal(windows(grid_of((0, values))).ranges, [0, 2, 0, 0])


def test_the_amplitude_of_a_sine_of_three_millimetres_is_three_whatever_the_pictures_catch():
    for frequency_hz in (0.7, 1.5, 5.0, 6.9):
        times_s = np.arange(601) / 30
        grid = grid_of((0, 3 * np.sin(2 * np.pi * frequency_hz * times_s)))
        assert amplitude(grid, [np.ones(601, bool)]) == pytest.approx(3, rel=0.03)


def test_the_amplitude_is_that_of_marked_values_alone_and_zero_if_there_is_none():
    values = np.zeros(601)
    values[300:] = 3 * np.sin(2 * np.pi * np.arange(301) / 30)
    grid, moving = grid_of((0, values)), np.arange(601) >= 300
    assert amplitude(grid, [moving]) == pytest.approx(2.96, abs=0.05)
    assert amplitude(grid, [np.zeros(601, bool)]) == 0


def test_the_detection_limit_is_the_95th_percentile_of_stillness():
    ranges = np.arange(1.0, 101.0)
    assert stillness_limit(ranges) == 95
    assert stillness_limit(ranges[::-1]) == 95
    assert stillness_limit(np.array([1.0, 5.0]), np.array([0.99, 0.01])) == 1
    with pytest.raises(ValueError, match="at least one"):
        stillness_limit(np.empty(0))


@pytest.mark.parametrize("fps", [15, 20, 30, 60])
def test_white_noise_has_the_range_and_deviation_foretold(fps):
    x = np.random.default_rng(fps).normal(0, 0.2, 1500 * fps)
    grid = remove_fast(remove_slow(to_grid(x, np.arange(x.size) / fps)))
    ranges = windows(grid).ranges
    assert np.percentile(ranges, 95) == pytest.approx(white_noise_range(0.2, rate_hz=fps), rel=0.03)
    assert grid.spans[0].values.std() == pytest.approx(band_limited_sd(0.2, rate_hz=fps), rel=0.02)
    if fps == 30:
        assert np.percentile(ranges, 95) / grid.spans[0].values.std() == pytest.approx(
            NOISE_RANGE_IN_SD, rel=0.03
        )
