"""The rating: a person looks at the clips and scores the AIMS, before anything is shown of the estimate."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from typing import cast

import streamlit as st

from tdscreen.assessment.plain import TASKS
from tdscreen.clinicapp.aims import HOW_TO_RATE, ITEMS, ItemGuide, answer_words
from tdscreen.clinicapp.components import Spot, play_clip
from tdscreen.clinicapp.estimate import show_estimate
from tdscreen.clinicapp.identity import desk_of_page
from tdscreen.clinicapp.service import service
from tdscreen.clinicapp.spots import spots_of
from tdscreen.clinicapp.tickets import Purpose
from tdscreen.clinicapp.visit import PageName, Tone, change, go, recall, remember, seen, tell
from tdscreen.clinicapp.words import moment, video_of
from tdscreen.errors import TdscreenError
from tdscreen.records.assessments import estimates
from tdscreen.records.clinic import Desk
from tdscreen.records.clips import clips, tracks
from tdscreen.records.entries import Clip, FileKind, Rating, Scores, StoredAssessment
from tdscreen.records.examinations import examination
from tdscreen.records.patients import patient
from tdscreen.records.ratings import lock_rating, ratings, save_draft
from tdscreen.settings import CLINIC_PAGES
from tdscreen.vocabulary import Task

NOT_RATED = "not rated"
_FAILED = "failed"


def show_rating(desk: Desk, of: str) -> None:
    """Let the person at this desk rate an examination, item by item."""
    one = seen("examination", lambda: examination(desk, of))
    whose = seen("patient", lambda: patient(desk, one.patient))
    kept = seen("clips", lambda: clips(desk, of))
    own = seen("own", lambda: _own(desk, of))
    st.button("Back to the examination", key="back", on_click=go, args=(PageName.EXAMINATION, of))
    st.title("Rating", anchor=False)
    st.text(f"{whose.details.identifier}, examination of {moment(one.held_at)}")
    if own is not None and own.locked is not None:
        st.markdown("Your rating of this examination is locked.")
        st.button(
            "Compare and sign", type="primary", key="compare", on_click=go, args=(PageName.COMPARISON, of)
        )
        _offer_to_rate_again(desk, of, kept)
        return
    shown, form = st.columns((5, 6), gap="medium")
    with shown, st.container(key="beside"):
        _show_clips(desk, kept)
    with form:
        _show_form(desk, of, own)
    _offer_estimate(of)


def choose_answer(
    guide: ItemGuide,
    scores: Scores,
    key: str,
    *,
    on_change: Callable[[], None] | None = None,
    not_rated: bool = True,
) -> int | bool | str | None:
    """Let an item be scored, or, where that is offered, be called not rated; None while neither was done."""
    options: list[int | bool | str] = [*((False, True) if guide.yes_no else range(len(guide.answers)))]
    if not_rated:
        options.append(NOT_RATED)
    answer = scores.scores.get(guide.number, NOT_RATED if guide.number in scores.reasons else None)
    return st.radio(
        f"{guide.number}. {guide.title}",
        options,
        index=None if answer is None else options.index(answer),
        format_func=lambda one: one if isinstance(one, str) else answer_words(guide, one),
        horizontal=True,
        key=f"score-{key}",
        on_change=on_change,
    )


def ask_why_not(
    guide: ItemGuide, scores: Scores, key: str, *, on_change: Callable[[], None] | None = None
) -> str:
    """Ask why an item is not rated."""
    return st.text_input(
        f"Why item {guide.number} is not rated",
        value=scores.reasons.get(guide.number, ""),
        placeholder="as: not examined, not in the picture, covered",
        key=f"reason-{key}",
        on_change=on_change,
    )


def collected(answers: dict[int, int | bool | str | None], reasons: dict[int, str], comment: str) -> Scores:
    """Put together what was chosen. What is neither scored nor given a reason is left out, as a draft may."""
    return Scores(
        {
            number: answer
            for number, answer in answers.items()
            if answer is not None and not isinstance(answer, str)
        },
        {
            number: reasons[number].strip()
            for number, answer in answers.items()
            if answer == NOT_RATED and isinstance(answer, str) and reasons.get(number, "").strip()
        },
        comment,
    )


def _own(desk: Desk, of: str) -> Rating | None:
    """Give the person's newest rating: a draft was begun after what was locked before."""
    own = [one for one in ratings(desk, of) if one.rater == desk.staff.id]
    return own[-1] if own else None


def _offer_to_rate_again(desk: Desk, of: str, kept: list[Clip]) -> None:
    """Let the person rate the same clips once more, from nothing, to see whether the own scale has moved."""
    if all(video_of(clip).destroyed_at is not None for clip in kept):
        return
    with st.expander("Rate it once more"):
        st.markdown(
            "After months, a second rating of the same clips tells whether you rate as you did. It begins from nothing "
            "and stands beside the first, which stays the one that counts in the course. That you have seen the "
            "estimate is written beside it."
        )
        st.button(
            "Begin a second rating",
            key="again",
            on_click=change,
            args=(lambda: save_draft(desk_of_page(), of, Scores()),),
        )


def _show_clips(desk: Desk, kept: list[Clip]) -> None:
    there = [clip for clip in kept if video_of(clip).destroyed_at is None]
    if not there:
        st.markdown(
            "There is no video to watch: none was sent, or it was destroyed. Rate what you saw yourself, and say in "
            "the comment that you rated without the video."
        )
        return
    clip = there[0]
    if len(there) > 1:
        clip = st.selectbox(
            "Clip",
            there,
            format_func=lambda one: f"{TASKS[Task(one.task)]} ({one.file_name})",
            key="clip",
        )
    else:
        st.text(f"{TASKS[Task(clip.task)]} ({clip.file_name})")
    ticket = seen(
        f"play-{clip.id}",
        lambda: service().tickets.write(
            Purpose.PLAY, staff=desk.staff.id, on=clip.id, valid_s=CLINIC_PAGES.play_valid_s
        ),
    )
    play_clip(f"/clinic/clip/{ticket}", seen(f"spots-{clip.id}", lambda: _spots(desk, clip)))


def _spots(desk: Desk, clip: Clip) -> list[Spot]:
    followed = any(file.kind is FileKind.TRACKS and file.destroyed_at is None for file in clip.files)
    return spots_of(tracks(desk, clip.id)) if followed else []


def _show_form(desk: Desk, of: str, own: Rating | None) -> None:
    st.markdown(HOW_TO_RATE)
    scores = own.current if own is not None else Scores()
    # What the widgets began with stays the same while the page is open; what they say now is theirs.
    begun = seen("begun", lambda: scores)

    def save() -> None:
        _save(of)

    for guide in ITEMS:
        with st.container(border=True):
            chosen = choose_answer(guide, begun, f"{of}-{guide.number}", on_change=save)
            st.html(_explained(guide))
            if chosen == NOT_RATED and isinstance(chosen, str):
                ask_why_not(guide, begun, f"{of}-{guide.number}", on_change=save)
    st.text_area("Comment", value=begun.comment, key=f"comment-{of}", on_change=save)
    if problem := st.session_state.pop(_FAILED, None):
        tell(problem, Tone.PROBLEM)
    elif own is not None:
        st.caption(f"Your draft is saved as you go; last at {own.saved_at.astimezone():%H:%M:%S}.")
    missing = [
        str(guide.number)
        for guide in ITEMS
        if guide.number not in scores.scores and guide.number not in scores.reasons
    ]
    if missing:
        st.caption(f"Neither scored nor given a reason yet: {', '.join(missing)}.")
    st.markdown(
        "Once locked, this rating stays as it is. A later change is kept beside it, with your reason. The estimate "
        "is shown then."
    )
    st.button(
        "Lock my rating",
        type="primary",
        key="lock",
        disabled=bool(missing) or own is None,
        on_click=_lock,
        args=(of,),
    )


def _explained(guide: ItemGuide) -> str:
    against = f" <b>Does not count:</b> {escape(guide.does_not_count)}" if guide.does_not_count else ""
    return f'<p class="td-small" style="margin:0">{escape(guide.counts)}{against}</p>'


def _save(of: str) -> None:
    """Save what stands on the page as a draft: every change at once, so that nothing is lost with the page."""
    state = st.session_state
    answers = {guide.number: state.get(f"score-{of}-{guide.number}") for guide in ITEMS}
    reasons = {guide.number: state.get(f"reason-{of}-{guide.number}", "") for guide in ITEMS}
    try:
        own = save_draft(desk_of_page(), of, collected(answers, reasons, state.get(f"comment-{of}", "")))
    except TdscreenError as error:
        state[_FAILED] = f"The draft was not saved. {error}"
    else:
        remember("own", own)


def _lock(of: str) -> None:
    desk = desk_of_page()

    def lock() -> None:
        own = _own(desk, of)
        if own is not None:
            lock_rating(desk, own.id)

    change(lock, said="Your rating is locked.", then=lambda: go(PageName.COMPARISON, of))


def _offer_estimate(of: str) -> None:
    """Let the estimate be seen before the rating by whoever asks for it, and say that this is kept."""
    with st.expander("See the estimate before rating"):
        st.markdown(
            "A rating made after seeing an estimate is no longer independent of it. If you choose to see it now, that "
            "is recorded, and stands beside your rating for good."
        )
        st.button("Show the estimate now", key="show-estimate", on_click=_see_first, args=(of,))
    if (found := recall("estimates")) is not None:
        show_estimate(cast(list[StoredAssessment], found))


def _see_first(of: str) -> None:
    try:
        remember("estimates", estimates(desk_of_page(), of, before_rating=True))
    except TdscreenError as error:
        st.session_state[_FAILED] = str(error)
