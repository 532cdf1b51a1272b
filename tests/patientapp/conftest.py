"""A clinic of two sites, an invitation, and the recorder's routes without the page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from camera_films import Picture, resting
from clinic_places import *  # noqa: F403, the fixtures
from clips import scene, write_clip
from phones import Phone
from tdscreen.patientapp.checking import Checks
from tdscreen.patientapp.routes import ROUTES
from tdscreen.patientapp.service import Recorder, open_recorder
from tdscreen.records.clinic import Clinic, Desk, database_in
from tdscreen.records.entries import Invitation, Patient
from tdscreen.records.invitations import invite, word_of
from tdscreen.records.master import write_key_file
from tdscreen.serving.headers import guarded


class Unchecked(Checks):
    """Takes note of what is to be checked, and checks nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[tuple[str, int]] = []

    def ask(self, clinic: Clinic, site: str, invitation: str, slug: str, take: int, kept: str) -> None:
        self.asked.append((slug, take))


@pytest.fixture
def clinic(tmp_path: Path) -> Iterator[Clinic]:
    store = tmp_path / "store"
    with Clinic.create(store, database_in(store), write_key_file(tmp_path / "master.key")) as made:
        for site in ("north", "south"):
            made.add_site(site)
        made.add_staff("north", "r1", name="Dr. Rosalind Ratewell")
        yield made


@pytest.fixture
def invitation(desk: Desk, patient: Patient) -> Invitation:
    return invite(desk, patient.id)


@pytest.fixture
def recorder(clinic: Clinic) -> Iterator[Recorder]:
    made = Recorder(clinic, https=False, checks=Unchecked())
    open_recorder(made)
    yield made
    made.close()


@pytest.fixture
def server(recorder: Recorder) -> Iterator[TestClient]:
    with TestClient(
        Starlette(routes=ROUTES, middleware=guarded(camera=True)),
        base_url="http://localhost",
        raise_server_exceptions=True,
    ) as client:
        yield client


@pytest.fixture
def link_word(clinic: Clinic, invitation: Invitation) -> str:
    return word_of(clinic, invitation.id, "link")


@pytest.fixture
def phone(server: TestClient, link_word: str) -> Phone:
    """Give the phone of somebody who has used the link and agreed."""
    made = Phone(server, link_word)
    assert made.enter().status_code == 200
    assert made.agree().status_code == 200
    return made


@pytest.fixture(scope="session")
def clip(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Give a second of a scene, larger than two pieces of the tests."""
    path = write_clip(
        tmp_path_factory.mktemp("scene") / "scene.mp4", scene(30, width=320, height=240, noise=20)
    )
    return path.read_bytes()


@pytest.fixture(scope="session")
def at_rest(tmp_path_factory: pytest.TempPathFactory) -> list[Picture]:
    """Give the pictures of somebody at rest, each with its number."""
    return resting(tmp_path_factory.mktemp("at_rest"))
