"""What one person may be shown of a patient's course: the store decides, examination by examination.

Of an examination of which the person has not locked a rating there is nothing here but that something is withheld, so
that no course gets round the blinding.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tdscreen.course.change import Change, changes
from tdscreen.course.points import Point, point_of_estimate, point_of_rating
from tdscreen.course.raters import Pair, between_raters, noise_of_ratings
from tdscreen.records.clinic import Desk
from tdscreen.records.entries import Rating, StoredAssessment
from tdscreen.records.findings import Findings, findings
from tdscreen.records.worklist import ExaminationState, OwnRating


@dataclass(frozen=True)
class Rated:
    """A locked rating.

    Attributes
    ----------
    rating : Rating
    point : Point
        What it says, after its changes.
    first_point : Point
        What it said when it was locked. Agreement and drift are told from this: what was changed later was changed by
        somebody who could see the estimate and others' ratings.
    signed : bool
        Somebody has signed it as it stands. Without a signature it is a draft.
    """

    rating: Rating
    point: Point
    first_point: Point
    signed: bool


@dataclass(frozen=True)
class Shown:
    """What one person may be shown of one examination.

    Attributes
    ----------
    state : ExaminationState
    rated : tuple of Rated
        In the order in which they were locked.
    stored : StoredAssessment or None
        The newest estimate.
    estimate : Point or None
        What it says; None if there is none, or none any more.
    withheld_estimate : bool
        There is one, and the person has not locked a rating yet.
    withheld_ratings : int
        So many other people have locked theirs, and the person has not.
    """

    state: ExaminationState
    rated: tuple[Rated, ...]
    stored: StoredAssessment | None
    estimate: Point | None
    withheld_estimate: bool
    withheld_ratings: int


@dataclass(frozen=True)
class Standing:
    """The one rating that stands for an examination in the course.

    Attributes
    ----------
    point : Point
    signed : bool
    """

    point: Point
    signed: bool


def shown(desk: Desk, states: Iterable[ExaminationState]) -> list[Shown]:
    """Give what the person at a desk may be shown of examinations, in their order.

    Parameters
    ----------
    desk : Desk
    states : iterable of ExaminationState
        As this desk was told them.

    Raises
    ------
    InputError
        This site has no such examination.
    """
    asked = list(states)
    mine = [state.examination for state in asked if state.own is OwnRating.LOCKED]
    seen = {one.examination.id: one for one in findings(desk, mine, with_estimates=True)}
    return [
        _shown(state, seen[state.examination])
        if state.examination in seen
        else Shown(state, (), None, None, state.estimated, state.locked_ratings)
        for state in asked
    ]


def shown_ratings(desk: Desk, states: Iterable[ExaminationState]) -> list[Rated]:
    """Give the ratings alone that a person may be shown, without a look at any estimate; see :func:`shown`."""
    mine = [state.examination for state in states if state.own is OwnRating.LOCKED]
    return [rated for seen in findings(desk, mine, with_estimates=False) for rated in _rated(seen)]


def standing(of: Sequence[Shown]) -> list[Standing]:
    """Choose the rating that stands for each examination, so that a difference is not one between people.

    It is that of the person who has rated most of them, else one that is signed, else the first. Of a person who has
    rated an examination again the first counts.

    Parameters
    ----------
    of : sequence of Shown
        The examinations of one patient.
    """
    raters = Counter(rater for one in of for rater in {rated.rating.rater for rated in one.rated})
    most = min(raters, key=lambda rater: (-raters[rater], rater), default=None)
    found = []
    for one in of:
        firsts: dict[str, Rated] = {}
        for rated in one.rated:
            firsts.setdefault(rated.rating.rater, rated)
        if firsts:
            # The first of those that are as good: they are in the order in which they were locked.
            best = max(firsts.values(), key=lambda rated: (rated.rating.rater == most, rated.signed))
            found.append(Standing(best.point, best.signed))
    return found


def last_changes(of: Iterable[Shown], *, rating_sd: float | None) -> list[Change]:
    """Hold the last two examinations of a patient that a person may be shown against each other, source by source.

    Parameters
    ----------
    of : iterable of Shown
        Of one patient, in any order.
    rating_sd : float or None
        See :func:`noise_here`.

    Returns
    -------
    list of Change
        Of ratings and of estimates, where two have them; empty of fewer than two.
    """
    last = _last(of)
    rated = [one.point for one in standing(last)]
    estimated = [one.estimate for one in last if one.estimate is not None]
    return [
        change
        for points in (rated, estimated)
        for change in changes(points, rating_sd=rating_sd, zone=None)[0]
    ]


def last_drafts(of: Iterable[Shown]) -> set[str]:
    """Name those of the examinations held against each other by :func:`last_changes` whose rating nobody has signed."""
    return {one.point.examination for one in standing(_last(of)) if not one.signed}


def _last(of: Iterable[Shown]) -> list[Shown]:
    return sorted((one for one in of if one.rated), key=lambda one: one.state.held_at)[-2:]


def rated_twice(rated: Iterable[Rated]) -> dict[tuple[str, str], list[Pair]]:
    """Pair the ratings of each two people of one examination as they were locked, without having seen the estimate."""
    blind = [one for one in rated if one.rating.estimate_seen is False]
    patients = {one.rating.examination: one.rating.patient for one in blind}
    return between_raters(patients, [one.first_point for one in blind])


def noise_here(desk: Desk, states: Iterable[ExaminationState]) -> tuple[float | None, int]:
    """Say how far one rating of a total is from another of the same examination at this site.

    From what the person may be shown: examinations that this person and at least one other have rated.

    Parameters
    ----------
    desk : Desk
    states : iterable of ExaminationState
        Of the whole site.

    Returns
    -------
    float or None
        In points; None of fewer than three pairs. See :func:`tdscreen.course.raters.noise_of_ratings`.
    int
        Of how many pairs.
    """
    twice = [one for one in states if one.own is OwnRating.LOCKED and one.locked_ratings > 1]
    pairs = [pair for pairs in rated_twice(shown_ratings(desk, twice)).values() for pair in pairs]
    return noise_of_ratings(pairs), len(pairs)


def _shown(state: ExaminationState, seen: Findings) -> Shown:
    newest = seen.estimates[-1] if seen.estimates else None
    return Shown(
        state,
        _rated(seen),
        newest,
        None if newest is None else point_of_estimate(seen.examination, newest),
        withheld_estimate=False,
        withheld_ratings=0,
    )


def _rated(seen: Findings) -> tuple[Rated, ...]:
    found = []
    for rating in seen.ratings:
        point = point_of_rating(seen.examination, rating)
        first = point_of_rating(seen.examination, rating, as_locked=True)
        if point is not None and first is not None:
            signed = any(one.rating == rating.id and one.scores == rating.current for one in seen.sign_offs)
            found.append(Rated(rating, point, first, signed))
    return tuple(sorted(found, key=lambda one: one.rating.locked_at or one.rating.saved_at))
