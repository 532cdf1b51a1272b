"""A clip is taken in whole or not at all, from whom the page was written for, once."""

from __future__ import annotations

import asyncio
import base64
import dataclasses
import errno
import hashlib
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from clinic_places import files_that_arrive
from tdscreen.clinicapp import uploads
from tdscreen.clinicapp.service import Service, open_service
from tdscreen.clinicapp.tickets import Purpose, TicketOffice
from tdscreen.records.arriving import Arriving
from tdscreen.records.clinic import Desk
from tdscreen.records.clips import clips, open_clip
from tdscreen.records.entries import Examination
from tdscreen.serving.uploading import RefusedError
from tdscreen.settings import CLINIC_PAGES, RECORDS
from tdscreen.vocabulary import Task


def ticket(service: Service, on: str, *, staff: str = "r1", valid_s: float = 60.0) -> str:
    return service.tickets.write(Purpose.UPLOAD, staff=staff, on=on, valid_s=valid_s)


def send(server: TestClient, ticket: str, clip: bytes, **headers: str) -> Response:
    digest = base64.b64encode(hashlib.sha256(clip).digest()).decode()
    given = {
        "x-clip-name": "rest.mp4",
        "x-clip-task": "rest",
        "repr-digest": f"sha-256=:{digest}:",
        **headers,
    }
    return server.put(f"/clinic/upload/{ticket}", content=clip, headers=given)


@pytest.fixture
def nothing_left(service: Service, desk: Desk, examination: Examination) -> Iterator[None]:
    """Make sure that neither the store, nor memory, nor this process holds anything of a clip afterwards."""

    def held() -> set[Path]:
        files = {path for path in service.clinic.vault.folder.rglob("*") if path.is_file()}
        return files | set(Path("/dev/shm").iterdir())

    before, open_before = held(), files_that_arrive()
    yield
    assert clips(desk, examination.id) == []
    assert {
        path for path in held() - before if path.name.startswith(("tmp", "tdscreen")) or "store" in str(path)
    } == set()
    assert files_that_arrive() <= open_before


def test_a_clip_that_was_sent_is_kept_encrypted_and_without_sound(
    server: TestClient, service: Service, desk: Desk, examination: Examination, sounding_clip: Path
) -> None:
    answer = send(
        server, ticket(service, examination.id), sounding_clip.read_bytes(),
        **{"x-clip-name": "..%2F..%2Frest%20%E2%80%AEat%20home.mp4", "x-clip-task": "tongue_out"},
    )  # fmt: skip
    assert answer.status_code == 201, answer.text
    (kept,) = clips(desk, examination.id)
    assert answer.json() == {"clip": kept.id}
    assert kept.file_name == "rest at home.mp4"
    assert kept.task == Task.TONGUE_OUT
    assert kept.sha256 == hashlib.sha256(sounding_clip.read_bytes()).hexdigest()
    assert not kept.keep_video
    with open_clip(desk, kept.id) as video:
        assert (video.read(12) or b"")[4:8] == b"ftyp"
    assert not files_that_arrive()


def test_who_decides_to_keep_the_video_has_it_kept(
    server: TestClient, service: Service, desk: Desk, examination: Examination, sounding_clip: Path
) -> None:
    answer = send(
        server, ticket(service, examination.id), sounding_clip.read_bytes(), **{"x-keep-video": "1"}
    )
    assert answer.status_code == 201
    assert clips(desk, examination.id)[0].keep_video


def test_the_same_clip_twice_is_noticed(
    server: TestClient, service: Service, examination: Examination, sounding_clip: Path
) -> None:
    first, second = (
        send(server, ticket(service, examination.id), sounding_clip.read_bytes()) for _ in range(2)
    )
    assert first.status_code == 201
    assert second.status_code == 422
    assert "already" in second.json()["problem"]


@pytest.mark.usefixtures("nothing_left")
def test_a_ticket_is_good_once_for_one_person_one_examination_and_a_while(
    server: TestClient, service: Service, examination: Examination, sounding_clip: Path
) -> None:
    letter = b"This is a letter and no video.\n" * 50
    one = ticket(service, examination.id)
    refused = send(server, one, letter, **{"x-clip-name": "letter.mp4"})
    assert refused.status_code == 422
    assert "letter.mp4 is not a video" in refused.json()["problem"]
    clip = sounding_clip.read_bytes()
    replayed = send(server, one, clip)
    assert replayed.status_code == 403
    assert "sent before" in replayed.json()["problem"]
    for wrong in (
        "",
        "nonsense",
        ticket(service, examination.id) + "0",
        ticket(service, examination.id, staff="r2"),
        ticket(service, examination.id, valid_s=-1),
        service.tickets.write(Purpose.PLAY, staff="r1", on=examination.id, valid_s=60),
        TicketOffice().write(Purpose.UPLOAD, staff="r1", on=examination.id, valid_s=60),
    ):
        assert send(server, wrong, clip).status_code in (403, 404, 405), wrong


@pytest.mark.usefixtures("nothing_left")
def test_an_examination_of_another_site_takes_nothing(
    server: TestClient, service: Service, examination: Examination, sounding_clip: Path
) -> None:
    elsewhere = Service(service.clinic, "s1")
    open_service(elsewhere)
    answer = send(server, ticket(elsewhere, examination.id, staff="s1"), sounding_clip.read_bytes())
    assert answer.status_code == 422
    assert "no such entry" in answer.json()["problem"]


@pytest.mark.usefixtures("nothing_left")
def test_what_is_too_large_or_not_what_was_announced_is_not_taken(
    server: TestClient,
    service: Service,
    examination: Examination,
    sounding_clip: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clip = sounding_clip.read_bytes()
    wrong_sum = send(server, ticket(service, examination.id), clip, **{"repr-digest": "sha-256=:AAAA:"})
    assert wrong_sum.status_code == 422
    assert "did not arrive as it was sent" in wrong_sum.json()["problem"]
    assert send(server, ticket(service, examination.id), clip, **{"repr-digest": "!"}).status_code == 400
    assert send(server, ticket(service, examination.id), clip, **{"x-clip-task": "sing"}).status_code == 400

    def endless() -> Iterator[bytes]:
        yield clip

    unknown = server.put(f"/clinic/upload/{ticket(service, examination.id)}", content=endless())
    assert unknown.status_code == 411
    longer = server.put(
        f"/clinic/upload/{ticket(service, examination.id)}",
        content=endless(),
        headers={"content-length": "10", "x-clip-task": "rest"},
    )
    assert longer.status_code == 413
    shorter = server.put(
        f"/clinic/upload/{ticket(service, examination.id)}",
        content=endless(),
        headers={"content-length": str(len(clip) + 1), "x-clip-task": "rest"},
    )
    assert shorter.status_code == 400
    assert "cut off" in shorter.json()["problem"]
    monkeypatch.setattr(
        uploads, "CLINIC_PAGES", dataclasses.replace(CLINIC_PAGES, max_upload_bytes=len(clip) - 1)
    )
    assert send(server, ticket(service, examination.id), clip).status_code == 413


@pytest.mark.usefixtures("nothing_left")
def test_a_disk_that_is_full_or_fills_up_meanwhile_is_a_sentence(
    server: TestClient,
    service: Service,
    examination: Examination,
    sounding_clip: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fills_up(*_: object) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    for target, then in (
        ("tdscreen.records.sealed_file.SealedWriter.write", fills_up),
        ("shutil.disk_usage", lambda _: SimpleNamespace(free=1000)),
    ):
        with monkeypatch.context() as full:
            full.setattr(target, then)
            answer = send(server, ticket(service, examination.id), sounding_clip.read_bytes())
        assert answer.status_code == 507
        assert answer.json() == {
            "problem": "The server has no room for this clip just now. Try again in a while."
        }


@pytest.mark.usefixtures("nothing_left")
def test_more_uploads_than_the_server_takes_at_one_time_are_sent_again_later(
    server: TestClient, service: Service, examination: Examination
) -> None:
    letter = b"This is a letter and no video." * 50
    one = ticket(service, examination.id)
    for _ in range(CLINIC_PAGES.uploads_at_once):
        assert service.places.acquire(blocking=False)
    turned_away = send(server, one, letter)
    assert turned_away.status_code == 503
    assert "Send it again" in turned_away.json()["problem"]
    service.places.release()
    # Each gives its place back, whatever came of it, and who was turned away may come with the same ticket.
    assert send(server, one, letter).status_code == 422
    assert send(server, one, letter).status_code == 403
    assert service.places.acquire(blocking=False)


def test_an_upload_that_stands_still_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "CLINIC_PAGES", dataclasses.replace(CLINIC_PAGES, upload_silence_s=0.05))

    async def closed_computer() -> AsyncIterator[bytes]:
        yield b"some"
        await asyncio.sleep(5)
        yield b"more"

    with (
        Arriving(tmp_path, 8) as clip,
        pytest.raises(RefusedError, match="Nothing came for a while") as refused,
    ):
        asyncio.run(uploads._stream(closed_computer(), clip, size_bytes=8, digest=None))
    assert refused.value.status == 408


def test_an_examination_has_no_more_clips_than_it_may(
    server: TestClient,
    service: Service,
    desk: Desk,
    examination: Examination,
    sounding_clip: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("tdscreen.records.clips.RECORDS", dataclasses.replace(RECORDS, most_clips=1))
    clip = sounding_clip.read_bytes()
    assert send(server, ticket(service, examination.id), clip).status_code == 201
    second = send(server, ticket(service, examination.id), clip + b"\0")
    assert second.status_code == 422
    assert second.json()["problem"].startswith("This examination has 1 clip, as many as it can have.")
    assert len(clips(desk, examination.id)) == 1


@pytest.mark.usefixtures("nothing_left")
def test_who_was_taken_off_the_staff_sends_nothing(
    server: TestClient, service: Service, examination: Examination, sounding_clip: Path
) -> None:
    written_before = ticket(service, examination.id, staff="gone")
    open_service(Service(service.clinic, "gone", service.tickets))
    assert send(server, written_before, sounding_clip.read_bytes()).status_code == 403


def test_used_tickets_are_forgotten_when_their_time_is_over() -> None:
    now = [time.time()]
    office = TicketOffice(clock=lambda: now[0])
    ticket = office.read(office.write(Purpose.UPLOAD, staff="r1", on="x", valid_s=60), Purpose.UPLOAD)
    office.spend(ticket)
    now[0] += 61
    office.spend(office.read(office.write(Purpose.UPLOAD, staff="r1", on="x", valid_s=60), Purpose.UPLOAD))
    assert ticket.number not in office._spent
