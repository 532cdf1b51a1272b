"""The store from the shell: made, looked after, backed up, and its log checked."""

from __future__ import annotations

import re
import signal
import sqlite3
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from clips import scene, write_clip
from tdscreen.cli import main


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> object:
    """Give a function that runs a command at a store in a folder of its own."""
    monkeypatch.setenv("TDSCREEN_CLINIC_KEY_FILE", str(tmp_path / "key"))
    monkeypatch.setenv("TDSCREEN_CLINIC_FOLDER", str(tmp_path / "store"))
    monkeypatch.delenv("TDSCREEN_CLINIC_KEY", raising=False)
    monkeypatch.delenv("TDSCREEN_CLINIC_DATABASE", raising=False)

    def command(*arguments: str, status: int = 0) -> Result:
        result = CliRunner().invoke(main, list(arguments))
        assert result.exit_code == status, result.output
        return result

    return command


def test_a_store_is_made_kept_and_brought_back(
    run: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert callable(run)
    run("clinic", "key", "--out", str(tmp_path / "key"))
    assert "There is no clinic's store" in run("clinic", "sweep", status=2).output
    run("clinic", "init")
    run("clinic", "add-site", "north")
    run("clinic", "add-staff", "north", "r1", "--name", "Dr. Ratewell")
    login = ("https://login.clinic.example", "ada@clinic.example")
    run("clinic", "add-staff", "north", "a1", "--name", "Ada", "--role", "administrator", "--login", *login)
    assert (
        "login already"
        in run("clinic", "add-staff", "north", "a2", "--name", "Abel", "--login", *login, status=2).output
    )
    assert (
        "is not one of"
        in run("clinic", "add-staff", "north", "a2", "--name", "Abel", "--role", "worker", status=2).output
    )
    assert "r1 does not work at north any more." in run("clinic", "retire-staff", "north", "r1").output
    for person in ("r1", "a1", "nobody"):
        said = run("clinic", "retire-staff", "south" if person == "a1" else "north", person, status=2).output
        assert "does not work here any more" in said or "nobody with this identifier" in said
    assert "this version's form already" in run("clinic", "upgrade").output
    assert "already" in run("clinic", "add-site", "north", status=2).output
    assert run("clinic", "sweep").output.startswith("Destroyed: 0 videos")
    head = run("audit", "head").output.strip()
    assert re.fullmatch(r"\d+:[0-9a-f]{64}", head)
    assert "as it was written" in run("audit", "verify", "--head", head).output
    run("clinic", "backup", "--out", str(tmp_path / "backup.tar"))
    monkeypatch.setenv("TDSCREEN_CLINIC_FOLDER", str(tmp_path / "again"))
    assert "has to be deleted again" in run("clinic", "restore", str(tmp_path / "backup.tar")).output
    run("audit", "verify", "--head", head)
    run("clinic", "key", "--out", str(tmp_path / "new"))
    run("clinic", "rotate", "--to", str(tmp_path / "new"))
    assert "another master key" in run("audit", "head", status=2).output
    monkeypatch.setenv("TDSCREEN_CLINIC_KEY_FILE", str(tmp_path / "new"))
    run("audit", "verify")


def test_a_log_that_was_changed_ends_with_a_status_of_its_own(run: object, tmp_path: Path) -> None:
    assert callable(run)
    run("clinic", "key", "--out", str(tmp_path / "key"))
    run("clinic", "init")
    run("clinic", "add-site", "north")
    with sqlite3.connect(tmp_path / "store" / "store.db") as connection:
        connection.execute("DROP TRIGGER audit_refuses_update")
        connection.execute("UPDATE audit SET site = 'south' WHERE number = 2")
    connection.close()
    result = run("audit", "verify", status=6)
    assert "Entry 2 was changed." in result.output
    assert "not as it was written" in result.output


def test_a_folder_comes_in_and_is_assessed_even_where_nothing_can_be_seen(
    run: object, tmp_path: Path
) -> None:
    assert callable(run)
    interrupt = signal.getsignal(signal.SIGINT)
    run("clinic", "key", "--out", str(tmp_path / "key"))
    run("clinic", "init")
    run("clinic", "add-site", "north")
    run("clinic", "add-staff", "north", "r1", "--name", "Dr. Ratewell")
    run("clinic", "add-staff", "north", "a1", "--name", "Ada", "--role", "administrator")
    folder = tmp_path / "in"
    folder.mkdir()
    write_clip(folder / "sub-4711_ses-20260302_task-rest.mp4", scene(12))
    (folder / "sub-4711_ses-20260302_task-speech.mp4").write_bytes(b"no video")
    write_clip(folder / "sub-4711_ses-20990302_task-rest.mp4", scene(13))
    bring = ("clinic", "import", str(folder), "--new-patients")
    assert "is not for an administrator" in run(*bring, "--as", "a1", status=2).output
    planned = run(*bring, "--as", "r1", "--dry-run").output
    assert "sub-4711_ses-20260302_task-rest.mp4: rest, of 4711, 02 March 2026, 12:00" in planned
    done = run(*bring, "--as", "r1", status=1).output
    assert "1 clip taken in." in done
    assert "speech.mp4 is not a video" in done
    assert "sub-4711_ses-20990302_task-rest.mp4: An examination is noted once it is held" in done
    said = run("clinic", "work", "--once").output
    assert re.search(r"^Began ([0-9a-f]{32}), try 1\.\nAssessed \1\.$", said, re.MULTILINE)
    assert "4711" not in said
    assert signal.getsignal(signal.SIGINT) is interrupt
    assert "1 clip there already" in run(*bring, "--as", "r1", status=1).output
    assert "Began" not in run("clinic", "work", "--once").output
