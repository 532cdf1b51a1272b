"""Fit an ordinal glass box to ratings: cumulative logits, additive curves, raters as they are.

``P(rating of r >= k) = logistic(eta(x) - thresholds[r, k - 1])``, ``eta`` the sum of the curves of
:mod:`tdscreen.scoring.additive` (McCullagh 1980; Hastie and Tibshirani 1986). Every rating is a term of the likelihood:
raters of one clip are not averaged. Each rater has thresholds of their own, drawn towards those of all; the model that
comes out speaks for the mean of them.

How much a curve rises is penalised as a whole (a ridge) and for its bends (second differences of its values; Eilers
and Marx 1996). The negative log-likelihood is convex (Pratt 1981) and so are penalties and bounds: there is one best
fit, and L-BFGS-B finds the same on every run.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import minimize
from scipy.special import expit, log_expit

from tdscreen.errors import ColumnsError, OneClassError, ScaleError, StudyError
from tdscreen.scoring.additive import AdditiveItem
from tdscreen.settings import TRAINING, TrainingSettings
from tdscreen.training.curves import Curve, Penalty, Surface, Term, make_curve, make_surface, stacked

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]

HIGHEST = 4
"""Score of the AIMS items, and of most scales of movement."""
_SMALLEST_STEP = 1e-3
"""Log-odds that two thresholds lie apart at least."""
_MOST_STEPS = 3000


@dataclass(frozen=True)
class FittedItem:
    """A fitted model and what is known of its fit.

    Attributes
    ----------
    item : AdditiveItem
        With the thresholds of the mean rater.
    raters : tuple of str
    rater_thresholds : ndarray, shape (raters, highest), float64
    log_likelihood : float
        Of the ratings, weights included, penalties not.
    ratings : int
        How many were fitted.
    steps : int
        Of the optimiser.
    """

    item: AdditiveItem
    raters: tuple[str, ...]
    rater_thresholds: Floats
    log_likelihood: float
    ratings: int
    steps: int


def fit_item(
    item: str,
    table: Mapping[str, ArrayLike],
    ratings: ArrayLike,
    *,
    terms: Sequence[Term],
    interactions: Sequence[tuple[str, str]] = (),
    raters: Sequence[str] | None = None,
    weights: ArrayLike | None = None,
    highest: int = HIGHEST,
    penalty: Penalty | None = None,
    settings: TrainingSettings = TRAINING,
) -> FittedItem:
    """Fit one item's model to ratings.

    Parameters
    ----------
    item : str
        Its name.
    table : mapping of str to array-like, shape (n,)
        The features by name; NaN for "not seen".
    ratings : array-like, shape (n,) or (n, raters)
        Whole numbers from 0 to ``highest``; NaN where a rater has not rated.
    terms : sequence of Term
        A feature that has one value only, or is never seen, is left out.
    interactions : sequence of (str, str)
        Pairs of features that may also work together; both must be among the terms.
    raters : sequence of str, optional
        Names of the columns of ``ratings``.
    weights : array-like, shape (n,), optional
        Of each row, not negative.
    highest : int
        The highest score of the scale.
    penalty : Penalty, optional
    settings : TrainingSettings

    Returns
    -------
    FittedItem

    Raises
    ------
    ColumnsError
        A feature, the weights or the ratings do not fit the table.
    ScaleError
        A rating is not a whole number from 0 to ``highest``.
    OneClassError
        All ratings are the same.
    StudyError
        No feature varies, or the fit did not settle.
    """
    given = _as_ratings(ratings, highest)
    n = len(given)
    who = tuple(raters or (f"rater {number + 1}" for number in range(given.shape[1])))
    if len(who) != given.shape[1]:
        raise ColumnsError(f"There are {given.shape[1]} columns of ratings but {len(who)} names of raters.")
    row_weights = np.ones(n) if weights is None else np.asarray(weights, dtype=np.float64)
    if row_weights.shape != (n,) or not (row_weights >= 0).all() or not row_weights.any():
        raise ColumnsError("There must be one weight a row, none below 0 and one above.")
    curves: dict[str, Curve] = {}
    for term in terms:
        curve = make_curve(term, _column(table, term.feature, n), row_weights, settings=settings)
        if curve is not None:
            curves[term.feature] = curve
    if not curves:
        raise StudyError("No feature varies among these rows, so nothing can be fitted.")
    names = {term.feature for term in terms}
    if unknown := [name for pair in interactions for name in pair if name not in names]:
        raise ColumnsError(f"An interaction names {unknown[0]}, which is not among the features.")
    surfaces = [
        make_surface(curves[a], curves[b], row_weights)
        for a, b in interactions
        if a in curves and b in curves
    ]
    parts: list[Curve | Surface] = [*curves.values(), *surfaces]
    columns, form, lowest = stacked(parts, penalty or Penalty())
    likelihood = _Likelihood(given, row_weights, highest, settings)
    thresholds = likelihood.start()
    cut = columns.shape[1]
    scale = float(likelihood.weight.sum())

    def loss(unknowns: Floats) -> tuple[float, Floats]:
        beta, steps = unknowns[:cut], unknowns[cut:].reshape(thresholds.shape)
        found, by_eta, by_steps = likelihood.loss(columns @ beta, steps)
        pull = form @ beta
        slope = np.concatenate([columns.T @ by_eta + pull, by_steps.ravel()])
        return (found + 0.5 * float(beta @ pull)) / scale, slope / scale

    step_bounds = np.where(np.arange(highest) == 0, -np.inf, _SMALLEST_STEP)
    low = np.concatenate([lowest, np.tile(step_bounds, len(thresholds))])
    result = minimize(
        loss,
        np.concatenate([np.zeros(cut), thresholds.ravel()]),
        jac=True,
        method="L-BFGS-B",
        bounds=[(None if np.isinf(one) else one, None) for one in low],
        options={
            "maxiter": _MOST_STEPS,
            "maxfun": 2 * _MOST_STEPS,
            "ftol": 1e-10,
            "gtol": 1e-6,
            "maxcor": 20,
        },
    )
    if result.status == 1:
        raise StudyError(
            f"The fit of {item} did not settle. Please name fewer features, or a stronger penalty."
        )
    beta, of_raters = result.x[:cut], np.cumsum(result.x[cut:].reshape(thresholds.shape), axis=1)
    coefficients = np.split(beta, np.cumsum([part.columns.shape[1] for part in parts])[:-1])
    fitted = AdditiveItem(
        item=item,
        shapes=tuple(c.shape(b) for c, b in zip(curves.values(), coefficients, strict=False)),
        interactions=tuple(
            s.interaction(b) for s, b in zip(surfaces, coefficients[len(curves) :], strict=True)
        ),
        thresholds=tuple(map(float, of_raters.mean(axis=0))),
        reference=tuple(curve.median for curve in curves.values()),
    )
    return FittedItem(
        item=fitted,
        raters=who,
        rater_thresholds=of_raters,
        log_likelihood=likelihood.of_ratings(columns @ beta, of_raters),
        ratings=int(np.isfinite(given).sum()),
        steps=int(result.nit),
    )


def check_scale(ratings: Floats, *, highest: int = HIGHEST) -> None:
    """Refuse ratings that are not whole numbers from 0 to the highest.

    Parameters
    ----------
    ratings : ndarray
        NaN where there is none.
    highest : int

    Raises
    ------
    ScaleError
    """
    there = ratings[~np.isnan(ratings)]
    off = there[(there < 0) | (there > highest) | (there != np.round(there))]
    if off.size:
        raise ScaleError(
            f"{off.size} of {there.size} ratings are off the scale of whole numbers from 0 to {highest}; the first of "
            f"them is {off[0]:g}. Please correct them, or name the scale's highest score."
        )


def _as_ratings(ratings: ArrayLike, highest: int) -> Floats:
    """Ratings as (n, raters), on the scale and not all the same."""
    given = np.asarray(ratings, dtype=np.float64)
    given = given[:, None] if given.ndim == 1 else given
    if given.ndim != 2:
        raise ColumnsError("Ratings must have one row a clip and one column a rater.")
    check_scale(given, highest=highest)
    if len(np.unique(given[~np.isnan(given)])) < 2:
        raise OneClassError(
            "All ratings are the same, so there is nothing to tell apart. Please add people who were rated otherwise."
        )
    return given


def _column(table: Mapping[str, ArrayLike], name: str, rows: int) -> Floats:
    if name not in table:
        raise ColumnsError(f"The table has no column {name}.")
    column = np.asarray(table[name], dtype=np.float64)
    if column.shape != (rows,):
        raise ColumnsError(f"The column {name} has {column.size} rows, and the ratings have {rows}.")
    if np.isinf(column).any():
        raise ColumnsError(f"The column {name} has infinite values. Please leave out what was not measured.")
    return column


class _Likelihood:
    """The ratings as terms of a likelihood, with what keeps thresholds in place.

    A few made-up ratings of a typical clip, spread over all scores alike, keep the threshold of a score that nobody was
    given from running away (``settings.prior_ratings``).
    """

    def __init__(self, given: Floats, weights: Floats, highest: int, settings: TrainingSettings) -> None:
        row, rater = np.nonzero(~np.isnan(given))
        raters = given.shape[1]
        self._rows, self._raters, self._highest = len(given), raters, highest
        # One more row, of a log-odds of 0, carries the made-up ratings.
        self._row = np.concatenate([row, np.full(raters * (highest + 1), len(given))])
        self._rater = np.concatenate([rater, np.repeat(np.arange(raters), highest + 1)])
        self._score = np.concatenate(
            [given[row, rater].astype(np.intp), np.tile(np.arange(highest + 1), raters)]
        )
        made_up = np.full(raters * (highest + 1), settings.prior_ratings / (highest + 1))
        self.weight = np.concatenate([weights[row], made_up])
        self._real = len(row)
        self._pull = settings.rater_pull

    def start(self) -> Floats:
        """First thresholds and steps, (raters, highest): those of the shares of the scores, without any feature."""
        counts = np.zeros((self._raters, self._highest + 1))
        np.add.at(counts, (self._rater, self._score), self.weight)
        # Raters begin alike: the likelihood parts them.
        counts = counts.sum(axis=0) + 0.5
        reached = 1.0 - np.cumsum(counts)[:-1] / counts.sum()
        thresholds = np.log((1.0 - reached) / reached)
        steps = np.diff(thresholds, prepend=0.0)
        steps[1:] = np.maximum(steps[1:], 2 * _SMALLEST_STEP)
        return np.tile(steps, (self._raters, 1))

    def loss(self, eta: Floats, steps: Floats) -> tuple[float, Floats, Floats]:
        """Negative log-likelihood with the pull between raters, and its slopes by log-odds and by steps."""
        thresholds = np.cumsum(steps, axis=1)
        above, below, gap = self._sides(eta, thresholds)
        found = -float(self.weight @ (log_expit(above) + log_expit(-below) + np.log(-np.expm1(-gap))))
        both = np.exp(-gap) / -np.expm1(-gap)
        over, under = self.weight * (expit(-above) + both), self.weight * (expit(below) + both)
        by_eta: Floats = np.bincount(self._row, under - over, minlength=self._rows + 1).astype(np.float64)
        width = self._highest + 2
        place = self._rater * width + self._score
        by_fence = np.bincount(place, over, minlength=self._raters * width)
        by_fence -= np.bincount(place + 1, under, minlength=self._raters * width)
        by_threshold: Floats = by_fence.reshape(self._raters, width)[:, 1:-1].astype(np.float64)
        apart = thresholds - thresholds.mean(axis=0)
        found += 0.5 * self._pull * float((apart**2).sum())
        by_threshold = by_threshold + self._pull * apart
        by_steps: Floats = np.cumsum(by_threshold[:, ::-1], axis=1)[:, ::-1]
        return found, by_eta[: self._rows], by_steps

    def of_ratings(self, eta: Floats, thresholds: Floats) -> float:
        """Log-likelihood of the ratings alone."""
        above, below, gap = self._sides(eta, thresholds)
        each = log_expit(above) + log_expit(-below) + np.log(-np.expm1(-gap))
        return float(self.weight[: self._real] @ each[: self._real])

    def _sides(self, eta: Floats, thresholds: Floats) -> tuple[Floats, Floats, Floats]:
        """Log-odds over the threshold of each rating's score and over the next, and the gap between the two."""
        ends = np.full((len(thresholds), 1), np.inf)
        fences = np.concatenate([-ends, thresholds, ends], axis=1)
        low, high = fences[self._rater, self._score], fences[self._rater, self._score + 1]
        at = np.append(eta, 0.0)[self._row]
        return at - low, at - high, high - low
