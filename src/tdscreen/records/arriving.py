"""A clip that is being sent lies on the disk, without a name, encrypted by a key that this process alone has.

So memory does not grow with the clips that are being sent, and what a server that was killed leaves of them can be
read by nobody: the kernel takes a file without a name back, and its key was in memory only.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from tdscreen.errors import InputError
from tdscreen.records.sealed_file import SealedReader, SealedWriter
from tdscreen.records.sealing import new_key

_CONTEXT = "clip that arrives"
_DESCRIPTORS = Path("/proc/self/fd")


class NoRoomError(InputError):
    """There is no place for a clip."""

    def __init__(
        self, problem: str = "The server has no room for this clip just now. Try again in a while."
    ) -> None:
        super().__init__(problem)


@dataclass(frozen=True)
class Arrived:
    """A clip that came whole, until whoever sent it is told what became of it.

    Attributes
    ----------
    path : Path
        By which this process and its children can open the file, encrypted as it is.
    key : bytes
    sha256 : str
        Of the clip's own bytes.
    """

    path: Path
    key: bytes = field(repr=False)
    sha256: str


class Arriving:
    """A clip of which more is to come.

    Parameters
    ----------
    folder : Path
        Of the store.
    size_bytes : int
        Of the clip.
    promised_bytes : int
        Room that others need which are being sent already.

    Raises
    ------
    NoRoomError
        The disk is too full, or this system knows no files without a name.
    """

    def __init__(self, folder: Path, size_bytes: int, *, promised_bytes: int = 0) -> None:
        if not _DESCRIPTORS.is_dir():
            raise NoRoomError("Clips can be sent to a server on Linux only.")
        # For it, and for what the store keeps of it, which is written before it is let go of.
        if 2 * size_bytes + promised_bytes > shutil.disk_usage(folder).free:
            raise NoRoomError
        self._key = new_key()
        self._hashed = hashlib.sha256()
        self.received = 0
        path = folder / f".arriving-{os.urandom(8).hex()}"
        try:
            self._writer = SealedWriter(path, self._key, context=_CONTEXT)
            self._file: BinaryIO = path.open("rb")
        finally:
            path.unlink(missing_ok=True)

    @property
    def closed(self) -> bool:
        """Whether it was let go of."""
        return self._file.closed

    @property
    def sha256(self) -> str:
        """Of what has come so far."""
        return self._hashed.hexdigest()

    def add(self, piece: bytes) -> None:
        """Add a piece behind the others."""
        self._writer.write(piece)
        self._hashed.update(piece)
        self.received += len(piece)

    def whole(self) -> Arrived:
        """Say where the clip can be read, for as long as it is not let go of. Nothing can be added any more."""
        self._writer.close()
        path = Path(f"/proc/{os.getpid()}/fd/{self._file.fileno()}")
        return Arrived(path, self._key, self.sha256)

    def close(self) -> None:
        """Let go of it: nothing is left."""
        if not self._writer.closed:
            # What a full disk did not take is wanted by nobody any more.
            with contextlib.suppress(OSError):
                self._writer.abandon()
        self._file.close()

    def __enter__(self) -> Arriving:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def read_arrived(path: Path, key: bytes) -> SealedReader:
    """Open a clip that came whole, in this process or in one that was given its key."""
    return SealedReader(path, key, context=_CONTEXT)
