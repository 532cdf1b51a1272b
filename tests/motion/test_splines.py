"""Many splines solved at once are the ones that are drawn one by one."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline

from tdscreen.motion.splines import FEWEST_SAMPLES, slopes, through

Floats = NDArray[np.float64]


@pytest.fixture
def spans() -> tuple[list[Floats], list[Floats]]:
    """Give unevenly sampled spans of many lengths, the shortest among them, far from zero."""
    rng = np.random.default_rng(2)
    sizes = (FEWEST_SAMPLES, 900, 5, 61, FEWEST_SAMPLES, 17)
    knots = [np.cumsum(rng.uniform(0.01, 0.06, size)) for size in sizes]
    return knots, [200 + rng.normal(0, 3, size) for size in sizes]


def test_between_samples_and_a_step_beyond_they_are_scipys(spans: tuple[list[Floats], list[Floats]]) -> None:
    knots, values = spans
    at = [np.linspace(x[0], x[-1] + 0.03, 500) for x in knots]
    for x, y, place, found in zip(knots, values, at, through(knots, values, at), strict=True):
        np.testing.assert_allclose(found, CubicSpline(x, y)(place), rtol=0, atol=1e-9)


def test_at_the_samples_they_are_the_samples(spans: tuple[list[Floats], list[Floats]]) -> None:
    knots, values = spans
    for y, found in zip(values, through(knots, values, knots), strict=True):
        np.testing.assert_allclose(found, y, rtol=0, atol=1e-11)


def test_the_slope_at_each_sample_is_scipys(spans: tuple[list[Floats], list[Floats]]) -> None:
    knots, values = spans
    for x, y, found in zip(knots, values, slopes(knots, values), strict=True):
        np.testing.assert_allclose(found, CubicSpline(x, y).derivative()(x), rtol=1e-9, atol=1e-8)


def test_a_span_drawn_with_others_is_to_the_last_digit_what_it_is_alone(
    spans: tuple[list[Floats], list[Floats]],
) -> None:
    for x, y, together in zip(*spans, slopes(*spans), strict=True):
        assert np.array_equal(together, slopes([x], [y])[0])


def test_too_few_samples_are_refused_and_no_span_gives_none() -> None:
    with pytest.raises(ValueError, match="4 samples"):
        slopes([np.arange(3.0)], [np.arange(3.0)])
    assert slopes([], []) == []
    assert through([], [], []) == []
