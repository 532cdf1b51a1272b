"""An assessment in a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

from tdscreen.vocabulary import Item, Region
from tdscreen.webapp.export import items_csv, regions_csv
from tdscreen.webapp.run import Examination

Make = Callable[..., Examination]


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def test_each_item_has_a_row_and_one_not_assessed_has_a_reason_and_no_number(examination: Make) -> None:
    assessment = examination().assessment
    table = rows(items_csv(assessment))
    assert [row["item"] for row in table] == list(Item)
    lips, tongue = table[1], table[3]
    assert float(lips["expected"]) == assessment.items[Item.LIPS].expected
    assert lips["file"] == "rest.mp4"
    assert tongue["expected"] == tongue["probability_0"] == ""
    assert tongue["reason"] == assessment.items[Item.TONGUE].reason


def test_each_region_of_each_clip_has_a_row(examination: Make) -> None:
    table = rows(regions_csv(examination().assessment))
    assert [row["region"] for row in table] == list(Region)
    assert table[1]["amplitude_mm"] == "3.0"
    assert table[3]["amplitude_mm"] == ""


def test_a_name_that_looks_like_a_formula_stays_text(examination: Make) -> None:
    table = rows(regions_csv(examination(file="=HYPERLINK(0).mp4").assessment))
    assert table[0]["file"] == "'=HYPERLINK(0).mp4"


def test_the_tables_carry_the_notice(examination: Make) -> None:
    for row in rows(items_csv(examination().assessment)):
        assert "research use" in row["notice"]
