"""Tickets: what a page lets the browser send or fetch, for whom and how long, signed by the server that wrote them."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from enum import StrEnum

from tdscreen.errors import InputError

_REFUSED = "This address is not valid, or not any more. Load the page again."


class Purpose(StrEnum):
    """What a ticket is good for."""

    UPLOAD = "upload"
    PLAY = "play"
    REPORT = "report"
    FHIR = "fhir"
    TRAIN = "train"


@dataclass(frozen=True)
class Ticket:
    """What a ticket says.

    Attributes
    ----------
    purpose : Purpose
    staff : str
        Identifier of the person whose page it was written for: nobody else can use it.
    on : str
        Random identifier of the examination that a clip is sent to or a report is of, or of the clip that is played; of
        a training clip its name.
    number : str
        Of the ticket, random.
    until : float
        Seconds since 1970.
    """

    purpose: Purpose
    staff: str
    on: str
    number: str
    until: float


class TicketOffice:
    """Writes tickets and knows its own again. A server that is started again knows none of those from before.

    Parameters
    ----------
    clock : callable
        Gives seconds since 1970.
    """

    def __init__(self, *, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._key = secrets.token_bytes(32)
        self._spent: dict[str, float] = {}
        self._lock = threading.Lock()

    def write(self, purpose: Purpose, *, staff: str, on: str, valid_s: float) -> str:
        """Write a ticket, as text that an address can hold."""
        ticket = Ticket(purpose, staff, on, secrets.token_hex(16), self._clock() + valid_s)
        said = base64.urlsafe_b64encode(json.dumps(asdict(ticket)).encode()).decode()
        return f"{said}.{self._signature(said)}"

    def read(self, text: str, purpose: Purpose) -> Ticket:
        """Give what a ticket says.

        Raises
        ------
        InputError
            It was not written here, or for something else, or its time is over.
        """
        said, _, signature = text.partition(".")
        if not hmac.compare_digest(self._signature(said).encode(), signature.encode("utf-8", "replace")):
            raise InputError(_REFUSED)
        try:
            ticket = Ticket(**json.loads(base64.urlsafe_b64decode(said)))
        except (binascii.Error, ValueError, TypeError) as error:
            raise InputError(_REFUSED) from error
        if ticket.purpose != purpose or ticket.until < self._clock():
            raise InputError(_REFUSED)
        return ticket

    def spend(self, ticket: Ticket) -> None:
        """Use a ticket up.

        Raises
        ------
        InputError
            It was used before.
        """
        with self._lock:
            now = self._clock()
            self._spent = {number: until for number, until in self._spent.items() if until >= now}
            if ticket.number in self._spent:
                raise InputError("This upload was sent before. Load the page again to see what is there.")
            self._spent[ticket.number] = ticket.until

    def _signature(self, said: str) -> str:
        return hmac.new(self._key, said.encode("utf-8", "replace"), hashlib.sha256).hexdigest()
