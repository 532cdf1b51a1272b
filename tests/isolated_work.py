"""Functions that tests run in a worker: some work, some crash, some hang."""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import resource
import signal
import socket
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


def call_out(*, address, report):
    """Try what a program that took over this process would try: by Python and by C."""
    family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
    tried = {}
    try:
        socket.create_connection(tuple(address), timeout=5).close()
        tried["connection"] = "made"
    except OSError as error:
        tried["connection"] = errno.errorcode[error.errno]
    libc = ctypes.CDLL(None, use_errno=True)
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        made = libc.socket(int(family), int(kind), 0)
        tried[f"socket of kind {int(kind)}"] = "made" if made >= 0 else errno.errorcode[ctypes.get_errno()]
    # A kernel without io_uring says ENOSYS where no filter stands before it.
    made = libc.syscall(425, 1, 0)
    tried["io_uring"] = "made" if made >= 0 else errno.errorcode[ctypes.get_errno()]
    if platform.machine() == "x86_64":
        # The same call in the form of x32.
        made = libc.syscall(41 | 0x40000000, int(family), int(socket.SOCK_STREAM), 0)
        tried["socket of x32"] = "made" if made >= 0 else errno.errorcode[ctypes.get_errno()]
    return tried


def talk_on_this_machine(*, report):
    here, there = socket.socketpair(socket.AF_UNIX)
    with here, there:
        here.sendall(b"a word")
        return there.recv(16).decode()


def say_environment(*, report):
    return dict(os.environ)
