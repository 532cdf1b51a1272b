"""What a report is made from, and what it leaves out."""

from __future__ import annotations

import pytest

from clinic_people import Clock
from clinic_places import on_both_kinds
from tdscreen.assessment.json_form import to_json
from tdscreen.errors import InputError
from tdscreen.records.clinic import Clinic, Desk
from tdscreen.records.entries import Agreement, Examination, Rating, Scores
from tdscreen.records.ratings import change_rating, sign
from tdscreen.reports.content import NOT_RATED_YET, Shown, collect, total_of
from tdscreen.reports.fhir import bundle
from tdscreen.reports.pages import DRAFT, INCOMPLETE, view


@on_both_kinds
def test_a_report_without_a_signature_is_a_draft_until_somebody_signs(desk: Desk, locked: Rating) -> None:
    assert collect(desk, locked.examination).is_draft
    sign(desk, locked.id, agreement=Agreement.NOT_SEEN)
    signed = collect(desk, locked.examination)
    assert not signed.is_draft
    assert signed.ratings[0].signed is not None
    assert signed.ratings[0].signed.name == "Dr. Rosalind Ratewell"


@on_both_kinds
def test_a_rating_that_was_changed_after_its_signature_is_a_draft_again(desk: Desk, locked: Rating) -> None:
    sign(desk, locked.id, agreement=Agreement.NOT_SEEN)
    change_rating(desk, locked.id, Scores({**locked.current.scores, 3: 4}, {6: "Table."}), why="Seen again.")
    changed = collect(desk, locked.examination)
    assert changed.is_draft
    assert len(changed.ratings[0].signatures) == 1


@on_both_kinds
def test_who_has_not_rated_gets_a_report_without_estimate_and_without_another_persons_rating(
    clinic: Clinic, locked: Rating
) -> None:
    report = collect(clinic.desk("r2"), locked.examination)
    assert report.estimate is None
    assert report.estimate_absent == NOT_RATED_YET
    assert report.ratings == ()
    # It does not say that nobody has signed, and takes no signed report's place in the record system.
    said = view(report)
    assert said["draft"] == INCOMPLETE
    assert said["status"].startswith("DRAFT. 1 rating by others")
    with pytest.raises(InputError, match="Lock your own rating first"):
        bundle(report, b"%PDF")
    assert view(collect(clinic.desk("r1"), locked.examination))["draft"] == DRAFT


def test_what_is_not_to_be_shown_is_not_in_the_report(desk: Desk, locked: Rating) -> None:
    report = collect(
        desk, locked.examination, shown=Shown(identifier=False, birth_and_sex=False, drugs=False)
    )
    assert (report.identifier, report.year_of_birth, report.sex, report.drugs) == (None, None, None, None)
    assert report.estimate is not None
    assert report.estimate.assessment is not None
    assert [clip.file for clip in report.estimate.assessment.clips] == ["clip 1", "clip 2"]
    assert "visit rest" not in to_json(report.estimate.assessment)


def test_a_total_counts_what_was_rated_and_says_out_of_how_much() -> None:
    total = total_of(Scores({1: 2, 3: 1, 8: 4}, {}))
    assert (total.points, total.maximum, total.items) == (3, 8, 2)
    assert total_of(Scores({8: 4}, {})).points is None


@on_both_kinds
def test_the_same_record_gives_the_same_report_later(desk: Desk, locked: Rating, clock: Clock) -> None:
    before = collect(desk, locked.examination)
    clock.move(minutes=3)
    assert collect(desk, locked.examination) == before


def test_another_site_has_no_such_examination(clinic: Clinic, examination: Examination) -> None:
    with pytest.raises(InputError, match="no such entry"):
        collect(clinic.desk("s1"), examination.id)


def test_what_a_report_looked_at_is_in_the_audit_log(clinic: Clinic, desk: Desk, locked: Rating) -> None:
    before = len(clinic.audit_entries())
    collect(desk, locked.examination)
    told = {(entry.what, entry.kind) for entry in clinic.audit_entries()[before:]}
    assert {("saw", "examination"), ("saw", "patient"), ("saw", "ratings of examination")} <= told
    assert ("saw", "estimate of examination") in told
