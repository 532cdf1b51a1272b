"""What the picture shows of a tongue becomes named signals, and its ways out of the mouth are counted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tdscreen.motion.signals import Signal
from tdscreen.motion.spans import good_spans
from tdscreen.settings import MOTION, TONGUE, TongueSettings
from tdscreen.vocabulary import Region

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]


@dataclass(frozen=True)
class SeenTongue:
    """What each picture shows of the tongue. Lengths are in distances between the eyes, areas in their squares.

    Attributes
    ----------
    times_s : ndarray, shape (n,), float64
        Strictly increasing.
    watched : ndarray, shape (n,), bool
        The mouth could be looked at.
    past : ndarray, shape (n,)
        How much of it the picture shows past the inner edge of the lower lip; 0 where no tongue is seen.
    ahead, below : ndarray, shape (n,)
        How far its tip lies before the lower lip and below it; NaN where no tongue is seen.
    area : ndarray, shape (n,)
        Of the visible tongue, inside the mouth and out.
    side : ndarray, shape (n,)
        Of its middle, to the picture's right of the lips' middle; NaN where no tongue is seen.
    opening : ndarray, shape (n,)
        Between the lips' inner edges.
    """

    times_s: FloatArray
    watched: BoolArray
    past: FloatArray
    ahead: FloatArray
    below: FloatArray
    area: FloatArray
    side: FloatArray
    opening: FloatArray


@dataclass(frozen=True)
class Protrusion:
    """The tongue came out past the lips, once.

    Attributes
    ----------
    start_s, end_s : float
        In seconds of the clip. It may have been out before the first and after the last picture that shows it.
    reach_mm : float
        How far past the lower lip.
    """

    start_s: float
    end_s: float
    reach_mm: float


def reach_past_lip_mm(seen: SeenTongue, *, eyes_mm: float, settings: TongueSettings = TONGUE) -> FloatArray:
    """Say how far the tongue has come past the lip: ahead of it and, where it hangs down, below.

    A tip that seems to lie before the lip counts only where the picture shows some of the tongue past the lip's edge,
    too: one witness alone would be misled by a tongue behind the teeth, or by a lip that is taken for a tongue. What
    reaches far enough to be out, and is smaller than a tongue is there, may be such a lip: it counts for less.

    Returns
    -------
    ndarray, shape (n,)
        mm; 0 where no tongue is out.
    """
    ahead, below = np.nan_to_num(seen.ahead), np.nan_to_num(seen.below)
    out = (ahead > 0) & (seen.past * eyes_mm >= settings.min_past_mm)
    reach = np.where(out, np.hypot(ahead, np.maximum(below, 0.0)) * eyes_mm, 0.0)
    with np.errstate(invalid="ignore"):
        small = ~(seen.area * eyes_mm**2 >= settings.min_out_area_mm2)
    return np.asarray(np.where(small & (reach >= settings.out_mm), settings.in_mm, reach))


def tongue_signals(
    seen: SeenTongue, *, eyes_mm: float, settings: TongueSettings = TONGUE
) -> tuple[Signal, ...]:
    """Make signals of what the pictures show.

    Parameters
    ----------
    seen : SeenTongue
    eyes_mm : float
        Distance between the eyes.
    settings : TongueSettings

    Returns
    -------
    tuple of Signal
        ``tongue.reach`` in mm wherever the mouth could be looked at; ``tongue.side`` in mm and ``tongue.area`` in
        mm2 only where the tongue is seen: behind closed lips nobody knows what it does.
    """
    in_view = tongue_in_view(seen, eyes_mm=eyes_mm, settings=settings)
    named = (
        ("reach", "mm", reach_past_lip_mm(seen, eyes_mm=eyes_mm, settings=settings), seen.watched),
        ("side", "mm", seen.side * eyes_mm, in_view),
        ("area", "mm2", seen.area * eyes_mm**2, in_view),
    )
    return tuple(
        Signal(f"{Region.TONGUE}.{name}", Region.TONGUE, unit, seen.times_s, np.where(where, values, np.nan))
        for name, unit, values, where in named
    )


def tongue_in_view(seen: SeenTongue, *, eyes_mm: float, settings: TongueSettings = TONGUE) -> BoolArray:
    """Say when the tongue can be seen well enough to tell whether it moves: out of the mouth, or in an open one.

    Returns
    -------
    ndarray, shape (n,), bool
    """
    large = seen.area * eyes_mm**2 >= settings.min_area_mm2
    open_ = seen.opening * eyes_mm >= settings.min_opening_mm
    out = reach_past_lip_mm(seen, eyes_mm=eyes_mm, settings=settings) >= settings.out_mm
    with np.errstate(invalid="ignore"):
        return np.asarray(seen.watched & large & (open_ | out), dtype=np.bool_)


def find_protrusions(
    reach_mm: FloatArray, times_s: FloatArray, *, settings: TongueSettings = TONGUE
) -> tuple[Protrusion, ...]:
    """Count the times that the tongue came out.

    It is out from the first picture in which it reaches ``out_mm`` past the lip until it has come back to ``in_mm``;
    two edges, so that a tongue that rests at one of them is not counted many times. Outings of a picture or two, and
    returns as short, are errors of the model on single pictures and are passed over. Where the mouth was not seen for
    longer than a gap, an outing ends with what was seen of it.

    Parameters
    ----------
    reach_mm : ndarray, shape (n,)
        NaN where the mouth could not be looked at.
    times_s : ndarray, shape (n,)
    settings : TongueSettings

    Returns
    -------
    tuple of Protrusion
        In their order.
    """
    found: list[Protrusion] = []
    watched = np.isfinite(reach_mm)
    for span in good_spans(times_s, watched, max_gap_s=MOTION.max_gap_s, min_duration_s=0.0):
        kept = watched[span]
        reach, at_s = reach_mm[span][kept], times_s[span][kept]
        if len(reach) < 2:
            continue
        half_s = float(np.median(np.diff(at_s))) / 2
        out = _hysteresis(reach, settings.in_mm, settings.out_mm)
        pieces = _runs(out)
        joined: list[tuple[int, int]] = []
        for first, last in pieces:
            if joined and at_s[first] - at_s[joined[-1][1]] - 2 * half_s < settings.min_inside_s:
                joined[-1] = (joined[-1][0], last)
            else:
                joined.append((first, last))
        for first, last in joined:
            start_s, end_s = float(at_s[first]) - half_s, float(at_s[last]) + half_s
            if end_s - start_s >= settings.min_outside_s:
                reached = float(np.percentile(reach[first : last + 1], settings.reach_percentile))
                found.append(Protrusion(max(start_s, 0.0), end_s, reached))
    return tuple(found)


def _hysteresis(values: FloatArray, low: float, high: float) -> BoolArray:
    """Mark the runs above ``low`` that reach ``high`` somewhere."""
    above = values >= low
    marked = np.zeros(len(values), dtype=np.bool_)
    for first, last in _runs(above):
        if (values[first : last + 1] >= high).any():
            marked[first : last + 1] = True
    return marked


def _runs(marks: BoolArray) -> list[tuple[int, int]]:
    """First and last index of each run of marks."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], marks, [False])).astype(int)))
    return [(int(first), int(after) - 1) for first, after in zip(edges[::2], edges[1::2], strict=True)]
