"""Whether a picture is that of the frame before: cameras, calls and converters repeat one to fill a gap.

Measured with the settings' values on three real clips, every fifth picture repeated and encoded again: x264 at
8 Mbit/s, as phones write, 88 to 93% of the repeats found; libvpx at 2.5 Mbit/s, as browsers write, 33 to 81%;
x264 at a quality (crf) of 26 nearly none, since the noise is gone. No new picture of theirs was taken for a
repeat, and of a drawn portrait at most 5%. The error is on the side of a clip that looks faster than it is.
"""

from __future__ import annotations

from collections import deque

import cv2
import numpy as np
from numpy.typing import NDArray

_GRID = 24
_MEMORY = 30
_WARM_UP = 5


class RepeatFinder:
    """Compares each picture with the one before it.

    A new picture from a camera flickers everywhere, by its noise; a repeat, even when it was encoded again,
    flickers much less than the pictures around it, and moves nowhere. So the median and the largest difference
    over a grid of cells are held against what they were in recent new pictures. Where new pictures do not
    flicker, as in a drawn clip or one from which an encoder has taken all noise, a still scene and a repeat
    cannot be told apart, and no picture counts as repeated.

    Parameters
    ----------
    flicker_share : float
        A repeat flickers less than this share of recent new pictures.
    most_movement : float
        A repeat differs by no more than this in any cell, in levels of 255, however much moved before.
    least_flicker : float
        Flicker of recent new pictures, in levels of 255, below which nothing is said.
    """

    def __init__(self, *, flicker_share: float, most_movement: float, least_flicker: float) -> None:
        self._flicker_share = flicker_share
        self._most_movement = most_movement
        self._least_flicker = least_flicker
        self._previous: NDArray[np.uint8] | None = None
        self._recent: deque[tuple[float, float]] = deque(maxlen=_MEMORY)

    def is_repeat(self, rgb: NDArray[np.uint8]) -> bool:
        """Tell whether a picture repeats the one given before.

        Parameters
        ----------
        rgb : ndarray, shape (h, w, 3), uint8

        Returns
        -------
        bool
            False for the first pictures, until it is known how new ones differ.
        """
        step = max(1, min(rgb.shape[:2]) // 240)
        green = np.ascontiguousarray(rgb[::step, ::step, 1])
        previous, self._previous = self._previous, green
        if previous is None:
            return False
        difference = cv2.absdiff(green, previous).astype(np.float32)
        cells = cv2.resize(difference, (_GRID, _GRID), interpolation=cv2.INTER_AREA)
        flicker, movement = float(np.median(cells)), float(cells.max())
        if len(self._recent) >= _WARM_UP:
            # The upper part, so that a start in which most pictures are repeats still shows what new ones are.
            usual_flicker, usual_movement = np.percentile(np.array(self._recent), 80, axis=0)
            if (
                usual_flicker >= self._least_flicker
                and flicker <= self._flicker_share * usual_flicker
                and movement <= min(self._most_movement, self._flicker_share * usual_movement)
            ):
                return True
        self._recent.append((flicker, movement))
        return False
