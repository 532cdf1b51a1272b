"""The JSON document is what the published schema says, holds every digit, and reads back equal."""

from __future__ import annotations

import copy
import dataclasses
import json
import math
import typing
from typing import Any

import jsonschema
import numpy as np
import pytest

from measured_clips import asked_for, clip, features, inseparable, moving, quiet_face, still
from tdscreen.assessment.assess import assess
from tdscreen.assessment.assessment import Assessment
from tdscreen.assessment.json_form import from_json, schema, to_dict, to_json
from tdscreen.errors import DataError
from tdscreen.motion.tremor import Tremor
from tdscreen.vocabulary import Item, Region, Task, Verdict


def with_tremor() -> Assessment:
    signal = features("lips.opening", amplitude_mm=4.0, percent=80.0, rate_hz=5.0)
    tremor = Tremor(5.0, (4.9, 5.1), 0.3, 0.9, 3.8, separable=True, reason=None)
    left = features("lips.opening", amplitude_mm=1.0, percent=20.0)
    signal = dataclasses.replace(signal, tremor=tremor, without_tremor=left)
    lips = dataclasses.replace(moving(Region.LIPS, amplitude_mm=4.0, percent=80.0), signals=(signal,))
    return assess([clip(lips, still(Region.JAW))])


EXAMINATIONS = {
    "quiet": assess([clip(*quiet_face(tongue=True))]),
    "moving": assess(
        [
            clip(
                moving(Region.LIPS, amplitude_mm=math.pi, percent=61.7),
                still(Region.JAW),
                inseparable(Region.LEFT_HAND),
            )
        ]
    ),
    "tremor": with_tremor(),
    "several": assess(
        [
            clip(*quiet_face(tongue=False), file="Gesicht é.mp4"),
            clip(asked_for(Region.LEFT_HAND, amplitude_mm=30.0, percent=99.0), task=Task.FINGER_TAPPING_LEFT),
        ]
    ),
    "short": assess([clip(still(Region.LIPS), duration_s=4.0)]),
    "unusable": assess([clip(verdict=Verdict.UNUSABLE)]),
    "nothing scored": assess([clip(asked_for(Region.JAW, amplitude_mm=9.0, percent=90.0), task=Task.SPEECH)]),
}
every_examination = pytest.mark.parametrize("found", EXAMINATIONS.values(), ids=EXAMINATIONS.keys())


def refuse_constant(text: str) -> float:
    raise AssertionError(f"{text} is not JSON")


@every_examination
def test_every_kind_of_assessment_fits_the_published_schema(found: Assessment) -> None:
    jsonschema.validate(json.loads(to_json(found)), schema(), cls=jsonschema.Draft202012Validator)


@every_examination
def test_an_assessment_reads_back_equal_and_writes_the_same_bytes(found: Assessment) -> None:
    text = to_json(found)
    assert from_json(text) == found
    assert to_json(from_json(text)) == text


@every_examination
def test_the_document_is_one_line_of_strict_json(found: Assessment) -> None:
    text = to_json(found)
    assert "\n" not in text
    json.loads(text, parse_constant=refuse_constant)


def test_the_names_that_others_script_against_are_there() -> None:
    found = to_dict(EXAMINATIONS["moving"])
    first = found["clips"][0]
    clip_names = "file task frames duration_s effective_fps width height rotation_deg quality regions"
    assert set(clip_names.split()) <= set(first)
    assert first["quality"]["verdict"] in {"good", "limited", "unusable"}
    assert {"name", "value", "limit", "passed", "advice"} <= set(first["quality"]["checks"][0])
    assert set(first["regions"]) == {"upper_face", "lips", "jaw", "tongue", "head", "left_hand", "right_hand"}
    region_names = (
        "assessed reason peak_frequency_hz amplitude_mm percent_time_moving noise_floor_mm movement_types"
    )
    assert all(set(region_names.split()) <= set(region) for region in first["regions"].values())
    assert set(found["items"]) == {
        "facial_expression",
        "lips",
        "jaw",
        "tongue",
        "upper_limbs",
        "lower_limbs",
        "trunk",
    }
    item_names = "assessed reason expected probabilities contributions"
    assert all(set(item_names.split()) <= set(item) for item in found["items"].values())
    assert {"expected", "interval", "maximum", "items_assessed"} <= set(found["total"])
    assert {"level", "probability_schooler_kane"} <= set(found["triage"])
    assert {"seen", "not_seen", "parts"} == set(found["coverage"])
    provenance_names = "tdscreen model_sha256 model_status mediapipe input_sha256 schema_version"
    assert set(provenance_names.split()) <= set(found["provenance"])
    assert found["provenance"]["schema_version"] == "1.2"
    assert found["provenance"]["input_sha256"] == first["input_sha256"]


def test_a_number_keeps_every_digit() -> None:
    found = json.loads(to_json(EXAMINATIONS["moving"]))
    assert found["clips"][0]["regions"]["lips"]["amplitude_mm"] == math.pi
    item = EXAMINATIONS["moving"].items[Item.LIPS]
    assert found["items"]["lips"]["probabilities"] == list(item.probabilities or ())


def test_a_number_that_is_not_finite_is_written_as_null_and_fits_the_schema() -> None:
    one_picture = clip(duration_s=0.03)
    timing = dataclasses.replace(
        one_picture.timing, interval_median_s=math.nan, interval_p05_s=math.nan, interval_p95_s=math.nan
    )
    text = to_json(assess([dataclasses.replace(one_picture, timing=timing)]))
    document = json.loads(text, parse_constant=refuse_constant)
    assert document["clips"][0]["timing"]["interval_median_s"] is None
    jsonschema.validate(document, schema())
    assert math.isnan(from_json(text).clips[0].timing.interval_median_s)


def test_numbers_of_numpy_are_written_like_any_other() -> None:
    lips = moving(Region.LIPS, amplitude_mm=2.5, percent=50.0)
    by_numpy = dataclasses.replace(lips, amplitude_mm=np.float64(2.5), assessed=np.bool_(True))
    assert to_json(assess([clip(by_numpy)])) == to_json(assess([clip(lips)]))


# The schema itself


def fields_of(kind: Any, seen: dict[str, set[str]]) -> dict[str, set[str]]:
    """Collect the field names of every dataclass that a type holds, by the dataclass's name."""
    for argument in typing.get_args(kind):
        fields_of(argument, seen)
    if dataclasses.is_dataclass(kind) and kind.__name__ not in seen:
        seen[kind.__name__] = {field.name for field in dataclasses.fields(kind)}
        for hint in typing.get_type_hints(kind).values():
            fields_of(hint, seen)
    return seen


def test_the_schema_names_exactly_the_fields_that_an_assessment_has() -> None:
    published = schema()
    described = {name: set(entry["properties"]) for name, entry in published["$defs"].items()}
    described["Assessment"] = set(published["properties"])
    assert described == fields_of(Assessment, {})


def test_the_schema_is_sound_and_describes_every_field() -> None:
    published = schema()
    jsonschema.Draft202012Validator.check_schema(published)
    for entry in (published, *published["$defs"].values()):
        assert entry["additionalProperties"] is False
        assert set(entry["required"]) == set(entry["properties"])
        for name, described in entry["properties"].items():
            assert len(described["description"]) > 10, name


UNITS = {"_mm": "illimet", "_s": "second", "_hz": "Hz", "_deg": "degree", "_px": "pixel"}


def test_every_field_with_a_unit_in_its_name_tells_the_unit() -> None:
    published = schema()
    for entry in (published, *published["$defs"].values()):
        for name, described in entry["properties"].items():
            for ending, unit in UNITS.items():
                if name.endswith(ending) and name != "submovements_per_s":
                    assert unit.lower() in described["description"].lower(), name


def spoiled(change: str) -> dict[str, Any]:
    document: dict[str, Any] = copy.deepcopy(to_dict(EXAMINATIONS["quiet"]))
    match change:
        case "an unknown field":
            document["mood"] = "fine"
        case "a missing field":
            del document["triage"]["reason"]
        case "an unknown level":
            document["triage"]["level"] = "negative"
        case "a text for a number":
            document["items"]["lips"]["expected"] = "0.2"
        case "a truth for a number":
            document["total"]["maximum"] = True
        case "a missing item":
            del document["items"]["trunk"]
        case "an interval of three":
            document["total"]["interval"] = [0, 1, 2]
    return document


@pytest.mark.parametrize(
    "change",
    [
        "an unknown field",
        "a missing field",
        "an unknown level",
        "a text for a number",
        "a truth for a number",
        "a missing item",
        "an interval of three",
    ],
)
def test_a_spoiled_document_is_refused_by_the_reader_and_by_the_schema(change: str) -> None:
    document = spoiled(change)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document, schema())
    with pytest.raises(DataError):
        from_json(json.dumps(document))


@pytest.mark.parametrize("text", ["", "{", "[]", '"low"', "{}", '{"provenance": {"schema_version": "9.0"}}'])
def test_what_is_no_assessment_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(DataError, match=r"This is not an assessment|has schema version 9\.0"):
        from_json(text)
