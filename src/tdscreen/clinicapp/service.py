"""What one server of the clinic's pages has open."""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import BoundedSemaphore

from tdscreen.clinicapp.tickets import TicketOffice
from tdscreen.records.clinic import Clinic
from tdscreen.settings import CLINIC_PAGES


@dataclass(frozen=True)
class Service:
    """An open store, and for whom.

    Attributes
    ----------
    clinic : Clinic
    person : str or None
        Identifier of the staff member who sits at this machine; None where everybody signs in.
    recorder : str or None
        Address of the recorder to which patients are invited; None where there is none.
    tickets : TicketOffice
    places : BoundedSemaphore
        For uploads under way.
    """

    clinic: Clinic
    person: str | None
    recorder: str | None = None
    tickets: TicketOffice = field(default_factory=TicketOffice)
    places: BoundedSemaphore = field(default_factory=lambda: BoundedSemaphore(CLINIC_PAGES.uploads_at_once))


_running: list[Service] = []
"""The pages' script is run anew for each click, in the server's process; this outlives it."""


def open_service(service: Service) -> None:
    """Let the pages and routes of this process work at a store."""
    _running[:] = [service]


def service() -> Service:
    """Give what this process serves."""
    (running,) = _running
    return running
