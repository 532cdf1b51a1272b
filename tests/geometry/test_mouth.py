"""The crop of the mouth goes with the head, and not with the mouth."""

from __future__ import annotations

import numpy as np
import pytest

from tdscreen.geometry.mouth import (
    CROP_WIDTH_EYES,
    EYE_CORNERS,
    MOUTH_CORNERS,
    NOSE_BASE,
    NOSE_ROW,
    eye_centres,
    lip_line,
    mouth_crop,
)

EYES_PX = 126.0


def made_face(
    *, turn_deg: float = 0.0, zoom: float = 1.0, at=(300.0, 200.0), yaw_deg: float = 0.0, mouth_to=0.0
):
    """Give a mesh of the few points that the crop hangs on, the bridge of the nose at a place in the picture."""
    face = np.zeros((478, 3), dtype=np.float32)
    for (outer, inner), side in zip(EYE_CORNERS, (-1, 1), strict=True):
        face[outer] = (side * (EYES_PX / 2 + 15), 0, 0)
        face[inner] = (side * (EYES_PX / 2 - 15), 0, 0)
    face[NOSE_BASE] = (0, 90, -20)
    face[MOUTH_CORNERS[0]], face[MOUTH_CORNERS[1]] = (-50 + mouth_to, 130, 0), (50 + mouth_to, 130, 0)
    yaw, turn = np.radians(yaw_deg), np.radians(turn_deg)
    about_y = np.array([[np.cos(yaw), 0, np.sin(yaw)], [0, 1, 0], [-np.sin(yaw), 0, np.cos(yaw)]])
    about_z = np.array([[np.cos(turn), -np.sin(turn), 0], [np.sin(turn), np.cos(turn), 0], [0, 0, 1]])
    return (zoom * face @ (about_z @ about_y).T + (*at, 0)).astype(np.float32)


def in_crop(matrix, point):
    return np.linalg.solve(matrix[:, :2], np.asarray(point, float)[:2] - matrix[:, 2])


def test_the_nose_lies_at_the_top_of_the_crop_and_the_mouth_in_its_middle() -> None:
    face = made_face()
    column, row = in_crop(mouth_crop(face), face[NOSE_BASE])
    assert (column, row) == (pytest.approx(31.5), pytest.approx(NOSE_ROW))
    left, right = (in_crop(mouth_crop(face), face[corner]) for corner in MOUTH_CORNERS)
    assert left[0] + right[0] == pytest.approx(63.0)


@pytest.mark.parametrize(
    "how", [{"turn_deg": 30.0}, {"turn_deg": -170.0}, {"zoom": 0.3}, {"at": (900.0, 40.0)}], ids=str
)
def test_a_head_that_tilts_comes_nearer_or_moves_shows_its_mouth_at_the_same_place(how) -> None:
    still, moved = made_face(), made_face(**how)
    for number in (NOSE_BASE, *MOUTH_CORNERS):
        expected = in_crop(mouth_crop(still), still[number])
        np.testing.assert_allclose(in_crop(mouth_crop(moved), moved[number]), expected, atol=1e-3)


def test_a_head_that_turns_away_keeps_its_size() -> None:
    sizes = [np.hypot(*mouth_crop(made_face(yaw_deg=yaw))[:, 0]) for yaw in (0.0, 30.0)]
    assert sizes[1] == pytest.approx(sizes[0], rel=1e-4)
    assert sizes[0] == pytest.approx(EYES_PX * CROP_WIDTH_EYES / 64)


def test_a_mouth_drawn_aside_is_followed_by_half() -> None:
    one, other = mouth_crop(made_face()), mouth_crop(made_face(mouth_to=20.0))
    np.testing.assert_allclose(other[:, 2] - one[:, 2], (10.0, 0.0), atol=1e-4)


def test_the_eyes_are_told_in_the_order_of_the_picture() -> None:
    eyes = eye_centres(made_face())
    assert eyes[0, 0] == pytest.approx(300 - EYES_PX / 2)
    assert eyes[1, 0] == pytest.approx(300 + EYES_PX / 2)


def test_the_lip_line_hangs_between_the_corners_and_is_flat_beyond_them() -> None:
    corners = np.array([[10.0, 30.0], [50.0, 32.0]])
    line = lip_line(np.array([0.0, 10.0, 20.0, 30.0, 40.0, 50.0, 63.0]), np.array([30.0, 40.0]), corners)
    np.testing.assert_allclose(line, [30, 30, 37.5, 40, 38, 32, 32])
