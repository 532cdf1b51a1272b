"""What raises a patient's risk, as a clinician says it, and when the patient is due by it."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from tdscreen.clinicapp.visit import change
from tdscreen.course.due import RULE, Due, due
from tdscreen.printing import day, moment
from tdscreen.records.clinic import Desk
from tdscreen.records.entries import Patient, Risk
from tdscreen.records.patients import say_risks
from tdscreen.records.worklist import ExaminationState


def due_of(desk: Desk, one: Patient, states: Sequence[ExaminationState]) -> Due:
    """Say when a patient is due.

    Parameters
    ----------
    desk : Desk
    one : Patient
    states : sequence of ExaminationState
        Of this patient's examinations.
    """
    rated_at = [state.held_at for state in states if state.examined]
    return due(one, rated_at, now=desk.clinic.now())


def due_in_words(found: Due) -> str:
    """Say when a patient is due, and why then."""
    if found.due_at is None:
        return "Nobody has rated an examination yet: the first is due now."
    why = f"high risk: {', '.join(found.reasons)}" if found.reasons else "no higher risk is known"
    when = "was due on" if found.overdue else "is due on"
    return f"The next examination {when} {day(found.due_at)}: every {found.interval_months} months ({why})."


def show_risk(desk: Desk, one: Patient, states: Sequence[ExaminationState]) -> None:
    """Show what was said of a patient's risk, when the patient is due, and let it be said."""
    st.header("Risk, and when the next examination is due", anchor=False)
    st.markdown(due_in_words(due_of(desk, one, states)))
    last = one.said_of_risk[-1] if one.said_of_risk else None
    if last is None:
        st.caption(
            "Nobody has said yet what raises this patient's risk. Until then only age and sex count, as far as they "
            "are noted."
        )
    else:
        said = ", ".join(str(risk) for risk in last.risks) or "none of what is asked"
        st.caption(f"Said by {last.said_by} on {moment(last.said_at)}: {said}.")
    with st.expander("Say what raises the risk"), st.form("risks"):
        st.caption(f"By the {RULE}. Age above 55 and sex are taken from what is known.")
        chosen = [
            risk
            for risk in Risk
            if st.checkbox(
                str(risk).capitalize(), value=last is not None and risk in last.risks, key=f"risk-{risk.name}"
            )
        ]
        if st.form_submit_button("Save what raises the risk"):
            change(lambda: say_risks(desk, one.id, chosen), said="Saved, with your name and the time.")
            st.rerun()
