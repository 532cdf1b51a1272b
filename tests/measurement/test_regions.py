"""The signals of a region become its measurement, beside those of the other regions."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.signal import butter, sosfiltfilt

from tdscreen.measurement.clip import RegionMeasurement
from tdscreen.measurement.regions import (
    ARM_REASON,
    SPEECH_REASON,
    TOO_FAINT_REASON,
    TOO_FAST_REASON,
    UNSURE_REASON,
    Ruler,
    measure_region,
    region_features,
    speaking_signal,
)
from tdscreen.motion.face_signals import Blinks
from tdscreen.motion.features import SignalFeatures, signal_features
from tdscreen.motion.signals import Signal
from tdscreen.vocabulary import MovementType, Region, Task

Floats = NDArray[np.float64]
TIMES_S = np.arange(601) / 30
Measured = Callable[[Region, dict[Region, SignalFeatures]], RegionMeasurement]
RULER = Ruler(uncertainty=0.1, body_length_mm=62.0)


def sine(amplitude_mm: float, hz: float) -> Floats:
    return np.asarray(amplitude_mm * np.sin(2 * np.pi * hz * TIMES_S))


def talking(amplitude_mm: float, *, seed: int) -> Floats:
    noise = np.random.default_rng(seed).normal(size=TIMES_S.size)
    x = sosfiltfilt(butter(2, [1, 5], "bandpass", fs=30, output="sos"), noise)
    return np.asarray(amplitude_mm * x / np.abs(x).max())


def features(name: str, x: Floats, *, limit_mm: float) -> SignalFeatures:
    return signal_features(
        name, "mm", x, TIMES_S, noise_floor=limit_mm, noise_sd=limit_mm / 5.4, highest_frequency_hz=12.0
    )


@pytest.fixture
def measured() -> Measured:
    """Measure a region of one signal beside those of others."""

    def run(region: Region, speaking: dict[Region, SignalFeatures]) -> RegionMeasurement:
        return measure_region(region, [speaking[region]], RULER, task=Task.UNSTRUCTURED, speaking=speaking)

    return run


def test_a_jaw_that_shows_nothing_while_the_lips_talk_is_not_scored_as_still(measured: Measured) -> None:
    speaking = {
        Region.LIPS: features("lips.opening", talking(6.0, seed=1), limit_mm=2.0),
        Region.JAW: features("jaw.opening", np.zeros(TIMES_S.size), limit_mm=7.0),
    }
    assert MovementType.SPEECH_LIKE in measured(Region.LIPS, speaking).movement_types
    jaw = measured(Region.JAW, speaking)
    assert jaw.assessed
    assert jaw.amplitude_mm == 0
    assert jaw.scored_amplitude_mm is None
    assert jaw.scored_percent_time_moving is None
    assert jaw.not_scored_reason == SPEECH_REASON


def test_a_jaw_that_rests_beside_lips_that_do_not_talk_is_scored_as_still(measured: Measured) -> None:
    speaking = {
        Region.LIPS: features("lips.opening", sine(3.0, 1.2), limit_mm=2.0),
        Region.JAW: features("jaw.opening", np.zeros(TIMES_S.size), limit_mm=2.0),
    }
    assert measured(Region.JAW, speaking).scored_amplitude_mm == 0
    assert measured(Region.LIPS, speaking).scored_amplitude_mm == pytest.approx(3.0, rel=0.05)


@pytest.mark.parametrize(("limit_mm", "still"), [(2.8, True), (3.2, False)])
def test_a_jaw_that_could_have_moved_unseen_is_not_scored_as_still(
    measured: Measured, limit_mm: float, *, still: bool
) -> None:
    jaw = measured(
        Region.JAW, {Region.JAW: features("jaw.opening", np.zeros(TIMES_S.size), limit_mm=limit_mm)}
    )
    assert jaw.assessed
    assert jaw.amplitude_mm == 0
    assert jaw.scored_amplitude_mm == (0.0 if still else None)
    assert (jaw.not_scored_reason is None) == still
    assert still or "cannot tell 1.5 mm" in str(jaw.not_scored_reason)


@pytest.mark.parametrize(("limit_mm", "still"), [(2.8, True), (3.2, False)])
def test_what_moved_once_says_nothing_of_what_could_have_moved_unseen_beside_it(
    measured: Measured, limit_mm: float, *, still: bool
) -> None:
    yawn = 14.0 * np.exp(-(((TIMES_S - 5.0) / 0.4) ** 2))
    jaw = measured(Region.JAW, {Region.JAW: features("jaw.opening", yawn, limit_mm=limit_mm)})
    assert jaw.amplitude_mm
    assert jaw.scored_amplitude_mm == (0.0 if still else None)
    assert still or "cannot tell 1.5 mm" in str(jaw.not_scored_reason)


def test_a_jaw_is_found_not_assessed_or_known_to_be_still_as_its_limit_rises(measured: Measured) -> None:
    """A jaw of 1.9 mm scores the same in every film that scores it."""
    opening = np.random.default_rng(0).normal(scale=0.1, size=TIMES_S.size) + sine(1.9, 1.2)
    for limit_mm in np.linspace(1.0, 6.0, 11):
        jaw = measured(Region.JAW, {Region.JAW: features("jaw.opening", opening, limit_mm=float(limit_mm))})
        if jaw.not_scored_reason is None:
            assert jaw.scored_amplitude_mm == pytest.approx(1.9, rel=0.06)
            assert jaw.scored_percent_time_moving == pytest.approx(100, abs=5)
        else:
            assert limit_mm > 3.0


def test_a_jaw_that_clearly_moves_is_scored_whatever_its_limit(measured: Measured) -> None:
    jaw = measured(Region.JAW, {Region.JAW: features("jaw.opening", sine(6.0, 1.2), limit_mm=8.0)})
    assert jaw.scored_amplitude_mm == pytest.approx(6.0, rel=0.05)


@pytest.mark.parametrize(("limit_mm", "scored"), [(2.4, True), (2.6, False)])
def test_a_movement_that_is_hardly_larger_than_its_limit_is_seen_and_not_scored(
    measured: Measured, limit_mm: float, *, scored: bool
) -> None:
    jaw = measured(Region.JAW, {Region.JAW: features("jaw.opening", sine(1.5, 1.2), limit_mm=limit_mm)})
    assert jaw.amplitude_mm == pytest.approx(1.5, rel=0.05)
    assert (jaw.scored_amplitude_mm is not None) == scored
    assert jaw.not_scored_reason == (None if scored else TOO_FAINT_REASON)


@pytest.mark.parametrize(
    ("limit_mm", "amplitude_mm", "scored"),
    [(1.9, 2.0, True), (2.5, 3.0, False), (2.5, 4.2, True), (4.3, 2.8, False)],
)
def test_lips_that_a_clip_shows_poorly_are_scored_only_if_they_move_far(
    measured: Measured, limit_mm: float, amplitude_mm: float, *, scored: bool
) -> None:
    lips = measured(
        Region.LIPS, {Region.LIPS: features("lips.opening", sine(amplitude_mm, 1.2), limit_mm=limit_mm)}
    )
    assert lips.amplitude_mm == pytest.approx(amplitude_mm, rel=0.05)
    assert (lips.scored_amplitude_mm is not None) == scored
    assert lips.not_scored_reason == (None if scored else UNSURE_REASON)


@pytest.mark.parametrize("gain", [0.65, 0.9, 1.0, 1.45])
def test_an_interval_holds_what_its_witness_may_have_lost_or_added(gain: float) -> None:
    jaw = features("jaw.opening", sine(6.0 * gain, 1.2), limit_mm=0.5)
    ruler = Ruler(uncertainty=0.05, body_length_mm=62.0, witness={"jaw.opening": 0.25})
    speaking = {Region.JAW: jaw}
    found = measure_region(Region.JAW, [jaw], ruler, task=Task.REST, speaking=speaking)
    assert found.amplitude_interval_mm is not None
    low_mm, high_mm = found.amplitude_interval_mm
    assert low_mm < 6.0 < high_mm
    assert 0 < low_mm < 6.0 * gain < high_mm < 2 * 6.0 * gain


def wandering(amplitude_mm: float, hz: float, *, sd_hz: float, seed: int) -> Floats:
    """Return a sine whose rate wanders by so much within a second or two."""
    noise = np.random.default_rng(seed).normal(size=TIMES_S.size)
    slow = sosfiltfilt(butter(2, 0.6, fs=30, output="sos"), noise)
    return np.asarray(amplitude_mm * np.sin(2 * np.pi * np.cumsum(hz + sd_hz * slow / slow.std()) / 30))


@pytest.mark.parametrize("seed", range(3))
def test_a_tremor_that_wanders_too_much_to_be_set_aside_is_not_scored_and_a_slow_movement_is(
    measured: Measured, seed: int
) -> None:
    hand = Region.LEFT_HAND
    fast = features("left_hand.index_tip", wandering(8.0, 5.2, sd_hz=0.7, seed=seed), limit_mm=4.0)
    assert fast.tremor is None
    found = measured(hand, {hand: fast})
    assert found.amplitude_mm == pytest.approx(8.0, rel=0.1)
    assert found.scored_amplitude_mm is None
    assert found.not_scored_reason == TOO_FAST_REASON
    slow = features("left_hand.index_tip", wandering(8.0, 2.0, sd_hz=0.5, seed=seed), limit_mm=4.0)
    assert measured(hand, {hand: slow}).scored_amplitude_mm == pytest.approx(8.0, rel=0.1)


def test_a_tremor_of_the_wrist_is_named_beside_the_fingers_that_speak_for_the_hand() -> None:
    hand = Region.LEFT_HAND
    wrist = features("left_hand.wrist_sideways", sine(8.0, 5.0), limit_mm=5.0)
    fingers = features("left_hand.index_tip", sine(14.0, 1.3), limit_mm=12.0)
    loudest = speaking_signal([wrist, fingers])
    assert loudest is fingers
    found = measure_region(hand, [wrist, fingers], RULER, task=Task.REST, speaking={hand: loudest})
    assert found.signal == "left_hand.index_tip"
    assert found.movement_types == (MovementType.RHYTHMIC, MovementType.TREMOR_LIKE)
    assert found.scored_amplitude_mm == pytest.approx(14.0, rel=0.05)


def held(start_s: float, end_s: float) -> Floats:
    """Go from 0 to 1 within 1.5 s, stay, and go back."""
    return np.asarray(np.clip(np.minimum(TIMES_S - start_s, end_s - TIMES_S) / 1.5, 0, 1))


def test_a_yawn_is_seen_and_named_and_raises_nothing(measured: Measured) -> None:
    jaw = features("jaw.opening", 20 * held(5, 11), limit_mm=1.5)
    region = measured(Region.JAW, {Region.JAW: jaw})
    assert region.amplitude_mm is not None
    assert region.amplitude_mm > 2
    assert MovementType.NOT_REPEATED in region.movement_types
    assert region.scored_amplitude_mm == region.scored_percent_time_moving == 0


def test_a_yawn_beside_lips_that_move_again_and_again_does_not_speak_for_them() -> None:
    found = [
        features("lips.opening", 20 * held(5, 11), limit_mm=1.5),
        features("lips.width", sine(2.0, 1.4), limit_mm=1.5),
    ]
    speaking = {Region.LIPS: speaking_signal(found)}
    region = measure_region(Region.LIPS, found, RULER, task=Task.REST, speaking=speaking)
    assert region.signal == "lips.width"
    assert region.scored_amplitude_mm == pytest.approx(2.0, rel=0.1)


@pytest.mark.parametrize(
    ("task", "wrist_mm", "scored"),
    [
        (Task.REST, 30.0, True),
        (Task.REST, 60.0, False),
        (Task.UNSTRUCTURED, 30.0, False),
        (Task.UNSTRUCTURED, 12.0, True),
    ],
)
def test_an_arm_that_is_carried_about_is_not_scored_and_a_wrist_that_moves_a_little_is(
    task: Task, wrist_mm: float, scored: bool
) -> None:
    found = [
        features("left_hand.wrist_sideways", sine(wrist_mm, 0.9), limit_mm=5.0),
        features("left_hand.index_tip", sine(0.5, 2.0), limit_mm=30.0),
    ]
    speaking = {Region.LEFT_HAND: speaking_signal(found)}
    region = measure_region(Region.LEFT_HAND, found, RULER, task=task, speaking=speaking)
    assert region.amplitude_mm == pytest.approx(wrist_mm, rel=0.1)
    assert (region.scored_amplitude_mm is not None) == scored
    assert (region.not_scored_reason == ARM_REASON) != scored


def blinking(per_minute: float, *, percent: float, watched_s: float = 60.0) -> Blinks:
    during = np.zeros(TIMES_S.size, dtype=np.bool_)
    return Blinks((), per_minute, during, percent, 4.5, watched_s)


@pytest.mark.parametrize(
    ("per_minute", "watched_s", "raises"),
    [
        (17.0, 60.0, False),
        (26.0, 60.0, False),
        (70.0, 60.0, True),
        (70.0, 10.0, True),
        (45.0, 60.0, True),
        # Seven blinks in ten seconds may be chance.
        (42.0, 10.0, False),
    ],
)
def test_lids_that_close_far_too_often_count_for_the_face_and_usual_blinking_does_not(
    per_minute: float, watched_s: float, raises: bool
) -> None:
    still = features("upper_face.eye_left_opening", np.zeros(TIMES_S.size), limit_mm=1.5)
    region = measure_region(
        Region.UPPER_FACE,
        [still],
        RULER,
        task=Task.REST,
        speaking={Region.UPPER_FACE: still},
        blinks=blinking(per_minute, percent=45.0, watched_s=watched_s),
    )
    assert region.blinks_per_minute == per_minute
    assert region.scored_amplitude_mm == (4.5 if raises else 0.0)
    assert region.scored_percent_time_moving == (45.0 if raises else 0.0)


def of_hand(x: Floats) -> SignalFeatures:
    signal = Signal("left_hand.index_tip", Region.LEFT_HAND, "mm", TIMES_S, x)
    (found,) = region_features([signal], {signal.name: 2.0}, highest_frequency_hz=15.0)
    return found


@pytest.mark.parametrize("hz", [3.4, 4.0, 5.0, 8.0])
def test_a_hand_that_trembles_regularly_raises_nothing(hz: float) -> None:
    found = of_hand(sine(6.0, hz))
    region = measure_region(
        Region.LEFT_HAND, [found], RULER, task=Task.REST, speaking={Region.LEFT_HAND: found}
    )
    assert MovementType.TREMOR_LIKE in region.movement_types
    assert region.scored_amplitude_mm == 0


@pytest.mark.parametrize("seed", range(3))
def test_a_broad_tremor_of_8_to_10_hz_is_no_dyskinesia(seed: int) -> None:
    noise = np.random.default_rng(seed).normal(size=TIMES_S.size)
    x = sosfiltfilt(butter(2, [8, 10], "bandpass", fs=30, output="sos"), noise)
    found = of_hand(5 * x / np.abs(x).max())
    region = measure_region(
        Region.LEFT_HAND, [found], RULER, task=Task.REST, speaking={Region.LEFT_HAND: found}
    )
    assert not region.scored_amplitude_mm


def test_a_hand_asked_to_tap_fast_does_not_tremble() -> None:
    found = of_hand(sine(20.0, 4.5))
    region = measure_region(
        Region.LEFT_HAND,
        [found],
        RULER,
        task=Task.FINGER_TAPPING_LEFT,
        speaking={Region.LEFT_HAND: found},
    )
    assert MovementType.TREMOR_LIKE not in region.movement_types
    assert MovementType.VOLUNTARY_TASK in region.movement_types
