"""A hand's landmarks become named signals: the wrist's path, every finger's flexion and its tip against the palm."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tdscreen.geometry.hand import FINGERS, WRIST, PalmFrame
from tdscreen.motion.signals import Signal
from tdscreen.vocabulary import Region

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]


def hand_signals(
    palm: PalmFrame, times_s: FloatArray, usable: BoolArray, *, region: Region
) -> tuple[Signal, ...]:
    """Name the movements of one hand.

    Parameters
    ----------
    palm : PalmFrame
    times_s : ndarray, shape (n,)
    usable : ndarray, shape (n,), bool
    region : Region
        Of which hand.

    Returns
    -------
    tuple of Signal
        ``wrist_sideways`` and ``wrist_up_down`` (mm, in the picture); for each finger ``<finger>_tip`` (mm, along
        the line on which that tip moves most against the palm) and ``<finger>_flexion`` (degrees between the palm's
        ray and the finger); ``thumb_index`` (mm between the two tips).
    """
    points = np.where(usable[:, None, None], palm.points_mm, np.nan)
    tips = np.where(usable[:, None, None], palm.tips_mm, np.nan)
    wrist = np.where(usable[:, None], palm.wrist_mm, np.nan)
    named: list[tuple[str, str, FloatArray]] = [
        ("wrist_sideways", "mm", wrist[:, 0]),
        ("wrist_up_down", "mm", -wrist[:, 1]),
    ]
    for number, (finger, (base, _, _, tip)) in enumerate(FINGERS.items()):
        named.append((f"{finger}_tip", "mm", along_main_axis(tips[:, number])))
        ray = points[:, base] - points[:, WRIST]
        named.append((f"{finger}_flexion", "deg", _angle_deg(ray, points[:, tip] - points[:, base])))
    thumb, index, *_ = np.moveaxis(tips, 1, 0)
    thumb_index = np.linalg.norm(thumb - index, axis=1)
    named.append(("thumb_index", "mm", np.asarray(thumb_index, dtype=np.float64)))
    return tuple(Signal(f"{region}.{name}", region, unit, times_s, values) for name, unit, values in named)


def along_main_axis(path: FloatArray) -> FloatArray:
    """Project a path in space onto the line along which it varies most.

    Parameters
    ----------
    path : ndarray, shape (n, d)
        NaN where not seen.

    Returns
    -------
    ndarray, shape (n,)
        About the path's mean. The line's sign is such that its largest component is positive.
    """
    seen = np.isfinite(path[:, 0])
    along = np.full(len(path), np.nan)
    if seen.any():
        centred = path[seen] - path[seen].mean(axis=0)
        _, _, axes = np.linalg.svd(centred.T @ centred)
        axis = axes[0] * np.sign(axes[0][np.argmax(np.abs(axes[0]))])
        along[seen] = centred @ axis
    return along


def wrist_path(palm: PalmFrame, usable: BoolArray) -> FloatArray:
    """Path of the wrist in the picture: what finger signals of a still hand are made of.

    The knuckles would be the nearer witness, but the tracker moves them when the fingers move (2 mm of range for a
    rendered hand's flexing fingers, 0.2 to 0.9 mm for still ones), and a moving finger would then hide itself.

    Returns
    -------
    ndarray, shape (n, 2)
        mm, NaN where not usable.
    """
    return np.where(usable[:, None], palm.wrist_mm, np.nan)


def _angle_deg(one: FloatArray, other: FloatArray) -> FloatArray:
    cosine = (one * other).sum(axis=1) / (np.linalg.norm(one, axis=1) * np.linalg.norm(other, axis=1))
    return np.asarray(np.degrees(np.arccos(np.clip(cosine, -1.0, 1.0))), dtype=np.float64)
