"""What runs in a process of its own: everything that decodes a file somebody gave us.

Arguments and results are plain JSON; pictures and tracks go through files in a private folder of the caller's.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from tdscreen.errors import InputError, VideoError
from tdscreen.isolation import Progress
from tdscreen.settings import VideoSettings
from tdscreen.tracking.drawing import draw_landmarks
from tdscreen.tracking.store import load_tracks, save_tracks
from tdscreen.tracking.tracker import track_video
from tdscreen.video.reader import open_video

Report = Callable[[Progress], None]

CLOCK = Fraction(1, 90_000)
"""Time base of the films we write: fine enough for any camera's stamps."""


def track_to_file(
    *, path: str, out: str, mirrored: bool, hands: bool, settings: dict[str, Any], report: Report
) -> None:
    """Track a clip and leave the tracks in a file."""
    tracks = track_video(
        Path(path), mirrored=mirrored, hands=hands, video=VideoSettings(**settings), report=report
    )
    save_tracks(tracks, Path(out))


def frame_to_file(*, path: str, out: str, time_s: float, settings: dict[str, Any], report: Report) -> None:
    """Leave the picture that a clip shows at a time in a file, as a NumPy array."""
    shown = None
    with open_video(Path(path), settings=VideoSettings(**settings)) as clip:
        for frame in clip:
            if shown is not None and frame.time_s > time_s:
                break
            shown = frame.rgb
            report(Progress(frame.index, frame.time_s, clip.info.declared_duration_s))
    if shown is None:
        raise VideoError("There is no picture in this clip.")
    np.save(Path(out), shown)


def overlay_to_file(*, path: str, tracks: str, out: str, settings: dict[str, Any], report: Report) -> None:
    """Write a clip again with its landmarks drawn on it, picture by picture at the same times."""
    import av
    from av.video.reformatter import ColorRange, Colorspace

    followed = load_tracks(Path(tracks))
    try:
        with (
            open_video(Path(path), settings=VideoSettings(**settings)) as clip,
            av.open(out, "w", format="mp4") as film,
        ):
            stream = film.add_stream("libx264", rate=30, options={"crf": "20"})
            # H.264 in 4:2:0 wants even sides.
            stream.width, stream.height = clip.info.width // 2 * 2, clip.info.height // 2 * 2
            stream.pix_fmt = "yuv420p"
            stream.time_base = CLOCK
            stream.codec_context.time_base = CLOCK
            # Said in the file, or players take a large picture for BT.709 and show other colours.
            stream.codec_context.colorspace = Colorspace.ITU601
            stream.codec_context.color_range = ColorRange.MPEG
            for index, frame in enumerate(clip):
                drawn = draw_landmarks(frame.rgb, followed, index)
                picture = av.VideoFrame.from_ndarray(
                    np.ascontiguousarray(drawn[: stream.height, : stream.width]), format="rgb24"
                )
                picture = picture.reformat(
                    format="yuv420p", dst_colorspace=Colorspace.ITU601, dst_color_range=ColorRange.MPEG
                )
                picture.pts = round(frame.time_s / CLOCK)
                picture.time_base = CLOCK
                film.mux(stream.encode(picture))
                report(Progress(index + 1, frame.time_s, clip.info.declared_duration_s))
            film.mux(stream.encode(None))
    except OSError as error:
        raise InputError(f"The film could not be written: {error.strerror or error}.") from error
