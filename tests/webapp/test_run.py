"""Clips measured behind the page, each in its own right."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from tdscreen import api
from tdscreen.errors import VideoError
from tdscreen.isolation import Progress
from tdscreen.vocabulary import Task
from tdscreen.webapp.run import ClipRequest, ClipState, ClipStatus, Run
from tdscreen.webapp.waiting import describe, share_done

LONG_S = 60.0


@pytest.fixture
def no_video(tmp_path: Path) -> Path:
    path = tmp_path / "clip-007"
    path.write_text("This is a letter.\n" * 50)
    return path


def test_a_clip_is_measured_and_assessed_under_the_name_it_came_with(short_clip: Path) -> None:
    run = Run([ClipRequest("Anna.mp4", short_clip, Task.REST)], together=True)
    run.start()
    assert run.wait(LONG_S)
    (examination,) = run.examinations
    assert examination.assessment.clips[0].file == "Anna.mp4"
    assert examination.assessment.clips[0].task is Task.REST
    assert {signal.region for signal in examination.clips[0].signals}
    assert run.statuses[0].state is ClipState.DONE
    progress = run.statuses[0].progress
    assert progress is not None
    assert progress.frames == len(examination.clips[0].tracks.times_s)


def test_a_file_that_is_no_video_says_what_the_shell_says_and_the_next_clip_goes_on(
    no_video: Path, short_clip: Path
) -> None:
    requests = [
        ClipRequest("letter.mp4", no_video, Task.REST),
        ClipRequest("lips.mp4", short_clip, Task.REST),
    ]
    run = Run(requests, together=True)
    run.start()
    assert run.wait(LONG_S)
    with pytest.raises(VideoError) as shell:
        api.track(no_video)
    assert run.statuses[0].state is ClipState.FAILED
    assert run.statuses[0].problem == str(shell.value).replace("clip-007", "letter.mp4")
    assert run.statuses[1].state is ClipState.DONE
    assert [clip.request.name for clip in run.examinations[0].clips] == ["lips.mp4"]


@pytest.mark.slow
def test_clips_are_one_examination_or_one_each(short_clip: Path) -> None:
    requests = [ClipRequest("one.mp4", short_clip, Task.REST), ClipRequest("two.mp4", short_clip, Task.REST)]
    for together, expected in ((True, [2]), (False, [1, 1])):
        run = Run(requests, together=together)
        run.start()
        assert run.wait(LONG_S)
        assert [len(examination.clips) for examination in run.examinations] == expected


def test_a_run_in_which_no_clip_could_be_used_has_no_examination(no_video: Path) -> None:
    run = Run([ClipRequest("letter.mp4", no_video, Task.REST)], together=True)
    run.start()
    assert run.wait(LONG_S)
    assert run.examinations == ()
    assert run.problems == ()


def test_cancelling_ends_the_work_within_a_moment_and_leaves_no_result(sample: Path) -> None:
    run = Run(
        [ClipRequest("one.mp4", sample, Task.REST), ClipRequest("two.mp4", sample, Task.REST)], together=True
    )
    run.start()
    until = time.monotonic() + LONG_S
    while run.statuses[0].progress is None and time.monotonic() < until:
        time.sleep(0.05)
    run.cancel()
    assert run.wait(5.0)
    assert [status.state for status in run.statuses] == [ClipState.CANCELLED, ClipState.CANCELLED]
    assert run.examinations == ()
    assert not [thread for thread in threading.enumerate() if thread.name == "tdscreen-run"]


def test_progress_is_said_in_pictures_and_seconds() -> None:
    status = ClipStatus(ClipState.TRACKING, Progress(120, 4.0, 12.0))
    assert describe(status) == "120 pictures, 4.0 of 12 s"
    assert share_done(status) == pytest.approx(0.3)
    unknown = ClipStatus(ClipState.TRACKING, Progress(120, 4.0, None))
    assert describe(unknown) == "120 pictures, 4.0 s"
    assert 0 < share_done(unknown) < 0.1
    assert share_done(ClipStatus(ClipState.TRACKING, Progress(9, 13.0, 12.0))) == 0.9
