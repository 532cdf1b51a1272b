"""A virtual patient records an examination at its full length, and the clinic gets what moved, as it moved."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from playwright.sync_api import expect

from browsing import chromium
from camera_films import FilmCamera, Picture, numbered, patient, played, write_as_played
from clinic_pages import everything_on, open_page
from phantom.people import needs_people
from recording_at_home import begin, clinic_with_recorder, phone
from tdscreen.api import score
from tdscreen.assessing.worker import work
from tdscreen.clinicapp.service import Service, open_service
from tdscreen.patientapp.tasks import examination_tasks
from tdscreen.patientapp.words import text
from tdscreen.phantom.presets import programme_of
from tdscreen.records.assessments import estimates
from tdscreen.records.clips import clips, open_clip
from tdscreen.records.entries import InvitationState, JobState
from tdscreen.records.jobs import jobs

pytestmark = [pytest.mark.browser, pytest.mark.slow, needs_people]

LONG_MS = 240_000
FILM_S = 5.0
DOES = {
    "mouth_open": ("task_mouth_open", {}),
    "tongue_out": ("task_tongue_out", {}),
    "tap_right": ("task_tapping_right", {"hands": True}),
    "tap_left": ("task_tapping_left", {"hands": True}),
    "hands_hanging": ("task_hands_hanging", {"hands": True}),
    "arms_out": ("task_arms_out", {"whole": True}),
    "talk": ("task_speech", {}),
}
"""By the task: the programme, and how it is filmed. At rest somebody sits with both hands up and moves the lips."""


@pytest.fixture(scope="module")
def films(at_rest: list[Picture], tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Picture]]:
    folder = tmp_path_factory.mktemp("films")
    made = {
        slug: list(numbered(patient(folder, slug, programme_of(does, duration_s=FILM_S, seed=3), **how)))
        for slug, (does, how) in DOES.items()
    }
    return {**made, "rest": at_rest, "rest_again": at_rest}


def test_nine_tasks_at_full_length_from_the_link_to_the_worklist_score_as_the_same_clips_from_files(
    films: dict[str, list[Picture]], tmp_path: Path
) -> None:
    tasks = examination_tasks()
    assert set(films) == {task.slug for task in tasks}
    camera = FilmCamera(tmp_path / "film.y4m")
    camera.shows(films["rest"])
    (tmp_path / "clinic").mkdir()
    with (
        clinic_with_recorder(tmp_path / "clinic", scale=1.0) as place,
        chromium(*camera.flags) as browser,
    ):
        invitation, link = place.invite()
        with phone(browser, link) as guest:
            page = guest.page
            begin(guest, programme="full")
            for task in tasks:
                if task is not tasks[0]:
                    # A film is read anew only where the camera is opened anew; the page goes on where it was.
                    camera.shows(films[task.slug])
                    page.reload()
                guest.heading(text("en", f"task.{task.slug}.title"))
                guest.record()
                bar = page.get_by_role("progressbar")
                expect(bar).to_be_visible()
                page.screenshot(path=tmp_path / f"{task.slug}.png")
                expect(bar).to_be_hidden(timeout=LONG_MS)
                if task is not tasks[-1]:
                    expect(page.get_by_text(text("en", "recorder.sent"))).to_be_visible(timeout=LONG_MS)
            done = page.get_by_role("heading", level=1, name=text("en", "finish.title"))
            again = page.get_by_role("heading", level=1, name=text("en", "advice.title"))
            while True:
                expect(done.or_(again)).to_be_visible(timeout=2 * LONG_MS)
                if done.is_visible():
                    break
                page.screenshot(path=tmp_path / "again.png")
                guest.press(text("en", "advice.go_on"))
                expect(again).to_be_hidden()
            page.screenshot(path=tmp_path / "thanks.png")
        found = place.so_far(invitation)
        assert found.state is InvitationState.FINISHED
        assert found.examination is not None
        kept = clips(place.desk, found.examination)
        assert [clip.task for clip in kept] == [task.task for task in tasks]

        # The worker takes the landmarks that the check has kept.
        assert work(place.desk.clinic, once=True, stop=threading.Event(), say=print) == 0
        (job,) = jobs(place.desk, examination=found.examination)
        assert job.state is JobState.DONE
        (stored,) = estimates(place.desk, found.examination, before_rating=True)
        assert stored.assessment is not None
        open_service(Service(place.desk.clinic, "r1"))
        assert "; recorded at home" in everything_on(open_page("worklist"))

        # The same clips from files: what was really played, by the numbers in the pictures.
        files = []
        for clip, task in zip(kept, tasks, strict=True):
            with open_clip(place.desk, clip.id) as video:
                shown = played(video, len(films[task.slug]))
            assert shown.times_s[-1] == pytest.approx(task.seconds, abs=1.0)
            # Read on a quiet machine, with -s: the page itself loses none.
            print(f"{task.slug}: {len(shown.times_s)} pictures, {shown.skipped} skipped")
            files.append(write_as_played(tmp_path / f"{task.slug}.mp4", films[task.slug], shown))
    of_files = score(files, task=[task.task for task in tasks], mirrored=kept[0].mirrored)
    by_phone = stored.assessment
    assert by_phone.items["lips"].assessed
    for item, one in by_phone.items.items():
        other = of_files.items[item]
        assert one.assessed == other.assessed, item
        for value, scores in ((one.expected, other.interval), (other.expected, one.interval)):
            assert (value is None) == (scores is None), item
            if value is not None and scores is not None:
                # The intervals are of whole scores.
                assert scores[0] - 0.5 <= value <= scores[1] + 0.5, item
    both = [
        (clip, file.regions[name], region)
        for clip, file in zip(by_phone.clips, of_files.clips, strict=True)
        for name, region in clip.regions.items()
        if region.amplitude_mm and file.regions[name].amplitude_mm
    ]
    assert len(both) >= 5
    for clip, file, region in both:
        for one, other in ((region, file), (file, region)):
            _holds(one.amplitude_interval_mm, other.amplitude_mm, f"{clip.task} {region.region}, mm")
            _holds(
                one.peak_frequency_interval_hz, other.peak_frequency_hz, f"{clip.task} {region.region}, Hz"
            )


def _holds(interval: tuple[float, float] | None, value: float | None, what: str) -> None:
    assert (interval is None) == (value is None), what
    if interval is not None and value is not None:
        assert interval[0] <= value <= interval[1], (what, interval, value)
