"""Numbers to call have a source and a date, and the clinic's own outrank them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tdscreen.errors import InputError
from tdscreen.patientapp.clinic_file import read_clinic_file
from tdscreen.patientapp.safety import NumberKind, countries, known_numbers, numbers_for


def test_each_country_has_an_emergency_number() -> None:
    for country in countries():
        assert NumberKind.EMERGENCY in known_numbers()[country]


def test_each_number_has_a_source_and_a_date_that_is_past() -> None:
    for kinds in known_numbers().values():
        for number in kinds.values():
            assert number.source
            assert date(1990, 1, 1) < date.fromisoformat(number.date) <= date(2026, 11, 27)


@pytest.mark.parametrize(
    ("country", "kind", "number"),
    [
        ("US", NumberKind.EMERGENCY, "911"), ("US", NumberKind.CRISIS, "988"), ("GB", NumberKind.EMERGENCY, "999"),
        ("GB", NumberKind.ADVICE, "111"), ("ES", NumberKind.EMERGENCY, "112"), ("ES", NumberKind.CRISIS, "024"),
        ("SE", NumberKind.EMERGENCY, "112"), ("FR", NumberKind.CRISIS, "3114"),
    ],
)  # fmt: skip
def test_numbers_that_are_beyond_doubt(country: str, kind: NumberKind, number: str) -> None:
    assert numbers_for(country, {})[kind].number == number


def test_of_a_country_that_is_not_known_there_is_no_number() -> None:
    assert numbers_for("ZZ", {}) == {}


def test_a_clinic_adds_and_replaces_numbers(tmp_path: Path) -> None:
    path = tmp_path / "clinic.toml"
    path.write_text(
        'phone = "0555 1234"\ncountry = "SE"\nlooked_at_by = "Dr. Ratewell"\nanswer_days = 10\n'
        '[numbers.SE.crisis]\nnumber = "0555 911"\nsource = "the clinic"\ndate = 2026-11-01\n',
        encoding="utf-8",
    )
    clinic = read_clinic_file(path)
    assert (clinic.phone, clinic.answer_days, clinic.reviewed_by) == ("0555 1234", 10, "")
    found = numbers_for("SE", clinic.numbers)
    assert found[NumberKind.CRISIS].number == "0555 911"
    assert found[NumberKind.EMERGENCY].number == "112"


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ('fone = "1"', "says fone"),
        ("answer_days = 0", "whole number of days"),
        ("phone = 1", "phone .* is text"),
        ('country = "Sweden"', "two capital letters"),
        ('[numbers.SE.crisis]\nnumber = "1"\nsource = "x"', "SE.crisis"),
        ('[numbers.SE.taxi]\nnumber = "1"\nsource = "x"\ndate = 2026-01-01', "numbers for taxi"),
        ("phone =", "is not TOML"),
    ],
)
def test_a_clinic_s_file_with_a_mistake_is_refused_with_what_is_wrong(
    tmp_path: Path, said: str, sentence: str
) -> None:
    path = tmp_path / "clinic.toml"
    path.write_text(said, encoding="utf-8")
    with pytest.raises(InputError, match=sentence):
        read_clinic_file(path)


def test_a_clinic_s_file_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_clinic_file(tmp_path / "none.toml")
