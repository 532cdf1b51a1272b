"""The few lines of the card that the README quotes."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from tdscreen.errors import InputError
from tdscreen.verification.card.contents import CLIPS_FIGURE, measured_of_planned, number

BEGIN, END = "<!-- measurement card -->", "<!-- end of the measurement card -->"
QUOTED = (
    ("frequency.steady", "rate of movement within 0.1 Hz, 0.5 to 7 Hz, from 1 mm"),
    ("amplitude.lips_within", "size of movement of the lips within 15%, from 1 mm"),
    ("amplitude.jaw_within", "the same of the jaw"),
    ("amplitude.brows_within", "the same of the brows"),
    ("noise.lips", "smallest movement of the lips told from none"),
    ("noise.jaw", "the same of the jaw"),
    ("still.all", "still people who show an item above 0"),
    ("time.within", "share of time moving within 10 points"),
    ("tongue.count", "times that the tongue comes out within 1 in 15 s"),
    ("kinds.tremor", "tremor from 4 Hz up told from TD-like movement"),
    ("hands.taps", "taps counted within 1 in 15 s"),
    ("fairness.tone", "item error, largest difference between skin tones"),
    ("quality.degraded", "clips past use refused for the right reason"),
)
"""Figures that the README shows, and what it calls them."""


def quoted_block(figures_csv: str) -> str:
    """Write the README's block of a card.

    Parameters
    ----------
    figures_csv : str
        The content of the card's ``figures.csv``.

    Returns
    -------
    str
        Markdown between its two marks.
    """
    rows = {row["name"]: row for row in csv.DictReader(io.StringIO(figures_csv))}
    aimed = [row for row in rows.values() if row["target"]]
    reached = sum(row["verdict"] == "reached" for row in aimed)
    clips = rows.get(CLIPS_FIGURE)
    lacking = measured_of_planned(round(float(clips["value"])), int(clips["n"])) if clips else ""
    lines = [
        BEGIN,
        *([f"The card is made of {lacking}", ""] if lacking else []),
        f"Of {len(aimed)} figures with a target {reached} are reached; the [card](docs/measurement-card.md) says "
        "of the others how far they got, and why not further.",
        "",
        "| on virtual people | target | found | n | |",
        "|---|---|---|---|---|",
    ]
    lines += [
        f"| {words} | {row['target']} | {_found(row)} | {row['n']} | {row['verdict']} |"
        for name, words in QUOTED
        if (row := rows.get(name)) is not None and row["value"]
    ]
    return "\n".join([*lines, END])


def _found(row: dict[str, str]) -> str:
    number_words = number(float(row["value"]), row["unit"])
    return f"{row['bound']} {number_words}".strip()


def place_for_card(readme: Path) -> tuple[str, str]:
    """Find the place of the README's block.

    Parameters
    ----------
    readme : Path

    Returns
    -------
    before, after : str
        What stands before the block, and what after it.

    Raises
    ------
    InputError
        The README has no place for it, or is no text.
    """
    try:
        text = readme.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise InputError(f"{readme.name} is no text in UTF-8.") from error
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise InputError(
            f"{readme.name} has no lines {BEGIN} and {END}. Add them where the card is to be quoted."
        )
    return before, after


def quote(readme: Path, figures_csv: str) -> None:
    """Bring the README's block up to date.

    Parameters
    ----------
    readme : Path
    figures_csv : str

    Raises
    ------
    InputError
        The README has no place for it.
    """
    before, after = place_for_card(readme)
    readme.write_text(before + quoted_block(figures_csv) + after, encoding="utf-8")
