"""What the browser is told of what stands around the recording: the clinic, numbers to call, drawings, the version."""

from __future__ import annotations

import dataclasses
from typing import Any

import tdscreen
from tdscreen.patientapp.clinic_file import ClinicFile
from tdscreen.patientapp.consent import date_of_version
from tdscreen.patientapp.drawings import drawing, names
from tdscreen.patientapp.safety import SIGNS, countries, numbers_for


def around(about: ClinicFile) -> dict[str, Any]:
    """Give what the browser needs beside words and tasks.

    Parameters
    ----------
    about : ClinicFile
        What the clinic says of itself.
    """
    known = sorted({*countries(), *about.numbers})
    return {
        "clinic": {
            "phone": about.phone,
            "country": about.country,
            "lookedAtBy": about.looked_at_by,
            "answerDays": about.answer_days,
            "reviewedBy": about.reviewed_by,
        },
        "numbers": {
            country: {
                str(kind): dataclasses.asdict(number)
                for kind, number in numbers_for(country, about.numbers).items()
            }
            for country in known
        },
        "signs": list(SIGNS),
        "version": tdscreen.__version__,
        "date": date_of_version().isoformat(),
    }


def drawings() -> dict[str, str]:
    """Give each drawing, without a label: the page says in words what it shows."""
    return {name: drawing(name, "") for name in names()}
