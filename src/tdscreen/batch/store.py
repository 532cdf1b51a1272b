"""The folder of results: the only place that a batch writes to, each file whole or not at all.

.. code-block:: text

    batch.json         marks the folder and the form of what is in it
    measured/ab/...    one file a clip: what was measured in it, or why nothing was
    tracks/ab/...      landmarks, where they were asked for
    seen.jsonl         which files had which content, so that they are not read again to find out
    ...                tables, assessments, manifest and page, made anew at the end of each run
"""

from __future__ import annotations

import contextlib
import errno
import gzip
import json
import os
import shutil
import uuid
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import IO, Any

from tdscreen.errors import DataError, InputError
from tdscreen.keeping.fingerprint import sha256_of
from tdscreen.settings import BATCH

FORMAT_VERSION = 1
"""Of the folder; another one is not written into."""
MARK = "batch.json"
SEEN = "seen.jsonl"
_LOCK = ".lock"
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class Store:
    """A folder of results.

    Parameters
    ----------
    folder : str
        It need not be there yet.
    """

    def __init__(self, folder: str) -> None:
        self.folder = str(Path(folder).absolute())

    def path(self, name: str) -> Path:
        """Return where a file of the store is."""
        return Path(self.folder, name)

    def exists(self, name: str) -> bool:
        """Say whether a file is there."""
        return self.path(name).is_file()

    def read(self, name: str) -> bytes | None:
        """Read a file; None if it is not there."""
        try:
            return self.path(name).read_bytes()
        except FileNotFoundError:
            return None

    @contextlib.contextmanager
    def writing(self, name: str) -> Iterator[Path]:
        """Write a file, which comes to its place when it is whole and safe on the disk.

        Parameters
        ----------
        name : str
            Within the store, parts joined by ``/``. A file of the store that is there is replaced.

        Yields
        ------
        Path
            To be written to.

        Raises
        ------
        OSError
            If it cannot be written, as :func:`explain` puts into words.
        """
        target = self.path(name)
        target.parent.mkdir(parents=True, exist_ok=True)
        part = target.with_name(f".{target.name}.{uuid.uuid4().hex}.part")
        try:
            yield part
            _to_disk(part)
            part.replace(target)
            _to_disk(target.parent)
        finally:
            part.unlink(missing_ok=True)

    def write(self, name: str, content: bytes) -> None:
        """Write a file of which the content is at hand, as :meth:`writing` does."""
        with self.writing(name) as path:
            path.write_bytes(content)

    def mark(self) -> None:
        """Mark the folder as one of results.

        Raises
        ------
        InputError
            It cannot be written to.
        """
        text = json.dumps({"format": FORMAT_VERSION, "written_by": "tdscreen batch"}) + "\n"
        try:
            self.write(MARK, text.encode())
        except OSError as error:
            raise explain(error, self.folder) from error

    def read_record(self, key: str) -> dict[str, Any] | None:
        """Read what is kept of a clip by the key of its result; None if nothing is, or not by this form."""
        content = self.read(record_name(key))
        if content is None:
            return None
        try:
            record = json.loads(gzip.decompress(content))
        except (OSError, EOFError, ValueError):
            # Half a file, as a disk that broke may leave: it is made again.
            return None
        return record if isinstance(record, dict) and record.get("key") == key else None

    def write_record(self, key: str, record: dict[str, Any]) -> None:
        """Keep what is known of a clip. The same record has the same bytes."""
        text = json.dumps({"key": key, **record}, ensure_ascii=False, allow_nan=False, sort_keys=True)
        self.write(record_name(key), gzip.compress(text.encode(), compresslevel=6, mtime=0))

    def records(self, keys: Iterable[str | None]) -> Iterator[dict[str, Any] | None]:
        """Read what is kept of clips, in the order of their keys; None for a clip without a key, too."""
        return (None if key is None else self.read_record(key) for key in keys)

    def sha256(self, name: str) -> str:
        """Return the SHA-256 of a file of the store."""
        return sha256_of(self.path(name))

    @contextlib.contextmanager
    def noting_seen(self) -> Iterator[Callable[[dict[str, Any]], None]]:
        """Give what notes which content a file had, for as long as a run goes on.

        Raises
        ------
        InputError
            It cannot be written, now or when something is noted.
        """
        try:
            lines = self.path(SEEN).open("a", encoding="utf-8")
        except OSError as error:
            raise explain(error, self.folder) from error

        def note(entry: dict[str, Any]) -> None:
            try:
                lines.write(seen_line(entry))
                lines.flush()
            except OSError as error:
                raise explain(error, self.folder) from error

        with lines:
            yield note

    def seen(self) -> dict[tuple[str, int, int], str]:
        """Return the SHA-256 of files that were seen, by name, size and time of writing."""
        return seen_in([self.read(SEEN) or b""])


def seen_line(entry: dict[str, Any]) -> str:
    """Return the line that notes which content a file had."""
    return json.dumps(entry, ensure_ascii=False) + "\n"


def seen_in(texts: Iterable[bytes]) -> dict[tuple[str, int, int], str]:
    """Read such lines: the SHA-256 of files, by name, size and time of writing."""
    found: dict[tuple[str, int, int], str] = {}
    for line in (line for text in texts for line in text.splitlines()):
        try:
            entry = json.loads(line)
            found[entry["name"], entry["size_bytes"], entry["modified_ns"]] = entry["sha256"]
        except (ValueError, KeyError, TypeError):
            # The last line of a run that was cut off; the file is read again instead.
            continue
    return found


def record_name(key: str) -> str:
    """Return the file in which a clip's result is kept."""
    return f"measured/{key[:2]}/{key}.json.gz"


def tracks_name(key: str) -> str:
    """Return the file in which a clip's landmarks are kept."""
    return f"tracks/{key[:2]}/{key}.parquet"


def check_folder(folder: Path, *, needed_bytes: int) -> None:
    """Refuse a folder that results cannot or must not be written to. Nothing is written.

    Parameters
    ----------
    folder : Path
        It need not be there yet.
    needed_bytes : int
        Space that the results may take.

    Raises
    ------
    InputError
        A file is in the way, there is no right or no space, or the folder holds something else.
    DataError
        It was written by another version of tdscreen, in another form.
    """
    there = folder.absolute()
    while not os.path.lexists(there):
        there = there.parent
    if not there.is_dir():
        raise InputError(f"Nothing can be written to the folder {folder}: {there.name} is no folder.")
    if not os.access(there, os.W_OK | os.X_OK):
        raise InputError(f"Nothing can be written to the folder {folder}: there is no right to.")
    if there == folder.absolute():
        _check_mark(folder)
    free_bytes = shutil.disk_usage(there).free
    if free_bytes < needed_bytes:
        raise InputError(
            f"The results may take {needed_bytes / 1e6:,.0f} MB, and {free_bytes / 1e6:,.0f} MB are free where "
            f"{folder} is. Make space, or name a folder on another disk with --out."
        )


def _check_mark(folder: Path) -> None:
    """Refuse what no batch wrote: nothing that somebody keeps there is replaced."""
    mark = folder / MARK
    try:
        content = mark.read_bytes() if mark.is_file() else None
    except OSError as error:
        raise explain(error, folder) from error
    check_mark(content, str(folder), others=any(not _is_own(path) for path in folder.iterdir()))


def _is_own(path: Path) -> bool:
    """Say whether a batch that was cut off in its first moment left this: its lock, and what was to become its mark."""
    return path.name == _LOCK or path.match(f".{MARK}.*.part")


def check_mark(mark: bytes | None, folder: str, *, others: bool) -> None:
    """Refuse what no batch wrote, and what another version did.

    Parameters
    ----------
    mark : bytes or None
        What the mark holds; None if there is none.
    folder : str
        Its name.
    others : bool
        Files are there.

    Raises
    ------
    InputError, DataError
    """
    if mark is None:
        if others:
            raise InputError(
                f"The folder {folder} holds files that no batch has written. Name one that is empty, or not there yet."
            )
        return
    try:
        version = json.loads(mark)["format"]
    except (ValueError, KeyError, TypeError) as error:
        raise DataError(
            f"The folder {folder} is damaged: its {MARK} cannot be read. Name another with --out."
        ) from error
    if version != FORMAT_VERSION:
        raise DataError(
            f"The folder {folder} was written by another version of tdscreen, in form {version}; this version writes "
            f"form {FORMAT_VERSION}. Name another folder with --out, or go on with that version."
        )


@contextlib.contextmanager
def open_store(folder: Path) -> Iterator[Store]:
    """Make the folder of results, mark it, and keep other batches out of it while this one works.

    Parameters
    ----------
    folder : Path
        As :func:`check_folder` has found it good.

    Yields
    ------
    Store

    Raises
    ------
    InputError
        Another batch works there, or it cannot be written to.
    """
    store = Store(str(folder))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / _LOCK).open("w")
    except OSError as error:
        raise explain(error, folder) from error
    with lock:
        if not _locked(lock):
            raise InputError(
                f"Another batch is at work in the folder {folder}. Wait for it, or name another with --out."
            )
        if not store.exists(MARK):
            store.mark()
        # What a run that was cut off had begun to write.
        for part in folder.rglob(".*.part"):
            part.unlink(missing_ok=True)
        yield store


def _locked(lock: IO[str]) -> bool:
    """Take a lock that ends with this process however it ends; where there are no such locks, go without."""
    try:
        import fcntl
    except ImportError:
        return True
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        # A file system that knows no locks, as some networks' are.
        return True
    return True


def explain(error: OSError, folder: str | Path) -> InputError:
    """Say why nothing more can be written, and that what was done is kept."""
    if error.errno in _FULL:
        return InputError(
            f"There is no space left where {folder} is. All that was done is kept: make space and start the same "
            "command again."
        )
    return InputError(
        f"Nothing more can be read from or written to {folder}: {error.strerror or error}. All that was done is kept: "
        "start the same command again when this is mended."
    )


def needed_bytes(sizes_bytes: list[int], *, tracks: bool) -> int:
    """Return the space that the results of clips may take, given the sizes of their files."""
    return len(sizes_bytes) * BATCH.clip_space_bytes + (
        int(sum(sizes_bytes) * BATCH.tracks_share) if tracks else 0
    )


def _to_disk(path: Path) -> None:
    """Wait until a file, or a folder's list of files, would outlast a power cut."""
    if os.name == "nt" and path.is_dir():
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
