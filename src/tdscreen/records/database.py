"""A database by its address: SQLite or PostgreSQL, brought to this version's form by the migrations in the package."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import URL, Connection, Engine, create_engine, event, inspect, make_url, text
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, OperationalError

from tdscreen.errors import DataError, InputError


class BusyError(InputError):
    """The database is busy or away; what was asked for may go through later."""


_WRITING = 0x7464_7363_7265_656E
"""Number of PostgreSQL's lock that whoever writes holds: "tdscreen" in hexadecimal."""
_BUSY_TIMEOUT_MS = 30_000


def open_engine(address: str) -> Engine:
    """Open a database.

    Parameters
    ----------
    address : str
        ``sqlite:////folder/store.db`` or ``postgresql://user@host/name``.

    Returns
    -------
    sqlalchemy.Engine

    Raises
    ------
    InputError
        The address is none, or of another kind of database, or nobody answers there.
    """
    engine = create_engine(_url(address), hide_parameters=True)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    try:
        with engine.connect():
            pass
    except OperationalError as error:
        raise InputError(
            "The database of the clinic's store cannot be reached. Check its address, and that it runs."
        ) from error
    return engine


@contextlib.contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """Begin a transaction that no other runs beside: all of it is there in the end, or nothing.

    Every look is written to the audit log, whose entries hang together; so all come one after the other.

    Raises
    ------
    BusyError
        The database went away, or somebody else has held it for long.
    """
    try:
        with engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text(f"SET LOCAL lock_timeout = {_BUSY_TIMEOUT_MS}"))
                connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _WRITING})
            yield connection
    except OperationalError as error:
        raise BusyError(
            "The database of the clinic's store is busy, as while a backup is made, or went away. Try again in a while."
        ) from error


def migrate(connection: Connection, revision: str = "head") -> None:
    """Bring a database to a form, by default that of this version.

    Raises
    ------
    DataError
        This version does not know the form.
    """
    config = _config()
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, revision)
    except CommandError as error:
        raise DataError("The store was made by a newer version of tdscreen. Use that one.") from error


def revision_of(connection: Connection) -> str | None:
    """Tell the form of a database; None of one that is empty."""
    return MigrationContext.configure(connection).get_current_revision()


def check_revision(connection: Connection) -> None:
    """Make sure that a database has this version's form.

    Raises
    ------
    InputError
        It holds no store.
    DataError
        It has another form.
    """
    found = revision_of(connection)
    if found is None:
        raise InputError("There is no clinic's store in this database. Make one with 'tdscreen clinic init'.")
    if found != _scripts().get_current_head():
        if found in {step.revision for step in _scripts().walk_revisions()}:
            raise DataError(
                "The store was made by an older version of tdscreen. Make a backup with that one, and then bring the "
                "store to this version's form with 'tdscreen clinic upgrade'."
            )
        raise DataError("The store was made by another version of tdscreen, which is newer. Use that one.")


def is_empty(connection: Connection) -> bool:
    """Tell whether a database has no tables."""
    return not inspect(connection).get_table_names()


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", "tdscreen.records:migrations")
    return config


def _url(address: str) -> URL:
    try:
        url = make_url(address)
        if url.drivername in ("postgresql", "postgres"):
            url = url.set(drivername="postgresql+psycopg")
        if url.drivername not in ("sqlite", "postgresql+psycopg"):
            raise InputError("The store's database is SQLite or PostgreSQL: sqlite:///..., postgresql://...")
        url.get_dialect()
    except (ArgumentError, NoSuchModuleError) as error:
        raise InputError(
            "The address of the store's database is not one: write sqlite:////folder/store.db or "
            "postgresql://user@host/name."
        ) from error
    return url


def _prepare_sqlite(connection: Any, record: object) -> None:
    # Transactions are begun by us (below), and not by the driver at the first change.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "foreign_keys = ON",
        # What is deleted is overwritten.
        "secure_delete = ON",
        "synchronous = FULL",
        f"busy_timeout = {_BUSY_TIMEOUT_MS}",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
