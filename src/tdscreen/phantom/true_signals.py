"""The true value of every signal, by the tool's own names, from the marks of a face and of hands.

The marks are exact points of the figure and not those of any tracker, so that a name here means the movement that a
signal stands for, and not how it is measured.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from tdscreen.motion.hand_signals import along_main_axis
from tdscreen.phantom.channels import FINGERS
from tdscreen.vocabulary import Region, Side

FloatArray = NDArray[np.float64]
Paths = Mapping[str, FloatArray]
"""Each mark's path, shape (n, 3) in mm: of the face in the head's own frame (x to the picture's right, y down, z away
from the camera), of a hand in the body's."""


def face_signals(paths: Paths) -> dict[str, FloatArray]:
    """Name the movements of a face.

    Parameters
    ----------
    paths : mapping of str to ndarray, shape (n, 3)

    Returns
    -------
    dict of str to ndarray, shape (n,)
        In mm. ``tongue.ahead`` is how far the tongue's tip lies before the lips, towards the camera, negative behind
        them; ``tongue.below`` how far the tip then hangs below the lower lip's middle; ``tongue.reach`` how far it
        has come past the lip by both, 0 while it lies behind and rising from there without a leap.
    """

    def between(one: str, other: str) -> FloatArray:
        return np.asarray(np.linalg.norm(paths[one] - paths[other], axis=1))

    lips = [paths[name] for name in ("upper_lip", "upper_lip_inner", "lower_lip_inner", "lower_lip")]
    out: dict[str, FloatArray] = {}
    for side in Side:
        out[f"upper_face.brow_{side}_height"] = -paths[f"brow_{side}"][:, 1]
    out["upper_face.brow_half_distance"] = between("brow_inner_left", "brow_inner_right") / 2
    for side in Side:
        out[f"upper_face.eye_{side}_opening"] = between(f"upper_lid_{side}", f"lower_lid_{side}")
    out["lips.opening"] = between("upper_lip_inner", "lower_lip_inner")
    out["lips.width"] = between("corner_left", "corner_right")
    out["lips.protrusion"] = -np.mean(lips, axis=0)[:, 2]
    out["lips.side_shift"] = paths["upper_lip"][:, 0]
    out["lips.height"] = -paths["upper_lip"][:, 1]
    out["jaw.opening"] = paths["chin"][:, 1]
    out["jaw.side_shift"] = paths["chin"][:, 0]
    tip, lip = paths["tongue_tip"], paths["lower_lip"]
    ahead = lip[:, 2] - tip[:, 2]
    out["tongue.ahead"] = ahead
    below = np.where(ahead > 0, np.maximum(tip[:, 1] - lip[:, 1], 0.0), 0.0)
    out["tongue.reach"] = np.hypot(np.maximum(ahead, 0.0), below)
    out["tongue.below"] = below
    return {name: np.asarray(values, dtype=np.float64) for name, values in out.items()}


def finger_paths(paths: Paths, side: Side) -> dict[str, FloatArray]:
    """Give each fingertip's path against the palm of its own hand.

    Returns
    -------
    dict of str to ndarray, shape (n, 3)
        mm, by finger: along the palm, across it, and out of it.
    """
    wrist = paths[f"{side}_wrist"]
    across = paths[f"{side}_little_knuckle"] - paths[f"{side}_index_knuckle"]
    along = (paths[f"{side}_index_knuckle"] + paths[f"{side}_little_knuckle"]) / 2 - wrist
    along = along / np.linalg.norm(along, axis=1, keepdims=True)
    across = across - (across * along).sum(axis=1, keepdims=True) * along
    across = across / np.linalg.norm(across, axis=1, keepdims=True)
    axes = np.stack([along, across, np.cross(along, across)], axis=1)
    return {
        finger: np.einsum("nij,nj->ni", axes, paths[f"{side}_{finger}_tip"] - wrist) for finger in FINGERS
    }


def hand_signals(paths: Paths, side: Side) -> dict[str, FloatArray]:
    """Name the movements of one hand; see :func:`tdscreen.motion.hand_signals.hand_signals`.

    Returns
    -------
    dict of str to ndarray, shape (n,)
        In mm.
    """
    region = f"{side}_hand"
    tips = finger_paths(paths, side)
    out = {
        f"{region}.wrist_sideways": paths[f"{side}_wrist"][:, 0],
        f"{region}.wrist_up_down": -paths[f"{side}_wrist"][:, 1],
    }
    for finger, path in tips.items():
        out[f"{region}.{finger}_tip"] = along_main_axis(path)
    out[f"{region}.thumb_index"] = np.linalg.norm(tips["thumb"] - tips["index"], axis=1)
    return {name: np.asarray(values, dtype=np.float64) for name, values in out.items()}


def head_signals(head_deg: FloatArray, bridge_mm: FloatArray) -> dict[str, FloatArray]:
    """Name the movements of the head itself, without the camera's.

    Parameters
    ----------
    head_deg : ndarray, shape (n, 3)
        Turn, nod and tilt.
    bridge_mm : ndarray, shape (n, 3)
        Path of the nose's bridge in the body's frame.
    """
    out = {f"head.{name}": head_deg[:, i] for i, name in enumerate(("turn", "nod", "tilt"))}
    return out | {"head.sideways": bridge_mm[:, 0], "head.up_down": -bridge_mm[:, 1]}


SIGNALS_IN_MM: dict[Region, tuple[str, ...]] = {
    Region.UPPER_FACE: (
        "brow_left_height", "brow_right_height", "brow_half_distance", "eye_left_opening", "eye_right_opening",
    ),
    Region.LIPS: ("opening", "width", "protrusion", "side_shift", "height"),
    Region.JAW: ("opening", "side_shift"),
    Region.TONGUE: ("reach",),
    Region.HEAD: ("sideways", "up_down"),
    Region.LEFT_HAND: (
        "wrist_sideways", "wrist_up_down", *(f"{finger}_tip" for finger in FINGERS), "thumb_index",
    ),
    Region.RIGHT_HAND: (
        "wrist_sideways", "wrist_up_down", *(f"{finger}_tip" for finger in FINGERS), "thumb_index",
    ),
}  # fmt: skip
"""The signals in millimetres of each region: the one that moves most speaks for it."""
