"""A phone that is held in a hand is noticed, and a person who moves before one that stands is not."""

from __future__ import annotations

import itertools
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from tdscreen.patientapp.steadiness import is_shaken

Picture = NDArray[np.uint8]
SAMPLES = Path(__file__).resolve().parents[2] / "sample_videos"
RANDOM = np.random.default_rng(7)


def room(contrast: float = 30.0) -> NDArray[np.float64]:
    """Give a room of coarse and fine things, larger than a thumbnail."""
    fine = RANDOM.normal(0.0, 1.0, (240, 320))
    found = sum(cv2.GaussianBlur(fine, (0, 0), sigma) * sigma for sigma in (2.0, 6.0, 15.0))
    return 128.0 + contrast * found / np.std(found)


def thumbnail(of: NDArray[np.float64], *, right_px: int = 0, down_px: int = 0, person_px: int = 0) -> Picture:
    """Look into the room, with a person in the middle who stands at ``person_px``, through a noisy camera."""
    seen = of[30 + down_px : 30 + down_px + 180, 40 + right_px : 40 + right_px + 240].copy()
    cv2.ellipse(seen, (120 + person_px, 110), (45, 70), 0, 0, 360, 190.0, -1)
    seen += RANDOM.normal(0.0, 3.0, seen.shape)
    return np.repeat(np.clip(seen, 0, 255).astype(np.uint8)[:, :, None], 3, axis=2)


@pytest.mark.parametrize(("right_px", "down_px"), [(5, 0), (0, -6), (8, 4), (-12, 9)])
def test_a_camera_that_moves_is_noticed(right_px: int, down_px: int) -> None:
    here = room()
    assert is_shaken(thumbnail(here), thumbnail(here, right_px=right_px, down_px=down_px))


def test_a_camera_that_stands_is_not_whatever_its_noise() -> None:
    here = room()
    assert not any(is_shaken(thumbnail(here), thumbnail(here)) for _ in range(20))


@pytest.mark.parametrize("person_px", [-60, -20, 15, 70])
def test_a_person_who_moves_is_no_camera_that_does(person_px: int) -> None:
    here = room()
    assert not is_shaken(thumbnail(here), thumbnail(here, person_px=person_px))


def test_of_a_bare_wall_nothing_is_said() -> None:
    wall = room(contrast=1.0)
    assert not is_shaken(thumbnail(wall), thumbnail(wall, right_px=8))


def test_what_moves_apart_on_both_sides_is_no_camera() -> None:
    here = room()
    apart = np.hstack([thumbnail(here, right_px=7)[:, :120], thumbnail(here, right_px=-7)[:, 120:]])
    assert not is_shaken(thumbnail(here), apart)


def test_pictures_of_two_shapes_are_not_compared() -> None:
    here = room()
    assert not is_shaken(thumbnail(here), thumbnail(here, right_px=8)[:90])


@pytest.mark.parametrize("name", ["rest.mp4", "jaw_1hz.mp4", "brows_0.8hz.mp4", "fingers_2hz.mp4"])
def test_the_sample_videos_stand_still(name: str) -> None:
    video = cv2.VideoCapture(str(SAMPLES / name))
    seen = []
    while (found := video.read())[0] and len(seen) < 90:
        height, width = found[1].shape[:2]
        seen.append(cv2.resize(found[1], (240, round(240 * height / width)))[:, :, ::-1].copy())
    video.release()
    later = seen[::12]
    assert len(later) > 4
    assert not any(is_shaken(before, now) for before, now in itertools.pairwise(later))
