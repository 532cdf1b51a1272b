"""One clip's work, wherever it is done: a record that depends on the clip's bytes, its task and the version alone."""

from __future__ import annotations

import contextlib
import dataclasses
import math
import threading
import time
import typing
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tdscreen.batch.addresses import at_hand, is_address
from tdscreen.batch.plan import PlannedClip
from tdscreen.batch.store import Store, explain, tracks_name
from tdscreen.batch.versions import result_key
from tdscreen.errors import InputError, LimitError, ModelError, TdscreenError, VideoError, WorkerError
from tdscreen.isolation import Progress, run_isolated
from tdscreen.printing import unicode_of
from tdscreen.settings import BATCH, VIDEO, VideoSettings

MEASURE = "tdscreen.batch.jobs:measure_clip"
_OWN_FAULT = (VideoError, LimitError)
"""Failures of the file itself, which no second attempt changes."""
_FILE = "{file}"


@dataclass(frozen=True)
class How:
    """How every clip of a batch is worked on.

    Attributes
    ----------
    limits : VideoSettings
        On what is read.
    time_limit_s : float
        A clip that takes longer is ended.
    tracks : bool
        Keep the landmarks.
    again : bool
        Try clips again that have failed.
    target : str
        What measures a clip, as :func:`tdscreen.isolation.run_isolated` names it.
    """

    limits: VideoSettings = VIDEO
    time_limit_s: float = BATCH.clip_time_limit_s
    tracks: bool = False
    again: bool = False
    target: str = MEASURE


@dataclass(frozen=True)
class Job:
    """One clip to be worked on, for the so manyth time in this run."""

    clip: PlannedClip
    how: How
    attempt: int = 1


@dataclass(frozen=True)
class Outcome:
    """What became of a job.

    Attributes
    ----------
    job : Job
    sha256 : str or None
        Of the clip's bytes; None if they could not be read.
    measured : bool
    work_s : float
        What it took; 0 if its result was there already.
    kind, reason : str or None
        Class and sentence of the error, if it failed.
    retry : bool
        It failed in a way that another attempt may not.
    stop : bool
        Results can no longer be written: the batch must end.
    """

    job: Job
    sha256: str | None
    measured: bool
    work_s: float = 0.0
    kind: str | None = None
    reason: str | None = None
    retry: bool = False
    stop: bool = False


def do_clip(job: Job, store: Store, cancel: threading.Event | None = None) -> Outcome:
    """Measure a clip in a process of its own and keep the result, unless it is kept already.

    Parameters
    ----------
    job : Job
    store : Store
    cancel : threading.Event, optional
        Ends the work when set.

    Returns
    -------
    Outcome
    """
    clip = job.clip
    with contextlib.ExitStack() as stack:
        try:
            path, sha256 = stack.enter_context(at_hand(clip, largest_bytes=job.how.limits.max_file_bytes))
        except OSError as error:
            failed = _failed(
                job, None, InputError(f"{clip.file} may not be read: {error.strerror or error}.")
            )
            # A network may fail for a moment, a disk rarely does.
            return dataclasses.replace(failed, retry=is_address(clip.path) and job.attempt < BATCH.attempts)
        return _do_clip(job, path, sha256, store, cancel)


def _do_clip(job: Job, path: Path, sha256: str, store: Store, cancel: threading.Event | None) -> Outcome:
    clip, how = job.clip, job.how
    key = result_key(sha256, clip)
    try:
        kept = kept_record(store, key, how)
    except OSError as error:
        return dataclasses.replace(_failed(job, sha256, explain(error, store.folder)), stop=True)
    if kept is not None:
        return _told(job, sha256, kept)
    begun_s = time.monotonic()
    try:
        record = _measure(job, path, store, sha256, key, cancel)
    except InputError as error:
        # The file's place or rights, which may be mended: not kept.
        return _failed(job, sha256, error)
    except ModelError as error:
        # Of this installation, and so of every clip.
        return dataclasses.replace(_failed(job, sha256, error), stop=True)
    except TdscreenError as error:
        if job.attempt < BATCH.attempts and not isinstance(error, _OWN_FAULT):
            return dataclasses.replace(_failed(job, sha256, error), retry=True)
        record = {"failure": _failure(error, job)}
    except OSError as error:
        return dataclasses.replace(_failed(job, sha256, explain(error, store.folder)), stop=True)
    try:
        store.write_record(key, _asked(sha256, clip) | record)
    except OSError as error:
        return dataclasses.replace(_failed(job, sha256, explain(error, store.folder)), stop=True)
    return dataclasses.replace(_told(job, sha256, record), work_s=time.monotonic() - begun_s)


def kept_record(store: Store, key: str, how: How) -> dict[str, Any] | None:
    """Read what is kept of a clip, if that still is what these settings would give.

    Parameters
    ----------
    store : Store
    key : str
    how : How

    Returns
    -------
    dict or None
    """
    record = store.read_record(key)
    return record if record is not None and still_holds(record, store, key, how) else None


def still_holds(record: Mapping[str, Any], store: Store, key: str, how: How) -> bool:
    """Say whether what is kept of a clip still is what these settings would give."""
    if "failure" in record:
        past_limit = record["failure"]["kind"] == LimitError.__name__
        if how.again or (past_limit and record["failure"]["limits"] != _limits(how)):
            return False
        # As the sentence of this failure says: a longer limit is another try.
        return not record["failure"].get("time_limit_s", math.inf) < how.time_limit_s
    return not how.tracks or store.exists(tracks_name(key))


def _measure(
    job: Job, path: Path, store: Store, sha256: str, key: str, cancel: threading.Event | None
) -> dict[str, Any]:
    """Run the process that measures, for as long as it may take."""
    clip, how = job.clip, job.how
    ends_s = time.monotonic() + how.time_limit_s

    def watch(_: Progress) -> None:
        if time.monotonic() > ends_s:
            raise _took_too_long(how)

    def run(tracks_out: Path | None) -> dict[str, Any]:
        try:
            answer = run_isolated(
                how.target,
                {
                    "path": str(path),
                    "task": str(clip.task),
                    "mirrored": clip.mirrored,
                    "hands": clip.hands,
                    "settings": dataclasses.asdict(how.limits),
                    "tracks_out": None if tracks_out is None else str(tracks_out),
                },
                on_progress=watch,
                cancel=cancel,
                stall_timeout_s=min(how.limits.stall_timeout_s, how.time_limit_s),
            )
        except WorkerError as error:
            # Silent for as long as it may take at all: the limit ended it, and the file may be sound.
            if how.time_limit_s < how.limits.stall_timeout_s and time.monotonic() > ends_s:
                raise _took_too_long(how) from error
            raise
        assert isinstance(answer, dict)
        if "unwritten" in answer:
            number, words = typing.cast("list[Any]", answer["unwritten"])
            raise OSError(number, words)
        if answer["input_sha256"] != sha256:
            raise InputError(f"{clip.file} was changed while it was read. Start the same command again.")
        # Whoever has the same bytes under another name finds the same record.
        return {"measurement": answer | {"file": _FILE}}

    if not how.tracks:
        return run(None)
    with store.writing(tracks_name(key)) as part:
        return run(part)


class _TimeLimitError(WorkerError):
    """The time limit of the batch ended the work."""


def _took_too_long(how: How) -> _TimeLimitError:
    return _TimeLimitError(
        f"The work on this clip took longer than {how.time_limit_s:g} s and was ended. Cut the clip, or raise "
        "the limit with --time-limit."
    )


def _failure(error: TdscreenError, job: Job) -> dict[str, Any]:
    """Put a failure into what JSON knows, without the name of the file, which the bytes do not depend on."""
    took_too_long = isinstance(error, _TimeLimitError)
    return {
        "kind": WorkerError.__name__ if took_too_long else type(error).__name__,
        "reason": unicode_of(str(error)).replace(job.clip.file, _FILE),
        "attempts": job.attempt,
        "limits": _limits(job.how),
        **({"time_limit_s": job.how.time_limit_s} if took_too_long else {}),
    }


def reason_of(failure: dict[str, Any], clip: PlannedClip) -> str:
    """Return the sentence of a failure that was kept."""
    reason: str = failure["reason"]
    return reason.replace(_FILE, clip.file)


def _asked(sha256: str, clip: PlannedClip) -> dict[str, Any]:
    """Give what a record is of: which bytes, and what was asked for."""
    return {"sha256": sha256, "task": clip.task, "mirrored": clip.mirrored, "hands": clip.hands}


def _limits(how: How) -> list[float]:
    return [how.limits.max_duration_s, how.limits.max_file_bytes]


def _failed(job: Job, sha256: str | None, error: TdscreenError) -> Outcome:
    return Outcome(job, sha256, measured=False, kind=type(error).__name__, reason=unicode_of(str(error)))


def _told(job: Job, sha256: str, record: dict[str, Any]) -> Outcome:
    failure = record.get("failure")
    if failure is None:
        return Outcome(job, sha256, measured=True)
    return Outcome(job, sha256, measured=False, kind=failure["kind"], reason=reason_of(failure, job.clip))
