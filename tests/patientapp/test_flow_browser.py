"""The way of a recording in Chromium, where answers come late or not at all: the real scripts, the real routes."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, Route, expect
from starlette.testclient import TestClient

from browsing import chromium
from camera_films import FAKE_CAMERA
from phones import so_far
from tdscreen.patientapp.clinic_file import ClinicFile
from tdscreen.patientapp.page import said_to_the_browser
from tdscreen.patientapp.words import text
from tdscreen.records.at_home import agree, answer, desk_of_invited, skip_task
from tdscreen.records.clinic import Clinic, Desk
from tdscreen.records.entries import AtHomeAnswers, Invitation, InvitationState, Patient
from tdscreen.records.invitations import revoke
from tdscreen.settings import RECORDER

pytestmark = pytest.mark.browser

SCRIPTS = Path(__file__).resolve().parents[2] / "src" / "tdscreen" / "patientapp" / "browser"
HOME = "http://localhost:9/"
"""Nothing listens there: the routes answer, by way of the browser's own interception."""
SHORT = dataclasses.replace(RECORDER, scale=0.02, countdown_s=0, check_every_s=0.2, begins_by_itself=False)
SLOW_CAMERA = """
const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
window.given = [];
window.allow = [];
navigator.mediaDevices.getUserMedia = async (wish) => {
  await new Promise((resolve) => window.allow.push(resolve));
  const stream = await ask(wish);
  window.given.push(stream);
  return stream;
};
"""


class Place:
    """A browser at the routes; what it asks can be held back, answered otherwise, or lost."""

    def __init__(self, context: BrowserContext, server: TestClient, word: str) -> None:
        self.context, self.server, self.word = context, server, word
        self.cookies: dict[str, str] = {}
        self.held: dict[str, list[Route]] = {}
        self.instead: dict[str, dict[str, Any]] = {}
        self.asked: list[str] = []
        self.errors: list[str] = []
        context.route("**/*", self._answer)
        context.on("weberror", lambda error: self.errors.append(str(error.error)))
        self.page = context.new_page()

    def _answer(self, route: Route) -> None:
        path = route.request.url.removeprefix(HOME).partition("#")[0]
        name = path.rpartition("/")[2]
        if not path:
            html = '<!doctype html><html lang="en"><title>flow</title><div class="recorder"></div>'
            route.fulfill(body=html, content_type="text/html")
        elif path.endswith(".js"):
            route.fulfill(path=SCRIPTS / name, content_type="text/javascript")
        elif name == "look" or not path.startswith("recording/"):
            route.fulfill(json={})
        elif name in self.held:
            self.held[name].append(route)
        elif name in self.instead:
            self.asked.append(name)
            route.fulfill(**self.instead[name])
        else:
            self.asked.append(name)
            self._pass_on(route, path)

    def _pass_on(self, route: Route, path: str) -> None:
        asked = route.request
        passed = ("x-window", "x-offset", "content-type")
        named = {name: asked.headers[name] for name in passed if name in asked.headers}
        if self.cookies:
            named["cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        said = self.server.request(
            asked.method, f"/{path}", content=asked.post_data_buffer or b"", headers=named
        )
        self.cookies.update(said.cookies)
        self.server.cookies.clear()
        route.fulfill(status=said.status_code, body=said.content, content_type="application/json")

    def hold(self, name: str) -> None:
        """Let nothing of this name through from now on."""
        self.held[name] = []

    def let_go(self, name: str) -> None:
        """Answer what was held back, and all that comes."""
        for route in self.held.pop(name):
            self._pass_on(route, route.request.url.removeprefix(HOME))

    def open(self, page: Page | None = None) -> None:
        page = page or self.page
        page.goto(f"{HOME}#{self.word}")
        self.start(page)

    def start(self, page: Page) -> None:
        page.evaluate(
            """async (data) => {
              const { start } = await import("/recording/browser/app.js");
              window.app = await start(document.querySelector(".recorder"), data);
            }""",
            said_to_the_browser(SHORT, ClinicFile(looked_at_by="Ms. Ratewell")),
        )

    def heading(self, key: str) -> None:
        expect(self.page.get_by_role("heading", level=1, name=text("en", key), exact=True)).to_be_visible()

    def at_a_task(self, slug: str) -> None:
        """Wait for a task whose camera is open."""
        self.heading(f"task.{slug}.title")
        expect(self.button("recorder.anyway")).to_be_visible()

    def press(self, key: str) -> None:
        self.button(key).click()

    def button(self, key: str) -> Locator:
        return self.page.get_by_role("button", name=text("en", key), exact=True)

    def once_more(self) -> Locator:
        return self.page.get_by_role("button", name=text("en", "recorder.repeat", task=""))

    def waits(self, name: str) -> None:
        """Wait until the page has asked for what is held back."""
        for _ in range(300):
            if self.held[name]:
                return
            self.page.wait_for_timeout(100)
        pytest.fail(f"The page never asked for {name}.")

    def settled(self) -> None:
        """Let the page do whatever it would do at once."""
        self.page.evaluate("() => new Promise((resolve) => setTimeout(resolve, 300))")

    def clips(self) -> int:
        """Say how many clips the phone keeps."""
        return int(
            self.page.evaluate(
                """async () => {
                  const { Keeping } = await import("/recording/browser/keeping.js");
                  const { database } = await Keeping.open();
                  return new Promise((resolve) => {
                    const found = database.transaction("clips").objectStore("clips").count();
                    found.onsuccess = () => { database.close(); resolve(found.result); };
                  });
                }"""
            )
        )


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium(*FAKE_CAMERA) as opened:
        yield opened


@pytest.fixture
def place(browser: Browser, server: TestClient, link_word: str) -> Iterator[Place]:
    context = browser.new_context()
    made = Place(context, server, link_word)
    yield made
    context.close()
    assert made.errors == []


@pytest.fixture
def agreed(clinic: Clinic, invitation: Invitation) -> Desk:
    """Give the desk of somebody who has agreed, and stands before the questions."""
    desk = desk_of_invited(clinic, invitation.id)
    agree(desk, invitation.id, version="2", language="en")
    return desk


@pytest.fixture
def answered(agreed: Desk, invitation: Invitation) -> Desk:
    """Give the desk of somebody who is tired and stands before the first of three tasks."""
    answer(agreed, invitation.id, AtHomeAnswers(), programme="short")
    return agreed


def _skip(desk: Desk, invitation: Invitation, *slugs: str) -> None:
    for slug in slugs:
        skip_task(desk, invitation.id, slug=slug, reason="tired")


def _record_the_last_and_hold_it(place: Place, desk: Desk, invitation: Invitation) -> None:
    """Record the only task that is left; nothing of its clip is let through to the server."""
    _skip(desk, invitation, "tongue_out", "tap_right")
    place.open()
    place.hold("announce")
    place.press("recorder.anyway")


@pytest.mark.usefixtures("agreed")
def test_who_stops_before_the_questions_are_answered_is_let_go(
    place: Place, desk: Desk, patient: Patient
) -> None:
    place.open()
    place.heading("questions.title")
    place.press("frame.upsetting")
    place.press("upset.finish")
    place.heading("finish.title")
    assert so_far(desk, patient).state is InvitationState.FINISHED


@pytest.mark.usefixtures("answered")
def test_a_camera_that_answers_late_stays_off_once_somebody_wants_out(place: Place) -> None:
    place.page.add_init_script(SLOW_CAMERA)
    place.open()
    expect(place.page.get_by_text(text("en", "recorder.camera_ask"))).to_be_visible()
    place.press("frame.upsetting")
    place.heading("upset.title")
    place.page.evaluate("window.allow.shift()()")
    place.page.wait_for_function(
        "window.given.length === 1 && window.given[0].getTracks().every((track) => track.readyState === 'ended')"
    )
    place.heading("upset.title")
    # Who goes on is asked anew, and sees the picture.
    place.press("upset.pause")
    place.page.wait_for_function("window.allow.length === 1")
    place.page.evaluate("window.allow.shift()()")
    place.heading("task.rest.title")
    expect(place.button("recorder.anyway")).to_be_visible()
    assert place.page.evaluate("window.app.camera.isOpen")


def test_a_clip_that_arrives_late_does_not_answer_whether_to_delete_all(
    place: Place, answered: Desk, invitation: Invitation, desk: Desk, patient: Patient
) -> None:
    _record_the_last_and_hold_it(place, answered, invitation)
    place.heading("recorder.sending")
    place.press("frame.upsetting")
    place.press("upset.delete")
    place.heading("access.delete_sure")
    place.let_go("announce")
    place.page.wait_for_function("window.app.sending.waiting.size === 0")
    place.settled()
    place.heading("access.delete_sure")
    assert so_far(desk, patient).state is InvitationState.OPEN
    place.press("access.delete_yes")
    expect(place.page.get_by_text(text("en", "finish.close"))).to_be_visible()
    assert so_far(desk, patient).state is InvitationState.WITHDRAWN
    assert place.clips() == 0


@pytest.mark.usefixtures("agreed")
def test_answers_that_are_taken_late_leave_whoever_wants_out_where_they_are(place: Place) -> None:
    place.open()
    place.heading("questions.title")
    place.page.locator("input[name=programme][value=short]").check()
    place.hold("answers")
    place.press("frame.go_on")
    place.waits("answers")
    place.press("frame.upsetting")
    place.heading("upset.title")
    place.let_go("answers")
    place.page.wait_for_function("window.app.state.answered")
    place.settled()
    place.heading("upset.title")
    # A task that is left out, likewise; going on leads to the next.
    place.press("upset.pause")
    place.heading("task.rest.title")
    place.hold("skip")
    place.press("recorder.skip")
    place.press("skip.tired")
    place.waits("skip")
    place.press("frame.upsetting")
    place.let_go("skip")
    place.page.wait_for_function("'rest' in window.app.state.tasks")
    place.settled()
    place.heading("upset.title")
    place.press("upset.pause")
    place.heading("task.tongue_out.title")


def test_an_end_that_is_taken_late_is_shown_to_whoever_goes_on(
    place: Place, answered: Desk, invitation: Invitation
) -> None:
    _skip(answered, invitation, "rest", "tongue_out", "tap_right")
    place.hold("finish")
    place.open()
    place.waits("finish")
    place.press("frame.upsetting")
    place.heading("upset.title")
    place.let_go("finish")
    place.page.wait_for_function("window.app.state.finished")
    place.settled()
    place.heading("upset.title")
    place.press("upset.pause")
    place.heading("finish.title")


@pytest.mark.usefixtures("answered")
def test_another_language_is_the_same_screen_for_an_answer_that_comes_late(place: Place) -> None:
    place.open()
    place.heading("task.rest.title")
    place.hold("skip")
    place.press("recorder.skip")
    place.press("skip.tired")
    place.waits("skip")
    place.page.locator("header select").select_option("es")
    place.let_go("skip")
    title = place.page.get_by_role("heading", level=1, name=text("es", "task.tongue_out.title"))
    expect(title).to_be_visible()


@pytest.mark.usefixtures("agreed")
def test_who_stops_is_not_asked_for_another_take(
    place: Place, invitation: Invitation, answered: Desk
) -> None:
    _skip(answered, invitation, "rest")
    place.instead["checks"] = {"json": {"rest": {"state": "again", "take": 1, "advice": ["light"]}}}
    place.open()
    place.heading("task.tongue_out.title")
    place.page.wait_for_function("'rest' in window.app.checks")
    place.press("recorder.stop")
    place.heading("finish.title")


@pytest.mark.usefixtures("agreed")
def test_that_somebody_felt_bad_reaches_the_clinic_without_a_task_and_before_the_end(
    place: Place, desk: Desk, patient: Patient
) -> None:
    place.instead["skip"] = {"status": 503, "json": {"problem": "error.server"}}
    place.open()
    place.heading("questions.title")
    place.press("frame.upsetting")
    place.heading("upset.title")
    seen = place.page.get_by_text(text("en", "upset.seen"))
    place.page.wait_for_function("window.app.feeling.tries > 0")
    expect(seen).to_be_hidden()
    # Nothing is finished that would leave it out.
    place.press("upset.finish")
    expect(place.page.get_by_role("alert")).to_have_text(text("en", "error.server"))
    assert so_far(desk, patient).state is InvitationState.OPEN
    del place.instead["skip"]
    place.press("error.again")
    place.heading("finish.title")
    (noted,) = {(one.slug, one.skipped) for one in so_far(desk, patient).tasks}
    assert noted == ("rest_again", "upset")


@pytest.mark.usefixtures("answered")
def test_that_the_clinic_will_see_it_is_said_once_it_can_also_after_the_page_was_loaded_again(
    place: Place, desk: Desk, patient: Patient
) -> None:
    place.open()
    place.at_a_task("rest")
    place.hold("skip")
    place.press("frame.upsetting")
    seen = place.page.get_by_text(text("en", "upset.seen"))
    place.waits("skip")
    expect(seen).to_be_hidden()
    place.let_go("skip")
    expect(seen).to_be_visible()
    assert [(one.slug, one.skipped) for one in so_far(desk, patient).tasks] == [("rest", "upset")]
    # Help and back is not felt bad once more; a page that is loaded before it was said says it then.
    place.press("upset.urgent")
    place.press("frame.back")
    expect(seen).to_be_visible()
    place.hold("skip")
    place.press("upset.pause")
    place.heading("task.rest.title")
    place.press("frame.upsetting")
    place.waits("skip")
    place.page.goto("about:blank")
    del place.held["skip"]
    place.open()
    # Nothing was left out by that.
    place.heading("task.rest.title")
    place.page.wait_for_function("window.app.feeling.waiting === null")
    assert [one.skipped for one in so_far(desk, patient).tasks] == ["upset", "upset"]


def _takes(desk: Desk, patient: Patient) -> list[tuple[str, int]]:
    return sorted((one.slug, one.take) for one in so_far(desk, patient).tasks if one.clip)


def test_a_task_can_be_done_once_more_by_whoever_did_it_otherwise_than_meant(
    place: Place, answered: Desk, invitation: Invitation, desk: Desk, patient: Patient
) -> None:
    _skip(answered, invitation, "tap_right")
    place.open()
    place.heading("task.rest.title")
    expect(place.once_more()).to_have_count(0)
    place.press("recorder.anyway")
    place.heading("task.tongue_out.title")
    place.once_more().click()
    place.heading("task.rest.title")
    # There is a video of it already: it is left out by nobody, and can be let be.
    expect(place.button("recorder.skip")).to_have_count(0)
    place.press("advice.go_on")
    place.heading("task.tongue_out.title")
    place.once_more().click()
    place.press("recorder.anyway")
    place.heading("task.tongue_out.title")
    # A page that is loaded again knows how often it was done; the third time is the last.
    place.page.wait_for_function("window.app.sending.clips.length === 0")
    place.page.goto("about:blank")
    place.open()
    place.heading("task.tongue_out.title")
    place.once_more().click()
    place.press("recorder.anyway")
    place.heading("task.tongue_out.title")
    expect(place.once_more()).to_have_count(0)
    # The last one of all, too, before it has arrived.
    place.hold("announce")
    place.press("recorder.anyway")
    place.once_more().click()
    place.heading("task.tongue_out.title")
    place.press("recorder.anyway")
    place.let_go("announce")
    place.heading("finish.title")
    assert _takes(desk, patient) == [
        ("rest", 1),
        ("rest", 2),
        ("rest", 3),
        ("tongue_out", 1),
        ("tongue_out", 2),
    ]


def test_two_takes_that_were_not_sent_are_both_sent_by_a_page_that_is_loaded_again(
    place: Place, answered: Desk, invitation: Invitation, desk: Desk, patient: Patient
) -> None:
    _record_the_last_and_hold_it(place, answered, invitation)
    place.once_more().click()
    place.press("recorder.anyway")
    place.heading("recorder.sending")
    assert place.clips() == 2
    place.page.goto("about:blank")
    del place.held["announce"]
    place.open()
    place.heading("finish.title")
    assert _takes(desk, patient) == [("rest", 1), ("rest", 2)]
    assert place.clips() == 0


def test_what_was_done_once_more_is_not_suggested_and_nothing_is_while_it_ends(
    place: Place, answered: Desk, invitation: Invitation, desk: Desk, patient: Patient
) -> None:
    _skip(answered, invitation, "tap_right", "tongue_out")
    place.instead["checks"] = {"json": {"rest": {"take": 1, "state": "waiting", "advice": []}}}
    place.open()
    place.press("recorder.anyway")
    place.page.wait_for_function("window.app.sending.clips.length === 0")
    place.once_more().click()
    place.at_a_task("rest")
    place.hold("announce")
    place.instead["checks"] = {"json": {"rest": {"take": 1, "state": "again", "advice": ["light"]}}}
    place.page.wait_for_function("window.app.checks.rest?.state === 'again'")
    place.press("recorder.anyway")
    place.waits("announce")
    place.heading("recorder.sending")
    place.hold("finish")
    place.let_go("announce")
    place.waits("finish")
    expect(place.once_more()).to_have_count(0)
    place.page.locator("header select").select_option("es")
    expect(place.page.get_by_role("heading", level=1, name=text("es", "recorder.sending"))).to_be_visible()
    expect(place.page.get_by_role("button", name=text("es", "recorder.repeat", task=""))).to_have_count(0)
    place.page.locator("header select").select_option("en")
    place.let_go("finish")
    place.heading("finish.title")
    assert _takes(desk, patient) == [("rest", 1), ("rest", 2)]


def test_with_a_task_left_out_between_the_button_says_which_one_would_be_done_again(
    place: Place, answered: Desk
) -> None:
    place.open()
    place.at_a_task("rest")
    place.press("recorder.anyway")
    place.at_a_task("tongue_out")
    place.press("recorder.skip")
    place.press("skip.tired")
    place.at_a_task("tap_right")
    expect(place.once_more()).to_have_text(text("en", "recorder.repeat", task=text("en", "task.rest.title")))


def test_a_clip_goes_on_its_way_when_a_window_is_taken_back(
    place: Place, answered: Desk, invitation: Invitation, desk: Desk, patient: Patient
) -> None:
    _skip(answered, invitation, "tongue_out", "tap_right")
    place.open()
    place.instead["announce"] = {"status": 409, "json": {"problem": "error.second_tab"}}
    place.press("recorder.anyway")
    expect(place.button("error.here")).to_be_visible()
    assert place.clips() == 1
    del place.instead["announce"]
    place.press("error.here")
    place.heading("finish.title")
    expect(place.page.get_by_text("Ms. Ratewell")).to_be_visible()
    assert [one.slug for one in so_far(desk, patient).tasks if one.clip] == ["rest"]
    assert place.clips() == 0


def test_a_link_that_is_taken_back_while_it_sends_is_said_and_leaves_nothing_on_the_phone(
    place: Place, answered: Desk, invitation: Invitation, desk: Desk
) -> None:
    _record_the_last_and_hold_it(place, answered, invitation)
    place.heading("recorder.sending")
    place.waits("announce")
    assert place.clips() == 1
    revoke(desk, invitation.id)
    place.let_go("announce")
    expect(place.page.get_by_role("alert")).to_have_text(text("en", "error.expired"))
    expect(place.page.get_by_text(text("en", "recorder.stay_open"))).to_be_hidden()
    expect(place.button("frame.upsetting")).to_be_hidden()
    place.page.wait_for_function("window.app.state === null")
    place.settled()
    assert place.clips() == 0


@pytest.mark.usefixtures("answered")
def test_a_window_that_was_copied_is_another_one_and_a_page_that_is_loaded_again_is_not(place: Place) -> None:
    place.open()
    place.heading("task.rest.title")
    first = place.page
    with place.context.expect_page() as opened:
        first.evaluate("() => { window.open(location.href); }")
    copied = opened.value
    assert copied.evaluate("sessionStorage.length") == first.evaluate("sessionStorage.length") > 0
    place.start(copied)
    expect(copied.get_by_text(text("en", "error.second_tab"))).to_be_visible()
    first.reload()
    place.start(first)
    place.heading("task.rest.title")
    # The one that was copied keeps the name that it drew.
    copied.reload()
    place.start(copied)
    expect(copied.get_by_text(text("en", "error.second_tab"))).to_be_visible()


def test_after_no_video_nothing_is_said_of_what_becomes_of_it(
    place: Place, answered: Desk, invitation: Invitation
) -> None:
    _skip(answered, invitation, "rest", "tongue_out", "tap_right")
    place.open()
    place.heading("finish.title")
    expect(place.page.get_by_text(text("en", "finish.said_none"))).to_be_visible()
    for said in (text("en", "finish.next_title"), text("en", "finish.next_program"), "Ms. Ratewell"):
        expect(place.page.get_by_text(said)).to_have_count(0)


def test_who_stopped_has_still_stopped_when_a_window_is_taken_back(
    place: Place, answered: Desk, invitation: Invitation, desk: Desk, patient: Patient
) -> None:
    _skip(answered, invitation, "rest")
    place.instead["finish"] = {"status": 409, "json": {"problem": "error.second_tab"}}
    place.open()
    place.heading("task.tongue_out.title")
    place.press("recorder.stop")
    expect(place.button("error.here")).to_be_visible()
    del place.instead["finish"]
    place.press("error.here")
    place.heading("finish.title")
    assert so_far(desk, patient).state is InvitationState.FINISHED
