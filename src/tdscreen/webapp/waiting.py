"""Clips are being measured: how far each has come, and a way to stop."""

from __future__ import annotations

import streamlit as st

from tdscreen.webapp.desk import Desk
from tdscreen.webapp.run import ClipState, ClipStatus, Run

POLL_S = 0.5

_STATES: dict[ClipState, str] = {
    ClipState.WAITING: "waiting for its turn",
    ClipState.TRACKING: "opening the clip",
    ClipState.MEASURING: "measuring movement",
    ClipState.DONE: "measured",
    ClipState.FAILED: "cannot be used",
    ClipState.CANCELLED: "cancelled",
}


def show_waiting(desk: Desk) -> None:
    """Show progress until the run ends, then the whole page again."""
    st.header("Measuring", anchor=False)
    _poll(desk)
    st.button(
        "Cancel",
        key="cancel",
        on_click=desk.forget_results,
        help="Stops the work. Your clips stay on the page.",
    )


@st.fragment(run_every=POLL_S)
def _poll(desk: Desk) -> None:
    run = desk.run
    if run is None or not run.running:
        st.rerun()
    else:
        _show_progress(run)


def _show_progress(run: Run) -> None:
    for request, status in zip(run.requests, run.statuses, strict=True):
        with st.container(border=True):
            st.text(f"{request.name}: {describe(status)}")
            if status.problem is not None:
                st.text(status.problem)
            else:
                st.progress(share_done(status))


def describe(status: ClipStatus) -> str:
    """Say how far a clip has come."""
    progress = status.progress
    if status.state is not ClipState.TRACKING or progress is None:
        return _STATES[status.state]
    whole = f" of {progress.duration_s:.0f} s" if progress.duration_s else " s"
    return f"{progress.frames} pictures, {progress.time_s:.1f}{whole}"


def share_done(status: ClipStatus) -> float:
    """Give the share of the work done, 0 to 1. A clip of unknown length shows little."""
    if status.state in (ClipState.DONE, ClipState.FAILED, ClipState.CANCELLED):
        return 1.0
    if status.state is ClipState.MEASURING:
        return 0.95
    progress = status.progress
    if progress is None or not progress.duration_s:
        return 0.0 if progress is None else 0.05
    share: float = progress.time_s / progress.duration_s
    return min(0.9, 0.9 * share)
