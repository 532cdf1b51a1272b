"""The card says everything in a page, a PDF and tables, needs nothing else, and comes out the same every time."""

from __future__ import annotations

import csv
import dataclasses
import io
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tdscreen.verification.card.charts import draw_charts
from tdscreen.verification.card.contents import Card, all_figures
from tdscreen.verification.card.tables import clips_table, figures_table
from tdscreen.verification.card.words import counts_sentence, summary_rows
from tdscreen.verification.card.write import write_card
from tdscreen.verification.figure import NOT_STATED

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def written(card: Card, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("card")
    write_card(card, folder)
    return folder


class Seen(HTMLParser):
    """What a page is made of."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.addresses: list[str] = []
        self.ids: list[str] = []
        self.open: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.addresses += [v or "" for k, v in attrs if k in ("src", "href", "xlink:href", "action", "data")]
        self.ids += [v or "" for k, v in attrs if k == "id"]

    def handle_data(self, data: str) -> None:
        self.text.append(data)


@pytest.fixture(scope="module")
def page(written: Path) -> Seen:
    seen = Seen()
    seen.feed((written / "index.html").read_text(encoding="utf-8"))
    return seen


def test_the_page_needs_nothing_but_itself(page: Seen) -> None:
    assert not {"script", "link", "iframe", "img"} & set(page.tags)
    assert [address for address in page.addresses if not address.startswith("#")] == []
    assert "svg" in page.tags


def test_marks_in_the_page_are_its_own(page: Seen) -> None:
    assert len(page.ids) == len(set(page.ids))
    assert {address[1:] for address in page.addresses} <= set(page.ids)


def test_every_figure_is_on_the_page_with_its_number_of_clips(page: Seen, card: Card) -> None:
    text = " ".join(page.text)
    for figure in card.figures[1:]:
        assert figure.statement in text
    assert "1.2.3" in text
    assert "2001-02-03" in text
    assert "broken-<1>" in text


def test_a_card_that_lacks_clips_says_so_in_its_first_lines(written: Path, card: Card) -> None:
    n = len(card.results)
    page = (written / "index.html").read_text(encoding="utf-8")
    first = page.partition("</h1>")[2].partition("</p>")[0]
    assert first.strip().startswith(f"<p>{n} of {n + 1} clips; the others were not rendered or tracked.")
    whole = dataclasses.replace(card, figures=all_figures(card.results, planned=n), failed=())
    assert "not rendered or tracked" not in counts_sentence(whole)


def test_a_missed_figure_without_a_reason_stands_out(page: Seen, card: Card) -> None:
    unexplained = [figure for figure in card.figures if figure.reason == NOT_STATED]
    assert unexplained
    assert " ".join(page.text).count(NOT_STATED) >= len(unexplained)


def test_tables_have_heads_and_captions(written: Path) -> None:
    page = (written / "index.html").read_text(encoding="utf-8")
    tables = re.findall(r"<table[ >].*?</table>", page, flags=re.S)
    assert len(tables) > 10
    assert all("<caption>" in table and 'scope="col"' in table for table in tables)


def test_each_figure_can_be_read_on_a_phone(written: Path) -> None:
    # Narrow, a row is a block of lines without heads: each of its cells then says what it is.
    page = (written / "index.html").read_text(encoding="utf-8")
    rows = re.findall(r"<tr><th scope=\"row\">(?!<b>).*?</tr>", page, flags=re.S)
    assert len(rows) > 30
    for head in ("target", "found", "95% interval", "n", "people"):
        assert all(f'data-head="{head}"' in row for row in rows), head


def test_a_section_without_targets_is_neither_reached_nor_missed(card: Card) -> None:
    whole = {title: all_reached for title, *_, all_reached in summary_rows(card)}
    assert whole["Contrast of the skin"] is None
    assert whole["Hands"] in (True, False)


def test_every_chart_says_in_words_what_it_shows(card: Card) -> None:
    charts = draw_charts(card.results)
    assert len(charts) == 7
    assert all(chart.title and chart.words.endswith(".") for chart in charts)


def test_the_pdf_is_one(written: Path) -> None:
    content = (written / "card.pdf").read_bytes()
    assert content.startswith(b"%PDF-")
    assert content.rstrip().endswith(b"%%EOF")
    assert content.count(b"/Type /Page\n") >= 4


def test_the_same_results_give_the_same_files(written: Path, card: Card, tmp_path: Path) -> None:
    for path in write_card(card, tmp_path):
        assert path.read_bytes() == (written / path.name).read_bytes(), path.name


def test_the_tables_hold_what_the_page_says(card: Card) -> None:
    figures = list(csv.DictReader(io.StringIO(figures_table(card.figures))))
    assert [row["name"] for row in figures] == [figure.name for figure in card.figures]
    for row, figure in zip(figures, card.figures, strict=True):
        if figure.value is None:
            assert row["value"] == ""
        else:
            assert float(row["value"]) == pytest.approx(figure.value, rel=1e-4, abs=1e-9)
        assert int(row["n"]) == figure.n
    clips = list(csv.DictReader(io.StringIO(clips_table(card.results))))
    assert {row["clip"] for row in clips} == {clip.name for clip in card.results}
    moved = [row for row in clips if row["clip"] == "move-1000-lips-0" and row["region"] == "lips"]
    assert len(moved) == 1
    assert 0.8 < float(moved[0]["amplitude_mm"]) / float(moved[0]["true_amplitude"]) < 1.05


def test_a_card_of_no_clips_can_be_written(tmp_path: Path, card: Card) -> None:
    empty = dataclasses.replace(card, results=(), figures=all_figures((), planned=3), failed=())
    write_card(empty, tmp_path)
    assert "could not be measured" in (tmp_path / "index.html").read_text(encoding="utf-8")
