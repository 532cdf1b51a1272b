"""The patches of one face through a clip, followed picture by picture while it is read."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tdscreen.displacement.follower import PatchFollower
from tdscreen.displacement.iris import read_irises
from tdscreen.geometry.patches import N_PATCHES
from tdscreen.settings import DISPLACEMENT, DisplacementSettings

Float32Array = NDArray[np.float32]


class DisplacementLog:
    """Where the patches of the face that is followed were in each picture.

    Whom the clip is about is known only at its end. So the face followed here is that nearest to where it was last,
    at first the largest, and what was followed of another than the one chosen in the end is left out.
    """

    _FRAMES_AT_ONCE = 1024

    def __init__(self, *, settings: DisplacementSettings = DISPLACEMENT) -> None:
        self._settings = settings
        self._follower = PatchFollower(settings=settings)
        self._points_px = np.empty((0, N_PATCHES, 2), dtype=np.float32)
        self._error_px = np.empty((0, N_PATCHES, 2), dtype=np.float32)
        self._centres_px: list[tuple[float, float]] = []
        self._iris_px: list[tuple[float, float]] = []
        self._iris_read_s = -np.inf
        self._last: tuple[NDArray[np.float64], float] | None = None

    def append(self, rgb: NDArray[np.uint8], faces: Sequence[Float32Array], time_s: float) -> None:
        """Add a picture.

        Parameters
        ----------
        rgb : ndarray, shape (height, width, 3), uint8
        faces : sequence of ndarray, shape (478, 3), float32
            The faces found in it.
        time_s : float
        """
        frame = len(self._centres_px)
        if frame == len(self._points_px):
            # In place: a copy would need twice the memory while it is made.
            for array in (self._points_px, self._error_px):
                array.resize((frame + self._FRAMES_AT_ONCE, N_PATCHES, 2), refcheck=False)
        self._points_px[frame] = self._error_px[frame] = np.nan
        self._iris_px.append((np.nan, np.nan))
        face = self._same_face(faces)
        if face is None:
            self._centres_px.append((np.nan, np.nan))
            return
        centre = face[:, :2].mean(axis=0).astype(np.float64)
        self._last = (centre, float(np.ptp(face[:, 0])))
        self._centres_px.append((float(centre[0]), float(centre[1])))
        found = self._follower.follow(rgb, face, time_s)
        self._points_px[frame], self._error_px[frame] = found.points_px, found.error_px
        # The ruler does not change: a few readings a second are enough.
        if time_s - self._iris_read_s >= self._settings.iris_every_s:
            self._iris_read_s = time_s
            self._iris_px[frame] = read_irises(rgb, face)

    def _same_face(self, faces: Sequence[Float32Array]) -> Float32Array | None:
        if not faces:
            return None
        if self._last is not None:
            place, width = self._last
            steps = [float(np.hypot(*(face[:, :2].mean(axis=0) - place))) for face in faces]
            if min(steps) < self._settings.max_jump * width:
                return faces[int(np.argmin(steps))]
        return max(faces, key=lambda face: float(np.ptp(face[:, 0])))

    def of_face(self, face_px: Float32Array) -> tuple[Float32Array, Float32Array, Float32Array]:
        """Give what was followed of one face. To be called once, at the end.

        Parameters
        ----------
        face_px : ndarray, shape (n, 478, 3), float32
            The face chosen in each picture; NaN where none was.

        Returns
        -------
        points_px, error_px : ndarray, shape (n, P, 2), float32
            NaN where another face was followed, or none.
        iris_px : ndarray, shape (n, 2), float32
            Widths of the irises in the pictures in which they were read; NaN in the others.
        """
        n = len(self._centres_px)
        for array in (self._points_px, self._error_px):
            array.resize((n, N_PATCHES, 2), refcheck=False)
        centres = np.array(self._centres_px, dtype=np.float64).reshape(n, 2)
        for frame in range(n):
            chosen = face_px[frame, :, :2].mean(axis=0)
            if not np.abs(chosen - centres[frame]).max() < 1.0:
                self._points_px[frame] = self._error_px[frame] = np.nan
                self._iris_px[frame] = (np.nan, np.nan)
        return self._points_px, self._error_px, np.array(self._iris_px, dtype=np.float32).reshape(n, 2)
