"""Pictures taken out of a recording, so that a test can change them and write them again."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

SAMPLES = Path(__file__).resolve().parents[1] / "sample_videos"


def pictures_of(
    path: Path, *, seconds: float = 1e9, side: int | None = None
) -> tuple[list[NDArray[np.uint8]], list[float]]:
    """Give the first pictures of a clip (RGB), square ones of another size if asked for, and their times."""
    pictures, times_s = [], []
    with av.open(path) as container:
        for frame in container.decode(video=0):
            time_s = float(frame.pts * frame.time_base)
            if time_s >= seconds:
                break
            pictures.append(frame.to_ndarray(format="rgb24", width=side, height=side))
            times_s.append(time_s)
    return pictures, [time_s - times_s[0] for time_s in times_s]


def frames_of(path: Path) -> list[av.VideoFrame]:
    """Give the pictures of a clip as they are coded, to be coded again without another conversion."""
    with av.open(path) as container:
        return list(container.decode(video=0))


def times_of(path: Path) -> list[float]:
    """Give the times of a clip's pictures, as FFmpeg reads them, from the first one on."""
    with av.open(path) as container:
        times_s = [float(frame.pts * frame.time_base) for frame in container.decode(video=0)]
    return [time_s - times_s[0] for time_s in times_s]
