"""What the clinic's pages tell over time: risk, course, who is due; and what they keep from whom."""

from __future__ import annotations

import base64
import re
from dataclasses import replace
from datetime import timedelta

import pytest

from clinic_pages import again, everything_on, open_page, press, settled, told
from clinic_people import NAME
from clinic_places import on_both_kinds
from measured_clips import clip as measured_clip
from measured_clips import quiet_face
from tdscreen.assessment.assess import assess
from tdscreen.assessment.assessment import Assessment
from tdscreen.clinicapp.service import Service, open_service
from tdscreen.records.assessments import add_assessment
from tdscreen.records.clinic import Clinic, Desk
from tdscreen.records.entries import (
    Agreement,
    Examination,
    ExposureDetails,
    Patient,
    PatientDetails,
    Rating,
    Risk,
    Scores,
    Sex,
)
from tdscreen.records.examinations import add_examination
from tdscreen.records.patients import add_exposure, add_patient, patients
from tdscreen.records.ratings import lock_rating, save_draft, sign
from tdscreen.vocabulary import TriageLevel, Verdict

ESTIMATED = re.compile(r"\d ± \d|Estimates?: |Schooler-Kane")


@pytest.fixture(scope="module")
def assessment() -> Assessment:
    return assess([measured_clip(*quiet_face(tongue=True))])


def all_of(score: int, **others: int) -> Scores:
    """Give each item one score, or another to those that are named: ``item_3=4``."""
    scores: dict[int, int | bool] = {**dict.fromkeys(range(1, 11), score), 11: False, 12: False}
    return Scores({**scores, **{int(name.removeprefix("item_")): value for name, value in others.items()}})


def locked(desk: Desk, examination: Examination, scores: Scores) -> Rating:
    return lock_rating(desk, save_draft(desk, examination.id, scores).id)


def held(desk: Desk, patient: Patient, *, days_ago: float) -> Examination:
    return add_examination(desk, patient.id, held_at=desk.clinic.now() - timedelta(days=days_ago))


def drawn(page_says: str) -> str:
    """Give the SVG of every picture that a page has."""
    found = re.findall(r"data:image/svg\+xml;base64,([A-Za-z0-9+/=]+)", page_says)
    return "\n".join(base64.b64decode(one).decode() for one in found)


@pytest.mark.usefixtures("service")
def test_a_clinician_says_what_raises_the_risk_and_it_moves_the_day_that_is_due(
    desk: Desk, patient: Patient, examination: Examination
) -> None:
    page = open_page("patient", patient.id)
    assert "the first is due now" in everything_on(page)
    assert "Nobody has said yet" in everything_on(page)
    nothing_seen = Scores({}, dict.fromkeys(range(1, 13), "not in the picture"))
    lock_rating(desk, save_draft(desk, examination.id, nothing_seen).id)
    page = open_page("patient", patient.id)
    assert "the first is due now" in everything_on(page), "what was not seen was not examined"
    locked(desk, held(desk, patient, days_ago=1), all_of(0))
    page = open_page("patient", patient.id)
    assert "(high risk: older than 55)" in everything_on(page)
    page.checkbox(key="risk-MOOD_DISORDER").check()
    page = again(press(page, "Save what raises the risk"))
    (said,) = patients(desk)[0].said_of_risk
    assert (said.risks, said.said_by) == ((Risk.MOOD_DISORDER,), "r1")
    shown = everything_on(page)
    assert "every 6 months (high risk: older than 55, a mood disorder)" in shown
    assert "Said by r1 on" in shown
    assert page.checkbox(key="risk-MOOD_DISORDER").value is True


@on_both_kinds
@pytest.mark.usefixtures("service")
def test_the_course_shows_what_was_rated_and_estimated_in_pictures_and_in_words(
    clinic: Clinic, desk: Desk, patient: Patient, assessment: Assessment
) -> None:
    add_exposure(desk, patient.id, ExposureDetails("Haloperidol", since="2019", dose="4 mg a day"))
    first, second = held(desk, patient, days_ago=200), held(desk, patient, days_ago=20)
    since = f"{desk.clinic.now() - timedelta(days=100):%Y-%m-%d}"
    add_exposure(desk, patient.id, ExposureDetails("Haloperidol", since=since, dose="<b>2</b> mg a day"))
    for one in (first, second):
        add_assessment(desk, one.id, assessment)
    page = open_page("course", patient.id)
    assert "no examination has a rating of yours that is locked" in everything_on(page)
    signed = locked(desk, first, all_of(1))
    sign(desk, signed.id, agreement=Agreement.NOT_SEEN)
    locked(desk, second, all_of(2, item_3=4))
    save_draft(clinic.desk("r2"), first.id, all_of(3))
    shown = everything_on(open_page("course", patient.id))
    pictures = drawn(shown)
    assert 'fill="#1b2733" stroke' in pictures
    assert pictures.count("<polyline") == 2 * pictures.count("<svg")
    assert "3. Jaw, over time. Ratings: " in shown, "each picture has its words"
    assert "Squares that are not filled are drafts" in shown
    assert "Rating by r1, signed" in shown
    assert "Rating by r1, draft: not signed" in shown
    assert "Rating by r2" not in shown, "what nobody has locked is no result"
    assert "16 (7 of 7 items)" in shown
    assert re.search(r"Estimate by software.{0,300}\d ± \d", shown)
    assert "not assessed" in shown
    # The dose of before the first examination is in the list, the other in the pictures, too.
    assert ">2</text>" in pictures
    assert ">1, 2</text>" not in pictures
    assert "4 mg a day before, &lt;b&gt;2&lt;/b&gt; mg a day now" in shown


@pytest.mark.usefixtures("service")
def test_two_ratings_of_one_examination_by_one_person_are_told_apart(
    clinic: Clinic, desk: Desk, patient: Patient
) -> None:
    one = held(desk, patient, days_ago=20)
    mine = [lock_rating(desk, save_draft(desk, one.id, all_of(score), again=True).id) for score in (1, 3)]
    locked(clinic.desk("r2"), one, all_of(2))
    shown = everything_on(open_page("course", patient.id))
    for number, rating in enumerate(mine, 1):
        assert rating.locked_at is not None
        locked_at = f"{rating.locked_at.astimezone():%d %B %Y, %H:%M}"
        assert f"Rating by r1, number {number} of 2, locked {locked_at}, draft: not signed" in shown
    assert "Rating by r2, draft: not signed" in shown


@pytest.mark.usefixtures("service")
def test_change_is_said_with_its_noise_and_both_differences_that_matter(
    clinic: Clinic, desk: Desk, patient: Patient, assessment: Assessment
) -> None:
    second_desk = clinic.desk("r2")
    days = [held(desk, patient, days_ago=days_ago) for days_ago in (300, 200, 100.25)]
    locked(desk, days[0], all_of(1))
    shown = everything_on(open_page("course", patient.id))
    assert "There is one examination: a change is told from two." in shown
    locked(desk, days[1], all_of(2))
    shown = everything_on(open_page("course", patient.id))
    assert "three are needed" in shown
    assert "cannot be told from noise" in shown
    locked(desk, days[2], all_of(2))
    for day in days:
        locked(second_desk, day, all_of(1))
    shown = everything_on(open_page("course", patient.id))
    assert "by 3 pairs of ratings" in shown
    assert "may come from the measurement alone" in shown
    assert "Reaches 2 points" in shown
    assert "Reaches 3 points" in shown
    assert "another time of day" in shown
    assert "A draft: the two ratings are not both signed." in shown


@pytest.mark.usefixtures("service")
def test_the_course_does_not_get_round_the_blinding(
    clinic: Clinic, desk: Desk, patient: Patient, assessment: Assessment
) -> None:
    seen, unseen = held(desk, patient, days_ago=200), held(desk, patient, days_ago=20)
    second = clinic.desk("r2")
    for one in (seen, unseen):
        add_assessment(desk, one.id, assessment)
        locked(second, one, all_of(3))
    save_draft(desk, unseen.id, all_of(1))
    shown = everything_on(open_page("course", patient.id))
    assert not ESTIMATED.search(shown + drawn(shown))
    assert "Rating by r2" not in shown
    page = open_page("course", patient.id)
    assert (
        "Not shown: the estimates of 2 examinations and ratings of 2 examinations by others. "
        "You see them once you have locked your own rating." in told(page)
    )
    assert "saw" not in [
        entry.what for entry in clinic.audit_entries() if entry.kind == "estimate of examination"
    ]
    locked(desk, seen, all_of(1))
    page = open_page("course", patient.id)
    assert "Not shown: the estimates of 1 examination and" in told(page)
    (figures,) = [one.proto.body for one in page.get("html") if "Figures of the course" in one.proto.body]
    assert figures.count("Estimate by software") == 1
    looked = {entry.on_id for entry in clinic.audit_entries() if entry.what == "saw" and entry.who == "r1"}
    assert seen.id in looked
    assert unseen.id not in looked
    settled(page.button(key=f"rate-{unseen.id}").click().run())
    assert page.query_params == {"page": ["rating"], "of": [unseen.id]}


def test_another_site_sees_no_course(service: Service, patient: Patient, examination: Examination) -> None:
    locked(service.clinic.desk("r1"), examination, all_of(3))
    open_service(Service(service.clinic, "s1"))
    for of in (patient.id, examination.id, "'; DROP TABLE patients; --"):
        opened = open_page("course", of)
        assert "There is no such entry" in told(opened)
        assert NAME not in everything_on(opened)


@pytest.mark.usefixtures("service")
def test_no_picture_sums_more_items_at_one_examination_than_at_another(desk: Desk, patient: Patient) -> None:
    old, new = (held(desk, patient, days_ago=days_ago) for days_ago in (400, 3))
    locked(desk, old, all_of(1))
    without_legs = Scores({n: s for n, s in all_of(2).scores.items() if n != 6}, {6: "under the table"})
    locked(desk, new, without_legs)
    shown = everything_on(open_page("course", patient.id))
    assert re.search(
        r"Ratings, items 1, 2, 3, 4, 5 and 7 together, over time\. Ratings: \d+ \w+ \d+ 6; \d+ \w+ \d+ 12\.",
        shown,
    )
    # Nobody knows here how far two ratings differ: that is not the same as no change.
    assert "Of 1 patient the last rating or estimate is higher by 2 points or more" in everything_on(
        open_page("worklist")
    )


@on_both_kinds
@pytest.mark.usefixtures("service")
def test_the_worklist_says_who_is_due_what_cannot_be_used_and_what_grew_worse(
    clinic: Clinic, desk: Desk, patient: Patient, assessment: Assessment
) -> None:
    never = add_patient(desk, PatientDetails("4712", 1990, Sex.MALE))
    old, new, bad = (held(desk, patient, days_ago=days_ago) for days_ago in (600, 400, 1))
    (clip,) = assessment.clips
    unusable = replace(clip, quality=replace(clip.quality, verdict=Verdict.UNUSABLE))
    add_assessment(desk, bad.id, replace(assessment, clips=(unusable,)))
    elevated = replace(assessment, triage=replace(assessment.triage, level=TriageLevel.ELEVATED))
    add_assessment(desk, new.id, elevated)
    second = clinic.desk("r2")
    for examination, score in ((old, 0), (new, 3)):
        locked(second, examination, all_of(score))
    page = open_page("worklist")
    assert [one.value for one in page.header] == [
        "Overdue (2)",
        "To be rated by you",
        "To be signed (2)",
        "Cannot be used (1)",
        "Sorted as elevated, not signed",
        "Worse than before",
        "Without clips (3)",
    ], "what estimates and others say is not listed before one has locked a rating"
    shown = everything_on(page)
    assert "the first is due now" in shown
    assert "was due on" in shown
    assert "No clip can be used" in shown
    assert "of 2 examinations say is in none of these lists" in shown
    locked(second, bad, all_of(0))
    headers = [one.value for one in open_page("worklist").header]
    assert "Cannot be used" in headers, "what somebody has rated all the same waits for nobody"
    third = add_examination(desk, never.id, held_at=clinic.now() - timedelta(days=350))
    locked(second, third, all_of(1))
    for examination, score in ((old, 0), (new, 3), (third, 1)):
        locked(desk, examination, all_of(score))
    page = open_page("worklist")
    headers = [one.value for one in page.header]
    assert headers[:2] == ["Overdue", "Due soon (1)"]
    assert headers[5:7] == ["Sorted as elevated, not signed (1)", "Worse than before (1)"]
    assert "Ratings. Worse: 21.0 points is more than the measurement" in everything_on(page)
    assert everything_on(page).count("A draft: the two ratings are not both signed.") == 1
    settled(page.button(key=f"open-Worse than before-{patient.id}").click().run())
    assert page.query_params == {"page": ["course"], "of": [patient.id]}


def test_another_site_s_worklist_is_its_own(
    service: Service, patient: Patient, examination: Examination
) -> None:
    open_service(Service(service.clinic, "s1"))
    page = open_page("worklist", examination.id)
    assert NAME not in everything_on(page)
    assert "Nobody is overdue." in everything_on(page)
    open_service(Service(service.clinic, "k1"))
    for name in ("worklist", "course", "patient"):
        page = open_page(name, patient.id)
        assert "is not for an administrator" in told(page)
        assert NAME not in everything_on(page)
