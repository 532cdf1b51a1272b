"""A long clip is measured in little more memory than its tracks take."""

from __future__ import annotations

import dataclasses
import tracemalloc
from collections.abc import Callable

import numpy as np

from tdscreen import api
from tdscreen.tracking.tracks import Tracks
from tdscreen.video.timing import timing_report


def repeated(tracks: Tracks, times: int) -> Tracks:
    """Let the same happen several times in a row."""
    n = len(tracks.times_s)
    fields = {field.name: getattr(tracks, field.name) for field in dataclasses.fields(tracks)}
    arrays = {
        name: np.concatenate([value] * times)
        for name, value in fields.items()
        if isinstance(value, np.ndarray) and name != "times_s"
    }
    times_s = np.arange(times * n) / 30
    return dataclasses.replace(
        tracks, times_s=times_s, timing=timing_report(times_s, arrays["repeated"]), **arrays
    )


def peak_bytes(tracks: Tracks) -> int:
    """Give the most that measuring takes beyond the tracks."""
    tracemalloc.start()
    try:
        api.measure(tracks)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_measuring_takes_no_more_than_twice_the_tracks_a_frame_however_long_the_clip(
    sample_tracks: Callable[[str], Tracks],
) -> None:
    rest = sample_tracks("rest.mp4")
    brief, long = repeated(rest, 2), repeated(rest, 8)
    api.measure(brief)  # so that what is made once is made
    more_frames = len(long.times_s) - len(brief.times_s)
    assert (peak_bytes(long) - peak_bytes(brief)) / more_frames < 2 * 8000
