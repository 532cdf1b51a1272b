"""Movements whose truth is known."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.signal import butter, sosfiltfilt

from tdscreen.motion.features import SignalFeatures, signal_features

Floats = NDArray[np.float64]


@pytest.fixture
def steady_s() -> Callable[..., Floats]:
    """Return times of pictures at a steady rate."""
    return lambda duration_s, fps=30: np.arange(round(duration_s * fps) + 1) / fps


@pytest.fixture
def irregular() -> Callable[..., Floats]:
    """Return a movement of random shape between two frequencies, of a given amplitude."""

    def make(times_s: Floats, low_hz: float, high_hz: float, *, amplitude: float, seed: int) -> Floats:
        rate = round(1 / float(np.median(np.diff(times_s))))
        noise = np.random.default_rng(seed).normal(size=len(times_s) + 40 * rate)
        sos = butter(2, [low_hz, high_hz], "bandpass", fs=rate, output="sos")
        x = sosfiltfilt(sos, noise)[20 * rate : 20 * rate + len(times_s)]
        low, high = np.percentile(x, [5, 95])
        return x * 2 * amplitude / (high - low)

    return make


@pytest.fixture
def measure() -> Callable[..., SignalFeatures]:
    """Measure with a detection limit of half a millimetre, as of noise of 0.1 mm."""

    def run(x: Floats, times_s: Floats, **options: float) -> SignalFeatures:
        limits = {"noise_floor": 0.5, "noise_sd": 0.1, "highest_frequency_hz": 12.0} | options
        return signal_features("lips.opening", "mm", x, times_s, **limits)

    return run
