"""A patient reads of an examination what who signed it lets out, and nothing else."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from clinic_people import Clock
from tdscreen.errors import InputError
from tdscreen.records.at_home import add_clip, agree, finish
from tdscreen.records.clinic import Clinic, Desk
from tdscreen.records.entries import Agreement, Examination, Invitation, Patient, Scores
from tdscreen.records.examinations import examination as get_examination
from tdscreen.records.invitations import invite
from tdscreen.records.ratings import change_rating, lock_rating, save_draft, sign, sign_offs
from tdscreen.records.releases import ReleasedSummary, release_summary, summary_for, take_back_summary
from tdscreen.vocabulary import Task

WHOLE = Scores({**dict.fromkeys(range(1, 11), 1), 11: False, 12: False})


@pytest.fixture
def at_home(clinic: Clinic) -> Desk:
    return clinic.desk_of_patient("north", invited_by="r1")


@pytest.fixture
def invited(desk: Desk, at_home: Desk, patient: Patient, sounding_clip: Path) -> Invitation:
    one = invite(desk, patient.id).id
    agree(at_home, one, version="1", language="en")
    recorded = {"slug": "rest", "take": 1, "sha256": "0" * 64}
    add_clip(at_home, one, sounding_clip, task=Task.REST, recorded=recorded)
    return finish(at_home, one)


@pytest.fixture
def examination(desk: Desk, invited: Invitation) -> Examination:
    assert invited.examination is not None
    return get_examination(desk, invited.examination)


def test_nothing_can_be_read_before_it_is_released_and_nothing_after_it_was_taken_back(
    clinic: Clinic, desk: Desk, at_home: Desk, invited: Invitation, examination: Examination, clock: Clock
) -> None:
    rating = lock_rating(desk, save_draft(desk, examination.id, WHOLE).id)
    signed = sign(desk, rating.id, agreement=Agreement.NOT_SEEN)
    assert summary_for(at_home, invited.id) is None
    with pytest.raises(InputError, match="another person's"):
        release_summary(clinic.desk("r2"), signed.id)
    clock.move(minutes=1)
    released = release_summary(desk, signed.id)
    assert released == replace(signed, released_at=clock.time)
    assert sign_offs(desk, examination.id) == [released]
    assert summary_for(at_home, invited.id) == ReleasedSummary(
        WHOLE, examination.held_at, "Dr. Rosalind Ratewell"
    )
    assert take_back_summary(desk, signed.id) == signed
    assert summary_for(at_home, invited.id) is None
    log = [(entry.what, entry.kind, entry.on_id) for entry in clinic.audit_entries()]
    assert ("released", "summary", signed.id) in log
    assert ("took back", "summary", signed.id) in log
    assert clinic.audit_problems() == []


def test_a_rating_that_was_changed_is_signed_anew_before_it_can_be_read(
    desk: Desk, at_home: Desk, invited: Invitation, examination: Examination, clock: Clock
) -> None:
    rating = lock_rating(desk, save_draft(desk, examination.id, WHOLE).id)
    signed = sign(desk, rating.id, agreement=Agreement.NOT_SEEN)
    release_summary(desk, signed.id)
    later = replace(WHOLE, scores={**WHOLE.scores, 3: 3})
    clock.move(minutes=1)
    change_rating(desk, rating.id, later, why="Seen again.")
    assert summary_for(at_home, invited.id) is None
    with pytest.raises(InputError, match="changed after you signed"):
        release_summary(desk, signed.id)
    again = sign(desk, rating.id, agreement=Agreement.NOT_SEEN)
    release_summary(desk, again.id)
    found = summary_for(at_home, invited.id)
    assert found is not None
    assert found.scores == later
