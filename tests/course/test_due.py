"""Who is due, by the guideline's interval, and what somebody should look at."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from tdscreen.assessment.assessment import Assessment
from tdscreen.course.change import compare
from tdscreen.course.due import Task, Why, due, worklist
from tdscreen.course.points import Point, Score, Source
from tdscreen.records.entries import Patient, PatientDetails, Risk, RiskStatement, Sex, StoredAssessment
from tdscreen.records.worklist import Unusable
from tdscreen.vocabulary import Item, TriageLevel

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
YOUNG_MAN = Patient("p", PatientDetails("x", 1990, Sex.MALE), NOW)


def test_the_interval_is_six_months_at_high_risk_and_twelve_otherwise() -> None:
    last = datetime(2026, 8, 31, 9, tzinfo=UTC)
    usual = due(YOUNG_MAN, [last, last - timedelta(days=400)], now=NOW)
    assert (usual.interval_months, usual.reasons, usual.last_at) == (12, (), last)
    assert usual.due_at == datetime(2027, 8, 31, 9, tzinfo=UTC)
    woman = due(replace(YOUNG_MAN, details=PatientDetails("x", 1990, Sex.FEMALE)), [last], now=NOW)
    assert (woman.interval_months, woman.reasons) == (6, ("a woman",))
    assert woman.due_at == datetime(2027, 2, 28, 9, tzinfo=UTC), "there is no 31st of February"
    for born, months in ((1970, 6), (1971, 12), (None, 12)):
        details = PatientDetails("x", born, Sex.MALE)
        assert due(replace(YOUNG_MAN, details=details), [last], now=NOW).interval_months == months
    said = (RiskStatement((Risk.MOOD_DISORDER,), "r1", NOW),)
    told = due(replace(YOUNG_MAN, said_of_risk=said), [last], now=NOW)
    assert (told.interval_months, told.reasons) == (6, ("a mood disorder",))
    taken_back = (*said, RiskStatement((), "r2", NOW))
    assert due(replace(YOUNG_MAN, said_of_risk=taken_back), [last], now=NOW).interval_months == 12, (
        "the last word holds"
    )


def test_overdue_is_who_was_never_rated_or_whose_day_has_passed() -> None:
    assert due(YOUNG_MAN, [], now=NOW).overdue
    assert due(YOUNG_MAN, [datetime(2025, 11, 25, tzinfo=UTC)], now=NOW).overdue
    assert not due(YOUNG_MAN, [datetime(2025, 11, 27, tzinfo=UTC)], now=NOW).overdue


def test_who_is_due_soon_is_not_overdue() -> None:
    for days, soon in ((29, True), (31, False), (-1, False)):
        last = NOW + timedelta(days=days - 365)
        found = due(YOUNG_MAN, [last], now=NOW)
        assert (found.soon, found.overdue) == (soon, days < 0)


def test_the_worklist_has_the_overdue_the_unusable_the_elevated_and_the_worse_oldest_first(
    some_assessment: Assessment,
) -> None:
    def stored(examination: str, assessment: Assessment | None, hours: int) -> StoredAssessment:
        at = NOW - timedelta(hours=hours)
        return StoredAssessment("a", "p", examination, assessment, "", "", "", "", at, at, None)

    def rated(score: float, hours: int) -> Point:
        items = {Item.JAW: Score(score, None)}
        return Point(f"rated {hours}", NOW - timedelta(hours=hours), Source.RATING, "r1", items)

    elevated = replace(some_assessment.triage, level=TriageLevel.ELEVATED)
    low = replace(some_assessment.triage, level=TriageLevel.LOW)
    found = worklist(
        [due(YOUNG_MAN, [], now=NOW), due(YOUNG_MAN, [NOW], now=NOW)],
        [Unusable("unusable", "p", NOW - timedelta(hours=2))],
        [
            stored("elevated", replace(some_assessment, triage=elevated), 1),
            stored("low", replace(some_assessment, triage=low), 3),
            stored("destroyed", None, 4),
        ],
        {
            "worse": [compare(rated(0, 30), rated(4, 3), rating_sd=0.5)],
            "better": [compare(rated(4, 30), rated(0, 3), rating_sd=0.5)],
            "within noise": [compare(rated(0, 30), rated(4, 3), rating_sd=5)],
            "nobody knows": [compare(rated(0, 30), rated(4, 3))],
        },
        now=NOW,
    )
    assert [(task.patient, task.why, task.examination) for task in found] == [
        ("worse", Why.WORSE, "rated 3"),
        ("p", Why.UNUSABLE, "unusable"),
        ("p", Why.ELEVATED, "elevated"),
        ("p", Why.OVERDUE, ""),
    ]
    assert found[1] == Task("p", Why.UNUSABLE, "unusable", NOW - timedelta(hours=2))
