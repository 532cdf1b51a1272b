"""Patches lie where the skin went, whatever the mesh believes and the light does."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from tdscreen.displacement.follower import FollowedPatches, PatchFollower
from tdscreen.displacement.log import DisplacementLog
from tdscreen.geometry.patches import N_PATCHES, PATCHES, Part, patches_of
from tdscreen.phantom.warp import warp_picture

Picture = NDArray[np.uint8]
Mesh = NDArray[np.float32]
Portrait = tuple[Picture, Mesh]
Followed = Callable[..., tuple[FollowedPatches, FollowedPatches]]

JAW, HELD = (17, 211, 199, 431), 0
SIGMA_PX = 30.0


def pushed(portrait: Portrait, push_px: tuple[float, float]) -> Picture:
    """Push the chin and the lower lip, and hold the upper lip."""
    picture, mesh = portrait
    centres = mesh[[*JAW, HELD], :2].astype(float)
    return warp_picture(
        picture,
        centres_px=centres,
        displacements_px=np.array([*[push_px] * len(JAW), (0.0, 0.0)]),
        sigmas_px=np.full(len(centres), SIGMA_PX),
    )


def index_of(name: str) -> int:
    return next(i for i, patch in enumerate(PATCHES) if patch.name == name)


@pytest.mark.parametrize("push_px", [(0.0, 8.0), (5.0, 0.0), (0.0, 1.0), (-0.5, 0.0)])
def test_a_chin_that_is_pushed_is_found_where_it_went(
    push_px: tuple[float, float], portrait: Portrait, followed: Followed
) -> None:
    before, after = followed(pushed(portrait, push_px))
    chin = index_of("chin_199")

    np.testing.assert_allclose(
        after.points_px[chin] - before.points_px[chin], push_px, atol=0.1 + 0.07 * np.hypot(*push_px)
    )


def test_what_was_not_pushed_is_found_where_it_was(portrait: Portrait, followed: Followed) -> None:
    before, after = followed(pushed(portrait, (0.0, 6.0)))
    still = list(patches_of(Part.BROW_LEFT, Part.BROW_RIGHT, Part.STILL))

    assert np.abs(after.points_px[still] - before.points_px[still]).max() < 0.3


def test_a_mesh_that_trembles_does_not_move_the_patches(portrait: Portrait, followed: Followed) -> None:
    trembling = portrait[1] + np.random.default_rng(1).normal(0, 1.0, portrait[1].shape).astype(np.float32)
    before, after = followed(portrait[0], trembling)

    assert float(np.nanmedian(np.abs(after.points_px - before.points_px))) < 0.05
    assert np.isfinite(after.points_px[:, 0]).mean() > 0.9


def test_a_light_that_fades_moves_nothing(portrait: Portrait, followed: Followed) -> None:
    darker = np.rint(portrait[0] * 0.6 + 12.0).astype(np.uint8)
    before, after = followed(darker)

    assert float(np.nanmedian(np.abs(after.points_px - before.points_px))) < 0.05


def test_skin_behind_a_hand_is_not_found_and_the_rest_is(portrait: Portrait, followed: Followed) -> None:
    picture, mesh = portrait
    covered = picture.copy()
    x, y = mesh[200, :2].astype(int)
    covered[y - 45 :, x - 90 : x + 90] = 120
    _, after = followed(covered)

    assert np.isnan(after.points_px[list(patches_of(Part.CHIN)), 0]).all()
    assert np.isfinite(after.points_px[list(patches_of(Part.RIGID)), 0]).mean() > 0.9


def test_nothing_is_told_while_the_landmarks_settle(portrait: Portrait) -> None:
    follower = PatchFollower()
    told = [np.isfinite(follower.follow(*portrait, index / 30).points_px).any() for index in range(12)]

    assert told == [index / 30 >= 0.3 for index in range(12)]


def test_an_error_is_larger_where_there_is_less_to_see(portrait: Portrait, followed: Followed) -> None:
    noise = np.random.default_rng(2).normal(0, 4, portrait[0].shape)
    _, after = followed(np.clip(portrait[0] + noise, 0, 255).astype(np.uint8))

    brows, cheeks = (
        np.nanmedian(after.error_px[list(patches_of(part))]) for part in (Part.BROW_LEFT, Part.STILL)
    )
    assert brows < cheeks


def test_what_was_followed_of_another_face_than_the_one_chosen_is_left_out(portrait: Portrait) -> None:
    picture, mesh = portrait
    log = DisplacementLog()
    for index in range(14):
        log.append(picture, [mesh], index / 30)
    chosen = np.stack([mesh] * 14)
    chosen[13] += 40.0
    points_px, error_px, iris_px = log.of_face(chosen)

    assert points_px.shape == error_px.shape == (14, N_PATCHES, 2)
    assert np.isfinite(points_px[12]).any()
    assert np.isnan(points_px[13]).all()
    assert np.isfinite(iris_px[0]).all()
