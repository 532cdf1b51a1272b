"""A pose moves the marks that it should, by millimetres that are exact, in the frame that it says."""

from __future__ import annotations

import numpy as np
import pytest

from phantom.people import needs_people
from tdscreen.phantom.body import Body
from tdscreen.phantom.person import sample_person
from tdscreen.phantom.pose import HAND_MARKS, MARKS, HandPose, Pose

pytestmark = needs_people
STILL_FOR_THE_JAW = ("bridge", "brow_left", "brow_right", "upper_lid_left", "upper_lid_right")


@pytest.fixture(scope="module")
def body():
    return Body(sample_person(2, teeth="full"))


def moved(body, pose, name):
    return body.marks(pose)[name] - body.marks(Pose())[name]


def test_all_marks_are_there_and_the_bridge_is_the_origin(body):
    marks = body.marks(Pose(left_hand=HandPose("raised")))
    assert set(marks) == {*MARKS, *(f"left_{name}" for name in HAND_MARKS)}
    np.testing.assert_allclose(marks["bridge"], 0, atol=1e-9)
    assert marks["brow_left"][0] > 20 > -20 > marks["brow_right"][0]
    assert marks["chin"][1] > marks["lower_lip"][1] > marks["upper_lip"][1] > marks["nose_tip"][1] > 10
    assert marks["nose_tip"][2] < -5


def test_an_opening_jaw_takes_chin_and_lower_lip_down_and_leaves_brows_and_lids(body):
    half = Pose(units={"jawOpen": 0.5})
    assert 12 < moved(body, half, "chin")[1] < 22
    assert 10 < moved(body, half, "lower_lip_inner")[1] < 22
    for name in STILL_FOR_THE_JAW:
        np.testing.assert_allclose(moved(body, half, name), 0, atol=0.05)
    quarter = moved(body, Pose(units={"jawOpen": 0.25}), "chin")
    np.testing.assert_allclose(moved(body, half, "chin"), 2 * quarter, atol=1e-9)


def test_chewing_behind_closed_lips_moves_the_chin_and_parts_no_lips(body):
    marks = body.marks(Pose(units={"jawOpen": 0.2, "mouthClose": 0.2}))
    at_rest = body.marks(Pose())
    gap = marks["lower_lip_inner"][1] - marks["upper_lip_inner"][1]
    assert gap == pytest.approx(at_rest["lower_lip_inner"][1] - at_rest["upper_lip_inner"][1], abs=1.5)
    assert marks["chin"][1] - at_rest["chin"][1] > 3


def test_the_head_may_turn_without_a_mark_moving_in_its_own_frame(body):
    pose = Pose(units={"mouthPucker": 0.7})
    turned = Pose(units={"mouthPucker": 0.7}, head_deg=(15, -8, 6), head_mm=(12, 3, -5))
    for name, place in body.marks(pose).items():
        np.testing.assert_allclose(body.marks(turned)[name], place, atol=1e-6)


@pytest.mark.parametrize(
    ("angles", "mark", "axis", "sign"),
    [((10, 0, 0), "nose_tip", 0, 1), ((0, 10, 0), "nose_tip", 1, -1), ((0, 0, 10), "brow_left", 1, 1)],
)
def test_the_head_turns_to_the_right_nods_up_and_tilts_clockwise(body, angles, mark, axis, sign):
    there = body.marks_in_body(Pose(head_deg=angles))[mark] - body.marks_in_body(Pose())[mark]
    assert sign * there[axis] > 3


def test_eyes_look_to_the_right_and_up(body):
    ahead = np.array([0, 0, -1.0])
    assert (body.eye_turn(Pose(gaze_deg=(20, 0))) @ ahead)[0] == pytest.approx(np.sin(np.deg2rad(20)))
    assert (body.eye_turn(Pose(gaze_deg=(0, 20))) @ ahead)[1] == pytest.approx(-np.sin(np.deg2rad(20)))


def test_no_lid_lies_inside_an_eyeball(body):
    for blink in (0.0, 0.5, 1.0):
        head = body.head(Pose(units={"eyeBlinkLeft": blink, "eyeBlinkRight": blink}))
        for side, eye in body.eyes.items():
            lids = head[body._lid_vertices[side]]
            assert np.linalg.norm(lids - eye.centre_mm, axis=1).min() > eye.radius_mm + 0.3


def test_a_tongue_comes_out_and_goes_to_the_side_it_is_told(body):
    out = {"jawOpen": 0.4, "tongueOut": 1.7}
    tip, lip = (body.marks(Pose(units=out))[name] for name in ("tongue_tip", "lower_lip"))
    assert tip[2] < lip[2] - 5
    aside = body.marks(Pose(units=out, tongue_side_mm=6.0))["tongue_tip"]
    assert aside[0] - tip[0] == pytest.approx(6.0, abs=0.5)


def test_a_tongue_in_the_cheek_bulges_the_cheek_that_it_is_in(body):
    for side, amount in (("left", 1.0), ("right", -1.0)):
        rest, bulged = body.head(Pose()), body.head(Pose(tongue_in_cheek=amount))
        far = np.linalg.norm(bulged - rest, axis=1)
        assert 5 < far.max() < 9
        assert np.sign(rest[np.argmax(far), 0]) == (1 if side == "left" else -1)


def test_a_pinch_joins_finger_and_thumb_and_half_a_pinch_comes_half_way(body):
    def apart(finger, amount, k):
        pinch = tuple(amount if i == k else 0.0 for i in range(4))
        marks = body.marks(Pose(right_hand=HandPose("raised", pinch=pinch)))
        return np.linalg.norm(marks[f"right_{finger}_tip"] - marks["right_thumb_tip"])

    for k, finger in enumerate(("index", "middle", "ring", "little")):
        assert apart(finger, 1.0, k) < 22 < 40 < apart(finger, 0.0, k)
    assert apart("index", 1.0, 0) < apart("index", 0.5, 0) < apart("index", 0.0, 0)


def test_a_bending_finger_moves_against_the_palm_and_the_others_do_not(body):
    straight = body.palm_marks(Pose(left_hand=HandPose("raised")))
    bent = body.palm_marks(Pose(left_hand=HandPose("raised", flexion_deg=(0, 30, 0, 0, 0))))
    assert bent["left_index_tip"][2] - straight["left_index_tip"][2] > 20
    for name in ("wrist", "index_knuckle", "middle_tip", "little_tip", "thumb_tip"):
        np.testing.assert_allclose(bent[f"left_{name}"], straight[f"left_{name}"], atol=0.5)


def test_a_moving_arm_moves_the_hand_and_nothing_in_the_palm(body):
    still, shifted = (
        Pose(left_hand=HandPose("raised", shift_mm=mm, wrist_deg=wrist))
        for mm, wrist in (((0.0, 0.0, 0.0), (0.0, 0.0)), ((10.0, -5.0, 4.0), (20.0, 8.0)))
    )
    wrist = body.marks(shifted)["left_wrist"] - body.marks(still)["left_wrist"]
    np.testing.assert_allclose(wrist, [10.0, -5.0, 4.0], atol=1e-6)
    for name, place in body.palm_marks(still).items():
        np.testing.assert_allclose(body.palm_marks(shifted)[name], place, atol=0.7)
