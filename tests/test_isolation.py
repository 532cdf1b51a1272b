"""A worker that crashes, hangs or prints leaves the calling process whole, with a sentence to show."""

from __future__ import annotations

import os
import platform
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from clips import scene, write_clip
from tdscreen.errors import VideoError, WorkerError
from tdscreen.isolation import Progress, run_isolated


def gone(pid: int) -> bool:
    """Tell whether a process has ended, waiting for it for a while."""
    for _ in range(100):
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return True
        if state == "Z":
            return True
        time.sleep(0.05)
    return False


def test_a_result_and_its_progress_come_back():
    seen: list[Progress] = []
    arguments = {"text": "ä\n", "number": 0.1, "nested": {"list": [1, None, True]}}
    assert run_isolated("isolated_work:echo", arguments, on_progress=seen.append) == arguments
    assert seen == [Progress(0, 0.0, 0.1), Progress(1, 1 / 30, 0.1), Progress(2, 2 / 30, 0.1)]


def test_what_libraries_print_is_neither_taken_for_an_answer_nor_shown(capfd):
    assert run_isolated("isolated_work:chatter", {}) == "this"
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("function", "note"), [("crash", "SIGSEGV"), ("abort", "SIGABRT"), ("leave", "status 3")]
)
def test_a_crash_of_native_code_is_a_sentence(function, note):
    with pytest.raises(WorkerError, match="crashed while reading this clip") as caught:
        run_isolated(f"isolated_work:{function}", {})
    assert any(note in line for line in caught.value.__notes__)


def test_what_a_crashed_worker_printed_is_kept_for_developers():
    with pytest.raises(WorkerError) as caught:
        run_isolated("isolated_work:crash", {})
    assert "about to go" in "".join(caught.value.__notes__)
    assert "about to go" not in str(caught.value)


@pytest.mark.parametrize("function", ["hang", "hang_holding_the_lock"])
def test_a_worker_that_stands_still_is_ended(function):
    begun = time.monotonic()
    with pytest.raises(WorkerError, match="stood still for 1 s"):
        run_isolated(f"isolated_work:{function}", {}, stall_timeout_s=1.0)
    assert time.monotonic() - begun < 5


def test_slow_work_that_goes_on_is_left_alone():
    # The limit holds for the worker's start, too, which takes seconds on a machine that has much to do.
    assert run_isolated("isolated_work:slowly", {}, stall_timeout_s=5.0) == "done"


@pytest.mark.skipif(sys.platform == "win32", reason="no such signals")
def test_who_stops_all_processes_at_once_leaves_a_worker_to_its_parent():
    assert run_isolated("isolated_work:be_told_to_stop", {}) == "done"


def test_cancelling_ends_the_work_at_once():
    cancel = threading.Event()
    begun: list[float] = []

    def stop(_: Progress) -> None:
        begun.append(time.monotonic())
        cancel.set()

    with pytest.raises(WorkerError, match="was cancelled"):
        run_isolated("isolated_work:hang", {}, on_progress=stop, cancel=cancel)
    assert time.monotonic() - begun[0] < 1


def test_an_error_for_people_keeps_its_class_and_its_sentence():
    with pytest.raises(VideoError) as caught:
        run_isolated("isolated_work:refuse", {})
    assert caught.type is VideoError
    assert str(caught.value) == "clip.mp4 is not a video – “really”."


def test_any_other_error_becomes_a_sentence_with_its_traceback_in_the_notes():
    with pytest.raises(WorkerError) as caught:
        run_isolated("isolated_work:fail", {})
    assert "secret detail" not in str(caught.value)
    assert "ZeroDivisionError: secret detail" in "".join(caught.value.__notes__)


def test_memory_without_end_is_refused():
    with pytest.raises(WorkerError, match="more memory"):
        run_isolated("isolated_work:grab_memory", {})


def test_an_interrupted_caller_leaves_no_process_behind(tmp_path):
    pids = tmp_path / "pids"

    def interrupt(_: Progress) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_isolated("isolated_work:start_a_child_and_hang", {"pid_file": str(pids)}, on_progress=interrupt)
    assert all(gone(int(pid)) for pid in pids.read_text().split())


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
@pytest.mark.parametrize("function", ["hang", "hang_holding_the_lock"])
def test_a_worker_ends_with_its_parent(function):
    code = (
        "import threading\n"
        "from tdscreen.isolation import run_isolated\n"
        f"run_isolated('isolated_work:{function}', {{}})\n"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    )
    children = Path(f"/proc/{parent.pid}/task/{parent.pid}/children")
    for _ in range(100):
        worker = children.read_text().split()
        if worker:
            break
        time.sleep(0.05)
    time.sleep(0.5)
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    assert len(worker) == 1
    assert gone(int(worker[0]))


def test_two_threads_may_each_have_a_worker():
    results: list[object] = []
    threads = [
        threading.Thread(target=lambda n=n: results.append(run_isolated("isolated_work:echo", {"n": n})))
        for n in range(2)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(str(result) for result in results) == ["{'n': 0}", "{'n': 1}"]


def test_a_clip_of_two_minutes_takes_no_more_memory_than_one_of_thirty_seconds(tmp_path):
    peaks = {}
    for seconds in (30, 120):
        clip = write_clip(tmp_path / f"{seconds}.mp4", scene(seconds * 15, width=96, height=64), fps=15)
        result = run_isolated("isolated_work:read_clip", {"path": str(clip)})
        assert isinstance(result, dict)
        assert result["frames"] == seconds * 15
        peaks[seconds] = result["peak_bytes"]
    # A picture is 18 kB here: were pictures kept, 90 seconds more of them would take 25 MB.
    assert peaks[120] - peaks[30] < 4e6


def test_linear_algebra_has_one_thread_unless_the_user_says_otherwise(monkeypatch):
    monkeypatch.delenv("OPENBLAS_NUM_THREADS", raising=False)
    alone = run_isolated("isolated_work:count_threads", {})
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "2")
    assert run_isolated("isolated_work:count_threads", {}) == alone + 1


@pytest.mark.skipif(
    sys.platform != "linux" or platform.machine() not in ("x86_64", "aarch64"),
    reason="only Linux on these machines lets a process give up the network",
)
@pytest.mark.parametrize(("family", "host"), [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")])
def test_a_worker_reaches_nobody_not_even_on_this_machine(family, host):
    with socket.socket(family) as listener:
        try:
            listener.bind((host, 0))
        except OSError:
            pytest.skip(f"this machine has no {host}")
        listener.listen()
        address = list(listener.getsockname()[:2])
        tried = run_isolated("isolated_work:call_out", {"address": address})
    assert len(tried) >= 3
    assert set(tried.values()) == {"EACCES"}


@pytest.mark.skipif(sys.platform == "win32", reason="no such sockets")
def test_what_libraries_say_to_themselves_goes_on():
    assert run_isolated("isolated_work:talk_on_this_machine", {}) == "a word"


def test_a_worker_is_not_told_what_opens_the_store_or_another_server(monkeypatch):
    secrets = {
        "TDSCREEN_CLINIC_KEY": "tdscreen-key-A",
        "TDSCREEN_CLINIC_KEY_FILE": "/keys/clinic",
        "TDSCREEN_CLINIC_DATABASE": "postgresql://clinic:B@host/store",
        "TDSCREEN_FHIR_KEY_FILE": "/keys/fhir",
        "PGPASSWORD": "C",
        "AWS_SECRET_ACCESS_KEY": "D",
    }
    for name, value in secrets.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("TDSCREEN_CACHE", "off")
    told = run_isolated("isolated_work:say_environment", {})
    assert told["TDSCREEN_CACHE"] == "off"
    assert secrets.keys() & told.keys() == set()
