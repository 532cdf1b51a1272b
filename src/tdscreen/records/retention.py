"""What is due is told, and destroyed; what was cut short is taken to its end. The latter to be run once a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from tdscreen.errors import DataError
from tdscreen.records.at_home import finish_what_is_over
from tdscreen.records.audit import SHELL
from tdscreen.records.clinic import Clinic, Desk, Work
from tdscreen.records.entries import Destroyed, FileKind
from tdscreen.records.patients import finish_deletion
from tdscreen.records.roles import Act
from tdscreen.records.scope import Row, Scope
from tdscreen.records.tables import ASSESSMENTS, CLIPS, FILES, PATIENTS
from tdscreen.records.times import is_past, read_time
from tdscreen.records.video_dates import destroy_file, is_over


@dataclass(frozen=True)
class Swept:
    """What a run destroyed.

    Attributes
    ----------
    videos, tracks, assessments : int
        That were due.
    patients : int
        Whose deletion had been cut short.
    recordings : int
        At home, that nobody finished in time; what there is of them waits to be measured.
    strays : int
        Files and keys of nothing that the database knows: left by what was cut short.
    """

    videos: int = 0
    tracks: int = 0
    assessments: int = 0
    patients: int = 0
    recordings: int = 0
    strays: int = 0


class Kept(StrEnum):
    """What is kept of a patient for a time."""

    VIDEO = "video"
    TRACKS = "landmarks"
    ESTIMATE = "estimate"


@dataclass(frozen=True)
class Due:
    """Something that is kept, and until when. Says nothing of the patient.

    Attributes
    ----------
    what : Kept
    on_id : str
        Random identifier of the clip or the examination.
    added_at : datetime
    due_at : datetime or None
        None of a video that somebody decided to keep.
    """

    what: Kept
    on_id: str
    added_at: datetime
    due_at: datetime | None


def what_is_due(desk: Desk) -> list[Due]:
    """Tell what this site keeps and when it goes, the next first; what is kept on purpose comes last."""
    with desk.at_work(Act.DECIDE_RETENTION) as work:
        kept = {row["id"] for row in work.scope.rows(CLIPS, keep_video=True)}
        found = [
            _due(row, row["clip_id"], kind, kept=kind is Kept.VIDEO and row["clip_id"] in kept)
            for of_file, kind in ((FileKind.VIDEO, Kept.VIDEO), (FileKind.TRACKS, Kept.TRACKS))
            for row in work.scope.rows(FILES, kind=str(of_file), destroyed_at=None)
        ]
        found += [
            _due(row, row["examination_id"], Kept.ESTIMATE)
            for row in work.scope.rows(ASSESSMENTS, destroyed_at=None)
        ]
        work.log("looked for what is due", "site", work.scope.site)
    return sorted(found, key=lambda one: (one.due_at is None, one.due_at or one.added_at, one.on_id))


def _due(row: Row, on_id: str, what: Kept, *, kept: bool = False) -> Due:
    return Due(what, on_id, read_time(row["added_at"]), None if kept else read_time(row["due_at"]))


def sweep(clinic: Clinic) -> Swept:
    """Destroy at every site what is due: whose day is over.

    Parameters
    ----------
    clinic : Clinic

    Returns
    -------
    Swept

    Raises
    ------
    DataError
        The audit log is not as it was written. A database that was put back by hand would make files look like strays.
    """
    if problems := clinic.audit_problems():
        raise DataError(f"Nothing was destroyed, since the audit log is not as it was written: {problems[0]}")
    deletions = 0
    videos = tracks = assessments = 0
    known: dict[str, set[str]] = {}
    for site in clinic.sites():
        begun = _begun_deletions(clinic, site)
        for patient in begun:
            finish_deletion(clinic, patient, who=SHELL, site=site)
        deletions += len(begun)
        with clinic.at_work(SHELL, site) as work:
            work.log("looked for what is due", "site", site)
            videos += _destroy_due_files(work, FileKind.VIDEO)
            tracks += _destroy_due_files(work, FileKind.TRACKS)
            assessments += _destroy_due_assessments(work)
    with clinic.at_work(SHELL, "") as work:
        work.log("looked for strays", "store", "")
        # Under the lock that who takes a clip in holds, too: what the database does not know now, nobody will add.
        for site in work.sites():
            scope = Scope(work.connection, site)
            known |= {row["id"]: set() for row in scope.rows(PATIENTS)}
            for row in scope.rows(FILES, destroyed_at=None):
                known[row["patient_id"]].add(row["id"])
        strays = _remove_strays(work, known)
    return Swept(videos, tracks, assessments, deletions, finish_what_is_over(clinic), strays)


def _begun_deletions(clinic: Clinic, site: str) -> list[str]:
    with clinic.at_work(SHELL, site) as work:
        found = [row["id"] for row in work.scope.rows(PATIENTS) if row["deleting_at"] is not None]
        work.log("looked for deletions that were cut short", "site", site)
    return found


def _destroy_due_files(work: Work, kind: FileKind) -> int:
    kept = {row["id"] for row in work.scope.rows(CLIPS, keep_video=True)}
    due = [
        row
        for row in work.scope.rows(FILES, kind=str(kind), destroyed_at=None)
        if is_over(row, work.now, kept=row["clip_id"] in kept)
    ]
    for row in due:
        destroy_file(work, row, Destroyed.DUE)
    return len(due)


def _destroy_due_assessments(work: Work) -> int:
    due = [
        row
        for row in work.scope.rows(ASSESSMENTS, destroyed_at=None)
        if is_past(read_time(row["due_at"]), work.now)
    ]
    for row in due:
        work.scope.change(ASSESSMENTS, row["id"], sealed=None, destroyed_at=work.time)
        work.log("destroyed", "assessment", row["id"])
    return len(due)


def _remove_strays(work: Work, known: dict[str, set[str]]) -> int:
    strays = 0
    for patient in work.vault.patients():
        if patient not in known:
            work.vault.shred_patient(patient)
            strays += 1
            continue
        for file in work.vault.files(patient) - known[patient]:
            work.vault.shred_file(patient, file)
            strays += 1
        strays += work.vault.remove_stale(patient)
    return strays
