"""The detection limit: what stillness shows is not movement, and movement does not hide itself."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from moving import sine
from tdscreen.motion.features import signal_features
from tdscreen.motion.stillness import detection_limit, jitter_sd, still_range

Floats = NDArray[np.float64]
Steady = Callable[..., Floats]
Irregular = Callable[..., Floats]

NOISE_MM = 0.12


def noise(times_s: Floats, seed: int, *, points: int | None = None) -> Floats:
    shape = (len(times_s),) if points is None else (len(times_s), points)
    return np.random.default_rng(seed).normal(0, NOISE_MM, shape)


def percent_moving(x: Floats, times_s: Floats, limit: float) -> float:
    features = signal_features(
        "lips.opening", "mm", x, times_s, noise_floor=limit, noise_sd=limit / 5.4, highest_frequency_hz=12.0
    )
    return features.percent_time_moving


@pytest.mark.parametrize("fps", [15, 24, 30, 60])
def test_noise_and_what_is_left_of_a_shaken_camera_move_in_about_5_percent_of_windows(
    steady_s: Steady, irregular: Irregular, fps: int
) -> None:
    times_s = steady_s(120, fps)
    shares = []
    for seed in range(4):
        shake = irregular(times_s, 0.6, 5, amplitude=0.4, seed=seed)
        still = shake[:, None] + noise(times_s, 100 + seed, points=16)
        region = shake + noise(times_s, seed)
        limit = detection_limit(
            region, times_s, still_range=still_range(still, times_s), factor=1.0, minimum=0.0
        )
        shares.append(percent_moving(region, times_s, limit))
    assert np.mean(shares) <= 6
    assert max(shares) <= 12


def test_noise_alone_moves_in_about_5_percent_of_windows_by_its_own_jitter(steady_s: Steady) -> None:
    times_s = steady_s(600)
    region = noise(times_s, 1)
    limit = detection_limit(region, times_s, still_range=0.0, factor=1.0, minimum=0.0)
    assert percent_moving(region, times_s, limit) == pytest.approx(5, abs=3)


@pytest.mark.parametrize("fps", [24, 25, 30, 60])
@pytest.mark.parametrize(("hz", "amplitude_mm"), [(5.0, 2.0), (3.0, 5.0), (1.0, 10.0)])
def test_lips_that_move_do_not_raise_their_own_limit(
    steady_s: Steady, fps: int, hz: float, amplitude_mm: float
) -> None:
    times_s = steady_s(30, fps)
    still = still_range(noise(times_s, 9, points=16), times_s)

    def limit(x: Floats) -> float:
        return detection_limit(x, times_s, still_range=still, factor=1.0, minimum=0.0)

    at_rest = noise(times_s, 2)
    moving = at_rest + sine(amplitude_mm, hz, times_s)
    assert limit(moving) == pytest.approx(limit(at_rest), rel=0.2)
    assert percent_moving(moving, times_s, limit(moving)) == 100


def test_at_15_frames_a_second_the_still_points_alone_speak(steady_s: Steady) -> None:
    times_s = steady_s(30, 15)
    still = still_range(noise(times_s, 9, points=16), times_s)
    moving = noise(times_s, 2) + sine(2.0, 5.0, times_s)
    assert jitter_sd(moving, times_s) == 0
    assert detection_limit(moving, times_s, still_range=still, factor=3.0, minimum=0.0) == pytest.approx(
        3 * still
    )
    # White noise of this size has a range of 0.5 mm or so in a second, at 15 frames a second as well.
    assert still == pytest.approx(5 * NOISE_MM, rel=0.3)


def test_a_rate_that_falls_halfway_leaves_the_jitter_that_of_the_faster_half() -> None:
    times_s = np.r_[np.arange(180) / 30, 6 + np.arange(90) / 15]
    moving = noise(times_s, 3) + sine(3.0, 3.0, times_s)
    assert jitter_sd(moving, times_s) == pytest.approx(NOISE_MM, rel=0.25)


def test_movement_seen_at_uneven_times_is_not_taken_for_jitter(steady_s: Steady) -> None:
    even_s = steady_s(20)
    times_s = even_s + np.random.default_rng(4).uniform(-0.006, 0.006, len(even_s))
    assert jitter_sd(sine(5.0, 3.0, times_s), times_s) < 0.01


@pytest.mark.parametrize("fps", [24, 30, 60])
def test_jitter_is_the_standard_deviation_of_white_noise(steady_s: Steady, fps: int) -> None:
    times_s = steady_s(60, fps)
    slow = 40 * np.cos(2 * np.pi * 0.1 * times_s) + times_s**2
    assert jitter_sd(slow + noise(times_s, 5), times_s) == pytest.approx(NOISE_MM, rel=0.1)


def test_frames_not_seen_neither_break_nor_change_the_jitter(steady_s: Steady) -> None:
    times_s = steady_s(60)
    x = noise(times_s, 6)
    gaps = x.copy()
    gaps[100:130] = gaps[400] = gaps[1000:1400] = np.nan
    assert jitter_sd(gaps, times_s) == pytest.approx(jitter_sd(x, times_s), rel=0.1)
    assert jitter_sd(np.full_like(x, np.nan), times_s) == 0
    assert jitter_sd(x[:1], times_s[:1]) == 0
    assert jitter_sd(x[:8], times_s[:8]) == 0


def test_a_living_body_sets_the_least_limit(steady_s: Steady) -> None:
    times_s = steady_s(20)
    assert detection_limit(0 * times_s, times_s, still_range=0.0, factor=6.0, minimum=0.6) == 0.6


def test_still_points_without_a_span_of_a_second_have_no_range(steady_s: Steady) -> None:
    times_s = steady_s(5)
    unseen = np.full((len(times_s), 4), np.nan)
    seen_briefly = unseen.copy()
    seen_briefly[10:30] = 1.0
    assert np.isnan(still_range(unseen, times_s))
    assert np.isnan(still_range(seen_briefly, times_s))
