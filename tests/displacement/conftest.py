"""A portrait with its landmarks, and what moves it as a test knows."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from recordings import SAMPLES, pictures_of
from tdscreen.displacement.follower import FollowedPatches, PatchFollower
from tdscreen.tracking.detector import LandmarkDetector

Picture = NDArray[np.uint8]
Mesh = NDArray[np.float32]


@pytest.fixture(scope="session")
def portrait() -> tuple[Picture, Mesh]:
    """Give one picture of the resting sample, and its landmarks."""
    picture = pictures_of(SAMPLES / "rest.mp4", seconds=0.1)[0][0]
    with LandmarkDetector() as detector:
        for _ in range(3):
            (mesh,) = detector.faces(picture)
    return picture, mesh


@pytest.fixture
def followed(portrait: tuple[Picture, Mesh]) -> Callable[..., tuple[FollowedPatches, FollowedPatches]]:
    """Give what is found in the portrait as it is, and then in another picture with another mesh."""

    def run(
        picture: Picture, mesh: Mesh | None = None, times: int = 3
    ) -> tuple[FollowedPatches, FollowedPatches]:
        follower = PatchFollower()
        for index in range(12):
            first = follower.follow(*portrait, index / 30)
        for index in range(times):
            second = follower.follow(picture, portrait[1] if mesh is None else mesh, (12 + index) / 30)
        return first, second

    return run
