"""A folder of clips and a table of ratings become one table of features, the same that the tool itself scores from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from tdscreen import api
from tdscreen.errors import ColumnsError, InputError, LeakError, LimitError, VideoError, WorkerError
from tdscreen.keeping.fingerprint import sha256_of
from tdscreen.printing import printable
from tdscreen.scoring.evidence import Evidence, clip_reason, gather_evidence
from tdscreen.scoring.model import UNITS
from tdscreen.scoring.rating_rule import SCALES
from tdscreen.training.people import people_of
from tdscreen.vocabulary import Task

if TYPE_CHECKING:
    import pandas as pd

    from tdscreen.measurement.clip import ClipMeasurement

FILE_COLUMN, TASK_COLUMN, MIRRORED_COLUMN, UNUSABLE_COLUMN = "file", "task", "mirrored", "unusable"
_YES, _NO = {"yes", "true", "1"}, {"no", "false", "0", "nan", "none"}
"""What a cell of ``mirrored`` may say, as table programs write it; an empty one is no."""


def measure_clips(
    ratings: pd.DataFrame,
    folder: Path,
    *,
    contents: Mapping[str, str] | None = None,
    on_progress: Callable[[int, int, str], None] | None = None,
) -> pd.DataFrame:
    """Measure each clip that a table of ratings names, and put its features beside the ratings.

    Parameters
    ----------
    ratings : DataFrame
        With a column ``file``; one ``task`` if clips are of different tasks; one ``mirrored`` (yes or no) if some are
        mirror images, as selfies are.
    folder : Path
        Where the clips lie.
    contents : mapping of str to str, optional
        SHA-256 of clips that were read before, by name, from :func:`clip_contents`.
    on_progress : callable, optional
        Told how many clips are done, of how many, and which was the last.

    Returns
    -------
    DataFrame
        The ratings, a column for each feature that the model of tdscreen takes (empty where not seen), and
        ``unusable``: why a clip shows nothing, empty if it does. A clip that cannot be read is unusable; none is left
        out.

    Raises
    ------
    ColumnsError
        There is no column ``file``, a clip is not in the folder, or ``mirrored`` says neither yes nor no.
    InputError
        A task is not known, or a clip may not be read.
    """
    names = _names(ratings, folder)
    known = contents or {}
    tasks = (
        [api.as_task(str(name)) for name in ratings[TASK_COLUMN]]
        if TASK_COLUMN in ratings.columns
        else [Task.UNSTRUCTURED] * len(names)
    )
    if MIRRORED_COLUMN in ratings.columns:
        mirrored = [_yes(value) for value in ratings[MIRRORED_COLUMN]]
    else:
        mirrored = [False] * len(names)
    rows, reasons = [], []
    for done, (name, task, turned) in enumerate(zip(names, tasks, mirrored, strict=True), 1):
        try:
            measured = api.measure(
                api.track(folder / name, mirrored=turned, sha256=known.get(name)), task=task
            )
        except (VideoError, LimitError, WorkerError) as error:
            rows.append(dict.fromkeys(UNITS, np.nan))
            reasons.append(str(error))
        else:
            rows.append(clip_features(measured))
            reasons.append(clip_reason(measured) or "")
        if on_progress is not None:
            on_progress(done, len(names), name)
    table = ratings.copy()
    for feature in UNITS:
        table[feature] = [row[feature] for row in rows]
    table[UNUSABLE_COLUMN] = reasons
    return table


def _names(ratings: pd.DataFrame, folder: Path) -> list[str]:
    """Name the clip of each row, once the table and the folder fit each other."""
    if FILE_COLUMN not in ratings.columns:
        raise ColumnsError(
            f"The table of ratings needs a column '{FILE_COLUMN}' with the names of the clips."
        )
    taken = [name for name in (*UNITS, UNUSABLE_COLUMN) if name in ratings.columns]
    if taken:
        raise ColumnsError(f"The table of ratings has a column {taken[0]} already, which is measured here.")
    names = [str(name) for name in ratings[FILE_COLUMN]]
    if gone := [name for name in names if not (folder / name).is_file()]:
        raise ColumnsError(f"{len(gone)} clips are not in the folder {folder}, the first of them {gone[0]}.")
    return names


def clip_contents(ratings: pd.DataFrame, folder: Path, *, group: str) -> dict[str, str]:
    """Read what is in each clip, and refuse one that stands under two people, also as a copy under another name.

    Parameters
    ----------
    ratings : DataFrame
        With a column ``file``.
    folder : Path
        Where the clips lie.
    group : str
        Column that says whose each row is.

    Returns
    -------
    dict of str to str
        SHA-256 of each clip, by its name.

    Raises
    ------
    ColumnsError
        There is no such column, or a clip is not in the folder.
    InputError
        A clip may not be read.
    LeakError
        Nobody could be left out whole: the clip would stand on both sides of a split.
    """
    owners: dict[str, tuple[str, str]] = {}
    contents: dict[str, str] = {}
    for file, person in zip(_names(ratings, folder), people_of(ratings, group).tolist(), strict=True):
        if file not in contents:
            try:
                contents[file] = sha256_of(folder / file)
            except OSError as error:
                raise InputError(f"{printable(file)} may not be read: {error.strerror or error}.") from error
        other, owner = owners.setdefault(contents[file], (file, person))
        if owner != person:
            same = f"{file} stands" if other == file else f"{other} and {file} are one clip, which stands"
            raise LeakError(
                f"{printable(same)} under two people. Please correct the column {group}, or leave one of the rows out."
            )
    return contents


def _yes(value: object) -> bool:
    words = str(value).strip().lower().removesuffix(".0")
    if words not in _YES | _NO:
        raise ColumnsError(
            f"The column '{MIRRORED_COLUMN}' says yes or no, and not '{printable(str(value))}'."
        )
    return words in _YES


def clip_features(clip: ClipMeasurement) -> dict[str, float]:
    """Say what one clip gives as inputs of the model.

    Parameters
    ----------
    clip : ClipMeasurement

    Returns
    -------
    dict of str to float
        Every input; NaN for what was not seen. Of a part seen twice (two hands) the one that moves more.
    """
    found = dict.fromkeys(UNITS, np.nan)
    for gathered in gather_evidence([clip]).values():
        by_scale: dict[str, Evidence] = {}
        for one in gathered.evidence:
            other = by_scale.get(one.scale)
            if other is None or _moved(one) > _moved(other):
                by_scale[one.scale] = one
        for name, one in by_scale.items():
            found[SCALES[name].amplitude_feature] = one.amplitude_mm
            found[SCALES[name].time_feature] = one.percent_time_moving
    return found


def _moved(evidence: Evidence) -> float:
    return evidence.amplitude_mm * evidence.percent_time_moving
