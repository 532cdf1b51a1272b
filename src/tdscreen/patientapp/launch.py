"""Open the recorder: behind a proxy on the internet, or on one's own machine."""

from __future__ import annotations

import logging
from pathlib import Path

from tdscreen.errors import InputError, TdscreenError
from tdscreen.patientapp.clinic_file import ClinicFile
from tdscreen.patientapp.service import Recorder, open_recorder
from tdscreen.records.clinic import Clinic, Desk, database_in
from tdscreen.records.entries import Invitation, InvitationState, PatientDetails
from tdscreen.records.invitations import invitations, invite
from tdscreen.records.master import read_key_file, write_key_file
from tdscreen.records.patients import add_patient, find_patient
from tdscreen.records.retention import sweep
from tdscreen.serving.launch import LOOPBACK, closed_options
from tdscreen.settings import RECORDER, RecorderSettings
from tdscreen.webapp.launch import end_with_the_terminal, require_free

OWN = "me"
"""Site, person and patient of a store that somebody has for oneself."""
KEY_FILE, STORE = "master.key", "store"

log = logging.getLogger(__name__)


def run(
    clinic: Clinic,
    *,
    host: str | None = None,
    port: int | None = None,
    address: str = LOOPBACK[0],
    settings: RecorderSettings = RECORDER,
    about: ClinicFile | None = None,
    own: bool = False,
) -> int:
    """Serve the recorder until interrupted.

    Parameters
    ----------
    clinic : Clinic
        An open store.
    host : str, optional
        The name by which browsers call it, by https: that of the proxy before it. Without one, this machine's own.
    port : int, optional
        The first free one from 8501 on if not given.
    address : str
        On which it listens.
    settings : RecorderSettings
    about : ClinicFile, optional
        What the clinic says of itself.
    own : bool
        Somebody records on an own computer, without a clinic.

    Returns
    -------
    int
        Exit status.

    Raises
    ------
    InputError
        It would listen beyond this machine without a name, or the port is taken.
    """
    if host is None and address not in LOOPBACK:
        raise InputError(
            f"The recorder is not opened on {address} without a name. Give --host NAME, and put a proxy with TLS "
            "before it."
        )
    if port is not None and address in LOOPBACK:
        require_free(port)
    recorder = Recorder(
        clinic, https=host is not None, settings=settings, about=about or ClinicFile(), own=own
    )
    open_recorder(recorder)
    end_with_the_terminal()
    from tdscreen.patientapp.server import application

    try:
        application(hosts=() if host is None else (host,)).run(config=closed_options(port, address=address))
    finally:
        recorder.close()
    return 0


def own_store(folder: Path) -> Clinic:
    """Open the store that somebody has for oneself, or make it; what is due goes first, since nothing else sees to it.

    Parameters
    ----------
    folder : Path
        Holds the store and, beside it, its key: whoever can read the folder can read what is in it.

    Raises
    ------
    InputError
        The folder cannot be made, or its store cannot be opened.
    """
    store, key = folder / STORE, folder / KEY_FILE
    if key.exists():
        clinic = Clinic(store, database_in(store), read_key_file(key))
        try:
            sweep(clinic)
        except TdscreenError as error:
            # It keeps nobody from recording, and is tried again the next time.
            log.warning("%s", error)
        return clinic
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise InputError(f"The folder {folder} cannot be made: {error.strerror}.") from error
    clinic = Clinic.create(store, database_in(store), write_key_file(key))
    clinic.add_site(OWN)
    clinic.add_staff(OWN, OWN, name=OWN)
    return clinic


def own_recordings(desk: Desk) -> list[Invitation]:
    """Give what oneself has recorded before and not deleted, oldest first."""
    patient = find_patient(desk, OWN)
    if patient is None:
        return []
    gone = (InvitationState.WITHDRAWN, InvitationState.REVOKED)
    return [one for one in invitations(desk, patient.id) if one.consent is not None and one.state not in gone]


def own_invitation(desk: Desk) -> str:
    """Invite oneself, and give the invitation."""
    patient = find_patient(desk, OWN) or add_patient(desk, PatientDetails(OWN))
    return invite(desk, patient.id, days=1).id
