"""Two movements that go together, or do not."""

from __future__ import annotations

import numpy as np
import pytest

from tdscreen.motion.coupling import coupling


@pytest.fixture
def times_s(steady_s):
    return steady_s(40)


def test_a_movement_goes_with_itself(times_s, irregular):
    x = irregular(times_s, 0.8, 3, amplitude=2, seed=0)
    found = coupling(x, 3 * x + 5, times_s)
    assert found.correlation == pytest.approx(1)
    assert found.lag_s == 0
    assert found.coherence == pytest.approx(1)
    assert found.common_s == pytest.approx(40)


def test_a_mirrored_movement_that_follows_is_found_with_its_delay(times_s, irregular):
    x = irregular(times_s, 0.8, 3, amplitude=2, seed=1)
    found = coupling(x[6:], -x[:-6], times_s[6:])
    assert found.lag_s == pytest.approx(0.2)
    assert found.correlation == pytest.approx(-1, abs=0.02)
    assert coupling(x[:-6], x[6:], times_s[6:]).lag_s == pytest.approx(-0.2)


def test_movements_that_have_nothing_to_do_with_each_other_stay_within_chance(times_s, irregular):
    above = 0
    for seed in range(40):
        x = irregular(times_s, 0.6, 6, amplitude=2, seed=2 * seed)
        y = irregular(times_s, 0.6, 6, amplitude=2, seed=2 * seed + 1)
        found = coupling(x, y, times_s)
        above += found.coherence > found.coherence_chance
        assert abs(found.correlation) < 0.6
    assert above <= 6


def test_two_at_one_rate_are_coherent_there(times_s):
    rng = np.random.default_rng(3)
    left = np.sin(2 * np.pi * 2 * times_s) + rng.normal(size=times_s.size)
    right = np.cos(2 * np.pi * 2 * times_s) + rng.normal(size=times_s.size)
    found = coupling(left, right, times_s)
    assert found.coherence_frequency_hz == pytest.approx(2, abs=0.13)
    assert found.coherence > 0.8 > found.coherence_chance


def test_of_delays_that_fit_equally_well_the_shortest_is_given(times_s):
    x = np.sin(2 * np.pi * 3 * times_s)
    for seed in range(10):
        noisy = x + np.random.default_rng(seed).normal(0, 0.5, x.size)
        assert abs(coupling(x, noisy, times_s).lag_s) <= 1 / 30 + 1e-9
        assert abs(coupling(x, -noisy, times_s).lag_s) <= 1 / 30 + 1e-9


def test_only_time_in_which_both_were_seen_counts(times_s, irregular):
    x = irregular(times_s, 0.8, 3, amplitude=2, seed=4)
    left, right = x.copy(), x.copy()
    left[:600] = np.nan
    right[900:] = np.nan
    found = coupling(left, right, times_s)
    assert found.common_s == pytest.approx(299 / 30)
    assert found.correlation == pytest.approx(1, abs=0.01)


def test_short_or_nothing_says_so(times_s):
    x = np.sin(times_s * 9)
    short = coupling(x[:150], x[:150], times_s[:150])
    assert short.coherence is short.coherence_frequency_hz is short.coherence_chance is None
    assert coupling(np.where(times_s < 20, x, np.nan), np.where(times_s > 20, x, np.nan), times_s) is None
    assert coupling(x, np.zeros_like(x), times_s) is None
