"""A folder of clips comes in by the names that a batch reads: whose, of which day, of which task."""

from __future__ import annotations

import os
from collections.abc import Callable
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
    with pytest.raises(InputError, match="'last spring' is not a date"):
        bring_in(desk, table)
