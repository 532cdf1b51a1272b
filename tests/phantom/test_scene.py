"""What is drawn is where the marks say, moves as they move, and is taken for a person."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from phantom.people import needs_people
from tdscreen.phantom.person import sample_person
from tdscreen.phantom.pose import HandPose, Pose
from tdscreen.phantom.scene import LABELS, Scene
from tdscreen.tracking.detector import LandmarkDetector

pytestmark = needs_people
SAME_POINT = {
    "upper_lip": 0, "lower_lip": 17, "upper_lip_inner": 13, "lower_lip_inner": 14, "corner_left": 291,
    "corner_right": 61, "upper_lid_left": 386, "lower_lid_left": 374, "upper_lid_right": 159, "lower_lid_right": 145,
}  # fmt: skip
"""Marks and the points of MediaPipe's mesh that mean the same place."""


@pytest.fixture(scope="module")
def scene():
    person = sample_person(2, monk_tone=5, teeth="full", glasses=False, beard="none", roughness=1.0)
    with Scene(person, 960, 720, framing="face", oversampling=1.0) as made:
        yield made


def test_the_same_pose_is_the_same_picture_and_another_is_not(scene):
    pose = Pose(units={"jawOpen": 0.2})
    first, other, again = scene.draw(pose), scene.draw(Pose()), scene.draw(pose)
    assert first.shape == (720, 960, 3)
    assert first.dtype == np.uint8
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


def flow_and_truth(scene, before, after, names):
    """How far the picture and the marks move, pixels, shape (k, 2) each."""
    grey = [cv2.cvtColor(scene.draw(pose), cv2.COLOR_RGB2GRAY) for pose in (before, after)]
    marks = [np.stack([scene.marks_px(pose)[name] for name in names]) for pose in (before, after)]
    # Pixel i reaches from i to i + 1 in the marks' coordinates; its middle is i for OpenCV.
    start = (marks[0][:, None] - 0.5).astype(np.float32)
    seen, found, _ = cv2.calcOpticalFlowPyrLK(*grey, start, None, winSize=(19, 19))
    assert found.all()
    return (seen - start)[:, 0], marks[1] - marks[0]


def test_the_picture_moves_at_the_marks_as_the_marks_do(scene):
    names = ("chin", "lower_lip", "cheek_left", "nose_tip", "brow_inner_right", "upper_lip")
    seen, true = flow_and_truth(scene, Pose(), Pose(head_mm=(2.0, 1.0, 0.0)), names)
    np.testing.assert_allclose(seen, true, atol=0.2)
    seen, true = flow_and_truth(scene, Pose(), Pose(units={"jawOpen": 0.08, "browInnerUp": 0.5}), names)
    assert np.linalg.norm(true, axis=1).max() > 3
    np.testing.assert_allclose(seen, true, atol=0.3, rtol=0.2)


def test_labels_tell_lips_teeth_tongue_and_mouth_apart_where_the_marks_are(scene):
    pose = Pose(units={"jawOpen": 0.4, "tongueOut": 1.7})
    labels, marks = scene.labels(pose), scene.marks_px(pose)
    closed = scene.labels(Pose())
    x, y = marks["tongue_tip"].astype(int)
    assert LABELS[labels[y - 3, x]] == "tongue"
    x, y = marks["upper_lip"].astype(int)
    assert {LABELS[k] for k in labels[y - 3 : y + 4, x]} == {"skin", "lip"}
    seen = np.bincount(closed.ravel(), minlength=len(LABELS))
    assert seen[LABELS.index("lip")] > 800
    assert seen[LABELS.index("tongue")] + seen[LABELS.index("teeth")] + seen[LABELS.index("mouth")] < 40
    smiling = scene.labels(Pose(units={"jawOpen": 0.3, "mouthUpperUpLeft": 1, "mouthUpperUpRight": 1}))
    assert (smiling == LABELS.index("teeth")).sum() > 50


def test_a_blink_covers_the_eyes(scene):
    def eyeball(blink):
        pose = Pose(units={"eyeBlinkLeft": blink, "eyeBlinkRight": blink})
        marks = scene.marks_px(Pose())
        x = int(marks["upper_lid_left"][0])
        top, low = int(marks["upper_lid_left"][1]) + 1, int(marks["lower_lid_left"][1])
        return (scene.labels(pose)[top:low, x - 8 : x + 8] == LABELS.index("other")).mean()

    assert eyeball(0.0) > 0.6
    assert eyeball(1.0) < 0.35  # the line of the lashes stays


def test_skin_is_as_even_and_as_uneven_as_in_real_clips(scene):
    """Bands of about 1, 2 and 4 px: real cheeks have 0.2 to 0.6, 0.4 to 0.9 and 0.7 to 1.6% (virtual-people.md)."""
    grey = cv2.cvtColor(scene.draw(Pose()), cv2.COLOR_RGB2GRAY).astype(np.float32)
    levels = [cv2.GaussianBlur(np.log(grey + 1), (0, 0), s) for s in (0.5, 1, 2, 4)]
    marks = scene.marks_px(Pose())
    contrast = np.zeros(3)
    for name in ("cheek_left", "cheek_right"):
        x, y = marks[name].astype(int)
        for k in range(3):
            contrast[k] += 50 * (levels[k] - levels[k + 1])[y - 10 : y + 10, x - 10 : x + 10].std()
    assert (contrast > [0.15, 0.3, 0.4]).all()
    assert (contrast < [0.7, 1.0, 1.7]).all()


@pytest.mark.parametrize(("seed", "tone"), [(11, 1), (12, 6), (13, 10)])
def test_face_and_raised_hands_are_found_and_the_mesh_lies_where_the_marks_are(seed, tone):
    person = sample_person(seed, monk_tone=tone, beard="none")
    pose = Pose(left_hand=HandPose("raised"), right_hand=HandPose("raised"))
    with (
        Scene(person, 720, 1280, framing="seated", oversampling=1.0) as scene,
        LandmarkDetector() as detector,
    ):
        picture, marks = scene.draw(pose), scene.marks_px(pose)
        mm_per_px = -scene.camera.place_mm[2] / scene.camera.focal_px
        for _ in range(3):
            faces, hands = detector.faces(picture), detector.hands(picture)
    assert len(faces) == 1
    assert len(hands) == 2
    off = [(faces[0][point, :2] - marks[name]) * mm_per_px for name, point in SAME_POINT.items()]
    assert np.linalg.norm(off, axis=1).max() < 6
    assert np.median(np.linalg.norm(off, axis=1)) < 3
