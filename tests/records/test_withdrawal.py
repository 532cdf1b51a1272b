"""Whoever has recorded at home can have it deleted, whatever became of the link; and what is promised of it is true."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from clinic_people import Clock
from clips import scene, write_clip
from tdscreen.errors import InputError
from tdscreen.records import at_home as doing
from tdscreen.records import clips as in_clips
from tdscreen.records import jobs as in_jobs
from tdscreen.records.at_home import (
    NotInvitedError,
    add_clip,
    agree,
    answer,
    desk_of_invited,
    finish,
    looks,
    recording,
    withdraw,
)
from tdscreen.records.clinic import Clinic, Desk, rotate
from tdscreen.records.clips import clips, open_clip
from tdscreen.records.entries import (
    Agreement,
    AtHomeAnswers,
    ExaminationDetails,
    Invitation,
    InvitationState,
    Patient,
    Role,
    Scores,
)
from tdscreen.records.examinations import change_examination, examinations
from tdscreen.records.invitations import LINK, invitation_in, invite, revoke, word_of
from tdscreen.records.jobs import jobs
from tdscreen.records.master import write_key_file
from tdscreen.records.ratings import lock_rating, ratings, save_draft, sign, sign_offs
from tdscreen.records.retention import sweep
from tdscreen.records.worklist import examination_states
from tdscreen.vocabulary import Task

WHOLE = Scores({**dict.fromkeys(range(1, 11), 1), 11: False, 12: False})
RECORDED = {"slug": "rest", "take": 1, "sha256": "0" * 64}


@pytest.fixture
def at_home(clinic: Clinic) -> Desk:
    return clinic.desk_of_patient("north", invited_by="r1")


@pytest.fixture
def begun(desk: Desk, at_home: Desk, patient: Patient, sounding_clip: Path) -> Invitation:
    """Give a recording that has one clip and is not finished."""
    one = invite(desk, patient.id).id
    agree(at_home, one, version="1", language="en")
    answer(at_home, one, AtHomeAnswers(gum=True, dentures=True, hours_slept=5.0, aware=3), programme="short")
    add_clip(at_home, one, sounding_clip, task=Task.REST, recorded=RECORDED)
    return recording(at_home, one)


@pytest.fixture(scope="session")
def some_other_clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_clip(tmp_path_factory.mktemp("other") / "other.mp4", scene(20, width=320, height=240))


def test_of_what_was_signed_the_answers_and_what_nobody_signed_go_all_the_same(
    clinic: Clinic, desk: Desk, at_home: Desk, patient: Patient, begun: Invitation
) -> None:
    examination = finish(at_home, begun.id).examination
    assert examination is not None
    (found,) = examinations(desk, patient.id)
    kept = ExaminationDetails(**{**found.details.__dict__, "note": "Came late."})
    change_examination(desk, examination, kept)
    rating = lock_rating(desk, save_draft(desk, examination, WHOLE).id)
    sign(desk, rating.id, agreement=Agreement.NOT_SEEN)
    second = clinic.desk("r2")
    lock_rating(second, save_draft(second, examination, WHOLE).id)
    withdraw(at_home, begun.id)
    (found,) = examinations(desk, patient.id)
    assert found.details == ExaminationDetails(note="Came late.")
    assert [one.rater for one in ratings(desk, examination)] == ["r1"]
    assert len(sign_offs(desk, examination)) == 1
    assert clips(desk, examination) == []
    assert not clinic.vault.files(patient.id)


def test_a_link_that_was_taken_back_deletes_and_shows_nothing(
    clinic: Clinic, desk: Desk, patient: Patient, begun: Invitation
) -> None:
    """Somebody else may have it, as the clinic was told."""
    revoke(desk, begun.id)
    with pytest.raises(NotInvitedError) as refused:
        desk_of_invited(clinic, begun.id)
    assert refused.value.state is InvitationState.REVOKED
    assert len(clinic.vault.files(patient.id)) == 1


def test_what_was_not_finished_in_time_is_measured_as_far_as_it_came_and_so_not_kept_for_ever(
    clinic: Clinic, desk: Desk, at_home: Desk, patient: Patient, begun: Invitation, clock: Clock
) -> None:
    untouched = invite(desk, patient.id).id
    assert sweep(clinic).recordings == 0
    clock.move(days=15)
    assert sweep(clinic).recordings == 1
    assert sweep(clinic).recordings == 0
    (job,) = jobs(desk)
    assert job.examination == begun.examination
    assert recording(at_home, begun.id).state is InvitationState.FINISHED
    assert recording(at_home, untouched).state is InvitationState.EXPIRED


@pytest.fixture
def signed_away(desk: Desk, begun: Invitation) -> Invitation:
    """Give a recording that is not finished, and whose video has gone with a signature."""
    assert begun.examination is not None
    rating = lock_rating(desk, save_draft(desk, begun.examination, WHOLE).id)
    sign(desk, rating.id, agreement=Agreement.NOT_SEEN)
    assert not desk.clinic.vault.files(begun.patient)
    return begun


def test_a_recording_whose_videos_have_gone_ends_and_keeps_no_other_from_being_measured(
    clinic: Clinic, desk: Desk, at_home: Desk, signed_away: Invitation, some_other_clip: Path, clock: Clock
) -> None:
    other = invite(desk, signed_away.patient).id
    agree(at_home, other, version="1", language="en")
    add_clip(at_home, other, some_other_clip, task=Task.REST, recorded=RECORDED)
    clock.move(days=15)
    assert sweep(clinic).recordings == 1
    (job,) = jobs(desk)
    assert (job.examination, job.added_by) == (recording(at_home, other).examination, "r1")
    assert recording(at_home, signed_away.id).state is InvitationState.FINISHED


def test_who_finishes_a_recording_whose_videos_have_gone_hears_of_no_trouble(
    desk: Desk, at_home: Desk, signed_away: Invitation
) -> None:
    assert finish(at_home, signed_away.id).state is InvitationState.FINISHED
    assert jobs(desk) == []


@pytest.mark.parametrize("by", ["finish", "sweep"])
def test_a_recording_ends_and_waits_to_be_measured_or_neither(
    clinic: Clinic,
    desk: Desk,
    at_home: Desk,
    begun: Invitation,
    clock: Clock,
    by: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def ended() -> None:
        if by == "finish":
            finish(at_home, begun.id)
        else:
            clock.move(days=15)
            sweep(clinic)

    def die(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as killed:
        killed.setattr(in_jobs, "new_id", die)
        with pytest.raises(KeyboardInterrupt):
            ended()
    assert recording(at_home, begun.id).state is not InvitationState.FINISHED
    ended()
    assert [job.examination for job in jobs(desk)] == [begun.examination]


@pytest.mark.parametrize("step", [withdraw, finish])
def test_a_clip_that_is_being_read_while_its_recording_ends_is_not_kept(
    clinic: Clinic,
    desk: Desk,
    at_home: Desk,
    patient: Patient,
    begun: Invitation,
    some_other_clip: Path,
    step: Callable[[Desk, str], object],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    was = in_clips.run_isolated

    def read(*given: Any, **named: Any) -> object:
        step(at_home, begun.id)
        return was(*given, **named)

    monkeypatch.setattr(in_clips, "run_isolated", read)
    with pytest.raises(InputError):
        add_clip(
            at_home, begun.id, some_other_clip, task=Task.REST, recorded={**RECORDED, "sha256": "1" * 64}
        )
    assert len(clinic.vault.files(patient.id)) == sum(state.clips for state in examination_states(desk))
    assert sum(state.clips for state in examination_states(desk)) == (step is finish)


def test_a_recording_that_is_deleted_as_it_begins_leaves_no_empty_examination(
    desk: Desk, at_home: Desk, patient: Patient, sounding_clip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = invite(desk, patient.id).id
    agree(at_home, one, version="1", language="en")
    was = doing.add_examination

    def add(*given: object, **named: object) -> object:
        withdraw(at_home, one)
        return was(*given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(doing, "add_examination", add)
    with pytest.raises(NotInvitedError):
        add_clip(at_home, one, sounding_clip, task=Task.REST, recorded=RECORDED)
    assert examinations(desk, patient.id) == []


def test_who_has_looked_is_told_by_role(clinic: Clinic, desk: Desk, at_home: Desk, begun: Invitation) -> None:
    (task,) = begun.tasks
    assert task.clip is not None
    open_clip(clinic.desk("r2"), task.clip).close()
    open_clip(clinic.desk_of_worker("north"), task.clip).close()
    assert [one.role for one in looks(at_home, begun.id)] == [Role.CLINICIAN, Role.WORKER]


def test_a_link_outlives_the_master_key_and_whoever_wrote_it(
    clinic: Clinic, at_home: Desk, begun: Invitation, tmp_path: Path
) -> None:
    word = word_of(clinic, begun.id, LINK)
    clinic.retire_staff("north", "r1")
    assert finish(desk_of_invited(clinic, begun.id), begun.id).state is InvitationState.FINISHED
    new = write_key_file(tmp_path / "new.key")
    rotate(clinic, new)
    with Clinic(clinic.vault.folder, clinic.engine.url.render_as_string(hide_password=False), new) as again:
        assert invitation_in(again, word, LINK) == begun.id
        withdraw(desk_of_invited(again, begun.id), begun.id)
