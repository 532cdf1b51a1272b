"""Speed, sub-movements and smoothness of movements that have them by formula."""

from __future__ import annotations

import numpy as np
import pytest

from tdscreen.motion.kinematics import kinematics, log_dimensionless_jerk, submovements, velocity
from tdscreen.motion.spans import Grid, GridSpan


def measured(values, rate_hz=30, smallest=0.5):
    moves = np.full(len(values), np.ptp(values) > smallest)
    return kinematics(Grid(rate_hz, (GridSpan(0.0, values),)), [moves], smallest=smallest)


def test_the_velocity_of_a_sine_is_a_cosine():
    times_s = np.arange(301) / 30
    (v,) = velocity([3 * np.sin(2 * np.pi * 2 * times_s)], rate_hz=30)
    np.testing.assert_allclose(v, 12 * np.pi * np.cos(4 * np.pi * times_s), atol=0.4)


@pytest.mark.parametrize("frequency_hz", [1.0, 2.0, 4.0])
def test_a_sine_has_two_submovements_a_period(frequency_hz):
    found = measured(3 * np.sin(2 * np.pi * frequency_hz * np.arange(601) / 30))
    assert found.submovements_per_s == pytest.approx(2 * frequency_hz, abs=0.1)


def test_noise_within_the_detection_limit_makes_no_submovements():
    times_s = np.arange(601) / 30
    noise = np.random.default_rng(0).uniform(-0.2, 0.2, 601)
    assert submovements(noise, smallest=0.5) == 0
    assert submovements(3 * np.sin(2 * np.pi * times_s + 0.1) + noise, smallest=0.5) == pytest.approx(
        40, abs=1
    )


def test_one_way_is_one_submovement():
    assert submovements(np.linspace(0, 5, 30), smallest=0.5) == 1
    assert submovements(-np.linspace(0, 5, 30), smallest=0.5) == 1
    assert submovements(np.zeros(30), smallest=0.5) == 0


def test_the_speed_of_a_sine_follows_from_its_amplitude_and_rate():
    found = measured(3 * np.sin(2 * np.pi * 1.1 * np.arange(601) / 30))
    top = 2 * np.pi * 1.1 * 3
    assert found.speed_median == pytest.approx(top * np.sin(np.pi / 4), rel=0.02)
    assert found.speed_p95 == pytest.approx(top * np.sin(0.95 * np.pi / 2), rel=0.02)


@pytest.mark.parametrize("frequency_hz", [1.0, 2.0])
def test_the_jerk_of_a_sine_follows_from_its_rate_alone(frequency_hz):
    expected = -np.log((2 * np.pi * frequency_hz) ** 4 / 2)
    for size in (1, 10):
        found = measured(size * np.sin(2 * np.pi * frequency_hz * np.arange(601) / 30), smallest=0.1)
        assert found.log_dimensionless_jerk == pytest.approx(expected, abs=0.1)


def test_camera_noise_hardly_changes_the_jerk_of_a_clear_movement():
    wave = 3 * np.sin(2 * np.pi * 1.5 * np.arange(601) / 30)
    noisy = wave + np.random.default_rng(1).normal(0, 0.05, 601)
    assert measured(noisy).log_dimensionless_jerk == pytest.approx(
        measured(wave).log_dimensionless_jerk, abs=0.2
    )


def test_what_does_not_move_has_no_kinematics():
    assert measured(np.zeros(100)) is None
    assert log_dimensionless_jerk(np.zeros((1, 30)), np.zeros((1, 30)), duration_s=1) is None
