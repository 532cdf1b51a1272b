"""Where clips are worked on: the cores of this machine, or whatever else takes jobs and gives outcomes."""

from __future__ import annotations

import queue
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Protocol, Self

from tdscreen.batch.store import Store
from tdscreen.batch.versions import cores, free_memory_bytes
from tdscreen.batch.work import Job, Outcome, do_clip
from tdscreen.settings import BATCH


class Executor(Protocol):
    """Takes jobs and gives their outcomes in whatever order they come. One thread calls it.

    Left, as a context, it ends what it has begun and gives nothing more. A job that is lost with its worker is begun
    again by the executor; :func:`tdscreen.batch.work.do_clip` may be called for one clip any number of times.
    """

    def capacity(self) -> int:
        """Return how many jobs it should hold now, those that wait included: more are not submitted."""

    def submit(self, job: Job) -> None:
        """Take a job."""

    def next_outcome(self) -> Outcome:
        """Wait for the next job to end; only called while there is one."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class LocalExecutor:
    """The cores of this machine: each clip in a process of its own, watched by a thread.

    Parameters
    ----------
    store : Store
    workers : int
        Clips at one time.
    """

    def __init__(self, store: Store, *, workers: int) -> None:
        self._store = store
        self._workers = workers
        self._cancel = threading.Event()
        self._ended: queue.SimpleQueue[Future[Outcome]] = queue.SimpleQueue()
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="clip")

    def capacity(self) -> int:
        """Return how many jobs it should hold."""
        return self._workers * BATCH.ahead

    def submit(self, job: Job) -> None:
        """Take a job."""
        self._pool.submit(do_clip, job, self._store, self._cancel).add_done_callback(self._ended.put)

    def next_outcome(self) -> Outcome:
        """Wait for the next job to end."""
        return self._ended.get().result()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # The threads see it within a moment and end their own processes, and nobody else's.
        self._cancel.set()
        self._pool.shutdown(cancel_futures=True)


def default_workers() -> int:
    """Return how many clips this machine works on at one time: one for each core, if memory holds them."""
    free_bytes = free_memory_bytes()
    if free_bytes is None:
        return cores()
    return max(1, min(cores(), free_bytes // BATCH.clip_memory_bytes))
