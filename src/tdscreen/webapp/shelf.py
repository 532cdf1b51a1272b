"""Where uploads lie while a page is open: a private folder that goes when the page does."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import threading
from pathlib import Path
from typing import BinaryIO

from tdscreen.errors import InputError

CHUNK_BYTES = 1 << 20
PREFIX = "tdscreen-page-"
"""Begins the name of every folder; the number of the process that made it follows."""


def sweep() -> None:
    """Remove folders whose process is gone: one that is killed outright, or loses its power, cannot tidy up itself.

    Only folders of this user's own are touched. Windows has no harmless way to ask whether a process lives; there
    nothing is done.
    """
    if sys.platform == "win32":
        return
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        maker = folder.name.removeprefix(PREFIX).split("-")[0]
        try:
            own = folder.stat().st_uid == os.getuid()
            if own and maker.isdecimal() and not _lives(int(maker)):
                shutil.rmtree(folder)
        except FileNotFoundError:
            continue  # another page was sweeping, too


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


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
                sweep()
                self.folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-"))
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
