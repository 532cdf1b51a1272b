"""How fast do the lips move, and how far? One clip, one region, each figure with its uncertainty."""

from __future__ import annotations

from pathlib import Path

from tdscreen import api

SAMPLES = Path(__file__).resolve().parents[1] / "sample_videos"

tracks = api.track(SAMPLES / "lips_1.5hz.mp4")
lips = api.measure(tracks, task="rest").regions["lips"]

if not lips.assessed:
    raise SystemExit(f"The lips were not assessed. {lips.reason}")
if lips.peak_frequency_interval_hz is None or lips.amplitude_interval_mm is None:
    raise SystemExit(
        f"The lips moved by no more than {lips.noise_floor_mm:.1f} mm, which this clip cannot show."
    )
print(
    "rate        {:.2f} Hz ({:.2f} to {:.2f})".format(
        lips.peak_frequency_hz, *lips.peak_frequency_interval_hz
    )
)
print("amplitude   {:.1f} mm ({:.1f} to {:.1f})".format(lips.amplitude_mm, *lips.amplitude_interval_mm))
print(f"told by     {lips.signal}, over {lips.assessed_s:.0f} s")
