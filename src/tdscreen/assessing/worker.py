"""The program beside the pages that takes waiting examinations and assesses them, and sweeps first and once a day."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Self

from tdscreen.assessing.examination import assess_examination
from tdscreen.errors import InputError, TdscreenError, WorkerError
from tdscreen.printing import counted
from tdscreen.records.clinic import Clinic
from tdscreen.records.database import BusyError
from tdscreen.records.entries import Job, JobState
from tdscreen.records.in_memory import private_folder, remove_abandoned
from tdscreen.records.jobs import JobLostError, fail, finish, give_back, take, tell_progress
from tdscreen.records.retention import sweep
from tdscreen.records.vault import new_id
from tdscreen.settings import RECORDS

Say = Callable[[str], None]

_LOOK_S = 0.2
"""How soon a job that is to end is ended."""

log = logging.getLogger(__name__)


@dataclass
class _Tally:
    done: int = 0
    failed: int = 0


def work(clinic: Clinic, *, jobs: int = 1, once: bool = False, stop: threading.Event, say: Say) -> int:
    """Assess what waits, until told to stop.

    Decoding, tracking and measuring run in a process of their own for each clip. Each of ``jobs`` threads looks after
    one such process; they share nothing but the store.

    Parameters
    ----------
    clinic : Clinic
    jobs : int
        Examinations at one time.
    once : bool
        End when none waits.
    stop : threading.Event
        When set, jobs that are not done are given back, and the work ends.
    say : callable
        Is told what is done, without names.

    Returns
    -------
    int
        Examinations that could not be assessed.

    Raises
    ------
    InputError
        Clips cannot be unpacked on this system, or the store is gone.
    """
    if left := remove_abandoned():
        say(f"Removed what a program that was killed had unpacked: {counted(left, 'folder')}.")
    # Before any job is taken: where nothing can be unpacked, no examination is to fail for it.
    with private_folder():
        pass
    tally = _Tally()
    # What nobody finished in time waits from the sweep on.
    next_sweep_s = time.monotonic() + _sweep(clinic, say)
    with ThreadPoolExecutor(jobs, thread_name_prefix="assessing") as pool:
        running = [pool.submit(_take_turns, clinic, once, stop, say, tally) for _ in range(jobs)]
        try:
            while running:
                if not once and time.monotonic() > next_sweep_s:
                    next_sweep_s = time.monotonic() + _sweep(clinic, say)
                done, still = wait(running, timeout=1.0, return_when=FIRST_EXCEPTION)
                running = list(still)
                for one in done:
                    one.result()
        finally:
            stop.set()
    return tally.failed


def _take_turns(clinic: Clinic, once: bool, stop: threading.Event, say: Say, tally: _Tally) -> None:
    name = new_id()
    was_away = False
    while not stop.is_set():
        job = None
        try:
            job = take(clinic, name)
            was_away = False
        except BusyError as error:
            # Once, and not every few seconds for as long as the database is away.
            if not was_away:
                say(str(error))
            was_away = True
        if job is not None:
            _do(clinic, job, stop, say, tally)
        elif once:
            return
        else:
            stop.wait(RECORDS.job_poll_s)


def _do(clinic: Clinic, job: Job, stop: threading.Event, say: Say, tally: _Tally) -> None:
    """Do one job to its end, whatever that is."""
    say(f"Began {job.id}, try {job.tries}.")
    last_try = job.tries >= RECORDS.job_tries
    with _Signs(clinic, job, stop) as signs:
        try:
            outcome = assess_examination(
                clinic.desk_of_worker(job.site),
                job,
                last_try=last_try,
                on_progress=signs.note,
                cancel=signs.cancel,
            )
            # From here on it is done, and no longer to be given back.
            signs.end()
            finish(clinic, job, outcome.assessment, left_out=outcome.left_out)
            tally.done += 1
            say(f"Assessed {job.id}." if not outcome.left_out else f"Assessed {job.id}; a clip was left out.")
        except JobLostError:
            say(f"{job.id} is another worker's by now, or its patient was deleted.")
        except BusyError as error:
            # Nothing is lost: once its lease has ended, it is taken again.
            say(f"{job.id} could not be written down. {error}")
        except TdscreenError as error:
            signs.end()
            if _give_up(clinic, job, error, signs, say):
                tally.failed += 1
        except OSError as error:
            # Of this machine and not of the clips: a disk or a memory that is full.
            signs.end()
            told = InputError(
                f"{error.strerror or error}. See to disk and memory of the machine, and ask again."
            )
            if _give_up(clinic, job, told, signs, say):
                tally.failed += 1


def _give_up(clinic: Clinic, job: Job, error: TdscreenError, signs: _Signs, say: Say) -> bool:
    """Give a job back, let it be tried again, or end it with its reason; True if it has failed for good."""
    try:
        if signs.stopped:
            give_back(clinic, job)
            say(f"Gave {job.id} back.")
            return False
        ended = fail(clinic, job, str(error), may_help=isinstance(error, WorkerError))
    except JobLostError:
        say(f"{job.id} is another worker's by now, or its patient was deleted.")
        return False
    except BusyError as busy:
        say(f"{job.id} could not be written down. {busy}")
        return False
    failed = ended.state is JobState.FAILED
    say(f"{job.id} failed." if failed else f"{job.id} will be tried again.")
    return failed


class _Signs:
    """Says every few seconds how far a job is, and so that its worker lives; notices when it is to end.

    Attributes
    ----------
    cancel : threading.Event
        Ends the work on the job: the worker is to stop, or the job is another's.
    stopped : bool
        It was the worker that was to stop.
    """

    def __init__(self, clinic: Clinic, job: Job, stop: threading.Event) -> None:
        self._clinic, self._job, self._stop = clinic, job, stop
        self._progress = 0.0
        self._ended = threading.Event()
        self.cancel = threading.Event()
        self.stopped = False
        self._thread = threading.Thread(target=self._tell, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def note(self, progress: float) -> None:
        """Take down how far the job is; it is told with the next sign."""
        self._progress = progress

    def end(self) -> None:
        """Give no more signs."""
        self._ended.set()
        self._thread.join()

    def _tell(self) -> None:
        next_sign_s = time.monotonic()
        while not self._ended.wait(_LOOK_S):
            if self._stop.is_set():
                self.stopped = True
                self.cancel.set()
            if time.monotonic() < next_sign_s:
                continue
            next_sign_s = time.monotonic() + RECORDS.job_sign_s
            try:
                tell_progress(self._clinic, self._job, self._progress)
            except JobLostError:
                self.cancel.set()
                return
            except BusyError as error:
                # Busy, or away for a moment: the lease lasts for many signs.
                log.warning("%s", error)


def _sweep(clinic: Clinic, say: Say) -> float:
    """Do what is due, and tell in how many seconds to do so again. What waits is assessed whatever comes of it."""
    try:
        done = sweep(clinic)
    except BusyError as error:
        say(str(error))
        return RECORDS.sweep_again_s
    except TdscreenError as error:
        say(str(error))
        return RECORDS.sweep_s
    except OSError as error:
        # Of this machine: a disk that is full or went away.
        say(f"{error.strerror or error}. What is due could not be destroyed. See to the disk of the store.")
        return RECORDS.sweep_again_s
    say(
        f"Swept: {counted(done.videos, 'video')}, {counted(done.tracks, 'file')} of landmarks and "
        f"{counted(done.assessments, 'assessment')} were due."
    )
    return RECORDS.sweep_s
