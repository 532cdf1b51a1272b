"""Speed, sub-movements and smoothness of what moves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tdscreen.motion.filtering import remove_fast
from tdscreen.motion.spans import Bools, Floats, Grid
from tdscreen.motion.splines import slopes
from tdscreen.settings import MOTION, MotionSettings


@dataclass(frozen=True)
class Kinematics:
    """How what moves moves; the unit of length is the signal's.

    Attributes
    ----------
    submovements_per_s : float
    speed_median, speed_p95 : float
        Unit a second.
    log_dimensionless_jerk : float or None
        None if no bout lasts a second.
    """

    submovements_per_s: float
    speed_median: float
    speed_p95: float
    log_dimensionless_jerk: float | None


def velocity(spans: Sequence[Floats], *, rate_hz: float) -> list[Floats]:
    """Return the derivative of evenly spaced values: that of a cubic spline, 1% low at 5 Hz and 30 a second.

    Parameters
    ----------
    spans : sequence of ndarray, shape (m,)
    rate_hz : float

    Returns
    -------
    list of ndarray, shape (m,)
    """
    return slopes([np.arange(len(values)) / rate_hz for values in spans], spans)


def submovements(values: Floats, *, smallest: float) -> int:
    """Count the pieces between zero crossings of velocity whose length exceeds the noise.

    A turn that comes back by less than ``smallest`` is noise within a piece and does not divide it. A sine of
    ``f`` Hz has ``2 f`` pieces a second.

    Parameters
    ----------
    values : ndarray, shape (m,)
    smallest : float
        A piece must be longer than this: the detection limit.
    """
    step = np.diff(values)
    turns = values[np.r_[0, np.flatnonzero(step[1:] * step[:-1] <= 0) + 1, len(values) - 1]]
    count, direction, extreme = 0, 0, turns[0]
    low = high = turns[0]
    for value in turns[1:].tolist():
        if direction == 0:
            low, high = min(low, value), max(high, value)
            if high - low > smallest:
                direction = 1 if value == high else -1
                extreme, count = value, 1
        elif (value - extreme) * direction >= 0:
            extreme = value
        elif (extreme - value) * direction > smallest:
            direction, extreme, count = -direction, value, count + 1
    return count


def log_dimensionless_jerk(speed: Floats, jerk: Floats, *, duration_s: float) -> float | None:
    """Return the negative logarithm of dimensionless jerk: the lower, the less smooth.

    Balasubramanian et al. 2012.

    Parameters
    ----------
    speed, jerk : ndarray, shape (..., m)
        First and third derivative, evenly spaced over ``duration_s``. With several rows, the median of the
        rows.
    duration_s : float

    Returns
    -------
    float or None
        None if nothing has a speed. A sine of ``f`` Hz over a second has -ln((2 pi f) ** 4 / 2).
    """
    peak = np.abs(speed).max(axis=-1)
    cost = np.mean(jerk**2, axis=-1) * duration_s**4
    moves = (peak > 0) & (cost > 0)
    if not np.any(moves):
        return None
    return float(np.median(-np.log(cost[moves] / peak[moves] ** 2)))


def kinematics(
    grid: Grid, marks: list[Bools], *, smallest: float, settings: MotionSettings = MOTION
) -> Kinematics | None:
    """Measure speed, sub-movements and smoothness within bouts.

    Jerk is taken of movement below ``settings.jerk_high_hz`` and of each whole second of a bout by itself,
    since its value depends on how long a movement is.

    Parameters
    ----------
    grid : Grid
        Band-limited displacement.
    marks : list of ndarray of bool
        The values within bouts.
    smallest : float
        The detection limit.

    Returns
    -------
    Kinematics or None
        None if nothing moves.
    """
    if not any(mark.any() for mark in marks):
        return None
    steps = round(settings.window_s * grid.rate_hz)
    calm = remove_fast(grid, high_hz=settings.jerk_high_hz, settings=settings)
    speeds, pieces, moving_s, slow_speeds, jerks = [], 0, 0.0, [], []
    moving = [index for index, mark in enumerate(marks) if mark.any()]
    fast_speeds, calm_speeds = (
        velocity([of.spans[index].values for index in moving], rate_hz=grid.rate_hz) for of in (grid, calm)
    )
    for index, fast_speed, slow_speed in zip(moving, fast_speeds, calm_speeds, strict=True):
        span, mark = grid.spans[index], marks[index]
        speeds.append(np.abs(fast_speed[mark]))
        edges = np.flatnonzero(np.diff(np.r_[False, mark, False].astype(np.int8)))
        for a, b in zip(edges[::2], edges[1::2], strict=True):
            pieces += submovements(span.values[a:b], smallest=smallest)
            moving_s += (b - a - 1) / grid.rate_hz
        bend = np.diff(slow_speed, 2) * grid.rate_hz**2
        jerk = np.r_[bend[0], bend, bend[-1]]
        firsts = [np.arange(a, b - steps, steps) for a, b in zip(edges[::2], edges[1::2], strict=True)]
        at = np.concatenate(firsts)[:, None] + np.arange(steps + 1)
        slow_speeds.append(slow_speed[at])
        jerks.append(jerk[at])
    speed = np.concatenate(speeds)
    return Kinematics(
        submovements_per_s=pieces / moving_s,
        speed_median=float(np.median(speed)),
        speed_p95=float(np.percentile(speed, 95)),
        log_dimensionless_jerk=log_dimensionless_jerk(
            np.concatenate(slow_speeds), np.concatenate(jerks), duration_s=settings.window_s
        ),
    )
