"""The door to folders of clips: ``tdscreen batch``."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import math
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tdscreen.errors import InputError
from tdscreen.printing import counted, printable, watched
from tdscreen.settings import BATCH, VIDEO
from tdscreen.vocabulary import Task

if TYPE_CHECKING:
    from tdscreen.batch.executor import Executor
    from tdscreen.batch.plan import Plan
    from tdscreen.batch.run import Tally
    from tdscreen.batch.summary import Summary

MEGABYTE = 1024 * 1024
SHOWN = 20
"""Lines of the plan that a person is shown; --dry-run prints all."""
NO_HANDS = (
    "Leave the hands out where the task is not about them: faster. They are then not assessed, and a hand before the "
    "face goes unnoticed."
)
"""What --no-hands does, of every command that follows them."""
default_task_option = click.option(
    "--task",
    type=click.Choice([str(task) for task in Task]),
    default=str(Task.UNSTRUCTURED),
    show_default=True,
    help="Of clips that do not say.",
)
labels_option = click.option(
    "--label",
    "labels",
    multiple=True,
    metavar="LABEL=TASK",
    help="What a task is called in names or in the table, as 'walk=unstructured'.",
)
"""These two, of every command that finds clips in a folder or a table."""
own_model_option = click.option(
    "--model",
    "model_file",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Score with a model of your own, that train or calibrate wrote.",
)
"""The option of every command that scores."""
QUIET_S = 30.0
"""Between two lines of progress where no person watches."""
FAILED_STATUS = 1
"""Exit status of a batch that is done, where clips could not be measured."""

EPILOG = """\b
To begin:
  tdscreen batch FOLDER --out RESULTS --dry-run     what it would do
  tdscreen batch FOLDER --out RESULTS               do it, or go on with it

\b
Exit status: 0 if every clip was measured, also where it cannot be used;
1 if all is done and clips could not be measured (failures.csv says why);
2 if what was asked for cannot be done; 6 or 7 if the folder of results or
the scoring model is of another version; 130 if stopped.
"""


def _positive(ctx: click.Context, option: click.Parameter, value: float) -> float:
    if not math.isfinite(value) or value <= 0:
        raise click.BadParameter(f"{value} is no limit. Give a number above 0.", ctx, option)
    return value


class _Place(click.Path):
    """A path, or an address as ``s3://bucket/folder``, which stays text."""

    def __init__(self, *, file_okay: bool = True) -> None:
        super().__init__(file_okay=file_okay, path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Take an address as it is, and an empty name, as of a variable that is not set, for no folder at all."""
        if value == "":
            self.fail("It is empty. Name a folder.", param, ctx)
        return value if isinstance(value, str) and "://" in value else super().convert(value, param, ctx)


@click.command(epilog=EPILOG)
@click.argument("source", type=_Place(), metavar="FOLDER|TABLE")
@click.option(
    "--out",
    required=True,
    type=_Place(file_okay=False),
    metavar="DIR",
    help="Where results are written: a folder that is empty, not there yet, or of an earlier run.",
)
@click.option(
    "--pattern",
    "patterns",
    multiple=True,
    help="Take what matches, as '*_task-rest_*.mp4'  [default: videos]",
)
@default_task_option
@labels_option
@click.option("--by-folder", is_flag=True, help="The clips of one folder are one sitting of one person.")
@click.option("--mirrored", is_flag=True, help="The recordings are mirror images: swaps left and right.")
@click.option("--no-hands", is_flag=True, help=NO_HANDS)
@click.option("--same-content", is_flag=True, help="Let two files have the same content.")
@click.option("--tracks", is_flag=True, help="Keep the landmarks of every clip, too.")
@own_model_option
@click.option("--jobs", type=click.IntRange(min=1), help="Clips at one time  [default: one for each core]")
@click.option(
    "--cluster",
    metavar="ADDRESS",
    help="Measure on the workers of this Dask scheduler, as tcp://10.0.0.1:8786.",
)
@click.option("--retry-failed", is_flag=True, help="Try again what has failed before.")
@click.option(
    "--time-limit",
    type=float,
    callback=_positive,
    default=BATCH.clip_time_limit_s,
    show_default=True,
    metavar="SECONDS",
    help="A clip that takes longer is ended.",
)
@click.option(
    "--max-duration",
    type=float,
    callback=_positive,
    default=VIDEO.max_duration_s,
    show_default=True,
    metavar="SECONDS",
    help="Longest clip that is read.",
)
@click.option(
    "--max-size",
    type=float,
    callback=_positive,
    default=VIDEO.max_file_bytes / MEGABYTE,
    show_default=True,
    metavar="MB",
    help="Largest file that is read.",
)
@click.option("--dry-run", is_flag=True, help="Say what each file is taken for, and do nothing.")
@click.pass_context
def batch(
    ctx: click.Context,
    source: Path | str,
    out: Path | str,
    patterns: tuple[str, ...],
    task: str,
    labels: tuple[str, ...],
    by_folder: bool,
    mirrored: bool,
    no_hands: bool,
    same_content: bool,
    tracks: bool,
    model_file: Path | None,
    jobs: int | None,
    cluster: str | None,
    retry_failed: bool,
    time_limit: float,
    max_duration: float,
    max_size: float,
    dry_run: bool,
) -> None:
    """Measure a folder of clips, or those that a table names.

    Finds the clips in FOLDER and below, or takes them from TABLE (.csv or .tsv with the columns file, task, person,
    session, date, examination, mirrored). Names as sub-01_ses-02_task-rest.mp4 say the person, the session and the
    task. Measures each in a process of its own, and writes tables, assessments and a page into DIR. Stopped, the same
    command goes on where it was. A clip that fails is named in failures.csv and stops none of the others. With --model
    the tables are in a folder of the model's own within DIR, and nothing is measured again.
    """
    from tdscreen import api
    from tdscreen.batch.cluster import ClusterExecutor
    from tdscreen.batch.discovery import find_clips
    from tdscreen.batch.executor import LocalExecutor, default_workers
    from tdscreen.batch.remote_store import check_place, open_place, store_at
    from tdscreen.batch.results import place_of, write_results
    from tdscreen.batch.run import refuse_other_clips, run_batch, sort_out
    from tdscreen.batch.store import needed_bytes
    from tdscreen.batch.work import How

    if cluster is not None and jobs:
        raise InputError("A cluster's workers say themselves how much they do at one time. Leave out --jobs.")
    model = None if model_file is None else api.own_model(model_file)
    how = How(
        limits=dataclasses.replace(
            VIDEO, max_duration_s=max_duration, max_file_bytes=int(max_size * MEGABYTE)
        ),
        time_limit_s=time_limit,
        tracks=tracks,
        again=retry_failed,
    )
    plan = find_clips(
        source,
        patterns=patterns,
        default_task=Task(task),
        labels=meanings_of(labels),
        by_folder=by_folder,
        mirrored=mirrored,
        hands=not no_hands,
        leave_out=out,
        same_content=same_content,
    )
    check_place(str(out), needed_bytes=0)
    refuse_other_clips(plan, store_at(str(out)))
    _, to_do, _ = sort_out(plan, store_at(str(out)), how)
    check_place(str(out), needed_bytes=needed_bytes([clip.size_bytes for clip in to_do], tracks=tracks))
    _show_plan(plan, len(to_do), whole=dry_run)
    if dry_run:
        return
    workers = min(jobs or default_workers(), max(1, len(to_do)))
    begun = datetime.datetime.now(datetime.UTC)
    with open_place(str(out)) as store:
        executor: Executor = (
            LocalExecutor(store, workers=workers)
            if cluster is None
            else ClusterExecutor(store.folder, cluster)
        )
        try:
            with executor, _progress() as report:
                ended = run_batch(plan, store, executor, how=how, on_progress=report)
        except (KeyboardInterrupt, SystemExit):
            click.echo(
                "What is done is kept; the same command goes on from here, and writes the tables at its end.",
                err=True,
            )
            raise
        options = {
            "patterns": list(patterns),
            "task": task,
            "labels": list(labels),
            "by_folder": by_folder,
            "mirrored": mirrored,
            "hands": not no_hands,
            "same_content": same_content,
            "tracks": tracks,
            "model": None if model_file is None else model_file.name,
            "limits": dataclasses.asdict(how.limits),
            "time_limit_s": time_limit,
        }
        run = {
            "begun": begun.isoformat(timespec="seconds"),
            "ended": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
            "workers": workers if cluster is None else "of a cluster",
            "clips_done": ended.tally.done,
            "clips_kept": ended.tally.kept,
            "options": options,
        }
        try:
            summary = write_results(
                plan, store, contents=ended.contents, unkept=ended.unkept, tracks=tracks, model=model, run=run
            )
        except (KeyboardInterrupt, SystemExit):
            click.echo(
                "Every clip is done and kept; the tables are not all written, and those that are there may be of an "
                "earlier run. The same command writes them anew, and measures nothing again.",
                err=True,
            )
            raise
    _say_end(summary, f"{out}/{place_of(model)}".rstrip("/"))
    ctx.exit(FAILED_STATUS if summary.failed else 0)


def meanings_of(labels: tuple[str, ...]) -> dict[str, Task]:
    """Read what --label says: which task is meant by each label."""
    from tdscreen import api

    meanings = {}
    for text in labels:
        label, equals, task = text.rpartition("=")
        if not equals or not label:
            raise InputError(
                f"'{text}' does not say what a label means. Write it as --label walk=unstructured."
            )
        meanings[label] = api.as_task(task)
    return meanings


def _show_plan(plan: Plan, to_do: int, *, whole: bool) -> None:
    """Show what each file is taken for: all of it if asked, the beginning to one who watches, counts in a log."""
    from tdscreen.batch.discovery import plan_lines

    examinations = plan.examinations()
    if whole or watched():
        lines = list(plan_lines(plan, most=None if whole else SHOWN))
        heads = ("file", "task", "examination")
        widths = [max(len(line[place]) for line in (heads, *lines)) for place in (0, 1)]
        for name, task, examination in (heads, *lines):
            text = f"{name:<{widths[0]}}  {task:<{widths[1]}}  {examination}"
            click.echo(printable(text), err=not whole)
        if len(lines) < len(plan.clips):
            click.echo(f"... and {len(plan.clips) - len(lines):,} more (--dry-run shows all)", err=not whole)
    for remark in plan.remarks:
        click.echo(printable(remark), err=True)
    joined = sum(len(clips) > 1 for clips in examinations.values())
    click.echo(
        f"{counted(len(plan.clips), 'clip')}, {counted(len(examinations), 'examination')} "
        f"({joined:,} of several clips); "
        f"{len(plan.clips) - to_do:,} done already, {to_do:,} to do.",
        err=True,
    )


def _say_end(summary: Summary, out: str) -> None:
    failed = f"; {summary.failed:,} could not be measured: see failures.csv" if summary.failed else ""
    click.echo(
        printable(
            f"{summary.measured:,} of {summary.clips:,} clips are measured, {summary.usable:,} can be used{failed}. "
            f"The results are in {out}: begin with index.html."
        ),
        err=True,
    )


@contextlib.contextmanager
def _progress() -> Iterator[Callable[[Tally], None]]:
    """Show how far it is, and no names: as a bar where a person watches, as a line now and then elsewhere."""
    begun_s = time.monotonic()
    if not watched():
        told_s = -math.inf

        def tell(tally: Tally) -> None:
            nonlocal told_s
            over = tally.kept + tally.done == tally.clips
            if tally.done and (over or time.monotonic() - told_s >= QUIET_S):
                told_s = time.monotonic()
                words = _words(tally, told_s - begun_s)
                click.echo(f"{tally.kept + tally.done:,} of {tally.clips:,} clips, {words}", err=True)

        yield tell
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (BarColumn(bar_width=24), MofNCompleteColumn(), TextColumn("{task.fields[words]}"))
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        row = bars.add_task("", total=None, words="")

        def show(tally: Tally) -> None:
            words = _words(tally, time.monotonic() - begun_s) if tally.done else ""
            bars.update(row, completed=tally.kept + tally.done, total=tally.clips, words=words)

        yield show


def _words(tally: Tally, elapsed_s: float) -> str:
    """Say rate, time left and failures."""
    # Half by the bytes of the clips, since long ones take longer; half by their number, since a file of a few bytes
    # takes its moment, too, and would by its bytes foretell months.
    by_number = tally.done / max(1, tally.clips - tally.kept)
    by_bytes = tally.done_bytes / tally.size_bytes if tally.size_bytes else by_number
    share = (by_number + by_bytes) / 2
    left_s = elapsed_s * (1 - share) / share if share else 0.0
    rate = 60 * tally.done / max(elapsed_s, 1e-3)
    left = "" if share in (0.0, 1.0) else f"{_duration(left_s)} left, "
    return f"{rate:.1f} a minute, {left}{tally.failed:,} failed"


def _duration(seconds: float) -> str:
    minutes = math.ceil(seconds / 60)
    if minutes < 120:
        return f"{minutes} min"
    hours = math.ceil(seconds / 3600)
    return f"{hours} h" if hours < 48 else f"{math.ceil(hours / 24)} days"
