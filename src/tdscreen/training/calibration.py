"""Fit a model to a place: a line through its log-odds, and sets of scores that hold the true one as often as promised.

*Recalibration.* ``eta' = shift + stretch * eta`` for each item, by the likelihood of the local ratings, drawn towards
leaving the model as it is. Stretching every curve and threshold alike keeps the glass box what it is: its reasons are
still exact.

*Conformal sets.* For each score by itself (class-conditional, Mondrian: Vovk, Gammerman and Shafer 2005;
Sadinle, Lei and Wasserman 2019) a limit on how improbable it may be said to be and still belong to the set, so
that people of each true severity are covered alike. The line is fitted on other people than those whose
improbability is ranked (cross-conformal: Vovk 2015); a person of several rows counts once, with the worst of them.
"""

from __future__ import annotations

import dataclasses
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit, log_expit

from tdscreen.errors import TooFewPeopleError
from tdscreen.scoring.additive import AdditiveItem, evaluate, score_probabilities
from tdscreen.scoring.conformal import ConformalSets
from tdscreen.settings import TRAINING, TrainingSettings
from tdscreen.training.choice import deal_people

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]

_SMALLEST_STRETCH = 0.05


@dataclass(frozen=True)
class Recalibration:
    """A line through log-odds.

    Attributes
    ----------
    shift : float
        Log-odds to add.
    stretch : float
        By which log-odds, counted from the middle of the thresholds, are multiplied; above zero.
    """

    shift: float
    stretch: float


def recalibrate(
    item: AdditiveItem, eta: Floats, ratings: Floats, *, settings: TrainingSettings = TRAINING
) -> Recalibration:
    """Fit the line.

    Parameters
    ----------
    item : AdditiveItem
    eta : ndarray, shape (n,)
        Log-odds by the model; none NaN.
    ratings : ndarray, shape (n, raters)
        NaN where there is none.
    settings : TrainingSettings

    Returns
    -------
    Recalibration
    """
    thresholds = np.asarray(item.thresholds)
    middle = float(thresholds.mean())
    row, rater = np.nonzero(~np.isnan(ratings))
    score = ratings[row, rater].astype(np.intp)
    fences = np.concatenate([[-np.inf], thresholds - middle, [np.inf]])
    at, low, high = eta[row] - middle, fences[score], fences[score + 1]

    def loss(unknowns: Floats) -> tuple[float, Floats]:
        shift, stretch = unknowns
        above, below = shift + stretch * (at - low), shift + stretch * (at - high)
        gap = stretch * (high - low)
        both = np.exp(-gap) / -np.expm1(-gap)
        found = -(log_expit(above) + log_expit(-below) + np.log(-np.expm1(-gap))).sum()
        over, under = expit(-above) + both, expit(below) + both
        # At an open end the slope is zero, and so is its product with what is infinite.
        left = np.where(np.isinf(low), 0.0, at - low) * np.where(np.isinf(low), 0.0, over)
        right = np.where(np.isinf(high), 0.0, at - high) * np.where(np.isinf(high), 0.0, under)
        log_stretch = math.log(stretch)
        found += 0.5 * settings.local_pull * (shift**2 + log_stretch**2)
        by_shift = float((under - over).sum()) + settings.local_pull * shift
        by_stretch = float((right - left).sum()) + settings.local_pull * log_stretch / stretch
        return float(found), np.array([by_shift, by_stretch])

    result = minimize(
        loss,
        np.array([0.0, 1.0]),
        jac=True,
        method="L-BFGS-B",
        bounds=[(None, None), (_SMALLEST_STRETCH, None)],
    )
    return Recalibration(float(result.x[0]), float(result.x[1]))


def recalibrated(item: AdditiveItem, line: Recalibration) -> AdditiveItem:
    """Write the line into a model: its curves are stretched, and its thresholds stretched about their middle and moved.

    Parameters
    ----------
    item : AdditiveItem
    line : Recalibration

    Returns
    -------
    AdditiveItem
        ``eta - threshold`` is ``shift + stretch * (eta - threshold)`` of the model given.
    """
    by = line.stretch
    return dataclasses.replace(
        item,
        shapes=tuple(
            dataclasses.replace(s, values=tuple(by * v for v in s.values), missing=by * s.missing)
            for s in item.shapes
        ),
        interactions=tuple(
            dataclasses.replace(
                one, values=tuple(tuple(by * v for v in row) for row in one.values), missing=by * one.missing
            )
            for one in item.interactions
        ),
        thresholds=tuple(by * threshold - line.shift for threshold in item.thresholds),
    )


def conformal_sets(
    item: AdditiveItem,
    features: Floats,
    ratings: Floats,
    agreed: Floats,
    people: NDArray[np.str_],
    *,
    date: str,
    level: float = TRAINING.conformal_level,
    seed: int = 0,
    settings: TrainingSettings = TRAINING,
) -> ConformalSets:
    """Find the limits of class-conditional sets for the recalibrated model.

    Parameters
    ----------
    item : AdditiveItem
        Before the recalibration.
    features : ndarray, shape (n, k)
        In the order of the item's.
    ratings : ndarray, shape (n, raters)
    agreed : ndarray, shape (n,)
        The score that the sets are to hold.
    people : ndarray, shape (n,)
    date : str
        Of the calibration.
    level : float
    seed : int
        Of the split of people.
    settings : TrainingSettings

    Returns
    -------
    ConformalSets

    Raises
    ------
    TooFewPeopleError
        Fewer people than a recalibration needs.
    """
    count = len(set(people.tolist()))
    if count < settings.min_local_people:
        raise TooFewPeopleError(
            f"There are {count} people with a rating and features, and a calibration needs "
            f"{settings.min_local_people} or more."
        )
    eta = evaluate(item, features).eta
    fold = deal_people(people, agreed, folds=settings.outer_folds, seed=seed)
    own = np.zeros(len(eta))
    for one in range(settings.outer_folds):
        line = recalibrate(item, eta[fold != one], ratings[fold != one], settings=settings)
        local = recalibrated(item, line)
        found = score_probabilities(line.stretch * eta[fold == one], local.thresholds)
        own[fold == one] = found[np.arange(len(found)), agreed[fold == one].astype(np.intp)]
    limits, counts = [], []
    for score in range(len(item.thresholds) + 1):
        here = agreed == score
        worst: dict[str, float] = {}
        for person, chance in zip(people[here].tolist(), own[here].tolist(), strict=True):
            worst[person] = min(worst.get(person, 1.0), chance)
        in_order = sorted(worst.values())
        n = len(in_order)
        # The k-th smallest of n, so that at least the level's share of new people lies at or above it.
        k = math.floor(round((n + 1) * (1.0 - level), 9))
        limits.append(in_order[k - 1] if k >= 1 else 0.0)
        counts.append(n)
    return ConformalSets(tuple(limits), tuple(counts), level, count, date)
