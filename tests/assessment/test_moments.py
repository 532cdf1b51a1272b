"""The seconds that speak for an item and against it lie where the movement was, and never where nobody saw anything."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from numpy.typing import NDArray

from measured_clips import asked_for, moving, still, unseen
from measured_clips import clip as measured_clip
from tdscreen.assessment.moments import ItemMoments, Moment, moments
from tdscreen.measurement.clip import ClipMeasurement, RegionMeasurement
from tdscreen.motion.features import signal_features
from tdscreen.motion.signals import Signal
from tdscreen.motion.tongue_signals import Protrusion
from tdscreen.vocabulary import Item, Region

TIMES_S = np.arange(0, 20, 1 / 30)


def swing(amplitude_mm: float, rate_hz: float, start_s: float, end_s: float) -> NDArray[np.float64]:
    """Go to and fro between two times, and stay at rest before and after."""
    inside = (start_s <= TIMES_S) & (end_s >= TIMES_S)
    return np.where(inside, amplitude_mm * np.sin(2 * np.pi * rate_hz * (TIMES_S - start_s)), 0.0)


def unrest() -> NDArray[np.float64]:
    return np.random.default_rng(7).normal(0.0, 0.02, TIMES_S.shape)


def signal(name: str, values: NDArray[np.float64]) -> Signal:
    return Signal(name, Region(name.split(".", maxsplit=1)[0]), "mm", TIMES_S, values)


def measured(base: RegionMeasurement, *signals: Signal) -> RegionMeasurement:
    """Measure the signals of a region, as a clip's are."""
    return dataclasses.replace(
        base,
        signals=tuple(
            signal_features(
                one.name,
                one.unit,
                one.values,
                one.times_s,
                noise_floor=0.4,
                noise_sd=0.05,
                highest_frequency_hz=12.0,
            )
            for one in signals
        ),
    )


def moments_of(item: Item, clip: ClipMeasurement, *signals: Signal) -> ItemMoments:
    return moments([clip], {clip.input_sha256: signals})[item]


def lips(values: NDArray[np.float64]) -> tuple[ClipMeasurement, Signal]:
    seen = signal("lips.opening", values)
    region = measured(moving(Region.LIPS, amplitude_mm=3.0, percent=20), seen)
    return measured_clip(region, file="rest.mp4"), seen


def test_lips_that_move_from_second_8_to_12_speak_for_the_item_there_and_against_it_at_rest() -> None:
    clip, seen = lips(swing(3.0, 1.5, 8.0, 12.0) + unrest())
    found = moments_of(Item.LIPS, clip, seen)
    assert found.reason is None
    assert found.speaks_for is not None
    assert found.speaks_against is not None
    assert found.speaks_for.file == "rest.mp4"
    assert found.speaks_for.start_s >= 7.7
    assert found.speaks_for.end_s <= 12.3
    assert found.speaks_for.amplitude_mm == pytest.approx(3.0, rel=0.1)
    assert found.speaks_for.percent_time_moving > 90
    assert outside(found.speaks_against, 7.9, 12.1)
    assert found.speaks_against.amplitude_mm == 0
    assert found.speaks_against.percent_time_moving == 0


def test_a_stretch_in_which_the_lips_were_not_seen_is_neither() -> None:
    values = swing(3.0, 1.5, 8.0, 12.0) + unrest()
    values[(TIMES_S > 9.0) & (TIMES_S < 10.0)] = np.nan
    # The quietest by far, were it seen.
    values[TIMES_S > 13.0] = np.nan
    clip, seen = lips(values)
    found = moments_of(Item.LIPS, clip, seen)
    for moment in (found.speaks_for, found.speaks_against):
        assert moment is not None
        assert outside(moment, 9.0, 10.0)
        assert moment.end_s <= 13.1


def test_lips_that_never_rest_have_their_smallest_movement_against_the_item() -> None:
    clip, seen = lips(swing(3.0, 1.5, 0.0, 10.0) + swing(1.0, 1.5, 10.0, 20.0) + unrest())
    found = moments_of(Item.LIPS, clip, seen)
    assert found.speaks_for is not None
    assert found.speaks_against is not None
    assert found.speaks_for.end_s <= 10.2
    assert found.speaks_against.start_s >= 9.8
    assert found.speaks_against.amplitude_mm == pytest.approx(1.0, rel=0.1)
    assert found.speaks_against.percent_time_moving > 90


def test_still_lips_have_nothing_for_the_item_and_say_so() -> None:
    seen = signal("lips.opening", unrest())
    clip = measured_clip(measured(still(Region.LIPS), seen))
    found = moments_of(Item.LIPS, clip, seen)
    assert found.speaks_for is None
    assert found.speaks_against is not None
    assert "Nothing that counts moved" in (found.reason or "")


def test_a_tremor_is_set_aside_and_speaks_for_nothing() -> None:
    tremor = signal(
        "left_hand.index_tip", swing(3.0, 5.0, 0.0, 20.0) + swing(8.0, 1.0, 12.0, 16.0) + unrest()
    )
    region = measured(moving(Region.LEFT_HAND, amplitude_mm=8.0, percent=20), tremor)
    assert region.signals[0].tremor is not None
    clip = measured_clip(region)
    found = moments_of(Item.UPPER_LIMBS, clip, tremor)
    assert found.speaks_for is not None
    assert found.speaks_against is not None
    assert found.speaks_for.start_s >= 11.5
    assert found.speaks_for.end_s <= 16.5
    assert found.speaks_for.amplitude_mm == pytest.approx(8.0, rel=0.15)
    assert found.speaks_against.amplitude_mm == 0


def test_the_hand_that_moves_more_for_its_scale_speaks_for_the_upper_limbs() -> None:
    left = signal("left_hand.index_tip", swing(3.0, 1.5, 2.0, 6.0) + unrest())
    right = signal("right_hand.index_tip", swing(9.0, 1.5, 12.0, 16.0) + unrest())
    clip = measured_clip(
        measured(moving(Region.LEFT_HAND, amplitude_mm=3.0, percent=20), left),
        measured(moving(Region.RIGHT_HAND, amplitude_mm=9.0, percent=20), right),
    )
    found = moments_of(Item.UPPER_LIMBS, clip, left, right)
    assert found.speaks_for is not None
    assert found.speaks_for.region is Region.RIGHT_HAND
    assert 11.7 <= found.speaks_for.start_s <= 13.3


def test_a_tongue_that_is_held_out_speaks_for_the_item_though_it_does_not_move() -> None:
    out = (TIMES_S >= 5.0) & (TIMES_S <= 11.0)
    reach = signal("tongue.reach", np.where(out, 12.0, 0.0))
    region = dataclasses.replace(
        measured(moving(Region.TONGUE, amplitude_mm=12.0, percent=30), reach),
        protrusions=(Protrusion(5.0, 11.0, 12.0),),
    )
    found = moments_of(Item.TONGUE, measured_clip(region), reach)
    assert found.speaks_for is not None
    assert found.speaks_against is not None
    assert found.speaks_for.start_s >= 4.9
    assert found.speaks_for.end_s <= 11.1
    assert found.speaks_for.amplitude_mm == 12.0
    assert outside(found.speaks_against, 5.0, 11.0)


@pytest.mark.parametrize(
    ("region", "reason"),
    [
        (unseen(Region.LIPS), "No clip gives evidence"),
        (asked_for(Region.LIPS, amplitude_mm=5, percent=90), "No clip gives evidence"),
    ],
)
def test_what_gives_no_evidence_has_no_moments_and_says_so(region: RegionMeasurement, reason: str) -> None:
    seen = signal("lips.opening", swing(3.0, 1.5, 8.0, 12.0))
    found = moments_of(Item.LIPS, measured_clip(region), seen)
    assert (found.speaks_for, found.speaks_against) == (None, None)
    assert reason in (found.reason or "")


def test_without_landmarks_there_are_no_moments_and_that_is_said() -> None:
    clip, _ = lips(swing(3.0, 1.5, 8.0, 12.0))
    found = moments([clip], {})[Item.LIPS]
    assert (found.speaks_for, found.speaks_against) == (None, None)
    assert "not kept" in (found.reason or "")


def outside(moment: Moment, start_s: float, end_s: float) -> bool:
    return moment.end_s <= start_s or moment.start_s >= end_s
