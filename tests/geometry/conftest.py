"""One real face and one made hand, held frontal, that tests move as they know."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from tdscreen.geometry.face import head_frame
from tdscreen.tracking.tracks import Tracks

Floats = NDArray[np.float64]


@pytest.fixture(scope="session")
def still_face_px(sample_tracks: Callable[[str], Tracks]) -> Floats:
    """Return one mesh of the resting portrait, shape (478, 3), turned to look straight at the camera."""
    mesh = sample_tracks("rest.mp4").face_px[[100]].astype(np.float64)
    frame = head_frame(mesh)
    return np.asarray(frame.points_mm[0] / frame.mm_per_px)


@pytest.fixture(scope="session")
def still_hand_mm() -> Floats:
    """Return a flat right hand with slightly bent fingers, shape (21, 3), wrist at the origin, fingers upwards."""
    points = [(0.0, 0.0, 0.0)]
    bases = ((-28, -25, -8), (-28, -88, 0), (-3, -95, 0), (18, -90, 0), (36, -80, 0))
    steps = ((-12, -22, -4), (-3, -24, -3), (0, -27, -3), (2, -25, -3), (4, -19, -3))
    for base, step in zip(bases, steps, strict=True):
        points += [tuple(np.add(base, np.multiply(k, step))) for k in range(4)]
    return np.array(points)
