"""Opening a file as a video, and nothing else.

A file is decoded by native code that also knows play lists, scripts and network addresses. It gets an open
file and not a name, may open nothing further, and is held to the containers and codecs of recordings.
"""

from __future__ import annotations

import os
from fractions import Fraction
from pathlib import Path
from typing import BinaryIO

import av
from av.container import InputContainer
from av.stream import Discard, Disposition
from av.video.stream import VideoStream

from tdscreen.errors import InputError, LimitError, VideoError
from tdscreen.settings import VideoSettings
from tdscreen.video.layout import FileKind, Layout, read_layout

_CONTAINERS = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpeg,mpegts"
_CODECS = frozenset(
    {
        *("h264", "hevc", "vp8", "libvpx", "vp9", "libvpx-vp9", "libdav1d", "av1", "mjpeg", "mpeg1video"),
        *("mpeg2video", "mpegvideo", "mpeg4", "h263", "prores"),
    }
)
_ADVICE = "Convert it to MP4 (H.264) with another program, or record again, and try once more."
_GUESSED_DURATION = frozenset({"mpeg", "mpegts"})
_READ_BYTES = 1 << 20


def check_path(path: str | os.PathLike[str], *, settings: VideoSettings) -> Path:
    """Make sure that a path leads to a file of acceptable size.

    Raises
    ------
    InputError
        Nothing is there, a folder is, or it may not be read.
    VideoError
        The file is empty.
    LimitError
        The file is too large.
    """
    clip = Path(path)
    try:
        if clip.is_dir():
            raise InputError(f"{clip.name} is a folder. Name the video files in it one by one.")
        if not clip.exists():
            raise InputError(f"There is no file {clip.name}. Check the name and the folder.")
        if not clip.is_file():
            raise InputError(f"{clip.name} is not an ordinary file. Name a video file.")
        size = clip.stat().st_size
    except OSError as error:
        raise InputError(f"{clip.name} cannot be reached. Check the name and its permissions.") from error
    if size == 0:
        raise VideoError(f"{clip.name} is empty: nothing was recorded, or its copy failed. Copy it again.")
    if size > settings.max_file_bytes:
        raise LimitError(
            f"{clip.name} has {size / 1e6:,.0f} MB, more than the limit of"
            f" {settings.max_file_bytes / 1e6:,.0f} MB. Cut the clip, or raise the limit with --max-size."
        )
    return clip


def open_file(clip: Path) -> BinaryIO:
    """Open a file for reading, with the sentence that a person can act on if it may not be read."""
    try:
        return clip.open("rb")
    except OSError as error:
        raise InputError(f"{clip.name} may not be read. Check its permissions.") from error


def open_container(
    file: BinaryIO, *, name: str, settings: VideoSettings
) -> tuple[InputContainer, VideoStream, Layout]:
    """Open a file's video stream.

    Parameters
    ----------
    file : binary file
    name : str
        The clip's name in sentences.
    settings : VideoSettings

    Returns
    -------
    container : av.container.InputContainer
    stream : av.video.stream.VideoStream
    layout : Layout

    Raises
    ------
    VideoError
        It is not a video, has no pictures, or has a form that is not read here.
    """
    layout = read_layout(file)
    if layout.kind is FileKind.PICTURE:
        raise VideoError(f"{name} is a still picture, not a video. Choose a video recording.")
    if layout.kind is FileKind.SOUND:
        raise VideoError(f"{name} is a sound recording without pictures. Choose a video recording.")
    if not layout.has_index:
        raise VideoError(
            f"{name} was never finished: the recording stopped before its index was written, and nothing in"
            " it can be found. Record again, and let the phone save the clip before it is copied."
        )
    try:
        container = av.open(
            file,
            mode="r",
            container_options={"format_whitelist": _CONTAINERS, "protocol_whitelist": ""},
            io_open=_refuse_to_open,
            buffer_size=_READ_BYTES,
            metadata_errors="replace",
        )
    except (av.error.FFmpegError, ValueError, UnicodeError) as error:
        raise VideoError(f"{name} is not a video that can be read here. {_ADVICE}") from error
    try:
        stream = _choose_stream(container, name=name)
        check_size(stream.width, stream.height, name=name, settings=settings)
    except BaseException:
        container.close()
        raise
    # Also for a size that changes midway.
    stream.codec_context.options = {"max_pixels": str(settings.max_pixels)}
    for other in container.streams:
        if other is not stream:
            other.discard = Discard.all
    return container, stream, layout


def _choose_stream(container: InputContainer, *, name: str) -> VideoStream:
    """Give the stream with the largest pictures, leaving out covers of sound recordings."""
    streams = [s for s in container.streams.video if not s.disposition & Disposition.attached_pic]
    if not streams:
        has = "sound but no pictures" if container.streams.audio else "no pictures in it"
        raise VideoError(f"{name} has {has}. Choose a video recording.")
    stream = max(streams, key=lambda s: s.width * s.height)
    codec = stream.codec_context.codec.name if stream.codec_context is not None else "unknown"
    if codec not in _CODECS:
        raise VideoError(f"{name} is coded in a way that is not read here ({codec}). {_ADVICE}")
    return stream


def check_size(width: int, height: int, *, name: str, settings: VideoSettings) -> None:
    """Refuse pictures with more points than the limit.

    Raises
    ------
    LimitError
    """
    if width * height > settings.max_pixels:
        raise LimitError(
            f"The pictures of {name} have {width} x {height} points, more than the limit of"
            f" {settings.max_pixels / 1e6:.1f} million. Export the clip at a lower resolution."
        )


def _refuse_to_open(url: str, flags: int, options: object) -> BinaryIO:
    raise PermissionError("a video may not open further files")


def declared_duration_s(container: InputContainer, stream: VideoStream) -> float | None:
    """Give the length that the file states for its pictures, in seconds.

    None where it states nothing, as a live recording, or where FFmpeg only guesses it from the bit rate (MPEG).
    """
    if container.format.name in _GUESSED_DURATION:
        return None
    if container.format.name == "avi" and stream.frames and stream.average_rate:
        # FFmpeg shortens the duration of an AVI to what is there of the file; the header's count stays.
        return float(stream.frames / stream.average_rate)
    if stream.duration is not None and stream.time_base is not None and stream.duration > 0:
        return float(stream.duration * stream.time_base)
    if container.duration is not None and container.duration > 0:
        return container.duration / av.time_base
    return None


def pixel_aspect(stream: VideoStream) -> Fraction:
    """Give the width of a pixel over its height; 1 where the file states none that can be."""
    aspect = stream.sample_aspect_ratio
    if aspect is None or not Fraction(1, 8) <= aspect <= 8:
        return Fraction(1)
    return Fraction(aspect)
