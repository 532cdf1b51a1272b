"""The course of a batch: what is kept already is passed over, the rest is worked on, failures are tried again."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tdscreen.batch.executor import Executor
from tdscreen.batch.plan import Plan, PlannedClip
from tdscreen.batch.store import Store
from tdscreen.batch.versions import known_result_key
from tdscreen.batch.work import How, Job, Outcome, still_holds
from tdscreen.errors import InputError, ModelError


@dataclass(frozen=True)
class Tally:
    """How far a batch is.

    Attributes
    ----------
    clips : int
        Of the plan.
    kept : int
        Done by an earlier run.
    done : int
        By this run, failed ones included.
    failed : int
        By this run or an earlier one.
    size_bytes, done_bytes : int
        Of the clips that this run has to do, and of those it has done.
    """

    clips: int
    kept: int = 0
    done: int = 0
    failed: int = 0
    size_bytes: int = 0
    done_bytes: int = 0


@dataclass(frozen=True)
class Ended:
    """What became of each clip.

    Attributes
    ----------
    contents : dict of str to str
        SHA-256 of every clip that could be read, by the clip's name.
    unkept : dict of str to Outcome
        Clips that failed for a reason that is not kept, as missing rights; the next run tries them again.
    tally : Tally
    """

    contents: dict[str, str]
    unkept: dict[str, Outcome]
    tally: Tally


def run_batch(
    plan: Plan,
    store: Store,
    executor: Executor,
    *,
    how: How | None = None,
    on_progress: Callable[[Tally], None] | None = None,
) -> Ended:
    """Work on all clips of a plan. Whatever ends this early, what was done is kept, and the next call goes on.

    Parameters
    ----------
    plan : Plan
    store : Store
    executor : Executor
        Entered already; the caller leaves it.
    how : How, optional
    on_progress : callable, optional
        Told after each clip.

    Returns
    -------
    Ended

    Raises
    ------
    InputError
        Nothing more can be written.
    ModelError
        A model is missing or changed.
    """
    how = how or How()
    contents, to_do, failed = sort_out(plan, store, how)
    kept = len(plan.clips) - len(to_do)
    unkept: dict[str, Outcome] = {}
    size_bytes = sum(clip.size_bytes for clip in to_do)
    done = done_bytes = in_work = 0
    waiting = deque(Job(clip, how) for clip in to_do)

    def tally() -> Tally:
        return Tally(len(plan.clips), kept, done, failed, size_bytes, done_bytes)

    tell = on_progress or (lambda _: None)
    tell(tally())
    with store.noting_seen() as note:
        while waiting or in_work:
            while waiting and in_work < max(1, executor.capacity()):
                executor.submit(waiting.popleft())
                in_work += 1
            outcome = executor.next_outcome()
            in_work -= 1
            if outcome.stop:
                error_kind = ModelError if outcome.kind == ModelError.__name__ else InputError
                raise error_kind(outcome.reason)
            clip = outcome.job.clip
            if outcome.retry:
                # At the end of the line: what there was too little of, as memory, may be there by then.
                waiting.append(Job(clip, how, outcome.job.attempt + 1))
                continue
            if outcome.sha256 is not None:
                contents[clip.name] = outcome.sha256
                note(_seen_entry(clip, outcome.sha256))
            if not outcome.measured:
                failed += 1
                if outcome.sha256 is None or outcome.kind == InputError.__name__:
                    unkept[clip.name] = outcome
            done += 1
            done_bytes += clip.size_bytes
            tell(tally())
    return Ended(contents, unkept, tally())


def sort_out(plan: Plan, store: Store, how: How) -> tuple[dict[str, str], list[PlannedClip], int]:
    """Tell what is done from what is to do. No clip is read.

    Parameters
    ----------
    plan : Plan
    store : Store
    how : How

    Returns
    -------
    contents : dict of str to str
        SHA-256 of the clips that are done, by name.
    to_do : list of PlannedClip
        In the order of their names.
    failed : int
        Of those that are done.
    """
    seen = store.seen()
    contents: dict[str, str] = {}
    to_do: list[PlannedClip] = []
    failed = 0
    hashes = [seen.get((clip.name, clip.size_bytes, clip.modified_ns)) for clip in plan.clips]
    records = store.records(
        known_result_key(sha256, clip) for clip, sha256 in zip(plan.clips, hashes, strict=True)
    )
    for clip, sha256, record in zip(plan.clips, hashes, records, strict=True):
        key = known_result_key(sha256, clip)
        if sha256 is None or key is None or record is None or not still_holds(record, store, key, how):
            to_do.append(clip)
        else:
            contents[clip.name] = sha256
            failed += "failure" in record
    return contents, to_do, failed


def refuse_other_clips(plan: Plan, store: Store) -> None:
    """Refuse a folder that holds the results of other clips alone: its tables would be replaced.

    Parameters
    ----------
    plan : Plan
    store : Store

    Raises
    ------
    InputError
        No clip of the plan has the name of a clip that was done there, or its size and time.
    """
    seen = store.seen()
    names = {name for name, _, _ in seen}
    stamps = {(size_bytes, modified_ns) for _, size_bytes, modified_ns in seen}
    if seen and not any(
        clip.name in names or (clip.size_bytes, clip.modified_ns) in stamps for clip in plan.clips
    ):
        raise InputError(
            f"The folder {store.folder} holds the results of other clips. Name another with --out, or remove that one."
        )


def _seen_entry(clip: PlannedClip, sha256: str) -> dict[str, Any]:
    return {
        "name": clip.name,
        "size_bytes": clip.size_bytes,
        "modified_ns": clip.modified_ns,
        "sha256": sha256,
    }
