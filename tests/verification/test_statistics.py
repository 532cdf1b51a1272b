"""How well measured agrees with true: on numbers whose answer is known."""

from __future__ import annotations

import numpy as np
import pytest

from tdscreen.scoring.predictive import proportion_interval
from tdscreen.verification.figure import pictures_figure
from tdscreen.verification.statistics import (
    DetectionFit,
    bootstrap_interval,
    fit_line,
    gain_by_rate,
    spread_between,
    wilson_interval,
)


def test_a_measure_that_sees_four_fifths_has_a_gain_of_four_fifths() -> None:
    true = np.array([1.0, 2.0, 4.0, 8.0])
    line = fit_line(true, 0.8 * true)
    assert (line.slope, line.intercept, line.r_squared, line.gain) == pytest.approx((0.8, 0.0, 1.0, 0.8))


def test_a_constant_offset_is_linear_but_no_gain() -> None:
    true = np.array([1.0, 2.0, 3.0])
    line = fit_line(true, true + 1.0)
    assert line.slope == pytest.approx(1.0)
    assert line.intercept == pytest.approx(1.0)
    assert line.gain > 1.3


def test_scatter_without_relation_is_not_linear() -> None:
    true = np.array([1.0, 2.0, 3.0, 4.0])
    assert fit_line(true, np.array([1.0, -1.0, -1.0, 1.0])).r_squared == pytest.approx(0.0)


def test_one_true_size_makes_no_line() -> None:
    with pytest.raises(ValueError, match="different true sizes"):
        fit_line(np.ones(5), np.arange(5.0))


def test_the_detection_limit_of_a_known_observer_is_found() -> None:
    random = np.random.default_rng(3)
    sizes = np.exp(random.uniform(np.log(0.1), np.log(2.0), 4000))
    # Told with a chance of 95% at 0.5: the threshold scatters by 0.25 in logarithms about its median.
    median = np.log(0.5) - 1.645 * 0.25
    found = np.log(sizes) > random.normal(median, 0.25, sizes.size)
    curve = DetectionFit(sizes, found).curve()
    assert curve is not None
    assert curve.limit == pytest.approx(0.5, rel=0.06)


def test_sizes_that_part_perfectly_put_the_limit_between_them() -> None:
    sizes = np.array([0.1, 0.2, 0.3, 0.6, 0.8, 1.0])
    curve = DetectionFit(sizes, sizes > 0.4).curve()
    assert curve is not None
    assert 0.3 < curve.median < 0.6
    assert 0.3 < curve.limit < 0.65


def test_without_a_miss_the_limit_is_not_known() -> None:
    assert DetectionFit(np.array([0.5, 1.0]), np.array([True, True])).curve() is None


def test_an_interval_over_persons_is_wider_than_one_over_clips() -> None:
    random = np.random.default_rng(1)
    of_person = random.normal(0, 1, 12)
    values = np.repeat(of_person, 20) + random.normal(0, 0.1, 240)

    def mean(drawn: np.ndarray) -> float:
        return float(values[drawn].mean())

    by_person = bootstrap_interval(np.repeat(np.arange(12), 20).tolist(), mean)
    by_clip = bootstrap_interval(list(range(240)), mean)
    assert by_person is not None
    assert by_clip is not None
    assert by_person[1] - by_person[0] > 3 * (by_clip[1] - by_clip[0])
    assert by_person[0] < values.mean() < by_person[1]


def test_the_same_numbers_give_the_same_interval() -> None:
    values = np.arange(30.0)

    def mean(drawn: np.ndarray) -> float:
        return float(values[drawn].mean())

    persons = [i // 3 for i in range(30)]
    assert bootstrap_interval(persons, mean) == bootstrap_interval(persons, mean)


def test_two_persons_are_too_few_for_an_interval() -> None:
    assert bootstrap_interval([1, 1, 2, 2], lambda drawn: float(len(drawn))) is None


def test_the_interval_of_a_share_is_that_of_a_count_and_goes_between_counts() -> None:
    assert wilson_interval(0.9, 10) == pytest.approx(proportion_interval(9, 10))
    assert wilson_interval(1.0, 12) == pytest.approx(proportion_interval(12, 12))
    low, high = wilson_interval(0.995, 100)
    assert proportion_interval(99, 100)[0] < low < 0.995 < high <= 1.0


def test_a_share_of_pictures_is_as_sure_as_its_clips_are_many() -> None:
    figure = pictures_figure("x.y", "Pictures", [(450, 450), (441, 450)], [1, 2])
    assert (figure.value, figure.n, figure.persons) == (pytest.approx(99.0), 900, 2)
    assert figure.interval is not None
    assert figure.interval == pytest.approx([100 * edge for edge in wilson_interval(0.99, 2)])
    assert figure.interval[0] < 40
    assert pictures_figure("x.y", "Pictures", [], []).interval is None


def test_groups_that_differ_by_half_a_point_spread_by_half_a_point() -> None:
    persons = list(range(40))
    groups = ["a" if person < 20 else "b" for person in persons]
    values = np.array([0.5 if group == "b" else 0.0 for group in groups])
    spread = spread_between(groups, persons, values)
    assert spread is not None
    assert spread.value == pytest.approx(0.5)
    assert spread.by_chance < 0.25
    assert spread.means == pytest.approx({"a": 0.0, "b": 0.5})


def test_groups_that_do_not_differ_spread_no_more_than_chance() -> None:
    random = np.random.default_rng(5)
    persons = list(range(30))
    spread = spread_between([str(person % 10) for person in persons], persons, random.normal(0, 1, 30))
    assert spread is not None
    assert spread.value < 1.3 * spread.by_chance


def test_what_a_group_was_shown_does_not_count_as_its_own() -> None:
    # Group b was shown the harder movement more often, and errs by 0.5 more than a on each.
    shown = [("easy",), ("easy",), ("hard",), ("easy",), ("hard",), ("hard",)]
    values = np.array([0.0, 0.0, 1.0, 0.5, 1.5, 1.5])
    spread = spread_between(list("aaabbb"), list(range(6)), values, shown=shown)
    assert spread is not None
    assert spread.value == pytest.approx(0.5)


def test_a_bias_is_not_lost_to_movements_that_few_were_shown() -> None:
    # Each movement was shown to two or three persons only; the third group is scored half a point higher.
    shown = [("a",), ("a",), ("b",), ("b",), ("c",), ("c",), ("c",)]
    groups = ["1", "3", "1", "2", "2", "3", "3"]
    values = np.array(
        [0.5 * (group == "3") + 0.2 * (one == ("c",)) for group, one in zip(groups, shown, strict=True)]
    )
    spread = spread_between(groups, list(range(7)), values, shown=shown)
    assert spread is not None
    assert spread.value == pytest.approx(0.5)


def test_groups_that_were_shown_nothing_in_common_cannot_be_compared() -> None:
    assert spread_between(["1", "2"], [0, 1], np.array([0.0, 1.0]), shown=[("a",), ("b",)]) is None


def test_a_rate_is_not_blamed_for_the_faces_that_moved_at_it() -> None:
    # Face B loses half; the gain of 5 Hz is 0.9 of that of 1 Hz. Face B moved mostly at 5 Hz.
    faces = ["A", "A", "B", "B", "B"]
    rates = np.array([1.0, 5.0, 1.0, 5.0, 5.0])
    gains = np.array([1.0, 0.9, 0.5, 0.45, 0.45])
    found = gain_by_rate(faces, rates, gains)
    assert found[5.0] / found[1.0] == pytest.approx(0.9)


def test_faces_that_share_no_rate_tell_nothing_about_rates() -> None:
    assert gain_by_rate(["A", "B"], np.array([1.0, 5.0]), np.array([1.0, 0.5])) == {}


def test_of_faces_that_share_no_rate_the_largest_group_is_compared() -> None:
    faces = ["A", "A", "B", "B", "C"]
    rates = np.array([1.0, 5.0, 1.0, 5.0, 7.0])
    gains = np.array([1.0, 0.5, 2.0, 1.0, 9.0])
    found = gain_by_rate(faces, rates, gains)
    assert set(found) == {1.0, 5.0}
    assert found[5.0] / found[1.0] == pytest.approx(0.5)
