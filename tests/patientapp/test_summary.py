"""A patient reads of a signed examination in words: no score, no disease, and what was not looked at."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime

import pytest

from tdscreen.patientapp.summary import plain_summary
from tdscreen.patientapp.words import languages, text

DAY = datetime(2026, 11, 3, tzinfo=UTC)
EXAMPLES: list[dict[int, int | bool]] = [
    {},
    dict.fromkeys(range(1, 13), 0),
    {1: 1, 2: 0, 3: 0, 4: 0, 5: 0},
    {1: 0, 2: 2, 3: 1, 5: 0},
    {1: 4, 2: 3, 3: 3, 4: 4, 5: 4, 8: 4, 9: 3, 10: 2, 11: True},
]


def said(language: str, scores: dict[int, int | bool]) -> str:
    parts = plain_summary(language, scores, held_at=DAY, clinician="Ms. Ratewell")
    return "\n".join(line for part in parts for line in (part.heading, *part.paragraphs))


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("scores", EXAMPLES)
def test_there_is_no_score_and_no_disease_in_it(language: str, scores: dict[int, int | bool]) -> None:
    found = said(language, scores)
    without_date = re.sub(r"3 (?:November|de noviembre de) 2026", "", found)
    assert not re.search(r"\d", without_date)
    assert not re.search(
        r"AIMS|dysk|discin|tardi|diagn|\b(mild|severe|moderate|leve|moderado|grave)\b", found, re.IGNORECASE
    )


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("scores", EXAMPLES)
def test_it_always_says_not_to_change_the_medicine_and_that_it_shows_movements_and_not_you(
    language: str, scores: dict[int, int | bool]
) -> None:
    found = said(language, scores)
    assert text(language, "summary.medicine") in found
    assert text(language, "summary.measures") in found


def test_what_was_rated_is_looked_at_and_the_rest_is_not() -> None:
    found = said("en", {1: 0, 2: 2, 3: 1, 5: 0})
    assert "Looked at: face, lips, jaw, arms and hands." in found
    assert "Not looked at: tongue, legs and feet, neck, shoulders and hips." in found
    assert "Movements were seen here: lips." in found


def test_where_nothing_was_rated_nothing_is_said_to_be_absent() -> None:
    found = said("en", {})
    assert text("en", "summary.level_unknown") in found
    assert text("en", "summary.level_none") not in found


def test_extreme_normal_movements_are_not_pointed_out() -> None:
    found = said("en", {1: 1, 2: 0})
    assert text("en", "summary.level_slight") in found
    assert "seen here" not in found


def test_the_strongest_movement_decides_the_words() -> None:
    assert text("en", "summary.level_some") in said("en", {1: 0, 2: 2})
    assert text("en", "summary.level_clear") in said("en", {1: 0, 2: 2, 4: 3})


@pytest.mark.parametrize(("zone", "read"), [("America/New_York", "2 March"), ("Europe/Berlin", "3 March")])
def test_the_day_is_that_of_the_clinic_s_clock(monkeypatch: pytest.MonkeyPatch, zone: str, read: str) -> None:
    with monkeypatch.context() as there:
        there.setenv("TZ", zone)
        time.tzset()
        late = datetime(2026, 3, 3, 2, 0, tzinfo=UTC)
        (first, *_) = plain_summary("en", {}, held_at=late, clinician="Ms. Ratewell")
    time.tzset()
    assert f"{read} 2026" in first.paragraphs[0]
