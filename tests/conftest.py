"""The sample clips, tracked once a session, and what is true of each; and a brief clip for what looks at no figures."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from clips import write_clip
from recordings import SAMPLES, pictures_of
from tdscreen import api
from tdscreen.keeping.cache import LOCATION_VARIABLE, OFF
from tdscreen.tracking.tracks import Tracks

BRIEF_S = 2.5
LONGEST = "test_virtual_patient.py"
"""A quarter of an hour: begun last, one process would do it while the others have nothing left to do."""

# Every test follows its clips itself; those of the cache name a folder of their own.
os.environ[LOCATION_VARIABLE] = OFF


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest."""
    items.sort(key=lambda item: item.path.name != LONGEST)


@pytest.fixture(scope="session")
def sample_truth() -> dict[str, dict[str, Any]]:
    """Return what is true of each sample clip, by the name of its file."""
    listed = json.loads((SAMPLES / "truth.json").read_text())
    return {clip["file"]: clip for clip in listed["clips"]}


@pytest.fixture(scope="session")
def sample_tracks(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Tracks]:
    """Return what was followed in a sample clip, by the name of its file; each is tracked once a session.

    Workers of one session share what they tracked through files in a folder that ends with it.
    """
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    known: dict[str, Tracks] = {}

    def tracks_of(name: str) -> Tracks:
        if name not in known:
            kept = folder / f"tracks-of-{name}.parquet"
            if not kept.exists():
                # Renamed when whole, so that another worker never reads half a file.
                part = folder / f"{kept.name}.{os.getpid()}"
                api.save_tracks(api.track(SAMPLES / name), part)
                part.rename(kept)
            known[name] = api.load_tracks(kept)
        return known[name]

    return tracks_of


@pytest.fixture(scope="session")
def brief_clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give 2.5 seconds of a small face: too short for items, long enough for its regions."""
    pictures, times_s = pictures_of(SAMPLES / "lips_1.5hz.mp4", seconds=BRIEF_S, side=320)
    return write_clip(tmp_path_factory.mktemp("brief") / "brief.mp4", pictures, times_s=times_s)


@pytest.fixture(scope="session")
def calibrated_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the model of a place that has calibrated the lips of ours on 24 people."""
    # pandas is read only where somebody asks.
    from studies import calibrate_shipped

    return calibrate_shipped(tmp_path_factory.mktemp("calibrated"), people=24, seed=5)
