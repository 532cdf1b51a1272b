"""What a head wears: hair as a shell over the scalp and a curtain behind the ears, and the frame of glasses."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from tdscreen.phantom.person import Person

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
PictureArray = NDArray[np.uint8]

THICKNESS_MM = {"none": 0.0, "cropped": 0.0, "short": 11.0, "bob": 13.0, "long": 13.0}
"""How far hair lifts off the scalp [assumed]."""
_HANGS_TO_MM = {"bob": 95.0, "long": 190.0}
"""Down from the bridge of the nose."""
_CELL_RAD, _CELL_MM = 0.16, 9.0
_CURTAIN_TOP_MM = -92.0
_CURTAIN_FROM_DEG = {"bob": 66.0, "long": 72.0}
_RIM_MM, _RIM_HALF_WIDTH_MM, _RIM_HALF_HEIGHT_MM = 1.1, 24.0, 18.0


@dataclass(frozen=True)
class Mesh:
    """A surface that turns with the head.

    Attributes
    ----------
    vertices : ndarray, shape (v, 3)
        In the head's own frame at rest, mm.
    triangles : ndarray, shape (t, 3), int64
    uv : ndarray, shape (v, 2)
    """

    vertices: FloatArray
    triangles: IntArray
    uv: FloatArray


def shell_mm(person: Person, cover: FloatArray) -> FloatArray:
    """How far the hair lifts off each vertex of the head.

    Parameters
    ----------
    person : Person
    cover : ndarray, shape (v,)
        How much of the skin there is scalp, 0 to 1.
    """
    rise = np.clip((cover - 0.5) / 0.45, 0, 1)
    return np.asarray(0.4 + THICKNESS_MM[person.hair] * rise**0.8)


def curtain(person: Person, head: FloatArray) -> Mesh | None:
    """Hair that hangs beside and behind the face; None for hair that does not.

    Parameters
    ----------
    person : Person
    head : ndarray, shape (v, 3)
        Fine vertices of the head at rest.
    """
    if person.hair not in _HANGS_TO_MM:
        return None
    start = np.deg2rad(_CURTAIN_FROM_DEG[person.hair])
    angles = np.linspace(start, 2 * np.pi - start, 90)
    down = np.linspace(0, 1, 30)
    skull = head[(head[:, 1] < -15) & (head[:, 1] > -75)]
    middle = np.array([0.0, 0.0, (skull[:, 2].min() + skull[:, 2].max()) / 2])
    of_head = np.arctan2(head[:, 0], middle[2] - head[:, 2])
    far = np.hypot(head[:, 0], head[:, 2] - middle[2])
    levels = np.linspace(_CURTAIN_TOP_MM, 0.0, 8)
    reach = np.array([[_reach(far, of_head - a, head[:, 1] - y) for a in angles] for y in levels])
    reach = gaussian_filter(reach, (1.5, 3.0), mode="nearest")
    random = person.random("curtain")
    wave = cv2.resize(
        random.standard_normal((6, 14)).astype(np.float32), (90, 30), interpolation=cv2.INTER_CUBIC
    )
    end = _HANGS_TO_MM[person.hair] + random.normal(0, 8)
    t, a = down[:, None], angles[None]
    height = _CURTAIN_TOP_MM + (end - _CURTAIN_TOP_MM) * t + 0 * a
    at_level = np.stack([np.interp(height[:, 0], levels, reach[:, k]) for k in range(len(angles))], axis=1)
    front = np.exp(-(((np.minimum(a, 2 * np.pi - a) - start) / 0.30) ** 2))
    lift = 12.0 * np.clip(t * 9 - 0.8, -1, 1) * (1 - 0.45 * front) + 5.0 * np.sin(np.pi * np.clip(t, 0, 1))
    radius = at_level + lift + 1.6 * wave - (12.0 if person.hair == "bob" else 2.0) * t**2 * (1 - front)
    ring = np.stack([radius * np.sin(a), height, middle[2] - radius * np.cos(a)], axis=2)
    rows, columns = ring.shape[:2]
    grid = np.arange(rows * columns).reshape(rows, columns)
    quads = np.stack([grid[:-1, :-1], grid[1:, :-1], grid[1:, 1:], grid[:-1, 1:]], axis=2).reshape(-1, 4)
    uv = np.stack(np.broadcast_arrays(a * 0.55 / (2 * np.pi) * 4, t * 0.6), axis=2).reshape(-1, 2)
    return Mesh(ring.reshape(-1, 3), _both(quads), uv)


def _reach(far: FloatArray, turn_rad: FloatArray, rise_mm: FloatArray) -> float:
    """How far the head reaches in a direction: the outermost vertex there, or the nearest where there is none."""
    off = np.maximum(np.abs((turn_rad + np.pi) % (2 * np.pi) - np.pi) / _CELL_RAD, np.abs(rise_mm) / _CELL_MM)
    return float(far[off < max(1.0, float(off.min()) + 1e-9)].max())


def hair_texture(person: Person, colour: FloatArray) -> PictureArray:
    """Strands, running down the picture, shape (1024, 1024, 3), uint8."""
    random = person.random("strands")
    size = 1024
    strands = np.zeros((size, size), np.float32)
    for columns, share in ((256, 0.5), (90, 0.6), (30, 0.5)):
        cells = random.standard_normal((6, columns)).astype(np.float32)
        strands += np.float32(share) * cv2.resize(cells, (size, size), interpolation=cv2.INTER_CUBIC)
    spread = 0.22 if colour.mean() > 0.12 else 0.30
    picture = colour[None, None] * (1 + spread * strands)[:, :, None] + 0.012
    return np.asarray(np.clip(picture * 255, 0, 255), np.uint8)


def glasses(
    eyes: dict[str, tuple[FloatArray, float]], ears: dict[str, FloatArray], bridge_mm: FloatArray
) -> Mesh:
    """Make a thin frame: two rims, a bridge and two temples.

    Parameters
    ----------
    eyes : dict
        Centre and radius of each eyeball.
    ears : dict
        Where each temple rests.
    bridge_mm : ndarray, shape (3,)
        Skin at the bridge of the nose.
    """
    pieces = []
    rims = {}
    for side, (centre, radius) in eyes.items():
        turn = np.linspace(0, 2 * np.pi, 56, endpoint=False)
        sign = 1.0 if centre[0] > 0 else -1.0
        x = np.sign(np.cos(turn)) * np.abs(np.cos(turn)) ** 0.8 * _RIM_HALF_WIDTH_MM
        y = np.sign(np.sin(turn)) * np.abs(np.sin(turn)) ** 0.8 * _RIM_HALF_HEIGHT_MM
        depth = min(centre[2] - radius - 9.0, bridge_mm[2] + 3.0)
        z = depth + np.maximum(sign * x, 0) * 0.22
        ring = np.stack([centre[0] + sign * 1.5 + x, centre[1] + 3.0 + y, z], axis=1)
        rims[side] = ring
        pieces.append(_tube(np.vstack([ring, ring[:1]]), _RIM_MM))
        outer = ring[np.argmax(sign * ring[:, 0])] + [0.0, -6.0, 0.0]
        pieces.append(_tube(np.linspace(outer, ears[side], 12), _RIM_MM))
    inner = {side: ring[np.argmin(np.abs(ring[:, 0]))] for side, ring in rims.items()}
    s = np.linspace(0, 1, 12)[:, None]
    arc = inner["right"] * (1 - s) + inner["left"] * s
    arc[:, 1] -= 5.0 + 3.0 * np.sin(np.pi * s[:, 0])
    arc[:, 2] -= 2.0 * np.sin(np.pi * s[:, 0])
    pieces.append(_tube(arc, _RIM_MM))
    vertices, triangles, n = [], [], 0
    for points, faces in pieces:
        vertices.append(points)
        triangles.append(faces + n)
        n += len(points)
    joined = np.concatenate(vertices)
    return Mesh(joined, np.concatenate(triangles), np.full((len(joined), 2), 0.5))


def _tube(course: FloatArray, radius: float) -> tuple[FloatArray, IntArray]:
    along = np.gradient(course, axis=0)
    along /= np.linalg.norm(along, axis=1, keepdims=True)
    side = np.cross(along, [0.0, 0.3, 1.0])
    side /= np.linalg.norm(side, axis=1, keepdims=True)
    other = np.cross(along, side)
    turn = np.linspace(0, 2 * np.pi, 6, endpoint=False)
    points = course[:, None] + radius * (
        np.cos(turn)[None, :, None] * side[:, None] + np.sin(turn)[None, :, None] * other[:, None]
    )
    grid = np.arange(len(course) * 6).reshape(len(course), 6)
    after = np.roll(grid, -1, axis=1)
    quads = np.stack([grid[:-1], after[:-1], after[1:], grid[1:]], axis=2).reshape(-1, 4)
    return points.reshape(-1, 3), _both(quads)


def _both(quads: IntArray) -> IntArray:
    return np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]])
