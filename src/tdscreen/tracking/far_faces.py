"""A face far away: found by the full-range detector, and looked at closely in a crop that goes with it.

The face mesh looks for faces with a detector of short range, which sees none where the whole body is in the picture.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from tdscreen.settings import TRACKING, TrackingSettings
from tdscreen.tracking.graph import SearchingGraph
from tdscreen.tracking.mesh import face_mesh, faces_px

FloatArray = NDArray[np.float32]
Picture = NDArray[np.uint8]

_FULL_RANGE = 1
"""MediaPipe's number for the face detector that sees 2 to 5 m far."""
_LEAST_SIDE_PX, _MOST_SIDE_PX = 256, 512
"""A crop is enlarged or shrunk to these: the mesh takes 192 px across a face and a half."""


class FarFaces:
    """Looks for a face where the mesh finds none, and follows it in a crop for as long as the mesh sees it there."""

    def __init__(self, *, settings: TrackingSettings = TRACKING) -> None:
        from mediapipe.python.solutions import face_detection  # heavy, so imported where it is needed

        self._settings = settings
        self._detector: Any = face_detection.FaceDetection(
            model_selection=_FULL_RANGE, min_detection_confidence=settings.far_min_confidence
        )
        self._mesh = face_mesh(max_faces=1, settings=settings)
        self._crop: _Crop | None = None
        self._since_search = settings.far_search_every
        self._view = 0

    def close(self) -> None:
        """Let go of the models."""
        self._detector.close()
        self._mesh.close()

    @property
    def follows(self) -> bool:
        """Whether a face is followed in a crop."""
        return self._crop is not None

    def let_go(self) -> None:
        """Follow no face any more: the mesh sees it in the whole picture."""
        self._crop = None

    def look(self, rgb: Picture) -> FloatArray | None:
        """Look for the followed face in its crop, or for any where none is followed.

        Parameters
        ----------
        rgb : ndarray, shape (height, width, 3), uint8

        Returns
        -------
        ndarray, shape (478, 3), float32, or None
            In pixels of the whole picture.
        """
        if self._crop is None:
            self._crop = self._search(rgb)
            if self._crop is None:
                return None
            # What the mesh knows of an earlier crop lies elsewhere.
            self._mesh.reset()
        face = self._crop.face(rgb, self._mesh)
        if face is None:
            self._crop = None
        elif not self._crop.holds(face):
            self._crop = _crop_about(face[:, :2].min(axis=0), face[:, :2].max(axis=0), rgb, self._settings)
            self._mesh.reset()
        return face

    def _search(self, rgb: Picture) -> _Crop | None:
        """Look through one view of the picture, another one each time, and not in every picture."""
        self._since_search += 1
        if self._since_search < self._settings.far_search_every:
            return None
        self._since_search = 0
        views = _views(rgb)
        left, top, view = views[self._view % len(views)]
        self._view += 1
        found = self._detector.process(view).detections or []
        if not found:
            return None
        boxes = [one.location_data.relative_bounding_box for one in found]
        largest = max(boxes, key=lambda box: float(box.width))
        scale = np.array([view.shape[1], view.shape[0]])
        low = np.array([largest.xmin, largest.ymin]) * scale + (left, top)
        return _crop_about(low, low + np.array([largest.width, largest.height]) * scale, rgb, self._settings)


class _Crop:
    """A square of the picture about a face."""

    def __init__(self, left: int, top: int, side: int) -> None:
        self._left, self._top, self._side = left, top, side

    def face(self, rgb: Picture, mesh: SearchingGraph) -> FloatArray | None:
        part = rgb[self._top : self._top + self._side, self._left : self._left + self._side]
        side = int(np.clip(self._side, _LEAST_SIDE_PX, _MOST_SIDE_PX))
        way = cv2.INTER_CUBIC if side > self._side else cv2.INTER_AREA
        found = faces_px(mesh, np.asarray(cv2.resize(part, (side, side), interpolation=way), dtype=np.uint8))
        if not found:
            return None
        face = found[0] * np.float32(self._side / side)
        face[:, :2] += (self._left, self._top)
        return face

    def holds(self, face: FloatArray) -> bool:
        """Whether the face lies well within, and is of the size that the crop was made for."""
        low, high = face[:, :2].min(axis=0), face[:, :2].max(axis=0)
        off = np.abs((low + high) / 2 - (self._left, self._top) - self._side / 2).max() / self._side
        return bool(off < 0.2 and 0.3 < (high - low).max() / self._side < 0.75)


def _crop_about(low: NDArray[Any], high: NDArray[Any], rgb: Picture, settings: TrackingSettings) -> _Crop:
    """Make the square about a face, moved into the picture where it would leave it."""
    height, width = rgb.shape[:2]
    side = int(min(settings.far_crop_faces * float((high - low).max()), height, width))
    left, top = ((low + high) / 2 - side / 2).round().astype(int)
    return _Crop(int(np.clip(left, 0, width - side)), int(np.clip(top, 0, height - side)), side)


def _views(rgb: Picture) -> list[tuple[int, int, Picture]]:
    """Give the whole picture, and squares along its longer side; with left and upper edge of each."""
    height, width = rgb.shape[:2]
    side = min(height, width)
    count = -(-max(height, width) // side) + 1
    views = [(0, 0, rgb)]
    for start in np.linspace(0, max(height, width) - side, count).astype(int).tolist():
        left, top = (start, 0) if width > height else (0, start)
        views.append((left, top, np.ascontiguousarray(rgb[top : top + side, left : left + side])))
    return views
