"""How a movement's power lies over frequency: bands, the peak, its width, its dominance, its entropy."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from math import sqrt

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from scipy.fft import next_fast_len, rfft, rfftfreq
from scipy.signal import get_window
from scipy.special import stdtrit

from tdscreen.motion.spans import Bools, Floats, Grid, inner
from tdscreen.settings import MOTION, MotionSettings

BANDS_HZ: dict[str, tuple[float, float]] = {
    "0.5-3": (0.5, 3.0),
    "3-4": (3.0, 4.0),
    "4-7": (4.0, 7.0),
    "7-12": (7.0, 12.0),
}
"""Slow movement, speech, tremor and rabbit syndrome, fast tremor."""

_PADDING = 4
_SEGMENTS_AT_ONCE = 256
_BAND_TOLERANCE = 0.03
"""A clip of 29.97 pictures a second shows 11.99 Hz: a band is shown if its upper edge is missed by less than
this."""
_PEAK_INTERVAL_FACTOR = 3.5
"""By how much the variance of the peak's place exceeds its Cramer-Rao bound with tapered, overlapping
segments (measured by simulation, sine in white noise; the test repeats the coverage)."""
_CLOCK_SD_HZ = 0.002
"""Times rounded to a millisecond, and the grid, move a peak by less than this (measured)."""


@dataclass(frozen=True)
class Spectrum:
    """A one-sided power spectral density, averaged over segments of the good spans.

    Attributes
    ----------
    frequencies_hz : ndarray, shape (k,)
    density : ndarray, shape (k,)
        Unit squared per hertz; its integral is the variance.
    segment_s : float
        Length of a segment: its inverse is the resolution.
    averaged_s : float
        How much time the average rests on.
    each : ndarray, shape (s, k)
        The density of each segment: ``density`` is their mean, weighted.
    weights : ndarray, shape (s,)
        By the good time in each, above 0.
    """

    frequencies_hz: Floats
    density: Floats
    segment_s: float
    averaged_s: float
    each: Floats
    weights: Floats

    def power(self, low_hz: float, high_hz: float) -> float:
        """Return the integral of the density from one frequency to another, in unit squared."""
        step_hz = self.frequencies_hz[1]
        total = np.r_[0.0, np.cumsum(self.density) * step_hz]
        edges_hz = np.r_[self.frequencies_hz - step_hz / 2, self.frequencies_hz[-1] + step_hz / 2]
        low, high = np.interp([low_hz, high_hz], edges_hz, total)
        return float(high - low)


@dataclass(frozen=True)
class Peak:
    """The frequency of most power.

    Attributes
    ----------
    frequency_hz : float
    interval_hz : (float, float)
        95%: how precisely a steady movement's rate is known, or a wandering one's average rate; from the lowest
        to the highest of the peaks that may as well be the highest.
    width_hz : float
        Full width at half height; a segment of 4 s alone makes 0.36 Hz.
    dominance : float
        Share of the power looked at within 0.5 Hz of the peak, 0 to 1.
    power : float
        Unit squared within 0.5 Hz of the peak.
    """

    frequency_hz: float
    interval_hz: tuple[float, float]
    width_hz: float
    dominance: float
    power: float


@lru_cache(maxsize=64)
def _taper(length: int) -> Floats:
    return np.asarray(get_window("hann", length))


def power_spectrum(
    grid: Grid, marks: list[Bools] | None = None, *, settings: MotionSettings = MOTION
) -> Spectrum | None:
    """Average the spectra of half-overlapping, Hann-tapered segments, weighted by the good time in them.

    This is Welch's estimate (1967) that leaves out what was not seen, as MNE-Python does it: no segment
    crosses a gap, and the result is the weighted mean over spans. On one span that segments fill exactly it
    equals Welch's. A span shorter than a segment is one short segment.

    Parameters
    ----------
    grid : Grid
        Displacement from which slow change was removed.
    marks : list of ndarray of bool, optional
        As :func:`tdscreen.motion.bouts.moving_values`: a segment counts by the share of marked values in
        it.

    Returns
    -------
    Spectrum or None
        None if no segment has weight.
    """
    full = round(settings.segment_s * grid.rate_hz)
    size = next_fast_len(_PADDING * full, real=True)
    densities: list[Floats] = []
    counts: list[Floats] = []
    longest = 0
    segments: dict[int, list[tuple[Floats, Floats]]] = {}
    for index, span in enumerate(grid.spans):
        mark = marks[index] if marks is not None else None
        if mark is not None and not mark.any():
            continue
        length = min(full, len(span.values))
        starts, weights = _segments(len(span.values), length, full)
        if mark is not None:
            covered = np.r_[0, np.cumsum(mark)]
            weights = weights * (covered[starts + length] - covered[starts]) / length
            starts, weights = starts[weights > 0], weights[weights > 0]
        pieces = sliding_window_view(span.values, length)[starts]
        segments.setdefault(length, []).append((pieces, weights))
        longest = max(longest, length)
    # Those of one length together: what a transform costs hardly depends on how many there are.
    for length, found in segments.items():
        pieces = np.concatenate([one for one, _ in found])
        weights = np.concatenate([each for _, each in found])
        taper = _taper(length)
        for first in range(0, len(pieces), _SEGMENTS_AT_ONCE):
            some = pieces[first : first + _SEGMENTS_AT_ONCE]
            some = (some - some.mean(axis=1, keepdims=True)) * taper
            transformed = rfft(some, size, axis=1)
            power = np.square(transformed.real) + np.square(transformed.imag)
            power[:, 1 : (size + 1) // 2] *= 2
            densities.append(power / (grid.rate_hz * inner(taper, taper)))
        counts.append(weights)
    if not densities:
        return None
    each, weight = np.concatenate(densities), np.concatenate(counts)
    hop_s = full / 2 / grid.rate_hz
    length_s = longest / grid.rate_hz
    return Spectrum(
        rfftfreq(size, 1 / grid.rate_hz),
        np.average(each, axis=0, weights=weight),
        length_s,
        max(float(weight.sum()) * hop_s, min(length_s, hop_s)),
        each,
        weight,
    )


def _segments(n: int, length: int, full: int) -> tuple[NDArray[np.intp], Floats]:
    """Return the first value of each segment, and its weight: 1 for a full hop of new time."""
    if length < full:
        return np.zeros(1, dtype=np.intp), np.array([length / (full - full // 2)])
    hop = full - full // 2
    starts = np.arange(0, n - length + 1, hop)
    weights = np.ones(len(starts))
    rest = n - length - starts[-1]
    if rest:
        starts, weights = np.r_[starts, n - length], np.r_[weights, rest / hop]
    return starts, weights


def top_frequency_hz(highest_frequency_hz: float, *, settings: MotionSettings = MOTION) -> float:
    """Return up to where a clip's spectrum is looked at."""
    return min(settings.spectrum_high_hz, highest_frequency_hz)


def band_power(spectrum: Spectrum, *, highest_frequency_hz: float) -> dict[str, float | None]:
    """Return the power in each of :data:`BANDS_HZ`, in unit squared; None where the clip cannot show it."""
    return {
        name: spectrum.power(low, high) if high <= highest_frequency_hz * (1 + _BAND_TOLERANCE) else None
        for name, (low, high) in BANDS_HZ.items()
    }


def find_peak(
    spectrum: Spectrum, *, low_hz: float, high_hz: float, settings: MotionSettings = MOTION
) -> Peak | None:
    """Find the frequency of most power between two frequencies.

    The place of the peak is refined between the frequencies of the spectrum by a parabola through the
    logarithms. Its variance is the Cramer-Rao bound of a sine in white noise of the density beside it (Rife
    and Boorstyn 1974), for one segment, over the number of segments, plus that of the mean of a rate that
    wanders as much as the peak is wider than a segment makes it. Where another peak of half the height or more
    may as well be the highest, the interval reaches to that one: speech has several of about one height, and
    a picture more or less decides between them.

    Returns
    -------
    Peak or None
        None if nothing lies between, or it has no power.
    """
    frequencies_hz, density = spectrum.frequencies_hz, spectrum.density
    inside = np.flatnonzero((frequencies_hz >= low_hz - 1e-9) & (frequencies_hz <= high_hz + 1e-9))
    if inside.size < 3 or density[inside].max() <= 0:
        return None
    top = int(inside[np.argmax(density[inside])])
    place, height = _summit(frequencies_hz, density, top)
    width_hz = _full_width(frequencies_hz, density, top, height)
    near = (max(low_hz, place - 0.5), min(high_hz, place + 0.5))
    power = spectrum.power(*near)
    whole = spectrum.power(settings.band_low_hz, max(high_hz, settings.band_low_hz))
    beside = np.abs(frequencies_hz[inside] - place) > max(width_hz, 2 / spectrum.segment_s)
    floor = float(np.median(density[inside][beside])) if beside.any() else height

    segments = max(spectrum.averaged_s / spectrum.segment_s, 1.0)
    square = 2 * max(power - floor * (near[1] - near[0]), power * 0.01)
    sine = 3 * floor / (np.pi**2 * square * spectrum.segment_s**3)
    resolution_hz = 1.44 / spectrum.segment_s
    wander = max(width_hz**2 - (1.1 * resolution_hz) ** 2, 0.0) / 2.355**2
    sd_hz = sqrt((_PEAK_INTERVAL_FACTOR * sine + wander) / segments + _CLOCK_SD_HZ**2)
    highest_hz = [place] + [_summit(frequencies_hz, density, k)[0] for k in _rivals(spectrum, top, inside)]
    return Peak(
        frequency_hz=place,
        interval_hz=(max(min(highest_hz) - 1.96 * sd_hz, 0.0), max(highest_hz) + 1.96 * sd_hz),
        width_hz=width_hz,
        dominance=min(power / whole, 1.0) if whole > 0 else 0.0,
        power=power,
    )


def _summit(frequencies_hz: Floats, density: Floats, top: int) -> tuple[float, float]:
    """Return where a peak is highest between the points of the spectrum, in Hz, and how high."""
    place, height = float(frequencies_hz[top]), float(density[top])
    if 0 < top < len(density) - 1 and density[top] >= max(density[top - 1], density[top + 1]):
        left, middle, right = np.log(np.maximum(density[top - 1 : top + 2], height * 1e-12))
        curve = left - 2 * middle + right
        if curve < 0:
            shift = (left - right) / (2 * curve)
            place += float(shift) * float(frequencies_hz[1])
            height *= float(np.exp(-((left - right) ** 2) / (8 * curve)))
    return place, height


def _rivals(spectrum: Spectrum, top: int, inside: NDArray[np.intp]) -> list[int]:
    """Return the other peaks of which the segments do not say that they are lower than the highest.

    The difference of two heights is a mean over segments, and a t-test of pairs says whether it is above 0:
    a movement's own harmonics keep their share in every segment and are told apart, given time. Less than two
    segments' time decides nothing: in less than some 12 s of movement an overtone of three quarters of the
    amplitude widens the interval.
    """
    density = spectrum.density
    one = inside[1:-1]
    others: NDArray[np.intp] = one[
        (density[one] >= density[top] / 2)
        & (density[one] >= density[one - 1])
        & (density[one] >= density[one + 1])
        & (one != top)
    ]
    count = spectrum.averaged_s / spectrum.segment_s
    if count >= 2 and others.size:
        # Not by a matrix library, whose last digits go by its threads: see inner().
        lower = spectrum.each[:, [top]] - spectrum.each[:, others]
        mean = np.average(lower, axis=0, weights=spectrum.weights)
        variance = np.average(np.square(lower - mean), axis=0, weights=spectrum.weights)
        error = np.sqrt(variance / (count - 1))
        others = others[mean < stdtrit(count - 1, 0.975) * error]
    return [int(k) for k in others]


def _full_width(frequencies_hz: Floats, density: Floats, top: int, height: float) -> float:
    """Return the full width of a peak at half its height, between the points of the spectrum."""
    below = density < height / 2
    left = top - int(np.argmax(below[top::-1])) if below[: top + 1].any() else 0
    right = top + int(np.argmax(below[top:])) if below[top:].any() else len(density) - 1

    def crossing(outer: int, inner: int) -> float:
        if outer == inner or density[inner] <= density[outer]:
            return float(frequencies_hz[outer])
        share = (height / 2 - density[outer]) / (density[inner] - density[outer])
        return float(
            frequencies_hz[outer] + np.clip(share, 0, 1) * (frequencies_hz[inner] - frequencies_hz[outer])
        )

    return crossing(right, max(right - 1, top)) - crossing(left, min(left + 1, top))


def spectral_entropy(spectrum: Spectrum, *, low_hz: float, high_hz: float) -> float | None:
    """Return how evenly the power lies over frequency: near 0 for one rate, 1 for white noise.

    Inouye et al. 1991: Shannon's entropy of the share of the power in each band of one resolution (the
    inverse of a segment), over that of equal shares. A few seconds of white noise have about 0.9, since their
    spectrum is rough.

    Returns
    -------
    float or None
        None if there is no power between the two frequencies, or not two bands.
    """
    count = int((high_hz - low_hz) * spectrum.segment_s)
    if count < 2:
        return None
    edges_hz = np.linspace(low_hz, high_hz, count + 1)
    power = np.array([spectrum.power(a, b) for a, b in pairwise(edges_hz.tolist())])
    if power.sum() <= 0:
        return None
    share = power[power > 0] / power.sum()
    return -inner(share, np.log(share)) / float(np.log(count))
