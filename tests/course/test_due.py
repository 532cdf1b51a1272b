"""Who is due, by the guideline's interval, and what somebody should look at."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from tdscreen.assessment.assessment import Assessment
from tdscreen.course.due import Task, Why, due, worklist
from tdscreen.records.entries import Patient, PatientDetails, Risk, RiskStatement, Sex, StoredAssessment
from tdscreen.vocabulary import TriageLevel

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


def test_the_worklist_has_the_overdue_the_unusable_and_the_elevated_oldest_first(
    some_assessment: Assessment,
) -> None:
    def stored(examination: str, assessment: Assessment | None, hours: int) -> StoredAssessment:
        at = NOW - timedelta(hours=hours)
        return StoredAssessment("a", "p", examination, assessment, "", "", "", "", at, at, None)

    (clip,) = some_assessment.clips
    bad = replace(clip, quality=replace(clip.quality, verdict=type(clip.quality.verdict)("unusable")))
    elevated = replace(some_assessment.triage, level=TriageLevel.ELEVATED)
    low = replace(some_assessment.triage, level=TriageLevel.LOW)
    found = worklist(
        [due(YOUNG_MAN, [], now=NOW), due(YOUNG_MAN, [NOW], now=NOW)],
        [
            stored("elevated", replace(some_assessment, triage=elevated), 1),
            stored("unusable", replace(some_assessment, clips=(bad,)), 2),
            stored("neither", replace(some_assessment, triage=low), 3),
            stored("half unusable", replace(some_assessment, clips=(clip, bad), triage=low), 3),
            stored("destroyed", None, 4),
        ],
        now=NOW,
    )
    assert [(task.why, task.examination) for task in found] == [
        (Why.UNUSABLE, "unusable"),
        (Why.ELEVATED, "elevated"),
        (Why.OVERDUE, ""),
    ]
    assert found[0] == Task("p", Why.UNUSABLE, "unusable", NOW - timedelta(hours=2))
