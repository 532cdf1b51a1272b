"""From millimetres and share of time to a severity: the one table of this project, assumed throughout.

The AIMS (Guy 1976) names no size, and the amplitudes of the CTI (Trosch 2024) have no unit; its shares of time are from
there. Virtual people are programmed and rated by this table, and results are told for all its millimetres halved and
doubled as well.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tdscreen.vocabulary import Item


@dataclass(frozen=True)
class Scale:
    """The millimetres that part slight, moderate and large for one kind of movement.

    Attributes
    ----------
    name : str
        As ``lips`` or ``upper_limbs.wrist``.
    item : Item
    slight_to_mm, moderate_to_mm : float
        Upper edges, in mm of half the range.
    """

    name: str
    item: Item
    slight_to_mm: float
    moderate_to_mm: float

    @property
    def amplitude_feature(self) -> str:
        """Name of a model's input for the amplitude, in mm."""
        return f"{self.name}.amplitude_mm"

    @property
    def time_feature(self) -> str:
        """Name of a model's input for the share of time, in percent."""
        return f"{self.name}.percent_time_moving"


SCALES: dict[str, Scale] = {
    scale.name: scale
    for scale in (
        Scale("facial_expression", Item.FACIAL_EXPRESSION, 1.5, 4.0),
        Scale("lips", Item.LIPS, 2.0, 5.0),
        Scale("jaw", Item.JAW, 3.0, 8.0),
        Scale("tongue", Item.TONGUE, 5.0, 15.0),
        Scale("upper_limbs.fingers", Item.UPPER_LIMBS, 8.0, 25.0),
        Scale("upper_limbs.wrist", Item.UPPER_LIMBS, 10.0, 40.0),
    )
}
"""By name. Assumed."""

TIME_EDGES_PERCENT = (40.0, 75.0)
"""Shares of time that part the rows of the table (CTI, Trosch 2024)."""

SEVERITY_TABLE = ((0, 0, 0, 0), (0, 1, 1, 2), (0, 2, 2, 3), (0, 2, 3, 4))
"""Severity 0 to 4: rows are amplitude (none, slight, moderate, large), columns share of time (none, under 40
%, 40 to 75 %, over 75 %). Assumed."""


def severity(scale: Scale, amplitude_mm: float, percent_time_moving: float, *, anchors: float = 1.0) -> int:
    """Read the table.

    Parameters
    ----------
    scale : Scale
    amplitude_mm : float
        Half the range.
    percent_time_moving : float
        0 to 100.
    anchors : float
        Multiplies every millimetre of the table.

    Returns
    -------
    int
        0 to 4.
    """
    if amplitude_mm <= 0 or percent_time_moving <= 0:
        return 0
    edges = (scale.slight_to_mm * anchors, scale.moderate_to_mm * anchors)
    size = 1 + sum(amplitude_mm > edge for edge in edges)
    time = 1 + sum(percent_time_moving >= edge for edge in TIME_EDGES_PERCENT)
    return SEVERITY_TABLE[size][time]


def latent_severity(
    scale: Scale, amplitude_mm: ArrayLike, percent_time_moving: ArrayLike, *, anchors: float = 1.0
) -> NDArray[np.float64]:
    """Read the table without its steps: whole at the middle of each cell, straight between two middles.

    A rater who sees a movement near an edge of the table is of two minds, and not sure of either side.

    Parameters
    ----------
    scale : Scale
    amplitude_mm, percent_time_moving : array-like, shape (n,)
        As for :func:`severity`.
    anchors : float
        Multiplies every millimetre of the table.

    Returns
    -------
    ndarray, shape (n,)
        0 to 4. "Large", which has no upper edge, has its middle half a moderate cell above its lower edge.
    """
    slight, moderate = scale.slight_to_mm * anchors, scale.moderate_to_mm * anchors
    half = (moderate - slight) / 2.0
    size = np.interp(
        np.asarray(amplitude_mm, dtype=np.float64),
        [0.0, slight / 2.0, slight, slight + half, moderate, moderate + half],
        [0.0, 1.0, 1.5, 2.0, 2.5, 3.0],
    )
    low, high = TIME_EDGES_PERCENT
    middles = (low / 2.0, (low + high) / 2.0, (high + 100.0) / 2.0)
    time = np.interp(
        np.asarray(percent_time_moving, dtype=np.float64),
        [0.0, middles[0] / 2.0, middles[0], low, middles[1], high, middles[2]],
        [0.0, 1.0, 1.0, 1.5, 2.0, 2.5, 3.0],
    )
    table = np.asarray(SEVERITY_TABLE, dtype=np.float64)
    whole = np.arange(4.0)
    by_size = np.maximum(1.0 - np.abs(np.atleast_1d(size)[:, None] - whole), 0.0)
    by_time = np.maximum(1.0 - np.abs(np.atleast_1d(time)[:, None] - whole), 0.0)
    return np.asarray(((by_size @ table) * by_time).sum(axis=1))
