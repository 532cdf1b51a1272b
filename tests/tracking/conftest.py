"""Pictures with two faces, or with hands that go where a test sends them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from skimage import data

from tdscreen.phantom.clip import write_clip
from tdscreen.video.reader import open_video

Picture = NDArray[np.uint8]
Path2 = Callable[[float], float | None]
"""Where a hand's middle is at a time, from left to right; None while it is away."""

FPS = 30
HANDS_FPS = 20
HAND_WIDTH, HAND_HEIGHT = 240, 320
CANVAS_WIDTH, CANVAS_HEIGHT = 760, 400
SAMPLES = Path(__file__).resolve().parents[2] / "sample_videos"


@pytest.fixture(scope="session")
def left_hand_pictures() -> list[Picture]:
    """Return three seconds of the sample clip of a left hand that taps, upright pictures."""
    with open_video(SAMPLES / "fingers_2hz.mp4") as clip:
        return [frame.rgb for frame, _ in zip(clip, range(3 * FPS), strict=False)]


@pytest.fixture(scope="session")
def hands_clip(
    left_hand_pictures: list[Picture], tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., Path]:
    """Write a clip of a left hand and its mirror image, the right one, in front of a grey wall."""
    folder = tmp_path_factory.mktemp("hands")

    def make(*, left: Path2, right: Path2, duration_s: float = 3.0) -> Path:
        path = folder / f"{len(list(folder.iterdir()))}.mp4"
        times_s = np.arange(round(duration_s * HANDS_FPS)) / HANDS_FPS
        write_clip(path, _with_hands(left_hand_pictures, left, right, times_s), times_s)
        return path

    return make


def _with_hands(
    pictures: list[Picture], left: Path2, right: Path2, times_s: NDArray[np.float64]
) -> Iterator[Picture]:
    rng = np.random.default_rng(0)
    for time_s in times_s:
        canvas = np.full((CANVAS_HEIGHT, CANVAS_WIDTH, 3), 150, np.uint8)
        hand = cv2.resize(
            pictures[round(time_s * FPS)], (HAND_WIDTH, HAND_HEIGHT), interpolation=cv2.INTER_AREA
        )
        # The wall is grey; hand and sleeve have a colour.
        coloured = (np.ptp(hand.astype(int), axis=2) > 22).astype(np.uint8)
        mask = cv2.morphologyEx(coloured, cv2.MORPH_CLOSE, np.ones((5, 5), np.uint8)).astype(bool)
        for middle, top, shown, where in (
            (left(time_s), 80, hand, mask),
            (right(time_s), 40, hand[:, ::-1], mask[:, ::-1]),
        ):
            if middle is not None:
                _paste(canvas, shown, where, x=round(middle) - HAND_WIDTH // 2, y=top)
        yield _noisy(canvas, rng)


def _paste(canvas: Picture, part: Picture, mask: NDArray[np.bool_], *, x: int, y: int) -> None:
    first, last = max(0, x), min(canvas.shape[1], x + part.shape[1])
    seen = slice(first - x, last - x)
    canvas[y : y + part.shape[0], first:last][mask[:, seen]] = part[:, seen][mask[:, seen]]


def _noisy(picture: Picture, rng: np.random.Generator) -> Picture:
    return np.clip(picture + rng.normal(0, 2, picture.shape), 0, 255).astype(np.uint8)


@pytest.fixture(scope="session")
def two_faces_clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a clip of the portrait twice, the nearer one at the right, both swaying, each its own way."""
    path = tmp_path_factory.mktemp("faces") / "two.mp4"
    times_s = np.arange(45) / FPS
    portrait = data.astronaut()[:300, 70:370]
    near, far = cv2.resize(portrait, (480, 480)), cv2.resize(portrait, (260, 260))

    def pictures() -> Iterator[Picture]:
        rng = np.random.default_rng(0)
        for time_s in times_s:
            canvas = np.full((500, 900, 3), 90, np.uint8)
            sway = round(6 * float(np.sin(6 * time_s)))
            canvas[10:490, 400 + sway : 880 + sway] = near
            canvas[100:360, 60 - sway : 320 - sway] = far
            yield _noisy(canvas, rng)

    write_clip(path, pictures(), times_s)
    return path


@pytest.fixture(scope="session")
def face_and_hand_clip(left_hand_pictures: list[Picture], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write a clip of the portrait with a hand beside it."""
    path = tmp_path_factory.mktemp("both") / "face_and_hand.mp4"
    times_s = np.arange(30) / FPS
    portrait = cv2.resize(data.astronaut()[:300, 70:370], (400, 400))
    rng = np.random.default_rng(0)
    write_clip(
        path,
        (
            _noisy(np.hstack([portrait, cv2.resize(hand, (300, 400))]), rng)
            for hand in left_hand_pictures[: len(times_s)]
        ),
        times_s,
    )
    return path
