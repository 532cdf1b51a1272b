"""The audit log is told what leaves the store for a reader elsewhere."""

from __future__ import annotations

from tdscreen.records.clinic import Desk
from tdscreen.records.examinations import living_examination
from tdscreen.records.roles import Act


def note_report(desk: Desk, examination: str, what: str) -> None:
    """Tell the audit log that an examination left the store, with who the patient is.

    Parameters
    ----------
    desk : Desk
    examination : str
    what : str
        As ``report``: the log then says "exported", "report of examination".

    Raises
    ------
    InputError
        This site has no such examination, or the person's role does not allow it.
    """
    with desk.at_work(Act.REPORT) as work:
        living_examination(work.scope, examination)
        work.log("exported", f"{what} of examination", examination)


def note_tables(desk: Desk, what: str) -> None:
    """Tell the audit log that tables of the whole site left the store, without who the patients are.

    Parameters
    ----------
    desk : Desk
    what : str
        As ``tables for research``.

    Raises
    ------
    InputError
        The person's role does not allow it.
    """
    with desk.at_work(Act.EXPORT_TABLES) as work:
        work.log("exported", what, "")
