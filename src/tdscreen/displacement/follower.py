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
_View = tuple[float, FloatArray, FloatArray]

_FACE_EDGES = (234, 454)
_MESH = 468
_MIN_KNOWN = 6
_MEANS = np.zeros((N_PATCHES, _MESH))
"""Lays each patch at the mean of its points of the mesh."""
for _index, _patch in enumerate(PATCHES):
    for _point in _patch.points:
        _MEANS[_index, _point] += 1.0 / len(_patch.points)
_RIGID = list(patches_of(Part.RIGID))
_IS_FIRM = np.array([patch.part in (Part.RIGID, Part.STILL) for patch in PATCHES])


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

    ``values`` (P, m) are free of their mean; ``gradient`` (P, 2, m) is weighted by ``weight`` (m,); ``solve`` (P, 2, 2)
    is the inverse of the structure tensor.
    """

    offsets: Float32Array
    values: Float32Array
    power: Float32Array
    gradient: Float32Array
    weight: Float32Array
    solve: Float32Array


@dataclass(frozen=True)
class _Reference:
    """One picture with which others are compared.

    ``shape`` (468, 3) is its mesh, ``anchors`` (P, 3) the patches' places in it, ``told`` (P, 2) by how much the mesh
    puts them elsewhere, ``tangents`` (P, 3, 2) how the skin lies there.
    """

    shape: FloatArray
    anchors: FloatArray
    told: FloatArray
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
        self._references: list[_Reference] = []
        self._current = 0
        self._away_deg = 0.0
        self._since_s = -np.inf
        self._last_s = self._matched_s = -np.inf
        self._moved = np.zeros((N_PATCHES, 2))
        self._lost = np.ones(N_PATCHES, dtype=np.bool_)
        self._drift = np.zeros((N_PATCHES, 2))

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
            self._forget_places()
        if self._references and time_s - self._matched_s > settings.max_unmatched_s:
            # Another face than the reference shows, or another light. What follows begins anew after a gap longer
            # than any that is measured across, since the two references need not lie at the same place of the skin.
            self._references.clear()
            self._since_s = time_s
        self._last_s = time_s
        if not self._references and time_s - self._since_s < settings.settling_s:
            return NOT_FOLLOWED
        scale = settings.face_width_px / np.hypot(*(face[_FACE_EDGES[1], :2] - face[_FACE_EDGES[0], :2]))
        crop = cut_face(rgb, low_px=low - margin, high_px=high + margin, scale=float(scale))
        mesh = np.empty_like(face)
        mesh[:, :2] = crop.from_picture(face[:, :2])
        mesh[:, 2] = face[:, 2] * crop.scale.mean()
        if not self._references:
            self._references.append(_reference(crop, mesh, None, settings))
            self._current = 0
            self._forget_places()
        found = self._find(crop, mesh)
        if np.isfinite(found.points_px[_RIGID, 0]).mean() >= settings.min_found_share:
            self._matched_s = time_s
        return found

    def _forget_places(self) -> None:
        self._lost = np.ones(N_PATCHES, dtype=np.bool_)
        self._drift = np.zeros((N_PATCHES, 2))

    def _find(self, crop: Crop, mesh: FloatArray) -> FollowedPatches:
        settings = self._settings
        reference, views = self._choose(mesh)
        scale, places, lay = views
        # Where the landmarks put a patch now, against where the head alone would have carried it.
        told = np.linalg.solve(lay, (_anchors(mesh)[:, :2] - places)[..., None])[..., 0] - reference.told
        start = np.where(self._lost[:, None], np.where(_IS_FIRM[:, None], self._drift, told), self._moved)
        moved, _, _ = _align(crop.coarse, reference.coarse, places, lay, start, settings.rounds, 3.0)
        moved, match, error = _align(crop.values, reference.fine, places, lay, moved, settings.rounds, 1.5)
        # A patch that has turned away shows less of itself than the reference does.
        shown = np.abs(np.linalg.det(lay)) / scale**2
        lost = (match < settings.min_match) | (shown < settings.min_shown)
        self._drift = _smooth_field(reference.anchors[:, :2], moved, _IS_FIRM & ~lost, self._drift)
        strayed = np.where(_IS_FIRM, np.hypot(*(moved - self._drift).T), np.hypot(*(moved - told).T))
        lost |= strayed > np.where(_IS_FIRM, settings.firm_reach_px, settings.reach_px)
        points = places + np.einsum("pik,pk->pi", lay, moved)
        height, width = crop.values.shape
        lost |= (points < 0).any(axis=1) | (points > (width - 1, height - 1)).any(axis=1)
        self._moved, self._lost = moved, lost
        in_picture = crop.to_picture(points)
        in_picture[lost] = np.nan
        error *= settings.error_share / crop.scale
        error[lost] = np.nan
        self._turn_if_needed(crop, mesh, places, lay, told, points)
        return FollowedPatches(in_picture.astype(np.float32), error.astype(np.float32))

    def _choose(self, mesh: FloatArray) -> tuple[_Reference, _View]:
        """Choose the reference that shows the head turned most as it is now."""
        views = [_view(reference, mesh) for reference in self._references]
        aways = np.array([away for away, _ in views])
        nearest = int(np.argmin(aways))
        if aways[self._current] > aways[nearest] + self._settings.turn_hysteresis_deg:
            _, places, lay = views[self._current][1]
            _, new_places, new_lay = views[nearest][1]

            def carried(moved: FloatArray) -> FloatArray:
                there = places + np.einsum("pik,pk->pi", lay, moved)
                return np.asarray(np.linalg.solve(new_lay, (there - new_places)[..., None])[..., 0])

            self._moved, self._drift = carried(self._moved), carried(self._drift)
            self._current = nearest
        self._away_deg = float(aways[self._current])
        return self._references[self._current], views[self._current][1]

    def _turn_if_needed(
        self,
        crop: Crop,
        mesh: FloatArray,
        places: FloatArray,
        lay: FloatArray,
        told: FloatArray,
        points: FloatArray,
    ) -> None:
        """Take another picture of reference where the head has turned far from all that there are.

        Its patches lie where those of the reference before were found in it: nothing is measured anew. What was lost
        is laid where its like, or the landmarks, say it is.
        """
        settings = self._settings
        found = ~self._lost
        if (
            self._away_deg < settings.turn_deg
            or len(self._references) >= settings.max_references
            or found[_RIGID].mean() < settings.min_found_share
        ):
            return
        guess = places + np.einsum("pik,pk->pi", lay, np.where(_IS_FIRM[:, None], self._drift, told))
        self._references.append(_reference(crop, mesh, np.where(found[:, None], points, guess), settings))


def _view(reference: _Reference, mesh: FloatArray) -> tuple[float, _View]:
    """Carry a reference's patches to where the head alone would have brought them, by the landmarks.

    Returns
    -------
    away_deg : float
        By how much the head has turned away or nodded since.
    view : (float, ndarray, ndarray)
        Scale; places, (P, 2); and how each patch's own directions lie in the picture now, (P, 2, 2).
    """
    rigid = list(RIGID_POINTS)
    scale, rotation, shift = fit_similarity(reference.shape[None, rigid], mesh[rigid])
    turned = float(scale[0]) * rotation[0]
    places = reference.anchors @ turned[:2].T + shift[0, :2]
    lay = np.einsum("ij,pjk->pik", turned[:2], reference.tangents)
    away_deg = float(np.degrees(np.arccos(np.clip(rotation[0, 2, 2], -1.0, 1.0))))
    return away_deg, (float(scale[0]), places, lay)


def _smooth_field(
    places: FloatArray, moved: FloatArray, known: NDArray[np.bool_], before: FloatArray
) -> FloatArray:
    """Give by how much the landmarks' pose is off at each place: an affine field through what firm patches moved.

    A patch that stands out is left out: half of them may. As it was before if too few are known.
    """
    columns = np.c_[(places - places.mean(axis=0)) / 100.0, np.ones(len(places))]
    field = before
    if known.sum() < _MIN_KNOWN:
        return field
    # Middle first, so that what is mistaken does not tilt the field.
    off = np.hypot(*(moved - np.median(moved[known], axis=0)).T)
    for _ in range(3):
        near = known & (off <= 2.5 * max(float(np.median(off[known])), 0.3))
        if near.sum() < _MIN_KNOWN:
            break
        # A little stiff, so that few patches on one side do not throw the other.
        normal = columns[near].T @ columns[near] + np.diag([0.3, 0.3, 0.0])
        field = columns @ np.linalg.solve(normal, columns[near].T @ moved[near])
        off = np.hypot(*(moved - field).T)
    return field


def _anchors(mesh: FloatArray) -> FloatArray:
    return np.asarray(_MEANS @ mesh)


def _reference(
    crop: Crop, mesh: FloatArray, places: FloatArray | None, settings: DisplacementSettings
) -> _Reference:
    anchors = _anchors(mesh)
    told = np.zeros((N_PATCHES, 2))
    if places is not None:
        told = anchors[:, :2] - places
        anchors[:, :2] = places
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
        told,
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
    towards = np.ascontiguousarray(np.swapaxes(gradient * weight[:, None], 1, 2))
    return _Templates(offsets, patch, power.astype(np.float32), towards, weight, solve)


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
    offsets = np.moveaxis(lay.astype(np.float32) @ templates.offsets.T, 1, 0)
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
        slope = (templates.gradient @ seen[..., None])[..., 0]
        step = np.einsum("pij,pj->pi", templates.solve, slope)
        length = np.hypot(step[:, 0], step[:, 1])
        step *= np.minimum(1.0, max_step / np.maximum(length, 1e-9))[:, None]
        moved = moved - step
    spread = np.einsum("pik,pkl,pjl->pij", lay, templates.solve, lay)
    error = np.sqrt(residual[:, None] * np.stack([spread[:, 0, 0], spread[:, 1, 1]], axis=1))
    return np.asarray(moved, dtype=np.float64), np.asarray(correlation), error
