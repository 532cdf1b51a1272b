"""The catalogues say the same things in each language, and nothing that nobody says."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest

from tdscreen.errors import InputError
from tdscreen.patientapp import words
from tdscreen.patientapp.tasks import Length, examination_tasks

ROOM = Path(words.__file__).parent
ENGLISH = words.catalogue("en").entries
OTHERS = [code for code in words.languages() if code != "en"]


def test_there_are_english_and_spanish_and_english_comes_first() -> None:
    assert words.languages() == {"en": "English", "es": "Español"}


@pytest.mark.parametrize("language", OTHERS)
def test_a_language_says_all_that_english_says_and_nothing_else(language: str) -> None:
    assert set(words.catalogue(language).entries) == set(ENGLISH)


@pytest.mark.parametrize("language", words.languages())
def test_no_entry_is_empty_or_has_spaces_around_it(language: str) -> None:
    joins = {"summary.comma"}
    wrong = [
        key
        for key, said in words.catalogue(language).entries.items()
        if key not in joins and (not said.strip() or said != said.strip())
    ]
    assert wrong == []


@pytest.mark.parametrize("language", OTHERS)
def test_a_translation_has_the_same_gaps(language: str) -> None:
    there = words.catalogue(language).entries
    assert [key for key in ENGLISH if words.gaps(ENGLISH[key]) != words.gaps(there[key])] == []


@pytest.mark.parametrize("language", words.languages())
def test_a_gap_is_a_plain_name(language: str) -> None:
    for key, said in words.catalogue(language).entries.items():
        for _, name, form, conversion in string.Formatter().parse(said):
            assert name is None or (re.fullmatch(r"[a-z]+", name) and not form and not conversion), key


def test_a_language_that_is_not_there_is_refused_with_those_that_are() -> None:
    with pytest.raises(InputError, match="en, es"):
        words.text("xx", "frame.yes")


@pytest.mark.parametrize(
    ("wanted", "language"),
    [
        (None, "en"),
        ("es-MX,es;q=0.9,en;q=0.8", "es"),
        ("fr-FR, es;q=0.5", "es"),
        ("fr", "en"),
        ("EN-us", "en"),
    ],
)
def test_the_browser_s_first_language_that_there_is_is_taken(wanted: str | None, language: str) -> None:
    assert words.chosen(wanted) == language


@pytest.mark.parametrize("length", Length)
@pytest.mark.parametrize("language", words.languages())
def test_each_task_has_its_words(language: str, length: Length) -> None:
    for task in examination_tasks(length):
        for key in (task.title, task.prompt, task.spoken, task.drawing_text, *(c.text for c in task.cues)):
            assert words.text(language, key)
