"""A virtual person who does not have to be drawn."""

from __future__ import annotations

from collections.abc import Callable
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
) -> Callable[..., tuple[Any, dict[str, FloatArray], dict[str, FloatArray], FloatArray]]:
    """Return a function that has the person carry out a programme, 60 times a second, without drawing it.

    It gives the performance, the true signals with and without the movements, and the times.
    """
    from tdscreen.phantom.calibration import Calibration
    from tdscreen.phantom.film import signals_at
    from tdscreen.phantom.performance import perform

    def carry_out(programme: Any, *, seed: int = 3) -> Any:
        calibration = Calibration(
            body.marks, left=programme.left_hand.place, right=programme.right_hand.place
        )
        performance = perform(programme, calibration, seed=seed)
        times_s = np.arange(round(programme.duration_s * 30)) / 30
        moved, _ = signals_at(performance, body, times_s, life=False)
        held, _ = signals_at(performance, body, times_s, moved=False, life=False)
        return performance, moved, held, times_s

    return carry_out
