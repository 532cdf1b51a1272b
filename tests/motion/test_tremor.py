"""A tremor is found, set aside, and leaves the rest as it was."""

from __future__ import annotations

import numpy as np
import pytest

from tdscreen.motion.filtering import band_limit, remove_slow
from tdscreen.motion.spans import good_spans, to_grid
from tdscreen.motion.tremor import NOT_DISTINGUISHABLE, regularity, remove_narrowband


@pytest.fixture
def times_s(steady_s):
    return steady_s(20)


def noise(times_s, seed=0):
    return np.random.default_rng(seed).normal(0, 0.08, times_s.size)


def sine(times_s, frequency_hz, amplitude=1.0):
    return amplitude * np.sin(2 * np.pi * frequency_hz * times_s)


@pytest.mark.parametrize("seed", range(4))
def test_a_tremor_set_aside_leaves_the_irregular_movement_under_it(times_s, irregular, measure, seed):
    movement = irregular(times_s, 0.9, 1.7, amplitude=3, seed=seed)
    found = measure(sine(times_s, 5, 2) + movement + noise(times_s, seed), times_s)
    assert found.tremor.frequency_hz == pytest.approx(5, abs=0.05)
    assert found.tremor.amplitude == pytest.approx(2, rel=0.05)
    assert found.tremor.separable
    assert found.tremor.reason is None
    assert found.without_tremor.amplitude == pytest.approx(3, rel=0.15)
    assert found.without_tremor.tremor is None


def test_a_tremor_alone_leaves_nothing(times_s, measure):
    for rate_hz in (4.2, 5.0, 9.3):
        found = measure(sine(times_s, rate_hz, 2) + noise(times_s), times_s)
        assert found.tremor.frequency_hz == pytest.approx(rate_hz, abs=0.02)
        assert found.tremor.separable
        assert found.without_tremor.percent_time_moving <= 5
    assert measure(noise(times_s), times_s).tremor is None


def test_a_tremor_whose_rate_and_size_wander_is_one_all_the_same(times_s, irregular, measure):
    rate_hz = 5 + irregular(times_s, 0.05, 0.3, amplitude=0.5, seed=1)
    size = 2 + irregular(times_s, 0.05, 0.4, amplitude=0.8, seed=2)
    found = measure(size * np.sin(2 * np.pi * np.cumsum(rate_hz) / 30) + noise(times_s), times_s)
    assert found.tremor.frequency_hz == pytest.approx(5, abs=0.6)
    assert found.without_tremor.percent_time_moving <= 10


def test_a_tremor_is_found_up_to_what_a_slow_clip_can_show(steady_s, measure):
    times_s = steady_s(20, fps=15)
    found = measure(sine(times_s, 5.5, 2) + noise(times_s), times_s, highest_frequency_hz=6)
    assert found.tremor.frequency_hz == pytest.approx(5.5, abs=0.05)


def test_broad_fast_movement_is_no_tremor(times_s, irregular, measure):
    for seed in range(4):
        assert measure(irregular(times_s, 3, 7, amplitude=3, seed=seed), times_s).tremor is None


def test_the_sharp_turns_of_chewing_are_no_tremor(times_s, measure):
    chewing = 4 * np.abs(np.sin(np.pi * 1.45 * times_s)) + noise(times_s)
    found = measure(chewing, times_s)
    assert found.peak_frequency_hz == pytest.approx(1.45, abs=0.02)
    assert found.tremor is None


def test_a_multiple_of_a_slower_regular_movement_is_no_tremor(times_s, measure):
    jerky = sine(times_s, 1.4, 3) + sine(times_s, 4.2, 0.9) + noise(times_s)
    assert measure(jerky, times_s).tremor is None
    assert (
        measure(sine(times_s, 1.4, 3) + sine(times_s, 4.6, 0.9) + noise(times_s), times_s).tremor is not None
    )


def test_fast_movement_of_many_rates_is_no_tremor(steady_s, irregular, measure):
    times_s = steady_s(60)
    for seed in range(3):
        assert measure(irregular(times_s, 8, 10.5, amplitude=6, seed=seed), times_s).tremor is None


def test_a_small_tremor_under_a_large_movement_is_found(times_s, irregular, measure):
    movement = irregular(times_s, 0.5, 2.5, amplitude=3, seed=7)
    found = measure(sine(times_s, 5.5, 0.5) + movement + noise(times_s), times_s)
    assert found.tremor.frequency_hz == pytest.approx(5.5, abs=0.05)


def test_what_is_smaller_than_the_noise_is_no_tremor(times_s, measure):
    assert measure(sine(times_s, 1, 3) + sine(times_s, 5.5, 0.06), times_s).tremor is None


def test_slow_movement_is_no_tremor(times_s, irregular, measure):
    assert measure(sine(times_s, 3.2, 2) + noise(times_s), times_s).tremor is None
    assert measure(irregular(times_s, 0.5, 3, amplitude=3, seed=3), times_s).tremor is None


def test_two_fast_movements_that_overlap_cannot_be_told_apart(times_s, irregular, measure):
    movement = irregular(times_s, 4.2, 6.5, amplitude=1.2, seed=4)
    found = measure(sine(times_s, 5, 4) + movement, times_s)
    assert not found.tremor.separable
    assert found.tremor.reason == NOT_DISTINGUISHABLE


def test_removal_gives_back_the_signal_at_its_own_times(times_s):
    kept = np.random.default_rng(5).random(times_s.size) > 0.05
    times_s = times_s[kept]
    slow = sine(times_s, 1.3, 3) + 7
    x = slow + sine(times_s, 5, 2)
    x[200:230] = np.nan
    spans = good_spans(times_s, np.isfinite(x))
    left = remove_narrowband(x, times_s, spans, peak_hz=5.05, width_hz=0.36, highest_frequency_hz=12)
    np.testing.assert_array_equal(np.isnan(left), np.isnan(x))
    error = left - slow
    inner = np.isfinite(left) & (times_s > 0.5) & (np.abs(times_s - times_s[215]) > 1) & (times_s < 19.5)
    assert np.sqrt(np.mean(error[inner] ** 2)) < 0.05
    assert np.sqrt(np.nanmean(error**2)) < 0.2
    assert np.nanstd(band_limit(left, times_s)) == pytest.approx(3 / np.sqrt(2), rel=0.05)


def test_harmonics_of_a_tremor_go_with_it(times_s, measure):
    found = measure(sine(times_s, 4.5, 2) + sine(times_s, 9, 1) + noise(times_s), times_s)
    assert found.without_tremor.percent_time_moving <= 5


def test_a_sine_foretells_itself_and_noise_does_not(times_s, irregular):
    def of(x, rate_hz):
        return regularity(remove_slow(to_grid(x, times_s)), None, frequency_hz=rate_hz)

    assert of(sine(times_s, 1.5), 1.5) > 0.98
    assert abs(of(irregular(times_s, 0.7, 2.8, amplitude=1, seed=6), 1.5)) < 0.5
    assert regularity(to_grid(sine(times_s[:35], 1), times_s[:35]), None, frequency_hz=1) is None
