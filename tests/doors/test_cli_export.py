"""``tdscreen export`` writes what was asked for, beside its description, and says so."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner, Result

from tdscreen import api
from tdscreen.cli import main
from tdscreen.tracking.tracks import Tracks


def run(*words: object) -> Result:
    return CliRunner().invoke(main, ["export", *(str(word) for word in words)])


@pytest.fixture(scope="module")
def tracks(sample_tracks: Callable[[str], Tracks], tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("tracks") / "hand.tracks.parquet"
    api.save_tracks(sample_tracks("tremor_5hz.mp4"), path)
    return path


def test_poses_are_a_netcdf_file(tracks: Path, tmp_path: Path) -> None:
    result = run("poses", tracks, "--out", tmp_path / "hand.nc")
    assert result.exit_code == 0, result.stderr
    assert result.stderr == f"{tmp_path / 'hand.nc'} is written.\n"
    assert (tmp_path / "hand.nc").read_bytes()[:4] == b"CDF\x02"


@pytest.mark.parametrize("what", ["signals", "features", "regions", "bouts"])
def test_a_table_has_its_description_beside_it(what: str, tracks: Path, tmp_path: Path) -> None:
    out = tmp_path / f"hand.{what}.parquet"
    result = run(what, tracks, "--out", out)
    assert result.exit_code == 0, result.stderr
    assert f"hand.{what}.json says what each column means" in result.stderr
    described = json.loads((tmp_path / f"hand.{what}.json").read_text(encoding="utf-8"))
    assert set(pq.read_schema(out).names) == described.keys() - {"GeneratedBy"}
    assert pq.read_metadata(out).num_rows > 0


def test_clips_stand_below_each_other_with_the_task_of_each(tracks: Path, tmp_path: Path) -> None:
    tasks = ["--task", "rest", "--task", "arms_out"]
    assert run("regions", tracks, tracks, *tasks, "--out", tmp_path / "both.parquet").exit_code == 0
    table = pq.read_table(tmp_path / "both.parquet").to_pylist()
    assert [row["task"] for row in table] == ["rest"] * 7 + ["arms_out"] * 7


def test_what_cannot_be_done_is_one_sentence_and_writes_nothing(tracks: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    letter = tmp_path / "letter.parquet"
    letter.write_text("Dear reader")
    for words, status, said in (
        (["signals", tracks, tracks, "--out", out / "a.parquet"], 2, "signals are written of one at a time"),
        (["regions", tracks, "--task", "rest", "--task", "rest", "--out", out / "a.parquet"], 2, "1 clips but 2 tasks"),
        (["regions", tmp_path / "none.parquet", "--out", out / "a.parquet"], 2, "There is no file"),
        (["regions", letter, "--out", out / "a.parquet"], 6, "is not a file of tracks"),
        (["regions", tracks, "--out", out / "a.csv"], 2, "ends in .parquet"),
        (["poses", tracks, "--out", out / "a.h5"], 2, "ends in .nc"),
        (["poses", tracks, "--out", tracks], 2, "already there"),
    ):  # fmt: skip
        result = run(*words)
        assert result.exit_code == status, result.stderr
        assert said in result.stderr
        assert len(result.stderr.splitlines()) == 1
    assert list(out.iterdir()) == []
