"""A clinic of two sites whose clock stands still until it is told, on either kind of database."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from clinic_people import LOGIN, NAME, Clock
from clinic_places import *  # noqa: F403, the fixtures
from clips import scene, write_clip
from made_tracks import made_tracks
from measured_clips import clip as measured_clip
from measured_clips import quiet_face
from tdscreen.assessment.assess import assess
from tdscreen.assessment.assessment import Assessment
from tdscreen.records.clinic import Clinic, Desk
from tdscreen.records.entries import Examination, Patient, Role
from tdscreen.records.examinations import add_examination
from tdscreen.records.master import MasterKey
from tdscreen.tracking.tracks import Tracks


@pytest.fixture
def clinic(tmp_path: Path, database: str, master: MasterKey, clock: Clock) -> Iterator[Clinic]:
    with Clinic.create(tmp_path / "store", database, master, clock=clock) as made:
        for site in ("north", "south"):
            made.add_site(site)
        made.add_staff("north", "r1", name="Dr. Rosalind Ratewell", login=LOGIN)
        made.add_staff("north", "r2", name="Dr. Second")
        made.add_staff("north", "w1", name="Wim Researcher", role=Role.RESEARCHER)
        made.add_staff("north", "a1", name="Ada Administrator", role=Role.ADMINISTRATOR)
        made.add_staff("south", "s1", name="Dr. Elsewhere")
        made.add_staff("south", "a2", name="Abel Administrator", role=Role.ADMINISTRATOR)
        yield made


@pytest.fixture
def examination(desk: Desk, patient: Patient, clock: Clock) -> Examination:
    return add_examination(desk, patient.id, held_at=clock.time)


@pytest.fixture(scope="session")
def sounding_clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a second of a scene with sound, larger than one piece of an encrypted file."""
    return write_clip(
        tmp_path_factory.mktemp("sounding") / f"{NAME}.mp4",
        scene(30, width=320, height=240, noise=20),
        with_sound=True,
    )


@pytest.fixture(scope="session")
def some_tracks() -> Tracks:
    return made_tracks()


@pytest.fixture(scope="session")
def some_assessment() -> Assessment:
    return assess([measured_clip(*quiet_face(tongue=True))])
