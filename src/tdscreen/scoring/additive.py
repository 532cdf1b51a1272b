"""An ordinal glass box: the log-odds of a score are a sum of curves, one a feature, that anyone can draw and check.

A cumulative model (proportional odds, McCullagh 1980) whose predictor is additive (Hastie and Tibshirani 1986):
``P(y >= k) = logistic(eta - thresholds[k - 1])``, ``eta`` the sum of a piecewise linear shape for each feature and
of a bilinear surface for each pair of features that is named. What a feature adds is the model and not an
explanation made up afterwards. This is the reference evaluation, in NumPy; ``additive_graph`` writes the same down
as an ONNX graph.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tdscreen.errors import ModelError

Floats = NDArray[np.float64]

_ROUNDING = 1e-9
"""Log-odds by which a curve may miss its direction: sums of its parts are rounded."""


class Direction(IntEnum):
    """Which way a feature may move a score."""

    FALLS = -1
    FREE = 0
    RISES = 1


@dataclass(frozen=True)
class Shape:
    """What one feature adds to the log-odds: straight between knots, constant beyond the outermost.

    Attributes
    ----------
    feature : str
        The model's input, as ``lips.amplitude_mm``.
    knots : tuple of float
        Increasing, at least one, in the feature's unit.
    values : tuple of float
        At the knots, in log-odds.
    missing : float
        What is added where the feature is NaN, in log-odds.
    direction : Direction
        Which way the feature may move the item, its interactions included.
    """

    feature: str
    knots: tuple[float, ...]
    values: tuple[float, ...]
    missing: float = 0.0
    direction: Direction = Direction.RISES

    def __post_init__(self) -> None:
        """Refuse knots that do not increase and values that do not fit them."""
        _check_knots(self.feature, self.knots)
        if np.shape(self.values) != (len(self.knots),):
            raise ModelError(f"The shape of {self.feature} needs one value for each of its knots.")
        _check_finite(f"shape of {self.feature}", self.values, self.missing)


@dataclass(frozen=True)
class Interaction:
    """What two features add together: bilinear between the points of a grid, constant beyond its edges.

    Attributes
    ----------
    features : (str, str)
        Both have a shape of their own, too.
    knots_a, knots_b : tuple of float
        Of the first and the second feature, increasing.
    values : tuple of tuple of float
        One row for each knot of the first feature, in log-odds.
    missing : float
        What is added where either feature is NaN, in log-odds.
    """

    features: tuple[str, str]
    knots_a: tuple[float, ...]
    knots_b: tuple[float, ...]
    values: tuple[tuple[float, ...], ...]
    missing: float = 0.0

    def __post_init__(self) -> None:
        """Refuse knots that do not increase and values that do not fit them."""
        first, second = self.features
        if first == second:
            raise ModelError(f"The interaction of {first} needs two different features.")
        _check_knots(first, self.knots_a)
        _check_knots(second, self.knots_b)
        if np.shape(self.values) != (len(self.knots_a), len(self.knots_b)):
            raise ModelError(
                f"The interaction of {first} and {second} needs one row of values for each knot of {first}, and in it "
                f"one for each knot of {second}."
            )
        _check_finite(f"interaction of {first} and {second}", self.values, self.missing)

    @property
    def name(self) -> str:
        """Both features' names, as ``lips.amplitude_mm x lips.percent_time_moving``."""
        return " x ".join(self.features)


@dataclass(frozen=True)
class AdditiveItem:
    """One item's model.

    Attributes
    ----------
    item : str
        Name of what is scored, as ``lips`` or ``upper_limbs.wrist``.
    shapes : tuple of Shape
        One for each feature, in the order of the item's features.
    interactions : tuple of Interaction
    thresholds : tuple of float
        Strictly increasing, in log-odds; one fewer than there are scores, which begin at 0.
    reference : tuple of float
        A value for each feature, NaN for one that is missing: contributions are told against these.
    """

    item: str
    shapes: tuple[Shape, ...]
    interactions: tuple[Interaction, ...]
    thresholds: tuple[float, ...]
    reference: tuple[float, ...]

    def __post_init__(self) -> None:
        """Refuse a model that is not whole, or in which a feature moves the score against its direction."""
        if not self.shapes or len(set(self.features)) != len(self.features):
            raise ModelError(f"The model of {self.item} needs one shape for each of its features.")
        for interaction in self.interactions:
            if unknown := [name for name in interaction.features if name not in self.features]:
                raise ModelError(f"The model of {self.item} has an interaction but no shape of {unknown[0]}.")
        if not self.thresholds or not (np.diff(self.thresholds) > 0).all():
            raise ModelError(f"The thresholds of {self.item} must be numbers that increase.")
        if len(self.reference) != len(self.shapes):
            raise ModelError(f"The model of {self.item} needs one reference value for each of its features.")
        for shape in self.shapes:
            if shape.direction is not Direction.FREE and smallest_rise(self, shape.feature) < -_ROUNDING:
                way = "fall" if shape.direction is Direction.RISES else "rise"
                raise ModelError(
                    f"In the model of {self.item} more {shape.feature} would make the score {way}, which it must not."
                )

    @property
    def features(self) -> tuple[str, ...]:
        """Names of its inputs, in the order in which :func:`evaluate` takes them."""
        return tuple(shape.feature for shape in self.shapes)

    @property
    def terms(self) -> tuple[str, ...]:
        """Names of its terms, in the order of their contributions: shapes, then interactions."""
        return (*self.features, *(interaction.name for interaction in self.interactions))

    @property
    def points_per_log_odds(self) -> float:
        """Points of the scale that one unit of log-odds is worth: thresholds lie a point apart, on average."""
        steps = len(self.thresholds) - 1
        return steps / (self.thresholds[-1] - self.thresholds[0]) if steps else 1.0

    def severity(self, eta: ArrayLike) -> Floats:
        """Tell log-odds in points of the scale: half a point at the first threshold, k - 1/2 at the k-th on average.

        Straight in the log-odds, so that contributions in points add up as well.
        """
        return np.asarray(0.5 + (np.asarray(eta) - self.thresholds[0]) * self.points_per_log_odds)


@dataclass(frozen=True)
class Evaluation:
    """What an item's model says of n sets of features; NaN throughout where none of them was seen.

    Attributes
    ----------
    eta : ndarray, shape (n,), float64
        Log-odds: the baseline and the contributions add up to it.
    probabilities : ndarray, shape (n, scores), float64
    contributions : ndarray, shape (n, terms), float64
        In log-odds, in the order of :attr:`AdditiveItem.terms`.
    baseline : float
        Log-odds at the item's reference.
    """

    eta: Floats
    probabilities: Floats
    contributions: Floats
    baseline: float


def evaluate(item: AdditiveItem, features: Floats) -> Evaluation:
    """Score n sets of features.

    Parameters
    ----------
    item : AdditiveItem
    features : ndarray, shape (n, k), float64
        In the order of ``item.features``; NaN for "not seen".

    Returns
    -------
    Evaluation

    Raises
    ------
    ValueError
        If there is not one column for each feature.
    """
    features = np.asarray(features, dtype=np.float64)
    if features.ndim != 2 or features.shape[1] != len(item.shapes):
        raise ValueError(
            f"The model of {item.item} takes {len(item.shapes)} features, not an array of {features.shape}."
        )
    at_reference = term_values(item, np.array([item.reference]))[0]
    contributions = term_values(item, features) - at_reference
    contributions[np.isnan(features).all(axis=1)] = np.nan
    baseline = float(at_reference.sum())
    eta = baseline + contributions.sum(axis=1)
    return Evaluation(eta, score_probabilities(eta, item.thresholds), contributions, baseline)


def score_probabilities(eta: Floats, thresholds: Sequence[float]) -> Floats:
    """Probabilities of the scores from log-odds.

    Parameters
    ----------
    eta : ndarray, shape (n,)
    thresholds : sequence of float
        Increasing.

    Returns
    -------
    ndarray, shape (n, len(thresholds) + 1)
        Rows add up to 1.
    """
    # By tanh nothing overflows, however sure the model is.
    reached = 0.5 * (1.0 + np.tanh(0.5 * (np.asarray(eta)[:, None] - np.asarray(thresholds))))
    ends = np.zeros((len(reached), 1)) + 0.0 * reached[:, :1]
    return np.asarray(np.concatenate([ends + 1.0, reached], axis=1) - np.concatenate([reached, ends], axis=1))


def smallest_rise(item: AdditiveItem, feature: str) -> float:
    """Say by how much a feature moves an item in its direction where it does so least, whatever the other features.

    Parameters
    ----------
    item : AdditiveItem
    feature : str

    Returns
    -------
    float
        Log-odds from one knot to the next; negative if the item moves against the direction somewhere.
    """
    shape = next(one for one in item.shapes if one.feature == feature)
    grids = [shape.knots]
    grids += [i.knots_a for i in item.interactions if i.features[0] == feature]
    grids += [i.knots_b for i in item.interactions if i.features[1] == feature]
    knots = np.unique(np.concatenate([np.asarray(grid) for grid in grids]))
    if knots.size < 2:
        return 0.0
    sign = -1.0 if shape.direction is Direction.FALLS else 1.0
    rise = sign * np.diff(np.interp(knots, shape.knots, shape.values))
    for interaction in item.interactions:
        if feature not in interaction.features:
            continue
        values = np.asarray(interaction.values)
        own = interaction.knots_a
        if feature == interaction.features[1]:
            values, own = values.T, interaction.knots_b
        steps = np.diff([np.interp(knots, own, column) for column in values.T], axis=1)
        # Where the other feature was not seen, the interaction is constant.
        rise = rise + np.minimum((sign * steps).min(axis=0), 0.0)
    return float(rise.min())


def term_values(item: AdditiveItem, features: Floats) -> Floats:
    """Value of each term, not yet held against the reference.

    Parameters
    ----------
    item : AdditiveItem
    features : ndarray, shape (n, k)
        As for :func:`evaluate`.

    Returns
    -------
    ndarray, shape (n, terms)
        In log-odds.
    """
    column = {name: features[:, k] for k, name in enumerate(item.features)}
    found = [
        np.where(np.isnan(column[s.feature]), s.missing, np.interp(column[s.feature], s.knots, s.values))
        for s in item.shapes
    ]
    for one in item.interactions:
        a, b = (column[name] for name in one.features)
        by_b = hat_weights(b, one.knots_b)
        value = np.einsum("na,ab,nb->n", hat_weights(a, one.knots_a), np.asarray(one.values), by_b)
        found.append(np.where(np.isnan(a) | np.isnan(b), one.missing, value))
    return np.stack(found, axis=1)


def hat_weights(x: Floats, knots: Sequence[float]) -> Floats:
    """Share that each knot has in the straight line between knots at x.

    Parameters
    ----------
    x : ndarray, shape (n,)
    knots : sequence of float
        Increasing.

    Returns
    -------
    ndarray, shape (n, len(knots))
        0 to 1, rows add up to 1; beyond the outermost knots that knot alone counts. Rows of NaN where x is.
    """
    return np.stack([np.interp(x, knots, unit) for unit in np.eye(len(knots))], axis=1)


def _check_knots(name: str, knots: Sequence[float]) -> None:
    if len(knots) < 1 or not np.isfinite(knots).all() or not (np.diff(knots) > 0).all():
        raise ModelError(f"The knots of {name} must be numbers that increase.")


def _check_finite(name: str, values: object, missing: float) -> None:
    if not (np.isfinite(values).all() and np.isfinite(missing)):  # type: ignore[call-overload]
        raise ModelError(f"The {name} has a value that is not a number.")
