"""A clip's pictures are taken over as they are coded, without its sound and without what the file says beside them.

Runs in a process of its own (:mod:`tdscreen.isolation`), since it reads a stranger's file. What it writes is
encrypted before it reaches the disk. Where the clip was filmed, and with what, stays behind with the sound.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterator
from io import BufferedReader
from pathlib import Path
from typing import Any, BinaryIO, cast

import av
from av.container import InputContainer, OutputContainer
from av.packet import Packet
from av.video.stream import VideoStream

from tdscreen.errors import VideoError
from tdscreen.isolation import JSON, Progress
from tdscreen.records.arriving import read_arrived
from tdscreen.records.sealed_file import SealedWriter
from tdscreen.settings import VIDEO
from tdscreen.video.opening import check_path, open_container, open_file

_IN_MP4 = frozenset({"h264", "hevc", "vp9", "libvpx-vp9", "av1", "libdav1d", "mpeg4"})
"""Codecs that the form MP4 holds; MOV holds the others."""
_MOST_REORDERED = 16
"""Pictures that can stand in a file behind one that is shown after them (H.264 and HEVC keep so many at most)."""


def seal_without_sound(
    source: str,
    source_key: str | None,
    name: str,
    out: str,
    key: str,
    context: str,
    report: Callable[[Progress], None],
) -> dict[str, JSON]:
    """Write the pictures of a clip into a new sealed file.

    Parameters
    ----------
    source : str
        Path of the clip.
    source_key : str or None
        In Base64, of a clip that was sent and lies there encrypted; None of one that lies there as it is.
    name : str
        The clip's name in sentences.
    out : str
        Path of the file to write.
    key : str
        Of the patient, in Base64.
    context : str
        See :class:`~tdscreen.records.sealed_file.SealedWriter`.
    report : callable
        Is told how far it has come.

    Returns
    -------
    dict
        ``sha256`` of the clip's bytes, and ``cut_short``, whether they end before their own structure does.

    Raises
    ------
    InputError, LimitError, VideoError
        The file is not a clip, or too large, or one whose pictures cannot be taken over.
    """
    clip = check_path(source, settings=VIDEO)
    with _open(clip, source_key) as file:
        digest = hashlib.file_digest(cast(BufferedReader, file), "sha256").hexdigest()
        file.seek(0)
        container, stream, layout = open_container(file, name=name, settings=VIDEO)
        writer = SealedWriter(Path(out), base64.b64decode(key), context=context)
        try:
            with container:
                _copy(container, stream, writer, name=name, report=report)
        except BaseException:
            writer.abandon()
            raise
        writer.close()
    return {"sha256": digest, "cut_short": layout.cut_short}


def _open(clip: Path, key: str | None) -> BinaryIO:
    return open_file(clip) if key is None else BufferedReader(read_arrived(clip, base64.b64decode(key)))


def _copy(
    container: InputContainer,
    stream: VideoStream,
    writer: SealedWriter,
    *,
    name: str,
    report: Callable[[Progress], None],
) -> None:
    form = _form(container, stream)
    # The clip's own clock, so that every time stays what it was.
    clock = {"video_track_timescale": str(stream.time_base.denominator)} if stream.time_base else {}
    failed = VideoError(
        f"The pictures of {name} cannot be taken over without their sound. Convert the clip to MP4 (H.264) with "
        "another program and try again."
    )
    n = 0
    try:
        with av.open(
            writer, mode="w", format=form, options=clock if form in ("mp4", "mov") else {}
        ) as output:
            copy = _stream_for(output, stream)
            for packet in _shown(container, stream, name):
                packet.stream = copy
                output.mux(packet)
                n += 1
                if n % 100 == 0:
                    report(Progress(n, 0.0, None))
    except (av.error.FFmpegError, ValueError) as error:
        raise failed from error
    if n == 0:
        raise failed


def _form(container: InputContainer, stream: VideoStream) -> str:
    """Choose a form that holds these pictures with their times."""
    family = container.format.name.split(",")[0]
    if family == "matroska":
        return "matroska"
    if family.startswith("mpeg"):
        return "mpegts"
    codec = stream.codec_context.name if stream.codec_context is not None else ""
    return "mp4" if codec in _IN_MP4 else "mov"


def _stream_for(output: OutputContainer, stream: VideoStream) -> Any:
    copy = output.add_stream_from_template(stream, opaque=True)
    copy.metadata.clear()
    copy.time_base = stream.time_base
    return copy


def _shown(container: InputContainer, stream: VideoStream, name: str) -> Iterator[Packet[Any]]:
    """Give the packets of the pictures that are shown, and of those before them that these need.

    What was cut off a clip's beginning on the phone stays hidden, before time 0; what was cut off its end is not taken
    over, nor are the last pictures before the cut where they cannot be decoded without those behind it.
    """
    cut = False
    lost = 0
    for packet in container.demux(stream):
        if packet.dts is None and packet.pts is None:
            continue
        if packet.is_discard and (packet.pts or 0) >= 0:
            cut = True
        elif not cut:
            yield packet
        elif not packet.is_discard:
            lost += 1
            if lost > _MOST_REORDERED:
                raise VideoError(
                    f"{name} was cut in its middle, and what was cut out is still in it. Export it as a new video, and "
                    "take that."
                )
