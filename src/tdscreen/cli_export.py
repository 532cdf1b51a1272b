"""``tdscreen export``: tracks become files that researchers' own tools open."""

from __future__ import annotations

from pathlib import Path

import click

from tdscreen.errors import InputError
from tdscreen.printing import printable
from tdscreen.vocabulary import Task

HELP = """Write tracks as poses or tables for other tools.

Tracks are what "tdscreen track" wrote.

\b
poses     landmarks of one clip, as the package "movement" has them (netCDF)
signals   the named movements of one clip over time, one row a picture
features  what each signal measures, one row a signal of a clip
regions   how each region moves, or why it was not assessed
bouts     when each signal moves, one row a bout

A table is Parquet, and beside it stands a JSON file of the same name that says what each column means:
its unit, its definition and where that comes from (as BIDS has it).
"""


@click.command(help=HELP)
@click.argument("what", type=click.Choice(("poses", "signals", "features", "regions", "bouts")))
@click.argument(
    "tracks", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="TRACKS.parquet..."
)
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="The file to write: .nc for poses, .parquet for tables. Never replaces a file.",
)
@click.option(
    "--task",
    "tasks",
    multiple=True,
    type=click.Choice([str(task) for task in Task]),
    help="What the person was asked to do. Once for all clips, or once for each in their order "
    "[default: unstructured].",
)
def export(what: str, tracks: tuple[Path, ...], out: Path, tasks: tuple[str, ...]) -> None:
    """Write tracks as poses or tables."""
    from tdscreen import api

    api.require_new(out)
    if len(tasks) not in (0, 1, len(tracks)):
        raise InputError(
            f"There are {len(tracks)} clips but {len(tasks)} tasks. Name one task for all, or one each."
        )
    if what in ("poses", "signals"):
        if len(tracks) > 1:
            raise InputError(f"There are {len(tracks)} clips, and {what} are written of one at a time.")
        (followed,) = (api.load_tracks(path) for path in tracks)
        if what == "poses":
            api.save_poses(followed, out)
        else:
            api.write_table(out, api.signals_table(api.signals(followed)))
    else:
        named = [api.as_task(task) for task in tasks or (Task.UNSTRUCTURED,)]
        each = named * len(tracks) if len(named) == 1 else named
        clips = [
            api.measure(api.load_tracks(path), task=task) for path, task in zip(tracks, each, strict=True)
        ]
        table_of = {
            "features": api.features_table,
            "regions": api.regions_table,
            "bouts": api.bouts_table,
        }[what]
        api.write_table(out, table_of(clips))
    beside = "" if what == "poses" else f", and {api.sidecar_path(out)} says what each column means"
    click.echo(printable(f"{out} is written{beside}."), err=True)
