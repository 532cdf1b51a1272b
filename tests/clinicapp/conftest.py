"""A clinic of two sites on this machine, and the server of its pages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser
from starlette.testclient import TestClient

from browsing import chromium
from clinic_places import *  # noqa: F403, the fixtures
from clips import scene, write_clip
from tdscreen.clinicapp.server import application
from tdscreen.clinicapp.service import Service, open_service
from tdscreen.records.clinic import Clinic, Desk, database_in
from tdscreen.records.entries import Examination, Patient, Role
from tdscreen.records.examinations import add_examination
from tdscreen.records.master import write_key_file


@pytest.fixture
def clinic(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Clinic]:
    """Open a store on SQLite, unless a test asks for the other kind, too."""
    store = tmp_path / "store"
    address = database_in(store)
    if getattr(request, "param", "sqlite") == "postgresql":
        address = request.getfixturevalue("new_database")("postgresql")
    with Clinic.create(store, address, write_key_file(tmp_path / "master.key")) as made:
        for site in ("north", "south"):
            made.add_site(site)
        made.add_staff("north", "r1", name="Dr. Rosalind Ratewell")
        made.add_staff("north", "r2", name="Dr. Second")
        made.add_staff("north", "k1", name="Karl Keeper", role=Role.ADMINISTRATOR)
        made.add_staff("south", "s1", name="Dr. Elsewhere")
        made.add_staff("south", "k2", name="Kate Keeper", role=Role.ADMINISTRATOR)
        yield made


@pytest.fixture
def store(clinic: Clinic, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Clinic:
    """Name the store of this test to the servers that it starts."""
    monkeypatch.setenv("TDSCREEN_CLINIC_KEY_FILE", str(tmp_path / "master.key"))
    monkeypatch.setenv("TDSCREEN_CLINIC_FOLDER", str(tmp_path / "store"))
    monkeypatch.delenv("TDSCREEN_CLINIC_KEY", raising=False)
    monkeypatch.delenv("TDSCREEN_CLINIC_DATABASE", raising=False)
    return clinic


@pytest.fixture
def service(clinic: Clinic) -> Service:
    """Serve the store to r1."""
    made = Service(clinic, "r1")
    open_service(made)
    return made


@pytest.fixture
def examination(desk: Desk, patient: Patient) -> Examination:
    return add_examination(desk, patient.id, held_at=desk.clinic.now())


@pytest.fixture(scope="session")
def server() -> Iterator[TestClient]:
    """Run the whole application; Streamlit knows one of it in a process."""
    with TestClient(application(), base_url="http://localhost") as client:
        yield client


@pytest.fixture(scope="session")
def sounding_clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a second of a scene with sound, larger than one piece of an encrypted file."""
    return write_clip(
        tmp_path_factory.mktemp("sounding") / "rest at the window.mp4",
        scene(30, width=320, height=240, noise=20),
        with_sound=True,
    )


@pytest.fixture(scope="session")
def sample() -> Path:
    """Give a sample clip of 12 s."""
    return Path(__file__).resolve().parents[2] / "sample_videos" / "lips_1.5hz.mp4"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened
