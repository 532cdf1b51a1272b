"""MediaPipe's face mesh: how it is made, and its points in pixels."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tdscreen.settings import TrackingSettings

FloatArray = NDArray[np.float32]


def face_mesh(*, max_faces: int, settings: TrackingSettings) -> Any:
    """Make a face mesh with irises that smooths nothing over time.

    Parameters
    ----------
    max_faces : int
    settings : TrackingSettings
    """
    from mediapipe.python.solutions.face_mesh import FaceMesh  # heavy, so imported where it is needed

    return FaceMesh(
        static_image_mode=False,
        max_num_faces=max_faces,
        refine_landmarks=True,
        min_detection_confidence=settings.min_detection_confidence,
        min_tracking_confidence=settings.min_tracking_confidence,
    )


def faces_px(mesh: Any, rgb: NDArray[np.uint8]) -> list[FloatArray]:
    """Find the faces in a picture.

    Parameters
    ----------
    mesh : FaceMesh
        From :func:`face_mesh`.
    rgb : ndarray, shape (height, width, 3), uint8

    Returns
    -------
    list of ndarray, shape (478, 3), float32
        Pixels.
    """
    found = mesh.process(rgb).multi_face_landmarks or []
    return [to_pixels(face.landmark, rgb) for face in found]


def to_pixels(landmarks: Any, rgb: NDArray[np.uint8]) -> FloatArray:
    """Bring landmarks in shares of a picture's sides to pixels; depth has the scale of x.

    Parameters
    ----------
    landmarks : sequence of MediaPipe's landmarks, k long
    rgb : ndarray, shape (height, width, 3), uint8

    Returns
    -------
    ndarray, shape (k, 3), float32
    """
    height, width = rgb.shape[:2]
    points = np.array([(p.x, p.y, p.z) for p in landmarks], dtype=np.float32)
    points *= np.array([width, height, width], dtype=np.float32)
    return points
