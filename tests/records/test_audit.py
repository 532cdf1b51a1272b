"""The audit log shows who did what, and shows when somebody has been at it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy.exc import DatabaseError

from clinic_people import NAME, Clock, tamper
from tdscreen.errors import InputError
from tdscreen.records.audit import Head
from tdscreen.records.clinic import HEAD_FILE, Clinic, Desk
from tdscreen.records.database import writing
from tdscreen.records.entries import Patient
from tdscreen.records.patients import add_patient, change_patient
from tdscreen.records.patients import patient as patient_of


@pytest.fixture
def busy(clinic: Clinic, desk: Desk, patient: Patient) -> Clinic:
    """Give a clinic whose log has thirteen entries."""
    for _ in range(3):
        patient_of(desk, patient.id)
    return clinic


def test_the_log_says_who_did_what_and_names_nobody(busy: Clinic, desk: Desk, patient: Patient) -> None:
    log = busy.audit_entries()
    assert [(e.who, e.site, e.what, e.kind) for e in log[-4:]] == [
        ("r1", "north", "added", "patient"),
        *[("r1", "north", "saw", "patient")] * 3,
    ]
    assert log[-1].on_id == patient.id
    assert NAME not in repr(log)
    assert "Rosalind" not in repr(log)
    assert busy.audit_problems() == []
    assert busy.head().entries == len(log) == log[-1].number


def test_what_did_not_happen_is_not_in_the_log(busy: Clinic, desk: Desk, patient: Patient) -> None:
    before = busy.head()
    with pytest.raises(InputError):
        add_patient(desk, patient.details)
    with pytest.raises(InputError):
        change_patient(desk, "nobody", patient.details)
    assert busy.head() == before


@pytest.mark.parametrize("statement", ["UPDATE audit SET who = 'r2'", "DELETE FROM audit"])
def test_the_database_lets_the_log_only_grow(busy: Clinic, statement: str) -> None:
    with pytest.raises(DatabaseError, match="only grows"), writing(busy.engine) as connection:
        connection.exec_driver_sql(statement)


@pytest.mark.parametrize(
    ("statements", "said"),
    [
        (["UPDATE audit SET who = 'r2' WHERE number = 5"], ["Entry 5 was changed."]),
        (["UPDATE audit SET at = '2020-01-01' WHERE number = 1"], ["Entry 1 was changed."]),
        (["DELETE FROM audit WHERE number = 5"], ["Entry 5 was removed."]),
        (["DELETE FROM audit WHERE number < 3"], ["Entries 1 to 2 were removed."]),
        (["DELETE FROM audit WHERE number > 8"], ["Entries 9 to 13 were cut off the end."]),
        (["DELETE FROM audit"], ["Entries 1 to 13 were cut off the end."]),
        (
            [
                "UPDATE audit SET number = 99 WHERE number = 5",
                "UPDATE audit SET number = 5 WHERE number = 6",
                "UPDATE audit SET number = 6 WHERE number = 99",
            ],
            [
                "Entry 5 was moved: it was written as entry 6.",
                "Entry 6 was moved: it was written as entry 5.",
            ],
        ),
        (
            ["DELETE FROM audit WHERE number = 5", "UPDATE audit SET number = number - 1 WHERE number > 5"],
            ["Entry 5 was moved: it was written as entry 6.", "Entry 13 was cut off the end."],
        ),
    ],
    ids=[
        "changed",
        "first changed",
        "removed",
        "beginning removed",
        "tail cut off",
        "emptied",
        "exchanged",
        "closed up",
    ],
)
def test_who_changes_removes_or_moves_an_entry_is_found_out(
    busy: Clinic, statements: list[str], said: list[str]
) -> None:
    assert busy.head().entries == 13
    tamper(busy, *statements)
    found = busy.audit_problems()
    assert [sentence for sentence in said if sentence not in found] == []


def test_one_who_cuts_the_tail_and_puts_the_old_head_back_is_found_by_a_head_noted_elsewhere(
    busy: Clinic, desk: Desk, patient: Patient, clock: Clock
) -> None:
    path = busy.vault.folder / HEAD_FILE
    old = path.read_bytes()
    patient_of(desk, patient.id)
    noted = Head.parse(str(busy.head()))
    tamper(busy, "DELETE FROM audit WHERE number > 13")
    path.write_bytes(old)
    assert busy.audit_problems() == [], (
        "machine and database were both put back, and nothing here knows better"
    )
    assert busy.audit_problems(noted=noted) == ["Entry 14 was cut off the end."]
    clock.move(minutes=1)
    patient_of(desk, patient.id)
    assert "log was written anew" in busy.audit_problems(noted=noted)[0]


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda path: path.unlink(), "is gone"),
        (lambda path: path.write_bytes(path.read_bytes().replace(b"13:", b"12:", 1)), "was changed"),
        (lambda path: path.write_bytes(b""), "was changed"),
    ],
    ids=["removed", "set back", "emptied"],
)
def test_a_head_that_was_tampered_with_is_found(
    busy: Clinic, damage: Callable[[Path], object], said: str
) -> None:
    damage(busy.vault.folder / HEAD_FILE)
    (found,) = busy.audit_problems()
    assert said in found


def test_a_head_that_lags_behind_a_crash_is_no_alarm(busy: Clinic, desk: Desk, patient: Patient) -> None:
    path = busy.vault.folder / HEAD_FILE
    old = path.read_bytes()
    patient_of(desk, patient.id)
    path.write_bytes(old)
    assert busy.audit_problems() == []
