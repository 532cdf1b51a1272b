"""The model says what the table of millimetres and time says, and is smooth and fair between its cells."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tdscreen.model_file import models_folder
from tdscreen.scoring.model import SeverityModel, load_model
from tdscreen.scoring.severity_graph import AMPLITUDE_SCALES, model_bytes
from tdscreen.settings import SCORING
from tdscreen.vocabulary import Item

# As the project's clinical notes have them: upper edge of slight and of moderate, in mm of half the range.
ANCHORS_MM = {
    "facial_expression": (1.5, 4.0),
    "lips": (2.0, 5.0),
    "jaw": (3.0, 8.0),
    "tongue": (5.0, 15.0),
    "upper_limbs.fingers": (8.0, 25.0),
    "upper_limbs.wrist": (10.0, 40.0),
}
# Rows: under 40 %, 40 to 75 %, over 75 % of the time; columns: slight, moderate, large.
TABLE = ((1, 2, 2), (1, 2, 3), (2, 3, 4))
TIME_CENTRES_PERCENT = (20.0, 57.5, 87.5)
CELLS = [
    pytest.param(scale, row, column, id=f"{scale}-{row}-{column}")
    for scale in ANCHORS_MM
    for row in range(3)
    for column in range(3)
]
amplitudes = st.floats(0.0, 200.0)
percents = st.floats(0.0, 100.0)
scales = st.sampled_from(sorted(ANCHORS_MM))


def centre_mm(scale: str, column: int) -> float:
    slight, moderate = ANCHORS_MM[scale]
    return (slight / 2, (slight + moderate) / 2, moderate + (moderate - slight) / 2)[column]


def severity_of(model: SeverityModel, scale: str, amplitude_mm: float, percent: float) -> float:
    output = model.run([{f"{scale}.amplitude_mm": amplitude_mm, f"{scale}.percent_time_moving": percent}])
    return float(output.severity[0, model.items.index(model.scale(scale).item)])


def probabilities_of(model: SeverityModel, scale: str, amplitude_mm: float, percent: float) -> np.ndarray:
    output = model.run([{f"{scale}.amplitude_mm": amplitude_mm, f"{scale}.percent_time_moving": percent}])
    return np.asarray(output.probabilities[0, model.items.index(model.scale(scale).item)])


@pytest.mark.parametrize(("scale", "row", "column"), CELLS)
def test_the_centre_of_every_cell_has_its_severity(
    model: SeverityModel, scale: str, row: int, column: int
) -> None:
    amplitude_mm, percent = centre_mm(scale, column), TIME_CENTRES_PERCENT[row]
    assert severity_of(model, scale, amplitude_mm, percent) == pytest.approx(TABLE[row][column], abs=1e-12)
    expected = np.arange(5.0) @ probabilities_of(model, scale, amplitude_mm, percent)
    assert round(float(expected)) == TABLE[row][column]


@pytest.mark.parametrize("scale", sorted(ANCHORS_MM))
@pytest.mark.parametrize("row", range(3))
@pytest.mark.parametrize("column", range(2))
def test_halfway_between_two_cells_the_severity_is_halfway(
    model: SeverityModel, scale: str, row: int, column: int
) -> None:
    edge_mm, percent = ANCHORS_MM[scale][column], TIME_CENTRES_PERCENT[row]
    halfway = (TABLE[row][column] + TABLE[row][column + 1]) / 2
    assert severity_of(model, scale, edge_mm, percent) == pytest.approx(halfway, abs=1e-12)


@pytest.mark.parametrize("scale", sorted(ANCHORS_MM))
@pytest.mark.parametrize(("amplitude_mm", "percent"), [(0.0, 0.0), (0.0, 100.0), (50.0, 0.0)])
def test_where_nothing_moves_the_score_is_most_likely_0_and_never_certain(
    model: SeverityModel, scale: str, amplitude_mm: float, percent: float
) -> None:
    probabilities = probabilities_of(model, scale, amplitude_mm, percent)
    assert severity_of(model, scale, amplitude_mm, percent) == 0.0
    assert 0.75 < probabilities[0] < 1.0
    assert np.arange(5.0) @ probabilities < 0.2
    assert np.all(probabilities > 0.0)


@settings(max_examples=200, deadline=None)
@given(scale=scales, first=amplitudes, second=amplitudes, percent=percents)
def test_more_amplitude_never_lowers_a_score(scale: str, first: float, second: float, percent: float) -> None:
    model = load_model()
    less, more = sorted((first, second))
    assert severity_of(model, scale, less, percent) <= severity_of(model, scale, more, percent) + 1e-12


@settings(max_examples=200, deadline=None)
@given(scale=scales, amplitude_mm=amplitudes, first=percents, second=percents)
def test_more_time_never_lowers_a_score(scale: str, amplitude_mm: float, first: float, second: float) -> None:
    model = load_model()
    less, more = sorted((first, second))
    assert (
        severity_of(model, scale, amplitude_mm, less) <= severity_of(model, scale, amplitude_mm, more) + 1e-12
    )


@settings(max_examples=200, deadline=None)
@given(scale=scales, amplitude_mm=amplitudes, percent=percents)
def test_probabilities_add_up_to_1_and_contributions_to_the_severity(
    scale: str, amplitude_mm: float, percent: float
) -> None:
    model = load_model()
    output = model.run([{f"{scale}.amplitude_mm": amplitude_mm, f"{scale}.percent_time_moving": percent}])
    item = model.items.index(model.scale(scale).item)
    assert output.probabilities[0, item].sum() == pytest.approx(1.0, abs=1e-14)
    assert np.all(output.probabilities[0, item] > 0.0)
    told = output.baseline[item] + np.nansum(output.contributions[0])
    assert told == pytest.approx(output.severity[0, item], abs=1e-14)
    assert 0.0 <= output.severity[0, item] <= 4.0


@pytest.mark.parametrize(
    ("amplitude_mm", "percent", "of_amplitude", "of_time"),
    [
        (1.0, 20.0, 0.0, 0.0),  # the reference itself
        (3.5, 20.0, 1.0, 0.0),  # only the amplitude is larger
        (1.0, 87.5, 0.0, 1.0),  # only the time is longer
        (6.5, 87.5, 1.5, 1.5),  # both: 3 points above the reference, fairly shared
        (0.0, 0.0, -0.5, -0.5),
    ],
)
def test_contributions_are_the_shapley_values_against_a_slight_movement(
    model: SeverityModel, amplitude_mm: float, percent: float, of_amplitude: float, of_time: float
) -> None:
    output = model.run([{"lips.amplitude_mm": amplitude_mm, "lips.percent_time_moving": percent}])
    column = model.features.index("lips.amplitude_mm")
    assert output.contributions[0, column : column + 2] == pytest.approx([of_amplitude, of_time], abs=1e-12)


def test_what_was_not_seen_is_nan_and_not_0(model: SeverityModel) -> None:
    output = model.run(
        [{"lips.amplitude_mm": 3.0, "lips.percent_time_moving": 50.0}, {"jaw.amplitude_mm": 3.0}]
    )
    lips = model.items.index(Item.LIPS)
    assert np.isfinite(output.probabilities[0, lips]).all()
    assert np.isnan(np.delete(output.probabilities[0], lips, axis=0)).all()
    assert np.isnan(np.delete(output.severity[0], lips)).all()
    assert np.isnan(output.probabilities[1]).all(), "an amplitude without its share of time is not evidence"
    assert np.isnan(output.contributions[1]).all()


@pytest.mark.parametrize(("fingers_mm", "wrist_mm"), [(16.5, 5.0), (4.0, 25.0), (16.5, 25.0)])
def test_of_fingers_and_wrist_the_worse_counts_and_is_explained_once(
    model: SeverityModel, fingers_mm: float, wrist_mm: float
) -> None:
    given_features = {
        "upper_limbs.fingers.amplitude_mm": fingers_mm,
        "upper_limbs.fingers.percent_time_moving": 20.0,
        "upper_limbs.wrist.amplitude_mm": wrist_mm,
        "upper_limbs.wrist.percent_time_moving": 20.0,
    }
    output = model.run([given_features])
    item = model.items.index(Item.UPPER_LIMBS)
    worse = max(
        severity_of(model, "upper_limbs.fingers", fingers_mm, 20.0),
        severity_of(model, "upper_limbs.wrist", wrist_mm, 20.0),
    )
    assert output.severity[0, item] == worse
    assert output.baseline[item] + np.nansum(output.contributions[0]) == pytest.approx(worse, abs=1e-14)


def test_ten_times_the_same_evidence_gives_the_same_digits(model: SeverityModel) -> None:
    evidence = {"jaw.amplitude_mm": math.pi, "jaw.percent_time_moving": 33.3}
    alone = model.run([evidence])
    among_others = model.run([{"lips.amplitude_mm": 9.0, "lips.percent_time_moving": 9.0}, *[evidence] * 10])
    for row in range(1, 11):
        assert np.array_equal(among_others.probabilities[row], alone.probabilities[0], equal_nan=True)


def test_the_model_file_is_what_the_script_writes_to_the_last_byte() -> None:
    assert (models_folder() / SCORING.model_file).read_bytes() == model_bytes() == model_bytes()


def test_the_anchors_are_those_of_the_clinical_table() -> None:
    assert {s.name: (s.slight_to_mm, s.moderate_to_mm) for s in AMPLITUDE_SCALES} == ANCHORS_MM
