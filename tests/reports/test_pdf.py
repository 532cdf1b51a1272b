"""The report as a PDF: what stands on which page, for the archive and for readers who hear it."""

from __future__ import annotations

import dataclasses
import io
import re
import socket
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from pypdf import PdfReader
from pypdf.generic import DictionaryObject

from clinic_people import NAME
from tdscreen.printing import day, moment, moment_and_zone
from tdscreen.records.entries import SignOff
from tdscreen.reports.content import ExaminationReport
from tdscreen.reports.pdf import as_shown, report_pdf, undisplayable


@pytest.fixture(autouse=True)
def in_berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Print where the clocks are not UTC's, and change in summer."""
    with monkeypatch.context() as there:
        there.setenv("TZ", "Europe/Berlin")
        time.tzset()
        yield
    time.tzset()


def pages(report: ExaminationReport) -> list[str]:
    """Give the text of each page, its lines and the places where words may part joined."""
    read = PdfReader(io.BytesIO(report_pdf(report)))
    return [" ".join(page.extract_text().replace("\u200b", "").split()) for page in read.pages]


def letters(text: str) -> str:
    """Leave the blanks out, which a PDF does not know."""
    return re.sub(r"\s", "", text)


def test_the_first_page_has_what_the_chart_needs(signed_report: ExaminationReport) -> None:
    first = pages(signed_report)[0]
    for told in (
        NAME,
        "1961, female",
        "Haloperidol 4 mg a day since 2019",
        "Dr. Rosalind Ratewell",
        "before seeing any estimate",
        "Signed by Dr. Rosalind Ratewell (02 March 2026, 10:55 (UTC+01:00))",
        "8 of 24, 6 of 7 items rated",
        "Estimated from video by software: not a rating",
        "for research use",
        "90% interval",
        "Sat behind a table",
        "rigidity. It is felt by hand",
    ):
        assert letters(told) in letters(first), told


def test_times_are_those_of_the_clinic_s_clock_and_say_which_that_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    winter, summer = datetime(2026, 3, 2, 23, 30, tzinfo=UTC), datetime(2026, 7, 2, 9, 30, tzinfo=UTC)
    assert moment_and_zone(winter) == "03 March 2026, 00:30 (UTC+01:00)"
    assert moment_and_zone(summer) == "02 July 2026, 11:30 (UTC+02:00)"
    assert (day(winter), moment(winter)) == ("03 March 2026", "03 March 2026, 00:30")
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    assert moment_and_zone(summer) == "02 July 2026, 09:30 (UTC)"


def test_the_rating_stands_before_the_estimate_and_apart_from_it(signed_report: ExaminationReport) -> None:
    first = pages(signed_report)[0]
    rated, estimated = first.split("Estimated from video by software: not a rating")
    assert "Movement index" not in rated
    assert "of 24" not in estimated


def test_the_detail_stands_behind_the_first_page(signed_report: ExaminationReport) -> None:
    first, *behind = pages(signed_report)
    detail = letters(" ".join(behind))
    for told in ("Ratings in full", "A movement seen only on activation: not recorded.",
                 "The jaw moves more than it says.", "differs from the estimate",
                 "The estimate, item by item", "When something moved", "Clips and their quality",
                 "Versions and hashes", signed_report.estimate.model_sha256 if signed_report.estimate else "-",
                 signed_report.examination.id):  # fmt: skip
        assert letters(told) in detail, told
        assert letters(told) not in letters(first), told


def test_every_page_of_an_unsigned_report_says_draft_and_none_of_a_signed_one(
    signed_report: ExaminationReport, unsigned_report: ExaminationReport
) -> None:
    unsigned = pages(unsigned_report)
    assert len(unsigned) > 2
    assert all("DRAFT: no person has signed this" in page for page in unsigned)
    assert not any("DRAFT" in page for page in pages(signed_report))


def test_a_report_without_estimate_says_why(signed_report: ExaminationReport) -> None:
    without = dataclasses.replace(signed_report, estimate=None, estimate_absent="There is none.")
    first = pages(without)[0]
    assert "There is none." in first
    assert "Movement index" not in first


def test_a_change_after_the_lock_is_told_on_the_first_page(changed_report: ExaminationReport) -> None:
    first, *behind = pages(changed_report)
    assert "changed 03 March 2026" in first
    assert "changed since it was signed" in first
    assert "item 3: 2, then 4" in " ".join(behind)


def test_whatever_somebody_wrote_stays_text(written_by_an_enemy: ExaminationReport) -> None:
    told = letters(" ".join(pages(written_by_an_enemy)))
    for text in ('#eval("1+1")', "$x^2$", "*b*", "_i_", "@ref", "<label>", "#read(\"/etc/passwd\")",
                 "<script>alert(1)</script>", "[U+202E][U+0000][U+D800]", "[U+4E2D][U+6587]", "x" * 900):  # fmt: skip
        assert letters(text) in told, text
    assert "root:" not in told


def test_long_texts_leave_the_first_page_one_page(written_by_an_enemy: ExaminationReport) -> None:
    first, second, *_ = pages(written_by_an_enemy)
    assert "Estimated from video by software" in first
    assert "rigidity" in first
    assert "What the first page shortens" in second


def test_letters_that_no_font_has_become_their_numbers_and_others_stay() -> None:
    missing = undisplayable(frozenset("Jörg Ωмé中🙂"))
    assert missing == frozenset("中🙂")
    assert as_shown("Jörg 中\tΩ", missing=missing) == "Jörg [U+4E2D] Ω"


def test_a_mark_joins_its_letter_or_becomes_its_number() -> None:
    assert as_shown("Jo\u0308rg", missing=frozenset()) == "Jörg"
    # No sign is a Q with a macron, and no font can be relied on to set one.
    assert as_shown("Q\u0304", missing=frozenset()) == "Q[U+0304]"


def test_the_same_report_has_the_same_bytes(signed_report: ExaminationReport) -> None:
    assert report_pdf(signed_report) == report_pdf(signed_report)


def test_a_report_of_any_microsecond_can_be_set(signed_report: ExaminationReport) -> None:
    at = signed_report.as_of.replace(microsecond=123456)
    assert report_pdf(dataclasses.replace(signed_report, as_of=at)) == report_pdf(signed_report)


def test_it_was_made_on_the_day_of_the_clinic_s_clock(signed_report: ExaminationReport) -> None:
    late = dataclasses.replace(signed_report, as_of=datetime(2026, 3, 2, 23, 30, tzinfo=UTC))
    told = PdfReader(io.BytesIO(report_pdf(late))).metadata
    assert told is not None
    assert told["/CreationDate"].startswith("D:20260303")


def test_another_signature_gives_other_bytes(signed_report: ExaminationReport) -> None:
    (one,) = signed_report.ratings
    (signature,) = one.signatures
    sign_off: SignOff = dataclasses.replace(signature.sign_off, comment="Another word.")
    other = dataclasses.replace(one, signatures=(dataclasses.replace(signature, sign_off=sign_off),))
    assert report_pdf(dataclasses.replace(signed_report, ratings=(other,))) != report_pdf(signed_report)


def test_pages_are_set_without_a_network(
    signed_report: ExaminationReport, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("A report needs no network.")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    assert report_pdf(signed_report).startswith(b"%PDF-1.7")


def test_it_says_of_itself_that_it_is_for_the_archive_and_for_hearing_readers(
    signed_report: ExaminationReport,
) -> None:
    read = PdfReader(io.BytesIO(report_pdf(signed_report)))
    root: Any = read.trailer["/Root"]
    xmp = root["/Metadata"].get_object().get_data().decode()
    assert re.search(r"<pdfaid:part>2<", xmp)
    assert re.search(r"<pdfaid:conformance>A<", xmp)
    assert re.search(r"<pdfuaid:part>1<", xmp)
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert root["/OutputIntents"][0].get_object()["/S"] == "/GTS_PDFA1"
    assert read.metadata is not None
    assert read.metadata.title == "Examination for involuntary movements (AIMS)"
    assert not read.is_encrypted
    assert "/JavaScript" not in root.get("/Names", {})


def test_every_font_is_in_it_and_every_letter_can_be_copied(signed_report: ExaminationReport) -> None:
    read = PdfReader(io.BytesIO(report_pdf(signed_report)))
    fonts = [
        font.get_object()
        for page in read.pages
        for font in page["/Resources"]["/Font"].values()  # type: ignore[index]
    ]
    assert fonts
    for font in fonts:
        assert "/ToUnicode" in font
        described = font["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object()
        assert {"/FontFile2", "/FontFile3"} & described.keys()


def test_headings_tables_and_figures_are_tagged_and_figures_are_told_in_words(
    signed_report: ExaminationReport,
) -> None:
    read = PdfReader(io.BytesIO(report_pdf(signed_report)))
    kinds: list[tuple[str, str]] = []

    def walk(node: Any) -> None:
        one = node.get_object()
        if isinstance(one, list):
            for child in one:
                walk(child)
        elif isinstance(one, DictionaryObject) and "/S" in one:
            kinds.append((str(one["/S"]), str(one.get("/Alt", ""))))
            if "/K" in one:
                walk(one["/K"])

    root: Any = read.trailer["/Root"]
    walk(root["/StructTreeRoot"]["/K"])
    found = {kind for kind, _ in kinds}
    assert {"/H1", "/H2", "/Table", "/TR", "/TH", "/TD", "/Figure", "/L"} <= found
    told = [alt for kind, alt in kinds if kind == "/Figure"]
    assert all(told)
    assert any("Not seen:" in alt and "rigidity" in alt for alt in told)
