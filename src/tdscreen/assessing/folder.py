"""A folder or a table of clips comes into a clinic's store, by the same names that a batch reads."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tdscreen.batch.plan import Plan, PlannedClip
from tdscreen.errors import InputError, TdscreenError
from tdscreen.printing import counted, printable
from tdscreen.records.clinic import Desk
from tdscreen.records.clips import KnownClipError, import_clip
from tdscreen.records.entries import PatientDetails
from tdscreen.records.examinations import add_examination, check_when_held, examinations
from tdscreen.records.jobs import enqueue
from tdscreen.records.known_clips import KnownClip, find_known_clip
from tdscreen.records.patients import add_patient, find_patient, patient
from tdscreen.records.roles import Act, require

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
    held_at : datetime or None
        With the zone of this machine; None if ``problem`` says why there is none.
    clips : tuple of PlannedClip
    problem : str
        A sentence, or empty.
    """

    name: str
    person: str
    held_at: datetime.datetime | None
    clips: tuple[PlannedClip, ...]
    problem: str = ""


@dataclass(frozen=True)
class TakenIn:
    """What became of a sitting.

    Attributes
    ----------
    sitting : Sitting
    examination : str or None
        Identifier; None of a sitting none of whose clips is there.
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
    else it is the time at which the first of the files was last written. A sitting whose date is none says so itself.

    Raises
    ------
    InputError
        A clip does not say whose it is.
    """
    nobody = [clip.name for clip in plan.clips if clip.person is None]
    if nobody:
        raise InputError(
            f"{counted(len(nobody), 'clip')} {'does' if len(nobody) == 1 else 'do'} not say whose "
            f"{'it is' if len(nobody) == 1 else 'they are'}: {_some(nobody)}. Call clips sub-PERSON_ses-DAY_task-TASK, "
            "or name them in a table with the columns file, task, person and date."
        )
    return [_sitting(name, clips) for name, clips in plan.examinations().items()]


def _sitting(name: str, clips: tuple[PlannedClip, ...]) -> Sitting:
    person = str(clips[0].person).removeprefix(_SUBJECT)
    try:
        return Sitting(name, person, _held_at(clips), clips)
    except InputError as error:
        return Sitting(name, person, None, clips, str(error))


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
        Add patients that the site does not have, once there is a clip to take in.
    assess : bool
        Ask for each examination to be assessed that has got a clip.
    on_clip : callable
        Is called after each clip.

    Raises
    ------
    InputError
        The site does not have a patient, or this is not for whoever is at the desk; nothing is taken in then.
    """
    # Said once, and not of each clip.
    require(desk.staff.role, Act.RECORD)
    people = dict.fromkeys(sitting.person for sitting in sittings)
    found = {person: find_patient(desk, person) for person in people}
    unknown = [person for person, known in found.items() if known is None]
    if unknown and not new_patients:
        raise InputError(
            f"{counted(len(unknown), 'patient')} {'is' if len(unknown) == 1 else 'are'} not known at this site: "
            f"{_some(unknown)}. Check the names, or add them with --new-patients."
        )
    ids = {person: known.id for person, known in found.items() if known}
    for sitting in sittings:
        yield _take_in(desk, sitting, ids, assess=assess, on_clip=on_clip)


def _take_in(
    desk: Desk, sitting: Sitting, ids: dict[str, str], *, assess: bool, on_clip: Callable[[], None]
) -> TakenIn:
    """Take one sitting in; a patient or an examination is added only for a clip that is new."""
    if sitting.held_at is None:
        problem = InputError(sitting.problem)
        return TakenIn(sitting, None, 0, 0, _all_refused(sitting.clips, problem, on_clip))
    held_at = sitting.held_at
    whose = ids.get(sitting.person)
    new, there, refused = [], [], []
    for clip in sitting.clips:
        try:
            kept = find_known_clip(desk, Path(clip.path))
            if kept is None:
                new.append(clip)
                continue
            if kept.patient != whose:
                raise InputError(_of_another(desk, kept))
            there.append(kept.examination)
        except TdscreenError as error:
            refused.append(_said_of(clip, error))
        on_clip()
    visit, added, known = there[0] if there else None, 0, len(there)
    try:
        visit = _examination_for(desk, sitting.person, held_at, ids, visit) if new else visit
    except InputError as error:
        # As one that is said to be of next year: the others come in all the same.
        return TakenIn(sitting, visit, 0, known, (*refused, *_all_refused(new, error, on_clip)))
    for clip in new:
        try:
            import_clip(
                desk, str(visit), Path(clip.path), task=clip.task, name=clip.file, mirrored=clip.mirrored
            )
            added += 1
        except KnownClipError:
            # Twice in this sitting, under two names.
            known += 1
        except TdscreenError as error:
            refused.append(_said_of(clip, error))
        on_clip()
    if visit is not None and added and assess:
        enqueue(desk, visit)
    return TakenIn(sitting, visit, added, known, tuple(refused))


def _examination_for(
    desk: Desk, person: str, held_at: datetime.datetime, ids: dict[str, str], of_the_others: str | None
) -> str:
    """Give the examination that new clips of a sitting belong to; add it, and the patient, where there is none.

    That of the sitting's own time, or else the one that has others of its clips: the time of a file changes with a
    copy, and noon with the zone of the machine.
    """
    whose = ids.get(person)
    if whose is not None:
        same = [one.id for one in examinations(desk, whose) if one.held_at == held_at]
        if same or of_the_others is not None:
            return same[0] if same else str(of_the_others)
    check_when_held(held_at, now=desk.clinic.now())
    if whose is None:
        whose = ids[person] = add_patient(desk, PatientDetails(person)).id
    return add_examination(desk, whose, held_at=held_at).id


def _of_another(desk: Desk, kept: KnownClip) -> str:
    whose = printable(patient(desk, kept.patient).details.identifier)
    return f"This very clip is there already, of the patient {whose}. It was not added again."


def _all_refused(
    clips: Iterable[PlannedClip], error: TdscreenError, on_clip: Callable[[], None]
) -> tuple[str, ...]:
    said = tuple(_said_of(clip, error) for clip in clips)
    for _ in said:
        on_clip()
    return said


def _said_of(clip: PlannedClip, error: TdscreenError) -> str:
    said = str(error)
    return said if clip.file in said else f"{printable(clip.name)}: {said}"


def _held_at(clips: tuple[PlannedClip, ...]) -> datetime.datetime:
    """Read when a sitting was, on this machine's clock.

    Raises
    ------
    InputError
        It is no date, or none that this clock can show.
    """
    first = clips[0]
    said = first.date
    if said is None and first.session is not None and _is_day(first.session.removeprefix(_SESSION)):
        said = first.session.removeprefix(_SESSION)
    if said is None:
        written_s = min(clip.modified_ns for clip in clips) / 1e9
        return datetime.datetime.fromtimestamp(written_s).astimezone()
    try:
        time = datetime.datetime.fromisoformat(said)
        if "T" not in said and " " not in said:
            time = time.replace(hour=12)
        # A time without its zone is that of this machine.
        return time.astimezone()
    except (ValueError, OverflowError) as error:
        raise InputError(
            f"'{printable(said)}' is not a date. Write it as 2026-03-02, or with its time as 2026-03-02T14:30."
        ) from error


def _is_day(text: str) -> bool:
    try:
        datetime.date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _some(names: list[str]) -> str:
    named = ", ".join(printable(name) for name in names[:_NAMED])
    return named + (f" and {len(names) - _NAMED} more" if len(names) > _NAMED else "")
