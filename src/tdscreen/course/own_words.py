"""Whether patients say themselves that it grew worse: their own words at home, against those of the time before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from tdscreen.records.own_words import OwnWords

_BOTHERED_FROM = 2
"""AIMS 10 (Guy 1976): 1 is awareness without distress."""


@dataclass(frozen=True)
class Concern:
    """Why somebody should speak to a patient.

    Attributes
    ----------
    words : OwnWords
        Of the patient's last recording at home.
    more_bothered : bool
        By the movements than the last time that it was answered.
    more_in_the_way : bool
        Are the movements than the last time that it was answered.
    """

    words: OwnWords
    more_bothered: bool
    more_in_the_way: bool

    @property
    def is_worse(self) -> bool:
        """Whether the patient says so."""
        return self.more_bothered or self.more_in_the_way


def concerns(said: Iterable[OwnWords], *, signed: Iterable[str] = ()) -> list[Concern]:
    """Find who says that it grew worse, or felt bad while recording, oldest first.

    An answer is held against the last one before it to the same question, so that a question that was left out hides
    nothing. There is no noise to exceed: it is what the person says.

    Parameters
    ----------
    said : iterable of OwnWords
    signed : iterable of str
        Examinations that somebody has signed: they were looked at.
    """
    of: dict[str, list[OwnWords]] = defaultdict(list)
    for one in sorted(said, key=lambda one: one.at):
        of[one.patient].append(one)
    done = set(signed)
    found = [_concern(words) for words in of.values() if words[-1].examination not in done]
    return sorted((one for one in found if one.is_worse or one.words.felt_bad), key=lambda one: one.words.at)


def _concern(words: Sequence[OwnWords]) -> Concern:
    last = words[-1]
    noticed = _before([one.noticed for one in words[:-1]])
    in_the_way = _before([one.in_the_way for one in words[:-1]])
    return Concern(
        last,
        more_bothered=noticed is not None
        and last.noticed is not None
        and last.noticed > noticed
        and last.noticed >= _BOTHERED_FROM,
        more_in_the_way=in_the_way is not None
        and last.in_the_way is not None
        and last.in_the_way > in_the_way,
    )


def _before(answers: Sequence[int | None]) -> int | None:
    return next((one for one in reversed(answers) if one is not None), None)
