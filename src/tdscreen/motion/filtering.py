"""Movement within the band, without what is slower or faster, and sound to the very edge of a span.

Both sides of the band are a penalised least-squares fit (Whittaker 1923; Eilers, Anal Chem 2003): the values
that lie near the samples and whose differences of order d are small. In the middle of a span this is a filter
of zero phase with the gain of a Butterworth filter of order d run both ways, 1 / (1 + (f / fc) ** 2d); at the
edges it needs no samples from beyond them, and a polynomial of degree d - 1 passes exactly, so that a drift
does not leak into the band. A FIR filter with as sharp a lower edge would be 4 s long, longer than many
spans.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from math import comb

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_solve_banded, cholesky_banded

from tdscreen.motion.spans import Floats, Grid, from_grid, good_spans, to_grid
from tdscreen.settings import MOTION, MotionSettings


def smooth(
    spans: Sequence[Floats], *, rate_hz: float, frequency_hz: float, gain: float, order: int
) -> list[Floats]:
    """Keep what is slower than a frequency in each of several spans.

    All are solved at once, in one band matrix in which none knows of its neighbours: an hour has hundreds of spans, and
    a call costs more than most of them do.

    Parameters
    ----------
    spans : sequence of ndarray, shape (m,) or (m, k)
        Evenly spaced along the first axis; m greater than ``order``.
    rate_hz : float
    frequency_hz, gain : float
        The gain, between 0 and 1, that the filter has at this frequency.
    order : int
        Order of the differences that are kept small.

    Returns
    -------
    list of ndarray, as ``spans``
    """
    sizes = tuple(len(one) for one in spans)
    if not sizes:
        return []
    factor = _factor(sizes, float(rate_hz), float(frequency_hz), float(gain), order)
    solved = cho_solve_banded((factor, False), np.concatenate(list(spans)), check_finite=False)
    return np.split(solved, np.cumsum(sizes)[:-1])


def smooth_gain(frequency_hz: Floats, *, rate_hz: float, at_hz: float, gain: float, order: int) -> Floats:
    """Return the gain of :func:`smooth` at frequencies, in the middle of a span."""
    chord = np.sin(np.pi * np.asarray(frequency_hz) / rate_hz) / np.sin(np.pi * min(at_hz / rate_hz, 0.5))
    gains: Floats = 1 / (1 + (1 - gain) / gain * chord ** (2 * order))
    return gains


@lru_cache(maxsize=8)
def _factor(
    sizes: tuple[int, ...], rate_hz: float, frequency_hz: float, gain: float, order: int
) -> NDArray[np.float64]:
    """Return the Cholesky factor of I + penalty * D'D of spans of these sizes as an upper band."""
    penalty = (1 - gain) / gain / (2 * np.sin(np.pi * min(frequency_hz / rate_hz, 0.5))) ** (2 * order)
    stencil = [(-1) ** k * comb(order, k) for k in range(order + 1)]
    size = sum(sizes)
    band = np.zeros((order + 1, size))
    # Row r of D holds the stencil from column r on, and there is one where that ends within the span.
    ends = np.repeat(np.cumsum(sizes), sizes)
    there = (np.arange(size) + order < ends).astype(np.float64)
    for offset in range(order + 1):
        for k in range(order + 1 - offset):
            # Element (i, i + offset) is stored in column i + offset.
            first = k + offset
            band[order - offset, first:] += stencil[k] * stencil[k + offset] * there[: size - first]
    band *= penalty
    band[order] += 1.0
    return np.asarray(cholesky_banded(band, check_finite=False))


def remove_slow(grid: Grid, *, settings: MotionSettings = MOTION) -> Grid:
    """Take out what is slower than the band: posture, drift, a trend."""
    # A large offset would cost digits.
    centred = [span.values - span.values.mean() for span in grid.spans]
    slow = smooth(
        centred,
        rate_hz=grid.rate_hz,
        frequency_hz=settings.band_low_hz,
        gain=1 - settings.band_edge_gain,
        order=settings.slow_order,
    )
    return grid.with_values([a - b for a, b in zip(centred, slow, strict=True)])


def remove_fast(grid: Grid, *, high_hz: float | None = None, settings: MotionSettings = MOTION) -> Grid:
    """Take out what is faster than the band (or than ``high_hz``), if the grid is fast enough to show it."""
    high = settings.band_high_hz if high_hz is None else high_hz
    if 2 * high >= grid.rate_hz:
        return grid
    return grid.with_values(
        smooth(
            [span.values for span in grid.spans],
            rate_hz=grid.rate_hz,
            frequency_hz=high,
            gain=settings.band_edge_gain,
            order=settings.fast_order,
        )
    )


def band_gain(frequency_hz: Floats, *, rate_hz: float, settings: MotionSettings = MOTION) -> Floats:
    """Return the gain of the whole band-limiting filter, in the middle of a span on a grid of this rate.

    Parameters
    ----------
    frequency_hz : ndarray, shape (k,)
    rate_hz : float

    Returns
    -------
    ndarray, shape (k,)
    """
    slow = smooth_gain(
        frequency_hz,
        rate_hz=rate_hz,
        at_hz=settings.band_low_hz,
        gain=1 - settings.band_edge_gain,
        order=settings.slow_order,
    )
    if 2 * settings.band_high_hz >= rate_hz:
        return 1 - slow
    fast = smooth_gain(
        frequency_hz,
        rate_hz=rate_hz,
        at_hz=settings.band_high_hz,
        gain=settings.band_edge_gain,
        order=settings.fast_order,
    )
    return (1 - slow) * fast


def band_limit(x: Floats, times_s: Floats, *, settings: MotionSettings = MOTION) -> Floats:
    """Limit a signal to the band, span by span.

    Parameters
    ----------
    x : ndarray, shape (n,)
        NaN where not seen.
    times_s : ndarray, shape (n,)
        Strictly increasing, evenly spaced or not.

    Returns
    -------
    ndarray, shape (n,)
        At the same times, zero phase; NaN outside of spans of ``settings.min_span_s`` without a gap, and
        where ``x`` is NaN.
    """
    spans = good_spans(
        times_s, np.isfinite(x), max_gap_s=settings.max_gap_s, min_duration_s=settings.min_span_s
    )
    grid = remove_fast(
        remove_slow(to_grid(x, times_s, spans, settings=settings), settings=settings), settings=settings
    )
    return np.where(np.isfinite(x), from_grid(grid, times_s, spans), np.nan)
