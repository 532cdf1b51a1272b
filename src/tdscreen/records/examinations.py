"""Examinations: one sitting of one patient, and what moves the score on that day."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import datetime, timedelta

from tdscreen.errors import InputError
from tdscreen.records.clinic import Desk, Work
from tdscreen.records.entries import Examination, ExaminationDetails
from tdscreen.records.patients import living_patient
from tdscreen.records.roles import Act
from tdscreen.records.scope import Row, Scope
from tdscreen.records.tables import EXAMINATIONS
from tdscreen.records.times import read_time, written
from tdscreen.records.vault import new_id

_KIND = "examination"
_FIRST_YEAR = 1950
"""Before there were the drugs (assumed)."""
_CLOCKS_APART = timedelta(days=1)
"""A machine's clock or zone may be wrong by so much (assumed)."""


def add_examination(
    desk: Desk, patient: str, *, held_at: datetime, details: ExaminationDetails | None = None
) -> Examination:
    """Add an examination of a patient.

    Parameters
    ----------
    desk : Desk
    patient : str
    held_at : datetime
        With its zone.
    details : ExaminationDetails, optional

    Raises
    ------
    InputError
        This site has no such patient, or the time has no zone, or lies more than a day ahead, or before 1950.
    """
    details = details or ExaminationDetails()
    examination = new_id()
    with desk.at_work(Act.RECORD) as work:
        check_when_held(held_at, now=work.now)
        living_patient(work.scope, patient)
        work.scope.add(
            EXAMINATIONS,
            id=examination,
            patient_id=patient,
            held_at=written(held_at),
            sealed=work.seal(patient, examination, asdict(details)),
            added_at=work.time,
            added_by=work.answerable,
        )
        work.log("added", _KIND, examination)
        row = work.scope.row(EXAMINATIONS, examination)
        return _examination(work, row)


def check_when_held(held_at: datetime, *, now: datetime) -> None:
    """Refuse a time at which no examination can have been.

    Raises
    ------
    InputError
        It has no zone, or lies more than a day ahead, or before 1950.
    """
    if held_at.tzinfo is None:
        raise InputError("The time of an examination needs its zone.")
    if held_at.year < _FIRST_YEAR or held_at > now + _CLOCKS_APART:
        # A slip in the year would put off when the patient is due.
        raise InputError(
            f"An examination is noted once it is held, and not before {_FIRST_YEAR}: look at the year in "
            f"{held_at:%Y-%m-%d %H:%M}."
        )


def examination(desk: Desk, identifier: str) -> Examination:
    """Give an examination.

    Raises
    ------
    InputError
        This site has none of that identifier.
    """
    with desk.at_work(Act.SEE_FINDINGS) as work:
        return examination_shown(work, identifier)


def examination_shown(work: Work, identifier: str) -> Examination:
    """Give an examination within a piece of work; see :func:`examination`."""
    found = _examination(work, living_examination(work.scope, identifier))
    work.log("saw", _KIND, identifier)
    return found


def examinations(desk: Desk, patient: str) -> list[Examination]:
    """Give the examinations of a patient, oldest first."""
    with desk.at_work(Act.SEE_FINDINGS) as work:
        living_patient(work.scope, patient)
        rows = work.scope.rows(EXAMINATIONS, order="held_at", patient_id=patient)
        found = [_examination(work, row) for row in rows]
        work.log("saw", "examinations of patient", patient)
    return found


def change_examination(desk: Desk, identifier: str, details: ExaminationDetails) -> None:
    """Replace what was asked at an examination."""
    with desk.at_work(Act.WRITE) as work:
        row = living_examination(work.scope, identifier)
        sealed = work.seal(row["patient_id"], identifier, asdict(details))
        work.scope.change(EXAMINATIONS, identifier, sealed=sealed)
        work.log("changed", _KIND, identifier)


def living_examination(scope: Scope, identifier: str) -> Row:
    """Give the row of an examination whose patient is not being deleted.

    Raises
    ------
    InputError
        This site has none.
    """
    row = scope.row(EXAMINATIONS, identifier)
    living_patient(scope, row["patient_id"])
    return row


def _examination(work: Work, row: Row) -> Examination:
    details = ExaminationDetails(**work.unseal(row["patient_id"], row["id"], row["sealed"]))
    return Examination(
        row["id"],
        row["patient_id"],
        read_time(row["held_at"]),
        replace(details, note=work.note(details.note)),
        read_time(row["added_at"]),
        row["added_by"],
    )
