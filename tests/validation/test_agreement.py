"""The figures are those of a second library, or of the paper that defined them."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm
from scipy.stats import mannwhitneyu
from statsmodels.stats.inter_rater import cohens_kappa

from tdscreen.validation import agreement

SHROUT_AND_FLEISS = np.array(
    [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]
)
"""Table 2 of Shrout and Fleiss 1979: six targets, four judges; ICC(2,1) is 0.29."""


def test_the_area_under_the_curve_is_the_share_of_pairs_in_order() -> None:
    random = np.random.default_rng(1)
    truth = random.random(80) < 0.4
    index = np.round(truth + random.normal(size=80), 1)
    pairs = mannwhitneyu(index[truth], index[~truth]).statistic / (truth.sum() * (~truth).sum())
    assert agreement.auc(truth, index) == pytest.approx(pairs)
    assert agreement.auc(np.ones(5, dtype=bool), np.arange(5.0)) is None


def test_quadratic_kappa_is_that_of_statsmodels() -> None:
    random = np.random.default_rng(2)
    a = random.integers(0, 5, 120)
    b = np.clip(a + random.integers(-1, 2, 120), 0, 4)
    counts = np.zeros((5, 5))
    np.add.at(counts, (a, b), 1)
    other = cohens_kappa(counts, wt="quadratic", return_results=False)
    assert agreement.quadratic_kappa(a.astype(float), b.astype(float)) == pytest.approx(other)
    assert agreement.quadratic_kappa(np.ones(5), np.ones(5)) is None
    assert agreement.quadratic_kappa(np.ones(5), np.arange(5.0)) == pytest.approx(0.0)


def test_icc_is_that_of_the_paper_and_leaves_out_rows_with_gaps() -> None:
    assert agreement.icc(SHROUT_AND_FLEISS.astype(float)) == pytest.approx(0.2898, abs=5e-4)
    with_gap = np.concatenate([SHROUT_AND_FLEISS, [[np.nan, 3, 3, 3]]])
    assert agreement.icc(with_gap) == agreement.icc(SHROUT_AND_FLEISS.astype(float))
    assert agreement.icc(np.ones((5, 2))) is None


def test_the_calibration_line_is_a_logistic_regression_of_statsmodels() -> None:
    random = np.random.default_rng(3)
    log_odds = random.normal(size=300)
    truth = random.random(300) < 1 / (1 + np.exp(-(0.5 + 0.7 * log_odds)))
    chance = 1 / (1 + np.exp(-log_odds))
    line = agreement.calibration_line(truth, chance)
    assert line is not None
    family = sm.families.Binomial()
    slope = sm.GLM(truth.astype(float), sm.add_constant(log_odds), family=family).fit().params[1]
    shift = sm.GLM(truth.astype(float), np.ones(300), family=family, offset=log_odds).fit().params[0]
    assert line.slope == pytest.approx(slope, abs=1e-3)
    assert line.intercept == pytest.approx(shift, abs=1e-4)
    assert agreement.calibration_line(log_odds > 0, chance) is None


def test_an_unusable_row_is_a_failure_whatever_it_is() -> None:
    truth = np.array([True, True, True, False, False])
    flagged = np.array([True, False, True, False, False])
    usable = np.array([True, True, False, True, False])
    among_usable = agreement.count_flags(truth[usable], flagged[usable])
    assert (among_usable.sensitivity, among_usable.specificity) == (0.5, 1.0)
    screened = agreement.count_flags(truth, flagged, usable)
    assert screened.sensitivity == pytest.approx(1 / 3)
    assert screened.specificity == 0.5
    assert agreement.count_flags(truth[:3], flagged[:3]).specificity is None


def test_net_benefit_weighs_false_flags_by_the_threshold() -> None:
    truth = np.array([True, True, False, False])
    chance = np.array([0.9, 0.3, 0.6, 0.1])
    assert agreement.net_benefit(truth, chance, 0.5) == pytest.approx((1 - 1) / 4)
    assert agreement.net_benefit(truth, chance, 0.2) == pytest.approx((2 - 0.25) / 4)
    assert agreement.net_benefit(truth, np.zeros(4), 0.2) == 0


def test_bins_hold_every_row_once() -> None:
    random = np.random.default_rng(4)
    chance = random.random(43)
    bins = agreement.calibration_bins(random.random(43) < chance, chance)
    assert sum(one.n for one in bins) == 43
    assert min(one.n for one in bins) >= 5
    assert [one.predicted for one in bins] == sorted(one.predicted for one in bins)


def test_what_never_changes_has_no_correlation() -> None:
    assert agreement.pearson(np.ones(5), np.arange(5.0)) is None
    assert agreement.spearman(np.arange(5.0), np.ones(5)) is None
    assert agreement.pearson(np.arange(5.0), np.arange(5.0)) == pytest.approx(1)
    assert agreement.mean_error(np.array([]), np.array([])) is None
