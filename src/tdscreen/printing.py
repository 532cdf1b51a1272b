"""What may be printed as it is, and how."""

from __future__ import annotations

import math
import sys
from datetime import datetime

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def printable(text: str) -> str:
    r"""Replace what a terminal cannot print or would obey: control codes, line breaks, names that are not Unicode.

    Parameters
    ----------
    text : str
        As a sentence with the name of a file in it, which may hold anything.

    Returns
    -------
    str
        Of the same length, on one line.

    Examples
    --------
    >>> printable("a clip\x1b[2J.mp4")
    'a clip�[2J.mp4'
    """
    return "".join(
        character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text
    )


def unicode_of(text: str) -> str:
    r"""Write text with a file's name in it as tables and pages can hold it, whatever bytes the name is made of.

    Examples
    --------
    >>> unicode_of("a\udcff.mp4 is empty")
    'a\\xff.mp4 is empty'
    """
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def spreadsheet_safe(text: str) -> str:
    """Keep a spreadsheet from running text as a formula: a clip's name is whatever somebody called it.

    Examples
    --------
    >>> spreadsheet_safe("=1+1")
    "'=1+1"
    """
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def day(time: datetime) -> str:
    """Write the day of a time as it is on this machine: ``02 March 2026``."""
    return f"{time.astimezone():%d %B %Y}"


def moment(time: datetime) -> str:
    """Write a time as the clock of this machine has it: ``02 March 2026, 10:30``."""
    return f"{time.astimezone():%d %B %Y, %H:%M}"


def moment_and_zone(time: datetime) -> str:
    """Write a time as the clock of this machine has it, for a place where nobody can know which machine that was.

    As ``02 March 2026, 10:30 (UTC+01:00)``: the offset is that of the day, by summer time or not.
    """
    offset = f"{time.astimezone():%z}"
    return f"{moment(time)} (UTC{'' if offset == '+0000' else f'{offset[:3]}:{offset[3:5]}'})"


def counted(number: int, what: str) -> str:
    """Write how many there are of what: ``1 clip``, ``1,200 clips``."""
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def rounded_down(value: float) -> str:
    """Write a number with one decimal, never more than it is: 9.99 s do not read as the 10.0 s that are needed.

    Examples
    --------
    >>> rounded_down(9.99)
    '9.9'
    """
    # Past what binary digits lose: 9.9 is a hair less than itself.
    return f"{math.floor(10 * value + 1e-6) / 10:.1f}"


def watched() -> bool:
    """Say whether a person watches standard error, which a job may have been started without."""
    return sys.stderr is not None and sys.stderr.isatty()
