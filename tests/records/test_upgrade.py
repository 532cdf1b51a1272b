"""A store of an older version is brought to this version's form where it is, and loses nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import MetaData, insert

from clinic_people import LOGIN, NAME, Clock
from tdscreen.errors import DataError, InputError
from tdscreen.records.clinic import Clinic
from tdscreen.records.clips import clip, import_clip
from tdscreen.records.database import migrate as bring_to
from tdscreen.records.database import open_engine, revision_of, writing
from tdscreen.records.entries import Examination, PatientDetails, Role
from tdscreen.records.master import MasterKey
from tdscreen.records.patients import add_patient, patients
from tdscreen.records.sealing import new_key
from tdscreen.records.tables import METADATA
from tdscreen.records.upgrade import upgrade
from tdscreen.vocabulary import Task

NEWEST = "0006"


@pytest.fixture
def of_the_first_form(clinic: Clinic, database: str) -> str:
    """Give the address of a store of the first form, with what this version put in."""
    add_patient(clinic.desk("r1"), PatientDetails(NAME, 1961))
    with writing(clinic.engine) as connection:
        kept = {
            name: [dict(row) for row in connection.execute(METADATA.tables[name].select()).mappings()]
            for name in ("sites", "staff", "patients", "audit")
        }
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("DROP SCHEMA public CASCADE")
            connection.exec_driver_sql("CREATE SCHEMA public")
        else:
            METADATA.drop_all(connection)
            connection.exec_driver_sql("DROP TABLE alembic_version")
    with writing(clinic.engine) as connection:
        bring_to(connection, "0001")
        old = MetaData()
        old.reflect(connection)
        for name, rows in kept.items():
            for row in rows:
                known = {column: value for column, value in row.items() if column in old.tables[name].c}
                connection.execute(insert(old.tables[name]).values(**known))
        assert "jobs" not in old.tables
    clinic.close()
    return database


def test_an_older_store_says_what_to_do_and_goes_on_where_it_is(
    of_the_first_form: str, tmp_path: Path, master: MasterKey, clock: Clock
) -> None:
    folder = tmp_path / "store"
    with pytest.raises(DataError, match="clinic upgrade"):
        Clinic(folder, of_the_first_form, master)
    with pytest.raises(InputError, match="another master key"):
        upgrade(folder, of_the_first_form, MasterKey(new_key()))
    assert upgrade(folder, of_the_first_form, master) == ("0001", NEWEST)
    assert upgrade(folder, of_the_first_form, master) == (NEWEST, NEWEST), "again does nothing"
    with Clinic(folder, of_the_first_form, master, clock=clock) as clinic:
        desk = clinic.desk("r1")
        assert desk.staff.role is Role.CLINICIAN
        assert [one.details.identifier for one in patients(desk)] == [NAME]
        assert ("upgraded", "store") in [(entry.what, entry.kind) for entry in clinic.audit_entries()]
        assert clinic.audit_problems() == []
        clinic.add_staff("north", "n1", name="Nora New", login=LOGIN, role=Role.ADMINISTRATOR)
        assert clinic.desk_for_login(*LOGIN).staff.role is Role.ADMINISTRATOR


def test_videos_without_a_date_get_one_that_nobody_is_surprised_by(
    clinic: Clinic,
    examination: Examination,
    sounding_clip: Path,
    database: str,
    tmp_path: Path,
    master: MasterKey,
    clock: Clock,
) -> None:
    # As the form before had it: a video that was never assessed, and has lain there for two years.
    clock.time = datetime.now(UTC) - timedelta(days=700)
    old = import_clip(clinic.desk("r1"), examination.id, sounding_clip, task=Task.REST)
    with writing(clinic.engine) as connection:
        connection.exec_driver_sql("UPDATE files SET due_at = NULL")
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0005'")
    clinic.close()
    upgrade(tmp_path / "store", database, master)
    with Clinic(tmp_path / "store", database, master) as upgraded:
        due_at = clip(upgraded.desk("r1"), old.id).files[0].due_at
    assert timedelta(days=29.9) < due_at - datetime.now(UTC) <= timedelta(days=30)


def test_steps_that_were_cut_short_leave_the_old_form(
    of_the_first_form: str, tmp_path: Path, master: MasterKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    def power_fails(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as cut:
        cut.setattr("alembic.op.create_table", power_fails)
        with pytest.raises(KeyboardInterrupt):
            upgrade(tmp_path / "store", of_the_first_form, master)
    engine = open_engine(of_the_first_form)
    with writing(engine) as connection:
        assert revision_of(connection) == "0001"
    engine.dispose()
    assert upgrade(tmp_path / "store", of_the_first_form, master) == ("0001", NEWEST)
