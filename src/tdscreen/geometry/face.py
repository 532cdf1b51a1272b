"""The head's own frame: facial movement with the head's movement taken out, in millimetres.

Point numbers are those of MediaPipe's face mesh with irises.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tdscreen.geometry.rigid import align
from tdscreen.settings import GEOMETRY, GeometrySettings

FloatArray = NDArray[np.float64]

RIGID_POINTS = (33, 133, 362, 263, 6, 197, 195, 5, 4, 1, 234, 454, 127, 356, 93, 323)
"""Eye corners, bridge and tip of the nose, and the sides of the face before the ears: expression leaves them nearly
alone. Points 9, 151 and 168 follow the brows by 1 to 3 mm and stay out (measured on rendered faces)."""

RIGHT_EYE_OUTER, LEFT_EYE_OUTER = 33, 263
RIGHT_EYE_INNER, LEFT_EYE_INNER = 133, 362
FOREHEAD, CHIN = 10, 152
BRIDGE = 6
IRIS_HORIZONTAL = ((469, 471), (474, 476))
"""Ends of each iris's horizontal diameter. The lids cut the vertical one."""
_FRAME_POINTS = (
    *RIGID_POINTS,
    *(number for ends in IRIS_HORIZONTAL for number in ends),
    *(RIGHT_EYE_OUTER, LEFT_EYE_OUTER, RIGHT_EYE_INNER, LEFT_EYE_INNER, FOREHEAD, CHIN, BRIDGE),
)
"""What the head's frame and its ruler are made of."""


@dataclass(frozen=True)
class HeadFrame:
    """A face in the head's own frame.

    Attributes
    ----------
    numbers : tuple of int
        Which points of the mesh it holds, k of them, rising.
    points_mm : ndarray, shape (n, k, 3)
        x along the line of the eyes (to the right in the picture), y down the face, z away from the camera.
    angles_deg : ndarray, shape (n, 3)
        Turn (yaw), nod (pitch) and tilt (roll) against the camera. Positive: the face turns towards the picture's
        right, nods upwards, tilts clockwise as the picture shows it.
    bridge_mm : ndarray, shape (n, 2)
        Place of the bridge of the nose in the picture: movement of the head against the camera.
    mm_per_px : float
        Of the picture, at the irises.
    scale_uncertainty : float
        Standard uncertainty of the millimetre, as a share.
    interocular_mm : float
        Between the midpoints of the eyes' corners, the body's own unit of length for the face.
    iris_px : float
        Median horizontal diameter of the visible iris.
    """

    points_mm: FloatArray
    angles_deg: FloatArray
    bridge_mm: FloatArray
    mm_per_px: float
    scale_uncertainty: float
    interocular_mm: float
    iris_px: float
    numbers: tuple[int, ...] = tuple(range(478))

    def at(self, numbers: Sequence[int]) -> FloatArray:
        """Give points by their number in the mesh, shape (n, len(numbers), 3)."""
        return self.points_mm[:, [self.numbers.index(number) for number in numbers]]


def iris_diameter_px(face_px: FloatArray) -> FloatArray:
    """Horizontal iris diameter, mean of both eyes, in each frame.

    Parameters
    ----------
    face_px : ndarray, shape (n, 478, 3)

    Returns
    -------
    ndarray, shape (n,)
    """
    return _diameter_px(face_px, IRIS_HORIZONTAL)


def _diameter_px(points_px: FloatArray, ends: Sequence[Sequence[int]]) -> FloatArray:
    diameters = [np.linalg.norm(points_px[:, a, :2] - points_px[:, b, :2], axis=1) for a, b in ends]
    return np.asarray(np.mean(diameters, axis=0), dtype=np.float64)


def head_frame(
    face_px: NDArray[np.floating[Any]],
    iris_px: NDArray[np.floating[Any]] | None = None,
    *,
    keep: Sequence[int] | None = None,
    settings: GeometrySettings = GEOMETRY,
) -> HeadFrame:
    """Take the head's movement out of a face and give it in millimetres.

    Parameters
    ----------
    face_px : ndarray, shape (n, 478, 3)
        NaN where the face was not seen. At least one frame must show it.
    iris_px : ndarray, shape (n, 2), optional
        Widths of both irises as read from the picture, NaN where they were not; the mesh's own where they were read
        too rarely or not given.
    keep : sequence of int, optional
        The points that are asked for; all if not given. The whole mesh of a long clip in float64, with what is
        made of it on the way, would take ten times the memory of its tracks.
    settings : GeometrySettings

    Returns
    -------
    HeadFrame
        With at least the points to keep.
    """
    numbers = tuple(range(face_px.shape[1])) if keep is None else tuple(sorted({*keep, *_FRAME_POINTS}))
    place = {number: index for index, number in enumerate(numbers)}
    face = face_px[:, list(numbers)].astype(np.float64)
    aligned, rotation, scale = align(face, fit_on=tuple(place[number] for number in RIGID_POINTS))
    axes = _face_axes(*(np.nanmedian(aligned[:, place[number]], axis=0) for number in _AXES_POINTS))
    aligned = aligned @ axes.T
    # The iris is measured where the eyes look at the camera and are open: the upper half of what the clip shows,
    # since turning away and closing lids only ever make it narrower.
    irises = [[place[number] for number in ends] for ends in IRIS_HORIZONTAL]
    by_mesh_px = float(np.nanpercentile(_diameter_px(aligned, irises), settings.iris_percentile))
    to_median = float(np.nanmedian(scale))
    from_camera = axes @ rotation
    angles_deg = _angles_deg(from_camera)
    width_px, uncertainty = by_mesh_px, settings.iris_uncertainty
    if iris_px is not None:
        read = _read_width_px(iris_px, scale, angles_deg[:, 0], settings)
        if np.isfinite(read):
            width_px, uncertainty = read, settings.iris_read_uncertainty
    mm_per_px = settings.iris_mm / width_px
    eyes = [
        aligned[:, (place[outer], place[inner])].mean(axis=1)
        for outer, inner in ((RIGHT_EYE_OUTER, RIGHT_EYE_INNER), (LEFT_EYE_OUTER, LEFT_EYE_INNER))
    ]
    interocular_px = float(np.nanmedian(np.linalg.norm(eyes[0] - eyes[1], axis=1)))
    return HeadFrame(
        points_mm=aligned * mm_per_px,
        angles_deg=angles_deg,
        bridge_mm=face[:, place[BRIDGE], :2] * mm_per_px * to_median,
        mm_per_px=mm_per_px * to_median,
        scale_uncertainty=uncertainty,
        interocular_mm=interocular_px * mm_per_px,
        iris_px=width_px / to_median,
        numbers=numbers,
    )


def _read_width_px(
    iris_px: NDArray[np.floating[Any]], scale: FloatArray, turn_deg: FloatArray, settings: GeometrySettings
) -> float:
    """Give the irises' width in the scale of the median shape, as read from the picture; NaN if read too rarely."""
    with np.errstate(invalid="ignore"):
        facing = np.abs(turn_deg) <= settings.iris_max_turn_deg
    widths = (
        iris_px[facing].astype(np.float64) * (scale[facing] / np.cos(np.radians(turn_deg[facing])))[:, None]
    )
    eyes = [column[np.isfinite(column)] for column in widths.T]
    found = [
        float(np.percentile(eye, settings.iris_percentile))
        for eye in eyes
        if eye.size >= settings.iris_min_readings
    ]
    return float(np.mean(found)) if found else float("nan")


_AXES_POINTS = (RIGHT_EYE_OUTER, LEFT_EYE_OUTER, FOREHEAD, CHIN)


def _face_axes(
    right_eye: FloatArray, left_eye: FloatArray, forehead: FloatArray, chin: FloatArray
) -> FloatArray:
    """Rows: right along the eyes, down the face, away from the camera; of four points, each of shape (3,)."""
    right = left_eye - right_eye
    right /= np.linalg.norm(right)
    down = chin - forehead
    down -= (down @ right) * right
    down /= np.linalg.norm(down)
    return np.stack([right, down, np.cross(right, down)])


def _angles_deg(rotation: FloatArray) -> FloatArray:
    """Turn, nod and tilt of the head from rotations that bring the camera's axes onto the head's."""
    # Rows of the rotation are the head's axes as the camera sees them.
    right, forward = rotation[:, 0], rotation[:, 2]
    turn = np.degrees(np.arctan2(-forward[:, 0], forward[:, 2]))
    nod = np.degrees(np.arctan2(forward[:, 1], np.hypot(forward[:, 0], forward[:, 2])))
    tilt = np.degrees(np.arctan2(right[:, 1], right[:, 0]))
    return np.stack([turn, nod, tilt], axis=1)
