"""What was rated, signed and estimated of several examinations, in one look: a course and a worklist ask for many."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tdscreen.records.assessments import estimates_shown
from tdscreen.records.clinic import Desk
from tdscreen.records.entries import Examination, Rating, SignOff, StoredAssessment
from tdscreen.records.examinations import examination_shown
from tdscreen.records.ratings import ratings_shown, sign_offs_shown
from tdscreen.records.roles import Act


@dataclass(frozen=True)
class Findings:
    """What a person may see of an examination.

    Attributes
    ----------
    examination : Examination
    ratings : tuple of Rating
    sign_offs : tuple of SignOff
    estimates : tuple of StoredAssessment
        Oldest first; empty if they were not asked for.
    """

    examination: Examination
    ratings: tuple[Rating, ...]
    sign_offs: tuple[SignOff, ...]
    estimates: tuple[StoredAssessment, ...]


def findings(desk: Desk, examinations: Iterable[str], *, with_estimates: bool) -> list[Findings]:
    """Show the findings of examinations, each as :func:`.ratings.ratings` and :func:`.assessments.estimates` do.

    Parameters
    ----------
    desk : Desk
    examinations : iterable of str
    with_estimates : bool
        Whether to look at the estimates, too.

    Raises
    ------
    InputError
        This site has no such examination, or the person has no locked rating of one whose estimates are asked for:
        then nothing is shown of any.
    """
    wanted = list(examinations)
    if not wanted:
        return []
    with desk.at_work(Act.SEE_FINDINGS) as work:
        return [
            Findings(
                examination_shown(work, one),
                tuple(ratings_shown(work, one)),
                tuple(sign_offs_shown(work, one)),
                tuple(estimates_shown(work, one)) if with_estimates else (),
            )
            for one in wanted
        ]
