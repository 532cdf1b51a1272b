"""The rating rule is the table of the project's clinical notes, and between its cells it is smooth and fair."""

from __future__ import annotations

import pytest

from tdscreen.scoring.rating_rule import SCALES, latent_severity, severity

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


def centre_mm(name: str, column: int) -> float:
    slight, moderate = ANCHORS_MM[name]
    return (slight / 2, (slight + moderate) / 2, moderate + (moderate - slight) / 2)[column]


@pytest.mark.parametrize("name", ANCHORS_MM)
@pytest.mark.parametrize("row", range(3))
@pytest.mark.parametrize("column", range(3))
def test_the_middle_of_every_cell_has_its_severity(name: str, row: int, column: int) -> None:
    scale, mm, percent = SCALES[name], centre_mm(name, column), TIME_CENTRES_PERCENT[row]
    assert severity(scale, mm, percent) == TABLE[row][column]
    assert latent_severity(scale, mm, percent)[0] == pytest.approx(TABLE[row][column], abs=1e-12)
    # Anchors twice as large are met by movements twice as large.
    assert severity(scale, 2 * mm, percent, anchors=2.0) == TABLE[row][column]
    assert latent_severity(scale, mm / 2, percent, anchors=0.5)[0] == pytest.approx(TABLE[row][column])


@pytest.mark.parametrize("name", ANCHORS_MM)
@pytest.mark.parametrize("column", range(2))
def test_at_an_edge_of_the_table_a_rater_is_of_two_minds(name: str, column: int) -> None:
    halfway = (TABLE[1][column] + TABLE[1][column + 1]) / 2
    assert latent_severity(SCALES[name], ANCHORS_MM[name][column], 57.5)[0] == pytest.approx(halfway)


@pytest.mark.parametrize(("amplitude_mm", "percent"), [(0.0, 0.0), (0.0, 80.0), (9.0, 0.0)])
def test_where_nothing_moves_there_is_no_severity(amplitude_mm: float, percent: float) -> None:
    assert severity(SCALES["lips"], amplitude_mm, percent) == 0
    assert latent_severity(SCALES["lips"], amplitude_mm, percent)[0] == 0.0
