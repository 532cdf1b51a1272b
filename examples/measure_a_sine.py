"""Ask what the tool says of a movement that is known: lips at 1.5 Hz and 3 mm, for half of a clip."""

from __future__ import annotations

import numpy as np

from tdscreen.motion.features import signal_features
from tdscreen.motion.windows import band_limited_sd, white_noise_range

JITTER_MM = 0.1

times_s = np.arange(20 * 30) / 30
lips_mm = np.random.default_rng(0).normal(12.0, JITTER_MM, times_s.size)
lips_mm[300:] += 3.0 * np.sin(2 * np.pi * 1.5 * times_s[300:])

found = signal_features(
    "lips.opening",
    "mm",
    lips_mm,
    times_s,
    noise_floor=white_noise_range(JITTER_MM, rate_hz=30),
    noise_sd=band_limited_sd(JITTER_MM, rate_hz=30),
    highest_frequency_hz=12.0,
)

print(f"assessed           {found.assessed_s:.1f} s")
print(f"detection limit    {found.noise_floor:.2f} mm")
print(f"moving             {found.percent_time_moving:.0f}% of the time, {found.bouts}")
print(f"amplitude          {found.amplitude:.2f} mm")
if found.peak_frequency_hz is not None and found.peak_frequency_interval_hz is not None:
    low_hz, high_hz = found.peak_frequency_interval_hz
    print(f"rate               {found.peak_frequency_hz:.3f} Hz (95%: {low_hz:.3f} to {high_hz:.3f})")
