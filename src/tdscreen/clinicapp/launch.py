"""Open the clinic's pages: to one person on this machine, or to whoever signs in."""

from __future__ import annotations

from pathlib import Path

from tdscreen.clinicapp.login_file import LoginFile, read_login_file
from tdscreen.clinicapp.service import Service, open_service
from tdscreen.errors import InputError
from tdscreen.records.clinic import Clinic
from tdscreen.records.invitations import checked_address
from tdscreen.serving.launch import LOOPBACK, Options, closed_options
from tdscreen.webapp.launch import end_with_the_terminal, require_free


def options(
    port: int | None = None, *, address: str = LOOPBACK[0], login: LoginFile | None = None
) -> Options:
    """Give the server's settings. They outrank any configuration file or variable on the machine.

    Parameters
    ----------
    port : int, optional
        The first free one from 8501 on if not given.
    address : str
        On which it listens.
    login : LoginFile, optional
    """
    given = closed_options(port, address=address)
    if login is not None:
        given["secrets.files"] = [str(login.path)]
    return given


def run(
    clinic: Clinic,
    *,
    person: str | None = None,
    login: Path | None = None,
    port: int | None = None,
    address: str = LOOPBACK[0],
    recorder: str | None = None,
) -> int:
    """Serve the pages until interrupted.

    Parameters
    ----------
    clinic : Clinic
        An open store.
    person : str, optional
        Identifier of the person of the staff who sits at this machine; then nobody signs in.
    login : Path, optional
        The file that says how people sign in.
    port : int, optional
        The first free one from 8501 on if not given.
    address : str
        On which it listens. Beyond this machine only with a login: without, whoever reaches it would be taken for
        ``person``.
    recorder : str, optional
        Address of the recorder to which patients are invited.

    Returns
    -------
    int
        Exit status.

    Raises
    ------
    InputError
        Neither a person nor a login is given, or both; there is no such person; the login file is not as it must be;
        the port is taken; or it would listen beyond this machine without a login.
    """
    if login is None and address not in LOOPBACK:
        raise InputError(
            f"The pages are not opened on {address} without a login. Give --login FILE, or leave --address away."
        )
    if (person is None) == (login is None):
        raise InputError("Name who sits at this machine (--as), or how people sign in (--login FILE).")
    checked = None if login is None else read_login_file(login)
    if person is not None:
        clinic.desk(person)
    if port is not None and address in LOOPBACK:
        require_free(port)
    open_service(Service(clinic, person, None if recorder is None else checked_address(recorder)))
    end_with_the_terminal()
    from tdscreen.clinicapp.server import application

    hosts = () if checked is None else (checked.host,)
    application(hosts=hosts).run(config=options(port, address=address, login=checked))
    return 0
