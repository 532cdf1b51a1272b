"""The machines behind a Dask scheduler do the work of a batch; workers may come, go and die.

A worker does for a clip what this machine would: :func:`tdscreen.batch.work.do_clip`, with a process of its own for
the clip. What it finds it writes to the place of results itself, under a name that follows from the clip's bytes; over
the network go the job and a few words on what became of it. So a clip that two workers did, one of them thought
lost, is kept once, and is one row.
"""

from __future__ import annotations

import contextlib
import dataclasses
import threading
import time
import uuid
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from tdscreen.batch.remote_store import store_at
from tdscreen.batch.store import MARK
from tdscreen.batch.versions import measurement_key
from tdscreen.batch.work import Job, Outcome, do_clip
from tdscreen.errors import InputError, TdscreenError, WorkerError
from tdscreen.settings import BATCH

if TYPE_CHECKING:
    from distributed import Client, Future

_ENDED: dict[str, threading.Event] = {}
"""On a worker: what ends the clips of a run that was stopped, by the run."""
_LOST = (
    "The machines that worked on this clip were lost, one after the other. Try it again with the same command, or look "
    "at it on one machine."
)

Do = Callable[[Job, str, str, str], tuple[str, Outcome]]
"""What a worker does for a job, a place of results, a run and what measures: who it is, and what became of the job."""


class ClusterExecutor:
    """The workers of a Dask scheduler that is there already.

    Parameters
    ----------
    folder : str
        Of the results: on storage that all workers share, or at an address.
    address : str
        Of the scheduler, as ``tcp://10.0.0.1:8786``.
    do : callable
        What a worker does; another than :func:`do_for_batch` only to find out what the scheduler takes by itself.

    Raises
    ------
    InputError
        When entered: Dask is not installed, or no scheduler answers. Later: the scheduler is gone.
    """

    def __init__(self, folder: str, address: str, *, do: Do | None = None) -> None:
        self._folder = folder
        self._address = address
        self._do = do or do_for_batch
        self._run = uuid.uuid4().hex
        self._jobs: dict[str, Job] = {}
        self._unfit: set[str] = set()
        self._asked_s = float("-inf")
        self._threads = 0

    def __enter__(self) -> Self:
        try:
            from distributed import Client, as_completed
            from distributed.comm import get_address_host_port
        except ImportError as error:
            raise InputError(
                "A cluster needs Dask. Install tdscreen with its extra 'cluster', here and on every worker."
            ) from error
        try:
            # A client of what is no address waits a minute for its own end, and then prints what went wrong there.
            get_address_host_port(self._address)
            self._client: Client = Client(
                self._address, timeout=BATCH.connect_timeout_s, set_as_default=False, name="tdscreen"
            )
        except (OSError, ValueError) as error:
            raise InputError(
                f"No Dask scheduler answers at {self._address}. Check the address, as tcp://10.0.0.1:8786, and that it "
                "can be reached from here."
            ) from error
        self._ended: Any = as_completed(loop=self._client.loop, with_results=True, raise_errors=False)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # With the scheduler gone there is nobody to tell; the workers keep what they have in work.
        with contextlib.suppress(OSError):
            if self._jobs and self._client.status == "running":
                # Whoever is at work on a clip ends its process, and goes on with somebody else's work.
                self._client.cancel(list(self._ended.futures))
                self._client.run(_end_run, self._run, on_error="ignore")
        self._client.close()

    def workers(self) -> dict[str, int]:
        """Return how many clips each worker does at one time, by its address."""
        try:
            return {
                worker: threads
                for worker, threads in self._client.nthreads().items()
                if worker not in self._unfit
            }
        except OSError as error:
            raise self._gone() from error

    def capacity(self) -> int:
        """Return how many jobs it should hold now: workers come and go."""
        if time.monotonic() - self._asked_s >= BATCH.capacity_holds_s:
            self._threads = sum(self.workers().values())
            self._asked_s = time.monotonic()
        return self._threads * BATCH.ahead

    def submit(self, job: Job) -> None:
        """Take a job."""
        # Those that could do none are avoided, and not forbidden: they may be all that is left.
        where = {"workers": list(self.workers()), "allow_other_workers": True} if self._unfit else {}
        key = f"clip-{uuid.uuid4().hex}"
        self._jobs[key] = job
        self._ended.add(
            self._client.submit(
                self._do, job, self._folder, self._run, measurement_key(), key=key, pure=False, **where
            )
        )

    def next_outcome(self) -> Outcome:
        """Wait for the next job to end. One whose worker was lost is begun again by the scheduler."""
        while True:
            future, answer = next(self._ended)
            job = self._jobs.pop(future.key)
            if future.status != "finished":
                return self._without_answer(job, future, answer)
            worker: str
            outcome: Outcome
            worker, outcome = answer
            # The scheduler forgets it.
            future.release()
            if not outcome.stop:
                return dataclasses.replace(outcome, job=job)
            self._unfit.add(worker)
            if len(self._unfit) >= BATCH.unfit_workers or not self.workers():
                return dataclasses.replace(
                    outcome, job=job, reason=f"{outcome.reason} (The worker {worker}.)"
                )
            self.submit(job)

    def _without_answer(self, job: Job, future: Future, error: Any) -> Outcome:
        from distributed import KilledWorker

        if future.status != "error":
            raise self._gone()
        if isinstance(error, tuple):
            error = error[1]
        if isinstance(error, KilledWorker):
            return _failed(job, WorkerError(_LOST), retry=job.attempt < BATCH.attempts)
        return _failed(
            job,
            InputError(
                f"A worker of the cluster cannot do the work ({type(error).__name__}: {error}). Install the same "
                "version of tdscreen on every worker."
            ),
            stop=True,
        )

    def _gone(self) -> InputError:
        return InputError(
            f"The Dask scheduler at {self._address} is gone. All that was done is kept: start the same command again "
            "when it is back."
        )


def do_for_batch(job: Job, folder: str, run: str, key: str) -> tuple[str, Outcome]:
    """Do a clip on a worker.

    Parameters
    ----------
    job : Job
    folder : str
        Place of the results.
    run : str
        Name of the run, which ends all its clips when it is stopped.
    key : str
        What a measurement depends on where the batch was started (:func:`tdscreen.batch.versions.measurement_key`).

    Returns
    -------
    worker : str
        Its address.
    outcome : Outcome
    """
    from distributed import get_worker

    worker = get_worker().address
    if measurement_key() != key:
        return worker, _failed(
            job,
            InputError(
                "A worker of the cluster has another version of tdscreen, or of a library that it measures with. "
                "Install the same on every worker."
            ),
            stop=True,
        )
    store = store_at(folder)
    try:
        marked = store.exists(MARK)
    except OSError:
        marked = False
    if not marked:
        return worker, _failed(
            job,
            InputError(
                f"A worker of the cluster does not find the results at {folder}. Name a place that every worker "
                "reaches by the same name."
            ),
            stop=True,
        )
    outcome = do_clip(job, store, _ENDED.setdefault(run, threading.Event()))
    if outcome.sha256 is None and outcome.kind == InputError.__name__ and not outcome.retry:
        # A clip that is not to be read may be a disk that is not there: others may have it.
        outcome = dataclasses.replace(outcome, retry=job.attempt < BATCH.attempts)
    return worker, outcome


def _end_run(run: str) -> None:
    """End, on a worker, what is in work of a run."""
    _ENDED.setdefault(run, threading.Event()).set()


def _failed(job: Job, error: TdscreenError, *, retry: bool = False, stop: bool = False) -> Outcome:
    return Outcome(
        job, None, measured=False, kind=type(error).__name__, reason=str(error), retry=retry, stop=stop
    )
