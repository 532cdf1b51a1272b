"""Writing a file whole or not at all, and never in the place of another."""

from __future__ import annotations

import contextlib
import os
import uuid
from collections.abc import Iterator
from pathlib import Path

from tdscreen.errors import InputError


def require_new(out: Path) -> None:
    """Make sure, before any work, that a file can be written where none is yet.

    Parameters
    ----------
    out : Path

    Raises
    ------
    InputError
        Something is in the way, or the folder is not there or may not be written to.
    """
    if os.path.lexists(out):
        raise InputError(f"{out} is already there. Name another file, or remove that one first.")
    folder = out.absolute().parent
    if not folder.is_dir():
        raise InputError(f"There is no folder {folder} to write to. Make it first.")
    if not os.access(folder, os.W_OK):
        raise InputError(f"Nothing may be written to the folder {folder}. Choose another.")


@contextlib.contextmanager
def written_whole(*outs: Path) -> Iterator[tuple[Path, ...]]:
    """Write files beside their places and give them their names once all are whole.

    Parameters
    ----------
    *outs : Path
        Of files that are not there yet.

    Yields
    ------
    tuple of Path
        Where to write each. What was cut short leaves nothing.

    Raises
    ------
    InputError
        Something is in the way of one, or its folder cannot be written to, or the disk is full.
    """
    for out in outs:
        require_new(out)
    mark = uuid.uuid4().hex
    parts = tuple(out.with_name(f".{out.name}.{mark}.part") for out in outs)
    named: list[Path] = []
    try:
        yield parts
        for part, out in zip(parts, outs, strict=True):
            require_new(out)
            part.rename(out)
            named.append(out)
        named.clear()
    except OSError as error:
        raise InputError(f"{outs[0]} could not be written: {error.strerror or error}.") from error
    finally:
        for path in (*parts, *named):
            path.unlink(missing_ok=True)
