"""Simulated people move as told, are measured by the tool's own code, and are rated as people are."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest

from tdscreen.scoring.model import load_model
from tdscreen.scoring.rating_rule import SCALES
from tdscreen.training import items, virtual_cohort
from tdscreen.training.item_figures import auc, meets_rule
from tdscreen.training.simulated_raters import cohen_kappa, simulate_ratings
from tdscreen.training.virtual_cohort import SIGNAL_OF, SimulatedExamination, examinations, simulate


@pytest.fixture(scope="module")
def people() -> list[SimulatedExamination]:
    return list(examinations(90, seed=5))


def scored(person: SimulatedExamination, scale: str) -> tuple[float | None, float | None]:
    """Give what the tool would score of a part: amplitude in mm and share of time in percent."""
    clip = person.clips[1 if scale == "tongue" else 0]
    measured = clip.regions[SIGNAL_OF[scale][0]]
    return measured.scored_amplitude_mm, measured.scored_percent_time_moving


def test_a_person_is_the_same_whoever_else_is_simulated() -> None:
    assert simulate(7, seed=5) == simulate(7, seed=5)
    assert simulate(7, seed=5) != simulate(8, seed=5)


def test_what_moves_clearly_is_measured_about_as_large_and_as_often_as_it_is(
    people: list[SimulatedExamination],
) -> None:
    pairs = [
        (person.truth[scale], scored(person, scale))
        for person in people
        for scale in ("facial_expression", "jaw")
        if person.group == "dyskinesia"
        and person.truth[scale].amplitude_mm > SCALES[scale].slight_to_mm
        and person.truth[scale].percent_time_moving > 20
    ]
    assert len(pairs) > 10
    sizes = [found[0] / true.amplitude_mm for true, found in pairs if found[0] is not None]
    shares = [found[1] - true.percent_time_moving for true, found in pairs if found[1] is not None]
    assert 0.85 < np.median(sizes) < 1.15
    assert np.median(np.abs(shares)) < 10


@pytest.mark.parametrize("group", ["still", "hand tremor", "rabbit syndrome", "talking", "smiling"])
def test_nothing_is_scored_of_people_at_rest_or_who_only_tremble_talk_or_smile(
    people: list[SimulatedExamination], group: str
) -> None:
    own = [person for person in people if person.group == group]
    assert own
    for person in own:
        assert not items.item_severities([person]).any()
        # The tongue in an open mouth is seen with more noise than its limit allows for, now and then.
        for scale in set(SIGNAL_OF) - {"tongue"}:
            assert not scored(person, scale)[0], (person.number, scale)


def test_raters_agree_as_much_as_published_and_drift_upwards(people: list[SimulatedExamination]) -> None:
    severity = np.tile(items.item_severities(people), (12, 1))
    ratings = simulate_ratings(severity, seed=1)
    agreement = [cohen_kappa(ratings[:, k, 0], ratings[:, k, 1]) for k in range(ratings.shape[1])]
    assert 0.37 < np.mean(agreement) < 0.57
    half = len(severity) // 2
    assert ratings[half:].mean() > ratings[:half].mean()
    assert set(np.unique(ratings)) == {0.0, 1.0, 2.0, 3.0, 4.0}


def test_kappa_is_1_for_twins_and_0_for_strangers() -> None:
    rng = np.random.default_rng(2)
    one, other = rng.integers(0, 3, (2, 4000)).astype(float)
    assert cohen_kappa(one, one) == 1.0
    assert abs(cohen_kappa(one, other)) < 0.05


def test_the_severity_rule_is_two_mild_items_or_one_moderate() -> None:
    rows = np.array([[2, 2, 0], [3, 0, 0], [2, 1, 1], [0, 0, 0]], dtype=float)
    assert list(meets_rule(rows)) == [True, True, False, False]
    assert auc(np.array([0.9, 0.6, 0.6, 0.1]), np.array([True, True, False, False])) == 0.875


def test_a_model_made_of_few_people_is_the_same_on_every_run_and_can_be_loaded(
    people: list[SimulatedExamination], tmp_path_factory: pytest.TempPathFactory
) -> None:
    rows = items.rows_of(people)
    ratings = simulate_ratings(items.item_severities(people), seed=1)
    about = {"training_data": "90 simulated people; no patient"}

    def make() -> bytes:
        return items.make_bytes(items.fit_all(rows, ratings), items.training_ranges(rows), about)

    content = make()
    assert make() == content
    path = tmp_path_factory.mktemp("model") / "few.onnx"
    path.write_bytes(content)
    model = load_model(path, sha256=hashlib.sha256(content).hexdigest())
    out = model.run([{"lips.amplitude_mm": 0.0, "lips.percent_time_moving": 0.0}])
    assert out.probabilities[0, model.scales.index("lips"), 0] > 0.7


def test_groups_are_shares_of_everybody() -> None:
    assert sum(virtual_cohort.GROUPS.values()) == pytest.approx(1.0)
