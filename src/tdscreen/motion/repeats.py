"""How often a movement comes back: what makes a yawn something else than dyskinesia."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.signal import find_peaks

from tdscreen.motion.spans import Floats, Grid
from tdscreen.settings import MOTION, MotionSettings


def repeats(calm: Grid, *, smallest: float, settings: MotionSettings = MOTION) -> int:
    """Count how often a signal goes away from where it was and comes back within a second and a half.

    Dyskinesia is repetitive (Guy 1976: "frequency"); a yawn, a smile or a mouth opened once is slow, and not. A sine
    of f Hz has f a second; what goes and stays is none, and neither is what comes back late.

    Parameters
    ----------
    calm : Grid
        Displacement without what is faster than the band, and with what is slower.
    smallest : float
        An excursion must be larger: the detection limit.
    settings : MotionSettings

    Returns
    -------
    int
        Of the two directions, the one with more.
    """
    longest = settings.excursion_max_s * calm.rate_hz
    counts = [
        sum(
            len(find_peaks(sign * span.values, prominence=smallest, width=(None, longest))[0])
            for span in calm.spans
        )
        for sign in (1, -1)
    ]
    return max(counts)


def taps(
    gaps_mm: Floats, times_s: Floats, *, smallest_mm: float, settings: MotionSettings = MOTION
) -> tuple[Floats, Floats]:
    """Find when fingertips meet the thumb.

    Parameters
    ----------
    gaps_mm : ndarray, shape (n, k)
        From the thumb's tip to that of each finger; NaN where not seen.
    times_s : ndarray, shape (n,)
    smallest_mm : float
        A gap that closes by less is no tap: the detection limit.
    settings : MotionSettings

    Returns
    -------
    at_s : ndarray, shape (t,)
        When the gap of a finger that taps was smallest, in order. A finger taps if its gap closes by at least half as
        much as that of the finger that moves most (the others go along with it by less).
    intervals_s : ndarray
        From one to the next, only where the hand was seen without a break.
    """
    seen = np.isfinite(gaps_mm).all(axis=1)
    spans = np.ptp(np.nanpercentile(gaps_mm, [5, 95], axis=0), axis=0) if seen.any() else np.zeros(1)
    tapping = np.flatnonzero((spans >= settings.tap_share * spans.max()) & (spans > smallest_mm))
    at: list[float] = []
    intervals: list[float] = []
    if tapping.size == 0:
        return np.array(at), np.array(intervals)
    at_seen_s = times_s[seen]
    breaks = np.flatnonzero(np.diff(at_seen_s) > settings.max_gap_s) + 1
    for piece in np.split(np.flatnonzero(seen), breaks):
        closed: list[float] = []
        for finger in tapping:
            gap = gaps_mm[piece, finger]
            least = max(settings.tap_depth * spans[finger], smallest_mm)
            shut, _ = find_peaks(-gap, prominence=least)
            closed += _between(times_s[piece], gap, shut).tolist()
        merged = _merge(sorted(closed), settings.tap_min_interval_s)
        at += merged
        intervals += np.diff(merged).tolist()
    return np.array(at), np.array(intervals)


def _between(times_s: Floats, gap: Floats, lowest: NDArray[np.intp]) -> Floats:
    """Place the lowest points between pictures by the parabola through three of them; none is the first or last."""
    before, here, after = gap[lowest - 1], gap[lowest], gap[lowest + 1]
    bend = before - 2 * here + after
    step = np.clip(np.divide(before - after, 2 * bend, out=np.zeros_like(bend), where=bend > 0), -0.5, 0.5)
    return np.asarray(times_s[lowest] + step * (times_s[lowest + 1] - times_s[lowest - 1]) / 2)


def _merge(at_s: list[float], least_s: float) -> list[float]:
    kept: list[float] = []
    for time_s in at_s:
        if not kept or time_s - kept[-1] >= least_s:
            kept.append(time_s)
    return kept
