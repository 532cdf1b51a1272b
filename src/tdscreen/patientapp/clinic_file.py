"""What a clinic says of itself to its patients: a TOML file of its own, without which the pages say what is missing."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tdscreen.errors import InputError
from tdscreen.patientapp.safety import COUNTRY, Number, NumberKind, read_numbers

_KNOWN = {"phone", "country", "looked_at_by", "answer_days", "reviewed_by", "numbers"}


@dataclass(frozen=True)
class ClinicFile:
    """What a clinic says of itself.

    Attributes
    ----------
    phone : str
        At which its patients call; empty if it says none.
    country : str
        In which its patients live, two letters (ISO 3166); empty if it says none.
    looked_at_by : str
        Who looks at the recordings, as ``Dr. Ratewell``; empty if it says nobody.
    answer_days : int or None
        Within which a patient hears.
    reviewed_by : str
        The clinician who reviewed texts and tasks; empty as long as nobody has.
    numbers : mapping
        Numbers to call, by country and kind, which outrank those that come with tdscreen.
    """

    phone: str = ""
    country: str = ""
    looked_at_by: str = ""
    answer_days: int | None = None
    reviewed_by: str = ""
    numbers: Mapping[str, Mapping[NumberKind, Number]] = field(default_factory=dict)


def read_clinic_file(path: Path) -> ClinicFile:
    """Read the file.

    Raises
    ------
    InputError
        It cannot be read, or says something that is not known or not of its kind.
    """
    try:
        said: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError(f"The clinic's file {path} cannot be read: {error.strerror}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"The clinic's file {path} is not TOML: {error}.") from error
    unknown = sorted(set(said) - _KNOWN)
    if unknown:
        raise InputError(
            f"The clinic's file says {', '.join(unknown)}; known are {', '.join(sorted(_KNOWN))}."
        )
    days = said.pop("answer_days", None)
    if days is not None and (not isinstance(days, int) or isinstance(days, bool) or days < 1):
        raise InputError("answer_days in the clinic's file is a whole number of days, from 1.")
    numbers = read_numbers(said.pop("numbers", {}), whose="the clinic's file")
    wrong = [name for name, value in said.items() if not isinstance(value, str)]
    if wrong:
        raise InputError(f"{wrong[0]} in the clinic's file is text, in quotation marks.")
    country = said.get("country", "")
    if country and not COUNTRY.fullmatch(country):
        raise InputError("country in the clinic's file is two capital letters, as SE for Sweden (ISO 3166).")
    return ClinicFile(**said, answer_days=days, numbers=numbers)
