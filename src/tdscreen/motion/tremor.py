"""Telling a tremor from other movement, and setting it aside so that the rest can be looked at."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tdscreen.motion.filtering import remove_slow, smooth
from tdscreen.motion.spans import Bools, Floats, Grid, from_grid, inner, refine, to_grid
from tdscreen.motion.spectrum import Peak, Spectrum, find_peak
from tdscreen.settings import MOTION, MotionSettings

NOT_DISTINGUISHABLE = "A tremor and another movement cannot be told apart here."


_BANDWIDTH_IN_WIDTHS = 1.5
_EDGE_HZ = 0.01
_FEWEST_STEPS_IN_PERIOD = 12
"""Two periods are then met to within a 24th of one, where a sine still correlates with itself by 0.97."""


@dataclass(frozen=True)
class Tremor:
    """A narrow-band movement, and whether the rest can be looked at without it.

    Attributes
    ----------
    frequency_hz : float
    interval_hz : (float, float)
    width_hz : float
    regularity : float
        Correlation with itself two periods later, -1 to 1.
    amplitude : float
        Of the sinusoid that was set aside, as :attr:`SignalFeatures.amplitude`.
    separable : bool
        Whether what is left may be read as a movement of its own (or as none).
    reason : str or None
        Why it may not; None if it may.
    """

    frequency_hz: float
    interval_hz: tuple[float, float]
    width_hz: float
    regularity: float
    amplitude: float
    separable: bool
    reason: str | None


def regularity(grid: Grid, marks: list[Bools] | None, *, frequency_hz: float) -> float | None:
    """Return how well a movement foretells itself two periods later: 1 for a sine, near 0 if irregular.

    The largest correlation of marked values with those 2 periods later, give or take a fifth of a period.
    Spans too short for that do not count.

    Parameters
    ----------
    grid : Grid
        Displacement without slow change.
    marks : list of ndarray of bool, optional
        Values that count; all if not given.
    frequency_hz : float

    Returns
    -------
    float or None
        None if no span holds two periods and as much again to compare.
    """
    parts = int(np.ceil(_FEWEST_STEPS_IN_PERIOD * frequency_hz / grid.rate_hz))
    centre = 2 * parts * grid.rate_hz / frequency_hz
    lags = np.unique(np.linspace(0.9 * centre, 1.1 * centre, 11).round().astype(int))
    long_enough = [
        (span.values, np.ones(len(span.values), np.bool_) if marks is None else marks[index])
        for index, span in enumerate(grid.spans)
        if len(span.values) * parts >= 2 * lags[-1]
    ]
    if not long_enough:
        return None
    # All spans in one row, so far apart that none is compared with the next.
    apart = np.zeros(int(lags[-1]))
    row, counts = [], []
    for values, mark in refine([v for v, _ in long_enough], [m for _, m in long_enough], parts):
        row += [np.where(mark, values, 0.0), apart]
        counts += [mark.astype(np.float64), apart]
    marked, counted = np.concatenate(row), np.concatenate(counts)
    squared = np.square(marked)
    best = None
    for lag in lags:
        product = inner(marked[:-lag], marked[lag:])
        first, second = inner(squared[:-lag], counted[lag:]), inner(squared[lag:], counted[:-lag])
        if first > 0 and second > 0:
            value = float(product / np.sqrt(first * second))
            best = value if best is None else max(best, value)
    return best


def narrowband(
    grid: Grid, *, peak_hz: float, width_hz: float, highest_hz: float, settings: MotionSettings = MOTION
) -> Grid:
    """Return the slowly varying sinusoid at a frequency, and at its multiples as far as they are looked at.

    The signal is turned back by the frequency, what varies slower than ``settings.tremor_bandwidth_hz`` is
    kept, and turned forward again (complex demodulation; Bloomfield 1976): size and rate of the tremor may
    wander, the more the wider its peak, but what is slower than 3 Hz is left alone.

    Parameters
    ----------
    grid : Grid
        Displacement without slow change.
    peak_hz, width_hz, highest_hz : float
        The peak's place and full width, and the highest frequency looked at.
    """
    bandwidth_hz = max(
        min(_BANDWIDTH_IN_WIDTHS * width_hz, peak_hz - settings.tremor_clear_hz), settings.tremor_bandwidth_hz
    )
    orders = np.arange(1, max(int(highest_hz / peak_hz), 1) + 1)
    if not grid.spans:
        return grid
    edges = np.cumsum([len(span.values) for span in grid.spans])[:-1]
    values = np.concatenate([span.values for span in grid.spans])
    steps = np.concatenate([np.arange(len(span.values)) for span in grid.spans])
    angle = 2 * np.pi * peak_hz * steps / grid.rate_hz
    part = np.zeros(len(values))
    # The second pass finds what the first missed at the edges of a span.
    for order in np.tile(orders, 2):
        left, turn = values - part, np.exp(-1j * order * angle)
        turned: Floats = 2.0 * np.column_stack([left * turn.real, left * turn.imag])
        slow = np.concatenate(
            smooth(
                np.split(turned, edges), rate_hz=grid.rate_hz, frequency_hz=bandwidth_hz, gain=0.5, order=2
            )
        )
        part += slow[:, 0] * turn.real + slow[:, 1] * turn.imag
    return grid.with_values(np.split(part, edges))


def remove_narrowband(
    x: Floats,
    times_s: Floats,
    spans: tuple[slice, ...],
    *,
    peak_hz: float,
    width_hz: float,
    highest_frequency_hz: float,
    settings: MotionSettings = MOTION,
) -> Floats:
    """Subtract the slowly varying sinusoid at a frequency and its multiples, and leave the rest.

    Parameters
    ----------
    x : ndarray, shape (n,)
        NaN where not seen.
    times_s : ndarray, shape (n,)
    spans : tuple of slice
        The good spans of ``x``.
    peak_hz, width_hz, highest_frequency_hz : float
        The tremor's rate, the full width of its peak, and the highest frequency that the clip can show.

    Returns
    -------
    ndarray, shape (n,)
        NaN outside of the spans.
    """
    grid = remove_slow(to_grid(x, times_s, spans, settings=settings), settings=settings)
    highest_hz = min(settings.spectrum_high_hz, highest_frequency_hz)
    sinusoid = narrowband(grid, peak_hz=peak_hz, width_hz=width_hz, highest_hz=highest_hz, settings=settings)
    return np.asarray(x - from_grid(sinusoid, times_s, spans))


def find_tremor_peak(
    spectrum: Spectrum,
    grid: Grid,
    marks: list[Bools],
    *,
    noise_sd: float,
    highest_hz: float,
    settings: MotionSettings = MOTION,
) -> tuple[Peak, float] | None:
    """Find a narrow, regular peak from ``settings.tremor_low_hz`` up to the highest frequency looked at.

    It must be narrow, stand above the noise, repeat itself two periods
    later once slower movement is taken out, and not be a multiple of a stronger, regular, slower movement
    (whose sharp turns make such peaks).

    Parameters
    ----------
    spectrum : Spectrum
        Of what moves.
    grid : Grid
        Displacement without slow change.
    marks : list of ndarray of bool
        What moves.
    noise_sd : float
        Standard deviation that stillness shows.
    highest_hz : float

    Returns
    -------
    (Peak, float) or None
        The peak and its regularity.
    """
    # A peak on the lower edge belongs to something slower, unless it stands there by itself.
    peak = find_peak(spectrum, low_hz=settings.tremor_low_hz - 0.25, high_hz=highest_hz, settings=settings)
    if peak is None or peak.frequency_hz < settings.tremor_low_hz - _EDGE_HZ:
        return None
    sure = peak.frequency_hz >= settings.tremor_sure_hz - _EDGE_HZ
    narrow = peak.width_hz <= (settings.tremor_max_width_hz if sure else settings.tremor_slow_max_width_hz)
    if not narrow or peak.power <= noise_sd**2 or _is_multiple(spectrum, peak, settings):
        return None
    fast = _faster_than(grid, peak.frequency_hz - 1.5)
    steady = regularity(fast, marks, frequency_hz=peak.frequency_hz)
    least = settings.tremor_min_regularity if sure else settings.tremor_slow_min_regularity
    if steady is None or steady < least:
        return None
    return peak, steady


def _faster_than(grid: Grid, frequency_hz: float) -> Grid:
    slow = smooth(
        [s.values for s in grid.spans], rate_hz=grid.rate_hz, frequency_hz=frequency_hz, gain=0.5, order=4
    )
    return grid.with_values([s.values - v for s, v in zip(grid.spans, slow, strict=True)])


def _is_multiple(spectrum: Spectrum, peak: Peak, settings: MotionSettings) -> bool:
    slower = find_peak(
        spectrum, low_hz=settings.band_low_hz, high_hz=settings.tremor_low_hz - 0.25, settings=settings
    )
    if slower is None or slower.width_hz > settings.tremor_max_width_hz / 2 or slower.power < 4 * peak.power:
        return False
    multiple = round(peak.frequency_hz / slower.frequency_hz)
    return abs(peak.frequency_hz - multiple * slower.frequency_hz) < 0.05 * multiple


def why_not_separable(
    *,
    peak: Peak,
    percent_time_left: float,
    left_spectrum: Spectrum | None,
    settings: MotionSettings = MOTION,
) -> str | None:
    """Say why what is left beside a tremor cannot be read as a movement of its own; None if it can.

    It can if hardly a window still moves (then nothing is left), or if most of its power lies away from the
    tremor.

    Parameters
    ----------
    peak : Peak
        The tremor.
    percent_time_left : float
        Share, 0 to 100, of the time in which what is left moves.
    left_spectrum : Spectrum or None
        Of what is left and moves.
    """
    if left_spectrum is None or percent_time_left <= settings.chance_percent:
        return None
    reach_hz = 2 * settings.tremor_bandwidth_hz
    near = left_spectrum.power(peak.frequency_hz - reach_hz, peak.frequency_hz + reach_hz)
    whole = left_spectrum.power(settings.band_low_hz, settings.spectrum_high_hz)
    return NOT_DISTINGUISHABLE if near > whole / 2 else None
