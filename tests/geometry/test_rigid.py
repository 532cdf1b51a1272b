"""Known movements of a rigid shape are found exactly."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from tdscreen.geometry.rigid import align, fit_similarity

SHAPE = np.random.default_rng(3).normal(0, 50, (12, 3))


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 10**6), scale=st.floats(0.05, 20), dimensions=st.sampled_from([2, 3]))
def test_a_known_scale_rotation_and_shift_are_found_exactly(seed: int, scale: float, dimensions: int) -> None:
    rng = np.random.default_rng(seed)
    target = rng.normal(0, 50, (9, dimensions))
    if dimensions == 3:
        rotation = Rotation.random(random_state=seed).as_matrix()
    else:
        angle = rng.uniform(-np.pi, np.pi)
        rotation = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    shift = rng.normal(0, 500, dimensions)
    source = (target - shift) @ rotation / scale
    found_scale, found_rotation, found_shift = fit_similarity(source[None], target)
    assert found_scale[0] == pytest.approx(scale, rel=1e-9)
    np.testing.assert_allclose(found_rotation[0], rotation, atol=1e-9)
    np.testing.assert_allclose(found_shift[0], shift, atol=1e-6 * max(scale, 1))


@pytest.mark.parametrize("dimensions", [2, 3])
def test_a_mirror_image_is_never_fitted_by_a_reflection(dimensions: int) -> None:
    target = SHAPE[:, :dimensions]
    mirrored = target * np.r_[-1, np.ones(dimensions - 1)]
    _, rotation, _ = fit_similarity(mirrored[None], target)
    assert np.linalg.det(rotation[0]) == pytest.approx(1)
    np.testing.assert_allclose(rotation[0] @ rotation[0].T, np.eye(dimensions), atol=1e-12)


def test_a_flat_shape_is_never_fitted_by_a_reflection() -> None:
    flat = SHAPE * (1, 1, 0)
    for seed in range(20):
        turned = flat @ Rotation.random(random_state=seed).as_matrix()
        _, rotation, _ = fit_similarity(turned[None], flat)
        assert np.linalg.det(rotation[0]) == pytest.approx(1)
        np.testing.assert_allclose(turned @ rotation[0].T, flat - flat.mean(0) + flat.mean(0), atol=1e-6)


def moving(frames: int = 60) -> np.ndarray:
    rng = np.random.default_rng(8)
    angles = np.cumsum(rng.normal(0, 0.05, (frames, 3)), axis=0)
    scale = rng.uniform(0.7, 1.4, frames)
    return scale[:, None, None] * (SHAPE @ Rotation.from_rotvec(angles).as_matrix()) + rng.normal(
        0, 100, (frames, 1, 3)
    )


def test_a_shape_that_moves_as_a_whole_is_held_perfectly_still() -> None:
    aligned, rotation, scale = align(moving(), fit_on=(0, 1, 2, 3, 4, 5))
    assert np.ptp(aligned, axis=0).max() < 1e-9
    assert rotation.shape == (60, 3, 3)
    assert scale.shape == (60,)


def test_frames_that_do_not_show_the_shape_stay_unseen_and_change_nothing_else() -> None:
    shape = moving()
    gaps = shape.copy()
    gaps[[0, 5, 6, 59]] = np.nan
    aligned, rotation, scale = align(gaps, fit_on=(0, 1, 2, 3, 4, 5))
    unseen = np.isnan(aligned).all(axis=(1, 2))
    assert np.flatnonzero(unseen).tolist() == [0, 5, 6, 59]
    assert np.flatnonzero(np.isnan(scale)).tolist() == [0, 5, 6, 59]
    assert np.isnan(rotation[unseen]).all()
    assert np.ptp(aligned[~unseen], axis=0).max() < 1e-9


def test_a_shape_never_seen_gives_nothing_and_no_warning() -> None:
    aligned, rotation, scale = align(np.full((5, 12, 3), np.nan), fit_on=(0, 1, 2))
    assert np.isnan(aligned).all()
    assert np.isnan(rotation).all()
    assert np.isnan(scale).all()


def test_a_point_that_moves_against_the_rest_moves_as_far_after_the_fit() -> None:
    still = np.repeat(SHAPE[None], 60, axis=0)
    still[:, 11, 0] += np.linspace(0, 3, 60)
    angles = np.linspace(0, 0.4, 60)[:, None] * (0, 1, 0.3)
    shaken = still @ Rotation.from_rotvec(angles).as_matrix() + (5, 6, 7)
    aligned, _, _ = align(shaken, fit_on=(0, 1, 2, 3, 4, 5))
    assert np.linalg.norm(aligned[-1, 11] - aligned[0, 11]) == pytest.approx(3, rel=0.02)
    assert np.ptp(aligned[:, 10], axis=0).max() < 1e-9
