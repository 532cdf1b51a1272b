"""Whether there is an estimate of an examination yet. What it says is told elsewhere, and only after the rating."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from tdscreen.records.clinic import Desk
from tdscreen.records.entries import Clip
from tdscreen.records.worklist import ExaminationState


def show_estimate_state(desk: Desk, state: ExaminationState, clips: Sequence[Clip]) -> None:
    """Say how far the estimate has come."""
    st.subheader("Estimate", anchor=False)
    if state.estimated:
        st.markdown("There is an estimate. It is shown once you have locked your rating.")
    elif clips:
        st.markdown("There is no estimate of these clips. You can rate them all the same.")
    else:
        st.markdown("Once clips are here, tdscreen can estimate from them.")
