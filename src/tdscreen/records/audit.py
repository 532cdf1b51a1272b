"""The audit log: who did or saw what, and when. It only grows, and each entry hangs on the one before.

An entry's hash is made with a key that the database does not hold (HMAC with SHA-256) over the entry, its number and
the hash before. Who changes, removes or moves an entry cannot make the hashes fit again without the master key. That
entries were cut off the end is seen by the head, the number and hash of the last entry: it stands in the store's folder
and not in the database, and can be written down anywhere else.
"""

from __future__ import annotations

import fcntl
import hashlib
import hmac
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import Connection, RowMapping, insert, select

from tdscreen.errors import DataError, InputError
from tdscreen.records.tables import AUDIT

_FIRST = "0" * 64
SHELL = "shell"
"""Who it was, where a command did it and nobody was signed in."""


@dataclass(frozen=True)
class AuditEntry:
    """One line of the log.

    Attributes
    ----------
    number : int
        From 1.
    at : str
        When, in UTC.
    who : str
        Identifier of a person of the staff, or ``shell``; no name.
    site : str
    what : str
        As ``saw``, ``changed``, ``signed``, ``deleted``.
    kind : str
        Of what, as ``patient``.
    on_id : str
        Random identifier of it; no name.
    """

    number: int
    at: str
    who: str
    site: str
    what: str
    kind: str
    on_id: str


@dataclass(frozen=True)
class Head:
    """The end of the log.

    Attributes
    ----------
    entries : int
    hash : str
        Of the last entry, 64 hexadecimal digits.
    """

    entries: int
    hash: str

    def __str__(self) -> str:
        return f"{self.entries}:{self.hash}"

    @classmethod
    def parse(cls, text: str) -> Head:
        """Read what ``tdscreen audit head`` printed.

        Raises
        ------
        InputError
        """
        entries, _, digest = text.strip().partition(":")
        if not entries.isdigit() or len(digest) != len(_FIRST):
            raise InputError("This is no head of an audit log. Give it as 'tdscreen audit head' printed it.")
        return cls(int(entries), digest)


NO_ENTRIES = Head(0, _FIRST)


def append(
    connection: Connection, key: bytes, *, at: str, who: str, site: str, what: str, kind: str, on_id: str
) -> Head:
    """Add an entry, within the transaction that does what it says.

    Parameters
    ----------
    connection : sqlalchemy.Connection
        Of :func:`tdscreen.records.database.writing`.
    key : bytes
        Of the log.
    at, who, site, what, kind, on_id : str
        See :class:`AuditEntry`.

    Returns
    -------
    Head
        The log's new end, once the transaction is through.
    """
    end = end_of(connection)
    entry = AuditEntry(end.entries + 1, at, who, site, what, kind, on_id)
    digest = _hash(key, entry, end.hash)
    connection.execute(insert(AUDIT).values(**vars(entry), previous=end.hash, hash=digest))
    return Head(entry.number, digest)


def end_of(connection: Connection) -> Head:
    """Give the end of the log as the database has it."""
    last = connection.execute(
        select(AUDIT.c.number, AUDIT.c.hash).order_by(AUDIT.c.number.desc()).limit(1)
    ).first()
    return Head(last.number, last.hash) if last else NO_ENTRIES


def entries(connection: Connection) -> list[AuditEntry]:
    """Give the whole log, unchecked."""
    return [_entry(row) for row in _rows(connection)]


def looks_at(connection: Connection, site: str, kind: str, identifiers: Sequence[str]) -> list[AuditEntry]:
    """Give the entries of a site that say that something of a kind was seen, oldest first, unchecked.

    Parameters
    ----------
    connection : sqlalchemy.Connection
    site : str
    kind : str
        As ``video of clip``.
    identifiers : sequence of str
        Of what was seen.
    """
    query = select(AUDIT).where(
        AUDIT.c.site == site, AUDIT.c.what == "saw", AUDIT.c.kind == kind, AUDIT.c.on_id.in_(identifiers)
    )
    return [_entry(row) for row in connection.execute(query.order_by(AUDIT.c.number)).mappings()]


def problems(connection: Connection, key: bytes, heads: Sequence[Head]) -> list[str]:
    """Check the log.

    Parameters
    ----------
    connection : sqlalchemy.Connection
    key : bytes
        Of the log.
    heads : sequence of Head
        Ends that the log had at some time, kept elsewhere.

    Returns
    -------
    list of str
        A sentence for each thing that is not as it was written; empty if all is well.
    """
    found = []
    expected, previous = 1, _FIRST
    at_number: dict[int, str] = {0: _FIRST}
    rows = _rows(connection)
    for row in rows:
        entry = _entry(row)
        if entry.number != expected:
            found.append(f"{_numbers(expected, entry.number - 1)} removed.")
        elif row["previous"] != previous:
            found.append(
                f"Entry {entry.number} does not follow the one before it: one of them was exchanged."
            )
        if not hmac.compare_digest(_hash(key, entry, row["previous"]), row["hash"]):
            original = _original_number(key, row, len(rows) + 1)
            found.append(
                f"Entry {entry.number} was changed."
                if original is None
                else f"Entry {entry.number} was moved: it was written as entry {original}."
            )
        expected, previous = entry.number + 1, row["hash"]
        at_number[entry.number] = previous
    for head in heads:
        if head.entries >= expected:
            found.append(f"{_numbers(expected, head.entries)} cut off the end.")
        elif head.entries in at_number and not hmac.compare_digest(at_number[head.entries], head.hash):
            found.append(
                f"Entry {head.entries} is not the one that was noted elsewhere: the log was written anew."
            )
    return found


def move_head(path: Path, key: bytes, head: Head) -> None:
    """Note in a file how far the log reaches. A head never moves back.

    Parameters
    ----------
    path : Path
    key : bytes
        Of the log.
    head : Head
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    with os.fdopen(descriptor, "r+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        held = file.read()
        # A head that does not open stays, so that the next check finds it.
        if held and (not (before := _opened(held, key)) or before.entries >= head.entries):
            return
        file.seek(0)
        # Always as long as the one before or longer: no shorter text leaves another's end behind.
        file.write(_written(head, key))
        file.flush()
        os.fsync(file.fileno())


def read_head(path: Path, key: bytes) -> Head:
    """Read how far the log reached.

    Raises
    ------
    DataError
        The file is gone or was changed.
    """
    try:
        head = _opened(path.read_bytes(), key)
    except OSError as error:
        raise DataError(
            f"The head of the audit log is gone from the store's folder ({error.strerror or error}): whether entries "
            "were cut off the log's end cannot be told without one that was noted elsewhere."
        ) from error
    if head is None:
        raise DataError("The head of the audit log in the store's folder was changed.")
    return head


def _written(head: Head, key: bytes) -> bytes:
    said = f"{head.entries:020d}:{head.hash}"
    return f"{said}:{hmac.new(key, said.encode(), hashlib.sha256).hexdigest()}\n".encode()


def _opened(text: bytes, key: bytes) -> Head | None:
    said = text.decode("ascii", "replace").rpartition(":")[0]
    try:
        head = Head.parse(said)
    except InputError:
        return None
    return head if hmac.compare_digest(_written(head, key), text) else None


def _hash(key: bytes, entry: AuditEntry, previous: str) -> str:
    said = json.dumps([*vars(entry).values(), previous], ensure_ascii=True, separators=(",", ":"))
    return hmac.new(key, said.encode(), hashlib.sha256).hexdigest()


def _rows(connection: Connection) -> list[RowMapping]:
    return list(connection.execute(select(AUDIT).order_by(AUDIT.c.number)).mappings())


def _entry(row: RowMapping) -> AuditEntry:
    return AuditEntry(**{name: row[name] for name in AuditEntry.__dataclass_fields__})


def _original_number(key: bytes, row: RowMapping, highest: int) -> int | None:
    entry = _entry(row)
    for number in range(1, highest + 1):
        if hmac.compare_digest(_hash(key, replace(entry, number=number), row["previous"]), row["hash"]):
            return number
    return None


def _numbers(first: int, last: int) -> str:
    if first == last:
        return f"Entry {first} was"
    return f"Entries {first} to {last} were"
