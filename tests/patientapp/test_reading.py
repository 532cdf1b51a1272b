"""A twelve-year-old can read all that a patient reads."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from readability import grade_en, inflesz_es, syllables_en, syllables_es, words_of
from tdscreen.patientapp import words
from tdscreen.patientapp.summary import plain_summary

NAMES = {"date"}
"""Sections of names, which are no sentences."""
ENOUGH_WORDS = 20
"""A formula says nothing of one short sentence."""
SIXTH_GRADE = 6.5
QUITE_EASY = 65.0


def is_easy(language: str, text: str) -> bool:
    measures: dict[str, Callable[[str], bool]] = {
        "en": lambda said: grade_en(said) <= SIXTH_GRADE,
        "es": lambda said: inflesz_es(said) >= QUITE_EASY,
    }
    return measures[language](text)


@pytest.mark.parametrize("language", words.languages())
def test_each_page_and_each_longer_text_is_easy(language: str) -> None:
    entries = {
        key: said for key, said in words.catalogue(language).entries.items() if key.split(".")[0] not in NAMES
    }
    pages: dict[str, list[str]] = {}
    for key, said in entries.items():
        pages.setdefault(key.split(".")[0], []).append(said)
    texts = {key: said for key, said in entries.items() if len(words_of(said)) >= ENOUGH_WORDS}
    texts |= {page: "\n".join(said) for page, said in pages.items()}
    assert len(texts) > 25
    assert [key for key, said in texts.items() if not is_easy(language, said)] == []


@pytest.mark.parametrize("language", words.languages())
@pytest.mark.parametrize("scores", [{}, dict.fromkeys(range(1, 8), 0), {1: 0, 2: 3, 3: 2, 4: 1, 5: 0}])
def test_each_summary_is_easy(language: str, scores: dict[int, int | bool]) -> None:
    parts = plain_summary(
        language, scores, held_at=datetime(2026, 11, 3, tzinfo=UTC), clinician="Ms. Ratewell"
    )
    assert is_easy(language, "\n".join(line for part in parts for line in (part.heading, *part.paragraphs)))


@pytest.mark.parametrize(
    ("language", "hard"),
    [
        (
            "en",
            "Participation necessitates audiovisual documentation of orofacial dyskinesias, which will be "
            "retained pursuant to institutional requirements until authorised personnel have evaluated them.",
        ),
        (
            "es",
            "La participación requiere la documentación audiovisual de las discinesias orofaciales, que será "
            "conservada conforme a los requisitos institucionales hasta su evaluación por personal autorizado.",
        ),
    ],
)
def test_what_an_office_would_write_is_not_easy(language: str, hard: str) -> None:
    assert not is_easy(language, hard)


@pytest.mark.parametrize(
    ("word", "syllables"),
    [
        ("the", 1), ("people", 2), ("hands", 1), ("wanted", 2), ("closed", 1), ("video", 3), ("medicine", 3),
        ("places", 2),
    ],
)  # fmt: skip
def test_english_syllables_are_counted(word: str, syllables: int) -> None:
    assert syllables_en(word) == syllables


@pytest.mark.parametrize(
    ("word", "syllables"),
    [
        ("ayuda", 3), ("cuando", 2), ("día", 2), ("medicina", 4), ("oído", 3), ("país", 2), ("siéntese", 3),
        ("guía", 2), ("que", 1), ("muy", 1), ("leer", 2), ("ahora", 3), ("pingüino", 3), ("ciudad", 2),
    ],
)  # fmt: skip
def test_spanish_syllables_are_counted(word: str, syllables: int) -> None:
    assert syllables_es(word) == syllables
