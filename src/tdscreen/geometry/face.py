"""The head's own frame: facial movement with the head's movement taken out, in millimetres.

Point numbers are those of MediaPipe's face mesh with irises.
"""

from __future__ import annotations

from dataclasses import dataclass

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


@dataclass(frozen=True)
class HeadFrame:
    """A face in the head's own frame.

    Attributes
    ----------
    points_mm : ndarray, shape (n, 478, 3)
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


def iris_diameter_px(face_px: FloatArray) -> FloatArray:
    """Horizontal iris diameter, mean of both eyes, in each frame.

    Parameters
    ----------
    face_px : ndarray, shape (n, 478, 3)

    Returns
    -------
    ndarray, shape (n,)
    """
    diameters = [np.linalg.norm(face_px[:, a, :2] - face_px[:, b, :2], axis=1) for a, b in IRIS_HORIZONTAL]
    return np.asarray(np.mean(diameters, axis=0), dtype=np.float64)


def head_frame(face_px: FloatArray, *, settings: GeometrySettings = GEOMETRY) -> HeadFrame:
    """Take the head's movement out of a face and give it in millimetres.

    Parameters
    ----------
    face_px : ndarray, shape (n, 478, 3)
        NaN where the face was not seen. At least one frame must show it.
    settings : GeometrySettings

    Returns
    -------
    HeadFrame
    """
    face = face_px.astype(np.float64)
    aligned, rotation, scale = align(face, fit_on=RIGID_POINTS)
    axes = _face_axes(np.nanmedian(aligned, axis=0))
    aligned = aligned @ axes.T
    # The iris is measured where the eyes look at the camera and are open: the upper half of what the clip shows,
    # since turning away and closing lids only ever make it narrower.
    iris_px = float(np.nanpercentile(iris_diameter_px(aligned), settings.iris_percentile))
    mm_per_px = settings.iris_mm / iris_px
    to_median = float(np.nanmedian(scale))
    from_camera = axes @ rotation
    eyes = [
        aligned[:, (outer, inner)].mean(axis=1)
        for outer, inner in ((RIGHT_EYE_OUTER, RIGHT_EYE_INNER), (LEFT_EYE_OUTER, LEFT_EYE_INNER))
    ]
    interocular_px = float(np.nanmedian(np.linalg.norm(eyes[0] - eyes[1], axis=1)))
    return HeadFrame(
        points_mm=aligned * mm_per_px,
        angles_deg=_angles_deg(from_camera),
        bridge_mm=face[:, BRIDGE, :2] * mm_per_px * to_median,
        mm_per_px=mm_per_px * to_median,
        scale_uncertainty=settings.iris_uncertainty,
        interocular_mm=interocular_px * mm_per_px,
        iris_px=iris_px / to_median,
    )


def _face_axes(shape: FloatArray) -> FloatArray:
    """Rows: right along the eyes, down the face, away from the camera; of one face, shape (478, 3)."""
    right = shape[LEFT_EYE_OUTER] - shape[RIGHT_EYE_OUTER]
    right /= np.linalg.norm(right)
    down = shape[CHIN] - shape[FOREHEAD]
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
