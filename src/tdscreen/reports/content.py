"""What a report is made from: one examination, what people rated, what tdscreen estimated, and who stands for it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from tdscreen import __version__
from tdscreen.assessment.json_form import from_json, to_json
from tdscreen.records.administration import staff
from tdscreen.records.assessments import estimates, without_names
from tdscreen.records.clinic import Desk
from tdscreen.records.clips import clips
from tdscreen.records.entries import (
    MOVEMENT_ITEMS,
    Clip,
    Examination,
    ExposureDetails,
    Rating,
    Scores,
    Sex,
    SignOff,
    StoredAssessment,
)
from tdscreen.records.examinations import examination
from tdscreen.records.patients import exposures, patient
from tdscreen.records.ratings import ratings, sign_offs
from tdscreen.records.worklist import examination_states

HIGHEST_SCORE = 4

NOT_RATED_YET = (
    "There is no estimate in this report: it is shown to whoever has locked a rating of this examination, and the "
    "person who made the report has not."
)
NOT_ASSESSED_YET = "There is no estimate: tdscreen has not assessed the clips of this examination."
DESTROYED = "There is no estimate any more: it was destroyed when its time was over."


@dataclass(frozen=True)
class Shown:
    """What of a patient a report shows. The rest says that it is not shown.

    Attributes
    ----------
    identifier, birth_and_sex, drugs : bool
        Without the identifier the names of files are left out, too; what people wrote freely is not.
    """

    identifier: bool = True
    birth_and_sex: bool = True
    drugs: bool = True


@dataclass(frozen=True)
class Total:
    """The sum over those of items 1 to 7 that a person rated.

    Attributes
    ----------
    points : int or None
        None if none was rated: that is no total of 0.
    maximum : int
        Four times the items rated.
    items : int
        Of seven.
    """

    points: int | None
    maximum: int
    items: int


@dataclass(frozen=True)
class Signature:
    """Somebody stands for a rating.

    Attributes
    ----------
    sign_off : SignOff
    name : str
        Of who signed.
    """

    sign_off: SignOff
    name: str


@dataclass(frozen=True)
class PersonsRating:
    """One person's locked rating, and the signatures under it.

    Attributes
    ----------
    rating : Rating
    rater : str
        Name.
    signatures : tuple of Signature
        Oldest first, those under scores that were changed since, too.
    """

    rating: Rating
    rater: str
    signatures: tuple[Signature, ...]

    @property
    def signed(self) -> Signature | None:
        """The last signature under the rating as it stands; None if there is none."""
        under = [one for one in self.signatures if one.sign_off.scores == self.rating.current]
        return under[-1] if under else None

    @property
    def total(self) -> Total:
        """The sum over items 1 to 7 as the rating stands."""
        return total_of(self.rating.current)


@dataclass(frozen=True)
class ExaminationReport:
    """All that a report of one examination says.

    Attributes
    ----------
    site : str
    patient : str
        Random identifier.
    identifier : str or None
        The clinic's own; None if it is not shown.
    year_of_birth : int or None
        None if it is not known or not shown.
    sex : Sex or None
        None if it is not shown.
    drugs : tuple of ExposureDetails or None
        None if they are not shown.
    shown : Shown
    examination : Examination
    clips : tuple of Clip
    ratings : tuple of PersonsRating
        Locked ones that the person who makes the report may see; the signed first, then by time.
    withheld : int
        So many other people have locked a rating, and the person who makes the report has not: theirs are not in it.
    estimate : StoredAssessment or None
        The newest that is kept.
    estimate_absent : str or None
        Why there is none, as a sentence.
    estimates_kept : int
        How many there are, those made before included.
    as_of : datetime
        The last that happened to any of it. A report of the same says the same, whenever it is made.
    tdscreen : str
        Version that made the report.
    """

    site: str
    patient: str
    identifier: str | None
    year_of_birth: int | None
    sex: Sex | None
    drugs: tuple[ExposureDetails, ...] | None
    shown: Shown
    examination: Examination
    clips: tuple[Clip, ...]
    ratings: tuple[PersonsRating, ...]
    withheld: int
    estimate: StoredAssessment | None
    estimate_absent: str | None
    estimates_kept: int
    as_of: datetime
    tdscreen: str = __version__

    @property
    def is_draft(self) -> bool:
        """No person has signed a rating as it stands, as far as the report holds ratings."""
        return all(one.signed is None for one in self.ratings)


def total_of(scores: Scores) -> Total:
    """Add up items 1 to 7 as far as they were rated.

    Parameters
    ----------
    scores : Scores

    Returns
    -------
    Total
    """
    rated = [int(scores.scores[number]) for number in MOVEMENT_ITEMS if number in scores.scores]
    return Total(sum(rated) if rated else None, HIGHEST_SCORE * len(rated), len(rated))


def collect(desk: Desk, identifier: str, *, shown: Shown | None = None) -> ExaminationReport:
    """Read from the store what a report of an examination says. Whatever is looked at is in the audit log.

    The estimate is in it only if the person at the desk has locked a rating of this examination, and then counts as
    shown to that person.

    Parameters
    ----------
    desk : Desk
    identifier : str
        Of the examination.
    shown : Shown, optional
        By default everything.

    Returns
    -------
    ExaminationReport

    Raises
    ------
    InputError
        This site has no such examination, or the person's role does not allow it.
    """
    shown = shown or Shown()
    held = examination(desk, identifier)
    who = patient(desk, held.patient)
    taken = exposures(desk, held.patient)
    rated = [one for one in ratings(desk, identifier) if one.locked_at is not None]
    signed = sign_offs(desk, identifier)
    names = {member.id: member.name for member in staff(desk)}
    of_people = sorted(
        (
            PersonsRating(
                one,
                names.get(one.rater, one.rater),
                tuple(
                    Signature(sign_off, names.get(sign_off.signed_by, sign_off.signed_by))
                    for sign_off in signed
                    if sign_off.rating == one.id
                ),
            )
            for one in rated
        ),
        key=lambda one: (one.signed is None, one.rating.locked_at, one.rating.id),
    )
    if any(one.rater == desk.staff.id for one in rated):
        found = estimates(desk, identifier)
        kept = [one for one in found if one.assessment is not None]
        absent = None if kept else DESTROYED if found else NOT_ASSESSED_YET
        withheld = 0
    else:
        kept, absent = [], NOT_RATED_YET
        withheld = next(
            state.locked_ratings
            for state in examination_states(desk, patient=held.patient)
            if state.examination == identifier
        )
    given = clips(desk, identifier)
    if not shown.identifier:
        # What a file is called often says whose it is.
        given = [replace(one, file_name=f"clip {place}") for place, one in enumerate(given, start=1)]
        kept = [_without_file_names(one) for one in kept]
    times = [held.added_at, *(one.added_at for one in taken), *(one.added_at for one in given)]
    times += [one.added_at for one in kept[-1:]]
    for one in of_people:
        times += [one.rating.saved_at, *(change.changed_at for change in one.rating.changes)]
        times += [time for time in (one.rating.locked_at,) if time is not None]
        times += [signature.sign_off.signed_at for signature in one.signatures]
    return ExaminationReport(
        site=desk.staff.site,
        patient=held.patient,
        identifier=who.details.identifier if shown.identifier else None,
        year_of_birth=who.details.year_of_birth if shown.birth_and_sex else None,
        sex=who.details.sex if shown.birth_and_sex else None,
        drugs=tuple(one.details for one in taken) if shown.drugs else None,
        shown=shown,
        examination=held,
        clips=tuple(given),
        ratings=tuple(of_people),
        withheld=withheld,
        estimate=kept[-1] if kept else None,
        estimate_absent=absent,
        estimates_kept=len(kept),
        as_of=max(times),
    )


def _without_file_names(one: StoredAssessment) -> StoredAssessment:
    if one.assessment is None:
        return one
    return replace(one, assessment=from_json(without_names(to_json(one.assessment))))
