"""How much of the time does the hand move, and when? The bouts of the finger that moves most."""

from __future__ import annotations

from pathlib import Path

from tdscreen import api

SAMPLES = Path(__file__).resolve().parents[1] / "sample_videos"

tracks = api.track(SAMPLES / "fingers_2hz.mp4")
hand = api.measure(tracks, task="arms_out").regions["left_hand"]

if not hand.assessed:
    raise SystemExit(f"The left hand was not assessed. {hand.reason}")
print(f"The left hand moves {hand.percent_time_moving:.0f}% of {hand.assessed_s:.1f} s.")
speaking = next((signal for signal in hand.signals if signal.name == hand.signal), None)
for start_s, end_s in speaking.bouts if speaking is not None else ():
    print(f"{hand.signal} moves from {start_s:.1f} to {end_s:.1f} s.")
