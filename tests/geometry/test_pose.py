"""The pose of a shape is found from its points in the picture, though some of them move by themselves."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from moving import TIMES_S, sine, turned
from tdscreen.geometry.pose import fit_poses, rotations_of

Floats = NDArray[np.float64]

SHAPE_MM = np.random.default_rng(3).normal(0, (40, 40, 12), (20, 3))
SHAPE_MM -= SHAPE_MM.mean(axis=0)
TURN_DEG, NOD_DEG, TILT_DEG = sine(10, 0.3), sine(5, 0.4), sine(6, 0.2)
SCALE = 1.7
ERROR_PX = np.full((len(TIMES_S), 20, 2), 0.1)
UNKNOWN = np.full((len(TIMES_S), 3, 3), np.nan)


@pytest.fixture
def seen_px() -> Floats:
    """Give the points of a head that turns, nods and tilts, as a camera far away sees them."""
    moved = turned(SHAPE_MM, turn_deg=TURN_DEG, nod_deg=NOD_DEG, tilt_deg=TILT_DEG)
    return SCALE * moved[..., :2] + np.stack([sine(4, 0.5), sine(3, 0.6)], axis=1)[:, None] + 300.0


def test_turn_nod_tilt_and_size_are_found(seen_px: Floats) -> None:
    poses = fit_poses(seen_px, SHAPE_MM, ERROR_PX, UNKNOWN, believed_error=0.03)

    np.testing.assert_allclose(poses.scale, SCALE, rtol=1e-3)
    np.testing.assert_allclose(poses.project(SHAPE_MM), seen_px, atol=0.02)
    in_depth = np.einsum("nij,kj->nki", poses.rotation, SHAPE_MM)
    moved = turned(SHAPE_MM, turn_deg=TURN_DEG, nod_deg=NOD_DEG, tilt_deg=TILT_DEG)
    np.testing.assert_allclose(in_depth, moved, atol=0.1)


def test_points_that_move_by_themselves_do_not_carry_the_head_along(seen_px: Floats) -> None:
    own = seen_px.copy()
    own[:, :4, 1] += sine(8, 1.5)[:, None]
    poses = fit_poses(own, SHAPE_MM, ERROR_PX, UNKNOWN, believed_error=0.03)

    np.testing.assert_allclose(poses.project(SHAPE_MM), seen_px, atol=0.3)


def test_pictures_with_too_few_points_have_no_pose(seen_px: Floats) -> None:
    few = seen_px.copy()
    few[50:60, 5:] = np.nan
    poses = fit_poses(few, SHAPE_MM, ERROR_PX, UNKNOWN, believed_error=0.03)

    assert np.flatnonzero(np.isnan(poses.scale)).tolist() == list(range(50, 60))


def test_where_points_tell_little_the_turn_that_is_known_is_kept(seen_px: Floats) -> None:
    flat = SHAPE_MM * [1, 1, 0.01]
    known = rotations_of(np.stack([TURN_DEG, NOD_DEG, TILT_DEG], axis=1))
    noise = np.random.default_rng(4).normal(0, 2.0, seen_px.shape)
    seen = SCALE * np.einsum("nij,kj->nki", known[:, :2], flat) + noise
    with_known = fit_poses(seen, flat, np.full_like(ERROR_PX, 2.0), known, believed_error=0.01)
    without = fit_poses(seen, flat, np.full_like(ERROR_PX, 2.0), UNKNOWN, believed_error=0.01)

    assert np.abs(with_known.rotation - known).max() < 0.05 < np.abs(without.rotation - known).max()


def test_the_error_of_a_pose_is_what_it_scatters(seen_px: Floats) -> None:
    noise = np.random.default_rng(5).normal(0, 0.1, seen_px.shape)
    poses = fit_poses(seen_px + noise, SHAPE_MM, ERROR_PX, UNKNOWN, believed_error=0.03)
    scatter = np.std(poses.project(SHAPE_MM) - seen_px, axis=0)

    np.testing.assert_allclose(np.median(poses.error_px(SHAPE_MM), axis=0).mean(), scatter.mean(), rtol=0.4)
