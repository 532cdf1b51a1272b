"""Clips made at test time: a scene whose every picture is known, written as phones and browsers write it."""

from __future__ import annotations

import os
import struct
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

CLOCK = 90_000
"""Ticks a second of the clips' clock; formats with a clock of their own round to it."""
_CLUSTER = b"\x1f\x43\xb6\x75"
"""The mark with which a cluster of a WebM begins."""


def scene(
    count: int,
    *,
    width: int = 160,
    height: int = 120,
    noise: float = 2.0,
    seed: int = 0,
    speed_px: float = 2.0,
) -> Iterator[NDArray[np.uint8]]:
    """Give pictures of a bright square that moves over soft ground, with a camera's noise.

    The corners tell the picture's orientation: red at the upper left, green at the upper right, blue at the lower
    left, white at the lower right.
    """
    rng = np.random.default_rng(seed)
    ground = np.linspace(60, 120, width)[None, :, None] * np.ones((height, 1, 3))
    corner = height // 4
    ground[:corner, :corner] = (220, 30, 30)
    ground[:corner, -corner:] = (30, 200, 30)
    ground[-corner:, :corner] = (30, 30, 220)
    ground[-corner:, -corner:] = (230, 230, 230)
    for index in range(count):
        picture = ground.copy()
        left = corner + int(index * speed_px) % (width - 3 * corner)
        picture[height // 2 - 8 : height // 2 + 8, left : left + 16] = 200
        picture += rng.normal(0, noise, picture.shape) if noise else 0.0
        yield np.clip(np.round(picture), 0, 255).astype(np.uint8)


def write_clip(
    path: Path,
    pictures: Iterable[NDArray[np.uint8]] | Iterable[av.VideoFrame],
    *,
    times_s: Sequence[float] | None = None,
    fps: float = 30.0,
    codec: str = "libx264",
    pixel_format: str = "yuv420p",
    container: str | None = None,
    options: dict[str, str] | None = None,
    container_options: dict[str, str] | None = None,
    pixel_aspect: Fraction | None = None,
    clock: int = CLOCK,
    with_sound: bool = False,
) -> Path:
    """Write a clip whose pictures have the times given, or an even rate, and give its path.

    ``pictures`` are RGB arrays of shape (h, w, 3), or frames of PyAV that are encoded as they are.
    """
    defaults = {
        "libx264": {"crf": "18", "preset": "ultrafast"},
        "libx265": {"crf": "18", "preset": "ultrafast", "x265-params": "log-level=none"},
        "libvpx": {"deadline": "realtime", "cpu-used": "8", "crf": "10", "b": "2M"},
        "libvpx-vp9": {"deadline": "realtime", "cpu-used": "8", "crf": "20", "b": "2M"},
        "libsvtav1": {"preset": "11", "crf": "12", "svtav1-params": "lp=1"},
    }
    with av.open(path, "w", format=container, container_options=container_options or {}) as output:
        stream = None
        for index, picture in enumerate(pictures):
            frame = picture if isinstance(picture, av.VideoFrame) else av.VideoFrame.from_ndarray(picture)
            if stream is None:
                stream = output.add_stream(codec, rate=Fraction(fps).limit_denominator(1001))
                stream.width, stream.height, stream.pix_fmt = frame.width, frame.height, pixel_format
                stream.options = {**defaults.get(codec, {}), **(options or {})}
                tick = Fraction(1, round(fps)) if codec in ("mpeg1video", "mjpeg") else Fraction(1, clock)
                stream.time_base = stream.codec_context.time_base = tick
                if pixel_aspect is not None:
                    stream.codec_context.sample_aspect_ratio = pixel_aspect
                for name in ("color_trc", "color_primaries", "colorspace", "color_range"):
                    if isinstance(picture, av.VideoFrame):
                        setattr(stream.codec_context, name, getattr(frame, name))
                if with_sound:
                    sound = output.add_stream("aac", rate=16_000, layout="mono")
            time_s = index / fps if times_s is None else times_s[index]
            frame.time_base = stream.codec_context.time_base
            frame.pts = round(time_s / frame.time_base)
            output.mux(stream.encode(frame))
        assert stream is not None
        output.mux(stream.encode(None))
        if with_sound:
            silence = av.AudioFrame.from_ndarray(np.zeros((1, 16_000), np.float32), "fltp", "mono")
            silence.sample_rate = 16_000
            silence.pts = 0
            output.mux(sound.encode(silence))
            output.mux(sound.encode(None))
    if codec == "libsvtav1" and hasattr(os, "sched_setscheduler"):
        # Where it may, as root, SVT-AV1 makes the thread that calls it a real-time one of the highest priority, and so
        # whatever this process starts from then on: a browser's pages then keep both cores from everybody else.
        os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
    return path


def write_webm_as_browsers_do(
    path: Path, pictures: Iterable[NDArray[np.uint8]], *, codec: str = "libvpx", **more: object
) -> Path:
    """Write a WebM like a browser's recorder: no duration, no frame count, clusters of unknown size."""
    write_clip(path, pictures, codec=codec, container="webm", container_options={"live": "1"}, **more)  # type: ignore[arg-type]
    path.write_bytes(_with_unknown_sizes(path.read_bytes()))
    return path


def _with_unknown_sizes(data: bytes) -> bytes:
    """Write all ones, which mean "unknown", for the size of each cluster, as a recorder does before its end."""
    changed = bytearray(data)
    at = data.index(_CLUSTER)
    while data[at : at + 4] == _CLUSTER:
        width = 9 - data[at + 4].bit_length()
        size = int.from_bytes(data[at + 4 : at + 4 + width], "big") & ((1 << 7 * width) - 1)
        unknown = (1 << 7 * width + 1) - 1
        changed[at + 4 : at + 4 + width] = unknown.to_bytes(width, "big")
        if size == (1 << 7 * width) - 1:
            break
        at += 4 + width + size
    return bytes(changed)


def later_clusters(data: bytes, time_ms: int) -> bytes:
    """Give the clusters of a live WebM, moved to a later time so that they can be put behind another's."""
    moved = bytearray(data[data.index(_CLUSTER) :])
    # Behind the cluster's size, which may hold the mark of its time by chance.
    at = moved.index(b"\xe7", 4 + 9 - moved[4].bit_length()) + 1
    width = moved[at] & 0x7F
    moved[at + 1 : at + 1 + width] = time_ms.to_bytes(width, "big")
    return bytes(moved)


def _boxes(data: bytes, start: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    while start + 8 <= end:
        size = int.from_bytes(data[start : start + 4], "big")
        yield data[start + 4 : start + 8], start, start + size
        start += size


def find_box(data: bytes, *names: bytes) -> tuple[int, int]:
    """Give start and end of the box at a path as ``moov, trak, tkhd`` in an MP4."""
    start, end = 0, len(data)
    for depth, name in enumerate(names):
        inner = start + 8 if depth else 0
        start, end = next((s, e) for n, s, e in _boxes(data, inner, end) if n == name)
    return start, end


def set_display_matrix(path: Path, a: int, b: int, c: int, d: int) -> Path:
    """Patch the rotation of an MP4 as phones write it: the matrix of the track header, as whole numbers."""
    data = bytearray(path.read_bytes())
    start, _ = find_box(data, b"moov", b"trak", b"tkhd")
    matrix = start + (8 + 4 + 32 if data[start + 8] else 8 + 4 + 20) + 16
    values = [a, b, 0, c, d, 0, 0, 0, 1]
    scale = [1 << 16, 1 << 16, 1 << 30] * 3
    data[matrix : matrix + 36] = struct.pack(">9i", *(v * s for v, s in zip(values, scale, strict=True)))
    path.write_bytes(data)
    return path


MATRIX = {0: (1, 0, 0, 1), 90: (0, 1, -1, 0), 180: (-1, 0, 0, -1), 270: (0, -1, 1, 0)}
"""Display matrices by the clockwise turn that they ask for."""


def set_edit_list(path: Path, *, media_time_s: float, duration_s: float) -> Path:
    """Patch the one edit of an MP4's track: what is shown begins at ``media_time_s``."""
    data = bytearray(path.read_bytes())
    start, _ = find_box(data, b"moov", b"mvhd")
    movie_clock = int.from_bytes(data[start + 20 : start + 24], "big")
    start, _ = find_box(data, b"moov", b"trak", b"mdia", b"mdhd")
    media_clock = int.from_bytes(data[start + 20 : start + 24], "big")
    start, _ = find_box(data, b"moov", b"trak", b"edts", b"elst")
    data[start + 16 : start + 24] = struct.pack(
        ">Ii", round(duration_s * movie_clock), round(media_time_s * media_clock)
    )
    path.write_bytes(data)
    return path
