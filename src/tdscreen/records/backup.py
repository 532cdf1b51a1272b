"""A store in one file, and back: rows as JSON lines, files as they lie encrypted, a list of all with their hashes.

The form knows no database: what was backed up from SQLite can be restored to PostgreSQL, and the other way round. The
master key is not in it, and what is in it opens with no other.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import io
import json
import os
import re
import shutil
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

from sqlalchemy import Connection, MetaData, insert, select

from tdscreen import __version__
from tdscreen.errors import DataError, InputError
from tdscreen.files import require_new, written_whole
from tdscreen.records.audit import SHELL
from tdscreen.records.clinic import HEAD_FILE, Clinic
from tdscreen.records.database import is_empty, migrate, open_engine, revision_of, writing
from tdscreen.records.master import MasterKey
from tdscreen.records.sealing import derive
from tdscreen.records.tables import METADATA
from tdscreen.records.vault import Vault

_FORMAT = 1
_ROWS, _MANIFEST, _FOLDER = "rows.jsonl", "manifest.json", "store/"
_IN_FOLDER = re.compile(rf"store\.key|{re.escape(HEAD_FILE)}|patients/[0-9a-f]{{32}}/(key|[0-9a-f]{{32}})")
_MANIFEST_BYTES = 1024**3
"""A list of a million files takes a third of it."""


@dataclass(frozen=True)
class Restored:
    """What a backup held.

    Attributes
    ----------
    made_at : str
        When it was made, in UTC. What was deleted since is there again.
    rows, files : int
    """

    made_at: str
    rows: int
    files: int


def back_up(clinic: Clinic, out: Path) -> Restored:
    """Write a store to one new file. Nobody else writes to the store meanwhile, or looks something up.

    Parameters
    ----------
    clinic : Clinic
    out : Path
        Of a file that is not there yet. Nobody else may read it.

    Returns
    -------
    Restored
        What it holds.

    Raises
    ------
    InputError
        Something is in the way, or the disk is full.
    """
    made_at = clinic.now().isoformat(timespec="seconds")
    # In the log before it is in the backup: who restores it finds that it was made.
    with clinic.at_work(SHELL, "") as work:
        work.log("backed up", "store", "")
    with written_whole(out) as (part,), writing(clinic.engine) as connection:
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as raw, tarfile.open(fileobj=raw, mode="w") as tar:
            with TemporaryFile(dir=out.absolute().parent) as rows:
                n_rows = _write_rows(connection, rows)
                hashes = {_ROWS: _add(tar, _ROWS, rows)}
            for path in _paths(clinic.vault.folder):
                name = _FOLDER + path.relative_to(clinic.vault.folder).as_posix()
                with path.open("rb") as file:
                    hashes[name] = _add(tar, name, file)
            said = {
                "format": _FORMAT,
                "tdscreen": __version__,
                "revision": revision_of(connection),
                "made_at": made_at,
                "rows": n_rows,
                "files": len(hashes) - 1,
                "sha256": hashes,
            }
            manifest = {"said": said, "mark": _mark(said, clinic.vault.store_key)}
            _add(tar, _MANIFEST, io.BytesIO(json.dumps(manifest).encode()))
            tar.close()
            raw.flush()
            os.fsync(raw.fileno())
    return Restored(made_at, n_rows, len(hashes) - 1)


def restore(source: Path, folder: Path, database: str, master: MasterKey) -> Restored:
    """Make a store from a backup, in a new folder and an empty database, or nothing.

    Parameters
    ----------
    source : Path
        Of a file that :func:`back_up` wrote.
    folder : Path
        That is not there yet.
    database : str
        Address of an empty database, of either kind.
    master : MasterKey
        By which the store was encrypted when it was backed up.

    Returns
    -------
    Restored

    Raises
    ------
    InputError
        Something is in the way, or the key is another.
    DataError
        The backup is damaged, was changed, or comes from a newer version.
    """
    if folder.is_dir() and not any(folder.iterdir()):
        folder.rmdir()
    require_new(folder)
    folder.mkdir(mode=0o700)
    try:
        manifest = _unpack(source, folder)
        vault = Vault(folder, master)
        _check_manifest(manifest, vault.store_key)
        _fill(folder, database, manifest)
        (folder / _ROWS).unlink()
    except BaseException:
        shutil.rmtree(folder)
        raise
    with Clinic(folder, database, master) as clinic, clinic.at_work(SHELL, "") as work:
        work.log("restored", "store", "")
    return Restored(manifest["said"]["made_at"], manifest["said"]["rows"], manifest["said"]["files"])


def _write_rows(connection: Connection, out: IO[bytes]) -> int:
    n = 0
    for table in METADATA.sorted_tables:
        order = [table.c.number] if "number" in table.c else [table.c.id]
        for row in connection.execute(select(table).order_by(*order)).mappings():
            line = {"table": table.name, "row": {name: _plain(value) for name, value in row.items()}}
            out.write(json.dumps(line, ensure_ascii=True).encode() + b"\n")
            n += 1
    out.seek(0)
    return n


def _plain(value: Any) -> Any:
    return {"base64": base64.b64encode(value).decode()} if isinstance(value, bytes) else value


def _value(plain: Any) -> Any:
    return base64.b64decode(plain["base64"]) if isinstance(plain, dict) else plain


class _Hashed:
    """A file that is hashed as it is read."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.hash = hashlib.sha256()

    def read(self, n: int = -1) -> bytes:
        data = self._file.read(n)
        self.hash.update(data)
        return data


def _add(tar: tarfile.TarFile, name: str, file: IO[bytes]) -> str:
    """Put a file into an archive, and give its SHA-256."""
    member = tarfile.TarInfo(name)
    member.mode = 0o600
    file.seek(0, io.SEEK_END)
    member.size = file.tell()
    file.seek(0)
    hashed = _Hashed(file)
    tar.addfile(member, hashed)
    return hashed.hash.hexdigest()


def _paths(folder: Path) -> Iterator[Path]:
    """Give what the folder holds that belongs to a backup: nothing half written, and not SQLite's own file."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and _IN_FOLDER.fullmatch(path.relative_to(folder).as_posix()):
            yield path


def _unpack(source: Path, folder: Path) -> dict[str, Any]:
    """Write what a backup holds into a folder, rows included, and give its manifest once all hashes fit."""
    foreign = DataError(
        f"{source.name} is not a backup as 'tdscreen clinic backup' writes it, or it was cut off."
    )
    (folder / "patients").mkdir(mode=0o700)
    hashes: dict[str, str] = {}
    manifest: dict[str, Any] | None = None
    try:
        with tarfile.open(source, mode="r:") as tar:
            for member in tar:
                content = tar.extractfile(member) if member.isreg() else None
                if content is None or manifest is not None:
                    raise foreign
                if member.name == _MANIFEST:
                    manifest = json.loads(content.read(_MANIFEST_BYTES))
                else:
                    hashes[member.name] = _write(content, _place(folder, member.name, foreign))
        if manifest is None or manifest["said"]["sha256"] != hashes:
            raise foreign
    except OSError as error:
        raise InputError(f"{source} could not be restored: {error.strerror or error}.") from error
    except (tarfile.TarError, ValueError, KeyError, TypeError) as error:
        raise foreign from error
    return manifest


def _place(folder: Path, name: str, foreign: DataError) -> Path:
    if name == _ROWS:
        return folder / _ROWS
    inside = name.removeprefix(_FOLDER)
    if inside == name or not _IN_FOLDER.fullmatch(inside):
        raise foreign
    path = folder / inside
    if path.parent != folder and not path.parent.exists():
        path.parent.mkdir(mode=0o700)
    return path


def _write(content: IO[bytes], path: Path) -> str:
    hashed = _Hashed(content)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        shutil.copyfileobj(hashed, file)
        file.flush()
        os.fsync(file.fileno())
    return hashed.hash.hexdigest()


def _mark(said: dict[str, Any], store_key: bytes) -> str:
    """Give the mark by which a list of contents is known to come from this store, and no other."""
    text = json.dumps(said, sort_keys=True).encode()
    return hmac.new(derive(store_key, "backup"), text, hashlib.sha256).hexdigest()


def _check_manifest(manifest: dict[str, Any], store_key: bytes) -> None:
    said = manifest["said"]
    if not hmac.compare_digest(str(manifest.get("mark")), _mark(said, store_key)):
        raise DataError("The backup was changed after it was made.")
    if said["format"] != _FORMAT:
        raise DataError("The backup was made by a newer version of tdscreen. Restore it with that one.")


def _fill(folder: Path, database: str, manifest: dict[str, Any]) -> None:
    """Bring an empty database to the backup's form, put its rows in, and bring it on to this version's."""
    engine = open_engine(database)
    try:
        with writing(engine) as connection:
            if not is_empty(connection):
                raise InputError("The database is not empty. Name a new one to restore to.")
            migrate(connection, manifest["said"]["revision"])
            tables = MetaData()
            tables.reflect(connection)
            with (folder / _ROWS).open("rb") as rows:
                for line in rows:
                    said = json.loads(line)
                    row = {name: _value(value) for name, value in said["row"].items()}
                    connection.execute(insert(tables.tables[said["table"]]).values(**row))
            migrate(connection)
        if engine.dialect.name == "sqlite" and engine.url.database:
            Path(engine.url.database).chmod(0o600)
    finally:
        engine.dispose()
