"""A folder of results at an address: the same files as on a disk, each of which appears whole or not at all."""

from __future__ import annotations

import contextlib
import tempfile
import time
import uuid
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from typing import Any

from tdscreen.batch.addresses import asked, is_address, reach, sha256_at
from tdscreen.batch.store import (
    MARK,
    Store,
    check_folder,
    check_mark,
    explain,
    open_store,
    seen_in,
    seen_line,
)
from tdscreen.errors import InputError
from tdscreen.settings import BATCH

_SEEN = "seen"
"""A folder, since nothing can be added to a file at an address."""


class RemoteStore(Store):
    """A folder of results at an address, as ``s3://bucket/results``.

    Parameters
    ----------
    folder : str
        It need not be there yet.
    """

    def __init__(self, folder: str) -> None:
        self.folder = folder.rstrip("/")
        self._system, self._root = reach(folder)

    def exists(self, name: str) -> bool:
        """Say whether a file is there."""
        return bool(asked(self._system.isfile, self._at(name)))

    def read(self, name: str) -> bytes | None:
        """Read a file; None if it is not there."""
        try:
            content: bytes = asked(self._system.cat_file, self._at(name))
        except FileNotFoundError:
            return None
        return content

    @contextlib.contextmanager
    def writing(self, name: str) -> Iterator[Path]:
        """Write a file on this machine's disk, and put it in its place when it is whole.

        Parameters
        ----------
        name : str

        Yields
        ------
        Path
            To be written to.

        Raises
        ------
        OSError
            If it cannot be written.
        """
        with tempfile.TemporaryDirectory(prefix="tdscreen-") as folder:
            part = Path(folder, "part")
            yield part
            try:
                asked(self._system.put_file, str(part), self._at(name))
            except FileNotFoundError:
                # Most storages know no folders; those that do want them made. A bucket is nothing to be made on the
                # way: it costs, it has a place and an owner, and what asks for one is a name that was mistyped.
                if not self.has_bucket():
                    raise
                asked(self._system.makedirs, self._at(name).rpartition("/")[0], exist_ok=True)
                asked(self._system.put_file, str(part), self._at(name))

    def records(self, keys: Iterable[str | None]) -> Iterator[dict[str, Any] | None]:
        """Read what is kept of clips, in the order of their keys, many at one time and no more ahead."""
        with ThreadPoolExecutor(BATCH.reads_at_once, thread_name_prefix="record") as pool:
            waiting: deque[Future[dict[str, Any] | None]] = deque()
            left = iter(keys)
            try:
                while True:
                    for key in islice(left, 2 * BATCH.reads_at_once - len(waiting)):
                        waiting.append(pool.submit(self._record, key))
                    if not waiting:
                        return
                    yield waiting.popleft().result()
            finally:
                pool.shutdown(wait=False, cancel_futures=True)

    def sha256(self, name: str) -> str:
        """Return the SHA-256 of a file of the store."""
        return sha256_at(f"{self.folder}/{name}")

    @contextlib.contextmanager
    def noting_seen(self) -> Iterator[Callable[[dict[str, Any]], None]]:
        """Give what notes which content a file had: in files of many lines each, the last at the end."""
        lines: list[str] = []
        begun_s = time.monotonic()

        def keep() -> None:
            nonlocal begun_s
            if lines:
                try:
                    self.write(f"{_SEEN}/{uuid.uuid4().hex}.jsonl", "".join(lines).encode())
                except OSError as error:
                    raise explain(error, self.folder) from error
            lines.clear()
            begun_s = time.monotonic()

        def note(entry: dict[str, Any]) -> None:
            lines.append(seen_line(entry))
            if len(lines) >= BATCH.seen_at_once or time.monotonic() - begun_s >= BATCH.seen_holds_s:
                keep()

        try:
            yield note
        finally:
            keep()

    def seen(self) -> dict[tuple[str, int, int], str]:
        """Return the SHA-256 of files that were seen, by name, size and time of writing."""
        try:
            names = asked(self._system.find, self._at(_SEEN))
            with ThreadPoolExecutor(BATCH.reads_at_once) as pool:
                return seen_in(pool.map(lambda name: asked(self._system.cat_file, name), names))
        except OSError as error:
            raise explain(error, self.folder) from error

    def holds_something(self) -> bool:
        """Say whether any file is there."""
        try:
            return bool(asked(self._system.ls, self._root, detail=False))
        except FileNotFoundError:
            return False

    def has_bucket(self) -> bool:
        """Say whether the bucket, container or root that the folder is in is there, as far as one may ask."""
        top = self._root.partition("/")[0]
        try:
            # Where a path begins with a slash there are folders from the root on.
            return not top or bool(asked(self._system.info, top))
        except FileNotFoundError:
            return False
        except PermissionError:
            # To write into a folder of a bucket one need not be let look at the bucket.
            return True

    def _record(self, key: str | None) -> dict[str, Any] | None:
        try:
            return None if key is None else self.read_record(key)
        except OSError as error:
            raise explain(error, self.folder) from error

    def _at(self, name: str) -> str:
        return f"{self._root}/{name}"


def store_at(folder: str) -> Store:
    """Return the folder of results of a name, on the disk or at an address."""
    return RemoteStore(folder) if is_address(folder) else Store(folder)


def check_place(out: str, *, needed_bytes: int) -> None:
    """Refuse a place that results cannot or must not be written to, as :func:`tdscreen.batch.store.check_folder` does.

    Of an address nobody can tell how much space there is.
    """
    if not is_address(out):
        check_folder(Path(out), needed_bytes=needed_bytes)
        return
    store = RemoteStore(out)
    try:
        mark = store.read(MARK)
        others = mark is None and store.holds_something()
        nowhere = mark is None and not others and not store.has_bucket()
    except OSError as error:
        raise InputError(f"{out} may not be read: {error.strerror or error}.") from error
    if nowhere:
        raise InputError(
            f"Nothing can be written to {out}: there is no such bucket. Check its name, or make it first."
        )
    check_mark(mark, out, others=others)


@contextlib.contextmanager
def open_place(out: str) -> Iterator[Store]:
    """Make and mark a place for results, on the disk or at an address; the latter knows no locks.

    Yields
    ------
    Store

    Raises
    ------
    InputError
        Another batch works there, or it cannot be written to.
    """
    if not is_address(out):
        with open_store(Path(out)) as opened:
            yield opened
        return
    store = RemoteStore(out)
    # Written also where it is there already, since that is how rights and network are tried.
    store.mark()
    yield store
