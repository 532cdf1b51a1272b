"""Predictive values follow from sensitivity, specificity and prevalence as in any textbook, and know their limits."""

from __future__ import annotations

import numpy as np
import pytest

from tdscreen.errors import InputError
from tdscreen.scoring.predictive import FlagCounts, predictive_values, proportion_interval

COUNTS = FlagCounts(82, 18, 82, 18, "made up")


@pytest.mark.parametrize(
    ("prevalence", "positive", "negative"), [(0.05, 0.19, 0.99), (0.207, 0.54, 0.95), (0.3, 0.66, 0.91)]
)
def test_at_a_sensitivity_and_specificity_of_82_percent_the_clinic_decides_what_a_flag_means(
    prevalence: float, positive: float, negative: float
) -> None:
    found = predictive_values(COUNTS, prevalence)
    assert found.positive.value == pytest.approx(positive, abs=0.006)
    assert found.negative.value == pytest.approx(negative, abs=0.006)
    assert found.flags_per_hundred.value == pytest.approx(100 * (0.82 * prevalence + 0.18 * (1 - prevalence)))
    for one in (
        found.sensitivity,
        found.specificity,
        found.positive,
        found.negative,
        found.flags_per_hundred,
    ):
        assert one.interval[0] < one.value < one.interval[1]


def test_intervals_hold_the_truth_about_95_times_of_100() -> None:
    rng = np.random.default_rng(3)
    sens, spec, p = 0.8, 0.9, 0.25
    true = sens * p / (sens * p + (1 - spec) * (1 - p))
    held = []
    for _ in range(500):
        a, d = int(rng.binomial(120, sens)), int(rng.binomial(200, spec))
        low, high = predictive_values(FlagCounts(a, 120 - a, d, 200 - d, "drawn"), p).positive.interval
        held.append(low <= true <= high)
    assert 0.92 < np.mean(held) < 0.98


def test_nobody_sorted_wrongly_is_no_certainty() -> None:
    found = predictive_values(FlagCounts(20, 0, 30, 0, "few"), 0.2)
    assert found.positive.value == 1.0
    assert found.positive.interval[0] < 0.9


@pytest.mark.parametrize("prevalence", [0.0, 1.0, 25.0])
def test_a_prevalence_that_is_no_share_is_refused(prevalence: float) -> None:
    with pytest.raises(InputError, match=r"as 0\.25"):
        predictive_values(COUNTS, prevalence)


def test_without_anybody_who_meets_the_rule_nothing_is_known() -> None:
    with pytest.raises(InputError, match="not known"):
        predictive_values(FlagCounts(0, 0, 10, 1, "controls"), 0.2)


def test_wilsons_interval_is_the_published_one() -> None:
    # Newcombe 1998, table I: 81 of 263, 15 of 148, 0 of 20, 1 of 29.
    for hits, n, low, high in (
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ):
        assert proportion_interval(hits, n) == pytest.approx((low, high), abs=1e-4)


def test_of_nothing_every_share_is_possible() -> None:
    assert proportion_interval(0, 0) == (0.0, 1.0)


def test_all_hits_reach_up_to_one_and_no_further() -> None:
    assert proportion_interval(7, 7)[1] == 1.0
