"""Calibrate a model file on a place's own ratings, and say in words what that rests on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from tdscreen.errors import ColumnsError, OneClassError, TooFewPeopleError
from tdscreen.scoring.additive import AdditiveItem, evaluate
from tdscreen.scoring.conformal import ConformalSets
from tdscreen.settings import TRAINING, TrainingSettings
from tdscreen.training.calibration import (
    Recalibration,
    conformal_sets,
    recalibrate,
    recalibrated,
)
from tdscreen.training.ordinal import check_scale
from tdscreen.training.people import (
    LIST_IS_PARTIAL,
    NOT_CHECKED,
    PARTLY_CHECKED,
    listed_in,
    people_of,
    refuse_known_people,
)
from tdscreen.training.store import StudyModel, write_model
from tdscreen.training.study import lower_median, numbers

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class LocalModel:
    """A calibrated model.

    Attributes
    ----------
    content : bytes
        The ONNX file.
    words : str
        What was done, in Markdown.
    lines : dict of str to Recalibration
    sets : dict of str to ConformalSets
    people : tuple of str
        All whom the model has seen by now, those it was fitted on included where they are known.
    """

    content: bytes
    words: str
    lines: dict[str, Recalibration]
    sets: dict[str, ConformalSets]
    people: tuple[str, ...]


def calibrate_model(
    model: StudyModel,
    table: pd.DataFrame,
    *,
    raters: Mapping[str, Sequence[str]],
    group: str,
    level: float,
    date: str,
    source: str,
    fitted_on: Path,
    settings: TrainingSettings = TRAINING,
) -> LocalModel:
    """Calibrate each item that was rated; others stay as they are.

    Parameters
    ----------
    model : StudyModel
    table : DataFrame
    raters : mapping of str to sequence of str
        Columns of ratings by item.
    group : str
    level : float
        Of the conformal sets.
    date, source : str
    fitted_on : Path
        List of the people whom the model was fitted on; nobody may be on both.
    settings : TrainingSettings

    Returns
    -------
    LocalModel

    Raises
    ------
    ColumnsError, ScaleError, LeakError
        As for a validation.
    OneClassError
        All ratings are the same.
    TooFewPeopleError
        Fewer people than a calibration needs.
    """
    note = check_local(model, table, raters=raters, group=group, fitted_on=fitted_on, settings=settings)
    for name in model.features:
        if name not in table.columns:
            raise ColumnsError(f"The table has no column {name}, which the model needs.")
    people = people_of(table, group)
    lines: dict[str, Recalibration] = {}
    sets: dict[str, ConformalSets] = {}
    items: list[AdditiveItem] = []
    used: set[str] = set()
    for item in model.items:
        if item.item not in raters:
            items.append(item)
            continue
        ratings = np.stack([numbers(table, name) for name in raters[item.item]], axis=1)
        features = np.stack([numbers(table, name) for name in item.features], axis=1)
        rows = ~np.isnan(ratings).all(axis=1) & ~np.isnan(features).all(axis=1)
        count = len(set(people[rows].tolist()))
        if count < settings.min_local_people:
            raise TooFewPeopleError(
                f"There are {count} people with a rating of {item.item} and something seen, and a calibration needs "
                f"{settings.min_local_people} or more."
            )
        ratings, features, own = ratings[rows], features[rows], people[rows]
        if len(np.unique(ratings[~np.isnan(ratings)])) < 2:
            raise OneClassError(
                f"All ratings of {item.item} are the same. Please add people who were rated otherwise."
            )
        agreed = lower_median(ratings)
        sets[item.item] = conformal_sets(
            item, features, ratings, agreed, own, date=date, level=level, settings=settings
        )
        line = recalibrate(item, evaluate(item, features).eta, ratings, settings=settings)
        lines[item.item] = line
        items.append(recalibrated(item, line))
        used |= set(own.tolist())
    about = {
        key: value for key, value in model.about.items() if key not in _TOLD_BY_THE_GRAPH and key != _COUNTS
    }
    about |= {
        "date": date,
        "status": f"{model.about['status']}; calibrated on {len(used)} people of one place",
        "calibrated_on": f"{source}: {len(used)} people",
    }
    if note in (NOT_CHECKED, PARTLY_CHECKED):
        about[LIST_IS_PARTIAL] = "those of the calibration only"
    return LocalModel(
        write_model(items, model.ranges, about, sets=model.sets | sets),
        _words(model, lines, sets, people=len(used), date=date, source=source, note=note),
        lines,
        sets,
        tuple(sorted(used | set(listed_in(fitted_on)))),
    )


def check_local(
    model: StudyModel,
    table: pd.DataFrame,
    *,
    raters: Mapping[str, Sequence[str]],
    group: str,
    fitted_on: Path,
    settings: TrainingSettings = TRAINING,
) -> str:
    """Refuse ratings on which nothing can be calibrated, whatever the features are: before clips are measured.

    Parameters
    ----------
    model, table, raters, group, fitted_on, settings
        As :func:`calibrate_model`.

    Returns
    -------
    str
        What is known of whether the model was fitted on these people.

    Raises
    ------
    ColumnsError, ScaleError, OneClassError, LeakError, TooFewPeopleError
        As :func:`calibrate_model`.
    """
    for name in (group, *(column for named in raters.values() for column in named)):
        if name not in table.columns:
            raise ColumnsError(f"The table has no column {name}, which a rater or the split by person needs.")
    people = people_of(table, group)
    note = refuse_known_people(people.tolist(), fitted_on, must_know=False, about=model.about)
    for item in model.items:
        if item.item not in raters:
            continue
        ratings = np.stack([numbers(table, name) for name in raters[item.item]], axis=1)
        check_scale(ratings, highest=len(item.thresholds))
        given = ratings[~np.isnan(ratings)]
        if len(np.unique(given)) < 2:
            raise OneClassError(
                f"All ratings of {item.item} are the same. Please add people who were rated otherwise."
            )
        count = len(set(people[~np.isnan(ratings).all(axis=1)].tolist()))
        if count < settings.min_local_people:
            raise TooFewPeopleError(
                f"There are {count} people with a rating of {item.item}, and a calibration needs "
                f"{settings.min_local_people} or more."
            )
    return note


_TOLD_BY_THE_GRAPH = frozenset(
    {
        "form", "features_sha256", "units", "training_ranges", "items", "terms", "directions", "references",
        "thresholds", "conformal_sets",
    }
)  # fmt: skip
"""Written anew with each graph."""
_COUNTS = "counts"
"""How the model before sorted people whose state is known: the calibrated one may sort them otherwise."""


def _words(
    model: StudyModel,
    lines: Mapping[str, Recalibration],
    sets: Mapping[str, ConformalSets],
    *,
    people: int,
    date: str,
    source: str,
    note: str,
) -> str:
    """Say what was done, and what it rests on."""
    told = [
        f"# Calibration of {model.about['name']} on {people} people",
        "",
        f"{date}, from {source}. Model before: SHA-256 `{model.sha256}`. {note}",
        "",
        "For research use, to support a clinician's own examination. It is not a medical device, and nobody has "
        "cleared or approved it. Figures on these same people would be too good: validate on others.",
        "",
    ]
    for item, line in lines.items():
        own = sets[item]
        told += [
            f"## {item}",
            "",
            f"Log-odds are stretched by {line.stretch:.2f} about the middle of the thresholds and moved by "
            f"{line.shift:+.2f} (1 and 0 would leave the model as it was).",
            "",
            f"Sets of scores at {own.level:.0%}: of the people of each score, at least that share has a "
            f"set that holds it, "
            "as far as people to come are like these.",
            "",
            "| score | people | belongs to a set from a probability of |",
            "|---|---|---|",
        ]
        for score, (limit, count) in enumerate(zip(own.limits, own.people, strict=True)):
            words = f"{limit:.3f}" if limit > 0 else "always"
            told.append(f"| {score} | {count} | {words} |")
        if few := [str(score) for score in own.always]:
            told += [
                "",
                f"Of {'score' if len(few) == 1 else 'scores'} {', '.join(few)} there are fewer than {own.least_people} "
                f"people. That is too few to leave {'it' if len(few) == 1 else 'these'} out of a set at "
                f"{own.level:.0%}, so {'it always belongs' if len(few) == 1 else 'they always belong'}.",
            ]
        told.append("")
    return "\n".join(told)
