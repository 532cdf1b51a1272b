"""Clips are measured behind the page, by a thread that drives the isolated worker."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from tdscreen import api
from tdscreen.errors import TdscreenError
from tdscreen.vocabulary import Task

if TYPE_CHECKING:
    from tdscreen.assessment.assessment import Assessment
    from tdscreen.isolation import Progress
    from tdscreen.measurement.clip import ClipMeasurement
    from tdscreen.motion.signals import Signal
    from tdscreen.scoring.model import SeverityModel
    from tdscreen.tracking.tracks import Tracks

LOG = logging.getLogger(__name__)

_TURNS = threading.BoundedSemaphore(max(1, (os.cpu_count() or 2) // 2))
"""Clips of all open pages that are tracked at once: two on one core each would both take twice as long."""
_TURN_POLL_S = 0.2

OWN_FAULT = (
    "Something went wrong within tdscreen while this clip was measured. The other clips are not affected; "
    "please report it with the server's log, never with the video."
)


class ClipState(StrEnum):
    """How far a clip has come."""

    WAITING = "waiting"
    TRACKING = "tracking"
    MEASURING = "measuring"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class ClipRequest:
    """A clip to be measured.

    Attributes
    ----------
    name : str
        What it was called on the uploader's machine, for people to read; never a path.
    path : Path
        Where its bytes lie.
    task : Task
    mirrored : bool
    """

    name: str
    path: Path
    task: Task
    mirrored: bool = False


@dataclass(frozen=True)
class MeasuredClip:
    """A clip with all that the page shows of it."""

    request: ClipRequest
    tracks: Tracks
    signals: tuple[Signal, ...]
    measurement: ClipMeasurement


@dataclass(frozen=True)
class ClipStatus:
    """How far a clip has come, as of now.

    Attributes
    ----------
    state : ClipState
    progress : Progress or None
        None until the first picture was tracked.
    problem : str or None
        The sentence of the error, None if there is none.
    """

    state: ClipState = ClipState.WAITING
    progress: Progress | None = None
    problem: str | None = None


@dataclass(frozen=True)
class Examination:
    """Clips of one sitting, and what the tool says about them."""

    clips: tuple[MeasuredClip, ...]
    assessment: Assessment


class Run:
    """Clips being measured in the background, one after another.

    Parameters
    ----------
    requests : sequence of ClipRequest
    together : bool
        All clips are one examination; otherwise each is one of its own.
    model : SeverityModel, optional
        Without it, the one that came with this version.
    """

    def __init__(
        self, requests: Sequence[ClipRequest], *, together: bool, model: SeverityModel | None = None
    ) -> None:
        self.requests = tuple(requests)
        self.together = together
        self.model = model
        self._statuses = [ClipStatus() for _ in self.requests]
        self._examinations: tuple[Examination, ...] = ()
        self._problems: tuple[str, ...] = ()
        self._lock = threading.Lock()
        self._cancel = threading.Event()
        self._thread = threading.Thread(target=self._work, name="tdscreen-run", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def cancel(self) -> None:
        """Ask for an end. The worker process is ended within a moment; :attr:`running` tells when."""
        self._cancel.set()

    def wait(self, timeout_s: float | None = None) -> bool:
        """Wait for the end, and say whether it came."""
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    @property
    def running(self) -> bool:
        """Whether clips are still being measured."""
        return self._thread.is_alive()

    @property
    def cancelled(self) -> bool:
        """Whether an end was asked for."""
        return self._cancel.is_set()

    @property
    def statuses(self) -> tuple[ClipStatus, ...]:
        """How far each clip has come, in the order of the requests."""
        with self._lock:
            return tuple(self._statuses)

    @property
    def examinations(self) -> tuple[Examination, ...]:
        """What came of it; empty until the end, and where no clip could be measured."""
        with self._lock:
            return self._examinations

    @property
    def problems(self) -> tuple[str, ...]:
        """Sentences of errors that concern an examination and not a clip."""
        with self._lock:
            return self._problems

    def _note(self, index: int, **changes: object) -> None:
        with self._lock:
            self._statuses[index] = replace(self._statuses[index], **changes)  # type: ignore[arg-type]

    def _work(self) -> None:
        measured = [clip for index in range(len(self.requests)) if (clip := self._measure(index)) is not None]
        if self.cancelled:
            return
        groups = [tuple(measured)] if self.together and measured else [(clip,) for clip in measured]
        done, problems = [], []
        for group in groups:
            try:
                measured_clips = [clip.measurement for clip in group]
                done.append(Examination(group, api.assess(measured_clips, model=self.model)))
            except TdscreenError as error:
                problems.append(str(error))
            except Exception:
                LOG.exception("An examination of %d clips could not be assessed.", len(group))
                problems.append(OWN_FAULT)
        with self._lock:
            self._examinations = tuple(done)
            self._problems = tuple(problems)

    def _measure(self, index: int) -> MeasuredClip | None:
        """Measure one clip; what goes wrong with it is noted and does not touch the others."""
        request = self.requests[index]
        if not self._take_turn():
            self._note(index, state=ClipState.CANCELLED)
            return None
        try:
            self._note(index, state=ClipState.TRACKING)
            tracks = api.track(
                request.path,
                mirrored=request.mirrored,
                # Nothing of a person stays when the page is closed.
                cache=False,
                on_progress=lambda progress: self._note(index, progress=progress),
                cancel=self._cancel,
            )
            # The file has a number for its name; people and records know the clip by the name it came with.
            tracks = replace(tracks, file=request.name)
            self._note(index, state=ClipState.MEASURING)
            clip = MeasuredClip(request, tracks, api.signals(tracks), api.measure(tracks, task=request.task))
        except TdscreenError as error:
            if self.cancelled:
                self._note(index, state=ClipState.CANCELLED)
            else:
                # The sentence may name the file: by the name that the reader knows.
                sentence = (
                    str(error)
                    .replace(str(request.path), request.name)
                    .replace(request.path.name, request.name)
                )
                self._note(index, state=ClipState.FAILED, problem=sentence)
            return None
        except Exception:
            LOG.exception("A clip could not be measured.")
            self._note(index, state=ClipState.FAILED, problem=OWN_FAULT)
            return None
        finally:
            _TURNS.release()
        self._note(index, state=ClipState.DONE)
        return clip

    def _take_turn(self) -> bool:
        """Wait for a free core; say no if an end was asked for meanwhile."""
        while not self.cancelled:
            if _TURNS.acquire(timeout=_TURN_POLL_S):
                return True
        return False
