"""Features as the columns of a fit: ramps between knots, products of ramps, and what their coefficients may be.

A ramp rises from 0 to 1 between two neighbouring knots, so that its coefficient is how much a piecewise linear curve
rises there, and a curve is monotone if none of its coefficients is negative. Columns are centred over the rows where
the feature was seen; where it was not, they are 0, and a column of its own says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tdscreen.scoring.additive import Direction, Interaction, Shape
from tdscreen.settings import TRAINING, TrainingSettings

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Term:
    """A feature that may enter a model.

    Attributes
    ----------
    feature : str
        A column of the table.
    direction : Direction
        Which way it may move the score.
    knots : tuple of float, optional
        Where its curve may bend, increasing; without them, at quantiles of what is fitted.
    """

    feature: str
    direction: Direction = Direction.FREE
    knots: tuple[float, ...] | None = None


@dataclass(frozen=True)
class Penalty:
    """How strongly a fit is held back.

    Attributes
    ----------
    ridge : float
        On how much each curve rises, squared.
    smooth : float
        On how much it bends, squared.
    """

    ridge: float = 1.0
    smooth: float = 1.0


@dataclass(frozen=True)
class Curve:
    """One feature's columns.

    Attributes
    ----------
    term : Term
    knots : ndarray, shape (k,)
    ramps : ndarray, shape (n, k - 1)
        0 to 1, turned over where more of the feature lowers the score. Without meaning where it was not seen.
    centre : ndarray, shape (k - 1,)
        Their means over the rows where it was seen.
    seen : ndarray, shape (n,), bool
    median : float
        Of the values seen.
    """

    term: Term
    knots: Floats
    ramps: Floats
    centre: Floats
    seen: Bools
    median: float

    @property
    def columns(self) -> Floats:
        """Centred ramps, 0 where not seen, and a last column that is 1 there; shape (n, k)."""
        return np.column_stack([np.where(self.seen[:, None], self.ramps - self.centre, 0.0), ~self.seen])

    def penalty(self, strength: Penalty) -> Floats:
        """Quadratic form of the penalty on the columns' coefficients, shape (k, k)."""
        return _side_by_side([_along(len(self.knots) - 1, strength), np.array([[strength.ridge]])])

    @property
    def lowest(self) -> Floats:
        """The least that each coefficient may be, shape (k,)."""
        bound = -np.inf if self.term.direction is Direction.FREE else 0.0
        return np.append(np.full(len(self.knots) - 1, bound), -np.inf)

    def shape(self, coefficients: Floats) -> Shape:
        """Write the curve down as the model has it."""
        values = (_ramps(self.knots, self.knots, self.term.direction) - self.centre) @ coefficients[:-1]
        return Shape(
            self.term.feature,
            tuple(map(float, self.knots)),
            tuple(map(float, values)),
            float(coefficients[-1]),
            self.term.direction,
        )


@dataclass(frozen=True)
class Surface:
    """The columns of two features that work together: products of their ramps.

    Attributes
    ----------
    first, second : Curve
    products : ndarray, shape (n, (a - 1) * (b - 1))
        Of each ramp of the first with each of the second.
    centre : ndarray
        Their means over the rows where both were seen.
    seen : ndarray, shape (n,), bool
        Where both were.
    """

    first: Curve
    second: Curve
    products: Floats
    centre: Floats
    seen: Bools

    @property
    def columns(self) -> Floats:
        """Centred products, 0 where either feature was not seen."""
        return np.where(self.seen[:, None], self.products - self.centre, 0.0)

    def penalty(self, strength: Penalty) -> Floats:
        """Quadratic form of the penalty: along either feature that of a curve."""
        a, b = len(self.first.knots) - 1, len(self.second.knots) - 1
        along_a, along_b = _along(a, strength), _along(b, strength)
        form: Floats = np.kron(along_a, np.eye(b)) * b + np.kron(np.eye(a), along_b) * a
        return form

    @property
    def lowest(self) -> Floats:
        """The least that each coefficient may be: 0 if either feature has a direction.

        That is more than monotony needs (a curve's own rise could make up for a falling product), and keeps the bounds
        simple.
        """
        free = self.first.term.direction is self.second.term.direction is Direction.FREE
        return np.full(self.products.shape[1], -np.inf if free else 0.0)

    def interaction(self, coefficients: Floats) -> Interaction:
        """Write the surface down as the model has it."""
        first, second = self.first, self.second
        at_a = _ramps(first.knots, first.knots, first.term.direction)
        at_b = _ramps(second.knots, second.knots, second.term.direction)
        grid = at_a @ coefficients.reshape(len(first.knots) - 1, -1) @ at_b.T - self.centre @ coefficients
        return Interaction(
            (first.term.feature, second.term.feature),
            tuple(map(float, first.knots)),
            tuple(map(float, second.knots)),
            tuple(tuple(map(float, row)) for row in grid),
            0.0,
        )


def make_curve(
    term: Term, x: Floats, weights: Floats, *, settings: TrainingSettings = TRAINING
) -> Curve | None:
    """Make one feature's columns.

    Parameters
    ----------
    term : Term
    x : ndarray, shape (n,)
        NaN for "not seen".
    weights : ndarray, shape (n,)
        Of the rows; those of weight 0 have no say in the knots.
    settings : TrainingSettings

    Returns
    -------
    Curve or None
        None if the feature has one value only, or is never seen.
    """
    seen = np.isfinite(x)
    values = x[seen & (weights > 0)]
    if values.size == 0 or np.ptp(values) == 0:
        return None
    knots = (
        quantile_knots(values, settings.knots) if term.knots is None else np.asarray(term.knots, dtype=float)
    )
    ramps = _ramps(np.where(seen, x, knots[0]), knots, term.direction)
    centre = np.average(ramps[seen], axis=0, weights=weights[seen])
    return Curve(term, knots, ramps, centre, seen, float(np.median(values)))


def make_surface(first: Curve, second: Curve, weights: Floats) -> Surface:
    """Make the columns of two features that work together.

    Parameters
    ----------
    first, second : Curve
        Of the same rows.
    weights : ndarray, shape (n,)

    Returns
    -------
    Surface
    """
    products = (first.ramps[:, :, None] * second.ramps[:, None, :]).reshape(len(weights), -1)
    seen = first.seen & second.seen
    both = weights * seen
    centre = both @ products / both.sum() if both.any() else np.zeros(products.shape[1])
    return Surface(first, second, products, centre, seen)


def quantile_knots(values: Floats, count: int) -> Floats:
    """Place knots where the values are: near their ends and at even shares between.

    Parameters
    ----------
    values : ndarray, shape (n,)
        Finite, of more than one size.
    count : int
        How many at most, two or more.

    Returns
    -------
    ndarray
        Increasing, two or more. At the values themselves if there are no more than ``count``; else the outermost leave
        2% of the values outside on either side: what few people show does not stretch the curve.
    """
    single = np.unique(values)
    if single.size <= count:
        return single
    knots = np.quantile(values, np.linspace(0.02, 0.98, count))
    knots = knots[np.concatenate([[True], np.diff(knots) > 1e-9 * np.ptp(single)])]
    return np.asarray(knots if knots.size > 1 else single[[0, -1]])


def _ramps(x: Floats, knots: Floats, direction: Direction) -> Floats:
    """Ramps between neighbouring knots, (n, knots - 1), turned over where the score falls."""
    rising: Floats = np.clip((x[:, None] - knots[:-1]) / np.diff(knots), 0.0, 1.0)
    return 1.0 - rising if direction is Direction.FALLS else rising


def _along(steps: int, strength: Penalty) -> Floats:
    """Penalty on the rises of a curve: squared as a whole and for its bends, whatever the number of its knots.

    A straight curve that rises by 1 costs ``ridge``; one that does so in a single step costs more, by the number of
    its steps.
    """
    bends = np.diff(np.eye(steps), axis=0)
    form: Floats = strength.ridge * steps * np.eye(steps) + strength.smooth * steps * bends.T @ bends
    return form


def _side_by_side(forms: Sequence[Floats]) -> Floats:
    """Join quadratic forms of different coefficients to one."""
    joined = np.zeros((sum(map(len, forms)),) * 2)
    start = 0
    for form in forms:
        end = start + len(form)
        joined[start:end, start:end] = form
        start = end
    return joined


def stacked(parts: Sequence[Curve | Surface], strength: Penalty) -> tuple[Floats, Floats, Floats]:
    """Put the columns of all curves and surfaces side by side.

    Parameters
    ----------
    parts : sequence of Curve or Surface
    strength : Penalty

    Returns
    -------
    columns : ndarray, shape (n, p)
    penalty : ndarray, shape (p, p)
        Quadratic form.
    lowest : ndarray, shape (p,)
        Bounds on the coefficients.
    """
    columns = np.concatenate([part.columns for part in parts], axis=1)
    form = _side_by_side([part.penalty(strength) for part in parts])
    return columns, form, np.concatenate([part.lowest for part in parts])
