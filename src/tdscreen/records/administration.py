"""What an administrator does at a desk: add and retire the staff of the own site, and read its audit log."""

from __future__ import annotations

from tdscreen.errors import InputError
from tdscreen.records.audit import AuditEntry, entries
from tdscreen.records.clinic import Desk
from tdscreen.records.entries import Role, StaffMember
from tdscreen.records.roles import Act
from tdscreen.records.staff import Login


def staff(desk: Desk) -> list[StaffMember]:
    """Give who works at this site, and who has retired, by identifier."""
    with desk.at_work(Act.SEE_STAFF) as work:
        found = work.register().members(work.scope.site)
        work.log("listed", "staff", "")
    return found


def add_staff(
    desk: Desk, identifier: str, *, name: str, role: Role, login: Login | None = None
) -> StaffMember:
    """Add somebody to this site; see :meth:`tdscreen.records.clinic.Clinic.add_staff`."""
    with desk.at_work(Act.MANAGE_STAFF) as work:
        return work.add_staff(StaffMember(identifier, work.scope.site, name, role), login)


def retire_staff(desk: Desk, identifier: str) -> None:
    """End somebody's work at this site: from the next click on there is no desk for the person.

    Raises
    ------
    InputError
        Nobody works here under that identifier, or it is one's own.
    """
    with desk.at_work(Act.MANAGE_STAFF) as work:
        if identifier == work.who:
            raise InputError("You cannot retire yourself. Ask another administrator.")
        work.retire_staff(identifier)


def audit_log(desk: Desk) -> list[AuditEntry]:
    """Give the entries of the audit log that are of this site, oldest first, unchecked."""
    with desk.at_work(Act.SEE_AUDIT_LOG) as work:
        found = [entry for entry in entries(work.connection) if entry.site == work.scope.site]
        work.log("saw", "audit log", "")
    return found
