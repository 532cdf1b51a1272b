"""The movements that must be told from tardive dyskinesia look like what they are."""

from __future__ import annotations

import numpy as np
import pytest

from tdscreen.motion.movement_types import ASKED_FOR, movement_types
from tdscreen.vocabulary import MovementType, Region, Task

IRREGULAR, RHYTHMIC = MovementType.IRREGULAR, MovementType.RHYTHMIC
TREMOR, CHEWING = MovementType.TREMOR_LIKE, MovementType.CHEWING_LIKE
SPEECH, VOLUNTARY = MovementType.SPEECH_LIKE, MovementType.VOLUNTARY_TASK


@pytest.fixture
def times_s(steady_s):
    return steady_s(30)


def sine(times_s, frequency_hz, amplitude=2.0):
    rng = np.random.default_rng(0)
    return amplitude * np.sin(2 * np.pi * frequency_hz * times_s) + rng.normal(0, 0.08, times_s.size)


def test_what_does_not_move_looks_like_nothing(times_s, measure):
    still = measure(np.zeros(times_s.size), times_s)
    assert movement_types(still, region=Region.JAW, task=Task.MOUTH_OPEN) == ()


@pytest.mark.parametrize("seed", range(5))
def test_chorea_is_irregular(times_s, measure, irregular, seed):
    found = measure(irregular(times_s, 0.5, 3, amplitude=3, seed=seed), times_s)
    assert movement_types(found, region=Region.LIPS, task=Task.REST) == (IRREGULAR,)


def test_regular_slow_movement_of_the_lips_is_rhythmic_and_of_the_jaw_like_chewing(times_s, measure):
    found = measure(sine(times_s, 1.5), times_s)
    assert movement_types(found, region=Region.LIPS, task=Task.REST) == (RHYTHMIC,)
    assert movement_types(found, region=Region.JAW, task=Task.REST) == (RHYTHMIC, CHEWING)
    faster = measure(sine(times_s, 2.6), times_s)
    assert movement_types(faster, region=Region.JAW, task=Task.REST) == (RHYTHMIC,)


def test_five_regular_hertz_of_lips_and_jaw_are_a_rabbit_and_not_speech(times_s, measure):
    found = measure(sine(times_s, 5), times_s)
    for region, other in ((Region.LIPS, Region.JAW), (Region.JAW, Region.LIPS)):
        kinds = movement_types(found, region=region, task=Task.REST, others={other: found})
        assert kinds == (RHYTHMIC, TREMOR)


def test_a_tremor_over_an_irregular_movement_is_both(times_s, measure, irregular):
    found = measure(sine(times_s, 5) + irregular(times_s, 0.8, 2.5, amplitude=3, seed=1), times_s)
    assert movement_types(found, region=Region.LEFT_HAND, task=Task.REST) == (IRREGULAR, TREMOR)


def test_a_strong_tremor_does_not_make_the_movement_under_it_rhythmic(times_s, measure, irregular):
    found = measure(sine(times_s, 5, 6) + irregular(times_s, 0.8, 2.5, amplitude=1, seed=1), times_s)
    assert found.peak_regularity > 0.9
    assert movement_types(found, region=Region.LIPS, task=Task.REST) == (IRREGULAR, TREMOR)


@pytest.mark.parametrize("seed", range(3))
def test_fast_broad_movement_of_lips_and_jaw_together_is_like_speech(times_s, measure, irregular, seed):
    def talking(extra):
        slow = irregular(times_s, 0.8, 2, amplitude=1, seed=seed + extra)
        return measure(slow + irregular(times_s, 3, 5, amplitude=1.5, seed=seed + 50 + extra), times_s)

    lips, jaw = talking(0), talking(100)
    assert SPEECH in movement_types(lips, region=Region.LIPS, task=Task.REST, others={Region.JAW: jaw})
    assert SPEECH in movement_types(jaw, region=Region.JAW, task=Task.REST, others={Region.LIPS: lips})
    assert SPEECH not in movement_types(lips, region=Region.LIPS, task=Task.REST)
    still = measure(np.zeros(times_s.size), times_s)
    assert SPEECH not in movement_types(lips, region=Region.LIPS, task=Task.REST, others={Region.JAW: still})
    assert SPEECH not in movement_types(
        lips, region=Region.UPPER_FACE, task=Task.REST, others={Region.JAW: jaw}
    )


@pytest.mark.parametrize(("fast_mm", "like_speech"), [(0.8, True), (0.35, False)])
def test_wide_slow_openings_with_syllables_on_them_are_like_speech(
    times_s, measure, irregular, fast_mm, like_speech
):
    def mouth(extra):
        slow = irregular(times_s, 0.8, 2, amplitude=2, seed=extra)
        return measure(slow + irregular(times_s, 3.2, 5, amplitude=fast_mm, seed=50 + extra), times_s)

    lips, jaw = mouth(1), mouth(101)
    kinds = movement_types(lips, region=Region.LIPS, task=Task.REST, others={Region.JAW: jaw})
    assert (SPEECH in kinds) == like_speech


@pytest.mark.parametrize(("jaw_limit_mm", "like_speech"), [(4.0, True), (1.0, False)])
def test_talking_lips_beside_a_jaw_that_may_talk_unseen_are_like_speech_and_beside_a_still_one_not(
    times_s, measure, irregular, jaw_limit_mm, like_speech
):
    slow = irregular(times_s, 0.8, 2, amplitude=2, seed=1)
    lips = measure(slow + irregular(times_s, 3, 5, amplitude=1.5, seed=51), times_s)
    jaw = measure(np.zeros(times_s.size), times_s, noise_floor=jaw_limit_mm)
    kinds = movement_types(lips, region=Region.LIPS, task=Task.REST, others={Region.JAW: jaw})
    assert (SPEECH in kinds) == like_speech


def test_slow_movement_in_noise_beside_an_unseen_jaw_is_not_like_speech(times_s, measure, irregular):
    noise = np.random.default_rng(0).normal(0, 1.5, times_s.size)
    limits = {"noise_floor": 5.4, "noise_sd": 1.0}
    lips = measure(irregular(times_s, 0.6, 2.5, amplitude=2.5, seed=1) + noise, times_s, **limits)
    jaw = measure(np.zeros(times_s.size), times_s, noise_floor=6.0)
    assert lips.percent_time_moving > 50
    assert SPEECH not in movement_types(lips, region=Region.LIPS, task=Task.REST, others={Region.JAW: jaw})


def test_regular_movement_of_lips_and_jaw_is_not_like_speech(times_s, measure):
    found = measure(sine(times_s, 3.4), times_s)
    kinds = movement_types(found, region=Region.LIPS, task=Task.REST, others={Region.JAW: found})
    assert kinds == (RHYTHMIC,)


def test_fast_lips_beside_a_trembling_jaw_are_not_like_speech(times_s, measure, irregular):
    lips = measure(irregular(times_s, 2, 5, amplitude=2, seed=4), times_s)
    jaw = measure(sine(times_s, 5), times_s)
    assert SPEECH not in movement_types(lips, region=Region.LIPS, task=Task.REST, others={Region.JAW: jaw})


def test_noise_beside_a_tremor_is_not_called_a_movement(times_s, measure):
    found = measure(sine(times_s, 5), times_s, noise_floor=0.33)
    assert 0 < found.without_tremor.percent_time_moving <= 10
    assert movement_types(found, region=Region.LIPS, task=Task.REST) == (RHYTHMIC, TREMOR)


def test_slow_dyskinesia_of_lips_and_jaw_is_not_like_speech(times_s, measure, irregular):
    lips = measure(irregular(times_s, 0.5, 2.8, amplitude=3, seed=2), times_s)
    jaw = measure(irregular(times_s, 0.5, 2.8, amplitude=3, seed=3), times_s)
    assert movement_types(lips, region=Region.LIPS, task=Task.REST, others={Region.JAW: jaw}) == (IRREGULAR,)


def test_what_was_asked_for_is_voluntary_in_the_hand_that_taps_only(times_s, measure):
    tapping = measure(sine(times_s, 2.5, 20), times_s)
    left = movement_types(tapping, region=Region.LEFT_HAND, task=Task.FINGER_TAPPING_LEFT)
    right = movement_types(tapping, region=Region.RIGHT_HAND, task=Task.FINGER_TAPPING_LEFT)
    assert left == (RHYTHMIC, VOLUNTARY)
    assert right == (RHYTHMIC,)


def test_every_task_says_what_it_asks_for():
    assert set(ASKED_FOR) == set(Task)
    assert ASKED_FOR[Task.REST] == frozenset()
