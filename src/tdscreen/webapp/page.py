"""The page: which of its states it is in, and what is always in view."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import streamlit as st

from tdscreen.assessment.assess import notice_for
from tdscreen.errors import TdscreenError
from tdscreen.webapp.about import about_button, show_about
from tdscreen.webapp.desk import Desk
from tdscreen.webapp.intake import show_intake
from tdscreen.webapp.panels import notice_bar
from tdscreen.webapp.result import show_result
from tdscreen.webapp.scorer import model_in_use
from tdscreen.webapp.waiting import show_waiting

_DESK_KEY = "desk"
_HELD = "held"
"""Stands in the page's address while it holds clips, so that a page that lost them can say so."""

LOST = (
    "The clips that lay here were removed: the page was reloaded, or was away for more than a minute, as when a "
    "computer sleeps. Please drop them again."
)


def show() -> None:
    """Show the page in the state in which its desk is: clips, waiting, or result; or what is known of the model."""
    st.set_page_config(page_title="tdscreen", layout="wide", initial_sidebar_state="collapsed")
    st.html(f"<style>{style()}</style>")
    try:
        notice = notice_for(model_in_use())
    except TdscreenError as error:
        st.title("tdscreen", anchor=False)
        st.error(str(error))
        return
    st.html(notice_bar(notice))
    desk = _own_desk()
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.title("tdscreen", anchor=False, width="content")
        if not desk.reading:
            about_button(desk)
    if desk.clips:
        st.query_params[_HELD] = "1"
    elif _HELD in st.query_params:
        if desk.uploads_taken:
            # They were taken off one by one.
            del st.query_params[_HELD]
        else:
            st.info(LOST)
    if desk.reading:
        show_about(desk)
    elif desk.run is None:
        show_intake(desk)
    elif desk.run.running:
        show_waiting(desk)
    else:
        show_result(desk, desk.run)


def _own_desk() -> Desk:
    """Find this page's desk, or set up a new one; and see to it that it is cleared when the page has gone."""
    desk = st.session_state.get(_DESK_KEY)
    if desk is None or desk.closed:
        desk = st.session_state[_DESK_KEY] = Desk()
    _presence(desk.number, desk).present()
    return desk


@st.cache_resource(scope="session", on_release=Desk.leave, show_spinner=False)
def _presence(number: int, _desk: Desk) -> Desk:
    """Tie the desk of this number to the browser's connection: when that ends, Streamlit releases it."""
    return _desk


@cache
def style() -> str:
    """Give the style sheet of every page."""
    return Path(__file__).with_name("style.css").read_text(encoding="utf-8")
