"""The mouth's place in a picture: a crop that turns, shifts and grows with the head, and the line of the lower lip.

The crop hangs on points that the mouth leaves alone (eyes, base of the nose), so that an opening mouth or a tongue
that comes out moves within it. Lengths in it are shares of the distance between the eyes. Point numbers are those of
MediaPipe's face mesh.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

CROP_WIDTH, CROP_HEIGHT = 64, 96
"""Pixels of the crop."""
CROP_WIDTH_EYES = 1.15
"""Width of the crop in distances between the eyes, about 72 mm: a mouth is 50 mm wide, and a tongue may go sideways."""
EYES_PER_PIXEL = CROP_WIDTH_EYES / CROP_WIDTH
"""A pixel of the crop in distances between the eyes: about 1.1 mm."""
NOSE_ROW = 5.0
"""Row of the crop in which the base of the nose lies. Below it there is room for an open jaw and the tongue beneath."""
EYE_CORNERS = ((33, 133), (362, 263))
"""Corners of the eye at the picture's left and at its right."""
NOSE_BASE = 2
MOUTH_CORNERS = (61, 291)


def eye_centres(face: NDArray[np.floating[Any]]) -> FloatArray:
    """Midpoints of each eye's corners.

    Parameters
    ----------
    face : ndarray, shape (..., 478, 3)

    Returns
    -------
    ndarray, shape (..., 2, 3)
        First the eye at the picture's left.
    """
    corners = np.asarray(face[..., list(sum(EYE_CORNERS, ())), :], dtype=np.float64)
    pairs = corners.reshape(*corners.shape[:-2], 2, 2, corners.shape[-1])
    return np.asarray(pairs.mean(axis=-2), dtype=np.float64)


def mouth_crop(face: NDArray[np.floating[Any]]) -> FloatArray:
    """Find where the crop of a face's mouth lies.

    Parameters
    ----------
    face : ndarray, shape (478, 3)
        Pixels.

    Returns
    -------
    ndarray, shape (2, 3)
        Brings positions in the crop to positions in the picture: ``matrix @ (column, row, 1)``, both counted at the
        centres of pixels.
    """
    corners = face[list(MOUTH_CORNERS), :2].astype(np.float64)
    return crop_matrix(eye_centres(face), face[NOSE_BASE, :2].astype(np.float64), corners)


def crop_matrix(eyes: FloatArray, nose_base: FloatArray, mouth_corners: FloatArray) -> FloatArray:
    """Place the crop by the points it hangs on.

    Parameters
    ----------
    eyes : ndarray, shape (2, 3)
        Centres, first the eye at the picture's left. Their distance is taken in three dimensions, so that a head
        that turns keeps its size.
    nose_base : ndarray, shape (2,)
    mouth_corners : ndarray, shape (2, 2)

    Returns
    -------
    ndarray, shape (2, 3)
        As of :func:`mouth_crop`.
    """
    between = eyes[1] - eyes[0]
    along = between[:2] / np.linalg.norm(between[:2])
    down = np.array([-along[1], along[0]])
    px = float(np.linalg.norm(between)) * EYES_PER_PIXEL
    # Sideways it follows the nose and the mouth half each: neither a turning head nor a crooked mouth leaves it.
    mouth = mouth_corners.mean(axis=0)
    centre = nose_base + along * (float((mouth - nose_base) @ along) / 2)
    step = np.stack([along * px, down * px], axis=1)
    middle = np.array([(CROP_WIDTH - 1) / 2, NOSE_ROW])
    return np.column_stack([step, centre - step @ middle])


def lip_line(columns: FloatArray, lower_lip: FloatArray, mouth_corners: FloatArray) -> FloatArray:
    """Draw the inner edge of the lower lip: an arc through the corners of the mouth and the lip's middle.

    It is there, too, where a tongue lies over the lip.

    Parameters
    ----------
    columns : ndarray, shape (k,)
    lower_lip : ndarray, shape (2,)
        Column and row of the inner edge's middle.
    mouth_corners : ndarray, shape (2, 2)
        Column and row of each corner, first the one at the left.

    Returns
    -------
    ndarray, shape (k,)
        Row of the line in each column; beyond the corners that of the nearer corner.
    """
    (left, left_row), (right, right_row) = mouth_corners
    middle, middle_row = lower_lip
    arc = np.empty(len(columns))
    for edge, edge_row, side in (
        (left, left_row, columns < middle),
        (right, right_row, columns >= middle),
    ):
        share = np.clip((columns[side] - middle) / (edge - middle or 1.0), 0.0, 1.0)
        arc[side] = middle_row + (edge_row - middle_row) * share**2
    return arc
