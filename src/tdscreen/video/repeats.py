"""Whether a picture is that of the frame before: cameras, calls and converters repeat one to fill a gap."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

_GRID = 24


class RepeatFinder:
    """Compares each picture with the one before it.

    The largest difference over a grid of cells decides, not the mean over the picture: lips that move before
    a still background are a new picture. A repeat that was encoded again differs by less than a camera's
    noise.

    Parameters
    ----------
    cell_level : float
        Largest mean absolute difference in a cell, in levels of 255, of a repeat.
    """

    def __init__(self, *, cell_level: float) -> None:
        self._cell_level = cell_level
        self._previous: NDArray[np.uint8] | None = None

    def is_repeat(self, rgb: NDArray[np.uint8]) -> bool:
        """Tell whether a picture repeats the one given before.

        Parameters
        ----------
        rgb : ndarray, shape (h, w, 3), uint8

        Returns
        -------
        bool
            False for the first picture.
        """
        step = max(1, min(rgb.shape[:2]) // 240)
        green = np.ascontiguousarray(rgb[::step, ::step, 1])
        previous, self._previous = self._previous, green
        if previous is None:
            return False
        difference = cv2.absdiff(green, previous).astype(np.float32)
        cells = cv2.resize(difference, (_GRID, _GRID), interpolation=cv2.INTER_AREA)
        return bool(cells.max() <= self._cell_level)
