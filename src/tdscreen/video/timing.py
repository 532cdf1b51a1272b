"""When the pictures of a clip were taken, and what that allows to be seen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tdscreen.settings import VIDEO, VideoSettings


@dataclass(frozen=True)
class TimingReport:
    """How a clip's pictures lie in time.

    Attributes
    ----------
    frames : int
        Pictures that were decoded and have a time of their own.
    duration_s : float
        From the first picture to the end of the last (its usual interval included).
    effective_fps : float
        Distinct pictures a second: repeated ones do not count, unless nearly all pictures are equal
        (``VideoSettings.still_share``). Then the scene is still and free of noise, as a drawn clip can be,
        and equality says nothing about the camera: all pictures count.
    interval_median_s, interval_p05_s, interval_p95_s : float
        Spread of the intervals between pictures; NaN with fewer than two.
    repeated_frames : int
        Pictures equal to the one before.
    dropped_stamps : int
        Pictures left out because their time did not lie after that of the one before, or was missing.
    gaps_s : tuple of (float, float)
        Start and end of every interval longer than ``VideoSettings.gap_s``.
    highest_frequency_hz : float
        The highest frequency that this clip can show: 0.4 of the rate at which the slower parts of the clip
        deliver distinct pictures (five pictures for two periods), gaps set aside. The slower parts are the
        slowest tenth of the clip's time. 0 with fewer than two pictures.
    truncated : bool
        The file ended, or could not be decoded, before its declared end.
    decoded_share : float
        Share of the declared duration that was decoded, 0 to 1; 1.0 where none was declared.
    damaged_packets : int
        Pieces of the file that could not be read or decoded and were passed over.
    """

    frames: int
    duration_s: float
    effective_fps: float
    interval_median_s: float
    interval_p05_s: float
    interval_p95_s: float
    repeated_frames: int
    dropped_stamps: int
    gaps_s: tuple[tuple[float, float], ...]
    highest_frequency_hz: float
    truncated: bool
    decoded_share: float
    damaged_packets: int = 0


def timing_report(
    times_s: ArrayLike,
    repeated: ArrayLike,
    *,
    dropped_stamps: int = 0,
    declared_duration_s: float | None = None,
    truncated: bool = False,
    damaged_packets: int = 0,
    settings: VideoSettings = VIDEO,
) -> TimingReport:
    """Describe how a clip's pictures lie in time.

    Parameters
    ----------
    times_s : array_like, shape (n,)
        Presentation times in seconds, strictly increasing.
    repeated : array_like of bool, shape (n,)
        Whether the picture is that of the frame before.
    dropped_stamps : int
        Pictures left out for want of a usable time.
    declared_duration_s : float or None
        What the file says of its own length.
    truncated : bool
        The file is known to end before its declared end.
    damaged_packets : int
        Pieces of the file that were passed over.
    settings : VideoSettings

    Returns
    -------
    TimingReport

    Raises
    ------
    ValueError
        If the shapes differ or the times do not increase.
    """
    times = np.asarray(times_s, dtype=np.float64)
    same = np.asarray(repeated, dtype=np.bool_)
    if times.ndim != 1 or times.shape != same.shape:
        raise ValueError(
            f"times_s and repeated must be of one shape (n,), but are {times.shape} and {same.shape}"
        )
    intervals = np.diff(times)
    if np.any(intervals <= 0):
        raise ValueError("times_s must increase from picture to picture")
    frames = int(times.size)
    if frames < 2:
        return TimingReport(
            frames=frames,
            duration_s=0.0,
            effective_fps=0.0,
            interval_median_s=float("nan"),
            interval_p05_s=float("nan"),
            interval_p95_s=float("nan"),
            repeated_frames=int(same.sum()),
            dropped_stamps=dropped_stamps,
            gaps_s=(),
            highest_frequency_hz=0.0,
            truncated=truncated,
            decoded_share=1.0 if declared_duration_s is None else 0.0,
            damaged_packets=damaged_packets,
        )
    p05, median, p95 = (float(v) for v in np.percentile(intervals, [5, 50, 95]))
    duration_s = float(times[-1] - times[0] + median)
    still = same.mean() > settings.still_share
    distinct = times if still else times[~same]
    long = np.flatnonzero(intervals > settings.gap_s)
    return TimingReport(
        frames=frames,
        duration_s=duration_s,
        effective_fps=distinct.size / duration_s,
        interval_median_s=median,
        interval_p05_s=p05,
        interval_p95_s=p95,
        repeated_frames=int(same.sum()),
        dropped_stamps=dropped_stamps,
        gaps_s=tuple((float(times[i]), float(times[i + 1])) for i in long),
        highest_frequency_hz=_highest_frequency_hz(np.diff(distinct), gap_s=settings.gap_s),
        truncated=truncated,
        decoded_share=_decoded_share(duration_s, declared_duration_s, slack_s=max(median, p95)),
        damaged_packets=damaged_packets,
    )


def _highest_frequency_hz(intervals_s: NDArray[np.float64], *, gap_s: float) -> float:
    """Give 0.4 of the rate in the slowest tenth of the time (a weighted percentile), gaps set aside."""
    within = np.sort(intervals_s[intervals_s <= gap_s])
    if within.size == 0:
        return 0.0 if intervals_s.size == 0 else float(0.4 / np.median(intervals_s))
    elapsed = np.cumsum(within)
    slow = within[np.searchsorted(elapsed, 0.9 * elapsed[-1])]
    return float(0.4 / slow)


def _decoded_share(duration_s: float, declared_s: float | None, *, slack_s: float) -> float:
    """Give the share of the declared duration that was decoded; an interval less is all of it."""
    if declared_s is None or duration_s + slack_s >= declared_s:
        return 1.0
    return duration_s / declared_s
