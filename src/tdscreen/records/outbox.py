"""Messages to a record system: put in at a desk, sent by a program of its own, and lost by no server that is down.

A message waits until the server has said that it has it. Of one examination the newest is sent: it takes the place of
those that wait. A program holds the message that it sends for a time; if it dies, the message is another's to send. The
server may then have it twice, which leaves the same there (:mod:`tdscreen.reports.fhir`).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from tdscreen.errors import InputError
from tdscreen.records.audit import SHELL
from tdscreen.records.clinic import Clinic, Desk, Work
from tdscreen.records.database import writing
from tdscreen.records.entries import Message, MessageState
from tdscreen.records.examinations import living_examination
from tdscreen.records.roles import Act
from tdscreen.records.scope import Row, Scope
from tdscreen.records.tables import OUTBOX, PATIENTS
from tdscreen.records.times import read_optional_time, read_time, written
from tdscreen.records.vault import new_id
from tdscreen.settings import REPORTS

_KIND = "message"


def put(desk: Desk, examination: str, document: str) -> Message:
    """Put a message of an examination into the outbox; those that wait are replaced by it.

    Parameters
    ----------
    desk : Desk
    examination : str
    document : str
        What is sent.

    Raises
    ------
    InputError
        This site has no such examination, or the person's role does not allow it.
    """
    message = new_id()
    with desk.at_work(Act.REPORT) as work:
        patient = living_examination(work.scope, examination)["patient_id"]
        for row in work.scope.rows(OUTBOX, examination_id=examination):
            # One that is on its way has to arrive before this one is sent.
            is_waiting = row["state"] == MessageState.WAITING and not _is_held(work, row)
            if is_waiting or row["state"] == MessageState.REFUSED:
                _end(work, row["id"], MessageState.REPLACED)
        work.scope.add(
            OUTBOX,
            id=message,
            patient_id=patient,
            examination_id=examination,
            state=str(MessageState.WAITING),
            sealed=work.seal(patient, message, document),
            tries=0,
            next_at=work.time,
            added_at=work.time,
            added_by=work.who,
        )
        work.log("exported", "message of examination", examination)
        return _message(work, work.scope.row(OUTBOX, message))


def messages(desk: Desk) -> list[Message]:
    """Give the messages of this site, oldest first, without what they say of a patient."""
    with desk.at_work(Act.SEE_MESSAGES) as work:
        found = [
            _message(work, row, with_document=False) for row in _of_the_living(work.scope, order="added_at")
        ]
        work.log("listed", _KIND, "")
    return found


def send_again(desk: Desk, message: str) -> Message:
    """Let a message that was refused, or waits for its next try, be sent at once.

    Raises
    ------
    InputError
        This site has no such message, or it was sent or replaced.
    """
    with desk.at_work(Act.REPORT) as work:
        row = work.scope.row(OUTBOX, message)
        if row["sealed"] is None:
            raise InputError(f"This message is {row['state']} already. Put a new one into the outbox.")
        work.scope.change(
            OUTBOX, message, state=str(MessageState.WAITING), tries=0, next_at=work.time, ended_at=None
        )
        work.log("asked to send again", _KIND, message)
        return _message(work, work.scope.row(OUTBOX, message), with_document=False)


def take(clinic: Clinic) -> Message | None:
    """Give the message that has waited longest of those that are due, and hold it; None if none is due."""
    now = written(clinic.now())
    while due := _due(clinic, now):
        site, first = min(due, key=lambda found: (found[1]["added_at"], found[1]["id"]))
        with clinic.at_work(SHELL, site) as work:
            rows = work.scope.rows(
                OUTBOX, id=first["id"], state=str(MessageState.WAITING), tries=first["tries"]
            )
            work.log("took" if rows else "looked for", _KIND, first["id"])
            if rows:
                lease = written(work.now + timedelta(seconds=REPORTS.lease_s))
                work.scope.change(OUTBOX, first["id"], tries=first["tries"] + 1, lease_until=lease)
                return _message(work, work.scope.row(OUTBOX, first["id"]))
    return None


def arrived(clinic: Clinic, message: Message) -> None:
    """Note that the server has it. What it said is not kept a second time."""
    _settle(clinic, message, "sent", state=MessageState.SENT)


def refused(clinic: Clinic, message: Message, reason: str) -> None:
    """Note that the server does not want it, and why: somebody has to look."""
    _settle(clinic, message, "was refused", state=MessageState.REFUSED, reason=reason)


def put_off(clinic: Clinic, message: Message, reason: str, *, until: datetime) -> None:
    """Note that it could not be sent, why, and when it is tried again."""
    _settle(clinic, message, "could not send", state=MessageState.WAITING, reason=reason, until=until)


def _settle(
    clinic: Clinic,
    message: Message,
    what: str,
    *,
    state: MessageState,
    reason: str = "",
    until: datetime | None = None,
) -> None:
    with clinic.at_work(SHELL, message.site) as work:
        # The patient may have been deleted meanwhile, or another program have taken it after our time was over.
        rows = work.scope.rows(OUTBOX, id=message.id, state=str(MessageState.WAITING), tries=message.tries)
        work.log(what if rows else "lost", _KIND, message.id)
        if not rows or message.id not in {row["id"] for row in _of_the_living(work.scope)}:
            return
        newer = [
            row
            for row in work.scope.rows(
                OUTBOX, examination_id=message.examination, state=str(MessageState.WAITING)
            )
            if row["id"] != message.id and row["added_at"] >= rows[0]["added_at"]
        ]
        if state is not MessageState.SENT and newer:
            _end(work, message.id, MessageState.REPLACED)
            return
        answer = work.seal(message.patient, f"{message.id} answer", reason) if reason else None
        work.scope.change(OUTBOX, message.id, sealed_answer=answer, lease_until=None)
        if state is MessageState.WAITING:
            work.scope.change(OUTBOX, message.id, next_at=written(until or work.now))
        else:
            _end(work, message.id, state)


def _end(work: Work, message: str, state: MessageState) -> None:
    work.scope.change(OUTBOX, message, state=str(state), ended_at=work.time, lease_until=None)
    if state is not MessageState.REFUSED:
        work.scope.change(OUTBOX, message, sealed=None)


def _due(clinic: Clinic, now: str) -> list[tuple[str, Row]]:
    """Give what may be sent of all sites; it tells nothing of a patient, and is in no log."""
    sites = clinic.sites()
    found = []
    with writing(clinic.engine) as connection:
        for site in sites:
            rows = _of_the_living(Scope(connection, site), state=str(MessageState.WAITING))
            held = {row["examination_id"] for row in rows if (row["lease_until"] or "") > now}
            found += [
                (site, row) for row in rows if row["examination_id"] not in held and row["next_at"] <= now
            ]
    return found


def _of_the_living(scope: Scope, *, order: str = "id", **equal: Any) -> list[Row]:
    rows = scope.rows(OUTBOX, order=order, **equal)
    going = {row["id"] for row in scope.rows(PATIENTS) if row["deleting_at"] is not None} if rows else set()
    return [row for row in rows if row["patient_id"] not in going]


def _is_held(work: Work, row: Row) -> bool:
    return row["lease_until"] is not None and row["lease_until"] > work.time


def _message(work: Work, row: Row, *, with_document: bool = True) -> Message:
    def opened(column: str, place: str) -> str | None:
        return None if row[column] is None else work.unseal(row["patient_id"], place, row[column])

    return Message(
        id=row["id"],
        site=work.scope.site,
        patient=row["patient_id"],
        examination=row["examination_id"],
        state=MessageState(row["state"]),
        document=opened("sealed", row["id"]) if with_document else None,
        tries=row["tries"],
        answer=opened("sealed_answer", f"{row['id']} answer") or "",
        next_at=read_time(row["next_at"]),
        added_at=read_time(row["added_at"]),
        added_by=row["added_by"],
        ended_at=read_optional_time(row["ended_at"]),
    )
