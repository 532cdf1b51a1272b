"""Who may do what is decided in the store, by one table, and not by what a menu shows."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

import tdscreen.records
from clinic_people import LOGIN, NAME, Clock
from tdscreen.assessment.assessment import Assessment
from tdscreen.assessment.json_form import from_json, to_json
from tdscreen.errors import InputError, TdscreenError
from tdscreen.records import (
    administration,
    assessments,
    at_home,
    clips,
    examinations,
    exports,
    findings,
    invitations,
    jobs,
    known_clips,
    outbox,
    own_words,
    patients,
    practice,
    ratings,
    releases,
    retention,
    usability,
    worklist,
)
from tdscreen.records.clinic import Clinic, Desk
from tdscreen.records.entries import (
    Agreement,
    AtHomeAnswers,
    Examination,
    ExaminationDetails,
    ExposureDetails,
    PatientDetails,
    Risk,
    Role,
    Scores,
)
from tdscreen.records.roles import RULES, WITHHELD, Act
from tdscreen.tracking.tracks import Tracks
from tdscreen.vocabulary import Task

NOTE = f"{NAME} chewed gum before"
WHOLE = Scores({**dict.fromkeys(range(1, 11), 0), 11: False, 12: True}, comment=NOTE)
C, R, A, W, P = Role.CLINICIAN, Role.RESEARCHER, Role.ADMINISTRATOR, Role.WORKER, Role.PATIENT


class Filled:
    """A clinic with one of each, and a way to do each thing at any desk."""

    def __init__(
        self, examination: Examination, clip: str, rating: str, job: str, assessment: Assessment
    ) -> None:
        self.examination, self.patient = examination.id, examination.patient
        self.clip, self.rating, self.job = clip, rating, job
        self.assessment = assessment
        self.message = self.invitation = self.sign_off = ""


@pytest.fixture
def filled(
    clinic: Clinic,
    desk: Desk,
    examination: Examination,
    sounding_clip: Path,
    some_tracks: Tracks,
    some_assessment: Assessment,
) -> Filled:
    patients.add_exposure(desk, examination.patient, ExposureDetails("Haloperidol", note=NOTE))
    examinations.change_examination(desk, examination.id, ExaminationDetails(note=NOTE))
    clip = clips.import_clip(desk, examination.id, sounding_clip, task=Task.REST).id
    clips.keep_tracks(desk, clip, replace(some_tracks, file=f"{NAME}.mp4"))
    job = jobs.enqueue(desk, examination.id).id
    named = replace(
        some_assessment, clips=tuple(replace(one, file=f"{NAME}.mp4") for one in some_assessment.clips)
    )
    assessments.add_assessment(desk, examination.id, named)
    rating = ratings.save_draft(desk, examination.id, WHOLE).id
    ratings.lock_rating(desk, rating)
    sign_off = ratings.sign(desk, rating, agreement=Agreement.NOT_SEEN, comment=NOTE).id
    made = Filled(examination, clip, rating, job, some_assessment)
    made.sign_off = sign_off
    made.invitation = invitations.invite(desk, examination.patient).id
    made.message = outbox.put(desk, examination.id, "{}").id
    return made


EACH: dict[str, tuple[Callable[[Desk, Filled], object], set[Role]]] = {
    "patients.add_patient": (lambda d, f: patients.add_patient(d, PatientDetails("another")), {C}),
    "patients.patient": (lambda d, f: patients.patient(d, f.patient), {C, A}),
    "patients.find_patient": (lambda d, f: patients.find_patient(d, NAME), {C, A}),
    "patients.patients": (lambda d, f: patients.patients(d), {C, A}),
    "patients.persons": (lambda d, f: patients.persons(d), {C, R}),
    "patients.change_patient": (
        lambda d, f: patients.change_patient(d, f.patient, PatientDetails("other")),
        {C},
    ),
    "patients.say_risks": (lambda d, f: patients.say_risks(d, f.patient, [Risk.INJURY]), {C}),
    "patients.add_exposure": (
        lambda d, f: patients.add_exposure(d, f.patient, ExposureDetails("Haloperidol")),
        {C},
    ),
    "patients.exposures": (lambda d, f: patients.exposures(d, f.patient), {C, R}),
    "patients.delete_patient": (lambda d, f: patients.delete_patient(d, f.patient), {A}),
    "patients.what_there_is": (lambda d, f: patients.what_there_is(d, f.patient), {A}),
    "examinations.add_examination": (
        lambda d, f: examinations.add_examination(d, f.patient, held_at=Clock().time),
        {C, P},
    ),
    "examinations.examination": (lambda d, f: examinations.examination(d, f.examination), {C, R}),
    "examinations.examinations": (lambda d, f: examinations.examinations(d, f.patient), {C, R}),
    "examinations.change_examination": (
        lambda d, f: examinations.change_examination(d, f.examination, ExaminationDetails()),
        {C},
    ),
    "known_clips.find_known_clip": (lambda d, f: known_clips.find_known_clip(d, Path(__file__)), {C, P}),
    "clips.import_clip": (
        lambda d, f: clips.import_clip(d, f.examination, Path(__file__), task=Task.REST),
        {C, P},
    ),
    "clips.clip": (lambda d, f: clips.clip(d, f.clip), {C, A, W}),
    "clips.clips": (lambda d, f: clips.clips(d, f.examination), {C, A, W}),
    "clips.recordings": (lambda d, f: clips.recordings(d, f.examination), {C, R}),
    "clips.open_clip": (lambda d, f: clips.open_clip(d, f.clip), {C, W}),
    "clips.keep_tracks": (lambda d, f: clips.keep_tracks(d, f.clip, None), {C, W}),  # type: ignore[arg-type]
    "clips.tracks": (lambda d, f: clips.tracks(d, f.clip), {C, R, W}),
    "clips.decide_retention": (lambda d, f: clips.decide_retention(d, f.clip, keep_video=True), {C, A}),
    "clips.destroy_video": (lambda d, f: clips.destroy_video(d, f.clip), {C, A}),
    "assessments.add_assessment": (
        lambda d, f: assessments.add_assessment(d, f.examination, f.assessment),
        {C, W},
    ),
    "assessments.estimates": (lambda d, f: assessments.estimates(d, f.examination), {C, R}),
    "ratings.save_draft": (lambda d, f: ratings.save_draft(d, f.examination, WHOLE), {C}),
    "ratings.lock_rating": (lambda d, f: ratings.lock_rating(d, f.rating), {C}),
    "ratings.change_rating": (lambda d, f: ratings.change_rating(d, f.rating, WHOLE, why="x"), {C}),
    "ratings.ratings": (lambda d, f: ratings.ratings(d, f.examination), {C, R}),
    "findings.findings": (
        lambda d, f: findings.findings(d, [f.examination], with_estimates=True),
        {C, R},
    ),
    "ratings.sign": (lambda d, f: ratings.sign(d, f.rating, agreement=Agreement.NOT_SEEN), {C}),
    "ratings.signed": (lambda d, f: ratings.signed(d, f.examination), {C, R}),
    "ratings.sign_offs": (lambda d, f: ratings.sign_offs(d, f.examination), {C, R}),
    "releases.release_summary": (lambda d, f: releases.release_summary(d, f.sign_off), {C}),
    "releases.take_back_summary": (lambda d, f: releases.take_back_summary(d, f.sign_off), {C}),
    "releases.summary_for": (lambda d, f: releases.summary_for(d, f.invitation) is None, {P}),
    "jobs.enqueue": (lambda d, f: jobs.enqueue(d, f.examination), {C}),
    "jobs.jobs": (lambda d, f: jobs.jobs(d), {C, A}),
    "jobs.progress_of": (lambda d, f: jobs.progress_of(d, f.job), {C, A}),
    "worklist.examination_states": (lambda d, f: worklist.examination_states(d), {C}),
    "worklist.unusable_examinations": (lambda d, f: worklist.unusable_examinations(d), {C}),
    "own_words.own_words": (lambda d, f: own_words.own_words(d), {C}),
    "invitations.invite": (lambda d, f: invitations.invite(d, f.patient), {C}),
    "invitations.invitations": (lambda d, f: invitations.invitations(d, f.patient), {C}),
    "invitations.invitation_of": (lambda d, f: invitations.invitation_of(d, f.examination), {C}),
    "invitations.revoke": (lambda d, f: invitations.revoke(d, f.invitation), {C}),
    "at_home.recording": (lambda d, f: at_home.recording(d, f.invitation), {P}),
    "at_home.agree": (lambda d, f: at_home.agree(d, f.invitation, version="1", language="en"), {P}),
    "at_home.answer": (lambda d, f: at_home.answer(d, f.invitation, AtHomeAnswers(), programme="short"), {P}),
    "at_home.add_clip": (
        lambda d, f: at_home.add_clip(
            d, f.invitation, Path(__file__), task=Task.REST, recorded={"slug": "rest", "take": 1}
        ),
        {P},
    ),
    "at_home.skip_task": (lambda d, f: at_home.skip_task(d, f.invitation, slug="rest", reason="tired"), {P}),
    "at_home.finish": (lambda d, f: at_home.finish(d, f.invitation), {P}),
    "at_home.looks": (lambda d, f: at_home.looks(d, f.invitation), {P}),
    "at_home.withdraw": (lambda d, f: at_home.withdraw(d, f.invitation), {C, P}),
    "administration.staff": (lambda d, f: administration.staff(d), {C, A}),
    "administration.add_staff": (
        lambda d, f: administration.add_staff(d, "n1", name="Nora New", role=Role.CLINICIAN),
        {A},
    ),
    "administration.change_role": (
        lambda d, f: administration.change_role(d, "r2", Role.RESEARCHER),
        {A},
    ),
    "administration.audit_problems": (lambda d, f: administration.audit_problems(d), {A}),
    "retention.what_is_due": (lambda d, f: retention.what_is_due(d), {C, A}),
    "usability.usability": (lambda d, f: usability.usability(d), {C, R}),
    "administration.retire_staff": (lambda d, f: administration.retire_staff(d, "r2"), {A}),
    "practice.keep_practice": (lambda d, f: practice.keep_practice(d, "training-01", {1: 2}), {C}),
    "practice.practice": (lambda d, f: practice.practice(d), {C}),
    "outbox.messages": (lambda d, f: outbox.messages(d), {C, A}),
    "outbox.send_again": (lambda d, f: outbox.send_again(d, f.message), {C}),
    "outbox.put": (lambda d, f: outbox.put(d, f.examination, "{}"), {C}),
    "exports.note_report": (lambda d, f: exports.note_report(d, f.examination, "report"), {C}),
    "exports.note_tables": (lambda d, f: exports.note_tables(d, "tables for research") is None, {R}),
    "administration.audit_log": (lambda d, f: administration.audit_log(d), {A}),
}
"""Each function of the room that works at a desk, and who may."""


def test_each_function_that_works_at_a_desk_is_asked_below() -> None:
    found = set()
    for module in pkgutil.iter_modules(tdscreen.records.__path__):
        room = importlib.import_module(f"tdscreen.records.{module.name}")
        for name, function in inspect.getmembers(room, inspect.isfunction):
            first = next(iter(inspect.signature(function).parameters.values()), None)
            if (
                function.__module__ == room.__name__
                and not name.startswith("_")
                and first
                and first.annotation == "Desk"
            ):
                found.add(f"{module.name}.{name}")
    assert found == set(EACH)


@pytest.mark.parametrize("role", list(Role))
def test_a_role_does_what_the_table_says_and_nothing_else(clinic: Clinic, filled: Filled, role: Role) -> None:
    desks = {
        C: clinic.desk("r1"),
        R: clinic.desk("w1"),
        A: clinic.desk("a1"),
        W: clinic.desk_of_worker("north"),
        P: clinic.desk_of_patient("north", invited_by="r1"),
    }
    wrong = []
    # What a role may not do is tried first: what it may do changes what is there.
    for name, (do, roles) in sorted(EACH.items(), key=lambda pair: role in pair[1][1]):
        before = clinic.head()
        try:
            do(desks[role], filled)
        except TdscreenError as error:
            refused = " is not for " in str(error)
        except AttributeError:
            refused = False  # tracks that are none
        else:
            refused = False
        if refused is (role in roles):
            wrong.append(f"{role} {'was refused' if refused else 'did'} {name}")
        if refused and clinic.head() != before:
            wrong.append(f"{name} left something in the log")
    assert wrong == []


def test_the_table_speaks_of_each_act_and_leaves_none_to_nobody() -> None:
    assert set(RULES) == set(Act)
    assert all(roles - {Role.WORKER} for roles in RULES.values())
    assert all(Role.WORKER not in RULES[act] for act in (Act.RATE, Act.DELETE, Act.MANAGE_STAFF))
    # Whoever was invited adds, and sees nothing.
    assert {act for act in Act if Role.PATIENT in RULES[act]} == {
        Act.RECORD,
        Act.RECORD_AT_HOME,
        Act.WITHDRAW,
    }


def test_a_researcher_reads_no_name_in_anything(clinic: Clinic, filled: Filled) -> None:
    desk = clinic.desk("w1")
    (person,) = patients.persons(desk)
    assert (person.id, person.year_of_birth) == (filled.patient, 1961)
    seen: list[object] = [person]
    for name, (do, roles) in EACH.items():
        if R in roles:
            seen.append(do(desk, filled))
            assert seen[-1], name
    assert NAME not in repr(seen)
    (exposure,) = patients.exposures(desk, filled.patient)
    assert exposure.details == ExposureDetails("Haloperidol", note=WITHHELD)
    (rating,) = ratings.ratings(desk, filled.examination)
    assert rating.locked == replace(WHOLE, comment=WITHHELD)
    (recording,) = clips.recordings(desk, filled.examination)
    assert recording.has_tracks
    (stored,) = assessments.estimates(desk, filled.examination)
    assert stored.assessment is not None
    assert stored.assessment.clips[0].file == "clip 1"
    # Whatever a clip is called, as a word of the document itself.
    for name in ("rest", "face", "clips", "a", "the", "1", ".", "usable"):
        named = replace(
            filled.assessment, clips=tuple(replace(one, file=name) for one in filled.assessment.clips)
        )
        shown = from_json(assessments.without_names(to_json(named)))
        assert {one.file for one in shown.clips} == {"clip 1"}, name
        assert shown.triage.level is named.triage.level
    (named,) = assessments.estimates(clinic.desk("r1"), filled.examination)
    assert named.assessment is not None
    assert named.assessment.clips[0].file == f"{NAME}.mp4"


def test_who_signed_in_elsewhere_has_the_own_desk(clinic: Clinic) -> None:
    issuer, address = LOGIN
    assert clinic.desk_for_login(issuer, address.lower()).staff.id == "r1"
    for other in ((issuer, "somebody@clinic.example"), ("https://other.example", address)):
        with pytest.raises(InputError, match="Nobody of this clinic"):
            clinic.desk_for_login(*other)
    with pytest.raises(InputError, match="issuer's address"):
        clinic.desk_for_login(issuer, " ")
    with pytest.raises(InputError, match="signs in with this login already"):
        clinic.add_staff("south", "n1", name="Nora New", login=LOGIN)
    added = administration.add_staff(
        clinic.desk("a1"), "n1", name="Nora New", role=Role.RESEARCHER, login=(issuer, "AbC")
    )
    assert clinic.desk_for_login(issuer, "AbC").staff == added
    with pytest.raises(InputError, match="Nobody"):
        clinic.desk_for_login(issuer, "abc")


def test_who_has_retired_has_no_desk_from_the_next_click_on(clinic: Clinic, filled: Filled) -> None:
    sat_at = clinic.desk_for_login(*LOGIN)
    administrator = clinic.desk("a1")
    administration.retire_staff(administrator, "r1")
    for attempt in (
        lambda: patients.patients(sat_at),
        lambda: jobs.progress_of(sat_at, filled.job),
        lambda: clinic.desk("r1"),
        lambda: administration.retire_staff(administrator, "r1"),
    ):
        with pytest.raises(InputError, match="does not work here any more"):
            attempt()
    with pytest.raises(InputError, match="Nobody"):
        clinic.desk_for_login(*LOGIN)
    (retired,) = [one for one in administration.staff(administrator) if one.retired_at is not None]
    assert (retired.id, retired.name) == ("r1", "Dr. Rosalind Ratewell"), "what was signed keeps its name"
    clinic.add_staff("north", "r3", name="Dr. Rosalind Ratewell", login=LOGIN)
    assert clinic.desk_for_login(*LOGIN).staff.id == "r3"
    with pytest.raises(InputError, match="yourself"):
        administration.retire_staff(administrator, "a1")
    with pytest.raises(InputError, match="of this site"):
        administration.retire_staff(administrator, "s1")


def test_an_administrator_sees_the_own_sites_log_and_staff_alone(clinic: Clinic, filled: Filled) -> None:
    desk = clinic.desk("a2")
    assert {entry.site for entry in administration.audit_log(desk)} == {"south"}
    assert [one.id for one in administration.staff(desk)] == ["a2", "s1"]
    for reserved in ("shell", "worker"):
        with pytest.raises(InputError, match="stands for a program"):
            administration.add_staff(desk, reserved, name="x", role=Role.CLINICIAN)
    with pytest.raises(InputError, match="role of a program"):
        administration.add_staff(desk, "n1", name="x", role=Role.WORKER)
