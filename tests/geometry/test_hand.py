"""The palm's own frame: what the arm does is taken out, what the fingers do is left, in millimetres."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from moving import TIMES_S, sine, turned
from tdscreen.geometry.hand import FINGERS, PalmFrame, palm_frame, palm_points_mm
from tdscreen.motion.hand_signals import along_main_axis, hand_signals, wrist_path
from tdscreen.settings import GEOMETRY
from tdscreen.vocabulary import Region

Floats = NDArray[np.float64]
USABLE = np.ones(len(TIMES_S), dtype=np.bool_)
PX_PER_MM = 2.0


def filmed(hand_mm: Floats, *, arm_moves: bool) -> NDArray[np.float32]:
    """Give a hand (one a frame) in pixels, on an arm that swings or rests."""
    angle = sine(20.0 if arm_moves else 0.0, 0.8)
    moved = turned(hand_mm, turn_deg=angle, nod_deg=angle / 2, tilt_deg=angle * 1.5)
    path = np.stack([sine(80, 0.8), sine(30, 1.3), np.zeros_like(TIMES_S)], axis=1)[:, None]
    return ((moved + (path if arm_moves else 0)) * PX_PER_MM + (360, 500, 0)).astype(np.float32)


def framed(hand_px: Floats) -> PalmFrame:
    """Hold a hand still by its palm; the tracker's world is the hand itself, in metres."""
    return palm_frame(hand_px, hand_px / (1000 * PX_PER_MM))


def named(hand_px: Floats) -> dict[str, Floats]:
    signals = hand_signals(framed(hand_px), TIMES_S, USABLE, region=Region.RIGHT_HAND)
    return {signal.name.removeprefix("right_hand."): signal.values for signal in signals}


def bent(hand_mm: Floats, finger: str, angle_deg: Floats) -> Floats:
    """Bend a finger as a whole at its knuckle towards the camera, by an angle a frame."""
    base, *rest = FINGERS[finger]
    hand = np.repeat(hand_mm[None], len(angle_deg), axis=0)
    ray = hand_mm[base] / np.linalg.norm(hand_mm[base])
    across = np.cross(ray, (0, 0, -1.0))
    across /= np.linalg.norm(across)
    forward = np.cross(across, ray)
    angle = np.radians(angle_deg)
    for number in rest:
        length = np.linalg.norm(hand_mm[number] - hand_mm[base])
        hand[:, number] = hand_mm[base] + length * (
            np.cos(angle)[:, None] * ray + np.sin(angle)[:, None] * forward
        )
    return hand


def test_an_arm_that_swings_with_a_still_hand_leaves_the_fingers_still(still_hand_mm: Floats) -> None:
    signals = named(filmed(still_hand_mm, arm_moves=True))
    assert np.ptp(signals["wrist_sideways"]) > 40
    for name, values in signals.items():
        if not name.startswith("wrist"):
            assert np.ptp(values) < 0.05, name


@pytest.mark.parametrize("arm_moves", [False, True])
def test_a_finger_that_bends_by_20_degrees_bends_by_20_degrees_on_any_arm(
    still_hand_mm: Floats, *, arm_moves: bool
) -> None:
    hand = bent(still_hand_mm, "index", 30 + sine(20, 2.0))
    signals = named(filmed(hand, arm_moves=arm_moves))
    np.testing.assert_allclose(signals["index_flexion"], 30 + sine(20, 2.0), atol=0.1)
    for finger in ("thumb", "middle", "ring", "little"):
        assert np.ptp(signals[f"{finger}_flexion"]) < 0.05
        assert np.ptp(signals[f"{finger}_tip"]) < 0.05


def test_a_finger_that_takes_the_landmarks_of_its_palm_along_leaves_the_other_fingers_still(
    still_hand_mm: Floats,
) -> None:
    image = filmed(bent(still_hand_mm, "index", 35 + sine(5, 2.0)), arm_moves=False)
    image[:, [5]] += (sine(2.0, 2.0)[:, None, None] * (1.0, 1.0, 4.0)).astype(np.float32)
    by_palm, signals = framed(image).points_mm, named(image)
    for finger in ("middle", "ring", "little"):
        told = np.ptp(signals[f"{finger}_tip"])
        assert told < np.ptp(signals["index_tip"]) / 10, finger
        assert told < np.ptp(along_main_axis(by_palm[:, FINGERS[finger][3]])) / 2, finger


def test_depth_that_goes_with_no_movement_in_the_picture_moves_no_finger(still_hand_mm: Floats) -> None:
    image = filmed(bent(still_hand_mm, "index", 35 + sine(5, 2.0)), arm_moves=False)
    trembling = image.copy()
    ends = [joints[3] for joints in FINGERS.values()]
    trembling[:, ends, 2] += sine(8 * PX_PER_MM, 3.1)[:, None].astype(np.float32)
    calm, found = named(image), named(trembling)
    for finger in FINGERS:
        np.testing.assert_allclose(found[f"{finger}_tip"], calm[f"{finger}_tip"], atol=0.8)


def test_a_straight_finger_bends_by_0_and_a_right_angle_is_90_degrees(still_hand_mm: Floats) -> None:
    for angle in (0.0, 45.0, 90.0):
        hand = bent(still_hand_mm, "middle", np.full(len(TIMES_S), angle))
        assert named(filmed(hand, arm_moves=False))["middle_flexion"] == pytest.approx(angle, abs=0.1)


@pytest.mark.parametrize("arm_moves", [False, True])
def test_the_tip_moves_by_as_many_mm_as_it_was_moved(still_hand_mm: Floats, *, arm_moves: bool) -> None:
    # A relaxed finger, whose tip goes both across the picture and towards the camera.
    hand = bent(still_hand_mm, "index", 35 + sine(5, 2.0))
    base, tip = FINGERS["index"][0], FINGERS["index"][3]
    length = np.linalg.norm(still_hand_mm[tip] - still_hand_mm[base])
    found = named(filmed(hand, arm_moves=arm_moves))["index_tip"]
    size = GEOMETRY.palm_mm / np.linalg.norm(still_hand_mm[9])
    assert np.ptp(found) == pytest.approx(2 * length * np.sin(np.radians(5)) * size, rel=0.02)


def test_thumb_and_index_meet_by_as_many_mm_as_they_part(still_hand_mm: Floats) -> None:
    hand = np.repeat(still_hand_mm[None], len(TIMES_S), axis=0)
    apart = hand[0, 8] - hand[0, 4]
    hand[:, 8] += (sine(10, 2.0) / np.linalg.norm(apart))[:, None] * apart
    found = named(filmed(hand, arm_moves=True))["thumb_index"]
    size = GEOMETRY.palm_mm / np.linalg.norm(still_hand_mm[9])
    np.testing.assert_allclose(found - found.mean(), sine(10, 2.0) * size, atol=0.1)


@pytest.mark.parametrize("scale", [0.4, 3.0])
def test_the_palm_gives_the_same_millimetres_at_any_distance(still_hand_mm: Floats, scale: float) -> None:
    image = filmed(bent(still_hand_mm, "index", sine(10, 1.0)), arm_moves=True)
    one, other = framed(image), framed(image * scale)
    np.testing.assert_allclose(other.points_mm, one.points_mm, atol=1e-3)
    np.testing.assert_allclose(np.ptp(other.wrist_mm, axis=0), np.ptp(one.wrist_mm, axis=0), rtol=1e-4)
    assert one.palm_mm == GEOMETRY.palm_mm
    assert one.scale_uncertainty == GEOMETRY.palm_uncertainty
    assert other.palm_px == pytest.approx(one.palm_px * scale, rel=1e-5)


def test_up_is_positive_for_the_wrist(still_hand_mm: Floats) -> None:
    image = filmed(still_hand_mm, arm_moves=False)
    image[:, :, 1] -= np.linspace(0, 20, len(image), dtype=np.float32)[:, None]
    wrist = named(image)["wrist_up_down"]
    assert wrist[-1] - wrist[0] > 5


def test_frames_without_the_hand_are_unseen_and_change_nothing_else(still_hand_mm: Floats) -> None:
    image = filmed(still_hand_mm, arm_moves=True)
    image[100:120] = np.nan
    for name, values in named(image).items():
        assert np.flatnonzero(np.isnan(values)).tolist() == list(range(100, 120)), name
        if not name.startswith("wrist"):
            assert np.nanmax(values) - np.nanmin(values) < 0.05, name


def test_the_points_alone_are_those_of_the_whole_frame(still_hand_mm: Floats) -> None:
    hand_px = filmed(bent(still_hand_mm, "index", sine(10, 1.0)), arm_moves=True)
    assert np.array_equal(
        palm_points_mm(hand_px), palm_frame(hand_px, hand_px / (1000 * PX_PER_MM)).points_mm
    )


def test_the_wrist_bears_witness_whatever_the_fingers_do(still_hand_mm: Floats) -> None:
    still = wrist_path(framed(filmed(bent(still_hand_mm, "index", sine(10, 1.0)), arm_moves=False)), USABLE)
    carried = wrist_path(framed(filmed(still_hand_mm, arm_moves=True)), USABLE)
    assert still.shape == (len(TIMES_S), 2)
    assert np.ptp(still, axis=0).max() < 0.05
    assert np.ptp(carried, axis=0).max() > 5


def test_a_path_is_measured_along_the_line_on_which_it_runs() -> None:
    line = np.array([0.6, -0.8, 0.0])
    path = sine(4, 1.0)[:, None] * line
    path[7] = np.nan
    along = along_main_axis(path)
    assert np.isnan(along[7])
    np.testing.assert_allclose(np.abs(np.delete(along, 7)), np.abs(np.delete(sine(4, 1.0), 7)), atol=0.1)
    assert along[8] * (path[8] @ line) < 0, "its largest component, here y, counts as positive"
    assert np.isnan(along_main_axis(np.full((4, 3), np.nan))).all()
