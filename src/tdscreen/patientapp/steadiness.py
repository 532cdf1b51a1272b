"""Whether the phone stands still, from two thumbnails: the room beside a person moves only if the camera does."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from tdscreen.settings import RECORDER

Picture = NDArray[np.uint8]


def is_shaken(before: Picture, now: Picture) -> bool:
    """Tell whether the camera has moved between two thumbnails.

    What stands in the upper left and in the upper right of the picture is compared (phase correlation with a window:
    ``cv2.phaseCorrelate``). If both have moved, and alike, it was the camera; a head or an arm moves one of them. Of a
    bare wall nothing can be told, and nothing is said.

    Parameters
    ----------
    before, now : ndarray, shape (height, width, 3), uint8
        Of the same recording, the later one second.
    """
    if before.shape != now.shape:
        return False
    shifts = [_shift(before[part], now[part]) for part in _parts(now)]
    if any(shift is None for shift in shifts):
        return False
    (one, other) = (np.asarray(shift) / now.shape[1] for shift in shifts)
    moved = min(float(np.hypot(*one)), float(np.hypot(*other)))
    apart = float(np.hypot(*(one - other)))
    return moved > RECORDER.shaken_share and apart < moved / 2.0


def _parts(picture: Picture) -> tuple[tuple[slice, slice], tuple[slice, slice]]:
    height, width = picture.shape[:2]
    rows, side = slice(0, height // 2), width // 4
    return (rows, slice(0, side)), (rows, slice(width - side, width))


def _shift(before: Picture, now: Picture) -> tuple[float, float] | None:
    """Give how far a part has moved, in px; None where there is nothing to hold on to."""
    grey = [cv2.cvtColor(part, cv2.COLOR_RGB2GRAY).astype(np.float32) for part in (before, now)]
    if min(float(part.std()) for part in grey) < RECORDER.shaken_min_contrast:
        return None
    window = cv2.createHanningWindow(grey[0].shape[::-1], cv2.CV_32F)
    shift, certainty = cv2.phaseCorrelate(grey[0], grey[1], window)
    return (shift[0], shift[1]) if certainty > RECORDER.shaken_min_certainty else None
