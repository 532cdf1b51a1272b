"""What a flag means in a clinic: predictive values and flags per hundred, from counts whose truth is known.

Of ``a`` flagged and ``b`` not flagged among those who meet the rule, and ``c`` flagged and ``d`` not among those who do
not: sensitivity ``a / (a + b)``, specificity ``d / (c + d)``, and with a prevalence ``p``

    PPV = sens p / (sens p + (1 - spec) (1 - p))
    NPV = spec (1 - p) / (spec (1 - p) + (1 - sens) p)
    flags per hundred = 100 (sens p + (1 - spec) (1 - p))

Intervals of 95%: of sensitivity and specificity by Wilson (1927); of the predictive values on the scale of log-odds
(Mercaldo et al. 2007, with a half added to each count); of flags from the variances of the two proportions. The
prevalence is taken as it is given.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, log, sqrt

from tdscreen.errors import InputError

Interval = tuple[float, float]

_NORMAL_95 = 1.959964


@dataclass(frozen=True)
class FlagCounts:
    """How people were sorted whose state is known.

    Attributes
    ----------
    true_positive, false_negative : int
        Flagged and not flagged, of those who meet the rule.
    true_negative, false_positive : int
        Not flagged and flagged, of those who do not.
    source : str
        Who they were, as ``400 simulated people``: figures of virtual people say nothing about patients.
    """

    true_positive: int
    false_negative: int
    true_negative: int
    false_positive: int
    source: str


@dataclass(frozen=True)
class Estimate:
    """A share between 0 and 1, or a number per hundred, with its 95% interval."""

    value: float
    interval: Interval


@dataclass(frozen=True)
class PredictiveValues:
    """What a flag means at one prevalence.

    Attributes
    ----------
    prevalence : float
        0 to 1, as given.
    sensitivity, specificity, positive, negative : Estimate
        ``positive``: the share of those flagged who meet the rule; ``negative``: of those not flagged who do not.
    flags_per_hundred : Estimate
    source : str
        Whose sensitivity and specificity these are.
    """

    prevalence: float
    sensitivity: Estimate
    specificity: Estimate
    positive: Estimate
    negative: Estimate
    flags_per_hundred: Estimate
    source: str


def proportion_interval(count: int, of: int) -> Interval:
    """95% interval of a share (Wilson 1927).

    Parameters
    ----------
    count, of : int

    Returns
    -------
    (float, float)
        From 0 to 1 where there is nobody to count.
    """
    # Heavy, so imported where it is needed.
    from scipy.stats import binomtest

    if of == 0:
        return 0.0, 1.0
    found = binomtest(count, of).proportion_ci(method="wilson")
    return float(found.low), float(found.high)


def predictive_values(counts: FlagCounts, prevalence: float) -> PredictiveValues:
    """Say what a flag means where so many meet the rule.

    Parameters
    ----------
    counts : FlagCounts
        Somebody who meets the rule and somebody who does not among them.
    prevalence : float
        Above 0 and below 1.

    Returns
    -------
    PredictiveValues

    Raises
    ------
    InputError
        The prevalence is not a share, or nobody was counted.
    """
    if not 0.0 < prevalence < 1.0:
        raise InputError("A prevalence is a share above 0 and below 1, as 0.25.")
    ill = counts.true_positive + counts.false_negative
    well = counts.true_negative + counts.false_positive
    if not (ill and well):
        raise InputError(
            "Sensitivity and specificity are not known: nobody was counted on one of the two sides."
        )
    sens, spec, p = counts.true_positive / ill, counts.true_negative / well, prevalence
    flagged = sens * p + (1 - spec) * (1 - p)
    unflagged = 1 - flagged
    # Half a person more on each side keeps the log-odds finite where nobody was sorted wrongly.
    s = (counts.true_positive + 0.5) / (ill + 1)
    c = (counts.true_negative + 0.5) / (well + 1)
    positive = log(s * p / ((1 - c) * (1 - p)))
    negative = log(c * (1 - p) / ((1 - s) * p))
    sd_positive = sqrt((1 - s) / s / (ill + 1) + c / (1 - c) / (well + 1))
    sd_negative = sqrt(s / (1 - s) / (ill + 1) + (1 - c) / c / (well + 1))
    sd_flags = sqrt(p**2 * s * (1 - s) / (ill + 1) + (1 - p) ** 2 * c * (1 - c) / (well + 1))
    return PredictiveValues(
        prevalence=p,
        sensitivity=Estimate(sens, proportion_interval(counts.true_positive, ill)),
        specificity=Estimate(spec, proportion_interval(counts.true_negative, well)),
        positive=Estimate(sens * p / flagged if flagged else float("nan"), _share(positive, sd_positive)),
        negative=Estimate(
            spec * (1 - p) / unflagged if unflagged else float("nan"), _share(negative, sd_negative)
        ),
        flags_per_hundred=Estimate(
            100 * flagged,
            (
                max(100 * (flagged - _NORMAL_95 * sd_flags), 0.0),
                min(100 * (flagged + _NORMAL_95 * sd_flags), 100.0),
            ),
        ),
        source=counts.source,
    )


def _share(log_odds: float, sd: float) -> Interval:
    low, high = log_odds - _NORMAL_95 * sd, log_odds + _NORMAL_95 * sd
    return 1 / (1 + exp(-low)), 1 / (1 + exp(-high))
