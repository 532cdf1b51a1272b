"""Ratings of training clips are a person's own, sealed, and of no patient; on either kind of database."""

from __future__ import annotations

import pytest

from clinic_people import Clock
from tdscreen.errors import InputError
from tdscreen.records.clinic import Clinic, Desk
from tdscreen.records.practice import PracticeRating, keep_practice, practice
from tdscreen.records.worklist import examination_states


def test_a_person_finds_the_own_ratings_again_and_nobody_elses(
    clinic: Clinic, desk: Desk, clock: Clock
) -> None:
    first = keep_practice(desk, "training-0a", {1: 0, 2: 3})
    assert first == PracticeRating("training-0a", {1: 0, 2: 3}, clock.time)
    clock.move(days=90)
    second = keep_practice(desk, "training-0a", {1: 1, 2: 3})
    assert practice(desk) == [first, second]
    assert practice(clinic.desk("r2")) == practice(clinic.desk("s1")) == []
    assert examination_states(desk) == []
    assert clinic.audit_problems() == []


@pytest.mark.parametrize(("clip", "scores"), [("../store", {1: 0}), ("", {1: 0}), ("training-0a", {1: 5})])
def test_what_is_no_clip_or_no_score_is_refused(desk: Desk, clip: str, scores: dict[int, int]) -> None:
    with pytest.raises(InputError):
        keep_practice(desk, clip, scores)
    assert practice(desk) == []
