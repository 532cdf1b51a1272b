"""What the commands print and how they end, in one process but for the worker."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any

import click
import jsonschema
import pytest
from click.testing import CliRunner, Result

from clips import scene, write_clip
from recordings import SAMPLES
from tdscreen.assessment.json_form import schema
from tdscreen.cli import main
from tdscreen.vocabulary import Item, MovementType, Region, Task

BAD_STATUS = {"missing": 2, "folder": 2, "text": 3, "empty": 3, "sound only": 3, "never finished": 3}

CLIP_KEYS = {
    "file", "task", "frames", "duration_s", "effective_fps", "width", "height", "rotation_deg", "quality", "regions",
}  # fmt: skip
REGION_KEYS = {
    "assessed", "reason", "peak_frequency_hz", "amplitude_mm", "percent_time_moving", "noise_floor_mm",
    "movement_types",
}  # fmt: skip


def run(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


def documents(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


@pytest.fixture(scope="module")
def scored() -> Result:
    return run("score", SAMPLES / "lips_1.5hz.mp4", SAMPLES / "dark.mp4", "--task", "rest", "--json")


def test_json_is_one_document_a_line_and_each_fits_the_published_schema(scored: Result) -> None:
    assert scored.exit_code == 0, scored.stderr
    found = documents(scored)
    assert [document["clips"][0]["file"] for document in found] == ["lips_1.5hz.mp4", "dark.mp4"]
    for document in found:
        jsonschema.Draft202012Validator(schema()).validate(document)


def test_json_has_the_names_that_others_script_against(scored: Result) -> None:
    for document in documents(scored):
        (clip,) = document["clips"]
        assert clip.keys() >= CLIP_KEYS
        assert clip["quality"].keys() >= {"verdict", "checks"}
        for check in clip["quality"]["checks"]:
            assert check.keys() >= {"name", "value", "limit", "passed", "advice"}
        assert set(clip["regions"]) == set(Region)
        for region in clip["regions"].values():
            assert region.keys() >= REGION_KEYS
            assert set(region["movement_types"]) <= set(MovementType)
        assert set(document["items"]) == set(Item)
        for item in document["items"].values():
            assert item.keys() >= {"assessed", "reason", "expected", "probabilities", "contributions"}
        assert document["total"].keys() >= {"expected", "interval", "maximum", "items_assessed"}
        assert document["triage"].keys() >= {"level", "probability_schooler_kane"}
        assert document["coverage"].keys() >= {"seen", "not_seen"}
        assert document["provenance"].keys() >= {
            "tdscreen", "model_sha256", "model_status", "mediapipe", "input_sha256", "schema_version",
        }  # fmt: skip


def test_the_lips_of_the_sample_move_at_1_5_hz_in_the_json(scored: Result) -> None:
    lips = documents(scored)[0]["clips"][0]["regions"]["lips"]
    assert lips["assessed"]
    assert lips["peak_frequency_hz"] == pytest.approx(1.5, abs=0.1)


def test_a_dark_clip_is_unusable_says_why_and_gives_no_number(scored: Result) -> None:
    dark = documents(scored)[1]
    assert dark["triage"]["level"] == "unusable"
    assert "dark" in dark["triage"]["reason"]
    assert dark["total"]["expected"] is None
    assert not any(region["assessed"] for region in dark["clips"][0]["regions"].values())
    assert all(item["expected"] is None and item["reason"] for item in dark["items"].values())


@pytest.mark.parametrize(("kind", "status"), BAD_STATUS.items())
def test_a_bad_file_gets_one_sentence_and_the_status_of_its_class(
    kind: str, status: int, bad_files: dict[str, Path]
) -> None:
    result = run("score", bad_files[kind], "--json")
    assert result.exit_code == status
    assert result.stdout == ""
    assert len(result.stderr.splitlines()) == 1
    assert result.stderr.rstrip().endswith(".")
    assert "Traceback" not in result.stderr
    assert bad_files[kind].name in result.stderr


@pytest.mark.parametrize("command", ["track", "features", "overlay"])
def test_every_command_refuses_what_is_no_clip(
    command: str, bad_files: dict[str, Path], tmp_path: Path
) -> None:
    out = {"track": ["--out", tmp_path / "t.parquet"], "overlay": ["--out", tmp_path / "o.mp4"]}
    result = run(command, bad_files["text"], *out.get(command, []))
    assert result.exit_code == 3
    assert len(result.stderr.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def test_other_clips_go_on_after_a_bad_one_and_the_output_stays_json(
    brief_clip: Path, bad_files: dict[str, Path]
) -> None:
    result = run("score", bad_files["text"], brief_clip, bad_files["missing"], "--json")
    assert result.exit_code == 3, "the status of the first that failed"
    assert [document["clips"][0]["file"] for document in documents(result)] == ["brief.mp4"]
    assert [line.split(":")[0] for line in result.stderr.splitlines()] == [
        str(bad_files["text"]),
        str(bad_files["missing"]),
    ]


def test_an_examination_with_a_bad_clip_rests_on_the_others_and_says_so(
    brief_clip: Path, faceless_clip: Path, bad_files: dict[str, Path]
) -> None:
    result = run("score", brief_clip, bad_files["empty"], faceless_clip, "--examination", "--json")
    assert result.exit_code == 3
    (document,) = documents(result)
    assert [clip["file"] for clip in document["clips"]] == ["brief.mp4", "nobody.mp4"]
    assert "rests on the other clips" in result.stderr


def test_a_clip_longer_than_the_limit_is_refused(brief_clip: Path) -> None:
    result = run("score", brief_clip, "--max-duration", "1")
    assert result.exit_code == 4
    assert "--max-duration" in result.stderr
    assert result.stdout == ""


def test_a_clip_larger_than_the_limit_is_refused(brief_clip: Path) -> None:
    result = run("score", brief_clip, "--max-size", "0.001")
    assert result.exit_code == 4
    assert "--max-size" in result.stderr
    assert result.stdout == ""


@pytest.mark.parametrize("limit", ["--max-size", "--max-duration"])
@pytest.mark.parametrize("value", ["nan", "inf", "0", "-1"])
def test_a_limit_is_a_number_above_nothing(limit: str, value: str, brief_clip: Path) -> None:
    result = run("score", brief_clip, limit, value)
    assert result.exit_code == 2
    assert limit in result.stderr
    assert isinstance(result.exception, SystemExit)


def test_a_truncated_clip_is_scored_and_says_how_much_was_read(brief_clip: Path, tmp_path: Path) -> None:
    cut = tmp_path / "cut.mp4"
    whole = write_clip(
        tmp_path / "whole.mp4", scene(90, width=320, height=240), container_options={"movflags": "faststart"}
    ).read_bytes()
    cut.write_bytes(whole[: len(whole) // 2])
    result = run("score", cut, "--json")
    assert result.exit_code == 0, result.stderr
    (clip,) = documents(result)[0]["clips"]
    complete = next(check for check in clip["quality"]["checks"] if check["name"] == "complete")
    assert not complete["passed"]
    assert 20 < complete["value"] < 80
    assert clip["duration_s"] < 2.5


def test_each_clip_has_its_own_task_when_each_is_named_and_a_selfie_says_that_it_is_one(
    brief_clip: Path, faceless_clip: Path
) -> None:
    result = run(
        "score",
        brief_clip,
        faceless_clip,
        "--task",
        "rest",
        "--task",
        "speech",
        "--examination",
        "--json",
        "--mirrored",
    )
    assert [clip["task"] for clip in documents(result)[0]["clips"]] == ["rest", "speech"]
    assert all(clip["mirrored"] for clip in documents(result)[0]["clips"])


@pytest.mark.slow
def test_a_task_named_once_is_that_of_every_clip_and_none_is_unstructured(faceless_clip: Path) -> None:
    one = run("score", faceless_clip, faceless_clip, "--task", "arms_out", "--json")
    assert [document["clips"][0]["task"] for document in documents(one)] == ["arms_out"] * 2
    (none,) = documents(run("score", faceless_clip, "--json"))
    assert none["clips"][0]["task"] == "unstructured"


def test_hands_are_left_out_on_request_but_where_the_task_is_about_them(faceless_clip: Path) -> None:
    result = run(
        "score", faceless_clip, faceless_clip, "--no-hands", "--task", "rest", "--task", "arms_out", "--json"
    )
    assert result.exit_code == 0, result.stderr
    rest, arms_out = (document["clips"][0]["regions"] for document in documents(result))
    for hand in ("left_hand", "right_hand"):
        assert "left out on request" in rest[hand]["reason"]
        assert "left out" not in arms_out[hand]["reason"]
    (line,) = result.stderr.splitlines()
    assert "the task is about the hands" in line


def test_three_tasks_for_two_clips_are_refused_before_any_work(faceless_clip: Path) -> None:
    tasks = [word for task in ("rest", "speech", "rest") for word in ("--task", task)]
    result = run("score", faceless_clip, faceless_clip, *tasks)
    assert result.exit_code == 2
    assert "2 clips but 3 tasks" in result.stderr


def test_a_task_that_is_not_known_is_refused_with_those_that_are(faceless_clip: Path) -> None:
    result = run("score", faceless_clip, "--task", "dancing")
    assert result.exit_code == 2
    assert all(task in result.stderr for task in Task)


@pytest.mark.slow
def test_clips_may_have_any_name(faceless_clip: Path, tmp_path: Path) -> None:
    names = ["[bold]x[end].mp4", "a\nb.mp4", "\x1b[2J.mp4", "脸 😀.mp4"]
    for name in names:
        (tmp_path / name).write_bytes(faceless_clip.read_bytes())
    clips = [tmp_path / name for name in names]
    together = documents(run("score", *clips, "--examination", "--json"))
    assert [clip["file"] for clip in together[0]["clips"]] == names
    summary = run("score", *clips, "--examination")
    assert summary.exit_code == 0
    assert "\x1b[2J" not in summary.stdout
    titles = [line for line in summary.stdout.splitlines() if line.startswith("╭")]
    assert [title.strip("╭─╮ ") for title in titles] == [
        "[bold]x[end].mp4",
        "a�b.mp4",
        "�[2J.mp4",
        "脸 😀.mp4",
    ]


def test_a_clip_whose_name_is_not_unicode_is_scored(faceless_clip: Path, tmp_path: Path) -> None:
    clip = os.fsencode(tmp_path) + b"/caf\xe9.mp4"
    Path(os.fsdecode(clip)).write_bytes(faceless_clip.read_bytes())
    result = run("score", os.fsdecode(clip), "--json")
    assert result.exit_code == 0, result.stderr
    assert os.fsencode(documents(result)[0]["clips"][0]["file"]) == b"caf\xe9.mp4"
    assert run("score", os.fsdecode(clip)).exit_code == 0


def test_a_bad_file_with_a_name_of_two_lines_still_gets_one_line(tmp_path: Path) -> None:
    clip = tmp_path / "two\nlines\x1b[31m.mp4"
    clip.write_text("no video")
    result = run("score", clip)
    assert result.exit_code == 3
    assert len(result.stderr.splitlines()) == 1
    assert "\x1b" not in result.stderr


@pytest.mark.slow
def test_features_of_a_clip_and_of_its_tracks_are_the_same_numbers(brief_clip: Path, tmp_path: Path) -> None:
    out = tmp_path / "tracks of brief"
    assert run("track", brief_clip, "--out", out).exit_code == 0
    from_file = run("features", out)
    from_clip = run("features", brief_clip)
    assert from_file.exit_code == from_clip.exit_code == 0
    assert from_file.stdout == from_clip.stdout
    assert from_file.stderr == from_clip.stderr
    names = {line["name"]: line for line in documents(from_clip)}
    assert names["lips.side_shift"]["region"] == "lips"
    assert names["lips.side_shift"]["assessed_s"] > 1.0


def test_features_say_on_the_other_stream_what_was_not_assessed(brief_clip: Path) -> None:
    result = run("features", brief_clip)
    assert "tongue: not assessed. " in result.stderr
    assert {line["region"] for line in documents(result)} >= {"lips", "jaw", "upper_face", "head"}


def test_track_says_what_it_saw_and_replaces_nothing(brief_clip: Path, tmp_path: Path) -> None:
    out = tmp_path / "tracks.parquet"
    first = run("track", brief_clip, "--out", out)
    assert first.exit_code == 0
    assert first.stdout == ""
    assert "75 pictures, the face in 7" in first.stderr
    kept = out.read_bytes()
    again = run("track", brief_clip, "--out", out)
    assert again.exit_code == 2
    assert "already there" in again.stderr
    assert out.read_bytes() == kept


@pytest.mark.parametrize(("command", "name"), [("track", "t.parquet"), ("overlay", "o.mp4")])
def test_a_missing_folder_to_write_to_is_said_before_any_work(
    command: str, name: str, bad_files: dict[str, Path], tmp_path: Path
) -> None:
    # The clip is missing, too: the folder comes first, so no clip is tracked in vain.
    result = run(command, bad_files["missing"], "--out", tmp_path / "nowhere" / name)
    assert result.exit_code == 2
    assert "There is no folder" in result.stderr


def test_a_damaged_file_of_tracks_is_refused_with_a_sentence(brief_clip: Path, tmp_path: Path) -> None:
    out = tmp_path / "tracks.parquet"
    run("track", brief_clip, "--out", out)
    out.write_bytes(out.read_bytes()[:5000])
    result = run("features", out)
    assert result.exit_code == 6
    assert len(result.stderr.splitlines()) == 1


def test_features_of_a_missing_file_of_tracks_are_refused(tmp_path: Path) -> None:
    result = run("features", tmp_path / "none.parquet")
    assert result.exit_code == 2
    assert len(result.stderr.splitlines()) == 1


def test_help_names_every_command_with_a_whole_sentence_and_an_example() -> None:
    text = run("--help").output
    for name, command in main.commands.items():
        assert name in text
        first = (command.help or "").split("\n\n")[0].replace("\n", " ")
        assert first in text, f"the line for {name} is cut short"
    assert "tdscreen score CLIP.mp4 " in text
    assert "research use" in text
    assert "\b" not in text
    assert "\\b" not in text


@pytest.mark.parametrize("command", sorted(main.commands))
def test_help_of_each_command_explains_each_option_within_80_columns(command: str) -> None:
    result = run(command, "--help")
    assert result.exit_code == 0
    for option in main.commands[command].params:
        if isinstance(option, click.Option):
            assert option.help
            assert option.help.split()[0] in result.output


def test_nothing_named_is_a_question_and_not_a_result() -> None:
    assert run("score").exit_code == 2
    assert run().exit_code in (0, 2)


@pytest.mark.slow
def test_a_model_of_one_s_own_scores_and_says_so(brief_clip: Path, calibrated_model: Path) -> None:
    ran = run("score", str(brief_clip), "--json", "--model", str(calibrated_model))
    assert ran.exit_code == 0
    found = json.loads(ran.stdout)
    assert found["provenance"]["model_sha256"] == hashlib.sha256(calibrated_model.read_bytes()).hexdigest()
    assert "calibrated on 24 people of one place" in found["notice"]


@pytest.mark.parametrize("command", [("score", "clip.mp4"), ("app",)])
def test_a_model_that_is_not_there_is_said_before_any_work(command: tuple[str, ...], tmp_path: Path) -> None:
    ran = run(*command, "--model", str(tmp_path / "none.onnx"))
    assert ran.exit_code == 2
    assert "There is no model" in ran.stderr


def test_what_a_flag_means_at_a_prevalence_is_told_with_whose_figures_these_are() -> None:
    told = CliRunner().invoke(main, ["predictive", "--prevalence", "0.2"])
    assert told.exit_code == 0
    assert "simulated people only" in told.output
    assert "not calibrated on patients" in told.output
    assert "flags per hundred" in told.output
    found = json.loads(CliRunner().invoke(main, ["predictive", "--prevalence", "0.2", "--json"]).output)
    assert 0 < found["positive"]["interval"][0] < found["positive"]["value"] <= 1
    refused = CliRunner().invoke(main, ["predictive", "--prevalence", "20"])
    assert refused.exit_code == 2
    assert "as 0.25" in refused.output
