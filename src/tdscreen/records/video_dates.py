"""When a video goes: with its last required signature, and on its date at the latest. Each has one from its first day.

The date is settled as the clip comes in, and what happens later only brings it forward. Whoever decides to keep a video
sets rule and date aside for as long as that stands.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from tdscreen.records.clinic import Work
from tdscreen.records.entries import Destroyed, FileKind, JobState
from tdscreen.records.scope import Row
from tdscreen.records.tables import CLIPS, FILES, JOBS, RATINGS, SIGN_OFFS
from tdscreen.records.times import written
from tdscreen.settings import RECORDS


def date_of_new_video(now: datetime) -> str:
    """Give the date on which a video that comes in now goes at the latest, whatever becomes of it."""
    return written(now + timedelta(days=RECORDS.unassessed_video_days))


def bring_dates_forward(work: Work, examination: str, *, days: int) -> None:
    """Have the videos of an examination go after so many days at the latest; a date that is sooner stays."""
    latest = written(work.now + timedelta(days=days))
    for clip in work.scope.rows(CLIPS, examination_id=examination):
        for file in work.scope.rows(FILES, clip_id=clip["id"], kind=str(FileKind.VIDEO), destroyed_at=None):
            if file["due_at"] > latest:
                work.scope.change(FILES, file["id"], due_at=latest)


def let_videos_go(work: Work, examination: str) -> None:
    """Destroy the videos of an examination if enough people have signed, and no estimate is being made of them.

    For an estimate that was asked for they wait, but for :attr:`~tdscreen.settings.RecordsSettings.signed_video_days`
    at most: where no worker runs it is never made.
    """
    signed = {row["rating_id"] for row in work.scope.rows(SIGN_OFFS, examination_id=examination)}
    raters = {
        row["rater"] for row in work.scope.rows(RATINGS, examination_id=examination) if row["id"] in signed
    }
    if len(raters) < RECORDS.required_ratings:
        return
    if any(
        row["state"] in (JobState.WAITING, JobState.RUNNING)
        for row in work.scope.rows(JOBS, examination_id=examination)
    ):
        bring_dates_forward(work, examination, days=RECORDS.signed_video_days)
        return
    for clip in work.scope.rows(CLIPS, examination_id=examination, keep_video=False):
        for file in work.scope.rows(FILES, clip_id=clip["id"], kind=str(FileKind.VIDEO), destroyed_at=None):
            destroy_file(work, file, Destroyed.RATED)


def destroy_file(work: Work, file: Row, why: Destroyed) -> None:
    """Note that a file is destroyed, and destroy it once the note is sure."""
    work.scope.change(FILES, file["id"], destroyed_at=work.time, destroyed_because=str(why))
    work.log("destroyed", f"{file['kind']} of clip", file["clip_id"])
    work.afterwards.append(lambda: work.vault.shred_file(file["patient_id"], file["id"]))
