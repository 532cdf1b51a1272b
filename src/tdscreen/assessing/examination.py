"""One job: an examination's clips are unpacked in memory, tracked and measured one by one, and assessed together."""

from __future__ import annotations

import dataclasses
import shutil
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from tdscreen.api import assess, load_tracks, measure
from tdscreen.assessment.assessment import Assessment
from tdscreen.assessment.json_form import measurement_from_dict
from tdscreen.batch.work import MEASURE
from tdscreen.errors import InputError, LimitError, TdscreenError, VideoError, WorkerError
from tdscreen.isolation import Progress, run_isolated
from tdscreen.measurement.clip import ClipMeasurement
from tdscreen.printing import printable
from tdscreen.records.clinic import Desk
from tdscreen.records.clips import clips, keep_tracks, open_clip, tracks
from tdscreen.records.entries import Clip, FileKind, Job
from tdscreen.records.in_memory import private_folder, require_room
from tdscreen.settings import BATCH, VIDEO
from tdscreen.vocabulary import Task

_OF_THE_CLIP = (VideoError, LimitError)
"""Failures of the clip itself, which no second try changes."""


@dataclass(frozen=True)
class Assessed:
    """What came out of a job.

    Attributes
    ----------
    assessment : Assessment
        Of all clips that could be used.
    left_out : str
        Which could not, and why, in sentences; empty if all could.
    """

    assessment: Assessment
    left_out: str


class NothingToAssessError(InputError):
    """None of an examination's clips can be used; the sentence says why, for each."""


def assess_examination(
    desk: Desk,
    job: Job,
    *,
    last_try: bool,
    on_progress: Callable[[float], None],
    cancel: threading.Event,
) -> Assessed:
    """Assess an examination. Landmarks are kept as each clip is done, so that another try need not begin anew.

    Parameters
    ----------
    desk : Desk
        Of the worker, at the job's site.
    job : Job
    last_try : bool
        A clip that takes its process down is left out, and does not end this try.
    on_progress : callable
        Is told how far it is, 0 to 1.
    cancel : threading.Event
        Ends the work when set.

    Raises
    ------
    NothingToAssessError
        No clip can be used.
    WorkerError
        A process crashed, hung, took too long or was cancelled, and this was not the last try.
    TdscreenError
        What is not of a clip, but of this installation or the store.
    """
    kept = clips(desk, job.examination)
    measured: list[ClipMeasurement] = []
    left_out: list[str] = []
    for n, (clip, name) in enumerate(zip(kept, names_of(kept), strict=True)):

        def tell(share: float, n: int = n) -> None:
            on_progress((n + share) / len(kept))

        tell(0.0)
        try:
            measurement = measure_kept_clip(desk, clip, tell, cancel)
        except WorkerError as error:
            if cancel.is_set() or not last_try:
                raise
            left_out.append(_said_of(clip, name, error))
        except (*_OF_THE_CLIP, _NothingLeftError) as error:
            left_out.append(_said_of(clip, name, error))
        else:
            measured.append(dataclasses.replace(measurement, file=name))
    if not measured:
        raise NothingToAssessError(" ".join(left_out) or "There is no clip of this examination any more.")
    return Assessed(assess(measured), " ".join(left_out))


def names_of(kept: Sequence[Clip]) -> list[str]:
    """Give the names of clips as they stand in the assessment: those of the files, numbered where two are the same."""
    seen: Counter[str] = Counter()
    names = []
    for clip in kept:
        seen[clip.file_name] += 1
        n = seen[clip.file_name]
        names.append(clip.file_name if n == 1 else f"{clip.file_name} ({n})")
    return names


class _NothingLeftError(InputError):
    """Of a clip there is neither video nor landmarks any more."""


def measure_kept_clip(
    desk: Desk, clip: Clip, tell: Callable[[float], None], cancel: threading.Event
) -> ClipMeasurement:
    """Measure one clip of the store, and keep its landmarks: from these alone if they are kept already.

    Parameters
    ----------
    desk : Desk
        Of the worker.
    clip : Clip
    tell : callable
        Is told how far it is, 0 to 1.
    cancel : threading.Event
        Ends the work when set.

    Raises
    ------
    TdscreenError
        Of the clip, of the process that read it, or of this installation.
    """
    there = {file.kind: file for file in clip.files if file.destroyed_at is None}
    if FileKind.TRACKS in there:
        return measure(tracks(desk, clip.id), task=Task(clip.task))
    if not clip.can_be_watched:
        raise _NothingLeftError("its video was destroyed, or its time was over, before it was assessed.")
    with private_folder() as folder:
        require_room(folder, there[FileKind.VIDEO].size_bytes)
        video, out = folder / _path_name(clip), folder / "tracks.parquet"
        with open_clip(desk, clip.id) as sealed, video.open("wb") as plain:
            shutil.copyfileobj(sealed, plain)
        measurement = _track_and_measure(clip, video, out, tell, cancel)
        # Before the landmarks are kept: a clip that was followed need not lie open any longer.
        video.unlink()
        keep_tracks(desk, clip.id, load_tracks(out))
    return measurement


def _track_and_measure(
    clip: Clip, video: Path, out: Path, tell: Callable[[float], None], cancel: threading.Event
) -> ClipMeasurement:
    ends_s = time.monotonic() + BATCH.clip_time_limit_s

    def watch(progress: Progress) -> None:
        if time.monotonic() > ends_s:
            raise LimitError(
                f"the work on this clip took longer than {BATCH.clip_time_limit_s / 3600:g} hours and was ended. Cut "
                "the clip."
            )
        if progress.duration_s:
            tell(min(progress.time_s / progress.duration_s, 1.0))

    answer = run_isolated(
        MEASURE,
        {
            "path": str(video),
            "task": clip.task,
            "mirrored": clip.mirrored,
            "hands": True,
            "settings": dataclasses.asdict(VIDEO),
            "tracks_out": str(out),
        },
        on_progress=watch,
        cancel=cancel,
    )
    assert isinstance(answer, dict)
    if "unwritten" in answer:
        raise InputError(
            f"The landmarks found no room in {out.parent.parent}. Give it more memory, and ask again."
        )
    return measurement_from_dict(answer)


def _said_of(clip: Clip, name: str, error: TdscreenError) -> str:
    """Say of which clip a sentence is, by the name that people know it by."""
    sentence = str(error).replace(_path_name(clip), printable(name))
    return sentence if printable(name) in sentence else f"{printable(name)}: {sentence}"


def _path_name(clip: Clip) -> str:
    """Name the unpacked video: never by what somebody called it."""
    return f"{clip.id}.video"
