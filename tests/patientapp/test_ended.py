"""Once a recording has ended nothing of it waits in memory, and whoever agreed can still have it deleted."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from clinic_people import Clock
from phones import Phone, so_far
from tdscreen.patientapp.looking import _Looker
from tdscreen.patientapp.onlooker import Onlooker
from tdscreen.patientapp.service import Recorder
from tdscreen.records.clinic import Clinic, Desk
from tdscreen.records.entries import InvitationState, Patient
from tdscreen.records.invitations import revoke


def test_a_clip_that_is_being_sent_while_its_recording_is_deleted_goes_once_its_piece_is_through(
    phone: Phone, recorder: Recorder, desk: Desk, patient: Patient, clip: bytes
) -> None:
    phone.announce(clip)
    here = recorder.pieces.begin(so_far(desk, patient).id, 0)
    assert phone.say("withdraw").status_code == 200
    assert not here.clip.closed
    here.clip.add(clip[:1000])
    recorder.pieces.end(here)
    assert here.clip.closed


def test_after_the_last_day_nothing_can_be_added_and_everything_deleted(
    phone: Phone,
    server: TestClient,
    clinic: Clinic,
    desk: Desk,
    patient: Patient,
    clip: bytes,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert phone.send(clip).status_code == 201
    late = Clock()
    late.time = so_far(desk, patient).until
    late.move(days=1)
    monkeypatch.setattr(clinic, "_clock", late)
    again = Phone(server, phone.link_word)
    assert again.enter(take_over=True).json()["finished"] is True
    assert again.announce(clip[:-8]).json() == {"problem": "error.expired"}
    assert again.ask("looks").json() == []
    assert again.say("withdraw").status_code == 200
    assert so_far(desk, patient).state is InvitationState.WITHDRAWN
    assert clinic.vault.files(patient.id) == set()


def test_a_browser_that_was_let_in_can_do_nothing_once_the_link_is_taken_back(
    phone: Phone, clinic: Clinic, desk: Desk, patient: Patient, clip: bytes
) -> None:
    phone.send(clip)
    phone.announce(clip[:-8])
    revoke(desk, so_far(desk, patient).id)
    for path, message in (
        ("withdraw", None),
        ("summary", {"language": "en"}),
        ("finish", None),
        ("enter", {}),
    ):
        assert phone.say(path, message).json() == {"problem": "error.expired"}, path
    assert phone.ask("looks").json() == {"problem": "error.expired"}
    assert len(clinic.vault.files(patient.id)) == 1


def test_one_phone_has_one_place_before_the_onlooker() -> None:
    onlooker = Onlooker(wait_s=0.0)
    onlooker._waiting.add("flood")
    assert onlooker.look(b"", of="flood", hands=False, mouth=False, full_width_px=0) is None
    assert onlooker._process is None, "nobody was asked"


def test_the_last_picture_of_a_recording_goes_with_it() -> None:
    looker = _Looker()
    looker._before["over"] = looker._before["other"] = None  # type: ignore[assignment]
    looker.forget("over")
    assert list(looker._before) == ["other"]
