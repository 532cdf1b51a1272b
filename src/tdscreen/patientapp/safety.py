"""Whom somebody calls who needs help now: numbers by country, each with its source and date.

A number that nobody can vouch for is worse than none. What is not in ``numbers.toml`` is left for the clinic to fill
in, and the page says so.
"""

from __future__ import annotations

import datetime
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources
from typing import Any

from tdscreen.errors import InputError

COUNTRY = re.compile("[A-Z]{2}")
SIGNS = ("safety.breathing", "safety.fever", "safety.harm")
"""Keys of the signs that cannot wait: laryngeal and pharyngeal dystonia, neuroleptic malignant syndrome, and thoughts
of suicide. Warnings of these stand in the labels of antipsychotic drugs and of drugs against tardive dyskinesia."""


class NumberKind(StrEnum):
    """What a number is for."""

    EMERGENCY = "emergency"
    CRISIS = "crisis"
    """Thoughts of harming oneself."""
    ADVICE = "advice"
    """By phone, when it is no emergency."""


@dataclass(frozen=True)
class Number:
    """A number to call.

    Attributes
    ----------
    number : str
        As it is dialled within the country.
    source : str
        Where it was found.
    date : str
        Of the source, or of the look at it if it has none, as ``2022-05-09``.
    """

    number: str
    source: str
    date: str


Numbers = Mapping[str, Mapping[NumberKind, Number]]


def countries() -> tuple[str, ...]:
    """Give the countries of which a number is known, two letters each."""
    return tuple(sorted(known_numbers()))


@cache
def known_numbers() -> dict[str, dict[NumberKind, Number]]:
    """Give the numbers that come with tdscreen, by country and kind."""
    file = resources.files("tdscreen.patientapp") / "numbers.toml"
    return read_numbers(tomllib.loads(file.read_text(encoding="utf-8")), whose="numbers.toml")


def numbers_for(country: str, own: Numbers) -> dict[NumberKind, Number]:
    """Give the numbers of a country.

    Parameters
    ----------
    country : str
        Two letters; of one that is not known there is none.
    own : mapping
        The clinic's, which outrank the others.
    """
    return {**known_numbers().get(country, {}), **own.get(country, {})}


def read_numbers(tables: Mapping[str, Any], *, whose: str) -> dict[str, dict[NumberKind, Number]]:
    """Read numbers from tables by country and kind.

    Parameters
    ----------
    tables : mapping
        As ``{"ES": {"crisis": {"number": "024", "source": "...", "date": date(2022, 5, 9)}}}``.
    whose : str
        For the sentence of an error.

    Raises
    ------
    InputError
        A kind is not known, or a number has no source or date.
    """
    found: dict[str, dict[NumberKind, Number]] = {}
    for country, kinds in tables.items():
        if not COUNTRY.fullmatch(country):
            raise InputError(
                f"{whose} names a country {country}; it is two capital letters, as SE (ISO 3166)."
            )
        for kind, said in kinds.items():
            if kind not in set(NumberKind):
                raise InputError(f"{whose} has numbers for {kind}; known are {', '.join(NumberKind)}.")
            date = said.get("date")
            if not (said.get("number") and said.get("source") and isinstance(date, datetime.date)):
                raise InputError(
                    f"{whose}: a number needs number, source and date (as 2026-11-27): {country}.{kind}."
                )
            found.setdefault(country, {})[NumberKind(kind)] = Number(
                str(said["number"]), str(said["source"]), date.isoformat()
            )
    return found
