"""When the pictures of a clip were taken, and what that allows to be seen."""

from __future__ import annotations

from dataclasses import dataclass


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
        Distinct pictures a second: repeated ones do not count.
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
        deliver distinct pictures (five pictures for two periods).
    truncated : bool
        The file ended, or could not be decoded, before its declared end.
    decoded_share : float
        Share of the declared duration that was decoded, 0 to 1; 1.0 where none was declared.
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
