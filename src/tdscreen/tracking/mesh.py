"""MediaPipe's face mesh: how it is made, and its points in pixels."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tdscreen.settings import TrackingSettings
from tdscreen.tracking.graph import SearchingGraph

FloatArray = NDArray[np.float32]


_GRAPH = "modules/face_landmark/face_landmark_front_cpu.binarypb"
_DETECTOR = (
    "facedetectionshortrangecpu__facedetectionshortrange__facedetection__TensorsToDetectionsCalculator"
)


def face_mesh(*, max_faces: int, settings: TrackingSettings) -> SearchingGraph:
    """Make a face mesh with irises that smooths nothing over time.

    Parameters
    ----------
    max_faces : int
    settings : TrackingSettings
    """
    return SearchingGraph(
        _GRAPH,
        searched="gated_image",
        side_inputs={"num_faces": max_faces, "with_attention": True, "use_prev_landmarks": True},
        calculator_params={
            f"{_DETECTOR}.min_score_thresh": settings.min_detection_confidence,
            "facelandmarkcpu__ThresholdingCalculator.threshold": settings.min_tracking_confidence,
        },
        outputs=["multi_face_landmarks"],
    )


def faces_px(mesh: SearchingGraph, rgb: NDArray[np.uint8], *, search: bool = True) -> list[FloatArray]:
    """Find the faces in a picture.

    Parameters
    ----------
    mesh : SearchingGraph
        From :func:`face_mesh`.
    rgb : ndarray, shape (height, width, 3), uint8
    search : bool
        Look for faces that are not followed yet, too.

    Returns
    -------
    list of ndarray, shape (478, 3), float32
        Pixels.
    """
    found = mesh.process(rgb, search=search).multi_face_landmarks or []
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
