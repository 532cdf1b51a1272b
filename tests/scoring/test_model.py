"""The model is loaded only if it is the one that this version expects, and says what it is."""

from __future__ import annotations

import hashlib
from pathlib import Path

import onnx
import pytest

from tdscreen.errors import ModelError
from tdscreen.model_file import models_folder
from tdscreen.scoring.model import SeverityModel, load_model
from tdscreen.settings import SCORING
from tdscreen.vocabulary import Item


def test_the_model_says_that_it_was_fitted_on_no_patient(model: SeverityModel) -> None:
    assert model.status == "not fitted on patients"
    assert model.table_source == "assumed"
    assert model.sha256 == SCORING.model_sha256
    assert model.items == (Item.FACIAL_EXPRESSION, Item.LIPS, Item.JAW, Item.TONGUE, Item.UPPER_LIMBS)


def test_the_card_lies_beside_the_model_and_names_its_hash_and_status() -> None:
    card = (models_folder() / SCORING.model_file).with_suffix(".md").read_text(encoding="utf-8")
    assert SCORING.model_sha256 in card
    assert "not fitted on patients" in card


def test_a_changed_model_is_refused_with_both_hashes(tmp_path: Path) -> None:
    changed = tmp_path / "changed.onnx"
    changed.write_bytes((models_folder() / SCORING.model_file).read_bytes() + b"\0")
    with pytest.raises(
        ModelError, match=r"changed\.onnx is not the one this version expects.*Install"
    ) as caught:
        load_model(changed)
    assert SCORING.model_sha256[:12] in str(caught.value)


def test_a_missing_model_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="is missing from"):
        load_model(tmp_path / "none.onnx")


def test_a_file_that_is_no_model_is_refused_although_its_hash_is_right(tmp_path: Path) -> None:
    text = tmp_path / "text.onnx"
    text.write_bytes(b"not a model")
    with pytest.raises(ModelError, match="cannot be read by onnxruntime"):
        load_model(text, sha256=hashlib.sha256(b"not a model").hexdigest())


def test_a_model_for_other_features_is_refused(tmp_path: Path) -> None:
    other = onnx.load(models_folder() / SCORING.model_file)
    next(entry for entry in other.metadata_props if entry.key == "feature_schema").value = "other-features-9"
    path = tmp_path / "other.onnx"
    onnx.save(other, path)
    with pytest.raises(ModelError, match="asks for the features other-features-9"):
        load_model(path, sha256=hashlib.sha256(path.read_bytes()).hexdigest())


@pytest.mark.parametrize(
    "evidence", [{"ears.amplitude_mm": 1.0}, {"lips.amplitude_mm": -1.0}, {"lips.amplitude_mm": float("inf")}]
)
def test_evidence_that_cannot_be_is_refused(model: SeverityModel, evidence: dict[str, float]) -> None:
    with pytest.raises(ModelError):
        model.run([evidence])
