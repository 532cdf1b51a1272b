"""A patient's course: ratings and estimates over time, what may be called change, and the drugs.

The store gives out what this person may see: of an examination of which the person has not locked a rating the page has
nothing but that it is withheld.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence, Set
from datetime import datetime
from html import escape

import streamlit as st

from tdscreen.assessment.plain import number
from tdscreen.assessment.words import join_names
from tdscreen.clinicapp.aims import ITEMS
from tdscreen.clinicapp.course_chart import Mark, Panel, pictures
from tdscreen.clinicapp.visit import PageName, Tone, go, seen, tell
from tdscreen.course.change import Change, changes
from tdscreen.course.points import AIMS_NUMBER, MedicationChange, Point, Source, medication_changes
from tdscreen.course.shown import Rated, Shown, Standing, noise_here, shown, standing
from tdscreen.printing import counted, day, moment
from tdscreen.records.clinic import Desk
from tdscreen.records.patients import exposures, patient
from tdscreen.records.worklist import examination_states
from tdscreen.settings import COURSE
from tdscreen.vocabulary import Item
from tdscreen.webapp.words import unformatted

_HIGHEST = 4
_TITLES = {item: f"{number}. {ITEMS[number - 1].title}" for item, number in AIMS_NUMBER.items()}


def show_course(desk: Desk, of: str) -> None:
    """Show what this person may see of a patient's course."""
    one = seen("patient", lambda: patient(desk, of))
    taken = medication_changes(seen("exposures", lambda: exposures(desk, of)))
    states = seen("states", lambda: examination_states(desk, patient=of))
    found = seen("shown", lambda: shown(desk, reversed(states)))
    st.button(
        f"Back to {unformatted(one.details.identifier)}",
        key="back",
        on_click=go,
        args=(PageName.PATIENT, of),
    )
    st.title("Course over time", anchor=False)
    st.text(one.details.identifier)
    _show_withheld(found)
    rated = standing(found)
    estimated = [each.estimate for each in found if each.estimate is not None]
    if not rated and not estimated:
        st.markdown("There is nothing to show yet: no examination has a rating of yours that is locked.")
    else:
        _show_pictures(rated, estimated, taken)
    _show_drugs(taken)
    if rated or estimated:
        st.header("The same in figures", anchor=False)
        st.html(figures_table(found))
    st.header("What may be called change", anchor=False)
    low, high = COURSE.important_points
    st.markdown(
        "A difference is called change only if it is larger than the measurement's own noise (95%) **and** reaches "
        f"what is known to matter to a person: {low:g} points in the trials of valbenazine, {high:g} in those of "
        "deutetrabenazine. Ratings are held against ratings, and estimates against estimates."
    )
    everywhere = seen("site", lambda: examination_states(desk))
    noise, pairs = seen("noise", lambda: noise_here(desk, everywhere))
    st.subheader("Ratings", anchor=False)
    if noise is None:
        st.caption(
            f"How far two ratings of one examination differ here is not known: {counted(pairs, 'pair')} of ratings by "
            "two people that you may see, and three are needed."
        )
    else:
        st.caption(
            f"One rating of a total is {number(noise, digits=1)} points from sure (standard deviation), by "
            f"{counted(pairs, 'pair')} of ratings by two people that you may see."
        )
    drafts = {each.point.examination for each in rated if not each.signed}
    _show_changes(*changes([each.point for each in rated], rating_sd=noise, zone=None), drafts=drafts)
    st.subheader("Estimates by software", anchor=False)
    _show_changes(*changes(estimated, zone=None), drafts=drafts)


def figures_table(found: Sequence[Shown]) -> str:
    """Write what was rated and estimated, oldest first; what was not rated or assessed is said, and never 0."""
    head = "".join(f'<th scope="col">{escape(_TITLES[item])}</th>' for item in Item)
    rows = "".join(
        row
        for one in found
        for row in (
            *(_row(one, _named(one, rated), rated.point, "not rated") for rated in one.rated),
            *(
                []
                if one.estimate is None
                else [_row(one, "Estimate by software", one.estimate, "not assessed")]
            ),
        )
    )
    return (
        '<div class="td-scroll" tabindex="0" role="region" aria-label="Figures of the course">'
        '<table class="td-table stack"><caption>Points of the AIMS. An estimate stands with the half width of its 95% '
        "interval; it is tdscreen’s, and no rating.</caption><thead><tr>"
        f'<th scope="col">Examination</th><th scope="col">What</th>{head}<th scope="col">Together</th></tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
    )


def _named(one: Shown, rated: Rated) -> str:
    """Say whose rating it is; of several by one person which, by its place and the time of its lock."""
    rater = rated.rating.rater
    same = [each for each in one.rated if each.rating.rater == rater]
    which = ""
    if len(same) > 1 and rated.rating.locked_at is not None:
        which = f", number {same.index(rated) + 1} of {len(same)}, locked {moment(rated.rating.locked_at)}"
    return f"Rating by {rater}{which}, {'signed' if rated.signed else 'draft: not signed'}"


def _row(one: Shown, what: str, point: Point, missing: str) -> str:
    cells = "".join(
        f'<td data-label="{escape(_TITLES[item])}">{_value(point, [item], missing)}</td>' for item in Item
    )
    kind = ' class="td-estimate"' if missing == "not assessed" else ""
    return (
        f'<tr><th scope="row">{moment(one.state.held_at)}</th><td data-label="What"{kind}>{escape(what)}</td>{cells}'
        f'<td data-label="Together">{_value(point, point.items, missing)} ({len(point.items)} of {len(Item)} items)'
        "</td></tr>"
    )


def _value(point: Point, items: Iterable[Item], missing: str) -> str:
    wanted = list(items)
    if not wanted or any(item not in point.items for item in wanted):
        return missing
    sd = point.total_sd(wanted)
    value = number(point.total(wanted), digits=1)
    return value if sd is None else f"{value} ± {number(COURSE.noise_z * sd, digits=1)}"


def _show_withheld(found: Sequence[Shown]) -> None:
    estimates = sum(one.withheld_estimate for one in found)
    ratings = sum(one.withheld_ratings > 0 for one in found)
    waiting = [one for one in found if one.withheld_estimate or one.withheld_ratings]
    if not waiting:
        return
    what = " and ".join(
        part
        for part in (
            f"the estimates of {counted(estimates, 'examination')}" if estimates else "",
            f"ratings of {counted(ratings, 'examination')} by others" if ratings else "",
        )
        if part
    )
    tell(f"Not shown: {what}. You see them once you have locked your own rating.", Tone.DRAFT)
    with st.container(horizontal=True):
        for one in waiting:
            st.button(
                f"Rate the examination of {day(one.state.held_at)}",
                key=f"rate-{one.state.examination}",
                on_click=go,
                args=(PageName.RATING, one.state.examination),
                width="content",
            )


def _show_pictures(
    rated: Sequence[Standing], estimated: Sequence[Point], taken: Sequence[MedicationChange]
) -> None:
    times = [
        *(each.point.held_at for each in rated),
        *(point.held_at for point in estimated),
    ]
    first, last = min(times), max(times)
    by_day: dict[datetime, list[str]] = defaultdict(list)
    for place, change in enumerate(taken, 1):
        # What was before the first examination stands in the list alone.
        if change.at >= first:
            by_day[change.at].append(str(place))
    last = max(last, *by_day) if by_day else last
    drafts = any(not each.signed for each in rated)
    rating_drafts = " Squares that are not filled are drafts: nobody has signed them." if drafts else ""
    st.caption(
        "Squares are ratings; where several people have rated an examination, one stands for it. Circles are "
        "estimates, with the bar of their 95% interval. Summed are only items that every examination shown has. Dashed "
        f"lines are drugs, by their numbers below.{rating_drafts}"
    )
    of_ratings = _common([each.point for each in rated])
    of_estimates = _common(estimated)
    panels = [
        *([_panel(f"Ratings, {_together(of_ratings)}", of_ratings, rated, ())] if of_ratings else []),
        *(
            [_panel(f"Estimates, {_together(of_estimates)}", of_estimates, (), estimated)]
            if of_estimates
            else []
        ),
        *(
            _panel(_TITLES[item], (item,), rated, estimated)
            for item in Item
            if any(item in point.items for point in (*(each.point for each in rated), *estimated))
        ),
    ]
    marks = [(", ".join(places), at) for at, places in sorted(by_day.items())]
    st.html(pictures(panels, span=(first, last), changes=marks))


def _common(points: Sequence[Point]) -> tuple[Item, ...]:
    """Name the items that each point has: a sum over more items at one examination than at another is no course."""
    return tuple(item for item in Item if points and all(item in point.items for point in points))


def _together(items: Sequence[Item]) -> str:
    return f"items {join_names([str(AIMS_NUMBER[item]) for item in items])} together"


def _panel(title: str, items: Sequence[Item], rated: Sequence[Standing], estimated: Sequence[Point]) -> Panel:
    def has(point: Point) -> bool:
        return all(item in point.items for item in items)

    squares = tuple(
        Mark(each.point.held_at, each.point.total(items), filled=each.signed)
        for each in rated
        if has(each.point)
    )
    circles = tuple(
        Mark(
            point.held_at,
            point.total(items),
            COURSE.noise_z * (point.total_sd(items) or 0.0),
        )
        for point in estimated
        if has(point)
    )
    said = [f"{title}, over time."]
    if squares:
        said.append(f"Ratings: {_in_words(squares)}.")
    if circles:
        said.append(f"Estimates: {_in_words(circles)}.")
    return Panel(title, _HIGHEST * len(items), squares, circles, " ".join(said))


def _in_words(marks: Sequence[Mark]) -> str:
    return "; ".join(
        f"{day(mark.at)} {number(mark.value, digits=1)}"
        + (f" ± {number(mark.half, digits=1)}" if mark.half else "")
        for mark in marks
    )


def _show_drugs(taken: Sequence[MedicationChange]) -> None:
    st.header("Drugs", anchor=False)
    if not taken:
        st.markdown("None are noted.")
        return
    lines = []
    for change in taken:
        dose = change.after or "without a dose"
        if change.before:
            dose = f"{change.before} before, {dose} now"
        since = f", since {change.since}" if change.since else ""
        lines.append(
            f"<li>{escape(change.drug)}, {escape(dose)}{escape(since)} (noted on {day(change.noted_at)})</li>"
        )
    st.html(
        f'<ol class="td-small" style="padding-left:1.6em">{"".join(lines)}</ol>'
        '<p class="td-small">Each stands where “since” begins, or where it was noted; what was before the first '
        "examination that is shown is in this list alone.</p>"
    )


def _show_changes(found: Sequence[Change], why: str, *, drafts: Set[str]) -> None:
    if why:
        st.markdown(why)
        return
    rows = "".join(_change_row(change, drafts) for change in reversed(found))
    low, high = COURSE.important_points
    st.html(
        '<div class="td-scroll"><table class="td-table stack"><thead><tr><th scope="col">From and to</th>'
        '<th scope="col">Difference</th><th scope="col">Noise (95%)</th>'
        f'<th scope="col">Reaches {low:g} points</th><th scope="col">Reaches {high:g} points</th>'
        f'<th scope="col">What may be said</th></tr></thead><tbody>{rows}</tbody></table></div>'
    )


def said_of(change: Change, drafts: Set[str]) -> list[str]:
    """Say what may be said of a change, and that it is a draft while it rests on ratings that nobody has signed."""
    said = list(change.said)
    if (
        change.later.source is Source.RATING
        and {change.earlier.examination, change.later.examination} & drafts
    ):
        said.append("A draft: the two ratings are not both signed.")
    return said


def _change_row(change: Change, drafts: Set[str]) -> str:
    low, high = change.important
    noise = "not known" if change.noise is None else f"{change.noise:.1f} points"
    difference = f"{change.difference:+.1f} points" if change.items else "none"
    return (
        f'<tr><th scope="row">{day(change.earlier.held_at)} to {day(change.later.held_at)}</th>'
        f'<td data-label="Difference">{difference}</td><td data-label="Noise (95%)">{noise}</td>'
        + "".join(
            f'<td data-label="Reaches {least:g} points">{"yes" if abs(change.difference) >= least else "no"}</td>'
            for least in (low, high)
        )
        + f'<td data-label="What may be said">{escape(" ".join(said_of(change, drafts)))}</td></tr>'
    )
