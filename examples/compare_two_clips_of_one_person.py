"""Has the movement of the face changed between two clips of one person? Told only where both clips can tell."""

from __future__ import annotations

from pathlib import Path

from tdscreen import api

SAMPLES = Path(__file__).resolve().parents[1] / "sample_videos"

before, after = (
    api.measure(api.track(SAMPLES / name), task="rest").regions for name in ("rest.mp4", "lips_1.5hz.mp4")
)
for region in ("upper_face", "lips", "jaw"):
    first, second = before[region], after[region]
    if not (first.assessed and second.assessed):
        print(f"{region}: cannot be compared. {first.reason or second.reason}")
        continue
    change_mm = second.amplitude_mm - first.amplitude_mm
    # What a clip cannot show is no change. Its detection limit is a whole range, an amplitude half of one.
    smallest_mm = max(first.noise_floor_mm, second.noise_floor_mm) / 2
    said = f"changed by {change_mm:+.1f} mm" if abs(change_mm) > smallest_mm else "no change that can be told"
    print(f"{region}: {first.amplitude_mm:.1f} mm, then {second.amplitude_mm:.1f} mm: {said}")
