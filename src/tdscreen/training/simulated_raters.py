"""Simulated raters: each sees the severity through a habit of their own, a drift and a mood, and writes a whole number.

Their disagreement is set to what is published: Cohen's kappa of 0.37 between raters before adjudication and 0.57 after
it (Sterns 2025), and means that rise over the weeks of a study on identical videos (Bergen 1988).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class RaterHabits:
    """How raters differ, in points of an item. All assumed, to give the published agreement.

    Attributes
    ----------
    pool : int
        How many raters there are.
    each : int
        How many of them rate one examination.
    habit : float
        Standard deviation of how much higher than others a rater rates everything.
    drift : float
        By how much everybody rates higher at the end of the study than at its beginning.
    moving : float
        Standard deviation of one rating of a part that moves.
    still : float
        The same of a part in which nothing moves: most see that.
    """

    pool: int = 12
    each: int = 3
    habit: float = 0.25
    drift: float = 0.3
    moving: float = 0.7
    still: float = 0.15


RATERS = RaterHabits()


def simulate_ratings(severity: Floats, *, seed: int, habits: RaterHabits = RATERS) -> Floats:
    """Rate examinations, one after the other over a study.

    Parameters
    ----------
    severity : ndarray, shape (n, items)
        What there is to be seen of each item, 0 to 4 and not only whole.
    seed : int
    habits : RaterHabits

    Returns
    -------
    ndarray, shape (n, items, habits.each)
        Whole numbers from 0 to 4; who rated is another three of the pool in each examination.
    """
    rng = np.random.default_rng([seed, 23])
    n, items = severity.shape
    habit = habits.habit * rng.normal(size=habits.pool)
    drift = habits.drift * np.linspace(-0.5, 0.5, n)
    who = np.stack([rng.permutation(habits.pool)[: habits.each] for _ in range(n)])
    mood = np.where(severity > 0, habits.moving, habits.still)[:, :, None]
    seen = severity[:, :, None] + habit[who][:, None, :] + drift[:, None, None]
    return np.asarray(np.clip(np.round(seen + mood * rng.normal(size=(n, items, habits.each))), 0, 4))


def cohen_kappa(first: Floats, second: Floats) -> float:
    """Agreement of two raters beyond chance (Cohen 1960), unweighted.

    Parameters
    ----------
    first, second : ndarray, shape (n,)

    Returns
    -------
    float
        1 if they always agree, 0 if as often as by chance.
    """
    scores = np.unique(np.concatenate([first, second]))
    by_chance = sum(float(np.mean(first == score) * np.mean(second == score)) for score in scores)
    return (float(np.mean(first == second)) - by_chance) / (1.0 - by_chance) if by_chance < 1 else 1.0
