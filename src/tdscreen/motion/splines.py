"""Cubic splines through the samples of many spans at once.

What a spline costs in one call hardly depends on how many samples it goes through, and an hour has hundreds of spans:
all are solved in one band matrix, in which none knows of its neighbours. Each is the spline that
:class:`scipy.interpolate.CubicSpline` draws by itself ("not a knot": de Boor, A Practical Guide to Splines, 1978).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solve_banded

Floats = NDArray[np.float64]

FEWEST_SAMPLES = 4
"""In a span: the ends take the curve of the two steps beside them."""


def slopes(knots: Sequence[Floats], values: Sequence[Floats]) -> list[Floats]:
    """Return the derivative of each span's spline at its samples.

    Parameters
    ----------
    knots : sequence of ndarray, shape (m_i,)
        Where each span was sampled; strictly increasing, ``FEWEST_SAMPLES`` or more in each.
    values : sequence of ndarray, shape (m_i,)

    Returns
    -------
    list of ndarray, shape (m_i,)

    Raises
    ------
    ValueError
        If a span has too few samples.
    """
    sizes = np.array([len(one) for one in knots], dtype=np.intp)
    if not sizes.size:
        return []
    if sizes.min() < FEWEST_SAMPLES:
        raise ValueError(f"A spline needs {FEWEST_SAMPLES} samples, not {sizes.min()}.")
    x, y = np.concatenate(list(knots)), np.concatenate(list(values))
    lasts = np.cumsum(sizes) - 1
    firsts = lasts - sizes + 1
    step = np.diff(x)
    # From one span to the next nothing is drawn; any number will do that spoils no other.
    step[lasts[:-1]] = 1.0
    slope = np.diff(y) / step
    band = np.zeros((3, len(x)))
    band[1, 1:-1] = 2 * (step[:-1] + step[1:])
    band[0, 2:] = step[:-1]
    band[2, :-2] = step[1:]
    right = np.empty(len(x))
    right[1:-1] = 3 * (step[1:] * slope[:-1] + step[:-1] * slope[1:])
    two = x[firsts + 2] - x[firsts]
    band[1, firsts], band[0, firsts + 1] = step[firsts + 1], two
    right[firsts] = (
        (step[firsts] + 2 * two) * step[firsts + 1] * slope[firsts] + step[firsts] ** 2 * slope[firsts + 1]
    ) / two
    two = x[lasts] - x[lasts - 2]
    band[1, lasts], band[2, lasts - 1] = step[lasts - 2], two
    right[lasts] = (
        step[lasts - 1] ** 2 * slope[lasts - 2]
        + (2 * two + step[lasts - 1]) * step[lasts - 2] * slope[lasts - 1]
    ) / two
    # What would join the last sample of a span to the first of the next.
    band[0, firsts[1:]] = 0.0
    band[2, lasts[:-1]] = 0.0
    solved = solve_banded((1, 1), band, right, overwrite_ab=True, overwrite_b=True, check_finite=False)
    return np.split(solved, firsts[1:])


def through(knots: Sequence[Floats], values: Sequence[Floats], at: Sequence[Floats]) -> list[Floats]:
    """Read each span's spline at other places.

    Parameters
    ----------
    knots, values : sequence of ndarray, shape (m_i,)
        As for :func:`slopes`.
    at : sequence of ndarray, shape (k_i,)
        Beyond the ends the outermost piece goes on.

    Returns
    -------
    list of ndarray, shape (k_i,)
    """
    found = []
    for x, y, slope, place in zip(knots, values, slopes(knots, values), at, strict=True):
        piece = np.clip(np.searchsorted(x, place, side="right") - 1, 0, len(x) - 2)
        step = np.diff(x)
        rise = np.diff(y) / step
        bend = (slope[:-1] + slope[1:] - 2 * rise) / step
        after = place - x[piece]
        curve = after * ((rise - slope[:-1]) / step - bend)[piece] + after**2 * (bend / step)[piece]
        found.append(y[piece] + after * (slope[piece] + curve))
    return found
