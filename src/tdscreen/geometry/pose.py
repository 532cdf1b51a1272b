"""Where a rigid shape is and how it is turned, from points of it in the picture."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

_ROBUST = 2.5
"""A point that is off by this many times what is usual in the picture counts a quarter (Geman and McClure 1987; the
number is assumed)."""
_MIN_POINTS = 6


@dataclass(frozen=True)
class Poses:
    """Of one shape in each of n pictures, seen from afar: the picture shows ``scale * rotation[:2] @ x + shift``.

    Attributes
    ----------
    scale : ndarray, shape (n,)
        Pixels a millimetre.
    rotation : ndarray, shape (n, 3, 3)
        From the shape's own axes to the picture's right, down and away from the camera.
    shift_px : ndarray, shape (n, 2)
    covariance : ndarray, shape (n, 6, 6)
        Of relative scale, turns about the three axes of the picture (radians), and shift; NaN, like all of it, where
        too few points were seen.
    """

    scale: FloatArray
    rotation: FloatArray
    shift_px: FloatArray
    covariance: FloatArray

    def project(self, shape_mm: FloatArray) -> FloatArray:
        """Place points of the shape, (k, 3) in mm, in the pictures; shape (n, k, 2), px."""
        turned = np.einsum("nij,kj->nki", self.rotation[:, :2], shape_mm)
        return np.asarray(self.scale[:, None, None] * turned + self.shift_px[:, None])

    def plane_px(self) -> FloatArray:
        """Give by how many pixels a millimetre along the shape's own x and y goes in the pictures; shape (n, 2, 2)."""
        return np.asarray(self.scale[:, None, None] * self.rotation[:, :2, :2])

    def error_px(self, shape_mm: FloatArray) -> FloatArray:
        """Give the standard error that the pose brings to points of the shape; shape (n, k, 2), px."""
        jacobian = _jacobian(self.scale, np.einsum("nij,kj->nki", self.rotation, shape_mm))
        spread = jacobian.reshape(len(jacobian), -1, 6)
        variance = ((spread @ self.covariance) * spread).sum(axis=-1).reshape(jacobian.shape[:3])
        return np.asarray(np.sqrt(np.maximum(variance, 0.0)))


def fit_poses(
    points_px: FloatArray,
    shape_mm: FloatArray,
    error_px: FloatArray,
    believed: FloatArray,
    *,
    believed_error: float,
    iterations: int = 8,
) -> Poses:
    """Find the pose of a shape in each picture by least squares in which points that stand out count less.

    Parameters
    ----------
    points_px : ndarray, shape (n, k, 2)
        NaN where a point was not seen.
    shape_mm : ndarray, shape (k, 3)
    error_px : ndarray, shape (n, k, 2)
        Standard error of each.
    believed : ndarray, shape (n, 3, 3)
        Rotation known from elsewhere, as :attr:`Poses.rotation`; NaN where nothing is known.
    believed_error : float
        Its standard error, radians.
    iterations : int
        Gauss-Newton steps.
    """
    n = len(points_px)
    seen = np.isfinite(points_px[..., 0])
    enough = seen.sum(axis=1) >= _MIN_POINTS
    inverse = np.where(seen[..., None], 1.0 / np.where(seen[..., None], error_px, 1.0) ** 2, 0.0)
    points = np.where(seen[..., None], points_px, 0.0)
    known = np.isfinite(believed[:, 0, 0])
    believed = np.where(known[:, None, None], believed, np.eye(3))
    scale, shift = _first_guess(points, np.einsum("nij,kj->nki", believed[:, :2], shape_mm), seen)
    rotation = believed
    belief = np.zeros((n, 6, 6))
    belief[:, (1, 2, 3), (1, 2, 3)] = known[:, None] / believed_error**2
    normal, weight, residual = belief, np.empty(0), np.empty(0)
    for _ in range(iterations):
        turned = np.einsum("nij,kj->nki", rotation, shape_mm)
        residual = points - scale[:, None, None] * turned[..., :2] - shift[:, None]
        off = np.sqrt((residual**2 * inverse).sum(axis=-1) / 2)
        middle = _median(off, seen)
        robust = (1.0 + (off / (_ROBUST * np.maximum(middle, 1e-9)[:, None])) ** 2) ** -2
        weight = inverse * robust[..., None]
        jacobian = _jacobian(scale, turned)
        rows = jacobian.reshape(n, -1, 6)
        weighted = np.swapaxes(rows * weight.reshape(n, -1, 1), 1, 2)
        normal = weighted @ rows
        # So little is known of a turn from small points in one plane that a millionth of belief does no harm.
        normal += 1e-6 * np.eye(6) * np.trace(normal, axis1=1, axis2=2)[:, None, None] / 6 + 1e-12 * np.eye(6)
        slope = (weighted @ residual.reshape(n, -1, 1))[..., 0]
        normal += belief
        slope += np.einsum("nij,nj->ni", belief, _turned_away(rotation, believed))
        step = np.linalg.solve(normal, slope[..., None])[..., 0]
        step[:, 1:4] = np.clip(step[:, 1:4], -0.3, 0.3)
        scale = scale * np.exp(np.clip(step[:, 0], -0.3, 0.3))
        rotation = _turn(step[:, 1:4]) @ rotation
        shift = shift + step[:, 4:]
    freedom = np.maximum(2 * seen.sum(axis=1) - 6, 1)
    spread = (residual**2 * weight).sum(axis=(1, 2)) / freedom
    covariance = np.linalg.inv(normal) * spread[:, None, None]
    for array in (scale, rotation, shift, covariance):
        array[~enough] = np.nan
    return Poses(scale, rotation, shift, covariance)


def _median(off: FloatArray, seen: NDArray[np.bool_]) -> FloatArray:
    ordered = np.sort(np.where(seen, off, np.inf), axis=1)
    half = np.maximum(seen.sum(axis=1) - 1, 0) // 2
    return np.asarray(np.where(seen.any(axis=1), ordered[np.arange(len(off)), half], 0.0))


def _jacobian(scale: FloatArray, turned: FloatArray) -> FloatArray:
    """Of places in the picture by relative scale, turns and shift, shape (n, k, 2, 6)."""
    x, y, z = np.moveaxis(scale[:, None, None] * turned, -1, 0)
    nil, one = np.zeros_like(x), np.ones_like(x)
    across = np.stack([x, nil, z, -y, one, nil], axis=-1)
    down = np.stack([y, -z, nil, x, nil, one], axis=-1)
    return np.stack([across, down], axis=2)


def _turn(angles: FloatArray) -> FloatArray:
    """Rotations about an axis by its length (Rodrigues), shape (n, 3, 3)."""
    size = np.linalg.norm(angles, axis=1)
    axis = angles / np.maximum(size, 1e-12)[:, None]
    cross = np.zeros((len(angles), 3, 3))
    cross[:, 0, 1], cross[:, 0, 2], cross[:, 1, 2] = -axis[:, 2], axis[:, 1], -axis[:, 0]
    cross -= np.swapaxes(cross, 1, 2)
    sine, cosine = np.sin(size)[:, None, None], np.cos(size)[:, None, None]
    return np.asarray(np.eye(3) + sine * cross + (1 - cosine) * cross @ cross)


def _turned_away(rotation: FloatArray, believed: FloatArray) -> FloatArray:
    """By how much, about each axis of the picture, a rotation must be turned to be the one believed; (n, 6)."""
    between = np.einsum("nij,nkj->nik", believed, rotation)
    away = np.zeros((len(rotation), 6))
    away[:, 1] = (between[:, 2, 1] - between[:, 1, 2]) / 2
    away[:, 2] = (between[:, 0, 2] - between[:, 2, 0]) / 2
    away[:, 3] = (between[:, 1, 0] - between[:, 0, 1]) / 2
    return away


def _first_guess(
    points: FloatArray, turned: FloatArray, seen: NDArray[np.bool_]
) -> tuple[FloatArray, FloatArray]:
    """Scale and shift that bring a turned shape, (n, k, 2), onto what was seen, by medians: half may be mistaken."""
    some = seen.any(axis=1)
    scale, shift = np.ones(len(points)), np.zeros((len(points), 2))
    for _ in range(2):
        off = np.where(seen[..., None], points - scale[:, None, None] * turned, np.nan)
        shift[some] = np.nanmedian(off[some], axis=1)
        size = np.hypot(*np.moveaxis(turned - turned.mean(axis=1, keepdims=True), -1, 0))
        here = np.where(seen[..., None], points, np.nan)
        here = here - np.where(some[:, None], shift, 0.0)[:, None]
        middle = scale[:, None, None] * turned.mean(axis=1, keepdims=True)
        far = np.hypot(*np.moveaxis(here - middle, -1, 0))
        ratio = np.where(size > 1e-9, far / np.maximum(size, 1e-9), np.nan)
        scale[some] = np.maximum(np.nanmedian(ratio[some], axis=1), 1e-6)
    off = np.where(seen[..., None], points - scale[:, None, None] * turned, np.nan)
    shift[some] = np.nanmedian(off[some], axis=1)
    return scale, shift


def rotations_of(angles_deg: FloatArray) -> FloatArray:
    """Give the rotations of heads by their turn, nod and tilt.

    Parameters
    ----------
    angles_deg : ndarray, shape (n, 3)
        As :attr:`tdscreen.geometry.face.HeadFrame.angles_deg`.

    Returns
    -------
    ndarray, shape (n, 3, 3)
        From the head's own axes to the picture's; NaN where the angles are.
    """
    turn, nod, tilt = np.radians(angles_deg).T
    forward = np.stack([-np.sin(turn) * np.cos(nod), np.sin(nod), np.cos(turn) * np.cos(nod)], axis=1)
    right = np.stack([np.cos(tilt), np.sin(tilt), np.zeros_like(tilt)], axis=1)
    right[:, 2] = -(right * forward).sum(axis=1) / forward[:, 2]
    right /= np.linalg.norm(right, axis=1, keepdims=True)
    return np.stack([right, np.cross(forward, right), forward], axis=2)
