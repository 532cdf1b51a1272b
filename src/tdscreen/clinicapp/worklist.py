"""What waits: examinations that you have not rated, and ratings that nobody has signed."""

from __future__ import annotations

import streamlit as st

from tdscreen.clinicapp.patient import show_state
from tdscreen.clinicapp.visit import seen
from tdscreen.records.clinic import Desk
from tdscreen.records.worklist import ExaminationState, OwnRating, examination_states


def show_worklist(desk: Desk) -> None:
    """List what waits for the person at this desk."""
    st.title("Worklist", anchor=False)
    states = seen("states", lambda: examination_states(desk))
    _list(
        "To be rated by you",
        [one for one in states if one.videos and one.own is not OwnRating.LOCKED],
        "You have rated everything that can be shown.",
    )
    _list(
        "To be signed",
        [one for one in states if one.locked_ratings and not one.signed],
        "No locked rating waits for a signature.",
    )
    _list(
        "Without clips",
        [one for one in states if not one.clips],
        "Every examination has clips.",
    )


def _list(title: str, states: list[ExaminationState], otherwise: str) -> None:
    st.header(f"{title} ({len(states)})" if states else title, anchor=False)
    for state in states:
        # The same examination may wait for two things.
        show_state(state, named=True, among=f"{title}-")
    if not states:
        st.markdown(otherwise)
