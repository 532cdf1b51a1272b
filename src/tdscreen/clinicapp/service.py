"""What one server of the clinic's pages has open, and who is asking it."""

from __future__ import annotations

from dataclasses import dataclass, field

from tdscreen.clinicapp.tickets import TicketOffice
from tdscreen.records.clinic import Clinic, Desk


@dataclass(frozen=True)
class Service:
    """An open store, for the one person who works at this machine.

    Attributes
    ----------
    clinic : Clinic
    person : str
        Identifier of the staff member who sits at this machine.
    tickets : TicketOffice
    """

    clinic: Clinic
    person: str
    tickets: TicketOffice = field(default_factory=TicketOffice)

    def desk(self) -> Desk:
        """Give the desk of whoever is asking.

        It is looked up in the store each time: who was taken off the staff is nobody from then on.

        Raises
        ------
        InputError
            It is nobody of the staff.
        """
        return self.clinic.desk(self.person)


_running: list[Service] = []
"""The pages' script is run anew for each click, in the server's process; this outlives it."""


def open_service(service: Service) -> None:
    """Let the pages and routes of this process work at a store."""
    _running[:] = [service]


def service() -> Service:
    """Give what this process serves."""
    (running,) = _running
    return running
