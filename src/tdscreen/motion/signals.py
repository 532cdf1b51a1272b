"""A movement over time, by its name in the field."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tdscreen.vocabulary import Region


@dataclass(frozen=True)
class Signal:
    """One named movement of one region through a clip.

    Attributes
    ----------
    name : str
        Region and measure, as ``lips.opening`` or ``left_hand.index_tip``.
    region : Region
    unit : str
        ``mm``, ``mm2`` or ``deg``.
    times_s : ndarray, shape (n,), float64
        Strictly increasing.
    values : ndarray, shape (n,), float64
        NaN where the region was not seen.
    error : ndarray, shape (n,), float64, optional
        Standard error of each value, from one to the next; None where it was not estimated.
    """

    name: str
    region: Region
    unit: str
    times_s: NDArray[np.float64]
    values: NDArray[np.float64]
    error: NDArray[np.float64] | None = None
