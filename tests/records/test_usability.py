"""Unusable recordings are counted by half year and group, of this site alone, each with its n and an interval."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from clinic_people import Clock
from measured_clips import clip as measured_clip
from measured_clips import quiet_face
from tdscreen.assessment.assess import assess
from tdscreen.records.assessments import add_assessment
from tdscreen.records.clinic import Clinic, Desk
from tdscreen.records.entries import PatientDetails, Sex
from tdscreen.records.examinations import add_examination
from tdscreen.records.patients import add_patient
from tdscreen.records.usability import age_band, usability
from tdscreen.vocabulary import Verdict


def examined(desk: Desk, details: PatientDetails, day: datetime, verdicts: Sequence[Verdict]) -> str:
    held = add_examination(desk, add_patient(desk, details).id, held_at=day)
    found = [
        measured_clip(*quiet_face(tongue=False), file=f"{n}.mp4", verdict=verdict)
        for n, verdict in enumerate(verdicts)
    ]
    add_assessment(desk, held.id, assess(found))
    return held.id


def test_recordings_are_counted_once_by_sex_age_and_half_year(
    clinic: Clinic, desk: Desk, clock: Clock
) -> None:
    march, august = datetime(2025, 3, 2, tzinfo=UTC), datetime(2025, 8, 2, tzinfo=UTC)
    good, bad = Verdict.GOOD, Verdict.UNUSABLE
    twice = examined(desk, PatientDetails("a", 1990, Sex.FEMALE), march, [bad, good])
    examined(desk, PatientDetails("b", 1950, Sex.MALE), march, [bad, bad, Verdict.LIMITED])
    examined(desk, PatientDetails("c"), august, [good])
    examined(clinic.desk("s1"), PatientDetails("d", 1950), march, [bad])
    # An estimate that was made anew takes the place of the one before.
    clock.move(minutes=1)
    add_assessment(desk, twice, assess([measured_clip(*quiet_face(tongue=True), file="0.mp4")]))
    found = usability(clinic.desk("w1"))
    spring, autumn = "2025, January to June", "2025, July to December"
    assert [(one.half_year, one.by, one.group, one.unusable, one.recordings) for one in found] == [
        (autumn, "all", "everybody", 0, 1),
        (autumn, "age", "not noted", 0, 1),
        (autumn, "sex", "not noted", 0, 1),
        (spring, "all", "everybody", 2, 4),
        (spring, "age", "75 years and over", 2, 3),
        (spring, "age", "under 40 years", 0, 1),
        (spring, "sex", "female", 0, 1),
        (spring, "sex", "male", 2, 3),
    ]
    low, high = found[3].interval
    assert 0.1 < low < 0.5 < high < 0.9


@pytest.mark.parametrize(
    ("born", "band"),
    [(1987, "under 40 years"), (1986, "40 to 59 years"), (1951, "75 years and over"), (None, "not noted")],
)
def test_an_age_belongs_to_the_band_that_it_reaches(born: int | None, band: str) -> None:
    assert age_band(born, datetime(2026, 1, 1, tzinfo=UTC)) == band
