"""Where clips lie while a page is open, and what goes when a page could not tidy up itself."""

from __future__ import annotations

import io
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tdscreen.webapp.shelf import PREFIX, Shelf

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="nothing is swept on Windows")


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def a_process_that_is_gone() -> int:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    return gone.pid


def test_what_a_killed_page_left_goes_when_the_next_page_gets_a_clip(temporary: Path) -> None:
    left = temporary / f"{PREFIX}{a_process_that_is_gone()}-abc"
    left.mkdir()
    (left / "clip-001").write_bytes(b"a face")
    shelf = Shelf()
    shelf.put(io.BytesIO(b"another"))
    assert not left.exists()
    shelf.close()
    assert not list(temporary.iterdir())


def test_what_another_page_still_uses_and_what_is_not_ours_stays(temporary: Path) -> None:
    used = temporary / f"{PREFIX}{os.getpid()}-abc"
    foreign = temporary / f"{PREFIX}notes"
    other = temporary / "tdscreen-worker"
    for folder in (used, foreign, other):
        folder.mkdir()
    shelf = Shelf()
    shelf.put(io.BytesIO(b"a clip"))
    shelf.close()
    assert used.exists()
    assert foreign.exists()
    assert other.exists()
