"""The doors to the recorder: a link for a patient, and a store of one's own."""

from __future__ import annotations

import socket
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from browsing import free_port
from clips import scene, write_clip
from tdscreen.cli import main
from tdscreen.errors import InputError
from tdscreen.patientapp.consent import VERSION
from tdscreen.patientapp.launch import OWN, own_invitation, own_recordings, own_store, run
from tdscreen.records.at_home import add_clip, agree, desk_of_invited, withdraw
from tdscreen.records.clinic import Clinic, database_in
from tdscreen.records.clips import clips
from tdscreen.records.database import writing
from tdscreen.records.entries import Destroyed, InvitationState, PatientDetails
from tdscreen.records.invitations import LINK, invitation_in, invitations
from tdscreen.records.jobs import jobs
from tdscreen.records.master import write_key_file
from tdscreen.records.patients import add_patient, patients
from tdscreen.records.tables import FILES, INVITATIONS
from tdscreen.records.times import written
from tdscreen.vocabulary import Task


def test_an_invitation_from_the_shell_is_a_link_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = tmp_path / "store"
    monkeypatch.setenv("TDSCREEN_CLINIC_KEY_FILE", str(tmp_path / "master.key"))
    monkeypatch.setenv("TDSCREEN_CLINIC_FOLDER", str(store))
    monkeypatch.delenv("TDSCREEN_CLINIC_KEY", raising=False)
    monkeypatch.delenv("TDSCREEN_CLINIC_DATABASE", raising=False)
    with Clinic.create(store, database_in(store), write_key_file(tmp_path / "master.key")) as clinic:
        clinic.add_site("north")
        clinic.add_staff("north", "r1", name="Dr. Ratewell")
        patient = add_patient(clinic.desk("r1"), PatientDetails("4711"))
        asked = ["clinic", "invite", "--as", "r1", "--recorder", "https://record.clinic.example"]
        told = CliRunner().invoke(main, [*asked, "4711", "--days", "3"])
        assert told.exit_code == 0, told.output
        address, _, word = told.output.strip().partition("#")
        (found,) = invitations(clinic.desk("r1"), patient.id)
        assert (address, invitation_in(clinic, word, LINK)) == ("https://record.clinic.example/", found.id)
        assert (found.until - found.added_at).days == 3
        for wrong, said in (
            ([*asked, "4712"], "no patient"),
            ([*asked, "4711", "--days", "365"], "1 to 90 days"),
            ([*asked[:-1], "http://record.clinic.example", "4711"], "no address of a recorder"),
        ):
            refused = CliRunner().invoke(main, wrong)
            assert refused.exit_code != 0
            assert said in refused.output + str(refused.exception)


def test_a_store_of_one_s_own_is_made_once_and_found_again(tmp_path: Path) -> None:
    for _ in range(2):
        with own_store(tmp_path / "mine") as store:
            own_invitation(store.desk(OWN))
            (me,) = patients(store.desk(OWN))
            states = [one.state for one in invitations(store.desk(OWN), me.id)]
    assert states == [InvitationState.OPEN] * 2
    assert (tmp_path / "mine" / "master.key").stat().st_mode & 0o077 == 0


def test_what_was_recorded_before_and_not_deleted_can_be_looked_back_at(tmp_path: Path) -> None:
    with own_store(tmp_path / "mine") as store:
        desk = store.desk(OWN)
        assert own_recordings(desk) == []
        first, second, _ = (own_invitation(desk) for _ in range(3))
        at_home = store.desk_of_patient(OWN, invited_by=OWN)
        for one in (first, second):
            agree(at_home, one, version="3", language="en")
        assert [one.id for one in own_recordings(desk)] == [first, second]
        withdraw(at_home, first)
        assert [one.id for one in own_recordings(desk)] == [second]


def test_a_folder_that_is_none_or_a_port_that_is_taken_is_said_before_anybody_is_invited(
    tmp_path: Path,
) -> None:
    (tmp_path / "file").touch()
    told = CliRunner().invoke(main, ["record", str(tmp_path / "file" / "mine"), "--port", str(free_port())])
    assert told.exit_code != 0
    assert "cannot be made" in told.output
    with socket.socket() as taken:
        taken.bind(("localhost", 0))
        taken.listen()
        told = CliRunner().invoke(
            main, ["record", str(tmp_path / "mine"), "--port", str(taken.getsockname()[1])]
        )
    assert told.exit_code != 0
    assert "#" not in told.output
    assert not (tmp_path / "mine").exists()


@pytest.fixture
def begun(tmp_path: Path) -> Path:
    """Give the folder of somebody's own recording that has one clip and is not finished; its last day was yesterday."""
    film = write_clip(tmp_path / "film.mp4", scene(12))
    with own_store(tmp_path / "mine") as store:
        one = own_invitation(store.desk(OWN))
        me = desk_of_invited(store, one)
        agree(me, one, version=VERSION, language="en")
        add_clip(me, one, film, task=Task.REST, recorded={"slug": "rest", "take": 1, "sha256": "0" * 64})
        yesterday = written(store.now() - timedelta(days=1))
        with writing(store.engine) as connection:
            connection.execute(INVITATIONS.update().values(until=yesterday))
    return tmp_path / "mine"


def test_what_is_over_goes_as_somebody_s_own_store_is_opened(begun: Path) -> None:
    with own_store(begun) as store:
        (job,) = jobs(store.desk(OWN))
        (clip,) = clips(store.desk(OWN), job.examination)
        assert clip.can_be_watched
        over = written(store.now() - timedelta(days=2))
        with writing(store.engine) as connection:
            connection.execute(FILES.update().values(due_at=over))
    with own_store(begun) as store:
        (clip,) = clips(store.desk(OWN), job.examination)
        assert clip.files[0].destroyed_because is Destroyed.DUE
        assert not store.vault.files(clip.patient)


def test_trouble_with_what_is_over_keeps_nobody_from_recording(
    begun: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (begun / "store" / "audit.head").unlink()
    with own_store(begun) as store:
        assert own_invitation(store.desk(OWN))
    assert "Nothing was destroyed" in caplog.text


def test_the_recorder_is_not_opened_beyond_this_machine_without_a_name(tmp_path: Path) -> None:
    with own_store(tmp_path / "mine") as store, pytest.raises(InputError, match="--host"):
        run(store, address="0.0.0.0")
