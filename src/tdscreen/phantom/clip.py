"""Pictures become a video file, each with the time at which it is shown."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path
from typing import cast

import av
import numpy as np
from numpy.typing import ArrayLike, NDArray

TIME_BASE = Fraction(1, 90_000)
"""Ticks of the MPEG system clock: both 1/30 and 1/15 s are whole numbers of it."""
ENCODERS = {"h264": "libx264", "hevc": "libx265", "vp9": "libvpx-vp9"}
# One thread: encoders cut their rate control differently for each number of threads.
_OPTIONS = {
    "h264": {"preset": "slow", "threads": "1"},
    "hevc": {"preset": "fast", "x265-params": "log-level=none:pools=none:frame-threads=1"},
    "vp9": {"deadline": "good", "cpu-used": "5", "row-mt": "0", "threads": "1"},
}


def write_clip(
    path: Path,
    pictures: Iterable[NDArray[np.uint8]],
    times_s: ArrayLike,
    *,
    crf: int = 23,
    codec: str = "h264",
    bit_rate: int | None = None,
    rotation_deg: int = 0,
) -> None:
    """Write pictures as MP4 (8 bit, 4:2:0, limited range BT.601), as most phones' cameras do.

    Parameters
    ----------
    path : Path
        A file ending in .mp4; overwritten if it is there.
    pictures : iterable of ndarray, shape (height, width, 3), uint8
        RGB, upright; height and width even.
    times_s : array_like, shape (n,)
        Presentation time of each picture, increasing.
    crf : int
        Constant rate factor of the encoder: smaller is better and larger. Not used with a bit rate.
    codec : {"h264", "hevc", "vp9"}
    bit_rate : int, optional
        Bits a second, as a phone's camera holds them, with a fast preset as in its chip.
    rotation_deg : {0, 90, 180, 270}
        Pictures are written turned by so much clockwise, and the file says to turn them back.

    Raises
    ------
    ValueError
        If there are not as many pictures as times.
    """
    stamps = np.rint(np.asarray(times_s, float) / float(TIME_BASE)).astype(np.int64)
    with av.open(str(path), "w") as container:
        stream = cast(av.VideoStream, container.add_stream(ENCODERS[codec], rate=Fraction(30)))
        options: dict[str, object] = dict(_OPTIONS[codec])
        if bit_rate is None:
            options["crf"] = str(crf)
        else:
            stream.codec_context.bit_rate = bit_rate
            if codec == "h264":
                options["preset"] = "veryfast"
        stream.options = options
        stream.pix_fmt = "yuv420p"
        stream.time_base = TIME_BASE
        stream.codec_context.time_base = TIME_BASE
        stream.codec_context.colorspace = 6
        stream.codec_context.color_primaries = 6
        stream.codec_context.color_trc = 6
        stream.codec_context.color_range = 1
        if codec == "hevc":
            stream.codec_context.codec_tag = "hvc1"
        if rotation_deg:
            # The file's word is the turn that sets the picture upright, anticlockwise.
            stream.set_display_rotation(float(rotation_deg if rotation_deg <= 180 else rotation_deg - 360))
        for i, (picture, stamp) in enumerate(zip(pictures, stamps, strict=True)):
            turned = np.ascontiguousarray(np.rot90(picture, -(rotation_deg // 90)))
            if i == 0:
                stream.height, stream.width = turned.shape[:2]
            frame = av.VideoFrame.from_ndarray(turned, format="rgb24")
            frame = frame.reformat(format="yuv420p", dst_colorspace="ITU601", dst_color_range="MPEG")
            frame.pts = int(stamp)
            frame.time_base = TIME_BASE
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
