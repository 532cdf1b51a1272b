"""What a patient does who was invited to record at home: agrees, answers, adds clip by clip, and finishes.

Each step asks anew whether the invitation still stands. Nothing of the patient is kept before the patient has agreed.
"""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tdscreen.errors import InputError
from tdscreen.records.arriving import Arrived
from tdscreen.records.audit import SHELL, looks_at
from tdscreen.records.clinic import Clinic, Desk, Work
from tdscreen.records.clips import KnownClipError, import_clip
from tdscreen.records.entries import (
    AtHomeAnswers,
    ExaminationDetails,
    Invitation,
    InvitationState,
    Look,
    RecordedTask,
    Role,
)
from tdscreen.records.examinations import add_examination
from tdscreen.records.invitations import KIND, read_invitation, site_of
from tdscreen.records.jobs import let_wait
from tdscreen.records.patients import living_patient
from tdscreen.records.roles import Act
from tdscreen.records.scope import Row
from tdscreen.records.tables import (
    ASSESSMENTS,
    CLIPS,
    ESTIMATE_VIEWS,
    EXAMINATIONS,
    FILES,
    INVITATIONS,
    JOBS,
    OUTBOX,
    PATIENTS,
    RATING_CHANGES,
    RATINGS,
    RECORDED_TASKS,
    SIGN_OFFS,
)
from tdscreen.records.times import read_time
from tdscreen.records.vault import new_id
from tdscreen.settings import RECORDER
from tdscreen.vocabulary import Task

_ANSWERED = ("gum", "dentures", "hours_slept", "hours_since_dose")
"""What a patient answers, and an examination keeps by the same names."""


class NotInvitedError(InputError):
    """An invitation does not stand any more, or never did."""

    def __init__(self, state: InvitationState | None) -> None:
        super().__init__(
            f"This invitation is {state}. Ask the clinic for another."
            if state
            else "This is no invitation of this clinic. Ask the clinic for another."
        )
        self.state = state


class NotAgreedError(InputError):
    """Something was to be kept of somebody who has not agreed yet."""


def desk_of_invited(clinic: Clinic, invitation: str) -> Desk:
    """Give whoever has an invitation a place to record.

    Raises
    ------
    NotInvitedError
        There is none, any more, or it was taken back: then somebody else may have it, and it neither shows nor
        deletes anything.
    """
    found = site_of(clinic, invitation)
    if found is None:
        raise NotInvitedError(None)
    site, by, revoked = found
    if revoked:
        raise NotInvitedError(InvitationState.REVOKED)
    return clinic.desk_of_patient(site, invited_by=by)


def recording(desk: Desk, invitation: str) -> Invitation:
    """Say how far a recording has come, whatever the state of its invitation."""
    with desk.at_work(Act.RECORD_AT_HOME) as work:
        row = work.scope.row(INVITATIONS, invitation)
        living_patient(work.scope, row["patient_id"])
        found = read_invitation(work, row)
        work.log("saw", KIND, invitation)
    return found


def agree(desk: Desk, invitation: str, *, version: str, language: str) -> None:
    """Note that the person has agreed, to which words and in which language.

    Raises
    ------
    NotInvitedError
    """
    with _standing(desk, invitation) as (work, row, _):
        consent = {"version": version, "language": language, "at": work.time}
        _change(work, row, consent=consent)
        work.log("agreed", KIND, invitation)


def answer(desk: Desk, invitation: str, answers: AtHomeAnswers, *, programme: str) -> None:
    """Keep what the person answered, and which programme was chosen.

    Raises
    ------
    NotInvitedError, NotAgreedError
    """
    with _standing(desk, invitation) as (work, row, so_far):
        _require_consent(so_far)
        _change(work, row, answers=asdict(answers), programme=programme)
        work.log("answered", KIND, invitation)


def add_clip(
    desk: Desk, invitation: str, source: Path | Arrived, *, task: Task, recorded: dict[str, Any]
) -> RecordedTask:
    """Take in what was recorded for a task. The same bytes again are the same clip, and kept once.

    Parameters
    ----------
    desk : Desk
    invitation : str
    source : Path or Arrived
        A file that may be hostile.
    task : Task
        What the person was asked to do, in the field's words.
    recorded : dict
        The other fields of :class:`~tdscreen.records.entries.RecordedTask`, with ``sha256`` of the clip's bytes.

    Raises
    ------
    NotInvitedError, NotAgreedError
    VideoError, LimitError, WorkerError
        It is not a clip that can be taken in.
    """
    examination = _examination(desk, invitation)
    one = RecordedTask(**recorded)
    try:
        clip = import_clip(
            desk, examination, source, task=task, name=f"{one.slug}-{one.take}.video", mirrored=one.mirrored
        ).id
    except KnownClipError:
        # Sent again, because the answer to the first time got lost.
        clip = _clip_of(desk, examination, one.sha256)
    try:
        return _note(desk, invitation, one, clip)
    except NotInvitedError:
        # It ended while the clip was read: nothing comes after that.
        with desk.at_work(Act.RECORD_AT_HOME) as work:
            if not work.scope.rows(RECORDED_TASKS, clip_id=clip):
                _remove_clip(work, clip)
            work.log("let go of", "clip", clip)
        raise


def skip_task(desk: Desk, invitation: str, *, slug: str, reason: str) -> RecordedTask:
    """Note that a task was left out, and why.

    Raises
    ------
    NotInvitedError, NotAgreedError
    """
    return _note(desk, invitation, RecordedTask(slug=slug, take=0, skipped=reason), None)


def finish(desk: Desk, invitation: str) -> Invitation:
    """End a recording: its clips wait to be assessed, and the invitation opens nothing any more.

    Raises
    ------
    NotInvitedError
    """
    with _standing(desk, invitation) as (work, row, _):
        _end(work, row)
    return recording(desk, invitation)


def finish_what_is_over(clinic: Clinic) -> int:
    """End the recordings whose invitation ran out or was taken back, so that what there is of them is measured.

    Returns
    -------
    int
        How many there were.
    """
    ended = 0
    for site in clinic.sites():
        with clinic.at_work(SHELL, site) as work:
            living = {row["id"] for row in work.scope.rows(PATIENTS, deleting_at=None)}
            for row in work.scope.rows(INVITATIONS, finished_at=None, withdrawn_at=None):
                is_over = row["until"] < work.time or row["revoked_at"] is not None
                if is_over and row["examination_id"] is not None and row["patient_id"] in living:
                    ended += _end(work, row)
            work.log("looked for what is over", "site", site)
    return ended


def _end(work: Work, row: Row) -> bool:
    """End the recording of an invitation; True if its clips wait to be assessed: both or neither is in the store.

    None waits where nothing was recorded, or the videos have gone meanwhile, as with a signature.
    """
    work.scope.change(INVITATIONS, row["id"], finished_at=work.time)
    work.log("finished", KIND, row["id"])
    examination = row["examination_id"]
    return examination is not None and let_wait(work, examination, asked_by=row["added_by"]) is not None


def looks(desk: Desk, invitation: str) -> list[Look]:
    """Say who has watched the videos of a recording, oldest first: what they are at the clinic, and no names."""
    with desk.at_work(Act.RECORD_AT_HOME) as work:
        row = work.scope.row(INVITATIONS, invitation)
        clips = [one["clip_id"] for one in work.scope.rows(RECORDED_TASKS, invitation_id=row["id"])]
        there = [one for one in clips if one is not None]
        entries = looks_at(work.connection, work.scope.site, "video of clip", there)
        roles = {one.id: one.role for one in work.register().members(work.scope.site)}
        # Whoever is none of the staff and looks is the program that measures, or who runs the clinic's computer.
        roles[SHELL] = Role.ADMINISTRATOR
        found = [Look(read_time(one.at), roles.get(one.who, Role.WORKER)) for one in entries]
        work.log("saw who had seen", KIND, invitation)
    return found


def withdraw(desk: Desk, invitation: str) -> None:
    """Delete what was recorded by an invitation: videos, answers, and what was measured in them.

    The patient does it, or whoever treats the patient at the patient's wish. What a clinician has signed stays, without
    its videos. So does a note that there was a recording.

    Raises
    ------
    InputError
        This site has no such invitation.
    """
    with desk.at_work(Act.WITHDRAW) as work:
        row = work.scope.row(INVITATIONS, invitation)
        examination = row["examination_id"]
        work.scope.remove(RECORDED_TASKS, invitation_id=invitation)
        work.scope.change(
            INVITATIONS,
            invitation,
            sealed=None,
            examination_id=None,
            withdrawn_at=row["withdrawn_at"] or work.time,
        )
        if examination is not None:
            _remove_examination(work, examination)
        work.log("withdrew", KIND, invitation)


def _remove_examination(work: Work, examination: str) -> None:
    scope = work.scope
    signed = {row["rating_id"] for row in scope.rows(SIGN_OFFS, examination_id=examination)}
    for rating in scope.rows(RATINGS, examination_id=examination):
        if rating["id"] not in signed:
            scope.remove(RATING_CHANGES, rating_id=rating["id"])
            scope.remove(RATINGS, id=rating["id"])
    for table in (OUTBOX, JOBS, ASSESSMENTS):
        scope.remove(table, examination_id=examination)
    for clip in scope.rows(CLIPS, examination_id=examination):
        _remove_clip(work, clip["id"])
    if signed:
        _forget_answers(work, examination)
    else:
        scope.remove(ESTIMATE_VIEWS, examination_id=examination)
        scope.remove(EXAMINATIONS, id=examination)
    work.log("deleted", "examination", examination)


def _remove_clip(work: Work, clip: str) -> None:
    for file in work.scope.rows(FILES, clip_id=clip):
        work.afterwards.append(functools.partial(work.vault.shred_file, file["patient_id"], file["id"]))
    work.scope.remove(FILES, clip_id=clip)
    work.scope.remove(CLIPS, id=clip)


def _forget_answers(work: Work, examination: str) -> None:
    """Take what the patient answered out of an examination that stays, since it was signed."""
    row = work.scope.row(EXAMINATIONS, examination)
    said = work.unseal(row["patient_id"], examination, row["sealed"])
    answers = dict.fromkeys(_ANSWERED)
    work.scope.change(
        EXAMINATIONS, examination, sealed=work.seal(row["patient_id"], examination, {**said, **answers})
    )


@contextlib.contextmanager
def _standing(desk: Desk, invitation: str) -> Iterator[tuple[Work, Row, Invitation]]:
    with desk.at_work(Act.RECORD_AT_HOME) as work:
        row = work.scope.row(INVITATIONS, invitation)
        living_patient(work.scope, row["patient_id"])
        so_far = read_invitation(work, row)
        if so_far.state is not InvitationState.OPEN:
            raise NotInvitedError(so_far.state)
        yield work, row, so_far


def _require_consent(so_far: Invitation) -> None:
    if so_far.consent is None:
        raise NotAgreedError("Nothing is kept of somebody who has not agreed. Agree first.")


def _change(work: Work, row: Row, **said: Any) -> None:
    before = work.unseal(row["patient_id"], row["id"], row["sealed"]) if row["sealed"] is not None else {}
    sealed = work.seal(row["patient_id"], row["id"], {**before, **said})
    work.scope.change(INVITATIONS, row["id"], sealed=sealed)


def _examination(desk: Desk, invitation: str) -> str:
    """Give the examination that an invitation is for; made with its first clip, so that no empty one is listed."""
    with _standing(desk, invitation) as (work, _, so_far):
        _require_consent(so_far)
        if len([one for one in so_far.tasks if one.clip]) >= RECORDER.most_clips:
            raise InputError("There are more clips of this examination than it can have.")
        work.log("recorded", KIND, invitation)
    if so_far.examination is not None:
        return so_far.examination
    said = so_far.answers or AtHomeAnswers()
    details = ExaminationDetails(**{name: getattr(said, name) for name in _ANSWERED})
    new = add_examination(desk, so_far.patient, held_at=desk.clinic.now(), details=details).id
    try:
        with _standing(desk, invitation) as (work, row, _):
            work.scope.change(INVITATIONS, row["id"], examination_id=new)
            work.log("began", KIND, invitation)
    except NotInvitedError:
        with desk.at_work(Act.RECORD_AT_HOME) as work:
            _remove_examination(work, new)
        raise
    return new


def _clip_of(desk: Desk, examination: str, sha256: str) -> str:
    with desk.at_work(Act.RECORD_AT_HOME) as work:
        rows = work.scope.rows(CLIPS, lookup=work.lookup("clip", sha256), examination_id=examination)
        work.log("looked for", "clip of examination", examination)
    if not rows:
        raise InputError("This very clip is there already, of another examination. Record it again.")
    return str(rows[0]["id"])


def _note(desk: Desk, invitation: str, one: RecordedTask, clip: str | None) -> RecordedTask:
    with _standing(desk, invitation) as (work, row, so_far):
        _require_consent(so_far)
        for there in so_far.tasks:
            if clip is not None and there.clip == clip:
                work.log("looked for", "recorded task", clip)
                return there
        new = new_id()
        said = {name: value for name, value in asdict(one).items() if name != "clip"}
        work.scope.add(
            RECORDED_TASKS,
            id=new,
            patient_id=row["patient_id"],
            invitation_id=invitation,
            clip_id=clip,
            sealed=work.seal(row["patient_id"], new, said),
            added_at=work.time,
        )
        work.log("added", "recorded task", new)
        return RecordedTask(**{**asdict(one), "clip": clip})
