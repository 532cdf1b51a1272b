"""Who is to be examined again, and when, by the interval that the American Psychiatric Association recommends.

Its guideline on schizophrenia (3rd edition, 2020) asks for an examination with a structured instrument, such as the
AIMS, at least every 6 months in patients at high risk of tardive dyskinesia and every 12 months in others who take
antipsychotics, and whenever movements begin or grow worse. At increased risk, it says, are people older than 55;
women; people with a mood disorder, a substance use disorder, an intellectual disability or an injury of the central
nervous system; and those with a high cumulative exposure, above all to high-potency antagonists of dopamine D2.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from tdscreen.course.change import Change, Judgement
from tdscreen.records.entries import Patient, Sex, StoredAssessment
from tdscreen.records.worklist import Unusable
from tdscreen.settings import COURSE, CourseSettings
from tdscreen.vocabulary import TriageLevel

RULE = "American Psychiatric Association, Practice Guideline for the Treatment of Patients With Schizophrenia, 2020"


@dataclass(frozen=True)
class Due:
    """When a patient is to be examined again.

    Attributes
    ----------
    patient : str
    interval_months : int
    reasons : tuple of str
        Why it is the shorter interval; empty if it is the longer.
    last_at : datetime or None
        Of the last examination that a person has rated; None if there is none.
    due_at : datetime or None
        None: now, since nobody has rated the patient yet.
    overdue : bool
    soon : bool
        Not overdue, and due within :attr:`~tdscreen.settings.CourseSettings.soon_days`.
    """

    patient: str
    interval_months: int
    reasons: tuple[str, ...]
    last_at: datetime | None
    due_at: datetime | None
    overdue: bool
    soon: bool


class Why(StrEnum):
    """Why an examination or a patient stands on the worklist."""

    OVERDUE = "overdue"
    UNUSABLE = "unusable"
    ELEVATED = "elevated"
    WORSE = "worse"


@dataclass(frozen=True)
class Task:
    """One line of the worklist.

    Attributes
    ----------
    patient : str
    why : Why
    examination : str
        Empty of a patient who is overdue.
    since : datetime
        Since when it waits; lines are in this order, oldest first.
    """

    patient: str
    why: Why
    examination: str
    since: datetime


def due(
    patient: Patient,
    rated_at: Iterable[datetime],
    *,
    now: datetime,
    settings: CourseSettings = COURSE,
) -> Due:
    """Say when a patient is due.

    Parameters
    ----------
    patient : Patient
        With what was said last of the risk; age and sex stand in the details.
    rated_at : iterable of datetime
        When the examinations were held that a person has rated. An estimate is no examination.
    now : datetime
    settings : CourseSettings
    """
    reasons = [str(risk) for risk in patient.said_of_risk[-1].risks] if patient.said_of_risk else []
    born = patient.details.year_of_birth
    # Of the year alone: who turns 56 within it counts.
    if born is not None and now.year - born > settings.risk_age_years:
        reasons.insert(0, f"older than {settings.risk_age_years}")
    if patient.details.sex is Sex.FEMALE:
        reasons.insert(0, "a woman")
    months = settings.high_risk_months if reasons else settings.months
    last_at = max(rated_at, default=None)
    due_at = None if last_at is None else _months_later(last_at, months)
    overdue = due_at is None or due_at < now
    soon = due_at is not None and not overdue and due_at - now <= timedelta(days=settings.soon_days)
    return Due(patient.id, months, tuple(reasons), last_at, due_at, overdue, soon)


def worklist(
    dues: Iterable[Due],
    unusable: Iterable[Unusable],
    latest: Iterable[StoredAssessment],
    changes: Mapping[str, Iterable[Change]],
    *,
    now: datetime,
) -> list[Task]:
    """Give what somebody should look at: who is overdue, what cannot be used, is sorted as elevated, or grew worse.

    Parameters
    ----------
    dues : iterable of Due
    unusable : iterable of Unusable
    latest : iterable of StoredAssessment
        The last of each examination that nobody has signed and that the person may be shown.
    changes : mapping of str to iterable of Change
        By patient: the last of each source, of what the person may be shown. Only what may be called change and is for
        the worse is listed.
    now : datetime
    """
    tasks = [Task(one.patient, Why.OVERDUE, "", one.due_at or now) for one in dues if one.overdue]
    tasks += [Task(one.patient, Why.UNUSABLE, one.examination, one.since) for one in unusable]
    for stored in latest:
        # Of clips that cannot be used nothing is sorted.
        if stored.assessment is not None and stored.assessment.triage.level is TriageLevel.ELEVATED:
            tasks.append(Task(stored.patient, Why.ELEVATED, stored.examination, stored.added_at))
    for patient, found in changes.items():
        for change in found:
            if change.judgement is Judgement.CHANGED and change.difference > 0:
                tasks.append(Task(patient, Why.WORSE, change.later.examination, change.later.held_at))
    return sorted(dict.fromkeys(tasks), key=lambda task: (task.since, task.patient, task.examination))


def _months_later(time: datetime, months: int) -> datetime:
    years, month = divmod(time.month - 1 + months, 12)
    year, month = time.year + years, month + 1
    return time.replace(year=year, month=month, day=min(time.day, calendar.monthrange(year, month)[1]))
