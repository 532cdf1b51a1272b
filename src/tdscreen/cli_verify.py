"""The door to the measurement card: ``tdscreen verify``."""

from __future__ import annotations

import datetime
import importlib.util
from pathlib import Path

import click

from tdscreen.cli_phantom import progress_bar, require_extra, writable_folder
from tdscreen.errors import InputError
from tdscreen.printing import printable

SIZES = ("small", "standard", "large")
SECTIONS = (
    "frequency", "amplitude", "noise", "still", "time", "leakage", "tongue", "kinds", "far", "hands", "fairness",
    "contrast", "nuisance", "quality",
)  # fmt: skip
CARD_FOLDER = "card"
INSTALL = "pip install 'tdscreen[verify]'"


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option(
    "--size",
    type=click.Choice(SIZES),
    default="standard",
    show_default=True,
    help="How many clips: a handful, some 240, or some 450.",
)
@click.option("--jobs", type=click.IntRange(min=1), help="Processes  [default: one for each core]")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Where the card is written  [default: the folder 'card' within FOLDER]",
)
@click.option("--only", type=click.Choice(SECTIONS), help="Only this section of the card, and its clips.")
@click.option("--no-render", is_flag=True, help="Use what is rendered already, and nothing else.")
@click.option("--render-only", is_flag=True, help="Render the clips, and measure nothing.")
@click.option(
    "--quote",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="README",
    help="A Markdown file whose block about the card is brought up to date.",
)
@click.option("--date", metavar="DATE", help="To stand on the card, as 2026-11-23  [default: today]")
def verify(
    folder: Path,
    size: str,
    jobs: int | None,
    out: Path | None,
    only: str | None,
    no_render: bool,
    render_only: bool,
    quote: Path | None,
    date: str | None,
) -> None:
    """Measure virtual people and write the measurement card.

    Renders a grid of clips into FOLDER, runs the real chain on each from the video file on, and writes index.html,
    card.pdf, figures.csv and clips.csv. Stopped, the same command goes on where it was: clips and tracks are kept, and
    made again only where what they were made from has changed. A clip that fails is named on the card and stops none of
    the others. Exit status 0 also where targets are missed: the card says so.
    """
    if no_render and render_only:
        raise InputError("Leave out --no-render or --render-only: together they leave nothing to be done.")
    if quote is not None and (only is not None or size == "small"):
        raise InputError("Only a whole card is quoted: leave out --quote, or --only and --size small.")
    require_extra()
    if importlib.util.find_spec("reportlab") is None or importlib.util.find_spec("matplotlib") is None:
        raise InputError(f"The card needs two more packages: {INSTALL}")
    from tdscreen.verification.card.readme import place_for_card
    from tdscreen.verification.card.readme import quote as quote_card
    from tdscreen.verification.card.tables import figures_table
    from tdscreen.verification.card.words import reached_sentence
    from tdscreen.verification.card.write import write_card
    from tdscreen.verification.run import clips_of, make_card, measure, render

    # What cannot be written is said before hours of work, and not after them.
    if quote is not None:
        place_for_card(quote)
    for place in (folder, *(() if render_only else (out or folder / CARD_FOLDER,))):
        writable_folder(place)
    clips = clips_of(size, only=only)  # type: ignore[arg-type]
    failed = []
    if not no_render:
        with progress_bar(f"Rendering {len(clips)} clips") as report:
            failed = render(clips, folder, jobs=jobs, on_progress=report)
        for one in failed:
            click.echo(printable(f"{one.name} could not be rendered: {one.reason}"), err=True)
    if render_only:
        click.echo(printable(f"{len(clips) - len(failed)} of {len(clips)} clips are in {folder}."), err=True)
        return
    names = {one.name for one in failed}
    rendered = [clip for clip in clips if clip.name not in names]
    with progress_bar(f"Measuring {len(rendered)} clips") as report:
        results, unmeasured = measure(rendered, folder, jobs=jobs, on_progress=report)
    if not results:
        raise InputError(f"No clip in {folder} could be measured. Render them first: leave out --no-render.")
    for one in unmeasured:
        click.echo(printable(f"{one.name} could not be measured: {one.reason}"), err=True)
    card = make_card(
        size,  # type: ignore[arg-type]
        results,
        [*failed, *unmeasured],
        date=date or datetime.date.today().isoformat(),
        only=only,
    )
    written = write_card(card, out or folder / CARD_FOLDER)
    if quote is not None:
        quote_card(quote, figures_table(card.figures))
    click.echo(printable(f"{reached_sentence(card)} The card is {written[0]}."), err=True)
