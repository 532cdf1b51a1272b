"""How often the fingers of a hand meet its thumb."""

from __future__ import annotations

import numpy as np

from tdscreen.geometry.hand import FINGERS, palm_points_mm
from tdscreen.motion.repeats import taps
from tdscreen.settings import MOTION, MotionSettings
from tdscreen.tracking.tracks import Tracks


def count_taps(
    tracks: Tracks, side: int, *, smallest_mm: float, settings: MotionSettings = MOTION
) -> tuple[int, float | None]:
    """Count the taps of one hand.

    Parameters
    ----------
    tracks : Tracks
    side : int
        Of the hand, along the hand axis of the tracks; it must have been seen.
    smallest_mm : float
        A gap between thumb and finger that closes by less is no tap: its detection limit.
    settings : MotionSettings

    Returns
    -------
    count : int
    per_s : float or None
        Over the time in which it tapped, pauses of more than three taps' length left out; None for fewer than three.
    """
    points = palm_points_mm(tracks.hands_px[:, side])
    usable = tracks.hands_valid[:, side] & ~tracks.repeated
    thumb, *others = (points[:, joints[-1]] for joints in FINGERS.values())
    gaps_mm = np.stack([np.linalg.norm(tip - thumb, axis=1) for tip in others], axis=1)
    at_s, intervals_s = taps(
        np.where(usable[:, None], gaps_mm, np.nan),
        tracks.times_s,
        smallest_mm=smallest_mm,
        settings=settings,
    )
    if len(intervals_s) < 2:
        return len(at_s), None
    steady = intervals_s[intervals_s <= 3 * np.median(intervals_s)]
    return len(at_s), len(steady) / float(steady.sum())
