"""Ratings of training clips: a person's own, of virtual patients. They belong to no patient and to no examination."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from tdscreen.errors import InputError
from tdscreen.records.clinic import Desk
from tdscreen.records.roles import Act
from tdscreen.records.tables import PRACTICE_RATINGS
from tdscreen.records.times import read_time
from tdscreen.records.vault import new_id
from tdscreen.research.ratings import check_scores

_KIND = "training clip"
_NAME = re.compile(r"[a-z0-9-]{1,64}")


@dataclass(frozen=True)
class PracticeRating:
    """What a person rated of a training clip, once and for all.

    Attributes
    ----------
    clip : str
        Its name, which says nothing of what it shows.
    scores : mapping of int to int
        0 to 4 of the items that were asked.
    rated_at : datetime
    """

    clip: str
    scores: Mapping[int, int]
    rated_at: datetime


def keep_practice(desk: Desk, clip: str, scores: Mapping[int, int]) -> PracticeRating:
    """Keep a person's rating of a training clip. A second of the same clip stands beside the first.

    Raises
    ------
    InputError
        The scores are not the AIMS's, or that is no name of a clip.
    """
    if not _NAME.fullmatch(clip):
        raise InputError("There is no such training clip.")
    check_scores(scores, {}, whose="The rating")
    identifier = new_id()
    with desk.at_work(Act.RATE) as work:
        work.scope.add(
            PRACTICE_RATINGS,
            id=identifier,
            rater=work.who,
            clip=clip,
            sealed=work.seal_of_staff(identifier, {str(item): score for item, score in scores.items()}),
            rated_at=work.time,
        )
        work.log("rated", _KIND, clip)
        return PracticeRating(clip, dict(scores), work.now)


def practice(desk: Desk) -> list[PracticeRating]:
    """Give the person's own ratings of training clips, oldest first. Nobody sees another's."""
    with desk.at_work(Act.RATE) as work:
        rows = work.scope.rows(PRACTICE_RATINGS, order="rated_at", rater=work.who)
        found = [
            PracticeRating(
                row["clip"],
                {int(item): score for item, score in work.unseal_of_staff(row["id"], row["sealed"]).items()},
                read_time(row["rated_at"]),
            )
            for row in rows
        ]
        work.log("saw", "own ratings of training clips", "")
    return found
