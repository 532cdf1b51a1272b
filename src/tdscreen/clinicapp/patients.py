"""The patients of a site: found, and added."""

from __future__ import annotations

import streamlit as st

from tdscreen.clinicapp.visit import PageName, change, go, seen
from tdscreen.clinicapp.words import SEXES
from tdscreen.printing import day
from tdscreen.records.clinic import Desk
from tdscreen.records.entries import Patient, PatientDetails, Sex
from tdscreen.records.patients import add_patient, patients

_SHOWN = 50
"""More rows than this nobody reads; the search finds the others."""


def show_patients(desk: Desk) -> None:
    """List the patients, and let one be found or added."""
    st.title("Patients", anchor=False)
    everybody = seen("patients", lambda: patients(desk))
    if everybody:
        wanted = st.text_input("Find by identifier", key="find").strip().casefold()
        found = [one for one in everybody if wanted in one.details.identifier.casefold()]
        if not found:
            st.markdown("Nobody here has such an identifier.")
        for one in found[:_SHOWN]:
            _row(one)
        if len(found) > _SHOWN:
            st.caption(f"The first {_SHOWN} of {len(found)}. Type more of the identifier to see others.")
    else:
        st.markdown("There are no patients yet.")
    st.header("Add a patient", anchor=False)
    with st.form("add-patient", clear_on_submit=True):
        details = ask_for_details(PatientDetails(""), "new")
        if st.form_submit_button("Add the patient", type="primary"):
            _add(desk, details)


def ask_for_details(now: PatientDetails, key: str) -> PatientDetails:
    """Ask what is known of a patient, within a form."""
    identifier = st.text_input(
        "Identifier",
        value=now.identifier,
        key=f"identifier-{key}",
        help="The clinic's own number, or a name. It is kept encrypted.",
    )
    year, sex = st.columns(2)
    born = year.number_input(
        "Year of birth (may be left empty)",
        min_value=1880,
        max_value=2100,
        value=now.year_of_birth,
        step=1,
        format="%d",
        key=f"year-{key}",
    )
    options: tuple[Sex | None, ...] = tuple(Sex)
    which = sex.selectbox(
        "Sex, as in the record",
        options,
        index=options.index(now.sex),
        format_func=lambda one: SEXES[one or Sex.UNKNOWN],
        key=f"sex-{key}",
    )
    return PatientDetails(identifier, None if born is None else int(born), which or Sex.UNKNOWN)


def facts(one: Patient) -> str:
    """Say in a line what is known of a patient."""
    born = f"born {one.details.year_of_birth}" if one.details.year_of_birth else "year of birth not noted"
    return f"{born}; sex {SEXES[one.details.sex]}; here since {day(one.added_at)}"


def _row(one: Patient) -> None:
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        # As plain text: an identifier is never read as formatting.
        st.text(f"{one.details.identifier}\n{facts(one)}")
        st.button(
            "Open",
            key=f"open-{one.id}",
            on_click=go,
            args=(PageName.PATIENT, one.id),
            width="content",
        )


def _add(desk: Desk, details: PatientDetails) -> None:
    added: list[Patient] = []
    change(
        lambda: added.append(add_patient(desk, details)),
        said="The patient is added.",
        then=lambda: go(PageName.PATIENT, added[0].id),
    )
    st.rerun()
