"""Where a signal was seen without a gap, and its samples there laid on an even grid."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tdscreen.motion.splines import through
from tdscreen.settings import MOTION, MotionSettings

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

_TIME_TOLERANCE_S = 1e-3
"""Containers round the times of pictures to a millisecond."""


@dataclass(frozen=True)
class GridSpan:
    """One good span on an even grid.

    Attributes
    ----------
    start_s : float
        Time of the first value.
    values : ndarray, shape (m,), float64
    """

    start_s: float
    values: Floats


@dataclass(frozen=True)
class Grid:
    """All good spans of one signal, at one rate.

    Attributes
    ----------
    rate_hz : int
        Values a second; a whole number, so that a second is a whole number of steps.
    spans : tuple of GridSpan
    """

    rate_hz: int
    spans: tuple[GridSpan, ...]

    @property
    def assessed_s(self) -> float:
        """Time covered by the spans."""
        return sum(len(span.values) - 1 for span in self.spans) / self.rate_hz

    def with_values(self, values: list[Floats]) -> Grid:
        """Return the same grid with other values, one array a span."""
        spans = (GridSpan(s.start_s, v) for s, v in zip(self.spans, values, strict=True))
        return Grid(self.rate_hz, tuple(spans))


def good_spans(
    times_s: Floats,
    valid: Bools,
    *,
    max_gap_s: float = MOTION.max_gap_s,
    min_duration_s: float = MOTION.min_span_s,
) -> tuple[slice, ...]:
    """Find the spans in which valid samples follow one another without a gap.

    Parameters
    ----------
    times_s : ndarray, shape (n,)
        Strictly increasing.
    valid : ndarray, shape (n,), bool
        False where nothing was seen. A false sample by itself breaks nothing: only the interval between the
        valid samples on either side counts.
    max_gap_s : float
        A longer interval between valid samples ends a span.
    min_duration_s : float
        Shorter spans, from first to last sample, are left out.

    Returns
    -------
    tuple of slice
        Index ranges that begin and end on a valid sample, in order; invalid samples may lie within.

    Raises
    ------
    ValueError
        If the times do not increase, or the shapes differ.
    """
    if times_s.shape != valid.shape or times_s.ndim != 1:
        raise ValueError(
            f"times_s and valid must have one shape (n,), not {times_s.shape} and {valid.shape}."
        )
    if np.any(np.diff(times_s) <= 0):
        raise ValueError("times_s must increase from sample to sample.")
    seen = np.flatnonzero(valid)
    if seen.size < 2:
        return ()
    breaks = np.flatnonzero(np.diff(times_s[seen]) > max_gap_s + _TIME_TOLERANCE_S)
    firsts = seen[np.r_[0, breaks + 1]]
    lasts = seen[np.r_[breaks, seen.size - 1]]
    long_enough = times_s[lasts] - times_s[firsts] >= min_duration_s - 1e-9
    return tuple(
        slice(int(a), int(b) + 1) for a, b in zip(firsts[long_enough], lasts[long_enough], strict=True)
    )


def grid_rate_hz(
    times_s: Floats, valid: Bools, spans: tuple[slice, ...], *, settings: MotionSettings = MOTION
) -> int:
    """Return the rate of an even grid as fine as the finest tenth of the intervals between samples.

    Parameters
    ----------
    times_s, valid : ndarray, shape (n,)
    spans : tuple of slice

    Returns
    -------
    int
        Values a second, at least 5, at most ``settings.max_grid_hz``.
    """
    intervals = [np.diff(times_s[span][valid[span]]) for span in spans]
    if not intervals:
        return round(1 / settings.max_gap_s)
    finest_s = float(np.percentile(np.concatenate(intervals), 10))
    return round(min(max(1 / finest_s, 1 / settings.max_gap_s), settings.max_grid_hz))


def to_grid(
    x: Floats,
    times_s: Floats,
    spans: tuple[slice, ...] | None = None,
    *,
    rate_hz: int | None = None,
    settings: MotionSettings = MOTION,
) -> Grid:
    """Lay the samples of each good span on an even grid by a cubic spline through them.

    Between neighbouring samples 33 or 67 ms apart a spline follows a movement of up to 7 Hz; across a gap it
    would invent one, which is why it never leaves a span. At 15 samples a second it returns 0.99 of the
    amplitude at 3 Hz and 0.94 at 5 Hz. Every value of the grid then stands for the same time, whatever the
    frame rate did.

    Parameters
    ----------
    x : ndarray, shape (n,)
        NaN where not seen.
    times_s : ndarray, shape (n,)
    spans : tuple of slice, optional
        The good spans of ``x``; found if not given.
    rate_hz : int, optional
        That of the samples themselves if not given.
    """
    valid = np.isfinite(x)
    if spans is None:
        spans = good_spans(times_s, valid, max_gap_s=settings.max_gap_s, min_duration_s=settings.min_span_s)
    rate = rate_hz or grid_rate_hz(times_s, valid, spans, settings=settings)
    seen_s = [times_s[span][valid[span]] for span in spans]
    elapsed_s = [one - one[0] for one in seen_s]
    values = through(
        elapsed_s, [x[span][valid[span]] for span in spans], [_even(one, rate) for one in elapsed_s]
    )
    return Grid(rate, tuple(GridSpan(float(t[0]), v) for t, v in zip(seen_s, values, strict=True)))


def _even(elapsed_s: Floats, rate_hz: int) -> Floats:
    steps = int(elapsed_s[-1] * rate_hz + rate_hz * _TIME_TOLERANCE_S / 2)
    return np.minimum(np.arange(steps + 1) / rate_hz, elapsed_s[-1])


def from_grid(grid: Grid, times_s: Floats, spans: tuple[slice, ...]) -> Floats:
    """Read the values of a grid at the times of the samples it was made from.

    Returns
    -------
    ndarray, shape (n,)
        NaN outside of the spans.
    """
    out = np.full(times_s.shape, np.nan)
    read = through(
        [np.arange(len(span.values)) / grid.rate_hz for span in grid.spans],
        [span.values for span in grid.spans],
        # The last sample lies up to a step behind the last value of the grid: the spline reaches that far.
        [times_s[where] - span.start_s for where, span in zip(spans, grid.spans, strict=True)],
    )
    for where, values in zip(spans, read, strict=True):
        out[where] = values
    return out


def refine(values: list[Floats], marks: list[Bools], parts: int) -> list[tuple[Floats, Bools]]:
    """Divide every step of spans of a grid into parts by a cubic spline, since turns fall between pictures.

    Parameters
    ----------
    values, marks : list of ndarray, shape (m,)
    parts : int

    Returns
    -------
    list of (values, mark), each of shape ((m - 1) * parts + 1,)
        A value between two has the mark of the one before it.
    """
    if parts == 1:
        return list(zip(values, marks, strict=True))
    sizes = [(len(one) - 1) * parts + 1 for one in values]
    fine = through(
        [np.arange(len(one), dtype=np.float64) for one in values],
        values,
        [np.arange(size) / parts for size in sizes],
    )
    return [(one, np.repeat(mark, parts)[: len(one)]) for one, mark in zip(fine, marks, strict=True)]


def inner(a: Floats, b: Floats) -> float:
    """Return the sum of products, the same to the last digit however many threads a matrix library would use."""
    return float(np.sum(a * b))
