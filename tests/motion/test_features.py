"""A movement that is known becomes the numbers that say so."""

from __future__ import annotations

from dataclasses import asdict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tdscreen.motion.features import signal_features


def test_a_lip_movement_of_two_hertz_and_three_millimetres_is_that(steady_s, measure):
    times_s = steady_s(15)
    rng = np.random.default_rng(0)
    found = measure(3 * np.sin(2 * np.pi * 2 * times_s) + rng.normal(0, 0.1, times_s.size) + 40, times_s)
    assert found.name == "lips.opening"
    assert found.unit == "mm"
    assert found.assessed_s == pytest.approx(15)
    assert found.amplitude == pytest.approx(3, rel=0.05)
    assert found.percent_time_moving == 100
    assert found.peak_frequency_hz == pytest.approx(2, abs=0.01)
    assert found.peak_frequency_interval_hz[0] < 2 < found.peak_frequency_interval_hz[1]
    assert found.peak_dominance > 0.95
    assert found.peak_regularity > 0.95
    assert found.bouts == ((0.0, pytest.approx(15.0)),)
    assert found.band_power["0.5-3"] == pytest.approx(4.5, rel=0.03)
    assert found.submovements_per_s == pytest.approx(4, abs=0.2)
    assert found.speed_median == pytest.approx(12 * np.pi / np.sqrt(2), rel=0.05)
    assert found.tremor is None
    assert found.without_tremor is None


def test_half_a_clip_of_movement_is_fifty_per_cent_and_keeps_its_amplitude(steady_s, measure):
    times_s = steady_s(40)
    x = np.where(times_s < 20, 0.0, 3 * np.sin(2 * np.pi * 1.5 * times_s))
    found = measure(x, times_s)
    assert found.percent_time_moving == pytest.approx(50, abs=5)
    assert found.amplitude == pytest.approx(3, rel=0.05)
    assert found.peak_frequency_hz == pytest.approx(1.5, abs=0.02)


def test_the_rate_is_that_of_what_moves_and_not_of_the_stillness_about_it(steady_s, measure):
    times_s = steady_s(120)
    sway = 0.22 * np.sin(2 * np.pi * times_s)
    found = measure(np.where(times_s < 4, np.sin(2 * np.pi * 2 * times_s), sway), times_s)
    assert found.percent_time_moving < 10
    assert found.peak_frequency_hz == pytest.approx(2, abs=0.05)


def test_stillness_has_no_movement_no_peak_and_still_has_powers(steady_s, measure):
    times_s = steady_s(30)
    found = measure(np.random.default_rng(1).normal(0, 0.05, times_s.size), times_s)
    assert found.amplitude == 0
    assert found.percent_time_moving == 0
    assert found.bouts == ()
    numbers = asdict(found)
    for name in (
        "peak_frequency_hz", "peak_frequency_interval_hz", "peak_width_hz", "peak_dominance", "peak_regularity",
        "spectral_entropy", "sample_entropy", "submovements_per_s", "speed_median", "speed_p95",
        "log_dimensionless_jerk", "tremor", "without_tremor",
    ):  # fmt: skip
        assert numbers[name] is None, name
    assert 0 < found.band_power["0.5-3"] < 0.01


@pytest.mark.parametrize("lasts_s", [1.5, 2.0, 3.0, 6.0])
def test_short_bouts_have_the_size_and_the_share_of_time_of_long_ones(steady_s, measure, lasts_s):
    times_s = steady_s(60)
    within = times_s % (2 * lasts_s) < lasts_s
    wave = 3 * within * (1 + np.sin(2 * np.pi * 1.6 * times_s))
    found = measure(wave + np.random.default_rng(5).normal(0, 0.05, times_s.size), times_s)
    assert found.percent_time_moving == pytest.approx(50, abs=6)
    assert found.amplitude == pytest.approx(3, rel=0.1)
    assert found.peak_frequency_hz == pytest.approx(1.6, abs=0.1)


def test_a_rate_that_halves_midway_changes_nothing(measure):
    times_s = np.r_[np.arange(300) / 30, 10 + np.arange(150) / 15]
    found = measure(3 * np.sin(2 * np.pi * 3 * times_s), times_s, highest_frequency_hz=6)
    assert found.peak_frequency_hz == pytest.approx(3, abs=0.01)
    assert found.amplitude == pytest.approx(3, rel=0.05)
    assert found.band_power["4-7"] is None


def test_a_gap_is_not_filled_and_not_assessed(steady_s, measure):
    times_s = steady_s(30)
    x = 3 * np.sin(2 * np.pi * 1.5 * times_s)
    x[300:600] = np.nan
    found = measure(x, times_s)
    assert found.assessed_s == pytest.approx(20, abs=0.1)
    assert found.percent_time_moving == 100
    assert len(found.bouts) == 2
    assert found.peak_frequency_hz == pytest.approx(1.5, abs=0.02)


def test_what_was_never_seen_is_not_assessed(steady_s, measure):
    times_s = steady_s(30)
    found = measure(np.full(times_s.size, np.nan), times_s)
    assert found.assessed_s == 0
    assert found.peak_frequency_hz is None
    assert set(found.band_power.values()) == {None}
    half_a_second = np.where(times_s < 0.5, times_s, np.nan)
    assert measure(half_a_second, times_s).assessed_s == 0


@pytest.mark.parametrize("limit", [0.0, -1.0, float("nan"), float("inf")])
def test_nothing_is_called_still_without_a_detection_limit(steady_s, measure, limit):
    with pytest.raises(ValueError, match="noise_floor"):
        measure(np.zeros(91), steady_s(3), noise_floor=limit)


def test_two_seconds_are_enough_to_say_something_and_one_is_not(steady_s, measure):
    times_s = steady_s(2)
    found = measure(3 * np.sin(2 * np.pi * 3 * times_s), times_s)
    assert found.percent_time_moving == 100
    assert found.peak_frequency_hz == pytest.approx(3, abs=0.15)
    assert measure(found.amplitude * np.sin(2 * np.pi * 3 * steady_s(1)), steady_s(1)).assessed_s == 0


@pytest.mark.parametrize("phase", np.linspace(0, 1.5, 4) * np.pi)
def test_a_part_that_is_lost_again_and_again_moves_no_less_than_one_that_is_always_seen(
    steady_s, measure, phase
):
    times_s = steady_s(30)
    x = 3 * np.sin(2 * np.pi * 1.0 * times_s + phase)
    for seen_s in (1.2, 2.2):
        seen = np.where(times_s % (seen_s + 0.3) < seen_s, x, np.nan)
        found = measure(seen, times_s)
        assert found.assessed_s == 0 or found.amplitude == pytest.approx(3, rel=0.15)


@settings(max_examples=15, deadline=None)
@given(offset=st.floats(-500, 500), shift_s=st.floats(0, 1e4), sign=st.sampled_from([-1.0, 1.0]))
def test_where_when_and_which_way_round_do_not_matter(offset, shift_s, sign):
    times_s = np.arange(301) / 30
    rng = np.random.default_rng(3)
    x = 2 * np.sin(2 * np.pi * 1.3 * times_s) + rng.normal(0, 0.1, 301)

    def of(values, at_s):
        return signal_features(
            "a", "mm", values, at_s, noise_floor=0.5, noise_sd=0.1, highest_frequency_hz=12
        )

    plain, moved = of(x, times_s), of(sign * x + offset, times_s + shift_s)
    for name in ("amplitude", "percent_time_moving", "peak_frequency_hz", "submovements_per_s", "speed_p95"):
        assert getattr(moved, name) == pytest.approx(getattr(plain, name), rel=1e-3), name


def test_the_same_numbers_to_the_last_digit_alone_or_after_others(steady_s, measure):
    times_s = steady_s(12)
    x = np.sin(2 * np.pi * 1.3 * times_s) + np.random.default_rng(4).normal(0, 0.1, times_s.size)
    alone = measure(x, times_s)
    for seconds in (3, 7, 30):
        measure(np.sin(steady_s(seconds)), steady_s(seconds))
    assert measure(x, times_s) == alone


def test_an_hour_costs_no_more_a_minute_than_a_minute(steady_s, measure):
    import time

    def seconds(duration_s):
        times_s = steady_s(duration_s)
        x = 3 * np.sin(2 * np.pi * 1.5 * times_s)
        best = np.inf
        for _ in range(3):
            start = time.perf_counter()
            measure(x, times_s)
            best = min(best, time.perf_counter() - start)
        return best

    assert seconds(3600) < 6 * 4 * seconds(600)
