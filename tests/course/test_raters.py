"""How raters agree with each other and the tool, and who drifts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from tdscreen.course.points import Point, Score, Source
from tdscreen.course.raters import Pair, agreement, between_raters, drifts, noise_of_ratings, with_the_tool
from tdscreen.records.entries import Rating, Scores
from tdscreen.vocabulary import Item

THEN = datetime(2026, 3, 2, tzinfo=UTC)


def point(examination: str, by: str, *scores: float, source: Source = Source.RATING) -> Point:
    items = {item: Score(score, None) for item, score in zip(Item, scores, strict=False)}
    return Point(examination, THEN, source, by, items)


def pairs(difference: float, *, n: int = 12, noise: float = 0.0) -> list[Pair]:
    """Give pairs of totals over two items, of one person each."""
    random = np.random.default_rng(3)
    found = []
    for k in range(n):
        score = k % 4
        other = score + difference + noise * random.choice([-1, 1])
        found.append(Pair(f"p{k}", point(f"e{k}", "r1", score, score), point(f"e{k}", "r2", score, other)))
    return found


def test_who_rates_alike_agrees_wholly_and_a_shift_is_seen_as_one() -> None:
    alike = agreement(pairs(0.0))
    assert (alike.examinations, alike.people, alike.mean_difference, alike.icc) == (12, 12, 0.0, 1.0)
    assert alike.kappas == {Item.FACIAL_EXPRESSION: 1.0, Item.LIPS: 1.0}
    assert alike.icc_interval == (1.0, 1.0)
    higher = agreement(pairs(1.0))
    assert higher.mean_difference == 1.0
    assert higher.difference_interval == (1.0, 1.0)
    assert higher.icc is not None
    assert higher.icc < 1.0
    lips = higher.kappas[Item.LIPS]
    assert lips is not None
    assert lips < 1.0 == higher.kappas[Item.FACIAL_EXPRESSION]


def test_the_interval_holds_the_figure_and_is_of_people_and_not_of_rows() -> None:
    shaky = pairs(0.0, noise=1.0)
    found = agreement(shaky)
    assert found.icc is not None
    assert found.icc_interval is not None
    assert found.icc_interval[0] < found.icc < found.icc_interval[1]
    one_person = [Pair("p", pair.first, pair.second) for pair in shaky]
    assert agreement(one_person).icc_interval is None
    few = agreement(shaky[:2])
    assert (few.icc, few.kappas) == (None, {})
    assert few.reason == "Agreement needs 3 examinations that both have; there are 2."


def test_each_two_people_are_paired_by_their_first_ratings_of_an_examination() -> None:
    patients = {"a": "p1", "b": "p2"}
    points = [
        point("a", "r1", 1),
        point("a", "r2", 2),
        point("a", "r1", 4),
        point("b", "r3", 0),
        point("b", "r2", 1),
        point("a", "tool", 3.4, source=Source.ESTIMATE),
    ]
    found = between_raters(patients, points)
    assert set(found) == {("r1", "r2"), ("r2", "r3")}
    (pair,) = found["r1", "r2"]
    assert (pair.patient, pair.first.total(), pair.second.total()) == ("p1", 1, 2)
    tool = with_the_tool(patients, points)
    assert {rater: [pair.first.total() for pair in of] for rater, of in tool.items()} == {
        "r1": [1],
        "r2": [2],
    }


def test_drift_is_what_the_same_person_rates_higher_the_second_time() -> None:
    rated = []
    for k in range(5):
        for again, extra in ((False, 0), (True, 1)):
            at = THEN + timedelta(days=k + 182 * again)
            rating = Rating(f"{k}{again}", f"p{k}", f"e{k}", "r1", Scores(), None, at, at, at, False, ())
            rated.append((rating, point(f"e{k}", "r1", k % 3 + extra)))
    once = Rating("x", "p9", "e9", "r1", Scores(), None, THEN, THEN, THEN, False, ())
    (found,) = drifts([*reversed(rated), (once, point("e9", "r1", 4))])
    assert (found.rater, found.agreement.examinations, found.agreement.mean_difference) == ("r1", 5, 1.0)
    assert found.months == pytest.approx(6.0, abs=0.1)


def test_the_noise_of_a_rating_is_known_from_double_ratings() -> None:
    assert noise_of_ratings(pairs(0.0)) == 0.0
    # Differences of 1 throughout: a mean square of 1, of which each rating has half.
    assert noise_of_ratings(pairs(0.0, noise=1.0)) == pytest.approx(0.5**0.5)
    assert noise_of_ratings(pairs(0.0)[:2]) is None
