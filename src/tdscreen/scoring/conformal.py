"""Sets of scores that hold the true one as often as promised: what a model that was calibrated at a place can say.

How their limits are found is :mod:`tdscreen.training.calibration`'s business; here they are kept and used.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from tdscreen.errors import ModelError

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

METADATA_KEY = "conformal_sets"
"""Under which a model file says its sets."""


@dataclass(frozen=True)
class ConformalSets:
    """Which scores belong to a set.

    Attributes
    ----------
    limits : tuple of float
        One a score: it belongs to the set if the model gives it a probability of at least this.
    people : tuple of int
        How many people of each score the limits rest on; someone rated differently in two clips counts for both.
    level : float
        Share of the people of each score whose set holds it, at least; where there are too few people of a score, it
        always belongs to the set.
    size : int
        People in the calibration set.
    date : str
        Of the calibration, as 2026-11-26.
    """

    limits: tuple[float, ...]
    people: tuple[int, ...]
    level: float
    size: int
    date: str

    def members(self, probabilities: Floats) -> Bools:
        """Say which scores belong to each set.

        Parameters
        ----------
        probabilities : ndarray, shape (n, scores)

        Returns
        -------
        ndarray, shape (n, scores), bool
            Without gaps: scores between two that belong to the set belong to it as well. Never empty: at least the most
            probable one belongs.
        """
        inside = probabilities >= np.asarray(self.limits)
        inside[np.arange(len(inside)), np.argmax(probabilities, axis=1)] = True
        from_left = np.logical_or.accumulate(inside, axis=1)
        from_right = np.logical_or.accumulate(inside[:, ::-1], axis=1)[:, ::-1]
        return np.asarray(from_left & from_right)

    @property
    def least_people(self) -> int:
        """People of one score that a limit needs: with fewer, the level cannot be promised."""
        return least_people(self.level)

    @property
    def always(self) -> tuple[int, ...]:
        """Scores of which there were too few people: they belong to every set."""
        return tuple(score for score, count in enumerate(self.people) if count < self.least_people)


def least_people(level: float) -> int:
    """Smallest number of people of one score from which a set may leave it out.

    Parameters
    ----------
    level : float

    Returns
    -------
    int
        9 at 90%, 19 at 95%.
    """
    return math.ceil(round(level / (1.0 - level), 9))


def tell_sets(sets: Mapping[str, ConformalSets]) -> str:
    """Write sets down for a model file's metadata."""
    return json.dumps({item: asdict(one) for item, one in sets.items()})


def read_sets(about: Mapping[str, str]) -> dict[str, ConformalSets]:
    """Read sets from a model file's metadata.

    Parameters
    ----------
    about : mapping of str to str

    Returns
    -------
    dict of str to ConformalSets
        By item; empty of a model that was not calibrated.

    Raises
    ------
    ModelError
        They were written by another version.
    """
    told = json.loads(about.get(METADATA_KEY, "{}"))
    try:
        return {
            item: ConformalSets(
                tuple(one["limits"]), tuple(one["people"]), one["level"], one["size"], one["date"]
            )
            for item, one in told.items()
        }
    except KeyError as error:
        raise ModelError(
            f"The model's calibration does not say its {error.args[0]}: another version of tdscreen made it. Please "
            "calibrate it again."
        ) from error
