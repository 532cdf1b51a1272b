"""A clinic with one examination that two people rate, and that tdscreen has assessed."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta

import pytest

from clinic_people import NAME, Clock
from clinic_places import database, kind, master, new_database, new_on_postgres, postgres_socket  # noqa: F401, fixtures
from measured_clips import asked_for, moving, quiet_face, still
from measured_clips import clip as measured_clip
from tdscreen.assessment.assess import assess
from tdscreen.assessment.assessment import Assessment
from tdscreen.records.assessments import add_assessment, estimates
from tdscreen.records.clinic import Clinic, Desk, database_in
from tdscreen.records.entries import (
    Agreement,
    Examination,
    ExaminationDetails,
    ExposureDetails,
    PatientDetails,
    Rating,
    RatingChange,
    Role,
    Scores,
    Sex,
)
from tdscreen.records.examinations import add_examination
from tdscreen.records.master import write_key_file
from tdscreen.records.patients import add_exposure, add_patient
from tdscreen.records.ratings import lock_rating, save_draft, sign
from tdscreen.reports.content import ExaminationReport, collect
from tdscreen.vocabulary import Region, Task

SCORES = {1: 1, 2: 3, 3: 2, 4: 1, 5: 1, 7: 0, 8: 2, 9: 1, 10: 1, 11: True, 12: False}
RATED = Scores(SCORES, {6: "Sat behind a table."}, "Lips were hard to see.")


@pytest.fixture(scope="session")
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def clinic(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, clock: Clock
) -> Iterator[Clinic]:
    """Open one store for all tests of reports: each transaction waits for the disk. Every test has its own patient.

    On SQLite, unless a test asks for the other kind, too.
    """
    base = tmp_path_factory.mktemp("clinic")
    folder = base / "store"
    with ExitStack() as stack:
        address = database_in(folder)
        if getattr(request, "param", "sqlite") == "postgresql":
            address = stack.enter_context(new_on_postgres(request.getfixturevalue("postgres_socket")))
        made = stack.enter_context(Clinic.create(folder, address, write_key_file(base / "key"), clock=clock))
        for site in ("north", "south"):
            made.add_site(site)
        made.add_staff("north", "r1", name="Dr. Rosalind Ratewell")
        made.add_staff("north", "r2", name="Dr. Second")
        made.add_staff("south", "s1", name="Dr. Elsewhere")
        made.add_staff("north", "x1", name="A Researcher", role=Role.RESEARCHER)
        made.add_staff("north", "a1", name="An Administrator", role=Role.ADMINISTRATOR)
        yield made


@pytest.fixture(scope="session")
def desk(clinic: Clinic) -> Desk:
    return clinic.desk("r1")


@pytest.fixture(scope="session")
def assessment() -> Assessment:
    """Give lips and jaw that move, a hand that taps as asked, and legs that nobody saw."""
    return assess(
        [
            measured_clip(
                moving(Region.LIPS, amplitude_mm=3.1, percent=55),
                moving(Region.JAW, amplitude_mm=4.0, percent=30),
                still(Region.UPPER_FACE),
                file="visit rest.mp4",
            ),
            measured_clip(
                *quiet_face(tongue=True),
                asked_for(Region.LEFT_HAND, amplitude_mm=40, percent=60),
                file="visit tapping.mp4",
                task=Task.FINGER_TAPPING_LEFT,
            ),
        ]
    )


def examined(desk: Desk, clock: Clock, assessment: Assessment, *, name: str) -> Examination:
    """Add a patient with an examination, its details and its estimate."""
    patient = add_patient(desk, PatientDetails(name, 1961, Sex.FEMALE))
    add_exposure(desk, patient.id, ExposureDetails("Haloperidol", "2019", "4 mg a day"))
    details = ExaminationDetails(gum=False, note="Came with her daughter.")
    made = add_examination(desk, patient.id, held_at=clock.time, details=details)
    add_assessment(desk, made.id, assessment)
    return made


@pytest.fixture
def examination(desk: Desk, clock: Clock, assessment: Assessment) -> Examination:
    return examined(desk, clock, assessment, name=f"{NAME} {uuid.uuid4().hex}")


@pytest.fixture
def locked(desk: Desk, examination: Examination) -> Rating:
    return lock_rating(desk, save_draft(desk, examination.id, RATED).id)


@pytest.fixture(scope="session")
def signed_report(desk: Desk, clock: Clock, assessment: Assessment) -> ExaminationReport:
    """Give that of an examination that one person rated 20 minutes later, compared with the estimate, and signed."""
    began, clock.time = clock.time, Clock().time
    made = examined(desk, clock, assessment, name=NAME)
    clock.move(minutes=20)
    rating = lock_rating(desk, save_draft(desk, made.id, RATED).id)
    estimates(desk, made.id)
    clock.move(minutes=5)
    sign(desk, rating.id, agreement=Agreement.DIFFERS, comment="The jaw moves more than it says.")
    clock.time = began
    return collect(desk, made.id)


@pytest.fixture(scope="session")
def unsigned_report(signed_report: ExaminationReport) -> ExaminationReport:
    (one,) = signed_report.ratings
    return dataclasses.replace(signed_report, ratings=(dataclasses.replace(one, signatures=()),))


@pytest.fixture(scope="session")
def changed_report(signed_report: ExaminationReport) -> ExaminationReport:
    """Give the same a day later: the jaw was seen again, and nobody has signed that."""
    (one,) = signed_report.ratings
    after = Scores({**one.rating.current.scores, 3: 4}, {6: "Table."}, "Seen again.")
    later = signed_report.as_of + timedelta(days=1)
    change = RatingChange("change", after, "Watched once more.", later, "r1")
    changed = dataclasses.replace(one, rating=dataclasses.replace(one.rating, changes=(change,)))
    return dataclasses.replace(signed_report, ratings=(changed,), as_of=later)


@pytest.fixture(scope="session")
def written_by_an_enemy(signed_report: ExaminationReport) -> ExaminationReport:
    """Put into every field what a typesetter, a browser or a spreadsheet might run."""
    text = '#eval("1+1") $x^2$ *b* _i_ @ref <label> = h \\ // c /* #import "@preview/x:1.0.0": * #read("/etc/passwd") '
    text += "=cmd|' /C calc'!A0 <script>alert(1)</script> \u202e\u0000\ud800 中文 🙂 " + "x" * 900
    (one,) = signed_report.ratings
    said = Scores(SCORES, {6: text}, text)
    return dataclasses.replace(
        signed_report,
        identifier=text,
        drugs=(ExposureDetails(text, text, text, text),),
        examination=dataclasses.replace(signed_report.examination, details=ExaminationDetails(note=text)),
        ratings=(
            dataclasses.replace(
                one, rater=text, rating=dataclasses.replace(one.rating, locked=said), signatures=()
            ),
        )
        * 3,
    )
