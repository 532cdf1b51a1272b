"""Totals and the Schooler-Kane rule agree with counting every combination of scores."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tdscreen.scoring.distributions import (
    central_interval,
    expected_score,
    schooler_kane_probability,
    total_distribution,
)

weights = st.lists(st.floats(0.001, 1.0), min_size=5, max_size=5)
tables = st.lists(weights, min_size=1, max_size=5).map(
    lambda rows: np.array(rows) / np.sum(rows, axis=1, keepdims=True)
)


def every_combination(probabilities: np.ndarray) -> list[tuple[tuple[int, ...], float]]:
    items = len(probabilities)
    return [
        (scores, float(np.prod(probabilities[np.arange(items), scores])))
        for scores in itertools.product(range(5), repeat=items)
    ]


@settings(max_examples=40, deadline=None)
@given(probabilities=tables)
def test_the_schooler_kane_chance_is_that_of_counting_every_combination(probabilities: np.ndarray) -> None:
    counted = sum(
        chance
        for scores, chance in every_combination(probabilities)
        if sum(score >= 2 for score in scores) >= 2 or max(scores) >= 3
    )
    assert schooler_kane_probability(probabilities) == pytest.approx(counted, abs=1e-12)


@settings(max_examples=40, deadline=None)
@given(probabilities=tables)
def test_the_total_is_that_of_counting_every_combination(probabilities: np.ndarray) -> None:
    counted = np.zeros(4 * len(probabilities) + 1)
    for scores, chance in every_combination(probabilities):
        counted[sum(scores)] += chance
    total = total_distribution(probabilities)
    assert total == pytest.approx(counted, abs=1e-12)
    mean = sum(expected_score(row) for row in probabilities)
    assert np.arange(total.size) @ total == pytest.approx(mean)


@settings(max_examples=100, deadline=None)
@given(probabilities=tables)
def test_the_interval_leaves_at_most_a_twentieth_on_either_side(probabilities: np.ndarray) -> None:
    total = total_distribution(probabilities)
    low, high = central_interval(total, share=0.9)
    assert total[:low].sum() <= 0.05 + 1e-12
    assert total[high + 1 :].sum() <= 0.05 + 1e-12
    assert total[: low + 1].sum() > 0.05 - 1e-12, "the interval could be narrower below"
    assert total[high:].sum() > 0.05 - 1e-12, "the interval could be narrower above"


@pytest.mark.parametrize(
    ("scores", "met"),
    [((1, 1, 1, 1), 0.0), ((2, 1, 1), 0.0), ((2, 2), 1.0), ((3, 0), 1.0), ((4,), 1.0), ((2,), 0.0)],
)
def test_the_rule_by_certain_scores(scores: tuple[int, ...], met: float) -> None:
    assert schooler_kane_probability(np.eye(5)[list(scores)]) == met
