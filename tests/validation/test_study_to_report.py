"""From a table to a model, its report and its calibration: the way that a clinic's researcher goes."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from studies import QUICK, make_table
from tdscreen.errors import ColumnsError, InputError, LeakError, OneClassError, TooFewPeopleError
from tdscreen.settings import VALIDATION
from tdscreen.training.local import calibrate_model
from tdscreen.training.own_model import OwnModel, train_own
from tdscreen.training.people import NOT_CHECKED, refuse_known_people
from tdscreen.training.store import StudyModel, read_model
from tdscreen.validation.held import Held, find_all
from tdscreen.validation.of_training import card_of, left_out_table
from tdscreen.validation.report import flow_rows, make_report
from tdscreen.validation.run import hold
from tdscreen.validation.write import page, pdf, rows_table

FEW_DRAWS = dataclasses.replace(VALIDATION, draws=20)
RATERS = {"lips": ["R1", "R2"]}


@pytest.fixture(scope="module")
def own() -> OwnModel:
    return train_own(
        make_table(40, seed=1),
        raters=RATERS,
        group="person",
        features={"lips": ["lips.*"]},
        directions={"lips.*": 1},
        interactions=[],
        subgroups=["sex"],
        highest=4,
        name="ours",
        seed=0,
        date="2026-11-26",
        source="ratings.csv",
        settings=QUICK,
    )


@pytest.fixture(scope="module")
def model(own: OwnModel, tmp_path_factory: pytest.TempPathFactory) -> StudyModel:
    path = tmp_path_factory.mktemp("own") / "model.onnx"
    path.write_bytes(own.content)
    (path.parent / "people.txt").write_text("".join(f"{person}\n" for person in own.people))
    return read_model(path)


def held_of(model: StudyModel, **about: Any) -> Held:
    given: dict[str, Any] = {
        "raters": RATERS,
        "group": "person",
        "subgroups": ["sex"],
        "positive_from": 2,
        "cuts": (0.3,),
    } | about
    table = given.pop("table", None)
    return hold(model, make_table(40, seed=2, first=100) if table is None else table, **given)


def test_the_card_says_who_the_model_was_fitted_on_and_that_it_is_no_device(own: OwnModel) -> None:
    card = card_of(own, command="tdscreen train ratings.csv", settings=FEW_DRAWS)
    for words in (
        "40 people",
        "not a medical device",
        "Gattaz and Buechel 1993",
        "sex: f 40, m 40 rows",
        "R1, R2",
    ):
        assert words in card
    assert "never a lower score" in card
    table = left_out_table(own)
    assert table.count("\n") == 81
    assert "p001" not in table


def test_people_left_out_are_told_well(own: OwnModel) -> None:
    chances = own.left_out[0].probabilities
    seen = ~np.isnan(chances).any(axis=1)
    agreed = own.studies[0].agreed
    assert np.corrcoef((chances @ np.arange(5))[seen], agreed[seen])[0, 1] > 0.6


def test_the_report_counts_everyone_and_says_what_a_reviewer_asks_for(model: StudyModel) -> None:
    held = held_of(model)
    flow = {row[0]: (int(row[1]), int(row[2])) for row in flow_rows(held)}
    assert flow["in the table"] == (80, 40)
    assert flow["of these unusable: no item could be seen"][0] == 8
    found = find_all(held, settings=FEW_DRAWS)
    told = {(one.section, one.what): one for one in found}
    auc = told["Screening", "area under the ROC curve"]
    assert auc.value is not None
    assert auc.interval is not None
    assert auc.value > 0.75
    assert auc.interval[0] < auc.value < auc.interval[1]
    usable = told["Screening", "sensitivity at a probability of 30%: usable rows"]
    screened = told["Screening", "sensitivity at a probability of 30%: all, unusable counts as a failure"]
    assert usable.value is not None
    assert screened.value is not None
    assert screened.value < usable.value
    assert screened.n == int(held.positive.sum())
    assert screened.n > usable.n
    words = page(make_report(held, found, provenance={"model": "ours"}))
    for part in (
        "Flow",
        "Decision curve",
        "Calibration",
        "R1 against R2",
        "model against R1",
        "sex f",
        "ICC(2,1)",
    ):
        assert part in words
    for outside in ('src="http', 'href="http', "url(http", "<script", "@import"):
        assert outside not in words
    assert pdf(make_report(held, found, provenance={"model": "ours"})).startswith(b"%PDF")
    assert "p100" not in rows_table(held)


def test_a_model_is_not_validated_on_people_it_was_fitted_on(model: StudyModel) -> None:
    beside = model.path.parent / "people.txt"
    with pytest.raises(LeakError, match="2 of these 3 people"):
        refuse_known_people(["p001", "p002", "p999"], beside, must_know=False)
    assert refuse_known_people(["p999"], beside, must_know=True).startswith("None of these people")
    assert refuse_known_people(["p001"], beside.with_name("none.txt"), must_know=False) == NOT_CHECKED
    with pytest.raises(InputError):
        refuse_known_people(["p001"], beside.with_name("none.txt"), must_know=True)


def test_what_cannot_be_validated_is_refused_with_its_reason(model: StudyModel) -> None:
    table = make_table(40, seed=2, first=100)
    with pytest.raises(ColumnsError, match="no column lips"):
        held_of(model, table=table.drop(columns="lips.amplitude_mm"))
    with pytest.raises(TooFewPeopleError, match="5 rated people"):
        held_of(model, table=table.head(10))
    with pytest.raises(OneClassError, match="Nobody"):
        held_of(model, table=table.assign(R1=0.0, R2=1.0))


def test_a_milder_place_gets_a_milder_model_and_sets_with_their_numbers(
    model: StudyModel, tmp_path: Path
) -> None:
    table = make_table(40, seed=3, first=200, shift=-1.5)
    local = calibrate_model(
        model,
        table,
        raters=RATERS,
        group="person",
        level=0.9,
        date="2026-11-26",
        source="here.csv",
        fitted_on=model.path.parent / "people.txt",
    )
    assert local.lines["lips"].shift < -0.5
    assert "belongs to a set from a probability of" in local.words
    assert "always" in local.words
    path = tmp_path / "model.onnx"
    path.write_bytes(local.content)
    here = read_model(path)
    assert here.sets["lips"] == local.sets["lips"]
    assert "calibrated on 40 people" in here.about["status"]
    columns = {name: table[name].to_numpy() for name in here.features}
    before, after = (one.run(columns)["lips"] @ np.arange(5) for one in (model, here))
    assert np.nanmean(after) < np.nanmean(before) - 0.2
    assert set(local.people) > {"p001", "p200"}


def test_a_calibration_on_a_handful_of_people_is_refused(model: StudyModel) -> None:
    with pytest.raises(TooFewPeopleError, match="needs 20"):
        calibrate_model(
            model,
            make_table(12, seed=4, first=300),
            raters=RATERS,
            group="person",
            level=0.9,
            date="2026-11-26",
            source="here.csv",
            fitted_on=Path("none.txt"),
        )
