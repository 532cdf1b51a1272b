"""To the record system: signed in as a program, sent until the server has it, and never twice."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import jwt
import pytest
import requests
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from sqlalchemy import delete

from clinic_people import NAME, Clock
from clinic_places import on_both_kinds
from fhir_server import ASSERTION, CLIENT, KEY_ID, LOSES_ITS_ANSWER, FhirServer, in_pem, running
from tdscreen.errors import InputError
from tdscreen.records import outbox
from tdscreen.records.clinic import Clinic, Desk
from tdscreen.records.database import writing
from tdscreen.records.entries import Message, MessageState, Rating
from tdscreen.records.patients import delete_patient
from tdscreen.records.tables import OUTBOX
from tdscreen.reports.content import ExaminationReport, collect
from tdscreen.reports.fhir import bundle, written
from tdscreen.reports.push import Pushed, push, wait_before
from tdscreen.reports.smart import Server, Session, server_of_environment

PDF = b"%PDF-1.7 a report"


@pytest.fixture(scope="session")
def keys() -> tuple[bytes, bytes]:
    return in_pem(ec.generate_private_key(ec.SECP384R1()))


@pytest.fixture
def server(keys: tuple[bytes, bytes]) -> Iterator[FhirServer]:
    with running(FhirServer(keys[1])) as one:
        yield one


@pytest.fixture
def session(server: FhirServer, keys: tuple[bytes, bytes]) -> Session:
    return session_with(server, keys[0])


@pytest.fixture(autouse=True)
def _an_empty_outbox(clinic: Clinic) -> Iterator[None]:
    yield
    with writing(clinic.engine) as connection:
        connection.execute(delete(OUTBOX))


@pytest.fixture
def waiting(desk: Desk, signed_report: ExaminationReport) -> Message:
    return put(desk, signed_report)


def session_with(server: FhirServer, key: bytes) -> Session:
    return Session(Server(f"{server.url}/fhir", CLIENT, key, KEY_ID))


def put(desk: Desk, report: ExaminationReport) -> Message:
    return outbox.put(
        desk, report.examination.id, written(bundle(report, PDF, patient_system="urn:oid:1.2.3"))
    )


def states(desk: Desk) -> list[tuple[MessageState, int]]:
    return [(one.state, one.tries) for one in outbox.messages(desk)]


@on_both_kinds
def test_what_waits_is_sent_and_leaves_the_store(
    clinic: Clinic, desk: Desk, server: FhirServer, session: Session, waiting: Message
) -> None:
    assert push(clinic, session) == Pushed(sent=1)
    assert states(desk) == [(MessageState.SENT, 1)]
    assert len(server.of_type("Observation")) == 13 + 8
    assert push(clinic, session) == Pushed()
    with pytest.raises(InputError, match="sent already"):
        outbox.send_again(desk, waiting.id)


@on_both_kinds
def test_a_second_sending_leaves_the_same_and_a_change_replaces_it(
    clinic: Clinic,
    desk: Desk,
    server: FhirServer,
    session: Session,
    signed_report: ExaminationReport,
    changed_report: ExaminationReport,
) -> None:
    for report in (signed_report, signed_report, changed_report):
        put(desk, report)
        push(clinic, session)
    assert server.transactions == 3
    assert len(server.resources) == 1 + 1 + 13 + 8 + 1 + 1 + 2 + 1
    (document,) = server.of_type("DiagnosticReport")
    assert document["status"] == "preliminary"


def test_a_patient_that_the_server_has_already_stays_as_it_is(
    clinic: Clinic, server: FhirServer, session: Session, waiting: Message
) -> None:
    theirs = {
        "resourceType": "Patient",
        "identifier": [{"system": "urn:oid:1.2.3", "value": NAME}],
        "birthDate": "1961-05-04",
    }
    server.resources["Patient", 1] = theirs
    push(clinic, session)
    assert server.of_type("Patient") == [theirs]


def test_a_server_that_is_down_loses_nothing(
    clinic: Clinic, desk: Desk, clock: Clock, keys: tuple[bytes, bytes], waiting: Message
) -> None:
    server = FhirServer(keys[1])
    with running(server):
        port = int(server.url.rpartition(":")[2])
    session = session_with(server, keys[0])
    done = push(clinic, session)
    assert (done.put_off, "cannot be reached" in done.why) == (1, True)
    assert push(clinic, session) == Pushed()
    clock.move(seconds=31)
    assert push(clinic, session).put_off == 1
    assert states(desk) == [(MessageState.WAITING, 2)]
    clock.move(seconds=61)
    with running(server, port=port):
        assert push(clinic, session) == Pushed(sent=1)


def test_the_wait_doubles_up_to_a_limit() -> None:
    assert [wait_before(tries).total_seconds() for tries in (1, 2, 3, 60)] == [30, 60, 120, 6 * 3600]


@pytest.mark.parametrize("status", [409, 429, 500, 503])
def test_a_server_that_is_busy_is_asked_again(
    clinic: Clinic,
    desk: Desk,
    clock: Clock,
    server: FhirServer,
    session: Session,
    waiting: Message,
    status: int,
) -> None:
    server.troubles = [(status, {"Retry-After": "120"})]
    done = push(clinic, session)
    assert (done.put_off, str(status) in done.why) == (1, True)
    (kept,) = outbox.messages(desk)
    assert "Not now." in kept.answer
    clock.move(seconds=100)
    assert push(clinic, session) == Pushed()
    clock.move(seconds=21)
    assert push(clinic, session) == Pushed(sent=1)


@on_both_kinds
def test_a_refusal_is_kept_with_its_reason_and_can_be_sent_again(
    clinic: Clinic, desk: Desk, server: FhirServer, session: Session, signed_report: ExaminationReport
) -> None:
    broken = written(bundle(signed_report, PDF)).replace('"status": "final"', '"status": "ready"')
    message = outbox.put(desk, signed_report.examination.id, broken)
    done = push(clinic, session)
    assert done.refused == 1
    (kept,) = outbox.messages(desk)
    assert (kept.state, "status ready" in kept.answer) == (MessageState.REFUSED, True)
    assert server.resources == {}
    assert push(clinic, session) == Pushed()
    outbox.send_again(desk, message.id)
    assert push(clinic, session).refused == 1


def test_an_answer_that_is_lost_leaves_nothing_twice(
    clinic: Clinic, clock: Clock, server: FhirServer, session: Session, waiting: Message
) -> None:
    server.troubles = [(LOSES_ITS_ANSWER, {})]
    assert push(clinic, session).put_off == 1
    before = len(server.resources)
    assert before > 20
    clock.move(seconds=31)
    assert push(clinic, session) == Pushed(sent=1)
    assert (server.transactions, len(server.resources)) == (2, before)


@on_both_kinds
def test_a_program_that_dies_while_it_sends_leaves_the_message_to_another(
    clinic: Clinic, desk: Desk, clock: Clock, session: Session, waiting: Message
) -> None:
    assert outbox.take(clinic) is not None
    assert push(clinic, session) == Pushed()
    clock.move(seconds=601)
    assert push(clinic, session) == Pushed(sent=1)
    assert states(desk) == [(MessageState.SENT, 2)]


def test_who_comes_back_too_late_changes_nothing(
    clinic: Clinic, desk: Desk, clock: Clock, waiting: Message
) -> None:
    late = outbox.take(clinic)
    clock.move(seconds=601)
    other = outbox.take(clinic)
    assert late is not None
    assert other is not None
    outbox.arrived(clinic, other)
    outbox.refused(clinic, late, "too late")
    assert states(desk) == [(MessageState.SENT, 2)]


@on_both_kinds
def test_the_newest_takes_the_place_of_what_waits_and_waits_for_what_is_on_its_way(
    clinic: Clinic, desk: Desk, clock: Clock, waiting: Message, changed_report: ExaminationReport
) -> None:
    held = outbox.take(clinic)
    assert held is not None
    clock.move(seconds=1)
    put(desk, changed_report)
    clock.move(seconds=1)
    newest = put(desk, changed_report)
    assert [state for state, _ in states(desk)] == ["waiting", "replaced", "waiting"]
    assert outbox.take(clinic) is None
    outbox.arrived(clinic, held)
    taken = outbox.take(clinic)
    assert taken is not None
    assert taken.id == newest.id


@on_both_kinds
def test_a_deleted_patient_takes_along_what_waits_even_while_it_is_sent(
    clinic: Clinic, desk: Desk, server: FhirServer, session: Session, locked: Rating
) -> None:
    report = collect(desk, locked.examination)
    put(desk, report)
    held = outbox.take(clinic)
    assert held is not None
    delete_patient(clinic.desk("a1"), report.patient)
    outbox.put_off(clinic, held, "the server is down", until=clinic.now())
    assert states(desk) == []
    assert push(clinic, session) == Pushed()
    assert server.resources == {}


def test_what_waits_is_encrypted(clinic: Clinic, waiting: Message) -> None:
    raw = b"".join(path.read_bytes() for path in clinic.vault.folder.iterdir() if path.is_file())
    assert NAME.encode() not in raw
    assert b"QuestionnaireResponse" not in raw


def test_another_key_is_not_let_in_and_the_message_waits(
    clinic: Clinic, desk: Desk, server: FhirServer, waiting: Message
) -> None:
    stranger = in_pem(ec.generate_private_key(ec.SECP384R1()))[0]
    done = push(clinic, session_with(server, stranger))
    assert (done.put_off, "does not let us sign in" in done.why) == (1, True)
    assert server.resources == {}
    assert states(desk) == [(MessageState.WAITING, 1)]


def test_an_rsa_key_signs_too_and_another_kind_is_refused(clinic: Clinic, waiting: Message) -> None:
    private, public = in_pem(rsa.generate_private_key(65537, 2048))
    with running(FhirServer(public)) as server:
        assert push(clinic, session_with(server, private)) == Pushed(sent=1)
        with pytest.raises(InputError, match="neither an RSA key"):
            session_with(server, in_pem(ec.generate_private_key(ec.SECP256R1()))[0])


def test_an_assertion_lets_in_once(server: FhirServer, keys: tuple[bytes, bytes]) -> None:
    now = int(time.time())
    claims = {"iss": CLIENT, "sub": CLIENT, "aud": f"{server.url}/token", "exp": now + 60, "jti": "one"}
    headers = {"kid": KEY_ID, "typ": "JWT"}
    form = {
        "grant_type": "client_credentials",
        "scope": "system/*.crus",
        "client_assertion_type": ASSERTION,
        "client_assertion": jwt.encode(claims, keys[0], algorithm="ES384", headers=headers),
    }
    answers = [requests.post(f"{server.url}/token", data=form, timeout=5).status_code for _ in range(2)]
    assert answers == [200, 400]
    assert server.refusals == ["it was used before"]


def test_a_token_that_the_server_forgot_is_asked_for_anew(
    clinic: Clinic, desk: Desk, server: FhirServer, session: Session, signed_report: ExaminationReport
) -> None:
    for _ in range(2):
        put(desk, signed_report)
        assert push(clinic, session) == Pushed(sent=1)
    assert len(server.used) == 1
    server.tokens.clear()
    put(desk, signed_report)
    assert push(clinic, session) == Pushed(sent=1)
    assert len(server.used) == 2


def test_the_environment_has_to_name_a_safe_address_and_a_key_for_its_owner_alone(
    tmp_path: Path, keys: tuple[bytes, bytes]
) -> None:
    key = tmp_path / "key.pem"
    key.write_bytes(keys[0])
    key.chmod(0o600)
    given = {
        "TDSCREEN_FHIR_URL": "https://fhir.example/r4/",
        "TDSCREEN_FHIR_CLIENT": "us",
        "TDSCREEN_FHIR_KEY_FILE": str(key),
        "TDSCREEN_FHIR_KEY_ID": "k",
    }
    server = server_of_environment(given)
    assert server.url == "https://fhir.example/r4"
    assert "PRIVATE" not in repr(server)
    with pytest.raises(InputError, match="https"):
        server_of_environment({**given, "TDSCREEN_FHIR_URL": "http://fhir.example/r4"})
    with pytest.raises(InputError, match="TDSCREEN_FHIR_KEY_ID"):
        server_of_environment({**given, "TDSCREEN_FHIR_KEY_ID": ""})
    key.chmod(0o640)
    with pytest.raises(InputError, match="chmod 600"):
        server_of_environment(given)


def test_messages_of_the_outbox_are_whole_documents(waiting: Message) -> None:
    assert waiting.document is not None
    assert json.loads(waiting.document)["type"] == "transaction"
    assert waiting.next_at - waiting.added_at == timedelta(0)
