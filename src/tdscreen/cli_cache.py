"""The door to the tracks that are kept: ``tdscreen cache``."""

from __future__ import annotations

import click

from tdscreen.errors import InputError
from tdscreen.printing import printable

_MEGABYTE = 1024 * 1024


@click.group()
def cache() -> None:
    """Show or clear the landmarks that are kept.

    So that a clip is followed once, the landmarks of each are kept on this machine: numbers and no picture, for its
    owner alone to read, found again by what is in the file. Those not used for longest go first. Set TDSCREEN_CACHE to
    another folder, or to "off", to keep them elsewhere, or none.
    """


@cache.command()
def show() -> None:
    """Say where they are kept, how many, and how large."""
    from tdscreen.keeping.cache import user_cache
    from tdscreen.settings import CACHE

    kept = user_cache()
    if kept is None:
        click.echo("Nothing is kept: TDSCREEN_CACHE is off.")
        return
    held = kept.contents()
    click.echo(
        printable(
            f"{held.folder}: {_clips(held.entries)}, {held.size_bytes / _MEGABYTE:.1f} MB "
            f"of at most {CACHE.max_bytes / _MEGABYTE:.0f} MB."
        )
    )


@cache.command()
def clear() -> None:
    """Remove them all. Clips are followed anew, then."""
    from tdscreen.keeping.cache import user_cache

    kept = user_cache()
    if kept is None:
        click.echo("Nothing is kept: TDSCREEN_CACHE is off.")
        return
    try:
        removed = kept.clear()
    except OSError as error:
        raise InputError(
            f"{kept.folder} could not be cleared: {error.strerror or error}. Remove the folder by hand."
        ) from error
    click.echo(
        printable(
            f"{_clips(removed.entries)}, {removed.size_bytes / _MEGABYTE:.1f} MB, removed from {removed.folder}."
        )
    )


def _clips(count: int) -> str:
    return f"{count} clip" if count == 1 else f"{count} clips"
