"""Which rating stands for an examination in a course: one person's as far as that goes, and never a draft's."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest

from tdscreen.course.points import MedicationChange, Point, Score, Source
from tdscreen.course.shown import Rated, Shown, rated_twice, standing
from tdscreen.records.entries import Rating, Scores
from tdscreen.records.worklist import ExaminationState, OwnRating
from tdscreen.vocabulary import Item

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)


def rated(
    day: int, rater: str, score: int, *, signed: bool = False, blind: bool = True, hour: int = 0
) -> Rated:
    at = NOW + timedelta(days=day, hours=hour)
    scores = Scores({3: score})
    rating = Rating(f"{rater}-{day}-{hour}", "p", f"e{day}", rater, scores, None, at, at, at, not blind, ())
    point = Point(f"e{day}", at, Source.RATING, rater, {Item.JAW: Score(float(score), None)})
    return Rated(rating, point, point, signed)


def shown(day: int, *ratings: Rated) -> Shown:
    state = ExaminationState(
        f"e{day}",
        "p",
        "4711",
        NOW + timedelta(days=day),
        1,
        1,
        True,
        OwnRating.LOCKED,
        len(ratings),
        True,
        False,
    )
    return Shown(state, ratings, None, None, withheld_estimate=False, withheld_ratings=0)


def stand(*of: Shown) -> list[tuple[str, float, bool]]:
    return [(one.point.by, one.point.items[Item.JAW].value, one.signed) for one in standing(of)]


def test_the_course_is_that_of_whoever_has_rated_most() -> None:
    days = (
        shown(0, rated(0, "r1", 1, signed=True), rated(0, "r2", 2)),
        shown(1, rated(1, "r2", 3)),
        shown(2),
        shown(3, rated(3, "r3", 4)),
    )
    assert stand(*days) == [("r2", 2.0, False), ("r2", 3.0, False), ("r3", 4.0, False)]


def test_of_two_who_have_rated_as_much_one_is_chosen_for_all() -> None:
    days = [shown(day, rated(day, "r2", 2, signed=True), rated(day, "r1", 1)) for day in range(3)]
    assert {by for by, _, _ in stand(*days)} == {"r1"}


def test_else_what_is_signed_stands_and_else_the_first() -> None:
    most = [shown(day, rated(day, "r1", 1)) for day in range(2)]
    signed = shown(5, rated(5, "r2", 2), rated(5, "r3", 3, signed=True))
    neither = shown(6, rated(6, "r4", 2), rated(6, "r5", 3))
    assert stand(*most, signed, neither)[2:] == [("r3", 3.0, True), ("r4", 2.0, False)]


def test_a_second_rating_of_the_same_person_tells_of_drift_and_not_of_the_patient() -> None:
    assert stand(shown(0, rated(0, "r1", 1), rated(0, "r1", 4, signed=True, hour=5))) == [("r1", 1.0, False)]


def test_only_ratings_without_the_estimate_tell_how_people_agree() -> None:
    ratings = [rated(0, "r1", 1), rated(0, "r2", 2), rated(1, "r1", 1), rated(1, "r2", 2, blind=False)]
    ((pair, pairs),) = rated_twice(ratings).items()
    assert pair == ("r1", "r2")
    assert len(pairs) == 1


@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Asia/Tokyo"])
def test_a_drug_stands_where_since_begins_on_the_clinic_s_clock_as_far_as_it_can_be_read(
    monkeypatch: pytest.MonkeyPatch, zone: str
) -> None:
    with monkeypatch.context() as there:
        there.setenv("TZ", zone)
        time.tzset()
        found = {
            since: f"{MedicationChange('Haloperidol', NOW, since, '', '4 mg a day').at.astimezone():%Y-%m-%d %H:%M}"
            for since in ("2019", "2019-05", "2019-05-03", "for years", "")
        }
        noted = f"{NOW.astimezone():%Y-%m-%d %H:%M}"
        # A day before all that a clock can show, in some zones, stops nothing.
        assert MedicationChange("Haloperidol", NOW, "0001-01-01", "", "").at <= NOW
    time.tzset()
    assert found == {
        "2019": "2019-01-01 00:00",
        "2019-05": "2019-05-01 00:00",
        "2019-05-03": "2019-05-03 00:00",
        "for years": noted,
        "": noted,
    }
