"""What a clip's measurement depends on besides the clip: a result is used again as long as this is the same."""

from __future__ import annotations

import functools
import hashlib
import json
import os
import platform
from importlib import metadata
from pathlib import Path
from typing import Any

import tdscreen
from tdscreen import __version__, settings
from tdscreen.assessment.assessment import SCHEMA_VERSION
from tdscreen.assessment.json_form import plain
from tdscreen.batch.plan import PlannedClip
from tdscreen.keeping.fingerprint import model_hashes, source_key, tracking_key
from tdscreen.scoring.model import SeverityModel
from tdscreen.settings import SCORING

MEASURING_ROOMS = ("geometry", "motion", "measurement")
"""What stands between tracks and a clip's measurement."""
LIBRARIES = ("mediapipe", "opencv-contrib-python", "av", "numpy", "scipy", "onnxruntime")
"""Those whose digits enter a measurement."""
_LATER_SETTINGS = ("SCORING", "CACHE", "BATCH", "TRAINING", "VALIDATION")
_PACKAGE = Path(tdscreen.__file__).parent


@functools.cache
def measurement_key() -> str:
    """Return a hash of the code, the models, the settings and the libraries that a measurement depends on.

    What comes after it is not in it: another scoring model scores the same measurements anew, and measures none.
    """
    hashed = hashlib.sha256(tracking_key().encode())
    sources = [path for room in MEASURING_ROOMS for path in (_PACKAGE / room).glob("*.py")]
    for path in sorted([*sources, _PACKAGE / "vocabulary.py"]):
        hashed.update(f"{path.relative_to(_PACKAGE)}\0".encode() + path.read_bytes())
    hashed.update(json.dumps([_measuring_settings(), library_versions()], sort_keys=True).encode())
    return hashed.hexdigest()


def _measuring_settings() -> dict[str, str]:
    # Limits on what is read decide whether a clip is measured, and change no digit of it.
    named = {name: repr(value) for name, value in vars(settings).items() if name.isupper()}
    return {name: text for name, text in named.items() if name not in (*_LATER_SETTINGS, "VIDEO")}


@functools.cache
def library_versions() -> dict[str, str]:
    """Return the versions of the libraries whose digits enter a measurement, by name."""
    return {name: metadata.version(name) for name in LIBRARIES}


def result_key(sha256: str, clip: PlannedClip) -> str:
    """Return the name of a clip's result: of its bytes, of what was asked for, and of what measures it.

    Parameters
    ----------
    sha256 : str
        Of the clip's bytes.
    clip : PlannedClip
        Of which neither name nor place counts.

    Returns
    -------
    str
        64 hexadecimal digits.
    """
    # What is not asked for is not in the name: results from before it could be asked for stay good.
    left_out = [] if clip.hands else ["hands left out"]
    parts = json.dumps([sha256, str(clip.task), clip.mirrored, *left_out, measurement_key()])
    return hashlib.sha256(parts.encode()).hexdigest()


def known_result_key(sha256: str | None, clip: PlannedClip) -> str | None:
    """Return the name of a clip's result; None while its bytes are not known. Else as :func:`result_key`."""
    return None if sha256 is None else result_key(sha256, clip)


def made_with(model: SeverityModel) -> dict[str, Any]:
    """Return what results are made with: versions, hashes and settings.

    Parameters
    ----------
    model : SeverityModel
        By which examinations are scored.

    Returns
    -------
    dict
        As JSON knows it.
    """
    return {
        "tdscreen": __version__,
        "assessment_schema": SCHEMA_VERSION,
        "source_sha256": source_key(),
        "measurement_key": measurement_key(),
        "scoring_model": {
            name: getattr(model, name) for name in ("name", "version", "date", "status", "sha256")
        },
        # Where a model of one's own scores, the one that came with this version takes no part.
        "models_sha256": {
            name: sha256
            for name, sha256 in model_hashes().items()
            if name != SCORING.model_file or sha256 == model.sha256
        },
        "libraries": library_versions(),
        "settings": {
            name: plain(value)
            for name, value in sorted(vars(settings).items())
            if name.isupper() and not isinstance(value, type)
        },
    }


def machine() -> dict[str, Any]:
    """Return what kind of machine this is, and not whose."""
    return {
        "system": platform.system(),
        "release": platform.release(),
        "architecture": platform.machine(),
        "python": platform.python_version(),
        "cores": cores(),
        "memory_bytes": _memory_bytes("SC_PHYS_PAGES"),
    }


def cores() -> int:
    """Return how many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def free_memory_bytes() -> int | None:
    """Return the memory that nobody uses now; None where the system does not say."""
    try:
        for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    except OSError:
        return _memory_bytes("SC_AVPHYS_PAGES")
    return None


def _memory_bytes(pages: str) -> int | None:
    try:
        return os.sysconf(pages) * os.sysconf("SC_PAGE_SIZE")
    except (ValueError, OSError, AttributeError):
        return None
