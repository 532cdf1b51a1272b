"""Tables for research: everything of the site, and nothing that says who anybody is."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from tdscreen.clinicapp.service import service
from tdscreen.clinicapp.tickets import Purpose
from tdscreen.clinicapp.visit import Tone, recall, remember, tell
from tdscreen.errors import InputError
from tdscreen.records.clinic import Desk
from tdscreen.reports.deidentified import require_study
from tdscreen.settings import CLINIC_PAGES, REPORTS

WHAT_IS_HIDDEN = (
    "Every person has a pseudonym of the study. Another study's pseudonyms are others.",
    f"All dates of a person are moved by the same secret number of days, up to {REPORTS.longest_shift_days}; times of "
    "day are true.",
    f"Ages from {REPORTS.oldest_age_years} up are one. Names of files and what people wrote freely are left out; drugs "
    "and doses are as somebody wrote them.",
    "No video leaves the store, and no picture.",
)
_PREPARED = "export"


@dataclass(frozen=True)
class _Prepared:
    """A download that the page offers."""

    purpose: Purpose
    ticket: str
    study: str


def show_research(desk: Desk) -> None:
    """Let a researcher download the tables of a study."""
    st.title("Export for research", anchor=False)
    st.markdown(
        "Ratings, estimates, measurements, drugs and what was asked at each examination, as CSV with a description of "
        "each column."
    )
    st.markdown("\n".join(f"- {one}" for one in WHAT_IS_HIDDEN))
    st.markdown(
        "**This is de-identified and not anonymous:** whoever knows a person's examinations may know the person again."
    )
    with st.form("export"):
        study = st.text_input("Short name of the study, as TD-2026", key="study")
        landmarks = st.checkbox(
            "With landmarks: the points of face and hands, picture by picture", key="with-landmarks"
        )
        st.markdown(
            "Landmarks are no picture, but **landmarks of a face may still identify a person**: treat them like the "
            "video."
        )
        if st.form_submit_button("Prepare the download", type="primary"):
            _prepare(desk, study.strip(), landmarks=landmarks)
    if isinstance(prepared := recall(_PREPARED), _Prepared):
        what = "tables and landmarks" if prepared.purpose is Purpose.LANDMARKS else "tables"
        st.link_button(
            f"Download the {what} of {prepared.study} (ZIP)", f"/clinic/{prepared.purpose}/{prepared.ticket}"
        )
        st.markdown(
            "What you download is no longer encrypted, and yours to look after. It stands in the audit log."
        )


def _prepare(desk: Desk, study: str, *, landmarks: bool) -> None:
    try:
        require_study(study)
    except InputError as error:
        tell(str(error), Tone.PROBLEM)
        return
    purpose = Purpose.LANDMARKS if landmarks else Purpose.TABLES
    ticket = service().tickets.write(
        purpose, staff=desk.staff.id, on=study, valid_s=CLINIC_PAGES.play_valid_s
    )
    remember(_PREPARED, _Prepared(purpose, ticket, study))
