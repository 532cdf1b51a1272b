"""Fit a model to a place's own ratings, and say what it says of people left out."""

from __future__ import annotations

import fnmatch
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tdscreen import __version__
from tdscreen.errors import InputError
from tdscreen.scoring.rating_rule import SCALES
from tdscreen.settings import TRAINING, TrainingSettings
from tdscreen.training.choice import Choice, CrossValidation, choose, cross_validate, fit_chosen
from tdscreen.training.ordinal import FittedItem
from tdscreen.training.store import write_model
from tdscreen.training.study import Study, make_study

if TYPE_CHECKING:
    import pandas as pd

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class OwnModel:
    """A fitted model and what it rests on.

    Attributes
    ----------
    content : bytes
        The ONNX file.
    about : dict of str to str
        Its metadata.
    studies : tuple of Study
        One an item.
    fitted : tuple of FittedItem
    left_out : tuple of CrossValidation
        What was said of people left out, one an item.
    choices : tuple of Choice
        For the model itself, one an item.
    people : tuple of str
        Whom it was fitted on.
    """

    content: bytes
    about: dict[str, str]
    studies: tuple[Study, ...]
    fitted: tuple[FittedItem, ...]
    left_out: tuple[CrossValidation, ...]
    choices: tuple[Choice, ...]
    people: tuple[str, ...]


def train_own(
    table: pd.DataFrame,
    *,
    raters: Mapping[str, Sequence[str]],
    group: str,
    features: Mapping[str, Sequence[str]] | None,
    directions: Mapping[str, int],
    interactions: Sequence[tuple[str, str]],
    subgroups: Sequence[str],
    highest: int,
    name: str,
    seed: int,
    date: str,
    source: str,
    on_progress: Callable[[int, int, str], None] | None = None,
    settings: TrainingSettings = TRAINING,
) -> OwnModel:
    """Fit one glass box for each item that was rated.

    Parameters
    ----------
    table : DataFrame
    raters : mapping of str to sequence of str
        Columns of ratings by item.
    group : str
    features : mapping of str to sequence of str, or None
        Columns or patterns by item; a single entry serves every item. None for those from which tdscreen scores the
        item: their amplitude and share of time, which never lower a score and may work together.
    directions : mapping of str to int
        1 or -1 by column or pattern.
    interactions : sequence of (str, str)
    subgroups : sequence of str
    highest : int
    name : str
    seed : int
    date, source : str
        To stand in the model.
    on_progress : callable, optional
    settings : TrainingSettings

    Returns
    -------
    OwnModel

    Raises
    ------
    InputError
        No features were named for an item that tdscreen does not know, or a direction is of no feature.
    StudyError
        As :func:`~tdscreen.training.study.make_study`.
    """
    studies = []
    for item, columns in raters.items():
        patterns, ways, pairs = inputs_of(item, features, directions, interactions)
        studies.append(
            make_study(
                table,
                item=item,
                labels=columns,
                group=group,
                features=patterns,
                directions=ways,
                interactions=pairs,
                subgroups=subgroups,
                highest=highest,
                settings=settings,
            )
        )
    names = [feature for study in studies for feature in study.features]
    if idle := [pattern for pattern in directions if not fnmatch.filter(names, pattern)]:
        raise InputError(f"A direction was given for {idle[0]}, which is not among the features.")
    left_out, choices, fitted = [], [], []
    for study in studies:
        left_out.append(cross_validate(study, seed=seed, settings=settings, on_progress=on_progress))
        everyone = np.arange(len(study))
        choices.append(choose(study, everyone, seed=seed, settings=settings))
        fitted.append(fit_chosen(study, everyone, choices[-1], settings=settings))
    people = tuple(sorted({person for study in studies for person in study.names}))
    about = {
        "name": name,
        "version": "1",
        "date": date,
        "status": f"fitted on ratings of {len(people)} people of one place; research use",
        "training_data": f"{source}: {max(map(len, studies))} rated rows of {len(people)} people",
        "rating_rule_source": "ratings",
        "intended_use": "Research use. An estimate to support a clinician's own examination.",
        "tdscreen_version": __version__,
    }
    items = [one.item for one in fitted]
    ranges = {
        feature: (float(np.nanmin(values)), float(np.nanmax(values)))
        for study, one in zip(studies, items, strict=True)
        for feature, values in study.features.items()
        if feature in one.features
    }
    return OwnModel(
        write_model(items, ranges, about),
        about,
        tuple(studies),
        tuple(fitted),
        tuple(left_out),
        tuple(choices),
        people,
    )


def inputs_of(
    item: str,
    features: Mapping[str, Sequence[str]] | None,
    directions: Mapping[str, int],
    interactions: Sequence[tuple[str, str]],
) -> tuple[Sequence[str], Mapping[str, int], Sequence[tuple[str, str]]]:
    """Say what one item is fitted from.

    Parameters
    ----------
    item : str
    features, directions, interactions
        As :func:`train_own`.

    Returns
    -------
    features : sequence of str
    directions : mapping of str to int
    interactions : sequence of (str, str)

    Raises
    ------
    InputError
        As :func:`train_own`.
    """
    if features is not None:
        if item in features:
            return features[item], directions, interactions
        if len(features) == 1:
            return next(iter(features.values())), directions, interactions
        raise InputError(f"No features were named for {item}. Name them with --features {item}=COLUMN.")
    if directions or interactions:
        raise InputError("Directions and interactions are of features that you name: add --features.")
    scales = [scale for name, scale in SCALES.items() if name == item or name.startswith(f"{item}.")]
    if not scales:
        raise InputError(
            f"Name the columns of features with --features: without them only {', '.join(SCALES)} can be fitted."
        )
    pairs = [(scale.amplitude_feature, scale.time_feature) for scale in scales]
    names = [name for pair in pairs for name in pair]
    return names, dict.fromkeys(names, 1), pairs
