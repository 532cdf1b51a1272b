"""The front door for a shell: ``tdscreen score``, ``track``, ``features``, ``overlay`` and ``app``.

Results go to the standard output, everything else to the standard error. A bad clip gives one sentence and a
non-zero exit status (see :mod:`tdscreen.errors`), and the other clips go on.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tdscreen import __version__
from tdscreen.errors import InputError, TdscreenError
from tdscreen.settings import VIDEO, VideoSettings
from tdscreen.vocabulary import Task

if TYPE_CHECKING:
    from tdscreen.isolation import Progress

LONG_CLIP_S = 3.0
MEGABYTE = 1024 * 1024


class _Front(click.Group):
    """Turns our errors into one sentence and an exit status."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command."""
        try:
            return super().invoke(ctx)
        except TdscreenError as error:
            _say(error)
            ctx.exit(error.exit_status)


def _say(error: TdscreenError, clip: str | None = None) -> None:
    click.echo(f"{clip}: {error}" if clip else str(error), err=True)


def _limits(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that every command that reads a clip has."""
    for option in (
        click.option(
            "--mirrored",
            is_flag=True,
            help="The recording is a mirror image (a selfie view): swaps left and right.",
        ),
        click.option(
            "--max-duration",
            type=click.FloatRange(min=0, min_open=True),
            default=VIDEO.max_duration_s,
            show_default=True,
            metavar="SECONDS",
            help="Longest clip that is read.",
        ),
        click.option(
            "--max-size",
            type=click.FloatRange(min=0, min_open=True),
            default=VIDEO.max_file_bytes / MEGABYTE,
            show_default=True,
            metavar="MB",
            help="Largest file that is read.",
        ),
    ):
        function = option(function)
    return function


def _settings(max_duration: float, max_size: float) -> VideoSettings:
    return dataclasses.replace(VIDEO, max_duration_s=max_duration, max_file_bytes=int(max_size * MEGABYTE))


@click.group(cls=_Front, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="tdscreen")
def main() -> None:
    r"""Measure involuntary movements of tardive dyskinesia in smartphone video.

    For research use: an estimate that supports a clinician's own examination. Nothing leaves this machine.

    \b
    To begin:
      tdscreen score CLIP.mp4                  a summary to read
      tdscreen score CLIP.mp4 --json           the whole assessment, for a program
      tdscreen app                             the same in a browser
    """


@main.command()
@click.argument("clips", nargs=-1, required=True, metavar="CLIP...")
@click.option(
    "--task",
    "tasks",
    multiple=True,
    type=click.Choice([str(task) for task in Task]),
    help="What the person was asked to do. Once for all clips, or once for each in their order "
    "[default: unstructured].",
)
@click.option("--examination", is_flag=True, help="All clips are of one sitting of one person.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document an examination, one a line.")
@_limits
@click.pass_context
def score(
    ctx: click.Context,
    clips: tuple[str, ...],
    tasks: tuple[str, ...],
    examination: bool,
    as_json: bool,
    mirrored: bool,
    max_duration: float,
    max_size: float,
) -> None:
    """Assess clips: movement of each region, AIMS-like item estimates with reasons, and what was not seen.

    Each clip is an examination of its own unless --examination joins them. Exit status 0 if every clip was
    assessed, also where the result is "unusable".
    """
    from tdscreen import api

    settings = _settings(max_duration, max_size)
    if len(tasks) not in (0, 1, len(clips)):
        raise InputError(
            f"There are {len(clips)} clips but {len(tasks)} tasks. Name one task for all, or one each."
        )
    each = [api.as_task(t) for t in (tasks or (Task.UNSTRUCTURED,))]
    each = each * len(clips) if len(each) == 1 else each
    status = 0
    measured = []
    for clip, task in zip(clips, each, strict=True):
        try:
            with _progress(clip) as report:
                tracks = api.track(clip, mirrored=mirrored, settings=settings, on_progress=report)
            measured.append(api.measure(tracks, task=task))
        except TdscreenError as error:
            _say(error, clip)
            status = status or error.exit_status
            continue
        if not examination:
            _show(api.assess(measured[-1:]), as_json=as_json)
    if examination and measured:
        if status:
            click.echo("The assessment below rests on the other clips only.", err=True)
        _show(api.assess(measured), as_json=as_json)
    ctx.exit(status)


def _show(assessment: Any, *, as_json: bool) -> None:
    if as_json:
        from tdscreen.assessment.json_form import to_json

        click.echo(to_json(assessment))
    else:
        from tdscreen.console import print_assessment

        print_assessment(assessment)


@main.command()
@click.argument("clip")
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Where to write the tracks (Parquet). Never replaces a file.",
)
@_limits
def track(clip: str, out: Path, mirrored: bool, max_duration: float, max_size: float) -> None:
    """Follow face and hands through a clip and write the landmarks to a Parquet file."""
    from tdscreen import api

    _must_be_new(out)
    with _progress(clip) as report:
        tracks = api.track(
            clip, mirrored=mirrored, settings=_settings(max_duration, max_size), on_progress=report
        )
    api.save_tracks(tracks, out)
    click.echo(
        f"{out}: {tracks.timing.frames} pictures, face in {tracks.face_valid.sum()}, "
        f"a hand in {tracks.hands_valid.any(axis=1).sum()}.",
        err=True,
    )


@main.command()
@click.argument("source", metavar="FILE|CLIP")
@click.option(
    "--task",
    type=click.Choice([str(task) for task in Task]),
    default=str(Task.UNSTRUCTURED),
    show_default=True,
    help="What the person was asked to do.",
)
@_limits
def features(source: str, task: str, mirrored: bool, max_duration: float, max_size: float) -> None:
    """Print the features of every signal, one JSON document a line, from a clip or a file of tracks."""
    from tdscreen import api
    from tdscreen.assessment.json_form import plain

    if Path(source).suffix == ".parquet":
        tracks = api.load_tracks(Path(source))
    else:
        with _progress(source) as report:
            tracks = api.track(
                source, mirrored=mirrored, settings=_settings(max_duration, max_size), on_progress=report
            )
    measured = api.measure(tracks, task=api.as_task(task))
    for region, measurement in measured.regions.items():
        if not measurement.assessed:
            click.echo(f"{region}: not assessed. {measurement.reason}", err=True)
        for one in measurement.signals:
            click.echo(json.dumps({"file": measured.file, "region": region, **plain(one)}, allow_nan=False))


@main.command()
@click.argument("clip")
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="The film to write (MP4, without sound). Never replaces a file.",
)
@_limits
def overlay(clip: str, out: Path, mirrored: bool, max_duration: float, max_size: float) -> None:
    """Draw the landmarks on a clip, to check by eye what was followed. The film shows the person's face."""
    from tdscreen import api

    with _progress(clip) as report:
        api.overlay(
            clip, out, mirrored=mirrored, settings=_settings(max_duration, max_size), on_progress=report
        )
    click.echo(f"{out} is written.", err=True)


@main.command()
@click.option("--port", type=click.IntRange(1, 65535), help="Port on this machine [default: 8501].")
def app(port: int | None) -> None:
    """Open the page in a browser, on this machine only."""
    from tdscreen.webapp.launch import run

    run(port)


def _must_be_new(out: Path) -> None:
    if out.exists():
        raise InputError(f"{out} is already there. Name another file, or remove that one first.")
    if not out.absolute().parent.is_dir():
        raise InputError(f"There is no folder {out.absolute().parent} to write to. Make it first.")


@contextlib.contextmanager
def _progress(clip: str) -> Iterator[Callable[[Progress], None] | None]:
    """Show a bar on the standard error where a person watches, once a clip turns out to be long."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.fields[at]}"),
        TimeRemainingColumn(),
    )
    with Bars(*columns, console=Console(stderr=True), transient=True) as bars:
        row = bars.add_task(Path(clip).name, total=None, at="", visible=False)

        def report(progress: Progress) -> None:
            long = progress.duration_s is None or progress.duration_s >= LONG_CLIP_S
            bars.update(
                row,
                completed=progress.time_s,
                total=progress.duration_s,
                visible=long,
                at=f"{progress.time_s:.0f} s",
            )

        yield report
