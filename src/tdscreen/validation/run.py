"""Hold a model file against a table of features and ratings."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tdscreen import __version__
from tdscreen.errors import ColumnsError, OneClassError, TooFewPeopleError
from tdscreen.printing import printable
from tdscreen.settings import VALIDATION
from tdscreen.training.ordinal import check_scale
from tdscreen.training.people import people_of, refuse_known_people
from tdscreen.training.store import StudyModel
from tdscreen.training.study import numbers
from tdscreen.validation.held import Held, HeldItem, find_all
from tdscreen.validation.report import make_report
from tdscreen.validation.write import write_files

if TYPE_CHECKING:
    import pandas as pd


def hold(
    model: StudyModel,
    table: pd.DataFrame,
    *,
    raters: Mapping[str, Sequence[str]],
    group: str,
    subgroups: Sequence[str],
    positive_from: int | None,
    cuts: Sequence[float],
) -> Held:
    """Let a model score a table, and put its estimates beside the ratings.

    Parameters
    ----------
    model : StudyModel
    table : DataFrame
        Rows of nothing but gaps are unusable, and are counted.
    raters : mapping of str to sequence of str
        Columns of ratings by item.
    group : str
    subgroups : sequence of str
    positive_from : int or None
    cuts : sequence of float

    Returns
    -------
    Held

    Raises
    ------
    ColumnsError
        A column is missing or holds no numbers.
    ScaleError
        A rating is off the model's scale.
    OneClassError
        Everybody or nobody is positive.
    TooFewPeopleError
        Fewer rated people than ``settings.min_people``.
    """
    for name in model.features:
        if name not in table.columns:
            raise ColumnsError(f"The table has no column {name}, which the model needs.")
    said = model.run({name: numbers(table, name) for name in model.features})
    return _held(
        said, table, raters=raters, group=group, subgroups=subgroups, positive_from=positive_from, cuts=cuts
    )


def check_reference(
    model: StudyModel,
    table: pd.DataFrame,
    *,
    raters: Mapping[str, Sequence[str]],
    group: str,
    subgroups: Sequence[str],
    positive_from: int | None,
    fitted_on: Path,
    must_know: bool,
) -> None:
    """Refuse ratings against which nothing can be held, whatever the features are: before clips are measured.

    Parameters
    ----------
    model, table, raters, group, subgroups, positive_from, fitted_on, must_know
        As :func:`validate_model`.

    Raises
    ------
    ColumnsError, ScaleError, OneClassError, TooFewPeopleError, LeakError, InputError
        As :func:`validate_model`.
    """
    unseen = {item.item: np.full((len(table), len(item.thresholds) + 1), np.nan) for item in model.items}
    held = _held(
        unseen, table, raters=raters, group=group, subgroups=subgroups, positive_from=positive_from, cuts=()
    )
    refuse_known_people(held.people.tolist(), fitted_on, must_know=must_know)


def _held(
    said: Mapping[str, NDArray[np.float64]],
    table: pd.DataFrame,
    *,
    raters: Mapping[str, Sequence[str]],
    group: str,
    subgroups: Sequence[str],
    positive_from: int | None,
    cuts: Sequence[float],
) -> Held:
    """Put probabilities by item beside the ratings, and refuse ratings that tell nothing apart."""
    for name in (group, *subgroups, *(column for columns in raters.values() for column in columns)):
        if name not in table.columns:
            raise ColumnsError(f"The table has no column {name}, which a rater or a group needs.")
    people_by_row = people_of(table, group)
    items = []
    for item, columns in raters.items():
        ratings = np.stack([numbers(table, name) for name in columns], axis=1)
        check_scale(ratings, highest=said[item].shape[1] - 1)
        items.append(HeldItem(item, said[item], ratings, tuple(columns)))
    if positive_from is None and len(items) == 1:
        positive_from = min(2, items[0].highest)
    held = Held(
        people=people_by_row,
        items=tuple(items),
        subgroups={
            name: np.asarray(["not said" if value != value else str(value) for value in table[name]])
            for name in subgroups
        },
        positive_from=positive_from,
        cuts=tuple(cuts),
    )
    people = len(set(held.people[held.rated].tolist()))
    if people < VALIDATION.min_people:
        raise TooFewPeopleError(
            f"There are {people} rated people, and a validation needs {VALIDATION.min_people} or more. With fewer, no "
            "figure would mean anything."
        )
    positive = held.positive[held.rated]
    if positive.all() or not positive.any():
        raise OneClassError(
            f"{held.reference_words} {'Everybody' if positive.all() else 'Nobody'} here is, so nothing can be told "
            "apart. Please add other people, or set another --positive-from."
        )
    return held


def validate_model(
    model: StudyModel,
    table: pd.DataFrame,
    *,
    raters: Mapping[str, Sequence[str]],
    group: str,
    subgroups: Sequence[str],
    positive_from: int | None,
    cuts: Sequence[float],
    fitted_on: Path,
    must_know: bool,
    source: Path,
    date: str,
    command: str,
) -> tuple[dict[str, bytes], tuple[str, ...]]:
    """Validate a model.

    Parameters
    ----------
    model, table, raters, group, subgroups, positive_from, cuts
        As for :func:`hold`.
    fitted_on : Path
        List of the people whom the model was fitted on.
    must_know : bool
        The list must be there.
    source : Path
        The table's file.
    date, command : str
        To stand in the report.

    Returns
    -------
    files : dict of str to bytes
    notes : tuple of str
        What the reader must be told.

    Raises
    ------
    LeakError
        The model was fitted on some of these people.
    """
    held = hold(
        model, table, raters=raters, group=group, subgroups=subgroups, positive_from=positive_from, cuts=cuts
    )
    notes = [refuse_known_people(held.people.tolist(), fitted_on, must_know=must_know, about=model.about)]
    outside = _outside(model, table)
    if outside:
        notes.append(
            f"{outside} rows have a value outside of what the model was fitted on; they got the answer of "
            f"the nearest edge."
        )
    found = find_all(held)
    provenance = {
        "model": printable(
            f"{model.about['name']}, version {model.about['version']}, of {model.about['date']}"
        ),
        "status of the model": model.about["status"],
        "fitted on": model.about["training_data"],
        "SHA-256 of the model": model.sha256,
        "table": printable(source.name),
        "SHA-256 of the table": hashlib.sha256(source.read_bytes()).hexdigest(),
        "tdscreen": __version__,
        "date": date,
        "command": printable(command),
    }
    report = make_report(held, found, provenance=provenance, notes=tuple(notes))
    return write_files(report, held, found), tuple(notes)


def _outside(model: StudyModel, table: pd.DataFrame) -> int:
    """Count rows with a value beyond those that the model was fitted on."""
    beyond = np.zeros(len(table), dtype=bool)
    for name in model.features:
        low, high = model.ranges[name]
        values = numbers(table, name)
        beyond |= (values < low) | (values > high)
    return int(beyond.sum())
