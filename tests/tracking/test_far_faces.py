"""A face far away, as where the whole body is in the picture."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from skimage import data

from tdscreen.settings import TRACKING
from tdscreen.tracking.detector import LandmarkDetector
from tdscreen.tracking.mesh import face_mesh, faces_px

Picture = NDArray[np.uint8]

WIDTH, HEIGHT = 720, 1280
FRAMES = 20
NOSE, LEFT_EDGE, RIGHT_EDGE = 1, 234, 454


def whole_body(portrait: Picture, *, side: int, left: Callable[[int], int]) -> Iterator[Picture]:
    """Show a small portrait in the upper part of a large, plain picture."""
    rng = np.random.default_rng(0)
    small = cv2.resize(portrait, (side, side), interpolation=cv2.INTER_AREA)
    for index in range(FRAMES):
        picture = np.full((HEIGHT, WIDTH, 3), 120.0)
        picture[300 : 300 + side, left(index) : left(index) + side] = small
        yield np.clip(picture + rng.normal(0, 2, picture.shape), 0, 255).astype(np.uint8)


@pytest.fixture(scope="module")
def portrait() -> Picture:
    return np.asarray(data.astronaut()[:300, 70:370])


def test_a_face_that_the_mesh_misses_is_found_from_the_first_picture_on_and_lies_where_it_is(
    portrait: Picture,
) -> None:
    mesh = face_mesh(max_faces=1, settings=TRACKING)
    (near,) = faces_px(mesh, portrait)
    pictures = list(whole_body(portrait, side=200, left=lambda _: 260))
    assert faces_px(mesh, pictures[0]) == []
    mesh.close()

    with LandmarkDetector() as detector:
        found = [detector.faces(picture) for picture in pictures]
    assert [len(faces) for faces in found] == [1] * FRAMES
    expected = near[:, :2] * (200 / 300) + (260, 300)
    width = float(np.hypot(*(expected[RIGHT_EDGE] - expected[LEFT_EDGE])))
    assert width < 0.1 * HEIGHT
    for (face,) in found[3:]:
        off = np.hypot(*(face[:, :2] - expected).T)
        assert np.median(off) < 0.03 * width
        # Depth has the scale of the picture, too.
        assert np.ptp(face[:, 2]) == pytest.approx(np.ptp(near[:, 2]) * 200 / 300, rel=0.15)


def test_a_face_that_walks_through_the_picture_is_kept_in_view(portrait: Picture) -> None:
    def left(index: int) -> int:
        return 60 + 16 * index

    with LandmarkDetector() as detector:
        found = [detector.faces(picture) for picture in whole_body(portrait, side=220, left=left)]
    assert sum(bool(faces) for faces in found) >= FRAMES - 1
    seen = [(index, faces[0]) for index, faces in enumerate(found) if faces]
    steps = [float(face[NOSE, 0]) - left(index) for index, face in seen]
    assert np.std(steps) < 4


def test_where_nobody_is_nobody_is_found() -> None:
    rng = np.random.default_rng(1)
    with LandmarkDetector() as detector:
        for _ in range(8):
            picture = cv2.resize(data.coffee(), (WIDTH, HEIGHT)).astype(float)
            assert (
                detector.faces(np.clip(picture + rng.normal(0, 3, picture.shape), 0, 255).astype(np.uint8))
                == []
            )
