"""Pictures as a page shows them: close up, and no larger than a screen."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tdscreen.tracking.tracks import Tracks

Picture = NDArray[np.uint8]

SIDE_PX = 900
"""Longest side of a picture as it is shown: a phone's own would make the page slow."""
_JPEG_QUALITY = 90
_MARGIN = 0.25
"""Of the size of what was followed, left around it on each side."""


def around_followed(rgb: Picture, tracks: Tracks, index: int) -> Picture:
    """Cut out the part of a picture that holds the face and hands that were followed in it.

    Parameters
    ----------
    rgb : ndarray, shape (height, width, 3), uint8
    tracks : Tracks
    index : int
        Of the picture.

    Returns
    -------
    ndarray, shape (h, w, 3), uint8
        The whole picture if nothing was followed.
    """
    points = [tracks.face_px[index, :, :2]] if tracks.face_valid[index] else []
    points += [tracks.hands_px[index, side, :, :2] for side in np.flatnonzero(tracks.hands_valid[index])]
    if not points:
        return rgb
    every = np.concatenate(points)
    low, high = every.min(axis=0), every.max(axis=0)
    margin = _MARGIN * (high - low).max()
    size = np.array(rgb.shape[1::-1])
    left, top = np.clip(low - margin, 0, size - 1).astype(int)
    right, bottom = np.clip(high + margin, 1, size).astype(int)
    cut = rgb[top:bottom, left:right]
    return cut if cut.size else rgb


def encode(rgb: Picture) -> bytes:
    """Make a JPEG of a picture, no larger than a screen shows.

    Parameters
    ----------
    rgb : ndarray, shape (height, width, 3), uint8
    """
    import cv2

    share = SIDE_PX / max(rgb.shape[:2])
    shown = rgb if share >= 1 else cv2.resize(rgb, None, fx=share, fy=share, interpolation=cv2.INTER_AREA)
    _, data = cv2.imencode(".jpg", shown[..., ::-1], (cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY))
    return bytes(data)
