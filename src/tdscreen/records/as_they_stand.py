"""What ratings say by now, and which of them somebody has signed as they stand."""

from __future__ import annotations

from typing import Any

from tdscreen.records.clinic import Work
from tdscreen.records.entries import Activation, Scores
from tdscreen.records.scope import Row
from tdscreen.records.tables import RATING_CHANGES, RATINGS, SIGN_OFFS


def read_scores(said: dict[str, Any]) -> Scores:
    """Read what a rating, a change of it or a signature says, as it was sealed."""
    return Scores(
        {int(number): score for number, score in said["scores"].items()},
        {int(number): reason for number, reason in said["reasons"].items()},
        said["comment"],
        # What was sealed before it was asked does not say.
        None if said.get("activation") is None else Activation(said["activation"]),
    )


def signed_as_they_stand(work: Work, examination: str) -> frozenset[str]:
    """Name the ratings of an examination that somebody has signed as they stand, without a word of what they say."""

    def said(row: Row) -> Scores:
        # As it was written, for whoever may not read what was written freely, too.
        return read_scores(work.unseal(row["patient_id"], row["id"], row["sealed"]))

    signatures = work.scope.rows(SIGN_OFFS, examination_id=examination)
    current = {}
    for rating in {row["rating_id"] for row in signatures}:
        (row,) = work.scope.rows(RATINGS, id=rating)
        changes = work.scope.rows(RATING_CHANGES, order="changed_at", rating_id=rating)
        current[rating] = said([row, *changes][-1])
    return frozenset(row["rating_id"] for row in signatures if said(row) == current[row["rating_id"]])
