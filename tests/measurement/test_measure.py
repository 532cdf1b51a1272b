"""What was asked for, and what goes with it, is not involuntary; what was not asked for is."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import pytest

from tdscreen import api
from tdscreen.measurement.measure import HANDS_LEFT_OUT_REASON, OTHER_HAND_REASON
from tdscreen.tracking.tracks import HANDS_LEFT_OUT, Tracks
from tdscreen.vocabulary import HAND_REGION, Item, Region, Task


@pytest.fixture
def moving_left_hand(sample_tracks: Callable[[str], Tracks]) -> Tracks:
    """Fingers of the left hand that move at 2 Hz; the right hand is not in the picture."""
    return sample_tracks("fingers_2hz.mp4")


def test_fingers_that_nobody_asked_to_move_are_scored(moving_left_hand: Tracks) -> None:
    hand = api.measure(moving_left_hand, task=Task.ARMS_OUT).regions[Region.LEFT_HAND]
    assert hand.scored_amplitude_mm
    assert hand.not_scored_reason is None


def test_fingers_that_tap_as_asked_are_not_scored(moving_left_hand: Tracks) -> None:
    measured = api.measure(moving_left_hand, task=Task.FINGER_TAPPING_LEFT)
    hand = measured.regions[Region.LEFT_HAND]
    assert hand.amplitude_mm, "it is measured all the same"
    assert hand.scored_amplitude_mm is None
    item = api.assess([measured]).items[Item.UPPER_LIMBS]
    assert not item.assessed
    assert "asked for" in (item.reason or "")


def test_hands_that_go_with_talking_are_not_scored(moving_left_hand: Tracks) -> None:
    hand = api.measure(moving_left_hand, task=Task.SPEECH).regions[Region.LEFT_HAND]
    assert hand.amplitude_mm
    assert hand.scored_amplitude_mm is None


def test_the_other_hand_tapping_alone_is_taken_for_a_mirror_and_not_for_a_severe_movement(
    moving_left_hand: Tracks,
) -> None:
    measured = api.measure(moving_left_hand, task=Task.FINGER_TAPPING_RIGHT)
    hand = measured.regions[Region.LEFT_HAND]
    assert hand.amplitude_mm
    assert hand.not_scored_reason == OTHER_HAND_REASON
    assert not api.assess([measured]).items[Item.UPPER_LIMBS].assessed


def test_the_other_hand_moving_beside_the_one_that_taps_is_scored(moving_left_hand: Tracks) -> None:
    both = dataclasses.replace(
        moving_left_hand,
        hands_px=moving_left_hand.hands_px[:, [0, 0]],
        hands_world_m=moving_left_hand.hands_world_m[:, [0, 0]],
        hands_valid=moving_left_hand.hands_valid[:, [0, 0]],
    )
    regions = api.measure(both, task=Task.FINGER_TAPPING_RIGHT).regions
    assert regions[Region.RIGHT_HAND].scored_amplitude_mm is None
    assert regions[Region.LEFT_HAND].scored_amplitude_mm


def test_hands_that_nobody_looked_for_are_not_assessed_and_never_absent(moving_left_hand: Tracks) -> None:
    nothing = dataclasses.replace(
        moving_left_hand,
        hands_px=np.full_like(moving_left_hand.hands_px, np.nan),
        hands_world_m=np.full_like(moving_left_hand.hands_world_m, np.nan),
        hands_valid=np.zeros_like(moving_left_hand.hands_valid),
        provenance={**moving_left_hand.provenance, **HANDS_LEFT_OUT},
    )
    for task in (Task.REST, Task.FINGER_TAPPING_LEFT):
        measured = api.measure(nothing, task=task)
        for region in HAND_REGION.values():
            hand = measured.regions[region]
            assert not hand.assessed
            assert hand.reason == HANDS_LEFT_OUT_REASON
            assert hand.amplitude_mm is None
        item = api.assess([measured]).items[Item.UPPER_LIMBS]
        assert not item.assessed
    (check,) = (check for check in measured.quality.checks if check.name == "hands_visible")
    assert "left out on request" in check.advice
