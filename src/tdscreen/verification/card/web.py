"""The card as one web page that needs nothing else: no script, no picture, no address outside of it."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

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
from tdscreen.verification.chart import Chart, chart_html
from tdscreen.verification.figure import Figure

_STYLE = """
body{font:16px/1.5 system-ui,sans-serif;color:#1b1f24;background:#fff;max-width:64rem;margin:2rem auto;padding:0 1rem}
h1{font-size:1.8rem;margin-bottom:.2rem}h2{margin-top:2.5rem;border-bottom:1px solid #d0d7de;padding-bottom:.2rem}
h3{font-size:1rem;margin-bottom:.2rem}p.about{max-width:48rem}
table{border-collapse:collapse;width:100%;font-size:.875rem;margin:.8rem 0}
caption{text-align:left;font-weight:600;padding:.3rem 0}
th,td{text-align:left;vertical-align:top;padding:.35rem .6rem;border-bottom:1px solid #e3e7eb}
thead th{background:#f4f6f8}tbody th{font-weight:400}td.number,th.number{text-align:right;white-space:nowrap}
.yes{color:#1a5e2f;font-weight:600}.no{color:#8f1d14;font-weight:600}.unknown{color:#5b5200;font-weight:600}
p.reason{margin:.2rem 0 0;color:#4a525b}
figure{margin:1rem 0;overflow-x:auto}figure svg{max-width:100%;height:auto}figcaption{color:#4a525b;font-size:.875rem}
.scroll{overflow-x:auto}@media (max-width:40rem){
.figures thead{display:none}.figures tr{display:block;border-bottom:1px solid #e3e7eb;padding:.4rem 0}
.figures th,.figures td{display:block;border:0;padding:.1rem 0;text-align:left;white-space:normal}
.figures td:empty{display:none}.figures td[data-head]::before{content:attr(data-head) ": ";color:#4a525b}}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.1rem 1rem;font-size:.875rem}
dt{font-weight:600}dd{margin:0;overflow-wrap:anywhere}
"""


def write_page(card: Card, charts: Sequence[Chart]) -> str:
    """Write the card as HTML.

    Parameters
    ----------
    card : Card
    charts : sequence of Chart

    Returns
    -------
    str
    """
    parts = [
        "<!doctype html>",
        '<html lang="en"><head><meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{TITLE} of tdscreen {escape(card.version)}</title><style>{_STYLE}</style></head><body><main>",
        f"<h1>{TITLE} of tdscreen {escape(card.version)}</h1>",
        f"<p>{escape(counts_sentence(card))}</p>",
        *(f'<p class="about">{escape(text)}</p>' for text in ABOUT),
        "<h2>What is measured, how well, and whether that is enough</h2>",
        f"<p>{escape(reached_sentence(card))}</p>",
        _summary_table(card),
        "<h2>What is not reached, and why</h2>",
        _figures_table("Targets that are not reached or could not be measured", card.missed())
        if card.missed()
        else "<p>Every target is reached.</p>",
    ]
    for section, figures in card.sections():
        parts += [
            f'<h2 id="{section.name}">{escape(section.title)}</h2>',
            f'<p class="about">{escape(section.about)}</p>',
        ]
        parts += [chart_html(chart, n) for n, chart in enumerate(charts) if chart.section == section.name]
        parts.append(_figures_table(f"Figures: {section.title.lower()}", figures))
        if section.name == "fairness":
            parts.append(_plain_table("Figures of each group", *group_table(card.results)))
        if section.name == "noise":
            parts.append(_plain_table(STATED_LIMITS_CAPTION, *stated_limit_table(card.results)))
    parts += ["<h2>What the card does not show</h2><ul>"]
    parts += [f"<li>{escape(text)}</li>" for text in KNOWN_LIMITS]
    parts += ["</ul>"]
    if card.failed:
        rows = [[one.name, one.reason] for one in card.failed]
        parts.append("<h2>Clips that could not be rendered or measured</h2>")
        parts.append(_plain_table("They are in no figure", ["clip", "reason"], rows))
    parts += [
        "<h2>Where it comes from</h2><dl>",
        *(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in card.provenance.items()),
        "</dl></main></body></html>",
    ]
    return "\n".join(parts) + "\n"


def _summary_table(card: Card) -> str:
    head = "".join(f'<th scope="col">{name}</th>' for name in SUMMARY_HEADS)
    rows = [
        f'<tr><th scope="row"><b>{escape(title)}</b></th><td>{escape(over)}</td>'
        f"<td>{'<br>'.join(map(escape, how_well))}</td>"
        f'<td{_kind_of(whole)} data-head="targets reached">{count}</td></tr>'
        for title, over, how_well, count, whole in summary_rows(card)
    ]
    return (
        '<div class="scroll"><table class="figures"><caption>In short</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table></div>"
    )


def _kind_of(whole: bool | None) -> str:
    return "" if whole is None else f' class="{"yes" if whole else "no"}"'


def _figures_table(caption: str, figures: Sequence[Figure]) -> str:
    rows = []
    for figure in figures:
        words = verdict_words(figure)
        kind = {"reached": "yes", "not reached": "no"}.get(words, "unknown")
        reason = f'<p class="reason">{escape(figure.reason)}</p>' if figure.reason else ""
        target = figure.target.words(figure.unit) if figure.target else ""
        rows.append(
            f'<tr><th scope="row">{escape(figure.statement)}{reason}</th><td data-head="target">{escape(target)}</td>'
            f'<td class="number" data-head="found">{escape(value_words(figure))}</td>'
            f'<td class="number" data-head="95% interval">{escape(interval_words(figure))}</td>'
            f'<td class="number" data-head="n">{figure.n}</td>'
            f'<td class="number" data-head="people">{figure.persons}</td>'
            f'<td class="{kind}">{words}</td></tr>'
        )
    heads = (
        ("figure", ""), ("target", ""), ("found", "number"), ("95% interval", "number"), ("n", "number"),
        ("people", "number"), ("", ""),
    )  # fmt: skip
    head = "".join(f'<th scope="col" class="{kind}">{name}</th>' for name, kind in heads)
    # On a phone each figure is a block of lines: seven columns leave the first five letters of width.
    return (
        f'<div class="scroll"><table class="figures"><caption>{escape(caption)}</caption><thead><tr>{head}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table></div>"
    )


def _plain_table(caption: str, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    head = "".join(f'<th scope="col">{escape(name)}</th>' for name in heads)
    body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    return (
        f'<div class="scroll"><table><caption>{escape(caption)}</caption><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )
