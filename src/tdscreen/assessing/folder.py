"""A folder or a table of clips comes into a clinic's store, by the same names that a batch reads."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tdscreen.batch.plan import Plan, PlannedClip
from tdscreen.errors import InputError, TdscreenError
from tdscreen.printing import counted, printable
from tdscreen.records.clinic import Desk
from tdscreen.records.clips import KnownClipError, import_clip
from tdscreen.records.entries import PatientDetails
from tdscreen.records.examinations import add_examination, examinations
from tdscreen.records.jobs import enqueue
from tdscreen.records.patients import add_patient, find_patient

_SUBJECT, _SESSION = "sub-", "ses-"
_NAMED = 3


@dataclass(frozen=True)
class Sitting:
    """The clips of one sitting of one person, before they are taken in.

    Attributes
    ----------
    name : str
        As the plan calls it.
    person : str
        The clinic's own identifier of the patient.
    held_at : datetime
    clips : tuple of PlannedClip
    """

    name: str
    person: str
    held_at: datetime.datetime
    clips: tuple[PlannedClip, ...]


@dataclass(frozen=True)
class TakenIn:
    """What became of a sitting.

    Attributes
    ----------
    sitting : Sitting
    examination : str or None
        Identifier; None of a sitting that cannot be noted, none of whose clips was taken in then.
    added, known : int
        Clips that were taken in, and that were there already.
    refused : tuple of str
        Which clips were not taken in, and why, as sentences.
    """

    sitting: Sitting
    examination: str | None
    added: int
    known: int
    refused: tuple[str, ...]


def sittings_of(plan: Plan) -> list[Sitting]:
    """Read from a plan whose sittings these are, and when they were.

    The day is that of the table's column ``date``, or of a session that is called by one (``ses-20260302``), at noon;
    else it is the time at which the first of the files was last written.

    Raises
    ------
    InputError
        A clip does not say whose it is, or a date is none.
    """
    nobody = [clip.name for clip in plan.clips if clip.person is None]
    if nobody:
        raise InputError(
            f"{counted(len(nobody), 'clip')} {'does' if len(nobody) == 1 else 'do'} not say whose "
            f"{'it is' if len(nobody) == 1 else 'they are'}: {_some(nobody)}. Call clips sub-PERSON_ses-DAY_task-TASK, "
            "or name them in a table with the columns file, task, person and date."
        )
    return [
        Sitting(name, str(clips[0].person).removeprefix(_SUBJECT), _held_at(clips), clips)
        for name, clips in plan.examinations().items()
    ]


def take_in(
    desk: Desk,
    sittings: list[Sitting],
    *,
    new_patients: bool = False,
    assess: bool = True,
    on_clip: Callable[[], None] = lambda: None,
) -> Iterator[TakenIn]:
    """Take sittings in, one after the other; what is there already is not added again, so that it can be run again.

    Parameters
    ----------
    desk : Desk
        Of a clinician.
    sittings : list of Sitting
    new_patients : bool
        Add patients that the site does not have.
    assess : bool
        Ask for each examination to be assessed that has got a clip.
    on_clip : callable
        Is called after each clip.

    Raises
    ------
    InputError
        The site does not have a patient; nothing is taken in then.
    """
    people = dict.fromkeys(sitting.person for sitting in sittings)
    found = {person: find_patient(desk, person) for person in people}
    unknown = [person for person, patient in found.items() if patient is None]
    if unknown and not new_patients:
        raise InputError(
            f"{counted(len(unknown), 'patient')} {'is' if len(unknown) == 1 else 'are'} not known at this site: "
            f"{_some(unknown)}. Check the names, or add them with --new-patients."
        )
    ids = {
        person: (patient or add_patient(desk, PatientDetails(person))).id for person, patient in found.items()
    }
    for sitting in sittings:
        yield _take_in(desk, sitting, ids[sitting.person], assess=assess, on_clip=on_clip)


def _take_in(
    desk: Desk, sitting: Sitting, patient: str, *, assess: bool, on_clip: Callable[[], None]
) -> TakenIn:
    same = [one for one in examinations(desk, patient) if one.held_at == sitting.held_at]
    try:
        visit = same[0] if same else add_examination(desk, patient, held_at=sitting.held_at)
    except InputError as error:
        # As one that is said to be of next year: the others come in all the same.
        for _ in sitting.clips:
            on_clip()
        return TakenIn(
            sitting, None, 0, 0, tuple(f"{printable(clip.name)}: {error}" for clip in sitting.clips)
        )
    added = known = 0
    refused = []
    for clip in sitting.clips:
        try:
            import_clip(
                desk, visit.id, Path(clip.path), task=clip.task, name=clip.file, mirrored=clip.mirrored
            )
            added += 1
        except KnownClipError:
            known += 1
        except TdscreenError as error:
            said = str(error)
            refused.append(said if clip.file in said else f"{printable(clip.name)}: {said}")
        on_clip()
    if added and assess:
        enqueue(desk, visit.id)
    return TakenIn(sitting, visit.id, added, known, tuple(refused))


def _held_at(clips: tuple[PlannedClip, ...]) -> datetime.datetime:
    first = clips[0]
    said = first.date
    if said is None and first.session is not None and _is_day(first.session.removeprefix(_SESSION)):
        said = first.session.removeprefix(_SESSION)
    if said is None:
        written_s = min(clip.modified_ns for clip in clips) / 1e9
        return datetime.datetime.fromtimestamp(written_s, datetime.UTC)
    try:
        time = datetime.datetime.fromisoformat(said)
    except ValueError as error:
        raise InputError(
            f"'{printable(said)}' is not a date. Write it as 2026-03-02, or with its time as 2026-03-02T14:30."
        ) from error
    if "T" not in said and " " not in said:
        time = time.replace(hour=12)
    # A time without its zone is that of this machine.
    return time.astimezone(datetime.UTC)


def _is_day(text: str) -> bool:
    try:
        datetime.date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _some(names: list[str]) -> str:
    named = ", ".join(printable(name) for name in names[:_NAMED])
    return named + (f" and {len(names) - _NAMED} more" if len(names) > _NAMED else "")
