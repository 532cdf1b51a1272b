"""A virtual person who does not have to be drawn."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


@pytest.fixture(scope="session")
def body() -> Any:
    """Return the body of one virtual person."""
    from tdscreen.phantom.body import Body
    from tdscreen.phantom.person import sample_person

    return Body(sample_person(7))


@pytest.fixture(scope="session")
def carried_out(
    body: Any,
) -> Callable[..., tuple[Any, Mapping[str, FloatArray], Any, FloatArray]]:
    """Return a function that has the person carry out a programme, 60 times a second, without drawing it.

    It gives the performance, the true signals, the signals with the movements of some regions only, and the times.
    """
    from tdscreen.phantom.calibration import Calibration
    from tdscreen.phantom.film import even_signals
    from tdscreen.phantom.performance import perform

    def carry_out(programme: Any, *, seed: int = 3) -> Any:
        calibration = Calibration(
            body.marks, left=programme.left_hand.place, right=programme.right_hand.place
        )
        performance = perform(programme, calibration, seed=seed)
        times_s = np.arange(round(programme.duration_s * 30)) / 30
        signals_of = even_signals(performance, body, times_s)
        return performance, signals_of(performance.moved), signals_of, times_s

    return carry_out
