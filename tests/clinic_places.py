"""Where the stores of the tests lie: fixtures of an empty database of either kind, a master key, and a clock.

And, in a room that has a clinic, r1's desk and a patient of r1's site.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psycopg
import pytest

from clinic_people import NAME, Clock
from postgres import programs, server
from tdscreen.records.clinic import Clinic, Desk, database_in
from tdscreen.records.entries import Patient, PatientDetails
from tdscreen.records.master import MasterKey, write_key_file
from tdscreen.records.patients import add_patient

on_both_kinds = pytest.mark.parametrize("clinic", ["sqlite", "postgresql"], indirect=True)
"""Of a test in a room whose clinic lies on SQLite unless it is told otherwise: holds on PostgreSQL, too."""


@pytest.fixture(scope="session")
def postgres_socket() -> Iterator[Path]:
    """Run a PostgreSQL server; where there is none, skip and say so, and fail in CI."""
    found = programs()
    if found is None:
        say = pytest.fail if os.environ.get("CI") else pytest.skip
        say("there is no PostgreSQL here (Debian's package postgresql)")
    with server(found) as socket:
        yield socket


@pytest.fixture(params=["sqlite", "postgresql"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@contextmanager
def new_on_postgres(socket: Path) -> Iterator[str]:
    """Make an empty database on a server, give its address, and remove it."""
    name = f"t{uuid.uuid4().hex}"

    def tell(command: str) -> None:
        with psycopg.connect(f"host={socket} user=postgres dbname=postgres", autocommit=True) as connection:
            connection.execute(command)  # type: ignore[arg-type]

    tell(f"CREATE DATABASE {name}")
    yield f"postgresql://postgres@/{name}?host={socket}"
    tell(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def new_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[object]:
    """Give a function that makes an empty database of a kind and gives its address."""
    with ExitStack() as made:

        def new(kind: str) -> str:
            if kind == "sqlite":
                return f"sqlite:///{tmp_path / uuid.uuid4().hex}.db"
            return made.enter_context(new_on_postgres(request.getfixturevalue("postgres_socket")))

        yield new


@pytest.fixture
def database(kind: str, new_database: object, tmp_path: Path) -> str:
    """Give the address of an empty database; SQLite where a store has it unless told otherwise."""
    return database_in(tmp_path / "store") if kind == "sqlite" else new_database(kind)  # type: ignore[operator]


@pytest.fixture
def master(tmp_path: Path) -> MasterKey:
    return write_key_file(tmp_path / "master.key")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def desk(clinic: Clinic) -> Desk:
    return clinic.desk("r1")


@pytest.fixture
def patient(desk: Desk) -> Patient:
    return add_patient(desk, PatientDetails(NAME, 1961))


def files_that_arrive(process: int | str = "self") -> set[str]:
    """Name the files of a process that hold clips which are being sent."""
    held = set()
    for link in Path(f"/proc/{process}/fd").iterdir():
        try:
            held.add(str(link.readlink()))
        except FileNotFoundError:
            continue
    return {name for name in held if "/.arriving-" in name}
