"""After the lock: ratings and estimate side by side, a change with its reason, and the signature."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial
from html import escape
from importlib.util import find_spec

import streamlit as st

from tdscreen.assessment.assessment import Assessment
from tdscreen.assessment.plain import number
from tdscreen.clinicapp.aims import ITEMS, ItemGuide, answer_words
from tdscreen.clinicapp.estimate import show_estimate
from tdscreen.clinicapp.evidence import show_evidence
from tdscreen.clinicapp.examination import show_standing
from tdscreen.clinicapp.rating import ask_why_not, choose_activation, choose_answer, collected
from tdscreen.clinicapp.service import service
from tdscreen.clinicapp.tickets import Purpose
from tdscreen.clinicapp.visit import PageName, Tone, change, go, seen, tell
from tdscreen.clinicapp.words import AGREEMENTS
from tdscreen.printing import moment
from tdscreen.records.assessments import estimates
from tdscreen.records.clinic import Desk
from tdscreen.records.clips import clips
from tdscreen.records.entries import Agreement, Rating, Scores, SignOff, StoredAssessment
from tdscreen.records.examinations import examination
from tdscreen.records.patients import patient
from tdscreen.records.ratings import change_rating, ratings, sign, sign_offs
from tdscreen.records.releases import release_summary, take_back_summary
from tdscreen.records.worklist import examination_states
from tdscreen.reports.pages import ACTIVATIONS
from tdscreen.settings import CLINIC_PAGES
from tdscreen.vocabulary import Item
from tdscreen.webapp.panels import spread
from tdscreen.webapp.words import unformatted

_MOVEMENT_ITEMS = len(Item)
_HIGHEST = 4


def show_comparison(desk: Desk, of: str) -> None:
    """Show the comparison to whoever has locked a rating of the examination, and to nobody else."""
    one = seen("examination", lambda: examination(desk, of))
    whose = seen("patient", lambda: patient(desk, one.patient))
    locked = [rating for rating in seen("ratings", lambda: ratings(desk, of)) if rating.locked is not None]
    own = next((rating for rating in locked if rating.rater == desk.staff.id), None)
    st.button("Back to the examination", key="back", on_click=go, args=(PageName.EXAMINATION, of))
    st.title("Comparison", anchor=False)
    st.text(f"{whose.details.identifier}, examination of {moment(one.held_at)}")
    if own is None:
        st.markdown("Others' ratings and the estimate are shown here once you have locked your own rating.")
        st.button(
            "Rate this examination", type="primary", key="rate", on_click=go, args=(PageName.RATING, of)
        )
        return
    stored = seen("estimates", lambda: estimates(desk, of))
    signed = seen("signed", lambda: sign_offs(desk, of))
    state = next(
        found
        for found in seen("states", lambda: examination_states(desk, patient=one.patient))
        if found.examination == of
    )
    show_standing(state)
    others = [rating for rating in locked if rating is not own]
    whose_rating = names_of(desk.staff.id, own, others)
    newest = stored[-1].assessment if stored else None
    st.header("Item by item", anchor=False)
    st.html(comparison_table(own, others, newest, whose_rating))
    for rating in (own, *others):
        _show_remarks(rating, whose_rating[rating.id])
    _offer_change(desk, own)
    st.header("Signature", anchor=False)
    _show_signatures(desk, signed)
    _offer_signature(desk, (own, *others), whose_rating, stored)
    _show_downloads(desk, of)
    show_estimate(stored)
    if newest is not None:
        show_evidence(desk, one, newest, seen("clips", lambda: clips(desk, of)))


def names_of(person: str, own: Rating, others: Sequence[Rating]) -> dict[str, str]:
    """Name each rating for who looks at it: whoever rates an examination once more has two of one's own.

    Parameters
    ----------
    person : str
        Who looks.
    own : Rating
        The person's first.
    others : sequence of Rating
        All other locked ones, in their order.

    Returns
    -------
    dict of str to str
        By the identifier of the rating.
    """
    times = Counter({own.rater: 1})
    names = {own.id: "Your rating"}
    for one in others:
        times[one.rater] += 1
        once_more = "" if times[one.rater] == 1 else f", number {times[one.rater]}"
        names[one.id] = (
            f"Your rating{once_more}" if one.rater == person else f"Rating by {one.rater}{once_more}"
        )
    return names


def comparison_table(
    own: Rating, others: Sequence[Rating], estimate: Assessment | None, names: Mapping[str, str]
) -> str:
    """Put ratings and estimate side by side, in words; the estimate stands apart and never looks like a rating."""
    columns = [(names[own.id], own.current)]
    if own.changes and own.locked is not None:
        columns = [("As you locked it", own.locked), (f"{names[own.id]} as changed", own.current)]
    columns += [(names[rating.id], rating.current) for rating in others]
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name, _ in columns)
    rows = "".join(
        f'<tr><th scope="row">{guide.number}. {escape(guide.title)}</th>'
        + "".join(
            f'<td data-label="{escape(name)}">{escape(rated(guide, scores))}</td>' for name, scores in columns
        )
        + f'<td class="td-estimate" data-label="Estimate">{_estimated(guide, estimate)}</td></tr>'
        for guide in ITEMS
    )
    sums = "".join(
        f'<td data-label="{escape(name)}">{escape(total(scores))}</td>' for name, scores in columns
    )
    return (
        '<div class="td-scroll"><table class="td-table stack"><caption>A rating is a person’s. The estimate is '
        "tdscreen’s, with its standard deviation.</caption><thead><tr>"
        f'<th scope="col">Item</th>{head}<th scope="col">Estimate by software</th></tr></thead><tbody>{rows}'
        f'<tr><th scope="row">Items 1 to 7 together</th>{sums}'
        f'<td class="td-estimate" data-label="Estimate">{_estimated_total(estimate)}</td></tr></tbody></table></div>'
    )


def rated(guide: ItemGuide, scores: Scores) -> str:
    """Say how a person rated an item, or why not."""
    if guide.number in scores.scores:
        return answer_words(guide, scores.scores[guide.number])
    return f"not rated: {scores.reasons.get(guide.number, '')}"


def total(scores: Scores) -> str:
    """Add up the items that a person rated, with the highest sum that they allow."""
    given = [int(scores.scores[place]) for place in range(1, _MOVEMENT_ITEMS + 1) if place in scores.scores]
    if not given:
        return "none rated"
    return f"{sum(given)} of {_HIGHEST * len(given)} ({len(given)} of {_MOVEMENT_ITEMS} rated)"


def _estimated(guide: ItemGuide, estimate: Assessment | None) -> str:
    if estimate is None:
        return "no estimate"
    if guide.number > _MOVEMENT_ITEMS:
        return "not estimated: only a person can rate it"
    item = estimate.items[tuple(Item)[guide.number - 1]]
    if item.expected is None:
        return f"not assessed: {escape(item.reason or '')}"
    said = f"{number(item.expected, digits=1)} ± {spread(item.probabilities or ()):.1f}"
    return f"{said}, nearest to “{escape(answer_words(guide, round(item.expected)))}”"


def _estimated_total(estimate: Assessment | None) -> str:
    if estimate is None:
        return "no estimate"
    found = estimate.total
    if found.expected is None:
        return f"none: {escape(found.reason or '')}"
    spread_over = (
        ""
        if found.interval is None
        else (f"; {100 * found.interval_share:.0f}% interval {found.interval[0]} to {found.interval[1]}")
    )
    return (
        f"{number(found.expected, digits=1)} of {found.maximum} ({found.items_assessed} of {_MOVEMENT_ITEMS} "
        f"assessed){spread_over}"
    )


def _show_remarks(rating: Rating, name: str) -> None:
    when = "" if rating.locked_at is None else f" was locked on {moment(rating.locked_at)}"
    seen_before = (
        "after having seen the estimate" if rating.estimate_seen else "without having seen the estimate"
    )
    lines = [f"{name}{when}, {seen_before}."]
    lines.append(f"A movement seen only on activation: {ACTIVATIONS[rating.current.activation]}.")
    if rating.current.comment:
        lines.append(f"Comment: {rating.current.comment}")
    lines += [f"Changed on {moment(one.changed_at)}: {one.why}" for one in rating.changes]
    st.text("\n".join(lines))


def _offer_change(desk: Desk, own: Rating) -> None:
    with st.expander("Change your rating"), st.form("change-rating"):
        st.markdown("What you locked stays. The change is kept beside it, with your reason.")
        now = own.current
        # Keys carry how many changes there are: after a change the form begins with what stands since.
        key = f"{own.id}-{len(own.changes)}"
        answers, reasons = {}, {}
        for guide in ITEMS:
            answers[guide.number] = choose_answer(guide, now, f"{key}-{guide.number}")
            reasons[guide.number] = ask_why_not(guide, now, f"{key}-{guide.number}")
        activation = choose_activation(now, key)
        comment = st.text_area("Comment", value=now.comment, key=f"comment-{key}")
        why = st.text_input("Why the rating is changed", key=f"why-{key}")
        if st.form_submit_button("Keep the change"):
            scores = collected(answers, reasons, comment, activation)
            change(lambda: change_rating(desk, own.id, scores, why=why), said="The change is kept.")
            st.rerun()


def _show_downloads(desk: Desk, of: str) -> None:
    st.header("For the chart", anchor=False)
    if find_spec("typst") is None or find_spec("fhir") is None:
        st.markdown("Reports need further packages on the server: `pip install 'tdscreen[report]'`.")
        return
    st.markdown(
        "What you download is no longer encrypted, and yours to look after. Without a signature it says that it is a "
        "draft."
    )
    with st.container(horizontal=True):
        for label, purpose in (("Report (PDF)", Purpose.REPORT), ("FHIR (JSON)", Purpose.FHIR)):
            ticket = seen(
                f"ticket-{purpose}",
                partial(
                    service().tickets.write,
                    purpose,
                    staff=desk.staff.id,
                    on=of,
                    valid_s=CLINIC_PAGES.play_valid_s,
                ),
            )
            st.link_button(label, f"/clinic/{purpose}/{ticket}")


def _show_signatures(desk: Desk, signed: Sequence[SignOff]) -> None:
    if not signed:
        st.markdown("Nobody has signed. The result is a draft.")
    for one in signed:
        comment = f"\n{one.comment}" if one.comment else ""
        st.text(
            f"Signed by {one.signed_by} on {moment(one.signed_at)}: {total(one.scores)}. "
            f"{AGREEMENTS[one.agreement]}.{comment}"
        )
        if one.signed_by == desk.staff.id:
            _offer_release(desk, one)


def _offer_release(desk: Desk, signed: SignOff) -> None:
    """Let the patient read, by the own link, what was signed: in plain words, without a score or a disease."""
    released = signed.released_at is not None
    if signed.released_at is not None:
        st.caption(f"The patient may read a plain summary of this since {moment(signed.released_at)}.")
    else:
        st.caption(
            "The patient reads nothing of this before you allow it: then a plain summary, without scores."
        )
    st.button(
        "Take the summary back" if released else "Let the patient read a summary",
        key=f"release-{signed.id}",
        on_click=change,
        args=(partial(take_back_summary if released else release_summary, desk, signed.id),),
    )


def _offer_signature(
    desk: Desk, locked: Sequence[Rating], names: Mapping[str, str], stored: Sequence[StoredAssessment]
) -> None:
    with st.form("sign"):
        st.markdown(
            f"With your signature, {unformatted(desk.staff.name)}, you stand for a rating as it is now. The videos of "
            "this examination are destroyed when the ratings that are required are signed, but for those that "
            "somebody decided to keep."
            + (
                ""
                if stored
                else " There is no estimate yet: one that was asked for is made first, and else none can be made once "
                "they are gone."
            )
        )
        rating = locked[0]
        if len(locked) > 1:
            rating = st.selectbox("Rating", locked, format_func=lambda one: names[one.id], key="sign-which")
        choices = (Agreement.AGREES, Agreement.DIFFERS) if stored else (Agreement.NOT_SEEN,)
        agreement = st.radio(
            "Estimate and rating",
            choices,
            index=None if stored else 0,
            format_func=AGREEMENTS.__getitem__,
            key="agreement",
        )
        comment = st.text_input("Comment on the signature", key="sign-comment")
        if st.form_submit_button("Sign", type="primary"):
            if agreement is None:
                tell("Say whether the estimate agrees with the rating.", Tone.PROBLEM)
                return
            change(
                lambda: sign(desk, rating.id, agreement=agreement, comment=comment, as_seen=rating.current),
                said="Signed.",
            )
            st.rerun()
