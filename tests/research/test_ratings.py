"""Ratings become rows as CDISC has them, and an estimate never does."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from tdscreen import api
from tdscreen.assessment.assessment import ItemAssessment
from tdscreen.errors import InputError
from tdscreen.research.columns import rating_columns
from tdscreen.research.ratings import AIMS_ITEMS
from tdscreen.research.tables import Table
from tdscreen.vocabulary import Item

ANNA = api.AimsRating(
    subject="S-001",
    rater="RATER 1",
    role="INVESTIGATOR",
    date="2026-03-01",
    scores={1: 0, 2: 3, 3: 1, 4: 2, 5: 0, 7: 0, 8: 3, 9: 1, 10: 2, 11: False, 12: True},
    reasons={6: "Legs not in view"},
    visit="BASELINE",
    visit_number=1.0,
)


def rows(table: Table) -> list[dict[str, Any]]:
    names = list(table.values)
    return [dict(zip(names, row, strict=True)) for row in zip(*table.values.values(), strict=True)]


def test_a_rating_is_twelve_rows_with_the_codes_and_words_of_the_form() -> None:
    found = rows(api.ratings_table([ANNA], study="TD-1"))
    assert [row["QSTESTCD"] for row in found] == [f"AIMS01{number:02d}" for number in range(1, 13)]
    assert found[1] == {
        "STUDYID": "TD-1",
        "DOMAIN": "QS",
        "USUBJID": "S-001",
        "QSSEQ": 2,
        "QSTESTCD": "AIMS0102",
        "QSTEST": "AIMS01-Lips and Perioral Area",
        "QSCAT": "AIMS",
        "QSORRES": "Moderate",
        "QSSTRESC": "3",
        "QSSTRESN": 3,
        "QSSTAT": None,
        "QSREASND": None,
        "QSEVAL": "INVESTIGATOR",
        "QSEVALID": "RATER 1",
        "VISITNUM": 1.0,
        "VISIT": "BASELINE",
        "QSDTC": "2026-03-01",
    }
    assert [row["QSORRES"] for row in found[7:]] == [
        "Moderate",
        "Minimal",
        "Aware, mild distress",
        "No",
        "Yes",
    ]
    assert [(row["QSSTRESC"], row["QSSTRESN"]) for row in found[10:]] == [("N", None), ("Y", None)]


def test_an_item_that_was_not_rated_is_not_done_and_never_zero() -> None:
    legs = rows(api.ratings_table([ANNA], study="TD-1"))[5]
    assert (legs["QSSTAT"], legs["QSREASND"]) == ("NOT DONE", "Legs not in view")
    assert legs["QSORRES"] is legs["QSSTRESC"] is legs["QSSTRESN"] is None


def test_each_persons_rows_are_numbered_through_all_dates_and_raters() -> None:
    later = dataclasses.replace(ANNA, date="2026-06-01")
    second = dataclasses.replace(ANNA, rater="RATER 2")
    other = dataclasses.replace(ANNA, subject="S-002")
    found = rows(api.ratings_table([later, other, second, ANNA], study="TD-1"))
    of_first = [row for row in found if row["USUBJID"] == "S-001"]
    assert [row["QSSEQ"] for row in of_first] == list(range(1, 37))
    assert [row["QSDTC"] for row in of_first] == sorted(row["QSDTC"] for row in of_first)
    assert [row["QSSEQ"] for row in found if row["USUBJID"] == "S-002"] == list(range(1, 13))


def test_the_domain_rs_has_the_same_rows_under_its_own_letters() -> None:
    as_qs, as_rs = (rows(api.ratings_table([ANNA], study="TD-1", domain=domain)) for domain in ("QS", "RS"))
    for one, other in zip(as_qs, as_rs, strict=True):
        assert other.pop("DOMAIN") == "RS"
        assert one.pop("DOMAIN") == "QS"
        assert {
            name.replace("RS", "QS", 1) if name.startswith("RS") else name: v for name, v in other.items()
        } == one
    with pytest.raises(InputError, match="QS or RS, not FT"):
        api.ratings_table([ANNA], study="TD-1", domain="FT")  # type: ignore[arg-type]


def test_names_keep_to_the_lengths_of_sdtm() -> None:
    assert all(len(item.name) <= 40 and len(item.code) == 8 for item in AIMS_ITEMS)
    assert len(AIMS_ITEMS) == 12
    assert len(list(Item)) == 7, "the items that are seen come first, in their order"
    assert all(len(column.name) <= 8 and len(column.long_name) <= 40 for column in rating_columns("QS"))


@pytest.mark.parametrize("score", [1.7, 2.0, 5, -1, True, None, "2"])
def test_what_is_no_whole_number_from_0_to_4_is_no_rating(score: Any) -> None:
    with pytest.raises(InputError, match=r"item 2 is rated in whole numbers from 0 to 4"):
        api.ratings_table([dataclasses.replace(ANNA, scores={2: score})], study="TD-1")


def test_estimates_are_refused_whatever_they_come_as() -> None:
    lips = ItemAssessment(name="lips", assessed=True, reason=None, expected=2.4)
    with pytest.raises(InputError, match="ItemAssessment is not a clinician's rating"):
        api.ratings_table([lips], study="TD-1")  # type: ignore[list-item]
    for field in ("rater", "role"):
        with pytest.raises(InputError, match="tdscreen is no rater"):
            api.ratings_table([dataclasses.replace(ANNA, **{field: "TDScreen 0.1"})], study="TD-1")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"rater": " "}, "names no rater"),
        ({"subject": ""}, "names no subject"),
        ({"date": "1.3.2026"}, "is no date of a rating"),
        ({"date": "2026-02-30"}, "is no date of a rating"),
        ({"scores": {13: 0}, "reasons": {}}, "items 1 to 12, and no item 13"),
        ({"scores": {11: 1}, "reasons": {}}, "item 11 is answered by True or False"),
        ({"scores": {6: 1}}, "item 6 has a score and a reason"),
    ],
)
def test_a_rating_that_cannot_be_filed_says_why(change: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=said):
        api.ratings_table([dataclasses.replace(ANNA, **change)], study="TD-1")


def test_a_rating_stands_there_once_and_belongs_to_a_study() -> None:
    with pytest.raises(InputError, match="two ratings of S-001 by RATER 1 on 2026-03-01"):
        api.ratings_table([ANNA, ANNA], study="TD-1")
    with pytest.raises(InputError, match="Name the study"):
        api.ratings_table([ANNA], study=" ")
