"""MediaPipe's face mesh and hands, as they are: no smoothing, nothing downloaded.

Only this module knows MediaPipe. Why version 0.10.21 and its Solutions API: docs/why-mediapipe-0.10.21.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from tdscreen.settings import TRACKING, TrackingSettings

FloatArray = NDArray[np.float32]


@dataclass(frozen=True)
class SeenHand:
    """One hand in one picture.

    Attributes
    ----------
    points_px : ndarray, shape (21, 3), float32
    points_world_m : ndarray, shape (21, 3), float32
    looks_right : float
        Probability that the hand has the shape of a right hand *in the picture as it is*.
    """

    points_px: FloatArray
    points_world_m: FloatArray
    looks_right: float


class LandmarkDetector:
    """Face and hand landmarks of one clip, picture after picture.

    Each clip needs a detector of its own: the trackers inside carry state from one picture to the next, and a
    clip's numbers must not depend on what was seen before it.
    """

    def __init__(self, *, settings: TrackingSettings = TRACKING) -> None:
        from mediapipe.python.solutions import face_mesh, hands  # heavy, so imported where it is needed

        self._face_mesh: Any = face_mesh.FaceMesh(
            static_image_mode=False,
            max_num_faces=settings.max_faces,
            refine_landmarks=True,
            min_detection_confidence=settings.min_detection_confidence,
            min_tracking_confidence=settings.min_tracking_confidence,
        )
        self._hands: Any = hands.Hands(
            static_image_mode=False,
            max_num_hands=settings.max_hands,
            model_complexity=1,
            min_detection_confidence=settings.min_detection_confidence,
            min_tracking_confidence=settings.min_tracking_confidence,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._face_mesh.close()
        self._hands.close()

    def faces(self, rgb: NDArray[np.uint8]) -> list[FloatArray]:
        """Find the faces in a picture.

        Parameters
        ----------
        rgb : ndarray, shape (height, width, 3), uint8

        Returns
        -------
        list of ndarray, shape (478, 3), float32
            Pixels.
        """
        found = self._face_mesh.process(rgb).multi_face_landmarks or []
        return [_to_pixels(face.landmark, rgb) for face in found]

    def hands(self, rgb: NDArray[np.uint8]) -> list[SeenHand]:
        """Find the hands in a picture.

        Parameters
        ----------
        rgb : ndarray, shape (height, width, 3), uint8
        """
        result = self._hands.process(rgb)
        if not result.multi_hand_landmarks:
            return []
        seen = []
        for image, world, handedness in zip(
            result.multi_hand_landmarks,
            result.multi_hand_world_landmarks,
            result.multi_handedness,
            strict=True,
        ):
            best = handedness.classification[0]
            # The model was trained on mirrored pictures: what it calls left has the shape of a right hand here.
            looks_right = best.score if best.label == "Left" else 1.0 - best.score
            points_m = np.array([(p.x, p.y, p.z) for p in world.landmark], dtype=np.float32)
            seen.append(SeenHand(_to_pixels(image.landmark, rgb), points_m, float(looks_right)))
        return seen


def _to_pixels(landmarks: Any, rgb: NDArray[np.uint8]) -> FloatArray:
    height, width = rgb.shape[:2]
    points = np.array([(p.x, p.y, p.z) for p in landmarks], dtype=np.float32)
    points *= np.array([width, height, width], dtype=np.float32)
    return points
