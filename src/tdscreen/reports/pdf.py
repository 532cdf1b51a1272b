"""A report as a PDF: tagged, for the archive (PDF/A-2a) and for readers who hear it (PDF/UA-1), by Typst.

Typst sets the pages without a network and without any file but its own letters. What a report says reaches it as JSON;
whatever somebody wrote is data there, and never markup.
"""

from __future__ import annotations

import functools
import json
import unicodedata
from collections.abc import Callable
from importlib import resources
from typing import Any

from tdscreen.errors import InputError
from tdscreen.reports.content import ExaminationReport
from tdscreen.reports.pages import view

STANDARDS = ["a-2a", "ua-1"]
_LONGEST_WORD = 28
"""Longer runs without a space may be parted, so that they stay on the page (assumed)."""
_HASH_LENGTHS = (32, 64)
_ALWAYS_THERE = frozenset(chr(code) for code in (*range(0x20, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)))
"""ASCII and Latin-1, which the letters within Typst have."""
_PROBE = b'#set document(title: "probe")\n#sys.inputs.at("probe")'
_MAY_BREAK = "\N{ZERO WIDTH SPACE}"


def report_pdf(report: ExaminationReport) -> bytes:
    """Set a report's pages.

    Parameters
    ----------
    report : ExaminationReport

    Returns
    -------
    bytes
        The same for the same report.

    Raises
    ------
    InputError
        The package that sets pages is not installed.
    """
    typst = _typst()
    said = view(report)
    missing = undisplayable(_letters(said))
    shown = _each_text(said, functools.partial(as_shown, missing=missing))
    shown["replaced"] = shown != _each_text(said, _loosened)
    shown["made_by"] = report.tdscreen
    on = report.as_of.astimezone()
    shown["date"] = [on.year, on.month, on.day]
    pages: bytes = typst.compile(
        resources.files("tdscreen.reports").joinpath("report.typ").read_bytes(),
        sys_inputs={"report": json.dumps(shown)},
        pdf_standards=STANDARDS,
        ignore_system_fonts=True,
        # Whole seconds are all that it takes.
        timestamp=report.as_of.replace(microsecond=0),
    )
    return pages


def as_shown(text: str, *, missing: frozenset[str]) -> str:
    """Write text with letters that can be shown, and lose none of it.

    Parameters
    ----------
    text : str
    missing : frozenset of str
        Letters that no font has.

    Returns
    -------
    str
        What cannot be shown, or would turn the text about, stands as its number: ``[U+202E]``.
    """
    told = "".join(
        character
        if character == "\n" or (_stands_alone(character) and character not in missing)
        else " "
        if character == "\t"
        else f"[U+{ord(character):04X}]"
        for character in _composed(text.replace("\r\n", "\n"))
    )
    return _loosened(told)


def undisplayable(characters: frozenset[str]) -> frozenset[str]:
    """Tell which letters the fonts within Typst do not have, by trying.

    Parameters
    ----------
    characters : frozenset of str
        Single letters.

    Returns
    -------
    frozenset of str
    """
    asked = sorted(one for one in characters - _ALWAYS_THERE if _stands_alone(one))
    return frozenset(_without_a_glyph(asked))


def _composed(text: str) -> str:
    """Join letters and marks to the one sign that they are, where there is one."""
    return unicodedata.normalize("NFC", text)


def _stands_alone(character: str) -> bool:
    """Tell whether a letter can be printed, and needs no other letter's glyph to sit on."""
    return character.isprintable() and not unicodedata.category(character).startswith("M")


def _without_a_glyph(characters: list[str]) -> list[str]:
    if not characters or _can_be_shown("".join(characters)):
        return []
    if len(characters) == 1:
        return characters
    middle = len(characters) // 2
    return _without_a_glyph(characters[:middle]) + _without_a_glyph(characters[middle:])


@functools.lru_cache(maxsize=4096)
def _can_be_shown(text: str) -> bool:
    typst = _typst()
    try:
        # Parted, so that none joins its neighbour to a sign of its own.
        typst.compile(
            _PROBE, sys_inputs={"probe": " ".join(text)}, pdf_standards=STANDARDS, ignore_system_fonts=True
        )
    except typst.TypstError:
        return False
    return True


def _loosened(text: str) -> str:
    """Let words of absurd length be parted; hashes have a place of their own."""
    return " ".join(
        word
        if len(word) <= _LONGEST_WORD or len(word) in _HASH_LENGTHS
        else _MAY_BREAK.join(
            word[start : start + _LONGEST_WORD] for start in range(0, len(word), _LONGEST_WORD)
        )
        for word in text.split(" ")
    )


def _each_text(said: Any, change: Callable[[str], str]) -> Any:
    if isinstance(said, str):
        return change(said)
    if isinstance(said, dict):
        return {name: _each_text(one, change) for name, one in said.items()}
    if isinstance(said, list | tuple):
        return [_each_text(one, change) for one in said]
    return said


def _letters(said: Any) -> frozenset[str]:
    found: set[str] = set()

    def look(text: str) -> str:
        found.update(_composed(text))
        return text

    _each_text(said, look)
    return frozenset(found)


def _typst() -> Any:
    try:
        import typst
    except ImportError as error:
        raise InputError("A report needs further packages: pip install 'tdscreen[report]'.") from error
    return typst
