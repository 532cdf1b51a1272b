"""Files encrypted in pieces, so that one of 4 GB passes through little memory and can be read from any place.

A file has a key of its own, which stands at its head, encrypted with its patient's. Then come its pieces, each
encrypted by itself; its nonce is its number, which no other piece of the file has, and with it goes whether it is the
last. A piece that was changed, moved or taken from another file does not open, nor does a file that was cut off. (The
construction is STREAM of Hoang, Reyhanitabar, Rogaway and Vizár 2015.)
"""

from __future__ import annotations

import io
import os
import struct
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tdscreen.errors import DataError
from tdscreen.records.sealing import KEY_BYTES, NONCE_BYTES, TAG_BYTES, new_key, seal, unseal
from tdscreen.settings import RECORDS

_MAGIC = b"TDSEAL1\n"
_LENGTHS = struct.Struct(">I")
_SEALED_KEY_BYTES = NONCE_BYTES + KEY_BYTES + TAG_BYTES
HEAD_BYTES = len(_MAGIC) + _LENGTHS.size + _SEALED_KEY_BYTES
"""Without these nothing of the file can be read any more."""
_MORE, _LAST = b"more", b"last"


class SealedWriter(io.RawIOBase):
    """Writes a new sealed file, once through from its beginning to its end.

    The first piece is held until the end: who writes videos goes back there to say how long they have become.

    Parameters
    ----------
    path : Path
        Of a file that is not there yet. It is whole once the writer is closed; a writer that is not, leaves a file
        that does not open.
    key : bytes
        Of the patient.
    context : str
        What the file is; the reader has to know it.
    chunk_bytes : int
        Of a piece.
    """

    def __init__(
        self, path: Path, key: bytes, *, context: str, chunk_bytes: int = RECORDS.chunk_bytes
    ) -> None:
        own = new_key()
        self._cipher = AESGCM(own)
        self._chunk_bytes = chunk_bytes
        self._first = bytearray()
        self._held = bytearray()
        self._index = 1
        self._at = self._size = 0
        # Nobody else may open it, from the first moment on.
        self._file: BinaryIO = os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
        self._file.write(_MAGIC + _LENGTHS.pack(chunk_bytes) + seal(key, own, context=context))
        # The place of the first piece.
        self._file.write(bytes(chunk_bytes + TAG_BYTES))

    def writable(self) -> bool:
        """Say that it can be written."""
        return True

    def seekable(self) -> bool:
        """Say that the first piece can be gone back to."""
        return True

    def tell(self) -> int:
        """Give the place of the next byte."""
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to the end, or to where the first piece is."""
        origin = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = origin + offset
        return self._at

    def write(self, data: object) -> int:
        """Add bytes, or replace some of the first piece.

        Raises
        ------
        io.UnsupportedOperation
            The place is neither the end nor the first piece.
        ValueError
            It is closed.
        """
        if self.closed:
            raise ValueError("A sealed file that is closed takes nothing more.")
        view = memoryview(data).cast("B")  # type: ignore[arg-type]
        if self._at == self._size:
            self._add(view)
        elif self._at >= 0 and self._at + len(view) <= len(self._first):
            self._first[self._at : self._at + len(view)] = view
        else:
            raise io.UnsupportedOperation("Only the first piece of a sealed file can be written again.")
        self._at += len(view)
        self._size = max(self._size, self._at)
        return len(view)

    def close(self) -> None:
        """Write the last piece and the first, and wait until the disk has it all."""
        if self.closed:
            return
        try:
            if self._held:
                self._put(bytes(self._held), _LAST)
            end = self._file.tell()
            self._file.seek(HEAD_BYTES)
            self._file.write(
                self._cipher.encrypt(_nonce(0), bytes(self._first), _MORE if self._held else _LAST)
            )
            self._file.truncate(end if self._held else self._file.tell())
            self._file.flush()
            os.fsync(self._file.fileno())
        finally:
            self._file.close()
            super().close()

    def abandon(self) -> None:
        """Stop without the first piece and the last: what was written will not open."""
        self._file.close()
        super().close()

    def _add(self, view: memoryview) -> None:
        room = self._chunk_bytes - len(self._first)
        self._first += view[:room]
        self._held += view[room:]
        # One piece is held back: it may be the last.
        while len(self._held) > self._chunk_bytes:
            self._put(bytes(self._held[: self._chunk_bytes]), _MORE)
            del self._held[: self._chunk_bytes]

    def _put(self, piece: bytes, mark: bytes) -> None:
        self._file.write(self._cipher.encrypt(_nonce(self._index), piece, mark))
        self._index += 1


class SealedReader(io.RawIOBase):
    """Reads a sealed file, from any place in it; only the pieces that are asked for are decrypted.

    Parameters
    ----------
    path : Path
    key : bytes
        Of the patient.
    context : str
        As it was written with.

    Raises
    ------
    DataError
        The file is not what it should be. A piece that was changed is found when it is read.
    """

    def __init__(self, path: Path, key: bytes, *, context: str) -> None:
        try:
            self._file = path.open("rb")
        except OSError as error:
            raise DataError(
                f"A file of the clinic's store cannot be read ({error.strerror or error}). Restore it from a backup."
            ) from error
        try:
            head = self._file.read(HEAD_BYTES)
            if len(head) < HEAD_BYTES or not head.startswith(_MAGIC):
                raise _damaged()
            (self._chunk_bytes,) = _LENGTHS.unpack_from(head, len(_MAGIC))
            self._cipher = AESGCM(unseal(key, head[-_SEALED_KEY_BYTES:], context=context))
            sealed_bytes = os.fstat(self._file.fileno()).st_size - HEAD_BYTES
            self._pieces = -(-sealed_bytes // (self._chunk_bytes + TAG_BYTES)) if self._chunk_bytes else 0
            self._size = sealed_bytes - self._pieces * TAG_BYTES
            if self._pieces == 0 or self._size < 0:
                raise _damaged()
        except BaseException:
            self._file.close()
            raise
        self._at = 0
        self._open_piece: tuple[int, bytes] = (-1, b"")

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def seekable(self) -> bool:
        """Say that any place can be gone to."""
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place of the file as it was before it was sealed."""
        origin = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(origin + offset, 0)
        return self._at

    def tell(self) -> int:
        """Give the place of the next byte."""
        return self._at

    def readinto(self, buffer: object) -> int:
        """Fill a buffer, up to the end of one piece."""
        view = memoryview(buffer).cast("B")  # type: ignore[arg-type]
        if self._at >= self._size or not len(view):
            return 0
        index, within = divmod(self._at, self._chunk_bytes)
        piece = self._piece(index)[within : within + len(view)]
        view[: len(piece)] = piece
        self._at += len(piece)
        return len(piece)

    def check(self) -> None:
        """Decrypt the whole file once.

        Raises
        ------
        DataError
            Some of it was changed.
        """
        for index in range(self._pieces):
            self._piece(index)

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()
        super().close()

    def _piece(self, index: int) -> bytes:
        if self._open_piece[0] != index:
            self._file.seek(HEAD_BYTES + index * (self._chunk_bytes + TAG_BYTES))
            sealed = self._file.read(self._chunk_bytes + TAG_BYTES)
            mark = _LAST if index == self._pieces - 1 else _MORE
            try:
                self._open_piece = index, self._cipher.decrypt(_nonce(index), sealed, mark)
            except (InvalidTag, ValueError) as error:
                raise _damaged() from error
        return self._open_piece[1]


def _nonce(index: int) -> bytes:
    return index.to_bytes(NONCE_BYTES, "big")


def _damaged() -> DataError:
    return DataError("A file of the clinic's store was changed, cut off or moved. Restore it from a backup.")
