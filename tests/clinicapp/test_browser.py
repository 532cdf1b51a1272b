"""The clinic's pages in a real browser: from a new patient to a signature, the estimate nowhere before the lock."""

from __future__ import annotations

import contextlib
import json
import signal
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Page, Route, WebSocket, expect

from browsing import DESKTOP, free_port, wait_for
from clinic_browsing import at_the_clinic, choose, choose_convention, command, look, look_enlarged
from clinic_people import NAME, everything_on_disk
from clinic_places import files_that_arrive
from clips import scene, write_clip
from measured_clips import clip as measured_clip
from measured_clips import quiet_face
from tdscreen.assessment.assess import assess
from tdscreen.clinicapp.aims import ITEMS, answer_words
from tdscreen.clinicapp.practice_set import folder_of
from tdscreen.records.assessments import add_assessment
from tdscreen.records.clinic import Clinic
from tdscreen.records.clips import clips
from tdscreen.records.entries import Agreement, Destroyed, Examination, ExposureDetails, Patient, Scores
from tdscreen.records.examinations import add_examination, examinations
from tdscreen.records.patients import add_exposure, patients
from tdscreen.records.ratings import lock_rating, ratings, save_draft, sign_offs
from tdscreen.records.worklist import examination_states

pytestmark = pytest.mark.browser

ONLY_OF_AN_ESTIMATE = (b"Estimate from video", b"What moved the estimate", b"nearest to", b"Not assessed")


@dataclass
class Overheard:
    """All that a browser was sent: over the page's connection, and in answers."""

    frames: list[bytes] = field(default_factory=list)

    def listen(self, page: Page) -> None:
        page.on("websocket", self._listen_to)

    def _listen_to(self, socket: WebSocket) -> None:
        socket.on("framereceived", lambda frame: self.frames.append(_bytes(frame)))

    def tells_the_estimate(self) -> bool:
        return any(words in frame for frame in self.frames for words in ONLY_OF_AN_ESTIMATE)


def _bytes(frame: str | bytes) -> bytes:
    return frame if isinstance(frame, bytes) else frame.encode()


def test_from_a_new_patient_to_a_signature(
    browser: Browser, store: Clinic, sample: Path, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    desk = store.desk("r1")
    screenshots = tmp_path_factory.mktemp("clinic")
    overheard = Overheard()
    with at_the_clinic(browser, tmp_path / "served", screenshots) as guest:
        page = guest.page
        overheard.listen(page)
        page.reload()
        expect(page.get_by_role("heading", name="Patients")).to_be_visible()
        page.get_by_label("Identifier", exact=True).fill(NAME)
        page.get_by_label("Year of birth").fill("1961")
        page.get_by_role("button", name="Add the patient").click()
        expect(page.get_by_role("heading", name=NAME)).to_be_visible()
        look(guest, "1-patient")
        look_enlarged(guest, "1-patient", "Worklist", "Add the examination")
        page.get_by_role("button", name="Add the examination").click()
        expect(page.get_by_role("heading", name="Examination of")).to_be_visible()
        (examination,) = examinations(desk, patients(desk)[0].id)

        page.locator("input[type=file]").set_input_files([sample])
        send = page.get_by_role("button", name="Send the clip")
        expect(send).to_be_disabled()
        page.get_by_label(f"Task of {sample.name}").select_option("rest")
        send.click()
        expect(page.get_by_text(f"{sample.name} is kept.")).to_be_visible()
        expect(page.get_by_text("The video is kept until a rating of it is signed")).to_be_visible()
        (clip,) = clips(desk, examination.id)

        add_assessment(desk, examination.id, assess([measured_clip(*quiet_face(tongue=True))]))
        page.reload()
        expect(page.get_by_text("There is an estimate.")).to_be_visible()
        look(guest, "2-examination")

        page.get_by_role("button", name="Rate this examination").click()
        expect(page.get_by_role("heading", name="Rating")).to_be_visible()
        try_the_player(page)
        look(guest, "3-rating")
        choose_convention(page)
        for guide in ITEMS[:11]:
            choose(page, guide.number, answer_words(guide, False if guide.yes_no else 2))
            expect(page.get_by_text("Your draft is saved as you go")).to_be_visible()
        choose(page, 12, "not rated")
        page.get_by_label("Why item 12 is not rated").fill("not asked")
        page.keyboard.press("Tab")
        expect(page.get_by_text("Neither scored nor given a reason yet")).to_be_hidden()

        try_to_see_the_estimate(page, overheard, examination)
        look_enlarged(guest, "3-rating", "Play", "Lock my rating")
        page.get_by_role("button", name="Lock my rating").click()
        expect(page.get_by_role("heading", name="Comparison")).to_be_visible()
        expect(page.get_by_text("What moved the estimate").first).to_be_visible()
        assert overheard.tells_the_estimate()
        (rating,) = ratings(desk, examination.id)
        assert rating.locked is not None
        assert rating.estimate_seen is False
        look(guest, "4-comparison")
        look_enlarged(guest, "4-comparison", "Back to the examination", "Sign")

        page.get_by_role("radiogroup", name="Estimate and rating").get_by_text("differs").click()
        page.get_by_role("button", name="Sign", exact=True).click()
        expect(
            page.get_by_text("A rating of this examination has a signature under it as it stands.")
        ).to_be_visible()
        with page.expect_download() as download:
            page.get_by_role("link", name="Report (PDF)").click()
        assert Path(download.value.path()).read_bytes().startswith(b"%PDF")
        look(guest, "5-signed")
        page.get_by_role("button", name="Back to the examination").click()
        expect(page.get_by_text("The video was destroyed on")).to_be_visible()
        look(guest, "6-after")
        page.get_by_role("button", name="Worklist").click()
        expect(page.get_by_text("No locked rating waits for a signature.")).to_be_visible()
        look(guest, "7-worklist")
        page.get_by_role("button", name="Patients").click()
        expect(page.get_by_label("Find by identifier")).to_be_visible()
        look(guest, "8-patients")
        # The browser's own way back leads through the pages.
        page.go_back()
        expect(page.get_by_role("heading", name="Worklist")).to_be_visible()
    (signed,) = sign_offs(desk, examination.id)
    assert signed.agreement is Agreement.DIFFERS
    assert clips(desk, examination.id)[0].files[0].destroyed_because is Destroyed.RATED
    assert ("r1", "saw", "video of clip", clip.id) in {
        (entry.who, entry.what, entry.kind, entry.on_id) for entry in store.audit_entries()
    }
    assert store.audit_problems() == []


@pytest.mark.slow
def test_over_time_from_the_worklist_to_a_deletion(
    browser: Browser,
    store: Clinic,
    patient: Patient,
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    desk, screenshots = store.desk("r1"), tmp_path_factory.mktemp("over-time")
    estimated = assess([measured_clip(*quiet_face(tongue=True))])
    first, second, unseen = (
        add_examination(desk, patient.id, held_at=store.now() - timedelta(days=days))
        for days in (600, 400.2, 390)
    )
    for one in (first, second, unseen):
        add_assessment(desk, one.id, estimated)
    for one, score in ((first, 1), (second, 3)):
        whole = Scores({**dict.fromkeys(range(1, 11), score), 11: False, 12: False})
        lock_rating(desk, save_draft(desk, one.id, whole).id)
    add_exposure(desk, patient.id, ExposureDetails("Haloperidol", since="2025", dose="4 mg a day"))
    training = folder_of(store.vault.folder)
    training.mkdir()
    write_clip(training / "training-00000000.mp4", scene(30))
    still = {"severity": 0, "half_range_mm": 0.0, "frequency_hz": None, "percent_time_moving": 0.0}
    regions = ("upper_face", "lips", "jaw", "tongue", "left_hand", "right_hand")
    (training / "training-00000000.truth.json").write_text(
        json.dumps({"regions": dict.fromkeys(regions, still)})
    )
    with at_the_clinic(
        browser, tmp_path / "served", screenshots, path="?page=worklist", heading="Worklist"
    ) as guest:
        page = guest.page
        expect(page.get_by_role("heading", name="Overdue (1)")).to_be_visible()
        look(guest, "1-worklist")
        look_enlarged(guest, "1-worklist", "Patients", "Open")
        page.get_by_role("button", name="Open").first.click()
        expect(page.get_by_role("heading", name=NAME)).to_be_visible()
        page.get_by_text("Say what raises the risk").click()
        page.get_by_text("A mood disorder").click()
        page.get_by_role("button", name="Save what raises the risk").click()
        expect(page.get_by_text("Said by r1 on")).to_be_visible()
        look(guest, "2-risk")
        page.get_by_role("button", name="Course over time").click()
        expect(page.get_by_text("Not shown: the estimates of 1 examination.")).to_be_visible()
        # A picture says in words what it shows, and the table says it again.
        expect(page.get_by_role("img", name="3. Jaw, over time. Ratings: ")).to_be_visible()
        expect(page.get_by_role("region", name="Figures of the course")).to_be_visible()
        expect(page.get_by_role("heading", name="What may be called change")).to_be_visible()
        look(guest, "3-course")
        look_enlarged(guest, "3-course", "Back to", "Rate the examination")
        page.get_by_role("button", name="Raters").click()
        expect(page.get_by_text("Too few.").first).to_be_visible()
        look(guest, "4-raters")
        page.get_by_role("button", name="Training").click()
        page.get_by_role("button", name="Rate the next clip").click()
        expect(page.get_by_label("Place in the clip")).to_be_visible()
        for number in range(1, 6):
            choose(page, number, "0 none")
        look(guest, "5-training")
        page.get_by_role("button", name="Keep my rating").click()
        expect(page.get_by_text("As drawn").first).to_be_visible()
        look(guest, "6-training-truth")
    looked = {
        e.on_id for e in store.audit_entries() if (e.what, e.kind) == ("saw", "estimate of examination")
    }
    assert looked == {first.id, second.id}
    with at_the_clinic(
        browser,
        tmp_path / "served again",
        screenshots,
        person="k1",
        path="?page=deletion",
        heading="Delete a patient",
    ) as guest:
        page = guest.page
        page.get_by_label("Identifier of the patient").fill(NAME)
        page.get_by_role("button", name="Look for the patient").click()
        expect(page.get_by_text("3 examinations")).to_be_visible()
        look(guest, "7-what-goes")
        page.get_by_label("Type the patient's identifier").fill(NAME)
        page.get_by_role("button", name="Delete for good").click()
        expect(page.get_by_text("Deleted. Nothing is left in this store.")).to_be_visible()
        look(guest, "8-deleted")
    assert patients(desk) == []
    assert NAME.encode() not in everything_on_disk(store)
    assert store.audit_problems() == []


def try_the_player(page: Page) -> None:
    """Play, step, slow down, loop and zoom by the keyboard alone."""
    video = page.locator("video")
    page.wait_for_function("document.querySelector('[data-testid=stMain]') !== null")
    expect(page.get_by_label("Place in the clip")).to_be_visible()
    video.evaluate(
        "v => new Promise(done => v.readyState >= 2 ? done() : v.addEventListener('loadeddata', done))"
    )
    page.locator(".frame").focus()

    def now() -> float:
        return float(video.evaluate("v => v.currentTime"))

    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(500)
    assert 0 < now() < 0.1
    page.keyboard.press("Shift+ArrowRight")
    page.wait_for_timeout(500)
    assert 0.9 < now() < 1.2
    page.keyboard.press("a")
    page.keyboard.press("s")
    assert video.evaluate("v => v.playbackRate") == 0.5
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    page.wait_for_timeout(1000)
    page.keyboard.press("Space")
    assert now() > 1.0
    page.keyboard.press("8")
    assert "scale(3)" in video.evaluate("v => v.style.transform")
    page.keyboard.press("0")
    assert video.evaluate("v => v.style.transform") == ""
    expect(page.get_by_role("button", name="Loop", exact=True)).to_have_attribute("aria-pressed", "true")
    # The clip stays in view beside the last items, too.
    page.get_by_label("Comment").scroll_into_view_if_needed()
    page.wait_for_timeout(300)
    box = page.locator(".frame").bounding_box()
    assert box is not None
    assert 0 <= box["y"] < DESKTOP["height"] / 2


def try_to_see_the_estimate(page: Page, overheard: Overheard, examination: Examination) -> None:
    """Try the address bar and a second tab: a draft, however complete, opens nothing."""
    home = "{0.scheme}://{0.netloc}".format(urlsplit(page.url))
    second = page.context.new_page()
    overheard.listen(second)
    for name in ("comparison", "rating", "examination"):
        second.goto(f"{home}/?page={name}&of={examination.id}")
        expect(second.get_by_role("heading", level=1)).to_be_visible()
        second.wait_for_timeout(500)
        shown = second.locator("body").inner_text()
        assert not any(words.decode() in shown for words in ONLY_OF_AN_ESTIMATE)
    second.close()
    assert overheard.frames
    assert not overheard.tells_the_estimate()


def test_a_clinician_of_another_site_sees_nothing(
    browser: Browser, store: Clinic, examination: Examination, tmp_path: Path
) -> None:
    folder = tmp_path / "served"
    with at_the_clinic(browser, folder, tmp_path, person="s1") as guest:
        for name, of in (
            ("patient", examination.patient),
            ("course", examination.patient),
            *((name, examination.id) for name in ("examination", "rating", "comparison")),
        ):
            guest.page.goto(f"{guest.url}?page={name}&of={of}")
            expect(guest.page.get_by_text("There is no such entry")).to_be_visible()
            assert NAME not in guest.page.locator("body").inner_text()
    assert examination_states(store.desk("s1")) == []


def test_a_server_that_is_killed_within_an_upload_leaves_nothing_half_there(
    browser: Browser, store: Clinic, examination: Examination, sample: Path, tmp_path: Path
) -> None:
    in_memory = set(Path("/dev/shm").iterdir())
    files = {path for path in store.vault.folder.rglob("*") if path.is_file()}
    port = free_port()
    url = f"http://localhost:{port}"
    with started(port, tmp_path) as server:
        ticket = ticket_of_a_page(browser, f"{url}/?page=examination&of={examination.id}", sample)
        clip = sample.read_bytes()
        with socket.create_connection(("localhost", port)) as wire:
            lines = (
                f"PUT {ticket} HTTP/1.1",
                f"Host: localhost:{port}",
                f"Content-Length: {len(clip)}",
                "X-Clip-Task: rest",
            )
            wire.sendall("\r\n".join((*lines, "", "")).encode() + clip[: len(clip) // 2])
            # Until the half is there.
            for _ in range(100):
                if files_that_arrive(server.pid):
                    break
                signal.sigtimedwait([], 0.1)
            else:
                pytest.fail("the upload never began")
            server.kill()
    assert {path for path in Path("/dev/shm").iterdir() if path.name.startswith("tmp")} <= in_memory
    assert {path for path in store.vault.folder.rglob("*") if path.is_file()} - files <= {
        store.vault.folder / "store.db-journal"
    }
    assert clips(store.desk("r1"), examination.id) == []
    assert store.audit_problems() == []


def test_a_server_that_is_killed_within_a_rating_keeps_the_draft_as_it_was_saved(
    browser: Browser, store: Clinic, examination: Examination, tmp_path: Path
) -> None:
    port = free_port()
    address = f"http://localhost:{port}/?page=rating&of={examination.id}"
    with browser.new_context() as context, started(port, tmp_path) as server:
        page = context.new_page()
        page.goto(address)
        for number in (1, 2, 3):
            choose(page, number, answer_words(ITEMS[number - 1], 2))
        expect(page.get_by_text("Neither scored nor given a reason yet: 4, 5")).to_be_visible()
        # The fourth is on its way when the server dies.
        choose(page, 4, answer_words(ITEMS[3], 3))
        server.kill()
        server.wait()
        (draft,) = ratings(store.desk("r1"), examination.id)
        assert (draft.locked, draft.estimate_seen) == (None, None)
        assert draft.current.scores in ({1: 2, 2: 2, 3: 2}, {1: 2, 2: 2, 3: 2, 4: 3})
    with browser.new_context() as context, started(port, tmp_path):
        page = context.new_page()
        page.goto(address)
        asked = page.get_by_role("radiogroup", name="3. Jaw")
        expect(asked.get_by_role("radio", name=answer_words(ITEMS[2], 2), exact=True)).to_be_checked()
        choose_convention(page)
        for guide in ITEMS[3:]:
            choose(page, guide.number, answer_words(guide, False if guide.yes_no else 1))
        page.get_by_role("button", name="Lock my rating").click()
        expect(page.get_by_role("heading", name="Comparison")).to_be_visible()
    (locked,) = ratings(store.desk("r1"), examination.id)
    assert locked.id == draft.id
    assert locked.locked is not None
    assert [locked.locked.scores[number] for number in (1, 2, 3, 4)] == [2, 2, 2, 1]
    assert store.audit_problems() == []


@contextlib.contextmanager
def started(port: int, folder: Path) -> Iterator[subprocess.Popen[str]]:
    """Start r1's pages, and kill them in the end."""
    server = subprocess.Popen(
        command(port, "r1"), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=folder
    )
    try:
        wait_for(server, f"http://localhost:{port}")
        yield server
    finally:
        server.kill()
        server.communicate()


def ticket_of_a_page(browser: Browser, url: str, clip: Path) -> str:
    """Have a page ask to send a clip, catch the address that it asks for, and let nothing be sent."""
    asked: list[str] = []

    def catch(route: Route) -> None:
        asked.append(urlsplit(route.request.url).path)
        route.abort()

    page = browser.new_page()
    page.route("**/clinic/upload/*", catch)
    page.goto(url)
    page.locator("input[type=file]").set_input_files([clip])
    page.get_by_label(f"Task of {clip.name}").select_option("rest")
    page.get_by_role("button", name="Send the clip").click()
    expect(page.get_by_text("The connection was lost. Send it again.").first).to_be_visible()
    page.close()
    assert not parse_qs(urlsplit(asked[0]).query)
    return asked[0]
