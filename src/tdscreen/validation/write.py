"""A validation as a page that needs nothing else, as a PDF, and as tables."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any

import numpy as np

from tdscreen.validation.held import Found, Held
from tdscreen.validation.report import TITLE, Block, Heading, Report, Text
from tdscreen.verification.chart import Chart, chart_html

PAGE, PDF, FIGURES, ROWS = "index.html", "validation.pdf", "figures.csv", "rows.csv"

_STYLE = """
body{font:16px/1.5 system-ui,sans-serif;color:#1b1f24;background:#fff;max-width:60rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.8rem;margin-bottom:.2rem}h2{margin-top:2.5rem;border-bottom:1px solid #d0d7de;padding-bottom:.2rem}
h3{font-size:1rem;margin-bottom:.2rem}p{max-width:48rem}
table{border-collapse:collapse;width:100%;font-size:.875rem;margin:.8rem 0}
caption{text-align:left;font-weight:600;padding:.3rem 0}
th,td{text-align:right;vertical-align:top;padding:.3rem .6rem;border-bottom:1px solid #e3e7eb}
th:first-child,td:first-child{text-align:left}thead th{background:#f4f6f8}tbody th{font-weight:400}
table.words td{text-align:left;overflow-wrap:anywhere}
figure{margin:1rem 0;overflow-x:auto}figure svg{max-width:100%;height:auto}figcaption{color:#4a525b;font-size:.875rem}
.scroll{overflow-x:auto}
"""
_MARGIN_MM, _WIDTH_MM = 16.0, 210.0


def write_files(report: Report, held: Held, found: Sequence[Found]) -> dict[str, bytes]:
    """Write a validation in all of its forms.

    Parameters
    ----------
    report : Report
    held : Held
    found : sequence of Found

    Returns
    -------
    dict of str to bytes
        Contents by the name of the file.
    """
    return {
        PAGE: page(report).encode(),
        PDF: pdf(report),
        FIGURES: figures_table(found).encode(),
        ROWS: rows_table(held).encode(),
    }


def save_files(files: dict[str, bytes], folder: Path) -> None:
    """Put files into a folder that is made for them."""
    folder.mkdir(parents=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)


def figures_table(found: Sequence[Found]) -> str:
    """Write every figure as comma-separated values."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["section", "figure", "value", "low", "high", "rows", "people"])
    for one in found:
        low, high = one.interval or (None, None)
        writer.writerow([one.section, one.what, one.value, low, high, one.n, one.people])
    return out.getvalue()


def rows_table(held: Held) -> str:
    """Write what was said and rated of each row; people by their number only."""
    numbers = {name: number for number, name in enumerate(sorted(set(held.people.tolist())), 1)}
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    heads = ["row", "person", "usable", "chance_of_positive"]
    for item in held.items:
        heads += [f"{item.item}.expected", f"{item.item}.given", f"{item.item}.rated"]
    writer.writerow(heads)
    chance, usable = held.chance, held.usable
    for row, person in enumerate(held.people.tolist()):
        cells: list[Any] = [row + 1, numbers[person], int(usable[row]), _number(chance[row])]
        for item in held.items:
            cells += [_number(item.expected[row]), _number(item.given[row]), _number(item.agreed[row])]
        writer.writerow(cells)
    return out.getvalue()


def _number(value: float) -> str:
    return "" if np.isnan(value) else f"{value:.6g}"


def page(report: Report) -> str:
    """Write the report as HTML without any address outside of it."""
    parts = [
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{TITLE}</title><style>{_STYLE}</style></head><body><main>",
        f"<h1>{TITLE}</h1><p>{escape(report.subtitle)}</p>",
        *(_html(block, number) for number, block in enumerate(report.blocks)),
        "</main></body></html>\n",
    ]
    return "\n".join(parts)


def _html(block: Block, number: int) -> str:
    if isinstance(block, Heading):
        return f"<h2>{escape(block.words)}</h2>"
    if isinstance(block, Text):
        return f"<p>{escape(block.words)}</p>"
    if isinstance(block, Chart):
        return chart_html(block, number)
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in block.heads)
    body = "".join(
        f'<tr><th scope="row">{escape(row[0])}</th>'
        + "".join(f"<td>{escape(cell)}</td>" for cell in row[1:])
        + "</tr>"
        for row in block.rows
    )
    kind = "" if any(block.heads) else ' class="words"'
    return (
        f'<div class="scroll"><table{kind}><caption>{escape(block.caption)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def pdf(report: Report) -> bytes:
    """Write the report as A4 pages, the same bytes for the same report."""
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.lib.units import mm
    from reportlab.platypus import Paragraph, SimpleDocTemplate

    body = ParagraphStyle("body", fontName="Helvetica", fontSize=9, leading=12, spaceAfter=4)
    style = {
        "body": body,
        "title": ParagraphStyle("title", parent=body, fontName="Helvetica-Bold", fontSize=17, leading=21, spaceAfter=6),
        "heading": ParagraphStyle(
            "heading", parent=body, fontName="Helvetica-Bold", fontSize=12, leading=15, spaceBefore=10, spaceAfter=3,
            keepWithNext=1,
        ),
        "caption": ParagraphStyle("caption", parent=body, fontSize=8, leading=10, spaceBefore=3, keepWithNext=1),
        "cell": ParagraphStyle("cell", fontName="Helvetica", fontSize=7.5, leading=9),
        "number": ParagraphStyle("number", fontName="Helvetica", fontSize=7.5, leading=9, alignment=2),
    }  # fmt: skip
    out = io.BytesIO()
    margin = _MARGIN_MM * mm
    document = SimpleDocTemplate(
        out,
        pagesize=A4,
        leftMargin=margin,
        rightMargin=margin,
        topMargin=margin,
        bottomMargin=margin,
        title=TITLE,
        author="tdscreen",
        lang="en",
        # No clock and no chance in the file.
        invariant=1,
    )
    story: list[Any] = [Paragraph(TITLE, style["title"]), Paragraph(escape(report.subtitle), style["body"])]
    for block in report.blocks:
        story += _flowables(block, style)

    def foot(canvas: Any, _: Any) -> None:
        canvas.setFont("Helvetica", 7.5)
        canvas.drawString(margin, 9 * mm, f"{TITLE}. For research use.")
        canvas.drawRightString(_WIDTH_MM * mm - margin, 9 * mm, f"page {canvas.getPageNumber()}")

    document.build(story, onFirstPage=foot, onLaterPages=foot)
    return out.getvalue()


def _flowables(block: Block, style: dict[str, Any]) -> list[Any]:
    from reportlab.lib.colors import HexColor
    from reportlab.lib.units import inch, mm
    from reportlab.platypus import Image, KeepTogether, Paragraph
    from reportlab.platypus import Table as Grid

    def text(words: str, name: str) -> Any:
        return Paragraph(escape(words, quote=False), style[name])

    if isinstance(block, Heading):
        return [text(block.words, "heading")]
    if isinstance(block, Text):
        return [text(block.words, "body")]
    if isinstance(block, Chart):
        image = Image(io.BytesIO(block.png), width=block.width_in * inch, height=block.height_in * inch)
        return [KeepTogether([text(block.title, "caption"), image, text(block.words, "caption")])]
    room = (_WIDTH_MM - 2 * _MARGIN_MM) * mm
    # As wide as what stands in them, within reason.
    longest = [max(map(len, column)) for column in zip(block.heads, *block.rows, strict=True)]
    shares = [min(max(one, 8), 50) for one in longest]
    widths = [room * one / sum(shares) for one in shares]
    headed = any(block.heads)
    others = "number" if headed else "cell"
    rows = [[text(row[0], "cell"), *(text(cell, others) for cell in row[1:])] for row in block.rows]
    if headed:
        rows.insert(0, [text(name, others if place else "cell") for place, name in enumerate(block.heads)])
    commands: list[tuple[Any, ...]] = [
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LINEBELOW", (0, 0), (-1, -1), 0.4, HexColor("#d8dde2")),
        ("TOPPADDING", (0, 0), (-1, -1), 2),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 2),
    ]
    if headed:
        commands.append(("BACKGROUND", (0, 0), (-1, 0), HexColor("#f0f3f6")))
    return [
        text(block.caption, "caption"),
        Grid(rows, colWidths=widths, repeatRows=1 if headed else 0, style=commands),
    ]
