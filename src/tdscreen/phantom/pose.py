"""What a virtual person does in one picture: the one currency between movements and the figure that is drawn.

Directions are those of the picture: x to the right, y down, z away from the camera; left and right of units, hands
and eyes are the person's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Vector = tuple[float, float, float]

HandPlace = Literal["out_of_view", "on_knees", "raised", "stretched"]
"""Where a hand is: not in the picture; on the knee at the picture's lower edge; beside the shoulder, palm towards the
camera; arms stretched out in front, palms down."""


@dataclass(frozen=True)
class HandPose:
    """One hand in one picture.

    Attributes
    ----------
    place : HandPlace
    flexion_deg : tuple of float
        By how much thumb, index, middle, ring and little finger are bent at the knuckle beyond their rest, the further
        joints along by their usual share.
    pinch : tuple of float
        0 to 1 for index, middle, ring and little finger: how far it has come from rest to touching the thumb.
    wrist_deg : tuple of float
        Flexion and sideways deviation of the hand at the wrist, beyond its place of rest.
    shift_mm : tuple of float
        By how much the whole hand is moved from its place.
    """

    place: HandPlace = "out_of_view"
    flexion_deg: tuple[float, float, float, float, float] = (0.0, 0.0, 0.0, 0.0, 0.0)
    pinch: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)
    wrist_deg: tuple[float, float] = (0.0, 0.0)
    shift_mm: Vector = (0.0, 0.0, 0.0)


@dataclass(frozen=True)
class Pose:
    """A person in one picture.

    Attributes
    ----------
    units : mapping of str to float
        Facial action units by their names in the face's data (``jawOpen``, ``mouthPucker``, ``tongueOut``, ...); 1 is
        the whole unit, absent is 0.
    head_deg : tuple of float
        Turn, nod and tilt of the head against the camera, signs as in :class:`tdscreen.geometry.face.HeadFrame`.
    head_mm : tuple of float
        Shift of the head with the shoulders.
    gaze_deg : tuple of float
        Where both eyes look: to the picture's right, and up.
    tongue_side_mm : float
        Tip of the tongue to the picture's right, beside what the units do.
    tongue_in_cheek : float
        -1 to 1: a closed mouth's cheek is pushed out from within by the tongue, at the picture's left or right.
    breath : float
        0 to 1: chest and shoulders rise by a few mm.
    left_hand, right_hand : HandPose
        The person's own.
    """

    units: Mapping[str, float] = field(default_factory=dict)
    head_deg: Vector = (0.0, 0.0, 0.0)
    head_mm: Vector = (0.0, 0.0, 0.0)
    gaze_deg: tuple[float, float] = (0.0, 0.0)
    tongue_side_mm: float = 0.0
    tongue_in_cheek: float = 0.0
    breath: float = 0.0
    left_hand: HandPose = HandPose()
    right_hand: HandPose = HandPose()


MARKS = (
    "bridge", "nose_tip", "upper_lip", "lower_lip", "upper_lip_inner", "lower_lip_inner", "corner_left",
    "corner_right", "chin", "brow_left", "brow_right", "brow_inner_left", "brow_inner_right", "upper_lid_left",
    "lower_lid_left", "upper_lid_right", "lower_lid_right", "cheek_left", "cheek_right", "tongue_tip",
)  # fmt: skip
"""Points of the face whose exact path is written beside each clip."""
HAND_MARKS = (
    "wrist", "index_knuckle", "little_knuckle", "thumb_tip", "index_tip", "middle_tip", "ring_tip", "little_tip",
)  # fmt: skip
"""Points of each hand, named ``left_`` or ``right_`` and one of these."""
