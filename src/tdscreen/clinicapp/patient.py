"""One patient: what is known, what the patient takes, and the examinations."""

from __future__ import annotations

from datetime import datetime
from html import escape

import streamlit as st

from tdscreen.clinicapp.at_home import show_invitations
from tdscreen.clinicapp.patients import ask_for_details, facts
from tdscreen.clinicapp.risk import show_risk
from tdscreen.clinicapp.visit import PageName, Tone, change, go, seen, tell
from tdscreen.clinicapp.words import goes_soon, standing
from tdscreen.errors import InputError
from tdscreen.printing import day, moment
from tdscreen.records.clinic import Desk
from tdscreen.records.entries import Examination, ExaminationDetails, Exposure, ExposureDetails
from tdscreen.records.examinations import add_examination
from tdscreen.records.patients import add_exposure, change_patient, exposures, patient
from tdscreen.records.worklist import ExaminationState, examination_states
from tdscreen.webapp.words import unformatted

_ANSWERS: dict[bool | None, str] = {None: "not asked", True: "yes", False: "no"}
_TIME_FORM = "%Y-%m-%d %H:%M"


def show_patient(desk: Desk, of: str) -> None:
    """Show a patient of the site."""
    one = seen("patient", lambda: patient(desk, of))
    taken = seen("exposures", lambda: exposures(desk, of))
    states = seen("states", lambda: examination_states(desk, patient=of))
    st.title(unformatted(one.details.identifier), anchor=False)
    st.caption(facts(one))
    with st.expander("Change what is known"), st.form("change-patient"):
        details = ask_for_details(one.details, "known")
        if st.form_submit_button("Save"):
            change(lambda: change_patient(desk, of, details), said="Saved.")
            st.rerun()
    st.header("Examinations", anchor=False)
    if soon := goes_soon(states, desk.clinic.now()):
        which = ", ".join(
            f"{day(one.held_at)} (until {day(until)})" for one in soon if (until := one.unrated_until)
        )
        tell(f"Video goes soon, and nobody has rated the examination of {which}.", Tone.PROBLEM)
    if states:
        st.button("Course over time", key="to-course", on_click=go, args=(PageName.COURSE, of))
    for state in states:
        show_state(state, named=False)
    if not states:
        st.markdown("There are none yet.")
    with st.expander("Add an examination", expanded=not states), st.form("add-examination"):
        held, asked = _ask_about_the_day()
        if st.form_submit_button("Add the examination", type="primary"):
            _add(desk, of, held, asked)
    show_risk(desk, one, states)
    show_invitations(desk, of)
    st.header("Drugs", anchor=False)
    if taken:
        st.html(_drugs(taken))
    else:
        st.markdown("None are noted.")
    with st.expander("Note a drug, or a new dose"), st.form("add-drug", clear_on_submit=True):
        drug = st.text_input("Drug", key="drug")
        since, dose = st.columns(2)
        exposure = ExposureDetails(
            drug=drug,
            since=since.text_input("Since (a year, a month or a day, as 2019-05)", key="since"),
            dose=dose.text_input("Dose, with its unit", key="dose"),
            note=st.text_input("Note", key="drug-note"),
        )
        if st.form_submit_button("Note it"):
            change(lambda: add_exposure(desk, of, exposure), said="Noted.")
            st.rerun()


def show_state(state: ExaminationState, *, named: bool, among: str = "") -> None:
    """Show how far an examination has come, and the way to it.

    Parameters
    ----------
    state : ExaminationState
    named : bool
        Whether the patient is named, too.
    among : str
        Tells it from the same examination in another list of the page.
    """
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        name = f"{state.patient_identifier}\n" if named else ""
        st.text(f"{name}{moment(state.held_at)}\n{standing(state)}")
        st.button(
            "Open",
            key=f"open-{among}{state.examination}",
            on_click=go,
            args=(PageName.EXAMINATION, state.examination),
            width="content",
        )


def ask_for_answers(now: ExaminationDetails, key: str) -> ExaminationDetails:
    """Ask what moves the score within a day, within a form."""
    st.markdown("**What moves the score within a day.** Leave what nobody asked.")
    mouth, teeth = st.columns(2)
    answers = tuple(_ANSWERS)
    gum = mouth.selectbox(
        "Something in the mouth, as gum",
        answers,
        index=answers.index(now.gum),
        format_func=_ANSWERS.__getitem__,
        key=f"gum-{key}",
    )
    dentures = teeth.selectbox(
        "Dentures worn",
        answers,
        index=answers.index(now.dentures),
        format_func=_ANSWERS.__getitem__,
        key=f"dentures-{key}",
    )
    slept, dose, cigarette = st.columns(3)
    return ExaminationDetails(
        gum=gum,
        dentures=dentures,
        hours_slept=slept.number_input(
            "Hours slept last night", 0.0, 24.0, now.hours_slept, 0.5, key=f"slept-{key}"
        ),
        hours_since_dose=dose.number_input(
            "Hours since the last dose", 0.0, None, now.hours_since_dose, 0.5, key=f"dose-{key}"
        ),
        hours_since_cigarette=cigarette.number_input(
            "Hours since the last cigarette",
            0.0,
            None,
            now.hours_since_cigarette,
            0.5,
            key=f"cigarette-{key}",
        ),
        note=st.text_input("Note", value=now.note, key=f"note-{key}"),
    )


def _ask_about_the_day() -> tuple[str, ExaminationDetails]:
    held = st.text_input(
        "Day and time, as 2026-03-01 09:30",
        value=datetime.now().strftime(_TIME_FORM),
        key="held",
    )
    return held, ask_for_answers(ExaminationDetails(), "new")


def _add(desk: Desk, of: str, held: str, asked: ExaminationDetails) -> None:
    added: list[Examination] = []

    def add() -> None:
        added.append(add_examination(desk, of, held_at=_time(held), details=asked))

    change(
        add,
        said="The examination is added. Its clips can be sent now.",
        then=lambda: go(PageName.EXAMINATION, added[0].id),
    )
    st.rerun()


def _time(text: str) -> datetime:
    try:
        # As the clock on the wall here says.
        return datetime.strptime(text.strip(), _TIME_FORM).astimezone()
    except (ValueError, OverflowError) as error:
        # The first and the last years that can be written do not exist in every zone.
        raise InputError(f"“{text}” is no day and time. Write them as 2026-03-01 09:30.") from error


def _drugs(taken: list[Exposure]) -> str:
    rows = "".join(
        f'<tr><th scope="row">{escape(one.details.drug)}</th>'
        f'<td data-label="Dose">{escape(one.details.dose)}</td>'
        f'<td data-label="Since">{escape(one.details.since)}</td>'
        f'<td data-label="Note">{escape(one.details.note)}</td>'
        f'<td data-label="Noted">{day(one.added_at)}, {escape(one.added_by)}</td></tr>'
        for one in taken
    )
    return (
        '<div class="td-scroll"><table class="td-table stack"><thead><tr><th scope="col">Drug</th>'
        '<th scope="col">Dose</th><th scope="col">Since</th><th scope="col">Note</th><th scope="col">Noted</th></tr>'
        f"</thead><tbody>{rows}</tbody></table></div>"
    )
