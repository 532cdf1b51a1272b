"""What has to be unpacked lies in memory, for its owner alone, and goes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tdscreen.errors import InputError
from tdscreen.records import in_memory
from tdscreen.records.in_memory import FOLDER_VARIABLE, private_folder, remove_abandoned

KILLED = """
import os, signal
from tdscreen.records.in_memory import private_folder
with private_folder() as folder:
    (folder / "clip.video").write_bytes(b"plain")
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_folder_is_the_owners_and_goes_with_all_that_is_in_it(memory: Path) -> None:
    with private_folder() as folder:
        assert folder.parent == memory
        assert folder.stat().st_mode & 0o777 == 0o700
        (folder / "clip.video").write_bytes(b"plain")
        assert remove_abandoned() == 0, "its program lives"
        assert folder.is_dir()
    assert list(memory.iterdir()) == []
    with pytest.raises(KeyError), private_folder():
        raise KeyError
    assert list(memory.iterdir()) == []


def test_what_a_killed_program_left_goes_with_the_next(memory: Path) -> None:
    subprocess.run([sys.executable, "-c", KILLED], check=False, timeout=60)
    assert [path.read_bytes() for path in memory.glob("*/clip.video")] == [b"plain"]
    assert remove_abandoned() == 1
    assert list(memory.iterdir()) == []


def test_a_disk_is_refused_unless_somebody_vouches_for_a_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(FOLDER_VARIABLE, raising=False)
    monkeypatch.setattr(in_memory, "_SHARED_MEMORY", tmp_path / "none")
    with pytest.raises(InputError, match=FOLDER_VARIABLE), private_folder():
        pass
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path / "none"))
    with pytest.raises(InputError, match="There is no folder"), private_folder():
        pass
    monkeypatch.setenv(FOLDER_VARIABLE, str(tmp_path))
    with private_folder() as folder:
        assert folder.parent == tmp_path
