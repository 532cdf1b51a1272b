"""The program that sends is killed in the middle of it, on either kind of database: nothing is lost, nothing twice."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec

from clinic_people import NAME
from fhir_server import CLIENT, HOLDS_ITS_ANSWER, KEY_ID, FhirServer, in_pem, running
from tdscreen.records import outbox
from tdscreen.records.clinic import Clinic
from tdscreen.records.entries import MessageState, PatientDetails
from tdscreen.records.examinations import add_examination
from tdscreen.records.master import MasterKey
from tdscreen.records.patients import add_patient
from tdscreen.reports.content import ExaminationReport
from tdscreen.reports.fhir import bundle, written
from tdscreen.reports.push import Pushed, push
from tdscreen.reports.smart import Server, Session
from tdscreen.settings import REPORTS

WAIT_S = 60.0


def test_a_program_that_is_killed_while_the_server_answers_loses_nothing_and_leaves_nothing_twice(
    signed_report: ExaminationReport, database: str, master: MasterKey, tmp_path: Path
) -> None:
    private, public = in_pem(ec.generate_private_key(ec.SECP384R1()))
    secret = tmp_path / "fhir.pem"
    secret.write_bytes(private)
    secret.chmod(0o600)
    server = FhirServer(public)
    ahead = timedelta()
    with (
        Clinic.create(
            tmp_path / "store", database, master, clock=lambda: datetime.now(tz=UTC) + ahead
        ) as store,
        running(server),
    ):
        store.add_site("north")
        store.add_staff("north", "r1", name="Dr. Rosalind Ratewell")
        desk = store.desk("r1")
        patient = add_patient(desk, PatientDetails(NAME, 1961))
        examination = add_examination(desk, patient.id, held_at=store.now())
        outbox.put(desk, examination.id, written(bundle(signed_report, b"%PDF-1.7 a report")))
        server.troubles = [(HOLDS_ITS_ANSWER, {})]
        sender = subprocess.Popen(
            [sys.executable, "-m", "tdscreen", "clinic", "push", "--folder", str(tmp_path / "store")],
            env={
                **os.environ,
                "TDSCREEN_CLINIC_KEY_FILE": str(tmp_path / "master.key"),
                "TDSCREEN_CLINIC_DATABASE": database,
                "TDSCREEN_FHIR_URL": f"{server.url}/fhir",
                "TDSCREEN_FHIR_CLIENT": CLIENT,
                "TDSCREEN_FHIR_KEY_FILE": str(secret),
                "TDSCREEN_FHIR_KEY_ID": KEY_ID,
            },
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        try:
            assert server.holding.wait(WAIT_S), sender.poll()
        finally:
            sender.kill()
            said, _ = sender.communicate()
        assert said == ""
        there = len(server.resources)
        assert there > 20
        assert [(one.state, one.tries) for one in outbox.messages(desk)] == [(MessageState.WAITING, 1)]

        # Until it is sure that the other is gone, nobody else sends it.
        session = Session(Server(f"{server.url}/fhir", CLIENT, private, KEY_ID))
        assert push(store, session) == Pushed()
        ahead = timedelta(seconds=REPORTS.lease_s + 1)
        assert push(store, session) == Pushed(sent=1)
        assert (server.transactions, len(server.resources)) == (2, there)
        assert [one.state for one in outbox.messages(desk)] == [MessageState.SENT]
        assert store.audit_problems() == []
