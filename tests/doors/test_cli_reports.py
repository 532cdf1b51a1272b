"""The doors through which an examination leaves a store: what the commands write, and what they refuse."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from clinic_people import NAME, Clock
from fhir_rules import broken_rules
from fhir_server import CLIENT, KEY_ID, FhirServer, running
from tdscreen.cli import main
from tdscreen.records.clinic import Clinic, database_in
from tdscreen.records.entries import PatientDetails, Role, Scores
from tdscreen.records.examinations import add_examination
from tdscreen.records.master import KEY_FILE_VARIABLE, write_key_file
from tdscreen.records.patients import add_patient
from tdscreen.records.ratings import lock_rating, save_draft

Run = Callable[..., Result]


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("reports")


@pytest.fixture(scope="module")
def examination(base: Path) -> str:
    """Make a store with one examination that one person has rated, and nobody signed."""
    folder = base / "store"
    with Clinic.create(folder, database_in(folder), write_key_file(base / "key"), clock=Clock()) as clinic:
        clinic.add_site("north")
        clinic.add_staff("north", "r1", name="Dr. Rosalind Ratewell")
        clinic.add_staff("north", "x1", name="A Researcher", role=Role.RESEARCHER)
        desk = clinic.desk("r1")
        patient = add_patient(desk, PatientDetails(NAME, 1961))
        made = add_examination(desk, patient.id, held_at=clinic.now())
        scores = Scores({**dict.fromkeys(range(1, 11), 1), 11: False, 12: False})
        lock_rating(desk, save_draft(desk, made.id, scores).id)
        return made.id


@pytest.fixture
def run(base: Path, examination: str, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv(KEY_FILE_VARIABLE, str(base / "key"))
    monkeypatch.setenv("TDSCREEN_CLINIC_FOLDER", str(base / "store"))

    def call(*arguments: str) -> Result:
        return CliRunner().invoke(main, ["clinic", *arguments])

    return call


def test_a_report_and_a_bundle_are_written_for_their_owner_alone_and_never_over_another(
    run: Run, examination: str, tmp_path: Path
) -> None:
    pdf, bundle = tmp_path / "report.pdf", tmp_path / "bundle.json"
    done = run("report", examination, "--as", "r1", "--out", str(pdf))
    assert done.exit_code == 0, done.output
    assert "It is a draft" in done.output
    assert pdf.read_bytes().startswith(b"%PDF-1.7")
    assert run("fhir", examination, "--as", "r1", "--hide", "identifier", "--out", str(bundle)).exit_code == 0
    made = json.loads(bundle.read_text(encoding="utf-8"))
    assert broken_rules(made) == []
    assert NAME not in bundle.read_text(encoding="utf-8")
    assert {path.stat().st_mode & 0o777 for path in (pdf, bundle)} == {0o600}
    again = run("report", examination, "--as", "r1", "--out", str(pdf))
    assert again.exit_code == 2
    assert "already there" in again.output


def test_a_researcher_gets_tables_and_no_report(run: Run, examination: str, tmp_path: Path) -> None:
    refused = run("report", examination, "--as", "x1", "--out", str(tmp_path / "r.pdf"))
    assert refused.exit_code == 2
    assert "not for a researcher" in refused.output
    assert not (tmp_path / "r.pdf").exists()
    done = run("export", "--as", "x1", "--study", "TD-1", "--out", str(tmp_path / "out"))
    assert done.exit_code == 0, done.output
    assert (tmp_path / "out" / "ratings.csv").exists()


def test_what_is_put_into_the_outbox_is_pushed_and_listed(
    run: Run, examination: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = ec.generate_private_key(ec.SECP384R1())
    file = tmp_path / "key.pem"
    file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    file.chmod(0o600)
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    put = run("send", examination, "--as", "r1", "--patient-system", "urn:oid:1.2.3")
    assert put.exit_code == 0, put.output
    assert "waiting, 0 tries" in run("outbox", "--as", "r1").output
    missing = run("push", "--once")
    assert missing.exit_code == 2
    assert "TDSCREEN_FHIR_URL" in missing.output
    with running(FhirServer(public)) as server:
        for name, value in (
            ("URL", f"{server.url}/fhir"),
            ("CLIENT", CLIENT),
            ("KEY_FILE", str(file)),
            ("KEY_ID", KEY_ID),
        ):
            monkeypatch.setenv(f"TDSCREEN_FHIR_{name}", value)
        done = run("push", "--once")
    assert done.exit_code == 0, done.output
    assert "Sent: 1; refused: 0; waiting: 0." in done.output
    assert len(server.of_type("DiagnosticReport")) == 1
    assert "sent, 1 try" in run("outbox", "--as", "r1").output
    assert put.output.strip() in run("outbox", "--as", "r1").output
