"""Time the features of an hour of landmarks, and whether the time grows in proportion to the length.

Run it as ``python benchmarks/feature_core.py``. It needs no clip.
"""

from __future__ import annotations

import time

import numpy as np
from numpy.typing import NDArray

from tdscreen.motion.features import signal_features

SIGNALS = 30
FPS = 30


def recording(duration_s: float, seed: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return uneven times and a signal that moves for a third of them, trembles for a third, and has gaps."""
    rng = np.random.default_rng(seed)
    n = round(duration_s * FPS)
    times_s = np.arange(n) / FPS + rng.uniform(0, 0.005, n)
    phase = (times_s % 90) // 30
    x = rng.normal(0, 0.1, n)
    x[phase == 1] += 3 * np.sin(2 * np.pi * 1.5 * times_s[phase == 1])
    x[phase == 2] += 2 * np.sin(2 * np.pi * 5.0 * times_s[phase == 2])
    x[(times_s % 20) < 0.4] = np.nan
    return x, times_s


def seconds_for(duration_s: float) -> float:
    """Return the time that all signals of a recording take."""
    recordings = [recording(duration_s, seed) for seed in range(SIGNALS)]
    start = time.perf_counter()
    for x, times_s in recordings:
        signal_features(
            "lips.opening", "mm", x, times_s, noise_floor=0.6, noise_sd=0.1, highest_frequency_hz=12.0
        )
    return time.perf_counter() - start


def main() -> None:
    """Print the table."""
    seconds_for(60)
    short, long = seconds_for(600), seconds_for(3600)
    print(f"{SIGNALS} signals at {FPS} pictures a second, with gaps and a tremor")
    print(f"10 minutes  {short:6.2f} s")
    print(f"1 hour      {long:6.2f} s  ({long / short:.1f} times as much for 6 times the length)")


if __name__ == "__main__":
    main()
