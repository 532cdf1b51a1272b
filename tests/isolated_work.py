"""Functions that tests run in a worker: some work, some crash, some hang."""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import sys
import time
from pathlib import Path

from tdscreen.errors import VideoError
from tdscreen.isolation import Progress
from tdscreen.settings import VIDEO
from tdscreen.video.reader import open_video


def echo(*, report, **arguments):
    for index in range(3):
        report(Progress(index, index / 30, 0.1))
    return arguments


def chatter(*, report):
    print("{'result': 'not this'}", flush=True)
    os.write(1, b'{"result": "nor this"}\n')
    os.write(2, b"\xff noise of a library\n" * 50_000)
    return "this"


def crash(*, report):
    os.write(2, b"about to go\n")
    ctypes.string_at(0)


def abort(*, report):
    os.abort()


def leave(*, report):
    os._exit(3)


def hang(*, report):
    report(Progress(1, 0.1, None))
    time.sleep(600)


def hang_holding_the_lock(*, report):
    # PyDLL keeps the interpreter's lock: no other Python thread of the worker runs.
    ctypes.PyDLL(None).sleep(600)


def slowly(*, report):
    for index in range(24):
        report(Progress(index, float(index), None))
        time.sleep(0.25)
    return "done"


def be_told_to_stop(*, report):
    for stop in (signal.SIGTERM, signal.SIGINT):
        os.kill(os.getpid(), stop)
    return "done"


def refuse(*, report):
    raise VideoError("clip.mp4 is not a video – “really”.")


def fail(*, report):
    raise ZeroDivisionError("secret detail")


def grab_memory(*, report):
    return len(bytearray(VIDEO.worker_memory_bytes + (1 << 30)))


def start_a_child_and_hang(*, pid_file, report):
    pid = os.fork()
    if pid == 0:
        time.sleep(600)
    with Path(pid_file).open("w") as file:
        file.write(f"{os.getpid()} {pid}")
    report(Progress(1, 0.0, None))
    time.sleep(600)


def read_clip(*, path, report):
    frames = 0
    with open_video(path) as video:
        for frame in video:
            frames += 1
            report(Progress(frames, frame.time_s, video.info.declared_duration_s))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    return {"frames": frames, "peak_bytes": peak}


def count_threads(*, report):
    return len(list(Path("/proc/self/task").iterdir()))
