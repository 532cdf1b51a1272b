"""The front door for a shell: clips are scored, tracked, measured and drawn on; models are fitted and checked.

Results go to the standard output, everything else to the standard error. A bad clip gives one sentence and a
non-zero exit status (see :mod:`tdscreen.errors`), and the other clips go on.
"""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import io
import json
import math
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tdscreen import __version__
from tdscreen.cli_batch import NO_HANDS, batch, own_model_option
from tdscreen.cli_cache import cache
from tdscreen.cli_clinic import audit, clinic
from tdscreen.cli_export import export
from tdscreen.cli_patient import record
from tdscreen.cli_phantom import phantom
from tdscreen.cli_predictive import predictive
from tdscreen.cli_reports import OF_THE_STORE
from tdscreen.cli_train import calibrate, train, validate
from tdscreen.cli_training import training
from tdscreen.cli_verify import verify
from tdscreen.errors import InputError, TdscreenError
from tdscreen.printing import printable, watched
from tdscreen.settings import SCORING, VIDEO, VideoSettings
from tdscreen.vocabulary import Task

if TYPE_CHECKING:
    from tdscreen.isolation import Progress

LONG_CLIP_S = 3.0
MEGABYTE = 1024 * 1024
STOPPED_STATUS = 128 + signal.SIGINT
"""Exit status of a run that was stopped from the keyboard, as shells have it."""

EXAMPLES = """\b
To begin:
  tdscreen score CLIP.mp4            a summary to read
  tdscreen score CLIP.mp4 --json     the whole assessment, for a program
  tdscreen app                       the same in a browser

\b
Exit status: 0 if all went well, 2 if what was asked for cannot be done,
3 if a file is not a video that can be read, 4 if a clip is too long or too
large, 5 if reading it crashed, 6 or 7 if a file of tracks, a clinic's store or
the scoring model is damaged, 8 if a table of ratings does not allow what was
asked, 130 if stopped.
"""


class _Front(click.Group):
    """Turns our errors into one sentence and an exit status."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command."""
        try:
            return super().invoke(ctx)
        except TdscreenError as error:
            _say(error, details=ctx.params["details"])
            ctx.exit(error.exit_status)
        except KeyboardInterrupt:
            click.echo("Stopped.", err=True)
            ctx.exit(STOPPED_STATUS)


def _say(error: TdscreenError, clip: str | None = None, *, details: bool = False) -> None:
    """Print one sentence on one line, whatever a file may be called; with details, what a worker said, too."""
    click.echo(printable(f"{clip}: {error}" if clip else str(error)), err=True)
    if details:
        for note in getattr(error, "__notes__", ()):
            click.echo(note, err=True)


def _finite(ctx: click.Context, option: click.Parameter, value: float) -> float:
    if not math.isfinite(value):
        raise click.BadParameter(f"{value} is no limit. Give a number.", ctx, option)
    return value


@dataclass(frozen=True)
class _Reading:
    """How a clip is read: what the options say that every command that reads a clip has."""

    mirrored: bool
    hands: bool
    cache: bool
    settings: VideoSettings

    def options(self) -> dict[str, Any]:
        """Give the keywords of :func:`tdscreen.api.track`."""
        return {
            "mirrored": self.mirrored,
            "hands": self.hands,
            "cache": self.cache,
            "settings": self.settings,
        }


def _reads_clips(function: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that every command that reads a clip has; the command gets them as ``reading``."""

    @functools.wraps(function)
    def command(
        *args: Any,
        mirrored: bool,
        no_hands: bool,
        no_cache: bool,
        max_duration: float,
        max_size: float,
        **others: Any,
    ) -> Any:
        settings = dataclasses.replace(
            VIDEO, max_duration_s=max_duration, max_file_bytes=int(max_size * MEGABYTE)
        )
        return function(*args, reading=_Reading(mirrored, not no_hands, not no_cache, settings), **others)

    for option in (
        click.option(
            "--max-size",
            type=click.FloatRange(min=0, min_open=True),
            callback=_finite,
            default=VIDEO.max_file_bytes / MEGABYTE,
            show_default=True,
            metavar="MB",
            help="Largest file that is read.",
        ),
        click.option(
            "--max-duration",
            type=click.FloatRange(min=0, min_open=True),
            callback=_finite,
            default=VIDEO.max_duration_s,
            show_default=True,
            metavar="SECONDS",
            help="Longest clip that is read.",
        ),
        click.option(
            "--no-cache",
            is_flag=True,
            help="Follow the clip anew, and keep nothing of it; else its landmarks are kept on this machine "
            "(see: tdscreen cache --help).",
        ),
        click.option(
            "--no-hands",
            is_flag=True,
            help=NO_HANDS,
        ),
        click.option(
            "--mirrored",
            is_flag=True,
            help="The recording is a mirror image (a selfie view): swaps left and right.",
        ),
    ):
        command = option(command)
    return command


def _out(meaning: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Add the option that names the file to write."""
    return click.option("--out", required=True, type=click.Path(path_type=Path), metavar="FILE", help=meaning)


@click.group(cls=_Front, epilog=EXAMPLES, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="tdscreen")
@click.option("--details", is_flag=True, help="With an error, show also what the program itself printed.")
def main(details: bool) -> None:
    """Measure involuntary movements of tardive dyskinesia in smartphone video.

    For research use: an estimate that supports a clinician's own examination. Nothing leaves this machine.
    """
    if threading.current_thread() is threading.main_thread():
        # Ended politely, we take our worker and what we had begun to write with us.
        signal.signal(signal.SIGTERM, _end)


main.add_command(audit)
main.add_command(record)
main.add_command(batch)
main.add_command(cache)
main.add_command(clinic)
clinic.add_command(training)
for _command in OF_THE_STORE:
    clinic.add_command(_command)
main.add_command(export)
main.add_command(phantom)
main.add_command(predictive)
main.add_command(verify)
main.add_command(train)
main.add_command(validate)
main.add_command(calibrate)


def _end(number: int, frame: object) -> None:
    sys.exit(128 + number)


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
@click.option(
    "--activation-takes-one",
    is_flag=True,
    help="Take a point off, in total and triage, where movement showed on activation only (Guy 1976).",
)
@click.option(
    "--total-cut",
    type=click.IntRange(1, 28),
    help="Sort by the chance of a total of at least this, and not by the Schooler-Kane severity rule.",
)
@own_model_option
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document an examination, one a line.")
@_reads_clips
@click.pass_context
def score(
    ctx: click.Context,
    clips: tuple[str, ...],
    tasks: tuple[str, ...],
    examination: bool,
    activation_takes_one: bool,
    total_cut: int | None,
    model_file: Path | None,
    as_json: bool,
    reading: _Reading,
) -> None:
    """Assess clips: AIMS-like estimates with their reasons.

    Prints the movement of each region, an estimate of each item from 0 to 4 and what it rests on, and what was
    not seen. Each clip is an examination of its own unless --examination joins them. Exit status 0 if every clip was
    assessed, also where the result is "unusable".
    """
    from tdscreen import api

    scoring = dataclasses.replace(
        SCORING,
        activation_takes_one=activation_takes_one or SCORING.activation_takes_one,
        sort_by_total=total_cut is not None or SCORING.sort_by_total,
        total_cut=total_cut or SCORING.total_cut,
    )
    if len(tasks) not in (0, 1, len(clips)):
        raise InputError(
            f"There are {len(clips)} clips but {len(tasks)} tasks. Name one task for all, or one each."
        )
    model = None if model_file is None else api.own_model(model_file)
    each = [api.as_task(t) for t in (tasks or (Task.UNSTRUCTURED,))]
    each = each * len(clips) if len(each) == 1 else each
    status = 0
    measured = []
    for clip, task in zip(clips, each, strict=True):
        try:
            its_reading = _for_task(reading, task, clip)
            with _progress(clip) as report:
                tracks = api.track(clip, **its_reading.options(), on_progress=report)
            measured.append(api.measure(tracks, task=task))
        except TdscreenError as error:
            _say(error, clip, details=ctx.parent is not None and ctx.parent.params["details"])
            status = status or error.exit_status
            continue
        if not examination:
            _show(api.assess(measured[-1:], model=model, settings=scoring), as_json=as_json)
    if examination and measured:
        if status:
            click.echo("The assessment below rests on the other clips only.", err=True)
        _show(api.assess(measured, model=model, settings=scoring), as_json=as_json)
    ctx.exit(status)


def _for_task(reading: _Reading, task: str, clip: str) -> _Reading:
    """Follow hands that were to be left out, and say so, in a clip whose task is about them."""
    from tdscreen import api

    if reading.hands or not api.needs_hands(task):
        return reading
    click.echo(printable(f"{clip}: the task is about the hands, so they are followed here."), err=True)
    return dataclasses.replace(reading, hands=True)


def _show(assessment: Any, *, as_json: bool) -> None:
    if as_json:
        from tdscreen.assessment.json_form import to_json

        _print_json(to_json(assessment))
    else:
        from tdscreen.console import print_assessment

        if isinstance(sys.stdout, io.TextIOWrapper):
            # A terminal that cannot show a letter of a name shows the rest.
            sys.stdout.reconfigure(errors="replace")
        print_assessment(assessment)


def _print_json(line: str) -> None:
    """Print a line of JSON in UTF-8, as JSON is, whatever the terminal speaks.

    A name that is not Unicode reaches us as lone surrogates, which JSON can only say escaped.
    """
    click.echo(line.encode("utf-8", "backslashreplace"))


@main.command()
@click.argument("clip")
@_out("Where to write the tracks (Parquet). Never replaces a file.")
@_reads_clips
def track(clip: str, out: Path, reading: _Reading) -> None:
    """Follow face and hands; write the landmarks to a file.

    The file is Parquet, one row a picture; "tdscreen features" reads it, and so does any table program.
    """
    from tdscreen import api

    api.require_new(out)
    with _progress(clip) as report:
        tracks = api.track(clip, **reading.options(), on_progress=report)
    api.save_tracks(tracks, out)
    click.echo(
        printable(
            f"{out}: {tracks.timing.frames} pictures, the face in {tracks.face_valid.sum()}, "
            f"a hand in {tracks.hands_valid.any(axis=1).sum()}."
        ),
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
@_reads_clips
def features(source: str, task: str, reading: _Reading) -> None:
    """Print what every signal measures, as JSON lines.

    From a clip, or from a file of tracks that "tdscreen track" wrote: the numbers are the same.
    """
    from tdscreen import api
    from tdscreen.assessment.json_form import plain

    if _is_parquet(Path(source)):
        tracks = api.load_tracks(Path(source))
    else:
        with _progress(source) as report:
            tracks = api.track(source, **_for_task(reading, task, source).options(), on_progress=report)
    measured = api.measure(tracks, task=api.as_task(task))
    for region, measurement in measured.regions.items():
        if not measurement.assessed:
            click.echo(f"{region}: not assessed. {measurement.reason}", err=True)
        for one in measurement.signals:
            line = {"file": measured.file, "region": region, **plain(one)}
            _print_json(json.dumps(line, ensure_ascii=False, allow_nan=False))


def _is_parquet(path: Path) -> bool:
    """Tell a file of tracks from a clip by its first bytes; what cannot be read, by its name."""
    try:
        with path.open("rb") as file:
            return file.read(4) == b"PAR1" or path.suffix == ".parquet"
    except OSError:
        return path.suffix == ".parquet"


@main.command()
@click.argument("clip")
@_out("The film to write (MP4, without sound). Never replaces a file.")
@_reads_clips
def overlay(clip: str, out: Path, reading: _Reading) -> None:
    """Draw the landmarks on a copy of the clip.

    To check by eye what was followed. The film shows the person's face: keep it as you keep the clip.
    """
    from tdscreen import api

    with _progress(clip, passes=("following", "drawing")) as report:
        api.overlay(clip, out, **reading.options(), on_progress=report)
    click.echo(printable(f"{out} is written."), err=True)


@main.command()
@click.option("--port", type=click.IntRange(1, 65535), help="Port on this machine [default: 8501].")
@own_model_option
def app(port: int | None, model_file: Path | None) -> None:
    """Open the page in a browser, on this machine only."""
    from tdscreen.webapp.launch import run

    sys.exit(run(port, model=model_file))


@contextlib.contextmanager
def _progress(clip: str, *, passes: Sequence[str] = ("",)) -> Iterator[Callable[[Progress], None] | None]:
    """Show a bar on the standard error where a person watches, once a clip turns out to be long.

    ``passes`` name the times that the clip is gone through from its beginning.
    """
    if not watched():
        yield None
        return
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import BarColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars

    columns = (
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        TextColumn("{task.fields[at]}"),
        TimeRemainingColumn(),
    )
    name = escape(printable(Path(clip).name))
    console = Console(stderr=True)
    with Bars(
        *columns, console=console, transient=True, redirect_stdout=False, redirect_stderr=False
    ) as bars:
        row = bars.add_task(name, total=None, at="", visible=False)
        ahead = list(passes)
        frames_before = sys.maxsize

        def report(progress: Progress) -> None:
            nonlocal frames_before
            if progress.frames < frames_before:
                bars.reset(row, description=f"{ahead.pop(0)} {name}".strip())
            frames_before = progress.frames
            bars.update(
                row,
                completed=progress.time_s,
                total=progress.duration_s,
                visible=progress.duration_s is None or progress.duration_s >= LONG_CLIP_S,
                at=f"{progress.time_s:.0f} s",
            )

        yield report
