"""What stands in the way of a recording at home, with a virtual patient before the camera: said, and outlived."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Route, expect

from browsing import chromium
from camera_films import FilmCamera, Picture, patient
from phantom.people import needs_people
from recording_at_home import Guest, Place, begin, clinic_with_recorder, phone
from tdscreen.patientapp.words import text
from tdscreen.phantom.presets import mover

pytestmark = [pytest.mark.browser, pytest.mark.slow, needs_people]

LONG_MS = 240_000
REST, TONGUE, TAPS = (text("en", f"task.{slug}.title") for slug in ("rest", "tongue_out", "tap_right"))


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """Give a recorder that begins by itself, with tasks of a fifth of their length."""
    with clinic_with_recorder(tmp_path_factory.mktemp("recorder"), scale=0.2, by_itself=True) as made:
        yield made


@pytest.fixture(scope="module")
def camera(tmp_path_factory: pytest.TempPathFactory, at_rest: list[Picture]) -> FilmCamera:
    made = FilmCamera(tmp_path_factory.mktemp("camera") / "film.y4m")
    made.shows(at_rest)
    return made


@pytest.fixture(scope="module")
def browser(camera: FilmCamera) -> Iterator[Browser]:
    with chromium(*camera.flags) as opened:
        yield opened


def _dark(pictures: list[Picture]) -> list[Picture]:
    return [np.asarray(picture * 0.06, dtype=np.uint8) for picture in pictures]


def _nobody(picture: Picture) -> Picture:
    """Give a room without anybody: its wall, from end to end."""
    height, width = picture.shape[:2]
    return np.tile(picture[: height // 4, -width // 4 :], (5, 5, 1))[:height, :width]


def _hints(guest: Guest, name: str) -> None:
    expect(guest.page.locator(".hint")).to_have_text(text("en", f"hint.{name}"), timeout=LONG_MS)


def test_what_the_camera_sees_is_said_and_nothing_begins_before_all_is_well(
    browser: Browser, place: Place, camera: FilmCamera, at_rest: list[Picture], tmp_path: Path
) -> None:
    lips = mover("lips", "opening", duration_s=0.5)
    two = patient(tmp_path, "two", lips, extra="second_person")
    nobody = _nobody(at_rest[0])
    _, link = place.invite()
    camera.shows(_dark(at_rest))
    with phone(browser, link) as guest:
        page = guest.page
        begin(guest)
        # In the dark, with nobody, and with somebody else there; the page goes on at the task where it was.
        _hints(guest, "dark")
        for pictures, hint in (([nobody] * 5, "no_face"), (two, "several_people")):
            camera.shows(pictures)
            page.reload()
            guest.heading(REST)
            _hints(guest, hint)
            expect(page.get_by_role("button", name=text("en", "recorder.anyway"))).to_be_visible()
        # Alone, in good light, both hands up: nobody presses anything.
        camera.shows(at_rest)
        page.reload()
        expect(page.get_by_role("progressbar")).to_be_visible(timeout=LONG_MS)
        expect(page.get_by_text(text("en", "recorder.privacy"))).to_be_hidden()
        guest.heading(TONGUE)
        # The face is away every other second: it never begins by itself, and while it is recorded that is said.
        camera.shows([*at_rest[:15], *[nobody] * 15])
        page.reload()
        guest.heading(TONGUE)
        guest.record()
        expect(page.get_by_role("progressbar")).to_be_visible(timeout=LONG_MS)
        _hints(guest, "no_face")
        expect(page.get_by_role("progressbar")).to_be_visible()


def test_a_clip_of_a_dark_room_is_refused_by_the_gate_in_the_same_words(
    browser: Browser, place: Place, camera: FilmCamera, at_rest: list[Picture], tmp_path: Path
) -> None:
    _, link = place.invite()
    camera.shows(_dark(at_rest))
    with phone(browser, link) as guest:
        begin(guest)
        _hints(guest, "dark")
        guest.press(text("en", "recorder.anyway"))
        for title in (TONGUE, TAPS):
            guest.heading(title)
            guest.press(text("en", "recorder.skip"))
            guest.press(text("en", "skip.tired"))
        once_more = guest.page.get_by_role("heading", level=1, name=text("en", "advice.title"))
        expect(once_more).to_be_visible(timeout=LONG_MS)
        expect(guest.page.get_by_text(text("en", "advice.light"))).to_be_visible()
        guest.page.screenshot(path=tmp_path / "once_more.png")


def test_without_a_network_or_with_a_full_disk_it_goes_on_and_all_arrives_later(
    browser: Browser, place: Place, camera: FilmCamera, at_rest: list[Picture]
) -> None:
    invitation, link = place.invite()
    # Somebody comes and goes, so that nothing begins by itself.
    camera.shows([*at_rest[:15], *[_nobody(at_rest[0])] * 15])

    def full(route: Route) -> None:
        route.fulfill(status=507, json={"problem": "error.disk_full"})

    with phone(browser, link) as guest:
        page = guest.page
        begin(guest)
        guest.heading(REST)
        # The server is gone while somebody records: the page keeps what it has, and goes on.
        guest.record()
        expect(page.get_by_role("progressbar")).to_be_visible(timeout=LONG_MS)
        place.server.end()
        guest.context.set_offline(True)
        guest.heading(TONGUE)
        guest.record()
        guest.heading(TAPS)
        expect(page.get_by_text(text("en", "recorder.waiting"))).to_be_visible(timeout=LONG_MS)
        assert place.so_far(invitation).tasks == ()
        # It is there again, and has no room.
        guest.context.route("**/recording/announce", full)
        place.server.start()
        guest.context.set_offline(False)
        expect(page.get_by_text(text("en", "error.disk_full"))).to_be_visible(timeout=LONG_MS)
        assert place.so_far(invitation).tasks == ()
        guest.context.unroute("**/recording/announce")
        expect(page.get_by_text(text("en", "recorder.sent"))).to_be_visible(timeout=LONG_MS)
        guest.heading(TAPS)
        guest.press(text("en", "recorder.skip"))
        guest.press(text("en", "skip.tired"))
        done = page.get_by_role("heading", level=1, name=text("en", "finish.title"))
        again = page.get_by_role("heading", level=1, name=text("en", "advice.title"))
        while True:
            expect(done.or_(again)).to_be_visible(timeout=LONG_MS)
            if done.is_visible():
                break
            guest.press(text("en", "advice.go_on"))
            expect(again).to_be_hidden()
    assert [task.slug for task in place.so_far(invitation).tasks if task.clip] == ["rest", "tongue_out"]
