"""The palm's own frame: finger movement with the arm's movement taken out, in millimetres.

Point numbers are those of MediaPipe's hand: 0 wrist, then thumb, index, middle, ring and little finger, four each
from the palm outwards.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tdscreen.geometry.rigid import align, fit_similarity
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
    tips_mm : ndarray, shape (n, 5, 3)
        Tips of the fingers, in the order of :data:`FINGERS`, held still by all of the hand that does not move by
        itself: across and down by the picture, in depth by the tracker's world coordinates.
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
    tips_mm: FloatArray
    wrist_mm: FloatArray
    mm_per_px: float
    scale_uncertainty: float
    palm_mm: float
    palm_px: float


def palm_frame(
    hand_px: NDArray[np.floating[Any]],
    hand_world_m: NDArray[np.floating[Any]],
    *,
    settings: GeometrySettings = GEOMETRY,
) -> PalmFrame:
    """Take the arm's movement out of a hand and give it in millimetres.

    Parameters
    ----------
    hand_px, hand_world_m : ndarray, shape (n, 21, 3)
        NaN where the hand was not seen. At least one frame must show it.
    settings : GeometrySettings

    Returns
    -------
    PalmFrame
    """
    hand = hand_px.astype(np.float64)
    points_mm, rotation = _in_palm(hand, settings)
    in_picture = np.linalg.norm(hand[:, MIDDLE_MCP, :2] - hand[:, WRIST, :2], axis=1)
    palm_px = float(np.nanpercentile(in_picture, settings.palm_percentile))
    seen = np.isfinite(hand[:, WRIST, 0])
    tips = np.full((len(hand), len(FINGERS), 3), np.nan)
    tips[seen] = _tips_mm(
        hand[seen], hand_world_m[seen].astype(np.float64), _tilt_deg(rotation[seen]), settings=settings
    )
    return PalmFrame(
        points_mm=points_mm,
        tips_mm=tips,
        wrist_mm=hand[:, WRIST, :2] * (settings.palm_mm / palm_px),
        mm_per_px=settings.palm_mm / palm_px,
        scale_uncertainty=settings.palm_uncertainty,
        palm_mm=settings.palm_mm,
        palm_px=palm_px,
    )


def palm_points_mm(
    hand_px: NDArray[np.floating[Any]], *, settings: GeometrySettings = GEOMETRY
) -> FloatArray:
    """Give :attr:`PalmFrame.points_mm` alone, of which the rest of a palm's frame takes many times the work.

    Parameters
    ----------
    hand_px : ndarray, shape (n, 21, 3)
        NaN where the hand was not seen. At least one frame must show it.
    settings : GeometrySettings

    Returns
    -------
    ndarray, shape (n, 21, 3)
    """
    return _in_palm(hand_px.astype(np.float64), settings)[0]


def _in_palm(hand: FloatArray, settings: GeometrySettings) -> tuple[FloatArray, FloatArray]:
    """Hold a hand by its palm, in mm; give the rotations that did it, too."""
    aligned, rotation, _ = align(hand, fit_on=PALM_POINTS)
    palm = np.linalg.norm(aligned[:, MIDDLE_MCP] - aligned[:, WRIST], axis=1)
    return aligned * (settings.palm_mm / float(np.nanmedian(palm))), rotation


def _tilt_deg(rotation: FloatArray) -> float:
    """Say by how much the palm tilts out of the picture's plane in a clip, root mean square."""
    sine = np.hypot(rotation[:, 2, 0], rotation[:, 2, 1])
    return float(np.degrees(np.sqrt(np.mean(np.square(np.arcsin(np.clip(sine, 0.0, 1.0)))))))


def _tips_mm(
    hand: FloatArray, world: FloatArray, tilt_deg: float, *, settings: GeometrySettings
) -> FloatArray:
    """Hold the fingertips still by what of the hand is still, and join picture and world to their paths.

    The landmarks' depth in the picture follows no finger and tilts a palm that is still by 1 to 2 degrees, which
    moves every finger by 2 mm: it is heard only where the palm tilts by more. The world's depth knows a finger that
    bends, and trembles in others: only what goes with the tip's movement in the picture is heard, in its size.
    """
    low, high = settings.palm_tilt_deg
    heard = float(np.clip((tilt_deg - low) / (high - low), 0.0, 1.0))
    middle = np.median(hand[:, :, 2], axis=0)
    flat = hand.copy()
    flat[:, :, 2] = middle + heard * (hand[:, :, 2] - middle)
    in_picture, weights = _held_by_what_is_still(flat, settings=settings)
    in_world = _held(world, weights)
    # A palm that is seen at a slant looks shorter than it is.
    picture_palm, world_palm = (
        np.median(points[:, MIDDLE_MCP] - points[:, WRIST], axis=0) for points in (in_picture, in_world)
    )
    world_mm = settings.palm_mm / float(np.linalg.norm(world_palm))
    picture_mm = world_mm * float(np.linalg.norm(world_palm[:2]) / np.linalg.norm(picture_palm[:2]))
    ends = [joints[-1] for joints in FINGERS.values()]
    across, deep = in_picture[:, ends, :2] * picture_mm, in_world[:, ends] * world_mm
    at, at_in_world = np.median(across, axis=0), np.median(deep, axis=0)
    across, deep = across - at, deep - at_in_world
    # Least squares of the picture's movement on the world's, with one mm of both that agrees.
    agreed = float(len(hand))
    size = (np.einsum("nkd,nkd->k", across, deep[:, :, :2]) + agreed) / (
        np.square(deep[:, :, :2]).sum(axis=(0, 2)) + agreed
    )
    _, _, axes = np.linalg.svd(np.einsum("nki,nkj->kij", across, across))
    along = np.einsum("nkd,kd->nk", across, axes[:, 0])
    slope = (along * deep[:, :, 2]).sum(axis=0) / np.maximum(
        np.square(along).sum(axis=0), np.finfo(float).tiny
    )
    slope = np.clip(slope * np.clip(size, *settings.depth_gain), -settings.max_slope, settings.max_slope)
    moved = np.concatenate([across, (slope * along)[:, :, None]], axis=2)
    return np.asarray(moved + np.concatenate([at, at_in_world[:, 2:]], axis=1))


def _held_by_what_is_still(hand: FloatArray, *, settings: GeometrySettings) -> tuple[FloatArray, FloatArray]:
    """Hold a hand still by its palm and by all of its fingers that do not move by themselves.

    A finger that moves takes the landmarks of its palm along, and held by the palm alone all others would seem to move.
    """
    palm = np.isin(np.arange(hand.shape[1]), PALM_POINTS)
    weights = palm.astype(np.float64)
    for _ in range(settings.palm_rounds):
        held = _held(hand, weights)
        shape = np.median(held, axis=0)
        mm = settings.palm_mm / float(np.linalg.norm(shape[MIDDLE_MCP] - shape[WRIST]))
        moved = np.median(np.square((held - shape) * mm).sum(axis=2), axis=0)
        still = settings.finger_still_mm**2
        weights = np.where(palm, 1.0, settings.finger_weight * (still / (still + moved)) ** 2)
    return _held(hand, weights), weights


def _held(points: FloatArray, weights: FloatArray, *, iterations: int = 3) -> FloatArray:
    """Hold a shape still by weighted points, in the scale and place of the clip's median shape."""
    centred = points - np.einsum("nkd,k->nd", points, weights / weights.sum())[:, None]
    reference = np.median(centred, axis=0)
    held = centred
    for _ in range(iterations):
        scale, rotation, shift = fit_similarity(centred, reference, weights)
        held = scale[:, None, None] * np.einsum("nij,nkj->nki", rotation, centred) + shift[:, None]
        reference = np.median(held, axis=0)
    return np.asarray(held)
