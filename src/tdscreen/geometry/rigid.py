"""Rigid fits: what of a movement is the whole body part moving, and what is left."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


def fit_similarity(
    source: FloatArray, target: FloatArray, weights: FloatArray | None = None
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Find the scale, rotation and shift that bring points onto others best, in the least-squares sense.

    Parameters
    ----------
    source : ndarray, shape (n, k, d)
        k points in each of n frames.
    target : ndarray, shape (k, d)
    weights : ndarray, shape (k,), optional
        What each point counts for; all the same if not given.

    Returns
    -------
    scale : ndarray, shape (n,)
    rotation : ndarray, shape (n, d, d)
        Proper: never a reflection.
    shift : ndarray, shape (n, d)
        So that ``scale * rotation @ source + shift`` lies nearest to ``target``.

    Notes
    -----
    Umeyama, S. (1991). Least-squares estimation of transformation parameters between two point patterns.
    """
    share = np.ones(len(target)) if weights is None else weights
    share = share / share.sum()
    source_mean = np.einsum("nkd,k->nd", source, share)[:, None]
    target_mean = share @ target
    centred = source - source_mean
    covariance = np.einsum("nki,k,kj->nij", centred, share, target - target_mean)
    u, singular, vt = np.linalg.svd(covariance)
    signs = np.ones_like(singular)
    signs[:, -1] = np.sign(np.linalg.det(u @ vt))
    rotation = np.swapaxes(vt, 1, 2) @ (signs[:, :, None] * np.swapaxes(u, 1, 2))
    scale = (singular * signs).sum(axis=1) / np.einsum("nkd,k->n", np.square(centred), share)
    shift = target_mean - scale[:, None] * np.einsum("nij,nj->ni", rotation, source_mean[:, 0])
    return scale, rotation, shift


def align(
    points: FloatArray, *, fit_on: tuple[int, ...], iterations: int = 3
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Hold a moving shape still by the points that belong to its rigid part.

    Parameters
    ----------
    points : ndarray, shape (n, k, d)
        NaN in frames in which the shape was not seen.
    fit_on : tuple of int
        The points that do not move against each other.
    iterations : int
        How often the mean shape is found anew (generalised Procrustes, Gower 1975).

    Returns
    -------
    aligned : ndarray, shape (n, k, d)
        In the scale and place of the clip's median shape.
    rotation : ndarray, shape (n, d, d)
        From the picture to the median shape.
    scale : ndarray, shape (n,)
    """
    seen = np.isfinite(points[:, 0, 0])
    aligned = np.full_like(points, np.nan)
    rotation = np.full((len(points), points.shape[2], points.shape[2]), np.nan)
    scale = np.full(len(points), np.nan)
    if not seen.any():
        return aligned, rotation, scale
    visible = points[seen]
    rigid = visible[:, list(fit_on)]
    reference = np.median(rigid - rigid.mean(axis=1, keepdims=True), axis=0)
    for _ in range(iterations):
        found_scale, found_rotation, shift = fit_similarity(rigid, reference)
        moved = found_scale[:, None, None] * np.einsum("nij,nkj->nki", found_rotation, rigid) + shift[:, None]
        reference = np.median(moved, axis=0)
    found_scale, found_rotation, shift = fit_similarity(rigid, reference)
    aligned[seen] = (
        found_scale[:, None, None] * np.einsum("nij,nkj->nki", found_rotation, visible) + shift[:, None]
    )
    rotation[seen] = found_rotation
    scale[seen] = found_scale
    return aligned, rotation, scale
