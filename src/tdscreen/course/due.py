"""Who is to be examined again, and when, by the interval that the American Psychiatric Association recommends.

Its guideline on schizophrenia (3rd edition, 2020) asks for an examination with a structured instrument, such as the
AIMS, at least every 6 months in patients at high risk of tardive dyskinesia and every 12 months in others who take
antipsychotics, and whenever movements begin or grow worse. At increased risk, it says, are people older than 55;
women; people with a mood disorder, a substance use disorder, an intellectual disability or an injury of the central
nervous system; and those with a high cumulative exposure, above all to high-potency antagonists of dopamine D2.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from tdscreen.records.entries import Patient, Sex, StoredAssessment
from tdscreen.settings import COURSE, CourseSettings
from tdscreen.vocabulary import TriageLevel, Verdict

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
    """

    patient: str
    interval_months: int
    reasons: tuple[str, ...]
    last_at: datetime | None
    due_at: datetime | None
    overdue: bool


class Why(StrEnum):
    """Why an examination or a patient stands on the worklist."""

    OVERDUE = "overdue"
    UNUSABLE = "unusable"
    ELEVATED = "elevated"


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
    return Due(patient.id, months, tuple(reasons), last_at, due_at, due_at is None or due_at < now)


def worklist(dues: Iterable[Due], latest: Iterable[StoredAssessment], *, now: datetime) -> list[Task]:
    """Give what somebody should look at: patients who are overdue, examinations that are unusable or elevated.

    Parameters
    ----------
    dues : iterable of Due
    latest : iterable of StoredAssessment
        The last of each examination that nobody has rated yet: what was rated waits for nobody.
    now : datetime
    """
    tasks = [Task(one.patient, Why.OVERDUE, "", one.due_at or now) for one in dues if one.overdue]
    for stored in latest:
        if stored.assessment is None:
            continue
        if all(clip.quality.verdict is Verdict.UNUSABLE for clip in stored.assessment.clips):
            tasks.append(Task(stored.patient, Why.UNUSABLE, stored.examination, stored.added_at))
        elif stored.assessment.triage.level is TriageLevel.ELEVATED:
            tasks.append(Task(stored.patient, Why.ELEVATED, stored.examination, stored.added_at))
    return sorted(tasks, key=lambda task: (task.since, task.patient, task.examination))


def _months_later(time: datetime, months: int) -> datetime:
    years, month = divmod(time.month - 1 + months, 12)
    year, month = time.year + years, month + 1
    return time.replace(year=year, month=month, day=min(time.day, calendar.monthrange(year, month)[1]))
