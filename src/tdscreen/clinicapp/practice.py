"""Training: virtual patients are rated as real ones are, and then it is shown what was drawn. Of no patient."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path

import streamlit as st

from tdscreen.assessment.plain import number
from tdscreen.clinicapp.aims import ITEMS, answer_words
from tdscreen.clinicapp.components import play_clip
from tdscreen.clinicapp.identity import desk_of_page
from tdscreen.clinicapp.practice_set import TrueItem, clip_file, clips_in, folder_of, truth_of
from tdscreen.clinicapp.raters import Line, agreement_table, kappa_table
from tdscreen.clinicapp.rating import choose_answer
from tdscreen.clinicapp.service import service
from tdscreen.clinicapp.tickets import Purpose
from tdscreen.clinicapp.visit import PageName, Tone, change, go, recall, remember, seen, tell
from tdscreen.course.points import AIMS_NUMBER, Point, Score, Source
from tdscreen.course.raters import Pair, agreement
from tdscreen.printing import day, moment
from tdscreen.records.clinic import Desk
from tdscreen.records.entries import Scores
from tdscreen.records.practice import PracticeRating, keep_practice, practice
from tdscreen.records.roles import Act, require
from tdscreen.settings import CLINIC_PAGES
from tdscreen.vocabulary import Item

_AGAIN = "again"


def show_training(desk: Desk, of: str) -> None:
    """Show the training clips, or one of them to be rated."""
    require(desk.staff.role, Act.RATE)
    folder = folder_of(desk.clinic.vault.folder)
    own = seen("practice", lambda: practice(desk))
    if of:
        _show_clip(folder, of, [one for one in own if one.clip == of])
    else:
        _show_list(folder, own)


def _show_list(folder: Path, own: Sequence[PracticeRating]) -> None:
    st.title("Training", anchor=False)
    st.markdown(
        "Virtual patients, of whom it is known what moves and how far. Rate one, and you see what was drawn. Nobody "
        "else sees what you rate here, and none of it stands beside what you rate of patients."
    )
    names = clips_in(folder)
    if not names:
        st.markdown(
            "There are no training clips here yet. Whoever looks after this machine makes them with "
            "`tdscreen clinic training`, a minute or two each."
        )
        return
    firsts = {one.clip: one for one in reversed(own)}
    truths = {name: truth_of(folder, name) for name in names if name in firsts}
    fresh = [name for name in names if name not in firsts]
    if fresh:
        st.button(
            f"Rate the next clip ({len(fresh)} to go)",
            type="primary",
            key="next",
            on_click=go,
            args=(PageName.TRAINING, fresh[0]),
        )
    _show_agreement(own, truths)
    st.header("Clips", anchor=False)
    for place, name in enumerate(names, 1):
        with st.container(border=True, horizontal=True, vertical_alignment="center"):
            said = "not rated"
            if name in firsts:
                first = firsts[name]
                alike = sum(
                    first.scores[AIMS_NUMBER[item]] == true.score for item, true in truths[name].items()
                )
                said = f"rated on {day(first.rated_at)}: {alike} of {len(truths[name])} items as drawn"
            st.text(f"Clip {place}\n{said}")
            st.button(
                "Open", key=f"open-{name}", on_click=go, args=(PageName.TRAINING, name), width="content"
            )


def _show_agreement(own: Sequence[PracticeRating], truths: Mapping[str, dict[Item, TrueItem]]) -> None:
    by_clip: dict[str, list[PracticeRating]] = {}
    for one in own:
        if one.clip in truths:
            by_clip.setdefault(one.clip, []).append(one)
    if not by_clip:
        return
    with_truth = [
        Pair(name, _true_point(name, truths[name], of[0]), _point(of[0])) for name, of in by_clip.items()
    ]
    again = [Pair(name, _point(of[0]), _point(of[-1])) for name, of in by_clip.items() if len(of) > 1]
    lines = [Line("your first rating with what was drawn", agreement(with_truth))]
    if again:
        lines.append(Line("your last rating with your first", agreement(again)))
    st.header("Your agreement", anchor=False)
    st.html(
        agreement_table(
            lines, "Each clip is a virtual patient. Difference: above 0, you rate higher than what was drawn."
        )
    )
    if any(not line.found.reason for line in lines):
        with st.expander("Item by item"):
            st.html(kappa_table(lines))


def _show_clip(folder: Path, name: str, own: Sequence[PracticeRating]) -> None:
    clip_file(folder, name)
    st.button("Back to the clips", key="back", on_click=go, args=(PageName.TRAINING,))
    st.title(f"Training clip {clips_in(folder).index(name) + 1}", anchor=False)
    shown, form = st.columns((5, 6), gap="medium")
    with shown, st.container(key="beside"):
        ticket = seen(
            "play",
            lambda: service().tickets.write(
                Purpose.TRAIN,
                staff=desk_of_page().staff.id,
                on=name,
                valid_s=CLINIC_PAGES.play_valid_s,
            ),
        )
        play_clip(f"/clinic/training/{ticket}", [])
    with form:
        if own and recall(_AGAIN) is None:
            _show_truth(own, truth_of(folder, name))
            st.button("Rate it again", key="again", on_click=remember, args=(_AGAIN, True))
        else:
            _ask(name, len(own))


def _ask(name: str, times: int) -> None:
    st.markdown(
        "Rate the highest severity that you see; 1 is minimal and may be extreme normal. Each item can be seen here: "
        "it is 0 where nothing moves."
    )
    guides = [ITEMS[AIMS_NUMBER[item] - 1] for item in _ASKED]
    with st.form("practice"):
        answers = {}
        for guide in guides:
            answers[guide.number] = choose_answer(
                guide, Scores(), f"{name}-{times}-{guide.number}", not_rated=False
            )
            st.html(f'<p class="td-small" style="margin:0">{escape(guide.counts)}</p>')
        if st.form_submit_button("Keep my rating and show what was drawn", type="primary"):
            scores = {place: answer for place, answer in answers.items() if isinstance(answer, int)}
            if len(scores) < len(guides):
                tell("Score each item first: 0 if nothing moves.", Tone.PROBLEM)
                return
            change(
                lambda: keep_practice(desk_of_page(), name, scores), said="Kept. What was drawn is beside it."
            )
            st.rerun()


_ASKED = tuple(item for item in Item if AIMS_NUMBER[item] <= 5)


def _show_truth(own: Sequence[PracticeRating], truth: Mapping[Item, TrueItem]) -> None:
    heads = "".join(f'<th scope="col">You, {moment(one.rated_at)}</th>' for one in own)
    rows = ""
    for item, true in truth.items():
        guide = ITEMS[AIMS_NUMBER[item] - 1]
        yours = "".join(
            f'<td data-label="You, {moment(one.rated_at)}">{escape(answer_words(guide, one.scores[guide.number]))}</td>'
            for one in own
        )
        rows += (
            f'<tr><th scope="row">{guide.number}. {escape(guide.title)}</th>{yours}'
            f'<td data-label="As drawn">{escape(answer_words(guide, true.score))}</td>'
            f'<td data-label="What was drawn">{_drawn(true)}</td></tr>'
        )
    st.html(
        '<div class="td-scroll"><table class="td-table stack"><caption>Which score a movement has is told by '
        "tdscreen’s table of millimetres and share of time, which is assumed and not agreed upon by experts.</caption>"
        f'<thead><tr><th scope="col">Item</th>{heads}<th scope="col">As drawn</th>'
        f'<th scope="col">What was drawn</th></tr></thead><tbody>{rows}</tbody></table></div>'
    )


def _drawn(true: TrueItem) -> str:
    if not true.percent_time_moving:
        return "nothing"
    rate = "" if true.frequency_hz is None else f", {number(true.frequency_hz, digits=1)} Hz"
    return f"±{number(true.half_range_mm, digits=1)} mm{rate}, {true.percent_time_moving:.0f}% of the time"


def _point(of: PracticeRating) -> Point:
    items = {item: Score(float(of.scores[AIMS_NUMBER[item]]), None) for item in _ASKED}
    return Point(of.clip, of.rated_at, Source.RATING, "you", items)


def _true_point(name: str, truth: Mapping[Item, TrueItem], of: PracticeRating) -> Point:
    items = {item: Score(float(true.score), None) for item, true in truth.items()}
    return Point(name, of.rated_at, Source.RATING, "as drawn", items)
