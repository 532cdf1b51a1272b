"""Tables for research: everything that was rated and measured, and nothing of who the people are."""

from __future__ import annotations

import csv
import json
import re
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from scipy.io import netcdf_file

from clinic_people import NAME
from clinic_places import on_both_kinds
from clips import scene, write_clip
from made_tracks import made_tracks
from tdscreen.errors import InputError
from tdscreen.records.clinic import Clinic, Desk
from tdscreen.records.clips import import_clip, keep_tracks
from tdscreen.records.entries import Agreement, ExposureDetails, Rating
from tdscreen.records.patients import add_exposure, persons
from tdscreen.records.ratings import change_rating, sign
from tdscreen.reports.content import ExaminationReport
from tdscreen.reports.deidentified import Exported, export_tables, write_csv
from tdscreen.research.columns import FILE
from tdscreen.research.tables import Table
from tdscreen.vocabulary import Task

CLIP_NAME = f"{NAME} at rest.mp4"


@pytest.fixture(scope="session")
def exported(
    clinic: Clinic, desk: Desk, signed_report: ExaminationReport, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Exported]:
    """Export a site of which one person has a rated examination, a clip with landmarks, and a hostile drug."""
    base = tmp_path_factory.mktemp("research")
    add_exposure(
        desk, signed_report.patient, ExposureDetails("=HYPERLINK(1)", "2020-02", "-2 mg", f"{NAME} says")
    )
    source = write_clip(base / "a.mp4", scene(10, width=64, height=48))
    clip = import_clip(desk, signed_report.examination.id, source, task=Task.REST, name=CLIP_NAME)
    keep_tracks(desk, clip.id, replace(made_tracks(), file=CLIP_NAME))
    out = base / "tables"
    return out, export_tables(clinic.desk("x1"), out, study="TD-1", landmarks=True)


def rows(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def subject_with_ratings(folder: Path) -> str:
    (found,) = {row["USUBJID"] for row in rows(folder, "exposures") if "HYPERLINK" in row["drug"]}
    return found


def test_no_name_no_note_no_hash_and_no_identifier_of_the_store_is_anywhere(
    exported: tuple[Path, Exported], signed_report: ExaminationReport
) -> None:
    folder, _ = exported
    everything = b"\n".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    everything += "\n".join(str(path) for path in folder.rglob("*")).encode()
    (one,) = signed_report.ratings
    assert one.rating.current.comment
    estimate = signed_report.estimate
    assert estimate is not None
    assert estimate.assessment is not None
    for secret in (
        "Wilhelmina", "Achternbusch", "daughter", "Sat behind", "hard to see", "says", "visit rest", ".mp4", "Ratewell",
        "2026-03-02", signed_report.patient, signed_report.examination.id, one.rating.id,
        *(clip.input_sha256 for clip in estimate.assessment.clips), made_tracks().input_sha256,
    ):  # fmt: skip
        assert secret.encode() not in everything, secret


@on_both_kinds
def test_what_was_rated_and_measured_is_there(exported: tuple[Path, Exported]) -> None:
    folder, done = exported
    subject = subject_with_ratings(folder)
    rated = [row for row in rows(folder, "ratings") if row["USUBJID"] == subject]
    assert [row["QSTESTCD"] for row in rated] == [f"AIMS01{number:02d}" for number in range(1, 13)]
    assert [row["QSSTRESN"] for row in rated][:7] == ["1", "3", "2", "1", "1", "", "0"]
    assert rated[5]["QSSTAT"] == "NOT DONE"
    (signature,) = [row for row in rows(folder, "signatures") if row["USUBJID"] == subject]
    assert signature["signed"] == "true"
    assert (signature["QSEVALID"], signature["QSDTC"]) == (rated[0]["QSEVALID"], rated[0]["QSDTC"])
    lips = [row for row in rows(folder, "estimates") if row["USUBJID"] == subject and row["item"] == "lips"]
    assert float(lips[0]["expected"]) > 1
    moved = [row for row in rows(folder, "regions") if row["USUBJID"] == subject and row["region"] == "lips"]
    assert [row["file"] for row in moved] == ["clip 1", "clip 2"]
    assert float(moved[0]["amplitude_mm"]) == pytest.approx(3.1)
    assert done.people == len(rows(folder, "subjects"))


def test_the_documentation_names_every_file_and_no_other(exported: tuple[Path, Exported]) -> None:
    folder, _ = exported
    written = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    tables = {name for name in written if name.endswith(".csv")}
    told = (Path(__file__).parents[2] / "docs" / "reports.md").read_text(encoding="utf-8")
    _, research = told.split("## Tables for research")
    assert set(re.findall(r"^\| `(\S+)` \|", research.split("## ")[0], re.MULTILINE)) == {
        "README.txt",
        *tables,
        "landmarks/*.nc",
    }
    described = {name.removesuffix(".csv") + ".json" for name in tables}
    landmarks = {name for name in written if name.startswith("landmarks/") and name.endswith(".nc")}
    assert landmarks
    assert written == {"README.txt"} | tables | described | landmarks


@on_both_kinds
def test_dates_are_moved_by_the_same_days_and_times_of_day_are_true(
    exported: tuple[Path, Exported], signed_report: ExaminationReport
) -> None:
    folder, _ = exported
    subject = subject_with_ratings(folder)
    (held,) = [row for row in rows(folder, "examinations") if row["USUBJID"] == subject]
    rated = next(row for row in rows(folder, "ratings") if row["USUBJID"] == subject)
    moved = datetime.fromisoformat(held["held_at"])
    true = signed_report.examination.held_at.replace(tzinfo=None)
    assert timedelta(days=1) <= true - moved <= timedelta(days=365)
    assert (true - moved).seconds == 0
    assert datetime.fromisoformat(rated["QSDTC"]) - moved == timedelta(minutes=20)


@on_both_kinds
def test_a_rating_that_nobody_has_signed_as_it_stands_is_told_from_one_that_is(
    clinic: Clinic, desk: Desk, locked: Rating, tmp_path: Path
) -> None:
    def states(name: str) -> set[str]:
        export_tables(clinic.desk("x1"), tmp_path / name, study="TD-1")
        when = [row for row in rows(tmp_path / name, "signatures") if row["signed"] == "false"]
        return {row["USUBJID"] for row in when}

    drafts = states("unsigned")
    sign(desk, locked.id, agreement=Agreement.NOT_SEEN)
    signed = drafts - states("signed")
    assert len(signed) == 1
    change_rating(desk, locked.id, replace(locked.current, comment="Something else."), why="A slip.")
    assert signed <= states("changed")


def test_a_rough_date_stays_as_rough(exported: tuple[Path, Exported]) -> None:
    found = rows(exported[0], "exposures")
    assert {len(row["since"]) for row in found if "HYPERLINK" in row["drug"]} == {7}
    assert {len(row["since"]) for row in found if row["drug"] == "Haloperidol"} == {4}


def test_what_a_spreadsheet_would_run_is_text(exported: tuple[Path, Exported], tmp_path: Path) -> None:
    (row,) = [row for row in rows(exported[0], "exposures") if "HYPERLINK" in row["drug"]]
    assert row["drug"] == "'=HYPERLINK(1)"
    assert row["dose"] == "'-2 mg"
    write_csv(tmp_path / "t.csv", Table.of_rows([FILE], [{"file": '@x\n=1+1,"'}, {"file": None}]))
    assert rows(tmp_path, "t") == [{"file": "'@x\N{REPLACEMENT CHARACTER}=1+1,\""}, {"file": ""}]


def test_the_same_study_has_the_same_pseudonyms_and_another_has_others(
    clinic: Clinic, exported: tuple[Path, Exported], tmp_path: Path
) -> None:
    researcher = clinic.desk("x1")
    export_tables(researcher, tmp_path / "again", study="TD-1")
    export_tables(researcher, tmp_path / "other", study="TD-2")
    first, again, other = (
        {row["USUBJID"].rpartition("-")[2] for row in rows(folder, "subjects")}
        for folder in (exported[0], tmp_path / "again", tmp_path / "other")
    )
    assert first <= again
    assert again.isdisjoint(other)
    assert not any(one.id[:6].upper() in name for one in persons(researcher) for name in again)


def test_landmarks_come_only_on_request_and_with_the_sentence_that_they_may_identify(
    clinic: Clinic, exported: tuple[Path, Exported], tmp_path: Path
) -> None:
    folder, done = exported
    (path,) = (folder / "landmarks").iterdir()
    assert done.landmarks == 1
    with netcdf_file(path, mmap=False) as file:
        assert np.isfinite(file.variables["position"][:]).any()
        assert file.source_file.decode() == path.stem
    assert "may still identify" in (folder / "README.txt").read_text()
    export_tables(clinic.desk("x1"), tmp_path / "without", study="TD-1")
    assert not (tmp_path / "without" / "landmarks").exists()
    assert "landmarks" not in (tmp_path / "without" / "README.txt").read_text()


def test_every_column_is_described_beside_its_table(exported: tuple[Path, Exported]) -> None:
    for path in exported[0].glob("*.csv"):
        described = json.loads(path.with_suffix(".json").read_text())
        header = path.read_text().splitlines()[0].split(",")
        assert [name for name in described if name != "GeneratedBy"] == header


def test_a_clinician_exports_nothing_and_the_log_tells_of_who_did(
    clinic: Clinic, desk: Desk, exported: tuple[Path, Exported], tmp_path: Path
) -> None:
    with pytest.raises(InputError, match="not for a clinician"):
        export_tables(desk, tmp_path / "no", study="TD-1")
    assert list(tmp_path.iterdir()) == []
    assert any(
        (entry.who, entry.what, entry.kind) == ("x1", "exported", "landmarks for research")
        for entry in clinic.audit_entries()
    )


def test_a_study_without_a_name_and_a_folder_in_the_way_are_refused(clinic: Clinic, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="Name the study"):
        export_tables(clinic.desk("x1"), tmp_path / "out", study="../x")
    with pytest.raises(InputError, match="already there"):
        export_tables(clinic.desk("x1"), tmp_path, study="TD-1")
