"""What the room behind a person tells of the camera."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from skimage import data

from tdscreen.tracking.background import BackgroundFollower

Picture = NDArray[np.uint8]
Floats = NDArray[np.float64]

WIDTH, HEIGHT, FPS = 640, 480, 30
TIMES_S = np.arange(60) / FPS
FACE = np.array([[260.0, 160.0], [380.0, 320.0]])
"""Corners of a face in the middle of the picture."""
SHIFT_X, SHIFT_Y, TURN = (
    a * np.sin(2 * np.pi * hz * TIMES_S) for a, hz in ((6.0, 1.7), (4.0, 4.1), (0.01, 2.3))
)


def filmed(scene: Picture, person: Callable[[int], Picture | None] = lambda _: None) -> Iterator[Picture]:
    """Film a room with a hand that shakes, and with the noise of a camera."""
    rng = np.random.default_rng(0)
    large = cv2.resize(scene, (WIDTH + 80, HEIGHT + 80))
    for index in range(len(TIMES_S)):
        cos, sin = np.cos(TURN[index]), np.sin(TURN[index])
        about = np.array([WIDTH / 2 + 40, HEIGHT / 2 + 40])
        turn = np.array([[cos, -sin], [sin, cos]])
        shift = about - 40 - turn @ about + (SHIFT_X[index], SHIFT_Y[index])
        picture = cv2.warpAffine(
            large, np.column_stack([turn, shift]), (WIDTH, HEIGHT), flags=cv2.INTER_CUBIC
        )
        shown = person(index)
        if shown is not None:
            top, left = 120, 220 + round(30 * np.sin(index / 3))
            picture[top : top + shown.shape[0], left : left + shown.shape[1]] = shown
        yield np.clip(picture + rng.normal(0, 3, picture.shape), 0, 255).astype(np.uint8)


def followed(pictures: Iterator[Picture], *, faces: bool = True) -> Floats:
    follower = BackgroundFollower()
    return np.array(
        [
            follower.follow(picture, time_s, faces=[FACE] if faces else [], hands=[])
            for picture, time_s in zip(pictures, TIMES_S, strict=True)
        ]
    )


@pytest.fixture(scope="module")
def room() -> Picture:
    return np.asarray(data.coffee())


def truth() -> Floats:
    path = np.stack([SHIFT_X, SHIFT_Y, TURN], axis=1)
    return np.asarray(path - path[0])


def test_a_shaking_camera_is_found_to_a_quarter_of_a_pixel(room: Picture) -> None:
    error = followed(filmed(room)) - truth()
    assert np.isfinite(error).all()
    assert error[:, :2].std(axis=0).max() < 0.25
    assert np.degrees(error[:, 2].std()) < 0.05


def test_a_person_who_sways_before_a_still_room_is_no_camera_that_moves(room: Picture) -> None:
    person = cv2.resize(data.astronaut(), (200, 360))
    error = followed(filmed(room, lambda _: person)) - truth()
    assert np.isfinite(error).all()
    assert error[:, :2].std(axis=0).max() < 0.3


def test_a_blank_wall_shows_nothing_and_nothing_is_made_up() -> None:
    wall = np.full((400, 600, 3), 150, np.uint8)
    person = cv2.resize(data.astronaut(), (200, 360))
    # The first picture lies where it lies.
    assert np.isnan(followed(filmed(wall, lambda _: person))[1:]).all()


def test_after_a_break_nothing_is_joined_to_what_was_before(room: Picture) -> None:
    pictures = list(filmed(room))
    for index in range(20, 23):
        pictures[index] = np.full_like(pictures[index], 128)
    known = np.isfinite(followed(iter(pictures))[:, 0])
    assert known[:20].all()
    assert not known[20:31].any(), "a spline would join what lies nearer than a fifth of a second"
    assert known[34:].all()
