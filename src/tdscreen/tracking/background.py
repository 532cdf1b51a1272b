"""How the camera moved, by the room behind the person: what a shaking hand does to a picture is nobody's movement.

Corners of the background are followed by sparse optical flow (Lucas and Kanade 1981, in a pyramid: Bouguet 2001) on a
small grey picture, and from one key picture for as long as enough of it is seen, so that errors do not add up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from tdscreen.settings import BACKGROUND, BackgroundSettings

Grey = NDArray[np.uint8]
Points = NDArray[np.floating[Any]]
Complex = NDArray[np.complex128]

UNKNOWN = (np.nan, np.nan, np.nan)
_CELLS = (4, 3)
"""Columns and rows in which corners are counted."""
_ROUNDS = 4
_WINDOW_PX = (15, 15)
_LEVELS = 2
_STOP = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, 20, 0.01)
_CORNER_BLOCK_PX = 5


@dataclass(frozen=True)
class _Place:
    """Where the background lies in a picture: ``turn * place in the first picture + shift``.

    Places are complex numbers, x + iy, in px of the small picture about its middle, so that a similarity is one
    product and one sum.
    """

    turn: complex
    shift: complex


@dataclass(frozen=True)
class _Key:
    """A picture from which corners are followed, the contrast about each, and where the background lay in it."""

    grey: Grey
    corners: NDArray[np.float32]
    contrast: NDArray[np.float32]
    place: _Place


class BackgroundFollower:
    """The path of the background through one clip, picture after picture."""

    def __init__(self, *, settings: BackgroundSettings = BACKGROUND) -> None:
        self._settings = settings
        self._key: _Key | None = None
        self._before: tuple[Grey, _Place] | None = None
        self._lost_s = -np.inf
        self._faces: list[Points] = []

    def follow(
        self, rgb: NDArray[np.uint8], time_s: float, *, faces: Sequence[Points], hands: Sequence[Points]
    ) -> tuple[float, float, float]:
        """Find where the background lies in the next picture.

        Parameters
        ----------
        rgb : ndarray, shape (height, width, 3), uint8
        time_s : float
        faces : sequence of ndarray, shape (k, 2) or more columns
            The points of each face in the picture: people are no background.
        hands : sequence of ndarray, shape (k, 2) or more columns

        Returns
        -------
        (float, float, float)
            How far what lay in the middle of the first picture has gone to the right and down, in px, and by how
            much the background has turned clockwise, in radians. NaN where it shows nothing to follow, and for a
            while after, since nobody knows what the camera did meanwhile.
        """
        scale = self._settings.width_px / rgb.shape[1]
        grey = _small_grey(rgb, self._settings.width_px)
        if faces:
            # A face that is lost for a moment has not become background.
            self._faces = [face[:, :2] * scale for face in faces]
        people = _people(grey.shape, self._faces, [hand[:, :2] * scale for hand in hands])
        place = None if self._key is None else _find(grey, self._key, self._before, self._settings)
        if place is None and self._before is not None:
            # The key picture may show too little of what is in view by now; the picture before shows most of it.
            self._key = _key(*self._before, people, self._settings)
            place = None if self._key is None else _find(grey, self._key, self._before, self._settings)
        if place is None:
            begins = self._before is None
            self._lost_s = -np.inf if begins else time_s
            place = _Place(1 + 0j, 0j)
            self._key = _key(grey, place, people, self._settings)
            self._before = (grey, place)
            return (0.0, 0.0, 0.0) if begins and self._key is not None else UNKNOWN
        self._before = (grey, place)
        if self._key is None or time_s - self._lost_s < self._settings.break_s:
            return UNKNOWN
        return place.shift.real / scale, place.shift.imag / scale, float(np.angle(place.turn))


def _small_grey(rgb: NDArray[np.uint8], width_px: int) -> Grey:
    height = round(rgb.shape[0] * width_px / rgb.shape[1])
    # Every second or third pixel first: to average all pixels of a large picture would take longer than the rest.
    step = max(rgb.shape[1] // (2 * width_px), 1)
    small = cv2.resize(rgb[::step, ::step, 1], (width_px, height), interpolation=cv2.INTER_AREA)
    return np.asarray(small, dtype=np.uint8)


def _people(shape: tuple[int, ...], faces: Sequence[Points], hands: Sequence[Points]) -> NDArray[np.bool_]:
    """Where people are: heads, and below them shoulders and arms down to the picture's lower edge; and hands."""
    height, width = shape[:2]
    covered = np.zeros((height, width), dtype=np.bool_)

    def cover(left: float, top: float, right: float, bottom: float) -> None:
        covered[max(int(top), 0) : max(int(bottom) + 1, 0), max(int(left), 0) : max(int(right) + 1, 0)] = True

    for face in faces:
        low, high = face.min(axis=0), face.max(axis=0)
        wide, (x, y) = high[0] - low[0], (low + high) / 2
        cover(x - 1.2 * wide, y - 1.6 * wide, x + 1.2 * wide, height)
        cover(x - 2.6 * wide, y + 0.7 * wide, x + 2.6 * wide, height)
    for hand in hands:
        low, high = hand.min(axis=0), hand.max(axis=0)
        margin = 0.4 * float((high - low).max())
        cover(low[0] - margin, low[1] - margin, high[0] + margin, high[1] + margin)
    return covered


def _key(grey: Grey, place: _Place, people: NDArray[np.bool_], settings: BackgroundSettings) -> _Key | None:
    """Choose corners of the background; None where it shows too few, or in too few places."""
    strong = cv2.cornerMinEigenVal(grey, _CORNER_BLOCK_PX) > settings.min_corner
    mask = (strong & ~people).astype(np.uint8)
    if not mask.any():
        return None
    corners = cv2.goodFeaturesToTrack(
        grey, settings.max_corners, 0.01, settings.corner_distance_px, mask=mask, blockSize=_CORNER_BLOCK_PX
    )
    if corners is None:
        return None
    places = np.asarray(corners, dtype=np.float32)
    if not _is_spread(places[:, 0], grey.shape, settings):
        return None
    level = grey.astype(np.float32)
    variance = cv2.blur(level * level, _WINDOW_PX) - cv2.blur(level, _WINDOW_PX) ** 2
    columns, rows = places[:, 0].astype(int).T
    return _Key(grey, places, np.sqrt(np.maximum(variance[rows, columns], 0.0)), place)


def _is_spread(points: Points, shape: tuple[int, ...], settings: BackgroundSettings) -> bool:
    """Say whether there are enough points, and in enough parts of the picture, to speak for the whole of it."""
    cells = np.floor(points / (shape[1], shape[0]) * _CELLS).astype(int)
    return len(points) >= settings.min_corners and len(np.unique(cells, axis=0)) >= settings.min_cells


def _find(
    grey: Grey, key: _Key, before: tuple[Grey, _Place] | None, settings: BackgroundSettings
) -> _Place | None:
    """Find where the background lies now; None if its corners do not agree."""
    middle = complex(grey.shape[1], grey.shape[0]) / 2
    first = (_to_complex(key.corners[:, 0]) - middle - key.place.shift) / key.place.turn
    last = key.place if before is None else before[1]
    guess = last.turn * first + last.shift + middle
    start = np.ascontiguousarray(np.stack([guess.real, guess.imag], axis=1)[:, None], dtype=np.float32)
    now, found, differs = cv2.calcOpticalFlowPyrLK(
        key.grey,
        grey,
        key.corners,
        start,
        winSize=_WINDOW_PX,
        maxLevel=_LEVELS,
        criteria=_STOP,
        flags=cv2.OPTFLOW_USE_INITIAL_FLOW,
    )
    # Noise can be followed, too, and goes nowhere; but it never looks the same again.
    seen = (found[:, 0] == 1) & (differs[:, 0] < settings.max_difference * key.contrast)
    if seen.sum() < settings.min_corners:
        return None
    place, agrees = _similarity(first[seen], _to_complex(now[seen, 0]) - middle, last, settings)
    enough = agrees.sum() >= settings.min_agreement * len(first)
    return place if enough and _is_spread(now[seen, 0][agrees], grey.shape, settings) else None


def _similarity(
    source: Complex, target: Complex, start: _Place, settings: BackgroundSettings
) -> tuple[_Place, NDArray[np.bool_]]:
    """Fit ``turn * source + shift`` to the majority by least squares, trimmed anew in each round."""
    turn = start.turn
    offset = target - turn * source
    shift = complex(np.median(offset.real), np.median(offset.imag))
    agrees = np.ones(len(source), dtype=np.bool_)
    for _ in range(_ROUNDS):
        errors = np.abs(target - turn * source - shift)
        # Twice the median error of those that agree; no smaller than what the flow itself leaves.
        limit = min(max(2.5 * float(np.median(errors)), settings.min_error_px), settings.max_error_px)
        agrees = errors <= limit
        if agrees.sum() < settings.min_corners:
            break
        a, b = source[agrees], target[agrees]
        centred = a - a.mean()
        turn = complex(np.vdot(centred, b - b.mean()) / np.vdot(centred, centred).real)
        shift = complex(b.mean() - turn * a.mean())
    return _Place(turn, shift), agrees


def _to_complex(points: Points) -> Complex:
    return np.asarray(points[:, 0] + 1j * points[:, 1], dtype=np.complex128)
