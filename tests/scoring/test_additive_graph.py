"""The graph says what the reference evaluation says, to the last digits, and says what it is."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import onnxruntime
import pytest

from tdscreen.errors import ModelError
from tdscreen.scoring.additive import AdditiveItem, Direction, Interaction, Shape, evaluate
from tdscreen.scoring.additive_graph import build_model, model_bytes, schema_sha256

SIZE = Shape("lips.amplitude_mm", (0.0, 2.0, 5.0), (0.0, 3.0, 6.0), missing=1.0)
TIME = Shape("lips.percent_time_moving", (0.0, 40.0, 100.0), (0.0, 1.0, 4.0), missing=0.5)
BOTH = Interaction(
    ("lips.amplitude_mm", "lips.percent_time_moving"),
    (0.0, 3.0, 5.0),
    (0.0, 100.0),
    ((0.0, 0.0), (0.0, 1.0), (0.0, 2.0)),
    missing=0.3,
)
LIPS = AdditiveItem("lips", (SIZE, TIME), (BOTH,), (1.0, 3.0, 6.0, 9.0), (1.0, 20.0))
AGE = Shape("person.age_years", (40.0,), (0.7,), missing=-0.2, direction=Direction.FREE)
JAW = AdditiveItem("jaw", (TIME, AGE), (), (0.5, 1.0, 2.0, 2.5), (float("nan"), 50.0))
UNITS = {"lips.amplitude_mm": "mm", "lips.percent_time_moving": "%", "person.age_years": "years"}
RANGES = {
    "lips.amplitude_mm": (0.0, 9.0),
    "lips.percent_time_moving": (0.0, 100.0),
    "person.age_years": (20.0, 90.0),
}
ABOUT = {"name": "test", "version": "1", "date": "2026-01-01", "status": "made up", "training_data": "none"}


def build(**changes: Any) -> Any:
    given: dict[str, Any] = {"items": [LIPS, JAW], "units": UNITS, "ranges": RANGES, "metadata": ABOUT}
    given |= changes
    return build_model(given.pop("items"), **given)


def test_graph_and_reference_evaluation_agree() -> None:
    rng = np.random.default_rng(1)
    table = {name: rng.uniform(-1.0, 1.2 * RANGES[name][1], 300) for name in UNITS}
    for column in table.values():
        column[rng.random(300) < 0.3] = np.nan
    session = onnxruntime.InferenceSession(model_bytes(build()))
    names = ("eta", "severity", "probabilities", "contributions", "baseline")
    out = dict(zip(names, session.run(list(names), table), strict=True))
    at = 0
    for k, item in enumerate((LIPS, JAW)):
        expected = evaluate(item, np.stack([table[name] for name in item.features], axis=1))
        np.testing.assert_allclose(out["eta"][:, k], expected.eta, atol=1e-12)
        np.testing.assert_allclose(out["severity"][:, k], item.severity(expected.eta), atol=1e-12)
        np.testing.assert_allclose(out["probabilities"][:, k], expected.probabilities, atol=1e-12)
        told = out["contributions"][:, at : at + len(item.terms)]
        np.testing.assert_allclose(told, expected.contributions * item.points_per_log_odds, atol=1e-12)
        np.testing.assert_allclose(out["baseline"][k] + told.sum(axis=1), out["severity"][:, k], atol=1e-12)
        at += len(item.terms)
    assert np.isnan(out["eta"]).any()


def test_the_bytes_are_the_same_on_every_run() -> None:
    assert model_bytes(build()) == model_bytes(build())


def test_the_file_says_what_it_was_fitted_on_and_which_way_each_feature_goes() -> None:
    told = {entry.key: entry.value for entry in build().metadata_props}
    assert told["training_data"] == "none"
    assert json.loads(told["directions"])["jaw"] == {
        "lips.percent_time_moving": "rises",
        "person.age_years": "free",
    }
    assert json.loads(told["training_ranges"])["person.age_years"] == [20.0, 90.0]
    assert told["features_sha256"] == schema_sha256(list(UNITS), UNITS)
    assert schema_sha256(list(UNITS), UNITS) != schema_sha256(
        list(UNITS), UNITS | {"lips.amplitude_mm": "cm"}
    )


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"items": [LIPS, LIPS]}, "each a name of its own"),
        ({"units": {}}, "unit or the range"),
        ({"metadata": {"name": "test"}}, "must say its version"),
        ({"items": [LIPS, AdditiveItem("jaw", (TIME,), (), (1.0,), (0.0,))]}, "equally many scores"),
    ],
)
def test_a_model_that_leaves_something_unsaid_is_not_written(changes: dict[str, Any], told: str) -> None:
    with pytest.raises(ModelError, match=told):
        build(**changes)
