"""Patches of a face's skin are followed from picture to picture against one picture of reference."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from tdscreen.displacement.crop import Crop, cut_face
from tdscreen.geometry.face import RIGID_POINTS
from tdscreen.geometry.patches import N_PATCHES, PATCHES, Part, patches_of
from tdscreen.geometry.rigid import fit_similarity
from tdscreen.settings import DISPLACEMENT, DisplacementSettings

FloatArray = NDArray[np.float64]
Float32Array = NDArray[np.float32]

_FACE_EDGES = (234, 454)
_MESH = 468
_RIGID = list(patches_of(Part.RIGID))


@dataclass(frozen=True)
class FollowedPatches:
    """Where the patches are in one picture.

    Attributes
    ----------
    points_px : ndarray, shape (P, 2), float32
        NaN where a patch was not found again.
    error_px : ndarray, shape (P, 2), float32
        Standard error of each, across and down, by what the patch holds and by how well it was matched.
    """

    points_px: Float32Array
    error_px: Float32Array


NOT_FOLLOWED = FollowedPatches(
    np.full((N_PATCHES, 2), np.nan, dtype=np.float32), np.full((N_PATCHES, 2), np.nan, dtype=np.float32)
)


@dataclass(frozen=True)
class _Templates:
    """Patches as the reference shows them, at one level of detail.

    ``values`` (P, m) are free of their mean; ``gradient`` (P, m, 2); ``weight`` (m,); ``solve`` (P, 2, 2) is the
    inverse of the structure tensor.
    """

    offsets: Float32Array
    values: Float32Array
    power: Float32Array
    gradient: Float32Array
    weight: Float32Array
    solve: Float32Array


@dataclass(frozen=True)
class _Reference:
    shape: FloatArray
    anchors: FloatArray
    tangents: FloatArray
    fine: _Templates
    coarse: _Templates


class PatchFollower:
    """Follows the patches of one face through a clip.

    Every picture is compared with one picture of reference, taken when the landmarks have settled, and not with the
    one before: errors do not add up. Landmarks say where to look and how the head is turned; the place comes from the
    picture (inverse compositional alignment: Baker and Matthews 2004, with gain and offset of light free).
    """

    def __init__(self, *, settings: DisplacementSettings = DISPLACEMENT) -> None:
        self._settings = settings
        self._reference: _Reference | None = None
        self._since_s = -np.inf
        self._last_s = self._matched_s = -np.inf
        self._moved = np.zeros((N_PATCHES, 2))

    def follow(self, rgb: NDArray[np.uint8], face_px: Float32Array, time_s: float) -> FollowedPatches:
        """Find the patches in the next picture.

        Parameters
        ----------
        rgb : ndarray, shape (height, width, 3), uint8
        face_px : ndarray, shape (478, 3), float32
            The face's landmarks in it.
        time_s : float
            Greater than that of the picture before.

        Returns
        -------
        FollowedPatches
        """
        settings = self._settings
        face = face_px[:_MESH].astype(np.float64)
        low, high = face[:, :2].min(axis=0), face[:, :2].max(axis=0)
        margin = settings.margin * (high - low).max()
        if time_s - self._last_s > settings.max_absence_s:
            self._since_s = self._matched_s = time_s
            self._moved[:] = 0.0
        if self._reference is not None and time_s - self._matched_s > settings.max_unmatched_s:
            # Another face than the reference shows, or another light. What follows begins anew after a gap longer
            # than any that is measured across, since the two references need not lie at the same place of the skin.
            self._reference = None
            self._since_s = time_s
        self._last_s = time_s
        if self._reference is None and time_s - self._since_s < settings.settling_s:
            return NOT_FOLLOWED
        scale = settings.face_width_px / np.hypot(*(face[_FACE_EDGES[1], :2] - face[_FACE_EDGES[0], :2]))
        crop = cut_face(rgb, low_px=low - margin, high_px=high + margin, scale=float(scale))
        mesh = np.empty_like(face)
        mesh[:, :2] = crop.from_picture(face[:, :2])
        mesh[:, 2] = face[:, 2] * crop.scale.mean()
        if self._reference is None:
            self._reference = _reference(crop, mesh, settings)
            self._moved[:] = 0.0
        found = self._find(crop, mesh)
        if np.isfinite(found.points_px[_RIGID, 0]).mean() >= settings.min_found_share:
            self._matched_s = time_s
        return found

    def _find(self, crop: Crop, mesh: FloatArray) -> FollowedPatches:
        settings, reference = self._settings, self._reference
        assert reference is not None
        rigid = list(RIGID_POINTS)
        scale, rotation, shift = fit_similarity(reference.shape[None, rigid], mesh[rigid])
        turned = float(scale[0]) * rotation[0]
        places = reference.anchors @ turned[:2].T + shift[0, :2]
        # How the patch's own directions lie in the picture now.
        lay = np.einsum("ij,pjk->pik", turned[:2], reference.tangents)
        moved, _, _ = _align(crop.coarse, reference.coarse, places, lay, self._moved, 4, 3.0)
        moved, match, error = _align(crop.values, reference.fine, places, lay, moved, 4, 1.5)
        lost = match < settings.min_match
        self._moved = np.where(lost[:, None], 0.5 * self._moved, moved)
        points = places + np.einsum("pik,pk->pi", lay, moved)
        height, width = crop.values.shape
        lost |= (points < 0).any(axis=1) | (points > (width - 1, height - 1)).any(axis=1)
        in_picture = crop.to_picture(points)
        in_picture[lost] = np.nan
        error *= settings.error_share / crop.scale
        error[lost] = np.nan
        return FollowedPatches(in_picture.astype(np.float32), error.astype(np.float32))


def _reference(crop: Crop, mesh: FloatArray, settings: DisplacementSettings) -> _Reference:
    anchors = np.stack([mesh[list(patch.points)].mean(axis=0) for patch in PATCHES])
    tangents = np.zeros((N_PATCHES, 3, 2))
    tangents[:, 0, 0] = tangents[:, 1, 1] = 1.0
    for index, anchor in enumerate(anchors):
        near = np.argsort(((mesh[:, :2] - anchor[:2]) ** 2).sum(axis=1))[:14]
        plane = np.c_[mesh[near, :2] - anchor[:2], np.ones(len(near))]
        slope, *_ = np.linalg.lstsq(plane, mesh[near, 2], rcond=None)
        tangents[index, 2] = np.clip(slope[:2], -2.0, 2.0)
    return _Reference(
        mesh,
        anchors,
        tangents,
        _templates(crop.values, anchors[:, :2], settings.patch_radius_px, 1.0),
        _templates(crop.coarse, anchors[:, :2], settings.patch_radius_px, 2.0),
    )


def _templates(values: Float32Array, places: FloatArray, radius: int, step: float) -> _Templates:
    side = np.arange(-radius, radius + 1) * step
    x, y = np.meshgrid(side, side)
    inside = np.hypot(x, y) <= (radius + 0.5) * step
    offsets = np.stack([x[inside], y[inside]], axis=1).astype(np.float32)
    weight = np.exp(-0.5 * (offsets**2).sum(axis=1) / (0.55 * radius * step) ** 2).astype(np.float32)
    weight /= weight.sum()
    at = (places[:, None] + offsets).astype(np.float32)

    def sample(dx: float, dy: float) -> Float32Array:
        return _sample(values, at[..., 0] + np.float32(dx), at[..., 1] + np.float32(dy))

    patch = sample(0, 0)
    patch -= (patch @ weight)[:, None]
    gradient = np.stack([(sample(1, 0) - sample(-1, 0)) / 2, (sample(0, 1) - sample(0, -1)) / 2], axis=2)
    gradient -= np.einsum("pmk,m->pk", gradient, weight)[:, None]
    power = (patch**2) @ weight
    # Without what a change of gain explains as well.
    share = np.einsum("pmk,pm,m->pk", gradient, patch, weight) / np.maximum(power, 1e-6)[:, None]
    gradient -= patch[..., None] * share[:, None]
    tensor = np.einsum("pmi,pmj,m->pij", gradient, gradient, weight)
    tensor += 1e-6 * np.eye(2, dtype=np.float32)
    solve = np.linalg.inv(tensor).astype(np.float32)
    return _Templates(offsets, patch, power.astype(np.float32), gradient * weight[:, None], weight, solve)


def _sample(values: Float32Array, x: Float32Array, y: Float32Array) -> Float32Array:
    return np.asarray(
        cv2.remap(values, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE), dtype=np.float32
    )


def _align(
    values: Float32Array,
    templates: _Templates,
    places: FloatArray,
    lay: FloatArray,
    moved: FloatArray,
    rounds: int,
    max_step: float,
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Find by how much each patch has moved in its own directions; with match (correlation) and error (P, 2)."""
    offsets = np.einsum("pik,mk->ipm", lay, templates.offsets).astype(np.float32)
    residual = correlation = np.empty(0)
    for index in range(rounds + 1):
        at = (places + np.einsum("pik,pk->pi", lay, moved)).astype(np.float32)
        seen = _sample(values, at[:, :1] + offsets[0], at[:, 1:] + offsets[1])
        seen -= (seen @ templates.weight)[:, None]
        power = np.maximum((seen**2) @ templates.weight, 1e-6)
        both = (seen * templates.values) @ templates.weight
        seen *= (both / power)[:, None]
        seen -= templates.values
        if index == rounds:
            residual = (seen**2) @ templates.weight
            correlation = both / np.sqrt(power * np.maximum(templates.power, 1e-6))
            break
        slope = np.einsum("pmk,pm->pk", templates.gradient, seen)
        step = np.einsum("pij,pj->pi", templates.solve, slope)
        length = np.hypot(step[:, 0], step[:, 1])
        step *= np.minimum(1.0, max_step / np.maximum(length, 1e-9))[:, None]
        moved = moved - step
    spread = np.einsum("pik,pkl,pjl->pij", lay, templates.solve, lay)
    error = np.sqrt(residual[:, None] * np.stack([spread[:, 0, 0], spread[:, 1, 1]], axis=1))
    return np.asarray(moved, dtype=np.float64), np.asarray(correlation), error
