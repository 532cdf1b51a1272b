"""Render a grid, run the chain on it and make the card: several clips at a time, going on where a run stopped."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import TypeVar

from tdscreen import __version__
from tdscreen.errors import TdscreenError, WorkerError
from tdscreen.keeping.fingerprint import model_hashes, source_key, tracking_key
from tdscreen.phantom.film import GENERATION, is_made, make_clip, paths_of
from tdscreen.verification.card.contents import Card, FailedClip, all_figures
from tdscreen.verification.chain import run_clip
from tdscreen.verification.figure import with_foreign_reason
from tdscreen.verification.grid import GridClip, Size, grid
from tdscreen.verification.people import FIRST_SEED
from tdscreen.verification.results import ClipResult
from tdscreen.verification.sections.all_sections import SECTIONS

Made = TypeVar("Made")
OnProgress = Callable[[int, int, str], None]
"""Told how many are done, of how many, and which was the last."""
NICENESS = 10
"""Others who work on the machine come first."""
MOST_DEATHS = 4
"""Times that processes may die before the run gives up."""
NOT_RENDERED = "It was not rendered. Run the command again, without --no-render."
OF_ANOTHER = (
    "What is there was rendered from another specification, or by another generation of virtual people. Run the "
    "command again, without --no-render."
)


def clips_of(size: Size, *, only: str | None = None) -> tuple[GridClip, ...]:
    """Return the clips of a grid, or of one of its sections, with the clips that these vary.

    Parameters
    ----------
    size : {"small", "standard", "large"}
    only : str, optional
        Name of a section.
    """
    clips = grid(size)
    if only is None:
        return clips
    tags = next(set(section.tags) for section in SECTIONS if section.name == only)
    chosen = [clip for clip in clips if tags & set(clip.sections)]
    bases = {clip.base for clip in chosen}
    return tuple(clip for clip in clips if clip in chosen or clip.name in bases)


def render(
    clips: Sequence[GridClip],
    folder: Path,
    *,
    jobs: int | None = None,
    on_progress: OnProgress | None = None,
) -> list[FailedClip]:
    """Render the clips that are not there yet.

    Parameters
    ----------
    clips : sequence of GridClip
    folder : Path
        Made if it is not there.
    jobs : int, optional
        Processes; one for each core if not given.
    on_progress : callable, optional

    Returns
    -------
    list of FailedClip
        Those that could not be rendered; the others are there.

    Raises
    ------
    WorkerError
        A process died, as for want of memory.
    """
    folder.mkdir(parents=True, exist_ok=True)
    to_make = [clip for clip in clips if not is_made(clip.spec, folder)]
    _, failed = _each(
        _render_one, to_make, folder, jobs=jobs, on_progress=_after(clips, to_make, on_progress)
    )
    return failed


def _render_one(clip: GridClip, folder: Path) -> None:
    make_clip(clip.spec, folder)


def measure(
    clips: Sequence[GridClip],
    folder: Path,
    *,
    jobs: int | None = None,
    on_progress: OnProgress | None = None,
) -> tuple[list[ClipResult], list[FailedClip]]:
    """Run the chain on the clips of a folder.

    Parameters
    ----------
    clips, folder, jobs, on_progress
        As :func:`render`.

    Returns
    -------
    results : list of ClipResult
        In the order of the grid.
    failed : list of FailedClip
        Those that were not rendered, or from another specification, or could not be measured.
    """
    there = [clip for clip in clips if is_made(clip.spec, folder)]
    results, failed = _each(run_clip, there, folder, jobs=jobs, on_progress=on_progress)
    missing = [
        FailedClip(clip.name, OF_ANOTHER if paths_of(clip.name, folder).truth.is_file() else NOT_RENDERED)
        for clip in clips
        if clip not in there
    ]
    return results, [*missing, *failed]


def _each(
    work: Callable[[GridClip, Path], Made],
    clips: Sequence[GridClip],
    folder: Path,
    *,
    jobs: int | None,
    on_progress: OnProgress | None,
) -> tuple[list[Made], list[FailedClip]]:
    """Do something with each clip; one that fails is named and stops none of the others."""
    made: dict[str, Made] = {}
    failed: dict[str, FailedClip] = {}

    def settle(name: str, future: Future[Made]) -> None:
        try:
            made[name] = future.result()
        except BrokenProcessPool:
            raise
        except (
            TdscreenError, ArithmeticError, LookupError, OSError, RuntimeError, TypeError, ValueError,
        ) as error:  # fmt: skip
            # A fault of the tool in one clip belongs on the card, and must not hide the other clips.
            failed[name] = FailedClip(name, f"{type(error).__name__}: {error}")
        if on_progress is not None:
            on_progress(len(made) + len(failed), len(clips), name)

    for _ in range(MOST_DEATHS):
        left = [clip for clip in clips if clip.name not in made and clip.name not in failed]
        try:
            if left:
                _in_processes(work, left, folder, settle, jobs=jobs)
            break
        except BrokenProcessPool:
            # Whose fault it was is not known: what is left is tried again, by new processes.
            continue
    else:
        raise WorkerError(
            f"Processes that rendered or measured died {MOST_DEATHS} times, perhaps for want of memory. What is "
            "finished is kept: run the same again, with fewer --jobs."
        )
    in_order = [clip.name for clip in clips]
    return [made[name] for name in in_order if name in made], [
        failed[name] for name in in_order if name in failed
    ]


def _in_processes(
    work: Callable[[GridClip, Path], Made],
    clips: Sequence[GridClip],
    folder: Path,
    settle: Callable[[str, Future[Made]], None],
    *,
    jobs: int | None,
) -> None:
    # Libraries that draw or track and were opened in this process must not be copied into another.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(
        min(jobs or os.cpu_count() or 1, len(clips)), mp_context=context, initializer=_alone
    ) as pool:
        waiting = {pool.submit(work, clip, folder): clip.name for clip in clips}
        try:
            for future in as_completed(waiting):
                settle(waiting[future], future)
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def _alone() -> None:
    """Keep a process to one core, and behind whoever else works on this machine."""
    os.environ["LP_NUM_THREADS"] = "1"
    os.nice(NICENESS)
    import cv2

    cv2.setNumThreads(1)


def _after(
    clips: Sequence[GridClip], to_make: Sequence[GridClip], on_progress: OnProgress | None
) -> OnProgress | None:
    """Count clips that were there already as done."""
    if on_progress is None:
        return None
    before = len(clips) - len(to_make)
    on_progress(before, len(clips), "")

    def told(done: int, _: int, name: str) -> None:
        on_progress(before + done, len(clips), name)

    return told


def make_card(
    size: Size,
    results: Sequence[ClipResult],
    failed: Sequence[FailedClip],
    *,
    date: str,
    only: str | None = None,
) -> Card:
    """Make the card of results.

    Parameters
    ----------
    size : {"small", "standard", "large"}
    results : sequence of ClipResult
    failed : sequence of FailedClip
    date : str
    only : str, optional
        Name of the only section shown.

    Returns
    -------
    Card
    """
    planned = len(clips_of(size, only=only))
    figures = all_figures(results, planned=planned, only=only)
    if size != "standard" or len(results) < planned:
        figures = tuple(with_foreign_reason(figure) for figure in figures)
    command = f"tdscreen verify FOLDER --size {size}" + (f" --only {only}" if only else "")
    provenance = {
        "tdscreen": f"{__version__}, source {source_key()[:16]}, tracking {tracking_key()[:16]}",
        **{f"model {name}": f"SHA-256 {sha256}" for name, sha256 in model_hashes().items()},
        "virtual people": f"generation {GENERATION}, person seeds from {FIRST_SEED}",
        "grid": f"{size}, {len(grid(size))} clips planned",
        "command": command,
    }
    return Card(
        version=__version__,
        date=date,
        size=size,
        command=command,
        figures=figures,
        results=tuple(results),
        failed=tuple(failed),
        provenance=provenance,
    )
