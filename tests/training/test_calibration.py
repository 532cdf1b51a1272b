"""A place that rates otherwise gets a model that does, and its sets hold as many people as they promise."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from tdscreen.errors import TooFewPeopleError
from tdscreen.scoring.additive import AdditiveItem, Shape, evaluate
from tdscreen.scoring.conformal import ConformalSets, least_people
from tdscreen.training.calibration import (
    Recalibration,
    conformal_sets,
    recalibrate,
    recalibrated,
)

Floats = NDArray[np.float64]
DATE = "2026-11-26"

MODEL = AdditiveItem(
    "lips", (Shape("mm", (0.0, 4.0), (-3.0, 5.0), missing=0.5),), (), (-1.0, 0.5, 2.0, 3.5), (1.0,)
)


def place(people: int, *, seed: int, shift: float, stretch: float) -> tuple[Floats, Floats]:
    """People of a place where log-odds are moved and stretched: features and ratings."""
    random = np.random.default_rng(seed)
    mm = random.uniform(0, 4, (people, 1))
    local = recalibrated(MODEL, Recalibration(shift, stretch))
    reached = random.random((people, 1)) < 1 - np.cumsum(evaluate(local, mm).probabilities, axis=1)[:, :-1]
    return mm, reached.sum(axis=1).astype(float)


def test_the_line_of_a_place_is_found() -> None:
    mm, rated = place(1500, seed=1, shift=-1.0, stretch=0.6)
    line = recalibrate(MODEL, evaluate(MODEL, mm).eta, rated[:, None])
    assert line.shift == pytest.approx(-1.0, abs=0.25)
    assert line.stretch == pytest.approx(0.6, abs=0.08)


def test_the_line_is_written_into_the_curves() -> None:
    line = Recalibration(0.7, 1.5)
    local = recalibrated(MODEL, line)
    mm = np.array([[0.3], [2.0], [3.9], [np.nan]])
    middle = np.mean(MODEL.thresholds)
    eta = np.array([evaluate(MODEL, mm[:3]).eta])[0]
    expected = line.shift + line.stretch * (eta[:, None] - np.asarray(MODEL.thresholds))
    found = evaluate(local, mm[:3]).eta[:, None] - np.asarray(local.thresholds)
    assert found == pytest.approx(expected)
    assert middle == pytest.approx(1.25)


def test_a_place_like_the_one_it_was_made_at_leaves_the_model_as_it_is() -> None:
    mm, rated = place(1500, seed=2, shift=0.0, stretch=1.0)
    line = recalibrate(MODEL, evaluate(MODEL, mm).eta, rated[:, None])
    assert abs(line.shift) < 0.25
    assert line.stretch == pytest.approx(1.0, abs=0.12)


def test_sets_hold_people_of_each_score_as_often_as_promised() -> None:
    held = np.zeros(5)
    count = np.zeros(5)
    for seed in range(12):
        mm, rated = place(150, seed=10 + seed, shift=0.5, stretch=0.8)
        people = np.arange(len(mm)).astype(str)
        sets = conformal_sets(MODEL, mm, rated[:, None], rated, people, date=DATE, level=0.8)
        line = recalibrate(MODEL, evaluate(MODEL, mm).eta, rated[:, None])
        new, truth = place(400, seed=100 + seed, shift=0.5, stretch=0.8)
        inside = sets.members(evaluate(recalibrated(MODEL, line), new).probabilities)
        for score in range(5):
            here = truth == score
            held[score] += inside[here, score].sum()
            count[score] += here.sum()
    assert (held / count > 0.76).all()
    assert (held / count).mean() < 0.95


def test_a_score_that_few_people_had_always_belongs() -> None:
    mm, rated = place(60, seed=40, shift=0.0, stretch=1.0)
    rated = np.minimum(rated, 3.0)
    sets = conformal_sets(MODEL, mm, rated[:, None], rated, np.arange(60).astype(str), date=DATE, level=0.9)
    assert sets.people[4] == 0
    assert sets.limits[4] == 0
    assert sets.members(np.array([[0.9, 0.05, 0.03, 0.01, 0.01]]))[0, 4]
    assert least_people(0.9) == 9
    assert least_people(0.95) == 19


def test_a_person_of_many_clips_counts_once() -> None:
    mm, rated = place(60, seed=41, shift=0.0, stretch=1.0)
    people = np.arange(60).astype(str)
    once = conformal_sets(MODEL, mm, rated[:, None], rated, people, date=DATE)
    twice = np.repeat(np.arange(60), 2)
    double = conformal_sets(MODEL, mm[twice], rated[twice, None], rated[twice], people[twice], date=DATE)
    assert double.people == once.people


def test_sets_have_no_gaps_and_are_never_empty() -> None:
    sets = ConformalSets((0.5, 0.5, 0.9, 0.1, 0.99), (9,) * 5, 0.9, 45, DATE)
    inside = sets.members(np.array([[0.6, 0.02, 0.05, 0.3, 0.03], [0.2, 0.3, 0.35, 0.05, 0.1]]))
    assert inside.tolist() == [[True, True, True, True, False], [False, False, True, False, False]]


def test_too_few_people_is_a_sentence() -> None:
    mm, rated = place(12, seed=42, shift=0.0, stretch=1.0)
    with pytest.raises(TooFewPeopleError, match="12 people"):
        conformal_sets(MODEL, mm, rated[:, None], rated, np.arange(12).astype(str), date=DATE)
