"""Seeded courses over time: what a movement is between -1 and 1, or between 0 and 1 for one that goes out and back.

Every course is made on an even grid that is fine enough for reading between its points (:data:`GRID_HZ`), so that it
does not depend on when a camera looks.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
Bouts = tuple[tuple[float, float], ...]

GRID_HZ = 480.0
"""Between two points a straight line misses an 8 Hz sine by at most 0.14%."""
EDGE_S = 0.25
"""A bout swells and fades this fast (assumed)."""
MIN_BOUT_S = 1.5
MIN_GAP_S = 1.5
"""Shorter bouts and gaps could not be told apart by any measure that looks at a second at a time (assumed)."""


def grid(duration_s: float) -> FloatArray:
    """Give the even times on which courses are made, a little past the clip's end.

    Returns
    -------
    ndarray, shape (n,)
        Seconds.
    """
    return np.asarray(np.arange(int(np.ceil((duration_s + 0.5) * GRID_HZ)) + 1) / GRID_HZ)


def bouts(duration_s: float, share: float, rng: np.random.Generator, *, start_s: float = 0.0) -> Bouts:
    """Place bouts that fill an exact share of a clip.

    Parameters
    ----------
    duration_s : float
    share : float
        0 to 1, of the whole clip.
    rng : numpy.random.Generator
    start_s : float
        No bout begins before.

    Returns
    -------
    tuple of (float, float)
        Start and end in seconds, in order; their lengths sum to ``share * duration_s``.
    """
    total = share * duration_s
    room = duration_s - start_s
    gap_total = room - total
    if total <= 0:
        return ()
    if gap_total < MIN_GAP_S:
        return ((start_s, duration_s),) if gap_total < 1e-9 else ((start_s, start_s + total),)
    most = max(1, min(int(total / MIN_BOUT_S), int(gap_total / MIN_GAP_S)))
    count = int(rng.integers(max(1, most // 2), most + 1))
    lengths = _parts(total, count, min(MIN_BOUT_S, total / count), rng)
    # One gap before each bout and one after the last.
    gaps = _parts(gap_total, count + 1, 0.0, rng)
    gaps[1:-1] = np.maximum(gaps[1:-1], min(MIN_GAP_S, gap_total / (count + 1)))
    gaps *= gap_total / gaps.sum()
    found, at = [], start_s
    for gap, length in zip(gaps, lengths, strict=False):
        found.append((float(at + gap), float(at + gap + length)))
        at += gap + length
    return tuple(found)


def _parts(total: float, count: int, least: float, rng: np.random.Generator) -> FloatArray:
    """Divide a length by chance into parts of at least a length."""
    return least + (total - count * least) * rng.dirichlet(np.full(count, 3.0))


def envelope(times_s: FloatArray, spans: Bouts, *, edge_s: float = EDGE_S) -> FloatArray:
    """Give 1 within bouts and 0 outside, with soft edges that lie within.

    A bout that reaches the clip's beginning has no edge there.

    Returns
    -------
    ndarray, shape (n,)
    """
    out = np.zeros_like(times_s)
    for start_s, end_s in spans:
        edge = min(edge_s, (end_s - start_s) / 4)
        rise = np.ones_like(times_s) if start_s <= 0 else _smooth((times_s - start_s) / edge)
        fall = _smooth((end_s - times_s) / edge) if end_s < times_s[-1] - 0.6 else np.ones_like(times_s)
        inside = (times_s >= start_s) & (times_s <= max(end_s, times_s[-1] if fall.min() == 1 else end_s))
        out = np.maximum(out, np.where(inside, np.minimum(rise, fall), 0.0))
    return out


def _smooth(x: FloatArray) -> FloatArray:
    """Rise from 0 to 1 as the least jerky movement does (Flash and Hogan 1985)."""
    x = np.clip(x, 0.0, 1.0)
    return np.asarray(x**3 * (10 - 15 * x + 6 * x**2))


def step(times_s: FloatArray, start_s: float, end_s: float, rise_s: float) -> FloatArray:
    """Give a posture: 0, smoothly to 1, kept, and back so as to be 0 at the end."""
    rise = min(rise_s, (end_s - start_s) / 2)
    return _smooth((times_s - start_s) / rise) * _smooth((end_s - times_s) / rise)


def through(times_s: FloatArray, keys: Sequence[tuple[float, Sequence[float]]]) -> FloatArray:
    """Give a path through places at times, at rest in each.

    Returns
    -------
    ndarray, shape (n, 3)
    """
    at = np.array([time_s for time_s, _ in keys])
    places = np.array([place for _, place in keys], dtype=np.float64)
    out = np.repeat(places[:1], len(times_s), axis=0)
    for i in range(len(at) - 1):
        share = _smooth((times_s - at[i]) / (at[i + 1] - at[i]))[:, None]
        out += share * (places[i + 1] - places[i])
    return out


def sine(times_s: FloatArray, rate_hz: float, phase: float) -> FloatArray:
    """Give a sine between -1 and 1; the phase is in radians."""
    return np.asarray(np.sin(2 * np.pi * rate_hz * times_s + phase))


def irregular(
    times_s: FloatArray, band_hz: tuple[float, float], spans: Bouts, rng: np.random.Generator
) -> FloatArray:
    """Give a course like chorea: rates within a band, no two cycles alike, -1 and 1 reached within the bouts.

    Noise within the band, of which the slow swelling and fading is halved, so that no second of a bout is still, and
    the extremes are drawn in, so that they are not rare.

    Returns
    -------
    ndarray, shape (n,)
    """
    x = band_noise(times_s, band_hz, rng)
    quadrature = np.imag(_analytic(x))
    swell = np.hypot(x, quadrature)
    x = np.tanh(1.2 * x / np.maximum(swell, 1e-3 * swell.max()) ** 0.6 / np.std(x) ** 0.4)
    within = np.zeros(len(times_s), dtype=np.bool_)
    for start_s, end_s in spans:
        # Where the edges do not make it smaller.
        within |= (times_s >= start_s + EDGE_S) & (times_s <= end_s - EDGE_S)
    inside = x[within] if within.any() else x
    low, high = float(inside.min()), float(inside.max())
    return np.asarray(np.clip((2 * x - low - high) / (high - low), -1.0, 1.0))


def tremor(times_s: FloatArray, rate_hz: float, rng: np.random.Generator) -> FloatArray:
    """Give a tremor: a narrow peak, its rate wandering by some 0.1 Hz and its size by a tenth, -1 and 1 reached."""
    wander = slow_noise(times_s, rng, highest_hz=0.3) * 0.1
    phase = 2 * np.pi * (rate_hz * times_s + np.cumsum(wander - wander.mean()) / GRID_HZ)
    size = 1.0 + 0.1 * slow_noise(times_s, rng, highest_hz=0.3)
    x = size * np.sin(phase + rng.uniform(0, 2 * np.pi))
    low, high = float(x.min()), float(x.max())
    return np.asarray((2 * x - low - high) / (high - low))


def event_times(
    duration_s: float,
    rate_hz: float,
    spans: Bouts,
    length_s: float,
    rng: np.random.Generator,
    *,
    regular: bool,
) -> FloatArray:
    """Choose when pulses begin: at a rate, whole within the bouts, one after the other.

    Parameters
    ----------
    duration_s : float
    rate_hz : float
    spans : tuple of (float, float)
    length_s : float
        Of a pulse.
    rng : numpy.random.Generator
    regular : bool
        If not, the time from one to the next varies by a third.

    Returns
    -------
    ndarray, shape (k,)
        Seconds, rising.
    """
    period = 1 / rate_hz
    found: list[float] = []
    for start_s, end_s in spans:
        at = start_s + 0.05 + (rng.uniform(0, 0.5 * period) if period > length_s else 0.0)
        while at + length_s <= min(end_s, duration_s - 0.05):
            found.append(at)
            away = period if regular else period * float(np.clip(rng.normal(1.0, 0.33), 0.4, 2.0))
            at += max(away, length_s)
    return np.array(found)


def pulses(times_s: FloatArray, starts_s: FloatArray, length_s: float) -> FloatArray:
    """Give a course that goes to 1 and back from each start on, smoothly, and lies at 0 between."""
    out = np.zeros_like(times_s)
    for start_s in starts_s:
        share = np.clip((times_s - start_s) / length_s, 0.0, 1.0)
        out = np.maximum(out, np.sin(np.pi * share) ** 2)
    return out


def blinks(times_s: FloatArray, starts_s: FloatArray) -> FloatArray:
    """Give the lids' closure: shut within 80 ms, open again within 170 ms (VanderWerf et al. 2003)."""
    out = np.zeros_like(times_s)
    for start_s in starts_s:
        down = _smooth((times_s - start_s) / 0.08)
        out = np.maximum(out, down * (1 - _smooth((times_s - start_s - 0.11) / 0.17)))
    return out


def speech(
    times_s: FloatArray, band_hz: tuple[float, float], spans: Bouts, rng: np.random.Generator
) -> FloatArray:
    """Give the mouth's opening in talking, 0 to 1: syllables at a rate within a band, phrases with pauses between.

    Syllables follow one another at 3 to 5 Hz (Chandrasekaran et al. 2009) and no two are as wide.

    Returns
    -------
    ndarray, shape (n,)
    """
    out = np.zeros_like(times_s)
    for start_s, end_s in spans:
        at = start_s + 0.1
        phrase_ends = at + rng.uniform(1.5, 3.5)
        while at < end_s - 0.4:
            length = 1 / rng.uniform(*band_hz)
            width = rng.uniform(0.35, 1.0)
            # A syllable overlaps its neighbours a little: the mouth seldom shuts between two.
            share = np.clip((times_s - at) / (1.25 * length), 0.0, 1.0)
            out = np.maximum(out, width * np.sin(np.pi * share) ** 2)
            at += length
            if at > phrase_ends:
                at += rng.uniform(0.25, 0.6)
                phrase_ends = at + rng.uniform(1.5, 3.5)
    most = float(out.max())
    return out / most if most > 0 else out


def slow_noise(times_s: FloatArray, rng: np.random.Generator, *, highest_hz: float) -> FloatArray:
    """Give a wandering of standard deviation 1, stronger the slower it is (1/f in power), up to a rate.

    Returns
    -------
    ndarray, shape (n,)
    """
    n = len(times_s)
    rates = np.fft.rfftfreq(n, 1 / GRID_HZ)
    strength = np.where(rates > 0, 1 / np.sqrt(np.maximum(rates, 0.05)), 0.0)
    strength *= 1 / (1 + (rates / highest_hz) ** 8)
    return _shaped(strength, n, rng)


def band_noise(times_s: FloatArray, band_hz: tuple[float, float], rng: np.random.Generator) -> FloatArray:
    """Give noise of standard deviation 1 within a band with soft edges; shape (n,)."""
    n = len(times_s)
    rates = np.fft.rfftfreq(n, 1 / GRID_HZ)
    low, high = band_hz
    soft = 0.05 * (high - low) + 1e-3
    strength = (1 + np.tanh((rates - low) / soft)) * (1 - np.tanh((rates - high) / soft))
    return _shaped(strength, n, rng)


def _shaped(strength: FloatArray, n: int, rng: np.random.Generator) -> FloatArray:
    spectrum = strength * (rng.normal(size=len(strength)) + 1j * rng.normal(size=len(strength)))
    spectrum[0] = 0.0
    x = np.fft.irfft(spectrum, n)
    return np.asarray((x - x.mean()) / x.std())


def _analytic(x: FloatArray) -> NDArray[np.complex128]:
    """Give the analytic signal, whose size is how far a narrow-band course swings at each time."""
    n = len(x)
    spectrum = np.fft.fft(x)
    weight = np.zeros(n)
    weight[0] = 1.0
    weight[1 : (n + 1) // 2] = 2.0
    if n % 2 == 0:
        weight[n // 2] = 1.0
    return np.asarray(np.fft.ifft(spectrum * weight))
