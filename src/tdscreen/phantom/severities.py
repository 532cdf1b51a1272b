"""What each severity from 0 to 4 looks like, by the table of millimetres and share of time that scoring uses.

The table is assumed throughout (see :mod:`tdscreen.scoring.rating_rule`); here it is read the other way round.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tdscreen.scoring import rating_rule
from tdscreen.scoring.rating_rule import SEVERITY_TABLE
from tdscreen.vocabulary import Region

SCALES = {scale.name: (scale.slight_to_mm, scale.moderate_to_mm) for scale in rating_rule.SCALES.values()}
"""For each part, up to how many mm of half range are slight and moderate."""
SCALE_OF_REGION = {
    Region.UPPER_FACE: "facial_expression",
    Region.LIPS: "lips",
    Region.JAW: "jaw",
    Region.TONGUE: "tongue",
    Region.LEFT_HAND: "upper_limbs.fingers",
    Region.RIGHT_HAND: "upper_limbs.fingers",
}
LARGEST_MM = {
    "facial_expression": 4.8,
    "lips": 6.2,
    "jaw": 12.0,
    "tongue": 24.0,
    "upper_limbs.fingers": 36.0,
    "upper_limbs.wrist": 60.0,
}
"""Half ranges that every virtual person reaches."""
_SHARES = (0.0, 0.25, 0.57, 0.88)
_SHARE_RANGES = ((0.0, 0.0), (0.15, 0.32), (0.48, 0.67), (0.83, 0.97))
"""Middle of each share of time, and the range that lies clear of the cuts."""


@dataclass(frozen=True)
class Cell:
    """One cell of the table: how far, and how much of the time."""

    amplitude_mm: float
    share_of_time: float


def severity(part: str, amplitude_mm: float, share_of_time: float) -> int:
    """Read the table.

    Parameters
    ----------
    part : str
        One of :data:`SCALES`.
    amplitude_mm : float
        Half the range.
    share_of_time : float
        0 to 1.

    Returns
    -------
    int
        0 to 4.
    """
    return rating_rule.severity(rating_rule.SCALES[part], amplitude_mm, 100 * share_of_time)


def middle_cell(part: str, grade: int) -> Cell:
    """Give one clear cell of a severity: the one that a clinician would think of first.

    Returns
    -------
    Cell
        Nothing at all for 0; slight at times, moderate half of the time, moderate nearly always, large nearly always.
    """
    size, time = ((0, 0), (1, 1), (2, 2), (2, 3), (3, 3))[grade]
    if grade == 0:
        return Cell(0.0, 0.0)
    low, high = _size_range(part, size)
    return Cell((low + high) / 2, _SHARES[time])


def any_cell(part: str, grade: int, rng: np.random.Generator) -> Cell:
    """Give any cell of a severity, and in it any size and share of time that lie clear of the edges."""
    if grade == 0:
        return Cell(0.0, 0.0)
    fitting = [
        (size, time) for size in (1, 2, 3) for time in (1, 2, 3) if SEVERITY_TABLE[size][time] == grade
    ]
    size, time = fitting[int(rng.integers(len(fitting)))]
    low, high = _size_range(part, size)
    tenth = 0.15 * (high - low)
    return Cell(float(rng.uniform(low + tenth, high - tenth)), float(rng.uniform(*_SHARE_RANGES[time])))


def _size_range(part: str, size: int) -> tuple[float, float]:
    slight, moderate = SCALES[part]
    return ((0.4 * slight, slight), (slight, moderate), (moderate, LARGEST_MM[part]))[size - 1]
