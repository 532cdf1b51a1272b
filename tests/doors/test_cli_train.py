"""From the shell: a model, its validation and its calibration; and nothing of anybody's is written over."""

from __future__ import annotations

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
    assert "fitted on 20 of these 20 people" in output
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
