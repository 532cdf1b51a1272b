"""Subdividing rounds what is angular, keeps what is flat, and is a matrix."""

from __future__ import annotations

import numpy as np
import pytest

from tdscreen.phantom.surface import around, normals, part

CUBE = np.array([[x, y, z] for x in (-1.0, 1.0) for y in (-1.0, 1.0) for z in (-1.0, 1.0)])
CUBE_FACES = np.array([[0, 1, 3, 2], [4, 6, 7, 5], [0, 4, 5, 1], [2, 3, 7, 6], [0, 2, 6, 4], [1, 5, 7, 3]])


def test_a_cube_becomes_nearly_a_ball_whose_normals_point_outwards():
    fine = part(CUBE_FACES, levels=3)
    at = fine.refine @ CUBE
    far = np.linalg.norm(at, axis=1)
    assert len(fine.quads) == 6 * 4**3
    assert far.max() / far.min() < 1.2
    facing = normals(at, fine.triangles, around(fine.triangles, len(at)))
    assert (facing * at).sum(axis=1).min() / far.max() > 0.8


def test_a_flat_sheet_stays_flat_and_as_large():
    grid = np.arange(16).reshape(4, 4)
    faces = np.stack([grid[:-1, :-1], grid[:-1, 1:], grid[1:, 1:], grid[1:, :-1]], axis=2).reshape(-1, 4)
    x, y = np.meshgrid(np.arange(4.0), np.arange(4.0))
    sheet = np.stack([x.ravel(), y.ravel(), 0.3 * x.ravel() + 2], axis=1)
    fine = part(faces)
    at = fine.refine @ sheet
    np.testing.assert_allclose(at[:, 2], 0.3 * at[:, 0] + 2, atol=1e-12)
    assert at[:, 0].max() == pytest.approx(3.0, abs=0.26)
    np.testing.assert_allclose(fine.refine.sum(axis=1), 1.0)
    assert sorted(np.bincount(fine.parent)) == [4] * 9


def test_a_triangle_among_the_faces_becomes_three():
    fine = part(np.array([[0, 1, 2, 2], [1, 3, 2, 2]]))
    assert len(fine.quads) == 6
    assert fine.refine.shape == (4 + 5 + 2, 4)
