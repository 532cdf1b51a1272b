"""A table is a study only if nothing in it leaks, and every refusal says what to do."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from studies import make_table, write_table
from tdscreen.errors import (
    ColumnsError,
    DataError,
    InputError,
    LeakError,
    OneClassError,
    ScaleError,
    TooFewPeopleError,
)
from tdscreen.scoring.additive import Direction
from tdscreen.training.study import Study, lower_median, make_study, read_table


def study_of(table: pd.DataFrame, **about: object) -> Study:
    given = {
        "item": "lips",
        "labels": ["R1", "R2"],
        "group": "person",
        "features": ["lips.*", "noise"],
    } | about
    return make_study(table, **given)  # type: ignore[arg-type]


def test_a_table_becomes_a_study_whichever_way_it_is_written(tmp_path: Path) -> None:
    table = make_table(20, seed=1)
    table.to_parquet(tmp_path / "t.parquet")
    for path in (write_table(table, tmp_path / "t.csv"), tmp_path / "t.parquet"):
        study = study_of(read_table(path), directions={"lips.*": 1}, subgroups=["sex"])
        assert len(study) == 40
        assert len(study.names) == 20
        assert [term.direction for term in study.terms] == [Direction.RISES, Direction.RISES, Direction.FREE]
        assert set(study.subgroups["sex"]) == {"f", "m"}


def test_the_agreed_rating_is_one_that_somebody_gave() -> None:
    given = np.array([[3, 1, np.nan], [2, np.nan, np.nan], [0, 4, 1], [np.nan] * 3])
    assert lower_median(given)[:3].tolist() == [1, 2, 1]
    assert np.isnan(lower_median(given)[3])


def test_rows_that_nobody_rated_are_left_out() -> None:
    table = make_table(22, seed=2)
    table.loc[:3, ["R1", "R2"]] = np.nan
    assert len(study_of(table)) == 40


def test_what_is_not_a_study_is_refused_with_its_reason(tmp_path: Path) -> None:
    table = make_table(20, seed=3)
    with pytest.raises(ColumnsError, match="no column R9"):
        study_of(table, labels=["R9"])
    with pytest.raises(ColumnsError, match=r"named jaw\.\*"):
        study_of(table, features=["jaw.*"])
    with pytest.raises(ColumnsError, match="cannot be a feature"):
        study_of(table, features=["R1"])
    with pytest.raises(ColumnsError, match="other than numbers"):
        study_of(table, features=["sex"])
    with pytest.raises(ColumnsError, match="interaction"):
        study_of(table, interactions=[("noise", "jaw")])
    with pytest.raises(ScaleError):
        study_of(table, highest=2)
    with pytest.raises(TooFewPeopleError, match="19 people"):
        study_of(table[table["person"] != "p003"])
    with pytest.raises(OneClassError):
        study_of(table.assign(R1=1.0, R2=1.0))
    with pytest.raises(ColumnsError, match="whose they are"):
        study_of(table.assign(person=[None, *table["person"][1:]]))
    with pytest.raises(InputError):
        read_table(tmp_path / "none.csv")
    (tmp_path / "picture.parquet").write_bytes(b"\x89PNG")
    with pytest.raises(DataError, match="cannot be read as a table"):
        read_table(tmp_path / "picture.parquet")
    (tmp_path / "empty.csv").write_text("a,b\n")
    with pytest.raises(DataError, match="no rows"):
        read_table(tmp_path / "empty.csv")


def test_a_person_is_the_same_whatever_blanks_and_zeros_stand_around_their_name(tmp_path: Path) -> None:
    table = make_table(20, seed=3)
    table.loc[3, "person"] = f" {table.loc[3, 'person']} "
    assert len(study_of(table).names) == 20
    table = make_table(20, seed=3)
    table["person"] = table["person"].str.removeprefix("p")
    read = read_table(write_table(table, tmp_path / "t.csv"), names=["person"])
    assert "007" in study_of(read).names, "as it is called in a table where others are called A07"


def test_a_feature_that_is_to_rise_and_to_fall_is_asked_back() -> None:
    with pytest.raises(ColumnsError, match="both to rise and to fall"):
        study_of(make_table(20, seed=3), directions={"lips.*": 1, "*time_moving": -1})


def test_a_rating_in_disguise_is_no_feature() -> None:
    table = make_table(20, seed=4)
    with pytest.raises(LeakError, match="copy of the ratings in R1"):
        study_of(table.assign(severity=10 - 2 * table["R1"]), features=["lips.*", "severity"])


def test_one_clip_under_two_people_is_noticed() -> None:
    table = make_table(20, seed=5)
    copied = table.copy()
    columns = ["lips.amplitude_mm", "lips.percent_time_moving", "noise"]
    copied.loc[4, columns] = copied.loc[9, columns].to_numpy()
    with pytest.raises(LeakError, match="both sides of a split"):
        study_of(copied)


def test_a_study_does_not_change() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        study_of(make_table(20, seed=6)).item = "jaw"  # type: ignore[misc]
