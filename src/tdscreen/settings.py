"""Every threshold and limit, in one place, with its source.

A value marked *assumed* is a design choice that no source settles; a value marked *measured* was found on clips that
are not those it is reported on.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class VideoSettings:
    """Limits on what is read, and how the clock is judged."""

    max_duration_s: float = 1800.0
    """Longest clip that is scored (assumed; ``--max-duration``)."""
    max_file_bytes: int = 4 * 1024**3
    """Largest file that is opened (assumed; ``--max-size``)."""
    max_pixels: int = 4096 * 4096
    """Largest picture that is decoded; above it a file is taken for hostile (assumed)."""
    stall_timeout_s: float = 60.0
    """A worker that makes no progress for so long is ended (assumed)."""
    gap_s: float = 0.2
    """An interval between pictures longer than this is a gap: movement at 2.5 Hz could pass unseen (assumed)."""


@dataclass(frozen=True)
class MotionSettings:
    """The band, the window and the peak."""

    band_low_hz: float = 0.5
    band_high_hz: float = 7.0
    window_s: float = 1.0
    noise_percentile: float = 95.0
    tremor_low_hz: float = 4.0
    """A narrow peak at or above this is tremor-like: parkinsonian from 3 to 8, essential from 4 to 12 Hz."""


VIDEO = VideoSettings()
MOTION = MotionSettings()
