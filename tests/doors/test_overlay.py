"""The film with the landmarks drawn on it."""

from __future__ import annotations

import threading
from pathlib import Path

import av
import numpy as np
import pytest

from clips import write_clip
from recordings import SAMPLES, pictures_of, times_of
from tdscreen import api
from tdscreen.errors import InputError, WorkerError
from tdscreen.isolation import Progress


@pytest.fixture(scope="module")
def uneven_clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a face of odd height, with sound, whose rate falls from 30 to 15 pictures a second."""
    pictures, _ = pictures_of(SAMPLES / "lips_1.5hz.mp4", seconds=1.5, side=301)
    times_s = [index / 30 for index in range(22)] + [22 / 30 + index / 15 for index in range(23)]
    return write_clip(
        tmp_path_factory.mktemp("uneven") / "uneven.mp4",
        pictures,
        times_s=times_s,
        with_sound=True,
        codec="libx264",
        pixel_format="yuv444p",
    )


@pytest.fixture(scope="module")
def film(uneven_clip: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Progress]]:
    out = tmp_path_factory.mktemp("film") / "film.mp4"
    seen: list[Progress] = []
    api.overlay(uneven_clip, out, on_progress=seen.append)
    return out, seen


def test_the_film_has_every_picture_at_its_time(uneven_clip: Path, film: tuple[Path, list[Progress]]) -> None:
    expected, found = times_of(uneven_clip), times_of(film[0])
    assert len(found) == 45
    assert found == pytest.approx(expected, abs=0.001)


def test_the_film_has_no_sound_though_the_clip_has(
    uneven_clip: Path, film: tuple[Path, list[Progress]]
) -> None:
    with av.open(uneven_clip) as clip, av.open(film[0]) as drawn:
        assert len(clip.streams.audio) == 1
        assert len(drawn.streams) == 1
        assert drawn.streams[0].type == "video"


def test_the_film_has_the_clips_size_but_for_an_odd_line(film: tuple[Path, list[Progress]]) -> None:
    with av.open(film[0]) as drawn:
        assert (drawn.streams.video[0].width, drawn.streams.video[0].height) == (300, 300)


def test_the_landmarks_are_drawn_on_the_face_and_nowhere_else(
    uneven_clip: Path, film: tuple[Path, list[Progress]]
) -> None:
    before, after = (pictures_of(path)[0][10][:300, :300].astype(int) for path in (uneven_clip, film[0]))
    changed = np.abs(after - before).max(axis=2) > 60
    tracks = api.track(uneven_clip)
    low, high = tracks.face_px[10, :, :2].min(axis=0), tracks.face_px[10, :, :2].max(axis=0)
    rows, columns = np.nonzero(changed)
    assert 300 < len(rows) < 0.3 * changed.size
    inside = (columns > low[0] - 4) & (columns < high[0] + 4) & (rows > low[1] - 4) & (rows < high[1] + 4)
    assert inside.mean() > 0.99
    assert np.abs(after - before)[~changed].mean() < 8, "the rest of the picture keeps its colours"


def test_progress_goes_through_the_clip_twice(film: tuple[Path, list[Progress]]) -> None:
    assert [progress.frames for progress in film[1]] == [*range(1, 46), *range(1, 46)]


def test_nothing_is_replaced(film: tuple[Path, list[Progress]], uneven_clip: Path, tmp_path: Path) -> None:
    kept = film[0].read_bytes()
    with pytest.raises(InputError, match="already there"):
        api.overlay(uneven_clip, film[0])
    assert film[0].read_bytes() == kept
    with pytest.raises(InputError, match="already there"):
        api.overlay(uneven_clip, uneven_clip)


def test_what_appears_in_its_place_meanwhile_is_not_replaced(uneven_clip: Path, tmp_path: Path) -> None:
    out = tmp_path / "film.mp4"

    def write_there(progress: Progress) -> None:
        out.write_text("mine")

    with pytest.raises(InputError, match="already there"):
        api.overlay(uneven_clip, out, on_progress=write_there)
    assert [path.name for path in tmp_path.iterdir()] == ["film.mp4"]
    assert out.read_text() == "mine"


@pytest.mark.slow
def test_a_film_cut_short_while_it_is_written_leaves_nothing(uneven_clip: Path, tmp_path: Path) -> None:
    # Long enough that the encoder cannot hold all of it back.
    few = [picture[:160, 70:230] for picture in pictures_of(uneven_clip)[0][:10]]
    clip = write_clip(tmp_path / "clip.mp4", (few[index % 10] for index in range(150)))
    cancel = threading.Event()
    begun: list[Path] = []

    def stop_once_something_is_there(progress: Progress) -> None:
        if not begun and len(there := list(tmp_path.iterdir())) == 2:
            begun.extend(there)
            cancel.set()

    with pytest.raises(WorkerError, match="cancelled"):
        api.overlay(clip, tmp_path / "film.mp4", on_progress=stop_once_something_is_there, cancel=cancel)
    assert list(tmp_path.iterdir()) == [clip]
    assert tmp_path / "film.mp4" not in begun


@pytest.mark.parametrize("name", ["film.avi", "film", "film.mp4.txt"])
def test_a_film_is_an_mp4_and_is_called_one(name: str, uneven_clip: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"ends in \.mp4"):
        api.overlay(uneven_clip, tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_not_there_is_said_before_any_work(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="There is no folder"):
        api.overlay(tmp_path / "missing.mp4", tmp_path / "nowhere" / "film.mp4")
