"""All that a patient reads or hears, by language, from catalogues that translators can edit.

A catalogue is one TOML file a language, in ``catalogues/``: keys in tables, sentences with named gaps. English is a
catalogue like the others, so that no sentence stands in code. TOML and not gettext: Python reads it without another
package and without a step that compiles it, and of what gettext could do besides (plural forms, source strings as
keys) nothing is needed by these texts. The tests hold the catalogues against each other and against the code.
"""

from __future__ import annotations

import datetime
import string
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any

from tdscreen.errors import InputError

FALLBACK = "en"
_ABOUT = "catalogue"
OWN = "own."
"""Keys that begin so stand, on one's own computer, for those without it: there is no clinic that looks or deletes."""


class Direction(StrEnum):
    """Which way a language is written, as HTML's ``dir`` says it."""

    LEFT_TO_RIGHT = "ltr"
    RIGHT_TO_LEFT = "rtl"


@dataclass(frozen=True)
class Catalogue:
    """The words of a language.

    Attributes
    ----------
    language : str
        Its code (BCP 47), as ``en``.
    name : str
        As it calls itself.
    direction : Direction
    entries : mapping of str to str
        Sentences by key, as ``hint.no_face``, with their gaps.
    """

    language: str
    name: str
    direction: Direction
    entries: Mapping[str, str]


def languages() -> dict[str, str]:
    """Give the languages there are, each by its code and as it calls itself."""
    return {code: catalogue(code).name for code in _codes()}


def chosen(wanted: str | None) -> str:
    """Give the language to begin in.

    Parameters
    ----------
    wanted : str or None
        What the browser prefers, as ``es-MX,es;q=0.9``, or a code; the first that there is, is taken.
    """
    for part in (wanted or "").split(","):
        code = part.split(";")[0].strip().lower().split("-")[0]
        if code in _codes():
            return code
    return FALLBACK


def entries_for(language: str, *, own: bool) -> dict[str, str]:
    """Give all sentences of a language, as a clinic's patient reads them or somebody on an own computer.

    Parameters
    ----------
    language : str
    own : bool
    """
    entries = catalogue(language).entries
    shown = {key: said for key, said in entries.items() if not key.startswith(OWN)}
    if own:
        shown |= {key.removeprefix(OWN): said for key, said in entries.items() if key.startswith(OWN)}
    return shown


def direction(language: str) -> Direction:
    """Give which way a language is written."""
    return catalogue(language).direction


def text(language: str, key: str, **values: object) -> str:
    """Give a sentence.

    Parameters
    ----------
    language : str
    key : str
        As ``hint.no_face``.
    **values
        For its gaps.

    Raises
    ------
    InputError
        There is no such language.
    KeyError
        There is no such sentence, or a gap has no value: a mistake in the code, which the tests find.
    """
    return catalogue(language).entries[key].format_map(values)


def day(language: str, date: datetime.date) -> str:
    """Write a date as the language writes it."""
    month = text(language, f"date.month_{date.month}")
    return text(language, "date.day", day=date.day, month=month, year=date.year)


def section(language: str, *names: str) -> dict[str, str]:
    """Give whole sections with their gaps unfilled, for the browser.

    Parameters
    ----------
    language : str
    *names : str
        As ``hint``: all whose key begins with ``hint.``, and what stands for them on one's own computer.
    """
    entries = catalogue(language).entries
    return {key: said for key, said in entries.items() if key.removeprefix(OWN).split(".")[0] in names}


def gaps(sentence: str) -> frozenset[str]:
    """Give the names of a sentence's gaps."""
    return frozenset(name for _, name, _, _ in string.Formatter().parse(sentence) if name is not None)


@cache
def catalogue(language: str) -> Catalogue:
    """Give the catalogue of a language.

    Raises
    ------
    InputError
        There is none.
    """
    if language not in _codes():
        raise InputError(f"There is no catalogue for the language {language!r}, only: {', '.join(_codes())}.")
    return read_catalogue(language, (_folder() / f"{language}.toml").read_text(encoding="utf-8"))


def read_catalogue(language: str, written: str) -> Catalogue:
    """Read the TOML text of a catalogue."""
    tables = tomllib.loads(written)
    about = tables.pop(_ABOUT)
    return Catalogue(language, about["name"], Direction(about["direction"]), dict(_flat(tables)))


def _flat(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    for name, inner in table.items():
        if isinstance(inner, Mapping):
            yield from _flat(inner, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", inner


@cache
def _codes() -> tuple[str, ...]:
    files = (file.name for file in _folder().iterdir())
    found = {name.removesuffix(".toml") for name in files if name.endswith(".toml")}
    return (FALLBACK, *sorted(found - {FALLBACK}))


def _folder() -> Traversable:
    return resources.files("tdscreen.patientapp") / "catalogues"
