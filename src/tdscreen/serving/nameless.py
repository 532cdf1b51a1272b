"""What somebody sends lies in memory, in a file without a name, until it is encrypted."""

from __future__ import annotations

import base64
import binascii
import os
import tempfile
from pathlib import Path
from typing import BinaryIO

from tdscreen.errors import InputError

NO_ROOM = "The server has no room for this clip just now. Try again in a while."
_MEMORY = Path("/dev/shm")


class RefusedError(InputError):
    """An upload that is not taken, with the HTTP status that says so."""

    def __init__(self, status: int, problem: str) -> None:
        super().__init__(problem)
        self.status = status


def nameless_file(size_bytes: int) -> BinaryIO:
    """Open a file in memory that has no name and so no trace, if there is room for it.

    Raises
    ------
    RefusedError
        There is none, or this system keeps no files in memory.
    """
    if not _MEMORY.is_dir():
        raise RefusedError(
            507, "Clips are taken in only where /dev/shm holds files in memory, as on Linux: never on a disk."
        )
    room = os.statvfs(_MEMORY)
    if size_bytes > room.f_bavail * room.f_frsize:
        raise RefusedError(507, NO_ROOM)
    return tempfile.TemporaryFile(dir=_MEMORY)


def path_of(file: BinaryIO) -> Path:
    """Give a path by which this process and its children can open a file that has no name."""
    return Path(f"/proc/{os.getpid()}/fd/{file.fileno()}")


def digest_in(header: str | None) -> bytes | None:
    """Read a header as RFC 9530 has it: ``sha-256=:<base64>:``; None if there is none.

    Raises
    ------
    RefusedError
        It is something else.
    """
    if header is None:
        return None
    try:
        return base64.b64decode(header.removeprefix("sha-256=:").removesuffix(":"), validate=True)
    except binascii.Error as error:
        raise RefusedError(400, "The browser sent a checksum that is none. Try again.") from error
