"""A course as a drawing that needs no colour: squares are ratings, circles are estimates with their spread.

Pure functions: numbers in, SVG out. What a drawing shows stands in words beside it, for whoever does not see it.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape

_WIDTH, _HEIGHT = 340, 190
_LEFT, _RIGHT, _TOP, _BOTTOM = 34, 14, 22, 30
_MARK = 4.5
_INK = "#1b2733"
_DAY = "%d %b %Y"


@dataclass(frozen=True)
class Mark:
    """One value at one time.

    Attributes
    ----------
    at : datetime
    value : float
    half : float
        Half the width of its 95 % interval; 0 of a rating.
    filled : bool
        A rating that is signed; drafts and estimates are hollow.
    """

    at: datetime
    value: float
    half: float = 0.0
    filled: bool = False


@dataclass(frozen=True)
class Panel:
    """One quantity over time.

    Attributes
    ----------
    title : str
    highest : int
        Of the scale, which begins at 0.
    ratings, estimates : tuple of Mark
    words : str
        The same for whoever does not see it.
    """

    title: str
    highest: int
    ratings: tuple[Mark, ...]
    estimates: tuple[Mark, ...]
    words: str


def pictures(
    panels: Sequence[Panel], *, span: tuple[datetime, datetime], changes: Sequence[tuple[str, datetime]]
) -> str:
    """Give the panels as pictures of a page, each with its words.

    Parameters
    ----------
    panels : sequence of Panel
    span : (datetime, datetime)
        Of the time axis, which is the same for all.
    changes : sequence of (str, datetime)
        Name and time of what is marked by a dashed line.
    """
    return (
        '<div class="td-items">'
        + "".join(
            f'<figure class="td-picture"><img src="data:image/svg+xml;base64,'
            f'{base64.b64encode(drawing(panel, span=span, changes=changes).encode()).decode()}" '
            f'alt="{escape(panel.words)}"><figcaption>{escape(panel.title)}</figcaption></figure>'
            for panel in panels
        )
        + "</div>"
    )


def drawing(panel: Panel, *, span: tuple[datetime, datetime], changes: Sequence[tuple[str, datetime]]) -> str:
    """Draw one panel as SVG; see :func:`pictures`."""
    first, last = span
    long_s = max((last - first).total_seconds(), 1.0)

    def across(at: datetime) -> float:
        inside = _WIDTH - _LEFT - _RIGHT - 4 * _MARK
        return _LEFT + 2 * _MARK + inside * (at - first).total_seconds() / long_s

    def up(value: float) -> float:
        bounded = min(max(value, 0.0), panel.highest)
        return _HEIGHT - _BOTTOM - (_HEIGHT - _TOP - _BOTTOM) * bounded / panel.highest

    step = max(1, panel.highest // 4)
    parts = [f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#ffffff"/>']
    for value in range(0, panel.highest + 1, step):
        parts.append(_line(_LEFT, up(value), _WIDTH - _RIGHT, up(value), "#dde4ea"))
        parts.append(_text(_LEFT - 6, up(value) + 4, str(value), "end"))
    for name, at in changes:
        x = across(at)
        parts.append(_line(x, _TOP - 4, x, _HEIGHT - _BOTTOM, _INK, dash="5 4"))
        parts.append(_text(x, _TOP - 8, name, "end" if x > _WIDTH / 2 else "start"))
    parts.append(_text(_LEFT, _HEIGHT - 9, first.astimezone().strftime(_DAY), "start"))
    if last > first:
        parts.append(_text(_WIDTH - _RIGHT, _HEIGHT - 9, last.astimezone().strftime(_DAY), "end"))
    for dash, marks in (("1 4", panel.estimates), ("", panel.ratings)):
        places = " ".join(f"{across(mark.at):.1f},{up(mark.value):.1f}" for mark in marks)
        parts.append(
            f'<polyline points="{places}" fill="none" stroke="{_INK}" stroke-width="1.3" stroke-dasharray="{dash}"/>'
        )
    for mark in panel.estimates:
        x, y = across(mark.at), up(mark.value)
        for end in (up(mark.value - mark.half), up(mark.value + mark.half)):
            parts.append(_line(x, y, x, end, _INK))
            parts.append(_line(x - _MARK, end, x + _MARK, end, _INK))
        parts.append(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{_MARK}" fill="#ffffff" stroke="{_INK}" stroke-width="1.6"/>'
        )
    for mark in panel.ratings:
        x, y = across(mark.at) - _MARK, up(mark.value) - _MARK
        parts.append(
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{2 * _MARK}" height="{2 * _MARK}" '
            f'fill="{_INK if mark.filled else "#ffffff"}" stroke="{_INK}" stroke-width="1.6"/>'
        )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" width="{_WIDTH}" '
        f'height="{_HEIGHT}" font-family="sans-serif" font-size="12" fill="{_INK}">{"".join(parts)}</svg>'
    )


def _line(x1: float, y1: float, x2: float, y2: float, colour: str, *, dash: str = "") -> str:
    return (
        f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}" stroke-width="1.3" '
        f'stroke-dasharray="{dash}"/>'
    )


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'
