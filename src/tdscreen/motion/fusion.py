"""Landmarks say where, the picture says how much: displacement of the face's parts in the head's own frame.

Patches of skin that were followed in the picture are held still by those that belong to the rigid part of the head,
turned in three dimensions; what the others then move is facial movement.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tdscreen.geometry.face import head_frame
from tdscreen.geometry.patches import PATCHES, Part, patches_of
from tdscreen.geometry.pose import Poses, fit_poses, rotations_of
from tdscreen.motion.signals import Signal
from tdscreen.motion.stillness import jitter_sd
from tdscreen.settings import FUSION, FusionSettings

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

PATCH_POINTS = tuple(sorted({point for patch in PATCHES for point in patch.points}))


@dataclass(frozen=True)
class LearntFace:
    """What a clip tells of a face's patches, once for all its pictures.

    Attributes
    ----------
    shape_mm : ndarray, shape (P, 3)
        Where the patches lie on the face at rest.
    usual_px : ndarray, shape (k, 2)
        By how much each rigid patch is usually off for not being quite rigid.
    slant : ndarray, shape (P,)
        By how much lower than the camera's axis each is seen, per distance: the tangent of the angle.
    worth : ndarray, shape (P, 2)
        What each patch counts in its part.
    """

    shape_mm: FloatArray
    usual_px: FloatArray
    slant: FloatArray
    worth: FloatArray


@dataclass(frozen=True)
class PartMotion:
    """Movement of the parts of the face against the head, by the picture.

    Attributes
    ----------
    moved_mm : dict of Part to ndarray, shape (n, 2)
        Right along the eyes and down the face; NaN where not seen.
    error_mm : dict of Part to ndarray, shape (n, 2)
        Standard error of each, the pose's share included.
    still_mm : ndarray, shape (n, 4)
        Paths of skin that no expression moves, across and down, of either side of the face: what stillness shows.
    """

    moved_mm: dict[Part, FloatArray]
    error_mm: dict[Part, FloatArray]
    still_mm: FloatArray


def patch_shape_mm(face_px: NDArray[np.float32], iris_px: NDArray[np.floating[Any]]) -> FloatArray:
    """Give the places of all patches on the face, by its landmarks' median shape; shape (P, 3), mm."""
    seen = np.flatnonzero(np.isfinite(face_px[:, 0, 0]))
    some = seen[np.unique(np.linspace(0, len(seen) - 1, FUSION.shape_frames).astype(int))]
    # The ruler takes the pictures in which it was read.
    read = np.flatnonzero(np.isfinite(iris_px).any(axis=1) & np.isfinite(face_px[:, 0, 0]))
    some = np.union1d(
        some,
        read[np.unique(np.linspace(0, len(read) - 1, FUSION.shape_frames).astype(int))]
        if read.size
        else read,
    )
    head = head_frame(face_px[some], iris_px[some], keep=PATCH_POINTS)
    middle = {number: np.median(head.points_mm[:, i], axis=0) for i, number in enumerate(head.numbers)}
    return np.stack([np.mean([middle[point] for point in patch.points], axis=0) for patch in PATCHES])


def face_parts(
    face_px: NDArray[np.float32],
    iris_px: NDArray[np.floating[Any]],
    patches_px: NDArray[np.floating[Any]],
    patches_error_px: NDArray[np.floating[Any]],
    usable: BoolArray,
    *,
    angles_deg: FloatArray,
    picture_px: tuple[float, float],
) -> PartMotion:
    """Measure by how much each part of a face moves; see :func:`patch_parts`.

    Parameters
    ----------
    face_px : ndarray, shape (n, 478, 3)
        At least one frame must show the face.
    iris_px : ndarray, shape (n, 2)
    patches_px, patches_error_px : ndarray, shape (n, P, 2)
    usable : ndarray, shape (n,), bool
    angles_deg : ndarray, shape (n, 3)
    picture_px : (float, float)
    """
    shape = patch_shape_mm(face_px, iris_px)
    return patch_parts(
        patches_px, patches_error_px, shape, usable, angles_deg=angles_deg, picture_px=picture_px
    )


def patch_parts(
    patches_px: NDArray[np.floating[Any]],
    error_px: NDArray[np.floating[Any]],
    shape_mm: FloatArray,
    usable: BoolArray,
    *,
    angles_deg: FloatArray,
    picture_px: tuple[float, float],
) -> PartMotion:
    """Take the head's movement out of that of the patches, and join those of each part.

    Parameters
    ----------
    patches_px, error_px : ndarray, shape (n, P, 2)
    shape_mm : ndarray, shape (P, 3)
        Where the patches lie on the face, about: what is wrong in it is mended from the clip.
    usable : ndarray, shape (n,), bool
    angles_deg : ndarray, shape (n, 3)
        Turn, nod and tilt of the head by its landmarks.
    picture_px : (float, float)
        Width and height of the picture.

    Returns
    -------
    PartMotion
        NaN in frames that are not usable.
    """
    n = len(patches_px)
    found = PartMotion(
        {part: np.full((n, 2), np.nan) for part in Part},
        {part: np.full((n, 2), np.nan) for part in Part},
        np.full((n, 4), np.nan),
    )
    seen = np.flatnonzero(usable)
    if not seen.size:
        return found
    some = seen[np.unique(np.linspace(0, len(seen) - 1, FUSION.learn_frames).astype(int))]
    learnt = _learn(
        patches_px[some].astype(np.float64),
        _at_least(error_px[some]),
        shape_mm,
        angles_deg[some],
        picture_px,
    )
    # Piece by piece: on the way each picture takes many times the memory of what is kept of it.
    for first in range(0, len(seen), FUSION.frames_at_once):
        here = seen[first : first + FUSION.frames_at_once]
        moved, error = _against_head(
            patches_px[here].astype(np.float64), _at_least(error_px[here]), learnt, angles_deg[here]
        )
        for part in Part:
            found.moved_mm[part][here], found.error_mm[part][here] = _join_part(part, moved, error, learnt)
        found.still_mm[here] = _still_sides(moved, learnt)
    return found


def _still_sides(moved: FloatArray, learnt: LearntFace) -> FloatArray:
    """Join the still patches of each side of the face, (n, 4): as many patches as speak for a part that moves.

    One patch alone shows what it slips by itself, which the parts' mean does not: limits learnt from it were too high,
    and by another factor in each clip.
    """
    patches = np.array(patches_of(Part.STILL))
    across = learnt.shape_mm[patches, 0]
    sides = []
    for side in (across < np.median(across), across > np.median(across)):
        own = moved[:, patches[side]]
        seen = np.isfinite(own)
        total = np.where(seen, own, 0.0).sum(axis=1)
        count = seen.sum(axis=1)
        sides.append(np.where(2 * count >= side.sum(), total / np.maximum(count, 1), np.nan))
    return np.concatenate(sides, axis=1)


def _at_least(error_px: NDArray[np.floating[Any]]) -> FloatArray:
    return np.maximum(error_px.astype(np.float64), FUSION.least_error_px)


def _learn(
    points: FloatArray,
    error: FloatArray,
    shape_mm: FloatArray,
    angles_deg: FloatArray,
    picture_px: tuple[float, float],
) -> LearntFace:
    """Mend the face's shape, and learn what each patch is worth, from some pictures of the clip."""
    rigid = list(patches_of(Part.RIGID))
    believed = rotations_of(angles_deg)
    shape = shape_mm.copy()
    usual = np.zeros((len(rigid), 2))
    for _ in range(3):
        worse = np.hypot(error[:, rigid], usual)
        poses = fit_poses(
            points[:, rigid], shape[rigid], worse, believed, believed_error=FUSION.mesh_turn_error
        )
        shape += _correction(poses, points, shape)
        # What hardly belongs to the rigid part in this face is taken for less rigid.
        usual = _usual(points[:, rigid] - poses.project(shape[rigid]))
    learnt = LearntFace(
        shape, usual, _slant(poses.project(shape)[..., 1], picture_px), np.ones((len(shape), 2))
    )
    moved, spread = _against_head(points, error, learnt, angles_deg)
    worth = np.ones((len(shape), 2))
    for part in Part:
        patches = list(patches_of(part))
        worth[patches] = _worth(moved[:, patches], spread[:, patches], FUSION)
    return replace(learnt, worth=worth)


def _against_head(
    points: FloatArray, error: FloatArray, learnt: LearntFace, angles_deg: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Give the patches' movement against the head, in mm along its own axes, and its error; (n, P, 2) each."""
    rigid, shape = list(patches_of(Part.RIGID)), learnt.shape_mm
    poses = fit_poses(
        points[:, rigid],
        shape[rigid],
        np.hypot(error[:, rigid], learnt.usual_px),
        rotations_of(angles_deg),
        believed_error=FUSION.mesh_turn_error,
    )
    plane = poses.plane_px()
    inverse = np.linalg.inv(np.where(np.isfinite(plane), plane, np.eye(2)))
    moved = np.einsum("nij,nkj->nki", inverse, points - poses.project(shape))
    spread = np.hypot(error, poses.error_px(shape)) / poses.scale[:, None, None]
    # A patch found where no skin of its part can go was mistaken for another.
    firm = [index for index, patch in enumerate(PATCHES) if patch.part in (Part.RIGID, Part.STILL)]
    farthest = np.full(len(PATCHES), FUSION.farthest_mm)
    farthest[firm] = FUSION.farthest_still_mm
    with np.errstate(invalid="ignore"):
        moved[np.hypot(moved[..., 0], moved[..., 1]) > farthest] = np.nan
    return moved, spread


def _join_part(
    part: Part, moved: FloatArray, error: FloatArray, learnt: LearntFace, *, settings: FusionSettings = FUSION
) -> tuple[FloatArray, FloatArray]:
    """Join the patches of a part, each by what it is worth: movement in mm and its error, (n, 2) each.

    The worth of a patch is the same through the clip, so that the mean does not jump from one to another.
    """
    patches = list(patches_of(part))
    own, spread, worth = moved[:, patches], error[:, patches], learnt.worth[patches]
    seen = np.isfinite(own)
    here = seen * worth
    total = here.sum(axis=1)
    enough = (total >= settings.min_worth_seen * worth.sum(axis=0)) & (total > 0)
    share = here / np.maximum(here.sum(axis=1, keepdims=True), 1e-12)
    if part is Part.CHIN:
        share = _near_edge(share, learnt.shape_mm[patches, 1], settings)
    joined = (np.where(seen, own, 0.0) * share).sum(axis=1)
    variance = (np.where(seen, spread**2, 0.0) * share**2).sum(axis=1)
    swing = settings.swing.get(part.value, 0.0) * float(np.median(learnt.slant[patches]))
    joined[:, 1] /= 1.0 - swing
    return np.where(enough, joined, np.nan), np.where(enough, np.sqrt(variance), np.nan)


def _slant(down_px: FloatArray, picture_px: tuple[float, float]) -> FloatArray:
    """Give by how much lower than the camera's axis each patch is seen, per distance, (k,).

    0 in a picture that has not the shape of a camera's, since it was cut, and nobody knows where the axis was.
    """
    ratio = max(picture_px) / min(picture_px)
    seen = np.isfinite(down_px)
    if not seen.any() or min(abs(ratio / own - 1) for own in FUSION.camera_ratios) > FUSION.ratio_tolerance:
        return np.zeros(down_px.shape[1])
    middle = np.array([np.median(column[here]) for column, here in zip(down_px.T, seen.T, strict=True)])
    slant = (middle - picture_px[1] / 2) / (FUSION.focal_share * max(picture_px))
    return np.asarray(np.clip(slant, -FUSION.max_slant, FUSION.max_slant))


def _usual(off: FloatArray) -> FloatArray:
    """Give what a patch is usually off, shape (k, 2): the median size, as the standard deviation of normal errors."""
    usual = np.zeros(off.shape[1:])
    for k in range(off.shape[1]):
        seen = np.isfinite(off[:, k, 0])
        if seen.any():
            usual[k] = np.median(np.abs(off[seen, k]), axis=0) / 0.6745
    return usual


def _correction(poses: Poses, points: FloatArray, shape: FloatArray) -> FloatArray:
    """By how much the places of patches on the face must be moved to fit what was seen; shape (P, 3), mm."""
    off = (points - poses.project(shape)) / poses.scale[:, None, None]
    seen = np.isfinite(off[..., 0])
    count = np.maximum(seen.sum(axis=0), 1)
    depth = np.broadcast_to(poses.rotation[:, None, :2, 2], off.shape)

    def centred(x: FloatArray) -> FloatArray:
        x = np.where(seen[..., None], x, 0.0)
        return np.where(seen[..., None], x - x.sum(axis=0) / count[:, None], 0.0)

    off_centred, depth_centred = centred(off), centred(depth)
    # Neighbouring pictures repeat each other: half a second of them is one look.
    looks = 1.0 / 15
    # A patch that moves by itself says little of its depth: what it moves is not taken for a turn of the head.
    own = (off_centred**2).sum(axis=(0, 2)) / (2 * count)
    believed = np.maximum(own, FUSION.residual_mm**2) / FUSION.depth_error_mm**2
    along = looks * (off_centred * depth_centred).sum(axis=(0, 2))
    away = along / (looks * (depth_centred**2).sum(axis=(0, 2)) + believed)
    plane = np.linalg.inv(np.where(np.isfinite(poses.rotation), poses.rotation, np.eye(3))[:, :2, :2])
    rest = off - depth * away[:, None]
    in_face = (
        np.einsum("nij,nkj->nki", plane, np.where(seen[..., None], rest, 0.0)).sum(axis=0) / count[:, None]
    )
    return np.concatenate([in_face, away[:, None]], axis=1)


def _worth(own: FloatArray, spread: FloatArray, settings: FusionSettings) -> FloatArray:
    """Say what each patch of a part is worth, (k, 2): less by its error, and by what it does that the others do not.

    A patch that is lost as soon as its part goes far is sound only where little moves, and what it errs by there is
    little, too. So its worth goes with the square of the share of pictures that show it: a share because it speaks in
    no more of them, and once more because it was tried in no more. Without, three such patches outweighed three that
    were seen throughout, and a chin that moved by 10 mm was lost with them for most of a clip (measured on people of
    seeds 210 to 217; of the one alone the same chin came out at half its size).
    """
    variance = np.full(own.shape[1:], settings.common_error_mm**2)
    for axis in range(2):
        for k in range(own.shape[1]):
            seen = np.isfinite(own[:, k, axis])
            variance[k, axis] += np.mean(spread[seen, k, axis] ** 2) if seen.any() else np.inf
        course = _middle(own[:, :, axis])
        for k in range(own.shape[1]):
            both = np.isfinite(own[:, k, axis]) & np.isfinite(course)
            if both.sum() < settings.min_samples:
                variance[k, axis] = np.inf
                continue
            a, b = course[both] - course[both].mean(), own[both, k, axis] - own[both, k, axis].mean()
            along = float(a @ b) / max(float(a @ a), 1e-12)
            variance[k, axis] += float(np.mean((b - along * a) ** 2))
    shown = np.isfinite(own).mean(axis=0)
    return np.asarray(shown**2 / variance)


def _middle(own: FloatArray) -> FloatArray:
    """Middle of the patches' movements in each picture, (n,); NaN where none is seen."""
    middle = np.full(len(own), np.nan)
    some = np.isfinite(own).any(axis=1)
    middle[some] = np.nanmedian(own[some], axis=1)
    return middle


def _near_edge(share: FloatArray, down_mm: FloatArray, settings: FusionSettings) -> FloatArray:
    """Read a line through the movements of the chin's patches off near its lower edge; shares as given, (n, k, 2).

    There the bone lies close under the skin; what lies higher goes with the lips as well.
    """
    height = (down_mm - down_mm[0])[None, :, None]
    middle = (share * height).sum(axis=1, keepdims=True)
    off = height - middle
    spread = (share * off**2).sum(axis=1, keepdims=True)
    lean = (settings.chin_edge_mm - middle) / (spread + settings.chin_stiffness_mm**2)
    return np.asarray(share * (1.0 + lean * off))


Picture = tuple[FloatArray, FloatArray]
"""A signal by the picture, in mm from rest, and its standard error; shape (n,) each."""


def picture_signals(parts: PartMotion, *, mirrored: bool) -> dict[str, Picture]:
    """Name what the picture shows of the movements that landmarks show, too.

    Parameters
    ----------
    parts : PartMotion
    mirrored : bool
        The picture's left is the patient's left.

    Returns
    -------
    dict of str to (ndarray, ndarray)
        By the names of :func:`tdscreen.motion.face_signals.face_signals`, signs as there.
    """
    sides = ("left", "right") if mirrored else ("right", "left")

    def path(part: Part, axis: int) -> Picture:
        return parts.moved_mm[part][:, axis], parts.error_mm[part][:, axis]

    def apart(one: Part, other: Part, axis: int) -> Picture:
        (a, a_error), (b, b_error) = path(one, axis), path(other, axis)
        return b - a, np.hypot(a_error, b_error)

    def times(factor: float, picture: Picture) -> Picture:
        return factor * picture[0], abs(factor) * picture[1]

    return {
        f"upper_face.brow_{sides[0]}_height": times(-1.0, path(Part.BROW_LEFT, 1)),
        f"upper_face.brow_{sides[1]}_height": times(-1.0, path(Part.BROW_RIGHT, 1)),
        "upper_face.brow_half_distance": times(0.5, apart(Part.BROW_INNER_LEFT, Part.BROW_INNER_RIGHT, 0)),
        "lips.opening": apart(Part.UPPER_LIP, Part.LOWER_LIP, 1),
        "lips.width": apart(Part.CORNER_LEFT, Part.CORNER_RIGHT, 0),
        "lips.side_shift": path(Part.UPPER_LIP, 0),
        "lips.height": times(-1.0, path(Part.UPPER_LIP, 1)),
        "jaw.opening": path(Part.CHIN, 1),
        "jaw.side_shift": path(Part.CHIN, 0),
    }


@dataclass(frozen=True)
class Fused:
    """Signals of both witnesses.

    Attributes
    ----------
    signals : tuple of Signal
        In the order of the landmarks' signals, with an error of each value where the picture was heard.
    from_picture : frozenset of str
        Names of those whose size is the picture's.
    """

    signals: tuple[Signal, ...]
    from_picture: frozenset[str]


def fuse(
    signals: Sequence[Signal], pictures: Mapping[str, Picture], *, settings: FusionSettings = FUSION
) -> Fused:
    """Join what landmarks and picture say of each movement.

    Each counts by the inverse square of its error. The landmarks' error is their jitter and the share of a movement
    that the mesh may lose or add; the picture's comes with it. Where the picture lost sight of a part, the landmarks
    tell its course, in the size that the picture gave them in the rest of the clip.

    Parameters
    ----------
    signals : sequence of Signal
        By landmarks.
    pictures : mapping of str to (ndarray, ndarray)
        From :func:`picture_signals`.
    settings : FusionSettings
    """
    fused, heard = [], set()
    for signal in signals:
        picture = pictures.get(signal.name)
        joined = None if picture is None else _join(signal, *picture, settings)
        if joined is not None:
            heard.add(signal.name)
        fused.append(joined or signal)
    return Fused(tuple(fused), frozenset(heard))


def _join(
    signal: Signal, shown: FloatArray, shown_error: FloatArray, settings: FusionSettings
) -> Signal | None:
    """Join one signal; None if the picture has too little to say, and the landmarks speak alone."""
    told = signal.values
    seen = np.isfinite(told)
    both = seen & np.isfinite(shown)
    if both.sum() < max(settings.min_share_seen * seen.sum(), 2):
        return None
    jitter = jitter_sd(told, signal.times_s)
    told_from_rest = told - np.median(told[both])
    told_error = np.hypot(jitter, settings.mesh_loss * float(np.std(told_from_rest[both])))
    usual = float(np.sqrt(np.mean(shown_error[both] ** 2)))
    if usual > settings.max_error_ratio * told_error:
        return None
    share = told_error**2 / (told_error**2 + usual**2)
    a, b = told_from_rest[both], shown[both]
    spread = float(np.var(a))
    belief = max(jitter, 1e-3) ** 2
    gain = (float(np.mean((a - a.mean()) * (b - b.mean()))) + belief) / (spread + belief)
    told_in_size = gain * told_from_rest + float(np.mean(b) - gain * np.mean(a))
    joined = np.where(both, share * shown + (1 - share) * told_in_size, told_in_size)
    error = np.where(both, np.hypot(share * shown_error, (1 - share) * abs(gain) * jitter), told_error)
    level = float(np.median(told[both]) - np.median(joined[both]))
    return replace(signal, values=np.where(seen, joined + level, np.nan), error=np.where(seen, error, np.nan))
