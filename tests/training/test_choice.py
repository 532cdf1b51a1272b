"""People are never on both sides of a split, and what is chosen says something about people left out."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from studies import QUICK, make_table
from tdscreen.errors import TooFewPeopleError
from tdscreen.training.choice import (
    choose,
    cross_validate,
    deal_people,
    fit_chosen,
    rank_terms,
    ranked_probability_score,
)
from tdscreen.training.study import Study, make_study


@pytest.fixture(scope="module")
def study() -> Study:
    return make_study(
        make_table(60, seed=1),
        item="lips",
        labels=["R1", "R2"],
        group="person",
        features=["lips.*", "noise"],
        directions={"lips.*": 1},
    )


def test_all_rows_of_a_person_are_in_one_fold_and_folds_are_alike(study: Study) -> None:
    scores = np.nanmean(study.ratings, axis=1)
    fold = deal_people(study.people, scores, folds=4, seed=3)
    for person in study.names:
        assert len(set(fold[study.people == person])) == 1
    means = [scores[fold == one].mean() for one in range(4)]
    assert max(means) - min(means) < 0.5
    assert (fold == deal_people(study.people, scores, folds=4, seed=3)).all()
    assert (fold != deal_people(study.people, scores, folds=4, seed=4)).any()
    with pytest.raises(TooFewPeopleError):
        deal_people(study.people[:4], scores[:4], folds=3, seed=0)


def test_what_goes_with_the_ratings_comes_first_and_copies_do_not_come_at_all(study: Study) -> None:
    twin = study.features["noise"] * 3 + 1
    more = dataclasses.replace(
        study,
        features=study.features | {"twin": twin},
        terms=(*study.terms, dataclasses.replace(study.terms[0], feature="twin")),
    )
    names = [term.feature for term in rank_terms(more, np.arange(len(more)))]
    assert names[-1] in ("noise", "twin")
    assert len(names) == 3
    named = dataclasses.replace(study, interactions=(("noise", "lips.amplitude_mm"),))
    first = [term.feature for term in rank_terms(named, np.arange(len(named)))][:2]
    assert set(first) == {"noise", "lips.amplitude_mm"}


def test_nothing_of_the_people_left_out_is_used(study: Study) -> None:
    inside = np.flatnonzero(deal_people(study.people, study.agreed, folds=3, seed=0) != 0)
    outside = np.setdiff1d(np.arange(len(study)), inside)
    changed = {name: values.copy() for name, values in study.features.items()}
    for values in changed.values():
        values[outside] = 1e6
    ratings = study.ratings.copy()
    ratings[outside] = 4.0
    other = dataclasses.replace(study, features=changed, ratings=ratings)
    ours, theirs = (choose(one, inside, seed=0, settings=QUICK) for one in (study, other))
    assert ours == theirs
    assert (
        fit_chosen(study, inside, ours, settings=QUICK).item
        == fit_chosen(other, inside, ours, settings=QUICK).item
    )


def test_people_left_out_are_told_better_than_by_chance(study: Study) -> None:
    told = cross_validate(study, folds=3, seed=0, settings=QUICK)
    shares = np.bincount(study.agreed.astype(int), minlength=5) / len(study)
    blind = np.tile(shares, (len(study), 1))
    seen = ~np.isnan(told.probabilities).any(axis=1)
    ours = ranked_probability_score(told.probabilities[seen], study.ratings[seen])
    assert ours < 0.8 * ranked_probability_score(blind[seen], study.ratings[seen])
    assert seen.sum() == len(study) - 11
    assert set(told.fold) == {0, 1, 2}


def test_certainty_that_was_right_scores_zero_and_a_miss_by_two_costs_two() -> None:
    sure = np.array([[0.0, 0.0, 1.0, 0.0, 0.0]])
    assert ranked_probability_score(sure, np.array([[2.0, np.nan]])) == 0
    assert ranked_probability_score(sure, np.array([[4.0, 0.0]])) == 2
