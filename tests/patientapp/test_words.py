"""The catalogues say the same things in each language, and nothing that nobody says."""

from __future__ import annotations

import re
import string
from collections.abc import Iterable
from pathlib import Path

import pytest

from tdscreen.errors import InputError
from tdscreen.measurement import quality
from tdscreen.patientapp import words
from tdscreen.patientapp.safety import NumberKind
from tdscreen.patientapp.tasks import Length, examination_tasks
from tdscreen.records.entries import MOVEMENT_ITEMS, Role

ROOM = Path(words.__file__).parent
CODE = "\n".join(
    path.read_text(encoding="utf-8") for path in ROOM.rglob("*") if path.suffix in (".py", ".js")
)
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


def keys_that_are_built() -> set[str]:
    """Name the keys that stand nowhere as a whole: what follows the point comes out of a list."""
    tasks = [task for length in Length for task in examination_tasks(length)]
    of_tasks = {key for task in tasks for key in (task.title, task.prompt, task.spoken, task.drawing_text)}
    checks = re.findall(r'_check\(\s*"([a-z_]+)"', Path(quality.__file__).read_text(encoding="utf-8"))
    hints = re.findall(r'\[?"([a-z]+_?[a-z]+)"[\]) ]', (ROOM / "hints.py").read_text(encoding="utf-8"))
    from_lists: dict[str, Iterable[object]] = {
        "key.": ("choice", "measures", "person", "medicine", "urgent"),
        "start.need_": ("light", "chair", "stand", "alone", "mouth"),
        "questions.": ("gum", "dentures", "noticed", "in_the_way"),
        "questions.noticed_": range(5),
        "questions.in_the_way_": range(5),
        "skip.": re.findall(r'"([a-z_]+)"', CODE.partition("const REASONS = [")[2].partition("]")[0]),
        "hint.": ("all_well", "shaking", *hints),
        "advice.": checks,
        "safety.": NumberKind,
        "access.": (Role.CLINICIAN, Role.WORKER, Role.RESEARCHER, Role.ADMINISTRATOR),
        "date.month_": range(1, 13),
        "summary.item_": MOVEMENT_ITEMS,
        "summary.level_": ("none", "slight", "some", "clear", "unknown"),
    }
    consent = ("what", "who", "kept", "withdraw", "choice")
    return (
        of_tasks
        | {cue.text for task in tasks for cue in task.cues}
        | {f"{start}{name}" for start, names in from_lists.items() for name in names}
        | {f"consent.{name}{end}" for name in consent for end in ("", "_title")}
    )


def test_nothing_is_said_that_is_in_no_catalogue_and_nothing_is_in_one_that_is_never_said() -> None:
    sections = "|".join({key.split(".")[0] for key in ENGLISH})
    written = set(re.findall(rf"[\"`]((?:{sections})\.[a-z0-9_.]+)[\"`]", CODE)) - {
        "recorder.css",
        "recorder.js",
    }
    said = written | keys_that_are_built()
    in_clinics = {key for key in ENGLISH if not key.startswith(words.OWN)}
    assert (sorted(said - in_clinics), sorted(in_clinics - said)) == ([], [])


def test_on_an_own_computer_no_clinic_is_spoken_of_that_is_not_there() -> None:
    for language in words.languages():
        clinic, own = (words.entries_for(language, own=which) for which in (False, True))
        instead = {key for key in words.catalogue(language).entries if key.startswith(words.OWN)}
        assert {key.removeprefix(words.OWN) for key in instead} <= set(clinic)
        assert set(own) == set(clinic)
        assert own["start.what"] != clinic["start.what"]
        # What is left of clinics: a number somebody entered, a summary by a clinic, and talking to one.
        left = {key for key, said in own.items() if re.search("your clinic|su clínica", said, re.IGNORECASE)}
        assert left == {
            "safety.clinic", "finish.next_person", "finish.next_when", "summary.of", "summary.medicine",
            "summary.causes", "summary.no_cause",
        }  # fmt: skip


def test_a_language_that_is_written_from_the_right_says_so() -> None:
    """A made-up one, which no patient is offered."""
    turned = "\n".join(
        ["[catalogue]", 'name = "Pseudo"', 'direction = "rtl"', "[frame]", 'yes = "\u202e{name} yes\u202c"']
    )
    found = words.read_catalogue("qps", turned)
    assert found.direction is words.Direction.RIGHT_TO_LEFT
    assert words.gaps(found.entries["frame.yes"]) == {"name"}
    assert "qps" not in words.languages()
