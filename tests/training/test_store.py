"""A model that was written is the one that is read back."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tdscreen.errors import ColumnsError, InputError, ModelError
from tdscreen.scoring.additive import AdditiveItem, Direction, Interaction, Shape, evaluate
from tdscreen.scoring.additive_graph import GRAPH_FORM
from tdscreen.scoring.conformal import ConformalSets
from tdscreen.training.store import read_model, write_model

ABOUT = {"name": "own", "version": "1", "date": "2026-11-26", "status": "fitted", "training_data": "made up"}
ITEM = AdditiveItem(
    "lips",
    (
        Shape("far", (0.0, 1.0, 5.0), (-1.0, 0.2, 2.0), missing=0.4),
        Shape("often", (0.0, 50.0), (0.5, -0.5), direction=Direction.FREE),
    ),
    (Interaction(("far", "often"), (0.0, 5.0), (0.0, 100.0), ((0.0, 0.0), (0.0, 1.5)), missing=0.2),),
    (-1.0, 0.0, 1.0, 2.0),
    (0.5, 20.0),
)
RANGES = {"far": (0.0, 6.0), "often": (0.0, 100.0)}


def test_a_model_that_was_written_says_the_same_when_it_is_read(tmp_path: Path) -> None:
    sets = {"lips": ConformalSets((0.1, 0.0, 0.2, 0.1, 0.0), (20, 3, 11, 14, 0), 0.9, 41, "2026-11-26")}
    path = tmp_path / "model.onnx"
    path.write_bytes(write_model([ITEM], RANGES, ABOUT, sets=sets))
    read = read_model(path)
    rows = np.array([[0.3, 10.0], [7.0, 80.0], [np.nan, 30.0], [2.0, np.nan]])
    expected = evaluate(ITEM, rows).probabilities
    assert evaluate(read.items[0], rows).probabilities == pytest.approx(expected, abs=1e-12)
    found = read.run({"far": rows[:, 0], "often": rows[:, 1]})["lips"]
    assert found == pytest.approx(expected, abs=1e-12)
    assert read.sets == sets
    assert read.ranges == RANGES
    with pytest.raises(ColumnsError, match="needs the column often"):
        read.run({"far": rows[:, 0]})


def test_what_is_no_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError):
        read_model(tmp_path / "none.onnx")
    (tmp_path / "text.onnx").write_bytes(b"\xffthis is no model")
    with pytest.raises(ModelError):
        read_model(tmp_path / "text.onnx")


def test_a_file_that_says_of_itself_what_cannot_be_read_is_refused(tmp_path: Path) -> None:
    import onnx

    path = tmp_path / "changed.onnx"
    model = onnx.helper.make_model(onnx.helper.make_graph([], "empty", [], []))
    onnx.helper.set_model_props(model, {"form": GRAPH_FORM, "items": "{"})
    path.write_bytes(model.SerializeToString())
    with pytest.raises(ModelError, match="damaged or was changed"):
        read_model(path)
