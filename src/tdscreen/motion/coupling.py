"""Two movements together: left and right, face and hand."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.signal import get_window

from tdscreen.motion.filtering import remove_fast, remove_slow
from tdscreen.motion.spans import Floats, good_spans, grid_rate_hz, inner, to_grid
from tdscreen.settings import MOTION, MotionSettings

_FEWEST_SEGMENTS = 3
"""Coherence of one segment is always 1; with three chance alone gives a third."""

_AS_GOOD = 0.02
"""Correlations that differ by less than this are alike (assumed)."""


@dataclass(frozen=True)
class Coupling:
    """How two signals move together, over the spans in which both were seen.

    Attributes
    ----------
    common_s : float
        Length of those spans.
    correlation : float
        At the best lag, -1 to 1: negative if one goes up as the other goes down.
    lag_s : float
        By how much the second follows the first; negative if it leads.
    coherence : float or None
        Magnitude-squared coherence, 0 to 1, at the frequency where both have most power together; None where
        fewer than three segments of ``MotionSettings.segment_s`` (overlapping by half) can be averaged.
    coherence_frequency_hz : float or None
    coherence_chance : float or None
        What unrelated signals stay below in 95 of 100 clips of this length.
    """

    common_s: float
    correlation: float
    lag_s: float
    coherence: float | None
    coherence_frequency_hz: float | None
    coherence_chance: float | None


def coupling(
    first: Floats, second: Floats, times_s: Floats, *, settings: MotionSettings = MOTION
) -> Coupling | None:
    """Compare two signals of one clip.

    Parameters
    ----------
    first, second : ndarray, shape (n,)
        NaN where not seen.
    times_s : ndarray, shape (n,)

    Returns
    -------
    Coupling or None
        None if there is no span of ``settings.min_span_s`` in which both were seen, or one of them does not
        vary.
    """
    both = np.isfinite(first) & np.isfinite(second)
    spans = good_spans(times_s, both, max_gap_s=settings.max_gap_s, min_duration_s=settings.min_span_s)
    if not spans:
        return None
    rate_hz = grid_rate_hz(times_s, both, spans, settings=settings)
    pairs = [_pair(np.where(both, x, np.nan), times_s, spans, rate_hz, settings) for x in (first, second)]
    a, b = pairs
    if not any(v.any() for v in a) or not any(v.any() for v in b):
        return None
    correlation, lag = _best_lag(a, b, round(settings.coupling_max_lag_s * rate_hz))
    coherence = _coherence(a, b, rate_hz, settings)
    return Coupling(
        common_s=sum(len(v) - 1 for v in a) / rate_hz,
        correlation=correlation,
        lag_s=lag / rate_hz,
        coherence=None if coherence is None else coherence[0],
        coherence_frequency_hz=None if coherence is None else coherence[1],
        coherence_chance=None if coherence is None else coherence[2],
    )


def _pair(
    x: Floats, times_s: Floats, spans: tuple[slice, ...], rate_hz: int, settings: MotionSettings
) -> list[Floats]:
    grid = remove_slow(to_grid(x, times_s, spans, rate_hz=rate_hz, settings=settings), settings=settings)
    return [span.values for span in remove_fast(grid, settings=settings).spans]


def _best_lag(a: list[Floats], b: list[Floats], max_lag: int) -> tuple[float, int]:
    """Return the largest correlation over all spans, of either sign, and its lag in steps.

    A rhythm fits as well a period later: of lags about as good as the best the shortest is taken.
    """
    found: dict[int, float] = {}
    for lag in range(-max_lag, max_lag + 1):
        product, power_a, power_b = 0.0, 0.0, 0.0
        for x, y in zip(a, b, strict=True):
            if len(x) <= 2 * abs(lag):
                continue
            head = x[: len(x) - lag] if lag >= 0 else x[-lag:]
            tail = y[lag:] if lag >= 0 else y[: len(y) + lag]
            product += inner(head, tail)
            power_a += inner(head, head)
            power_b += inner(tail, tail)
        if power_a > 0 and power_b > 0:
            found[lag] = product / float(np.sqrt(power_a * power_b))
    largest = max(map(abs, found.values()))
    # Within one turn the correlation itself tells the better lag; only another turn must be as good to count.
    turns = [lag for lag in found if abs(found[lag]) >= max(abs(found.get(lag + k, 0.0)) for k in (-1, 1))]
    best = min((lag for lag in turns if abs(found[lag]) >= largest - _AS_GOOD), key=abs)
    return found[best], best


def _coherence(
    a: list[Floats], b: list[Floats], rate_hz: int, settings: MotionSettings
) -> tuple[float, float, float] | None:
    """Return the coherence where the product of both spectra is largest, that frequency, and chance's 95%."""
    length = round(settings.segment_s * rate_hz)
    taper = get_window("hann", length)
    spectra_a, spectra_b = [], []
    for x, y in zip(a, b, strict=True):
        starts = np.arange(0, len(x) - length + 1, length // 2)
        at = starts[:, None] + np.arange(length)
        spectra_a.append(np.fft.rfft(x[at] * taper, axis=1))
        spectra_b.append(np.fft.rfft(y[at] * taper, axis=1))
    fa, fb = np.concatenate(spectra_a), np.concatenate(spectra_b)
    if len(fa) < _FEWEST_SEGMENTS:
        return None
    frequency_hz = np.fft.rfftfreq(length, 1 / rate_hz)
    inside = (frequency_hz >= settings.band_low_hz) & (frequency_hz <= settings.band_high_hz)
    power = (np.mean(np.abs(fa) ** 2, axis=0) * np.mean(np.abs(fb) ** 2, axis=0))[inside]
    cross = (np.abs(np.mean(fa * np.conj(fb), axis=0)) ** 2)[inside]
    top = int(np.argmax(power))
    # Halliday et al. 1995; half-overlapping Hann segments count for 18/19 of as many independent ones
    # (Nuttall 1971).
    chance = 1 - 0.05 ** (1 / (len(fa) * 18 / 19 - 1))
    return float(cross[top] / power[top]), float(frequency_hz[inside][top]), float(chance)
