"""Spectra whose truth is known."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.signal import welch

from tdscreen.motion.filtering import remove_slow
from tdscreen.motion.spans import Grid, GridSpan, to_grid
from tdscreen.motion.spectrum import band_power, find_peak, power_spectrum, spectral_entropy

RATE_HZ = 30


def grid_of(*values: np.ndarray) -> Grid:
    return Grid(RATE_HZ, tuple(GridSpan(100.0 * k, v) for k, v in enumerate(values)))


def peak_of(x, times_s):
    return find_peak(power_spectrum(remove_slow(to_grid(x, times_s))), low_hz=0.5, high_hz=12)


def test_one_span_without_a_gap_has_the_spectrum_of_welch():
    x = np.random.default_rng(0).normal(size=10 * 120)
    ours = power_spectrum(grid_of(x))
    size = 2 * (len(ours.frequencies_hz) - 1)
    frequencies_hz, density = welch(x, RATE_HZ, "hann", nperseg=120, nfft=size, detrend="constant")
    np.testing.assert_allclose(ours.frequencies_hz, frequencies_hz, atol=1e-12)
    np.testing.assert_allclose(ours.density, density, rtol=1e-9)


def test_a_gap_gives_the_weighted_mean_of_the_spectra_beside_it():
    rng = np.random.default_rng(1)
    first, second = rng.normal(size=600), 2 * rng.normal(size=1200)
    # 600 values hold 9 half-overlapping segments of 120, 1200 hold 19.
    apart = (9 * power_spectrum(grid_of(first)).density + 19 * power_spectrum(grid_of(second)).density) / 28
    np.testing.assert_allclose(power_spectrum(grid_of(first, second)).density, apart, rtol=1e-12)


def test_the_integral_is_the_variance_of_a_sine_and_of_noise():
    times_s = np.arange(1801) / RATE_HZ
    sine = power_spectrum(grid_of(3 * np.sin(2 * np.pi * 2.2 * times_s)))
    assert sine.power(0.5, 7) == pytest.approx(4.5, rel=0.01)
    noise = power_spectrum(grid_of(np.random.default_rng(2).normal(0, 2, 20000)))
    assert noise.power(0, 15) == pytest.approx(4, rel=0.03)
    assert noise.power(3, 6) == pytest.approx(4 * 3 / 15, rel=0.05)


def test_power_lies_in_the_band_of_its_frequency_and_a_band_not_shown_has_none():
    times_s = np.arange(1801) / RATE_HZ
    x = np.sin(2 * np.pi * 1.5 * times_s) + 2 * np.sin(2 * np.pi * 5.5 * times_s)
    spectrum = power_spectrum(grid_of(x))
    bands = band_power(spectrum, highest_frequency_hz=12)
    assert bands["0.5-3"] == pytest.approx(0.5, rel=0.02)
    assert bands["4-7"] == pytest.approx(2, rel=0.02)
    assert bands["3-4"] < 0.01
    assert bands["7-12"] < 0.01
    slow_clip = band_power(spectrum, highest_frequency_hz=6)
    assert slow_clip["3-4"] is not None
    assert slow_clip["4-7"] is slow_clip["7-12"] is None
    assert band_power(spectrum, highest_frequency_hz=0.4 * 29.97)["7-12"] is not None


def test_three_hertz_are_three_hertz_when_the_rate_halves_midway():
    times_s = np.r_[np.arange(300) / 30, 10 + np.arange(150) / 15]
    peak = peak_of(3 * np.sin(2 * np.pi * 3 * times_s), times_s)
    assert peak.frequency_hz == pytest.approx(3, abs=0.01)
    assert peak.interval_hz[0] <= 3 <= peak.interval_hz[1]


def test_three_hertz_are_three_hertz_with_a_tenth_of_the_pictures_dropped():
    kept = np.random.default_rng(4).random(600) > 0.1
    times_s = np.arange(600)[kept] / 30
    assert peak_of(3 * np.sin(2 * np.pi * 3 * times_s), times_s).frequency_hz == pytest.approx(3, abs=0.01)


@pytest.mark.parametrize("frequency_hz", [0.83, 1.57, 2.969, 5.11, 9.4])
@pytest.mark.parametrize("duration_s", [3.5, 20])
def test_the_peak_lies_between_the_lines_of_the_grid(frequency_hz, duration_s):
    times_s = np.arange(int(duration_s * 30)) / 30
    peak = peak_of(np.sin(2 * np.pi * frequency_hz * times_s + 1), times_s)
    assert peak.frequency_hz == pytest.approx(frequency_hz, abs=0.01 if duration_s > 10 else 0.06)


@pytest.mark.parametrize(("amplitude", "duration_s"), [(5, 4), (2, 8), (1, 15)])
def test_the_interval_holds_the_true_rate_in_at_least_nine_of_ten_clips(amplitude, duration_s):
    rng = np.random.default_rng(5)
    times_s = np.arange(duration_s * 30 + 1) / 30
    held, width = 0, []
    for _ in range(100):
        true_hz = rng.uniform(1, 6)
        x = amplitude * np.sin(2 * np.pi * true_hz * times_s + rng.uniform(0, 6)) + rng.normal(
            size=times_s.size
        )
        low, high = peak_of(x, times_s).interval_hz
        held += low <= true_hz <= high
        width.append(high - low)
    assert held >= 90
    assert np.median(width) < 0.25


def test_the_interval_allows_for_the_clock_where_there_is_no_noise():
    rng = np.random.default_rng(8)
    for true_hz in rng.uniform(1, 5, 20):
        times_s = np.unique(np.round(np.cumsum(rng.uniform(0.03, 0.06, 200)), 3))
        low, high = peak_of(np.sin(2 * np.pi * true_hz * times_s), times_s).interval_hz
        assert low <= true_hz <= high
        assert high - low < 0.02


def test_the_interval_reaches_to_every_peak_that_may_as_well_be_the_highest(irregular):
    """As in speech: what moves at two rates by nearly as much is the one or the other for a little noise."""
    rng = np.random.default_rng(7)
    times_s = np.arange(451) / 30
    jumps = held = 0
    for seed in range(120):
        x = irregular(times_s, 0.7, 0.9, amplitude=3, seed=seed)
        x = x + irregular(times_s, 1.4, 1.7, amplitude=3, seed=1000 + seed)
        one, other = (peak_of(x + rng.normal(0, 0.5, times_s.size), times_s) for _ in range(2))
        if abs(one.frequency_hz - other.frequency_hz) > 0.4:
            jumps += 1
            held += one.interval_hz[0] <= other.frequency_hz <= one.interval_hz[1]
    assert jumps >= 6
    assert held >= 0.9 * jumps


@pytest.mark.parametrize("duration_s", [15, 30])
def test_a_movement_with_a_strong_overtone_keeps_a_narrow_interval(duration_s):
    rng = np.random.default_rng(3)
    times_s = np.arange(duration_s * 30 + 1) / 30
    widths = []
    for phase in rng.uniform(0, 2 * np.pi, 40):
        x = 3 * np.sin(2 * np.pi * 1.5 * times_s) + 2.4 * np.sin(2 * np.pi * 3 * times_s + phase)
        widths.append(np.ptp(peak_of(x + rng.normal(0, 0.3, times_s.size), times_s).interval_hz))
    assert np.mean(np.less(widths, 0.05)) >= 0.95


def test_the_interval_of_a_wandering_rate_is_wider_than_that_of_a_steady_one(irregular):
    times_s = np.arange(601) / 30
    wandering = peak_of(irregular(times_s, 0.8, 2.5, amplitude=3, seed=6), times_s)
    steady = peak_of(3 * np.sin(2 * np.pi * 1.5 * times_s), times_s)
    assert np.ptp(wandering.interval_hz) > 10 * np.ptp(steady.interval_hz)
    assert wandering.width_hz > steady.width_hz
    assert wandering.dominance < steady.dominance


def test_one_rate_is_as_wide_as_a_segment_makes_it_and_holds_all_the_power():
    times_s = np.arange(601) / 30
    peak = peak_of(np.sin(2 * np.pi * 3 * times_s), times_s)
    assert peak.width_hz == pytest.approx(1.44 / 4, abs=0.02)
    assert peak.dominance > 0.99
    assert peak.power == pytest.approx(0.5, rel=0.02)


def test_entropy_tells_one_rate_from_white_noise():
    times_s = np.arange(3601) / 30
    one = spectral_entropy(power_spectrum(grid_of(np.sin(2 * np.pi * 3 * times_s))), low_hz=0.5, high_hz=12)
    white = np.random.default_rng(7).normal(size=36000)
    all_alike = spectral_entropy(power_spectrum(grid_of(white)), low_hz=0.5, high_hz=12)
    assert one < 0.3
    assert all_alike > 0.99


def test_nothing_has_no_peak_no_entropy_and_no_spectrum():
    silent = power_spectrum(grid_of(np.zeros(300)))
    assert find_peak(silent, low_hz=0.5, high_hz=12) is None
    assert spectral_entropy(silent, low_hz=0.5, high_hz=12) is None
    assert spectral_entropy(silent, low_hz=0.5, high_hz=0.6) is None
    assert power_spectrum(Grid(30, ())) is None
    assert power_spectrum(grid_of(np.ones(300)), [np.zeros(300, bool)]) is None


def test_only_what_is_marked_counts():
    times_s = np.arange(601) / 30
    x = np.where(times_s < 10, np.sin(2 * np.pi * 2 * times_s), 5 * np.sin(2 * np.pi * 4 * times_s))
    marked = find_peak(power_spectrum(grid_of(x), [times_s < 8]), low_hz=0.5, high_hz=12)
    assert marked.frequency_hz == pytest.approx(2, abs=0.05)
    assert find_peak(power_spectrum(grid_of(x)), low_hz=0.5, high_hz=12).frequency_hz == pytest.approx(
        4, abs=0.05
    )
