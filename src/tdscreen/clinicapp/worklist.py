"""What waits: who is due, what you have not rated, what nobody has signed, what cannot be used, what grew worse.

What estimates say is listed only of examinations of which this person has locked a rating. What patients say themselves
at home is no estimate, and is listed at once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import UTC, datetime

import streamlit as st

from tdscreen.clinicapp.course import said_of
from tdscreen.clinicapp.patient import show_state
from tdscreen.clinicapp.risk import due_in_words, due_of
from tdscreen.clinicapp.visit import PageName, go, seen
from tdscreen.clinicapp.words import goes_soon
from tdscreen.course.change import Change, Judgement
from tdscreen.course.due import Due, Task, Why, worklist
from tdscreen.course.own_words import Concern, concerns
from tdscreen.course.shown import Shown, last_changes, last_drafts, noise_here, shown
from tdscreen.printing import counted, day, moment
from tdscreen.records.clinic import Desk
from tdscreen.records.own_words import own_words
from tdscreen.records.patients import patients
from tdscreen.records.worklist import (
    AtHome,
    ExaminationState,
    OwnRating,
    examination_states,
    unusable_examinations,
)
from tdscreen.settings import COURSE

_LONG_AGO = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Waiting:
    """What waits at a site for one person.

    Attributes
    ----------
    names : dict of str to str
        The clinic's own identifier of each patient.
    states : list of ExaminationState
    dues : list of Due
    tasks : list of Task
        Oldest first.
    changes : dict of str to list of Change
        The last of each patient.
    drafts : set of str
        Examinations whose rating in the course nobody has signed.
    concerns : list of Concern
        What patients said at home that somebody should speak to them about, oldest first.
    """

    names: dict[str, str]
    states: list[ExaminationState]
    dues: list[Due]
    tasks: list[Task]
    changes: dict[str, list[Change]]
    drafts: set[str]
    concerns: list[Concern]


def show_worklist(desk: Desk) -> None:
    """List what waits for the person at this desk."""
    st.title("Worklist", anchor=False)
    found = seen("waiting", lambda: _waiting(desk))
    if bad := [one for one in found.concerns if one.words.felt_bad]:
        _head("Felt bad while recording at home", len(bad), "")
        for one in bad:
            _row_of_concern(
                found,
                one,
                "Left a task out because it felt bad, or pressed “This is upsetting me”. Call.",
                among="felt-bad",
            )
    overdue = [one for one in found.dues if one.overdue]
    _list_dues("Overdue", found, overdue, "Nobody is overdue.")
    soon = [one for one in found.dues if one.soon]
    if soon:
        _list_dues("Due soon", found, soon, "")
    if going := goes_soon(found.states, desk.clinic.now()):
        _list("Video goes soon, not rated", going, "")
        st.caption(
            "After its day nobody can watch the video and rate it. To keep it longer, open the examination."
        )
    _list(
        "To be rated by you",
        [one for one in found.states if one.videos and (one.own is not OwnRating.LOCKED or one.came_since)],
        "You have rated everything that can be shown.",
    )
    _list(
        "To be signed",
        [one for one in found.states if one.locked_ratings and not one.signed],
        "No locked rating waits for a signature.",
    )
    _list_tasks(
        "Cannot be used",
        found,
        Why.UNUSABLE,
        "Every clip of an unrated examination can be used, as far as they were assessed.",
    )
    _list_tasks(
        "Sorted as elevated, not signed", found, Why.ELEVATED, "No estimate that you may see is sorted so."
    )
    _list_worse(found)
    _tell_of_what_cannot_be_told(found)
    hidden = sum(one.estimated and one.own is not OwnRating.LOCKED for one in found.states)
    if hidden:
        st.caption(
            f"What the estimates of {counted(hidden, 'examination')} say is in none of these lists: you see it once "
            "you have locked your own rating."
        )
    _list(
        "Without clips",
        [one for one in found.states if not one.clips],
        "Every examination has clips.",
    )


def _waiting(desk: Desk) -> Waiting:
    everybody = patients(desk)
    states = examination_states(desk)
    of: dict[str, list[ExaminationState]] = defaultdict(list)
    for state in states:
        of[state.patient].append(state)
    dues = sorted(
        (due_of(desk, one, of[one.id]) for one in everybody),
        # Who has never been rated comes first.
        key=lambda one: (one.due_at or _LONG_AGO, one.patient),
    )
    noise, _ = noise_here(desk, states)
    opened: dict[str, list[Shown]] = defaultdict(list)
    for each in shown(desk, _wanted(of)):
        opened[each.state.patient].append(each)
    changes = {patient: last_changes(found, rating_sd=noise) for patient, found in opened.items()}
    latest = [
        each.stored
        for found in opened.values()
        for each in found
        if each.stored is not None and not each.state.signed
    ]
    drafts = {examination for found in opened.values() for examination in last_drafts(found)}
    return Waiting(
        {one.id: one.details.identifier for one in everybody},
        states,
        dues,
        worklist(dues, unusable_examinations(desk), latest, changes, now=desk.clinic.now()),
        changes,
        drafts,
        concerns(own_words(desk), signed=[state.examination for state in states if state.signed]),
    )


def _wanted(of: Mapping[str, Sequence[ExaminationState]]) -> Iterator[ExaminationState]:
    """Choose what is opened: what nobody has signed, and the last two of each patient, of what may be seen."""
    for states in of.values():
        # Newest first.
        mine = [state for state in states if state.own is OwnRating.LOCKED]
        yield from (
            state for place, state in enumerate(mine) if place < 2 or (state.estimated and not state.signed)
        )


def _list(title: str, states: Sequence[ExaminationState], otherwise: str) -> None:
    _head(title, len(states), otherwise)
    for state in states:
        # The same examination may wait for two things.
        show_state(state, named=True, among=f"{title}-")


def _list_dues(title: str, found: Waiting, dues: Sequence[Due], otherwise: str) -> None:
    _head(title, len(dues), otherwise)
    for one in dues:
        _row(f"{found.names[one.patient]}\n{due_in_words(one)}", PageName.PATIENT, one.patient, among=title)


def _list_tasks(title: str, found: Waiting, why: Why, otherwise: str) -> None:
    tasks = [task for task in found.tasks if task.why is why]
    _head(title, len(tasks), otherwise)
    for task in tasks:
        name = _named(found, task.patient, task.examination)
        if why is Why.UNUSABLE:
            said = (
                f"No clip can be used, as was found on {day(task.since)}. Film again, or rate what you saw."
            )
            _row(f"{name}\n{said}", PageName.EXAMINATION, task.examination, among=title)
        else:
            _row(name, PageName.COMPARISON, task.examination, among=title)


def _tell_of_what_cannot_be_told(found: Waiting) -> None:
    """Say of how many patients a difference that would matter cannot be told from noise: that is not no change."""
    least = min(COURSE.important_points)
    unsure = sum(
        any(change.judgement is Judgement.CANNOT_TELL and change.difference >= least for change in changes)
        for changes in found.changes.values()
    )
    if unsure:
        st.caption(
            f"Of {counted(unsure, 'patient')} the last rating or estimate is higher by {least:g} points or more, and "
            "it cannot be told whether that is noise: the course says why."
        )


def _list_worse(found: Waiting) -> None:
    """List what grew worse by what this person may see, and then by the patients' own words."""
    title = "Worse than before"
    tasks = [task for task in found.tasks if task.why is Why.WORSE]
    worse = [one for one in found.concerns if one.is_worse]
    _head(title, len(tasks) + len(worse), "Of what you may see nothing may be called worse.")
    for task in tasks:
        # Why it is called change stands on the page that it leads to, too.
        said = _worse_in_words(found.changes[task.patient], task.examination, found.drafts)
        name = _named(found, task.patient, task.examination)
        _row(f"{name}\n{said}", PageName.COURSE, task.patient, among=title)
    for one in worse:
        more = [
            *(["is more bothered by the movements"] if one.more_bothered else []),
            *(["says that they get in the way more"] if one.more_in_the_way else []),
        ]
        said = f"By the patient's own words, not by an estimate: {' and '.join(more)} than the last time."
        _row_of_concern(found, one, said, among="own-words")


def _row_of_concern(found: Waiting, one: Concern, said: str, *, among: str) -> None:
    words = one.words
    if words.examination:
        name = _named(found, words.patient, words.examination)
        _row(f"{name}\n{said}", PageName.EXAMINATION, words.examination, among=among)
    else:
        name = f"{found.names[words.patient]}\nrecorded at home on {moment(words.at)}, without a clip"
        _row(f"{name}\n{said}", PageName.PATIENT, words.patient, among=among)


def _named(found: Waiting, patient: str, examination: str) -> str:
    (state,) = [one for one in found.states if one.examination == examination]
    where = "" if state.at_home is AtHome.NO else ", recorded at home"
    return f"{found.names[patient]}\nexamination of {moment(state.held_at)}{where}"


def _worse_in_words(changes: Sequence[Change], examination: str, drafts: Set[str]) -> str:
    return "\n".join(
        f"{change.later.source.capitalize()}s. {' '.join(said_of(change, drafts))}"
        for change in changes
        if change.later.examination == examination
        and change.judgement is Judgement.CHANGED
        and change.difference > 0
    )


def _head(title: str, n: int, otherwise: str) -> None:
    st.header(f"{title} ({n})" if n else title, anchor=False)
    if not n:
        st.markdown(otherwise)


def _row(text: str, page: PageName, of: str, *, among: str) -> None:
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        # As plain text: an identifier is never read as formatting.
        st.text(text)
        st.button("Open", key=f"open-{among}-{of}", on_click=go, args=(page, of), width="content")
