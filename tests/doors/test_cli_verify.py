"""``tdscreen verify``: the small grid from nothing to a card, and what it says when it cannot."""

from __future__ import annotations

import csv
import importlib.util
import io
import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from tdscreen.cli import main
from tdscreen.cli_verify import SECTIONS, SIZES

CAN_DRAW = importlib.util.find_spec("anny") is not None and importlib.util.find_spec("pyvista") is not None
needs_people = pytest.mark.skipif(
    not CAN_DRAW and "CI" not in os.environ, reason="virtual people need the extra 'phantom'"
)


def table(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))


@needs_people
def test_the_options_name_what_there_is() -> None:
    from tdscreen.verification import grid
    from tdscreen.verification.sections import all_sections

    assert SIZES == grid.SIZES
    assert tuple(section.name for section in all_sections.SECTIONS) == SECTIONS


@needs_people
def test_rendering_nothing_and_measuring_nothing_is_refused(tmp_path: Path) -> None:
    ran = CliRunner().invoke(main, ["verify", str(tmp_path), "--no-render", "--render-only"])
    assert ran.exit_code == 2
    assert "nothing to be done" in ran.output


@needs_people
def test_a_folder_without_clips_makes_no_card(tmp_path: Path) -> None:
    ran = CliRunner().invoke(main, ["verify", str(tmp_path), "--size", "small", "--no-render"])
    assert ran.exit_code == 2
    assert "Render them first" in ran.output
    assert not (tmp_path / "card").exists()


@needs_people
def test_what_cannot_be_written_is_said_before_anything_is_done(tmp_path: Path) -> None:
    (tmp_path / "a_file").write_text("no folder")
    (tmp_path / "README.md").write_text("no place for a card")
    beneath = str(tmp_path / "a_file" / "clips")
    ran = CliRunner().invoke(main, ["verify", beneath, "--size", "small"])
    assert (ran.exit_code, "a_file is no folder" in ran.output) == (2, True)
    quoting = [str(tmp_path / "clips"), "--quote", str(tmp_path / "README.md")]
    ran = CliRunner().invoke(main, ["verify", *quoting])
    assert (ran.exit_code, "where the card is to be quoted" in ran.output) == (2, True)
    assert not (tmp_path / "clips").exists()


@pytest.mark.parametrize("part", [["--size", "small"], ["--only", "tongue"]])
def test_a_card_of_a_part_is_not_quoted(tmp_path: Path, part: list[str]) -> None:
    readme = tmp_path / "README.md"
    readme.write_text("<!-- measurement card -->\nwhole\n<!-- end of the measurement card -->\n")
    ran = CliRunner().invoke(main, ["verify", str(tmp_path / "clips"), *part, "--quote", str(readme)])
    assert (ran.exit_code, "Only a whole card is quoted" in ran.output) == (2, True)
    assert "whole" in readme.read_text()
    assert not (tmp_path / "clips").exists()


@needs_people
@pytest.mark.slow
def test_the_small_card_is_made_from_nothing_and_again_from_what_is_kept(tmp_path: Path) -> None:
    command = ["verify", str(tmp_path), "--size", "small", "--jobs", "1", "--date", "2001-02-03"]
    ran = CliRunner().invoke(main, command)
    assert ran.exit_code == 0, ran.output
    card = tmp_path / "card"
    page = (card / "index.html").read_text(encoding="utf-8")
    assert "2001-02-03" in page
    assert "could not be rendered or measured" not in page
    figures = {row["name"]: row for row in table(card / "figures.csv")}
    # A jaw at 1.5 Hz and brows at 1 Hz, and one clip past use.
    assert figures["frequency.steady"]["n"] == "2"
    assert all(row["verdict"] in ("reached", "not reached", "not measured", "") for row in figures.values())
    assert all(row["reason"] for row in figures.values() if row["verdict"].startswith("not"))
    (jaw,) = (
        row for row in table(card / "clips.csv") if row["clip"] == "small-jaw-brow" and row["region"] == "jaw"
    )
    assert float(jaw["true_amplitude"]) == pytest.approx(3.95, abs=0.1)
    assert float(jaw["frequency_hz"]) == pytest.approx(1.5, abs=0.1)
    assert 0.5 < float(jaw["amplitude_mm"]) / float(jaw["true_amplitude_of_signal"]) < 1.5
    assert figures["quality.good"]["value"] == "0"
    made = {path.name: path.stat().st_mtime_ns for path in tmp_path.glob("*.mp4")}
    again = CliRunner().invoke(main, [*command, "--no-render", "--out", str(tmp_path / "again")])
    assert again.exit_code == 0, again.output
    assert {path.name: path.stat().st_mtime_ns for path in tmp_path.glob("*.mp4")} == made
    for path in card.iterdir():
        assert path.read_bytes() == (tmp_path / "again" / path.name).read_bytes(), path.name
