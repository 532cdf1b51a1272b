"""Patients, what they take, and their deletion."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from typing import Any

from tdscreen.errors import InputError
from tdscreen.records import audit
from tdscreen.records.clinic import Clinic, Desk, Work
from tdscreen.records.entries import (
    Deletion,
    Exposure,
    ExposureDetails,
    Patient,
    PatientDetails,
    Person,
    Risk,
    RiskStatement,
    Sex,
)
from tdscreen.records.roles import Act
from tdscreen.records.scope import Row, Scope
from tdscreen.records.tables import EXPOSURES, OF_PATIENTS, PATIENTS
from tdscreen.records.times import read_time
from tdscreen.records.vault import new_id

_KIND = "patient"
_RISKS = "risks"
_DELETED = "deleted"
_FIRST_YEAR, _LAST_YEAR = 1880, 2100


@dataclass(frozen=True)
class Remains:
    """What there is of a patient.

    Attributes
    ----------
    counts : dict of str to int
        See :func:`remains`.
    deleted : AuditEntry or None
        The entry of the audit log that says that the patient was deleted; None of one who was not.
    """

    counts: dict[str, int]
    deleted: audit.AuditEntry | None


def add_patient(desk: Desk, details: PatientDetails) -> Patient:
    """Add a patient.

    Raises
    ------
    InputError
        This site has a patient of that identifier, or there is none, or a year that cannot be.
    """
    _check(details)
    patient = new_id()
    with desk.at_work(Act.WRITE) as work:
        lookup = _lookup(work, details)
        if work.scope.rows(PATIENTS, lookup=lookup):
            raise InputError("There is a patient with this identifier already.")
        work.undo.append(lambda: work.vault.shred_patient(patient))
        work.vault.add_patient(patient)
        sealed = work.seal(patient, patient, asdict(details))
        work.scope.add(PATIENTS, id=patient, lookup=lookup, sealed=sealed, added_at=work.time)
        work.log("added", _KIND, patient)
    return Patient(patient, details, read_time(work.time))


def patient(desk: Desk, identifier: str) -> Patient:
    """Give a patient by the random identifier.

    Raises
    ------
    InputError
        This site has none.
    """
    with desk.at_work(Act.SEE_IDENTITIES) as work:
        found = _patient(work, living_patient(work.scope, identifier))
        work.log("saw", _KIND, identifier)
    return found


def find_patient(desk: Desk, own_identifier: str) -> Patient | None:
    """Give the patient with the clinic's own identifier, whatever its case; None if this site has none."""
    with desk.at_work(Act.SEE_IDENTITIES) as work:
        rows = work.scope.rows(
            PATIENTS, lookup=_lookup(work, PatientDetails(own_identifier)), deleting_at=None
        )
        found = _patient(work, rows[0]) if rows else None
        work.log("looked for", _KIND, found.id if found else "")
    return found


def patients(desk: Desk) -> list[Patient]:
    """Give all patients of the site, in the order in which they were added."""
    with desk.at_work(Act.SEE_IDENTITIES) as work:
        found = [_patient(work, row) for row in work.scope.rows(PATIENTS, order="added_at", deleting_at=None)]
        work.log("listed", _KIND, "")
    return found


def persons(desk: Desk) -> list[Person]:
    """Give all patients of the site without what tells who they are, by their random identifiers: for research."""
    with desk.at_work(Act.SEE_FINDINGS) as work:
        found = []
        for row in work.scope.rows(PATIENTS, deleting_at=None):
            details = _patient(work, row).details
            found.append(Person(row["id"], details.year_of_birth, details.sex))
        work.log("listed without names", _KIND, "")
    return found


def change_patient(desk: Desk, identifier: str, details: PatientDetails) -> Patient:
    """Replace what is known of a patient.

    Raises
    ------
    InputError
        This site has no such patient, or another one of that identifier.
    """
    _check(details)
    with desk.at_work(Act.WRITE) as work:
        row = living_patient(work.scope, identifier)
        lookup = _lookup(work, details)
        if any(other["id"] != identifier for other in work.scope.rows(PATIENTS, lookup=lookup)):
            raise InputError("There is another patient with this identifier.")
        kept = work.unseal(identifier, identifier, row["sealed"])
        sealed = work.seal(identifier, identifier, {**kept, **asdict(details)})
        work.scope.change(PATIENTS, identifier, lookup=lookup, sealed=sealed)
        work.log("changed", _KIND, identifier)
        return _patient(work, work.scope.row(PATIENTS, identifier))


def say_risks(desk: Desk, identifier: str, risks: Iterable[Risk]) -> Patient:
    """Say which risks apply to a patient, and so that the others do not. What was said before is kept beside it.

    Raises
    ------
    InputError
        This site has no such patient.
    """
    said = set(risks)
    with desk.at_work(Act.WRITE) as work:
        row = living_patient(work.scope, identifier)
        kept = work.unseal(identifier, identifier, row["sealed"])
        statement = {
            "risks": [risk.name for risk in Risk if risk in said],
            "said_by": work.who,
            "said_at": work.time,
        }
        kept[_RISKS] = [*kept.get(_RISKS, []), statement]
        work.scope.change(PATIENTS, identifier, sealed=work.seal(identifier, identifier, kept))
        work.log("said", "risks of patient", identifier)
        return _patient(work, work.scope.row(PATIENTS, identifier))


def add_exposure(desk: Desk, patient: str, details: ExposureDetails) -> Exposure:
    """Note a drug that a patient takes or took, or its new dose."""
    if not details.drug.strip():
        raise InputError("Name the drug.")
    exposure = new_id()
    with desk.at_work(Act.WRITE) as work:
        living_patient(work.scope, patient)
        work.scope.add(
            EXPOSURES,
            id=exposure,
            patient_id=patient,
            sealed=work.seal(patient, exposure, asdict(details)),
            added_at=work.time,
            added_by=work.who,
        )
        work.log("added", "exposure", exposure)
    return Exposure(exposure, patient, details, read_time(work.time), work.who)


def exposures(desk: Desk, patient: str) -> list[Exposure]:
    """Give what was noted of a patient's drugs, oldest first."""
    with desk.at_work(Act.SEE_FINDINGS) as work:
        living_patient(work.scope, patient)
        found = []
        for row in work.scope.rows(EXPOSURES, order="added_at", patient_id=patient):
            details = ExposureDetails(**work.unseal(patient, row["id"], row["sealed"]))
            details = replace(details, note=work.note(details.note))
            found.append(Exposure(row["id"], patient, details, read_time(row["added_at"]), row["added_by"]))
        work.log("saw", "exposures of patient", patient)
    return found


def delete_patient(desk: Desk, identifier: str) -> Deletion:
    """Destroy everything that there is of a patient: the key first, then files and rows.

    Cut short, it is taken to its end by :func:`tdscreen.records.retention.sweep`, or by calling it again.

    Returns
    -------
    Deletion
        What was there.

    Raises
    ------
    InputError
        This site has no such patient.
    """
    with desk.at_work(Act.DELETE) as work:
        work.scope.change(PATIENTS, identifier, deleting_at=work.time)
        work.log("began to delete", _KIND, identifier)
    return finish_deletion(desk.clinic, identifier, who=desk.staff.id, site=desk.staff.site)


def finish_deletion(clinic: Clinic, identifier: str, *, who: str, site: str) -> Deletion:
    """Take a deletion that was begun to its end, and make sure that nothing is left.

    Raises
    ------
    InputError
        It was not begun.
    """
    files = len(clinic.vault.files(identifier))
    # From here on nobody can read anything of this patient, whatever else is still there.
    clinic.vault.shred_patient(identifier)
    with clinic.at_work(who, site) as work:
        if work.scope.row(PATIENTS, identifier)["deleting_at"] is None:
            raise InputError("The deletion of this patient was not begun.")
        rows = {table.name: work.scope.remove(table, patient_id=identifier) for table in OF_PATIENTS}
        rows[PATIENTS.name] = work.scope.remove(PATIENTS, id=identifier)
        work.log(_DELETED, _KIND, identifier)
    return Deletion(identifier, rows, files)


def remains(clinic: Clinic, identifier: str, *, site: str) -> dict[str, int]:
    """Count what there is of a patient: rows by table, and ``folder``. All 0 of one that was deleted.

    Parameters
    ----------
    clinic : Clinic
    identifier : str
        Random identifier of the patient, as the audit log has it.
    site : str
    """
    with clinic.at_work("shell", site) as work:
        return _counted(work, identifier)


def what_there_is(desk: Desk, identifier: str) -> Remains:
    """Count what there is of a patient, for who may delete it: before, and to show after it that nothing is left.

    Parameters
    ----------
    desk : Desk
    identifier : str
        Random identifier of the patient.

    Raises
    ------
    InputError
        This site has no such patient, and has deleted none of that identifier.
    """
    with desk.at_work(Act.DELETE) as work:
        deleted = next(
            (
                entry
                for entry in audit.entries(work.connection)
                if (entry.site, entry.what, entry.kind, entry.on_id)
                == (work.scope.site, _DELETED, _KIND, identifier)
            ),
            None,
        )
        if deleted is None:
            work.scope.row(PATIENTS, identifier)
        return Remains(_counted(work, identifier), deleted)


def living_patient(scope: Scope, identifier: str) -> Row:
    """Give the row of a patient whose deletion has not begun.

    Raises
    ------
    InputError
        This site has none.
    """
    row = scope.row(PATIENTS, identifier)
    if row["deleting_at"] is not None:
        raise InputError("This patient is being deleted.")
    return row


def _counted(work: Work, identifier: str) -> dict[str, int]:
    found = {table.name: len(work.scope.rows(table, patient_id=identifier)) for table in OF_PATIENTS}
    found[PATIENTS.name] = len(work.scope.rows(PATIENTS, id=identifier))
    found["folder"] = int(identifier in work.vault.patients())
    work.log("looked for remains of", _KIND, identifier)
    return found


def _patient(work: Work, row: Row) -> Patient:
    said: dict[str, Any] = work.unseal(row["id"], row["id"], row["sealed"])
    # A store of before has none.
    statements = said.pop(_RISKS, []) if work.may(Act.SEE_FINDINGS) else []
    said.pop(_RISKS, None)
    return Patient(
        row["id"],
        PatientDetails(**{**said, "sex": Sex(said["sex"])}),
        read_time(row["added_at"]),
        tuple(
            RiskStatement(
                tuple(Risk[name] for name in one["risks"]), one["said_by"], read_time(one["said_at"])
            )
            for one in statements
        ),
    )


def _lookup(work: Work, details: PatientDetails) -> str:
    return work.lookup(_KIND, details.identifier.strip().casefold())


def _check(details: PatientDetails) -> None:
    if not details.identifier.strip():
        raise InputError("A patient needs an identifier.")
    if details.year_of_birth is not None and not _FIRST_YEAR <= details.year_of_birth <= _LAST_YEAR:
        raise InputError(f"{details.year_of_birth} is no year of birth.")
