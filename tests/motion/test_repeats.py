"""How often a movement comes back, and how often a finger meets the thumb."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from tdscreen.motion.repeats import repeats, taps
from tdscreen.motion.spans import to_grid

Floats = NDArray[np.float64]

TIMES_S = np.arange(451) / 30


def held(start_s: float, end_s: float, *, rise_s: float = 0.7) -> Floats:
    """Go from 0 to 1, stay, and go back."""
    up = np.clip((TIMES_S - start_s) / rise_s, 0, 1)
    down = np.clip((end_s - TIMES_S) / rise_s, 0, 1)
    return np.asarray(np.minimum(up, down) ** 2 * (3 - 2 * np.minimum(up, down)))


def count(x: Floats, *, smallest: float = 1.0) -> int:
    noise = np.random.default_rng(0).normal(0, 0.1, x.size)
    return repeats(to_grid(x + noise, TIMES_S), smallest=smallest)


@pytest.mark.parametrize("hz", [0.5, 1.0, 3.0])
def test_a_sine_comes_back_once_a_period(hz: float) -> None:
    assert count(3 * np.sin(2 * np.pi * hz * TIMES_S)) == pytest.approx(15 * hz, abs=1)


def test_a_yawn_does_not_come_back_and_nor_do_two_smiles() -> None:
    assert count(20 * held(4, 9, rise_s=1.6)) == 0
    assert count(5 * held(1, 5) + 5 * held(9, 13)) == 0


def test_a_lip_that_is_licked_once_comes_back_once() -> None:
    assert count(4 * held(6, 7, rise_s=0.4)) == 1


def test_what_goes_and_stays_does_not_come_back() -> None:
    assert count(10 * held(5, 100)) == 0


def test_what_is_smaller_than_the_limit_does_not_count() -> None:
    x = 0.8 * np.sin(2 * np.pi * TIMES_S)
    assert count(x, smallest=2.5) == 0
    assert count(x, smallest=0.8) > 10


def tapping(hz: float, *, seconds: float = 15.0) -> Floats:
    """Open and close the gap of the index finger; the others go along by a fifth."""
    gap = 30 * np.abs(np.sin(np.pi * hz * TIMES_S)) * (seconds > TIMES_S) + 8
    others = 40 + np.outer(gap, [0.2, 0.15, 0.1])
    noise = np.random.default_rng(1).normal(0, 0.8, (TIMES_S.size, 4))
    return np.asarray(np.column_stack([gap, others]) + noise)


@pytest.mark.parametrize("hz", [1.0, 2.37, 4.1])
def test_taps_are_counted_within_1_and_their_rate_is_right(hz: float) -> None:
    at_s, intervals_s = taps(tapping(hz), TIMES_S, smallest_mm=4.0)
    assert abs(len(at_s) - 15 * hz) <= 1
    assert 1 / intervals_s.mean() == pytest.approx(hz, abs=0.05)


def test_fingers_that_tap_in_turn_tap_as_often_as_all_of_them() -> None:
    gaps = np.full((TIMES_S.size, 4), 40.0)
    for finger in range(4):
        gaps[:, finger] -= 30 * np.exp(-(((TIMES_S - 0.4 - finger / 2.5 + 0.8) % 1.6 - 0.8) ** 2) / 0.02)
    at_s, _ = taps(gaps, TIMES_S, smallest_mm=4.0)
    assert abs(len(at_s) - 15 * 2.5) <= 1


def test_a_still_hand_does_not_tap() -> None:
    at_s, intervals_s = taps(tapping(2.0, seconds=0.0), TIMES_S, smallest_mm=6.0)
    assert len(at_s) == len(intervals_s) == 0


def test_a_pause_in_which_the_hand_was_not_seen_is_no_interval() -> None:
    gaps = tapping(2.0)
    gaps[(TIMES_S > 5) & (TIMES_S < 8)] = np.nan
    at_s, intervals_s = taps(gaps, TIMES_S, smallest_mm=4.0)
    assert abs(len(at_s) - 24) <= 2
    assert intervals_s.max() < 1.0
