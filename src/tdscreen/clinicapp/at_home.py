"""Recordings at home: a patient is invited here, and what came of it is shown."""

from __future__ import annotations

from collections import Counter
from html import escape

import segno
import streamlit as st

from tdscreen.clinicapp.service import service
from tdscreen.clinicapp.visit import change, seen
from tdscreen.patientapp.words import text
from tdscreen.printing import day, moment
from tdscreen.records.at_home import withdraw
from tdscreen.records.clinic import Desk
from tdscreen.records.entries import Invitation, InvitationState, RecordedTask
from tdscreen.records.invitations import invitation_of, invitations, invite, link_to, revoke
from tdscreen.records.own_words import UPSET
from tdscreen.settings import RECORDER

_LANGUAGE = "en"
_STATES: dict[InvitationState, str] = {
    InvitationState.OPEN: "open until {until}",
    InvitationState.FINISHED: "finished on {finished}",
    InvitationState.REVOKED: "taken back",
    InvitationState.EXPIRED: "ran out on {until}",
    InvitationState.WITHDRAWN: "what was recorded was deleted at the patient's wish",
}


def show_invitations(desk: Desk, of: str) -> None:
    """Show the invitations of a patient, and let another be written."""
    there = seen("invitations", lambda: invitations(desk, of))
    st.header("Recording at home", anchor=False)
    recorder = service().recorder
    if recorder is None:
        st.markdown(
            "Patients can record at home, on their own phone. For that the recorder must run, and this server be "
            "started with its address (`--recorder`)."
        )
    for one in reversed(there):
        _show(desk, one, recorder)
    if recorder is not None:
        st.button(
            "Invite to record at home",
            key="invite",
            on_click=change,
            args=(lambda: invite(desk, of),),
            kwargs={"said": "The invitation is written. Show or send its link to the patient."},
        )
        st.caption(
            f"A link is good for one examination and {RECORDER.invitation_days} days. It names nobody. Whoever has it "
            "can add clips to that examination, and later see in what role somebody watched them, read the summary "
            "that you let out, and delete it all: give it to the patient alone."
        )


def _show(desk: Desk, one: Invitation, recorder: str | None) -> None:
    with st.container(border=True):
        told = _STATES[one.state].format(
            until=moment(one.until), finished=moment(one.finished_at) if one.finished_at else ""
        )
        st.text(f"Invited on {day(one.added_at)}: {told}\n{_so_far(one)}")
        if one.state is InvitationState.OPEN and recorder is not None:
            _show_link(desk, one, recorder)
        if one.state in (InvitationState.OPEN, InvitationState.FINISHED, InvitationState.EXPIRED):
            st.button(
                "Take it back",
                key=f"revoke-{one.id}",
                on_click=change,
                args=(lambda: revoke(desk, one.id),),
                kwargs={"said": "The link opens nothing any more. What was recorded by it stays."},
            )
        if one.consent is not None and one.state is not InvitationState.WITHDRAWN:
            _offer_deletion(desk, one)


def _show_link(desk: Desk, one: Invitation, recorder: str) -> None:
    link = link_to(desk.clinic, one.id, recorder)
    with st.popover("Show the link", key=f"link-{one.id}"):
        code = segno.make(link, error="m").svg_data_uri(scale=6, border=4)
        st.html(
            f'<img alt="Code that opens the link when a phone\'s camera looks at it" src="{escape(code)}" '
            'style="max-width:100%;background:#fff">'
        )
        st.code(link, language=None, wrap_lines=True)


def _offer_deletion(desk: Desk, one: Invitation) -> None:
    """Let a patient who calls, and cannot or will not use the link, withdraw all the same."""
    with st.popover("Delete for the patient", key=f"withdrawal-{one.id}"):
        st.markdown(
            "At the patient's wish: videos, answers and what was measured in them are deleted, for good. What has been "
            "signed stays, without its videos."
        )
        st.button(
            "Delete this recording",
            key=f"withdraw-{one.id}",
            on_click=change,
            args=(lambda: withdraw(desk, one.id),),
            kwargs={"said": "The recording is deleted."},
        )


def _so_far(one: Invitation) -> str:
    done = len({task.slug for task in one.tasks if task.clip})
    skipped = len({task.slug for task in one.tasks if task.skipped not in ("", UPSET)})
    if one.consent is None:
        return "Not opened, or not agreed to." if one.state is not InvitationState.WITHDRAWN else ""
    return f"Agreed on {moment(one.consent.at)}. Tasks recorded: {done}; left out: {skipped}."


def show_recorded_at_home(desk: Desk, examination: str) -> None:
    """Show what a patient said and left out who recorded an examination at home; nothing of any other."""
    one = seen("invitation", lambda: invitation_of(desk, examination))
    if one is None:
        return
    st.header("Recorded at home", anchor=False)
    lines = [_so_far(one)]
    if one.consent is not None:
        lines.append(f"Agreed to version {one.consent.version} of the text, in “{one.consent.language}”.")
    if one.answers is not None:
        lines += [
            _answer(one.answers.aware, "AIMS 10, as the patient sees it", "noticed"),
            _answer(one.answers.incapacitated, "AIMS 9, as the patient sees it", "in_the_way"),
        ]
    lines += [_beside(task) for task in one.tasks if task.skipped]
    takes = Counter(task.slug for task in one.tasks if task.clip)
    lines += [
        f"Recorded {n} times: {text(_LANGUAGE, f'task.{slug}.title')}. The patient wished it, or the check of the "
        "picture asked for it; an earlier one may not be as it was meant, and the estimate is that of the highest."
        for slug, n in takes.items()
        if n > 1
    ]
    st.markdown("\n".join(f"- {line}" for line in lines))


def _beside(task: RecordedTask) -> str:
    title = text(_LANGUAGE, f"task.{task.slug}.title")
    if task.skipped == UPSET:
        return f"Pressed “{text(_LANGUAGE, 'frame.upsetting')}” at this task: {title}."
    return f"Left out: {title} ({text(_LANGUAGE, f'skip.{task.skipped}')})."


def _answer(score: int | None, what: str, words: str) -> str:
    question = text(_LANGUAGE, f"questions.{words}")
    said = "no answer" if score is None else f"{text(_LANGUAGE, f'questions.{words}_{score}')} ({score})"
    return f"{what}: {question} {said}"
