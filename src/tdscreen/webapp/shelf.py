"""Where uploads lie while a page is open: a private folder that goes when the page does."""

from __future__ import annotations

import shutil
import tempfile
import threading
from pathlib import Path
from typing import BinaryIO

from tdscreen.errors import InputError

CHUNK_BYTES = 1 << 20


class Shelf:
    """A private temporary folder for the clips of one page, made when the first clip comes.

    Only its owner can read the folder (mode 0700), and :meth:`close` removes it. What a clip was called on
    the uploader's machine never becomes part of a path.
    """

    def __init__(self) -> None:
        self.folder: Path | None = None
        self._closed = False
        self._count = 0
        self._lock = threading.Lock()

    def put(self, source: BinaryIO) -> Path:
        """Copy an upload into the folder under a number, and give its path.

        Raises
        ------
        InputError
            The shelf was closed.
        """
        with self._lock:
            if self._closed:
                raise InputError(
                    "This page was closed and keeps nothing. Load it again and drop the clip once more."
                )
            if self.folder is None:
                self.folder = Path(tempfile.mkdtemp(prefix="tdscreen-"))
            self._count += 1
            path = self.folder / f"clip-{self._count:03d}"
            with path.open("xb") as target:
                path.chmod(0o600)
                shutil.copyfileobj(source, target, CHUNK_BYTES)
        return path

    def close(self) -> None:
        """Remove the folder and what is in it. Doing so twice is no error."""
        with self._lock:
            self._closed = True
            if self.folder is not None and self.folder.exists():
                shutil.rmtree(self.folder)
