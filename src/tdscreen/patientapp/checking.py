"""Each clip is checked by the real quality gate while the next task is recorded, in a process beside the server.

It is the worker's own first step: the landmarks are kept, and the estimate afterwards need not follow them again.
"""

from __future__ import annotations

import logging
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum

from tdscreen.assessing.examination import measure_kept_clip
from tdscreen.errors import TdscreenError, WorkerError
from tdscreen.measurement.clip import QualityReport
from tdscreen.records.clinic import Clinic
from tdscreen.records.clips import clip

log = logging.getLogger(__name__)


class CheckState(StrEnum):
    """How far the check of a clip is, and what came of it."""

    WAITING = "waiting"
    GOOD = "good"
    AGAIN = "again"
    """Another take would be better."""
    UNKNOWN = "unknown"
    """It could not be checked here; a worker tries again later."""


@dataclass
class _Check:
    take: int
    state: CheckState = CheckState.WAITING
    advice: tuple[str, ...] = ()


class Checks:
    """The checks of all recordings, one clip at a time. A restarted server knows none of those from before."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="checking")
        self._lock = threading.Lock()
        self._checks: dict[str, dict[str, _Check]] = {}
        self._running: dict[str, list[tuple[Future[None], threading.Event]]] = {}

    def ask(self, clinic: Clinic, site: str, invitation: str, slug: str, take: int, kept: str) -> None:
        """Have a clip checked.

        Parameters
        ----------
        clinic : Clinic
        site, invitation : str
        slug : str
            Of the task.
        take : int
        kept : str
            Identifier of the clip.
        """
        cancel = threading.Event()
        with self._lock:
            one = _Check(take)
            self._checks.setdefault(invitation, {})[slug] = one
            job = self._pool.submit(self._check, clinic, site, kept, one, cancel)
            self._running.setdefault(invitation, []).append((job, cancel))

    def of(self, invitation: str) -> dict[str, dict[str, object]]:
        """Say how far the checks of a recording are, by task."""
        with self._lock:
            return {
                slug: {"take": one.take, "state": str(one.state), "advice": list(one.advice)}
                for slug, one in self._checks.get(invitation, {}).items()
            }

    def end(self, invitation: str) -> None:
        """Give up what is not checked yet, and wait until nothing of it runs: a worker takes it up."""
        with self._lock:
            running = self._running.pop(invitation, [])
            self._checks.pop(invitation, None)
        for job, cancel in running:
            cancel.set()
            job.cancel()
        for job, _ in running:
            if not job.cancelled():
                job.result()

    def close(self) -> None:
        """Give up everything."""
        for invitation in list(self._running):
            self.end(invitation)
        self._pool.shutdown()

    def _check(self, clinic: Clinic, site: str, kept: str, one: _Check, cancel: threading.Event) -> None:
        state = CheckState.UNKNOWN
        advice: tuple[str, ...] = ()
        try:
            desk = clinic.desk_of_worker(site)
            found = measure_kept_clip(desk, clip(desk, kept), lambda _: None, cancel)
            advice = advice_in(found.quality)
            state = CheckState.AGAIN if advice else CheckState.GOOD
        except WorkerError:
            # Ended on request, or the process died; the worker of the queue has the last word.
            pass
        except TdscreenError as error:
            log.warning("A clip was not checked: %s.", type(error).__name__)
        with self._lock:
            one.state, one.advice = state, advice


def advice_in(quality: QualityReport) -> tuple[str, ...]:
    """Name the checks that a clip did not pass: another take may."""
    return tuple(check.name for check in quality.checks if not check.passed)
