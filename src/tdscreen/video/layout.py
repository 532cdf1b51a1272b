"""What the bytes of a file say of themselves, before any decoder sees them.

Only the outermost structure is read: enough to name what is not a video, and to tell whether the file ends
before its own structure does.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from enum import StrEnum
from typing import BinaryIO

_SEGMENT = 0x18538067
_CLUSTER = 0x1F43B675
_UNKNOWN_SIZE_IDS = {_SEGMENT, _CLUSTER}
_BMFF_FIRST_BOXES = {b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"pnot", b"uuid", b"styp", b"sidx"}
_PICTURE_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1", b"avif", b"avis"}


class FileKind(StrEnum):
    """What a file is, by its first bytes."""

    EMPTY = "empty"
    BMFF = "mp4"
    MATROSKA = "matroska"
    RIFF = "avi"
    PICTURE = "picture"
    SOUND = "sound"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Layout:
    """The outermost structure of a file.

    Attributes
    ----------
    kind : FileKind
    cut_short : bool
        The file ends inside an element that it has begun.
    has_index : bool
        False if it is an MP4 or MOV without its index (``moov``), which is written when a recording ends.
    """

    kind: FileKind
    cut_short: bool = False
    has_index: bool = True


def read_layout(file: BinaryIO) -> Layout:
    """Read the outermost structure of a file.

    Parameters
    ----------
    file : binary file
        Seekable; left at its beginning.

    Returns
    -------
    Layout
    """
    end = file.seek(0, os.SEEK_END)
    file.seek(0)
    head = file.read(64)
    file.seek(0)
    kind = _kind(head)
    if kind is FileKind.BMFF:
        layout = _bmff_layout(file, end)
    elif kind is FileKind.MATROSKA:
        layout = Layout(kind, cut_short=_ebml_cut_short(file, end))
    elif kind is FileKind.RIFF:
        layout = Layout(kind, cut_short=int.from_bytes(head[4:8], "little") + 8 > end)
    else:
        layout = Layout(kind)
    file.seek(0)
    return layout


def _kind(head: bytes) -> FileKind:
    if not head:
        return FileKind.EMPTY
    if head[4:8] == b"ftyp" and head[8:12] in _PICTURE_BRANDS:
        return FileKind.PICTURE
    if head[4:8] in _BMFF_FIRST_BOXES:
        return FileKind.BMFF
    if head[:4] == b"\x1a\x45\xdf\xa3":
        return FileKind.MATROSKA
    if head[:4] == b"RIFF":
        return {b"AVI ": FileKind.RIFF, b"WAVE": FileKind.SOUND, b"WEBP": FileKind.PICTURE}.get(
            head[8:12], FileKind.UNKNOWN
        )
    pictures = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"BM", b"II*\x00", b"MM\x00*", b"\xff\x0a", b"8BPS")
    if head.startswith(pictures):
        return FileKind.PICTURE
    if head.startswith((b"ID3", b"fLaC", b"OggS", b"#!AMR", b"\xff\xfb", b"\xff\xf1", b"\xff\xf9")):
        return FileKind.SOUND
    return FileKind.UNKNOWN


def _bmff_layout(file: BinaryIO, end: int) -> Layout:
    """Walk the outermost boxes (ISO/IEC 14496-12, 4.2)."""
    position, has_index = 0, False
    while position + 8 <= end:
        file.seek(position)
        header = file.read(16)
        size, name = int.from_bytes(header[:4], "big"), header[4:8]
        if size == 1:
            size = int.from_bytes(header[8:16], "big")
        elif size == 0:
            size = end - position
        has_index = has_index or name == b"moov"
        if size < 8 or position + size > end:
            return Layout(FileKind.BMFF, cut_short=True, has_index=has_index)
        position += size
    return Layout(FileKind.BMFF, cut_short=position < end, has_index=has_index)


def _ebml_cut_short(file: BinaryIO, end: int) -> bool:
    """Walk segment and clusters, of unknown size if a live recorder wrote them (RFC 8794, RFC 9559)."""
    position = 0
    while position < end:
        file.seek(position)
        header = file.read(12)
        identifier, id_length = _ebml_number(header, keep_marker=True)
        size, size_length = _ebml_number(header[id_length:], keep_marker=False)
        if id_length == 0 or size_length == 0:
            return True
        start = position + id_length + size_length
        unknown = size == (1 << (7 * size_length)) - 1
        if unknown and identifier not in _UNKNOWN_SIZE_IDS:
            return True
        if not unknown and start + size > end:
            return True
        # Inside an element of unknown size its children follow; any other is stepped over whole.
        position = start if unknown else start + size
    return False


def _ebml_number(data: bytes, *, keep_marker: bool) -> tuple[int, int]:
    """Decode a number of variable length; its length is 0 if it is not whole."""
    if not data or data[0] == 0:
        return 0, 0
    length = 9 - data[0].bit_length()
    if len(data) < length:
        return 0, 0
    value = int.from_bytes(data[:length], "big")
    return (value if keep_marker else value & ((1 << (7 * length)) - 1)), length
