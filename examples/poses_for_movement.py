"""How far does the index finger's tip travel in the picture? Landmarks as a dataset for xarray and ``movement``.

Needs xarray. In an environment that has the package ``movement``, its functions take the same dataset.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import xarray as xr

from tdscreen import api

SAMPLES = Path(__file__).resolve().parents[1] / "sample_videos"

with tempfile.TemporaryDirectory() as folder:
    file = Path(folder) / "fingers.nc"
    api.save_poses(api.track(SAMPLES / "fingers_2hz.mp4"), file)
    poses = xr.load_dataset(file)

print(dict(poses.sizes))
tip = poses.position.sel(keypoints="left_hand_index_tip", individuals="person")
steps_px = tip.diff("time")
travelled_px = float(((steps_px**2).sum("space", skipna=False) ** 0.5).sum())
print(f"The tip travels {travelled_px:.0f} px in {float(poses.time[-1]):.1f} s.")
