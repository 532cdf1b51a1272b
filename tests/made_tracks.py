"""Tracks of noise, for what must lose no bit of them."""

from __future__ import annotations

import math

import numpy as np

from tdscreen.geometry.patches import N_PATCHES
from tdscreen.tracking.mouth import MOUTH_COLUMNS
from tdscreen.tracking.tracks import Tracks
from tdscreen.video.timing import TimingReport


def made_tracks(frames: int = 40) -> Tracks:
    """Give tracks of noise with gaps, in which every bit counts."""
    rng = np.random.default_rng(5)
    face = rng.normal(300, 100, (frames, 478, 3)).astype(np.float32)
    hands = rng.normal(300, 100, (frames, 2, 21, 3)).astype(np.float32)
    world = rng.normal(0, 0.1, (frames, 2, 21, 3)).astype(np.float32)
    face[3:7] = np.nan
    hands[10:30, 0] = world[10:30, 0] = np.nan
    hands[:, 1] = world[:, 1] = np.nan
    times_s = np.cumsum(rng.uniform(0.02, 0.4, frames))
    times_s -= times_s[0]
    repeated = rng.random(frames) < 0.2
    return Tracks(
        times_s=times_s,
        face_px=face,
        face_valid=np.isfinite(face[:, 0, 0]),
        hands_px=hands,
        hands_world_m=world,
        hands_valid=np.isfinite(hands[:, :, 0, 0]),
        faces_seen=rng.integers(0, 4, frames).astype(np.uint8),
        luminance=rng.random(frames).astype(np.float32),
        repeated=repeated,
        background=rng.normal(0, 5, (frames, 3)).astype(np.float32),
        patches_px=rng.normal(300, 100, (frames, N_PATCHES, 2)).astype(np.float32),
        patches_error_px=rng.random((frames, N_PATCHES, 2)).astype(np.float32),
        iris_px=rng.normal(20, 1, (frames, 2)).astype(np.float32),
        pallor=rng.normal(0, 0.1, frames).astype(np.float32),
        mouth=rng.random((frames, len(MOUTH_COLUMNS))).astype(np.float32),
        image_width_px=1081,
        image_height_px=1920,
        rotation_deg=270,
        mirrored=True,
        timing=TimingReport(
            frames=frames,
            duration_s=float(times_s[-1]) + 1 / 3,
            effective_fps=10 / 3,
            interval_median_s=0.1 + 0.2,
            interval_p05_s=math.nan,
            interval_p95_s=math.nan,
            repeated_frames=int(repeated.sum()),
            dropped_stamps=1,
            gaps_s=((0.1, 1 / 3), (2 / 3, 1.0)),
            highest_frequency_hz=4 / 3,
            truncated=True,
            decoded_share=2 / 3,
            damaged_packets=3,
        ),
        file="Größe ü.mov",
        input_sha256="ab" * 32,
        provenance={"tdscreen": "0.1.0", "mediapipe": "0.10.21", "av": "18"},
    )
