"""How raters agree is told to clinicians of the site, of what each may see, and of too few it is said."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from clinic_pages import again, everything_on, open_page, press, told
from clinic_people import NAME
from clinic_places import on_both_kinds
from measured_clips import clip as measured_clip
from measured_clips import quiet_face
from tdscreen.assessment.assess import assess
from tdscreen.clinicapp.service import Service, open_service
from tdscreen.records.assessments import add_assessment
from tdscreen.records.clinic import Clinic, Desk
from tdscreen.records.clips import import_clip
from tdscreen.records.entries import Examination, Patient, PatientDetails, Scores
from tdscreen.records.examinations import add_examination
from tdscreen.records.patients import add_patient
from tdscreen.records.ratings import change_rating, lock_rating, ratings, save_draft
from tdscreen.vocabulary import Task


def rate(desk: Desk, examination: Examination, score: int) -> None:
    whole = Scores({**dict.fromkeys(range(1, 11), score), 11: False, 12: False})
    lock_rating(desk, save_draft(desk, examination.id, whole, again=True).id)


@on_both_kinds
@pytest.mark.usefixtures("service")
def test_agreement_is_told_with_its_interval_and_number_and_of_too_few_it_is_said(
    clinic: Clinic, desk: Desk, patient: Patient
) -> None:
    second = clinic.desk("r2")
    assessment = assess([measured_clip(*quiet_face(tongue=True))])
    for n, (mine, hers) in enumerate([(0, 0), (1, 2), (2, 2), (3, 4)]):
        of = patient if n == 0 else add_patient(desk, PatientDetails(f"number {n}"))
        examination = add_examination(desk, of.id, held_at=clinic.now() - timedelta(days=n))
        add_assessment(desk, examination.id, assessment)
        rate(second, examination, hers)
        if n < 3:
            rate(desk, examination, mine)
        if n == 0:
            shown = everything_on(open_page("raters"))
            assert "Too few. Agreement needs 3 examinations that both have; there are 1." in shown
            assert "Nobody has rated an examination a second time yet" in shown
            rate(desk, examination, 1)
    shown = everything_on(open_page("raters"))
    assert "you, then r2" in shown
    assert "3 (3 patients)" in shown
    assert "+2.33 (+0.00 to +7.00)" in shown
    assert "Weighted kappa (quadratic) of each item" in shown
    assert "you, over 0 months in the middle" in shown
    assert "Too few." in shown
    assert "4 (4 patients)" not in shown, "what one has not rated oneself is not counted"
    looked = [entry for entry in clinic.audit_entries() if entry.kind == "estimate of examination"]
    assert {entry.who for entry in looked if entry.what == "saw"} == {"r1"}
    assert len({entry.on_id for entry in looked if entry.what == "saw"}) == 3
    # Who changes a locked rating has seen what others say, and agrees all the more: that is no agreement.
    for number in {entry.on_id for entry in looked if entry.what == "saw"}:
        for one in ratings(desk, number):
            if one.rater == "r1":
                alike = Scores({**dict.fromkeys(range(1, 11), 4), 11: False, 12: False})
                change_rating(desk, one.id, alike, why="As the others say.")
    assert everything_on(open_page("raters")) == shown


@pytest.mark.usefixtures("service")
def test_the_same_clip_is_rated_once_more_from_nothing_and_the_first_stays(
    desk: Desk, examination: Examination, sounding_clip: Path
) -> None:
    import_clip(desk, examination.id, sounding_clip, task=Task.REST)
    rate(desk, examination, 2)
    page = again(press(open_page("rating", examination.id), "Begin a second rating"))
    assert {radio.value for radio in page.radio} == {None}
    page.radio(key=f"score-{examination.id}-1").set_value(3).run()
    first, second = ratings(desk, examination.id)
    assert first.locked is not None
    assert first.locked.scores[1] == 2
    assert second.current.scores == {1: 3}
    # What is a draft appears nowhere as a result.
    assert "3 moderate</td>" not in everything_on(open_page("comparison", examination.id))


def test_agreement_is_nobody_elses(service: Service, clinic: Clinic, desk: Desk, patient: Patient) -> None:
    examination = add_examination(desk, patient.id, held_at=clinic.now())
    rate(desk, examination, 2)
    rate(clinic.desk("r2"), examination, 2)
    open_service(Service(clinic, "k1"))
    page = open_page("raters")
    assert "is not for an administrator. Ask a clinician." in told(page)
    assert "r2" not in everything_on(page)
    open_service(Service(clinic, "s1"))
    page = open_page("raters", examination.id)
    assert "No two people" in everything_on(page)
    assert "r2" not in everything_on(page)
    assert NAME not in everything_on(page)
