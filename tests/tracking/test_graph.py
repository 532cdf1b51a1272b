"""When the whole picture is looked through for hands and faces, and what comes of looking less often."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from mediapipe.python.solutions.hands import Hands
from numpy.typing import NDArray

from tdscreen.settings import TRACKING
from tdscreen.tracking.detector import LandmarkDetector
from tdscreen.tracking.graph import Search
from tdscreen.tracking.mesh import to_pixels
from tdscreen.tracking.tracker import track_video
from tdscreen.tracking.tracks import LEFT, RIGHT
from tdscreen.video.reader import open_video

Picture = NDArray[np.uint8]


def searched_s(
    times_s: NDArray[np.float64], counts: list[int], *, moving: bool = False
) -> NDArray[np.float64]:
    """Return the times of the pictures in which was searched, where so many were followed in each."""
    search = Search(every_s=0.25, moving_s=TRACKING.search_moving_s, on_s=0.5)
    found = []
    for time_s, count in zip(times_s, counts, strict=True):
        if search.is_due(float(time_s), moving=moving):
            found.append(time_s)
        search.saw(count, float(time_s))
    return np.array(found)


@pytest.mark.parametrize("fps", [10, 15, 29.97, 60, 240])
def test_a_search_comes_a_quarter_of_a_second_after_the_last_and_hardly_before(fps: float) -> None:
    times_s = np.arange(round(6 * fps)) / fps
    found = searched_s(times_s, [1] * len(times_s))
    assert np.diff(found).max() <= 0.25 + 1e-6
    assert np.diff(found[found > 0.5]).min() > 0.25 - 1.001 / fps


def test_at_the_beginning_and_after_a_hand_is_lost_every_picture_is_searched() -> None:
    times_s = np.arange(120) / 30
    found = searched_s(times_s, [2] * 60 + [1] * 60)
    for begins in (0.0, times_s[61]):
        every = times_s[(times_s >= begins) & (times_s < begins + 0.45)]
        assert np.isin(every, found).all()
    assert len(found) < 60


def test_pictures_far_apart_are_all_searched() -> None:
    times_s = np.cumsum(np.tile([0.3, 0.5, 0.26], 10))
    assert len(searched_s(times_s, [1] * 30)) == 30


@pytest.mark.slow
def test_what_is_followed_is_followed_to_the_last_bit_as_with_a_search_in_every_picture(
    left_hand_pictures: list[Picture],
) -> None:
    with Hands(max_num_hands=TRACKING.max_hands) as always, LandmarkDetector() as detector:
        for index, picture in enumerate(left_hand_pictures[:24]):
            (hand,) = always.process(picture).multi_hand_landmarks
            (ours,) = detector.hands(picture, index / 30)
            assert np.array_equal(to_pixels(hand.landmark, picture), ours.points_px)


@pytest.mark.parametrize("fps", [12, 15, 20, 24, 25, 29.97, 30, 60, 120])
def test_while_something_moves_a_hand_is_looked_at_twice_within_a_quarter_of_a_second(fps: float) -> None:
    times_s = np.arange(round(4 * fps)) / fps
    found = searched_s(times_s, [1] * len(times_s), moving=True)
    assert (found[2:] - found[:-2]).max() <= max(0.25, 2 / fps) - 1 / fps + 1e-6
    if fps >= 24:
        assert len(found) < 0.7 * len(times_s), "not every picture is looked through"


@pytest.mark.slow
@pytest.mark.parametrize("comes_s", np.round(np.arange(1.0, 1.3, 0.05), 2))
@pytest.mark.parametrize("slides", [False, True], ids=["at once", "from the side"])
def test_a_hand_that_comes_in_is_seen_within_a_quarter_of_a_second_of_when_it_could_be(
    hands_clip: Callable[..., Path], comes_s: float, slides: bool
) -> None:
    def right(time_s: float) -> float | None:
        if time_s < comes_s:
            return None
        return min(160.0, -100 + 900 * (time_s - comes_s)) if slides else 160.0

    path = hands_clip(left=lambda _: 600, right=right, duration_s=2.1)
    with open_video(path) as clip:
        pictures = [(frame.rgb, frame.time_s) for frame in clip]
    # With a look into every picture: from here on it can be seen.
    with LandmarkDetector() as always:
        could_s = next(t for rgb, t in pictures if len(always.hands(rgb)) == 2)
    with LandmarkDetector() as detector:
        seen = [len(detector.hands(rgb, t)) for rgb, t in pictures]
    seen_s = next(t for count, (_, t) in zip(seen, pictures, strict=True) if count == 2)
    assert comes_s <= could_s <= seen_s <= could_s + 0.25
    assert seen_s <= comes_s + 0.25 or slides


def test_a_hand_that_comes_in_is_followed_to_the_end_and_so_is_the_one_that_was_there(
    hands_clip: Callable[..., Path],
) -> None:
    comes_s = 1.13
    path = hands_clip(left=lambda _: 600, right=lambda t: 160 if t > comes_s else None, duration_s=1.6)
    tracks = track_video(path)
    seen_s = tracks.times_s[tracks.hands_valid[:, RIGHT]]
    assert comes_s < seen_s[0] <= comes_s + 0.25
    assert tracks.hands_valid[tracks.times_s >= seen_s[0], RIGHT].all()
    assert tracks.hands_valid[:, LEFT].all(), "the hand that was there is followed on"
