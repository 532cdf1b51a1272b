"""A stranger's phone is let in by a link alone, adds to one examination, and leaves no trace when it does harm."""

from __future__ import annotations

import asyncio
import dataclasses
import errno
import io
import logging
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from starlette.requests import Request
from starlette.testclient import TestClient

from clinic_people import NAME, Clock
from clinic_places import files_that_arrive
from phones import Phone, announcement, so_far
from tdscreen.errors import WorkerError
from tdscreen.patientapp import sending
from tdscreen.patientapp.pieces import Pieces
from tdscreen.patientapp.service import Recorder, open_recorder
from tdscreen.records.clinic import Clinic, Desk
from tdscreen.records.clips import clips
from tdscreen.records.entries import Invitation, InvitationState, Patient, RecordedTask
from tdscreen.records.invitations import invite, revoke, word_of
from tdscreen.records.jobs import jobs
from tdscreen.records.worklist import AtHome, examination_states
from tdscreen.serving.uploading import RefusedError
from tdscreen.settings import RECORDER


@pytest.fixture
def nothing_left(clinic: Clinic, recorder: Recorder, desk: Desk, patient: Patient) -> Iterator[None]:
    """Make sure that neither the store nor this process holds anything of a clip afterwards."""

    def files() -> set[Path]:
        return {path for path in (clinic.vault.folder / "patients").rglob("*") if path.is_file()}

    before = files()
    yield
    recorder.pieces.close()
    assert files() == before
    assert not [task for task in so_far(desk, patient).tasks if task.clip]
    assert not files_that_arrive()


def test_from_a_link_to_an_examination_that_waits(
    phone: Phone, recorder: Recorder, clinic: Clinic, desk: Desk, patient: Patient, clip: bytes
) -> None:
    said = {"gum": False, "dentures": True, "hours_slept": 6.5, "aware": 3, "incapacitated": None}
    assert phone.say("answers", {**said, "programme": "short"}).status_code == 200
    assert phone.send(clip).status_code == 201
    assert phone.say("skip", {"slug": "tongue_out", "reason": "hurts"}).status_code == 200
    (state,) = examination_states(desk)
    assert (state.at_home, state.clips) == (AtHome.BEGUN, 1)
    answer = phone.say("finish")
    assert answer.json()["tasks"] == {
        "rest": {"status": "done", "take": 1},
        "tongue_out": {"status": "skipped", "take": 0},
    }
    found = so_far(desk, patient)
    assert (found.state, found.programme) == (InvitationState.FINISHED, "short")
    assert found.consent is not None
    assert (found.consent.version, found.consent.language) == ("1", "en")
    assert found.answers is not None
    assert (found.answers.aware, found.answers.incapacitated) == (3, None)
    rest, tongue = found.tasks
    assert (rest.prompts, rest.camera["width"]) == ((("cue.still", 0.02),), 320.0)
    assert tongue.skipped == "hurts"
    (kept,) = clips(desk, str(found.examination))
    assert (kept.id, kept.task, kept.added_by) == (rest.clip, "rest", "r1")
    (state,) = examination_states(desk)
    assert state.at_home is AtHome.FINISHED
    (job,) = jobs(desk)
    assert job.examination == found.examination
    # The log says that it was nobody of the staff.
    assert {entry.who for entry in clinic.audit_entries() if entry.what == "agreed"} == {"patient"}
    assert recorder.checks.asked == [("rest", 1)]  # type: ignore[attr-defined]


def test_a_link_lets_nobody_in_that_is_forged_revoked_or_too_old(
    server: TestClient,
    clinic: Clinic,
    desk: Desk,
    invitation: Invitation,
    link_word: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    forged = link_word[:-2] + ("AA" if link_word[-2:] != "AA" else "BB")
    other_purpose = word_of(clinic, invitation.id, "browser")
    for word in (forged, other_purpose, "", "x" * 5000, None, 7, ["a"], "../../etc", "ü" * 43):
        answer = Phone(server, "").say("enter", {"word": word})
        assert (answer.status_code, answer.json()) == (404, {"problem": "error.unknown"})
        assert not answer.cookies
    # Without the cookie, and with one that is none.
    nothing = Phone(server, "").ask("checks")
    assert (nothing.status_code, nothing.json()) == (404, {"problem": "error.no_link"})
    assert Phone(server, "", cookies={"tdscreen-recording": link_word}).agree().status_code == 404
    late = Clock()
    late.time = invitation.until
    late.move(days=1)
    with monkeypatch.context() as patched:
        patched.setattr(clinic, "_clock", late)
        assert Phone(server, link_word).enter().json() == {"problem": "error.expired"}
    phone = Phone(server, link_word)
    assert phone.enter().status_code == 200
    revoke(desk, invitation.id)
    assert phone.agree().status_code == 410
    assert phone.enter().status_code == 410


def test_nothing_is_kept_of_somebody_who_has_not_agreed(
    server: TestClient, link_word: str, desk: Desk, patient: Patient, clip: bytes
) -> None:
    phone = Phone(server, link_word)
    phone.enter()
    for answer in (
        phone.announce(clip),
        phone.say("answers", {"programme": "full"}),
        phone.say("skip", {"slug": "rest", "reason": "tired"}),
    ):
        assert answer.status_code == 409
    found = so_far(desk, patient)
    assert (found.consent, found.answers, found.tasks, found.examination) == (None, None, (), None)


def test_the_second_window_is_told_so_and_may_take_over(
    phone: Phone, server: TestClient, link_word: str
) -> None:
    second = Phone(server, link_word, window="second")
    assert second.enter().json() == {"problem": "error.second_tab"}
    assert second.enter(take_over=True).status_code == 200
    assert second.agree().status_code == 200
    assert phone.agree().json() == {"problem": "error.second_tab"}


def test_what_was_cut_off_goes_on_where_it_is_and_the_same_again_is_kept_once(
    phone: Phone, desk: Desk, patient: Patient, clip: bytes
) -> None:
    assert phone.announce(clip).json() == {"stored": False, "offset": 0}
    before = desk.clinic.head()
    assert phone.piece(clip[:1000], 0).json()["offset"] == 1000
    # A piece is no event of its own.
    assert desk.clinic.head() == before
    # Loaded again, the page asks how much is there.
    assert phone.enter().status_code == 200
    assert phone.announce(clip).json() == {"stored": False, "offset": 1000}
    # A piece that came before, or leaves a hole, is not taken.
    for offset in (0, 999, 1001, len(clip)):
        assert phone.piece(clip[:10], offset).status_code == 409
    assert phone.send(clip).status_code == 201
    # The answer got lost: it is sent again, and is there.
    assert phone.announce(clip).json() == {"stored": True, "offset": len(clip)}
    assert phone.piece(clip[:1000], 0).status_code == 404
    assert len(so_far(desk, patient).tasks) == 1


def test_a_server_that_was_started_again_takes_the_clip_from_its_beginning(
    phone: Phone, recorder: Recorder, desk: Desk, patient: Patient, clip: bytes
) -> None:
    phone.announce(clip)
    phone.piece(clip[:1000], 0)
    # What a restart leaves of windows and pieces: nothing.
    recorder.pieces.close()
    recorder.windows.leave(so_far(desk, patient).id)
    assert phone.piece(clip[1000:2000], 1000).status_code == 404
    assert phone.announce(clip).json() == {"stored": False, "offset": 0}
    assert phone.send(clip).status_code == 201


@pytest.mark.usefixtures("nothing_left")
def test_what_is_no_clip_or_not_what_was_announced_leaves_nothing(phone: Phone, clip: bytes) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as made:
        made.writestr("clip.mp4", clip)
    for harm in (packed.getvalue(), b"This is a letter.\n" * 50, clip[: len(clip) // 2]):
        assert phone.send(harm).json() == {"problem": "error.no_video"}
    # Not the bytes that were announced.
    assert phone.announce(clip).status_code == 200
    assert phone.piece(bytes(len(clip)), 0).json() == {"problem": "error.not_stored"}
    # More than was announced, or than its own head says.
    assert phone.announce(clip, bytes=1000).status_code == 200
    assert phone.piece(clip[:1001], 0).status_code == 413
    assert phone.piece(bytes(RECORDER.piece_bytes + 1), 0).status_code == 413
    assert phone.piece(clip[:10], 0, **{"x-offset": "-1"}).status_code == 411
    assert phone.piece(clip[:10], 0, **{"x-offset": "0x0"}).status_code == 411


@pytest.mark.usefixtures("nothing_left")
def test_nothing_that_is_said_of_a_clip_is_taken_on_trust(phone: Phone, clip: bytes) -> None:
    for wrong in (
        {"slug": "../../etc/passwd"},
        {"slug": "rest/../rest"},
        {"slug": None},
        {"take": 0},
        {"take": True},
        {"take": 10**9},
        {"bytes": -1},
        {"bytes": 0},
        {"bytes": RECORDER.max_clip_bytes + 1},
        {"bytes": "1000"},
        {"sha256": "0" * 63},
        {"sha256": "../" * 21 + "0"},
        {"mirrored": "no"},
        {"started_at": "yesterday"},
        {"prompts": [["cue.still", 1e9]]},
        {"prompts": [["<script>", 0.0]]},
        {"prompts": [["cue.still", 0.0]] * 61},
        {"prompts": "cue"},
        {"camera": None},
    ):
        assert phone.announce(clip, **wrong).status_code in (400, 413), wrong
    assert phone.say("announce", ["a", "list"]).status_code == 400
    assert phone.say("announce", {**announcement(clip), "camera": {"x": "y" * 30_000}}).status_code == 413
    for path in ("announce/../enter", "browser/..%2f..%2fservice", "browser/app.py", "browser/nothing"):
        assert phone.ask(path).status_code in (404, 405)


@pytest.mark.usefixtures("nothing_left")
def test_a_piece_that_comes_too_slowly_is_given_up_and_forgotten(
    desk: Desk, patient: Patient, phone: Phone, recorder: Recorder, clip: bytes
) -> None:
    phone.announce(clip)
    here = recorder.pieces.begin(so_far(desk, patient).id, 0)

    async def drip() -> dict[str, object]:
        await asyncio.sleep(0.05)
        return {"type": "http.request", "body": b"x", "more_body": True}

    open_recorder(dataclasses.replace(recorder, settings=dataclasses.replace(RECORDER, piece_deadline_s=0.2)))
    request = Request({"type": "http", "method": "PUT", "headers": []}, drip)
    with pytest.raises(RefusedError) as refused:
        asyncio.run(sending.add_piece(request, here, 1000))
    assert refused.value.status == 408
    assert here.clip.received == 0
    recorder.pieces.end(here)


def test_what_nobody_sends_to_its_end_is_let_go_of(desk: Desk) -> None:
    now_s = [0.0]
    pieces = Pieces(clock=lambda: now_s[0])
    first = pieces.announce("one", desk, RecordedTask("rest", 1, sha256="a"), 10)
    assert pieces.announce("one", desk, RecordedTask("rest", 1, sha256="a"), 10) is first
    now_s[0] = RECORDER.unfinished_s + 1
    pieces.announce("other", desk, RecordedTask("rest", 1, sha256="b"), 10)
    assert first.clip.closed
    # Another clip of the same recording takes its place.
    third = pieces.announce("other", desk, RecordedTask("rest", 2, sha256="c"), 10)
    with pytest.raises(RefusedError):
        pieces.begin("one", 0)
    pieces.close()
    assert third.clip.closed


def test_what_nobody_sends_to_its_end_is_let_go_of_also_where_nobody_else_sends_anything(desk: Desk) -> None:
    pieces = Pieces(unfinished_s=0.2)
    here = pieces.announce("one", desk, RecordedTask("rest", 1, sha256="a"), 10)
    until_s = time.monotonic() + 30
    while not here.clip.closed and time.monotonic() < until_s:
        time.sleep(0.05)
    assert here.clip.closed


def test_an_examination_has_no_more_clips_than_it_can_have(
    phone: Phone, recorder: Recorder, clip: bytes
) -> None:
    open_recorder(dataclasses.replace(recorder, settings=dataclasses.replace(RECORDER, most_clips=1)))
    assert phone.send(clip).status_code == 201
    assert phone.announce(clip + bytes(8), take=2).json() == {"problem": "error.too_large"}


@pytest.mark.usefixtures("nothing_left")
def test_a_full_disk_or_a_process_that_dies_costs_the_phone_nothing(
    phone: Phone, clip: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    for trouble, status, problem in (
        (OSError(errno.ENOSPC, "No space left on device"), 507, "error.disk_full"),
        (WorkerError("The process ended."), 503, "error.server"),
    ):

        def fail(*_: object, trouble: Exception = trouble, **__: object) -> None:
            raise trouble

        with monkeypatch.context() as patched:
            patched.setattr("tdscreen.records.at_home.import_clip", fail)
            answer = phone.send(clip)
        # Neither is a reason for the phone to let go of its clip: that it does at 400, 413 and 422.
        assert (answer.status_code, answer.json()) == (status, {"problem": problem})
    with monkeypatch.context() as patched:
        patched.setattr("shutil.disk_usage", lambda _: SimpleNamespace(free=1000))
        assert phone.announce(clip).json() == {"problem": "error.disk_full"}


def test_a_disk_that_fills_up_under_a_piece_has_the_clip_sent_from_its_beginning(
    phone: Phone, clip: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fills_up(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    phone.announce(clip)
    assert phone.piece(clip[:1000], 0).status_code == 200
    with monkeypatch.context() as patched:
        patched.setattr("tdscreen.records.sealed_file.SealedWriter.write", fills_up)
        answer = phone.piece(clip[1000:2000], 1000)
    assert (answer.status_code, answer.json()) == (507, {"problem": "error.disk_full"})
    assert not files_that_arrive()
    assert phone.announce(clip).json() == {"stored": False, "offset": 0}
    assert phone.send(clip).status_code == 201


def test_whoever_withdraws_leaves_nothing_but_that_there_was_something(
    phone: Phone, clinic: Clinic, desk: Desk, patient: Patient, clip: bytes
) -> None:
    phone.say("answers", {"gum": True, "programme": "short"})
    phone.send(clip)
    phone.say("finish")
    examination = so_far(desk, patient).examination
    assert examination is not None
    # The link opens what is there of it, and nothing can be added.
    assert phone.enter().json()["finished"] is True
    assert phone.announce(clip[:-8]).json() == {"problem": "error.used"}
    assert phone.ask("looks").json() == []
    assert len(clinic.vault.files(patient.id)) == 1
    assert phone.say("withdraw").status_code == 200
    assert phone.enter().json() == {"problem": "error.deleted"}
    found = so_far(desk, patient)
    assert (found.state, found.answers, found.consent, found.tasks, found.examination) == (
        InvitationState.WITHDRAWN, None, None, (), None,
    )  # fmt: skip
    assert examination_states(desk) == []
    assert jobs(desk) == []
    assert clinic.vault.files(patient.id) == set()
    assert clinic.audit_problems() == []


def test_nothing_that_the_server_says_or_logs_names_the_patient_or_the_link(
    server: TestClient,
    clinic: Clinic,
    desk: Desk,
    patient: Patient,
    clip: bytes,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    word = word_of(clinic, invite(desk, patient.id).id, "link")
    phone = Phone(server, word)
    said = [
        phone.enter(),
        phone.agree(),
        phone.send(clip),
        phone.ask("checks"),
        phone.say("finish"),
        phone.enter(),
    ]
    heard = caplog.text + "".join(answer.text + str(dict(answer.headers)) for answer in said)
    for secret in (word, NAME, patient.id):
        assert secret not in heard
    for answer in said:
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["permissions-policy"].startswith("camera=(self), microphone=()")
        assert "default-src 'none'" in answer.headers["content-security-policy"]
    cookie = said[0].headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert "path=/recording" in cookie


def test_another_sites_page_is_not_answered(phone: Phone) -> None:
    for headers in (
        {"origin": "https://elsewhere.example"},
        {"sec-fetch-site": "cross-site"},
        {"host": "elsewhere.example"},
    ):
        assert phone.say("agree", {"version": "1", "language": "en"}, **headers).status_code == 403
