"""Each page of each role opens at a store on PostgreSQL with something of everything in it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from clinic_pages import everything_on, open_page, told
from clinic_people import NAME
from made_tracks import made_tracks
from measured_clips import clip as measured_clip
from measured_clips import quiet_face
from tdscreen.assessment.assess import assess
from tdscreen.clinicapp.service import Service, open_service
from tdscreen.clinicapp.visit import PageName
from tdscreen.records.assessments import add_assessment
from tdscreen.records.clinic import Clinic, Desk
from tdscreen.records.clips import import_clip, keep_tracks
from tdscreen.records.entries import Agreement, ExposureDetails, Patient, Risk, Role, Scores
from tdscreen.records.examinations import add_examination
from tdscreen.records.invitations import invite
from tdscreen.records.jobs import enqueue
from tdscreen.records.patients import add_exposure, say_risks
from tdscreen.records.practice import keep_practice
from tdscreen.records.ratings import change_rating, lock_rating, save_draft, sign
from tdscreen.vocabulary import Task

MILD = Scores({**dict.fromkeys(range(1, 11), 2), 11: False, 12: False})
TITLES = {
    "r1": {
        PageName.PATIENTS: "Patients",
        PageName.WORKLIST: "Worklist",
        PageName.PATIENT: NAME,
        PageName.EXAMINATION: "Examination of ",
        PageName.RATING: "Rating",
        PageName.COMPARISON: "Comparison",
        PageName.COURSE: "Course over time",
        PageName.RATERS: "Raters",
        PageName.TRAINING: "Training",
        PageName.ABOUT: "About this tool",
    },
    "k1": {
        PageName.STAFF: "Staff",
        PageName.RETENTION: "Retention",
        PageName.AUDIT: "Audit log",
        PageName.DELETION: "Delete a patient",
    },
    "w1": {PageName.RESEARCH: "Export for research"},
}


def fill(clinic: Clinic, desk: Desk, patient: Patient, clip: Path) -> str:
    """Put something of everything into the store, and give the newer of two examinations."""
    clinic.add_staff("north", "w1", name="Wim Counter", role=Role.RESEARCHER)
    add_exposure(desk, patient.id, ExposureDetails("Haloperidol", since="2019", dose="4 mg a day"))
    say_risks(desk, patient.id, [Risk.MOOD_DISORDER])
    keep_practice(desk, "training-01", {1: 2})
    invite(desk, patient.id)
    second = clinic.desk("r2")
    estimate = assess([measured_clip(*quiet_face(tongue=True))])
    for days_ago in (200, 2):
        held = add_examination(desk, patient.id, held_at=clinic.now() - timedelta(days=days_ago))
        add_assessment(desk, held.id, estimate)
        for one in (desk, second):
            rating = lock_rating(one, save_draft(one, held.id, MILD).id)
        change_rating(second, rating.id, Scores({**MILD.scores, 3: 4}), why="Seen again.")
        if days_ago > 2:
            sign(second, rating.id, agreement=Agreement.NOT_SEEN)
    kept = import_clip(desk, held.id, clip, task=Task.REST)
    keep_tracks(desk, kept.id, made_tracks())
    enqueue(desk, held.id)
    return held.id


@pytest.mark.slow
@pytest.mark.parametrize("clinic", ["postgresql"], indirect=True)
def test_every_page_of_every_role_is_there(
    clinic: Clinic, desk: Desk, patient: Patient, sounding_clip: Path
) -> None:
    examination = fill(clinic, desk, patient, sounding_clip)
    of = {
        **dict.fromkeys((PageName.PATIENT, PageName.COURSE), patient.id),
        **dict.fromkeys((PageName.EXAMINATION, PageName.RATING, PageName.COMPARISON), examination),
    }
    assert {page for titles in TITLES.values() for page in titles} == set(PageName)
    for person, titles in TITLES.items():
        open_service(Service(clinic, person))
        for page, title in titles.items():
            opened = open_page(page, of.get(page, ""))
            assert opened.title[0].value.startswith(title), page
            assert 'role="alert"' not in told(opened), page
            assert person == "r1" or NAME not in everything_on(opened), page
    assert clinic.audit_problems() == []
