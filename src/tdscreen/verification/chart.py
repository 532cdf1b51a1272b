"""A chart, drawn once and given as SVG for a page and PNG for a PDF: the same bytes for the same drawing."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from typing import Any

INK, MUTED, BLUE, ORANGE, BAND = "#1b1f24", "#8a929c", "#1f5f99", "#c25700", "#dfe9f3"
_STYLE: Any = {
    "svg.fonttype": "none",
    "svg.hashsalt": "tdscreen",
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 9,
    "axes.edgecolor": MUTED,
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.color": INK,
    "ytick.color": INK,
    "figure.constrained_layout.use": True,
}


@dataclass(frozen=True)
class Chart:
    """One chart.

    Attributes
    ----------
    title : str
    words : str
        What it shows, for those who do not see it.
    svg : str
    png : bytes
    width_in, height_in : float
    section : str
        Under which it stands, where a page has sections.
    """

    title: str
    words: str
    svg: str
    png: bytes
    width_in: float
    height_in: float
    section: str = ""


def draw_chart(
    title: str, words: str, size_in: tuple[float, float], draw: Callable[[Any], None], *, section: str = ""
) -> Chart:
    """Draw a chart.

    Parameters
    ----------
    title, words, section : str
        As the chart has them.
    size_in : (float, float)
        Width and height, in inches.
    draw : callable
        Takes a Matplotlib figure and draws on it.

    Returns
    -------
    Chart
    """
    import matplotlib as mpl
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    with mpl.rc_context(_STYLE):
        figure = Figure(figsize=size_in)
        FigureCanvasAgg(figure)
        draw(figure)
        vector, pixels = io.StringIO(), io.BytesIO()
        figure.savefig(vector, format="svg", metadata={"Date": None, "Creator": None})
        figure.savefig(pixels, format="png", dpi=160, metadata={"Software": None})
    svg = vector.getvalue()
    return Chart(title, words, svg[svg.index("<svg") :], pixels.getvalue(), *size_in, section)


def chart_html(chart: Chart, number: int) -> str:
    """Write a chart as a figure of a page.

    Parameters
    ----------
    chart : Chart
    number : int
        Its own within the page.

    Returns
    -------
    str
    """
    svg = chart.svg
    # Names within one page must be its own: every drawing calls its pieces by the same words.
    for mark in ('id="', 'href="#', "url(#"):
        svg = svg.replace(mark, f"{mark}c{number}-")
    svg = svg.replace("<svg ", f'<svg role="img" aria-labelledby="chart-{number}" ', 1)
    return (
        f'<figure><h3 id="chart-{number}">{escape(chart.title)}</h3>{svg}'
        f"<figcaption>{escape(chart.words)}</figcaption></figure>"
    )
