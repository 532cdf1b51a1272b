"""What landmarks alone would have said of a movement's size: shown beside what is printed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from tdscreen.geometry.face import head_frame
from tdscreen.geometry.hand import palm_frame
from tdscreen.motion.face_signals import MEASURED_POINTS, face_signals
from tdscreen.motion.features import signal_features
from tdscreen.motion.hand_signals import hand_signals
from tdscreen.motion.signals import Signal
from tdscreen.tracking.tracks import LEFT, RIGHT, Tracks
from tdscreen.vocabulary import HAND_REGION, Side

Bouts: TypeAlias = tuple[tuple[float, float], ...]

_ANY_MM = 1e-6
"""Every window counts as moving: where and when it moves is told by the truth, and not found."""


def landmark_amplitudes(tracks: Tracks, bouts_s: Mapping[str, Bouts]) -> dict[str, float]:
    """Amplitude of each signal by landmarks alone, over the time in which its region truly moves.

    Parameters
    ----------
    tracks : Tracks
    bouts_s : mapping of str to tuple of (float, float)
        Of each region that truly moves.

    Returns
    -------
    dict of str to float
        By signal, in its unit; nothing is held against a detection limit, so noise is in it.
    """
    found: dict[str, float] = {}
    for signal in _signals(tracks):
        spans = bouts_s.get(str(signal.region), ())
        within = np.zeros(len(signal.times_s), dtype=np.bool_)
        for start_s, end_s in spans:
            within |= (signal.times_s >= start_s) & (signal.times_s <= end_s)
        values = np.where(within, signal.values, np.nan)
        if np.isfinite(values).sum() < 2:
            continue
        features = signal_features(
            signal.name,
            signal.unit,
            values,
            signal.times_s,
            noise_floor=_ANY_MM,
            noise_sd=_ANY_MM,
            highest_frequency_hz=tracks.timing.highest_frequency_hz,
        )
        if features.assessed_s > 0:
            found[signal.name] = features.amplitude
    return found


def _signals(tracks: Tracks) -> list[Signal]:
    signals: list[Signal] = []
    if tracks.face_valid.any():
        head = head_frame(tracks.face_px, keep=MEASURED_POINTS)
        usable: NDArray[np.bool_] = tracks.face_valid & ~tracks.repeated
        signals += face_signals(head, tracks.times_s, usable, mirrored=tracks.mirrored)[0]
    for index, side in ((LEFT, Side.LEFT), (RIGHT, Side.RIGHT)):
        valid = tracks.hands_valid[:, index]
        if valid.any():
            palm = palm_frame(tracks.hands_px[:, index], tracks.hands_world_m[:, index])
            signals += hand_signals(palm, tracks.times_s, valid & ~tracks.repeated, region=HAND_REGION[side])
    return signals
