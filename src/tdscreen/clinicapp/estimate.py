"""What tdscreen estimated, with its reasons. Only for whoever the store has given it to."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import streamlit as st

from tdscreen.printing import day, moment
from tdscreen.records.entries import StoredAssessment
from tdscreen.webapp.body_map import body_map
from tdscreen.webapp.panels import (
    clip_facts,
    coverage_panel,
    item_cards,
    notes_panel,
    origin,
    quality_table,
    triage_panel,
)


def show_estimate(stored: Sequence[StoredAssessment]) -> None:
    """Show the newest estimate of an examination, how its items came about, and how good the clips were."""
    st.header("Estimate", anchor=False)
    if not stored:
        st.markdown("There is no estimate of this examination.")
        return
    newest = stored[-1]
    if newest.assessment is None:
        when = "" if newest.destroyed_at is None else f" on {day(newest.destroyed_at)}"
        st.markdown(f"The estimate was destroyed{when}, because its time was over.")
        return
    assessment = newest.assessment
    earlier = f" {len(stored) - 1} from before are kept." if len(stored) > 1 else ""
    st.html(
        f'<p class="td-small"><b>By software, and no rating.</b> {escape(assessment.notice)} Made on '
        f"{moment(newest.added_at)} by tdscreen {escape(newest.tdscreen)}.{earlier}</p>{origin(assessment)}"
    )
    left, right = st.columns((3, 2), gap="medium")
    left.html(triage_panel(assessment))
    right.html(coverage_panel(assessment.coverage))
    st.subheader("Items of the estimate", anchor=False)
    st.html(item_cards(assessment))
    st.subheader("What was not scored", anchor=False)
    st.html(notes_panel(assessment))
    st.subheader("What was seen of the body", anchor=False)
    st.html(body_map(assessment.coverage, len(assessment.clips)))
    with st.expander("Quality of the clips"):
        for clip in assessment.clips:
            st.text(clip.file)
            st.html(clip_facts(clip) + quality_table(clip.quality))
