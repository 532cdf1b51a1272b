"""A tongue that comes out bends over the lower lip, as tongues do: its own muscles and its weight take it down."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

_STEPS = 60


def hung(tongue: FloatArray, lip: FloatArray, *, bend_deg: float, over_mm: float) -> FloatArray:
    """Bend what of a tongue lies before the lips; its length stays.

    Parameters
    ----------
    tongue : ndarray, shape (v, 3)
        In the head's own frame: x to the picture's right, y down, z away from the camera.
    lip : ndarray, shape (3,)
        Inner edge of the lower lip, over which it hangs.
    bend_deg : float
        From straight ahead down; negative curls up.
    over_mm : float
        Length over which it bends.

    Returns
    -------
    ndarray, shape (v, 3)
    """
    ahead = np.maximum(lip[2] - tongue[:, 2], 0.0)
    out = ahead > 0
    if bend_deg == 0 or not out.any():
        return tongue
    way = np.linspace(0.0, float(ahead.max()), _STEPS)
    angle = np.radians(bend_deg) * np.clip(way / over_mm, 0.0, 1.0)
    step = way[1] - way[0]
    forth = np.concatenate([[0.0], np.cumsum(np.cos(angle[:-1])) * step])
    down = np.concatenate([[0.0], np.cumsum(np.sin(angle[:-1])) * step])
    there = np.interp(ahead, way, angle)
    over = tongue[:, 1] - lip[1]
    bent = tongue.copy()
    bent[out, 1] = (lip[1] + np.interp(ahead, way, down) + over * np.cos(there))[out]
    bent[out, 2] = (lip[2] - np.interp(ahead, way, forth) + over * np.sin(there))[out]
    return bent
