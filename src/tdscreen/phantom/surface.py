"""Meshes of four-cornered faces made finer, and the directions in which they face."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True)
class Part:
    """A piece of the base mesh, made finer.

    Attributes
    ----------
    coarse : ndarray, shape (c,), int64
        Vertices of the base mesh that it is made of.
    refine : sparse matrix, shape (v, c), float64
        Fine vertices from the coarse ones; subdividing is linear.
    quads : ndarray, shape (q, 4), int64
        Fine faces, into the fine vertices.
    parent : ndarray, shape (q,), int64
        Which of the faces that it was cut from each fine one is a part of.
    """

    coarse: IntArray
    refine: sparse.csr_matrix
    quads: IntArray
    parent: IntArray

    @property
    def triangles(self) -> IntArray:
        """Two for each face, shape (2 q, 3)."""
        return np.concatenate([self.quads[:, [0, 1, 2]], self.quads[:, [0, 2, 3]]])


def part(faces: IntArray, *, levels: int = 1) -> Part:
    """Cut faces out of a mesh and subdivide them (Catmull and Clark 1978, borders kept as curves of their own).

    Parameters
    ----------
    faces : ndarray, shape (f, 4), int64
        A triangle repeats its last corner.
    levels : int
        How often each face becomes four.
    """
    coarse, local = np.unique(faces, return_inverse=True)
    quads = local.reshape(-1, 4)
    refine = sparse.identity(len(coarse), format="csr")
    parent = np.arange(len(quads))
    for _ in range(levels):
        step, quads, came_from = _catmull_clark(quads, refine.shape[0])
        refine, parent = (step @ refine).tocsr(), parent[came_from]
    return Part(coarse, refine, quads, parent)


def _catmull_clark(quads: IntArray, n: int) -> tuple[sparse.csr_matrix, IntArray, IntArray]:
    """One step: the matrix to the finer vertices (old, then edges', then faces'), finer faces, whence each came."""
    f = len(quads)
    starts, ends = quads.ravel(), np.roll(quads, -1, axis=1).ravel()
    face_of = np.repeat(np.arange(f), 4)
    real = starts != ends
    pairs = np.sort(np.stack([starts, ends], axis=1)[real], axis=1)
    edges, index = np.unique(pairs, axis=0, return_inverse=True)
    edge_of = np.full(4 * f, -1)
    edge_of[real] = index.ravel()
    e = len(edges)
    used = np.bincount(edge_of[real], minlength=e)

    corners = np.maximum((quads != np.roll(quads, -1, axis=1)).sum(axis=1), 1)
    distinct = real.astype(float)
    face_points = sparse.csr_matrix((distinct / corners[face_of], (face_of, starts)), (f, n))
    middles = sparse.csr_matrix((np.full(2 * e, 0.5), (np.repeat(np.arange(e), 2), edges.ravel())), (e, n))
    beside = sparse.csr_matrix((np.ones(int(real.sum())), (edge_of[real], face_of[real])), (e, f))
    inner = used == 2
    edge_points = sparse.diags(np.where(inner, 0.5, 1.0)) @ middles + sparse.diags(
        np.where(inner, 0.25, 0.0)
    ) @ (beside @ face_points)

    border = ~inner
    on_border = np.zeros(n, bool)
    on_border[edges[border].ravel()] = True
    at_face = sparse.csr_matrix((distinct, (starts, face_of)), (n, f))
    at_edge = sparse.csr_matrix((np.ones(2 * e), (edges.ravel(), np.repeat(np.arange(e), 2))), (n, e))
    valence = np.maximum(np.asarray(at_edge.sum(axis=1)).ravel(), 1)
    faces_at = np.maximum(np.asarray(at_face.sum(axis=1)).ravel(), 1)
    smooth = (
        sparse.diags(1 / (faces_at * valence)) @ at_face @ face_points
        + sparse.diags(2 / valence**2) @ at_edge @ middles
        + sparse.diags((valence - 3) / valence)
    )
    at_border = at_edge @ sparse.diags(border.astype(float))
    borders = np.maximum(np.asarray(at_border.sum(axis=1)).ravel(), 1)
    # A border vertex is half itself and half the middles of its border edges; where borders cross it stays.
    plain = on_border & (borders == 2)
    along = sparse.identity(n) * 0.5 + 0.5 * (sparse.diags(1 / borders) @ at_border @ middles)
    kept = on_border & ~plain
    vertex_points = (
        sparse.diags((~on_border).astype(float)) @ smooth
        + sparse.diags(plain.astype(float)) @ along
        + sparse.diags(kept.astype(float))
    )

    rows, came_from = [], []
    before = edge_of.reshape(f, 4)
    for k in range(4):
        good = before[:, k] >= 0
        last = np.where(before[:, k - 1] >= 0, before[:, k - 1], before[:, k - 2])
        rows.append(
            np.stack(
                [quads[:, k], n + before[:, k], n + e + np.arange(f), n + last],
                axis=1,
            )[good]
        )
        came_from.append(np.flatnonzero(good))
    step = sparse.vstack([vertex_points, edge_points, face_points]).tocsr()
    return step, np.concatenate(rows), np.concatenate(came_from)


def normals(vertices: FloatArray, triangles: IntArray, gather: sparse.csr_matrix) -> FloatArray:
    """Directions of a smooth surface, weighted by area, shape (v, 3), of length one.

    Parameters
    ----------
    vertices : ndarray, shape (v, 3)
    triangles : ndarray, shape (t, 3), int64
    gather : sparse matrix, shape (v, t)
        From :func:`around`.
    """
    a, b, c = (vertices[triangles[:, k]] for k in range(3))
    u, w = b - a, c - a
    cross = np.empty_like(u)
    cross[:, 0] = u[:, 1] * w[:, 2] - u[:, 2] * w[:, 1]
    cross[:, 1] = u[:, 2] * w[:, 0] - u[:, 0] * w[:, 2]
    cross[:, 2] = u[:, 0] * w[:, 1] - u[:, 1] * w[:, 0]
    summed = gather @ cross
    length = np.sqrt(np.einsum("ij,ij->i", summed, summed))
    return np.asarray(summed / np.maximum(length, 1e-12)[:, None])


def around(triangles: IntArray, n_vertices: int) -> sparse.csr_matrix:
    """Which triangles touch which vertex, shape (n_vertices, t)."""
    t = len(triangles)
    return sparse.csr_matrix(
        (np.ones(3 * t), (triangles.ravel(), np.repeat(np.arange(t), 3))), (n_vertices, t)
    )
