"""The band: flat, without delay, sound at the edges."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tdscreen.motion.filtering import band_gain, band_limit, remove_fast, smooth
from tdscreen.motion.spans import to_grid


def gain_at(frequency_hz: float, fps: int) -> float:
    times_s = np.arange(60 * fps) / fps
    y = band_limit(np.sin(2 * np.pi * frequency_hz * times_s + 0.3), times_s)
    middle = y[15 * fps : 45 * fps]
    return float(np.sqrt(2) * middle.std())


@pytest.mark.parametrize("frequency_hz", [0.5, 0.7, 1.0, 2.0, 3.0, 5.0, 6.0, 7.0])
def test_the_gain_is_flat_from_half_a_hertz_to_seven_at_thirty_a_second(frequency_hz):
    assert gain_at(frequency_hz, 30) == pytest.approx(1, abs=0.05)


@pytest.mark.parametrize("frequency_hz", [0.5, 1.0, 2.0, 3.0, 5.0, 6.0])
def test_the_gain_is_flat_at_fifteen_a_second_as_far_as_it_shows(frequency_hz):
    assert gain_at(frequency_hz, 15) == pytest.approx(1, abs=0.05)


def test_sway_and_fast_shake_are_outside_of_the_band():
    assert gain_at(0.1, 30) < 0.01
    assert gain_at(0.2, 30) < 0.1
    assert gain_at(11, 60) < 0.5
    assert gain_at(14, 60) < 0.1


@pytest.mark.parametrize("frequency_hz", [0.2, 0.5, 3.0, 7.0, 10.0])
def test_the_gain_is_what_its_formula_says(frequency_hz):
    expected = band_gain(np.array([frequency_hz]), rate_hz=30)[0]
    assert gain_at(frequency_hz, 30) == pytest.approx(expected, abs=0.01)


@pytest.mark.parametrize("phase", np.linspace(0, 2 * np.pi, 7))
def test_three_and_a_half_seconds_are_enough_for_the_amplitude_of_a_slow_movement(phase):
    times_s = np.arange(106) / 30
    true = 3 * np.sin(2 * np.pi * 1.5 * times_s + phase)
    drift = 5 + 10 * times_s + 4 * np.sin(2 * np.pi * 0.08 * times_s)
    low, high = np.percentile(band_limit(true + drift, times_s), [5, 95])
    assert (high - low) / 2 == pytest.approx(3, rel=0.05)


def test_a_trend_does_not_leak_into_the_band_at_the_edges():
    times_s = np.arange(106) / 30
    assert np.abs(band_limit(5 + 10 * times_s - 2 * times_s**2, times_s)).max() < 1e-5
    slow = 4 * np.sin(2 * np.pi * 0.08 * times_s)
    assert np.abs(band_limit(slow, times_s)).max() < 0.1


def test_a_fast_camera_and_a_large_offset_cost_no_digits():
    times_s = np.arange(7200) / 120
    assert np.abs(band_limit(np.full(7200, 5000.0), times_s)).max() < 1e-6


def test_there_is_no_delay():
    times_s = np.arange(600) / 30
    x = np.sin(2 * np.pi * 3 * times_s)
    assert np.corrcoef(band_limit(x, times_s)[60:-60], x[60:-60])[0, 1] > 0.9999


def test_pictures_at_uneven_times_change_nothing():
    rng = np.random.default_rng(3)
    times_s = np.cumsum(rng.uniform(0.02, 0.047, 900))
    true = 3 * np.sin(2 * np.pi * 3 * times_s)
    y = band_limit(true + 0.5 * times_s, times_s)
    assert np.abs(y - true)[60:-60].max() < 0.05


def test_what_was_not_seen_stays_unseen():
    times_s = np.arange(300) / 30
    x = np.sin(2 * np.pi * times_s)
    x[[50, 51]] = np.nan
    x[100:140] = np.nan
    y = band_limit(x, times_s)
    np.testing.assert_array_equal(np.isnan(y), np.isnan(x))


def test_a_grid_too_slow_to_show_the_band_keeps_all_of_it():
    times_s = np.arange(60) / 12
    grid = to_grid(np.sin(times_s * 9), times_s)
    assert remove_fast(grid) is grid


def test_a_line_passes_a_smoother_whole():
    line = 3 + 0.5 * np.arange(40.0)
    (smoothed,) = smooth([line], rate_hz=30, frequency_hz=2, gain=0.5, order=2)
    np.testing.assert_allclose(smoothed, line, atol=1e-9)


@settings(max_examples=20, deadline=None)
@given(
    offset=st.floats(-1000, 1000),
    shift_s=st.floats(0, 1e5),
    sign=st.sampled_from([-1.0, 1.0]),
)
def test_where_when_and_which_way_round_do_not_matter(offset, shift_s, sign):
    times_s = np.arange(150) / 30
    x = 2 * np.sin(2 * np.pi * 1.3 * times_s) + np.sin(2 * np.pi * 4.1 * times_s)
    plain = band_limit(x, times_s)
    np.testing.assert_allclose(sign * band_limit(sign * x + offset, times_s + shift_s), plain, atol=1e-4)


def test_spans_smoothed_together_are_each_as_if_alone() -> None:
    rng = np.random.default_rng(1)
    spans = [rng.normal(50, 9, size) for size in (61, 2000, 60, 333)]
    for options in (
        {"frequency_hz": 0.5, "gain": 0.04, "order": 3},
        {"frequency_hz": 7.0, "gain": 0.96, "order": 5},
    ):
        together = smooth(spans, rate_hz=30, **options)
        for span, one in zip(spans, together, strict=True):
            (alone,) = smooth([span], rate_hz=30, **options)
            assert np.array_equal(one, alone)
