"""A head and a hand against the room: what the camera did is taken out of their paths, as far as the room shows it."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
from numpy.typing import NDArray

from tdscreen.geometry.face import HeadFrame
from tdscreen.geometry.hand import PalmFrame
from tdscreen.motion.room import against_room
from tdscreen.motion.stillness import still_range
from tdscreen.settings import STILLNESS, StillnessSettings
from tdscreen.tracking.tracks import Tracks

FloatArray = NDArray[np.float64]


def head_in_room(head: HeadFrame, tracks: Tracks) -> tuple[HeadFrame, float]:
    """Take the camera's movement out of the head's.

    Parameters
    ----------
    head : HeadFrame
    tracks : Tracks

    Returns
    -------
    head : HeadFrame
        Its bridge's path and its tilt are those against the room; as they were where the room was not followed.
    camera_mm : float
        What the camera did to it in a second, as a range in mm; NaN where the room was not followed.
    """
    path_mm, camera_mm = _in_room(head.bridge_mm, head.mm_per_px, tracks, tracks.face_valid)
    if not math.isfinite(camera_mm):
        return head, camera_mm
    angles = head.angles_deg.copy()
    angles[:, 2] -= np.degrees(tracks.background[:, 2])
    return dataclasses.replace(head, bridge_mm=path_mm, angles_deg=angles), camera_mm


def palm_in_room(palm: PalmFrame, tracks: Tracks, side: int) -> tuple[PalmFrame, float]:
    """Take the camera's movement out of a wrist's; as :func:`head_in_room`.

    Parameters
    ----------
    palm : PalmFrame
    tracks : Tracks
    side : int
        Of the hand, along the hand axis of the tracks.
    """
    path_mm, camera_mm = _in_room(palm.wrist_mm, palm.mm_per_px, tracks, tracks.hands_valid[:, side])
    if not math.isfinite(camera_mm):
        return palm, camera_mm
    return dataclasses.replace(palm, wrist_mm=path_mm), camera_mm


def _in_room(
    path_mm: FloatArray,
    mm_per_px: float,
    tracks: Tracks,
    seen: NDArray[np.bool_],
    *,
    settings: StillnessSettings = STILLNESS,
) -> tuple[FloatArray, float]:
    background = tracks.background.astype(np.float64)
    if float(np.isfinite(background[seen, 0]).mean()) < settings.min_room_share:
        return path_mm, math.nan
    path_px = path_mm / mm_per_px
    middle_px = (tracks.image_width_px / 2, tracks.image_height_px / 2)
    still_px = against_room(path_px, background, middle_px=middle_px)
    return still_px * mm_per_px, still_range((path_px - still_px) * mm_per_px, tracks.times_s)
