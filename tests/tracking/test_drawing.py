"""Landmarks drawn on a picture."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import pytest

from tdscreen.tracking.drawing import HAND_COLOURS, draw_landmarks
from tdscreen.tracking.tracks import LEFT, RIGHT, Tracks

GREY = 90


@pytest.fixture(scope="module")
def hand_tracks(sample_tracks: Callable[[str], Tracks]) -> Tracks:
    return sample_tracks("fingers_2hz.mp4")


def blank(tracks: Tracks) -> np.ndarray:
    return np.full((tracks.image_height_px, tracks.image_width_px, 3), GREY, np.uint8)


def nobody(tracks: Tracks) -> Tracks:
    return dataclasses.replace(
        tracks,
        face_valid=np.zeros_like(tracks.face_valid),
        hands_valid=np.zeros_like(tracks.hands_valid),
    )


def near(drawn: np.ndarray, x: float, y: float, reach: int = 3) -> np.ndarray:
    column, row = round(x), round(y)
    return drawn[max(row - reach, 0) : row + reach + 1, max(column - reach, 0) : column + reach + 1]


def test_each_lip_corner_eye_corner_and_the_chin_lie_on_a_line(
    sample_tracks: Callable[[str], Tracks],
) -> None:
    tracks = sample_tracks("rest.mp4")
    drawn = draw_landmarks(blank(tracks), tracks, 30)
    for point in (61, 291, 0, 17, 33, 263, 133, 362, 152):
        x, y = tracks.face_px[30, point, :2]
        assert (near(drawn, x, y) != GREY).any(), point
    forehead = tracks.face_px[30, 151, :2]
    assert (near(drawn, *forehead) == GREY).all(), "where nothing is followed nothing is drawn"


def test_the_picture_that_was_given_is_left_as_it_was(sample_tracks: Callable[[str], Tracks]) -> None:
    tracks = sample_tracks("rest.mp4")
    given = blank(tracks)
    drawn = draw_landmarks(given, tracks, 30)
    assert (given == GREY).all()
    assert drawn.shape == given.shape
    assert drawn.dtype == np.uint8


def test_where_nobody_was_followed_nothing_is_drawn(sample_tracks: Callable[[str], Tracks]) -> None:
    tracks = nobody(sample_tracks("rest.mp4"))
    assert (draw_landmarks(blank(tracks), tracks, 30) == GREY).all()


@pytest.mark.parametrize("side", [LEFT, RIGHT])
def test_a_hand_is_drawn_in_the_colour_of_its_side_and_named(side: int, hand_tracks: Tracks) -> None:
    index = 30
    hand = hand_tracks.hands_px[index, LEFT]
    assert hand_tracks.hands_valid[index, LEFT]
    hands, valid = hand_tracks.hands_px.copy(), np.zeros_like(hand_tracks.hands_valid)
    hands[:, side], valid[:, side] = hand, True
    drawn = draw_landmarks(
        blank(hand_tracks), dataclasses.replace(hand_tracks, hands_px=hands, hands_valid=valid), index
    )
    for x, y, _ in hand:
        assert (near(drawn, x, y, 1) == HAND_COLOURS[side]).all(axis=2).any()
    # The name stands to the right of the wrist, where no line of the hand goes.
    assert (drawn != GREY).any(axis=2).sum() > 1000


def test_points_outside_the_picture_do_no_harm(sample_tracks: Callable[[str], Tracks]) -> None:
    tracks = sample_tracks("rest.mp4")
    far = dataclasses.replace(tracks, face_px=tracks.face_px * 3 - 2000)
    assert draw_landmarks(blank(tracks), far, 30).shape == blank(tracks).shape


def test_a_large_picture_has_thicker_lines(sample_tracks: Callable[[str], Tracks]) -> None:
    tracks = sample_tracks("rest.mp4")
    small = draw_landmarks(blank(tracks), tracks, 30)
    larger = dataclasses.replace(tracks, face_px=tracks.face_px * 3)
    large = draw_landmarks(np.repeat(np.repeat(blank(tracks), 3, axis=0), 3, axis=1), larger, 30)
    share = [(picture != GREY).any(axis=2).mean() for picture in (small, large)]
    assert share[1] == pytest.approx(share[0], rel=0.5)
