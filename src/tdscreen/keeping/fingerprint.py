"""What tracks and cards depend on, as hashes: the code, the settings it reads, and the models."""

from __future__ import annotations

import ast
import functools
import hashlib
import json
import threading
from pathlib import Path

import tdscreen
from tdscreen import settings
from tdscreen.model_file import models_folder
from tdscreen.settings import SCORING

TRACKING_ROOMS = ("video", "geometry", "displacement", "tracking")
"""What stands between a video file and its tracks; the rooms behind may change without tracking again."""
_PACKAGE = Path(tdscreen.__file__).parent
_PARSING = threading.Lock()
"""Python 3.11 counts the depth of syntax trees for all threads together: two that parse at once may both fail."""


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@functools.cache
def tracking_key() -> str:
    """Return a hash of everything but the clip that tracks depend on.

    The source of tracking and of what it uses of the rooms before, the settings that these read, and every model
    but the one that scores.
    """
    hashed = hashlib.sha256()
    named: set[str] = set()
    for path in _sources_of_tracks():
        source = path.read_bytes()
        hashed.update(f"{path.relative_to(_PACKAGE)}\0".encode() + source)
        named |= _settings_read(source)
    # A change in the thresholds of a later room is none of tracking's.
    hashed.update(json.dumps({name: repr(getattr(settings, name)) for name in sorted(named)}).encode())
    for name, sha256 in model_hashes().items():
        if name != SCORING.model_file:
            hashed.update(f"{name} {sha256}".encode())
    return hashed.hexdigest()


def _sources_of_tracks() -> list[Path]:
    """Return the modules of tracking, and those of the rooms before it that these import, in turn."""
    waiting = sorted((_PACKAGE / "tracking").glob("*.py"))
    found: set[Path] = set()
    while waiting:
        path = waiting.pop()
        if path in found:
            continue
        found.add(path)
        for node in ast.walk(_parsed(path.read_bytes())):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("tdscreen."):
                _, room, *rest = f"{node.module}".split(".")
                names = rest or [alias.name for alias in node.names]
                if room in TRACKING_ROOMS:
                    waiting += [file for name in names if (file := _PACKAGE / room / f"{name}.py").is_file()]
    return sorted(found)


def _parsed(source: bytes) -> ast.Module:
    with _PARSING:
        return ast.parse(source)


def _settings_read(source: bytes) -> set[str]:
    """Return which objects of the settings a module imports."""
    return {
        alias.name
        for node in ast.walk(_parsed(source))
        if isinstance(node, ast.ImportFrom) and node.module == "tdscreen.settings"
        for alias in node.names
        if alias.name.isupper()
    }


@functools.cache
def source_key() -> str:
    """Return a hash of the whole package's source: which code a card belongs to."""
    hashed = hashlib.sha256()
    for path in sorted(_PACKAGE.rglob("*.py")):
        hashed.update(f"{path.relative_to(_PACKAGE)}\0".encode() + path.read_bytes())
    return hashed.hexdigest()


@functools.cache
def model_hashes() -> dict[str, str]:
    """Return the SHA-256 of every model file, by name."""
    return {path.name: sha256_of(path) for path in sorted(models_folder().glob("*.onnx"))}
