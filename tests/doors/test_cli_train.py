"""From the shell: a model, its validation and its calibration; and nothing of anybody's is written over."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from click.testing import CliRunner

from studies import make_table, write_table
from tdscreen.cli import main

pytestmark = pytest.mark.slow


def run(*arguments: object) -> tuple[int, str]:
    result = CliRunner().invoke(main, [str(one) for one in arguments])
    return result.exit_code, result.output


@pytest.fixture(scope="module")
def fitted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Fit a model of one feature to 20 people."""
    folder = tmp_path_factory.mktemp("fitted")
    table = write_table(make_table(20, seed=1), folder / "ratings.csv")
    status, output = run(
        "train", table, "--label", "R1", "--label", "R2", "--group", "person", "--features", "lips.amplitude_mm",
        "--rises", "lips.*", "--out", folder / "own", "--date", "2026-11-26",
    )  # fmt: skip
    assert status == 0, output
    return folder


def test_a_model_is_fitted_validated_and_calibrated(fitted: Path, tmp_path: Path) -> None:
    own = fitted / "own"
    assert {path.name for path in own.iterdir()} == {"model.onnx", "model.md", "left_out.csv", "people.txt"}
    others = write_table(make_table(20, seed=2, first=100), tmp_path / "others.csv")
    about = ("--model", own / "model.onnx", "--label", "R1", "--label", "R2", "--group", "person")
    status, output = run("validate", others, *about, "--out", tmp_path / "validation")
    assert status == 0, output
    written = {path.name for path in (tmp_path / "validation").iterdir()}
    assert written == {"index.html", "validation.pdf", "figures.csv", "rows.csv"}
    status, output = run("calibrate", others, *about, "--out", tmp_path / "here")
    assert status == 0, output
    assert "people" in (tmp_path / "here" / "calibration.md").read_text()
    status, output = run("validate", fitted / "ratings.csv", *about, "--out", tmp_path / "again")
    assert status == 8
    assert "fitted or calibrated on 20 of these 20 people" in output
    assert not (tmp_path / "again").exists()


def test_nothing_is_written_over(fitted: Path) -> None:
    before = (fitted / "own" / "model.onnx").read_bytes()
    table = fitted / "ratings.csv"
    status, output = run(
        "train", table, "--label", "R1", "--group", "person", "--features", "noise", "--out", fitted / "own"
    )
    assert status == 2
    assert "already there" in output
    assert (fitted / "own" / "model.onnx").read_bytes() == before


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--label", "lips=R1", "--label", "R2"), "name the item before each"),
        (("--label", "R1"), "Name the columns of features"),
        (("--label", "R1", "--features", "lips.*", "--interaction", "noise"), "COLUMN:COLUMN"),
        (("--label", "lips="), "ITEM=COLUMN"),
        (("--label", "R1", "--features", "lips.*", "--falls", "jaw.*"), "not among the features"),
        (("--label", "R1", "--features", "lips.*", "--rises", "lips.*", "--falls", "lips.*"), "both to rise"),
        (("--label", "R1", "--label", "R1", "--features", "lips.*"), "named twice"),
        (("--label", "R1", "--features", "lips.*", "--date", "today"), "is no date"),
    ],
)
def test_what_is_not_asked_clearly_is_asked_back(
    fitted: Path, tmp_path: Path, arguments: tuple[str, ...], words: str
) -> None:
    status, output = run(
        "train", fitted / "ratings.csv", *arguments, "--group", "person", "--out", tmp_path / "none"
    )
    assert status == 2
    assert words in output
    assert not (tmp_path / "none").exists()


def test_whom_a_calibrated_model_was_fitted_on_stays_unknown_where_it_was(
    fitted: Path, tmp_path: Path
) -> None:
    (tmp_path / "model.onnx").write_bytes((fitted / "own" / "model.onnx").read_bytes())
    others = write_table(make_table(20, seed=2, first=100), tmp_path / "others.csv")
    about = ("--label", "R1", "--group", "person")
    status, output = run(
        "calibrate", others, "--model", tmp_path / "model.onnx", *about, "--out", tmp_path / "here"
    )
    assert status == 0, output
    # These are the very people that the model was fitted on, and the list beside it does not know them.
    status, output = run(
        "validate", fitted / "ratings.csv", "--model", tmp_path / "here" / "model.onnx", *about,
        "--out", tmp_path / "validation",
    )  # fmt: skip
    assert status == 0, output
    assert "It could not be checked that it was fitted on other people" in output
    assert "None of these people is among those whom the model was fitted on" not in output


@pytest.fixture
def rated_clips(fitted: Path, tmp_path: Path) -> Path:
    """Give a table of 20 other people, each with a clip that nobody has measured yet, and a model beside them."""
    table = make_table(20, seed=2, first=100).drop_duplicates("person")[["person", "R1"]]
    table["file"] = [f"clip {number}.mp4" for number in range(20)]
    for name in table["file"]:
        (tmp_path / name).write_text(name)
    (tmp_path / "model.onnx").write_bytes((fitted / "own" / "model.onnx").read_bytes())
    return write_table(table, tmp_path / "ratings.csv")


@pytest.mark.parametrize("command", ["validate", "calibrate"])
@pytest.mark.parametrize(
    ("listed", "label", "words", "expected"),
    [
        (("people.txt", "p103\n"), "R1", "calibrated on 1 of these 20 people", 8),
        (
            ("clips.txt", hashlib.sha256(b"clip 7.mp4").hexdigest()),
            "R1",
            "calibrated on 1 clip of these 20, the first of them clip 7.mp4",
            8,
        ),
        (("people.txt", ""), "jaw=R1", "and not jaw", 2),
        (("people.txt", ""), "R9", "has no column R9", 8),
    ],
)
def test_what_the_model_has_seen_is_refused_before_a_clip_is_measured(
    rated_clips: Path, command: str, listed: tuple[str, str], label: str, words: str, expected: int
) -> None:
    folder = rated_clips.parent
    (folder / listed[0]).write_text(listed[1])
    status, output = run(
        command, rated_clips, "--clips", folder, "--model", folder / "model.onnx", "--label", label,
        "--group", "person", "--out", folder / "out",
    )  # fmt: skip
    assert status == expected, output
    assert words in output
    assert "1 of 20: clip" not in output, "no clip was measured"
    assert not (folder / "out").exists()
