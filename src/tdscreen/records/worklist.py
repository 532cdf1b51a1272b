"""How far each examination has come: who has to look at what, without a word of what anybody scored or estimated."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from tdscreen.assessment.json_form import from_json
from tdscreen.records.as_they_stand import read_scores, signed_as_they_stand
from tdscreen.records.clinic import Desk, Work
from tdscreen.records.entries import MOVEMENT_ITEMS, FileKind
from tdscreen.records.roles import Act
from tdscreen.records.scope import Row
from tdscreen.records.tables import (
    ASSESSMENTS,
    CLIPS,
    EXAMINATIONS,
    FILES,
    INVITATIONS,
    PATIENTS,
    RATING_CHANGES,
    RATINGS,
    SIGN_OFFS,
)
from tdscreen.records.times import read_time
from tdscreen.records.video_dates import has_enough_ratings, is_over
from tdscreen.vocabulary import Verdict


class OwnRating(StrEnum):
    """How far the person's own rating of an examination has come."""

    NONE = "none"
    DRAFT = "draft"
    LOCKED = "locked"


class AtHome(StrEnum):
    """Whether the patient recorded an examination by an invitation."""

    NO = "no"
    BEGUN = "begun"
    FINISHED = "finished"


@dataclass(frozen=True)
class ExaminationState:
    """How far an examination has come.

    Attributes
    ----------
    examination, patient : str
        Random identifiers.
    patient_identifier : str
        The clinic's own.
    held_at : datetime
    clips : int
    videos : int
        Of these clips that can still be shown.
    estimated : bool
        Whether there is an estimate. What it says is not told here.
    own : OwnRating
    locked_ratings : int
        Of how many people.
    examined : bool
        Whether a locked rating, as it was or was changed to, scores any movement: one in which nothing could be seen is
        no examination.
    signed : bool
        Whether somebody has signed a rating as it stands. Without a signature, and once it was changed after it, a
        result is a draft.
    at_home : AtHome
        Whether the patient recorded it by an invitation.
    came_since : int
        Clips that can be shown and came in once the person's own rating was locked: they are none of what was rated.
    unrated_until : datetime or None
        Of an examination with videos of which fewer people have locked a rating than are required: when the first of
        these goes, but for those that somebody decided to keep. None of any other.
    """

    examination: str
    patient: str
    patient_identifier: str
    held_at: datetime
    clips: int
    videos: int
    estimated: bool
    own: OwnRating
    locked_ratings: int
    examined: bool
    signed: bool
    at_home: AtHome = AtHome.NO
    came_since: int = 0
    unrated_until: datetime | None = None


@dataclass(frozen=True)
class Unusable:
    """An examination none of whose clips can be used, and that nobody has rated.

    Attributes
    ----------
    examination, patient : str
        Random identifiers.
    since : datetime
        When that was found.
    """

    examination: str
    patient: str
    since: datetime


def unusable_examinations(desk: Desk) -> list[Unusable]:
    """Tell which examinations that nobody has rated have no clip that can be used, oldest first; to raters.

    That is all that is told of their estimates: there is none of such clips, and who is told can film again.
    """
    with desk.at_work(Act.RATE) as work:
        scope = work.scope
        rated = {row["examination_id"] for row in scope.rows(RATINGS) if row["locked_at"] is not None}
        living = {row["id"] for row in scope.rows(PATIENTS, deleting_at=None)}
        newest = {row["examination_id"]: row for row in scope.rows(ASSESSMENTS, order="added_at")}
        found = []
        for row in newest.values():
            if row["examination_id"] in rated or row["patient_id"] not in living or row["sealed"] is None:
                continue
            assessment = from_json(work.unseal(row["patient_id"], row["id"], row["sealed"]))
            if all(clip.quality.verdict is Verdict.UNUSABLE for clip in assessment.clips):
                found.append(Unusable(row["examination_id"], row["patient_id"], read_time(row["added_at"])))
        work.log("listed", "unusable examinations", "")
    return sorted(found, key=lambda one: one.since)


def examination_states(desk: Desk, *, patient: str | None = None) -> list[ExaminationState]:
    """Tell how far the examinations of the site, or of one of its patients, have come, newest first; to raters.

    Parameters
    ----------
    desk : Desk
    patient : str, optional
        Random identifier.
    """
    of = {} if patient is None else {"patient_id": patient}
    with desk.at_work(Act.RATE) as work:
        scope = work.scope
        names = {
            row["id"]: str(work.unseal(row["id"], row["id"], row["sealed"])["identifier"])
            for row in scope.rows(PATIENTS, deleting_at=None, **({} if patient is None else {"id": patient}))
        }
        clip_rows = scope.rows(CLIPS, **of)
        clip_of = {row["id"]: row for row in clip_rows}
        clips = Counter(row["examination_id"] for row in clip_rows)
        locked: dict[str, list[Row]] = defaultdict(list)
        for row in scope.rows(RATINGS, **of):
            if row["locked_at"] is not None:
                locked[row["examination_id"]].append(row)
        videos: Counter[str] = Counter()
        came_since: Counter[str] = Counter()
        goes_at: dict[str, datetime] = {}
        for row in scope.rows(FILES, kind=str(FileKind.VIDEO), destroyed_at=None, order="due_at", **of):
            clip = clip_of[row["clip_id"]]
            examination = clip["examination_id"]
            if is_over(row, work.now, kept=clip["keep_video"]):
                continue
            videos[examination] += 1
            mine = [rating["locked_at"] for rating in locked[examination] if rating["rater"] == work.who]
            came_since[examination] += bool(mine) and max(mine) < clip["added_at"]
            if not clip["keep_video"] and not has_enough_ratings(clip, locked[examination]):
                # The soonest comes first.
                goes_at.setdefault(examination, read_time(row["due_at"]))
        estimated = {row["examination_id"] for row in scope.rows(ASSESSMENTS, destroyed_at=None, **of)}
        changes = scope.rows(RATING_CHANGES, **of)
        changed = {row["rating_id"] for row in changes}
        signed = {
            row["examination_id"]
            for row in scope.rows(SIGN_OFFS, **of)
            # What was never changed need not be opened; of who is being deleted nothing can be.
            if row["rating_id"] not in changed
            or (row["patient_id"] in names and signed_as_they_stand(work, row["examination_id"]))
        }
        at_home = {
            row["examination_id"]: AtHome.FINISHED if row["finished_at"] else AtHome.BEGUN
            for row in scope.rows(INVITATIONS, **of)
        }
        own: dict[str, OwnRating] = {}
        raters: dict[str, set[str]] = defaultdict(set)
        examined: set[str] = set()
        said_after: dict[str, list[Row]] = defaultdict(list)
        for row in changes:
            said_after[row["rating_id"]].append(row)
        for row in scope.rows(RATINGS, **of):
            examination, is_locked = row["examination_id"], row["locked_at"] is not None
            if is_locked:
                raters[examination].add(row["rater"])
                # One such rating is enough; of who is being deleted nothing can be opened.
                if (
                    examination not in examined
                    and row["patient_id"] in names
                    and any(_scores_a_movement(work, said) for said in (row, *said_after[row["id"]]))
                ):
                    examined.add(examination)
            if row["rater"] == work.who and own.get(examination) is not OwnRating.LOCKED:
                own[examination] = OwnRating.LOCKED if is_locked else OwnRating.DRAFT
        found = [
            ExaminationState(
                examination=row["id"],
                patient=row["patient_id"],
                patient_identifier=names[row["patient_id"]],
                held_at=read_time(row["held_at"]),
                clips=clips[row["id"]],
                videos=videos[row["id"]],
                estimated=row["id"] in estimated,
                own=own.get(row["id"], OwnRating.NONE),
                locked_ratings=len(raters[row["id"]]),
                examined=row["id"] in examined,
                signed=row["id"] in signed,
                at_home=at_home.get(row["id"], AtHome.NO),
                came_since=came_since[row["id"]],
                unrated_until=goes_at.get(row["id"]),
            )
            for row in reversed(scope.rows(EXAMINATIONS, order="held_at", **of))
            if row["patient_id"] in names
        ]
        work.log("listed", "examinations", patient or "")
    return found


def _scores_a_movement(work: Work, row: Row) -> bool:
    scores = read_scores(work.unseal(row["patient_id"], row["id"], row["sealed"])).scores
    return any(number in scores for number in MOVEMENT_ITEMS)
