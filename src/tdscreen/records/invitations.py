"""Invitations to record at home: a clinician writes one, and may take it back.

An invitation is known by a word that this store signed. It names nobody, is good for one examination until a day, and
needs no account. Whoever has it can add to that examination, and see nothing of the patient.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from tdscreen.errors import InputError
from tdscreen.records.clinic import Clinic, Desk, Work
from tdscreen.records.database import writing
from tdscreen.records.entries import AtHomeAnswers, Consent, Invitation, InvitationState, RecordedTask
from tdscreen.records.patients import living_patient
from tdscreen.records.roles import Act
from tdscreen.records.scope import Row, Scope
from tdscreen.records.sealing import derive
from tdscreen.records.tables import INVITATIONS, RECORDED_TASKS
from tdscreen.records.times import read_optional_time, read_time, written
from tdscreen.records.vault import new_id
from tdscreen.settings import RECORDER

KIND = "invitation"
LINK, BROWSER = "link", "browser"
"""What a word is good for: to be let in, or to go on as a browser that was."""
_SIGNATURE_BYTES = 16
"""Of SHA-256's 32: 128 bits cannot be guessed, and the code that is photographed stays small."""


def invite(desk: Desk, patient: str, *, days: int = RECORDER.invitation_days) -> Invitation:
    """Invite a patient to record one examination at home.

    Parameters
    ----------
    desk : Desk
    patient : str
    days : int
        For so long it is good.

    Raises
    ------
    InputError
        This site has no such patient, or nobody may be invited for so long.
    """
    if not 1 <= days <= RECORDER.longest_invitation_days:
        raise InputError(f"An invitation is good for 1 to {RECORDER.longest_invitation_days} days.")
    invitation = new_id()
    with desk.at_work(Act.INVITE) as work:
        living_patient(work.scope, patient)
        work.scope.add(
            INVITATIONS,
            id=invitation,
            patient_id=patient,
            until=written(work.now + timedelta(days=days)),
            added_at=work.time,
            added_by=work.who,
        )
        work.log("added", KIND, invitation)
        return read_invitation(work, work.scope.row(INVITATIONS, invitation))


def revoke(desk: Desk, invitation: str) -> None:
    """Take an invitation back: from now on it opens nothing. What was recorded by it stays.

    Raises
    ------
    InputError
        This site has none of that identifier.
    """
    with desk.at_work(Act.INVITE) as work:
        if work.scope.row(INVITATIONS, invitation)["revoked_at"] is None:
            work.scope.change(INVITATIONS, invitation, revoked_at=work.time)
        work.log("revoked", KIND, invitation)


def invitations(desk: Desk, patient: str) -> list[Invitation]:
    """Give the invitations of a patient, oldest first, with what was recorded by each."""
    with desk.at_work(Act.INVITE) as work:
        living_patient(work.scope, patient)
        rows = work.scope.rows(INVITATIONS, order="added_at", patient_id=patient)
        found = [read_invitation(work, row) for row in rows]
        work.log("saw", "invitations of patient", patient)
    return found


def invitation_of(desk: Desk, examination: str) -> Invitation | None:
    """Give the invitation by which an examination was recorded; None of one that was not recorded at home."""
    with desk.at_work(Act.INVITE) as work:
        rows = work.scope.rows(INVITATIONS, examination_id=examination)
        found = read_invitation(work, rows[0]) if rows else None
        work.log("saw", "invitation of examination", examination)
    return found


def word_of(clinic: Clinic, invitation: str, purpose: str) -> str:
    """Give the word that stands for an invitation: whoever shows it is let in.

    Parameters
    ----------
    clinic : Clinic
    invitation : str
    purpose : str
        What it is good for: one that was written for a link is none for a browser that has used the link.

    Returns
    -------
    str
        43 letters, digits, ``-`` and ``_``.
    """
    number = bytes.fromhex(invitation)
    return base64.urlsafe_b64encode(number + _signature(clinic, number, purpose)).decode().rstrip("=")


def link_to(clinic: Clinic, invitation: str, recorder: str) -> str:
    """Give the link of an invitation. Its word stands where no browser sends it to a server by itself.

    Parameters
    ----------
    clinic : Clinic
    invitation : str
    recorder : str
        Address of the recorder, as ``https://record.clinic.example``.

    Raises
    ------
    InputError
        The address is none, or would be used without https.
    """
    return f"{checked_address(recorder)}/#{word_of(clinic, invitation, LINK)}"


def checked_address(recorder: str) -> str:
    """Make sure that an address of a recorder can be used for one: cameras are open to https and this machine alone.

    Raises
    ------
    InputError
        It cannot.
    """
    parts = urlsplit(recorder)
    own = parts.scheme == "http" and parts.hostname in ("localhost", "127.0.0.1", "::1")
    if not (parts.scheme == "https" or own) or not parts.hostname or parts.path.strip("/") or parts.query:
        raise InputError(
            f"{recorder} is no address of a recorder. Give one like https://record.clinic.example, and nothing behind."
        )
    return f"{parts.scheme}://{parts.netloc}"


def invitation_in(clinic: Clinic, word: str, purpose: str) -> str | None:
    """Give the invitation that a word stands for; None of a word that was not written here for this purpose."""
    try:
        said = base64.b64decode(word + "=" * (-len(word) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return None
    number, signature = said[:16], said[16:]
    if len(number) != 16 or not hmac.compare_digest(signature, _signature(clinic, number, purpose)):
        return None
    return number.hex()


def site_of(clinic: Clinic, invitation: str) -> tuple[str, str, bool] | None:
    """Say at which site an invitation was written, by whom, and whether it was taken back.

    None where it went with its patient. It tells nothing of a patient, and is in no log.
    """
    sites = clinic.sites()
    with writing(clinic.engine) as connection:
        for site in sites:
            for row in Scope(connection, site).rows(INVITATIONS, id=invitation):
                return site, row["added_by"], row["revoked_at"] is not None
    return None


def read_invitation(work: Work, row: Row) -> Invitation:
    """Read a row, with what was recorded by it."""
    patient = row["patient_id"]
    said = work.unseal(patient, row["id"], row["sealed"]) if row["sealed"] is not None else {}
    consent, answers = said.get("consent"), said.get("answers")
    tasks = [
        _recorded(work.unseal(patient, one["id"], one["sealed"]), one["clip_id"])
        for one in work.scope.rows(RECORDED_TASKS, order="added_at", invitation_id=row["id"])
    ]
    return Invitation(
        id=row["id"],
        patient=patient,
        state=_state(work, row),
        until=read_time(row["until"]),
        added_at=read_time(row["added_at"]),
        added_by=row["added_by"],
        finished_at=read_optional_time(row["finished_at"]),
        examination=row["examination_id"],
        consent=None
        if consent is None
        else Consent(consent["version"], consent["language"], read_time(consent["at"])),
        answers=None if answers is None else AtHomeAnswers(**answers),
        programme=said.get("programme", ""),
        tasks=tuple(tasks),
    )


def _recorded(said: Any, clip: str | None) -> RecordedTask:
    prompts = tuple((str(cue), float(at_s)) for cue, at_s in said["prompts"])
    return RecordedTask(**{**said, "prompts": prompts, "clip": clip})


def _state(work: Work, row: Row) -> InvitationState:
    if row["withdrawn_at"] is not None:
        return InvitationState.WITHDRAWN
    if row["revoked_at"] is not None:
        return InvitationState.REVOKED
    if row["finished_at"] is not None:
        return InvitationState.FINISHED
    return InvitationState.EXPIRED if row["until"] < work.time else InvitationState.OPEN


def _signature(clinic: Clinic, number: bytes, purpose: str) -> bytes:
    key = derive(clinic.vault.store_key, f"invitation {purpose}")
    return hmac.new(key, number, hashlib.sha256).digest()[:_SIGNATURE_BYTES]
