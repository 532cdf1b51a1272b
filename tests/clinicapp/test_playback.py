"""A kept clip is played from any place, to its own site only, and stays nowhere."""

from __future__ import annotations

from pathlib import Path

import pytest
from starlette.testclient import TestClient

from tdscreen.clinicapp.service import Service, open_service
from tdscreen.clinicapp.tickets import Purpose
from tdscreen.records.clinic import Desk
from tdscreen.records.clips import destroy_video, import_clip, open_clip
from tdscreen.records.entries import Clip, Examination
from tdscreen.vocabulary import Task


@pytest.fixture
def clip(desk: Desk, examination: Examination, sounding_clip: Path) -> Clip:
    return import_clip(desk, examination.id, sounding_clip, task=Task.REST)


@pytest.fixture
def address(service: Service, clip: Clip) -> str:
    return f"/clinic/clip/{service.tickets.write(Purpose.PLAY, staff='r1', on=clip.id, valid_s=60)}"


def test_any_range_of_a_clip_is_what_is_in_it(
    server: TestClient, desk: Desk, clip: Clip, address: str
) -> None:
    with open_clip(desk, clip.id) as video:
        whole = video.readall() or b""
    assert len(whole) > 70_000
    answer = server.get(address)
    assert answer.status_code == 200
    assert answer.content == whole
    assert answer.headers["content-type"] == "video/mp4"
    assert answer.headers["cache-control"] == "no-store"
    assert "content-encoding" not in answer.headers
    for asked, start, end in (
        ("bytes=0-", 0, len(whole)),
        ("bytes=65530-65545", 65530, 65546),
        (f"bytes={len(whole) - 5}-{len(whole) + 100}", len(whole) - 5, len(whole)),
        ("bytes=-7", len(whole) - 7, len(whole)),
    ):
        answer = server.get(address, headers={"range": asked})
        assert answer.status_code == 206, asked
        assert answer.content == whole[start:end], asked
        assert answer.headers["content-range"] == f"bytes {start}-{end - 1}/{len(whole)}"
    for asked in (f"bytes={len(whole)}-", "bytes=9-3", "bytes=-", "lines=1-2", "bytes=0-1,4-5"):
        assert server.get(address, headers={"range": asked}).status_code == 416, asked


def test_every_look_at_a_clip_is_in_the_audit_log(
    server: TestClient, service: Service, clip: Clip, address: str
) -> None:
    server.get(address, headers={"range": "bytes=0-9"})
    last = service.clinic.audit_entries()[-1]
    assert (last.who, last.what, last.kind, last.on_id) == ("r1", "saw", "video of clip", clip.id)


def test_a_clip_of_another_site_is_not_there(
    server: TestClient, service: Service, clip: Clip, address: str
) -> None:
    elsewhere = Service(service.clinic, "s1", service.tickets)
    open_service(elsewhere)
    own = elsewhere.tickets.write(Purpose.PLAY, staff="s1", on=clip.id, valid_s=60)
    for tried in (address, f"/clinic/clip/{own}", "/clinic/clip/nonsense"):
        answer = server.get(tried)
        assert answer.status_code == 404
        assert b"ftyp" not in answer.content


def test_a_destroyed_video_is_not_played(server: TestClient, desk: Desk, clip: Clip, address: str) -> None:
    destroy_video(desk, clip.id)
    answer = server.get(address)
    assert answer.status_code == 404
    assert "was destroyed on" in answer.json()["problem"]


def test_an_address_is_good_for_one_person_alone(server: TestClient, service: Service, address: str) -> None:
    assert server.get(address).status_code == 200
    open_service(Service(service.clinic, "r2", service.tickets))
    assert server.get(address).status_code == 404
