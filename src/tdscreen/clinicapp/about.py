"""About this tool: what it cannot do, what is known of it, and for whom recordings fail here."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import streamlit as st

from tdscreen.assessment.plain import sentence
from tdscreen.clinicapp.visit import seen
from tdscreen.records.clinic import Desk
from tdscreen.records.roles import Act, may
from tdscreen.records.usability import Usability, usability
from tdscreen.webapp.about import show_cards
from tdscreen.webapp.result import show_predictive
from tdscreen.webapp.scorer import own_path

LIMITS = (
    "**No patient's video has been scored and compared with a clinician's rating so far.** The model is a movement "
    "index, made on simulated people.",
    "Nothing that was not seen counts as absent. A quiet clip without a view of the tongue is uncertain, never low. "
    "Legs, trunk and rigidity are not assessed.",
    "Video alone tells some movements apart poorly: chewing and the sway of speech fall into the band of tardive "
    "dyskinesia. Ask about gum and dentures, and keep rest apart from talking.",
    "A narrow peak from 4 Hz upwards is called tremor-like and is not scored, and neither is what was asked for.",
    "A rating looks back over months and at medication; a clip shows seconds. Movements change within a day.",
    "Light, the tone of the skin, glasses, beards and masks change how well landmarks are found. **On virtual people "
    "the darkest skins come off worst**: a phone's codec takes their faint marks away. Figures by group stand below.",
    "Whoever has seen an estimate rates differently. This is why your own rating is locked first.",
)


def show_about(desk: Desk) -> None:
    """Show what is known of the tool, and how often recordings were unusable here."""
    st.title("About this tool", anchor=False)
    st.header("Bias and limits", anchor=False)
    st.markdown("\n".join(f"- {one}" for one in LIMITS))
    st.header("What a flag means at your clinic", anchor=False)
    if own_path() is None:
        show_predictive()
    else:
        st.markdown(
            "A model of this place's own is in use. How it sorts people whose state is known was not counted."
        )
    st.header("Unusable recordings by group", anchor=False)
    _show_usability(desk)
    st.header("The model", anchor=False)
    show_cards()


def _show_usability(desk: Desk) -> None:
    if not may(desk.staff.role, Act.SEE_FINDINGS):
        st.markdown("Counted of what was examined, and shown to clinicians and researchers.")
        return
    counts = seen("usability", lambda: usability(desk))
    if not counts:
        st.markdown("No recording of this site has been assessed yet.")
        return
    st.markdown(
        "Of the recordings of this site that were assessed, how many were unusable. The tone of the skin is not "
        "stored, so that failures by it cannot be counted here. Few recordings say little: look at the interval."
    )
    st.html(usability_table(counts))


def usability_table(counts: Sequence[Usability]) -> str:
    """Write the counts as a table, with n and interval."""
    rows = "".join(
        f'<tr><th scope="row">{escape(one.half_year)}</th>'
        f'<td data-label="Group">{escape(_group(one))}</td>'
        f'<td data-label="Unusable">{one.unusable} of {one.recordings}</td>'
        f'<td data-label="Share (95% interval)">{100 * one.unusable / one.recordings:.0f}% '
        f"({100 * one.interval[0]:.0f} to {100 * one.interval[1]:.0f}%)</td></tr>"
        for one in counts
    )
    return (
        '<div class="td-scroll"><table class="td-table stack"><caption>By half year of the examination. Intervals '
        "as if each recording were another person's; recordings of one person are alike, and the true ones are wider."
        '</caption><thead><tr><th scope="col">Half year</th><th scope="col">Group</th><th scope="col">Unusable</th>'
        f'<th scope="col">Share (95% interval)</th></tr></thead><tbody>{rows}</tbody></table></div>'
    )


def _group(one: Usability) -> str:
    return sentence(one.group) if one.by == "all" else f"{sentence(one.by)}: {one.group}"
