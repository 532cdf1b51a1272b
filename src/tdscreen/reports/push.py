"""Messages go from the outbox to the record system: tried until it has them, or refuses them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from tdscreen.records import outbox
from tdscreen.records.clinic import Clinic
from tdscreen.records.entries import Message
from tdscreen.reports.smart import Session, UnreachableError
from tdscreen.settings import REPORTS

_TRY_AGAIN = frozenset({408, 409, 425, 429})
"""And all from 500 up: the server is busy, or another change was in the way (RFC 9110, RFC 6585)."""
_LONGEST_REASON = 600


@dataclass(frozen=True)
class Pushed:
    """What became of the messages that were due.

    Attributes
    ----------
    sent, refused, put_off : int
    why : str
        The last reason why one was put off or refused; empty if none was.
    """

    sent: int = 0
    refused: int = 0
    put_off: int = 0
    why: str = ""


def push(clinic: Clinic, session: Session) -> Pushed:
    """Send what is due. A server that cannot be reached ends the round; the rest keeps waiting.

    Parameters
    ----------
    clinic : Clinic
    session : Session

    Returns
    -------
    Pushed
    """
    sent = refused = put_off = 0
    why = ""
    while message := outbox.take(clinic):
        assert message.document is not None
        try:
            answer = session.post(message.document)
        except UnreachableError as error:
            outbox.put_off(clinic, message, str(error), until=clinic.now() + wait_before(message.tries))
            return Pushed(sent, refused, put_off + 1, str(error))
        status = answer.status_code
        if 200 <= status < 300:
            missing = _not_done(message, answer)
            if not missing:
                outbox.arrived(clinic, message)
                sent += 1
                continue
            why = missing
            outbox.refused(clinic, message, missing)
            refused += 1
        elif status in _TRY_AGAIN or status >= 500:
            why = f"The FHIR server answered {status}. {reason_in(answer)}".strip()
            wait = max(wait_before(message.tries), _asked_wait(answer, clinic.now()))
            outbox.put_off(clinic, message, why, until=clinic.now() + wait)
            put_off += 1
        else:
            why = f"The FHIR server refused it ({status}). {reason_in(answer)}".strip()
            outbox.refused(clinic, message, why)
            refused += 1
    return Pushed(sent, refused, put_off, why)


def wait_before(tries: int) -> timedelta:
    """Say how long to wait before the next try, after so many: twice as long each time, up to a limit."""
    doublings = min(tries - 1, 30)
    return timedelta(seconds=min(REPORTS.first_wait_s * 2**doublings, REPORTS.longest_wait_s))


def reason_in(answer: Any) -> str:
    """Read what an answer says of itself: an OperationOutcome, or nothing that we would show."""
    said = _json(answer)
    if said.get("resourceType") != "OperationOutcome":
        return ""
    told = [
        str(issue.get("diagnostics") or issue.get("details", {}).get("text") or issue.get("code", ""))
        for issue in said.get("issue", [])
        if isinstance(issue, dict)
    ]
    return "; ".join(told)[:_LONGEST_REASON]


def _asked_wait(answer: Any, now: datetime) -> timedelta:
    """Say for how long the server asks us to wait, within reason."""
    asked = str(answer.headers.get("Retry-After", "")).strip()
    try:
        until = None if asked.isdigit() else parsedate_to_datetime(asked).astimezone(UTC)
        seconds = float(asked) if until is None else (until - now).total_seconds()
    except ValueError:
        seconds = 0.0
    return timedelta(seconds=min(max(seconds, 0.0), REPORTS.longest_wait_s))


def _not_done(message: Message, answer: Any) -> str:
    """Say what of a transaction the server did not do although it said that it is well; empty if all is."""
    said = _json(answer)
    entries = said.get("entry", [])
    if said.get("type") != "transaction-response" or not isinstance(entries, list):
        return "The FHIR server's answer is not that to a transaction. Is the address that of its base?"
    statuses = [str(one.get("response", {}).get("status", "")) for one in entries if isinstance(one, dict)]
    if all(status.startswith("2") for status in statuses) and len(statuses) == _entries_in(message):
        return ""
    return "The FHIR server did not take in all of it: " + ", ".join(sorted(set(statuses)))


def _entries_in(message: Message) -> int:
    return len(json.loads(message.document or "{}").get("entry", []))


def _json(answer: Any) -> dict[str, Any]:
    if len(answer.content) > REPORTS.answer_bytes:
        return {}
    try:
        said = answer.json()
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}
