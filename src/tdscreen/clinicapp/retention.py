"""What this site keeps, and what goes next: numbers and dates, and nothing of any patient."""

from __future__ import annotations

from html import escape

import streamlit as st

from tdscreen.assessment.plain import sentence
from tdscreen.clinicapp.visit import seen
from tdscreen.clinicapp.words import RETENTION
from tdscreen.printing import day
from tdscreen.records.clinic import Desk
from tdscreen.records.retention import Due, Kept, what_is_due

_SHOWN = 50
"""More rows than this nobody reads: they are the next to go."""


def show_retention(desk: Desk) -> None:
    """Show what is due to go, the next first."""
    st.title("Retention", anchor=False)
    st.markdown(RETENTION)
    st.markdown(
        "What is due is destroyed by `tdscreen clinic work` and `tdscreen clinic sweep`. Whether a video is kept is "
        "decided at its examination."
    )
    everything = seen("due", lambda: what_is_due(desk))
    for kind in Kept:
        of_kind = [one for one in everything if one.what is kind]
        dated = [one for one in of_kind if one.due_at is not None]
        line = f"{sentence(kind)}: {len(of_kind)} kept, {len(dated)} with a date"
        if decided := len(of_kind) - len(dated):
            line += f", {decided} kept because somebody decided so"
        st.text(f"{line}.")
    dated = [one for one in everything if one.due_at is not None]
    st.header("Due to go", anchor=False)
    if not dated:
        st.markdown("Nothing has a date.")
        return
    overdue = sum(one.due_at <= desk.clinic.now() for one in dated if one.due_at is not None)
    if overdue:
        st.text(f"Overdue, since the sweep has not run: {overdue}.")
    st.html(due_table(dated[:_SHOWN]))
    if len(dated) > _SHOWN:
        st.caption(f"The next {_SHOWN} of {len(dated)}.")


def due_table(dated: list[Due]) -> str:
    """Write what goes, and when, as a table."""
    rows = "".join(
        f'<tr><th scope="row">{day(one.due_at)}</th><td data-label="What">{one.what}</td>'
        f'<td data-label="Of">{"examination" if one.what is Kept.ESTIMATE else "clip"} {escape(one.on_id[:8])}</td>'
        f'<td data-label="Kept since">{day(one.added_at)}</td></tr>'
        for one in dated
        if one.due_at is not None
    )
    return (
        '<div class="td-scroll"><table class="td-table stack"><caption>By random identifiers, as in the audit log.'
        '</caption><thead><tr><th scope="col">On</th><th scope="col">What</th><th scope="col">Of</th>'
        f'<th scope="col">Kept since</th></tr></thead><tbody>{rows}</tbody></table></div>'
    )
