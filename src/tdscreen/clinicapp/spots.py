"""Where mouth and hands are in a clip, to be looked at closer. Says nothing of how they move."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from tdscreen.clinicapp.components import Spot
from tdscreen.geometry.mouth import MOUTH_CORNERS
from tdscreen.tracking.tracks import LEFT, RIGHT, Tracks

_AROUND = 2.5
"""A part is shown with so many times its own width around it (assumed)."""
_LEAST, _MOST = 1.5, 6.0
"""Closer than this shows a phone's noise, less close is no help (assumed)."""


def spots_of(tracks: Tracks) -> list[Spot]:
    """Give the middle place of the mouth and of each hand, where they were seen.

    Parameters
    ----------
    tracks : Tracks

    Returns
    -------
    list of Spot
    """
    return list(_spots(tracks))


def _spots(tracks: Tracks) -> Iterator[Spot]:
    size = np.array([tracks.image_width_px, tracks.image_height_px], dtype=np.float64)
    if tracks.face_valid.any():
        corners = tracks.face_px[tracks.face_valid][:, list(MOUTH_CORNERS), :2]
        yield _spot("Mouth", corners, size)
    for side, name in ((LEFT, "Left hand"), (RIGHT, "Right hand")):
        if tracks.hands_valid[:, side].any():
            yield _spot(name, tracks.hands_px[tracks.hands_valid[:, side], side, :, :2], size)


def _spot(name: str, points: NDArray[np.float32], size: NDArray[np.float64]) -> Spot:
    middle = np.median(points.mean(axis=1), axis=0) / size
    extent = np.median(np.ptp(points, axis=1), axis=0) / size
    factor = float(np.clip(1.0 / (_AROUND * max(float(extent.max()), 1e-6)), _LEAST, _MOST))
    x, y = np.clip(middle, 0.0, 1.0)
    return name, round(float(x), 3), round(float(y), 3), round(factor, 2)
