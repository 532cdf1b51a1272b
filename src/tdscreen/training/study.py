"""A table of features and ratings, checked once at the door."""

from __future__ import annotations

import fnmatch
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tdscreen.errors import ColumnsError, DataError, InputError, LeakError, OneClassError, TooFewPeopleError
from tdscreen.printing import printable
from tdscreen.settings import TRAINING, TrainingSettings
from tdscreen.training.curves import Term
from tdscreen.training.ordinal import HIGHEST, check_scale
from tdscreen.training.people import people_of

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Indices = NDArray[np.intp]


_TELLING = 2
"""So many values that are not whole numbers, alike in two rows, are no accident."""


@dataclass(frozen=True)
class Study:
    """Rated rows of a table: one a clip or an examination.

    Attributes
    ----------
    item : str
        What was rated.
    features : dict of str to ndarray, shape (n,), float64
        NaN for "not seen".
    ratings : ndarray, shape (n, raters), float64
        NaN where a rater has not rated.
    raters : tuple of str
    people : ndarray, shape (n,), str
        Whose each row is.
    terms : tuple of Term
        The features that may enter a model, and their directions.
    interactions : tuple of (str, str)
        Named pairs; their features always enter.
    subgroups : dict of str to ndarray, shape (n,), str
        By which results are told apart; never an input.
    highest : int
        Highest score of the scale.
    """

    item: str
    features: dict[str, Floats]
    ratings: Floats
    raters: tuple[str, ...]
    people: NDArray[np.str_]
    terms: tuple[Term, ...]
    interactions: tuple[tuple[str, str], ...]
    subgroups: dict[str, NDArray[np.str_]]
    highest: int

    def __len__(self) -> int:
        """Count the rows."""
        return len(self.people)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the people, sorted."""
        return tuple(sorted(set(self.people.tolist())))

    @property
    def agreed(self) -> Floats:
        """The score that stands for each row, (n,): the median of its ratings, the lower of two, NaN if unrated."""
        return lower_median(self.ratings)

    def rows(self, chosen: Indices | Bools) -> dict[str, Floats]:
        """Features of some of the rows."""
        return {name: values[chosen] for name, values in self.features.items()}


def lower_median(ratings: Floats) -> Floats:
    """Median of each row's ratings, the lower of the middle two: a rating that somebody gave.

    Parameters
    ----------
    ratings : ndarray, shape (n, raters)
        NaN where there is none.

    Returns
    -------
    ndarray, shape (n,)
        NaN where there is no rating at all.
    """
    in_order = np.sort(ratings, axis=1)
    counts = (~np.isnan(ratings)).sum(axis=1)
    middle = in_order[np.arange(len(ratings)), np.maximum((counts - 1) // 2, 0)]
    return np.where(counts > 0, middle, np.nan)


def read_table(path: Path, *, names: Sequence[str] = ()) -> pd.DataFrame:
    """Read a table of comma-separated values or Parquet.

    Parameters
    ----------
    path : Path
    names : sequence of str
        Columns of names: ``007`` is no number, and is the same person in every table.

    Raises
    ------
    InputError
        It is missing, or a folder.
    DataError
        It cannot be read as a table, or has no rows.
    """
    import pandas as pd
    import pyarrow as pa

    if not path.is_file():
        raise InputError(f"There is no file {printable(str(path))}.")
    try:
        table = (
            pd.read_parquet(path)
            if path.suffix.lower() == ".parquet"
            else pd.read_csv(path, dtype=dict.fromkeys(names, str))
        )
    except (ValueError, UnicodeDecodeError, pa.ArrowInvalid, OSError) as error:
        raise DataError(
            f"{printable(path.name)} cannot be read as a table: {printable(str(error)).splitlines()[0].rstrip('.')}. "
            "Give comma-separated values with a row of names first, or Parquet."
        ) from error
    if table.empty:
        raise DataError(f"{printable(path.name)} has no rows.")
    return table


def make_study(
    table: pd.DataFrame,
    *,
    item: str,
    labels: Sequence[str],
    group: str,
    features: Sequence[str],
    directions: Mapping[str, int] | None = None,
    interactions: Sequence[tuple[str, str]] = (),
    subgroups: Sequence[str] = (),
    highest: int = HIGHEST,
    settings: TrainingSettings = TRAINING,
) -> Study:
    """Take a study out of a table, or say why it cannot be one.

    Parameters
    ----------
    table : DataFrame
    item : str
        What was rated.
    labels : sequence of str
        Columns of ratings, one a rater.
    group : str
        Column that says whose each row is.
    features : sequence of str
        Names of columns, or patterns of them as ``lips.*``.
    directions : mapping of str to Direction, optional
        By name or pattern; features without one are free.
    interactions : sequence of (str, str)
    subgroups : sequence of str
        Columns by which results are told apart.
    highest : int
    settings : TrainingSettings

    Returns
    -------
    Study
        Of the rows that at least one rater has rated.

    Raises
    ------
    ColumnsError
        A column is not there, holds no numbers, or is named for two things.
    ScaleError, OneClassError
        Ratings are off the scale, or all the same.
    TooFewPeopleError
        Fewer people than a nested split needs.
    LeakError
        A feature is a copy of a rating, or two people have the same row of features.
    """
    from tdscreen.scoring.additive import Direction

    rated = check_ratings(
        table, labels=labels, group=group, subgroups=subgroups, highest=highest, settings=settings
    )
    spoken_for = {*labels, group, *subgroups}
    chosen: list[str] = []
    for pattern in features:
        hits = fnmatch.filter(map(str, table.columns), pattern)
        if not hits:
            raise ColumnsError(
                f"No column of the table is named {pattern}. It has {_some(list(table.columns))}."
            )
        if pattern in spoken_for:
            raise ColumnsError(
                f"The column {pattern} cannot be a feature and a rating, person or subgroup as well."
            )
        chosen += [name for name in hits if name not in spoken_for and name not in chosen]
    for pair in interactions:
        if unknown := [name for name in pair if name not in chosen]:
            raise ColumnsError(
                f"The interaction {':'.join(pair)} names {unknown[0]}, which is not among the features."
            )
    ratings = np.stack([numbers(table, name) for name in labels], axis=1)[rated]
    people = people_of(table, group)[rated]
    count = len(set(people.tolist()))
    values = {name: numbers(table, name)[rated] for name in chosen}
    seen = np.any([np.isfinite(column) for column in values.values()], axis=0)
    seen_count = len(set(people[seen].tolist()))
    if seen_count < settings.min_people:
        raise TooFewPeopleError(
            f"Of {count} people with a rating of {item}, anything was seen of {seen_count}, and a split by person, "
            f"nested in another, needs {settings.min_people} or more. Please add people, or record again what could "
            "not be used."
        )
    _refuse_leaks(values, ratings, labels, people)
    return Study(
        item=item,
        features=values,
        ratings=ratings,
        raters=tuple(labels),
        people=people,
        terms=tuple(Term(name, Direction(_direction(name, directions or {}))) for name in chosen),
        interactions=tuple((a, b) for a, b in interactions),
        subgroups={
            name: np.asarray(["not said" if v != v else str(v) for v in table[name][rated]])
            for name in subgroups
        },
        highest=highest,
    )


def check_ratings(
    table: pd.DataFrame,
    *,
    labels: Sequence[str],
    group: str,
    subgroups: Sequence[str] = (),
    highest: int = HIGHEST,
    settings: TrainingSettings = TRAINING,
) -> Bools:
    """Refuse ratings from which nothing can be fitted, whatever the features are: before hours of clips are measured.

    Parameters
    ----------
    table, labels, group, subgroups, highest, settings
        As :func:`make_study`.

    Returns
    -------
    ndarray, shape (n,), bool
        The rows that at least one rater has rated.

    Raises
    ------
    ColumnsError, ScaleError, OneClassError, TooFewPeopleError
        As :func:`make_study`.
    """
    for name in (*labels, group, *subgroups):
        if name not in table.columns:
            raise ColumnsError(f"The table has no column {name}. It has {_some(list(table.columns))}.")
    ratings = np.stack([numbers(table, name) for name in labels], axis=1)
    check_scale(ratings, highest=highest)
    people = people_of(table, group)
    rated = ~np.isnan(ratings).all(axis=1)
    ratings = ratings[rated]
    if len(np.unique(ratings[~np.isnan(ratings)])) < 2:
        raise OneClassError(
            "All ratings are the same, so there is nothing to tell apart. Please add people who were rated otherwise."
        )
    count = len(set(people[rated].tolist()))
    if count < settings.min_people:
        raise TooFewPeopleError(
            f"There are {count} people with a rating, and a split by person, nested in another, needs "
            f"{settings.min_people} or more."
        )
    return np.asarray(rated)


def _direction(name: str, directions: Mapping[str, int]) -> int:
    ways = {way for pattern, way in directions.items() if fnmatch.fnmatch(name, pattern)}
    if len(ways) > 1:
        raise ColumnsError(f"The feature {name} is said both to rise and to fall. Leave one of the two out.")
    return ways.pop() if ways else 0


def _some(names: Sequence[object]) -> str:
    first = ", ".join(printable(str(name)) for name in names[:8])
    return first if len(names) <= 8 else f"{first} and {len(names) - 8} more"


def numbers(table: pd.DataFrame, name: str) -> Floats:
    """Read a column as numbers, NaN where it is empty.

    Raises
    ------
    ColumnsError
        It holds something else, or infinite values.
    """
    try:
        column: Floats = table[name].to_numpy(dtype=np.float64, na_value=np.nan)
    except (TypeError, ValueError) as error:
        raise ColumnsError(
            f"The column {name} holds something other than numbers. Leave a cell empty for what was not seen."
        ) from error
    if np.isinf(column).any():
        raise ColumnsError(
            f"The column {name} has infinite values. Leave a cell empty for what was not measured."
        )
    return column


def _refuse_leaks(
    features: Mapping[str, Floats], ratings: Floats, labels: Sequence[str], people: NDArray[np.str_]
) -> None:
    """Refuse features that are the ratings under another name, and rows that stand under two people."""
    for name, values in features.items():
        for rater, given in zip(labels, ratings.T, strict=True):
            both = np.isfinite(values) & np.isfinite(given)
            if both.sum() > 2 and np.ptp(given[both]) > 0 and np.ptp(values[both]) > 0:
                same = abs(float(np.corrcoef(values[both], given[both])[0, 1]))
                if same > 1.0 - 1e-9:
                    raise LeakError(f"The feature {name} is a copy of the ratings in {rater}. Leave it out.")
    rows: dict[bytes, str] = {}
    matrix = np.stack(list(features.values()), axis=1)
    for row, person in zip(matrix, people.tolist(), strict=True):
        if (np.isfinite(row) & (row != np.round(row))).sum() < _TELLING:
            # Of counts, and of little or nothing seen, many rows may be alike.
            continue
        other = rows.setdefault(row.tobytes(), person)
        if other != person:
            raise LeakError(
                "Two people have rows with the very same features, so that one clip would stand on both sides of a "
                "split. Please correct the column of people, or leave one of the rows out."
            )
