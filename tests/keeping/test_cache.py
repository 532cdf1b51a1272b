"""Tracks that are kept: whole or not at all, for their owner alone, and never another clip's or another code's."""

from __future__ import annotations

import dataclasses
import hashlib
import os
import stat
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from clips import scene, write_clip
from made_tracks import made_tracks
from tdscreen import api
from tdscreen.cli import main
from tdscreen.errors import InputError, LimitError
from tdscreen.keeping import cache as module
from tdscreen.keeping.cache import LOCATION_VARIABLE, OFF, TrackCache, user_cache
from tdscreen.settings import VIDEO
from tdscreen.tracking.tracks import Tracks


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    """Give a file that stands for a clip: nothing is decoded here."""
    path = tmp_path / "visit of Mrs. N.mp4"
    path.write_bytes(b"the bytes of a clip" * 100)
    return path


@pytest.fixture
def tracks(clip: Path) -> Tracks:
    """Give tracks of that clip."""
    return dataclasses.replace(
        made_tracks(), file=clip.name, input_sha256=hashlib.sha256(clip.read_bytes()).hexdigest()
    )


@pytest.fixture
def cache(tmp_path: Path) -> TrackCache:
    """Give a cache that is not there yet."""
    return TrackCache(tmp_path / "cache" / "tracks", max_bytes=10**9)


def name_in(cache: TrackCache, clip: Path) -> str:
    name = cache.name_of(clip)
    assert name is not None
    return name


def same(one: Tracks, other: Tracks) -> bool:
    return all(
        np.array_equal(value, getattr(other, name), equal_nan=value.dtype.kind == "f")
        if isinstance(value, np.ndarray)
        else repr(value) == repr(getattr(other, name))
        for name, value in vars(one).items()
    )


def entry(cache: TrackCache) -> Path:
    (path,) = cache.folder.glob("*.parquet")
    return path


def test_what_is_kept_comes_back_to_the_last_bit_under_whatever_name_the_file_has(
    cache: TrackCache, clip: Path, tracks: Tracks
) -> None:
    cache.keep(name_in(cache, clip), tracks)
    renamed = clip.rename(clip.with_name("other.mp4"))
    found = cache.find(name_in(cache, renamed), file=renamed.name)
    assert found is not None
    assert same(found, dataclasses.replace(tracks, file="other.mp4"))


def test_only_its_owner_may_read_it_and_no_name_stands_in_it(
    cache: TrackCache, clip: Path, tracks: Tracks
) -> None:
    cache.folder.mkdir(parents=True)
    cache.folder.chmod(0o755)
    cache.keep(name_in(cache, clip), tracks)
    assert stat.S_IMODE(cache.folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(entry(cache).stat().st_mode) == 0o600
    assert b"Mrs. N" not in entry(cache).read_bytes()
    assert list(cache.folder.iterdir()) == [entry(cache)], "nothing half written is left"


def test_another_clip_option_code_or_library_finds_nothing(
    cache: TrackCache, clip: Path, tracks: Tracks, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = name_in(cache, clip)
    cache.keep(name, tracks)
    other = tmp_path / "other.mp4"
    other.write_bytes(clip.read_bytes() + b".")
    names = {
        cache.name_of(other),
        cache.name_of(clip, mirrored=True),
        cache.name_of(clip, hands=False),
        cache.name_of(clip, settings=dataclasses.replace(VIDEO, gap_s=0.5)),
    }
    monkeypatch.setattr(module, "tracking_key", lambda: "0" * 64)
    names.add(cache.name_of(clip))
    assert len(names) == 5
    assert all(one is not None and cache.find(one, file="x") is None for one in names)
    assert cache.find(name, file="x") is not None
    monkeypatch.setattr(module, "_libraries", lambda: "numpy 99")
    assert cache.find(name, file="x") is None


def test_limits_decide_whether_there_are_tracks_and_not_which(
    cache: TrackCache, clip: Path, tracks: Tracks
) -> None:
    name = name_in(cache, clip)
    cache.keep(name, tracks)
    duration_s = tracks.timing.duration_s
    for limit_s in (0.5 * duration_s, 2 * duration_s):
        settings = dataclasses.replace(VIDEO, max_duration_s=limit_s)
        assert cache.name_of(clip, settings=settings) == name
        assert (cache.find(name, file="x", settings=settings) is None) == (limit_s < duration_s)
    assert cache.name_of(clip, settings=dataclasses.replace(VIDEO, max_file_bytes=10)) is None


def test_a_flipped_bit_never_gives_other_numbers_and_is_told(
    cache: TrackCache, clip: Path, tracks: Tracks, caplog: pytest.LogCaptureFixture
) -> None:
    name = name_in(cache, clip)
    cache.keep(name, tracks)
    whole = entry(cache).read_bytes()
    # Whole bytes of what is read: the footer holds much that is not, such as smallest and largest values.
    places = np.linspace(0, len(whole) - 1, 25).astype(int)
    told = 0
    for place in places:
        held = bytearray(whole)
        held[place] ^= 0x10
        (cache.folder / f"{name}.parquet").write_bytes(held)
        caplog.clear()
        found = cache.find(name, file=tracks.file)
        if found is None:
            told += 1
            assert "damaged" in caplog.text
            assert "Mrs. N" not in caplog.text
            assert not list(cache.folder.glob("*.parquet")), "it is gone"
        else:
            assert same(found, tracks)
    assert told > len(places) / 2


@pytest.mark.parametrize("content", [b"", b"PAR1", b"PAR1 and then something else PAR1", b"x" * 5000])
def test_an_entry_that_is_cut_short_or_something_else_is_told_and_gone(
    cache: TrackCache, clip: Path, tracks: Tracks, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    cache.keep(name_in(cache, clip), tracks)
    entry(cache).write_bytes(content)
    assert cache.find(name_in(cache, clip), file="x") is None
    assert "damaged" in caplog.text
    cache.keep(name_in(cache, clip), tracks)
    assert cache.find(name_in(cache, clip), file="x") is not None


def test_what_was_not_used_for_longest_goes_first(tmp_path: Path, tracks: Tracks) -> None:
    folder = tmp_path / "cache"
    TrackCache(folder).keep(tracks.input_sha256[:24] + "-measure", tracks)
    size = entry(TrackCache(folder)).stat().st_size
    cache = TrackCache(folder, max_bytes=int(3.5 * size))
    cache.clear()
    names = [f"{tracks.input_sha256[:24]}-{k}" for k in range(5)]
    for age, name in enumerate(names[:3]):
        cache.keep(name, tracks)
        os.utime(folder / f"{name}.parquet", (1000 + age, 1000 + age))
    assert cache.find(names[0], file="x") is not None, "the oldest is used again"
    cache.keep(names[3], tracks)
    cache.keep(names[4], tracks)
    assert [(folder / f"{name}.parquet").is_file() for name in names] == [True, False, False, True, True]
    assert cache.contents().size_bytes <= 3.5 * size


def test_what_a_run_cut_short_left_goes_in_time(cache: TrackCache, clip: Path, tracks: Tracks) -> None:
    cache.folder.mkdir(parents=True)
    old, young = cache.folder / ".old.part", cache.folder / ".young.part"
    old.write_bytes(b"half")
    young.write_bytes(b"half")
    os.utime(old, (1000, 1000))
    cache.keep(name_in(cache, clip), tracks)
    assert not old.exists()
    assert young.exists()


def test_a_folder_that_cannot_be_made_is_told_and_costs_nothing(
    tmp_path: Path, clip: Path, tracks: Tracks, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("in the way")
    cache = TrackCache(tmp_path / "file" / "tracks")
    name = name_in(cache, clip)
    assert cache.find(name, file="x") is None
    cache.keep(name, tracks)
    assert "could not be kept" in caplog.text
    assert cache.contents().entries == 0


def test_tracks_of_a_file_that_changed_meanwhile_are_not_kept(
    cache: TrackCache, clip: Path, tracks: Tracks
) -> None:
    name = name_in(cache, clip)
    cache.keep(name, dataclasses.replace(tracks, input_sha256="0" * 64))
    assert cache.find(name, file="x") is None


def test_what_cannot_be_a_clip_has_no_name(cache: TrackCache, tmp_path: Path) -> None:
    assert cache.name_of(tmp_path) is None
    assert cache.name_of(tmp_path / "missing.mp4") is None


PROGRAM = """
import logging, sys
from pathlib import Path
from made_tracks import made_tracks
from tdscreen.keeping.cache import TrackCache
logging.basicConfig(level=logging.WARNING)
cache, tracks = TrackCache(Path(sys.argv[1]), max_bytes=int(sys.argv[2])), made_tracks()
for turn in range(40):
    name = f"{tracks.input_sha256[:24]}-{turn % 4}"
    cache.keep(name, tracks)
    found = cache.find(name, file=tracks.file)
    assert found is None or found.face_px.tobytes() == tracks.face_px.tobytes()
"""


def test_two_processes_at_once_do_each_other_no_harm(tmp_path: Path) -> None:
    TrackCache(tmp_path).keep(made_tracks().input_sha256[:24], made_tracks())
    size = entry(TrackCache(tmp_path)).stat().st_size
    here = str(Path(__file__).parents[1])
    paths = os.pathsep.join([here, *(path for path in sys.path if path)])
    runs = [
        subprocess.Popen(
            [sys.executable, "-c", PROGRAM, str(tmp_path), str(2 * size)],
            env={**os.environ, "PYTHONPATH": paths},
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    said = [run.communicate(timeout=120)[1] for run in runs]
    assert [run.returncode for run in runs] == [0, 0], said
    assert not any("damaged" in words for words in said), said


def test_the_folder_is_where_the_system_has_such_things_or_where_the_user_says(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.delenv(LOCATION_VARIABLE)
    monkeypatch.setenv("HOME", str(tmp_path))
    for named, folder in (
        ("", tmp_path / ".cache"),
        ("not/absolute", tmp_path / ".cache"),
        ("/x", Path("/x")),
    ):
        monkeypatch.setenv("XDG_CACHE_HOME", named)
        kept = user_cache()
        assert kept is not None
        assert kept.folder == folder / "tdscreen" / "tracks"
    monkeypatch.setenv(LOCATION_VARIABLE, str(tmp_path / "own"))
    kept = user_cache()
    assert kept is not None
    assert kept.folder == tmp_path / "own" / "tracks"
    monkeypatch.setenv(LOCATION_VARIABLE, OFF)
    assert user_cache() is None


def test_a_clip_is_followed_once_whatever_is_asked_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_clip(tmp_path / "room.mp4", scene(12))
    monkeypatch.setenv(LOCATION_VARIABLE, str(tmp_path / "cache"))
    asked: list[str] = []
    real = api.run_isolated

    def noted(target: str, *arguments: object, **options: object) -> object:
        asked.append(target.partition(":")[2])
        return real(target, *arguments, **options)

    monkeypatch.setattr(api, "run_isolated", noted)

    def run(*words: object) -> str:
        result = CliRunner().invoke(main, [str(word) for word in words])
        assert result.exit_code == 0, result.output
        return result.stdout

    seen: list[api.Progress] = []
    first = api.track(path, on_progress=seen.append)
    again: list[api.Progress] = []
    assert same(api.track(path, on_progress=again.append), first)
    assert again[-1].frames == seen[-1].frames
    once = run("score", path, "--json")
    run("track", path, "--out", tmp_path / "tracks.parquet")
    run("features", path)
    run("overlay", path, "--out", tmp_path / "film.mp4")
    assert asked == ["track_to_file", "overlay_to_file"]
    assert run("score", path, "--json", "--no-cache") == once
    assert asked == ["track_to_file", "overlay_to_file", "track_to_file"]
    with pytest.raises(LimitError):
        api.track(path, settings=dataclasses.replace(VIDEO, max_duration_s=0.1))
    with pytest.raises(InputError):
        api.track(tmp_path / "missing.mp4")
    assert "1 clip," in run("cache", "show")
    assert "1 clip," in run("cache", "clear")
    assert "0 clips" in run("cache", "show")
    assert not list((tmp_path / "cache" / "tracks").iterdir())
    monkeypatch.setenv(LOCATION_VARIABLE, OFF)
    assert "Nothing is kept" in run("cache", "show") + run("cache", "clear")
