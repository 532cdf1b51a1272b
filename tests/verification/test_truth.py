"""What is true of a clip is read from its files, and a size is that of the true path while it moves."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tdscreen.errors import DataError, InputError
from tdscreen.verification.truth import ClipTruth, read_truth, true_amplitude

FPS = 30.0


def told(**changed: Any) -> dict[str, Any]:
    still = {
        "signal": None, "amplitude_mm": 0.0, "frequency_hz": None, "percent_time_moving": 0.0, "bouts_s": [],
        "severity": 0, "scored": False, "carried": False,
    }  # fmt: skip
    moving = still | {
        "signal": "lips.opening", "amplitude_mm": 2.96, "frequency_hz": 5.0, "percent_time_moving": 50.0,
        "bouts_s": [[2.0, 6.0]], "severity": 2, "scored": True,
    }  # fmt: skip
    return {
        "format": "tdscreen-phantom-truth/1", "file": "a.mp4", "preset": None, "task": "rest", "duration_s": 8.0,
        "person": {"seed": 1}, "camera": {"fps": FPS}, "degraded": None,
        "movements": [
            {
                "region": "lips", "movement": "opening", "kind": "rhythmic", "rate_hz": 5.0, "amplitude": 3.0,
                "unit": "mm", "share_of_time": 0.5, "regular": True, "side": None, "phase_deg": 0.0,
            }
        ],
        "regions": {"lips": moving, "jaw": still},
        "tongue": {"protrusions": [[1.0, 1.5, 9.0]], "visible_s": 0.5, "hidden_movement": False},
        "taps": {"left": {"count": 20, "rate_hz": 2.5}},
        "blinks_s": [1.0],
    } | changed  # fmt: skip


def write(folder: Path, plain: dict[str, Any]) -> Path:
    times = np.arange(0, 8, 1 / FPS)
    moving = (times >= 2) & (times <= 6)
    eye = np.where((times > 1.0) & (times < 1.4), 2.0, 10.0)
    columns = {
        "time_s": times,
        "lips.opening": np.where(moving, 3.0 * np.sin(2 * np.pi * 5.0 * times), 0.0),
        "upper_face.eye_left_opening": eye,
    }
    path = folder / "a.truth.json"
    path.write_text(json.dumps(plain))
    pq.write_table(pa.table(columns), folder / "a.truth.parquet")
    return path


@pytest.fixture
def truth(tmp_path: Path) -> ClipTruth:
    return read_truth(write(tmp_path, told()))


def test_everything_told_is_read(truth: ClipTruth) -> None:
    assert truth.regions["lips"].signal == "lips.opening"
    assert truth.regions["lips"].bouts_s == ((2.0, 6.0),)
    assert truth.movements[0].rate_hz == 5.0
    assert truth.protrusions_s == ((1.0, 1.5, 9.0),)
    assert truth.taps == {"left": 20}
    assert truth.tap_rate_hz == {"left": 2.5}


def test_a_sine_of_3_mm_has_an_amplitude_of_2_96_also_where_no_picture_shows_its_turns(
    truth: ClipTruth,
) -> None:
    # At 30 pictures a second 5 Hz is always seen at the same six places of its course.
    assert true_amplitude(truth, "lips.opening", ((2.1, 5.9),)) == pytest.approx(2.96, rel=0.01)


def test_rest_between_bouts_does_not_make_a_movement_smaller(truth: ClipTruth) -> None:
    whole = true_amplitude(truth, "lips.opening")
    moving = true_amplitude(truth, "lips.opening", truth.regions["lips"].bouts_s)
    assert whole is not None
    assert moving is not None
    assert whole < 0.98 * moving


def test_a_blink_is_no_movement_of_the_lids(truth: ClipTruth) -> None:
    amplitude = true_amplitude(truth, "upper_face.eye_left_opening", ((0.5, 2.5),))
    assert amplitude == pytest.approx(0.0, abs=0.05)


def test_what_the_truth_does_not_hold_has_no_size(truth: ClipTruth) -> None:
    assert true_amplitude(truth, "lips.corner_angle") is None
    assert true_amplitude(truth, "lips.opening", ()) is None


def test_another_format_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="reads tdscreen-phantom-truth/1"):
        read_truth(write(tmp_path, told(format="tdscreen-phantom-truth/9")))


def test_half_a_truth_is_refused_in_words(tmp_path: Path) -> None:
    plain = told()
    del plain["regions"]
    with pytest.raises(DataError, match="not what is true"):
        read_truth(write(tmp_path, plain))


def test_a_clip_without_its_truth_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="Render the clip again"):
        read_truth(tmp_path / "b.truth.json")
