"""How many recordings were unusable, by group and over time: a tool that fails more for some people must say so."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from tdscreen.records.clinic import Desk
from tdscreen.records.entries import Sex
from tdscreen.records.roles import Act
from tdscreen.records.tables import ASSESSMENTS, EXAMINATIONS, PATIENTS
from tdscreen.records.times import read_time
from tdscreen.scoring.predictive import proportion_interval
from tdscreen.settings import RECORDS
from tdscreen.vocabulary import Verdict

ALL = "all"
NOT_NOTED = "not noted"


@dataclass(frozen=True)
class Usability:
    """How many recordings of a group were unusable in half a year.

    Attributes
    ----------
    half_year : str
        In which the examinations were held, as ``2026, January to June``.
    by : str
        ``all``, ``sex`` or ``age``. The tone of the skin is not stored.
    group : str
        As ``female`` or ``60 to 74 years``.
    recordings, unusable : int
    interval : (float, float)
        95% interval of the share that is unusable (Wilson 1927), as if each recording were another person's.
    """

    half_year: str
    by: str
    group: str
    recordings: int
    unusable: int
    interval: tuple[float, float]


def usability(desk: Desk) -> list[Usability]:
    """Count the recordings of this site that were assessed, and those that were unusable, the newest half year first.

    Everybody comes before the groups. Each examination counts by its newest estimate that is kept; nothing else of it
    is told.
    """
    with desk.at_work(Act.SEE_FINDINGS) as work:
        known = {
            row["id"]: work.unseal(row["id"], row["id"], row["sealed"])
            for row in work.scope.rows(PATIENTS, deleting_at=None)
        }
        held = {row["id"]: read_time(row["held_at"]) for row in work.scope.rows(EXAMINATIONS)}
        newest = {
            row["examination_id"]: row
            for row in work.scope.rows(ASSESSMENTS, order="added_at", destroyed_at=None)
            if row["patient_id"] in known
        }
        documents = [
            (
                known[row["patient_id"]],
                held[examination],
                work.unseal(row["patient_id"], row["id"], row["sealed"]),
            )
            for examination, row in newest.items()
        ]
        work.log("counted", "unusable recordings", "")
    # Read once nobody has to wait for the database any more, and no more of each than is counted: a whole assessment
    # takes fifteen times as long.
    counts: dict[tuple[str, str, str], list[int]] = defaultdict(lambda: [0, 0])
    for details, held_at, document in documents:
        groups = (
            (ALL, "everybody"),
            ("sex", NOT_NOTED if details["sex"] == Sex.UNKNOWN else str(details["sex"])),
            ("age", age_band(details["year_of_birth"], held_at)),
        )
        for clip in json.loads(document)["clips"]:
            for by, group in groups:
                count = counts[_half_year(held_at), by, group]
                count[0] += 1
                count[1] += clip["quality"]["verdict"] == Verdict.UNUSABLE
    return [
        Usability(*key, recordings, unusable, proportion_interval(unusable, recordings))
        for key, (recordings, unusable) in sorted(
            counts.items(), key=lambda entry: (_backwards(entry[0][0]), entry[0][1] != ALL, entry[0][1:])
        )
    ]


def age_band(year_of_birth: int | None, held_at: datetime) -> str:
    """Name the band of ages that somebody was in."""
    if year_of_birth is None:
        return NOT_NOTED
    age, edges = held_at.year - year_of_birth, RECORDS.age_bands_years
    if age < edges[0]:
        return f"under {edges[0]} years"
    for low, high in pairwise(edges):
        if age < high:
            return f"{low} to {high - 1} years"
    return f"{edges[-1]} years and over"


def _half_year(held_at: datetime) -> str:
    return f"{held_at.year}, {'January to June' if held_at.month <= 6 else 'July to December'}"


def _backwards(half_year: str) -> tuple[int, bool]:
    year, _, months = half_year.partition(", ")
    return -int(year), months.startswith("January")
