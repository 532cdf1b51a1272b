"""A patient's course: what was rated and what was estimated at each examination, item by item, and the drugs."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from tdscreen.records.entries import Examination, Exposure, Rating, StoredAssessment
from tdscreen.vocabulary import Item

AIMS_NUMBER: Mapping[Item, int] = {item: number for number, item in enumerate(Item, 1)}
"""Items 1 to 7, of which the total is the sum."""


class Source(StrEnum):
    """Whose word a point is. The two are never joined to one line."""

    RATING = "rating"
    ESTIMATE = "estimate"


@dataclass(frozen=True)
class Score:
    """One item.

    Attributes
    ----------
    value : float
        0 to 4; of an estimate the expected score.
    sd : float or None
        How far it is from sure, in points; None of a rating, where nothing in it says so.
    """

    value: float
    sd: float | None


@dataclass(frozen=True)
class Point:
    """What one source says of one examination.

    Attributes
    ----------
    examination : str
    held_at : datetime
    source : Source
    by : str
        The rater; of an estimate the hash of the scoring model.
    items : mapping of Item to Score
        Those that were rated or assessed; the others are absent, and not 0.
    """

    examination: str
    held_at: datetime
    source: Source
    by: str
    items: Mapping[Item, Score]

    def total(self, items: Iterable[Item] | None = None) -> float:
        """Give the sum over items, by default all that are there."""
        return sum(self.items[item].value for item in (self.items if items is None else items))

    def total_sd(self, items: Iterable[Item] | None = None) -> float | None:
        """Give how far the sum is from sure, items taken as independent, as in the estimate's own interval."""
        found = [self.items[item].sd for item in (self.items if items is None else items)]
        known = [sd for sd in found if sd is not None]
        return math.sqrt(sum(sd**2 for sd in known)) if len(known) == len(found) else None


@dataclass(frozen=True)
class MedicationChange:
    """A drug that was noted for the first time, or with another dose.

    Attributes
    ----------
    drug : str
    noted_at : datetime
    since : str
        As it was noted; may be empty.
    before, after : str
        Doses; ``before`` is empty of a drug that is new.
    """

    drug: str
    noted_at: datetime
    since: str
    before: str
    after: str

    @property
    def at(self) -> datetime:
        """When it was, as far as that is known: the beginning of what ``since`` says, else when it was noted.

        A day begins on this machine's clock, as the pages show it.
        """
        for form in ("%Y-%m-%d", "%Y-%m", "%Y"):
            # The year 1 may lie before all that a clock can show.
            with contextlib.suppress(ValueError, OverflowError):
                return datetime.strptime(self.since.strip(), form).astimezone()
        return self.noted_at


def point_of_rating(examination: Examination, rating: Rating, *, as_locked: bool = False) -> Point | None:
    """Give what a locked rating says, as it stands after its changes; None of a draft.

    Parameters
    ----------
    examination : Examination
    rating : Rating
        Of it.
    as_locked : bool
        As it was before any change: whoever changes a rating may have seen the estimate and others' ratings by then.
    """
    if rating.locked is None:
        return None
    scores = (rating.locked if as_locked else rating.current).scores
    items = {
        item: Score(float(scores[number]), None) for item, number in AIMS_NUMBER.items() if number in scores
    }
    return Point(examination.id, examination.held_at, Source.RATING, rating.rater, items)


def point_of_estimate(examination: Examination, stored: StoredAssessment) -> Point | None:
    """Give what an assessment says; None of one that was destroyed.

    Parameters
    ----------
    examination : Examination
    stored : StoredAssessment
        Of it.
    """
    if stored.assessment is None:
        return None
    items = {}
    for item, said in stored.assessment.items.items():
        if said.assessed and said.probabilities is not None:
            mean = sum(score * share for score, share in enumerate(said.probabilities))
            square = sum(score**2 * share for score, share in enumerate(said.probabilities))
            items[item] = Score(mean, math.sqrt(max(square - mean**2, 0.0)))
    return Point(examination.id, examination.held_at, Source.ESTIMATE, stored.model_sha256, items)


def medication_changes(exposures: Iterable[Exposure]) -> list[MedicationChange]:
    """Give what changed from one note of a drug to the next, in the order in which it was noted.

    A drug is known by its name, whatever its case. That a drug is no longer taken is seen only where its dose says so.
    """
    doses: dict[str, str] = {}
    changes = []
    for exposure in sorted(exposures, key=lambda one: one.added_at):
        details = exposure.details
        drug, dose = details.drug.strip().casefold(), details.dose.strip()
        if doses.get(drug) != dose:
            changes.append(
                MedicationChange(details.drug, exposure.added_at, details.since, doses.get(drug, ""), dose)
            )
        doses[drug] = dose
    return changes
