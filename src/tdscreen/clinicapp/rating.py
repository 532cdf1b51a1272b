"""The rating: a person looks at the clips and scores the AIMS, before anything is shown of the estimate."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from html import escape
from typing import cast

import streamlit as st

from tdscreen.assessment.plain import TASKS
from tdscreen.clinicapp.aims import HOW_TO_RATE, ITEMS, ItemGuide, answer_words
from tdscreen.clinicapp.components import Spot
from tdscreen.clinicapp.estimate import show_estimate
from tdscreen.clinicapp.identity import desk_of_page
from tdscreen.clinicapp.spots import spots_of
from tdscreen.clinicapp.visit import (
    PageName,
    Tone,
    change,
    go,
    loaded_here,
    one_at_a_time,
    recall,
    remember,
    seen,
    tell,
)
from tdscreen.clinicapp.watching import has_landmarks, watch
from tdscreen.errors import TdscreenError
from tdscreen.printing import moment
from tdscreen.records.assessments import estimates
from tdscreen.records.clinic import Desk
from tdscreen.records.clips import clips, tracks
from tdscreen.records.entries import Activation, Clip, Rating, Scores, StoredAssessment
from tdscreen.records.examinations import examination
from tdscreen.records.patients import patient
from tdscreen.records.ratings import lock_rating, ratings, save_draft
from tdscreen.reports.pages import ACTIVATIONS
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
        assert own.locked_at is not None
        _offer_to_rate_again(of, kept, own.locked_at)
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


def choose_activation(
    scores: Scores, key: str, *, on_change: Callable[[], None] | None = None
) -> Activation | None:
    """Ask how the rater scores what is seen only on activation; None while it was not said."""
    options = list(Activation)
    return st.radio(
        "A movement that is seen only on activation is",
        options,
        index=None if scores.activation is None else options.index(scores.activation),
        format_func=ACTIVATIONS.__getitem__,
        horizontal=True,
        key=f"activation-{key}",
        on_change=on_change,
    )


def collected(
    answers: dict[int, int | bool | str | None],
    reasons: dict[int, str],
    comment: str,
    activation: Activation | None = None,
) -> Scores:
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
        activation,
    )


def _own(desk: Desk, of: str) -> Rating | None:
    """Give the person's newest rating: a draft was begun after what was locked before."""
    own = [one for one in ratings(desk, of) if one.rater == desk.staff.id]
    return own[-1] if own else None


def _offer_to_rate_again(of: str, kept: list[Clip], locked_at: datetime) -> None:
    """Let the person rate the same clips once more, from nothing, to see whether the own scale has moved."""
    if not any(clip.can_be_watched for clip in kept):
        return
    if any(clip.can_be_watched and clip.added_at > locked_at for clip in kept):
        tell(
            "A clip came in after you locked your rating, and is no part of it. To rate it, rate once more.",
            Tone.DRAFT,
        )
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
            args=(lambda: save_draft(desk_of_page(), of, Scores(), again=True),),
        )


def _show_clips(desk: Desk, kept: list[Clip]) -> None:
    there = [clip for clip in kept if clip.can_be_watched]
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
    watch(desk, clip, seen(f"spots-{clip.id}", lambda: _spots(desk, clip)))


def _spots(desk: Desk, clip: Clip) -> list[Spot]:
    return spots_of(tracks(desk, clip.id)) if has_landmarks(clip) else []


def _show_form(desk: Desk, of: str, own: Rating | None) -> None:
    st.markdown(HOW_TO_RATE)
    scores = own.current if own is not None else Scores()
    # What the widgets began with stays the same while the page is open; what they say now is theirs.
    begun = seen("begun", lambda: scores)
    seen("begun at", lambda: desk.clinic.now())
    one_at_a_time()

    def save() -> None:
        _save(of)

    with st.container(border=True):
        choose_activation(begun, of, on_change=save)
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
    if scores.activation is None:
        st.caption("Not said yet: how you score a movement that is seen only on activation.")
    st.markdown(
        "Once locked, this rating stays as it is. A later change is kept beside it, with your reason. The estimate "
        "is shown then."
    )
    st.button(
        "Lock my rating",
        type="primary",
        key="lock",
        disabled=bool(missing) or own is None or scores.activation is None,
        on_click=_lock,
        args=(of,),
    )


def _explained(guide: ItemGuide) -> str:
    against = f" <b>Does not count:</b> {escape(guide.does_not_count)}" if guide.does_not_count else ""
    return f'<p class="td-small" style="margin:0">{escape(guide.counts)}{against}</p>'


def _save(of: str) -> None:
    """Save what stands on the page as a draft: every change at once, so that nothing is lost with the page."""
    with one_at_a_time():
        state = st.session_state
        answers = {guide.number: state.get(f"score-{of}-{guide.number}") for guide in ITEMS}
        reasons = {guide.number: state.get(f"reason-{of}-{guide.number}", "") for guide in ITEMS}
        try:
            comment, activation = state.get(f"comment-{of}", ""), state.get(f"activation-{of}")
            scores = collected(answers, reasons, comment, activation)
            desk, known, here = desk_of_page(), _known(), loaded_here()
            # Saved and known to be: nothing comes between the two.
            here["own"] = save_draft(desk, of, scores, known=known)
        except TdscreenError as error:
            state[_FAILED] = f"The draft was not saved. {error}"


def _known() -> datetime:
    """Tell until when this page knows what was saved: another tab may have saved after it."""
    own = cast(Rating | None, recall("own"))
    return cast(datetime, recall("begun at")) if own is None else own.saved_at


def _lock(of: str) -> None:
    def lock() -> None:
        with one_at_a_time():
            desk, known = desk_of_page(), _known()
            own = _own(desk, of)
            if own is not None:
                lock_rating(desk, own.id, known=known)

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
