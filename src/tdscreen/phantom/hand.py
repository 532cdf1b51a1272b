"""A hand whose joints turn by known angles.

Reads a rigged hand in the binary glTF format (Khronos, glTF 2.0), with its 25 joints named as in the WebXR Hand
Input module (W3C): in each joint's own frame -z points along the bone towards the tip and -y out of the palm.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tdscreen.errors import DataError

FloatArray = NDArray[np.float64]

WRIST = "wrist"
KNUCKLE = "{}-finger-phalanx-proximal"
TIP = "{}-finger-tip"
FINGERS = ("index", "middle", "ring", "pinky")
_BONES = ("metacarpal", "phalanx-proximal", "phalanx-intermediate", "phalanx-distal", "tip")

_GLB_MAGIC, _JSON_CHUNK, _BINARY_CHUNK = 0x46546C67, 0x4E4F534A, 0x004E4942
_COMPONENT = {5121: "<u1", 5123: "<u2", 5125: "<u4", 5126: "<f4"}
_WIDTH = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4, "MAT4": 16}


@dataclass(frozen=True)
class Hand:
    """A rigged hand at rest.

    Attributes
    ----------
    vertices_mm : ndarray, shape (v, 3), float64
    triangles : ndarray, shape (t, 3), int64
    joint_names : tuple of str
    joints_mm : ndarray, shape (j, 4, 4), float64
        Where each joint's frame lies at rest: rotation, and place in millimetres.
    weight_joints : ndarray, shape (v, 4), int64
        The joints that each vertex follows.
    weights : ndarray, shape (v, 4), float64
        By how much; they sum to 1.
    """

    vertices_mm: FloatArray
    triangles: NDArray[np.int64]
    joint_names: tuple[str, ...]
    joints_mm: FloatArray
    weight_joints: NDArray[np.int64]
    weights: FloatArray


def read_hand(path: Path, *, palm_mm: float) -> Hand:
    """Read a rigged hand and give it the size of a real one.

    Parameters
    ----------
    path : Path
        A .glb file with one skinned mesh.
    palm_mm : float
        Length from the wrist to the knuckle of the middle finger that the hand is scaled to.

    Returns
    -------
    Hand

    Raises
    ------
    DataError
        If the file is not such a hand.
    """
    document, binary = _chunks(path)
    try:
        skin, primitive = document["skins"][0], document["meshes"][0]["primitives"][0]
        names = tuple(str(document["nodes"][i]["name"]) for i in skin["joints"])
        inverse_bind = _accessor(document, binary, skin["inverseBindMatrices"])
        attributes = {name: _accessor(document, binary, i) for name, i in primitive["attributes"].items()}
        triangles = _accessor(document, binary, primitive["indices"]).astype(np.int64).reshape(-1, 3)
        vertices = attributes["POSITION"].astype(np.float64)
        weights = attributes["WEIGHTS_0"].astype(np.float64)
        weight_joints = attributes["JOINTS_0"].astype(np.int64)
        # glTF stores matrices column by column.
        joints = np.linalg.inv(inverse_bind.astype(np.float64).reshape(-1, 4, 4).transpose(0, 2, 1))
        palm = joints[names.index(KNUCKLE.format("middle")), :3, 3] - joints[names.index(WRIST), :3, 3]
    except (KeyError, IndexError, ValueError) as error:
        raise DataError(f"{path.name} does not hold a rigged hand with WebXR's joints: {error}.") from error
    scale = palm_mm / float(np.linalg.norm(palm))
    joints[:, :3, 3] *= scale
    return Hand(vertices * scale, triangles, names, joints, weight_joints, weights)


def pose(hand: Hand, flexion_deg: Mapping[str, float]) -> tuple[FloatArray, dict[str, FloatArray]]:
    """Bend some joints, by linear blend skinning.

    Parameters
    ----------
    hand : Hand
    flexion_deg : mapping of str to float
        Joint name to the angle by which it bends towards the palm, added to the pose at rest. Everything beyond
        the joint turns with it.

    Returns
    -------
    vertices_mm : ndarray, shape (v, 3), float64
    places_mm : dict of str to ndarray, shape (3,)
        Where each joint, the tips among them, has come to lie.

    Raises
    ------
    ValueError
        If the hand has no such joint.
    """
    unknown = sorted(set(flexion_deg) - set(hand.joint_names))
    if unknown:
        raise ValueError(f"the hand has no joint named {', '.join(unknown)}")
    moves = {name: _move(hand, name, flexion_deg) for name in hand.joint_names}
    stacked = np.stack([moves[name] for name in hand.joint_names])
    blended = np.einsum("vk,vkij->vij", hand.weights, stacked[hand.weight_joints])
    vertices = np.einsum("vij,vj->vi", blended[:, :3, :3], hand.vertices_mm) + blended[:, :3, 3]
    places = {
        name: moves[name][:3, :3] @ joint[:3, 3] + moves[name][:3, 3]
        for name, joint in zip(hand.joint_names, hand.joints_mm, strict=True)
    }
    return vertices, places


def _move(hand: Hand, name: str, flexion_deg: Mapping[str, float]) -> FloatArray:
    """Turn at every bent joint from the wrist to ``name``, the outermost first; shape (4, 4)."""
    move = np.eye(4)
    for joint_name in _chain(name):
        angle = np.deg2rad(flexion_deg.get(joint_name, 0.0))
        if angle:
            frame = hand.joints_mm[hand.joint_names.index(joint_name)]
            turn = np.eye(4)
            # From -z (along the bone) towards -y (out of the palm).
            turn[1:3, 1:3] = [[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]]
            move = move @ frame @ turn @ np.linalg.inv(frame)
    return move


def _chain(name: str) -> list[str]:
    """Joints from the wrist to ``name``, both included."""
    if name == WRIST:
        return [WRIST]
    finger, bone = next((name[: -len(b) - 1], b) for b in _BONES if name.endswith(b))
    return [WRIST, *(f"{finger}-{b}" for b in _BONES[: _BONES.index(bone) + 1])]


def _chunks(path: Path) -> tuple[dict[str, Any], bytes]:
    data = path.read_bytes()
    try:
        magic, _, _ = struct.unpack_from("<III", data, 0)
        json_length, json_kind = struct.unpack_from("<II", data, 12)
        binary_length, binary_kind = struct.unpack_from("<II", data, 20 + json_length)
    except struct.error as error:
        raise DataError(f"{path.name} is not a binary glTF file: it ends too early.") from error
    if (magic, json_kind, binary_kind) != (_GLB_MAGIC, _JSON_CHUNK, _BINARY_CHUNK):
        raise DataError(f"{path.name} is not a binary glTF file.")
    start = 28 + json_length
    return json.loads(data[20 : 20 + json_length]), data[start : start + binary_length]


def _accessor(document: dict[str, Any], binary: bytes, index: int) -> NDArray[Any]:
    """Read one array, shape (count, width), tightly packed as exporters write it."""
    accessor = document["accessors"][index]
    view = document["bufferViews"][accessor["bufferView"]]
    if "byteStride" in view:
        raise ValueError("interleaved arrays are not read")
    width = _WIDTH[accessor["type"]]
    offset = view.get("byteOffset", 0) + accessor.get("byteOffset", 0)
    kind = _COMPONENT[accessor["componentType"]]
    return np.frombuffer(binary, kind, accessor["count"] * width, offset).reshape(accessor["count"], width)
