"""Files at an address, as ``s3://bucket/folder``: whatever fsspec has a file system for, and the disk besides.

What a storage needs to let us in (keys, an endpoint of its own) is told to it by the environment, as ``AWS_...`` or
``FSSPEC_S3_ENDPOINT_URL``, on every machine, and never by a command line or a table.
"""

from __future__ import annotations

import contextlib
import datetime
import errno
import hashlib
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

from tdscreen.errors import InputError
from tdscreen.keeping.fingerprint import sha256_of

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem

    from tdscreen.batch.plan import PlannedClip

P = ParamSpec("P")
T = TypeVar("T")
_AT_ONCE = 4 * 1024**2
_TIMES = ("LastModified", "mtime", "updated", "last_modified", "created")
"""What file systems call the time at which a file was written."""


def is_address(name: str) -> bool:
    """Say whether a name is an address and not a path of this machine."""
    return "://" in name


def reach(address: str) -> tuple[AbstractFileSystem, str]:
    """Find the file system of an address.

    Parameters
    ----------
    address : str

    Returns
    -------
    system : fsspec.AbstractFileSystem
    path : str
        Within it, without a slash at its end.

    Raises
    ------
    InputError
        Nothing is installed that knows such addresses.
    """
    try:
        import fsspec

        # Other machines write there, too: a list of files that is kept would be an old one.
        system, path = fsspec.url_to_fs(address, use_listings_cache=False)
    except (ImportError, ValueError) as error:
        raise InputError(
            f"{address} cannot be reached: {error}. Addresses need the extra 'cluster', those of S3 the extra 's3', "
            "and every other kind of storage the package that fsspec has for it."
        ) from error
    return system, path.rstrip("/")


def asked(call: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Ask a file system for something; whatever goes wrong is an OSError.

    Raises
    ------
    OSError
    """
    try:
        return call(*args, **kwargs)
    except OSError:
        raise
    except Exception as error:
        # Every kind of storage has errors of its own kind, for a network that fails among others.
        raise OSError(errno.EIO, f"{type(error).__name__}: {error}") from error


def files_below(address: str) -> dict[str, Mapping[str, Any]]:
    """List the files below an address.

    Parameters
    ----------
    address : str

    Returns
    -------
    dict of str to mapping
        What the storage says of each, by its name below the address, parts joined by ``/``.

    Raises
    ------
    InputError
        It cannot be listed.
    """
    system, path = reach(address)
    try:
        found = asked(system.find, path, detail=True)
    except OSError as error:
        raise InputError(f"{address} cannot be listed: {error.strerror or error}.") from error
    below = {name[len(path) :].lstrip("/"): about for name, about in found.items()}
    # Some programs leave an empty object where a folder would be, under its name and a slash.
    return {name: about for name, about in below.items() if name and not name.endswith("/")}


def try_reading(address: str) -> None:
    """Read the first byte of a file at an address: a storage may let us list what it does not let us read.

    Raises
    ------
    OSError
    """
    system, path = reach(address)
    with asked(system.open, path, "rb", block_size=_AT_ONCE, cache_type="none") as file:
        asked(file.read, 1)


def stamp_of(about: Mapping[str, Any]) -> tuple[int, int]:
    """Return size in bytes and time of writing in ns of a file at an address.

    Where the storage knows no time, a number of all that it says stands in for it: that changes with the file, too.
    """
    size_bytes = int(about.get("size") or 0)
    for name in _TIMES:
        time = about.get(name)
        if isinstance(time, datetime.datetime):
            return size_bytes, int(time.timestamp() * 1e6) * 1000
        if isinstance(time, (int, float)):
            return size_bytes, int(time * 1e6) * 1000
    said = hashlib.sha256(repr(sorted((name, str(value)) for name, value in about.items())).encode())
    return size_bytes, int.from_bytes(said.digest()[:7], "big")


def bytes_at(path: str) -> bytes:
    """Read a file, on the disk or at an address.

    Raises
    ------
    OSError
    """
    if not is_address(path):
        return Path(path).read_bytes()
    read = bytearray()
    _pieces(path, read.extend)
    return bytes(read)


def sha256_at(path: str) -> str:
    """Return the SHA-256 of a file, on the disk or at an address.

    Raises
    ------
    OSError
    """
    if not is_address(path):
        return sha256_of(Path(path))
    hashed = hashlib.sha256()
    _pieces(path, hashed.update)
    return hashed.hexdigest()


@contextlib.contextmanager
def at_hand(clip: PlannedClip, *, largest_bytes: int) -> Iterator[tuple[Path, str]]:
    """Give a clip's file on this machine, and the SHA-256 of its bytes.

    Parameters
    ----------
    clip : PlannedClip
    largest_bytes : int
        A larger one will be refused; so much of it and no more is fetched to this machine's disk.

    Yields
    ------
    path : Path
        Of an address, a copy under the same name, which ends with the context.
    sha256 : str

    Raises
    ------
    OSError
        It may not be read.
    """
    if not is_address(clip.path):
        yield Path(clip.path), sha256_of(Path(clip.path))
        return
    if clip.file in ("", ".", ".."):
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
    with tempfile.TemporaryDirectory(prefix="tdscreen-") as folder:
        path = Path(folder, clip.file)
        hashed = hashlib.sha256()
        with path.open("wb") as copy:
            size_bytes = 0

            def take(piece: bytes) -> None:
                nonlocal size_bytes
                hashed.update(piece)
                size_bytes += len(piece)
                if size_bytes <= largest_bytes:
                    copy.write(piece)

            _pieces(clip.path, take)
            # One that is too large is refused by its size alone: the rest is a hole, which takes no space.
            copy.truncate(size_bytes)
        yield path, hashed.hexdigest()


def _pieces(address: str, take: Callable[[bytes], object]) -> None:
    """Read a file from its beginning to its end."""
    system, path = reach(address)
    with asked(system.open, path, "rb", block_size=_AT_ONCE, cache_type="readahead") as file:
        while piece := asked(file.read, _AT_ONCE):
            take(piece)
