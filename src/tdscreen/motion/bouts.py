"""When something moves: where each bout begins and ends, to a fraction of a second.

Two things must be seen at once. Within the band, a second must show more than stillness does: that sets aside posture
and drift. In the signal itself, with nothing slow taken out, less than half a second must show a good part of that:
a filter that takes out what is slow spreads the beginning of a bout over the second before, in which nothing moved.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter1d, minimum_filter1d

from tdscreen.motion.spans import Bools, Floats, Grid
from tdscreen.settings import MOTION, MotionSettings

Bouts = tuple[tuple[float, float], ...]
"""Start and end of each in seconds, in order, none touching the next."""


def find_bouts(band: Grid, calm: Grid, *, limit: float, settings: MotionSettings = MOTION) -> Bouts:
    """Find when a signal moves.

    Something moves where the range in any second exceeds the limit, for as long as the shorter window. Where that
    happens more often than by chance, it is enough that a second shows clearly more than the quietest of the clip do.
    A bout begins and ends where the shorter window shows a share of that limit and of the bout's own level, less the
    half window by which it looks ahead. A pause shorter than half a period of the slowest movement cannot be told
    from a turn and belongs to the bout; half of it may be seen where a span begins or ends.

    Parameters
    ----------
    band : Grid
        Band-limited displacement.
    calm : Grid
        Displacement without what is faster than the band, and with what is slower.
    limit : float
        The detection limit: the range in a second that stillness does not exceed.

    Returns
    -------
    tuple of (float, float)
        None crosses a gap between spans.
    """
    rate_hz = band.rate_hz
    half = max(round(settings.edge_window_s * rate_hz / 2), 1)
    half_second = round(settings.window_s * rate_hz / 2)
    # In the band alone a step would ring, without it a drift would move.
    seconds = [
        np.minimum(a, b) for a, b in zip(_ranges(band, half_second), _ranges(calm, half_second), strict=True)
    ]
    lower = _lower_limit(seconds, [_lasting(second > limit, half) for second in seconds], limit, settings)
    inset_s = half / rate_hz - settings.edge_lag_s
    found: list[tuple[float, float]] = []
    for span, second, shorter in zip(calm.spans, seconds, _ranges(calm, half), strict=True):
        moves = _lasting(second > lower, half)
        if not moves.any():
            continue
        level = maximum_filter1d(np.where(moves, second, 0.0), 4 * half_second + 1, mode="nearest")
        least = np.maximum(settings.edge_level_share * level, settings.edge_limit_share * lower)
        runs = _runs(_spread(moves, half // 2) & (shorter > least))
        last = len(second) - 1
        starts_s, ends_s = runs[:, 0] / rate_hz + inset_s, runs[:, 1] / rate_hz - inset_s
        # What moves as a span begins or ends was cut off there, in a turn or not.
        starts_s[starts_s <= settings.max_pause_s / 2] = 0.0
        ends_s[ends_s >= last / rate_hz - settings.max_pause_s / 2] = last / rate_hz
        long_enough = ends_s - starts_s >= 1 / rate_hz
        found += _joined(
            span.start_s + starts_s[long_enough], span.start_s + ends_s[long_enough], settings.max_pause_s
        )
    return tuple(found)


def _lower_limit(seconds: list[Floats], sure: list[Bools], limit: float, settings: MotionSettings) -> float:
    """Say what a second within a bout must show once it is sure that something moves.

    The limit holds for the worst that stillness may show. Where more seconds exceed it than chance brings about, the
    quietest seconds of the same signal tell how far below it stillness lies here.
    """
    if not sure or 100 * np.mean(np.concatenate(sure)) <= settings.chance_percent:
        return limit
    quiet = float(np.percentile(np.concatenate(seconds), settings.quiet_percentile))
    return min(max(settings.above_quiet * quiet, settings.lowest_limit_share * limit), limit)


def _lasting(mark: Bools, half: int) -> Bools:
    """Leave the runs that are longer than twice as many values."""
    return _spread(~_spread(~mark, half), half)


def _ranges(grid: Grid, half: int) -> list[Floats]:
    """Largest minus smallest within so many values on either side, for each span."""
    if not grid.spans:
        return []
    size = 2 * half + 1
    # All spans in one row, so far apart that none looks into the next: beyond an end is nothing larger or smaller.
    row = np.full(sum(len(span.values) + size for span in grid.spans), np.nan)
    places, first = [], 0
    for span in grid.spans:
        places.append(slice(first, first + len(span.values)))
        row[places[-1]] = span.values
        first += len(span.values) + size
    between = np.isnan(row)
    largest = maximum_filter1d(np.where(between, -np.inf, row), size, mode="nearest")
    smallest = minimum_filter1d(np.where(between, np.inf, row), size, mode="nearest")
    return [largest[place] - smallest[place] for place in places]


def _spread(mark: Bools, half: int) -> Bools:
    """Mark what lies within so many values of a marked one."""
    return np.asarray(maximum_filter1d(mark.view(np.uint8), 2 * half + 1, mode="nearest")).view(np.bool_)


def _runs(mark: Bools) -> NDArray[np.intp]:
    """First and last value of each run of marked values, one row a run."""
    edges = np.flatnonzero(np.diff(np.r_[False, mark, False].view(np.int8)))
    return np.column_stack([edges[::2], edges[1::2] - 1])


def _marked(firsts: NDArray[np.intp], lasts: NDArray[np.intp], size: int) -> Bools:
    """Mark runs by their first and last values."""
    edges = np.zeros(size + 1, dtype=np.intp)
    np.add.at(edges, firsts, 1)
    np.add.at(edges, lasts + 1, -1)
    return np.asarray(np.cumsum(edges[:-1]) > 0)


def _joined(starts_s: Floats, ends_s: Floats, most_s: float) -> list[tuple[float, float]]:
    """Join what follows within so many seconds."""
    if not starts_s.size:
        return []
    apart = starts_s[1:] - ends_s[:-1] > most_s
    firsts, lasts = starts_s[np.r_[True, apart]], ends_s[np.r_[apart, True]]
    return list(zip(firsts.tolist(), lasts.tolist(), strict=True))


def moving_values(grid: Grid, bouts_s: Bouts) -> list[Bools]:
    """Mark, span by span, the values that lie within a bout."""
    bounds_s = np.array(bouts_s).reshape(-1, 2)
    marks = []
    for span in grid.spans:
        size = len(span.values)
        at = np.rint((bounds_s - span.start_s) * grid.rate_hz).astype(np.intp)
        at = at[(at[:, 1] >= 0) & (at[:, 0] < size)]
        marks.append(_marked(np.maximum(at[:, 0], 0), np.minimum(at[:, 1], size - 1), size))
    return marks


def percent_time_moving(bouts_s: Iterable[tuple[float, float]], assessed_s: float) -> float:
    """Return the share, 0 to 100, of the assessed time that lies in bouts; 0 if none was assessed.

    Parameters
    ----------
    bouts_s : iterable of (float, float)
        In any order; what lies in two counts once.
    assessed_s : float
    """
    moving_s = sum(end_s - start_s for start_s, end_s in joined_bouts(bouts_s))
    # Sums of all and of all that moves may differ in the last digit; no share is more than the whole.
    return min(100 * moving_s / assessed_s, 100.0) if assessed_s > 0 else 0.0


def joined_bouts(bouts_s: Iterable[tuple[float, float]]) -> Bouts:
    """Join bouts of several signals: the stretches in which any of them moves.

    Parameters
    ----------
    bouts_s : iterable of (float, float)
        Start and end of each, in any order.

    Returns
    -------
    tuple of (float, float)
        In order, none touching the next.
    """
    joined: list[tuple[float, float]] = []
    for start_s, end_s in sorted(bouts_s):
        if joined and start_s <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end_s))
        else:
            joined.append((start_s, end_s))
    return tuple(joined)
