"""Training clips are made beside the store, under names that tell nothing, and a run that was stopped goes on."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from phantom.people import needs_people
from tdscreen import cli_training
from tdscreen.cli import main
from tdscreen.clinicapp.practice_set import clips_in, truth_of
from tdscreen.vocabulary import Item


@needs_people
def test_each_item_at_each_severity_and_one_that_is_still_under_names_that_tell_nothing() -> None:
    specs = cli_training._specs(cli_training.PARTS, duration_s=12.0, width=960, height=720)
    assert len(specs) == 21
    assert len({spec.name for spec in specs}) == 21
    assert len({spec.person_seed for spec in specs}) == 21
    assert all(spec.person_seed < 500 for spec in specs)
    assert [spec.name for spec in specs] == sorted(spec.name for spec in specs)
    assert [str(spec.preset) for spec in specs] != sorted(str(spec.preset) for spec in specs)
    fewer = cli_training._specs(("lips",), duration_s=12.0, width=960, height=720)
    assert {spec.name for spec in fewer} < {spec.name for spec in specs}
    other = cli_training._specs(("lips",), duration_s=3.0, width=960, height=720)
    assert not {spec.name for spec in fewer} & {spec.name for spec in other}, "a name is of one clip"


@pytest.mark.slow
@needs_people
def test_the_clips_lie_beside_the_store_and_are_made_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TDSCREEN_CLINIC_KEY_FILE", str(tmp_path / "key"))
    monkeypatch.setenv("TDSCREEN_CLINIC_FOLDER", str(tmp_path / "store"))
    monkeypatch.delenv("TDSCREEN_CLINIC_KEY", raising=False)
    monkeypatch.delenv("TDSCREEN_CLINIC_DATABASE", raising=False)
    monkeypatch.setattr(cli_training, "_GRADES", (4,))

    def run(*arguments: str) -> str:
        result = CliRunner().invoke(main, ["clinic", *arguments])
        assert result.exit_code == 0, result.output
        return result.output

    run("key", "--out", str(tmp_path / "key"))
    run("init")
    make = ("training", "--item", "lips", "--duration", "1", "--width", "64", "--height", "64")
    said = run(*make)
    folder = tmp_path / "store-training"
    assert f"2 training clips are in {folder}" in said
    names = clips_in(folder)
    assert len(names) == 2
    assert sorted(truth_of(folder, name)[Item.LIPS].score for name in names) == [0, 4]
    made = {path: path.stat().st_mtime_ns for path in folder.iterdir()}
    (folder / f"{names[0]}.truth.json").unlink()
    assert clips_in(folder) == names[1:], "what is not whole is not shown"
    run(*make)
    assert clips_in(folder) == names
    assert all(
        path.stat().st_mtime_ns == at for path, at in made.items() if path.name.startswith(names[1])
    ), "what was made is kept"
