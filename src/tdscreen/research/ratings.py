"""Clinicians' AIMS ratings as CDISC has them in a submission: rows of the domain QS (Questionnaires), or of RS.

A rating is a person's. What tdscreen estimates never becomes a row: no code that means a rating may hold it.
The names of the items are those of CDISC's terminology (NCI Thesaurus C102034 to C102045); where they pass the 40
characters that SDTM allows, they are shortened here. Newer releases of the terminology file the AIMS under clinical
classifications, whose domain is RS; the columns are the same but for those two letters.
"""

from __future__ import annotations

import datetime
import itertools
import operator
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from tdscreen.errors import InputError
from tdscreen.research.columns import rating_columns
from tdscreen.research.tables import Table

CATEGORY = "AIMS"
_SEVERITY = ("None", "Minimal, may be extreme normal", "Mild", "Moderate", "Severe")
_GLOBAL = ("None, normal", "Minimal", "Mild", "Moderate", "Severe")
_AWARENESS = (
    "No awareness",
    "Aware, no distress",
    "Aware, mild distress",
    "Aware, moderate distress",
    "Aware, severe distress",
)
_YES_NO = ("No", "Yes")


@dataclass(frozen=True)
class AimsItem:
    """One of the twelve items of the AIMS (Guy 1976).

    Attributes
    ----------
    code : str
        ``AIMS0101`` to ``AIMS0112``.
    name : str
        At most 40 characters.
    answers : tuple of str
        In the words of the form, by their number from 0; No and Yes for items 11 and 12.
    """

    code: str
    name: str
    answers: tuple[str, ...]


AIMS_ITEMS: tuple[AimsItem, ...] = tuple(
    AimsItem(f"AIMS01{number:02d}", f"AIMS01-{name}", answers)
    for number, (name, answers) in enumerate(
        (
            ("Muscles of Facial Expression", _SEVERITY),
            ("Lips and Perioral Area", _SEVERITY),
            ("Jaw", _SEVERITY),
            ("Tongue", _SEVERITY),
            ("Upper Extremities", _SEVERITY),
            ("Lower Extremities", _SEVERITY),
            ("Neck, Shoulders, Hips", _SEVERITY),
            ("Severity of Abnormal Movements", _GLOBAL),
            ("Incapacitation Due to Movements", _GLOBAL),
            ("Patient's Awareness of Movements", _AWARENESS),
            ("Current Teeth/Dentures Problems", _YES_NO),
            ("Patient Usually Wears Dentures", _YES_NO),
        ),
        start=1,
    )
)
"""In their order."""


@dataclass(frozen=True, kw_only=True)
class AimsRating:
    """What one person rated at one examination.

    Attributes
    ----------
    subject : str
        Unique identifier of the person examined; no name.
    rater : str
        Identifier of the person who rated, as ``RATER 1``; no name.
    role : str
        Of the person who rated, as ``INVESTIGATOR`` or ``CLINICIAN``: a term of CDISC's list of evaluators.
    date : str
        Of the rating, in the form of ISO 8601: ``2026-03-01`` or ``2026-03-01T09:30``.
    scores : mapping of int to int or bool
        By the number of the item, 1 to 12: 0 to 4 for items 1 to 10, True or False for items 11 and 12. An item that
        is not named was not rated.
    reasons : mapping of int to str
        Why an item was not rated, by its number.
    visit, visit_number
        As the protocol has them; not every study has visits.
    """

    subject: str
    rater: str
    role: str
    date: str
    scores: Mapping[int, int | bool]
    reasons: Mapping[int, str] = field(default_factory=dict)
    visit: str | None = None
    visit_number: float | None = None


def ratings_table(ratings: Iterable[AimsRating], *, study: str, domain: Literal["QS", "RS"] = "QS") -> Table:
    """Put ratings into rows as CDISC has them, one row an item, rated or not.

    Parameters
    ----------
    ratings : iterable of AimsRating
        Of one study. Estimates are refused.
    study : str
        Identifier of the study.
    domain : str
        ``QS``, or ``RS`` for studies whose terminology files the AIMS there.

    Returns
    -------
    Table
        With the columns :func:`tdscreen.research.columns.rating_columns`, each person's rows numbered by date.

    Raises
    ------
    InputError
        What was given is not a person's rating, or is not what the AIMS allows, or stands there twice.
    """
    if domain not in ("QS", "RS"):
        raise InputError(f"Ratings go to the domain QS or RS, not {domain}.")
    if not study.strip():
        raise InputError("Name the study that the ratings belong to.")
    given = list(ratings)
    for rating in given:
        _check(rating)
    given.sort(key=_which)
    for one, after in itertools.pairwise(given):
        if _which(one) == _which(after):
            raise InputError(
                f"There are two ratings of {one.subject} by {one.rater} on {one.date}. Keep one."
            )
    numbers: dict[str, int] = {}
    rows = []
    for rating in given:
        for number, item in enumerate(AIMS_ITEMS, start=1):
            numbers[rating.subject] = numbers.get(rating.subject, 0) + 1
            rows.append(
                {
                    "STUDYID": study,
                    "DOMAIN": domain,
                    "USUBJID": rating.subject,
                    f"{domain}SEQ": numbers[rating.subject],
                    f"{domain}TESTCD": item.code,
                    f"{domain}TEST": item.name,
                    f"{domain}CAT": CATEGORY,
                    **{f"{domain}{name}": value for name, value in _result(rating, number, item).items()},
                    f"{domain}EVAL": rating.role,
                    f"{domain}EVALID": rating.rater,
                    "VISITNUM": rating.visit_number,
                    "VISIT": rating.visit,
                    f"{domain}DTC": rating.date,
                }
            )
    return Table.of_rows(rating_columns(domain), rows)


def _result(rating: AimsRating, number: int, item: AimsItem) -> dict[str, Any]:
    if number not in rating.scores:
        reason = rating.reasons.get(number)
        return {"ORRES": None, "STRESC": None, "STRESN": None, "STAT": "NOT DONE", "REASND": reason}
    score = int(rating.scores[number])
    yes_no = item.answers is _YES_NO
    return {
        "ORRES": item.answers[score],
        "STRESC": item.answers[score][0] if yes_no else str(score),
        "STRESN": None if yes_no else score,
        "STAT": None,
        "REASND": None,
    }


def _check(rating: AimsRating) -> None:
    if not isinstance(rating, AimsRating):
        raise InputError(
            f"A {type(rating).__name__} is not a clinician's rating. An estimate by software is never filed as one; "
            "give what a person rated, as AimsRating."
        )
    for what in ("subject", "rater", "role"):
        if not getattr(rating, what).strip():
            raise InputError(
                f"A rating of {rating.date} names no {what}. Every rating is somebody's, of somebody."
            )
    if any("tdscreen" in text.lower() for text in (rating.rater, rating.role)):
        raise InputError("tdscreen is no rater: what it estimates is never filed as a clinician's rating.")
    _check_date(rating)
    check_scores(rating.scores, rating.reasons, whose=f"{rating.subject}, {rating.date}")


def check_scores(scores: Mapping[int, int | bool], reasons: Mapping[int, str], *, whose: str) -> None:
    """Make sure that scores are what the AIMS allows.

    Parameters
    ----------
    scores, reasons
        As in :class:`AimsRating`.
    whose : str
        Of whom, in the sentence of the error.

    Raises
    ------
    InputError
        An item that is none, a score that is none of its answers, or an item both rated and given a reason.
    """
    for number, score in scores.items():
        _check_score(number, score, whose)
    for number in reasons:
        _item(number, whose)
        if number in scores:
            raise InputError(
                f"{whose}: item {number} has a score and a reason why it has none. Leave one away."
            )


def _check_date(rating: AimsRating) -> None:
    # fromisoformat also knows weeks and forms without dashes, which SDTM does not.
    if re.fullmatch(r"\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d)?)?", rating.date):
        try:
            datetime.datetime.fromisoformat(rating.date)
        except ValueError:
            pass
        else:
            return
    raise InputError(
        f"'{rating.date}' is no date of a rating. Write 2026-03-01, or 2026-03-01T09:30 with the time of day."
    )


def _check_score(number: int, score: object, whose: str) -> None:
    item = _item(number, whose)
    if item.answers is _YES_NO:
        if not isinstance(score, bool):
            raise InputError(f"{whose}: item {number} is answered by True or False, not {score!r}.")
        return
    try:
        whole = -1 if isinstance(score, bool) else operator.index(score)  # type: ignore[arg-type]
    except TypeError:
        whole = -1
    if whole not in range(len(item.answers)):
        raise InputError(
            f"{whose}: item {number} is rated in whole numbers from 0 to 4, not {score!r}. "
            "An expected score is an estimate and no rating."
        )


def _item(number: int, whose: str) -> AimsItem:
    if number not in range(1, len(AIMS_ITEMS) + 1):
        raise InputError(f"{whose}: the AIMS has items 1 to 12, and no item {number}.")
    return AIMS_ITEMS[number - 1]


def _which(rating: AimsRating) -> tuple[str, str, str]:
    return rating.subject, rating.date, rating.rater
