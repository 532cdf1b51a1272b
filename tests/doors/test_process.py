"""The command as a process of its own: streams, signals, pipes, terminals and what it loads."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from clips import write_clip
from recordings import SAMPLES, pictures_of

TDSCREEN = [sys.executable, "-m", "tdscreen"]
HEAVY = ("numpy", "scipy", "mediapipe", "onnxruntime", "cv2", "av", "pyarrow", "streamlit", "rich")


@pytest.fixture(scope="module")
def long_clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give 20 seconds of a face: longer than any test here waits for."""
    pictures, _ = pictures_of(SAMPLES / "rest.mp4", seconds=1.0, side=320)
    return write_clip(
        tmp_path_factory.mktemp("long") / "long.mp4", (pictures[i % 30] for i in range(600)), fps=30
    )


def children_of(pid: int) -> set[int]:
    """Give the processes that a process has started and that still run."""
    found = set()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
                if fields[0] != "Z" and int(fields[1]) == pid:
                    found.add(int(entry.name))
    return found


def running(pids: set[int]) -> set[int]:
    still = set()
    for pid in pids:
        with contextlib.suppress(OSError):
            if (Path("/proc") / str(pid) / "stat").read_text().rpartition(")")[2].split()[0] != "Z":
                still.add(pid)
    return still


def wait_for_worker(process: subprocess.Popen[bytes]) -> set[int]:
    """Wait until the worker runs and has had the time to begin with the pictures."""
    end = time.monotonic() + 60
    while not (workers := children_of(process.pid)):
        assert process.poll() is None
        assert time.monotonic() < end
        time.sleep(0.02)
    time.sleep(1.0)
    return workers


@pytest.mark.parametrize("words", [["--help"], ["score", "--help"], ["--version"]], ids=" ".join)
def test_help_loads_nothing_heavy(words: list[str]) -> None:
    program = (
        "import atexit, json, sys\n"
        "atexit.register(lambda: print(json.dumps(sorted(sys.modules)), file=sys.stderr))\n"
        "from tdscreen.cli import main\n"
        f"main({words!r})\n"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    loaded = {name.split(".")[0] for name in json.loads(run.stderr)}
    assert loaded.isdisjoint(HEAVY)


def test_python_m_tdscreen_is_the_same_command() -> None:
    run = subprocess.run([*TDSCREEN, "--version"], capture_output=True, text=True, check=True)
    assert run.stdout.startswith("tdscreen, version ")


@pytest.mark.slow
@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM], ids=["Ctrl-C", "terminated"])
def test_a_stopped_run_ends_with_its_worker_within_two_seconds_and_leaves_nothing(
    sent: signal.Signals, long_clip: Path, tmp_path: Path
) -> None:
    (tmp_path / "tmp").mkdir()
    (tmp_path / "out").mkdir()
    out = tmp_path / "out" / "film.mp4"
    run = subprocess.Popen(
        [*TDSCREEN, "overlay", str(long_clip), "--out", str(out)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "TMPDIR": str(tmp_path / "tmp")},
    )
    workers = wait_for_worker(run)
    sent_at = time.monotonic()
    run.send_signal(sent)
    printed, said = run.communicate(timeout=20)
    assert time.monotonic() - sent_at < 2.0
    assert run.returncode == 128 + sent
    assert running(workers) == set()
    assert printed == b""
    assert b"Traceback" not in said
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_worker_does_not_outlive_a_run_that_was_killed(long_clip: Path) -> None:
    run = subprocess.Popen(
        [*TDSCREEN, "score", str(long_clip)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    workers = wait_for_worker(run)
    run.kill()
    run.wait()
    end = time.monotonic() + 2.0
    while running(workers) and time.monotonic() < end:
        time.sleep(0.05)
    assert running(workers) == set()


@pytest.mark.parametrize("form", [[], ["--json"]], ids=["summary", "json"])
def test_a_reader_that_goes_away_is_no_cause_for_a_traceback(form: list[str], faceless_clip: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    run = subprocess.run(
        [*TDSCREEN, "score", str(faceless_clip), *form], stdout=writing, stderr=subprocess.PIPE, check=False
    )
    os.close(writing)
    assert run.stderr == b""
    assert run.returncode != 0


def on_a_terminal(words: list[str], *, output: int | None = None) -> tuple[bytes, bytes, int]:
    """Run with the standard error on a terminal and the standard output in a pipe."""
    ours, theirs = pty.openpty()
    run = subprocess.Popen(
        words, stdout=subprocess.PIPE, stderr=theirs, env={**os.environ, "TERM": "xterm", "COLUMNS": "80"}
    )
    os.close(theirs)
    seen = b""
    with contextlib.suppress(OSError):
        while part := os.read(ours, 4096):
            seen += part
    os.close(ours)
    assert run.stdout is not None
    printed = run.stdout.read()
    run.stdout.close()
    return printed, seen, run.wait()


def test_a_long_clip_shows_its_progress_on_a_terminal_and_none_of_it_in_the_output(tmp_path: Path) -> None:
    pictures, _ = pictures_of(SAMPLES / "rest.mp4", seconds=1.0, side=240)
    clip = write_clip(tmp_path / "four.mp4", (pictures[i % 30] for i in range(60)), fps=15)
    printed, seen, status = on_a_terminal([*TDSCREEN, "score", str(clip), "--json"])
    assert status == 0
    assert b"four.mp4" in seen
    assert b" s" in seen
    assert json.loads(printed)["clips"][0]["file"] == "four.mp4"
    assert len(printed.splitlines()) == 1
    assert b"\x1b" not in printed


def test_a_brief_clip_shows_no_progress(faceless_clip: Path) -> None:
    printed, seen, status = on_a_terminal([*TDSCREEN, "score", str(faceless_clip), "--json"])
    assert status == 0
    assert b"nobody.mp4" not in seen
    assert json.loads(printed)


def test_a_clip_is_scored_from_another_folder(brief_clip: Path, tmp_path: Path) -> None:
    relative = os.path.relpath(brief_clip, tmp_path)
    run = subprocess.run(
        [*TDSCREEN, "score", relative], capture_output=True, text=True, cwd=tmp_path, check=False
    )
    assert run.returncode == 0, run.stderr
    assert "Triage: NOT SORTED" in run.stdout
    assert "tongue" in run.stdout
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_json_is_utf_8_where_the_terminal_speaks_ascii(faceless_clip: Path, tmp_path: Path) -> None:
    clip = tmp_path / "hände.mp4"
    clip.write_bytes(faceless_clip.read_bytes())
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    run = subprocess.run(
        [*TDSCREEN, "score", str(clip), "--json"], capture_output=True, env=environment, check=False
    )
    assert run.returncode == 0, run.stderr
    assert json.loads(run.stdout.decode("utf-8"))["clips"][0]["file"] == "hände.mp4"
    summary = subprocess.run(
        [*TDSCREEN, "score", str(clip)], capture_output=True, env=environment, check=False
    )
    assert summary.returncode == 0, summary.stderr
