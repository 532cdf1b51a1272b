"""Pictures become a video file, each with the time at which it is shown."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import ArrayLike, NDArray

TIME_BASE = Fraction(1, 90_000)
"""Ticks of the MPEG system clock: both 1/30 and 1/15 s are whole numbers of it."""


def write_clip(
    path: Path,
    pictures: Iterable[NDArray[np.uint8]],
    times_s: ArrayLike,
    *,
    crf: int = 23,
) -> None:
    """Write pictures as H.264 in MP4 (8 bit, 4:2:0, limited range BT.601), as most phones' cameras do.

    Parameters
    ----------
    path : Path
        A file ending in .mp4; overwritten if it is there.
    pictures : iterable of ndarray, shape (height, width, 3), uint8
        RGB; height and width even.
    times_s : array_like, shape (n,)
        Presentation time of each picture, increasing.
    crf : int
        Constant rate factor of x264: smaller is better and larger.

    Raises
    ------
    ValueError
        If there are not as many pictures as times.
    """
    stamps = np.rint(np.asarray(times_s, float) / float(TIME_BASE)).astype(np.int64)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=Fraction(30))
        # One thread: x264 cuts its rate control differently for each number of threads.
        stream.options = {"crf": str(crf), "preset": "slow", "threads": "1"}
        stream.pix_fmt = "yuv420p"
        stream.time_base = TIME_BASE
        stream.codec_context.time_base = TIME_BASE
        stream.codec_context.colorspace = 6
        stream.codec_context.color_primaries = 6
        stream.codec_context.color_trc = 6
        stream.codec_context.color_range = 1
        for i, (picture, stamp) in enumerate(zip(pictures, stamps, strict=True)):
            if i == 0:
                stream.height, stream.width = picture.shape[:2]
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame = frame.reformat(format="yuv420p", dst_colorspace="ITU601", dst_color_range="MPEG")
            frame.pts = int(stamp)
            frame.time_base = TIME_BASE
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
