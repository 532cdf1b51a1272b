"""The same from Python."""

from __future__ import annotations

import re
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from clips import scene, write_clip
from recordings import SAMPLES, pictures_of
from tdscreen import api
from tdscreen.errors import InputError, VideoError, WorkerError
from tdscreen.isolation import Progress
from tdscreen.vocabulary import Region, Task

README = SAMPLES.parent / "README.md"


@pytest.mark.slow
def test_the_five_lines_of_the_readme_work_as_they_stand(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = re.findall(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert len(lines) == 1
    assert len([line for line in lines[0].splitlines() if line]) <= 6
    monkeypatch.chdir(README.parent)
    exec(lines[0], {})
    first, second = capsys.readouterr().out.splitlines()
    assert float(first.split()[0]) == pytest.approx(1.5, abs=0.1)
    assert second.split()[0] in ("uncertain", "elevated")
    assert "tongue" in second


def test_several_clips_are_one_examination_in_their_order(brief_clip: Path, faceless_clip: Path) -> None:
    assessment = api.score([brief_clip, str(faceless_clip)], task=["rest", Task.SPEECH])
    assert [clip.file for clip in assessment.clips] == ["brief.mp4", "nobody.mp4"]
    assert [clip.task for clip in assessment.clips] == [Task.REST, Task.SPEECH]
    assert "lips" in assessment.coverage.seen
    assert "tongue" in assessment.coverage.not_seen


def test_one_task_is_that_of_all_clips(faceless_clip: Path) -> None:
    assessment = api.score([faceless_clip, faceless_clip], task="arms_out")
    assert {clip.task for clip in assessment.clips} == {Task.ARMS_OUT}


@pytest.mark.parametrize("tasks", [["rest"], ["rest"] * 3, []])
def test_as_many_tasks_as_clips_or_one(tasks: list[str], faceless_clip: Path) -> None:
    with pytest.raises(InputError, match=f"2 clips but {len(tasks)} tasks"):
        api.score([faceless_clip, faceless_clip], task=tasks)


def test_a_task_that_is_not_known_is_refused_with_those_that_are(tmp_path: Path) -> None:
    # Before any clip is looked for.
    with pytest.raises(InputError, match=r"no task 'dancing'.*finger_tapping_left"):
        api.score(tmp_path / "missing.mp4", task="dancing")


def test_no_clip_is_no_examination() -> None:
    with pytest.raises(InputError, match="No clip was named"):
        api.score([])


def test_a_bad_clip_raises_its_class_with_the_sentence_of_the_shell(bad_files: dict[str, Path]) -> None:
    with pytest.raises(InputError, match=r"missing\.mp4"):
        api.score(bad_files["missing"])
    with pytest.raises(VideoError, match=r"text\.mp4"):
        api.track(bad_files["text"])
    with pytest.raises(VideoError, match=r"sound\.mp4"):
        api.frame_at(bad_files["sound only"], 0.0)


def test_setting_the_event_ends_the_work_at_once(brief_clip: Path) -> None:
    cancel = threading.Event()
    set_at: list[float] = []

    def stop(progress: Progress) -> None:
        set_at.append(time.monotonic())
        cancel.set()

    with pytest.raises(WorkerError, match="cancelled"):
        api.score(brief_clip, on_progress=stop, cancel=cancel)
    assert len(set_at) == 1
    assert time.monotonic() - set_at[0] < 2.0


def test_an_event_that_is_set_already_lets_no_work_begin(brief_clip: Path) -> None:
    cancel = threading.Event()
    cancel.set()
    seen: list[Progress] = []
    with pytest.raises(WorkerError, match="cancelled"):
        api.track(brief_clip, on_progress=seen.append, cancel=cancel)
    assert seen == []


def test_progress_counts_every_picture_and_ends_at_the_clips_end(faceless_clip: Path) -> None:
    seen: list[Progress] = []
    tracks = api.track(faceless_clip, on_progress=seen.append)
    assert [progress.frames for progress in seen] == list(range(1, 31))
    assert [progress.time_s for progress in seen] == list(tracks.times_s)
    assert seen[-1].duration_s == pytest.approx(1.0, abs=0.01)


def test_tracks_give_signals_named_by_region(brief_clip: Path) -> None:
    found = api.signals(api.track(brief_clip))
    assert {signal.region for signal in found} >= {Region.LIPS, Region.JAW, Region.UPPER_FACE, Region.HEAD}
    assert all(signal.name.startswith(str(signal.region)) for signal in found)


@pytest.fixture(scope="module")
def grey_steps(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give five pictures of growing grey at times of an uneven clock: 0, 0.1, 0.2, 0.5 and 1.0 s."""
    pictures = [np.full((64, 64, 3), 40 * (1 + index), np.uint8) for index in range(5)]
    return write_clip(
        tmp_path_factory.mktemp("grey") / "grey.mp4", pictures, times_s=[0.0, 0.1, 0.2, 0.5, 1.0]
    )


@pytest.mark.parametrize(
    ("time_s", "step"), [(-1.0, 1), (0.0, 1), (0.15, 2), (0.2, 3), (0.49, 3), (0.6, 4), (1.0, 5), (99.0, 5)]
)
def test_frame_at_gives_the_picture_that_is_shown_at_that_time(
    time_s: float, step: int, grey_steps: Path
) -> None:
    picture = api.frame_at(grey_steps, time_s)
    assert picture.shape == (64, 64, 3)
    assert picture.dtype == np.uint8
    assert picture.mean() == pytest.approx(40 * step, abs=4)


@pytest.mark.slow
def test_the_same_clip_gives_the_same_assessment_alone_and_after_another(
    brief_clip: Path, faceless_clip: Path
) -> None:
    alone = api.score(brief_clip)
    api.score(faceless_clip)
    assert api.score(brief_clip) == alone


def test_a_clip_from_another_thread_is_the_same(faceless_clip: Path) -> None:
    found: list[object] = []
    thread = threading.Thread(target=lambda: found.append(api.score(faceless_clip)))
    thread.start()
    thread.join(60)
    assert found == [api.score(faceless_clip)]


def test_a_clip_without_a_face_is_unusable_and_every_region_says_so(faceless_clip: Path) -> None:
    assessment = api.score(faceless_clip)
    assert assessment.triage.level is not None
    assert assessment.triage.level == "unusable"
    for measured in assessment.clips[0].regions.values():
        assert not measured.assessed
        assert measured.reason
        assert measured.amplitude_mm is None


def test_pictures_of_one_size_are_tracked_on_a_clip_turned_upright(tmp_path: Path) -> None:
    wide = write_clip(tmp_path / "wide.mp4", scene(5, width=160, height=90))
    tracks = api.track(wide)
    assert (tracks.image_width_px, tracks.image_height_px) == (160, 90)


def test_what_is_read_from_a_sample_is_what_was_put_into_it() -> None:
    pictures, times_s = pictures_of(SAMPLES / "rest.mp4", seconds=0.5)
    shown = api.frame_at(SAMPLES / "rest.mp4", times_s[7])
    assert np.abs(shown.astype(int) - pictures[7].astype(int)).mean() < 4.0
