"""The rows of the staff: names and logins sealed, found again by a hash with a key."""

from __future__ import annotations

import json
from collections.abc import Callable

from sqlalchemy import Connection, RowMapping, insert, select, update

from tdscreen.errors import InputError
from tdscreen.records.entries import Role, StaffMember
from tdscreen.records.sealing import seal, unseal
from tdscreen.records.tables import STAFF
from tdscreen.records.times import read_optional_time

Login = tuple[str, str]
"""Issuer and subject, or e-mail address, as they come from OpenID Connect."""


class Register:
    """The staff of all sites, within one transaction.

    Parameters
    ----------
    connection : sqlalchemy.Connection
    key : bytes
        Of the staff's names.
    lookup : callable
        Hashes with a key; see :meth:`tdscreen.records.clinic.Clinic.lookup`.
    """

    def __init__(self, connection: Connection, key: bytes, lookup: Callable[..., str]) -> None:
        self._connection = connection
        self._key = key
        self._lookup = lookup

    def add(self, member: StaffMember, login: Login | None, *, at: str) -> None:
        """Add somebody.

        Raises
        ------
        InputError
            There is somebody of that identifier or that login, or the login says nothing.
        """
        if self._row(STAFF.c.id == member.id) is not None:
            raise InputError(f"There is somebody with the identifier {member.id} already.")
        values = {}
        if login is not None:
            hashed = self._login_lookup(*login)
            if self._row(STAFF.c.login_lookup == hashed) is not None:
                raise InputError("Somebody else signs in with this login already.")
            sealed = seal(self._key, json.dumps(login).encode(), context=f"login {member.id}")
            values = {"login_lookup": hashed, "sealed_login": sealed}
        self._connection.execute(
            insert(STAFF).values(
                id=member.id,
                site_id=member.site,
                sealed=seal(self._key, member.name.encode(), context=f"staff {member.id}"),
                added_at=at,
                role=str(member.role),
                **values,
            )
        )

    def member(self, identifier: str) -> StaffMember:
        """Give who works here under an identifier.

        Raises
        ------
        InputError
            Nobody does, or not any more.
        """
        row = self._row(STAFF.c.id == identifier)
        if row is None:
            raise InputError("There is nobody with this identifier among the staff.")
        return self._working(row)

    def of_login(self, issuer: str, subject: str) -> StaffMember:
        """Give who signs in so.

        Raises
        ------
        InputError
            Nobody does.
        """
        row = self._row(STAFF.c.login_lookup == self._login_lookup(issuer, subject))
        if row is None:
            raise InputError(
                "Nobody of this clinic's staff signs in so. Ask your administrator to add you with this login."
            )
        return self._working(row)

    def members(self, site: str) -> list[StaffMember]:
        """Give the staff of a site, the retired, too, by identifier."""
        rows = self._connection.execute(select(STAFF).where(STAFF.c.site_id == site).order_by(STAFF.c.id))
        return [self._member(row) for row in rows.mappings()]

    def retire(self, identifier: str, *, site: str, at: str) -> None:
        """End somebody's work here; the login is forgotten, and the name stays for what was signed.

        Raises
        ------
        InputError
            Nobody works at this site under that identifier.
        """
        self._of_site(identifier, site)
        self._connection.execute(
            update(STAFF)
            .where(STAFF.c.id == identifier)
            .values(retired_at=at, login_lookup=None, sealed_login=None)
        )

    def change_role(self, identifier: str, role: Role, *, site: str) -> None:
        """Give somebody who works at a site another role.

        Raises
        ------
        InputError
            Nobody works at this site under that identifier.
        """
        self._of_site(identifier, site)
        self._connection.execute(update(STAFF).where(STAFF.c.id == identifier).values(role=str(role)))

    def _of_site(self, identifier: str, site: str) -> None:
        if self.member(identifier).site != site:
            raise InputError("There is nobody with this identifier among the staff of this site.")

    def _row(self, condition: object) -> RowMapping | None:
        return self._connection.execute(select(STAFF).where(condition)).mappings().first()  # type: ignore[arg-type]

    def _working(self, row: RowMapping) -> StaffMember:
        if row["retired_at"] is not None:
            raise InputError("This person does not work here any more.")
        return self._member(row)

    def _member(self, row: RowMapping) -> StaffMember:
        name = unseal(self._key, row["sealed"], context=f"staff {row['id']}").decode()
        return StaffMember(
            row["id"], row["site_id"], name, Role(row["role"]), read_optional_time(row["retired_at"])
        )

    def _login_lookup(self, issuer: str, subject: str) -> str:
        issuer, subject = issuer.strip(), subject.strip()
        if not issuer or not subject:
            raise InputError(
                "A login is the issuer's address and the person's subject or e-mail address there."
            )
        # An e-mail address is the same in capital letters; a subject is not.
        return self._lookup("login", issuer, subject.casefold() if "@" in subject else subject)
