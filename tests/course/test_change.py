"""Change is said where it is beyond the measurement's own noise and matters to a person, and nowhere else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tdscreen.course.change import Judgement, changes, compare
from tdscreen.course.points import (
    Point,
    Score,
    Source,
    medication_changes,
    point_of_estimate,
    point_of_rating,
)
from tdscreen.records.entries import (
    Examination,
    ExaminationDetails,
    Exposure,
    ExposureDetails,
    Rating,
    Scores,
)
from tdscreen.vocabulary import Item

MORNING = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


def point(*scores: float, days: float = 0, sd: float | None = None, by: str = "r1") -> Point:
    """Give a point of the first items; an estimate if it says how sure it is."""
    source = Source.RATING if sd is None else Source.ESTIMATE
    items = {item: Score(score, sd) for item, score in zip(Item, scores, strict=False)}
    return Point(f"e{days}", MORNING + timedelta(days=days), source, by, items)


@pytest.mark.parametrize(
    ("later", "sd", "judgement", "important_by"),
    [
        ((1, 1), 0.1, Judgement.WITHIN_NOISE, 0),
        ((2, 2), 1.0, Judgement.WITHIN_NOISE, 1),
        ((2, 1.5), 0.1, Judgement.TOO_SMALL, 0),
        ((2, 2), 0.1, Judgement.CHANGED, 1),
        ((3, 2), 0.1, Judgement.CHANGED, 2),
    ],
    ids=["none", "2 points of a shaky estimate", "1.5 points", "2 points", "3 points"],
)
def test_an_estimate_has_changed_beyond_noise_and_by_what_matters(
    later: tuple[float, ...], sd: float, judgement: Judgement, important_by: int
) -> None:
    change = compare(point(1, 1, sd=sd), point(*later, days=90, sd=sd))
    # Two totals of two items each.
    assert change.noise == pytest.approx(1.96 * 2 * sd)
    assert (change.judgement, change.important_by) == (judgement, important_by)
    assert change.important == (2.0, 3.0)


def test_the_sentence_says_which_way_by_how_much_and_by_whose_measure() -> None:
    worse = compare(point(1, 1, sd=0.1), point(2, 2, days=90, sd=0.1))
    assert worse.said == (
        "Worse: 2.0 points is more than the measurement's own 0.4, and matters by the minimal important difference "
        "of 2 points, and not by that of 3.",
    )
    better = compare(point(3, 2, sd=0.1), point(1, 1, days=90, sd=0.1))
    assert better.difference == -3
    assert better.said[0].startswith("Better: ")
    assert better.said[0].endswith("by both minimal important differences (2 and 3 points).")


def test_a_rating_is_told_from_noise_by_the_clinics_own_double_ratings_alone() -> None:
    before, after = point(1, 1), point(4, 2, days=90)
    unknown = compare(before, after)
    assert unknown.judgement is Judgement.CANNOT_TELL
    assert "rated by two people" in unknown.said[0]
    known = compare(before, after, rating_sd=1.0)
    assert known.noise == pytest.approx(1.96 * 2**0.5)
    assert known.judgement is Judgement.CHANGED
    assert compare(before, after, rating_sd=2.0).judgement is Judgement.WITHIN_NOISE
    with pytest.raises(ValueError, match="not compared with an estimate"):
        compare(before, point(1, days=90, sd=0.1))


def test_only_what_was_seen_both_times_is_compared() -> None:
    change = compare(point(1, 1, 4, sd=0.1), point(1, 1, days=90, sd=0.1))
    assert change.difference == 0, "an item that was not seen is not 0"
    assert (
        "1 of the items was seen at one of the two only, and is left out: 2 of 7 are compared." in change.said
    )
    assert compare(point(sd=0.1), point(1, days=90, sd=0.1)).judgement is Judgement.CANNOT_TELL


def test_another_time_of_day_another_rater_and_another_model_are_said() -> None:
    evening = compare(point(1), point(1, days=90.375), rating_sd=1.0)
    assert evening.said[1].startswith("They were held at another time of day (09:30 and 18:30)")
    assert compare(point(1), point(1, days=90.1), rating_sd=1.0).said[1:] == ()
    # Around midnight the clock's figures are far apart and the times are not.
    berlin = ZoneInfo("Europe/Berlin")
    late = compare(point(1, days=0.56), point(1, days=90.64), rating_sd=1.0, zone=berlin)
    assert late.said[1:] == ()
    assert "Another person rated." in compare(point(1), point(1, days=90, by="r2"), rating_sd=1.0).said
    other_model = compare(point(1, sd=0.1), point(1, days=90, sd=0.1, by="other"))
    assert "assess the earlier examination anew" in other_model.said[1]


def test_a_change_needs_two() -> None:
    assert changes([]) == ([], "There is no examination: a change is told from two.")
    assert changes([point(1)]) == ([], "There is one examination: a change is told from two.")
    found, why = changes([point(3, days=9), point(1), point(2, days=5)])
    assert [change.difference for change in found] == [1, 1], "in the order of time"
    assert why == ""


def test_a_rating_is_as_it_stands_and_a_draft_is_none() -> None:
    examination = Examination("e", "p", MORNING, ExaminationDetails(), MORNING, "r1")
    locked = Scores({1: 2, 3: 1, 8: 4, 11: True}, {2: "Hidden by a mask."})
    draft = Rating("r", "p", "e", "r1", None, locked, MORNING, MORNING, None, None, ())
    assert point_of_rating(examination, draft) is None
    rating = Rating("r", "p", "e", "r1", locked, None, MORNING, MORNING, MORNING, False, ())
    found = point_of_rating(examination, rating)
    assert found is not None
    assert found.items == {Item.FACIAL_EXPRESSION: Score(2.0, None), Item.JAW: Score(1.0, None)}
    assert found.total() == 3.0
    assert found.total_sd() is None


def test_an_estimate_says_its_total_and_how_sure_it_is(some_assessment: object) -> None:
    from tdscreen.records.entries import StoredAssessment

    examination = Examination("e", "p", MORNING, ExaminationDetails(), MORNING, "r1")
    stored = StoredAssessment("a", "p", "e", some_assessment, "", "", "m", "", MORNING, MORNING, None)  # type: ignore[arg-type]
    found = point_of_estimate(examination, stored)
    assert found is not None
    assert stored.assessment is not None
    assert found.total() == pytest.approx(stored.assessment.total.expected)
    assert len(found.items) == stored.assessment.total.items_assessed > 0
    sd = found.total_sd()
    assert sd is not None
    assert 0 < sd < 4


def test_a_new_drug_and_another_dose_are_changes_and_the_same_again_is_none() -> None:
    notes = [
        ("Haloperidol", "4 mg"),
        ("haloperidol ", "4 mg"),
        ("Haloperidol", "2 mg"),
        ("Valbenazine", "40 mg"),
    ]
    exposures = [
        Exposure(f"x{n}", "p", ExposureDetails(drug, "2026", dose), MORNING + timedelta(days=n), "r1")
        for n, (drug, dose) in enumerate(notes)
    ]
    found = medication_changes(reversed(exposures))
    assert [(one.drug, one.before, one.after) for one in found] == [
        ("Haloperidol", "", "4 mg"),
        ("Haloperidol", "4 mg", "2 mg"),
        ("Valbenazine", "", "40 mg"),
    ]
