"""Signals become features: how far, how fast and how much of the time."""

from __future__ import annotations

from dataclasses import dataclass

Interval = tuple[float, float]


@dataclass(frozen=True)
class SignalFeatures:
    """What one signal shows, over its good spans only. Lengths are in the signal's unit (mm where not said otherwise).

    Attributes
    ----------
    name : str
        Region and measure, as ``lips.opening``.
    unit : str
        ``mm`` or ``deg``.
    assessed_s : float
        Time over which the signal was seen in spans of a second or more.
    noise_floor : float
        The detection limit: 95th percentile of the band-limited range in 1 s that stillness shows in this clip.
    noise_sd : float
        Standard deviation of the band-limited signal that stillness shows.
    amplitude : float
        Half the range from the 5th to the 95th percentile of band-limited displacement within moving windows,
        0 if none moves.
    percent_time_moving : float
        Share, 0 to 100, of assessed time in moving windows.
    peak_frequency_hz : float or None
        The frequency of most power of what moves, None if nothing moves.
    peak_frequency_interval_hz : (float, float) or None
    peak_width_hz : float or None
        Full width of the peak at half its height.
    peak_dominance : float or None
        Share of the power from 0.5 to 12 Hz (or as high as the clip can show) within 0.5 Hz of the peak.
    bouts : tuple of (float, float)
        Start and end in seconds of runs of moving windows.
    band_power : dict of str to float or None
        Power in ``0.5-3``, ``3-4``, ``4-7`` and ``7-12`` Hz, in unit squared; None for a band the clip cannot show.
    spectral_entropy : float or None
        0 for one frequency, 1 for white noise (Inouye et al. 1991).
    sample_entropy : float or None
        Richman and Moorman 2000, m = 2, r = 0.2 SD.
    submovements_per_s : float or None
        Pieces between zero crossings of velocity that exceed the noise.
    speed_median, speed_p95 : float or None
        Within moving windows, unit a second.
    log_dimensionless_jerk : float or None
        Balasubramanian et al. 2012; more negative is less smooth.
    """

    name: str
    unit: str
    assessed_s: float
    noise_floor: float
    noise_sd: float
    amplitude: float
    percent_time_moving: float
    peak_frequency_hz: float | None
    peak_frequency_interval_hz: Interval | None
    peak_width_hz: float | None
    peak_dominance: float | None
    bouts: tuple[Interval, ...]
    band_power: dict[str, float | None]
    spectral_entropy: float | None
    sample_entropy: float | None
    submovements_per_s: float | None
    speed_median: float | None
    speed_p95: float | None
    log_dimensionless_jerk: float | None
