"""Tracks in a file: nothing lost, nothing taken for tracks that is none, nothing overwritten."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from made_tracks import made_tracks
from tdscreen import api
from tdscreen.errors import DataError, InputError
from tdscreen.geometry.patches import N_PATCHES
from tdscreen.tracking.store import METADATA_KEY
from tdscreen.tracking.tracks import Tracks

ARRAYS = [
    "times_s",
    "face_px",
    "face_valid",
    "hands_px",
    "hands_world_m",
    "hands_valid",
    "faces_seen",
    "luminance",
    "repeated",
    "background",
    "patches_px",
    "patches_error_px",
    "iris_px",
    "pallor",
    "mouth",
]


def assert_equal_to_the_last_bit(one: Tracks, other: Tracks) -> None:
    for field in dataclasses.fields(Tracks):
        a, b = getattr(one, field.name), getattr(other, field.name)
        if isinstance(a, np.ndarray):
            assert a.dtype == b.dtype, field.name
            assert a.shape == b.shape, field.name
            assert a.tobytes() == b.tobytes(), field.name
        else:
            # The shortest text of a float holds all its digits, and NaN equals NaN in it.
            assert repr(a) == repr(b), field.name
            assert type(a) is type(b), field.name


def test_tracks_come_back_from_a_file_equal_to_the_last_bit(tmp_path: Path) -> None:
    tracks = made_tracks()
    assert {f.name for f in dataclasses.fields(Tracks)} >= set(ARRAYS)
    api.save_tracks(tracks, tmp_path / "tracks.parquet")
    back = api.load_tracks(tmp_path / "tracks.parquet")
    assert_equal_to_the_last_bit(tracks, back)
    assert len(back.timing.gaps_s) == 2


def test_tracks_without_any_frame_that_shows_a_person_come_back_as_well(tmp_path: Path) -> None:
    tracks = made_tracks(3)
    tracks.face_px[:] = np.nan
    api.save_tracks(tracks, tmp_path / "tracks.parquet")
    assert_equal_to_the_last_bit(tracks, api.load_tracks(tmp_path / "tracks.parquet"))


def test_tracks_of_a_sample_come_back_equal_and_take_at_most_9_kb_a_frame(
    sample_tracks: Callable[[str], Tracks], tmp_path: Path
) -> None:
    tracks = sample_tracks("rest.mp4")
    path = tmp_path / "tracks.parquet"
    api.save_tracks(tracks, path)
    assert_equal_to_the_last_bit(tracks, api.load_tracks(path))
    frames = len(tracks.times_s)
    in_memory = sum(getattr(tracks, name).nbytes for name in ARRAYS) / frames
    of_patches = N_PATCHES * 2 * 2 * 4 + 2 * 4
    assert in_memory == 478 * 3 * 4 + 2 * 2 * 21 * 3 * 4 + 8 + 1 + 2 + 1 + 4 + 4 + 1 + 12 + of_patches + 9 * 4
    assert in_memory <= 9216
    assert path.stat().st_size / frames <= 9216


def test_a_file_that_is_there_is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "tracks.parquet"
    path.write_text("somebody's work")
    with pytest.raises(InputError, match="already there"):
        api.save_tracks(made_tracks(), path)
    assert path.read_text() == "somebody's work"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_is_not_there_is_said_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"could not be written to .*No such file"):
        api.save_tracks(made_tracks(), tmp_path / "nowhere" / "tracks.parquet")


def test_a_missing_file_of_tracks_is_said_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="There is no file"):
        api.load_tracks(tmp_path / "tracks.parquet")


def test_what_is_not_a_file_of_tracks_is_refused_in_a_sentence(tmp_path: Path) -> None:
    text, empty, table = tmp_path / "notes.txt", tmp_path / "empty.parquet", tmp_path / "table.parquet"
    text.write_text("Lips moved at 10:30.")
    empty.touch()
    pq.write_table(pa.table({"times_s": [0.0, 0.1]}), table)
    for path in (text, empty, table):
        with pytest.raises(DataError, match=f"^{path.name} is not a file of tracks"):
            api.load_tracks(path)


def with_header(path: Path, change: Callable[[dict], object]) -> Path:
    table = pq.read_table(path)
    header = json.loads(table.schema.metadata[METADATA_KEY])
    change(header)
    pq.write_table(table.replace_schema_metadata({METADATA_KEY: json.dumps(header).encode()}), path)
    return path


def test_tracks_of_another_version_are_refused_in_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "tracks.parquet"
    api.save_tracks(made_tracks(), path)
    with_header(path, lambda header: header.update(format=1))
    with pytest.raises(DataError, match="was written by another version of tdscreen"):
        api.load_tracks(path)


@pytest.mark.parametrize(
    "change",
    [
        lambda header: header.pop("timing"),
        lambda header: header.pop("mirrored"),
        lambda header: header.update(more=1),
        lambda header: header.update(timing={"gaps_s": 3}),
    ],
    ids=["no timing", "no mirrored", "one more", "odd gaps"],
)
def test_damaged_tracks_are_refused_in_a_sentence(tmp_path: Path, change: Callable[[dict], object]) -> None:
    path = tmp_path / "tracks.parquet"
    api.save_tracks(made_tracks(), path)
    with pytest.raises(DataError, match="damaged file of tracks"):
        api.load_tracks(with_header(path, change))


def test_tracks_with_a_column_missing_or_of_another_shape_are_refused_in_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "tracks.parquet"
    api.save_tracks(made_tracks(), path)
    table = pq.read_table(path)
    short = table.column("face_px").combine_chunks().flatten()[: 40 * 3]
    other = table.set_column(
        table.schema.get_field_index("face_px"), "face_px", pa.FixedSizeListArray.from_arrays(short, 3)
    )
    for number, broken in enumerate((table.drop(["face_px"]), other)):
        pq.write_table(broken, tmp_path / f"{number}.parquet")
        with pytest.raises(DataError, match="damaged file of tracks"):
            api.load_tracks(tmp_path / f"{number}.parquet")


def test_a_file_cut_short_is_refused_in_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "tracks.parquet"
    api.save_tracks(made_tracks(), path)
    path.write_bytes(path.read_bytes()[:-500])
    with pytest.raises(DataError, match="is not a file of tracks"):
        api.load_tracks(path)
