"""Whether something changed: beyond the measurement's own noise **and** by what matters, or it is not said."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, tzinfo
from enum import StrEnum

from tdscreen.course.points import Point, Source
from tdscreen.settings import COURSE, CourseSettings
from tdscreen.vocabulary import Item

_HOURS = 24.0


class Judgement(StrEnum):
    """What may be said of a difference."""

    CHANGED = "changed"
    WITHIN_NOISE = "within_noise"
    TOO_SMALL = "too_small"
    CANNOT_TELL = "cannot_tell"


@dataclass(frozen=True)
class Change:
    """The later of two points held against the earlier.

    Attributes
    ----------
    earlier, later : Point
        Of one source.
    items : tuple of Item
        That both have, and over which the total is compared.
    difference : float
        Of the totals, in points; above 0 is worse.
    noise : float or None
        A smaller difference may come from the measurement alone (95 %); None if that is not known.
    important : tuple of float
        The minimal important differences that are held against it, smaller first.
    important_by : int
        How many of these it reaches.
    judgement : Judgement
    said : tuple of str
        The judgement with its reason, then whatever makes the two hard to compare. In sentences.
    """

    earlier: Point
    later: Point
    items: tuple[Item, ...]
    difference: float
    noise: float | None
    important: tuple[float, ...]
    important_by: int
    judgement: Judgement
    said: tuple[str, ...]


def compare(
    earlier: Point,
    later: Point,
    *,
    rating_sd: float | None = None,
    zone: tzinfo | None = UTC,
    settings: CourseSettings = COURSE,
) -> Change:
    """Hold a point against an earlier one of the same source.

    Parameters
    ----------
    earlier, later : Point
    rating_sd : float, optional
        How far one rating of a total is from another of the same clip, in points, as this clinic's double ratings say
        (:func:`tdscreen.course.raters.noise_of_ratings`). Without it no change of a rating is told from noise.
    zone : tzinfo or None
        Of the clinic, for the time of day; None for that of this machine.
    settings : CourseSettings

    Raises
    ------
    ValueError
        One is a rating and the other an estimate.
    """
    if earlier.source is not later.source:
        raise ValueError("A rating is not compared with an estimate.")
    items = tuple(item for item in Item if item in earlier.items and item in later.items)
    difference = later.total(items) - earlier.total(items)
    noise = _noise(earlier, later, items, rating_sd, settings)
    important_by = sum(abs(difference) >= least for least in settings.important_points)
    judgement, why = _judge(items, difference, noise, important_by, earlier.source, settings)
    return Change(
        earlier,
        later,
        items,
        difference,
        noise,
        settings.important_points,
        important_by,
        judgement,
        (why, *_cautions(earlier, later, items, zone, settings)),
    )


def changes(
    points: Sequence[Point],
    *,
    rating_sd: float | None = None,
    zone: tzinfo | None = UTC,
    settings: CourseSettings = COURSE,
) -> tuple[list[Change], str]:
    """Hold each point of one source against the one before it.

    Returns
    -------
    list of Change
        One fewer than there are points; empty of fewer than two.
    str
        Why there is none; empty if there are some.
    """
    ordered = sorted(points, key=lambda point: point.held_at)
    if len(ordered) < 2:
        n = "no examination" if not ordered else "one examination"
        return [], f"There is {n}: a change is told from two."
    return [
        compare(before, after, rating_sd=rating_sd, zone=zone, settings=settings)
        for before, after in itertools.pairwise(ordered)
    ], ""


def _noise(
    earlier: Point, later: Point, items: Sequence[Item], rating_sd: float | None, settings: CourseSettings
) -> float | None:
    if earlier.source is Source.RATING:
        # Of one rating; the difference of two has twice its variance.
        return None if rating_sd is None else settings.noise_z * rating_sd * math.sqrt(2.0)
    first, second = earlier.total_sd(items), later.total_sd(items)
    return None if first is None or second is None else settings.noise_z * math.hypot(first, second)


def _judge(
    items: Sequence[Item],
    difference: float,
    noise: float | None,
    important_by: int,
    source: Source,
    settings: CourseSettings,
) -> tuple[Judgement, str]:
    low, high = settings.important_points
    if not items:
        return Judgement.CANNOT_TELL, "No item was seen at both examinations."
    size = f"{abs(difference):.1f} points"
    if noise is None:
        why = (
            "how far two ratings of one clip differ here is not known; have some examinations rated by two people"
            if source is Source.RATING
            else "the estimate does not say how sure it is"
        )
        return Judgement.CANNOT_TELL, f"A difference of {size} cannot be told from noise: {why}."
    if abs(difference) <= noise:
        return (
            Judgement.WITHIN_NOISE,
            f"A difference of {size} may come from the measurement alone, which moves by up to {noise:.1f}.",
        )
    beyond = f"{size} is more than the measurement's own {noise:.1f}"
    if important_by == 0:
        return (
            Judgement.TOO_SMALL,
            f"{beyond}, and less than what is known to matter to a person ({low:g} to {high:g} points).",
        )
    by = (
        f"by both minimal important differences ({low:g} and {high:g} points)"
        if important_by == len(settings.important_points)
        else f"by the minimal important difference of {low:g} points, and not by that of {high:g}"
    )
    return Judgement.CHANGED, f"{'Worse' if difference > 0 else 'Better'}: {beyond}, and matters {by}."


def _cautions(
    earlier: Point, later: Point, items: Sequence[Item], zone: tzinfo | None, settings: CourseSettings
) -> list[str]:
    said = []
    first, second = (point.held_at.astimezone(zone) for point in (earlier, later))
    apart_h = abs((first.hour + first.minute / 60) - (second.hour + second.minute / 60))
    if min(apart_h, _HOURS - apart_h) > settings.same_time_of_day_h:
        said.append(
            f"They were held at another time of day ({first:%H:%M} and {second:%H:%M}), and the movements change "
            "within a day."
        )
    if missing := len(set(earlier.items) ^ set(later.items)):
        said.append(
            f"{missing} of the items {'was' if missing == 1 else 'were'} seen at one of the two only, and "
            f"{'is' if missing == 1 else 'are'} left out: {len(items)} of 7 are compared."
        )
    if earlier.by != later.by:
        said.append(
            "Another person rated."
            if earlier.source is Source.RATING
            else "Another version of the scoring model made the later estimate: assess the earlier examination anew."
        )
    return said
