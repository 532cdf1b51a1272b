"""A patient reads of an examination what who signed it lets out, and nothing else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from clinic_people import Clock
from tdscreen.errors import InputError
from tdscreen.records.clinic import Clinic, Desk
from tdscreen.records.entries import Agreement, Examination, Scores
from tdscreen.records.ratings import change_rating, lock_rating, save_draft, sign, sign_offs
from tdscreen.records.releases import ReleasedSummary, release_summary, released_summary, take_back_summary
from tdscreen.records.roles import Act

WHOLE = Scores({**dict.fromkeys(range(1, 11), 1), 11: False, 12: False})


def readable(desk: Desk, examination: Examination) -> ReleasedSummary | None:
    with desk.at_work(Act.RELEASE) as work:
        work.log("looked for", "summary", examination.id)
        return released_summary(work, examination.id)


def test_nothing_can_be_read_before_it_is_released_and_nothing_after_it_was_taken_back(
    clinic: Clinic, desk: Desk, examination: Examination, clock: Clock
) -> None:
    rating = lock_rating(desk, save_draft(desk, examination.id, WHOLE).id)
    signed = sign(desk, rating.id, agreement=Agreement.NOT_SEEN)
    assert readable(desk, examination) is None
    with pytest.raises(InputError, match="another person's"):
        release_summary(clinic.desk("r2"), signed.id)
    clock.move(minutes=1)
    released = release_summary(desk, signed.id)
    assert released == replace(signed, released_at=clock.time)
    assert sign_offs(desk, examination.id) == [released]
    assert readable(desk, examination) == ReleasedSummary(WHOLE, examination.held_at, "Dr. Rosalind Ratewell")
    assert take_back_summary(desk, signed.id) == signed
    assert readable(desk, examination) is None
    log = [(entry.what, entry.kind, entry.on_id) for entry in clinic.audit_entries()]
    assert ("released", "summary", signed.id) in log
    assert ("took back", "summary", signed.id) in log
    assert clinic.audit_problems() == []


def test_a_rating_that_was_changed_is_signed_anew_before_it_can_be_read(
    desk: Desk, examination: Examination, clock: Clock
) -> None:
    rating = lock_rating(desk, save_draft(desk, examination.id, WHOLE).id)
    signed = sign(desk, rating.id, agreement=Agreement.NOT_SEEN)
    release_summary(desk, signed.id)
    later = replace(WHOLE, scores={**WHOLE.scores, 3: 3})
    clock.move(minutes=1)
    change_rating(desk, rating.id, later, why="Seen again.")
    assert readable(desk, examination) is None
    with pytest.raises(InputError, match="changed after you signed"):
        release_summary(desk, signed.id)
    again = sign(desk, rating.id, agreement=Agreement.NOT_SEEN)
    release_summary(desk, again.id)
    found = readable(desk, examination)
    assert found is not None
    assert found.scores == later
