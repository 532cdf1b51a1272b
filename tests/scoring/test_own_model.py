"""A model of one's own is used only if it scores what an examination needs, in the units that are measured."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tdscreen.errors import InputError, ModelError
from tdscreen.scoring.additive import AdditiveItem, Shape
from tdscreen.scoring.conformal import read_sets
from tdscreen.scoring.model import SeverityModel, own_model
from tdscreen.training.store import write_model

ABOUT = {
    "name": "own", "version": "1", "date": "2026-11-26", "status": "fitted on ratings of 30 people",
    "training_data": "made up", "rating_rule_source": "ratings",
}  # fmt: skip
FEATURE = "lips.amplitude_mm"


def written(
    path: Path, *, name: str = "lips", feature: str = FEATURE, highest: int = 4, about: dict[str, str] = ABOUT
) -> Path:
    item = AdditiveItem(
        name,
        (Shape(feature, (0.0, 4.0), (-3.0, 5.0), missing=0.5),),
        (),
        tuple(np.linspace(-1, 3, highest)),
        (1.0,),
    )
    path.write_bytes(write_model([item], {feature: (0.0, 6.0)}, about))
    return path


def test_a_model_that_fits_is_read_with_what_it_says_of_itself(tmp_path: Path) -> None:
    model = own_model(written(tmp_path / "own.onnx"))
    assert model.status == ABOUT["status"]
    assert model.scales == ("lips",)
    assert not model.calibrated


def test_a_calibrated_model_says_its_sets_and_not_how_it_sorted_before(
    calibrated_model: Path, model: SeverityModel
) -> None:
    own = own_model(calibrated_model)
    assert own.calibrated
    assert own.sets["lips"].size == 24
    assert own.sets["lips"].date == "2026-11-26"
    assert own.scales == model.scales
    assert model.counts is not None
    assert own.counts is None


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ({"name": "ears"}, "scores ears, and this version scores facial_expression, lips"),
        ({"highest": 2}, "scores lips from 0 to 2, and an item of the AIMS goes from 0 to 4"),
        ({"feature": "lips.colour"}, "asks for the feature lips.colour"),
        ({"about": {k: v for k, v in ABOUT.items() if k != "rating_rule_source"}}, "does not say its rating"),
    ],
)
def test_a_model_that_does_not_fit_is_refused(tmp_path: Path, how: dict[str, str], words: str) -> None:
    with pytest.raises(ModelError, match=words):
        own_model(written(tmp_path / "own.onnx", **how))  # type: ignore[arg-type]


def test_what_is_no_model_is_refused_with_what_to_name_instead(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="There is no model"):
        own_model(tmp_path / "none.onnx")
    (tmp_path / "text.onnx").write_text("This is a letter.")
    with pytest.raises(ModelError, match="Name a model that tdscreen train"):
        own_model(tmp_path / "text.onnx")


def test_sets_that_do_not_say_whom_they_rest_on_are_refused() -> None:
    with pytest.raises(ModelError, match="does not say its size"):
        read_sets({"conformal_sets": '{"lips": {"limits": [0.1], "people": [3], "level": 0.9}}'})
