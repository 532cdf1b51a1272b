"""What spoils a clip beside the phone: a hand or a mask over the mouth, somebody else in the picture."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from tdscreen.phantom.person import sample_person
from tdscreen.phantom.phone import Phone
from tdscreen.phantom.pose import HandPose, Pose, Vector
from tdscreen.phantom.programme import HandPath, Programme
from tdscreen.phantom.scene import Scene

FloatArray = NDArray[np.float64]
Picture = NDArray[np.uint8]

Extra = Literal["mask", "hand_on_mouth", "second_person"]
_MASK_RGB = (176, 200, 212)
_BELOW_LIPS_MM = 50.0
_BEFORE_LIPS_MM = 32.0
"""Where the knuckles of a hand on the mouth are, against the lips."""


def with_hand_on_mouth(
    programme: Programme, marks_of: Callable[[Pose], Mapping[str, FloatArray]]
) -> Programme:
    """Put the right hand over the mouth for the whole of a programme."""
    marks = marks_of(Pose(right_hand=HandPose("raised")))
    middle = (marks["right_index_knuckle"] + marks["right_little_knuckle"]) / 2
    lips = (marks["upper_lip"] + marks["lower_lip"]) / 2
    # The palm's middle lies below the knuckles: fingers over the mouth, and not over the eyes.
    shift = lips - middle + np.array([0.0, _BELOW_LIPS_MM, -_BEFORE_LIPS_MM])
    x, y, z = (float(value) for value in shift)
    there: Vector = (x, y, z)
    return replace(programme, right_hand=HandPath("raised", ((0.0, there), (programme.duration_s, there))))


def beside(extra: Extra | None, person_seed: int, phone: Phone) -> Scene | None:
    """Set the scene of a second person, where there is one."""
    if extra != "second_person":
        return None
    other = sample_person(person_seed + 7)
    return Scene(
        other, phone.width - phone.width // 2, phone.height, framing="face", light=phone.lighting, room_seed=1
    )


def add(
    extra: Extra | None, drawn: Picture, marks_px: Mapping[str, FloatArray], second: Scene | None, pose: Pose
) -> Picture:
    """Add what spoils a clip to a picture as the scene shows it."""
    if second is not None:
        # The other blinks and breathes along and does nothing else.
        units = {name: value for name, value in pose.units.items() if name.startswith("eyeBlink")}
        return np.hstack([drawn, second.draw(Pose(units=units, breath=pose.breath))])
    if extra == "mask":
        return _masked(drawn, marks_px)
    return drawn


def _masked(drawn: Picture, marks_px: Mapping[str, FloatArray]) -> Picture:
    nose, chin = marks_px["nose_tip"], marks_px["chin"]
    bridge = marks_px["bridge"]
    top = 0.55 * nose + 0.45 * bridge
    down = chin - bridge
    out = np.array([-down[1], down[0]])
    edge = [
        top,
        nose + 0.42 * -out,
        chin + 0.33 * -out - 0.1 * down,
        chin + 0.16 * down,
        chin + 0.33 * out - 0.1 * down,
        nose + 0.42 * out,
    ]
    cover = np.zeros(drawn.shape[:2], dtype=np.uint8)
    cv2.fillConvexPoly(cover, np.rint(np.array(edge)).astype(np.int32), (255.0,), lineType=cv2.LINE_AA)
    share = cv2.GaussianBlur(cover, (0, 0), 1.0)[:, :, None] / 255.0
    # Cloth takes the light of the face beneath it, smoothed.
    shade = cv2.GaussianBlur(drawn, (0, 0), 0.08 * float(np.linalg.norm(down)) + 1).mean(
        axis=2, keepdims=True
    )
    cloth = np.array(_MASK_RGB) * np.clip(shade / max(float(shade[cover > 0].mean()), 1.0), 0.6, 1.2)
    return np.asarray(np.clip(drawn * (1 - share) + cloth * share, 0, 255), dtype=np.uint8)
