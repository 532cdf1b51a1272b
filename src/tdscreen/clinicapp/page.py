"""The frame of every page: who is asking, where they are, and the way to the others."""

from __future__ import annotations

import time
from collections.abc import Callable
from html import escape

import streamlit as st

from tdscreen.clinicapp.comparison import show_comparison
from tdscreen.clinicapp.components import follow_the_way_back
from tdscreen.clinicapp.course import show_course
from tdscreen.clinicapp.deletion import show_deletion
from tdscreen.clinicapp.examination import show_examination
from tdscreen.clinicapp.identity import desk_of_page, is_signed_in
from tdscreen.clinicapp.patient import show_patient
from tdscreen.clinicapp.patients import show_patients
from tdscreen.clinicapp.practice import show_training
from tdscreen.clinicapp.raters import show_raters
from tdscreen.clinicapp.rating import show_rating
from tdscreen.clinicapp.service import service
from tdscreen.clinicapp.visit import PageName, Tone, begin, go, place, show_what_came_of_it, tell
from tdscreen.clinicapp.worklist import show_worklist
from tdscreen.errors import TdscreenError
from tdscreen.records.clinic import Desk
from tdscreen.records.roles import Act, may, require
from tdscreen.settings import CLINIC_PAGES
from tdscreen.webapp.page import style
from tdscreen.webapp.panels import notice_bar

NOTICE = "For research use. A rating is a person's; an estimate by tdscreen supports it and replaces none."
_ACTIVE = "active"
_PAGES: dict[PageName, Callable[[Desk, str], None]] = {
    PageName.PATIENTS: lambda desk, _: show_patients(desk),
    PageName.WORKLIST: lambda desk, _: show_worklist(desk),
    PageName.PATIENT: show_patient,
    PageName.EXAMINATION: show_examination,
    PageName.RATING: show_rating,
    PageName.COMPARISON: show_comparison,
    PageName.COURSE: show_course,
    PageName.RATERS: lambda desk, _: show_raters(desk),
    PageName.TRAINING: show_training,
    PageName.DELETION: show_deletion,
}
_NEEDS: dict[PageName, Act] = {PageName.DELETION: Act.DELETE}
"""What a page is for; the others are for who rates. The store refuses each thing by itself."""
_MENU = {
    PageName.PATIENTS: "Patients",
    PageName.WORKLIST: "Worklist",
    PageName.RATERS: "Raters",
    PageName.TRAINING: "Training",
    PageName.DELETION: "Delete a patient",
}


def show() -> None:
    """Ask who it is, and show the page that the address names, or say why not."""
    st.set_page_config(page_title="tdscreen clinic", layout="wide", initial_sidebar_state="collapsed")
    st.html(f"<style>{style()}</style>")
    st.html(notice_bar(NOTICE))
    if not is_signed_in():
        st.title("tdscreen", anchor=False)
        st.button("Sign in", type="primary", key="sign-in", on_click=st.login)
        return
    here = place()
    try:
        desk = desk_of_page()
    except TdscreenError as error:
        tell(str(error), Tone.PROBLEM)
        _offer_to_sign_out()
        return
    begin(desk.staff.id, here)
    _head(desk)
    _sign_out_when_idle()
    show_what_came_of_it()
    follow_the_way_back()
    try:
        require(desk.staff.role, _needs(here.page))
        _PAGES[here.page](desk, here.of)
    except TdscreenError as error:
        tell(str(error), Tone.PROBLEM)


def _needs(page: PageName) -> Act:
    return _NEEDS.get(page, Act.RATE)


def _head(desk: Desk) -> None:
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        with st.container(horizontal=True, width="content"):
            for page, name in _MENU.items():
                if may(desk.staff.role, _needs(page)):
                    st.button(name, key=f"to-{page}", on_click=go, args=(page,))
        with st.container(horizontal=True, width="content", vertical_alignment="center"):
            st.html(
                f'<p class="td-small" style="margin:0">{escape(desk.staff.name)}, site {escape(desk.staff.site)}</p>',
                width="content",
            )
            _offer_to_sign_out()


def _offer_to_sign_out() -> None:
    if service().person is None:
        st.button("Sign out", key="sign-out", on_click=st.logout)


def _sign_out_when_idle() -> None:
    """Sign out who does nothing on the page for long; what is asked for by itself, as progress, does not count."""
    if service().person is None:
        st.session_state[_ACTIVE] = time.monotonic()
        _look_whether_idle()


@st.fragment(run_every=CLINIC_PAGES.idle_look_s)
def _look_whether_idle() -> None:
    if time.monotonic() - st.session_state[_ACTIVE] > CLINIC_PAGES.idle_s:
        # Once: asked again and again, a slow browser would begin its way out anew each time.
        st.session_state[_ACTIVE] = time.monotonic()
        st.logout()
