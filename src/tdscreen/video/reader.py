"""A file becomes upright pictures with true times."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Generator, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Self

import av
import numpy as np
from av.container import InputContainer
from av.video.frame import VideoFrame as AvFrame
from av.video.stream import VideoStream
from numpy.typing import NDArray

from tdscreen.errors import LimitError, VideoError
from tdscreen.settings import VIDEO, VideoSettings
from tdscreen.video.layout import Layout
from tdscreen.video.opening import (
    check_path,
    check_size,
    declared_duration_s,
    open_container,
    open_file,
    pixel_aspect,
)
from tdscreen.video.pixels import Converter
from tdscreen.video.repeats import RepeatFinder
from tdscreen.video.timing import TimingReport, timing_report
from tdscreen.video.tonemap import Transfer

_MAX_FAILED_READS = 200
"""Reads in a row that may fail before the rest of a file is given up."""


@dataclass(frozen=True)
class VideoFrame:
    """One picture of a clip.

    Attributes
    ----------
    index : int
        Counts the pictures given, from 0.
    time_s : float
        Presentation time since the first picture that is shown.
    rgb : ndarray, shape (h, w, 3), uint8, C-contiguous
        Upright, square pixels, ordinary range (BT.709).
    repeated : bool
        The picture is that of the frame before.
    """

    index: int
    time_s: float
    rgb: NDArray[np.uint8]
    repeated: bool


@dataclass(frozen=True)
class VideoInfo:
    """What a clip is.

    Attributes
    ----------
    file : str
        Name without folder.
    width, height : int
        Of the upright picture with square pixels.
    rotation_deg : int
        By how much stored pictures are turned clockwise to stand upright: 0, 90, 180 or 270.
    codec, container : str
        As ``hevc`` and ``mov``.
    declared_duration_s : float or None
        What the file states of its pictures; None where it states nothing.
    bit_depth : int
        Bits of a sample as stored.
    transfer : "sdr", "hlg" or "pq"
        As stored; the pictures given are always "sdr".
    pixel_aspect : float
        Width of a stored pixel over its height.
    """

    file: str
    width: int
    height: int
    rotation_deg: int
    codec: str
    container: str
    declared_duration_s: float | None
    bit_depth: int
    transfer: Transfer
    pixel_aspect: float


class VideoReader:
    """The pictures of one clip, once, in their order. Made by :func:`open_video`; a context manager.

    Memory does not grow with the length of a clip, apart from its times (16 bytes a picture).
    """

    def __init__(
        self,
        container: InputContainer,
        stream: VideoStream,
        layout: Layout,
        *,
        name: str,
        settings: VideoSettings,
    ) -> None:
        self._container = container
        self._stream = stream
        self._layout = layout
        self._settings = settings
        self._name = name
        self._damaged = 0
        self._dropped = 0
        self._times_s: list[float] = []
        self._repeated: list[bool] = []
        self._ended = False
        self._opened = ExitStack()
        declared_s = declared_duration_s(container, stream)
        self._check_duration(declared_s)
        # Both kinds of threads give the same pixels; the decoder takes what its codec can.
        stream.thread_type = "AUTO"
        self._decoded = self._decode()
        self._first = next(self._decoded, None)
        if self._first is None:
            raise VideoError(
                f"No picture in {name} can be decoded: the file is damaged or incomplete. Copy it again from"
                " the phone, or record again."
            )
        aspect = pixel_aspect(stream)
        self._converter = Converter(self._first, aspect=aspect)
        width, height = self._converter.upright_size
        check_size(width, height, name=name, settings=settings)
        self.info = VideoInfo(
            file=name,
            width=width,
            height=height,
            rotation_deg=self._converter.orientation.rotation_deg,
            codec=stream.codec_context.codec.canonical_name,
            container=container.format.name.split(",")[0],
            declared_duration_s=declared_s,
            bit_depth=max(component.bits for component in self._first.format.components),
            transfer=self._converter.transfer,
            pixel_aspect=float(aspect),
        )
        self._pictures = self._convert()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file and the decoder."""
        self._pictures.close()
        self._decoded.close()
        self._opened.close()

    def __iter__(self) -> Iterator[VideoFrame]:
        """Give the pictures that have not been given yet.

        Raises
        ------
        LimitError
            The clip turns out to be longer than the limit.
        """
        return self._pictures

    def timing(self) -> TimingReport:
        """Describe the timing of what has been read so far."""
        declared_s = self.info.declared_duration_s
        report = timing_report(
            self._times_s,
            self._repeated,
            dropped_stamps=self._dropped,
            declared_duration_s=declared_s,
            truncated=False,
            damaged_packets=self._damaged,
            settings=self._settings,
        )
        short = declared_s is not None and report.duration_s < declared_s - self._settings.truncated_slack_s
        return replace(report, truncated=self._ended and (self._layout.cut_short or short))

    def _convert(self) -> Generator[VideoFrame]:
        repeats = RepeatFinder(
            flicker_share=self._settings.repeat_flicker_share,
            most_movement=self._settings.repeat_most_movement_level,
            least_flicker=self._settings.least_flicker_level,
        )
        for frame, time_s in self._timed():
            self._check_duration(time_s)
            rgb = self._converter.rgb(frame)
            repeated = repeats.is_repeat(rgb)
            self._times_s.append(time_s)
            self._repeated.append(repeated)
            yield VideoFrame(len(self._times_s) - 1, time_s, rgb, repeated)
        self._ended = True
        if not self._times_s:
            raise VideoError(
                f"The pictures of {self._name} carry no times, and without them movement cannot be timed."
                " Convert the clip to MP4 (H.264) with another program and try again."
            )

    def _timed(self) -> Generator[tuple[AvFrame, float]]:
        """Give the frames with their times, and leave out those whose time cannot be.

        Where a time lies before that of the frame before, one of the two is wrong: the later one if it goes back
        behind the frame before both, else the earlier, which leapt ahead; or one leap would hide all up to it.
        """
        frame, self._first = self._first, None
        held: tuple[int, AvFrame] | None = None
        given: list[int] = []
        while frame is not None:
            stamp = frame.pts
            if stamp is None:
                self._dropped += 1
            elif held is None:
                held = stamp, frame
            elif stamp > held[0]:
                given = [*given[:1], held[0]]
                yield held[1], self._since(given[0], *held)
                held = stamp, frame
            else:
                self._dropped += 1
                if stamp < held[0] and (not given or stamp > given[-1]):
                    held = stamp, frame
            frame = next(self._decoded, None)
        if held is not None:
            yield held[1], self._since(given[0] if given else held[0], *held)

    def _since(self, origin: int, stamp: int, frame: AvFrame) -> float:
        """Give the time of a stamp in seconds since another."""
        return _seconds(stamp - origin, frame.time_base or self._stream.time_base)

    def _check_duration(self, duration_s: float | None) -> None:
        limit_s = self._settings.max_duration_s
        if duration_s is not None and duration_s > limit_s:
            raise LimitError(
                f"{self._name} lasts longer than the limit of {_minutes(limit_s)}. Cut the clip, or raise the"
                " limit with --max-duration."
            )
        if len(self._times_s) >= self._settings.max_frames:
            raise LimitError(
                f"{self._name} has more than {self._settings.max_frames:,} pictures, the most that are read."
                " Cut the clip."
            )

    def _decode(self) -> Generator[AvFrame]:
        """Decode what can be decoded, passing over what is damaged."""
        failures = 0
        packets = self._container.demux(self._stream)
        while failures < _MAX_FAILED_READS:
            try:
                packet = next(packets, None)
            except av.error.FFmpegError:
                # The generator is spent after an error, but the file is not: read on behind the damage.
                failures += 1
                self._damaged += 1
                packets = self._container.demux(self._stream)
                continue
            if packet is None:
                return
            failures = 0
            try:
                frames = packet.decode()
            except av.error.FFmpegError:
                self._damaged += 1
                continue
            for frame in frames:
                if frame.is_corrupt:
                    self._damaged += 1
                else:
                    yield frame


def _seconds(ticks: int, time_base: Fraction | None) -> float:
    if time_base is None:
        raise VideoError("The clip states no unit for its times. Convert it to MP4 (H.264) and try again.")
    return ticks * time_base.numerator / time_base.denominator


def _minutes(duration_s: float) -> str:
    return f"{duration_s:.0f} s" if duration_s < 120 else f"{duration_s / 60:.0f} min"


def open_video(path: str | os.PathLike[str], *, settings: VideoSettings = VIDEO) -> VideoReader:
    """Open a clip.

    Parameters
    ----------
    path : path
        MP4, MOV, WebM, Matroska, AVI or MPEG file.
    settings : VideoSettings
        Limits.

    Returns
    -------
    VideoReader

    Raises
    ------
    InputError
        The path leads nowhere, to a folder, or to what may not be read.
    VideoError
        The file is not a video, or no picture in it can be decoded.
    LimitError
        It is longer or larger than the settings allow.

    Examples
    --------
    >>> with open_video("clip.mp4") as video:  # doctest: +SKIP
    ...     for frame in video:
    ...         print(frame.time_s, frame.rgb.shape)
    """
    clip = check_path(path, settings=settings)
    with ExitStack() as opened:
        file = opened.enter_context(open_file(clip))
        container, stream, layout = open_container(file, name=clip.name, settings=settings)
        opened.enter_context(container)
        reader = VideoReader(container, stream, layout, name=clip.name, settings=settings)
        # From here on closing the reader closes the file.
        reader._opened = opened.pop_all()
    return reader


def file_sha256(path: str | os.PathLike[str]) -> str:
    """Give the SHA-256 of a file's bytes, as 64 hexadecimal digits.

    Parameters
    ----------
    path : path

    Returns
    -------
    str
    """
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
