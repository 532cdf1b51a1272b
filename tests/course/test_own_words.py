"""Patients who say that it grew worse are heard, whatever any estimate says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tdscreen.course.own_words import concerns
from tdscreen.records.own_words import OwnWords

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)


def said(
    days_ago: int, noticed: int | None = None, in_the_way: int | None = None, *, felt_bad: bool = False
) -> OwnWords:
    at = NOW - timedelta(days=days_ago)
    return OwnWords("p", f"i{days_ago}", f"e{days_ago}", at, noticed, in_the_way, felt_bad)


def test_who_is_more_bothered_than_the_last_time_is_found() -> None:
    (found,) = concerns([said(1, noticed=3), said(30, noticed=2)])
    assert (found.words.examination, found.more_bothered, found.more_in_the_way) == ("e1", True, False)
    (found,) = concerns([said(30, in_the_way=0), said(1, in_the_way=1)])
    assert (found.more_bothered, found.more_in_the_way) == (False, True)


def test_who_only_notices_them_is_as_or_less_bothered_or_says_it_for_the_first_time_is_not() -> None:
    assert concerns([said(30, noticed=0), said(1, noticed=1)]) == []
    assert concerns([said(30, noticed=3, in_the_way=2), said(1, noticed=3, in_the_way=2)]) == []
    assert concerns([said(30, noticed=4), said(1, noticed=2)]) == []
    assert concerns([said(1, noticed=4, in_the_way=4)]) == []
    # It was worse once, and is not any more.
    assert concerns([said(60, noticed=1), said(30, noticed=4), said(1, noticed=1)]) == []


def test_a_question_that_was_left_out_hides_nothing() -> None:
    (found,) = concerns([said(60, noticed=1), said(30), said(1, noticed=4)])
    assert found.more_bothered
    assert concerns([said(30, noticed=1), said(1)]) == []


def test_who_felt_bad_is_found_the_first_time_and_what_was_signed_waits_no_longer() -> None:
    (found,) = concerns([said(1, felt_bad=True)])
    assert not found.is_worse
    assert concerns([said(30, felt_bad=True), said(1)]) == []
    worse = [said(30, noticed=1), said(1, noticed=4, felt_bad=True)]
    assert concerns(worse, signed=["e1"]) == []
    assert concerns(worse, signed=["e30"]) != []
