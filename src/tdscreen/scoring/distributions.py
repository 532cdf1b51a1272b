"""From the probabilities of single items to those of a total and of the Schooler-Kane severity rule, exactly.

Items are taken as independent given what was measured, which the model's proportional odds imply.
"""

from __future__ import annotations

import functools

import numpy as np
from numpy.typing import NDArray

from tdscreen.settings import SCORING


def expected_score(probabilities: NDArray[np.float64]) -> float:
    """Mean of a score from 0 to 4.

    Parameters
    ----------
    probabilities : ndarray, shape (5,), float64

    Returns
    -------
    float
    """
    return float(np.arange(probabilities.size, dtype=np.float64) @ probabilities)


def total_distribution(probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
    """Distribution of the sum of independent item scores.

    Parameters
    ----------
    probabilities : ndarray, shape (items, 5), float64
        At least one item; rows add up to 1.

    Returns
    -------
    ndarray, shape (4 * items + 1,), float64
        Probability of each total from 0.
    """
    return functools.reduce(np.convolve, list(probabilities))


def central_interval(
    distribution: NDArray[np.float64], *, share: float = SCORING.total_interval
) -> tuple[int, int]:
    """Bounds that leave at most half of the rest on either side.

    Parameters
    ----------
    distribution : ndarray, shape (k,), float64
        Probability of each whole number from 0.
    share : float
        0 to 1.

    Returns
    -------
    (int, int)
        Both bounds belong to the interval.
    """
    tail = (1.0 - share) / 2.0
    cumulative = np.cumsum(distribution)
    low = int(np.searchsorted(cumulative, tail, side="right"))
    high = int(np.searchsorted(cumulative, 1.0 - tail, side="left"))
    last = distribution.size - 1
    return min(low, last), min(high, last)


def take_one_off(probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
    """Score one point less, and none below 0: the convention for movement on activation only (Guy 1976).

    Parameters
    ----------
    probabilities : ndarray, shape (5,), float64

    Returns
    -------
    ndarray, shape (5,), float64
    """
    lower = np.append(probabilities[1:], 0.0)
    lower[0] += probabilities[0]
    return lower


def schooler_kane_probability(probabilities: NDArray[np.float64]) -> float:
    """Chance that the severity rule of Schooler and Kane (1982) is met: at least 2 in two items, or 3 in one.

    Parameters
    ----------
    probabilities : ndarray, shape (items, 5), float64
        Of items 1 to 7 that were assessed.

    Returns
    -------
    float
        Exact for independent items: one less the chance that no item reaches 3 and at most one reaches 2.
        Items that were not assessed cannot add to it, so it is a lower bound for the whole person.
    """
    two, three = SCORING.severity_in_two_items, SCORING.severity_in_one_item
    below_two = probabilities[:, :two].sum(axis=1)
    exactly_two = probabilities[:, two:three].sum(axis=1)
    none_reaches_two = float(np.prod(below_two))
    one_reaches_two = sum(
        float(exactly_two[i] * np.prod(np.delete(below_two, i))) for i in range(below_two.size)
    )
    return float(np.clip(1.0 - none_reaches_two - one_reaches_two, 0.0, 1.0))
