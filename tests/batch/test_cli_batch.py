"""``tdscreen batch``: what it shows, how it ends, and that Ctrl-C leaves what was done."""

from __future__ import annotations

import csv
import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tdscreen import cli_batch
from tdscreen.batch import results
from tdscreen.batch.run import Tally
from tdscreen.batch.work import How
from tdscreen.cli import main
from tdscreen.settings import BATCH, SCORING

MakeClip = Callable[..., Path]


def batch(*words: object) -> Result:
    return CliRunner().invoke(main, ["batch", *(str(word) for word in words)])


def read(table: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(table.read_text().splitlines()))


def test_a_dry_run_shows_what_each_file_is_taken_for_and_does_nothing(
    clips: Path, make_clip: MakeClip, how: How, tmp_path: Path
) -> None:
    make_clip("sub-01_ses-1_task-rest.mp4")
    make_clip("sub-01_ses-1_task-speech.mp4", lips_mm=3.0)
    out = tmp_path / "out"
    ran = batch(clips, "--out", out, "--dry-run")
    assert ran.exit_code == 0, ran.output
    assert [line.split() for line in ran.stdout.splitlines()] == [
        ["file", "task", "examination"],
        ["sub-01_ses-1_task-rest.mp4", "rest", "sub-01_ses-1"],
        ["sub-01_ses-1_task-speech.mp4", "speech", "sub-01_ses-1"],
    ]
    assert "2 clips, 1 examination (1 of several clips); 0 done already, 2 to do." in ran.stderr
    assert not out.exists()


def test_a_file_of_a_few_bytes_does_not_foretell_months(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with cli_batch._progress() as report:
        later_s = time.monotonic() + 20.0
        monkeypatch.setattr(time, "monotonic", lambda: later_s)
        report(Tally(clips=4, done=1, failed=1, size_bytes=700_000, done_bytes=2))
    assert "3 min left, 1 failed" in capsys.readouterr().err


def test_a_batch_ends_with_what_became_of_it_and_its_log_names_nobody(
    clips: Path, make_clip: MakeClip, how: How, tmp_path: Path
) -> None:
    make_clip("jane_doe.mp4")
    make_clip("letter.mp4", no_video=True)
    out = tmp_path / "out"
    ran = batch(clips, "--out", out)
    assert ran.exit_code == 1, ran.output
    assert ran.stdout == ""
    assert "2 of 2 clips" in ran.stderr
    assert "1 of 2 clips are measured, 1 can be used; 1 could not be measured: see failures.csv" in ran.stderr
    assert "jane" not in ran.stderr
    assert "letter" not in ran.stderr
    page = (out / "index.html").read_text(encoding="utf-8")
    assert 'href="../clips/letter.mp4"' in page
    assert "http" not in page.replace("http://www.w3.org/2000/svg", "")
    make_clip("letter.mp4", lips_mm=3.0)
    again = batch(clips, "--out", out)
    assert (again.exit_code, "1 done already, 1 to do" in again.stderr) == (0, True)


def test_hands_are_left_out_on_request_and_the_manifest_says_so(
    clips: Path, make_clip: MakeClip, how: How, tmp_path: Path
) -> None:
    make_clip("a.mp4")
    out = tmp_path / "out"
    assert batch(clips, "--out", out).exit_code == 0
    ran = batch(clips, "--out", out, "--no-hands")
    assert (ran.exit_code, "0 done already, 1 to do" in ran.stderr) == (0, True), ran.output
    assert "The hands are left out of 1 clip." in ran.stderr
    manifest = json.loads((out / "manifest.json").read_text())
    assert manifest["run"]["options"]["hands"] is False
    assert manifest["remarks"] == ["The hands are left out of 1 clip."]


def test_a_model_of_ones_own_has_its_own_tables_and_measures_nothing_again(
    clips: Path, make_clip: MakeClip, how: How, calibrated_model: Path, tmp_path: Path
) -> None:
    out, count = tmp_path / "out", tmp_path / "count"
    make_clip("one.mp4", counted_in=str(count))
    make_clip("dark.mp4", dark=True)
    assert batch(clips, "--out", out).exit_code == 0
    before = {path.name: path.read_bytes() for path in out.iterdir() if path.is_file()}
    ran = batch(clips, "--out", out, "--model", calibrated_model)
    assert ran.exit_code == 0, ran.output
    assert count.read_text() == "one.mp4\n", "it was measured once"
    (own,) = (out / "scored_by").iterdir()
    assert str(own) in ran.stderr, "it says where the tables are"
    assert {name: (out / name).read_bytes() for name in before} == before, "none of the other's is replaced"
    sha256 = hashlib.sha256(calibrated_model.read_bytes()).hexdigest()
    lips, shipped = (
        next(row for row in read(folder / "items.csv") if row["item"] == "lips" and row["expected"])
        for folder in (own, out)
    )
    assert (lips["model_sha256"], lips["score_set_people"]) == (sha256, "24")
    assert (shipped["model_sha256"], shipped["score_set"]) == (SCORING.model_sha256, "")
    made_with = json.loads((own / "manifest.json").read_text())["made_with"]
    assert made_with["scoring_model"]["sha256"] == sha256
    assert SCORING.model_file not in made_with["models_sha256"], "it took no part"
    assert "calibrated on 24 people of one place" in (own / "index.html").read_text()
    assert 'href="../../../clips/dark.mp4"' in (own / "index.html").read_text()


def test_a_model_that_does_not_fit_is_refused_before_any_work(
    clips: Path, make_clip: MakeClip, how: How, tmp_path: Path
) -> None:
    (tmp_path / "model.onnx").write_bytes(b"no model")
    make_clip("one.mp4")
    ran = batch(clips, "--out", tmp_path / "out", "--model", tmp_path / "model.onnx")
    assert ran.exit_code == 7
    assert "cannot be read by onnxruntime" in ran.stderr
    assert not (tmp_path / "out").exists()


def test_a_folder_that_no_batch_wrote_and_one_of_another_version_are_left_alone(
    clips: Path, make_clip: MakeClip, tmp_path: Path
) -> None:
    make_clip("a.mp4")
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "thesis.txt").write_text("mine")
    ran = batch(clips, "--out", mine)
    assert (ran.exit_code, "no batch has written" in ran.stderr) == (2, True)
    assert [path.name for path in mine.iterdir()] == ["thesis.txt"]
    other = tmp_path / "other"
    other.mkdir()
    (other / "batch.json").write_text('{"format": 99}')
    ran = batch(clips, "--out", other)
    assert (ran.exit_code, "another version" in ran.stderr) == (6, True)
    (other / "batch.json").write_text("{")
    ran = batch(clips, "--out", other)
    assert (ran.exit_code, "damaged" in ran.stderr) == (6, True)
    ran = batch(clips, "--out", mine / "thesis.txt" / "below")
    assert (ran.exit_code, "thesis.txt is no folder" in ran.stderr) == (2, True)


def test_results_of_other_clips_are_not_replaced(
    clips: Path, make_clip: MakeClip, how: How, tmp_path: Path
) -> None:
    make_clip("a.mp4")
    out = tmp_path / "out"
    assert batch(clips, "--out", out).exit_code == 0
    before = (out / "clips.csv").read_bytes()
    (clips / "a.mp4").unlink()
    make_clip("other.mp4", lips_mm=4.0)
    ran = batch(clips, "--out", out)
    assert (ran.exit_code, "results of other clips" in ran.stderr) == (2, True)
    assert (out / "clips.csv").read_bytes() == before


def test_no_space_and_no_right_are_said_before_any_work(
    clips: Path, make_clip: MakeClip, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_clip("a.mp4")
    out = tmp_path / "out"
    with monkeypatch.context() as patched:
        patched.setattr("shutil.disk_usage", lambda _: type("Usage", (), {"free": 1000}))
        ran = batch(clips, "--out", out)
    assert (ran.exit_code, "Make space" in ran.stderr) == (2, True)
    with monkeypatch.context() as patched:
        patched.setattr(os, "access", lambda _, mode: not mode & os.W_OK)
        ran = batch(clips, "--out", out)
    assert (ran.exit_code, "no right to" in ran.stderr) == (2, True)
    assert not out.exists()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--label", "walk"], "--label walk=unstructured"),
        (["--label", "walk=dancing"], "no task 'dancing'"),
        (["--time-limit", "0"], "no limit"),
        (["--max-size", "nan"], "no limit"),
    ],
)
def test_options_that_say_nothing_are_refused(
    options: list[str], words: str, clips: Path, make_clip: MakeClip, tmp_path: Path
) -> None:
    make_clip("a.mp4")
    ran = batch(clips, "--out", tmp_path / "out", *options)
    assert (ran.exit_code, words in ran.stderr) == (2, True), ran.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("address", ["", "scheduler", "tcp://10.0.0.1", "foo://10.0.0.1:8786"])
def test_what_is_no_address_of_a_scheduler_is_said_at_once_and_nothing_is_measured_here(
    clips: Path, make_clip: MakeClip, how: How, tmp_path: Path, address: str
) -> None:
    pytest.importorskip("distributed")
    make_clip("a.mp4")
    begun_s = time.monotonic()
    ran = batch(clips, "--out", tmp_path / "out", "--cluster", address)
    assert ran.exit_code == 2
    assert f"No Dask scheduler answers at {address}. Check the address" in ran.stderr
    assert time.monotonic() - begun_s < BATCH.connect_timeout_s
    assert not (tmp_path / "out" / "measured").exists()


def test_an_empty_name_is_not_taken_for_the_folder_where_one_stands(
    clips: Path, make_clip: MakeClip, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_clip("a.mp4")
    monkeypatch.chdir(clips)
    for words in (("", "--out", tmp_path / "out"), (clips, "--out", "")):
        ran = batch(*words, "--dry-run")
        assert ran.exit_code == 2
        assert "It is empty. Name a folder." in ran.stderr


def test_ctrl_c_while_tables_are_written_says_what_is_there_and_how_to_go_on(
    clips: Path, make_clip: MakeClip, how: How, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_clip("a.mp4")
    out = tmp_path / "out"

    def ctrl_c(*_: object) -> str:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(results, "write_page", ctrl_c)
        ran = batch(clips, "--out", out)
    assert ran.exit_code == 130
    assert "Every clip is done and kept; the tables are not all written" in ran.stderr
    assert "The same command writes them anew" in ran.stderr
    assert not (out / "manifest.json").exists()
    assert list(out.rglob("*.part")) == []
    again = batch(clips, "--out", out)
    assert (again.exit_code, "1 done already, 0 to do" in again.stderr) == (0, True), again.output
    assert (out / "manifest.json").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="closes what a shell of POSIX closes")
def test_a_job_that_was_started_without_a_place_for_its_words_does_its_work(tmp_path: Path) -> None:
    (tmp_path / "clips").mkdir()
    (tmp_path / "clips" / "letter.mp4").write_text("This is a letter and not a video.")
    out = tmp_path / "out"
    words = [sys.executable, "-m", "tdscreen", "batch", str(tmp_path / "clips"), "--out", str(out)]
    ran = subprocess.run(
        ["sh", "-c", 'exec "$@" <&- >&- 2>&-', "sh", *words],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        check=False,
    )
    assert ran.returncode == cli_batch.FAILED_STATUS
    assert "letter.mp4 is not a video" in (out / "failures.csv").read_text()


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_ctrl_c_ends_the_workers_and_says_how_to_go_on(brief_clip: Path, tmp_path: Path) -> None:
    source = tmp_path / "clips"
    source.mkdir()
    (source / "a.mp4").symlink_to(brief_clip)
    out = tmp_path / "out"
    ran = subprocess.Popen(
        [sys.executable, "-m", "tdscreen", "batch", str(source), "--out", str(out)],
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )

    def workers_of() -> list[str]:
        tasks = Path(f"/proc/{ran.pid}/task").glob("*/children")
        pids = [pid for task in tasks for pid in task.read_text().split()]
        return [pid for pid in pids if b"_serve" in Path(f"/proc/{pid}/cmdline").read_bytes()]

    while not (workers := workers_of()):
        assert ran.poll() is None
        time.sleep(0.05)
    ran.send_signal(signal.SIGINT)
    _, said = ran.communicate(timeout=120)
    assert ran.returncode == 130
    assert "the same command goes on from here" in said
    assert not any(Path(f"/proc/{pid}").exists() for pid in workers)
    assert list(out.rglob("*.part")) == []
    assert (out / "batch.json").is_file()
