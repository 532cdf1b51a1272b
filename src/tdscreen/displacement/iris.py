"""How wide the irises are in the picture: the ruler that every face carries, read to a fraction of a pixel.

The mesh fits an average eye and errs by up to 7% of an iris's width; the edge between iris and white of the eye can be
seen. Rows across the middle of the eye are searched for it on both sides, and a circle is laid through what was found.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

EYES = ((468, (469, 471), (33, 133)), (473, (474, 476), (362, 263)))
"""Points of the mesh: middle of the iris, ends of its horizontal diameter, corners of the eye from left to right."""

_SAMPLES = 24
"""An iris as the mesh gives it is so many samples in radius."""
_NEAREST, _FARTHEST = 15, 34
"""Where its edge is looked for, in samples from the middle."""
_HALF_ROWS = 7
"""Rows above and below the middle, in samples: a third of the radius, which lids leave free in an open eye."""
_MIN_ROWS = 8
_MIN_RADIUS_PX = 2.5
_MAX_OFF_CENTRE = 10.0
_RATIO = (0.75, 1.35)
"""Of the mesh's own width; what is wider or narrower is no iris (assumed)."""


def read_irises(rgb: NDArray[np.uint8], face_px: NDArray[np.floating[Any]]) -> tuple[float, float]:
    """Measure the width of both irises in a picture in colour; see :func:`iris_widths_px`."""
    points = face_px[[number for _, _, corners in EYES for number in corners], :2]
    width = float(np.ptp(points[:, 0]))
    height, whole = rgb.shape[:2]
    x0, y0 = np.clip((points.min(axis=0) - 0.3 * width).astype(int), 0, (whole - 2, height - 2))
    x1, y1 = np.clip((points.max(axis=0) + 0.3 * width).astype(int), (x0 + 2, y0 + 2), (whole, height))
    grey = np.asarray(cv2.cvtColor(rgb[y0:y1, x0:x1], cv2.COLOR_RGB2GRAY), dtype=np.uint8)
    return iris_widths_px(grey, face_px[:, :2] - np.array([x0, y0]))


def iris_widths_px(grey: NDArray[np.uint8], face_px: NDArray[np.floating[Any]]) -> tuple[float, float]:
    """Measure the width of both irises.

    Parameters
    ----------
    grey : ndarray, shape (height, width), uint8
    face_px : ndarray, shape (478, 3)
        The face's landmarks in the same picture.

    Returns
    -------
    (float, float)
        Of the eye at the picture's left and right; NaN where no edge was found on both sides of enough rows, as in
        closed eyes.
    """
    first, second = (_width_px(grey, face_px[:, :2].astype(np.float64), *eye) for eye in EYES)
    return first, second


def _width_px(
    grey: NDArray[np.uint8], face: FloatArray, middle: int, ends: tuple[int, int], corners: tuple[int, int]
) -> float:
    radius_px = float(np.hypot(*(face[ends[1]] - face[ends[0]]))) / 2
    if not radius_px >= _MIN_RADIUS_PX:
        return float("nan")
    across = face[corners[1]] - face[corners[0]]
    across /= max(float(np.hypot(*across)), 1e-9)
    step = radius_px / _SAMPLES
    reach = np.arange(-_FARTHEST - 8, _FARTHEST + 9) * step
    rows = np.arange(-_HALF_ROWS - 2, _HALF_ROWS + 3) * step
    x = face[middle, 0] + reach * across[0] - rows[:, None] * across[1]
    y = face[middle, 1] + reach * across[1] + rows[:, None] * across[0]
    eye = cv2.remap(
        grey, x.astype(np.float32), y.astype(np.float32), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    smooth = cv2.GaussianBlur(eye.astype(np.float32), (0, 0), sigmaX=2.5, sigmaY=2.0).astype(np.float64)
    slope = np.gradient(smooth, axis=1)[2:-2]
    zero = _FARTHEST + 8
    # From the middle outwards the iris ends where it becomes brighter fastest.
    left = _edges(-slope[:, zero - _NEAREST : zero - _FARTHEST - 1 : -1])
    right = _edges(slope[:, zero + _NEAREST : zero + _FARTHEST + 1])
    found = np.isfinite(left) & np.isfinite(right)
    if found.sum() < _MIN_ROWS:
        return float("nan")
    radius = _radius(
        np.arange(-_HALF_ROWS, _HALF_ROWS + 1)[found].astype(np.float64), (left + right)[found] / 2
    )
    return 2 * radius * step


def _edges(rise: FloatArray) -> FloatArray:
    """Give the place of the steepest rise in each row, in samples from the middle of the eye; NaN where it has none."""
    at = rise.argmax(axis=1)
    rows = np.arange(len(rise))
    inside = (at > 0) & (at < rise.shape[1] - 1) & (rise[rows, at] > 0)
    at = np.clip(at, 1, rise.shape[1] - 2)
    before, top, after = rise[rows, at - 1], rise[rows, at], rise[rows, at + 1]
    bend = before - 2 * top + after
    part = np.where(bend < 0, 0.5 * (before - after) / np.where(bend < 0, bend, -1.0), 0.0)
    return np.where(inside, _NEAREST + at + part, np.nan)


def _radius(heights: FloatArray, half_widths: FloatArray) -> float:
    """Lay a circle through half chords at several heights; NaN if it is none that an iris could be."""
    # (w/2)^2 + y^2 = r^2 - c^2 + 2 c y, a line in y.
    sums = half_widths**2 + heights**2
    columns = np.stack([np.ones_like(heights), 2 * heights], axis=1)
    weight = np.ones_like(heights)
    constant = centre = 0.0
    for _ in range(3):
        (constant, centre), *_ = np.linalg.lstsq(columns * weight[:, None], sums * weight, rcond=None)
        off = np.abs(sums - columns @ (constant, centre))
        weight = 1.0 / (1.0 + (off / (2.0 * (float(np.median(off)) + 1.0))) ** 2)
    squared = float(constant + centre**2)
    if abs(centre) > _MAX_OFF_CENTRE or not _RATIO[0] <= np.sqrt(max(squared, 0.0)) / _SAMPLES <= _RATIO[1]:
        return float("nan")
    return float(np.sqrt(squared))
