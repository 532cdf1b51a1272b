"""What is known of the tool: the card of the model that scores, and the figures of the measurement card."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from html import escape
from pathlib import Path

import streamlit as st

import tdscreen
from tdscreen.assessment.plain import number
from tdscreen.webapp.desk import Desk
from tdscreen.webapp.scorer import cards, own_path, shipped_card

TITLE = "About the model"
NO_CARD = (
    "A model of this place's own is in use, and no card lies beside it (model.md or calibration.md): who it was fitted "
    "on, and how well it does, cannot be shown here. Ask whoever made it."
)
MEASUREMENT = (
    "How well movement is measured, before any model scores it, is told on the measurement card: rendered people whose "
    "every movement is known, filmed as phones film. The whole card, as a page and as a PDF, lies in the project's "
    "folder docs/measurement-card; these are its figures. None of these people is real, and none was used to choose "
    "a limit of the tool."
)
BY_GROUP = "fairness."
"""Begins the names of figures that compare groups of people."""
_KEPT = ("examination", "prevalence", "grouping")
"""Choices on the other states of the page that must outlast the reading."""


def figures_path() -> Path:
    """Return the file of the measurement card's figures."""
    return _of_docs("measurement-card/figures.csv")


def item_scores_path() -> Path:
    """Return the page that says how items come out."""
    return _of_docs("item-scores.md")


def _of_docs(name: str) -> Path:
    """Return a file of the docs: in the package when installed from a wheel, else in the project."""
    package = Path(tdscreen.__file__).resolve().parent
    installed = package / name
    return installed if installed.is_file() else package.parents[1] / "docs" / name


def show_about(desk: Desk) -> None:
    """Show the cards, and the way back."""
    st.button(
        "Back", key="close_about", on_click=_close, args=(desk,), icon=":material/arrow_back:", type="primary"
    )
    # Streamlit forgets what was chosen in widgets that are not on the page.
    for key in _KEPT:
        if key in st.session_state:
            st.session_state[key] = st.session_state[key]
    show_cards()


def show_cards() -> None:
    """Show what is known of the model in use, and of how well movement is measured and items come out."""
    found = cards()
    if not found:
        st.warning(NO_CARD)
    for card in found:
        with st.container(key=f"card-{card.stem}"):
            st.markdown(for_reading(card.read_text(encoding="utf-8")))
    if own_path() is not None:
        with st.expander(
            "The card of the model that came with this version, which may be what was calibrated"
        ):
            st.markdown(for_reading(shipped_card().read_text(encoding="utf-8")))
    st.header("How well movement is measured", anchor=False)
    st.markdown(MEASUREMENT)
    with figures_path().open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    st.html(figures_panel(rows))
    with st.expander("How items come out, on rendered people rated by a table"):
        st.markdown(for_reading(item_scores_path().read_text(encoding="utf-8")))


def about_button(desk: Desk) -> None:
    """Offer the cards, one click away from every state of the page."""
    st.button(TITLE, key="about", on_click=_open, args=(desk,), icon=":material/info:", type="tertiary")


def _open(desk: Desk) -> None:
    desk.reading = True


def _close(desk: Desk) -> None:
    desk.reading = False


def for_reading(card: str) -> str:
    """Fit a card to the page: its headings come below the page's own, links to files are words, nothing is fetched.

    Parameters
    ----------
    card : str
        Markdown.

    Returns
    -------
    str
        Markdown without links and pictures.
    """
    without = re.sub(r"!?\[([^\]]*)\]\(([^)\s]*)\)", _words_of_link, card)
    # Pictures and links that name their address elsewhere.
    without = re.sub(r"^\s*\[[^\]]+\]:.*$", "", without.replace("![", "!\\["), flags=re.MULTILINE)
    return re.sub(r"^(#+ )", r"#\1", without, flags=re.MULTILINE)


def _words_of_link(link: re.Match[str]) -> str:
    words, address = link[1], link[2].removeprefix("../")
    return f"{words}: {address}" if words != address else words


def figures_panel(rows: Sequence[dict[str, str]]) -> str:
    """Show the measurement card's figures: those by group first, then all with a target.

    Parameters
    ----------
    rows : sequence of dict
        As the card's ``figures.csv`` holds them.

    Returns
    -------
    str
        HTML.
    """
    aimed = [row for row in rows if row["target"]]
    reached = sum(row["verdict"] == "reached" for row in aimed)
    groups = [row for row in rows if row["name"].startswith(BY_GROUP)]
    return (
        f"<p>Of {len(aimed)} figures with a target <b>{reached}</b> are reached.</p>"
        + _table("By group: how far items err, largest less smallest of the groups' means", groups)
        + f"<details><summary>All {len(aimed)} figures with a target, and why some are not reached</summary>"
        + _table("Each over so many measurements of virtual people", aimed)
        + "</details>"
    )


def _table(caption: str, rows: Sequence[dict[str, str]]) -> str:
    return (
        f'<div class="td-scroll"><table class="td-table stack"><caption>{escape(caption)}</caption>'
        '<thead><tr><th scope="col">What</th><th scope="col">Target</th><th scope="col">Found</th>'
        '<th scope="col">n</th><th scope="col">Reached</th></tr></thead>'
        f"<tbody>{''.join(map(_row, rows))}</tbody></table></div>"
    )


def _row(row: dict[str, str]) -> str:
    cells = (
        ("Target", row["target"] or "none"),
        ("Found", _found(row)),
        ("n", row["n"]),
        ("Reached", ". ".join(part for part in (row["verdict"], row["reason"]) if part)),
    )
    told = "".join(
        f'<td data-label="{label}">{escape(text)}</td>' if text else "<td></td>" for label, text in cells
    )
    return f'<tr><th scope="row">{escape(row["statement"])}</th>{told}</tr>'


def _found(row: dict[str, str]) -> str:
    if not row["value"]:
        return "not measured"
    after = row["unit"] if row["unit"] in ("", "%") else f" {row['unit']}"
    value = f"{row['bound']} {number(float(row['value']))}{after}".strip()
    if not (row["low"] and row["high"]):
        return value
    return f"{value} (95% {number(float(row['low']))} to {number(float(row['high']))})"
