"""Arms that put hands where a task wants them, and fingers that bend: skinning along the rig's bones."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import least_squares
from scipy.spatial.transform import Rotation

from tdscreen.phantom.anny_data import Rig
from tdscreen.phantom.pose import HandPlace, HandPose

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

FINGERS = ("thumb", "index", "middle", "ring", "little")
_SHARE_OF_KNUCKLE = (1.0, 0.9, 0.6)
"""Bending of the three joints of a finger for 1 of its knuckle: the last follows the middle one by two thirds
(Landsmeer 1963), the middle one the knuckle nearly fully [assumed]."""
_THUMB_SHARES = (0.35, 0.8, 1.0)
_FAN_DEG = {2: 7.0, 3: 0.0, 4: -6.0, 5: -13.0}
"""Where index to little finger point at rest against the middle one, towards the thumb [assumed]."""
_PINCH_GAP_MM = 9.0
"""Between the bones' ends when the pulps of thumb and finger touch [assumed]."""

_WRIST_FROM_SHOULDER_MM: dict[HandPlace, tuple[float, float]] = {
    "out_of_view": (440.0, 40.0),
    "on_knees": (365.0, -255.0),
    "raised": (20.0, -190.0),
    "stretched": (150.0, -360.0),
}
_WRIST_FROM_MIDDLE_MM: dict[HandPlace, float] = {
    "out_of_view": 235.0, "on_knees": 115.0, "raised": 145.0, "stretched": 150.0,
}  # fmt: skip
_FINGERS_POINT: dict[HandPlace, tuple[float, float, float]] = {
    "out_of_view": (0.0, 1.0, -0.1),
    "on_knees": (-0.2, 0.62, -0.78),
    "raised": (0.1, -1.0, -0.05),
    "stretched": (0.0, 0.42, -0.9),
}
_PALM_FACES: dict[HandPlace, tuple[float, float, float]] = {
    "out_of_view": (-1.0, 0.0, 0.0),
    "on_knees": (0.0, 0.78, 0.62),
    "raised": (0.1, 0.0, -1.0),
    "stretched": (0.0, 0.9, 0.42),
}
_ELBOW_LEANS: dict[HandPlace, tuple[float, float, float]] = {
    "out_of_view": (0.3, 0.0, 1.0),
    "on_knees": (0.5, 0.5, 0.6),
    "raised": (0.35, 1.0, 0.1),
    "stretched": (0.4, 1.0, 0.0),
}
"""Directions for the person's left hand (which the picture shows on its right); x is turned over for the other."""


@dataclass(frozen=True)
class Arm:
    """One arm's bones at rest: what is needed to put its hand anywhere.

    Attributes
    ----------
    side : {"L", "R"}
    joints : dict of str to ndarray, shape (3,)
        Heads of the bones, and the tips of the fingers as ``tip1`` to ``tip5``, in mm.
    along, palm : ndarray, shape (3,)
        From the wrist to the middle knuckle, and out of the palm.
    """

    side: str
    joints: dict[str, FloatArray]
    along: FloatArray
    palm: FloatArray

    @property
    def sign(self) -> float:
        """1 for the person's left, which the picture shows on its right."""
        return 1.0 if self.side == "L" else -1.0


def arm(rig: Rig, rest_mm: FloatArray, side: str) -> Arm:
    """Read an arm's joints out of a person's shape at rest."""
    joints = {}
    for name, (head, tail) in rig.ends.items():
        if name.endswith(f".{side}"):
            joints[name[:-2]] = rest_mm[head].mean(axis=0)
            if name.startswith("finger") and name[7:9] == "-3":
                joints[f"tip{name[6]}"] = rest_mm[tail].mean(axis=0)
    along = _unit(joints["finger3-1"] - joints["wrist"])
    across = joints["finger2-1"] - joints["finger5-1"]
    palm = np.cross(along, across)
    palm = _unit(palm * np.sign((joints["tip1"] - joints["wrist"]) @ palm))
    return Arm(side, joints, along, palm)


def moves(limb: Arm, hand: HandPose, pinches: FloatArray) -> dict[str, FloatArray]:
    """How each bone of an arm has moved from rest.

    Parameters
    ----------
    limb : Arm
    hand : HandPose
    pinches : ndarray, shape (4, 5)
        From :func:`pinches`.

    Returns
    -------
    dict of str to ndarray, shape (3, 4)
        Bone to its rigid movement; bones that are not named have not moved.
    """
    flip = np.array([limb.sign, 1.0, 1.0])
    shoulder, elbow, wrist = (limb.joints[name] for name in ("upperarm01", "lowerarm01", "wrist"))
    down, away = _WRIST_FROM_SHOULDER_MM[hand.place]
    goal = np.array([limb.sign * _WRIST_FROM_MIDDLE_MM[hand.place], shoulder[1] + down, shoulder[2] + away])
    goal = goal + np.asarray(hand.shift_mm)
    upper, fore = np.linalg.norm(elbow - shoulder), np.linalg.norm(wrist - elbow)
    new_elbow, new_wrist = _reach(shoulder, goal, float(upper), float(fore), flip * _ELBOW_LEANS[hand.place])

    hinge = _unit(np.cross(elbow - shoulder, wrist - elbow))
    new_hinge = _unit(np.cross(new_elbow - shoulder, new_wrist - new_elbow))
    turn_upper = _turn(elbow - shoulder, hinge, new_elbow - shoulder, new_hinge)
    turn_fore = _turn(wrist - elbow, hinge, new_wrist - new_elbow, new_hinge)
    flexed, deviated = np.deg2rad(hand.wrist_deg)
    placed = _turn(limb.along, limb.palm, flip * _FINGERS_POINT[hand.place], flip * _PALM_FACES[hand.place])
    local = _axis_turn(np.cross(limb.along, limb.palm), flexed) @ _axis_turn(limb.palm, limb.sign * deviated)
    turn_hand = placed @ local
    half = _half_twist(turn_fore.T @ turn_hand, _unit(wrist - elbow))

    found = {
        "upperarm01": _about(turn_upper, shoulder, shoulder),
        "upperarm02": _about(turn_upper, shoulder, shoulder),
        "lowerarm01": _about(turn_fore, elbow, new_elbow),
        "lowerarm02": _about(turn_fore @ half, elbow, new_elbow),
        "wrist": _about(turn_hand, wrist, new_wrist),
    }
    palm_move = found["wrist"]
    for k in range(1, 5):
        found[f"metacarpal{k}"] = palm_move
    bent = np.asarray(hand.flexion_deg, float)
    amount = np.asarray(hand.pinch, float)
    for name, move in _finger_moves(limb, bent, amount, pinches).items():
        found[name] = _chain(palm_move, move)
    return {f"{name}.{limb.side}": move for name, move in found.items()}


def pinches(limb: Arm) -> FloatArray:
    """Find how each finger meets the thumb: knuckle, further joints, thumb across, thumb bent, thumb turned.

    Returns
    -------
    ndarray, shape (4, 5)
        Degrees, for index to little finger.
    """
    found = np.zeros((4, 5))
    for k in range(4):

        def miss(angles: FloatArray, k: int, start: FloatArray) -> FloatArray:
            every = np.zeros((4, 5))
            every[k] = angles
            placed = _finger_moves(limb, np.zeros(5), np.eye(4)[k], every, (1, k + 2))
            ends = [_apply(placed[f"finger{n}-3"], limb.joints[f"tip{n}"]) for n in (1, k + 2)]
            apart = ends[1] - ends[0]
            return np.concatenate([[np.linalg.norm(apart) - _PINCH_GAP_MM], 0.02 * (angles - start)])

        start = np.array([35.0, 45.0, 20.0, 20.0, 15.0])
        found[k] = least_squares(miss, start, bounds=(-20.0, 100.0), ftol=1e-4, args=(k, start)).x
    return found


def _finger_moves(
    limb: Arm,
    bent_deg: FloatArray,
    amount: FloatArray,
    pinch_deg: FloatArray,
    fingers: tuple[int, ...] = (1, 2, 3, 4, 5),
) -> dict[str, FloatArray]:
    """Movements of the fingers' bones against the palm at rest, shape (3, 4) each."""
    found = {}
    across = limb.joints["finger5-1"] - limb.joints["finger2-1"]
    thumb = (amount[:, None] * pinch_deg[:, 2:]).sum(axis=0) / max(float(amount.sum()), 1.0)
    for n in fingers:
        move = np.hstack([np.eye(3), np.zeros((3, 1))])
        chain = [limb.joints[f"finger{n}-{j}"] for j in (1, 2, 3)] + [limb.joints[f"tip{n}"]]
        for j in range(3):
            bone = _unit(chain[j + 1] - chain[j])
            if n == 1:
                inward = _unit(_unit(across) + 0.6 * limb.palm)
                angle = bent_deg[0] * _THUMB_SHARES[j] + (thumb[1] if j else 0.0)
                turn = _axis_turn(np.cross(bone, inward), np.deg2rad(angle))
                if j == 0:
                    turn = (
                        _axis_turn(np.cross(bone, limb.palm), np.deg2rad(thumb[0]))
                        @ _axis_turn(np.cross(bone, _unit(across)), np.deg2rad(thumb[2]))
                        @ turn
                    )
            else:
                pinched = amount[n - 2] * pinch_deg[n - 2]
                further = pinched[0] if j == 0 else pinched[1] * (1.0 if j == 1 else 2 / 3)
                angle = bent_deg[n - 1] * _SHARE_OF_KNUCKLE[j] + further
                fanned = _fanned(limb, bone, n) if j == 0 else np.eye(3)
                turn = _axis_turn(np.cross(fanned @ bone, limb.palm), np.deg2rad(angle)) @ fanned
            move = _chain(move, _about(turn, chain[j], chain[j]))
            found[f"finger{n}-{j + 1}"] = move
    return found


def _fanned(limb: Arm, bone: FloatArray, n: int) -> FloatArray:
    """Turn a finger within the palm's plane to where it points at rest: the data's fingers are spread in pairs."""
    towards_thumb = np.cross(limb.along, limb.palm)
    towards_thumb *= np.sign(towards_thumb @ (limb.joints["finger2-1"] - limb.joints["finger5-1"]))
    now = np.arctan2(bone @ towards_thumb, bone @ limb.along)
    axis = np.cross(limb.along, towards_thumb)
    return _axis_turn(axis, float(np.deg2rad(_FAN_DEG[n])) - float(now))


def skin(vertices: FloatArray, weights: FloatArray, bones: FloatArray) -> FloatArray:
    """Move vertices with their bones (linear blend).

    Parameters
    ----------
    vertices : ndarray, shape (v, 3)
    weights : ndarray, shape (v, b)
        What is missing from 1 stays at rest.
    bones : ndarray, shape (b, 3, 4)
    """
    still = np.hstack([np.eye(3), np.zeros((3, 1))])
    blended = (weights @ (bones - still).reshape(len(bones), 12)).reshape(-1, 3, 4)
    return np.asarray(vertices + np.einsum("vij,vj->vi", blended[:, :, :3], vertices) + blended[:, :, 3])


def _reach(
    shoulder: FloatArray, goal: FloatArray, upper: float, fore: float, lean: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Elbow and wrist of an arm that reaches for a goal, stretched as far as it goes."""
    ray = goal - shoulder
    far = float(np.clip(np.linalg.norm(ray), abs(upper - fore) + 5.0, 0.985 * (upper + fore)))
    ray = _unit(ray)
    along = (upper**2 - fore**2 + far**2) / (2 * far)
    out = _unit(lean - (lean @ ray) * ray)
    return shoulder + along * ray + np.sqrt(max(upper**2 - along**2, 0.0)) * out, shoulder + far * ray


def _turn(from_a: FloatArray, from_b: FloatArray, to_a: FloatArray, to_b: FloatArray) -> FloatArray:
    """Rotation that brings a onto a, and b as near to b as it goes."""

    def frame(a: FloatArray, b: FloatArray) -> FloatArray:
        first = _unit(a)
        second = _unit(b - (b @ first) * first)
        return np.stack([first, second, np.cross(first, second)], axis=1)

    return np.asarray(frame(to_a, to_b) @ frame(from_a, from_b).T)


def _half_twist(turn: FloatArray, axis: FloatArray) -> FloatArray:
    """Half of what a rotation turns about an axis: the forearm's bones cross over its length."""
    x, y, z, w = Rotation.from_matrix(turn).as_quat()
    angle = 2 * np.arctan2(np.array([x, y, z]) @ axis, w)
    return _axis_turn(axis, float(angle + np.pi) % (2 * np.pi) / 2 - np.pi / 2)


def _axis_turn(axis: FloatArray, angle: float) -> FloatArray:
    return np.asarray(Rotation.from_rotvec(_unit(axis) * angle).as_matrix())


def _about(turn: FloatArray, place: FloatArray, new_place: FloatArray) -> FloatArray:
    return np.hstack([turn, (new_place - turn @ place)[:, None]])


def _chain(outer: FloatArray, inner: FloatArray) -> FloatArray:
    turn = outer[:, :3] @ inner[:, :3]
    return np.hstack([turn, (outer[:, :3] @ inner[:, 3] + outer[:, 3])[:, None]])


def _apply(move: FloatArray, point: FloatArray) -> FloatArray:
    return np.asarray(move[:, :3] @ point + move[:, 3])


def _unit(vector: FloatArray) -> FloatArray:
    return np.asarray(vector / np.linalg.norm(vector))
