"""What an assessment says when a place's own model scored it."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import numpy as np
import onnx
import pytest

from measured_clips import clip, moving, quiet_face, still
from tdscreen import api
from tdscreen.assessment.assess import assess
from tdscreen.assessment.assessment import NOTICE, ScoreSet
from tdscreen.assessment.json_form import from_json, schema, to_json
from tdscreen.assessment.words import set_words
from tdscreen.errors import ModelError
from tdscreen.scoring.additive import AdditiveItem, Shape
from tdscreen.scoring.model import SeverityModel, own_model
from tdscreen.training.store import write_model
from tdscreen.vocabulary import Item, Region, TriageLevel

MOVING = [clip(moving(Region.LIPS, amplitude_mm=3.0, percent=60.0), still(Region.JAW))]


@pytest.fixture(scope="module")
def calibrated(calibrated_model: Path) -> SeverityModel:
    return own_model(calibrated_model)


@pytest.fixture
def of_lips(tmp_path: Path) -> SeverityModel:
    """Give a model that people's ratings of the lips were enough for, and that looks at their size alone."""
    item = AdditiveItem(
        "lips", (Shape("lips.amplitude_mm", (0.0, 9.0), (-3.0, 6.0)),), (), (-1.0, 0.0, 1.0, 2.0), (2.0,)
    )
    about = {
        "name": "own", "version": "1", "date": "2026-11-26", "training_data": "made up",
        "status": "fitted on ratings of 30 people of one place", "rating_rule_source": "ratings",
    }  # fmt: skip
    path = tmp_path / "own.onnx"
    path.write_bytes(write_model([item], {"lips.amplitude_mm": (0.0, 9.0)}, about))
    return own_model(path)


def test_a_calibrated_item_has_its_set_and_an_item_that_was_not_calibrated_has_none(
    calibrated: SeverityModel,
) -> None:
    found = assess(MOVING, model=calibrated)
    lips, jaw = found.items[Item.LIPS], found.items[Item.JAW]
    assert lips.score_set is not None
    assert lips.probabilities is not None
    assert int(np.argmax(lips.probabilities)) in lips.score_set.scores
    assert set(lips.score_set.always) <= set(lips.score_set.scores)
    assert (lips.score_set.people, lips.score_set.date, lips.score_set.level) == (24, "2026-11-26", 0.9)
    assert jaw.assessed
    assert jaw.score_set is None


def test_the_document_holds_the_set_and_reads_back(calibrated: SeverityModel) -> None:
    found = assess(MOVING, model=calibrated)
    text = to_json(found)
    jsonschema.validate(json.loads(text), schema(), cls=jsonschema.Draft202012Validator)
    assert json.loads(text)["items"]["lips"]["score_set"]["people"] == 24
    assert from_json(text) == found


def test_only_a_calibrated_model_says_that_it_is(calibrated: SeverityModel, of_lips: SeverityModel) -> None:
    assert assess(MOVING).notice == NOTICE
    assert all(item.score_set is None for item in assess(MOVING).items.values())
    assert "calibrated on 24 people of one place" in assess(MOVING, model=calibrated).notice
    assert assess(MOVING, model=of_lips).notice.endswith("a movement index, not calibrated on patients.")


def test_what_a_model_of_one_item_does_not_score_is_not_assessed_and_never_low(
    of_lips: SeverityModel,
) -> None:
    found = assess([clip(*quiet_face(tongue=True))], model=of_lips)
    assert found.items[Item.LIPS].assessed
    assert found.items[Item.JAW].reason == "It was seen, but the scoring model own does not score it."
    assert found.triage.level is TriageLevel.UNCERTAIN


def test_ratings_by_people_assume_no_millimetres_to_be_varied(of_lips: SeverityModel) -> None:
    found = assess(MOVING, model=of_lips)
    assert found.items[Item.LIPS].expected_with_smaller_anchors is None
    assert found.triage.level_with_larger_anchors is None
    assert assess(MOVING).items[Item.LIPS].expected_with_smaller_anchors is not None


def changed(path: Path, to: Path, *, weights: str = "", said: dict[str, str] | None = None) -> Path:
    """Write a model file with the curve of a name turned round, or with other words about itself."""
    model = onnx.load(path)
    for one in model.graph.initializer:
        if one.name == weights:
            one.CopyFrom(
                onnx.numpy_helper.from_array(np.flip(onnx.numpy_helper.to_array(one)).copy(), one.name)
            )
    about = {entry.key: entry.value for entry in model.metadata_props} | (said or {})
    onnx.helper.set_model_props(model, about)
    to.write_bytes(model.SerializeToString())
    return to


@pytest.mark.parametrize(
    ("weights", "said"),
    [
        ("i1.t0.values", {}),
        ("", {"items": "{"}),
        ("", {"items": '["lips"]'}),
        ("", {"training_ranges": "{}"}),
        ("", {"terms": "[]"}),
        ("", {"thresholds": '{"lips": 4}'}),
        ("", {"conformal_sets": '{"lips": 1}'}),
        ("", {"counts": '{"all": 1}'}),
        ("", {"directions": "{}"}),
    ],
)
def test_a_model_file_that_was_changed_scores_nobody(
    calibrated_model: Path, tmp_path: Path, weights: str, said: dict[str, str]
) -> None:
    with pytest.raises(ModelError, match="damaged or was changed"):
        api.own_model(changed(calibrated_model, tmp_path / "changed.onnx", weights=weights, said=said))


def test_a_model_file_that_was_not_changed_is_taken(calibrated_model: Path, tmp_path: Path) -> None:
    model = api.own_model(changed(calibrated_model, tmp_path / "same.onnx"))
    assert model.calibrated


def test_a_set_is_told_in_words() -> None:
    known = ScoreSet((1, 2), 0.9, 60, (), "2026-11-26")
    assert set_words(known) == "with 90%: 1 or 2 (calibrated on 60 people, 2026-11-26)"
    few = ScoreSet((2, 3, 4), 0.9, 24, (3, 4), "2026-11-26")
    assert set_words(few) == (
        "with 90%: 2, 3 or 4 (calibrated on 24 people, 2026-11-26; too few of them had 3 and 4 to leave these out)"
    )
