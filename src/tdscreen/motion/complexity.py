"""How hard a movement is to foretell from itself."""

from __future__ import annotations

import numpy as np
from scipy.spatial.distance import pdist

from tdscreen.motion.spans import Bools, Floats, Grid
from tdscreen.settings import MOTION, MotionSettings


def sample_entropy(
    series: list[Floats], *, m: int = 2, r: float = 0.2, max_templates: int = 1000
) -> float | None:
    """Return the sample entropy of one or several stretches of a signal (Richman and Moorman 2000).

    The negative logarithm of the chance that two stretches alike for ``m`` values are alike for the next one,
    too. Of all stretches of ``m + 1`` values at most ``max_templates``, evenly spread, are compared pair by
    pair, so that an hour costs no more than a minute; no stretch crosses from one array into the next.

    Parameters
    ----------
    series : list of ndarray, shape (n_i,)
        Evenly spaced values at one rate.
    m : int
    r : float
        Two values are alike that differ by no more than this share of the standard deviation of all values.
    max_templates : int

    Returns
    -------
    float or None
        None if no two stretches were alike (too short, or too irregular to say), or nothing varies.
    """
    long_enough = [values for values in series if len(values) > m]
    if not long_enough:
        return None
    sd = float(np.std(np.concatenate(long_enough)))
    templates = np.concatenate([np.lib.stride_tricks.sliding_window_view(v, m + 1) for v in long_enough])
    if sd == 0 or len(templates) < 2:
        return None
    if len(templates) > max_templates:
        templates = templates[np.linspace(0, len(templates) - 1, max_templates).round().astype(np.intp)]
    alike = pdist(templates[:, :m], "chebyshev") <= r * sd
    still_alike = alike & (pdist(templates[:, m:], "chebyshev") <= r * sd)
    if not still_alike.any():
        return None
    return float(-np.log(still_alike.sum() / alike.sum()))


def thinned(grid: Grid, marks: list[Bools], *, settings: MotionSettings = MOTION) -> list[Floats]:
    """Return the runs of marked values, thinned to about ``settings.sample_entropy_rate_hz``.

    The rate decides what "the next value" means: at 60 values a second any movement would look foreseeable.
    """
    step = max(round(grid.rate_hz / settings.sample_entropy_rate_hz), 1)
    runs = []
    for span, mark in zip(grid.spans, marks, strict=True):
        edges = np.flatnonzero(np.diff(np.r_[False, mark, False].astype(np.int8)))
        runs += [span.values[a:b:step] for a, b in zip(edges[::2], edges[1::2], strict=True)]
    return runs
