"""How people rate alike, how near the tool comes, and whether somebody drifts over the months.

Only clinicians of the site see it, and of it what each may: the examinations of which the person has locked a rating.
Administrators see no findings, and agreement is counted from them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape

import streamlit as st

from tdscreen.assessment.plain import number
from tdscreen.clinicapp.aims import ITEMS
from tdscreen.clinicapp.visit import seen
from tdscreen.course.points import AIMS_NUMBER, Point
from tdscreen.course.raters import Drift, Interval, RaterAgreement, agreement, drifts, with_the_tool
from tdscreen.course.shown import Rated, rated_twice, shown
from tdscreen.printing import counted
from tdscreen.records.clinic import Desk
from tdscreen.records.worklist import OwnRating, examination_states
from tdscreen.vocabulary import Item


@dataclass(frozen=True)
class Line:
    """One comparison, and what it is between."""

    between: str
    found: RaterAgreement


def show_raters(desk: Desk) -> None:
    """Show how ratings agree, as far as this person may see them."""
    st.title("Raters", anchor=False)
    st.markdown(
        "Counted are the examinations of which you have locked a rating: no other is shown to you, and of people who "
        "rate without you there is nothing here. Between people, and with the tool, only ratings count that were made "
        "without having seen the estimate, and each as it was locked: a change after that is not counted."
    )
    people, tool, again = seen("agreement", lambda: _agreement(desk))
    _show(
        "Between people",
        people,
        "No two people have rated the same examination yet.",
        "Difference: the second less the first, of totals, in points.",
    )
    _show(
        "With the tool",
        tool,
        "No examination has both a rating and an estimate that you may see.",
        "Difference: the estimate less the rating, over the items that both have.",
    )
    _show(
        "Drift",
        again,
        "Nobody has rated an examination a second time yet. It can be done on the page “Rating” while the video is "
        "kept.",
        "Difference: the last less the first rating that a person made of the same examination; above 0, the person "
        "rates higher than before.",
    )


def agreement_table(lines: Sequence[Line], about: str) -> str:
    """Write agreement with its intervals and numbers; what cannot be said of too few says why."""
    rows = "".join(_row(line) for line in lines)
    return (
        f'<div class="td-scroll"><table class="td-table stack"><caption>{escape(about)} Intervals are of 95%.</caption>'
        '<thead><tr><th scope="col">Who</th><th scope="col">Examinations (patients)</th>'
        '<th scope="col">Difference</th><th scope="col">ICC of totals</th></tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
    )


def kappa_table(lines: Sequence[Line]) -> str:
    """Write the weighted kappa of each item."""
    told = [line for line in lines if not line.found.reason]
    head = "".join(f'<th scope="col">{escape(line.between)}</th>' for line in told)
    rows = "".join(
        f'<tr><th scope="row">{place}. {escape(ITEMS[place - 1].title)}</th>'
        + "".join(
            f'<td data-label="{escape(line.between)}">'
            f"{_kappa(line.found.kappas, line.found.kappa_intervals, item)}</td>"
            for line in told
        )
        + "</tr>"
        for item, place in AIMS_NUMBER.items()
    )
    return (
        '<div class="td-scroll"><table class="td-table stack"><caption>Weighted kappa (quadratic) of each item.'
        f'</caption><thead><tr><th scope="col">Item</th>{head}</tr></thead><tbody>{rows}</tbody></table></div>'
    )


def _agreement(desk: Desk) -> tuple[list[Line], list[Line], list[Line]]:
    states = examination_states(desk)
    found = shown(desk, (state for state in states if state.own is OwnRating.LOCKED))
    rated = [rated for one in found for rated in one.rated]
    estimated = [one.estimate for one in found if one.estimate is not None]

    def name(rater: str) -> str:
        return "you" if rater == desk.staff.id else rater

    people = [
        Line(f"{name(first)}, then {name(second)}", agreement(pairs))
        for (first, second), pairs in sorted(rated_twice(rated).items())
    ]
    tool = [
        Line(name(rater), agreement(pairs))
        for rater, pairs in sorted(with_the_tool(*_blind(rated, estimated)).items())
    ]
    again = [
        Line(_drift_of(name(drift.rater), drift), drift.agreement)
        for drift in drifts((one.rating, one.first_point) for one in rated)
        if drift.months is not None
    ]
    return people, tool, again


def _blind(rated: Sequence[Rated], estimated: Sequence[Point]) -> tuple[dict[str, str], list[Point]]:
    blind = [one for one in rated if one.rating.estimate_seen is False]
    patients = {one.rating.examination: one.rating.patient for one in blind}
    return patients, [*(one.first_point for one in blind), *estimated]


def _drift_of(who: str, drift: Drift) -> str:
    return f"{who}, over {number(drift.months or 0.0, digits=1)} months in the middle"


def _show(title: str, lines: Sequence[Line], otherwise: str, about: str) -> None:
    st.header(title, anchor=False)
    if not lines:
        st.markdown(otherwise)
        return
    st.html(agreement_table(lines, about))
    if any(not line.found.reason for line in lines):
        with st.expander(f"Item by item: {title.lower()}"):
            st.html(kappa_table(lines))


def _row(line: Line) -> str:
    found = line.found
    n = f"{found.examinations:,} ({counted(found.people, 'patient')})"
    head = f'<tr><th scope="row">{escape(line.between)}</th><td data-label="Examinations (patients)">{n}</td>'
    if found.reason:
        return f'{head}<td colspan="2">Too few. {escape(found.reason)}</td></tr>'
    return (
        f'{head}<td data-label="Difference">{_with(found.mean_difference, found.difference_interval, sign=True)}</td>'
        f'<td data-label="ICC of totals">{_with(found.icc, found.icc_interval)}</td></tr>'
    )


def _kappa(values: Mapping[Item, float | None], intervals: Mapping[Item, Interval | None], item: Item) -> str:
    return "not both rated" if item not in values else _with(values[item], intervals[item])


def _with(value: float | None, interval: Interval | None, *, sign: bool = False) -> str:
    if value is None:
        return "cannot be told: all are alike"

    def written(one: float) -> str:
        # A hair below 0 is 0.
        one = round(one, 2) + 0.0
        return f"{one:+.2f}" if sign else f"{one:.2f}"

    if interval is None:
        return f"{written(value)} (no interval: fewer than three patients)"
    return f"{written(value)} ({written(interval[0])} to {written(interval[1])})"
