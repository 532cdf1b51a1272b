"""Tracks of clips that were followed before, found again by what is in the file and by the code that followed it.

An entry is a file of tracks as :mod:`tdscreen.tracking.store` writes it. Its name says of which bytes it is and of
which code, models and options; in it stand a digest of its own content, so that damage is noticed, and the libraries
that took part. It holds landmarks and no picture, and not the clip's name.
"""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import hashlib
import json
import logging
import os
import platform
import sys
import time
import uuid
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import numpy as np

from tdscreen.errors import DataError, TdscreenError
from tdscreen.keeping.fingerprint import sha256_of, tracking_key
from tdscreen.settings import CACHE, VIDEO, VideoSettings
from tdscreen.tracking.store import load_tracks, save_tracks
from tdscreen.tracking.tracks import Tracks

LOCATION_VARIABLE = "TDSCREEN_CACHE"
"""Environment variable that names another folder for kept tracks, or says ``off``."""
OFF = "off"
LIBRARIES = ("mediapipe", "av", "opencv-contrib-python", "onnxruntime", "numpy")

_DIGEST, _LIBRARIES = "kept_digest", "kept_libraries"
_SUFFIX = ".parquet"
_LIMITS = (
    "max_duration_s",
    "max_file_bytes",
    "max_pixels",
    "max_frames",
    "stall_timeout_s",
    "worker_memory_bytes",
)
_STALE_S = 24 * 3600.0

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Contents:
    """What a cache holds.

    Attributes
    ----------
    folder : Path
    entries : int
    size_bytes : int
    """

    folder: Path
    entries: int
    size_bytes: int


class TrackCache:
    """A folder of tracks. Several processes may use it at once: an entry is there whole or not at all.

    Parameters
    ----------
    folder : Path
        Is made when the first tracks are kept, for nobody but its owner to read.
    max_bytes : int or None
        Above this the entries that were not used for longest go; None: never.
    """

    def __init__(self, folder: Path, *, max_bytes: int | None = None) -> None:
        self.folder = folder
        self._max_bytes = max_bytes

    def name_of(
        self,
        clip: Path,
        *,
        mirrored: bool = False,
        hands: bool = True,
        settings: VideoSettings = VIDEO,
        sha256: str | None = None,
    ) -> str | None:
        """Name the entry of a clip; None of what cannot be a clip, which is for the tracker to say.

        Parameters
        ----------
        clip : Path
        mirrored, hands, settings, sha256
            As for :func:`tdscreen.api.track`.
        """
        try:
            if not clip.is_file() or clip.stat().st_size > settings.max_file_bytes:
                return None
            content = sha256 or sha256_of(clip)
        except OSError:
            return None
        name = f"{content[:24]}-{tracking_key()[:16]}"
        name += "-mirrored" * mirrored + "-handless" * (not hands)
        # Limits decide whether there are tracks, and not what is in them.
        without_limits = {name: getattr(VIDEO, name) for name in _LIMITS}
        if dataclasses.replace(settings, **without_limits) != VIDEO:
            name += "-" + hashlib.sha256(repr(settings).encode()).hexdigest()[:16]
        return name

    def find(self, name: str, *, file: str, settings: VideoSettings = VIDEO) -> Tracks | None:
        """Give kept tracks.

        Parameters
        ----------
        name : str
            Of the entry, from :meth:`name_of`.
        file : str
            Name of the clip's file, which is not kept.
        settings : VideoSettings
            Tracks of a clip that is longer than these allow are not given.

        Returns
        -------
        Tracks or None
            None if there are none. Of a damaged entry the log is told, and it is removed.
        """
        path = self.folder / f"{name}{_SUFFIX}"
        if not path.is_file():
            return None
        try:
            tracks, digest, libraries = _taken_apart(load_tracks(path))
        except (DataError, AttributeError, NotImplementedError, MemoryError, OverflowError):
            # A file in which bits have changed may claim columns of any kind and length.
            self._remove_damaged(path)
            return None
        except (TdscreenError, OSError):
            # Another process has just removed it.
            return None
        # An entry without a digest was kept by an older version.
        if digest is not None and digest != _digest_of(tracks):
            self._remove_damaged(path)
            return None
        if libraries is not None and libraries != _libraries():
            return None
        if tracks.timing.duration_s > settings.max_duration_s:
            return None
        with contextlib.suppress(OSError):
            # What was used last is what goes last.
            os.utime(path)
        return dataclasses.replace(tracks, file=file)

    def keep(self, name: str, tracks: Tracks) -> None:
        """Keep tracks. Where that cannot be, the log is told, and nothing is lost but time.

        Parameters
        ----------
        name : str
            Of the entry, from :meth:`name_of`.
        tracks : Tracks
        """
        if not name.startswith(tracks.input_sha256[:24]):
            # The file has changed since it was named.
            return
        nameless = dataclasses.replace(tracks, file="")
        whole = dataclasses.replace(
            nameless,
            provenance={
                **tracks.provenance,
                _DIGEST: _digest_of(nameless),
                _LIBRARIES: _libraries(),
            },
        )
        part = self.folder / f".{name}.{uuid.uuid4().hex}.part"
        try:
            _make_private(self.folder)
            save_tracks(whole, part)
            part.chmod(0o600)
            part.replace(self.folder / f"{name}{_SUFFIX}")
            self._make_room()
        except (OSError, TdscreenError) as error:
            log.warning(
                "The tracks could not be kept in %s (%s). The clip is followed anew next time; --no-cache keeps none.",
                self.folder,
                getattr(error, "strerror", None) or error,
            )
        finally:
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)

    def contents(self) -> Contents:
        """Count what is kept."""
        sizes = [size for _, size, _ in self._entries()]
        return Contents(self.folder, len(sizes), sum(sizes))

    def clear(self) -> Contents:
        """Remove everything that is kept, and say what it was.

        Raises
        ------
        OSError
            If something may not be removed.
        """
        before = self.contents()
        for path, _, _ in self._entries(parts=True):
            path.unlink(missing_ok=True)
        return before

    def _remove_damaged(self, path: Path) -> None:
        log.warning("Kept tracks were damaged. They are removed, and the clip is followed anew.")
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)

    def _make_room(self) -> None:
        """Remove what was not used for longest, and what runs that were cut short have left."""
        now_s = time.time()
        for path, _, used_s in self._entries(parts=True):
            if path.suffix != _SUFFIX and now_s - used_s > _STALE_S:
                path.unlink(missing_ok=True)
        if self._max_bytes is None:
            return
        entries = sorted(self._entries(), key=lambda entry: entry[2])
        total = sum(size for _, size, _ in entries)
        for path, size, _ in entries:
            if total <= self._max_bytes:
                return
            path.unlink(missing_ok=True)
            total -= size

    def _entries(self, *, parts: bool = False) -> list[tuple[Path, int, float]]:
        """List path, bytes and time of last use of each entry, and of what is being written."""
        found = []
        patterns = (f"*{_SUFFIX}", ".*.part") if parts else (f"*{_SUFFIX}",)
        for path in (path for pattern in patterns for path in self.folder.glob(pattern)):
            # One may be removed by another process while we look.
            with contextlib.suppress(FileNotFoundError):
                status = path.stat()
                found.append((path, status.st_size, status.st_mtime))
        return found


def user_cache() -> TrackCache | None:
    """Give the cache of whoever runs this; None where the environment says that there is none.

    Where each system has such things, which a few lines say: a package for them would be one more to trust. The folder
    is ``$XDG_CACHE_HOME/tdscreen`` or ``~/.cache/tdscreen`` (XDG Base Directory Specification 0.8), on macOS
    ``~/Library/Caches/tdscreen``, on Windows ``tdscreen/Cache`` within ``%LOCALAPPDATA%``; ``TDSCREEN_CACHE`` names
    another, or says ``off``.
    """
    named = os.environ.get(LOCATION_VARIABLE, "")
    if named.lower() == OFF:
        return None
    folder = Path(named) if named else _usual_folder()
    return TrackCache(folder / "tracks", max_bytes=CACHE.max_bytes)


def _usual_folder() -> Path:
    if sys.platform == "win32":
        return (
            Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "tdscreen" / "Cache"
        )
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "tdscreen"
    named = os.environ.get("XDG_CACHE_HOME", "")
    # A path that is not absolute is to be ignored, as the specification says.
    return (Path(named) if Path(named).is_absolute() else Path.home() / ".cache") / "tdscreen"


def _make_private(folder: Path) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    if folder.stat().st_mode & 0o077:
        folder.chmod(0o700)


@functools.cache
def _libraries() -> str:
    return ", ".join([*(f"{name} {version(name)}" for name in LIBRARIES), platform.machine()])


def _taken_apart(kept: Tracks) -> tuple[Tracks, str | None, str | None]:
    """Give the tracks as they were, and what was written into them to be kept."""
    provenance = dict(kept.provenance)
    digest, libraries = provenance.pop(_DIGEST, None), provenance.pop(_LIBRARIES, None)
    return dataclasses.replace(kept, provenance=provenance), digest, libraries


def _digest_of(tracks: Tracks) -> str:
    """Hash every number of tracks, and everything else that is said of the clip but its name."""
    hashed = hashlib.sha256()
    rest = {}
    for field in dataclasses.fields(tracks):
        value = getattr(tracks, field.name)
        if isinstance(value, np.ndarray):
            hashed.update(f"{field.name} {value.dtype} {value.shape}".encode())
            hashed.update(np.ascontiguousarray(value).view(np.uint8).data)
        elif field.name != "file":
            is_record = dataclasses.is_dataclass(value) and not isinstance(value, type)
            rest[field.name] = dataclasses.asdict(value) if is_record else value
    hashed.update(json.dumps(rest, sort_keys=True).encode())
    return hashed.hexdigest()
