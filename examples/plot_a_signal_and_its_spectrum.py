"""What does a movement look like over time, and at which rates? A figure of one signal (needs matplotlib)."""

from __future__ import annotations

import sys
from pathlib import Path

import matplotlib
import numpy as np
from scipy.signal import periodogram

from tdscreen import api

matplotlib.use("Agg")
from matplotlib import pyplot as plt

SAMPLES = Path(__file__).resolve().parents[1] / "sample_videos"
OUT = Path(sys.argv[1] if len(sys.argv) > 1 else "lips.png")

tracks = api.track(SAMPLES / "lips_1.5hz.mp4")
signal = next(one for one in api.signals(tracks) if one.name == "lips.side_shift")

# A spectrum wants even steps; the clip's own may be uneven. What was not seen stays out.
seen = np.isfinite(signal.values)
rate_hz = tracks.timing.effective_fps
even_s = np.arange(signal.times_s[seen][0], signal.times_s[seen][-1], 1 / rate_hz)
even = np.interp(even_s, signal.times_s[seen], signal.values[seen])
frequencies_hz, power = periodogram(even, fs=rate_hz, detrend="linear", window="hann")

figure, (above, below) = plt.subplots(2, figsize=(8, 5), layout="constrained")
above.plot(signal.times_s, signal.values)
above.set(xlabel="s", ylabel=signal.unit, title=f"{signal.name} in {tracks.file}")
below.plot(frequencies_hz, power)
below.set(xlim=(0, tracks.timing.highest_frequency_hz), xlabel="Hz", ylabel=f"{signal.unit}²/Hz")
figure.savefig(OUT)
print(f"{OUT} shows {signal.name}, which moves most at {frequencies_hz[power.argmax()]:.1f} Hz.")
