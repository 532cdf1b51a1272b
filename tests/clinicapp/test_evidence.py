"""What the estimate rests on: shown after the lock, playable with landmarks, the patient's earlier recording behind."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect
from streamlit.testing.v1 import AppTest

from clinic_browsing import at_the_clinic, look
from clinic_pages import everything_on, open_page, told
from tdscreen import api
from tdscreen.clinicapp.drawn import drawing_of
from tdscreen.clinicapp.service import Service, open_service
from tdscreen.records.assessments import add_assessment
from tdscreen.records.clinic import Clinic, Desk
from tdscreen.records.clips import clips, destroy_video, import_clip, keep_tracks
from tdscreen.records.entries import Examination, Patient, Scores
from tdscreen.records.examinations import add_examination
from tdscreen.records.ratings import lock_rating, save_draft
from tdscreen.tracking.tracks import Tracks
from tdscreen.vocabulary import Task

ALL_MILD = Scores({**dict.fromkeys(range(1, 11), 2), 11: False, 12: False}, {}, "")
LIPS = "lips_1.5hz.mp4"


@pytest.fixture(scope="module")
def lips(sample_tracks: Callable[[str], Tracks]) -> Tracks:
    return sample_tracks(LIPS)


def examined(desk: Desk, patient: Patient, sample: Path, lips: Tracks, *, days_ago: int) -> Examination:
    """Add an examination with a clip at rest whose lips move, followed and assessed."""
    held = add_examination(desk, patient.id, held_at=desk.clinic.now() - timedelta(days=days_ago))
    # The store knows a file again: each examination has its own.
    own = desk.clinic.vault.folder.parent / f"{days_ago} days ago.mp4"
    own.write_bytes(sample.read_bytes() + bytes([0, 0, 0, 8]) + b"free" * (days_ago > 0))
    clip = import_clip(desk, held.id, own, task=Task.REST)
    # A little later each half year, so that two recordings are two curves.
    lips = dataclasses.replace(
        lips,
        **{name: np.roll(getattr(lips, name), days_ago // 20, axis=0) for name in ("face_px", "patches_px")},
    )
    keep_tracks(desk, clip.id, lips)
    add_assessment(desk, held.id, api.assess([api.measure(lips, task=Task.REST)]))
    return held


@pytest.fixture
def before(desk: Desk, patient: Patient, sample: Path, lips: Tracks) -> Examination:
    return examined(desk, patient, sample, lips, days_ago=180)


@pytest.fixture
def today(desk: Desk, patient: Patient, sample: Path, lips: Tracks, before: Examination) -> Examination:
    return examined(desk, patient, sample, lips, days_ago=0)


def rated(desk: Desk, held: Examination) -> Examination:
    lock_rating(desk, save_draft(desk, held.id, ALL_MILD).id)
    return held


def words_of(page: AppTest) -> str:
    return "\n".join(one.value for one in page.text)


@pytest.mark.usefixtures("service")
def test_moments_body_and_movement_are_told_after_the_lock_and_not_before(
    desk: Desk, before: Examination, today: Examination
) -> None:
    shown = everything_on(open_page("comparison", today.id))
    assert "speak" not in shown
    rated(desk, today)
    page = open_page("comparison", today.id)
    words = words_of(page)
    assert re.search(r"s of lips_1\.5hz\.mp4, lips: ±2\.\d+ mm, 100% of these seconds\.", words)
    assert "nothing moved that counts" in words
    assert "No clip gives evidence for this item" in words
    shown = everything_on(page)
    assert "Figure that faces you" in shown
    assert "Tremor-like, not scored" in shown
    # Of the earlier examination nothing is told: this person has not rated that one.
    assert "There is an earlier recording of this task" in words
    assert "once you have locked your rating" in words
    rated(desk, before)
    words = words_of(open_page("comparison", today.id))
    assert f"behind: examination of {before.held_at.astimezone():%d %B %Y}, the same task." in words


@pytest.mark.usefixtures("service")
def test_the_first_examination_has_nothing_behind_and_says_so(desk: Desk, before: Examination) -> None:
    rated(desk, before)
    assert "No earlier recording of this task" in words_of(open_page("comparison", before.id))


@pytest.mark.usefixtures("service", "before")
def test_where_the_video_is_gone_the_page_says_so_and_draws_landmarks_alone(
    desk: Desk, today: Examination
) -> None:
    rated(desk, today)
    (clip,) = clips(desk, today.id)
    destroy_video(desk, clip.id)
    page = open_page("comparison", today.id)
    assert "What was followed in it is drawn alone." in words_of(page)
    assert '\\"source\\": null' in everything_on(page) or '"source":null' in everything_on(page)


def test_somebody_of_another_site_is_shown_no_moment(
    service: Service, desk: Desk, today: Examination
) -> None:
    rated(desk, today)
    open_service(Service(service.clinic, "s1"))
    page = open_page("comparison", today.id)
    assert "There is no such entry" in told(page)
    assert "lips_1.5hz" not in everything_on(page)


def test_landmarks_are_drawn_where_they_were_seen(lips: Tracks) -> None:
    drawing = drawing_of(lips, 2.0, 5.0)
    assert drawing["frames"][0]["time"] >= 2.0
    assert drawing["frames"][-1]["time"] <= 5.0
    assert len(drawing["frames"]) == int(((lips.times_s >= 2.0) & (lips.times_s <= 5.0)).sum())
    frame = drawing["frames"][0]
    assert "left" not in frame
    index = int((lips.times_s >= 2.0).argmax())
    colour, outer_lip = drawing["chains"]["face"][0]
    assert colour == "rgb(255, 92, 92)"
    corner_x, corner_y = (frame["face"][2 * outer_lip[0] + axis] / 10_000 for axis in (0, 1))
    assert corner_x * lips.image_width_px == pytest.approx(lips.face_px[index, 61, 0], abs=0.1)
    assert corner_y * lips.image_height_px == pytest.approx(lips.face_px[index, 61, 1], abs=0.1)


@pytest.mark.browser
@pytest.mark.slow
def test_seconds_are_played_with_landmarks_over_them_and_alone_when_the_video_is_gone(
    browser: Browser,
    store: Clinic,
    desk: Desk,
    before: Examination,
    today: Examination,
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    rated(desk, before)
    rated(desk, today)
    screenshots = tmp_path_factory.mktemp("evidence")
    path = f"?page=comparison&of={today.id}"
    with at_the_clinic(browser, tmp_path / "served", screenshots, path=path, heading="Comparison") as guest:
        page = guest.page
        page.get_by_role("button", name="Show what speaks against item 3").click()
        expect(page.get_by_text("Jaw: against,")).to_be_visible()
        stands_at_its_stretch(page)
        page.get_by_role("button", name="Show what speaks for item 2").click()
        expect(page.get_by_text("Lips: for,")).to_be_visible()
        stands_at_its_stretch(page)
        page.get_by_role("button", name="Landmarks").click()
        expect(page.locator("canvas")).to_be_hidden()
        page.get_by_role("button", name="Landmarks").click()
        expect(page.locator("canvas")).to_be_visible()
        expect(page.get_by_text("behind: examination of")).to_be_visible()
        expect(page.get_by_role("heading", name="What was seen of the body")).to_be_visible()
        expect(page.get_by_role("img", name="Figure that faces you")).to_be_visible()
        expect(page.get_by_test_id("stPlotlyChart").locator(".main-svg").first).to_be_visible()
        look(guest, "evidence")

        (clip,) = clips(desk, today.id)
        destroy_video(desk, clip.id)
        page.reload()
        expect(page.get_by_text("What was followed in it is drawn alone.")).to_be_visible()
        expect(page.locator("canvas[data-frame]")).to_be_visible()
        expect(page.locator("video")).to_be_hidden()
        first = page.locator("canvas").get_attribute("data-frame")
        page.get_by_role("button", name="Play", exact=True).click()
        page.wait_for_function(
            "([canvas, first]) => ![first, ''].includes(canvas.dataset.frame)",
            arg=[page.locator("canvas").element_handle(), first],
        )
        look(guest, "evidence-alone")


def stands_at_its_stretch(page: Page) -> None:
    """Wait until the video stands within the loop that the page names, with landmarks drawn over it."""
    expect(page.locator("output.time")).to_contain_text("loop")
    page.wait_for_function(
        """([time, video, canvas]) => {
          const [, from, to] = time.textContent.match(/loop ([0-9.]+) to ([0-9.]+)/).map(Number);
          const at = video.currentTime;
          const drawn = canvas.dataset.frame;
          return at >= from - 0.01 && at <= to && drawn && Math.abs(Number(drawn) - at) < 0.1;
        }""",
        arg=[page.locator(name).element_handle() for name in ("output.time", "video", "canvas")],
    )
