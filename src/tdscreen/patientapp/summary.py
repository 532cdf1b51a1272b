"""What a patient reads of a signed examination, once a clinician has let it be read: in words, and never a score.

It tells what a clinician rated and signed, not what was estimated. It names no disease, and what was not looked at is
said as loudly as what was.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from tdscreen.patientapp.words import day, text
from tdscreen.records.entries import MOVEMENT_ITEMS

_SEEN_FROM = 2
"""A score of 1 may be extreme normal (Guy 1976): such movements are not pointed out to anybody."""
_LEVELS = ("none", "slight", "some", "clear", "clear")
"""By the highest score of items 1 to 7, 0 to 4."""


@dataclass(frozen=True)
class SummaryPart:
    """A part of a page: a heading, or none, and paragraphs."""

    heading: str
    paragraphs: tuple[str, ...]


def plain_summary(
    language: str, scores: Mapping[int, int | bool], *, held_at: datetime, clinician: str
) -> tuple[SummaryPart, ...]:
    """Put a signed rating into plain words.

    Parameters
    ----------
    language : str
    scores : mapping of int to int or bool
        Signed, by item of the AIMS; what was not rated is not in it.
    held_at : datetime
        When the videos were made. What is read is the day on this machine's clock, as on the clinic's pages.
    clinician : str
        Who signed, and let it be read.
    """

    def say(key: str, **values: object) -> str:
        return text(language, key, **values)

    seen = [item for item in MOVEMENT_ITEMS if item in scores]
    unseen = [item for item in MOVEMENT_ITEMS if item not in scores]
    moving = [item for item in seen if scores[item] >= _SEEN_FROM]
    level = _LEVELS[max(int(scores[item]) for item in seen)] if seen else "unknown"
    found = [say(f"summary.level_{level}")]
    if moving:
        found += [say("summary.where", parts=_named(language, moving)), say("summary.causes")]
    elif seen:
        found.append(say("summary.no_cause"))
    parts = [
        SummaryPart(
            "",
            (
                say("summary.of", date=day(language, held_at.astimezone()), name=clinician),
                say("summary.measures"),
            ),
        ),
        SummaryPart(say("summary.title"), (*found, say("summary.day"))),
    ]
    if seen:
        looked = say("summary.seen", parts=_named(language, seen))
        parts.append(SummaryPart(say("summary.seen_title"), (looked,)))
    if unseen:
        not_looked = say("summary.not_seen", parts=_named(language, unseen))
        parts.append(SummaryPart(say("summary.not_seen_title"), (not_looked,)))
    parts.append(SummaryPart("", (say("summary.medicine"), say("summary.next", name=clinician))))
    return tuple(parts)


def _named(language: str, items: Sequence[int]) -> str:
    return text(language, "summary.comma").join(text(language, f"summary.item_{item}") for item in items)
