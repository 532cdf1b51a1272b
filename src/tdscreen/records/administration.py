"""What an administrator does at a desk: look after the staff of the own site, and read and check the audit log."""

from __future__ import annotations

from tdscreen.errors import InputError
from tdscreen.records.audit import AuditEntry, entries
from tdscreen.records.clinic import Desk, check_role
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


def change_role(desk: Desk, identifier: str, role: Role) -> None:
    """Give somebody of this site another role: it holds from the next click on.

    Raises
    ------
    InputError
        Nobody works here under that identifier, or it is one's own, or it is the role of a program.
    """
    with desk.at_work(Act.MANAGE_STAFF) as work:
        if identifier == work.who:
            raise InputError("You cannot change your own role. Ask another administrator.")
        check_role(role)
        work.register().change_role(identifier, role, site=work.scope.site)
        work.log(f"made {role}", "staff", identifier)


def audit_problems(desk: Desk) -> list[str]:
    """Check the whole audit log; see :meth:`tdscreen.records.clinic.Clinic.audit_problems`.

    Returns
    -------
    list of str
        A sentence for each thing that is not as it was written, without what it was; empty if all is well.
    """
    with desk.at_work(Act.SEE_AUDIT_LOG) as work:
        work.log("checked", "audit log", "")
    # With that entry, once it is there.
    return desk.clinic.audit_problems()


def audit_log(desk: Desk) -> list[AuditEntry]:
    """Give the entries of the audit log that are of this site, oldest first, unchecked."""
    with desk.at_work(Act.SEE_AUDIT_LOG) as work:
        found = [entry for entry in entries(work.connection) if entry.site == work.scope.site]
        work.log("saw", "audit log", "")
    return found
