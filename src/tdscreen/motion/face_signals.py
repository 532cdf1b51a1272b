"""The face's landmarks become named signals by AIMS region.

All in the head's own frame (:mod:`tdscreen.geometry.face`), so that what is left is facial movement; those of the
head itself are against the camera. Point numbers are those of MediaPipe's face mesh.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tdscreen.geometry.face import HeadFrame
from tdscreen.motion.signals import Signal
from tdscreen.settings import FACE, FaceSettings
from tdscreen.vocabulary import Region

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

UPPER_LIP = (0, 13, 37, 267)
LIPS_MIDLINE = (0, 13, 14, 17)
INNER_LIPS = (13, 14)
MOUTH_CORNERS = (61, 291)
CHIN = (199, 200, 175)
"""On the chin's skin. Point 152 lies on the silhouette and slides along it."""
BROW_ENDS = (55, 285)
BROWS = ((65, 66, 107, 55, 105), (295, 296, 336, 285, 334))
LIDS = (((159, 145), (158, 153)), ((386, 374), (385, 380)))
"""Pairs of points on the upper and lower lid. First the eye at the picture's left."""
STILL_POINTS = (116, 345, 111, 340, 123, 352, 188, 412)
"""Cheekbones and the sides of the nose's bridge: not in the rigid fit, and hardly moved by lips, jaw or brows. What
they show is what stillness shows."""
MEASURED_POINTS = (
    *UPPER_LIP,
    *LIPS_MIDLINE,
    *INNER_LIPS,
    *MOUTH_CORNERS,
    *CHIN,
    *BROW_ENDS,
    *(number for brow in BROWS for number in brow),
    *(number for eye in LIDS for pair in eye for number in pair),
    *STILL_POINTS,
)
"""Every point that a signal of the face is made of."""


@dataclass(frozen=True)
class Blinks:
    """Blinks, kept apart from other movement of the lids.

    Attributes
    ----------
    times_s : tuple of float
        Middle of each blink.
    per_minute : float
        Over the time in which the eyes were seen.
    during : ndarray, shape (n,), bool
        Frames that belong to a blink, its flanks included, or to what may have been one.
    percent_of_time : float
        Share, 0 to 100, of the pictures that show the eyes which belong to blinks.
    half_travel_mm : float
        Half of how far the lids come towards each other in a blink, the middle one of all; 0 without any.
    watched_s : float
        For how long the eyes were seen.
    """

    times_s: tuple[float, ...]
    per_minute: float
    during: BoolArray
    percent_of_time: float = 0.0
    half_travel_mm: float = 0.0
    watched_s: float = 0.0


def find_blinks(times_s: FloatArray, openings_mm: FloatArray, *, settings: FaceSettings = FACE) -> Blinks:
    """Find blinks: the lids of both eyes close fast and open again at once.

    A closure counts if the open eye was seen just before and just after it; one as short whose begin or end was not
    seen belongs to ``during`` all the same. A picture in which the lids were not seen parts no closure, but an absence
    does.

    Parameters
    ----------
    times_s : ndarray, shape (n,)
    openings_mm : ndarray, shape (n, 2)
        Distance of the lids of each eye; NaN where not seen.
    settings : FaceSettings

    Returns
    -------
    Blinks
    """
    seen = np.flatnonzero(np.isfinite(openings_mm).all(axis=1))
    during = np.zeros(len(times_s), dtype=np.bool_)
    if seen.size < 2:
        return Blinks((), 0.0, during)
    at_s = times_s[seen]
    open_mm = np.percentile(openings_mm[seen], settings.open_eye_percentile, axis=0)
    shut = openings_mm[seen] < settings.blink_closure * open_mm
    # The mesh may open the eyes for a picture or two in the midst of one blink.
    closed = np.stack([_joined(eye, at_s, settings.blink_join_s) for eye in shut.T]).all(axis=0)
    steps_s = np.diff(at_s)
    near = steps_s <= settings.blink_max_absence_s
    edges = np.flatnonzero(np.diff(np.concatenate(([False], closed, [False])).astype(int)))
    times = []
    travels_mm = []
    for first, after in zip(edges[::2], edges[1::2], strict=True):
        if at_s[after - 1] - at_s[first] > settings.blink_max_s:
            continue
        during |= (times_s >= at_s[first] - settings.blink_flank_s) & (
            times_s <= at_s[after - 1] + settings.blink_flank_s
        )
        # Eyes that were shut when they came into view may have blinked: taken out, but not counted.
        if first > 0 and after < len(at_s) and bool(near[first - 1 : after].all()):
            times.append(float(at_s[first] + at_s[after - 1]) / 2)
            travels_mm.append(float((open_mm - openings_mm[seen[first:after]].min(axis=0)).mean()))
    watched_s = float(steps_s[near].sum())
    return Blinks(
        tuple(times),
        60.0 * len(times) / watched_s if watched_s > 0 else 0.0,
        during,
        100.0 * float(during[seen].mean()),
        float(np.median(travels_mm)) / 2 if travels_mm else 0.0,
        watched_s,
    )


def _joined(closed: BoolArray, at_s: FloatArray, longest_s: float) -> BoolArray:
    """Fill what lies between two closed pictures that are no farther apart than so long."""
    at = np.flatnonzero(closed)
    out = closed.copy()
    for first, after in itertools.pairwise(at):
        if at_s[after] - at_s[first] <= longest_s:
            out[first:after] = True
    return out


def agreed_openings(openings_mm: FloatArray, *, settings: FaceSettings = FACE) -> FloatArray:
    """Leave of the movement of the lids what both eyes show, and of one eye alone only what is too much for an error.

    Where the eyes look, and how the head is turned, the mesh tells one eye's lids up to 3 mm nearer than they are, and
    the other's hardly. Lids that are squeezed close on both sides.

    Parameters
    ----------
    openings_mm : ndarray, shape (n, 2)
        Distance of the lids of each eye, blinks taken out; NaN where not seen.
    settings : FaceSettings

    Returns
    -------
    ndarray, shape (n, 2)
        NaN where either eye was not seen.
    """
    seen = np.isfinite(openings_mm).all(axis=1)
    if not seen.any():
        return np.full_like(openings_mm, np.nan)
    usual = np.median(openings_mm[seen], axis=0)
    moved = openings_mm - usual
    with np.errstate(invalid="ignore"):
        alike = np.sign(moved[:, 0]) == np.sign(moved[:, 1])
    both = np.where(alike, np.sign(moved[:, 0]) * np.abs(moved).min(axis=1), 0.0)[:, None]
    alone = moved - both
    alone = np.sign(alone) * np.maximum(np.abs(alone) - settings.lid_wander_mm, 0.0)
    return np.asarray(np.where(seen[:, None], usual + both + alone, np.nan))


def face_signals(
    head: HeadFrame, times_s: FloatArray, usable: BoolArray, *, mirrored: bool, settings: FaceSettings = FACE
) -> tuple[tuple[Signal, ...], Blinks]:
    """Name the movements of the upper face, lips, jaw and head.

    Parameters
    ----------
    head : HeadFrame
    times_s : ndarray, shape (n,)
    usable : ndarray, shape (n,), bool
        Frames that may be measured; the others become NaN.
    mirrored : bool
        The picture's left is the patient's left.
    settings : FaceSettings

    Returns
    -------
    signals : tuple of Signal
        Distances and shifts in mm: openings and widths grow as the parts move apart, heights upwards, side shifts
        towards the picture's right, protrusion towards the camera. Turn, nod and tilt of the head in degrees, signs
        as in :class:`~tdscreen.geometry.face.HeadFrame`.
    blinks : Blinks
    """

    def seen(numbers: tuple[int, ...]) -> FloatArray:
        return np.where(usable[:, None, None], head.at(numbers), np.nan)

    def mean_of(numbers: tuple[int, ...]) -> FloatArray:
        return np.asarray(seen(numbers).mean(axis=1), dtype=np.float64)

    def distance(one: int, other: int) -> FloatArray:
        ends = seen((one, other))
        return np.asarray(np.linalg.norm(ends[:, 0] - ends[:, 1], axis=1), dtype=np.float64)

    sides = ("left", "right") if mirrored else ("right", "left")
    lids = [np.mean([distance(*pair) for pair in pairs], axis=0) for pairs in LIDS]
    blinks = find_blinks(times_s, np.stack(lids, axis=1), settings=settings)
    agreed = agreed_openings(
        np.where(blinks.during[:, None], np.nan, np.stack(lids, axis=1)), settings=settings
    )
    upper_lip, chin = mean_of(UPPER_LIP), mean_of(CHIN)
    bridge = np.where(usable[:, None], head.bridge_mm, np.nan)
    angles = np.where(usable[:, None], head.angles_deg, np.nan)

    named: list[tuple[str, Region, str, FloatArray]] = [
        (f"brow_{side}_height", Region.UPPER_FACE, "mm", -mean_of(brow)[:, 1])
        for side, brow in zip(sides, BROWS, strict=True)
    ]
    # Half of it: how far each brow comes, as the table of millimetres means it.
    named.append(("brow_half_distance", Region.UPPER_FACE, "mm", distance(*BROW_ENDS) / 2))
    named += [
        (f"eye_{side}_opening", Region.UPPER_FACE, "mm", opening)
        for side, opening in zip(sides, agreed.T, strict=True)
    ]
    named += [
        ("opening", Region.LIPS, "mm", distance(*INNER_LIPS)),
        ("width", Region.LIPS, "mm", distance(*MOUTH_CORNERS)),
        ("protrusion", Region.LIPS, "mm", -mean_of(LIPS_MIDLINE)[:, 2]),
        ("side_shift", Region.LIPS, "mm", upper_lip[:, 0]),
        ("height", Region.LIPS, "mm", -upper_lip[:, 1]),
        ("opening", Region.JAW, "mm", chin[:, 1]),
        ("side_shift", Region.JAW, "mm", chin[:, 0]),
        ("sideways", Region.HEAD, "mm", bridge[:, 0]),
        ("up_down", Region.HEAD, "mm", -bridge[:, 1]),
        ("turn", Region.HEAD, "deg", angles[:, 0]),
        ("nod", Region.HEAD, "deg", angles[:, 1]),
        ("tilt", Region.HEAD, "deg", angles[:, 2]),
    ]
    signals = tuple(
        Signal(f"{region}.{name}", region, unit, times_s, values) for name, region, unit, values in named
    )
    return signals, blinks


def still_point_paths(head: HeadFrame, usable: BoolArray) -> FloatArray:
    """Paths of points that facial movement leaves alone: what stillness looks like in this clip.

    Returns
    -------
    ndarray, shape (n, 16)
        x and y of each still point in mm, NaN where not usable.
    """
    points = head.at(STILL_POINTS)[:, :, :2].reshape(len(usable), -1)
    return np.where(usable[:, None], points, np.nan)
