"""A clinic on either kind of database, and a folder in memory of the tests' own."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import mkdtemp

import pytest

from clinic_people import Clock
from clinic_places import *  # noqa: F403, the fixtures
from clips import scene, write_clip
from tdscreen.records.clinic import Clinic
from tdscreen.records.entries import Role
from tdscreen.records.in_memory import FOLDER_VARIABLE
from tdscreen.records.master import MasterKey


@pytest.fixture
def clinic(tmp_path: Path, database: str, master: MasterKey, clock: Clock) -> Iterator[Clinic]:
    with Clinic.create(tmp_path / "store", database, master, clock=clock) as made:
        made.add_site("north")
        made.add_staff("north", "r1", name="Dr. Rosalind Ratewell")
        made.add_staff("north", "a1", name="Ada Administrator", role=Role.ADMINISTRATOR)
        yield made


@pytest.fixture
def memory(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Give a folder in memory that nothing else unpacks in."""
    folder = Path(mkdtemp(dir="/dev/shm", prefix="tests-of-tdscreen-"))
    monkeypatch.setenv(FOLDER_VARIABLE, str(folder))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def new_clip(tmp_path: Path) -> Callable[[str], Path]:
    """Give a function that films a scene without a face, each time another, under a name."""
    made: list[Path] = []

    def film(name: str) -> Path:
        path = tmp_path / "filmed" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        made.append(path)
        return write_clip(path, scene(12, seed=len(made)))

    return film
