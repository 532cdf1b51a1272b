"""The door to training clips: ``tdscreen clinic training``."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tdscreen.cli_clinic import at_a_store, open_store
from tdscreen.cli_phantom import progress_bar, require_extra, writable_folder
from tdscreen.printing import counted, printable

if TYPE_CHECKING:
    from tdscreen.phantom.film import ClipSpec

PARTS = ("facial_expression", "lips", "jaw", "tongue", "upper_limbs")
_STILL = "rest_hands_raised"
_GRADES = (1, 2, 3, 4)
_FIRST_PERSON = 200


@click.command()
@click.option(
    "--item",
    "parts",
    multiple=True,
    type=click.Choice(PARTS),
    help="Only clips of this item, and one that is still; may be given again.",
)
@click.option(
    "--duration",
    type=click.FloatRange(min=1.0),
    default=12.0,
    show_default=True,
    metavar="SECONDS",
    help="Of each clip.",
)
@click.option("--width", type=click.IntRange(min=64), default=960, show_default=True, help="In pixels.")
@click.option("--height", type=click.IntRange(min=64), default=720, show_default=True)
@at_a_store
def training(
    parts: tuple[str, ...],
    duration: float,
    width: int,
    height: int,
    folder: Path,
    database: str | None,
) -> None:
    """Make clips of virtual patients on which raters train.

    One that is still, and each of the items 1 to 5 at each severity: 21 clips, in about a minute each. They lie in a
    folder beside the store, with what is true of each, and are of no patient. Stopped, the same command goes on where
    it was.
    """
    require_extra()
    from tdscreen.clinicapp.practice_set import folder_of
    from tdscreen.phantom.film import make_clip

    with open_store(folder, database) as store:
        out = folder_of(store.vault.folder)
    writable_folder(out)
    specs = _specs(parts or PARTS, duration_s=duration, width=width, height=height)
    with progress_bar(f"{counted(len(specs), 'training clip')} of {duration:g} s") as report:
        for done, spec in enumerate(specs, 1):
            make_clip(spec, out)
            report(done, len(specs), spec.name)
    click.echo(printable(f"{counted(len(specs), 'training clip')} are in {out}."), err=True)


def _specs(parts: tuple[str, ...], *, duration_s: float, width: int, height: int) -> list[ClipSpec]:
    """Name each clip by the hash of what it is made from: a name never stands for another clip, and tells nothing."""
    from tdscreen.phantom.film import ClipSpec
    from tdscreen.phantom.phone import Phone

    specs = [
        ClipSpec(
            name="training",
            preset=preset,
            person_seed=_FIRST_PERSON + place,
            phone=Phone(width=width, height=height),
            seed=place,
            duration_s=duration_s,
        )
        for place, preset in enumerate(
            (_STILL, *(f"aims_{part}_{grade}" for part in PARTS for grade in _GRADES))
        )
        if preset == _STILL or preset.removeprefix("aims_")[:-2] in parts
    ]
    named = [replace(spec, name=f"training-{spec.sha256()[:8]}") for spec in specs]
    return sorted(named, key=lambda spec: spec.name)
