"""Work on other people's files in a process of its own.

Decoders and trackers are native code: on a damaged or hostile file they may crash, hang or take all memory.
Here they do so alone, without a network and without this program's secrets (:mod:`tdscreen.confinement`). The
child is an ordinary Python process, not one of :mod:`multiprocessing`, so that callers need no main guard and
may call from any thread. It gets its request on standard input and answers on what was its standard output, one
JSON document a line; what native libraries print goes elsewhere and cannot be taken for an answer.
"""

from __future__ import annotations

import contextlib
import ctypes
import importlib
import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import IO, Any, TypeAlias

from tdscreen import errors
from tdscreen.confinement import child_environment, give_up_network
from tdscreen.errors import TdscreenError, WorkerError
from tdscreen.settings import VIDEO

JSON: TypeAlias = bool | int | float | str | list["JSON"] | dict[str, "JSON"] | None

_SERVE = "from tdscreen.isolation import _serve; _serve()"
_POLL_S = 0.05
_STDERR_LINES = 200
_PR_SET_PDEATHSIG = 1
"""prctl(2): the signal that the kernel sends to this process when its parent ends."""
_ONE_THREAD_FOR_ARRAYS = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
"""Arrays here are small, and the stages of a clip or several workers share the cores already: a second thread of the
linear algebra only spins, which took a third of all processor time (``benchmarks/pipeline.py``). Who sets them
otherwise is obeyed."""
CANCELLED = "The work on this clip was cancelled."
_ADVICE = (
    "The file may be damaged or made to do harm;"
    " convert it to MP4 (H.264) with another program and try again."
)


@dataclass(frozen=True)
class Progress:
    """How far the work has come.

    Attributes
    ----------
    frames : int
        Pictures done.
    time_s : float
        Time of the last of them.
    duration_s : float or None
        Where the clip is expected to end, if it says.
    """

    frames: int
    time_s: float
    duration_s: float | None


def run_isolated(
    target: str,
    arguments: dict[str, JSON],
    *,
    on_progress: Callable[[Progress], None] | None = None,
    cancel: threading.Event | None = None,
    stall_timeout_s: float = VIDEO.stall_timeout_s,
) -> JSON:
    """Call a function in a process of its own and wait for what it returns.

    Parameters
    ----------
    target : str
        As ``package.module:function``. It is called as ``function(**arguments, report=...)``, where
        ``report`` takes a :class:`Progress`, and returns what JSON can say.
    arguments : dict
        What JSON can say.
    on_progress : callable, optional
        Is given each progress report, in the calling thread.
    cancel : threading.Event, optional
        Ends the work when set.
    stall_timeout_s : float
        The work is ended if it reports nothing for so long.

    Returns
    -------
    JSON

    Raises
    ------
    TdscreenError
        Whatever of this kind the function raises, with the same class and sentence.
    WorkerError
        The process crashed, hung, was cancelled, or the function raised another exception, whose traceback is
        then in the notes of this error.
    """
    child = subprocess.Popen(
        # -P: a file in the working folder must not stand in for a module.
        [sys.executable, "-P", "-c", _SERVE],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=_ONE_THREAD_FOR_ARRAYS | child_environment(),
        start_new_session=True,
    )
    assert child.stdin is not None
    assert child.stdout is not None
    assert child.stderr is not None
    messages: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
    printed: deque[str] = deque(maxlen=_STDERR_LINES)
    readers = (
        threading.Thread(target=_read_messages, args=(child.stdout, messages), daemon=True),
        threading.Thread(target=_drain, args=(child.stderr, printed), daemon=True),
    )
    for reader in readers:
        reader.start()
    try:
        # Standard input stays open: its end tells the child that the parent is gone.
        with contextlib.suppress(BrokenPipeError):
            child.stdin.write(json.dumps({"target": target, "arguments": arguments}).encode() + b"\n")
            child.stdin.flush()
        answer = _await_answer(
            messages, on_progress=on_progress, cancel=cancel, stall_timeout_s=stall_timeout_s
        )
        if answer is None:
            raise _crash(child.wait())
    except WorkerError as error:
        _end(child)
        readers[1].join(1.0)
        if printed:
            error.add_note("The worker printed:\n" + "".join(printed))
        raise
    finally:
        _end(child)
        for reader in readers:
            reader.join(1.0)
        for pipe in (child.stdin, child.stdout, child.stderr):
            with contextlib.suppress(OSError):
                pipe.close()
    if "error" in answer:
        raise _raised(answer)
    result: JSON = answer["result"]
    return result


def _await_answer(
    messages: queue.SimpleQueue[dict[str, Any] | None],
    *,
    on_progress: Callable[[Progress], None] | None,
    cancel: threading.Event | None,
    stall_timeout_s: float,
) -> dict[str, Any] | None:
    """Wait for a result or an error; None if the child ended without either."""
    last_sign_s = time.monotonic()
    while True:
        if cancel is not None and cancel.is_set():
            raise WorkerError(CANCELLED)
        try:
            message = messages.get(timeout=_POLL_S)
        except queue.Empty:
            if time.monotonic() - last_sign_s > stall_timeout_s:
                raise WorkerError(
                    f"The work on this clip stood still for {stall_timeout_s:g} s and was ended. {_ADVICE}"
                ) from None
            continue
        if message is None or "progress" not in message:
            return message
        if on_progress is not None:
            on_progress(Progress(**message["progress"]))
        last_sign_s = time.monotonic()


def _read_messages(pipe: IO[bytes], messages: queue.SimpleQueue[dict[str, Any] | None]) -> None:
    try:
        for line in pipe:
            messages.put(json.loads(line))
    except ValueError:
        # Half a line from a child that was ended, or the pipe closed under us: there is no answer.
        pass
    finally:
        messages.put(None)


def _drain(pipe: IO[bytes], printed: deque[str]) -> None:
    with contextlib.suppress(ValueError):
        for line in iter(lambda: pipe.readline(4096), b""):
            printed.append(line.decode(errors="replace"))


def _end(child: subprocess.Popen[bytes]) -> None:
    """End the child and whatever it started, which is all in its own process group."""
    if sys.platform == "win32":
        child.kill()
    else:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child.pid, signal.SIGKILL)
    child.wait()


def _crash(status: int) -> WorkerError:
    error = WorkerError(f"The program crashed while reading this clip. {_ADVICE}")
    if status < 0:
        with contextlib.suppress(ValueError):
            error.add_note(f"The worker was ended by {signal.Signals(-status).name}.")
    else:
        error.add_note(f"The worker ended with status {status} and no answer.")
    return error


def _raised(answer: dict[str, Any]) -> TdscreenError:
    for name in answer["error"]:
        kind = getattr(errors, name, None)
        if isinstance(kind, type) and issubclass(kind, TdscreenError):
            return kind(answer["sentence"])
    error = WorkerError(f"Something went wrong inside the program while it worked on this clip. {_ADVICE}")
    error.add_note(answer["traceback"])
    return error


def _serve() -> None:
    """Be the child: take one request, answer it, and end."""
    # Whoever stops a job stops all of its processes at once, as Slurm and systemd do. A child that obeyed by itself
    # would be taken for a crash, and the clip be blamed for it: the parent ends it, and dead, ends it, too.
    for stop in (signal.SIGTERM, signal.SIGINT):
        signal.signal(stop, signal.SIG_IGN)
    # The answers go where standard output went; whatever prints from here on prints to standard error.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    _limit_memory()
    give_up_network()
    request = json.loads(sys.stdin.buffer.readline())
    _die_with_parent()
    lock = threading.Lock()

    def send(message: dict[str, Any]) -> None:
        line = json.dumps(message).encode() + b"\n"
        with lock:
            answers.write(line)
            answers.flush()

    def report(progress: Progress) -> None:
        send({"progress": asdict(progress)})

    try:
        module, _, function = request["target"].partition(":")
        call = getattr(importlib.import_module(module), function)
        answer = {"result": call(**request["arguments"], report=report)}
        send(answer)
    except MemoryError:
        sentence = "This clip needs more memory than a worker may take. Export it at a lower resolution."
        send({"error": ["WorkerError"], "sentence": sentence, "traceback": ""})
    except Exception as error:  # noqa: BLE001, the parent raises it again
        send(
            {
                "error": [kind.__name__ for kind in type(error).__mro__ if issubclass(kind, TdscreenError)],
                "sentence": str(error),
                "traceback": traceback.format_exc(),
            }
        )
    # Native libraries may crash when they are taken down; the answer is out, so leave without.
    os._exit(0)


def _limit_memory() -> None:
    """Bound the address space, on systems that can."""
    if sys.platform != "linux":
        return
    import resource

    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    limit = VIDEO.worker_memory_bytes
    resource.setrlimit(
        resource.RLIMIT_AS, (limit if hard == resource.RLIM_INFINITY else min(limit, hard), hard)
    )


def _die_with_parent() -> None:
    """See to it that this process ends with its parent, where possible even if native code hangs.

    On Linux the kernel does it, when the thread that started this process ends; that thread waits for it.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    else:
        threading.Thread(target=_end_with_input, daemon=True).start()


def _end_with_input() -> None:
    """Wait for the end of standard input, which comes when the parent is gone."""
    sys.stdin.buffer.read()
    os._exit(1)
