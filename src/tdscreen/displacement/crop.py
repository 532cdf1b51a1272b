"""A face cut out of the picture in one size, its light evened out: what patches are followed in."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from tdscreen.settings import DISPLACEMENT, DisplacementSettings

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Crop:
    """A face in a picture of its own.

    Attributes
    ----------
    values : ndarray, shape (height, width), float32
        Grey, without what varies slowly over the face: about 0 where there is nothing to see.
    coarse : ndarray, shape (height, width), float32
        The same, blurred: what a patch is sought in when it may be far from where it was.
    corner_px : ndarray, shape (2,)
        Upper left corner of its first pixel, in the picture.
    scale : ndarray, shape (2,)
        Its pixels per pixel of the picture, across and down.
    """

    values: NDArray[np.float32]
    coarse: NDArray[np.float32]
    corner_px: FloatArray
    scale: FloatArray

    def from_picture(self, points_px: FloatArray) -> FloatArray:
        """Places in the crop of places in the picture; last axis x, y."""
        return np.asarray((points_px + 0.5 - self.corner_px) * self.scale - 0.5)

    def to_picture(self, points: FloatArray) -> FloatArray:
        """Places in the picture of places in the crop; last axis x, y."""
        return np.asarray((points + 0.5) / self.scale + self.corner_px - 0.5)


def cut_face(
    rgb: NDArray[np.uint8],
    *,
    low_px: FloatArray,
    high_px: FloatArray,
    scale: float,
    settings: DisplacementSettings = DISPLACEMENT,
) -> Crop:
    """Cut a face out of a picture.

    Parameters
    ----------
    rgb : ndarray, shape (height, width, 3), uint8
    low_px, high_px : ndarray, shape (2,)
        Corners of the part to cut out; what lies beyond the picture is left out.
    scale : float
        Pixels of the crop per pixel of the picture, about.
    settings : DisplacementSettings
    """
    height, width = rgb.shape[:2]
    x0, y0 = np.clip(np.floor(low_px).astype(int), 0, (width - 8, height - 8))
    x1, y1 = np.clip(np.ceil(high_px).astype(int), (x0 + 8, y0 + 8), (width, height))
    grey = cv2.cvtColor(rgb[y0:y1, x0:x1], cv2.COLOR_RGB2GRAY).astype(np.float32)
    size = (max(round((x1 - x0) * scale), 8), max(round((y1 - y0) * scale), 8))
    # Whole pixels are cut out: a crop that followed the face between pixels would blur it now more, now less.
    resized = cv2.resize(grey, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    fine = cv2.GaussianBlur(resized, (0, 0), settings.fine_blur_px)
    side = 2 * round(settings.light_px) + 1
    slow = cv2.blur(cv2.blur(fine, (side, side)), (side, side))
    values = np.asarray(fine - slow, dtype=np.float32)
    return Crop(
        values,
        np.asarray(cv2.GaussianBlur(values, (0, 0), settings.coarse_blur_px), dtype=np.float32),
        np.array([x0, y0], dtype=np.float64),
        np.array([size[0] / (x1 - x0), size[1] / (y1 - y0)]),
    )
