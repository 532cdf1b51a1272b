"""What is wrong with a picture before and while somebody records: rules on what was seen in a thumbnail.

The verdict on a clip is the quality gate's alone (:mod:`tdscreen.measurement.quality`); a hint saves somebody a clip
that would not pass it. Where the gate has a limit, this one is the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tdscreen.measurement.quality import MOUTH_BOX
from tdscreen.settings import FACE, GEOMETRY, QUALITY, RECORDER

FloatArray = NDArray[np.floating[Any]]
Picture = NDArray[np.uint8]

_EYES = (33, 263)
"""Outer corners, at the picture's left and right."""
_NOSE_TIP = 1
_LUMA = np.array([0.299, 0.587, 0.114])


def hints_for(
    rgb: Picture,
    faces: Sequence[FloatArray],
    hands: Sequence[FloatArray],
    *,
    hands_wanted: bool,
    mouth_wanted: bool,
    enlarged: float,
) -> list[str]:
    """Say what should be otherwise, the most important first; an empty list if all is well.

    Parameters
    ----------
    rgb : ndarray, shape (height, width, 3), uint8
        The thumbnail.
    faces : sequence of ndarray, shape (478, 3)
        Pixels.
    hands : sequence of ndarray, shape (21, 3)
        Pixels.
    hands_wanted, mouth_wanted : bool
        Both hands, and the mouth, must be seen in this task.
    enlarged : float
        How many times larger the recording's pictures are.

    Returns
    -------
    list of str
        As ``no_face``: names of sentences.
    """
    whole = float(np.mean(rgb[::4, ::4] @ _LUMA)) / 255.0
    if not faces:
        # In the dark nobody finds a face, and to move would not help.
        return ["dark"] if whole < QUALITY.dim_luminance else ["no_face"]
    face = max(faces, key=lambda one: float(np.ptp(one[:, 0])))
    found = []
    if len(faces) > 1:
        found.append("several_people")
    light = _light(rgb, face)
    if light < QUALITY.dim_luminance:
        found.append("backlit" if whole > 2.0 * light else "dark")
    found += _size(rgb, face, enlarged)
    found += _place(rgb, face)
    if mouth_wanted and _is_mouth_covered(face, hands):
        found.append("mouth_covered")
    if hands_wanted and len(hands) < 2:
        found.append("hands_missing")
    return found


def _light(rgb: Picture, face: FloatArray) -> float:
    """Mean luma, 0 to 1, of the middle of a face."""
    (left, top), (right, bottom) = face[:, :2].min(axis=0), face[:, :2].max(axis=0)
    inset_x, inset_y = 0.2 * (right - left), 0.2 * (bottom - top)
    height, width = rgb.shape[:2]
    rows = slice(*np.clip([top + inset_y, bottom - inset_y], 0, height).astype(int))
    columns = slice(*np.clip([left + inset_x, right - inset_x], 0, width).astype(int))
    middle = rgb[rows, columns]
    return float(np.mean(middle @ _LUMA)) / 255.0 if middle.size else 0.0


def _size(rgb: Picture, face: FloatArray, enlarged: float) -> list[str]:
    longer_px = float(np.ptp(face[:, :2], axis=0).max())
    iris_px = longer_px * enlarged * GEOMETRY.iris_mm / FACE.height_mm
    if iris_px < QUALITY.near_iris_px:
        return ["too_far"]
    return ["too_near"] if longer_px > RECORDER.largest_face * min(rgb.shape[:2]) else []


def _place(rgb: Picture, face: FloatArray) -> list[str]:
    height, width = rgb.shape[:2]
    middle = face[:, :2].mean(axis=0)
    found = []
    (left, top), (right, bottom) = face[:, :2].min(axis=0), face[:, :2].max(axis=0)
    if (
        abs(middle[0] / width - 0.5) > RECORDER.off_centre
        or min(left, top) < 0
        or right > width
        or bottom > height
    ):
        found.append("off_centre")
    one, other = (face[number, :2] for number in _EYES)
    apart = other - one
    tilt_deg = float(np.degrees(np.arctan2(apart[1], apart[0])))
    turn = float(np.dot(face[_NOSE_TIP, :2] - (one + other) / 2.0, apart) / max(np.dot(apart, apart), 1e-9))
    if abs(tilt_deg) > RECORDER.max_tilt_deg or abs(turn) > RECORDER.max_turn:
        found.append("tilted")
    return found


def _is_mouth_covered(face: FloatArray, hands: Sequence[FloatArray]) -> bool:
    mouth = face[list(MOUTH_BOX), :2]
    low, high = mouth.min(axis=0), mouth.max(axis=0)
    return any(bool(((hand[:, :2] >= low) & (hand[:, :2] <= high)).all(axis=1).any()) for hand in hands)
