"""The card as a PDF (ReportLab), the same bytes for the same card."""

from __future__ import annotations

import io
from collections.abc import Sequence
from html import escape
from typing import Any

from tdscreen.verification.card.contents import (
    TITLE,
    Card,
    interval_words,
    value_words,
    verdict_words,
)
from tdscreen.verification.card.words import (
    ABOUT,
    KNOWN_LIMITS,
    STATED_LIMITS_CAPTION,
    SUMMARY_HEADS,
    counts_sentence,
    group_table,
    reached_sentence,
    stated_limit_table,
    summary_rows,
)
from tdscreen.verification.chart import Chart
from tdscreen.verification.figure import Figure

_MARGIN_MM = 16.0
_PAGE_WIDTH_MM = 210.0
_SUMMARY_WIDTHS_MM = (28.0, 55.0, 78.0, 17.0)
_FIGURE_WIDTHS_MM = (70.0, 25.0, 22.0, 24.0, 10.0, 12.0, 15.0)


def write_pdf(card: Card, charts: Sequence[Chart]) -> bytes:
    """Write the card as a PDF of A4 pages.

    Parameters
    ----------
    card : Card
    charts : sequence of Chart

    Returns
    -------
    bytes
    """
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.units import mm
    from reportlab.platypus import CondPageBreak, KeepTogether, Paragraph, SimpleDocTemplate, Spacer

    style = _styles()
    out = io.BytesIO()
    title = f"{TITLE} of tdscreen {card.version}"
    document = SimpleDocTemplate(
        out,
        pagesize=A4,
        leftMargin=_MARGIN_MM * mm,
        rightMargin=_MARGIN_MM * mm,
        topMargin=_MARGIN_MM * mm,
        bottomMargin=_MARGIN_MM * mm,
        title=title,
        author="tdscreen",
        subject="What tdscreen measures, over what range, how well",
        lang="en",
        # No clock and no chance in the file.
        invariant=1,
    )

    def text(words: str, name: str = "body") -> Any:
        return Paragraph(escape(words, quote=False), style[name])

    story: list[Any] = [text(title, "title"), text(counts_sentence(card))]
    story += [text(words) for words in ABOUT]
    story += [
        text("What is measured, how well, and whether that is enough", "heading"),
        text(reached_sentence(card)),
    ]
    # The table behind this heading is longer than a page: what is left of one must hold a part of it.
    story += [
        _summary_table(card, style),
        CondPageBreak(60 * mm),
        text("What is not reached, and why", "heading"),
    ]
    story.append(_figures_table(card.missed(), style) if card.missed() else text("Every target is reached."))
    for section, figures in card.sections():
        head = [text(section.title, "heading"), text(section.about)]
        drawn = [_chart(chart, style) for chart in charts if chart.section == section.name]
        # A heading never stands at the foot of a page without what it heads.
        story.append(KeepTogether([*head, *drawn[:1]]))
        story += drawn[1:]
        story += [Spacer(1, 2 * mm), _figures_table(figures, style)]
        if section.name == "fairness":
            story += [Spacer(1, 3 * mm), _plain_table(*group_table(card.results), style)]
        if section.name == "noise":
            story += [
                text(STATED_LIMITS_CAPTION, "caption"),
                _plain_table(*stated_limit_table(card.results), style),
            ]
    story.append(
        KeepTogether(
            [text("What the card does not show", "heading"), *(text(words) for words in KNOWN_LIMITS)]
        )
    )
    if card.failed:
        story.append(text("Clips that could not be rendered or measured", "heading"))
        story.append(_plain_table(["clip", "reason"], [[one.name, one.reason] for one in card.failed], style))
    story.append(text("Where it comes from", "heading"))
    story.append(_plain_table(["", ""], [[name, value] for name, value in card.provenance.items()], style))

    def foot(canvas: Any, _: Any) -> None:
        canvas.setFont("Helvetica", 7.5)
        canvas.drawString(_MARGIN_MM * mm, 9 * mm, f"{title}. For research use.")
        canvas.drawRightString((_PAGE_WIDTH_MM - _MARGIN_MM) * mm, 9 * mm, f"page {canvas.getPageNumber()}")

    document.build(story, onFirstPage=foot, onLaterPages=foot)
    return out.getvalue()


def _styles() -> dict[str, Any]:
    from reportlab.lib.colors import HexColor
    from reportlab.lib.styles import ParagraphStyle

    body = ParagraphStyle("body", fontName="Helvetica", fontSize=9, leading=12, spaceAfter=4)
    cell = ParagraphStyle("cell", fontName="Helvetica", fontSize=7.2, leading=8.8)
    return {
        "body": body,
        "title": ParagraphStyle(
            "title", parent=body, fontName="Helvetica-Bold", fontSize=17, leading=21, spaceAfter=6
        ),
        "heading": ParagraphStyle(
            "heading",
            parent=body,
            fontName="Helvetica-Bold",
            fontSize=12,
            leading=15,
            spaceBefore=10,
            spaceAfter=3,
        ),
        "caption": ParagraphStyle(
            "caption", parent=body, fontSize=7.5, leading=9.5, textColor=HexColor("#4a525b")
        ),
        "strong": ParagraphStyle(
            "strong", parent=body, fontName="Helvetica-Bold", fontSize=8.5, spaceBefore=4
        ),
        "cell": cell,
        "number": ParagraphStyle("number", parent=cell, alignment=2),
        "head": ParagraphStyle("head", parent=cell, fontName="Helvetica-Bold"),
        "reached": ParagraphStyle(
            "reached", parent=cell, fontName="Helvetica-Bold", textColor=HexColor("#1a5e2f")
        ),
        "not reached": ParagraphStyle(
            "missed", parent=cell, fontName="Helvetica-Bold", textColor=HexColor("#8f1d14")
        ),
        "not measured": ParagraphStyle(
            "unknown", parent=cell, fontName="Helvetica-Bold", textColor=HexColor("#5b5200")
        ),
        "": cell,
    }


def _summary_table(card: Card, style: dict[str, Any]) -> Any:
    from reportlab.lib.units import mm
    from reportlab.platypus import Paragraph

    rows = [[Paragraph(name, style["head"]) for name in SUMMARY_HEADS]]
    for title, over, how_well, count, whole in summary_rows(card):
        rows.append(
            [
                Paragraph(title, style["head"]),
                Paragraph(escape(over, quote=False), style["cell"]),
                Paragraph("<br/>".join(escape(words, quote=False) for words in how_well), style["cell"]),
                Paragraph(count, style[{None: "cell", True: "reached", False: "not reached"}[whole]]),
            ]
        )
    return _table(rows, [width * mm for width in _SUMMARY_WIDTHS_MM])


def _chart(chart: Chart, style: dict[str, Any]) -> Any:
    from reportlab.lib.units import inch, mm
    from reportlab.platypus import Image, KeepTogether, Paragraph

    room_in = (_PAGE_WIDTH_MM - 2 * _MARGIN_MM) * mm / inch
    shrink = min(1.0, room_in / chart.width_in)
    image = Image(
        io.BytesIO(chart.png), width=shrink * chart.width_in * inch, height=shrink * chart.height_in * inch
    )
    return KeepTogether(
        [
            Paragraph(escape(chart.title, quote=False), style["strong"]),
            image,
            Paragraph(escape(chart.words, quote=False), style["caption"]),
        ]
    )


def _figures_table(figures: Sequence[Figure], style: dict[str, Any]) -> Any:
    from reportlab.lib.units import mm
    from reportlab.platypus import Paragraph

    heads = ("figure", "target", "found", "95% interval", "n", "people", "")
    rows = [[Paragraph(name, style["head"]) for name in heads]]
    for figure in figures:
        words = escape(figure.statement, quote=False)
        if figure.reason:
            words += f'<br/><font color="#4a525b"><i>{escape(figure.reason, quote=False)}</i></font>'
        verdict = verdict_words(figure)
        rows.append(
            [
                Paragraph(words, style["cell"]),
                Paragraph(figure.target.words(figure.unit) if figure.target else "", style["cell"]),
                Paragraph(value_words(figure), style["number"]),
                Paragraph(interval_words(figure), style["number"]),
                Paragraph(str(figure.n), style["number"]),
                Paragraph(str(figure.persons), style["number"]),
                Paragraph(verdict, style[verdict]),
            ]
        )
    return _table(rows, [width * mm for width in _FIGURE_WIDTHS_MM])


def _plain_table(heads: Sequence[str], rows: Sequence[Sequence[str]], style: dict[str, Any]) -> Any:
    from reportlab.lib.units import mm
    from reportlab.platypus import Paragraph

    room = (_PAGE_WIDTH_MM - 2 * _MARGIN_MM) * mm
    widths = [45 * mm, room - 45 * mm] if len(heads) == 2 else [room / len(heads)] * len(heads)
    filled = [[Paragraph(escape(name, quote=False), style["head"]) for name in heads]] if any(heads) else []
    filled += [[Paragraph(escape(cell, quote=False), style["cell"]) for cell in row] for row in rows]
    return _table(filled, widths, headed=any(heads))


def _table(rows: list[list[Any]], widths: Sequence[float], *, headed: bool = True) -> Any:
    from reportlab.lib.colors import HexColor
    from reportlab.platypus import Table

    commands: list[tuple[Any, ...]] = [
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LINEBELOW", (0, 0), (-1, -1), 0.4, HexColor("#d8dde2")),
        ("LEFTPADDING", (0, 0), (-1, -1), 3),
        ("RIGHTPADDING", (0, 0), (-1, -1), 3),
        ("TOPPADDING", (0, 0), (-1, -1), 2),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
    ]
    if headed:
        commands.append(("BACKGROUND", (0, 0), (-1, 0), HexColor("#f0f3f6")))
    return Table(rows, colWidths=list(widths), repeatRows=1 if headed else 0, style=commands)
