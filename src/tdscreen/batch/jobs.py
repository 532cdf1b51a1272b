"""What runs in a process of its own: one clip, from its bytes to its measurement."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tdscreen.errors import InputError
from tdscreen.isolation import Progress
from tdscreen.settings import VIDEO, VideoSettings
from tdscreen.vocabulary import Task

Report = Callable[[Progress], None]


def measure_clip(
    *,
    path: str,
    task: str,
    mirrored: bool,
    hands: bool,
    settings: dict[str, Any],
    tracks_out: str | None,
    report: Report,
) -> dict[str, Any]:
    """Track and measure a clip, and leave its tracks in a file if one is named.

    Returns
    -------
    dict
        The :class:`~tdscreen.measurement.clip.ClipMeasurement`, as JSON knows it; or, under ``unwritten``, number and
        words of the system's error, if the tracks could not be written.
    """
    # On a busy machine, or from a slow disk, the libraries alone take their time.
    with _signs_of_life(report, Progress(0, 0.0, None)):
        from tdscreen.assessment.json_form import plain
        from tdscreen.measurement.measure import measure
        from tdscreen.tracking.store import save_tracks
        from tdscreen.tracking.tracker import track_video
    tracks = track_video(
        Path(path), mirrored=mirrored, hands=hands, video=VideoSettings(**settings), report=report
    )
    # To measure a long clip takes long, too.
    with _signs_of_life(report, Progress(tracks.timing.frames, tracks.timing.duration_s, None)):
        measured: dict[str, Any] = plain(measure(tracks, task=Task(task)))
        if tracks_out is not None:
            try:
                save_tracks(tracks, tracks_out)
            except InputError as error:
                # Of the disk and not of the clip: the batch is to stop, and no clip to be called a failure.
                if isinstance(error.__cause__, OSError):
                    return {"unwritten": [error.__cause__.errno, error.__cause__.strerror]}
                raise
    return measured


@contextlib.contextmanager
def _signs_of_life(report: Report, progress: Progress) -> Iterator[None]:
    """Report now and then during what takes its time, says nothing, and is no standing still."""
    done = threading.Event()

    def tell() -> None:
        while not done.wait(VIDEO.stall_timeout_s / 4):
            report(progress)

    thread = threading.Thread(target=tell, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()
