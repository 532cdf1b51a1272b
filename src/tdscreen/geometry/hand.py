"""The palm's own frame: finger movement with the arm's movement taken out, in millimetres.

Point numbers are those of MediaPipe's hand: 0 wrist, then thumb, index, middle, ring and little finger, four each
from the palm outwards.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tdscreen.geometry.rigid import align
from tdscreen.settings import GEOMETRY, GeometrySettings

FloatArray = NDArray[np.float64]

PALM_POINTS = (0, 1, 5, 9, 13, 17)
"""Wrist, base of the thumb and knuckles. With the base of the thumb the fit takes less of the fingers' movement for
the palm's: 0.43 instead of 0.34 of a rendered hand's is left (measured)."""
WRIST, MIDDLE_MCP = 0, 9
FINGERS: dict[str, tuple[int, int, int, int]] = {
    "thumb": (1, 2, 3, 4),
    "index": (5, 6, 7, 8),
    "middle": (9, 10, 11, 12),
    "ring": (13, 14, 15, 16),
    "little": (17, 18, 19, 20),
}


@dataclass(frozen=True)
class PalmFrame:
    """A hand in the palm's own frame.

    Attributes
    ----------
    points_mm : ndarray, shape (n, 21, 3)
        Held still by the palm.
    wrist_mm : ndarray, shape (n, 2)
        Path of the wrist in the picture.
    mm_per_px : float
    scale_uncertainty : float
        Standard uncertainty of the millimetre, as a share.
    palm_mm : float
        The palm's length, the body's own unit for the hand.
    palm_px : float
        The palm's length in the picture, seen flat.
    """

    points_mm: FloatArray
    wrist_mm: FloatArray
    mm_per_px: float
    scale_uncertainty: float
    palm_mm: float
    palm_px: float


def palm_frame(hand_px: FloatArray, *, settings: GeometrySettings = GEOMETRY) -> PalmFrame:
    """Take the arm's movement out of a hand and give it in millimetres.

    The points in the picture with their depth are used and not the tracker's world coordinates, whose palm bends when
    the fingers do: 0.43 against 0.32 of a rendered hand's finger movement, and less of it in a thumb that was still
    (measured).

    Parameters
    ----------
    hand_px : ndarray, shape (n, 21, 3)
        NaN where the hand was not seen. At least one frame must show it.
    settings : GeometrySettings

    Returns
    -------
    PalmFrame
    """
    hand = hand_px.astype(np.float64)
    aligned, _, _ = align(hand, fit_on=PALM_POINTS)
    palm = np.linalg.norm(aligned[:, MIDDLE_MCP] - aligned[:, WRIST], axis=1)
    in_picture = np.linalg.norm(hand[:, MIDDLE_MCP, :2] - hand[:, WRIST, :2], axis=1)
    palm_px = float(np.nanpercentile(in_picture, settings.palm_percentile))
    return PalmFrame(
        points_mm=aligned * (settings.palm_mm / float(np.nanmedian(palm))),
        wrist_mm=hand[:, WRIST, :2] * (settings.palm_mm / palm_px),
        mm_per_px=settings.palm_mm / palm_px,
        scale_uncertainty=settings.palm_uncertainty,
        palm_mm=settings.palm_mm,
        palm_px=palm_px,
    )
