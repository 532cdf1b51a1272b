"""Reading whole clips, and naming what stands in a picture's corners."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from tdscreen.settings import VIDEO, VideoSettings
from tdscreen.video.reader import VideoFrame, VideoInfo, open_video
from tdscreen.video.timing import TimingReport

Read = Callable[..., tuple[list[VideoFrame], VideoInfo, TimingReport]]


@pytest.fixture(scope="session")
def read() -> Read:
    def read_whole(
        path: Path, *, settings: VideoSettings = VIDEO
    ) -> tuple[list[VideoFrame], VideoInfo, TimingReport]:
        with open_video(path, settings=settings) as video:
            frames = list(video)
            return frames, video.info, video.timing()

    return read_whole


@pytest.fixture(scope="session")
def corners() -> Callable[[NDArray[np.uint8]], str]:
    """Name the colours of a picture's corners, from the upper left in reading order."""

    def name(rgb: NDArray[np.uint8]) -> str:
        near = min(rgb.shape[:2]) // 12
        names = ""
        for row in (near, -near):
            for column in (near, -near):
                red, green, blue = (int(v) > 128 for v in rgb[row, column])
                names += {(1, 0, 0): "R", (0, 1, 0): "G", (0, 0, 1): "B", (1, 1, 1): "W"}.get(
                    (red, green, blue), "?"
                )
        return names

    return name
