"""A folder of clips comes in by the names that a batch reads: whose, of which day, of which task."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tdscreen.assessing.folder import TakenIn, sittings_of, take_in
from tdscreen.batch.discovery import find_clips
from tdscreen.errors import InputError
from tdscreen.records.clinic import Desk
from tdscreen.records.clips import clips
from tdscreen.records.entries import PatientDetails
from tdscreen.records.examinations import examinations
from tdscreen.records.jobs import jobs
from tdscreen.records.patients import add_patient, patients

pytestmark = pytest.mark.parametrize("kind", ["sqlite"], indirect=True)


@pytest.fixture
def folder(new_clip: Callable[[str], Path]) -> Path:
    """Give a folder with two clips of one day, one of another day, and one of another person."""
    for name in (
        "sub-4711_ses-20250302_task-rest.mp4",
        "sub-4711_ses-20250302_task-mouthopen.mp4",
        "sub-4711_ses-20250901_task-rest.mp4",
        "sub-0815_task-rest.mp4",
    ):
        path = new_clip(name)
    os.utime(path, (1_700_000_000, 1_700_000_000))
    return path.parent


def bring_in(desk: Desk, source: Path, **options: bool) -> list[TakenIn]:
    return list(take_in(desk, sittings_of(find_clips(source)), **options))


@contextmanager
def clocks_of(zone: str) -> Iterator[None]:
    """Set this machine's clock to a place's time."""
    with pytest.MonkeyPatch.context() as there:
        there.setenv("TZ", zone)
        time.tzset()
        yield
    time.tzset()


def test_names_say_whose_clips_they_are_and_of_which_day(desk: Desk, folder: Path) -> None:
    known = add_patient(desk, PatientDetails("4711", 1961))
    with pytest.raises(InputError, match=r"1 patient is not known at this site: 0815\."):
        bring_in(desk, folder)
    assert examinations(desk, known.id) == [], "nothing is taken in then"
    done = bring_in(desk, folder, new_patients=True)
    assert [(one.sitting.person, one.added, one.known) for one in done] == [
        ("0815", 1, 0),
        ("4711", 2, 0),
        ("4711", 1, 0),
    ]
    first, second = examinations(desk, known.id)
    assert first.held_at.astimezone().date().isoformat() == "2025-03-02"
    assert second.held_at.astimezone().date().isoformat() == "2025-09-01"
    assert {clip.task for clip in clips(desk, first.id)} == {"rest", "mouth_open"}
    (other,) = [one for one in patients(desk) if one.details.identifier == "0815"]
    (undated,) = examinations(desk, other.id)
    assert undated.held_at == datetime.fromtimestamp(1_700_000_000, UTC)
    assert {job.examination for job in jobs(desk)} == {first.id, second.id, undated.id}


def test_again_it_adds_only_what_is_new(desk: Desk, folder: Path, new_clip: Callable[[str], Path]) -> None:
    bring_in(desk, folder, new_patients=True, assess=False)
    assert jobs(desk) == []
    new_clip("sub-4711_ses-20250302_task-speech.mp4")
    (folder / "sub-4711_ses-20250302_task-unstructured.mp4").write_bytes(b"no video")
    done = {one.sitting.name: one for one in bring_in(desk, folder)}
    again = done["sub-4711_ses-20250302"]
    assert (again.added, again.known) == (1, 2)
    (refused,) = again.refused
    assert "sub-4711_ses-20250302_task-unstructured.mp4 is not a video" in refused
    assert [job.examination for job in jobs(desk)] == [again.examination]
    assert len(examinations(desk, jobs(desk)[0].patient)) == 2


def test_a_sitting_that_is_said_to_be_ahead_is_named_and_the_others_come_in(
    desk: Desk, folder: Path, new_clip: Callable[[str], Path]
) -> None:
    ahead = f"sub-4711_ses-{datetime.now(UTC).year + 2}0302_task-rest.mp4"
    new_clip(ahead)
    done = bring_in(desk, folder, new_patients=True)
    assert [(one.sitting.person, one.added, len(one.refused)) for one in done] == [
        ("0815", 1, 0),
        ("4711", 2, 0),
        ("4711", 1, 0),
        ("4711", 0, 1),
    ]
    (said,) = done[-1].refused
    assert said.startswith(f"{ahead}: An examination is noted once it is held")
    assert done[-1].examination is None
    assert len(jobs(desk)) == 3


def test_again_in_another_zone_or_copied_on_another_day_it_adds_nothing(desk: Desk, folder: Path) -> None:
    with clocks_of("Europe/Berlin"):
        bring_in(desk, folder, new_patients=True)
    for path in folder.iterdir():
        os.utime(path, (1_700_090_000, 1_700_090_000))
    with clocks_of("America/New_York"):
        again = bring_in(desk, folder)
    assert sum(one.known for one in again) == 4
    assert [(one.added, one.refused) for one in again] == [(0, ())] * 3
    held = {one.details.identifier: examinations(desk, one.id) for one in patients(desk)}
    assert {person: len(found) for person, found in held.items()} == {"0815": 1, "4711": 2}


def test_what_is_new_joins_the_others_of_its_sitting_in_another_zone_too(
    desk: Desk, folder: Path, new_clip: Callable[[str], Path]
) -> None:
    bring_in(desk, folder, new_patients=True)
    new_clip("sub-4711_ses-20250302_task-speech.mp4")
    with clocks_of("America/New_York"):
        bring_in(desk, folder)
    (known,) = [one for one in patients(desk) if one.details.identifier == "4711"]
    assert [len(clips(desk, one.id)) for one in examinations(desk, known.id)] == [3, 1]


@pytest.mark.parametrize("new_patients", [False, True])
def test_a_clip_that_is_filed_under_another_patient_is_named_and_leaves_nothing(
    desk: Desk, folder: Path, tmp_path: Path, new_patients: bool
) -> None:
    bring_in(desk, folder, new_patients=True)
    wrong = tmp_path / "wrong" / f"sub-{'4712' if new_patients else '4711'}_ses-20250304_task-rest.mp4"
    wrong.parent.mkdir()
    shutil.copy(folder / "sub-0815_task-rest.mp4", wrong)
    before = [len(examinations(desk, one.id)) for one in patients(desk)]
    (done,) = bring_in(desk, wrong.parent, new_patients=new_patients)
    assert (done.examination, done.added, done.known) == (None, 0, 0)
    assert done.refused == (
        f"{wrong.name}: This very clip is there already, of the patient 0815. It was not added again.",
    )
    assert [len(examinations(desk, one.id)) for one in patients(desk)] == before


def test_a_new_patient_whose_sittings_cannot_be_noted_is_not_added(
    desk: Desk, new_clip: Callable[[str], Path]
) -> None:
    ahead = new_clip(f"sub-9999_ses-{datetime.now(UTC).year + 2}0302_task-rest.mp4")
    (done,) = bring_in(desk, ahead.parent, new_patients=True)
    assert len(done.refused) == 1
    assert patients(desk) == []


@pytest.mark.parametrize(
    ("never", "zone"),
    [
        ("0001-01-01T00:10", "Asia/Tokyo"),
        ("0001-01-01", "UTC"),
        ("9999-12-31T23:59", "America/New_York"),
        ("9999-12-31T23:59+00:00", "Asia/Tokyo"),
        ("2025-13-40", "UTC"),
    ],
)
def test_a_day_that_cannot_be_is_named_and_the_others_come_in(
    desk: Desk, new_clip: Callable[[str], Path], zone: str, never: str
) -> None:
    table = new_clip("a.mp4").parent / "clips.csv"
    new_clip("b.mp4")
    table.write_text(f"file,person,date\na.mp4,4711,2025-03-05\nb.mp4,4711,{never}\n")
    with clocks_of(zone):
        found = {one.sitting.clips[0].file: one for one in bring_in(desk, table, new_patients=True)}
    assert found["a.mp4"].added == 1
    (said,) = found["b.mp4"].refused
    assert never.replace("T", " ") in said or f"'{never}' is not a date" in said
    assert found["b.mp4"].examination is None


def test_a_day_ahead_is_said_as_this_machine_s_clock_has_it(
    desk: Desk, new_clip: Callable[[str], Path]
) -> None:
    year = datetime.now(UTC).year + 2
    ahead = new_clip(f"sub-4711_ses-{year}0302_task-rest.mp4")
    with clocks_of("America/New_York"):
        (done,) = bring_in(desk, ahead.parent, new_patients=True)
    assert f"look at the year in {year}-03-02 12:00" in done.refused[0]


def test_a_table_says_it_too_and_what_says_nothing_is_refused(
    desk: Desk, new_clip: Callable[[str], Path]
) -> None:
    table = new_clip("IMG_1.mov").parent / "clips.csv"
    with pytest.raises(InputError, match=r"1 clip does not say whose it is: IMG_1\.mov"):
        bring_in(desk, table.parent)
    table.write_text("file,task,person,date,mirrored\nIMG_1.mov,rest,4711,2025-03-02T14:30,yes\n")
    (done,) = bring_in(desk, table, new_patients=True)
    (clip,) = clips(desk, done.examination)
    assert (clip.file_name, clip.mirrored) == ("IMG_1.mov", True)
    assert done.sitting.held_at.astimezone().strftime("%H:%M") == "14:30"
    table.write_text("file,person,date\nIMG_1.mov,4711,last spring\n")
    (done,) = bring_in(desk, table)
    assert "'last spring' is not a date" in done.refused[0]
