"""How people who rate agree with each other and with the tool, and whether somebody drifts over the months."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tdscreen.course.points import Point, Source
from tdscreen.records.entries import Rating
from tdscreen.settings import VALIDATION, ValidationSettings
from tdscreen.validation.agreement import MIN_ROWS, icc, quadratic_kappa
from tdscreen.verification.statistics import bootstrap_interval
from tdscreen.vocabulary import Item

Floats = NDArray[np.float64]
Interval = tuple[float, float]
_DAYS_A_MONTH = 30.4375


@dataclass(frozen=True)
class Pair:
    """Two words on one examination.

    Attributes
    ----------
    patient : str
    first, second : Point
    """

    patient: str
    first: Point
    second: Point


@dataclass(frozen=True)
class RaterAgreement:
    """How two agree.

    Attributes
    ----------
    examinations, people : int
    mean_difference : float or None
        Second less first, of the totals over the items that both have, in points.
    difference_interval, icc_interval : (float, float) or None
        Of 95 %, by drawing people again; None of fewer than three people.
    icc : float or None
        ICC(2,1) of the totals.
    kappas, kappa_intervals : dict
        Quadratic kappa of each item that both have, and its interval.
    reason : str
        Why there is none; empty if there is.
    """

    examinations: int
    people: int
    mean_difference: float | None
    difference_interval: Interval | None
    icc: float | None
    icc_interval: Interval | None
    kappas: dict[Item, float | None]
    kappa_intervals: dict[Item, Interval | None]
    reason: str


@dataclass(frozen=True)
class Drift:
    """How a person rates examinations again that the person has rated before.

    Attributes
    ----------
    rater : str
    agreement : RaterAgreement
        Of the later with the earlier: its mean difference is the drift.
    months : float or None
        Between the two, in the middle; None of no pair.
    """

    rater: str
    agreement: RaterAgreement
    months: float | None


def agreement(pairs: Sequence[Pair], *, settings: ValidationSettings = VALIDATION) -> RaterAgreement:
    """Say how the second of each pair agrees with the first.

    Estimates are held against ratings by their expected scores; for kappa these are rounded.

    Parameters
    ----------
    pairs : sequence of Pair
    settings : ValidationSettings
    """
    pairs = [pair for pair in pairs if set(pair.first.items) & set(pair.second.items)]
    whose = np.unique([pair.patient for pair in pairs], return_inverse=True)[1]
    n_people = len(set(whose.tolist()))
    if len(pairs) < MIN_ROWS:
        return RaterAgreement(
            len(pairs),
            n_people,
            None,
            None,
            None,
            None,
            {},
            {},
            f"Agreement needs {MIN_ROWS} examinations that both have; there are {len(pairs)}.",
        )
    totals = np.array([_totals(pair) for pair in pairs])
    difference = totals[:, 1] - totals[:, 0]

    def interval(of: Callable[[NDArray[np.intp]], float | None], rows: NDArray[np.intp]) -> Interval | None:
        return bootstrap_interval(whose[rows].tolist(), lambda drawn: of(rows[drawn]), draws=settings.draws)

    every = np.arange(len(pairs))
    kappas: dict[Item, float | None] = {}
    kappa_intervals: dict[Item, Interval | None] = {}
    for item in Item:
        both = [n for n, pair in enumerate(pairs) if item in pair.first.items and item in pair.second.items]
        if not both:
            continue
        first, second = (np.full(len(pairs), np.nan) for _ in range(2))
        for n in both:
            first[n] = np.rint(pairs[n].first.items[item].value)
            second[n] = np.rint(pairs[n].second.items[item].value)

        def kappa(rows: NDArray[np.intp], a: Floats = first, b: Floats = second) -> float | None:
            return quadratic_kappa(a[rows], b[rows])

        kappas[item] = kappa(np.array(both))
        kappa_intervals[item] = interval(kappa, np.array(both))
    return RaterAgreement(
        len(pairs),
        n_people,
        float(difference.mean()),
        interval(lambda rows: float(difference[rows].mean()), every),
        icc(totals),
        interval(lambda rows: icc(totals[rows]), every),
        kappas,
        kappa_intervals,
        "",
    )


def between_raters(patients: dict[str, str], points: Iterable[Point]) -> dict[tuple[str, str], list[Pair]]:
    """Pair the ratings of each two people of the same examination: of each the first.

    Parameters
    ----------
    patients : dict of str to str
        Whose each examination is.
    points : iterable of Point
        Ratings, of each person in the order in which they were locked. Only those that were made without having seen
        the estimate tell how people agree.
    """
    firsts: dict[str, dict[str, Point]] = defaultdict(dict)
    for point in points:
        if point.source is Source.RATING:
            firsts[point.examination].setdefault(point.by, point)
    found: dict[tuple[str, str], list[Pair]] = defaultdict(list)
    for examination, by_rater in firsts.items():
        for one, other in itertools.combinations(sorted(by_rater), 2):
            found[one, other].append(Pair(patients[examination], by_rater[one], by_rater[other]))
    return dict(found)


def with_the_tool(patients: dict[str, str], points: Iterable[Point]) -> dict[str, list[Pair]]:
    """Pair each person's first rating of an examination with its last estimate; see :func:`between_raters`."""
    points = list(points)
    estimates = {point.examination: point for point in points if point.source is Source.ESTIMATE}
    found: dict[str, list[Pair]] = defaultdict(list)
    seen: set[tuple[str, str]] = set()
    for point in points:
        key = (point.by, point.examination)
        if point.source is Source.RATING and point.examination in estimates and key not in seen:
            seen.add(key)
            found[point.by].append(Pair(patients[point.examination], point, estimates[point.examination]))
    return dict(found)


def drifts(
    rated: Iterable[tuple[Rating, Point]], *, settings: ValidationSettings = VALIDATION
) -> list[Drift]:
    """Say how each person rates again what the person has rated before, first and last of each examination.

    Parameters
    ----------
    rated : iterable of (Rating, Point)
        Locked ratings, and what they say.
    settings : ValidationSettings
    """
    by_rater: dict[str, dict[str, list[tuple[Rating, Point]]]] = defaultdict(lambda: defaultdict(list))
    for rating, point in rated:
        by_rater[rating.rater][rating.examination].append((rating, point))
    found = []
    for rater, examinations in sorted(by_rater.items()):
        pairs, months = [], []
        for ratings in examinations.values():
            ordered = sorted(ratings, key=lambda one: one[0].locked_at or one[0].saved_at)
            (first, earlier), (last, later) = ordered[0], ordered[-1]
            if first.id != last.id and first.locked_at is not None and last.locked_at is not None:
                pairs.append(Pair(first.patient, earlier, later))
                months.append((last.locked_at - first.locked_at).days / _DAYS_A_MONTH)
        found.append(
            Drift(rater, agreement(pairs, settings=settings), float(np.median(months)) if months else None)
        )
    return found


def noise_of_ratings(pairs: Sequence[Pair]) -> float | None:
    """Give how far one rating of a total is from sure, in points, from pairs of ratings of the same examinations.

    Half the variance of their differences is that of one rating (Bland and Altman 1996); what one rates higher than the
    other throughout is in it, since another person may rate next time.

    Returns
    -------
    float or None
        None of fewer than three pairs.
    """
    whole = [pair for pair in pairs if set(pair.first.items) & set(pair.second.items)]
    if len(whole) < MIN_ROWS:
        return None
    differences = np.array([second - first for first, second in map(_totals, whole)])
    return float(np.sqrt((differences**2).mean() / 2.0))


def _totals(pair: Pair) -> tuple[float, float]:
    items = set(pair.first.items) & set(pair.second.items)
    return pair.first.total(items), pair.second.total(items)
