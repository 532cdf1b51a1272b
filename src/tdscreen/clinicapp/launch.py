"""Open the clinic's pages, on this machine only."""

from __future__ import annotations

from tdscreen.clinicapp.service import Service, open_service
from tdscreen.records.clinic import Clinic
from tdscreen.webapp.launch import end_with_the_terminal, require_free, server_options


def options(port: int | None = None) -> dict[str, bool | int | str]:
    """Give the server's settings. They outrank any configuration file or variable on the machine.

    It listens to this machine alone: there is no login, so that whoever reaches it is taken for the one who
    started it.

    Parameters
    ----------
    port : int, optional
        Port on this machine; the first free one from 8501 on if not given.
    """
    closed: dict[str, bool | int | str] = {
        # Streamlit's own way in for files is closed; clips come by a route.
        "server.maxUploadSize": 1,
        "server.enableStaticServing": False,
        "server.enableXsrfProtection": True,
        "server.enableCORS": True,
    }
    chosen: dict[str, bool | int | str] = {} if port is None else {"server.port": port}
    return {**server_options(), **closed, **chosen}


def run(clinic: Clinic, person: str, *, port: int | None = None) -> int:
    """Serve the pages to one person of the staff until interrupted.

    Parameters
    ----------
    clinic : Clinic
        An open store.
    person : str
        Identifier of the person who sits at this machine.
    port : int, optional
        Port on this machine; the first free one from 8501 on if not given.

    Returns
    -------
    int
        Exit status.

    Raises
    ------
    InputError
        There is nobody with that identifier among the staff, or the port is taken.
    """
    service = Service(clinic, person)
    service.desk()
    if port is not None:
        require_free(port)
    open_service(service)
    end_with_the_terminal()
    from tdscreen.clinicapp.server import application

    application().run(config=options(port))
    return 0
