"""The few public functions that every front door calls: the shell, the page and a script of five lines.

Decoding and tracking run in a process of their own, so that a hostile or damaged file that crashes or hangs native
code does not take the caller with it.
"""

from __future__ import annotations

import dataclasses
import tempfile
import threading
import uuid
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tdscreen.assessment.assess import assess
from tdscreen.assessment.assessment import Assessment
from tdscreen.assessment.own_model import open_own_model as own_model
from tdscreen.errors import InputError, WorkerError
from tdscreen.files import require_new
from tdscreen.isolation import CANCELLED, Progress, run_isolated
from tdscreen.keeping.cache import TrackCache, user_cache
from tdscreen.measurement.clip import ClipMeasurement
from tdscreen.measurement.measure import measure, read_signals
from tdscreen.measurement.quality import HAND_TASKS
from tdscreen.motion.signals import Signal
from tdscreen.research.poses import save_poses
from tdscreen.research.ratings import AimsRating, ratings_table
from tdscreen.research.tables import (
    bouts_table,
    features_table,
    regions_table,
    sidecar_path,
    signals_table,
    write_table,
)
from tdscreen.scoring import predictive
from tdscreen.scoring.model import SeverityModel, load_model
from tdscreen.scoring.predictive import PredictiveValues
from tdscreen.settings import SCORING, VIDEO, ScoringSettings, VideoSettings
from tdscreen.tracking.store import load_tracks, save_tracks
from tdscreen.tracking.tracks import Tracks
from tdscreen.vocabulary import Task

__all__ = [
    "AimsRating",
    "assess",
    "bouts_table",
    "features_table",
    "frame_at",
    "load_tracks",
    "measure",
    "needs_hands",
    "overlay",
    "own_model",
    "predictive_values",
    "ratings_table",
    "regions_table",
    "require_new",
    "save_poses",
    "save_tracks",
    "score",
    "sidecar_path",
    "signals",
    "signals_table",
    "track",
    "write_table",
]

OnProgress = Callable[[Progress], None]


def track(
    path: str | Path,
    *,
    mirrored: bool = False,
    hands: bool = True,
    cache: TrackCache | bool = True,
    settings: VideoSettings = VIDEO,
    sha256: str | None = None,
    on_progress: OnProgress | None = None,
    cancel: threading.Event | None = None,
) -> Tracks:
    """Decode a clip and follow one person's face and hands through it.

    Parameters
    ----------
    path : str or Path
    mirrored : bool
        The recording is a mirror image (a selfie view).
    hands : bool
        Follow the hands, too. Left out, which saves work, they are not assessed, and one that
        lies before the face goes unnoticed.
    cache : bool or TrackCache
        Where tracks that were made before by the same code of the same bytes are found, and these are kept: with True
        in the user's own cache (:func:`tdscreen.keeping.cache.user_cache`), with False nowhere.
    settings : VideoSettings
        Limits on length and size.
    sha256 : str, optional
        Of the clip's bytes, where they were read before: they are then not read once more to find kept tracks.
    on_progress : callable, optional
        Called after each frame with a :class:`~tdscreen.isolation.Progress`.
    cancel : threading.Event, optional
        Ends the work when set.

    Returns
    -------
    Tracks

    Raises
    ------
    InputError
        The path is missing, a folder, or may not be read.
    VideoError
        The file is not a video that can be read.
    LimitError
        It is longer or larger than ``settings`` allow.
    WorkerError
        Decoding crashed, hung or was cancelled.

    Examples
    --------
    >>> from tdscreen import api
    >>> tracks = api.track("sample_videos/rest.mp4")  # doctest: +SKIP
    >>> tracks.timing.effective_fps  # doctest: +SKIP
    30.0
    """
    clip = Path(path).absolute()
    if cancel is not None and cancel.is_set():
        raise WorkerError(CANCELLED)
    kept = user_cache() if cache is True else cache or None
    name = None
    if kept is not None:
        name = kept.name_of(clip, mirrored=mirrored, hands=hands, settings=settings, sha256=sha256)
    if kept is not None and name is not None:
        found = kept.find(name, file=clip.name, settings=settings)
        if found is not None:
            if on_progress is not None:
                end_s = float(found.times_s[-1])
                on_progress(Progress(len(found.times_s), end_s, end_s))
            return found
    with tempfile.TemporaryDirectory(prefix="tdscreen-") as folder:
        out = Path(folder) / "tracks.parquet"
        run_isolated(
            "tdscreen.tracking.jobs:track_to_file",
            {
                "path": str(clip),
                "out": str(out),
                "mirrored": mirrored,
                "hands": hands,
                "settings": dataclasses.asdict(settings),
            },
            on_progress=on_progress,
            cancel=cancel,
            stall_timeout_s=settings.stall_timeout_s,
        )
        tracks = load_tracks(out)
    if kept is not None and name is not None:
        kept.keep(name, tracks)
    return tracks


def signals(tracks: Tracks) -> tuple[Signal, ...]:
    """Name the movements of every region that was seen.

    Parameters
    ----------
    tracks : Tracks

    Returns
    -------
    tuple of Signal
    """
    return read_signals(tracks).signals


def score(
    paths: str | Path | Sequence[str | Path],
    *,
    task: Task | str | Sequence[Task | str] = Task.UNSTRUCTURED,
    mirrored: bool = False,
    hands: bool = True,
    cache: TrackCache | bool = True,
    settings: VideoSettings = VIDEO,
    scoring: ScoringSettings = SCORING,
    model: SeverityModel | None = None,
    on_progress: OnProgress | None = None,
    cancel: threading.Event | None = None,
) -> Assessment:
    """Assess one examination: one clip, or several of one sitting of one person.

    Parameters
    ----------
    paths : path, or sequence of paths
    task : Task or str, or a sequence of them
        One for all clips, or one for each.
    mirrored : bool
    hands : bool
        If not, hands are followed only in clips whose task is about them; see :func:`needs_hands`.
    scoring : ScoringSettings
        Among them how a total is counted, and by what an examination is sorted.
    model : SeverityModel, optional
        One's own, from :func:`own_model`; without it, the one that came with this version.
    cache, settings, on_progress, cancel
        As for :func:`track`.

    Returns
    -------
    Assessment

    Raises
    ------
    InputError
        No clip was named, a task is not known, or there are not as many tasks as clips; and as :func:`track`.
    VideoError, LimitError, WorkerError
        As :func:`track`.
    """
    clips = [paths] if isinstance(paths, str | Path) else list(paths)
    if not clips:
        raise InputError("No clip was named. Name at least one video file.")
    tasks = [task] * len(clips) if isinstance(task, str) else list(task)
    if len(tasks) != len(clips):
        raise InputError(
            f"There are {len(clips)} clips but {len(tasks)} tasks. Name one task for all, or one each."
        )
    named = [as_task(one) for one in tasks]
    measured: list[ClipMeasurement] = []
    for clip, its_task in zip(clips, named, strict=True):
        tracks = track(
            clip,
            mirrored=mirrored,
            hands=hands or needs_hands(its_task),
            cache=cache,
            settings=settings,
            on_progress=on_progress,
            cancel=cancel,
        )
        measured.append(measure(tracks, task=its_task))
    return assess(measured, model=model, settings=scoring)


def predictive_values(prevalence: float) -> PredictiveValues:
    """Say what a flag (``elevated``) means where so many meet the severity rule.

    Parameters
    ----------
    prevalence : float
        Above 0 and below 1.

    Returns
    -------
    PredictiveValues
        From the sensitivity and specificity that are known of the scoring model: on simulated people.

    Raises
    ------
    InputError
        The prevalence is not a share, or the scoring model does not say how it sorts.
    """
    counts = load_model().counts
    if counts is None:
        raise InputError("The scoring model does not say how it sorted people whose state is known.")
    return predictive.predictive_values(counts, prevalence)


def as_task(name: Task | str) -> Task:
    """Find a task by its name.

    Raises
    ------
    InputError
        If there is no such task.
    """
    try:
        return Task(name)
    except ValueError as error:
        raise InputError(f"There is no task '{name}'. Choose one of: {', '.join(Task)}.") from error


def needs_hands(task: Task | str) -> bool:
    """Say whether a task is about the hands, so that a clip of it is worth little without them.

    Raises
    ------
    InputError
        If there is no such task.
    """
    return as_task(task) in HAND_TASKS


def frame_at(path: str | Path, time_s: float, *, settings: VideoSettings = VIDEO) -> NDArray[np.uint8]:
    """Read the picture that a clip shows at a time.

    Parameters
    ----------
    path : str or Path
    time_s : float
        Since the first picture.
    settings : VideoSettings

    Returns
    -------
    ndarray, shape (height, width, 3), uint8
        Upright, RGB. The last picture if the clip ends before.

    Raises
    ------
    InputError, VideoError, LimitError, WorkerError
        As :func:`track`.
    """
    with tempfile.TemporaryDirectory(prefix="tdscreen-") as folder:
        out = Path(folder) / "frame.npy"
        run_isolated(
            "tdscreen.tracking.jobs:frame_to_file",
            {
                "path": str(Path(path).absolute()),
                "out": str(out),
                "time_s": time_s,
                "settings": dataclasses.asdict(settings),
            },
            stall_timeout_s=settings.stall_timeout_s,
        )
        picture: NDArray[np.uint8] = np.load(out)
        return picture


def overlay(
    path: str | Path,
    out: str | Path,
    *,
    mirrored: bool = False,
    hands: bool = True,
    cache: TrackCache | bool = True,
    settings: VideoSettings = VIDEO,
    on_progress: OnProgress | None = None,
    cancel: threading.Event | None = None,
) -> None:
    """Write a copy of a clip, without sound, with the landmarks drawn on it.

    Parameters
    ----------
    path : str or Path
    out : str or Path
        An MP4 file that is not there yet.
    mirrored, hands, cache, settings, on_progress, cancel
        As for :func:`track`. The clip is gone through twice, to follow and to draw, and so is its progress.

    Raises
    ------
    InputError
        A file is in the way, or the folder is not there, or the name does not end in ``.mp4``; and as :func:`track`.
    VideoError, LimitError, WorkerError
        As :func:`track`.
    """
    target = Path(out).absolute()
    if target.suffix.lower() != ".mp4":
        raise InputError(f"The film is an MP4 file. Name one that ends in .mp4, not {target.name}.")
    require_new(target)
    tracks = track(
        path,
        mirrored=mirrored,
        hands=hands,
        cache=cache,
        settings=settings,
        on_progress=on_progress,
        cancel=cancel,
    )
    with tempfile.TemporaryDirectory(prefix="tdscreen-") as folder:
        followed = Path(folder) / "tracks.parquet"
        save_tracks(tracks, followed)
        # Written beside its place and renamed, so that a run cut short leaves no half film under the name asked for.
        part = target.with_name(f".{target.stem}.{uuid.uuid4().hex}.part.mp4")
        try:
            run_isolated(
                "tdscreen.tracking.jobs:overlay_to_file",
                {
                    "path": str(Path(path).absolute()),
                    "tracks": str(followed),
                    "out": str(part),
                    "settings": dataclasses.asdict(settings),
                },
                on_progress=on_progress,
                cancel=cancel,
                stall_timeout_s=settings.stall_timeout_s,
            )
            require_new(target)
            part.rename(target)
        finally:
            part.unlink(missing_ok=True)
