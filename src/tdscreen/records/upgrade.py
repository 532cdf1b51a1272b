"""A store that an older version made is brought to this version's form, where it is."""

from __future__ import annotations

from pathlib import Path

from tdscreen.errors import InputError
from tdscreen.records.audit import SHELL
from tdscreen.records.clinic import Clinic
from tdscreen.records.database import migrate, open_engine, revision_of, writing
from tdscreen.records.master import MasterKey
from tdscreen.records.vault import Vault


def upgrade(folder: Path, database: str, master: MasterKey) -> tuple[str, str]:
    """Take the steps from a store's form to this version's: all, or none.

    Parameters
    ----------
    folder : Path
        Of the store.
    database : str
        Address.
    master : MasterKey

    Returns
    -------
    tuple of str
        The form before, and after; the same if there was nothing to do.

    Raises
    ------
    InputError
        There is no store, or it has another key.
    DataError
        A newer version made it.
    """
    Vault(folder, master)
    engine = open_engine(database)
    try:
        with writing(engine) as connection:
            before = revision_of(connection)
            if before is None:
                raise InputError(
                    "There is no clinic's store in this database. Make one with 'tdscreen clinic init'."
                )
            migrate(connection)
            after = str(revision_of(connection))
    finally:
        engine.dispose()
    if before != after:
        with Clinic(folder, database, master) as clinic, clinic.at_work(SHELL, "") as work:
            work.log("upgraded", "store", "")
    return before, after
