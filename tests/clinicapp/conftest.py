"""A clinic of two sites on this machine, and the server of its pages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from clinic_people import NAME
from clips import scene, write_clip
from tdscreen.clinicapp.server import application
from tdscreen.clinicapp.service import Service, open_service
from tdscreen.records.clinic import Clinic, Desk, database_in
from tdscreen.records.entries import Examination, Patient, PatientDetails, Role
from tdscreen.records.examinations import add_examination
from tdscreen.records.master import write_key_file
from tdscreen.records.patients import add_patient


@pytest.fixture
def clinic(tmp_path: Path) -> Iterator[Clinic]:
    store = tmp_path / "store"
    with Clinic.create(store, database_in(store), write_key_file(tmp_path / "master.key")) as made:
        for site in ("north", "south"):
            made.add_site(site)
        made.add_staff("north", "r1", name="Dr. Rosalind Ratewell")
        made.add_staff("north", "r2", name="Dr. Second")
        made.add_staff("north", "k1", name="Karl Keeper", role=Role.ADMINISTRATOR)
        made.add_staff("south", "s1", name="Dr. Elsewhere")
        made.add_staff("south", "k2", name="Kate Keeper", role=Role.ADMINISTRATOR)
        yield made


@pytest.fixture
def service(clinic: Clinic) -> Service:
    """Serve the store to r1."""
    made = Service(clinic, "r1")
    open_service(made)
    return made


@pytest.fixture
def desk(clinic: Clinic) -> Desk:
    return clinic.desk("r1")


@pytest.fixture
def patient(desk: Desk) -> Patient:
    return add_patient(desk, PatientDetails(NAME, 1961))


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
