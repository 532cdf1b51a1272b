"""The trainer finds the curves that ratings were made with, keeps directions, and takes raters as they are."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from numpy.typing import NDArray

from tdscreen.errors import ColumnsError, OneClassError, ScaleError, StudyError
from tdscreen.scoring.additive import Direction, Shape, evaluate
from tdscreen.settings import TRAINING
from tdscreen.training.curves import Penalty, Term
from tdscreen.training.ordinal import _Likelihood, fit_item

Floats = NDArray[np.float64]
CUTS = (-1.0, 0.5, 1.5, 2.5)
FREE_HAND = dataclasses.replace(TRAINING, prior_ratings=1e-6, rater_pull=1e-6)
"""As good as no prior, to hold against a plain fit."""


def rated(eta: Floats, *, seed: int, shift: float = 0.0) -> Floats:
    """Ratings 0 to 4 that a rater gives at random, as the model has it."""
    random = np.random.default_rng(seed)
    return np.digitize(eta + shift + random.logistic(size=len(eta)), CUTS).astype(float)


def spread(n: int, *, seed: int) -> Floats:
    return np.random.default_rng(seed).normal(size=n)


def test_the_slope_of_the_likelihood_is_the_slope() -> None:
    eta = spread(30, seed=1)
    given = np.stack([rated(eta, seed=seed) for seed in (2, 3)], axis=1)
    given[::4, 0] = np.nan
    likelihood = _Likelihood(given, np.linspace(0.5, 2.0, 30), 4, TRAINING)
    steps = likelihood.start() + np.linspace(0.1, 0.4, 8).reshape(2, 4)
    _, by_eta, by_steps = likelihood.loss(eta, steps)
    tiny = 1e-6
    for row in (0, 13):
        moved = eta + tiny * (np.arange(30) == row)
        back = eta - tiny * (np.arange(30) == row)
        slope = (likelihood.loss(moved, steps)[0] - likelihood.loss(back, steps)[0]) / (2 * tiny)
        assert slope == pytest.approx(by_eta[row], abs=1e-6)
    for place in np.ndindex(2, 4):
        moved = steps.copy()
        moved[place] += tiny
        back = steps.copy()
        back[place] -= tiny
        slope = (likelihood.loss(eta, moved)[0] - likelihood.loss(eta, back)[0]) / (2 * tiny)
        assert slope == pytest.approx(by_steps[place], abs=1e-5)


def test_a_straight_model_without_penalty_is_the_one_that_statsmodels_fits() -> None:
    from statsmodels.miscmodels.ordinal_model import OrderedModel

    x = np.stack([spread(300, seed=4), spread(300, seed=5)], axis=1)
    y = rated(1.2 * x[:, 0] - 0.7 * x[:, 1], seed=6)
    ends = [(float(column.min()), float(column.max())) for column in x.T]
    fitted = fit_item(
        "straight",
        {"a": x[:, 0], "b": x[:, 1]},
        y,
        terms=[Term("a", knots=ends[0]), Term("b", knots=ends[1])],
        penalty=Penalty(1e-9, 0.0),
        settings=FREE_HAND,
    )
    other = OrderedModel(y.astype(int), x, distr="logit").fit(method="bfgs", disp=False, gtol=1e-8)
    slopes = [np.diff(s.values)[0] / np.diff(s.knots)[0] for s in fitted.item.shapes]
    assert slopes == pytest.approx(list(other.params[:2]), abs=2e-3)
    assert fitted.log_likelihood == pytest.approx(other.llf, abs=1e-3)
    ours = evaluate(fitted.item, x).probabilities
    assert ours == pytest.approx(other.predict(x), abs=1e-3)


def test_a_bent_curve_is_found_and_more_ratings_find_it_better() -> None:
    x = np.random.default_rng(7).uniform(-2, 2, 2000)
    true = np.clip(2 * x, -1.5, 2.0)
    y = rated(true, seed=8)
    fitted = fit_item("bent", {"x": x}, y, terms=[Term("x", Direction.RISES)], penalty=Penalty(0.01, 0.01))
    shape = fitted.item.shapes[0]
    at = np.linspace(-1.5, 1.5, 13)
    found = np.interp(at, shape.knots, shape.values)
    expected = np.clip(2 * at, -1.5, 2.0)
    assert np.abs((found - found.mean()) - (expected - expected.mean())).max() < 0.6


@pytest.mark.parametrize("direction", [Direction.RISES, Direction.FALLS])
def test_a_direction_holds_against_ratings_that_speak_for_the_other(direction: Direction) -> None:
    x, other = spread(200, seed=9), spread(200, seed=10)
    y = rated(-int(direction) * x + other, seed=11)
    fitted = fit_item(
        "stubborn",
        {"x": x, "other": other},
        y,
        terms=[Term("x", direction), Term("other", Direction.RISES)],
        interactions=[("x", "other")],
        penalty=Penalty(0.1, 0.1),
    )
    grid = np.stack(np.meshgrid(np.linspace(-3, 3, 25), np.linspace(-3, 3, 9)), axis=-1).reshape(-1, 2)
    eta = evaluate(fitted.item, grid).eta.reshape(9, 25)
    assert (int(direction) * np.diff(eta, axis=1) >= -1e-9).all()
    assert (np.diff(eta, axis=0) >= -1e-9).all()


def test_two_features_that_work_together_are_told_from_two_that_add_up() -> None:
    a, b = np.random.default_rng(12).uniform(0, 1, (2, 1500))
    y = rated(5 * a * b, seed=13)
    terms = [Term("a", Direction.RISES), Term("b", Direction.RISES)]
    table = {"a": a, "b": b}
    apart = fit_item("apart", table, y, terms=terms, penalty=Penalty(0.1, 0.1))
    together = fit_item(
        "together", table, y, terms=terms, interactions=[("a", "b")], penalty=Penalty(0.1, 0.1)
    )
    assert together.log_likelihood > apart.log_likelihood + 10


def test_not_seen_is_neither_zero_nor_the_mean_when_ratings_say_otherwise() -> None:
    x = spread(600, seed=14)
    missing = np.random.default_rng(15).random(600) < 0.3
    y = rated(np.where(missing, 2.0, 0.5 * x), seed=16)
    fitted = fit_item(
        "gaps", {"x": np.where(missing, np.nan, x)}, y, terms=[Term("x")], penalty=Penalty(0.1, 0.1)
    )
    shape = fitted.item.shapes[0]
    assert shape.missing > np.interp(0.0, shape.knots, shape.values) + 1.0


def test_a_severe_rater_has_lower_thresholds_and_the_model_speaks_for_the_mean() -> None:
    x = spread(400, seed=17)
    given = np.stack([rated(1.5 * x, seed=18 + k, shift=s) for k, s in enumerate((-1.0, 0.0, 1.0))], axis=1)
    given[:150, 2] = np.nan
    fitted = fit_item("raters", {"x": x}, given, terms=[Term("x")], raters=("mild", "middle", "severe"))
    means = dict(zip(fitted.raters, fitted.rater_thresholds.mean(axis=1), strict=True))
    assert means["mild"] - means["severe"] == pytest.approx(2.0, abs=0.6)
    assert fitted.item.thresholds == pytest.approx(fitted.rater_thresholds.mean(axis=0))
    assert fitted.ratings == 1050


def test_a_weight_of_two_counts_as_two_rows() -> None:
    x = spread(120, seed=21)
    y = rated(x, seed=22)
    term = Term("x", knots=(-2.0, 0.0, 2.0))
    double = fit_item("w", {"x": x}, y, terms=[term], weights=1.0 + (x > 0))
    twice = np.concatenate([np.arange(120), np.flatnonzero(x > 0)])
    repeated = fit_item("w", {"x": x[twice]}, y[twice], terms=[term])
    grid = np.linspace(-2, 2, 9)[:, None]
    ours, theirs = (evaluate(one.item, grid).probabilities for one in (double, repeated))
    assert ours == pytest.approx(theirs, abs=1e-4)


def test_a_score_that_nobody_was_given_stays_possible() -> None:
    x = spread(150, seed=23)
    y = np.minimum(rated(x, seed=24), 3.0)
    fitted = fit_item("no fours", {"x": x}, y, terms=[Term("x", Direction.RISES)])
    chances = evaluate(fitted.item, np.array([[x.max()]])).probabilities[0]
    assert 0 < chances[4] < 0.1


def test_the_same_ratings_give_the_same_model_to_the_last_digit() -> None:
    x = spread(100, seed=25)
    y = rated(x, seed=26)
    first, second = (fit_item("same", {"x": x}, y, terms=[Term("x")]) for _ in range(2))
    assert first.item == second.item


def test_a_feature_that_does_not_vary_is_left_out() -> None:
    x = spread(100, seed=27)
    y = rated(x, seed=28)
    table = {"x": x, "same": np.ones(100), "never": np.full(100, np.nan)}
    fitted = fit_item("few", table, y, terms=[Term(name) for name in table])
    assert fitted.item.features == ("x",)
    with pytest.raises(StudyError, match="No feature varies"):
        fit_item("none", table, y, terms=[Term("same")])


def test_what_cannot_be_fitted_is_refused_with_its_reason() -> None:
    x = spread(50, seed=29)
    y = rated(x, seed=30)
    with pytest.raises(ScaleError, match="0 to 4"):
        fit_item("off", {"x": x}, y + 1.5, terms=[Term("x")])
    with pytest.raises(ScaleError, match="0 to 2"):
        fit_item("off", {"x": x}, y, terms=[Term("x")], highest=2)
    with pytest.raises(OneClassError):
        fit_item("same", {"x": x}, np.zeros(50), terms=[Term("x")])
    with pytest.raises(ColumnsError, match="no column z"):
        fit_item("gone", {"x": x}, y, terms=[Term("z")])
    with pytest.raises(ColumnsError, match="interaction"):
        fit_item("pair", {"x": x}, y, terms=[Term("x")], interactions=[("x", "z")])
    with pytest.raises(ColumnsError, match="rows"):
        fit_item("short", {"x": x[:-1]}, y, terms=[Term("x")])
    with pytest.raises(ColumnsError, match="infinite"):
        fit_item("inf", {"x": np.where(x > 1, np.inf, x)}, y, terms=[Term("x")])


def test_a_curve_that_is_not_asked_to_bend_costs_what_it_rises() -> None:
    x = spread(300, seed=31)
    y = rated(2 * x, seed=32)
    weak, strong = (
        fit_item("p", {"x": x}, y, terms=[Term("x")], penalty=Penalty(ridge, 1.0)).item.shapes[0]
        for ridge in (0.1, 100.0)
    )

    def rise(shape: Shape) -> float:
        return float(np.ptp(shape.values))

    assert rise(strong) < 0.7 * rise(weak)
