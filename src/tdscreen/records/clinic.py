"""The store of a clinic: a database and a folder, opened with a master key; and the desk at which somebody works."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import json
import re
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from sqlalchemy import Connection, Engine, insert, select

from tdscreen.errors import DataError, InputError
from tdscreen.records import audit
from tdscreen.records.database import check_revision, is_empty, migrate, open_engine, writing
from tdscreen.records.entries import Role, StaffMember
from tdscreen.records.master import MasterKey
from tdscreen.records.roles import NO_STAFF, WITHHELD, Act, may, require
from tdscreen.records.scope import Scope
from tdscreen.records.sealing import derive, seal, unseal
from tdscreen.records.staff import Login, Register
from tdscreen.records.tables import SITES
from tdscreen.records.times import written
from tdscreen.records.vault import Vault, rewrap

_SHORT_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")
WORKER = "worker"
"""Who it was, where the program that assesses did it."""
PATIENT = "patient"
"""Who it was, where somebody did it who was invited to record at home."""
DATABASE_FILE = "store.db"
HEAD_FILE = "audit.head"


def database_in(folder: Path) -> str:
    """Give the address of the database that a store has unless another is named: SQLite, within its folder."""
    return f"sqlite:///{folder.absolute() / DATABASE_FILE}"


class Clinic:
    """An open store. A context manager.

    Parameters
    ----------
    folder : Path
        Of the store; see :class:`~tdscreen.records.vault.Vault`.
    database : str
        Address; see :func:`~tdscreen.records.database.open_engine`.
    master : MasterKey
    clock : callable
        Gives the time, with its zone.

    Raises
    ------
    InputError, DataError
        There is no store, or it has another key, or another version made it.
    """

    def __init__(
        self,
        folder: Path,
        database: str,
        master: MasterKey,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.vault = Vault(folder, master)
        self.master = master
        self._clock = clock
        self._audit_key = derive(self.vault.store_key, "audit")
        self._lookup_key = derive(self.vault.store_key, "lookup")
        self._staff_key = derive(self.vault.store_key, "staff")
        self.engine: Engine = open_engine(database)
        try:
            with writing(self.engine) as connection:
                check_revision(connection)
        except BaseException:
            self.engine.dispose()
            raise

    @classmethod
    def create(cls, folder: Path, database: str, master: MasterKey, **options: Any) -> Clinic:
        """Make a new store in an empty folder and an empty database, and open it.

        Raises
        ------
        InputError
            There is something already.
        """
        Vault.create(folder, master)
        try:
            engine = open_engine(database)
            try:
                with writing(engine) as connection:
                    if not is_empty(connection):
                        raise InputError("The database is not empty. Name a new one for the store.")
                    migrate(connection)
            finally:
                engine.dispose()
        except BaseException:
            # It was empty when we came.
            shutil.rmtree(folder)
            raise
        if engine.dialect.name == "sqlite" and engine.url.database:
            Path(engine.url.database).chmod(0o600)
        clinic = cls(folder, database, master, **options)
        with clinic.at_work(audit.SHELL, "") as work:
            work.log("made", "store", "")
        return clinic

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the database."""
        self.engine.dispose()

    def now(self) -> datetime:
        """Give the time, in UTC."""
        return self._clock().astimezone(UTC)

    def add_site(self, site: str) -> None:
        """Add a place whose staff sees its own patients and nobody else's.

        Parameters
        ----------
        site : str
            A short name: small letters, digits, ``-`` and ``_``.
        """
        _check_short(site, "site")
        with self.at_work(audit.SHELL, site) as work:
            if work.connection.execute(select(SITES).where(SITES.c.id == site)).first():
                raise InputError(f"There is a site {site} already.")
            work.connection.execute(insert(SITES).values(id=site, added_at=work.time))
            work.log("added", "site", site)

    def sites(self) -> list[str]:
        """Name the sites."""
        with writing(self.engine) as connection:
            return _sites(connection)

    def add_staff(
        self,
        site: str,
        identifier: str,
        *,
        name: str,
        role: Role = Role.CLINICIAN,
        login: Login | None = None,
    ) -> StaffMember:
        """Add somebody who works at a site, as whoever set up the store does; see also :mod:`.administration`.

        Parameters
        ----------
        site : str
        identifier : str
            A short one that is no name, as ``r1``: it stands unencrypted in the audit log.
        name : str
            Is kept encrypted.
        role : Role
        login : tuple of str, optional
            Issuer and subject, or e-mail address, as they come from OpenID Connect; is kept encrypted.

        Raises
        ------
        InputError
            There is no such site, or somebody has this identifier or login already.
        """
        with self.at_work(audit.SHELL, site) as work:
            if not work.connection.execute(select(SITES).where(SITES.c.id == site)).first():
                raise InputError(f"There is no site {site}. Add it first.")
            return work.add_staff(StaffMember(identifier, site, name, role), login)

    def retire_staff(self, site: str, identifier: str) -> None:
        """End somebody's work at a site, as whoever set up the store does; see also :mod:`.administration`.

        Parameters
        ----------
        site : str
        identifier : str

        Raises
        ------
        InputError
            Nobody works at this site under that identifier.
        """
        with self.at_work(audit.SHELL, site) as work:
            work.retire_staff(identifier)

    def desk(self, identifier: str) -> Desk:
        """Give somebody of the staff a place to work. The site is that of the person, whatever is asked for.

        Raises
        ------
        InputError
            There is nobody with that identifier, or not any more.
        """
        with writing(self.engine) as connection:
            return Desk(self, self.register(connection).member(identifier))

    def desk_for_login(self, issuer: str, subject: str) -> Desk:
        """Give whoever signed in elsewhere the own desk.

        Parameters
        ----------
        issuer : str
            Address of who vouches for the person (``iss`` of OpenID Connect).
        subject : str
            ``sub``, or an e-mail address that the issuer has verified.

        Raises
        ------
        InputError
            Nobody of the staff signs in so.
        """
        with writing(self.engine) as connection:
            return Desk(self, self.register(connection).of_login(issuer, subject))

    def desk_of_worker(self, site: str) -> Desk:
        """Give the program that assesses its place at a site."""
        return Desk(self, StaffMember(WORKER, site, "the program that assesses", Role.WORKER))

    def desk_of_patient(self, site: str, *, invited_by: str) -> Desk:
        """Give whoever was invited to record at home a place to do so; see :mod:`tdscreen.records.at_home`.

        Parameters
        ----------
        site : str
        invited_by : str
            The person of the staff who answers for what is added.
        """
        staff = StaffMember(PATIENT, site, "whoever was invited", Role.PATIENT)
        return Desk(self, staff, answerable=invited_by)

    def register(self, connection: Connection) -> Register:
        """Give the staff, within a transaction."""
        return Register(connection, self._staff_key, self.lookup)

    @contextlib.contextmanager
    def at_work(self, who: str, site: str) -> Iterator[Work]:
        """Begin a piece of work: all of it is done and in the log in the end, or nothing."""
        with writing(self.engine) as connection:
            work = Work(self, connection, who, site)
            try:
                yield work
                if work.head is None:
                    raise AssertionError("Nothing is done or seen that the audit log is not told.")
            except BaseException:
                # Only what surely is not in the database: a commit that fails may have come through all the same.
                for call in work.undo:
                    call()
                raise
        audit.move_head(self.vault.folder / HEAD_FILE, self._audit_key, work.head)
        for call in work.afterwards:
            call()

    def head(self) -> audit.Head:
        """Give the end of the audit log, to be noted elsewhere."""
        with writing(self.engine) as connection:
            return audit.end_of(connection)

    def audit_entries(self) -> list[audit.AuditEntry]:
        """Give the whole audit log, unchecked."""
        with writing(self.engine) as connection:
            return audit.entries(connection)

    def audit_problems(self, *, noted: audit.Head | None = None) -> list[str]:
        """Check the audit log; see :func:`tdscreen.records.audit.problems`.

        Parameters
        ----------
        noted : Head, optional
            An end of the log that was noted elsewhere.
        """
        heads = [] if noted is None else [noted]
        found = []
        with writing(self.engine) as connection:
            try:
                heads.append(audit.read_head(self.vault.folder / HEAD_FILE, self._audit_key))
            except DataError as error:
                found.append(str(error))
            return audit.problems(connection, self._audit_key, heads) + found

    def lookup(self, *parts: str) -> str:
        """Hash what is sealed, with a key, so that it can be found again."""
        return hmac.new(self._lookup_key, json.dumps(parts).encode(), hashlib.sha256).hexdigest()


class Work:
    """One transaction at the store: the rows of a site, the patients' keys, and the audit log.

    Attributes
    ----------
    connection : sqlalchemy.Connection
        For what belongs to no site.
    scope : Scope
    vault : Vault
    who : str
    time : str
        Of all that is written in it.
    answerable : str
        Of the staff: stands as the one who added what is added. The same as ``who`` unless a patient does it.
    head : Head or None
        Of the audit log; None until something was logged.
    role : Role or None
        Of who does it; None of a command, which may do all.
    afterwards : list of callable
        What can only be done once the database has it all, as to destroy a file.
    undo : list of callable
        What is to be done if it fails, as to destroy a file that was made.
    """

    def __init__(self, clinic: Clinic, connection: Connection, who: str, site: str) -> None:
        self._clinic = clinic
        self.connection = connection
        self.scope = Scope(connection, site)
        self.vault = clinic.vault
        self.who = self.answerable = who
        self.now = clinic.now()
        self.time = written(self.now)
        self.head: audit.Head | None = None
        self.role: Role | None = None
        self.afterwards: list[Callable[[], object]] = []
        self.undo: list[Callable[[], object]] = []

    def log(self, what: str, kind: str, on_id: str) -> None:
        """Tell the audit log."""
        self.head = audit.append(
            self.connection,
            self._clinic._audit_key,
            at=self.time,
            who=self.who,
            site=self.scope.site,
            what=what,
            kind=kind,
            on_id=on_id,
        )

    def sites(self) -> list[str]:
        """Name the sites."""
        return _sites(self.connection)

    def add_staff(self, member: StaffMember, login: Login | None) -> StaffMember:
        """Add somebody who works at this site; see :meth:`Clinic.add_staff`."""
        _check_short(member.id, "person")
        if member.id in (audit.SHELL, WORKER, PATIENT):
            raise InputError(
                f"'{member.id}' stands for a program in the audit log. Choose another identifier."
            )
        check_role(member.role)
        self.register().add(member, login, at=self.time)
        self.log("added", "staff", member.id)
        return member

    def retire_staff(self, identifier: str) -> None:
        """End somebody's work at this site; see :meth:`Clinic.retire_staff`."""
        self.register().retire(identifier, site=self.scope.site, at=self.time)
        self.log("retired", "staff", identifier)

    def register(self) -> Register:
        """Give the staff."""
        return self._clinic.register(self.connection)

    def may(self, act: Act) -> bool:
        """Tell whether who does it may do that, too."""
        return self.role is None or may(self.role, act)

    def note(self, text: str) -> str:
        """Give what somebody wrote freely, or that it is withheld."""
        return text if not text or self.may(Act.SEE_NOTES) else WITHHELD

    def lookup(self, *parts: str) -> str:
        """Hash what is sealed; the same at another site is another."""
        return self._clinic.lookup(self.scope.site, *parts)

    def seal(self, patient: str, row: str, content: Any) -> bytes:
        """Encrypt what JSON can say of a patient, for one row."""
        text = json.dumps(content, ensure_ascii=False, allow_nan=False)
        return seal(
            self.vault.patient_key(patient), text.encode("utf-8", "surrogatepass"), context=f"row {row}"
        )

    def unseal(self, patient: str, row: str, sealed: bytes) -> Any:
        """Decrypt it."""
        text = unseal(self.vault.patient_key(patient), sealed, context=f"row {row}")
        return json.loads(text.decode("utf-8", "surrogatepass"))

    def seal_of_staff(self, row: str, content: Any) -> bytes:
        """Encrypt what JSON can say of somebody of the staff, for one row."""
        return seal(self._clinic._staff_key, json.dumps(content).encode(), context=f"row {row}")

    def unseal_of_staff(self, row: str, sealed: bytes) -> Any:
        """Decrypt it."""
        return json.loads(unseal(self._clinic._staff_key, sealed, context=f"row {row}"))


class Desk:
    """Where one person of the staff works: everything here is of that person's site.

    Attributes
    ----------
    clinic : Clinic
    staff : StaffMember
    answerable : str
        Of the staff: stands as the one who added what is added here.
    """

    def __init__(self, clinic: Clinic, staff: StaffMember, *, answerable: str | None = None) -> None:
        self.clinic = clinic
        self.staff = staff
        self.answerable = answerable or staff.id

    @contextlib.contextmanager
    def at_work(self, act: Act) -> Iterator[Work]:
        """Begin a piece of work of this person.

        Raises
        ------
        InputError
            The person's role does not allow it, or the person does not work here any more.
        """
        with self.clinic.at_work(self.staff.id, self.staff.site) as work:
            work.role = self._check(work.connection, act)
            work.answerable = self.answerable
            yield work

    @contextlib.contextmanager
    def at_a_glance(self, act: Act) -> Iterator[Scope]:
        """Look at what tells nothing of a patient, as how far a job is, and leaves no entry in the audit log."""
        with writing(self.clinic.engine) as connection:
            self._check(connection, act)
            yield Scope(connection, self.staff.site)

    def _check(self, connection: Connection, act: Act) -> Role:
        # Asked anew each time: a desk that somebody sits at does not outlast the work here.
        role = self.staff.role
        if role not in NO_STAFF:
            role = self.clinic.register(connection).member(self.staff.id).role
        require(role, act)
        return role


def rotate(clinic: Clinic, new: MasterKey) -> int:
    """Change a store's master key; the old one is that with which it was opened. It opens with the new one then.

    Parameters
    ----------
    clinic : Clinic
    new : MasterKey

    Returns
    -------
    int
        How many keys were wrapped anew.
    """
    # Under the lock, so that nobody adds a patient with the old one meanwhile.
    with clinic.at_work(audit.SHELL, "") as work:
        done = rewrap(clinic.vault.folder, clinic.master, new)
        work.log("changed", "master key", "")
    return done


def check_role(role: Role) -> None:
    """Make sure that a role is one of the staff's.

    Raises
    ------
    InputError
    """
    if role in NO_STAFF:
        raise InputError("That is the role of a program. Choose clinician, researcher or administrator.")


def _sites(connection: Connection) -> list[str]:
    return list(connection.execute(select(SITES.c.id).order_by(SITES.c.id)).scalars())


def _check_short(name: str, what: str) -> None:
    if not _SHORT_NAME.fullmatch(name):
        raise InputError(
            f"The identifier of a {what} has up to 32 small letters, digits, '-' and '_', and begins with a letter "
            "or a digit."
        )
