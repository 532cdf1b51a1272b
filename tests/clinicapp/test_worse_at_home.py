"""What grew worse between recordings at home is on the worklist: by the patient's words, and by what is measured."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from clinic_pages import everything_on, open_page
from measured_clips import clip as measured_clip
from measured_clips import quiet_face
from tdscreen.assessment.assess import assess
from tdscreen.assessment.assessment import Assessment
from tdscreen.clinicapp.service import Service
from tdscreen.records.assessments import add_assessment
from tdscreen.records.at_home import add_clip, agree, answer, finish, skip_task, withdraw
from tdscreen.records.clinic import Clinic, Desk
from tdscreen.records.entries import AtHomeAnswers, Patient, Scores
from tdscreen.records.examinations import add_examination
from tdscreen.records.invitations import invitations, invite
from tdscreen.records.ratings import lock_rating, save_draft
from tdscreen.vocabulary import Task


@pytest.fixture(scope="module")
def assessment() -> Assessment:
    return assess([measured_clip(*quiet_face(tongue=True))])


def all_at(score: int, assessment: Assessment) -> Assessment:
    """Make an assessment whose every item is surely one score."""
    sure = tuple(float(score == one) for one in range(5))
    items = {
        item: replace(said, probabilities=sure) if said.assessed else said
        for item, said in assessment.items.items()
    }
    return replace(assessment, items=items)


def recorded(
    desk: Desk, patient: Patient, answers: AtHomeAnswers, clip: Path | None, *, bad: bool = False
) -> str:
    """Record at home, and give the invitation."""
    one = invite(desk, patient.id).id
    at_home = desk.clinic.desk_of_patient("north", invited_by="r1")
    agree(at_home, one, version="1", language="en")
    answer(at_home, one, answers, programme="short")
    if clip is not None:
        said = {"slug": "rest", "take": 1, "sha256": "0" * 64}
        add_clip(at_home, one, clip, task=Task.REST, recorded=said)
    if bad:
        skip_task(at_home, one, slug="tongue_out", reason="unwell")
    finish(at_home, one)
    return one


def test_a_patient_who_is_more_bothered_is_listed_before_anybody_has_rated(
    service: Service, clinic: Clinic, desk: Desk, patient: Patient, sounding_clip: Path
) -> None:
    recorded(desk, patient, AtHomeAnswers(aware=1, incapacitated=2), None)
    assert "Worse than before" in [one.value for one in open_page("worklist").header]
    last = recorded(desk, patient, AtHomeAnswers(aware=3, incapacitated=2), sounding_clip, bad=True)
    page = open_page("worklist")
    headers = [one.value for one in page.header]
    assert headers[0] == "Felt bad while recording at home (1)"
    assert "Worse than before (1)" in headers
    shown = everything_on(page)
    assert ", recorded at home" in shown
    assert "not by an estimate: is more bothered by the movements than the last time." in shown
    assert "estimate of examination" not in [entry.kind for entry in clinic.audit_entries()]
    # Who agrees to the next one, and goes no further, has said nothing else.
    agree(
        desk.clinic.desk_of_patient("north", invited_by="r1"),
        invite(desk, patient.id).id,
        version="1",
        language="en",
    )
    assert [one.value for one in open_page("worklist").header] == headers
    # What was withdrawn is nobody's worry any more.
    withdraw(clinic.desk_of_patient("north", invited_by="r1"), last)
    headers = [one.value for one in open_page("worklist").header]
    assert "Worse than before" in headers
    assert "Felt bad while recording at home (1)" not in headers


def test_who_made_no_clip_because_it_felt_bad_is_listed_too(
    service: Service, desk: Desk, patient: Patient
) -> None:
    recorded(desk, patient, AtHomeAnswers(), None, bad=True)
    page = open_page("worklist")
    assert "Felt bad while recording at home (1)" in [one.value for one in page.header]
    assert "without a clip" in everything_on(page)
    page.button(key=f"open-felt-bad-{patient.id}").click().run()
    assert page.query_params == {"page": ["patient"], "of": [patient.id]}


def test_an_estimate_that_grew_worse_at_home_is_listed_as_such_once_the_clinician_has_rated(
    service: Service, desk: Desk, patient: Patient, assessment: Assessment, sounding_clip: Path
) -> None:
    before = add_examination(desk, patient.id, held_at=desk.clinic.now() - timedelta(days=30)).id
    recorded(desk, patient, AtHomeAnswers(aware=1), sounding_clip)
    (at_home,) = [one.examination for one in invitations(desk, patient.id)]
    assert at_home is not None
    for examination, score in ((before, 0), (at_home, 4)):
        add_assessment(desk, examination, all_at(score, assessment))
    assert "Worse than before" in [one.value for one in open_page("worklist").header], "it is withheld"
    for examination in (before, at_home):
        lock_rating(
            desk,
            save_draft(desk, examination, Scores(dict.fromkeys(range(1, 11), 1) | {11: False, 12: False})).id,
        )
    page = open_page("worklist")
    assert "Worse than before (1)" in [one.value for one in page.header]
    (line,) = [one.value for one in page.text if "Estimates. Worse:" in one.value]
    assert ", recorded at home\n" in line
