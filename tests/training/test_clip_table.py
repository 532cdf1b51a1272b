"""A folder of clips and a table of ratings become a table of features; what cannot be used is kept, with its reason."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from tdscreen import api
from tdscreen.errors import ColumnsError
from tdscreen.scoring.model import UNITS
from tdscreen.tracking.tracks import Tracks
from tdscreen.training.clip_table import clip_features, measure_clips


def test_a_clip_that_cannot_be_used_stays_in_the_table_with_its_reason(
    brief_clip: Path, tmp_path: Path
) -> None:
    shutil.copy(brief_clip, tmp_path / "brief.mp4")
    (tmp_path / "broken.mp4").write_bytes(b"no video")
    ratings = pd.DataFrame({"file": ["brief.mp4", "broken.mp4"], "person": ["a", "b"], "R": [1, 2]})
    table = measure_clips(ratings, tmp_path)
    assert list(table["R"]) == [1, 2]
    assert "2.5 s" in table["unusable"][0] or "2.4 s" in table["unusable"][0]
    assert table["unusable"][1]
    assert table[list(UNITS)].isna().all().all()


def test_lips_that_move_give_the_features_of_the_lips(sample_tracks: Callable[[str], Tracks]) -> None:
    found = clip_features(api.measure(sample_tracks("lips_1.5hz.mp4"), task=api.as_task("rest")))
    assert found["lips.amplitude_mm"] > 1
    assert found["lips.percent_time_moving"] > 50
    assert np.isnan(found["upper_limbs.wrist.amplitude_mm"])


def test_a_table_that_does_not_fit_the_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ColumnsError, match="needs a column 'file'"):
        measure_clips(pd.DataFrame({"clip": ["a.mp4"]}), tmp_path)
    with pytest.raises(ColumnsError, match=r"first of them a\.mp4"):
        measure_clips(pd.DataFrame({"file": ["a.mp4"]}), tmp_path)
    with pytest.raises(ColumnsError, match="already"):
        measure_clips(pd.DataFrame({"file": ["a.mp4"], "lips.amplitude_mm": [1.0]}), tmp_path)
