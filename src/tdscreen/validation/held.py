"""Estimates held against ratings: who took part, what counts as the reference, and every figure with its interval."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tdscreen.scoring.distributions import schooler_kane_probability, total_distribution
from tdscreen.scoring.predictive import proportion_interval
from tdscreen.settings import SCORING, VALIDATION, ValidationSettings
from tdscreen.training.study import lower_median
from tdscreen.validation import agreement
from tdscreen.verification.statistics import bootstrap_interval

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
Indices = NDArray[np.intp]
Interval = tuple[float, float]


@dataclass(frozen=True)
class HeldItem:
    """One item's estimates and ratings.

    Attributes
    ----------
    item : str
    probabilities : ndarray, shape (n, scores), float64
        NaN where nothing was seen.
    ratings : ndarray, shape (n, raters), float64
        NaN where there is none.
    raters : tuple of str
    """

    item: str
    probabilities: Floats
    ratings: Floats
    raters: tuple[str, ...]

    @property
    def highest(self) -> int:
        """Highest score."""
        return self.probabilities.shape[1] - 1

    @property
    def agreed(self) -> Floats:
        """The reference: the lower median of the ratings."""
        return lower_median(self.ratings)

    @property
    def expected(self) -> Floats:
        """Mean of each distribution."""
        return self.probabilities @ np.arange(self.highest + 1)

    @property
    def given(self) -> Floats:
        """The score that the model gives: the median of each distribution; NaN where nothing was seen."""
        median = (np.cumsum(self.probabilities, axis=1) < 0.5).sum(axis=1).astype(np.float64)
        return np.where(self.seen, np.minimum(median, self.highest), np.nan)

    @property
    def seen(self) -> Bools:
        """Where there is an estimate."""
        return np.asarray(~np.isnan(self.probabilities).any(axis=1))

    @property
    def rated(self) -> Bools:
        """Where there is a rating."""
        return np.asarray(~np.isnan(self.ratings).all(axis=1))


@dataclass(frozen=True)
class Held:
    """A study's estimates and ratings, row by row.

    Attributes
    ----------
    people : ndarray, shape (n,), str
    items : tuple of HeldItem
    subgroups : dict of str to ndarray, shape (n,), str
    positive_from : int or None
        The reference is positive from this total on; None for the severity rule of Schooler and Kane.
    cuts : tuple of float
        Probabilities of a positive from which a row is flagged, set before anything was looked at.
    """

    people: NDArray[np.str_]
    items: tuple[HeldItem, ...]
    subgroups: dict[str, NDArray[np.str_]]
    positive_from: int | None
    cuts: tuple[float, ...]

    @property
    def rated(self) -> Bools:
        """Rows in which every item has a rating: only these can be positive or negative."""
        return np.asarray(np.all([one.rated for one in self.items], axis=0))

    @property
    def usable(self) -> Bools:
        """Rows in which at least one item was seen."""
        return np.asarray(np.any([one.seen for one in self.items], axis=0))

    @property
    def positive(self) -> Bools:
        """Reference, by row; without meaning where not rated."""
        agreed = np.nan_to_num(np.stack([one.agreed for one in self.items], axis=1))
        if self.positive_from is not None:
            return np.asarray(agreed.sum(axis=1) >= self.positive_from)
        two, three = SCORING.severity_in_two_items, SCORING.severity_in_one_item
        return np.asarray(((agreed >= two).sum(axis=1) >= 2) | (agreed >= three).any(axis=1))

    @property
    def chance(self) -> Floats:
        """Probability of a positive by the model, from the items that were seen; NaN where none was."""
        found = np.full(len(self.people), np.nan)
        for row in np.flatnonzero(self.usable):
            chances = np.stack([one.probabilities[row] for one in self.items if one.seen[row]])
            if self.positive_from is None:
                found[row] = schooler_kane_probability(chances)
            else:
                found[row] = total_distribution(chances)[self.positive_from :].sum()
        return np.clip(found, 0.0, 1.0)

    @property
    def reference_words(self) -> str:
        """What counts as positive, as a sentence."""
        if self.positive_from is None:
            return (
                "Positive is a rating of 2 or more in two items, or of 3 or more in one (Schooler and Kane)."
            )
        what = f"a rating of {self.items[0].item}" if len(self.items) == 1 else "a total of the ratings"
        return f"Positive is {what} of {self.positive_from} or more."


@dataclass(frozen=True)
class Found:
    """One figure.

    Attributes
    ----------
    section : str
    what : str
    value : float or None
        None where it cannot be told.
    interval : (float, float) or None
        95%, from drawing people again.
    n, people : int
    percent : bool
        Told in percent.
    """

    section: str
    what: str
    value: float | None
    interval: Interval | None
    n: int
    people: int
    percent: bool = False

    @property
    def words(self) -> str:
        """The value, as printed."""
        return "cannot be told" if self.value is None else self._told(self.value)

    @property
    def interval_words(self) -> str:
        """The interval, as printed."""
        if self.interval is None:
            return "too few people" if self.value is not None else ""
        return f"{self._told(self.interval[0])} to {self._told(self.interval[1])}"

    @property
    def whole(self) -> str:
        """Value and interval, as printed."""
        return f"{self.words} ({self.interval_words})" if self.interval_words else self.words

    @property
    def counts(self) -> str:
        """Rows and people, as printed."""
        return f"{self.n} rows of {self.people} people"

    def _told(self, value: float) -> str:
        return f"{100 * value:.1f}%" if self.percent else f"{value:.2f}"


class _Teller:
    """Makes figures with their intervals, each from the rows that it rests on."""

    def __init__(self, people: NDArray[np.str_], settings: ValidationSettings) -> None:
        _, whose = np.unique(people, return_inverse=True)
        self._whose = whose
        self._settings = settings

    def tell(
        self,
        section: str,
        what: str,
        rows: Bools,
        of: Callable[[Indices], float | None],
        *,
        percent: bool = False,
    ) -> Found:
        chosen = np.flatnonzero(rows)
        whose = self._whose[chosen]
        people = len(set(whose.tolist()))
        value = of(chosen) if chosen.size else None
        interval = None
        if value is not None and people >= self._settings.min_people:
            interval = bootstrap_interval(
                whose.tolist(), lambda drawn: of(chosen[drawn]), draws=self._settings.draws
            )
            if percent and value in (0.0, 1.0):
                # Drawn again, all stay all: that says nothing of people to come.
                interval = proportion_interval(people if value else 0, people)
        return Found(section, what, value, interval, len(chosen), people, percent)


def find_all(held: Held, *, settings: ValidationSettings = VALIDATION) -> tuple[Found, ...]:
    """Work out every figure.

    Parameters
    ----------
    held : Held
    settings : ValidationSettings

    Returns
    -------
    tuple of Found
    """
    tell = _Teller(held.people, settings)
    found = [
        *_discrimination(held, tell),
        *_totals(held, tell),
        *_calibration(held, tell),
    ]
    for one in held.items:
        found += _of_item(one, tell)
        found += _of_raters(one, tell)
    for name, groups in held.subgroups.items():
        found += _of_groups(held, name, groups, tell)
    return tuple(found)


def find_of_item(
    held: Held, *, settings: ValidationSettings = VALIDATION
) -> tuple[tuple[Found, ...], tuple[Found, ...]]:
    """Work out the figures of a single item, and those of the groups, for a card.

    Parameters
    ----------
    held : Held
        Of one item.
    settings : ValidationSettings

    Returns
    -------
    of_item, of_groups : tuple of Found
    """
    tell = _Teller(held.people, settings)
    groups = [one for name, values in held.subgroups.items() for one in _of_groups(held, name, values, tell)]
    return tuple(_of_item(held.items[0], tell)), tuple(groups)


def _of_item(one: HeldItem, tell: _Teller) -> list[Found]:
    """Error, correlation, kappa and ICC against the agreed rating."""
    section = f"Item: {one.item}"
    rows = one.seen & one.rated
    agreed, expected, given = one.agreed, one.expected, one.given
    pair = np.stack([agreed, given], axis=1)
    return [
        tell.tell(
            section,
            "mean error of the expected score",
            rows,
            lambda i: agreement.mean_error(agreed[i], expected[i]),
        ),
        tell.tell(section, "Pearson correlation", rows, lambda i: agreement.pearson(agreed[i], expected[i])),
        tell.tell(
            section, "Spearman correlation", rows, lambda i: agreement.spearman(agreed[i], expected[i])
        ),
        tell.tell(
            section,
            "quadratic kappa of the score given",
            rows,
            lambda i: agreement.quadratic_kappa(agreed[i], given[i]),
        ),
        tell.tell(section, "ICC(2,1) of the score given", rows, lambda i: agreement.icc(pair[i])),
    ]


def _discrimination(held: Held, tell: _Teller) -> list[Found]:
    section = "Screening"
    truth, chance = held.positive, held.chance
    rows, everyone = held.rated & held.usable, held.rated
    usable = held.usable
    found = [
        tell.tell(section, "area under the ROC curve", rows, lambda i: agreement.auc(truth[i], chance[i])),
        tell.tell(section, "share of positives", everyone, lambda i: float(truth[i].mean()), percent=True),
        tell.tell(section, "share that is usable", everyone, lambda i: float(usable[i].mean()), percent=True),
    ]
    for cut in held.cuts:
        flagged = np.nan_to_num(chance) >= cut
        for words, here, known in (
            ("usable rows", rows, None),
            ("all, unusable counts as a failure", everyone, usable),
        ):
            for name in ("sensitivity", "specificity"):
                found.append(
                    tell.tell(
                        section,
                        f"{name} at a probability of {cut:.0%}: {words}",
                        here & (truth if name == "sensitivity" else ~truth),
                        lambda i, flagged=flagged, known=known, name=name: getattr(  # type: ignore[misc]
                            agreement.count_flags(truth[i], flagged[i], None if known is None else known[i]),
                            name,
                        ),
                        percent=True,
                    )
                )
    return found


def _totals(held: Held, tell: _Teller) -> list[Found]:
    if len(held.items) < 2:
        return []
    section = "Total"
    rows = np.all([one.seen & one.rated for one in held.items], axis=0)
    agreed = np.sum([one.agreed for one in held.items], axis=0)
    expected = np.sum([one.expected for one in held.items], axis=0)
    return [
        tell.tell(
            section,
            "Pearson correlation with the total",
            rows,
            lambda i: agreement.pearson(agreed[i], expected[i]),
        ),
        tell.tell(
            section,
            "Spearman correlation with the total",
            rows,
            lambda i: agreement.spearman(agreed[i], expected[i]),
        ),
        tell.tell(
            section, "mean error of the total", rows, lambda i: agreement.mean_error(agreed[i], expected[i])
        ),
    ]


def _calibration(held: Held, tell: _Teller) -> list[Found]:
    truth, chance = held.positive, held.chance
    rows = held.rated & held.usable

    def part(name: str) -> Callable[[Indices], float | None]:
        def of(i: Indices) -> float | None:
            line = agreement.calibration_line(truth[i], chance[i])
            return None if line is None else float(getattr(line, name))

        return of

    return [
        tell.tell("Calibration", "slope (1 is right)", rows, part("slope")),
        tell.tell("Calibration", "calibration in the large, log-odds (0 is right)", rows, part("intercept")),
    ]


def _of_raters(one: HeldItem, tell: _Teller) -> list[Found]:
    """Rater against rater, and beside it the model against the same rater on the same rows."""
    found = []
    given = one.given
    for a, b in itertools.combinations(range(len(one.raters)), 2):
        first, second = one.ratings[:, a], one.ratings[:, b]
        rows = ~np.isnan(first) & ~np.isnan(second) & one.seen
        section = f"Raters: {one.item}"
        for words, left, right in (
            (f"{one.raters[a]} against {one.raters[b]}", first, second),
            (f"model against {one.raters[a]}, same rows", given, first),
            (f"model against {one.raters[b]}, same rows", given, second),
        ):
            found.append(
                tell.tell(
                    section,
                    f"quadratic kappa: {words}",
                    rows,
                    lambda i, left=left, right=right: agreement.quadratic_kappa(  # type: ignore[misc]
                        left[i], right[i]
                    ),
                )
            )
    if len(one.raters) > 1:
        rows = ~np.isnan(one.ratings).any(axis=1)
        found.append(
            tell.tell(
                f"Raters: {one.item}",
                "ICC(2,1) among the raters",
                rows,
                lambda i: agreement.icc(one.ratings[i]),
            )
        )
    return found


def _of_groups(held: Held, name: str, groups: NDArray[np.str_], tell: _Teller) -> list[Found]:
    found = []
    truth, chance, usable = held.positive, held.chance, held.usable
    for group in sorted(set(groups.tolist())):
        here = groups == group
        section, words = f"Groups: {name}", f"{name} {group}"
        found.append(
            tell.tell(
                section,
                f"{words}: share that is usable",
                here & held.rated,
                lambda i: float(usable[i].mean()),
                percent=True,
            )
        )
        found.append(
            tell.tell(
                section,
                f"{words}: area under the ROC curve",
                here & held.rated & usable,
                lambda i: agreement.auc(truth[i], chance[i]),
            )
        )
        for one in held.items:
            rows = here & one.seen & one.rated
            agreed, expected = one.agreed, one.expected
            found.append(
                tell.tell(
                    section,
                    f"{words}: mean error of {one.item}",
                    rows,
                    lambda i, agreed=agreed, expected=expected: agreement.mean_error(  # type: ignore[misc]
                        agreed[i], expected[i]
                    ),
                )
            )
            found.append(
                tell.tell(
                    section,
                    f"{words}: {one.item}, expected less rated on average",
                    rows,
                    lambda i, agreed=agreed, expected=expected: float((expected[i] - agreed[i]).mean()),  # type: ignore[misc]
                )
            )
    return found
