"""What leaves the store for a reader elsewhere: the audit log is told, and the staff is known by name."""

from __future__ import annotations

from tdscreen.records.clinic import Desk
from tdscreen.records.examinations import living_examination
from tdscreen.records.tables import STAFF


def note_export(desk: Desk, examination: str, what: str) -> None:
    """Tell the audit log that something of an examination left the store.

    Parameters
    ----------
    desk : Desk
    examination : str
    what : str
        As ``report``: the log then says "exported", "report of examination".

    Raises
    ------
    InputError
        This site has no such examination.
    """
    with desk.at_work() as work:
        living_examination(work.scope, examination)
        work.log("exported", f"{what} of examination", examination)


def staff_names(desk: Desk) -> dict[str, str]:
    """Give the names of the staff of the desk's site by their identifiers, which stand under ratings."""
    with desk.at_work() as work:
        identifiers = [row["id"] for row in work.scope.rows(STAFF)]
        work.log("listed", "staff", "")
    return {one: desk.clinic.desk(one).staff.name for one in identifiers}
