"""What the picture shows of the mouth's inside: tongue, teeth and dark, by a small model of the mouth's crop.

The face mesh has no tongue. A convolutional network (:mod:`tdscreen.training.mouth`, its card beside the file in
``models/``) says for every pixel of a crop of 64 x 96 what it shows, and where the lips' edges lie; a few numbers of
that are kept for each picture.
"""

from __future__ import annotations

import functools
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from tdscreen.geometry.mouth import (
    CROP_HEIGHT,
    CROP_WIDTH,
    EYES_PER_PIXEL,
    lip_line,
    mouth_crop,
)
from tdscreen.model_file import models_folder, open_model
from tdscreen.settings import MOUTH

FloatArray = NDArray[np.float32]

CLASSES = ("skin", "lip", "teeth", "tongue", "dark")
"""What a pixel may show; ``skin`` is everything outside the mouth, ``dark`` the inside that is neither."""
SKIN, LIP, TEETH, TONGUE, DARK = range(len(CLASSES))
EDGES = ("upper_lip_inner", "lower_lip_inner", "corner_left", "corner_right")
"""The places that the model finds, corners as the picture shows them; the lower lip's is told also where a tongue
hides it."""
TIP = ("across", "below", "ahead")
"""Where the tongue's tip lies against the middle of the lower lip's lower edge, in the head's own frame and in
distances between the eyes: to the picture's right, below it, and towards the camera."""
MOUTH_COLUMNS = (
    "opening",
    "tongue_area",
    "tongue_past",
    "tongue_ahead",
    "tongue_below",
    "tongue_side",
    "teeth_area",
    "dark_area",
    "confidence",
)
"""What is kept of each picture. Lengths are in distances between the eyes, areas in their squares: ``opening`` between
the inner edges of the lips; the area of the visible tongue; how far it lies ``past`` the lower lip's inner edge in the
picture; how far ``ahead`` of the lip and ``below`` it its tip seems to lie, and how far the tongue's middle lies to the
picture's right of the lips' (NaN where no tongue is seen); the area of the visible teeth and of the dark;
``confidence``, 0 to 1, with which what is no skin was told apart."""


def mouth_numbers(
    classes: NDArray[np.floating[Any]], edges: NDArray[np.floating[Any]], tip: NDArray[np.floating[Any]]
) -> FloatArray:
    """Reduce what a crop shows to numbers.

    Parameters
    ----------
    classes : ndarray, shape (5, 96, 64)
        Probability of each class in each pixel.
    edges : ndarray, shape (4, 2)
        Column and row of each of ``EDGES``.
    tip : ndarray, shape (3,)
        Place of the tip of a tongue, should there be one: ``TIP``.

    Returns
    -------
    ndarray, shape (9,), float32
        In the order of ``MOUTH_COLUMNS``.
    """
    seen = classes.argmax(axis=0)
    upper, lower, *corners = np.asarray(edges, dtype=np.float64)
    past, ahead, below, side = 0.0, np.nan, np.nan, np.nan
    tongue = _largest_piece(seen == TONGUE)
    area = float((classes[TONGUE] * tongue).sum())
    if area > 0:
        _, below, ahead = (float(value) for value in tip)
        # The share of each pixel, not the class of each: the tongue's edge is then known to less than a pixel.
        shares = np.asarray(classes[TONGUE] * tongue, dtype=np.float64)
        columns = np.arange(CROP_WIDTH, dtype=np.float64)
        line = lip_line(columns, lower, np.stack(corners))
        under_line = np.clip(np.arange(CROP_HEIGHT)[:, None] + 0.5 - line, 0.0, 1.0)
        past = float(np.convolve((shares * under_line).sum(axis=0), np.full(3, 1 / 3), mode="same").max())
        side = float((shares.sum(axis=0) * columns).sum() / shares.sum() - lower[0]) * EYES_PER_PIXEL
    mouth = seen != SKIN
    return np.array(
        [
            max(float(lower[1] - upper[1]), 0.0) * EYES_PER_PIXEL,
            area * EYES_PER_PIXEL**2,
            past * EYES_PER_PIXEL,
            ahead,
            below,
            side,
            float((seen == TEETH).sum()) * EYES_PER_PIXEL**2,
            float((seen == DARK).sum()) * EYES_PER_PIXEL**2,
            float(classes.max(axis=0)[mouth].mean()) if mouth.any() else 0.0,
        ],
        dtype=np.float32,
    )


def cut_crop(rgb: NDArray[np.uint8], matrix: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Cut the crop of a mouth from a picture, averaging over pixels finer than the crop's.

    Parameters
    ----------
    rgb : ndarray, shape (height, width, 3), uint8
    matrix : ndarray, shape (2, 3)
        From :func:`tdscreen.geometry.mouth.mouth_crop`.

    Returns
    -------
    ndarray, shape (96, 64, 3), uint8
        Black beyond the picture's edge.
    """
    height, width = rgb.shape[:2]
    ends = np.array([[-1, -1, 1], [CROP_WIDTH, -1, 1], [-1, CROP_HEIGHT, 1], [CROP_WIDTH, CROP_HEIGHT, 1]])
    corners = ends @ matrix.T
    left, top = np.clip(np.floor(corners.min(axis=0)) - 1, 0, (width - 1, height - 1)).astype(int)
    right, bottom = np.clip(np.ceil(corners.max(axis=0)) + 2, (left + 1, top + 1), (width, height)).astype(
        int
    )
    part = rgb[top:bottom, left:right]
    to_part = matrix - np.array([[0, 0, left], [0, 0, top]])
    finer = int(np.hypot(*matrix[:, 0]))
    if finer > 1:
        size = max(part.shape[1] // finer, 1), max(part.shape[0] // finer, 1)
        shrink = np.array([size[0] / part.shape[1], size[1] / part.shape[0]])
        part = np.asarray(cv2.resize(part, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
        # Centres of pixels stay where they are in the picture.
        to_part = to_part * shrink[:, None] + np.column_stack([np.zeros((2, 2)), (shrink - 1) / 2])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return np.asarray(cv2.warpAffine(part, to_part, (CROP_WIDTH, CROP_HEIGHT), flags=flags), dtype=np.uint8)


class MouthReader:
    """The model of the mouth's crop, opened and checked."""

    def __init__(self) -> None:
        self._session = _session()

    def numbers(self, rgb: NDArray[np.uint8], face_px: NDArray[np.floating[Any]]) -> FloatArray:
        """Say what a picture shows of one face's mouth.

        Parameters
        ----------
        rgb : ndarray, shape (height, width, 3), uint8
        face_px : ndarray, shape (478, 3)

        Returns
        -------
        ndarray, shape (9,), float32
            In the order of ``MOUTH_COLUMNS``.
        """
        classes, edges, tip = self.read(cut_crop(rgb, mouth_crop(face_px))[None])
        return mouth_numbers(classes[0], edges[0], tip[0])

    def read(self, crops: NDArray[np.uint8]) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Run the model.

        Parameters
        ----------
        crops : ndarray, shape (k, 96, 64, 3), uint8

        Returns
        -------
        classes : ndarray, shape (k, 5, 96, 64), float32
            Probabilities, in the order of ``CLASSES``.
        edges : ndarray, shape (k, 4, 2), float32
            Column and row of each of ``EDGES``.
        tip : ndarray, shape (k, 3), float32
            As ``TIP``; without meaning where no tongue is seen.
        """
        classes, edges, tip = self._session.run(["classes", "edges", "tip"], {"crops": crops})
        return classes, edges, tip


@functools.cache
def _session() -> Any:
    return open_model(models_folder() / MOUTH.model_file, sha256=MOUTH.model_sha256, optimised=True)


def _largest_piece(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Keep the largest connected piece with the pixels around it, if it is large enough to be a tongue."""
    _, numbers, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=4)
    areas = stats[1:, cv2.CC_STAT_AREA]
    if areas.size == 0 or areas.max() < MOUTH.min_tongue_px:
        return np.zeros_like(mask)
    piece = (numbers == 1 + int(areas.argmax())).astype(np.uint8)
    return np.asarray(cv2.dilate(piece, np.ones((3, 3), np.uint8)), dtype=np.bool_)
