"""A programme says in the field's words what is done, and says plainly what cannot be."""

from __future__ import annotations

import json

import pytest

from tdscreen.errors import InputError
from tdscreen.phantom.presets import PRESETS, mover, programme_of, with_severities
from tdscreen.phantom.programme import Movement, Programme, from_json, read_programme, to_json
from tdscreen.phantom.severities import SCALES, any_cell, middle_cell, severity
from tdscreen.vocabulary import MovementType, Task


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_comes_back_from_json_as_it_was(name):
    programme = programme_of(name, seed=5)
    assert from_json(json.loads(json.dumps(to_json(programme)))) == programme


def test_every_item_has_a_preset_at_every_severity():
    for part in ("facial_expression", "lips", "jaw", "tongue", "upper_limbs", "head"):
        assert {f"aims_{part}_{grade}" for grade in range(5)} <= set(PRESETS)
        assert programme_of(f"aims_{part}_0").movements == ()


def test_every_task_of_the_examination_has_somebody_who_does_it():
    assert {programme_of(name).task for name in PRESETS} == set(Task)


def moving(**more):
    """Return a programme of one jaw that opens by 2 mm."""
    return {"movements": [{"region": "jaw", "movement": "opening", "amplitude": 2, **more}]}


@pytest.mark.parametrize(
    ("plain", "says"),
    [
        ({"movements": [{"region": "jaw", "movement": "opening", "amplitude": 2}]}, "has a rate"),
        (
            {"movements": [{"region": "jaw", "movement": "wobble", "amplitude": 2, "rate_hz": 1}]},
            "no movement jaw wobble",
        ),
        (
            {"movements": [{"region": "jaw", "movement": "opening", "amplitude": -1, "rate_hz": 1}]},
            "from 0 to 400",
        ),
        (
            {"movements": [{"region": "jaw", "movement": "opening", "amplitude": "x", "rate_hz": 1}]},
            "must be a number",
        ),
        (
            {
                "movements": [
                    {"region": "jaw", "movement": "opening", "side": "left", "amplitude": 1, "rate_hz": 1}
                ]
            },
            "side",
        ),
        (
            {
                "movements": [
                    {
                        "region": "jaw",
                        "movement": "opening",
                        "amplitude": 1,
                        "rate_hz": 2,
                        "rate_band_hz": [1, 3],
                    }
                ]
            },
            "leave rate_band_hz out",
        ),
        ({"movements": [{"region": "jaw", "movement": "opening", "size": 1}]}, "has no 'size'"),
        ({"movements": [{"region": "jaw"}]}, "A movement needs movement and amplitude"),
        ({"movements": {"region": "jaw"}}, "must be a list of objects"),
        ({"movements": ["jaw"]}, "must be a list of objects"),
        ({"holds": [{"region": "jaw", "movement": "opening"}]}, "A hold needs level"),
        ({"task": "dance"}, "dance"),
        ({"duration_s": 0}, "duration"),
        ({"left_hand": {"place": "behind"}}, "behind"),
        ({"left_hand": {"place": "raised", "keys": [[2, [0, 0, 0]], [1, [0, 0, 0]]]}}, "must rise"),
        ({"format": "something/9"}, "not of the format"),
        ({"tempo": 3}, "has no 'tempo'"),
        (moving(rate_band_hz=[1]), r"as \[0\.7, 2\.2\]"),
        (moving(rate_band_hz=1), r"as \[0\.7, 2\.2\]"),
        (moving(rate_hz=1, together=5), "together of jaw opening must be a word"),
        (moving(rate_hz=1, regular="no"), "true or false"),
        (moving(rate_hz=1, phase_deg="x"), "phase of jaw opening must be a number"),
        (
            {"holds": [{"region": "jaw", "movement": "opening", "level": 3, "end_s": float("nan")}]},
            "The end of",
        ),
        ({"left_hand": "raised"}, "left_hand must be an object"),
        ({"left_hand": {"place": "raised", "keys": [[0, [1, 2]]]}}, "path of left_hand must be"),
        (
            {"left_hand": {"place": "raised", "keys": [[0, [float("inf"), 2, 3]]]}},
            "hand's way from its place",
        ),
    ],
)
def test_what_is_no_programme_is_refused_in_a_sentence(plain, says):
    with pytest.raises(InputError, match=says):
        from_json(plain)


def test_a_file_that_is_no_programme_is_named(tmp_path):
    (tmp_path / "mine.json").write_text("{")
    with pytest.raises(InputError, match=r"mine\.json cannot be read"):
        read_programme(tmp_path / "mine.json")


def test_a_movement_that_begins_late_cannot_fill_the_clip():
    late = Movement("jaw", "opening", 2.0, rate_hz=1.0, start_s=5.0)
    with pytest.raises(InputError, match="cannot fill"):
        Programme(duration_s=10.0, movements=(late,))


def test_a_preset_that_does_not_fit_into_a_short_clip_says_so():
    with pytest.raises(InputError, match=r"task_tapping_left does not fit into 0\.6 s\. Give it a longer"):
        programme_of("task_tapping_left", duration_s=0.6)
    with pytest.raises(InputError, match="duration must be a number"):
        programme_of("rest", duration_s=-1)


def test_tremor_speech_and_what_was_asked_for_do_not_count_and_dyskinesia_does():
    def kinds(name):
        return {one.taken_for for one in programme_of(name).movements if one.region != "head"}

    assert kinds("rabbit_syndrome") == {MovementType.TREMOR_LIKE}
    assert kinds("talking") == {MovementType.SPEECH_LIKE}
    assert kinds("task_tapping_left") == {MovementType.VOLUNTARY_TASK}
    for name in ("rabbit_syndrome", "talking", "task_tapping_left", "gum", "nodding", "essential_tremor"):
        assert not any(one.counts for one in programme_of(name).movements)
    assert any(one.counts for one in programme_of("tremor_with_dyskinesia").movements)


def test_a_mover_moves_one_part_only():
    programme = mover("lips", "opening", rate_hz=3.0, amplitude=1.5, living=False)
    assert [(one.region, one.amplitude, one.rate_hz) for one in programme.movements] == [("lips", 1.5, 3.0)]
    assert programme.blinks_per_minute == programme.head_sway_mm == 0


@pytest.mark.parametrize("part", SCALES)
@pytest.mark.parametrize("grade", range(5))
def test_a_severity_is_read_back_from_its_own_cell(part, grade):
    import numpy as np

    middle = middle_cell(part, grade)
    assert severity(part, middle.amplitude_mm, middle.share_of_time) == grade
    for seed in range(10):
        cell = any_cell(part, grade, np.random.default_rng(seed))
        assert severity(part, cell.amplitude_mm, cell.share_of_time) == grade


def test_several_parts_move_at_once_each_by_its_own_severity():
    programme = with_severities({"lips": 3, "upper_limbs": 2, "jaw": 0})
    assert {one.region for one in programme.movements} == {"lips", "left_hand", "right_hand"}
    assert programme.left_hand.place == "raised"
