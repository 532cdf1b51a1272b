"""The doors to the recorder: invited patients at home, or oneself at one's own computer."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import click

from tdscreen.cli_clinic import at_a_store, check_installed, clinic, open_store
from tdscreen.errors import InputError
from tdscreen.printing import day


@clinic.command()
@click.option(
    "--host",
    metavar="NAME",
    help="By which patients' browsers call it, over https: that of the proxy before it, as record.clinic.example.",
)
@click.option("--port", type=click.IntRange(1, 65535), help="Port [default: 8501].")
@click.option(
    "--address",
    default="localhost",
    show_default=True,
    help="On which it listens; beyond this machine only with --host.",
)
@click.option(
    "--about",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="TOML in which the clinic says who looks, when, and whom to call.",
)
@at_a_store
def recorder(
    host: str | None, port: int | None, address: str, about: Path | None, folder: Path, database: str | None
) -> None:
    """Let invited patients record at home.

    A server of its own that shows nothing of the clinic's pages, to be put on the internet behind a proxy with TLS. A
    clinician invites on a patient's page, or with 'tdscreen clinic invite'.
    """
    from tdscreen.patientapp.clinic_file import read_clinic_file
    from tdscreen.patientapp.launch import run

    said = None if about is None else read_clinic_file(about)
    with open_store(folder, database) as store:
        sys.exit(run(store, host=host, port=port, address=address, about=said))


@clinic.command()
@click.argument("patient")
@click.option("--as", "person", required=True, metavar="IDENTIFIER", help="Whose invitation it is, as r1.")
@click.option(
    "--recorder",
    "at",
    required=True,
    metavar="ADDRESS",
    help="Of the recorder, as https://record.clinic.example.",
)
@click.option("--days", type=int, help="For so long it is good [default: 14].")
@at_a_store
def invite(patient: str, person: str, at: str, days: int | None, folder: Path, database: str | None) -> None:
    """Print a link by which a patient records one examination at home.

    PATIENT is the clinic's own identifier. Whoever has the link can add to the examination, and see nothing.
    """
    from tdscreen.records.invitations import invite as write_invitation
    from tdscreen.records.invitations import link_to
    from tdscreen.records.patients import find_patient
    from tdscreen.settings import RECORDER

    with open_store(folder, database) as store:
        desk = store.desk(person)
        found = find_patient(desk, patient)
        if found is None:
            raise InputError("This site has no patient with this identifier. Add the patient first.")
        invitation = write_invitation(desk, found.id, days=RECORDER.invitation_days if days is None else days)
        click.echo(link_to(store, invitation.id, at))


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--port", type=click.IntRange(1, 65535), default=8501, show_default=True, help="Port.")
def record(folder: Path, port: int) -> None:
    """Record an examination with the camera of this computer.

    FOLDER keeps it, encrypted, with the key beside it; it is made if it is not there. Nothing leaves this computer. As
    it starts it destroys the videos whose time is over: 30 days after they were measured, and 90 after they came in.
    """
    check_installed()
    from tdscreen.patientapp.launch import (
        KEY_FILE,
        OWN,
        STORE,
        own_invitation,
        own_recordings,
        own_store,
        run,
    )
    from tdscreen.records.invitations import link_to
    from tdscreen.records.master import KEY_FILE_VARIABLE
    from tdscreen.webapp.launch import require_free

    require_free(port)
    with own_store(folder) as store:
        here = f"http://localhost:{port}"
        for one in own_recordings(store.desk(OWN)):
            click.echo(
                f"Recorded on {day(one.added_at)}, to look back at or delete: {link_to(store, one.id, here)}"
            )
        click.echo(f"Open this in a browser: {link_to(store, own_invitation(store.desk(OWN)), here)}")
        key = f"{KEY_FILE_VARIABLE}={shlex.quote(str(folder / KEY_FILE))}"
        at = f"--folder {shlex.quote(str(folder / STORE))}"
        click.echo(f"Afterwards, to measure it: {key} tdscreen clinic work --once {at}")
        click.echo(f"and to look at it: {key} tdscreen clinic app --as {OWN} {at}")
        sys.exit(run(store, port=port, own=True))
