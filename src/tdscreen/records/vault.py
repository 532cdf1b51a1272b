"""The store's folder: keys that are wrapped, and what is encrypted with them.

::

    store.key               the store's own key, wrapped by the master key
    patients/<id>/key       a patient's key, wrapped by the master key
    patients/<id>/<file>    a video or tracks, sealed with that patient's key
    audit.head              how far the audit log reaches

Keys stand here and not in the database, where what was removed lingers in old pages and logs. Without its key no file
of a patient, and nothing that the database says of the patient, can be read by anybody.
"""

from __future__ import annotations

import os
import re
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

from tdscreen.errors import DataError, InputError
from tdscreen.records.master import MasterKey
from tdscreen.records.sealed_file import HEAD_BYTES, SealedReader, SealedWriter
from tdscreen.records.sealing import new_key
from tdscreen.settings import RECORDS

_ID = re.compile(r"[0-9a-f]{32}")
_PART = ".part"


def new_id() -> str:
    """Give a new random name for a row or a file: 32 hexadecimal digits."""
    return uuid.uuid4().hex


class Vault:
    """The folder of a store.

    Parameters
    ----------
    folder : Path
    master : MasterKey

    Raises
    ------
    InputError
        There is no store, or it was encrypted with another master key.
    """

    def __init__(self, folder: Path, master: MasterKey) -> None:
        self.folder = folder
        self._master = master
        self.store_key = master.unwrap(_read_key(folder / "store.key"), context="store")

    @classmethod
    def create(cls, folder: Path, master: MasterKey) -> Vault:
        """Make the folder of a new store, for nobody but its owner to enter.

        Raises
        ------
        InputError
            Something is there already, or nothing can be made there.
        """
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if any(folder.iterdir()):
                raise InputError(f"{folder} is not empty. Name a new folder for the store.")
            folder.chmod(0o700)
            (folder / "patients").mkdir(mode=0o700)
            _write_key(folder / "store.key", master.wrap(new_key(), context="store"))
        except OSError as error:
            raise InputError(f"{folder} could not be made: {error.strerror or error}.") from error
        return cls(folder, master)

    def add_patient(self, patient: str) -> bytes:
        """Make a folder and a key for a new patient, and give the key."""
        if not self._master.has_wrapped(_read_key(self.folder / "store.key")):
            raise InputError(
                "The store's master key was changed meanwhile. Start tdscreen again with the new one."
            )
        folder = self._of(patient)
        folder.mkdir(mode=0o700)
        key = new_key()
        _write_key(folder / "key", self._master.wrap(key, context=f"patient {patient}"))
        return key

    def patient_key(self, patient: str) -> bytes:
        """Give a patient's key.

        Raises
        ------
        DataError
            There is none: it was destroyed with all that belongs to the patient, or is lost.
        """
        return self._master.unwrap(_read_key(self._of(patient) / "key"), context=f"patient {patient}")

    def place_for(self, patient: str, file: str) -> tuple[Path, str]:
        """Give path and context of a new file of a patient, for whoever writes it; :meth:`finish` gives it its name."""
        return self._part(patient, file), _context(patient, file)

    def writer(self, patient: str, file: str) -> SealedWriter:
        """Begin a new file of a patient; :meth:`finish` gives it its name."""
        path, context = self.place_for(patient, file)
        return SealedWriter(path, self.patient_key(patient), context=context)

    def finish(self, patient: str, file: str) -> int:
        """Give a file that was written whole its name, and return its bytes on disk."""
        path = self._path(patient, file)
        self._part(patient, file).rename(path)
        _sync_folder(path.parent)
        return path.stat().st_size

    def reader(self, patient: str, file: str) -> SealedReader:
        """Open a file of a patient."""
        return SealedReader(
            self._path(patient, file), self.patient_key(patient), context=_context(patient, file)
        )

    def files(self, patient: str) -> set[str]:
        """Name the files that a patient's folder holds."""
        folder = self._of(patient)
        return (
            {path.name for path in folder.iterdir() if _ID.fullmatch(path.name)} if folder.is_dir() else set()
        )

    def patients(self) -> set[str]:
        """Name the patients that have a folder."""
        return {path.name for path in (self.folder / "patients").iterdir()}

    def shred_file(self, patient: str, file: str) -> None:
        """Destroy a file: first the key at its head, without which the rest is noise, then all of it."""
        _shred(self._path(patient, file), HEAD_BYTES)
        _shred(self._part(patient, file), HEAD_BYTES)

    def shred_patient(self, patient: str) -> None:
        """Destroy a patient's key and all files."""
        folder = self._of(patient)
        if not folder.is_dir():
            return
        key = folder / "key"
        _shred(key, key.stat().st_size if key.exists() else 0)
        for path in list(folder.iterdir()):
            _shred(path, HEAD_BYTES)
        folder.rmdir()
        _sync_folder(folder.parent)

    def remove_stale(self, patient: str) -> int:
        """Destroy what imports that were cut short have left, and say how many there were."""
        before_s = time.time() - RECORDS.stale_part_s
        stale = [p for p in self._of(patient).glob(f"*{_PART}") if p.stat().st_mtime < before_s]
        for path in stale:
            _shred(path, HEAD_BYTES)
        return len(stale)

    def _of(self, patient: str) -> Path:
        return self.folder / "patients" / _checked(patient)

    def _path(self, patient: str, file: str) -> Path:
        return self._of(patient) / _checked(file)

    def _part(self, patient: str, file: str) -> Path:
        return self._of(patient) / (_checked(file) + _PART)


def rewrap(folder: Path, old: MasterKey, new: MasterKey) -> int:
    """Wrap every key with another master key; what they encrypt stays as it is.

    Run again after it was cut short, it does what is left.

    Parameters
    ----------
    folder : Path
        Of the store.
    old, new : MasterKey

    Returns
    -------
    int
        How many keys were wrapped anew.

    Raises
    ------
    InputError, DataError
        A key was wrapped by neither, or is damaged.
    """
    done = 0
    # The store's own comes last: until then it opens with the old key, and this can be run again.
    for path, context in (*_patients_keys(folder), (folder / "store.key", "store")):
        wrapped = _read_key(path)
        if not new.has_wrapped(wrapped):
            _write_key(path, new.wrap(old.unwrap(wrapped, context=context), context=context))
            done += 1
    return done


def _patients_keys(folder: Path) -> Iterator[tuple[Path, str]]:
    for patient in sorted((folder / "patients").iterdir()):
        yield patient / "key", f"patient {patient.name}"


def _context(patient: str, file: str) -> str:
    return f"file {file} of {patient}"


def _checked(name: str) -> str:
    if not _ID.fullmatch(name):
        raise DataError(
            "The clinic's store names something that it cannot have named. Restore it from a backup."
        )
    return name


def _read_key(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        if path.name == "store.key":
            raise InputError(
                f"There is no clinic's store in {path.parent}. Make one with 'tdscreen clinic init'."
            ) from error
        raise DataError(
            "The key of this patient is gone: everything of the patient was destroyed, or the store is damaged."
        ) from error
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror or error}.") from error


def _write_key(path: Path, wrapped: bytes) -> None:
    """Write a key whole, or leave the one that is there."""
    part = path.with_name(f".{path.name}{_PART}")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(wrapped)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
    _sync_folder(path.parent)


def _shred(path: Path, n_bytes: int) -> None:
    """Write noise over the beginning of a file, wait until the disk has it, and remove the file."""
    if not path.exists():
        return
    with path.open("r+b") as file:
        file.write(os.urandom(n_bytes))
        file.flush()
        os.fsync(file.fileno())
    path.unlink()


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
