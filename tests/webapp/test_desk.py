"""What a page holds, and that nothing is kept."""

from __future__ import annotations

import io
import stat
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import cv2
import numpy as np
import pytest

from tdscreen.errors import InputError
from tdscreen.vocabulary import Task
from tdscreen.webapp.desk import Desk, DroppedClip, readable_name
from tdscreen.webapp.run import Run

LONG_S = 60.0


@pytest.fixture
def desk() -> Desk:
    return Desk(absence_s=0.2)


def drop(desk: Desk, name: str = "rest.mp4", data: bytes = b"abc") -> DroppedClip:
    return desk.drop(name, io.BytesIO(data), size_bytes=len(data))


def gone(path: Path, within_s: float = 5.0) -> bool:
    until = time.monotonic() + within_s
    while path.exists() and time.monotonic() < until:
        time.sleep(0.02)
    return not path.exists()


def test_uploads_lie_in_a_private_folder_under_a_number(desk: Desk) -> None:
    clip = drop(desk, "../../etc/pass wd <b>.mp4")
    folder = clip.path.parent
    assert clip.path.read_bytes() == b"abc"
    assert clip.path.name == "clip-001"
    assert clip.name == "pass wd <b>.mp4"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(clip.path.stat().st_mode) == 0o600
    assert folder.parent == Path(tempfile.gettempdir())
    desk.close()


def test_a_clip_s_name_has_no_folder_of_unix_or_of_windows(desk: Desk) -> None:
    assert drop(desk, "..\\..\\Anna\\rest.mp4").name == "rest.mp4"
    assert drop(desk, "/clips/anna/open.mp4").name == "open.mp4"
    desk.close()


def test_a_clip_s_name_does_not_turn_the_words_that_follow_it() -> None:
    assert readable_name("a\u202egpj.mp4\n") == "agpj.mp4"
    assert readable_name("Größe 日本 👩\u200d⚕️ 1.mp4") == "Größe 日本 👩\u200d⚕️ 1.mp4"
    assert readable_name("\u202e") == "clip without a name"


def test_a_second_click_on_start_begins_no_second_run(desk: Desk) -> None:
    drop(desk).task = Task.REST
    desk.start()
    run = desk.run
    desk.start()
    assert desk.run is run
    desk.close()


def test_two_clips_of_one_name_are_two_clips(desk: Desk) -> None:
    first, second = drop(desk, data=b"1"), drop(desk, data=b"2")
    assert first.path.read_bytes() == b"1"
    assert second.path.read_bytes() == b"2"
    assert first.number != second.number
    # Whoever reads a reason knows which of them it is about.
    assert (first.name, second.name, drop(desk).name) == ("rest.mp4", "rest.mp4 (2)", "rest.mp4 (3)")
    desk.remove(second)
    assert drop(desk).name == "rest.mp4 (2)"
    desk.close()


def test_a_removed_clip_is_deleted_and_the_others_stay(desk: Desk) -> None:
    first, second = drop(desk), drop(desk)
    desk.remove(first)
    desk.remove(first)
    assert not first.path.exists()
    assert second.path.exists()
    assert desk.clips == [second]
    desk.close()


def test_closing_removes_every_byte(desk: Desk) -> None:
    folder = drop(desk).path.parent
    desk.close()
    assert not folder.exists()
    assert desk.clips == []
    with pytest.raises(InputError, match="keeps nothing"):
        drop(desk)
    assert not folder.exists()


def test_a_page_that_has_gone_is_cleared(desk: Desk) -> None:
    folder = drop(desk).path.parent
    desk.leave()
    assert gone(folder)
    assert desk.closed


def test_a_connection_that_blinks_loses_nothing(desk: Desk) -> None:
    clip = drop(desk)
    desk.leave()
    desk.present()
    time.sleep(0.4)
    assert clip.path.exists()
    desk.close()


def test_closing_in_the_middle_of_a_run_ends_the_worker_and_removes_the_clip(sample: Path) -> None:
    desk = Desk()
    clip = drop(desk, data=sample.read_bytes())
    clip.task = Task.REST
    desk.start()
    run = desk.run
    assert run is not None
    until = time.monotonic() + LONG_S
    while run.statuses[0].progress is None and time.monotonic() < until:
        time.sleep(0.05)
    desk.close()
    assert not run.running
    assert desk.run is None
    assert not clip.path.parent.exists()


def test_the_end_of_the_server_clears_every_desk(tmp_path: Path) -> None:
    script = (
        "import io\n"
        "from tdscreen.webapp.desk import Desk\n"
        "desk = Desk()\n"
        "print(desk.drop('a.mp4', io.BytesIO(b'abc'), size_bytes=3).path)\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, timeout=60
    )
    path = Path(ended.stdout.strip())
    assert path.name == "clip-001"
    assert not path.parent.exists()


def test_a_picture_carries_its_landmarks_and_is_decoded_once(desk: Desk, finished_run: Run) -> None:
    measured = finished_run.examinations[0].clips[0]
    jpeg = desk.picture(measured, 30)
    picture = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert picture.shape == (720, 720, 3)
    # A red line runs along the lip, where the portrait has none so pure.
    x, y = measured.tracks.face_px[30, 17, :2].round().astype(int)
    _, _, red = picture[y - 2 : y + 3, x - 2 : x + 3].reshape(-1, 3).astype(int).max(axis=0)
    assert red > 180
    begun = time.perf_counter()
    assert desk.picture(measured, 30) is jpeg
    assert time.perf_counter() - begun < 0.1
    desk.close()
