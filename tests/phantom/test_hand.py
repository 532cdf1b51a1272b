"""A rigged hand is read from its file, and its joints turn by the angles asked for."""

from __future__ import annotations

import json
import struct

import numpy as np
import pytest

from tdscreen.errors import DataError
from tdscreen.phantom.hand import KNUCKLE, TIP, WRIST, pose, read_hand

BONES = ("metacarpal", "phalanx-proximal", "phalanx-intermediate", "phalanx-distal", "tip")
NAMES = [WRIST, *(f"{finger}-finger-{bone}" for finger in ("index", "middle") for bone in BONES)]
PLACES = np.array([[0.0, 0.0, 0.0]] + [[x, 0.0, -0.05 * i] for x in (0.0, 0.02) for i in range(1, 6)])
"""Fingers along -z, palm down (-y): every joint's frame is turned as the world is. The palm is 0.1 units long
along z, and the middle finger lies 0.02 to its side."""


def write_glb(path, *, names=NAMES):
    """Write a hand of one vertex at each joint, each wholly moved by that joint."""
    n = len(names)
    inverse_bind = np.tile(np.eye(4, dtype="<f4"), (n, 1, 1))
    inverse_bind[:, :3, 3] = -PLACES
    weights = np.zeros((n, 4), "<f4")
    weights[:, 0] = 1
    joints = np.zeros((n, 4), "u1")
    joints[:, 0] = np.arange(n)
    arrays = [
        (PLACES.astype("<f4"), 5126, "VEC3", n),
        (joints, 5121, "VEC4", n),
        (weights, 5126, "VEC4", n),
        (np.array([0, 1, 2], "<u2"), 5123, "SCALAR", 3),
        (inverse_bind.transpose(0, 2, 1), 5126, "MAT4", n),
    ]
    binary, views, accessors = b"", [], []
    for i, (array, component, kind, count) in enumerate(arrays):
        views.append({"byteOffset": len(binary), "byteLength": array.nbytes})
        accessors.append({"bufferView": i, "componentType": component, "type": kind, "count": count})
        binary += array.tobytes()
        binary += b"\0" * (-len(binary) % 4)
    document = {
        "nodes": [{"name": name} for name in names],
        "skins": [{"joints": list(range(n)), "inverseBindMatrices": 4}],
        "meshes": [
            {"primitives": [{"attributes": {"POSITION": 0, "JOINTS_0": 1, "WEIGHTS_0": 2}, "indices": 3}]}
        ],
        "bufferViews": views,
        "accessors": accessors,
    }
    text = json.dumps(document).encode()
    text += b" " * (-len(text) % 4)
    chunks = struct.pack("<II", len(text), 0x4E4F534A) + text
    chunks += struct.pack("<II", len(binary), 0x004E4942) + binary
    path.write_bytes(struct.pack("<III", 0x46546C67, 2, 12 + len(chunks)) + chunks)
    return path


@pytest.fixture
def hand(tmp_path):
    return read_hand(write_glb(tmp_path / "hand.glb"), palm_mm=np.hypot(100.0, 20.0))


def test_the_hand_has_the_size_asked_for(hand):
    _, places = pose(hand, {})

    np.testing.assert_allclose(places[TIP.format("index")], (0.0, 0.0, -250.0), atol=1e-3)
    np.testing.assert_allclose(hand.vertices_mm, PLACES * 1000, atol=1e-3)


def test_a_finger_bent_by_90_degrees_points_out_of_the_palm(hand):
    vertices, places = pose(hand, {KNUCKLE.format("index"): 90.0})

    # The knuckle is 100 mm from the wrist, the tip 150 mm beyond it, and the palm looks along -y.
    np.testing.assert_allclose(places[TIP.format("index")], (0.0, -150.0, -100.0), atol=1e-3)
    np.testing.assert_allclose(vertices[NAMES.index(TIP.format("index"))], (0.0, -150.0, -100.0), atol=1e-3)


def test_what_is_not_beyond_the_joint_stays(hand):
    vertices, _ = pose(hand, {KNUCKLE.format("index"): 30.0})

    moved = np.linalg.norm(vertices - hand.vertices_mm, axis=1) > 1e-6
    assert [name for name, m in zip(NAMES, moved, strict=True) if m] == [
        f"index-finger-{bone}" for bone in BONES[2:]
    ]


def test_bends_along_a_finger_add_up(hand):
    _, places = pose(
        hand, {KNUCKLE.format("index"): 45.0, "index-finger-phalanx-intermediate": 45.0, WRIST: 0.0}
    )

    last = places[TIP.format("index")] - places["index-finger-phalanx-distal"]
    np.testing.assert_allclose(last, (0.0, -50.0, 0.0), atol=1e-3)


def test_a_joint_that_the_hand_does_not_have_is_named(hand):
    with pytest.raises(ValueError, match="sixth-finger"):
        pose(hand, {"sixth-finger-tip": 10.0})


@pytest.mark.parametrize("content", [b"", b"not a hand at all, but long enough to look at the first bytes"])
def test_a_file_that_is_no_glb_is_refused_in_a_sentence(tmp_path, content):
    (tmp_path / "hand.glb").write_bytes(content)

    with pytest.raises(DataError, match=r"hand\.glb is not a binary glTF file"):
        read_hand(tmp_path / "hand.glb", palm_mm=95.0)


def test_a_glb_without_a_hand_in_it_is_refused_in_a_sentence(tmp_path):
    path = write_glb(tmp_path / "dog.glb", names=[f"paw-{i}" for i in range(len(NAMES))])

    with pytest.raises(DataError, match=r"dog\.glb does not hold a rigged hand"):
        read_hand(path, palm_mm=95.0)
