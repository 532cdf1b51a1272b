"""One examination: its clips come in here, and from here one goes to rate it and to compare."""

from __future__ import annotations

import streamlit as st

from tdscreen.assessment.plain import TASKS
from tdscreen.clinicapp.at_home import show_recorded_at_home
from tdscreen.clinicapp.components import upload_clips
from tdscreen.clinicapp.estimate_state import show_estimate_state
from tdscreen.clinicapp.patient import ask_for_answers
from tdscreen.clinicapp.service import service
from tdscreen.clinicapp.visit import PageName, Tone, change, forget, go, seen, tell
from tdscreen.clinicapp.words import OWN, RETENTION, asked, retention, video_of
from tdscreen.printing import counted, day, moment
from tdscreen.records.clinic import Desk
from tdscreen.records.clips import clips, decide_retention, destroy_video
from tdscreen.records.entries import Clip
from tdscreen.records.examinations import change_examination, examination
from tdscreen.records.patients import patient
from tdscreen.records.video_dates import date_by_the_rule
from tdscreen.records.worklist import ExaminationState, OwnRating, examination_states
from tdscreen.vocabulary import Task
from tdscreen.webapp.intake import FILMING_ADVICE
from tdscreen.webapp.words import unformatted


def show_examination(desk: Desk, of: str) -> None:
    """Show an examination of the site."""
    one = seen("examination", lambda: examination(desk, of))
    whose = seen("patient", lambda: patient(desk, one.patient))
    kept = seen("clips", lambda: clips(desk, of))
    state = next(
        found
        for found in seen("states", lambda: examination_states(desk, patient=one.patient))
        if found.examination == of
    )
    st.button(
        f"Back to {unformatted(whose.details.identifier)}",
        key="back",
        on_click=go,
        args=(PageName.PATIENT, one.patient),
    )
    st.title(f"Examination of {moment(one.held_at)}", anchor=False)
    show_standing(state)
    _show_ways(state)
    st.header("Clips", anchor=False)
    for clip in kept:
        _show_clip(desk, clip)
    if not kept:
        st.markdown("There are none yet.")
    show_estimate_state(desk, state, kept)
    st.subheader("Send clips", anchor=False)
    upload_clips(service(), desk.staff.id, of, on_arrived=forget)
    st.caption(RETENTION)
    with st.expander("How to film so that a clip can be used"):
        st.markdown(FILMING_ADVICE)
    show_recorded_at_home(desk, of)
    st.header("On that day", anchor=False)
    st.markdown("\n".join(f"- {line}" for line in asked(one.details)))
    if one.details.note:
        st.text(one.details.note)
    with st.expander("Change what was asked"), st.form("change-examination"):
        details = ask_for_answers(one.details, "known")
        if st.form_submit_button("Save"):
            change(lambda: change_examination(desk, of, details), said="Saved.")
            st.rerun()


def show_standing(state: ExaminationState) -> None:
    """Say whether somebody has signed: without a signature it is a draft, wherever it appears."""
    if state.signed:
        tell("Signed. A rating of this examination has a signature under it as it stands.", Tone.DONE)
    else:
        tell("Draft. Nobody has signed a rating of this examination as it stands.", Tone.DRAFT)


def _show_ways(state: ExaminationState) -> None:
    labels = {
        OwnRating.NONE: "Rate this examination",
        OwnRating.DRAFT: "Go on with your draft",
        OwnRating.LOCKED: "Compare and sign",
    }
    page = PageName.COMPARISON if state.own is OwnRating.LOCKED else PageName.RATING
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            labels[state.own],
            key="onward",
            type="primary",
            on_click=go,
            args=(page, state.examination),
            width="content",
        )
        others = state.locked_ratings - (state.own is OwnRating.LOCKED)
        told = OWN[state.own].capitalize() + "."
        if others:
            told += f" Rated by {others} other{'s' if others > 1 else ''}."
        st.caption(told, width="content")
    if state.came_since:
        st.button(
            f"Rate once more: {counted(state.came_since, 'clip')} came in since",
            key="came-since",
            on_click=go,
            args=(PageName.RATING, state.examination),
        )


def _show_clip(desk: Desk, clip: Clip) -> None:
    with st.container(border=True):
        st.text(f"{clip.file_name}\n{TASKS[Task(clip.task)]}")
        if clip.cut_short:
            st.text("The file that was sent ended early; what there was of it is kept.")
        st.caption(retention(clip))
        if video_of(clip).destroyed_at is not None:
            return
        with st.container(horizontal=True):
            if clip.keep_video:
                with st.popover("Let the rule decide"):
                    st.markdown(_what_the_rule_says(desk, clip))
                    _decide_button(desk, clip, "Do not keep it")
            elif clip.can_be_watched:
                _decide_button(desk, clip, "Keep this video")
            with st.popover("Destroy this video now"):
                st.markdown(
                    "It cannot be brought back, and can then be neither watched nor rated nor estimated."
                )
                st.button(
                    "Destroy it",
                    key=f"destroy-{clip.id}",
                    on_click=change,
                    args=(lambda: destroy_video(desk, clip.id),),
                )


def _what_the_rule_says(desk: Desk, clip: Clip) -> str:
    if clip.signed:
        return (
            "The ratings of it that are required are signed: the video is destroyed at once, or as soon as an estimate "
            "that was asked for is made."
        )
    due_at = date_by_the_rule(video_of(clip).due_at, desk.clinic.now())
    return (
        f"The video goes when the required ratings of it are signed, and at the latest after {day(due_at)}."
    )


def _decide_button(desk: Desk, clip: Clip, label: str) -> None:
    st.button(
        label,
        key=f"keep-{clip.id}",
        on_click=change,
        args=(lambda: decide_retention(desk, clip.id, keep_video=not clip.keep_video),),
    )
