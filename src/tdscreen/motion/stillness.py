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
from tdscreen.motion.spans import good_spans, to_grid
from tdscreen.motion.windows import stillness_limit, white_noise_range, windows
from tdscreen.settings import MOTION, MotionSettings

FloatArray = NDArray[np.float64]

JITTER_ORDER = 10
"""Differences of this order hold a 5 Hz movement of 2 mm to 0.01 mm of apparent jitter at 30 frames a second and to
0.04 mm at 24."""
JITTER_MIN_RATE_HZ = 20.0
"""Below this rate jitter cannot be told from movement at 5 Hz, and the still points alone must speak."""


def still_range(still_paths: FloatArray, times_s: FloatArray, *, settings: MotionSettings = MOTION) -> float:
    """Find the range in one window that a point at rest does not exceed, 95 times of 100.

    Parameters
    ----------
    still_paths : ndarray, shape (n, k)
        Paths, in mm, of points that the movement of interest leaves alone; NaN where not seen.
    times_s : ndarray, shape (n,)
    settings : MotionSettings

    Returns
    -------
    float
        95th percentile over the windows of each point, root mean square over the points; NaN where no span is long
        enough. Averaging over the points first would level what each shows by itself.
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
    limits = [
        stillness_limit(one.ranges, one.covered_s, settings=settings) for one in found if one.ranges.size
    ]
    if not limits:
        return float("nan")
    return float(np.sqrt(np.mean(np.square(limits))))


def jitter_sd(x: FloatArray, times_s: FloatArray) -> float:
    """Estimate the standard deviation of the noise that is independent from frame to frame.

    Parameters
    ----------
    x : ndarray, shape (n,)
    times_s : ndarray, shape (n,)

    Returns
    -------
    float
        From the median absolute tenth difference, for normal noise; 0 where the frame rate is too low to tell
        noise from movement, or too few frames follow one another.
    """
    valid = np.isfinite(x)
    spans = good_spans(times_s, valid, max_gap_s=1 / JITTER_MIN_RATE_HZ, min_duration_s=0.0)
    spans = tuple(span for span in spans if span.stop - span.start > JITTER_ORDER)
    if not spans:
        return 0.0
    # Laid on an even grid, so that movement seen at uneven times is not taken for jitter.
    intervals_s = np.concatenate([np.diff(times_s[span][valid[span]]) for span in spans])
    grid = to_grid(x, times_s, spans, rate_hz=round(1 / float(np.median(intervals_s))))
    differences = np.concatenate([np.diff(span.values, JITTER_ORDER) for span in grid.spans])
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
