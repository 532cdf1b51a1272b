"""The virtual people of the card: seeds that no threshold was chosen on, and groups that are balanced by design."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

FIRST_SEED = 1000
"""Seeds below 500 are for development and thresholds; nobody looks at those of the card."""

_OPPOSITE = {"female": "male", "male": "female"}
_NEXT_ORIGIN = {"european": "african", "african": "asian", "asian": "mixed", "mixed": "european"}

_FIRST_TWENTY = (
    (1, "female", 24, "european"),
    (2, "male", 67, "mixed"),
    (3, "female", 45, "asian"),
    (4, "male", 33, "european"),
    (5, "female", 78, "mixed"),
    (6, "male", 52, "asian"),
    (7, "female", 29, "african"),
    (8, "male", 61, "african"),
    (9, "female", 40, "european"),
    (10, "male", 71, "mixed"),
    (1, "male", 58, "asian"),
    (2, "female", 37, "african"),
    (3, "male", 72, "mixed"),
    (4, "female", 49, "mixed"),
    (5, "male", 26, "african"),
    (6, "female", 64, "european"),
    (7, "male", 80, "european"),
    (8, "female", 22, "asian"),
    (9, "male", 55, "asian"),
    (10, "female", 31, "african"),
)
"""Tone on the Monk scale, sex, age, origin: each tone once of either sex; ages and origins spread over both."""


@dataclass(frozen=True)
class CardPerson:
    """One person of the card: a seed, and what is not left to chance."""

    seed: int
    monk_tone: int
    sex: str
    age_years: float
    origin: str

    @property
    def fixed(self) -> dict[str, Any]:
        """What the generator is told about the person."""
        return {
            "monk_tone": self.monk_tone,
            "sex": self.sex,
            "age_years": self.age_years,
            "origin": self.origin,
        }


def card_person(index: int) -> CardPerson:
    """Return a person of the card; the second twenty are the first with sex, age and origin turned round.

    Parameters
    ----------
    index : int
        From 0.
    """
    tone, sex, age, origin = _FIRST_TWENTY[index % 20]
    if (index // 20) % 2:
        sex, age, origin = _OPPOSITE[sex], 101 - age, _NEXT_ORIGIN[origin]
    return CardPerson(FIRST_SEED + index, tone, sex, float(age), origin)
