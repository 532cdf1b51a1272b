"""Movement against the room: what the camera did is taken out of what was seen to move in the picture."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


def against_room(
    path_px: FloatArray, background: FloatArray, *, middle_px: tuple[float, float]
) -> FloatArray:
    """Place a path where it would lie in the first picture, had the camera not moved.

    Parameters
    ----------
    path_px : ndarray, shape (n, 2)
    background : ndarray, shape (n, 3)
        Shift to the right and down of what lay in the middle of the first picture, in px, and its turn clockwise,
        in radians; NaN where the room was not followed.
    middle_px : (float, float)
        The picture's middle.

    Returns
    -------
    ndarray, shape (n, 2)
        NaN where the room was not followed.
    """
    x, y = (path_px - background[:, :2] - middle_px).T
    cos, sin = np.cos(background[:, 2]), np.sin(background[:, 2])
    return np.asarray(np.stack([cos * x + sin * y, cos * y - sin * x], axis=1) + middle_px)
