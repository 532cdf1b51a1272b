"""The model is loaded only if it is the one that this version expects, says what it is, and cannot behave absurdly."""

from __future__ import annotations

import hashlib
import itertools
import json
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest

from tdscreen.errors import ModelError
from tdscreen.model_file import models_folder
from tdscreen.scoring.model import UNITS, SeverityModel, load_model
from tdscreen.scoring.rating_rule import SCALES, latent_severity
from tdscreen.settings import SCORING

GRID = [
    (size, percent)
    for size, percent in itertools.product(
        (0.05, 0.3, 0.6, 1.0, 1.5, 2.5, 4.0, 9.0), (5.0, 20.0, 45.0, 60.0, 80.0, 100.0)
    )
]
"""Amplitudes in multiples of the edge of "slight", and shares of time."""


def run(
    model: SeverityModel, name: str, rows: list[tuple[float, float]]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Severities (n,), probabilities (n, 5) and contributions (n, terms) of one scale, baseline first."""
    scale, column = SCALES[name], model.scales.index(name)
    out = model.run([{scale.amplitude_feature: size, scale.time_feature: percent} for size, percent in rows])
    terms = out.contributions[:, list(model.terms_of(name).values())]
    base = np.full((len(rows), 1), out.baseline[column])
    return out.severity[:, column], out.probabilities[:, column], np.concatenate([base, terms], axis=1)


def test_the_model_says_that_it_was_fitted_on_no_patient(model: SeverityModel) -> None:
    assert model.status == "not fitted on patients"
    assert "no patient" in model.training_data
    assert model.rating_rule_source == "assumed"
    assert model.sha256 == SCORING.model_sha256
    assert set(model.scales) == set(SCALES)
    assert set(model.features) == set(UNITS)


def test_the_card_lies_beside_the_model_and_names_its_hash_and_status() -> None:
    card = (models_folder() / SCORING.model_file).with_suffix(".md").read_text(encoding="utf-8")
    assert SCORING.model_sha256 in card
    assert "not fitted on patients" in card
    figures = json.loads(
        (models_folder() / SCORING.model_file).with_suffix(".json").read_text(encoding="utf-8")
    )
    assert figures["sha256"] == SCORING.model_sha256


@pytest.mark.parametrize("name", SCALES)
def test_where_nothing_moves_the_score_is_most_likely_0_and_never_certain(
    model: SeverityModel, name: str
) -> None:
    _, probabilities, _ = run(model, name, [(0.0, 0.0)])
    assert 0.8 < probabilities[0, 0] < 1.0
    assert np.arange(5.0) @ probabilities[0] < 0.2
    assert (probabilities > 0.0).all()


@pytest.mark.parametrize("name", SCALES)
def test_more_movement_never_lowers_a_score(model: SeverityModel, name: str) -> None:
    slight = SCALES[name].slight_to_mm
    severities, probabilities, _ = run(model, name, [(size * slight, percent) for size, percent in GRID])
    expected = probabilities @ np.arange(5.0)
    for (a, one), (b, other) in itertools.product(enumerate(GRID), repeat=2):
        if one[0] <= other[0] and one[1] <= other[1]:
            assert severities[a] <= severities[b] + 1e-12
            assert expected[a] <= expected[b] + 1e-12


@pytest.mark.parametrize("name", SCALES)
def test_probabilities_add_up_to_1_and_contributions_to_the_severity(model: SeverityModel, name: str) -> None:
    slight = SCALES[name].slight_to_mm
    severities, probabilities, told = run(model, name, [(size * slight, percent) for size, percent in GRID])
    np.testing.assert_allclose(probabilities.sum(axis=1), 1.0, atol=1e-12)
    np.testing.assert_allclose(told.sum(axis=1), severities, atol=1e-12)
    _, _, at_reference = run(model, name, [(slight / 2.0, 20.0)])
    np.testing.assert_allclose(at_reference[0, 1:], 0.0, atol=1e-12)


@pytest.mark.parametrize("name", ["facial_expression", "lips", "jaw"])
def test_where_sizes_are_measured_well_scores_follow_the_rating_rule(model: SeverityModel, name: str) -> None:
    scale = SCALES[name]
    half = (scale.moderate_to_mm - scale.slight_to_mm) / 2
    rows = [
        (size, percent)
        for size in (scale.slight_to_mm * 0.6, scale.slight_to_mm + half, scale.moderate_to_mm + half)
        for percent in (20.0, 57.5, 90.0)
    ]
    _, probabilities, _ = run(model, name, rows)
    rule = [latent_severity(scale, size, percent)[0] for size, percent in rows]
    assert np.abs(probabilities @ np.arange(5.0) - rule).max() < 0.75


def test_what_was_not_seen_is_nan_and_not_0(model: SeverityModel) -> None:
    output = model.run([{"lips.amplitude_mm": 3.0, "lips.percent_time_moving": 50.0}])
    lips = model.scales.index("lips")
    assert np.isfinite(output.probabilities[0, lips]).all()
    assert np.isnan(np.delete(output.probabilities[0], lips, axis=0)).all()
    assert np.isnan(np.delete(output.severity[0], lips)).all()


def test_values_beyond_what_it_was_fitted_on_are_named(model: SeverityModel) -> None:
    fitted = {"jaw.amplitude_mm": 6.0, "jaw.percent_time_moving": 100.0}
    assert model.out_of_range(fitted) == ()
    assert model.out_of_range(fitted | {"jaw.amplitude_mm": 90.0}) == ("jaw.amplitude_mm",)


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


def load_changed(folder: Path, **changes: str) -> SeverityModel:
    other: Any = onnx.load(models_folder() / SCORING.model_file)
    for entry in other.metadata_props:
        entry.value = changes.get(entry.key, entry.value)
    path = folder / "other.onnx"
    onnx.save(other, path)
    return load_model(path, sha256=hashlib.sha256(path.read_bytes()).hexdigest())


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"form": "other-9"}, "is of the form other-9"),
        ({"features_sha256": "0" * 64}, "takes its features in other units"),
        ({"items": '["ears"]'}, "scores ears, and this version scores"),
    ],
)
def test_a_model_whose_schema_does_not_fit_is_refused(
    tmp_path: Path, changes: dict[str, str], told: str
) -> None:
    with pytest.raises(ModelError, match=told):
        load_changed(tmp_path, **changes)


def test_a_model_that_asks_for_what_is_not_measured_is_refused(tmp_path: Path) -> None:
    other: Any = onnx.load(models_folder() / SCORING.model_file)
    for node in other.graph.node:
        node.input[:] = ["ears.amplitude_mm" if name == "lips.amplitude_mm" else name for name in node.input]
    next(one for one in other.graph.input if one.name == "lips.amplitude_mm").name = "ears.amplitude_mm"
    path = tmp_path / "ears.onnx"
    onnx.save(other, path)
    with pytest.raises(ModelError, match=r"asks for the feature ears\.amplitude_mm"):
        load_model(path, sha256=hashlib.sha256(path.read_bytes()).hexdigest())


@pytest.mark.parametrize(
    "evidence", [{"ears.amplitude_mm": 1.0}, {"lips.amplitude_mm": -1.0}, {"lips.amplitude_mm": float("inf")}]
)
def test_evidence_that_cannot_be_is_refused(model: SeverityModel, evidence: dict[str, float]) -> None:
    with pytest.raises(ModelError):
        model.run([evidence])
