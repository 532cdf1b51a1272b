"""The glass box: curves add up to a score, each goes only the way it may, and what was not seen is not 0."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tdscreen.errors import ModelError
from tdscreen.scoring.additive import AdditiveItem, Direction, Interaction, Shape, evaluate

SIZE = Shape("lips.amplitude_mm", (0.0, 2.0, 5.0), (0.0, 3.0, 6.0), missing=1.0)
TIME = Shape("lips.percent_time_moving", (0.0, 40.0, 100.0), (0.0, 1.0, 4.0), missing=0.5)
BOTH = Interaction(
    ("lips.amplitude_mm", "lips.percent_time_moving"), (0.0, 5.0), (0.0, 100.0), ((0.0, 0.0), (0.0, 2.0))
)
LIPS = AdditiveItem("lips", (SIZE, TIME), (BOTH,), (1.0, 3.0, 6.0, 9.0), (1.0, 20.0))

sizes = st.floats(0.0, 20.0) | st.just(math.nan)
times = st.floats(0.0, 100.0) | st.just(math.nan)


def eta(size_mm: float, percent: float) -> float:
    return float(evaluate(LIPS, np.array([[size_mm, percent]])).eta[0])


@pytest.mark.parametrize(
    ("size_mm", "percent", "expected"),
    [
        (0.0, 0.0, 0.0),
        (2.0, 40.0, 3.0 + 1.0 + 2.0 * 0.4 * 0.4),
        (5.0, 100.0, 12.0),
        (50.0, 100.0, 12.0),  # beyond the last knot nothing is added
        (math.nan, 40.0, 1.0 + 1.0),  # the size was not seen: neither its shape nor the interaction counts
        (3.5, math.nan, 4.5 + 0.5),
    ],
)
def test_log_odds_are_the_sum_of_shapes_and_interaction(
    size_mm: float, percent: float, expected: float
) -> None:
    assert eta(size_mm, percent) == pytest.approx(expected, abs=1e-12)


@settings(max_examples=100, deadline=None)
@given(size_mm=sizes, percent=times)
def test_probabilities_add_up_to_1_and_contributions_to_the_log_odds(size_mm: float, percent: float) -> None:
    if math.isnan(size_mm) and math.isnan(percent):
        return
    found = evaluate(LIPS, np.array([[size_mm, percent]]))
    assert found.probabilities.sum() == pytest.approx(1.0, abs=1e-14)
    assert (found.probabilities > 0).all()
    assert found.baseline + found.contributions.sum() == found.eta[0]
    assert found.contributions.shape == (1, len(LIPS.terms))


def test_at_the_reference_nothing_contributes() -> None:
    assert not evaluate(LIPS, np.array([LIPS.reference])).contributions.any()


def test_half_the_raters_give_at_least_the_score_whose_threshold_is_reached() -> None:
    # 3 is the second threshold: P(score >= 2) is a half.
    found = evaluate(LIPS, np.array([[2.0, 0.0]]))
    assert found.probabilities[0, 2:].sum() == pytest.approx(0.5, abs=1e-14)
    assert LIPS.severity(LIPS.thresholds)[[0, -1]] == pytest.approx([0.5, 3.5])


def test_what_was_not_seen_at_all_has_no_score() -> None:
    found = evaluate(LIPS, np.array([[math.nan, math.nan], [0.0, 0.0]]))
    assert np.isnan(found.eta[0])
    assert np.isnan(found.probabilities[0]).all()
    assert np.isnan(found.contributions[0]).all()
    assert np.isfinite(found.eta[1])


def test_a_score_that_would_fall_with_more_movement_is_refused() -> None:
    falling = replace(SIZE, values=(0.0, 3.0, 2.0))
    with pytest.raises(ModelError, match=r"more lips\.amplitude_mm would make the score fall"):
        replace(LIPS, shapes=(falling, TIME))
    with pytest.raises(ModelError, match="would make the score rise"):
        replace(LIPS, shapes=(replace(SIZE, direction=Direction.FALLS), TIME))
    replace(LIPS, shapes=(replace(falling, direction=Direction.FREE), TIME))


def test_an_interaction_may_fall_only_by_what_the_shape_rises() -> None:
    def with_corner(value: float) -> AdditiveItem:
        return replace(LIPS, interactions=(replace(BOTH, values=((0.0, 0.0), (0.0, value))),))

    with_corner(-1.0)  # the time rises by 1 from 0 to 40% and takes away 0.4 there
    with pytest.raises(ModelError, match="would make the score fall"):
        with_corner(-3.0)


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda: replace(SIZE, knots=(0.0, 2.0, 2.0)), "numbers that increase"),
        (lambda: replace(SIZE, values=(0.0, 1.0)), "one value for each of its knots"),
        (lambda: replace(SIZE, missing=math.nan), "not a number"),
        (lambda: replace(BOTH, values=((0.0, 0.0),)), "one row of values for each knot"),
        (lambda: replace(BOTH, features=("a", "a")), "two different features"),
        (lambda: replace(LIPS, shapes=(SIZE, SIZE)), "one shape for each"),
        (lambda: replace(LIPS, shapes=(SIZE,), reference=(1.0,)), "an interaction but no shape"),
        (lambda: replace(LIPS, thresholds=(1.0, 1.0)), "thresholds of lips must be numbers that increase"),
        (lambda: replace(LIPS, reference=(1.0,)), "one reference value"),
    ],
)
def test_a_model_that_is_not_whole_is_refused(make: object, told: str) -> None:
    with pytest.raises(ModelError, match=told):
        make()  # type: ignore[operator]


def test_other_ranges_of_scores_have_as_many_thresholds_as_they_need() -> None:
    two = replace(LIPS, thresholds=(2.0,))
    assert evaluate(two, np.array([[0.0, 0.0]])).probabilities.shape == (1, 2)
    assert two.severity(2.0) == 0.5
