"""What a patient may read: a clinician lets it out, after signing, and can take it back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tdscreen.errors import InputError
from tdscreen.records.clinic import Desk, Work
from tdscreen.records.entries import Scores, SignOff
from tdscreen.records.patients import living_patient
from tdscreen.records.ratings import current_scores, read_sign_off
from tdscreen.records.roles import Act
from tdscreen.records.scope import Row
from tdscreen.records.tables import EXAMINATIONS, INVITATIONS, SIGN_OFFS
from tdscreen.records.times import read_time

_KIND = "summary"


@dataclass(frozen=True)
class ReleasedSummary:
    """What a patient's summary is made of.

    Attributes
    ----------
    scores : Scores
        As they were signed.
    held_at : datetime
        When the examination was.
    clinician : str
        Name of who signed it and let it out.
    """

    scores: Scores
    held_at: datetime
    clinician: str


def release_summary(desk: Desk, sign_off: str) -> SignOff:
    """Let the patient read, in plain words, what one has signed.

    Raises
    ------
    InputError
        This site has no such signature, it is another person's, or the rating was changed since.
    """
    with desk.at_work(Act.RELEASE) as work:
        row = _own(work, sign_off)
        if read_sign_off(work, row).scores != current_scores(work, row["rating_id"]):
            raise InputError(
                "This rating was changed after you signed it. Sign it as it stands, then let it be read."
            )
        return _note(work, row, {"by": work.who, "at": work.time}, "released")


def take_back_summary(desk: Desk, sign_off: str) -> SignOff:
    """Let the patient read it no longer.

    Raises
    ------
    InputError
        This site has no such signature, or it is another person's.
    """
    with desk.at_work(Act.RELEASE) as work:
        return _note(work, _own(work, sign_off), None, "took back")


def summary_for(desk: Desk, invitation: str) -> ReleasedSummary | None:
    """Give what a patient may read of what was recorded by an invitation.

    It is the last that was let out and is still as it was signed; None as long as there is none.

    Raises
    ------
    InputError
        This site has no such invitation.
    """
    with desk.at_work(Act.RECORD_AT_HOME) as work:
        row = work.scope.row(INVITATIONS, invitation)
        living_patient(work.scope, row["patient_id"])
        work.log("looked for", _KIND, invitation)
        return None if row["examination_id"] is None else _released(work, row["examination_id"])


def _released(work: Work, examination: str) -> ReleasedSummary | None:
    for row in reversed(work.scope.rows(SIGN_OFFS, order="signed_at", examination_id=examination)):
        signed = read_sign_off(work, row)
        if signed.released_at is not None and signed.scores == current_scores(work, row["rating_id"]):
            held_at = read_time(work.scope.row(EXAMINATIONS, examination)["held_at"])
            # Retired or not: the name stays for what was signed.
            names = {one.id: one.name for one in work.register().members(work.scope.site)}
            return ReleasedSummary(signed.scores, held_at, names[signed.signed_by])
    return None


def _own(work: Work, sign_off: str) -> Row:
    row = work.scope.row(SIGN_OFFS, sign_off)
    living_patient(work.scope, row["patient_id"])
    if row["signed_by"] != work.who:
        raise InputError("This signature is another person's. Only who signed can let the patient read it.")
    return row


def _note(work: Work, row: Row, release: dict[str, Any] | None, what: str) -> SignOff:
    said = work.unseal(row["patient_id"], row["id"], row["sealed"])
    sealed = work.seal(row["patient_id"], row["id"], {**said, "released": release})
    work.scope.change(SIGN_OFFS, row["id"], sealed=sealed)
    work.log(what, _KIND, row["id"])
    return read_sign_off(work, work.scope.row(SIGN_OFFS, row["id"]))
