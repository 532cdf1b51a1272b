"""How well estimates agree with ratings, and raters with each other: pure functions on plain arrays.

Well-kept libraries do most of the counting (scikit-learn, SciPy); the tests hold it against a second one. None means
that a figure cannot be told from these values, as a correlation of one score with another that never changes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

MIN_ROWS = 3
_EDGE = 1e-6
"""Probabilities nearer to 0 or 1 are taken for this near: their log-odds must stay finite."""


def auc(truth: Bools, index: Floats) -> float | None:
    """Chance that a positive has a higher index than a negative (area under the ROC curve).

    Parameters
    ----------
    truth : ndarray, shape (n,), bool
    index : ndarray, shape (n,)

    Returns
    -------
    float or None
        None if only one class is there.
    """
    from sklearn.metrics import roc_auc_score

    return float(roc_auc_score(truth, index)) if truth.any() and not truth.all() else None


@dataclass(frozen=True)
class Counts:
    """How flags and reference go together.

    Attributes
    ----------
    true_positive, false_negative, true_negative, false_positive : int
    """

    true_positive: int
    false_negative: int
    true_negative: int
    false_positive: int

    @property
    def sensitivity(self) -> float | None:
        """Share of the positives that were flagged."""
        of = self.true_positive + self.false_negative
        return self.true_positive / of if of else None

    @property
    def specificity(self) -> float | None:
        """Share of the negatives that were not flagged."""
        of = self.true_negative + self.false_positive
        return self.true_negative / of if of else None


def count_flags(truth: Bools, flagged: Bools, usable: Bools | None = None) -> Counts:
    """Count flags against the reference.

    Parameters
    ----------
    truth, flagged : ndarray, shape (n,), bool
    usable : ndarray, shape (n,), bool, optional
        Given, an unusable row counts as a failure whatever it is: a positive as missed, a negative as flagged
        (intention-to-screen).

    Returns
    -------
    Counts
    """
    right = flagged == truth if usable is None else (flagged == truth) & usable
    return Counts(
        int((truth & right).sum()),
        int((truth & ~right).sum()),
        int((~truth & right).sum()),
        int((~truth & ~right).sum()),
    )


def pearson(a: Floats, b: Floats) -> float | None:
    """Pearson's correlation; None for fewer than three rows or values that never change."""
    from scipy.stats import pearsonr

    return float(pearsonr(a, b).statistic) if _vary(a, b) else None


def spearman(a: Floats, b: Floats) -> float | None:
    """Spearman's correlation; None for fewer than three rows or values that never change."""
    from scipy.stats import spearmanr

    return float(spearmanr(a, b).statistic) if _vary(a, b) else None


def mean_error(truth: Floats, estimate: Floats) -> float | None:
    """Mean absolute difference; None of no rows."""
    return float(np.abs(truth - estimate).mean()) if truth.size else None


def quadratic_kappa(a: Floats, b: Floats) -> float | None:
    """Cohen's kappa with quadratic weights (Cohen 1968).

    With these weights it is one less the mean squared difference over that of scores drawn apart, which needs no table
    of counts and is quick enough to be drawn again and again.

    Parameters
    ----------
    a, b : ndarray, shape (n,)
        Whole scores.

    Returns
    -------
    float or None
        None if both give one and the same score throughout.
    """
    if a.size < MIN_ROWS or (np.ptp(a) == 0 and np.ptp(b) == 0):
        return None
    first, second = a.astype(int), b.astype(int)
    apart = first.var() + second.var() + (first.mean() - second.mean()) ** 2
    return float(1.0 - ((first - second) ** 2).mean() / apart)


def icc(ratings: Floats) -> float | None:
    """Intraclass correlation of single ratings for absolute agreement, raters drawn at random: ICC(2,1).

    Shrout and Fleiss 1979; McGraw and Wong 1996 call it ICC(A,1).

    Parameters
    ----------
    ratings : ndarray, shape (n, raters)
        Rows with a gap are left out.

    Returns
    -------
    float or None
        None for fewer than three whole rows, or ratings that never change.
    """
    whole = ratings[~np.isnan(ratings).any(axis=1)]
    n, k = whole.shape
    if n < MIN_ROWS or k < 2 or np.ptp(whole) == 0:
        return None
    mean, by_row, by_rater = whole.mean(), whole.mean(axis=1), whole.mean(axis=0)
    between = k * float(((by_row - mean) ** 2).sum()) / (n - 1)
    raters = n * float(((by_rater - mean) ** 2).sum()) / (k - 1)
    left = float(((whole - by_row[:, None] - by_rater + mean) ** 2).sum()) / ((n - 1) * (k - 1))
    below = between + (k - 1) * left + k * (raters - left) / n
    return (between - left) / below if below > 0 else None


@dataclass(frozen=True)
class CalibrationLine:
    """How predicted log-odds go with what happened (Cox 1958).

    Attributes
    ----------
    intercept : float
        Calibration in the large: log-odds to add at a slope of 1; 0 is right.
    slope : float
        1 is right; less says that predictions are too extreme.
    """

    intercept: float
    slope: float


def calibration_line(truth: Bools, probability: Floats) -> CalibrationLine | None:
    """Fit what happened by logistic regression on the predicted log-odds.

    Parameters
    ----------
    truth : ndarray, shape (n,), bool
    probability : ndarray, shape (n,)

    Returns
    -------
    CalibrationLine or None
        None if one class is missing, or log-odds part the classes perfectly and no line is best.
    """
    from scipy.optimize import brentq
    from scipy.special import expit, logit
    from sklearn.linear_model import LogisticRegression

    log_odds = logit(np.clip(probability, _EDGE, 1.0 - _EDGE))
    if not truth.any() or truth.all() or np.ptp(log_odds) == 0:
        return None
    high, low = log_odds[truth], log_odds[~truth]
    if low.max() <= high.min() or high.max() <= low.min():
        return None
    # As good as no penalty.
    fit = LogisticRegression(C=1e9, tol=1e-8, max_iter=1000).fit(log_odds[:, None], truth)
    shift = brentq(lambda by: float(expit(log_odds + by).sum() - truth.sum()), -50.0, 50.0)
    return CalibrationLine(float(shift), float(fit.coef_[0, 0]))


@dataclass(frozen=True)
class Bin:
    """Rows of about one predicted probability.

    Attributes
    ----------
    predicted, observed : float
        Mean probability, and share of positives.
    positives, n : int
    """

    predicted: float
    observed: float
    positives: int
    n: int


def calibration_bins(truth: Bools, probability: Floats, *, bins: int = 8) -> tuple[Bin, ...]:
    """Group rows by predicted probability, about equally many in each.

    Parameters
    ----------
    truth : ndarray, shape (n,), bool
    probability : ndarray, shape (n,)
    bins : int
        How many at most; each holds five rows or more.

    Returns
    -------
    tuple of Bin
    """
    in_order = np.argsort(probability, kind="stable")
    groups = np.array_split(in_order, max(1, min(bins, len(truth) // 5)))
    return tuple(
        Bin(float(probability[g].mean()), float(truth[g].mean()), int(truth[g].sum()), len(g))
        for g in groups
        if len(g)
    )


def net_benefit(truth: Bools, probability: Floats, threshold: float) -> float:
    """Net benefit of flagging from a threshold on (Vickers and Elkin 2006).

    Parameters
    ----------
    truth : ndarray, shape (n,), bool
    probability : ndarray, shape (n,)
    threshold : float
        Above 0 and below 1: a false flag costs ``threshold / (1 - threshold)`` of a true one.

    Returns
    -------
    float
        True flags a person, less what the false ones cost.
    """
    flagged = probability >= threshold
    cost = threshold / (1.0 - threshold)
    return float(((flagged & truth).sum() - cost * (flagged & ~truth).sum()) / len(truth))


def _vary(a: Floats, b: Floats) -> bool:
    return bool(a.size >= MIN_ROWS and np.ptp(a) > 0 and np.ptp(b) > 0)
