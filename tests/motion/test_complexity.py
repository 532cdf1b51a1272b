"""How hard a movement is to foretell."""

from __future__ import annotations

import numpy as np
import pytest

from tdscreen.motion.complexity import sample_entropy, thinned
from tdscreen.motion.spans import Grid, GridSpan


def plain_sample_entropy(x, m=2, r=0.2):
    """Count pairs as the definition says."""
    n, limit = len(x), r * np.std(x)

    def pairs(length):
        rows = [x[i : i + length] for i in range(n - m)]
        return sum(
            np.max(np.abs(rows[i] - rows[j])) <= limit for i in range(n - m) for j in range(n - m) if i != j
        )

    return -np.log(pairs(m + 1) / pairs(m))


def test_it_is_the_definition_of_richman_and_moorman():
    x = np.random.default_rng(0).normal(size=150)
    assert sample_entropy([x]) == pytest.approx(plain_sample_entropy(x))


def test_white_noise_has_the_entropy_that_follows_from_its_distribution():
    # Two normal values differ by no more than 0.2 SD with the chance erf(0.2 / 2); so does the next pair.
    x = np.random.default_rng(1).normal(size=30000)
    assert sample_entropy([x], max_templates=3000) == pytest.approx(-np.log(0.11246), abs=0.05)


def test_a_sine_is_foreseeable_and_noise_is_not():
    sine = np.sin(np.arange(600) * 0.7)
    assert sample_entropy([sine]) < 0.3 < sample_entropy([np.random.default_rng(2).normal(size=600)])


def test_comparing_some_templates_gives_about_what_comparing_all_gives():
    x = np.cumsum(np.random.default_rng(3).normal(size=4000)) % 20
    assert sample_entropy([x], max_templates=1000) == pytest.approx(
        sample_entropy([x], max_templates=4000), abs=0.05
    )


def test_templates_do_not_cross_from_one_stretch_into_the_next():
    # Each is one template, unlike the other; joined they make more, some of them alike.
    assert sample_entropy([np.zeros(3), np.ones(3)]) is None
    assert sample_entropy([np.r_[np.zeros(4), np.ones(4)]]) is not None


def test_too_little_or_nothing_that_varies_has_none():
    assert sample_entropy([]) is None
    assert sample_entropy([np.zeros(2)]) is None
    assert sample_entropy([np.ones(100)]) is None


def test_runs_of_what_moves_are_thinned_to_fifteen_a_second():
    grid = Grid(60, (GridSpan(0.0, np.arange(300.0)),))
    mark = np.zeros(300, bool)
    mark[60:180] = True
    (run,) = thinned(grid, [mark])
    np.testing.assert_array_equal(run, np.arange(60.0, 180, 4))
