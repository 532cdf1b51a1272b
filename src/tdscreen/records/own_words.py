"""What patients themselves said when they recorded at home; for whoever treats them, and without any estimate."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tdscreen.records.clinic import Desk
from tdscreen.records.entries import AtHomeAnswers
from tdscreen.records.invitations import read_invitation
from tdscreen.records.roles import Act
from tdscreen.records.tables import INVITATIONS, PATIENTS

UNWELL = "unwell"
"""The reason of a task that was left out because it felt bad."""
UPSET = "upset"
"""What stands with a task at which "This is upsetting me" was pressed: nothing was left out by that."""


@dataclass(frozen=True)
class OwnWords:
    """What somebody said at one recording at home.

    Attributes
    ----------
    patient, invitation : str
        Random identifiers.
    examination : str
        Empty as long as no clip was recorded.
    at : datetime
        When the person agreed to record.
    noticed : int or None
        As AIMS 10 has it: 0 not, 1 without being bothered, 2 to 4 bothered more and more; None of no answer.
    in_the_way : int or None
        As AIMS 9 has it, 0 to 4; None of no answer.
    felt_bad : bool
        A task was left out because it felt bad, or "This is upsetting me" was pressed.
    """

    patient: str
    invitation: str
    examination: str
    at: datetime
    noticed: int | None
    in_the_way: int | None
    felt_bad: bool


def own_words(desk: Desk) -> list[OwnWords]:
    """Give what the patients of the site said at home, oldest first; nothing of who withdrew it or said nothing."""
    with desk.at_work(Act.INVITE) as work:
        living = {row["id"] for row in work.scope.rows(PATIENTS, deleting_at=None)}
        found = []
        for row in work.scope.rows(INVITATIONS, withdrawn_at=None):
            if row["sealed"] is None or row["patient_id"] not in living:
                continue
            one = read_invitation(work, row)
            if one.consent is None:
                continue
            answers = one.answers or AtHomeAnswers()
            if not one.tasks and answers.aware is None and answers.incapacitated is None:
                # Who agreed and went no further has said nothing: what was said the time before still stands.
                continue
            found.append(
                OwnWords(
                    one.patient,
                    one.id,
                    one.examination or "",
                    one.consent.at,
                    answers.aware,
                    answers.incapacitated,
                    any(task.skipped in (UNWELL, UPSET) for task in one.tasks),
                )
            )
        work.log("listed", "own words of patients", "")
    return sorted(found, key=lambda one: one.at)
