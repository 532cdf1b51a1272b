"""The clinic's pages, run as Streamlit runs them: what they let a person do, and what they keep from whom."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from clinic_pages import again, everything_on, open_page, press, settled, told
from clinic_people import NAME
from clips import scene, write_clip
from measured_clips import clip as measured_clip
from measured_clips import quiet_face
from tdscreen.assessment.assess import assess
from tdscreen.assessment.assessment import Assessment
from tdscreen.clinicapp.aims import ITEMS
from tdscreen.clinicapp.service import Service, open_service
from tdscreen.printing import day
from tdscreen.records.assessments import add_assessment
from tdscreen.records.clinic import Clinic, Desk
from tdscreen.records.clips import decide_retention, import_clip
from tdscreen.records.database import writing
from tdscreen.records.entries import Activation, Agreement, Examination, Patient, Role, Scores
from tdscreen.records.examinations import examinations
from tdscreen.records.jobs import fail, finish, take, tell_progress
from tdscreen.records.patients import exposures, patients
from tdscreen.records.ratings import lock_rating, ratings, save_draft, sign, sign_offs
from tdscreen.records.tables import FILES
from tdscreen.records.times import written
from tdscreen.vocabulary import Task

ALL_MILD = Scores({**dict.fromkeys(range(1, 11), 2), 11: False, 12: False}, {}, "seen from the side")
SCORE_OF_ESTIMATE = re.compile(r"\d ± \d|Estimate from video|What moved the estimate|Schooler-Kane")


@pytest.fixture(scope="module")
def assessment() -> Assessment:
    return assess([measured_clip(*quiet_face(tongue=True))])


@pytest.mark.usefixtures("service")
def test_a_patient_is_added_found_and_described(desk: Desk) -> None:
    page = open_page()
    assert page.title[0].value == "Patients"
    page.text_input(key="identifier-new").input("4711 <b>bold</b>")
    page.number_input(key="year-new").set_value(1961)
    page = press(page, "Add the patient")
    (added,) = patients(desk)
    assert added.details.identifier == "4711 <b>bold</b>"
    assert added.details.year_of_birth == 1961
    assert page.query_params == {"page": ["patient"], "of": [added.id]}
    page = again(page)
    # An identifier is never read as formatting.
    assert page.title[0].value == r"4711 \<b\>bold\</b\>"

    page.text_input(key="drug").input("Haloperidol")
    page.text_input(key="dose").input("4 mg a day")
    page = press(page, "Note it")
    assert exposures(desk, added.id)[0].details.dose == "4 mg a day"

    page = again(page)
    page.text_input(key="held").input("2026-03-01 09:30")
    page.selectbox(key="gum-new").set_value(False)
    page.number_input(key="slept-new").set_value(6.5)
    page = again(press(page, "Add the examination"))
    (held,) = examinations(desk, added.id)
    assert held.held_at.astimezone().strftime("%Y-%m-%d %H:%M") == "2026-03-01 09:30"
    assert held.details.gum is False
    assert held.details.dentures is None
    assert held.details.hours_slept == 6.5
    assert page.title[0].value == "Examination of 01 March 2026, 09:30"
    assert "Draft. Nobody has signed" in told(page)

    page = again(press(page, "Patients"))
    page.text_input(key="find").input("471").run()
    assert any("4711" in text.value for text in page.text)
    page.text_input(key="find").input("nobody").run()
    assert not any("4711" in text.value for text in page.text)


@pytest.mark.usefixtures("service", "patient")
def test_what_cannot_be_is_said_in_a_sentence_and_nothing_is_lost(desk: Desk) -> None:
    page = open_page()
    page.text_input(key="identifier-new").input(NAME)
    page = press(page, "Add the patient")
    assert "already" in told(page)
    assert len(patients(desk)) == 1
    page = open_page("patient", patients(desk)[0].id)
    for slip, said in (
        ("yesterday", "is no day and time"),
        ("0001-01-01 00:00", "day and time|look at the year"),
        ("9999-12-31 23:59", "day and time|look at the year"),
    ):
        page = open_page("patient", patients(desk)[0].id)
        page.text_input(key="held").input(slip)
        page = press(page, "Add the examination")
        assert re.search(said, told(page))
    assert examinations(desk, patients(desk)[0].id) == []


@pytest.mark.usefixtures("service")
def test_a_rating_is_saved_as_one_goes_and_locked_when_it_is_whole(
    desk: Desk, examination: Examination
) -> None:
    page = open_page("rating", examination.id)
    assert [radio.label for radio in page.radio] == [
        "A movement that is seen only on activation is",
        *(f"{guide.number}. {guide.title}" for guide in ITEMS),
    ]
    assert page.button(key="lock").disabled
    page.radio(key=f"score-{examination.id}-1").set_value(3).run()
    (draft,) = ratings(desk, examination.id)
    assert draft.current == Scores({1: 3}, {}, "")

    # The same page in another tab, or after the server was ended, goes on from there.
    page = open_page("rating", examination.id)
    assert page.radio(key=f"score-{examination.id}-1").value == 3
    for guide in ITEMS[1:11]:
        page.radio(key=f"score-{examination.id}-{guide.number}").set_value(False if guide.yes_no else 0)
    page.radio(key=f"score-{examination.id}-12").set_value("not rated")
    page = settled(page.run())
    assert page.button(key="lock").disabled
    page.text_input(key=f"reason-{examination.id}-12").input("not asked").run()
    page.text_area(key=f"comment-{examination.id}").input("seen from the side").run()
    assert page.button(key="lock").disabled
    page = settled(page.radio(key=f"activation-{examination.id}").set_value(Activation.ONE_LESS).run())
    page = press(page, "Lock my rating")
    (locked,) = ratings(desk, examination.id)
    assert locked.locked is not None
    assert locked.locked.scores == {1: 3, **dict.fromkeys(range(2, 11), 0), 11: False}
    assert locked.locked.reasons == {12: "not asked"}
    assert locked.locked.comment == "seen from the side"
    assert locked.locked.activation is Activation.ONE_LESS
    assert locked.estimate_seen is False
    assert page.title[0].value == "Comparison"
    assert any("activation: scored one less" in text.value for text in again(page).text)


@pytest.mark.usefixtures("service")
@pytest.mark.parametrize("page", ["examination", "rating", "comparison", "worklist", "patients"])
def test_no_page_tells_the_estimate_before_the_rating_is_locked(
    desk: Desk, examination: Examination, assessment: Assessment, page: str
) -> None:
    add_assessment(desk, examination.id, assessment)
    save_draft(desk, examination.id, ALL_MILD)
    shown = everything_on(open_page(page, examination.id))
    assert not SCORE_OF_ESTIMATE.search(shown)
    looked = [entry for entry in desk.clinic.audit_entries() if entry.kind == "estimate of examination"]
    assert [entry.what for entry in looked] == ["added"]


@pytest.mark.usefixtures("service")
def test_whoever_chooses_to_see_the_estimate_first_has_it_written_beside_the_rating(
    desk: Desk, examination: Examination, assessment: Assessment
) -> None:
    add_assessment(desk, examination.id, assessment)
    draft = save_draft(desk, examination.id, ALL_MILD)
    page = open_page("rating", examination.id)
    assert any("recorded" in text.value for text in page.markdown)
    page = press(page, "Show the estimate now")
    assert SCORE_OF_ESTIMATE.search(everything_on(page))
    assert lock_rating(desk, draft.id).estimate_seen is True
    page = open_page("comparison", examination.id)
    assert any("after having seen the estimate" in text.value for text in page.text)


@pytest.mark.usefixtures("service")
def test_another_s_rating_is_not_told_before_one_s_own_is_locked(
    clinic: Clinic, desk: Desk, examination: Examination
) -> None:
    second = clinic.desk("r2")
    lock_rating(second, save_draft(second, examination.id, ALL_MILD).id)
    shown = everything_on(open_page("comparison", examination.id))
    assert "2 mild" not in shown
    assert "seen from the side" not in shown
    lock_rating(desk, save_draft(desk, examination.id, Scores(ALL_MILD.scores, {}, "")).id)
    shown = everything_on(open_page("comparison", examination.id))
    assert "Rating by r2" in shown
    assert "seen from the side" in shown


@pytest.mark.usefixtures("service")
def test_after_the_lock_all_stands_side_by_side_and_can_be_changed_and_signed(
    desk: Desk, examination: Examination, assessment: Assessment
) -> None:
    add_assessment(desk, examination.id, assessment)
    own = lock_rating(desk, save_draft(desk, examination.id, ALL_MILD).id)
    page = open_page("comparison", examination.id)
    shown = everything_on(page)
    assert SCORE_OF_ESTIMATE.search(shown)
    assert "2 mild" in shown
    assert "14 of 28 (7 of 7 rated)" in shown
    assert "not estimated: only a person can rate it" in shown
    assert "Draft. Nobody has signed" in told(page)

    page.radio(key=f"score-{own.id}-0-2").set_value(3)
    page = press(page, "Keep the change")
    assert "why" in told(page)
    page = again(page)
    page.radio(key=f"score-{own.id}-0-2").set_value(3)
    page.text_input(key=f"why-{own.id}-0").input("looked again at half speed")
    page = again(press(page, "Keep the change"))
    (changed,) = ratings(desk, examination.id)
    assert changed.current.scores[2] == 3
    assert changed.locked == ALL_MILD
    assert "looked again at half speed" in everything_on(page)

    page = press(page, "Sign")
    assert "Say whether the estimate agrees" in told(page)
    page = again(page)
    page.radio(key="agreement").set_value(Agreement.DIFFERS)
    page.text_input(key="sign-comment").input("lips were hard to see")
    page = again(press(page, "Sign"))
    (signed,) = sign_offs(desk, examination.id)
    assert signed.agreement is Agreement.DIFFERS
    assert signed.comment == "lips were hard to see"
    assert signed.scores.scores[2] == 3
    assert "Signed. A rating" in told(page)

    # What was changed after the signature is a draft again.
    page.radio(key=f"score-{own.id}-1-3").set_value(1)
    page.text_input(key=f"why-{own.id}-1").input("the jaw at full speed")
    page = again(press(page, "Keep the change"))
    assert "Draft. Nobody has signed" in told(page)


@pytest.mark.usefixtures("service")
def test_two_tabs_do_not_undo_each_other(desk: Desk, examination: Examination) -> None:
    first, second = (open_page("rating", examination.id) for _ in range(2))
    first.radio(key=f"score-{examination.id}-1").set_value(3).run()
    second.radio(key=f"score-{examination.id}-2").set_value(1)
    assert "changed elsewhere meanwhile, as in another tab" in told(second.run())
    assert ratings(desk, examination.id)[0].current.scores == {1: 3}
    lock_rating(desk, save_draft(desk, examination.id, ALL_MILD).id)
    first.radio(key=f"score-{examination.id}-1").set_value(4)
    assert "locked already" in told(first.run())
    (only,) = ratings(desk, examination.id)
    assert only.current == ALL_MILD, "no second rating was begun by a tab that was left open"


@pytest.mark.usefixtures("service")
def test_a_second_rating_of_one_s_own_is_called_one_s_own(desk: Desk, examination: Examination) -> None:
    for _ in range(2):
        lock_rating(desk, save_draft(desk, examination.id, ALL_MILD, again=True).id)
    page = open_page("comparison", examination.id)
    assert "Your rating, number 2" in everything_on(page)
    assert "by r1" not in everything_on(page)
    assert page.selectbox(key="sign-which").options == ["Your rating", "Your rating, number 2"]


@pytest.mark.usefixtures("service")
def test_a_signature_without_an_estimate_says_so(desk: Desk, examination: Examination) -> None:
    lock_rating(desk, save_draft(desk, examination.id, ALL_MILD).id)
    press(open_page("comparison", examination.id), "Sign")
    assert sign_offs(desk, examination.id)[0].agreement is Agreement.NOT_SEEN


@pytest.mark.usefixtures("service")
def test_who_signed_lets_the_patient_read_a_summary_and_takes_it_back(
    desk: Desk, examination: Examination
) -> None:
    lock_rating(desk, save_draft(desk, examination.id, ALL_MILD).id)
    page = press(open_page("comparison", examination.id), "Sign")
    assert sign_offs(desk, examination.id)[0].released_at is None
    press(page, "Let the patient read a summary")
    assert sign_offs(desk, examination.id)[0].released_at is not None
    press(open_page("comparison", examination.id), "Take the summary back")
    assert sign_offs(desk, examination.id)[0].released_at is None


def test_somebody_of_another_site_sees_nothing_by_any_address(
    service: Service, patient: Patient, examination: Examination
) -> None:
    open_service(Service(service.clinic, "s1"))
    for page in ("patient", "examination", "rating", "comparison", "worklist", "patients", "nonsense"):
        for of in (patient.id, examination.id, "'; DROP TABLE patients; --"):
            opened = open_page(page, of)
            assert NAME not in everything_on(opened)
            if page in ("patient", "examination", "rating", "comparison"):
                assert "There is no such entry" in told(opened)


def test_who_is_not_of_the_staff_is_shown_nothing(service: Service, patient: Patient) -> None:
    open_service(Service(service.clinic, "nobody"))
    opened = open_page("patient", patient.id)
    assert "nobody with this identifier" in told(opened)
    assert not opened.button


def test_the_pages_are_for_those_who_rate(clinic: Clinic, patient: Patient) -> None:
    clinic.add_staff("north", "a1", name="Ada Keys", role=Role.ADMINISTRATOR)
    open_service(Service(clinic, "a1"))
    opened = open_page("patient", patient.id)
    assert "is not for an administrator. Ask a clinician." in told(opened)
    assert NAME not in everything_on(opened)


@pytest.mark.usefixtures("service")
def test_an_estimate_is_asked_for_and_its_way_can_be_followed(
    clinic: Clinic, desk: Desk, examination: Examination, sounding_clip: Path, assessment: Assessment
) -> None:
    import_clip(desk, examination.id, sounding_clip, task=Task.REST)
    page = press(open_page("examination", examination.id), "Ask for an estimate")
    assert any("waits for its turn" in one.value for one in page.markdown)
    job = take(clinic, "0" * 32)
    assert job is not None
    tell_progress(clinic, job, 0.4)
    page = open_page("examination", examination.id)
    assert "The estimate is being made: 40%" in everything_on(page)
    fail(clinic, job, "The clip is too short.")
    page = open_page("examination", examination.id)
    assert "The clip is too short." in told(page)
    press(page, "Ask for an estimate")
    again_taken = take(clinic, "1" * 32)
    assert again_taken is not None
    finish(clinic, again_taken, assessment)
    page = open_page("examination", examination.id)
    assert any("There is an estimate." in one.value for one in page.markdown)
    assert not SCORE_OF_ESTIMATE.search(everything_on(page))


@pytest.mark.usefixtures("service")
def test_a_look_at_a_page_is_in_the_audit_log_once_and_not_with_every_click(
    desk: Desk, patient: Patient, examination: Examination
) -> None:
    page = open_page("patient", patient.id)
    before = len(desk.clinic.audit_entries())
    assert ("r1", "saw", "patient", patient.id) in [
        (entry.who, entry.what, entry.kind, entry.on_id) for entry in desk.clinic.audit_entries()
    ]
    page.selectbox(key="gum-new").set_value(True).run()
    settled(page.run())
    assert len(desk.clinic.audit_entries()) == before
    assert desk.clinic.audit_problems() == []


@pytest.mark.usefixtures("service")
def test_the_worklist_says_what_waits_and_nothing_of_what_was_scored(
    clinic: Clinic, desk: Desk, examination: Examination
) -> None:
    page = open_page("worklist")
    assert [one.value for one in page.header] == [
        "Overdue (1)",
        "To be rated by you",
        "To be signed",
        "Cannot be used",
        "Sorted as elevated, not signed",
        "Worse than before",
        "Without clips (1)",
    ]
    second = clinic.desk("r2")
    lock_rating(second, save_draft(second, examination.id, ALL_MILD).id)
    page = open_page("worklist")
    assert "To be signed (1)" in [one.value for one in page.header]
    assert "mild" not in everything_on(page)


@pytest.mark.usefixtures("service")
def test_that_a_video_goes_which_nobody_has_rated_is_said_well_before(
    clinic: Clinic, desk: Desk, examination: Examination, sounding_clip: Path
) -> None:
    clip = import_clip(desk, examination.id, sounding_clip, task=Task.REST)
    due_at = desk.clinic.now() + timedelta(days=22)
    until = f"until {due_at.astimezone():%d %B %Y}"
    set_due(clinic, due_at)
    assert "Video goes soon, not rated (1)" not in [one.value for one in open_page("worklist").header]
    assert until in everything_on(open_page("patient", examination.patient))
    due_at -= timedelta(days=2)
    until = f"until {due_at.astimezone():%d %B %Y}"
    set_due(clinic, due_at)
    page = open_page("worklist")
    assert "Video goes soon, not rated (1)" in [one.value for one in page.header]
    assert f"video {until}" in everything_on(page)
    assert until in told(open_page("patient", examination.patient))
    assert f"at the latest {until}" in everything_on(open_page("examination", examination.id))
    set_due(clinic, desk.clinic.now() - timedelta(days=1))
    page = open_page("examination", examination.id)
    assert "goes with the next daily sweep" in everything_on(page)
    assert f"keep-{clip.id}" not in [button.key for button in page.button]
    assert "There is no video to watch" in everything_on(open_page("rating", examination.id))
    set_due(clinic, due_at)
    decide_retention(desk, clip.id, keep_video=True)
    assert "Video goes soon, not rated (1)" not in [one.value for one in open_page("worklist").header]
    decide_retention(desk, clip.id, keep_video=False)
    lock_rating(desk, save_draft(desk, examination.id, ALL_MILD).id)
    assert "Video goes soon, not rated (1)" not in [one.value for one in open_page("worklist").header]
    assert "goes soon" not in told(open_page("patient", examination.patient))


@pytest.mark.usefixtures("service")
def test_a_clip_that_comes_in_once_a_rating_is_locked_is_asked_for_again(
    desk: Desk, examination: Examination, sounding_clip: Path, tmp_path: Path
) -> None:
    import_clip(desk, examination.id, sounding_clip, task=Task.REST, keep_video=True)
    rated = lock_rating(desk, save_draft(desk, examination.id, ALL_MILD).id)
    sign(desk, rated.id, agreement=Agreement.NOT_SEEN)
    assert "To be rated by you" in [one.value for one in open_page("worklist").header]
    late = import_clip(desk, examination.id, write_clip(tmp_path / "late.mp4", scene(12)), task=Task.REST)
    page = open_page("worklist")
    assert "To be rated by you (1)" in [one.value for one in page.header]
    assert "your rating is locked; 1 clip came in after it" in everything_on(page)
    page = open_page("examination", examination.id)
    assert "The ratings of it that are required are signed: the video is destroyed at once" in everything_on(
        page
    )
    assert (
        f"until a rating of it is signed, at the latest until {day(late.files[0].due_at)}"
        in everything_on(page)
    )
    page = again(press(page, "Rate once more: 1 clip came in since"))
    assert "A clip came in after you locked your rating" in everything_on(page)
    assert page.button(key="again")


def set_due(clinic: Clinic, due_at: datetime) -> None:
    with writing(clinic.engine) as connection:
        connection.execute(FILES.update().values(due_at=written(due_at)))


@pytest.mark.usefixtures("service")
def test_who_lets_the_rule_decide_is_told_that_a_signed_video_goes_at_once(
    desk: Desk, examination: Examination, sounding_clip: Path
) -> None:
    import_clip(desk, examination.id, sounding_clip, task=Task.REST, keep_video=True)
    rating = lock_rating(desk, save_draft(desk, examination.id, ALL_MILD).id)
    sign(desk, rating.id, agreement=Agreement.NOT_SEEN)
    page = open_page("examination", examination.id)
    assert "the video is destroyed at once" in everything_on(page)
    press(page, "Do not keep it")
    assert "The video was destroyed on" in everything_on(open_page("examination", examination.id))


@pytest.mark.usefixtures("service")
def test_tickets_and_limits_reach_the_browser_and_no_key_does(
    desk: Desk, examination: Examination, service: Service
) -> None:
    shown = everything_on(open_page("examination", examination.id))
    assert service.clinic.master.secret.hex() not in shown
    sent = json.loads(re.search(r'json: "(\{.*\})"', shown).group(1).encode().decode("unicode_escape"))  # type: ignore[union-attr]
    assert len(sent["tickets"]) == len(set(sent["tickets"])) == 20
    assert next(task for task, _ in sent["tasks"]) == "rest"
