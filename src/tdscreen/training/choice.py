"""Choose features and penalty by splits within the people that are fitted, and say how well that does on others.

Splits are always by person. What is chosen, and every number that a choice rests on (ranks, knots, medians), is made of
the rows that are fitted: on people left out nothing was chosen (nested cross-validation; Varma and Simon 2006).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from tdscreen.errors import TooFewPeopleError
from tdscreen.scoring.additive import AdditiveItem, evaluate
from tdscreen.settings import TRAINING, TrainingSettings
from tdscreen.training.curves import Penalty, Term
from tdscreen.training.ordinal import FittedItem, fit_item
from tdscreen.training.study import Study

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]


@dataclass(frozen=True)
class Choice:
    """What was chosen for a fit.

    Attributes
    ----------
    count : int
        How many features may enter; fewer where there are fewer.
    penalty : Penalty
    score : float
        See :func:`choice_score`, on people left out within the choice; smaller is better.
    """

    count: int
    penalty: Penalty
    score: float


@dataclass(frozen=True)
class CrossValidation:
    """What models said of people whom they were not fitted on.

    Attributes
    ----------
    probabilities : ndarray, shape (n, highest + 1), float64
    fold : ndarray, shape (n,), int
        In which split each row was left out.
    choices : tuple of Choice
        One a fold.
    """

    probabilities: Floats
    fold: Indices
    choices: tuple[Choice, ...]


def deal_people(people: NDArray[np.str_], scores: Floats, *, folds: int, seed: int) -> Indices:
    """Deal people to folds, so that each fold has mild and severe ones.

    Parameters
    ----------
    people : ndarray, shape (n,)
    scores : ndarray, shape (n,)
        One a row.
    folds : int
    seed : int

    Returns
    -------
    ndarray, shape (n,), int
        The fold of each row; all rows of a person are in one.

    Raises
    ------
    TooFewPeopleError
        There are fewer people than folds.
    """
    names, whose = np.unique(people, return_inverse=True)
    if len(names) < folds:
        raise TooFewPeopleError(f"{len(names)} people cannot be split {folds} ways. Ask for fewer splits.")
    mean = np.bincount(whose, scores) / np.bincount(whose)
    random = np.random.default_rng(seed)
    in_order = np.lexsort((random.permutation(len(names)), mean))
    dealt = np.empty(len(names), dtype=np.intp)
    for start in range(0, len(names), folds):
        hand = in_order[start : start + folds]
        dealt[hand] = random.permutation(folds)[: len(hand)]
    return dealt[whose]


def rank_terms(study: Study, rows: Indices, *, settings: TrainingSettings = TRAINING) -> tuple[Term, ...]:
    """Put features in the order in which they may enter: by how closely they go with the ratings.

    Parameters
    ----------
    study : Study
    rows : ndarray of int
        The only rows that are looked at.
    settings : TrainingSettings

    Returns
    -------
    tuple of Term
        By Spearman's correlation with the mean rating; one that goes almost entirely with a feature before it
        (``settings.alike``) is left out. Features of named interactions come first.
    """
    target = rankdata(np.nanmean(study.ratings[rows], axis=1))
    ranked = {}
    strength = {}
    for term in study.terms:
        x = study.features[term.feature][rows]
        seen = np.isfinite(x)
        if seen.sum() < 3 or np.ptp(x[seen]) == 0:
            continue
        # Not seen counts as typical.
        ranks = np.full(len(x), (seen.sum() + 1) / 2.0)
        ranks[seen] = rankdata(x[seen])
        ranked[term.feature] = (ranks - ranks.mean()) / (ranks.std() * np.sqrt(len(x)))
        strength[term.feature] = abs(float(np.corrcoef(ranks, target)[0, 1]))
    must = {name for pair in study.interactions for name in pair}
    terms = [term for term in study.terms if term.feature in ranked]
    terms.sort(key=lambda term: (term.feature not in must, -strength[term.feature], term.feature))
    kept: list[Term] = []
    matrix = np.empty((0, len(rows)))
    for term in terms:
        own = ranked[term.feature]
        if term.feature in must or not len(matrix) or np.abs(matrix @ own).max() < settings.alike:
            kept.append(term)
            matrix = np.concatenate([matrix, own[None]])
    return tuple(kept)


def ranked_probability_score(probabilities: Floats, ratings: Floats) -> float:
    """Mean squared difference of cumulative probabilities, over all ratings (Epstein 1969).

    Parameters
    ----------
    probabilities : ndarray, shape (n, scores)
        Rows of NaN, where nothing was seen, do not count.
    ratings : ndarray, shape (n, raters)
        NaN where there is none.

    Returns
    -------
    float
        0 for certainty that was right.
    """
    reached = 1.0 - np.cumsum(probabilities, axis=1)[:, :-1]
    row, rater = np.nonzero(~np.isnan(ratings) & ~np.isnan(probabilities).any(axis=1)[:, None])
    truth = ratings[row, rater][:, None] > np.arange(reached.shape[1])
    return float(((reached[row] - truth) ** 2).sum(axis=1).mean())


def choice_score(probabilities: Floats, ratings: Floats) -> float:
    """Score by which a choice is made: how good the distribution is, and how near its mean, in equal parts.

    Parameters
    ----------
    probabilities : ndarray, shape (n, scores)
        Rows of NaN, where nothing was seen, do not count.
    ratings : ndarray, shape (n, raters)
        NaN where there is none.

    Returns
    -------
    float
        The ranked probability score and the mean absolute difference of the expected score, summed; smaller is better.
        The first alone holds estimates back where most people have a score of 0, the second alone does not care how
        sure a model is.
    """
    row, rater = np.nonzero(~np.isnan(ratings) & ~np.isnan(probabilities).any(axis=1)[:, None])
    expected = probabilities[row] @ np.arange(probabilities.shape[1])
    error = float(np.abs(expected - ratings[row, rater]).mean())
    return ranked_probability_score(probabilities, ratings) + error


def fit_rows(
    study: Study,
    rows: Indices,
    terms: Sequence[Term],
    penalty: Penalty,
    *,
    settings: TrainingSettings = TRAINING,
) -> FittedItem:
    """Fit some of a study's rows."""
    names = {term.feature for term in terms}
    return fit_item(
        study.item,
        study.rows(rows),
        study.ratings[rows],
        terms=terms,
        interactions=[pair for pair in study.interactions if set(pair) <= names],
        raters=study.raters,
        highest=study.highest,
        penalty=penalty,
        settings=settings,
    )


def predict(item: AdditiveItem, study: Study, rows: Indices) -> Floats:
    """Probabilities of the scores for some of a study's rows, (rows, scores); NaN where no feature was seen."""
    columns = np.stack([study.features[name][rows] for name in item.features], axis=1)
    return evaluate(item, columns).probabilities


def choose(study: Study, rows: Indices, *, seed: int, settings: TrainingSettings = TRAINING) -> Choice:
    """Choose how many features and how strong a penalty, by splits of the people in these rows.

    First the number at a middling penalty, then the penalty at that number; of equals the one with fewer features, and
    the stronger penalty.

    Parameters
    ----------
    study : Study
    rows : ndarray of int
    seed : int
        Of the splits.
    settings : TrainingSettings

    Returns
    -------
    Choice
    """
    fold = deal_people(
        study.people[rows], np.nanmean(study.ratings[rows], axis=1), folds=settings.inner_folds, seed=seed
    )
    ranked = [rank_terms(study, rows[fold != one], settings=settings) for one in range(settings.inner_folds)]

    def score(count: int, penalty: Penalty) -> float:
        found = np.zeros((len(rows), study.highest + 1))
        for one, terms in enumerate(ranked):
            fitted = fit_rows(study, rows[fold != one], terms[:count], penalty, settings=settings)
            found[fold == one] = predict(fitted.item, study, rows[fold == one])
        return choice_score(found, study.ratings[rows])

    penalties = [Penalty(ridge, smooth) for ridge, smooth in settings.penalties]
    first = penalties[len(penalties) // 2]
    most = max(map(len, ranked))
    counts = sorted({min(count, most) for count in settings.feature_counts})
    by_count = {count: score(count, first) for count in counts}
    count = min(counts, key=lambda one: (by_count[one], one))
    by_penalty = {one: by_count[count] if one == first else score(count, one) for one in penalties}
    best = min(penalties, key=lambda one: (by_penalty[one], -one.ridge))
    return Choice(count, best, by_penalty[best])


def fit_chosen(
    study: Study, rows: Indices, choice: Choice, *, settings: TrainingSettings = TRAINING
) -> FittedItem:
    """Fit what was chosen on these rows."""
    terms = rank_terms(study, rows, settings=settings)[: choice.count]
    return fit_rows(study, rows, terms, choice.penalty, settings=settings)


def cross_validate(
    study: Study,
    *,
    folds: int = TRAINING.outer_folds,
    seed: int = 0,
    settings: TrainingSettings = TRAINING,
    on_progress: Callable[[int, int, str], None] | None = None,
) -> CrossValidation:
    """Say how well choosing and fitting do on people left out.

    Parameters
    ----------
    study : Study
    folds : int
    seed : int
    settings : TrainingSettings
    on_progress : callable, optional
        Told how many splits are done, of how many, and a name.

    Returns
    -------
    CrossValidation
    """
    fold = deal_people(study.people, np.nanmean(study.ratings, axis=1), folds=folds, seed=seed)
    found = np.zeros((len(study), study.highest + 1))
    choices = []
    for one in range(folds):
        inside, outside = np.flatnonzero(fold != one), np.flatnonzero(fold == one)
        choice = choose(study, inside, seed=seed, settings=settings)
        fitted = fit_chosen(study, inside, choice, settings=settings)
        found[outside] = predict(fitted.item, study, outside)
        choices.append(choice)
        if on_progress is not None:
            on_progress(one + 1, folds, f"split {one + 1}")
    return CrossValidation(found, fold, tuple(choices))
