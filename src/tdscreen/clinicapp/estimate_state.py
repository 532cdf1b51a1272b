"""Whether there is an estimate of an examination yet. What it says is told elsewhere, and only after the rating."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from tdscreen.clinicapp.identity import desk_of_page
from tdscreen.clinicapp.visit import Tone, change, forget, seen, tell
from tdscreen.records.clinic import Desk
from tdscreen.records.entries import Clip, Job, JobState
from tdscreen.records.jobs import enqueue, jobs, progress_of
from tdscreen.records.worklist import ExaminationState, OwnRating
from tdscreen.settings import CLINIC_PAGES

_OPEN = (JobState.WAITING, JobState.RUNNING)


def show_estimate_state(desk: Desk, state: ExaminationState, clips: Sequence[Clip]) -> None:
    """Say how far the estimate has come, and let one be asked for."""
    st.subheader("Estimate", anchor=False)
    asked = seen("jobs", lambda: jobs(desk, examination=state.examination))
    newest = asked[-1] if asked else None
    if state.estimated:
        where = "beside your rating" if state.own is OwnRating.LOCKED else "once you have locked your rating"
        st.markdown(f"There is an estimate. It is shown {where}.")
    elif newest is None and clips:
        st.markdown("There is no estimate of these clips. You can rate them all the same.")
    elif not clips:
        st.markdown("Once clips are here, tdscreen can estimate from them.")
    if newest is not None and newest.state in _OPEN:
        _poll(newest)
        return
    if newest is not None and newest.state is JobState.FAILED:
        tell(f"There is no new estimate. {newest.reason}", Tone.PROBLEM)
    elif newest is not None and newest.reason:
        st.text(newest.reason)
    if clips:
        st.button(
            "Estimate anew" if state.estimated else "Ask for an estimate",
            key="ask",
            on_click=change,
            args=(lambda: enqueue(desk_of_page(), state.examination),),
        )


@st.fragment(run_every=CLINIC_PAGES.poll_s)
def _poll(job: Job) -> None:
    # Asks who it is each time, as every look does.
    stands, done = progress_of(desk_of_page(), job.id)
    if stands not in _OPEN:
        forget()
        st.rerun()
    elif stands is JobState.WAITING:
        st.markdown(
            "The estimate waits for its turn. A program of its own makes it, which may run when this page is closed."
        )
    else:
        st.progress(done, text=f"The estimate is being made: {100 * done:.0f}%")
