"""What changes tracks, and what does not."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tdscreen.keeping import fingerprint


def test_a_change_behind_tracking_tracks_nothing_again(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    package = tmp_path / "tdscreen"
    shutil.copytree(fingerprint._PACKAGE, package, ignore=shutil.ignore_patterns("__pycache__"))
    monkeypatch.setattr(fingerprint, "_PACKAGE", package)

    def key_after(room: str) -> str:
        (package / room / "__init__.py").write_text(f'"""Changed: {room}."""\n')
        fingerprint.tracking_key.cache_clear()
        return fingerprint.tracking_key()

    before = fingerprint.tracking_key.__wrapped__()
    assert key_after("motion") == before
    assert key_after("measurement") == before
    assert key_after("tracking") != before
    fingerprint.tracking_key.cache_clear()
