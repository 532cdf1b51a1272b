"""When a video goes: with its last required signature, and after its date at the latest. Each has one from the first.

The date is settled as the clip comes in, and what happens later only brings it forward. Whoever decides to keep a video
sets rule and date aside for as long as that stands; once it is taken back, there is time to rate it. A rating is of the
clips that were there when it was locked, and counts while it is signed as it stands.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from tdscreen.records.as_they_stand import signed_as_they_stand
from tdscreen.records.clinic import Work
from tdscreen.records.entries import Destroyed, FileKind, JobState
from tdscreen.records.scope import Row
from tdscreen.records.tables import CLIPS, FILES, JOBS, RATINGS
from tdscreen.records.times import is_past, read_time, written
from tdscreen.settings import RECORDS


def date_of_new_video(now: datetime) -> str:
    """Give the date on which a video that comes in now goes at the latest, whatever becomes of it."""
    return written(now + timedelta(days=RECORDS.unassessed_video_days))


def date_by_the_rule(due_at: datetime, now: datetime) -> datetime:
    """Give the date of a video that is kept on purpose, once that is taken back: in time for a warning."""
    return max(due_at, now + timedelta(days=RECORDS.video_warning_days))


def is_over(file: Row, now: datetime, *, kept: bool) -> bool:
    """Tell whether the time of a file is over: from then on it is not used, and the next sweep destroys it.

    Parameters
    ----------
    file : Row
    now : datetime
    kept : bool
        Somebody decided to keep the clip's video.
    """
    return not (kept and file["kind"] == FileKind.VIDEO) and is_past(read_time(file["due_at"]), now)


def leave_time_to_rate(work: Work, clip: str) -> None:
    """Date the video of a clip that is no longer kept on purpose; see :func:`date_by_the_rule`."""
    for file in _videos(work, clip):
        due_at = date_by_the_rule(read_time(file["due_at"]), work.now)
        work.scope.change(FILES, file["id"], due_at=written(due_at))


def bring_dates_forward(work: Work, examination: str, *, days: int) -> None:
    """Have the videos of an examination go after so many days at the latest; a date that is sooner stays."""
    _bring_forward(work, (clip["id"] for clip in work.scope.rows(CLIPS, examination_id=examination)), days)


def signed_clips(work: Work, examination: str) -> frozenset[str]:
    """Name the clips of an examination of which as many people as are required have signed ratings as they stand.

    A clip that comes in once a rating is locked is not what was rated, and waits for another.
    """
    standing = signed_as_they_stand(work, examination)
    ratings = [row for row in work.scope.rows(RATINGS, examination_id=examination) if row["id"] in standing]
    return frozenset(
        clip["id"]
        for clip in work.scope.rows(CLIPS, examination_id=examination)
        if has_enough_ratings(clip, ratings)
    )


def has_enough_ratings(clip: Row, ratings: Iterable[Row]) -> bool:
    """Tell whether as many people as are required have locked one of these ratings since a clip is there."""
    raters = {row["rater"] for row in ratings if row["locked_at"] and row["locked_at"] >= clip["added_at"]}
    return len(raters) >= RECORDS.required_ratings


def let_videos_go(work: Work, examination: str) -> None:
    """Destroy those videos of an examination of which enough people have signed, if no estimate is being made.

    For an estimate that was asked for they wait, but for :attr:`~tdscreen.settings.RecordsSettings.signed_video_days`
    at most: where no worker runs it is never made.
    """
    signed = signed_clips(work, examination)
    if any(
        row["state"] in (JobState.WAITING, JobState.RUNNING)
        for row in work.scope.rows(JOBS, examination_id=examination)
    ):
        _bring_forward(work, signed, RECORDS.signed_video_days)
        return
    for clip in work.scope.rows(CLIPS, examination_id=examination, keep_video=False):
        if clip["id"] in signed:
            for file in _videos(work, clip["id"]):
                destroy_file(work, file, Destroyed.RATED)


def destroy_file(work: Work, file: Row, why: Destroyed) -> None:
    """Note that a file is destroyed, and destroy it once the note is sure."""
    work.scope.change(FILES, file["id"], destroyed_at=work.time, destroyed_because=str(why))
    work.log("destroyed", f"{file['kind']} of clip", file["clip_id"])
    work.afterwards.append(lambda: work.vault.shred_file(file["patient_id"], file["id"]))


def _bring_forward(work: Work, clips: Iterable[str], days: int) -> None:
    latest = written(work.now + timedelta(days=days))
    for clip in clips:
        for file in _videos(work, clip):
            if file["due_at"] > latest:
                work.scope.change(FILES, file["id"], due_at=latest)


def _videos(work: Work, clip: str) -> list[Row]:
    return work.scope.rows(FILES, clip_id=clip, kind=str(FileKind.VIDEO), destroyed_at=None)
