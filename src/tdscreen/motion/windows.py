"""Windows of a second: what stillness shows in one, and how far goes what moves."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from tdscreen.motion.filtering import band_gain
from tdscreen.motion.spans import Bools, Floats, Grid, refine
from tdscreen.settings import MOTION, MotionSettings

_FINE_RATE_HZ = 90
"""Twelve values or more in a period of 7 Hz: the largest is within 2% of the turn."""
_NOISE_RANGE_RATES_HZ = (15.0, 20.0, 24.0, 30.0, 60.0, 120.0)
_NOISE_RANGES_IN_SD = (4.96, 5.15, 5.26, 5.42, 5.56, 5.61)
"""95th percentile of the range in 1 s of white noise limited to 0.5 to 7 Hz, in standard deviations of the
limited noise, at these rates: 5,000 windows each, simulated (the test repeats it)."""
NOISE_RANGE_IN_SD = 5.4
"""The same at the usual 30 pictures a second: turns a detection limit into a standard deviation."""


@dataclass(frozen=True)
class Windows:
    """Consecutive windows of every span; the last of a span ends with it and overlaps the one before.

    Attributes
    ----------
    covered_s : ndarray, shape (w,)
        Time that a window covers and the one before it did not. They add up to the assessed time.
    ranges : ndarray, shape (w,)
        Largest minus smallest value in each.
    """

    covered_s: Floats
    ranges: Floats


def windows(grid: Grid, *, settings: MotionSettings = MOTION) -> Windows:
    """Divide every span into windows and take the range in each.

    Parameters
    ----------
    grid : Grid
        Band-limited displacement.
    """
    steps = round(settings.window_s * grid.rate_hz)
    covered, ranges = [np.empty(0)], [np.empty(0)]
    for span in grid.spans:
        last = len(span.values) - 1 - steps
        if last < 0:
            continue
        start = np.arange(0, last + 1, steps)
        new = np.full(len(start), steps)
        if start[-1] != last:
            new = np.r_[new, last - start[-1]]
            start = np.r_[start, last]
        covered.append(new / grid.rate_hz)
        ranges.append(np.ptp(sliding_window_view(span.values, steps + 1)[start], axis=1))
    return Windows(np.concatenate(covered), np.concatenate(ranges))


def amplitude(grid: Grid, marks: list[Bools]) -> float:
    """Return half the range from the 5th to the 95th percentile of the marked values; 0 if none is marked.

    Percentiles are of the movement, not of the moments at which pictures were taken: at 30 pictures a second
    a 5 Hz movement may never be seen at its turns, so values are added between them by a cubic spline. A sine
    of amplitude 3 has 2.96.
    """
    parts = -(-_FINE_RATE_HZ // grid.rate_hz)
    moving = [(span.values, mark) for span, mark in zip(grid.spans, marks, strict=True) if mark.any()]
    if not moving:
        return 0.0
    fine = refine([values for values, _ in moving], [mark for _, mark in moving], parts)
    low, high = np.percentile(np.concatenate([values[mark] for values, mark in fine]), [5, 95])
    return float(high - low) / 2


def stillness_limit(
    still_ranges: Floats, weights: Floats | None = None, *, settings: MotionSettings = MOTION
) -> float:
    """Return the detection limit: the 95th percentile of the range that stillness shows in a window.

    Parameters
    ----------
    still_ranges : ndarray, shape (w,)
        Ranges of the windows in which the region was still. Which those are is for the caller to say and to
        document; this only takes the percentile: the smallest range at which the windows no larger hold 95%
        of the weight.
    weights : ndarray, shape (w,), optional
        As :attr:`Windows.covered_s`; equal if not given.

    Raises
    ------
    ValueError
        If there is no range, or no weight.
    """
    weight = np.ones(len(still_ranges)) if weights is None else weights
    if len(still_ranges) == 0 or weight.sum() <= 0:
        raise ValueError("A detection limit needs at least one still window.")
    order = np.argsort(still_ranges)
    share = np.cumsum(weight[order]) / weight.sum()
    at = min(int(np.searchsorted(share, settings.noise_percentile / 100 - 1e-12)), len(order) - 1)
    return float(still_ranges[order[at]])


def band_limited_sd(sd: float, *, rate_hz: float, settings: MotionSettings = MOTION) -> float:
    """Return what is left of the standard deviation of white noise after band limiting.

    Parameters
    ----------
    sd : float
        Standard deviation of the samples, independent from one to the next.
    rate_hz : float
        Samples a second.
    """
    frequency_hz = (np.arange(4096) + 0.5) / 4096 * rate_hz / 2
    gain = band_gain(frequency_hz, rate_hz=rate_hz, settings=settings)
    return sd * sqrt(float(np.mean(gain**2)))


def white_noise_range(sd: float, *, rate_hz: float, settings: MotionSettings = MOTION) -> float:
    """Return the 95th percentile of the range in one window of band-limited white noise.

    Parameters
    ----------
    sd : float
        Standard deviation of the samples before band limiting.
    rate_hz : float
        Samples a second, 15 to 120.
    """
    in_sd = float(np.interp(rate_hz, _NOISE_RANGE_RATES_HZ, _NOISE_RANGES_IN_SD))
    return in_sd * band_limited_sd(sd, rate_hz=rate_hz, settings=settings)
