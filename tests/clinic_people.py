"""Who is in the clinic of the tests, and its clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from tdscreen.records.clinic import Clinic
from tdscreen.records.database import writing

NAME = "Wilhelmina Achternbusch"
LOGIN = ("https://login.clinic.example", "Rosalind@clinic.example")
SECRET_WORDS = (
    NAME,
    "Haloperidol",
    "chewed gum before",
    "lips were hard to see",
    "login.clinic.example",
    "rosalind@clinic.example",
)


class Clock:
    """Tells a time that only moves when it is moved."""

    def __init__(self) -> None:
        self.time = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.time

    def move(self, **by: float) -> None:
        self.time += timedelta(**by)


def tamper(clinic: Clinic, *statements: str) -> None:
    """Change the log as somebody does who may do everything to the database."""
    drop = {
        "sqlite": [
            "DROP TRIGGER IF EXISTS audit_refuses_update",
            "DROP TRIGGER IF EXISTS audit_refuses_delete",
        ],
        "postgresql": ["DROP TRIGGER IF EXISTS audit_only_grows ON audit"],
    }
    with writing(clinic.engine) as connection:
        for statement in (*drop[connection.dialect.name], *statements):
            connection.exec_driver_sql(statement)


def everything_on_disk(clinic: Clinic) -> bytes:
    """Give every byte that a thief finds: the folder, and the database as it lies or as it says."""
    found = [path.read_bytes() for path in clinic.vault.folder.rglob("*") if path.is_file()]
    if clinic.engine.dialect.name == "postgresql":
        socket = Path(str(clinic.engine.url.query["host"]))
        with clinic.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("CHECKPOINT")
        found += [path.read_bytes() for path in (socket / "data").rglob("*") if path.is_file()]
        found.append((socket / "log").read_bytes())
    return b"\n".join(found)
