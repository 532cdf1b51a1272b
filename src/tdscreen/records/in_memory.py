"""Private folders that no disk ever sees, for what has to be unpacked to be read.

Each holds a lock for as long as the program that made it lives. A folder whose lock is free was left behind by a
program that was killed, and is removed by the next that comes (:func:`remove_abandoned`).
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import mkdtemp
from typing import IO

from tdscreen.errors import InputError
from tdscreen.settings import RECORDS

FOLDER_VARIABLE = "TDSCREEN_CLINIC_WORK_FOLDER"
"""Environment variable that names another folder, which whoever set it vouches for."""
_SHARED_MEMORY = Path("/dev/shm")
"""Where Linux keeps files in memory."""
_NEW, _HELD, _LOCK = "tdscreen-new-", "tdscreen-clinic-", "lock"


@contextlib.contextmanager
def private_folder() -> Iterator[Path]:
    """Give a new folder in memory, for nobody but its owner to enter; it goes with all that is in it.

    Raises
    ------
    InputError
        This system keeps no files in memory, and no other folder was named.
    """
    root = _root()
    try:
        new = Path(mkdtemp(dir=root, prefix=_NEW))
    except OSError as error:
        raise InputError(f"Nothing can be kept in {root}: {error.strerror or error}.") from error
    folder = root / new.name.replace(_NEW, _HELD, 1)
    with (new / _LOCK).open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        # Only now does it have the name by which one that was left behind is known.
        new.rename(folder)
        try:
            yield folder
        finally:
            shutil.rmtree(folder)


def require_room(folder: Path, n_bytes: int) -> None:
    """Make sure that a folder in memory can take so much.

    Raises
    ------
    InputError
        It cannot.
    """
    free = shutil.disk_usage(folder).free
    if n_bytes > free:
        raise InputError(
            f"{folder.parent} has room for {free / 1e6:,.0f} MB, and {n_bytes / 1e6:,.0f} MB are to be unpacked there. "
            f"Give it more memory (a container: --shm-size), or name an encrypted folder in {FOLDER_VARIABLE}."
        )


def remove_abandoned() -> int:
    """Remove what programs that were killed have left, and say how many folders there were."""
    removed = 0
    for folder in _root().glob(f"{_HELD}*"):
        with contextlib.suppress(FileNotFoundError, PermissionError), (folder / _LOCK).open("rb") as lock:
            if _is_free(lock):
                shutil.rmtree(folder)
                removed += 1
    # Killed before there was a lock: nothing is in it yet.
    before_s = time.time() - RECORDS.stale_part_s
    for folder in _root().glob(f"{_NEW}*"):
        with contextlib.suppress(FileNotFoundError, PermissionError):
            if folder.stat().st_mtime < before_s and folder.stat().st_uid == os.getuid():
                shutil.rmtree(folder)
                removed += 1
    return removed


def _is_free(lock: IO[bytes]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _root() -> Path:
    if named := os.environ.get(FOLDER_VARIABLE):
        root = Path(named)
        if not root.is_dir():
            raise InputError(
                f"There is no folder {named}, which {FOLDER_VARIABLE} names. Make it, or name another."
            )
        return root
    if not _SHARED_MEMORY.is_dir():
        raise InputError(
            "Videos and landmarks are unpacked in memory alone, in /dev/shm, and this system has none. Name a folder "
            f"on an encrypted disk that nobody else can enter in {FOLDER_VARIABLE}."
        )
    return _SHARED_MEMORY
