"""Time the features of hours of landmarks, and whether the time grows in proportion to the length.

It needs no clip::

    python benchmarks/feature_core.py                          # 43 signals of one and of four hours
    python benchmarks/feature_core.py --signals 1 --hours 1 4  # one signal

Processor time is given, and beside it that of a yardstick on the same numbers, one call of `scipy.signal.filtfilt` a
signal: the ratio of the two hardly depends on the machine.
"""

from __future__ import annotations

import argparse
import time

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, filtfilt

from tdscreen.motion.features import signal_features

SIGNALS = 43
"""Of the face, the tongue and two hands."""
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


def seconds_for(duration_s: float, signals: int) -> tuple[float, float]:
    """Return the processor time that all signals of a recording take, and that of the yardstick."""
    recordings = [recording(duration_s, seed) for seed in range(signals)]
    start = time.process_time()
    for x, times_s in recordings:
        signal_features(
            "lips.opening", "mm", x, times_s, noise_floor=0.6, noise_sd=0.1, highest_frequency_hz=12.0
        )
    ours = time.process_time() - start
    filled = [np.nan_to_num(x) for x, _ in recordings]
    b, a = butter(4, (0.5, 7.0), btype="bandpass", fs=FPS)
    start = time.process_time()
    for x in filled:
        filtfilt(b, a, x)
    return ours, time.process_time() - start


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--signals", type=int, default=SIGNALS)
    parser.add_argument("--hours", type=float, nargs="+", default=(1.0, 4.0))
    arguments = parser.parse_args()
    seconds_for(60, 1)
    print(f"{arguments.signals} signals at {FPS} pictures a second, with a gap every 20 s and a tremor")
    print(f"{'hours':>6} {'processor':>10} {'an hour of it':>14} {'yardstick':>10} {'ratio':>6}")
    for hours in arguments.hours:
        ours, yardstick = seconds_for(3600 * hours, arguments.signals)
        print(f"{hours:6g} {ours:8.2f} s {ours / hours:12.2f} s {yardstick:8.3f} s {ours / yardstick:6.0f}")


if __name__ == "__main__":
    main()
