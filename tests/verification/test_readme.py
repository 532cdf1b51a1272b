"""The README says of the card what the card says."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from tdscreen.errors import InputError
from tdscreen.verification.card.contents import Card
from tdscreen.verification.card.readme import BEGIN, END, QUOTED, quote, quoted_block
from tdscreen.verification.card.tables import figures_table
from tdscreen.verification.reasons import reason_for

ROOT = Path(__file__).resolve().parents[2]
README = ROOT / "README.md"
FIGURES = ROOT / "docs" / "measurement-card" / "figures.csv"


def test_the_readme_quotes_the_committed_card_word_for_word() -> None:
    text = README.read_text(encoding="utf-8")
    assert text.count(BEGIN) == text.count(END) == 1
    assert quoted_block(FIGURES.read_text(encoding="utf-8")) in text


def test_the_committed_card_gives_the_reasons_that_are_kept() -> None:
    rows = list(csv.DictReader(FIGURES.read_text(encoding="utf-8").splitlines()))
    missed = [row for row in rows if row["verdict"] == "not reached"]
    assert missed
    for row in missed:
        assert row["reason"] == reason_for(row["name"]), row["name"]


@pytest.mark.parametrize(
    ("region", "carrier", "says"), [("lips", 1, " {} of {} such lips"), ("jaw", 0, " {} of {} such jaws")]
)
def test_what_is_said_of_carried_parts_is_what_the_committed_clips_say(
    region: str, carrier: int, says: str
) -> None:
    clips = FIGURES.with_name("clips.csv")
    within = []
    for row in csv.DictReader(clips.read_text(encoding="utf-8").splitlines()):
        name = row["clip"]
        # Clips of single movements end in the part that moves; severities move lips and jaws in turns.
        other = ("lips", "jaw")[carrier]
        if row["region"] != region or "amplitude" not in row["sections"].split():
            continue
        carried = name.endswith(other) if name.startswith("move") else int(name[-2:]) % 2 == carrier
        if carried and float(row["true_amplitude"]) >= 0.97:
            found, true = row["amplitude_mm"], row["true_amplitude_of_signal"]
            within.append(bool(found and true) and abs(float(found) / float(true) - 1) <= 0.15)
    text = " ".join((ROOT / "docs" / "measurement-card.md").read_text(encoding="utf-8").split())
    assert says.format(sum(within), len(within)) in text


def test_every_figure_that_is_quoted_is_on_a_card(card: Card) -> None:
    assert {name for name, _ in QUOTED} <= {figure.name for figure in card.figures}


def test_a_missed_target_is_quoted_as_missed(card: Card) -> None:
    block = quoted_block(figures_table(card.figures))
    assert (
        "| times that the tongue comes out within 1 in 15 s | at least 95% | 85% | 20 | not reached |"
        in block
    )
    assert "| smallest movement of the lips told from none | at most 0.5 mm | 0.3" in block
    assert (
        f"The card is made of {len(card.results)} of {len(card.results) + 1} clips; the others were" in block
    )
    aimed = card.with_target()
    assert (
        f"Of {len(aimed)} figures with a target {sum(figure.reached is True for figure in aimed)} are reached"
        in block
    )


def test_the_block_is_put_in_its_place_and_nowhere_else(card: Card, tmp_path: Path) -> None:
    readme = tmp_path / "README.md"
    readme.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n")
    table = figures_table(card.figures)
    quote(readme, table)
    assert readme.read_text() == f"before\n{quoted_block(table)}\nafter\n"
    readme.write_text("no place")
    with pytest.raises(InputError, match="has no lines"):
        quote(readme, table)
