"""A folder of clips with one table of truth: made over all cores, and gone on with where it stopped."""

from __future__ import annotations

import csv
import json
import multiprocessing
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from tdscreen.errors import InputError, WorkerError
from tdscreen.phantom.film import ClipSpec, is_another, is_made, make_clip, paths_of
from tdscreen.phantom.phone import Phone
from tdscreen.phantom.presets import programme_of, with_severities
from tdscreen.phantom.programme import Programme
from tdscreen.vocabulary import Side, Task

TABLE = "truth.csv"
_PARTS = ("facial_expression", "lips", "jaw", "tongue", "upper_limbs")
_CONFOUNDERS = (
    "rest",
    "task_unstructured",
    "gum",
    "rabbit_syndrome",
    "talking",
    "smiling",
    "gaze_shifts",
    "breathing",
)
"""What people without dyskinesia do while they are asked to sit still."""


def make_cohort(
    specs: Sequence[ClipSpec],
    folder: Path,
    *,
    workers: int | None = None,
    on_progress: Callable[[int, int, str], None] | None = None,
) -> Path:
    """Make clips, several at a time, and one table of what is true of them.

    Clips that are there already, from just their specifications, are kept. Clips of another cohort are never replaced.

    Parameters
    ----------
    specs : sequence of ClipSpec
        With different names.
    folder : Path
    workers : int, optional
        Processes; one for each core if not given.
    on_progress : callable, optional
        Told how many clips are done, of how many, and which was the last.

    Returns
    -------
    Path
        The table, a row for each clip.

    Raises
    ------
    InputError
        If two clips have one name, one cannot be made as asked, or another cohort's clip is there by its name.
    WorkerError
        If a process that drew pictures died.
    """
    if len({spec.name for spec in specs}) < len(specs):
        raise InputError("Each clip of a cohort needs a name of its own.")
    for spec in specs:
        # What cannot be is said before a folder is made.
        spec.what()
        if is_another(spec, folder):
            raise InputError(
                f"{spec.name}.mp4 is there already and belongs to another cohort (other seeds, people, lengths or "
                "phones, or an earlier generation of virtual people). Choose another folder, or remove it first."
            )
    folder.mkdir(parents=True, exist_ok=True)
    to_make = [spec for spec in specs if not is_made(spec, folder)]
    done = len(specs) - len(to_make)
    if on_progress is not None:
        on_progress(done, len(specs), "")
    if to_make:
        # A drawing library that was opened in this process must not be copied into another.
        context = multiprocessing.get_context("spawn")
        count = min(workers or os.cpu_count() or 1, len(to_make))
        with ProcessPoolExecutor(count, mp_context=context, initializer=_alone) as pool:
            names = {pool.submit(make_clip, spec, folder): spec.name for spec in to_make}
            try:
                for future in as_completed(names):
                    future.result()
                    done += 1
                    if on_progress is not None:
                        on_progress(done, len(specs), names[future])
            except BrokenProcessPool as error:
                raise WorkerError(
                    "A process that drew pictures died, perhaps for want of memory. The finished clips are kept: "
                    "run the same again, with fewer workers."
                ) from error
            except BaseException:
                pool.shutdown(cancel_futures=True)
                raise
    return write_table([spec.name for spec in specs], folder)


def _alone() -> None:
    """Keep a process to one core: there are as many processes as cores."""
    os.environ["LP_NUM_THREADS"] = "1"
    import cv2

    cv2.setNumThreads(1)


def write_table(names: Sequence[str], folder: Path) -> Path:
    """Gather what is true of clips into one table, comma-separated.

    Parameters
    ----------
    names : sequence of str
        Of clips in the folder.
    folder : Path

    Returns
    -------
    Path
    """
    rows = [row_of(json.loads(paths_of(name, folder).truth.read_text(encoding="utf-8"))) for name in names]
    columns = list(dict.fromkeys(column for row in rows for column in row))
    path = folder / TABLE
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return path


def row_of(told: dict[str, Any]) -> dict[str, Any]:
    """Flatten what is true of one clip into a row.

    Parameters
    ----------
    told : dict
        What ``<name>.truth.json`` holds.
    """
    row = {
        name: told[name] for name in ("file", "preset", "task", "seed", "duration_s", "frames", "degraded")
    }
    row |= {
        f"person_{name}": value
        for name, value in told["person"].items()
        if not isinstance(value, (list, dict))
    }
    row |= {
        f"camera_{name}": value
        for name, value in told["camera"].items()
        if not isinstance(value, (list, dict))
    }
    for region, says in told["regions"].items():
        row |= {f"{region}_{name}": value for name, value in says.items() if not isinstance(value, list)}
    row["tongue_protrusions"] = len(told["tongue"]["protrusions"])
    row["tongue_hidden_movement"] = told["tongue"]["hidden_movement"]
    for side in Side:
        taps = told["taps"].get(str(side), {})
        row |= {f"taps_{side}": taps.get("count"), f"tap_rate_{side}_hz": taps.get("rate_hz")}
    row["blinks"] = len(told["blinks_s"])
    return row


def examinations(
    clips: int,
    *,
    seed: int = 0,
    first_person_seed: int = 0,
    duration_s: float = 15.0,
    phone: Phone | None = None,
) -> list[ClipSpec]:
    """Plan examinations of three tasks each: rest, a task of the mouth, and tapping.

    Half of the people have dyskinesia, of one to three parts, seen in every task; the others none, and while they are
    to sit still some talk, chew gum or tremble.

    Parameters
    ----------
    clips : int
        How many; the last examination may be cut short.
    seed : int
    first_person_seed : int
        Of the first person; the next follow.
    duration_s : float
        Of each clip.
    phone : Phone, optional
        For all clips; a different one for each person if not given.

    Returns
    -------
    list of ClipSpec
    """
    specs: list[ClipSpec] = []
    for number in range(-(-clips // 3)):
        rng = np.random.default_rng([seed, 7, number])
        own = phone or _any_phone(rng)
        for name, preset, programme in _examination(number, rng, seed, duration_s):
            specs.append(
                ClipSpec(
                    name=f"person{number + 1:04d}_{name}",
                    preset=preset,
                    programme=programme,
                    person_seed=first_person_seed + number,
                    phone=own,
                    seed=seed * 10_000 + 3 * number + len(specs) % 3,
                    duration_s=duration_s,
                )
            )
    return specs[:clips]


def _examination(
    number: int, rng: np.random.Generator, seed: int, duration_s: float
) -> list[tuple[str, str | None, Programme | None]]:
    side = Side.LEFT if rng.uniform() < 0.5 else Side.RIGHT
    mouth = "task_mouth_open" if rng.uniform() < 0.5 else "task_tongue_out"
    tapping = f"task_tapping_{side}"
    if number % 2 == 0:
        resting = str(rng.choice(_CONFOUNDERS))
        return [("rest", resting, None), (mouth, mouth, None), (tapping, tapping, None)]
    parts = [str(part) for part in rng.permutation(_PARTS)[: int(rng.integers(1, 4))]]
    grades = {part: int(rng.integers(1, 5)) for part in parts}
    told = seed * 1000 + number
    resting_programme = with_severities(grades, duration_s=duration_s, seed=told)
    # The hands are busy, and the jaw and the tongue do what is asked.
    elsewhere = {part: grade for part, grade in grades.items() if part in ("facial_expression",)}
    face = {part: grade for part, grade in grades.items() if part != "upper_limbs"}
    return [
        ("rest", None, replace(resting_programme, task=Task.REST)),
        (mouth, None, _on_top(programme_of(mouth, duration_s=duration_s, seed=told), elsewhere, told)),
        (tapping, None, _on_top(programme_of(tapping, duration_s=duration_s, seed=told), face, told)),
    ]


def _on_top(task: Programme, grades: dict[str, int], seed: int) -> Programme:
    """Add dyskinesia to a task."""
    added = with_severities(grades, duration_s=task.duration_s, seed=seed).movements
    return replace(task, movements=(*task.movements, *added))


def _any_phone(rng: np.random.Generator) -> Phone:
    """Choose a phone and how it is held, as they come."""
    width, height = [(640, 480), (1280, 720), (720, 1280)][int(rng.integers(3))]
    return Phone(
        width=width,
        height=height,
        fps=float(rng.choice([24.0, 30.0, 30.0])),
        jitter=float(rng.choice([0.0, 0.05])),
        dropped=float(rng.choice([0.0, 0.03])),
        shake_mm=float(rng.choice([0.0, 0.0, 2.0])),
        exposure_drift=float(rng.uniform(0.0, 0.04)),
        light=float(rng.uniform(0.3, 1.0)),
        lighting=str(rng.choice(["room", "window", "overhead", "lamp"])),
        room_seed=int(rng.integers(1000)),
        tilt_deg=(0.0, float(np.round(rng.uniform(-6, 6), 1)), float(np.round(rng.uniform(-3, 3), 1))),
        codec=str(rng.choice(["h264", "h264", "hevc"])),  # type: ignore[arg-type]
    )
