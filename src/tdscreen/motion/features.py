"""Signals become features: how far, how fast and how much of the time."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from tdscreen.motion.bouts import find_bouts, moving_values, percent_time_moving
from tdscreen.motion.complexity import sample_entropy, thinned
from tdscreen.motion.filtering import remove_fast, remove_slow
from tdscreen.motion.kinematics import kinematics
from tdscreen.motion.repeats import repeats
from tdscreen.motion.spans import Bools, Floats, Grid, to_grid
from tdscreen.motion.spectrum import (
    BANDS_HZ,
    Spectrum,
    band_power,
    find_peak,
    power_spectrum,
    spectral_entropy,
    top_frequency_hz,
)
from tdscreen.motion.tremor import Tremor, find_tremor_peak, narrowband, regularity, why_not_separable
from tdscreen.motion.windows import amplitude
from tdscreen.settings import MOTION, MotionSettings

Interval = tuple[float, float]


@dataclass(frozen=True)
class SignalFeatures:
    """What one signal shows, over its good spans only. Lengths are in the signal's unit.

    Attributes
    ----------
    name : str
        Region and measure, as ``lips.opening``.
    unit : str
        ``mm``, ``mm2`` or ``deg``.
    assessed_s : float
        Time over which the signal was seen in spans of two seconds or more.
    noise_floor : float
        The detection limit: 95th percentile of the band-limited range in 1 s that stillness shows in this
        clip.
    noise_sd : float
        Standard deviation of the band-limited signal that stillness shows.
    amplitude : float
        Half the range from the 5th to the 95th percentile of band-limited displacement within bouts, 0 if there is
        none.
    percent_time_moving : float
        Share, 0 to 100, of assessed time in bouts.
    peak_frequency_hz : float or None
        The frequency of most power of what moves, None if nothing moves.
    peak_frequency_interval_hz : (float, float) or None
    peak_width_hz : float or None
        Full width of the peak at half its height.
    peak_dominance : float or None
        Share of the power from 0.5 to 12 Hz (or as high as the clip can show) within 0.5 Hz of the peak.
    bouts : tuple of (float, float)
        When it moves: start and end of each in seconds.
    band_power : dict of str to float or None
        Power in ``0.5-3``, ``3-4``, ``4-7`` and ``7-12`` Hz, in unit squared; None for a band the clip cannot
        show.
    spectral_entropy : float or None
        0 for one frequency, 1 for white noise (Inouye et al. 1991).
    sample_entropy : float or None
        Richman and Moorman 2000, m = 2, r = 0.2 SD.
    submovements_per_s : float or None
        Pieces between zero crossings of velocity that exceed the noise.
    speed_median, speed_p95 : float or None
        Within bouts, unit a second.
    log_dimensionless_jerk : float or None
        Balasubramanian et al. 2012; more negative is less smooth.
    peak_regularity : float or None
        Correlation of what moves with itself two periods of the peak later: 1 for a sine, near 0 if
        irregular. None if nothing moves, or for less than four periods.
    repeats : int
        How often it goes away and comes back within a second and a half, by more than the detection limit.
    tremor : Tremor or None
        A narrow, regular peak at 4 Hz or above; None if there is none.
    without_tremor : SignalFeatures or None
        The same of what is left when the tremor is set aside; None if there is no tremor.
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
    peak_regularity: float | None = None
    repeats: int = 0
    tremor: Tremor | None = None
    without_tremor: SignalFeatures | None = None


def signal_features(
    name: str,
    unit: str,
    x: Floats,
    times_s: Floats,
    *,
    noise_floor: float,
    noise_sd: float,
    highest_frequency_hz: float,
    settings: MotionSettings = MOTION,
) -> SignalFeatures:
    """Measure what one signal shows, over its good spans only.

    Parameters
    ----------
    name, unit : str
    x : ndarray, shape (n,)
        NaN where not seen, and where a picture only repeats the one before.
    times_s : ndarray, shape (n,)
        Strictly increasing, evenly spaced or not.
    noise_floor : float
        The detection limit: a second moves if its band-limited range exceeds it.
    noise_sd : float
        Standard deviation of the band-limited signal that stillness shows.
    highest_frequency_hz : float
        The highest frequency that the clip can show.

    Returns
    -------
    SignalFeatures
        With ``assessed_s`` 0 and nothing moving if there is no good span.

    Raises
    ------
    ValueError
        If the detection limit is not a number above zero: nothing may be called still without one.
    """
    if not (np.isfinite(noise_floor) and noise_floor > 0):
        raise ValueError(f"noise_floor must be above zero, not {noise_floor}.")
    whole = to_grid(x, times_s, settings=settings)
    wide = remove_slow(whole, settings=settings)
    limits = _Limits(noise_floor, noise_sd, highest_frequency_hz)
    features, moving_spectrum, marks = _features(name, unit, whole, wide, limits, settings)
    if moving_spectrum is None:
        return features
    top_hz = top_frequency_hz(highest_frequency_hz, settings=settings)
    found = find_tremor_peak(
        moving_spectrum, wide, marks, noise_sd=noise_sd, highest_hz=top_hz, settings=settings
    )
    if found is None:
        return features
    peak, steady = found
    part = narrowband(
        wide, peak_hz=peak.frequency_hz, width_hz=peak.width_hz, highest_hz=top_hz, settings=settings
    )
    left = wide.with_values([a.values - b.values for a, b in zip(wide.spans, part.spans, strict=True)])
    whole_left = whole.with_values(
        [a.values - b.values for a, b in zip(whole.spans, part.spans, strict=True)]
    )
    rest, left_spectrum, _ = _features(name, unit, whole_left, left, limits, settings)
    reason = why_not_separable(
        peak=peak,
        percent_time_left=rest.percent_time_moving,
        left_spectrum=left_spectrum,
        settings=settings,
    )
    tremor = Tremor(
        frequency_hz=peak.frequency_hz,
        interval_hz=peak.interval_hz,
        width_hz=peak.width_hz,
        regularity=steady,
        amplitude=amplitude(part, marks),
        separable=reason is None,
        reason=reason,
    )
    return replace(features, tremor=tremor, without_tremor=rest)


@dataclass(frozen=True)
class _Limits:
    noise_floor: float
    noise_sd: float
    highest_frequency_hz: float


def _features(
    name: str, unit: str, whole: Grid, wide: Grid, limits: _Limits, settings: MotionSettings
) -> tuple[SignalFeatures, Spectrum | None, list[Bools]]:
    """Measure everything but the tremor; return it with the spectrum and the marks of what moves."""
    top_hz = top_frequency_hz(limits.highest_frequency_hz, settings=settings)
    band, calm = remove_fast(wide, settings=settings), remove_fast(whole, settings=settings)
    found = find_bouts(band, calm, limit=limits.noise_floor, settings=settings)
    marks = moving_values(band, found)
    spectrum = power_spectrum(wide, settings=settings)
    moving_spectrum = power_spectrum(wide, marks, settings=settings) if found else None
    peak = entropy = steady = None
    if moving_spectrum is not None:
        peak = find_peak(moving_spectrum, low_hz=settings.band_low_hz, high_hz=top_hz, settings=settings)
        entropy = spectral_entropy(moving_spectrum, low_hz=settings.band_low_hz, high_hz=top_hz)
    if peak is not None:
        steady = regularity(wide, marks, frequency_hz=peak.frequency_hz)
    moved = kinematics(band, marks, smallest=limits.noise_floor, settings=settings)
    features = SignalFeatures(
        name=name,
        unit=unit,
        assessed_s=wide.assessed_s,
        noise_floor=limits.noise_floor,
        noise_sd=limits.noise_sd,
        amplitude=amplitude(band, marks),
        percent_time_moving=percent_time_moving(found, wide.assessed_s),
        peak_frequency_hz=None if peak is None else peak.frequency_hz,
        peak_frequency_interval_hz=None if peak is None else peak.interval_hz,
        peak_width_hz=None if peak is None else peak.width_hz,
        peak_dominance=None if peak is None else peak.dominance,
        bouts=found,
        band_power=(
            dict.fromkeys(BANDS_HZ)
            if spectrum is None
            else band_power(spectrum, highest_frequency_hz=limits.highest_frequency_hz)
        ),
        spectral_entropy=entropy,
        sample_entropy=_sample_entropy(band, marks, settings),
        submovements_per_s=None if moved is None else moved.submovements_per_s,
        speed_median=None if moved is None else moved.speed_median,
        speed_p95=None if moved is None else moved.speed_p95,
        log_dimensionless_jerk=None if moved is None else moved.log_dimensionless_jerk,
        peak_regularity=steady,
        repeats=repeats(calm, smallest=limits.noise_floor, settings=settings) if found else 0,
    )
    return features, moving_spectrum, marks


def _sample_entropy(band: Grid, marks: list[Bools], settings: MotionSettings) -> float | None:
    return sample_entropy(
        thinned(band, marks, settings=settings), max_templates=settings.sample_entropy_max_templates
    )
