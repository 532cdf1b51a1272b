"""A store that was destroyed comes back whole from one file, on either kind of database, and on the other."""

from __future__ import annotations

import shutil
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest

from clinic_people import NAME, Clock
from tdscreen.errors import DataError, InputError, TdscreenError
from tdscreen.records.backup import back_up, restore
from tdscreen.records.clinic import Clinic, Desk
from tdscreen.records.clips import clips, import_clip, open_clip
from tdscreen.records.database import writing
from tdscreen.records.entries import Examination, PatientDetails, Scores
from tdscreen.records.examinations import examinations
from tdscreen.records.master import MasterKey
from tdscreen.records.patients import add_patient, patients
from tdscreen.records.ratings import ratings, save_draft
from tdscreen.records.sealing import new_key
from tdscreen.records.tables import METADATA
from tdscreen.vocabulary import Task

OTHER = {"sqlite": "postgresql", "postgresql": "sqlite"}


@pytest.fixture
def backed_up(
    clinic: Clinic, desk: Desk, examination: Examination, sounding_clip: Path, tmp_path: Path
) -> Path:
    """Give a backup of a store with a patient, a clip and a draft."""
    import_clip(desk, examination.id, sounding_clip, task=Task.REST)
    save_draft(desk, examination.id, Scores({3: 2}))
    back_up(clinic, tmp_path / "backup.tar")
    return tmp_path / "backup.tar"


def contents(clinic: Clinic) -> tuple[object, ...]:
    """Give all that a clinician finds there."""
    desk = clinic.desk("r1")
    found: list[object] = [*patients(desk), desk.staff]
    for patient in patients(desk):
        for examination in examinations(desk, patient.id):
            kept = clips(desk, examination.id)
            found += [examination, *kept, *ratings(desk, examination.id)]
            for one in kept:
                with open_clip(desk, one.id) as reader:
                    found.append(reader.read())
    return tuple(found)


def destroy(clinic: Clinic) -> None:
    """Lose everything but the backup and the master key."""
    with writing(clinic.engine) as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("DROP SCHEMA public CASCADE")
            connection.exec_driver_sql("CREATE SCHEMA public")
        else:
            METADATA.drop_all(connection)
            connection.exec_driver_sql("DROP TABLE alembic_version")
    clinic.close()
    shutil.rmtree(clinic.vault.folder)


def test_a_store_that_was_destroyed_comes_back_whole(
    clinic: Clinic, backed_up: Path, database: str, master: MasterKey, clock: Clock, tmp_path: Path
) -> None:
    log = clinic.audit_entries()
    before = contents(clinic)
    assert len(before) == 6
    destroy(clinic)
    restore(backed_up, tmp_path / "store", database, master)
    with Clinic(tmp_path / "store", database, master, clock=clock) as again:
        assert contents(again) == before
        assert again.audit_entries()[: len(log)] == log
        assert again.audit_entries()[len(log)].what == "restored"
        assert again.audit_problems() == []
        assert add_patient(again.desk("r2"), PatientDetails("a new one"))


def test_a_store_moves_to_the_other_kind_of_database(
    clinic: Clinic,
    backed_up: Path,
    kind: str,
    new_database: Callable[[str], str],
    master: MasterKey,
    clock: Clock,
    tmp_path: Path,
) -> None:
    before = contents(clinic)
    address = new_database(OTHER[kind])
    restore(backed_up, tmp_path / "moved", address, master)
    with Clinic(tmp_path / "moved", address, master, clock=clock) as moved:
        assert contents(moved) == before
        assert moved.audit_problems() == []


def test_a_backup_shows_no_name_and_is_for_its_owner_alone(backed_up: Path, sounding_clip: Path) -> None:
    held = backed_up.read_bytes()
    assert NAME.encode() not in held
    assert b"ftyp" not in held
    assert backed_up.stat().st_mode & 0o777 == 0o600
    assert list(backed_up.parent.glob(".*")) == []


def test_a_backup_replaces_nothing_and_is_restored_where_nothing_is(
    clinic: Clinic,
    backed_up: Path,
    kind: str,
    database: str,
    new_database: Callable[[str], str],
    master: MasterKey,
    tmp_path: Path,
) -> None:
    with pytest.raises(InputError, match="already there"):
        back_up(clinic, backed_up)
    with pytest.raises(InputError, match="already there"):
        restore(backed_up, tmp_path / "store", new_database(kind), master)
    with pytest.raises(InputError, match="not empty"):
        restore(backed_up, tmp_path / "new", database, master)
    with pytest.raises(InputError, match="another master key"):
        restore(backed_up, tmp_path / "new", new_database(kind), MasterKey(new_key()))
    assert not (tmp_path / "new").exists()


def repacked(source: Path, out: Path, change: Callable[[str, bytes], tuple[str, bytes] | None]) -> Path:
    """Write a backup anew, with its members changed, renamed or left away."""
    import io

    with tarfile.open(source) as given, tarfile.open(out, "w") as made:
        for member in given:
            content = given.extractfile(member)
            assert content is not None
            if (new := change(member.name, content.read())) is not None:
                info = tarfile.TarInfo(new[0])
                info.size = len(new[1])
                made.addfile(info, io.BytesIO(new[1]))
    return out


def test_a_backup_that_was_changed_is_refused_and_leaves_nothing(
    backed_up: Path, kind: str, new_database: Callable[[str], str], master: MasterKey, tmp_path: Path
) -> None:
    def another_time(name: str, content: bytes) -> tuple[str, bytes]:
        return name, content.replace(b"2026-03-02", b"2026-04-02") if name == "manifest.json" else content

    def without_rows(name: str, content: bytes) -> tuple[str, bytes] | None:
        return None if name == "rows.jsonl" else (name, content)

    def out_of_the_folder(name: str, content: bytes) -> tuple[str, bytes]:
        return ("store/../stray" if name == "store/audit.head" else name), content

    def another_row(name: str, content: bytes) -> tuple[str, bytes]:
        return name, content.replace(b'"r1"', b'"r2"') if name == "rows.jsonl" else content

    cut = tmp_path / "cut.tar"
    cut.write_bytes(backed_up.read_bytes()[:-20_000])
    letter = tmp_path / "letter.tar"
    letter.write_text("not a backup")
    damaged = [
        *(
            repacked(backed_up, tmp_path / f"{change.__name__}.tar", change)
            for change in (another_time, without_rows, out_of_the_folder, another_row)
        ),
        cut,
        letter,
    ]
    address = new_database(kind)
    for source in damaged:
        with pytest.raises(DataError):
            restore(source, tmp_path / "new", address, master)
        assert not (tmp_path / "new").exists()
    assert not (tmp_path / "stray").exists()
    with pytest.raises(TdscreenError, match="No such file"):
        restore(tmp_path / "missing.tar", tmp_path / "new", address, master)
    restore(backed_up, tmp_path / "new", address, master)
    assert (tmp_path / "new").stat().st_mode & 0o777 == 0o700
