"""A clinician invites a patient to record at home, and sees what came of it."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from clinic_places import on_both_kinds
from tdscreen.clinicapp.server import SCRIPT_PATH
from tdscreen.clinicapp.service import Service, open_service
from tdscreen.errors import InputError
from tdscreen.records.at_home import (
    NotInvitedError,
    add_clip,
    agree,
    answer,
    desk_of_invited,
    finish,
    skip_task,
)
from tdscreen.records.clinic import Clinic, Desk
from tdscreen.records.clips import clips
from tdscreen.records.entries import AtHomeAnswers, InvitationState, Patient
from tdscreen.records.invitations import checked_address, invitation_in, invitations, invite
from tdscreen.vocabulary import Task

RECORDER = "https://record.clinic.example"
RECORDED = {"slug": "rest", "take": 1, "sha256": "0" * 64}


def open_page(page: str, of: str = "") -> AppTest:
    opened = AppTest.from_file(str(SCRIPT_PATH), default_timeout=60)
    opened.query_params["page"] = page
    opened.query_params["of"] = of
    opened.run()
    assert not opened.exception, opened.exception[0].stack_trace
    return opened


def everything_on(page: AppTest) -> str:
    return "\n".join(str(element.proto) for element in page.main)


@on_both_kinds
def test_a_link_is_written_shown_and_taken_back(clinic: Clinic, desk: Desk, patient: Patient) -> None:
    open_service(Service(clinic, "r1", recorder=RECORDER))
    page = open_page("patient", patient.id)
    page.button(key="invite").click().run()
    (invitation,) = invitations(desk, patient.id)
    page = open_page("patient", patient.id)
    (link,) = [code.value for code in page.code]
    address, _, word = link.partition("#")
    assert address == f"{RECORDER}/"
    assert invitation_in(clinic, word, "link") == invitation.id
    # Beside it a code for a phone's camera.
    assert "data:image/svg+xml" in everything_on(page)
    page.button(key=f"revoke-{invitation.id}").click().run()
    assert invitations(desk, patient.id)[0].state is InvitationState.REVOKED
    assert not open_page("patient", patient.id).code


def test_a_finished_recording_can_be_taken_back_and_deleted_for_a_patient_who_calls(
    service: Service, clinic: Clinic, desk: Desk, patient: Patient, sounding_clip: Path
) -> None:
    one = invite(desk, patient.id)
    at_home = clinic.desk_of_patient("north", invited_by="r1")
    agree(at_home, one.id, version="1", language="en")
    answer(at_home, one.id, AtHomeAnswers(aware=3), programme="short")
    add_clip(at_home, one.id, sounding_clip, task=Task.REST, recorded=RECORDED)
    examination = finish(at_home, one.id).examination
    assert examination is not None
    # Also where no recorder's address is known.
    assert service.recorder is None
    open_page("patient", patient.id).button(key=f"revoke-{one.id}").click().run()
    with pytest.raises(NotInvitedError):
        desk_of_invited(clinic, one.id)
    assert clips(desk, examination)
    open_page("patient", patient.id).button(key=f"withdraw-{one.id}").click().run()
    assert invitations(desk, patient.id)[0].state is InvitationState.WITHDRAWN
    with pytest.raises(InputError):
        clips(desk, examination)
    (entry,) = [entry for entry in clinic.audit_entries() if entry.what == "withdrew"]
    assert entry.who == "r1"
    page = open_page("patient", patient.id)
    assert "what was recorded was deleted" in everything_on(page)
    assert [button.key for button in page.button if one.id in str(button.key)] == []


def test_without_a_recorder_the_page_says_how_to_have_one(
    service: Service, desk: Desk, patient: Patient
) -> None:
    page = open_page("patient", patient.id)
    assert "--recorder" in everything_on(page)
    assert [button for button in page.button if button.key == "invite"] == []


def test_what_was_recorded_at_home_is_on_the_worklist_with_what_was_said_and_left_out(
    service: Service, clinic: Clinic, desk: Desk, patient: Patient, sounding_clip: Path
) -> None:

    one = invite(desk, patient.id)
    at_home = clinic.desk_of_patient("north", invited_by="r1")
    agree(at_home, one.id, version="1", language="es")
    answer(at_home, one.id, AtHomeAnswers(gum=True, aware=3), programme="short")
    add_clip(at_home, one.id, sounding_clip, task=Task.REST, recorded=RECORDED)
    assert "being recorded at home" in everything_on(open_page("worklist"))
    skip_task(at_home, one.id, slug="tap_right", reason="hurts")
    skip_task(at_home, one.id, slug="tongue_out", reason="upset")
    again = sounding_clip.with_name("again.mp4")
    again.write_bytes(sounding_clip.read_bytes() + bytes(8))
    twice = {**RECORDED, "take": 2, "sha256": hashlib.sha256(again.read_bytes()).hexdigest()}
    add_clip(at_home, one.id, again, task=Task.REST, recorded=twice)
    examination = finish(at_home, one.id).examination
    assert examination is not None
    assert "; recorded at home" in everything_on(open_page("worklist"))
    shown = everything_on(open_page("examination", examination))
    for said in (
        "It hurts",
        "left out: 1",
        "Recorded 2 times: Sit still",
        "Pressed “This is upsetting me” at this task",
        "in “es”",
        "AIMS 10, as the patient sees it",
        "quite a bit (3)",
        "no answer",
    ):
        assert said in shown or said.encode("unicode_escape").decode() in shown, said
    assert "Something in the mouth: yes" in shown


@pytest.mark.parametrize(
    "address",
    ["http://record.clinic.example", "record.clinic.example", "https://", "https://x.example/y", "ftp://x"],
)
def test_an_address_without_https_is_none_for_a_recorder(address: str) -> None:
    with pytest.raises(InputError, match="no address of a recorder"):
        checked_address(address)
    assert checked_address(f"{RECORDER}/") == RECORDER
    assert checked_address("http://localhost:8501") == "http://localhost:8501"
