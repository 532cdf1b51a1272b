"""What changes tracks, and what does not."""

from __future__ import annotations

import shutil
import subprocess
import sys
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


def test_workers_that_ask_at_once_get_the_same_key() -> None:
    program = (
        "import gc, sys; from concurrent.futures import ThreadPoolExecutor\n"
        "from tdscreen.keeping.fingerprint import tracking_key\n"
        # Threads take turns in the middle of a syntax tree where the collector of garbage runs Python of its own.
        "gc.callbacks.append(lambda *_: None); gc.set_threshold(50); sys.setswitchinterval(1e-6)\n"
        "with ThreadPoolExecutor(8) as pool:\n"
        "    print(len({one.result() for one in [pool.submit(tracking_key) for _ in range(8)]}))"
    )
    # In an interpreter of its own: this one may know the key already.
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert ran.stdout.split() == ["1"], ran.stderr
