"""What stillness shows in a clip: the detection limit of each signal.

A region that moves all the time has no still second of its own to learn from. So stillness is learnt from two
witnesses in the same clip that movement of the region leaves alone: points that expression does not move (they carry
what the rigid fit leaves of head movement and camera shake), and the signal's own jitter from frame to frame, which
is faster than any movement.
"""

from __future__ import annotations

from math import comb, hypot, sqrt

import numpy as np
from numpy.typing import NDArray

from tdscreen.motion.filtering import remove_fast, remove_slow
from tdscreen.motion.spans import to_grid
from tdscreen.motion.windows import stillness_limit, white_noise_range, windows
from tdscreen.settings import MOTION, MotionSettings

FloatArray = NDArray[np.float64]

JITTER_ORDER = 6
"""Differences of this order hold a 5 Hz movement of 1 mm at 30 frames a second to 0.02 mm of apparent jitter."""
JITTER_MIN_RATE_HZ = 20.0
"""Below this rate jitter cannot be told from movement at 5 Hz, and the still points alone must speak."""


def still_range(still_paths: FloatArray, times_s: FloatArray, *, settings: MotionSettings = MOTION) -> float:
    """Find the range in one window that points at rest show, at the 95th percentile over the clip's windows.

    Parameters
    ----------
    still_paths : ndarray, shape (n, k)
        Paths, in mm, of points that the movement of interest leaves alone; NaN where not seen, all at once.
    times_s : ndarray, shape (n,)
    settings : MotionSettings

    Returns
    -------
    float
        Root mean square over the points, 95th percentile over the windows; NaN where no span is long enough.
    """
    found = [
        windows(
            remove_fast(
                remove_slow(to_grid(path, times_s, settings=settings), settings=settings), settings=settings
            ),
            settings=settings,
        )
        for path in still_paths.T
    ]
    if found[0].ranges.size == 0:
        return float("nan")
    together = np.sqrt(np.mean([np.square(one.ranges) for one in found], axis=0))
    return stillness_limit(together, found[0].covered_s, settings=settings)


def jitter_sd(x: FloatArray, times_s: FloatArray) -> float:
    """Estimate the standard deviation of the noise that is independent from frame to frame.

    Parameters
    ----------
    x : ndarray, shape (n,)
    times_s : ndarray, shape (n,)

    Returns
    -------
    float
        From the median absolute sixth difference, for normal noise; 0 where the frame rate is too low to tell
        noise from movement, or too few frames follow one another.
    """
    if len(x) < 2 or 1 / float(np.median(np.diff(times_s))) < JITTER_MIN_RATE_HZ:
        return 0.0
    differences = np.diff(x, JITTER_ORDER)
    differences = differences[np.isfinite(differences)]
    if differences.size < JITTER_ORDER:
        return 0.0
    return float(np.median(np.abs(differences))) / 0.6745 / sqrt(comb(2 * JITTER_ORDER, JITTER_ORDER))


def detection_limit(
    x: FloatArray,
    times_s: FloatArray,
    *,
    still_range: float,
    factor: float,
    minimum: float,
    settings: MotionSettings = MOTION,
) -> float:
    """Find the range in one window that stillness does not exceed, 95 times of 100.

    Parameters
    ----------
    x : ndarray, shape (n,)
        The signal.
    times_s : ndarray, shape (n,)
    still_range : float
        From :func:`still_range`, in mm.
    factor : float
        How many times as much as the still points this signal moves when it, too, is still.
    minimum : float
        What a living body at rest shows without any noise, in the signal's unit.
    settings : MotionSettings

    Returns
    -------
    float
        In the signal's unit.
    """
    rate_hz = 1 / float(np.median(np.diff(times_s)))
    jitter = white_noise_range(jitter_sd(x, times_s), rate_hz=rate_hz, settings=settings)
    return max(hypot(factor * still_range, jitter), minimum)
