"""A site's examinations for research, without who the people are.

Pseudonyms and the days by which dates are moved come from a hash with a key of the store (HMAC with SHA-256): whoever
has the tables and not the master key cannot undo them, and the next export of the same study has the same. Whatever
people wrote freely about an examination, the names of files and their hashes stay in the store.
"""

from __future__ import annotations

import csv
import dataclasses
import re
import shutil
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from tdscreen import __version__
from tdscreen.errors import InputError
from tdscreen.files import require_new
from tdscreen.printing import spreadsheet_safe
from tdscreen.records.assessments import estimates
from tdscreen.records.clinic import Desk
from tdscreen.records.clips import recordings, tracks
from tdscreen.records.entries import Examination, Exposure, Person, Rating, StoredAssessment
from tdscreen.records.examinations import examinations
from tdscreen.records.exports import note_tables
from tdscreen.records.patients import exposures, persons
from tdscreen.records.ratings import ratings, signed
from tdscreen.reports.research_columns import (
    ESTIMATES,
    EXAMINATIONS,
    EXPOSURES,
    OF_REGIONS,
    SIGNATURES,
    SUBJECTS,
)
from tdscreen.research.poses import save_poses
from tdscreen.research.ratings import AimsRating, ratings_table
from tdscreen.research.tables import Table, regions_table, sidecar
from tdscreen.settings import REPORTS

_STUDY = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,19}")
_PSEUDONYM_LETTERS = 12
_RATER_LETTERS = 6

README = """Examinations for research, from tdscreen {version}
Study: {study}

Every person has a pseudonym (USUBJID). All dates of a person are moved by the same secret number of days; times of day
are true. Ages from 90 up stand as 90. Names of files, their hashes and what people wrote freely are left out. Drugs and
doses are as somebody wrote them: look through exposures.csv before you pass it on.

ratings.csv      what people rated, as CDISC has it (domain QS)
signatures.csv   whether somebody has signed each rating as it stands; else it is a draft
estimates.csv    what software estimated: for research use, and never a rating
regions.csv      what was measured in each clip
examinations.csv, exposures.csv, subjects.csv
What each column means stands in the .json file of the same name.
{landmarks}
This is de-identified and not anonymous: whoever knows a person's examinations may know the person again.
"""
LANDMARKS = """landmarks/       points of face and hands, picture by picture. They are no picture, but
                 landmarks of a face may still identify a person: treat them like the video.
"""


@dataclass(frozen=True)
class Exported:
    """What was written.

    Attributes
    ----------
    people, examinations, ratings, landmarks : int
    """

    people: int
    examinations: int
    ratings: int
    landmarks: int


@dataclass(frozen=True)
class _Disguise:
    """How one person is called, and by how much the person's dates are moved."""

    subject: str
    shift: timedelta

    def moved(self, time: datetime) -> str:
        return (time + self.shift).isoformat(timespec="seconds")[: len("2026-03-02T09:30:00")]

    def moved_roughly(self, day: str) -> str | None:
        """Move a date that is known to the day, the month or the year, and leave it as rough."""
        for length, middle in ((4, "-07-02"), (7, "-15"), (10, "")):
            if len(day) == length:
                try:
                    return (date.fromisoformat(day + middle) + self.shift).isoformat()[:length]
                except (ValueError, OverflowError):
                    return None
        return None


def export_tables(desk: Desk, out: Path, *, study: str, landmarks: bool = False) -> Exported:
    """Write all examinations of a site into a new folder, without who the people are.

    Parameters
    ----------
    desk : Desk
        Of a researcher.
    out : Path
        A folder that is not there yet; it is whole, or not there.
    study : str
        Short name. The same study gives the same pseudonyms; another's cannot be linked with them.
    landmarks : bool
        Also the points of faces and hands, which may still identify a person.

    Returns
    -------
    Exported

    Raises
    ------
    InputError
        Something is in the way, the study's name is none, or the person's role does not allow it.
    """
    require_study(study)
    require_new(out)
    # Asked first, and told before anything is there to be taken away.
    note_tables(desk, "landmarks for research" if landmarks else "tables for research")
    part = out.with_name(f".{out.name}.{uuid.uuid4().hex}.part")
    part.mkdir(mode=0o700)
    try:
        done = _write_all(desk, part, study, landmarks)
        require_new(out)
        part.rename(out)
    except OSError as error:
        raise InputError(f"{out} could not be written: {error.strerror or error}.") from error
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return done


def require_study(study: str) -> None:
    """Make sure that a study has a name that tables can carry.

    Raises
    ------
    InputError
    """
    if not _STUDY.fullmatch(study):
        raise InputError("Name the study by up to 20 letters, digits and '-', as TD-2026.")


def write_csv(path: Path, table: Table) -> None:
    """Write a table as CSV, and what its columns mean beside it.

    Text that a spreadsheet would run as a formula has an apostrophe before it. An absent value is empty.
    """
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([column.name for column in table.columns])
        for row in zip(*table.values.values(), strict=True):
            writer.writerow([_cell(value) for value in row])
    path.with_suffix(".json").write_text(sidecar(table.columns), encoding="utf-8")


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        # A code that is no Unicode, or none that a line can hold, would break the file for whoever reads it.
        return spreadsheet_safe(
            "".join(one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in value)
        )
    return repr(float(value)) if isinstance(value, float) else str(value)


def _write_all(desk: Desk, folder: Path, study: str, with_landmarks: bool) -> Exported:
    tables = {
        "subjects": SUBJECTS,
        "examinations": EXAMINATIONS,
        "exposures": EXPOSURES,
        "signatures": SIGNATURES,
        "estimates": ESTIMATES,
        "regions": OF_REGIONS,
    }
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in tables}
    rated: list[AimsRating] = []
    points = 0
    if with_landmarks:
        (folder / "landmarks").mkdir()
    for person in sorted(persons(desk), key=lambda one: _disguise(desk, study, one.id).subject):
        disguise = _disguise(desk, study, person.id)
        held = examinations(desk, person.id)
        rows["subjects"].append({"USUBJID": disguise.subject, "sex": str(person.sex), "visits": len(held)})
        rows["exposures"] += [_exposure(disguise, one) for one in exposures(desk, person.id)]
        for visit, one in enumerate(held, start=1):
            given = recordings(desk, one.id)
            rows["examinations"].append(_examination(disguise, visit, person, one, len(given)))
            locked = [rating for rating in ratings(desk, one.id) if rating.locked_at is not None]
            rows_of_ratings = [_rating(desk, study, disguise, visit, rating) for rating in locked]
            stands = signed(desk, one.id)
            rated += rows_of_ratings
            rows["signatures"] += [
                {
                    "USUBJID": row.subject,
                    "VISITNUM": visit,
                    "QSEVALID": row.rater,
                    "QSDTC": row.date,
                    "signed": rating.id in stands,
                }
                for row, rating in zip(rows_of_ratings, locked, strict=True)
            ]
            for kept in [kept for kept in estimates(desk, one.id) if kept.assessment is not None][-1:]:
                rows["estimates"] += _estimates(disguise, visit, kept)
                rows["regions"] += _regions(disguise, visit, kept)
            for place, clip in enumerate(given, start=1):
                if with_landmarks and clip.has_tracks:
                    name = f"{disguise.subject}_visit-{visit}_clip-{place}_{clip.task}"
                    found = dataclasses.replace(tracks(desk, clip.id), file=name, input_sha256="")
                    save_poses(found, folder / "landmarks" / f"{name}.nc")
                    points += 1
    for name, columns in tables.items():
        write_csv(folder / f"{name}.csv", Table.of_rows(columns, rows[name]))
    write_csv(folder / "ratings.csv", ratings_table(rated, study=study))
    told = README.format(version=__version__, study=study, landmarks=LANDMARKS if with_landmarks else "")
    (folder / "README.txt").write_text(told, encoding="utf-8")
    return Exported(len(rows["subjects"]), len(rows["examinations"]), len(rated), points)


def _disguise(desk: Desk, study: str, person: str) -> _Disguise:
    lookup = desk.clinic.lookup
    name = lookup("pseudonym", study, person)[:_PSEUDONYM_LETTERS].upper()
    days = 1 + int(lookup("shift", study, person), 16) % REPORTS.longest_shift_days
    return _Disguise(f"{study}-{name}", timedelta(days=-days))


def _examination(
    disguise: _Disguise, visit: int, person: Person, one: Examination, clips: int
) -> dict[str, Any]:
    born = person.year_of_birth
    age = None if born is None else min(one.held_at.year - born, REPORTS.oldest_age_years)
    return {
        "USUBJID": disguise.subject,
        "VISITNUM": visit,
        "held_at": disguise.moved(one.held_at),
        "age_years": age,
        "gum": one.details.gum,
        "dentures": one.details.dentures,
        "hours_slept": one.details.hours_slept,
        "hours_since_dose": one.details.hours_since_dose,
        "hours_since_cigarette": one.details.hours_since_cigarette,
        "clips": clips,
    }


def _exposure(disguise: _Disguise, one: Exposure) -> dict[str, Any]:
    return {
        "USUBJID": disguise.subject,
        "noted_at": disguise.moved(one.added_at),
        "drug": one.details.drug,
        "dose": one.details.dose,
        "since": disguise.moved_roughly(one.details.since),
    }


def _rating(desk: Desk, study: str, disguise: _Disguise, visit: int, one: Rating) -> AimsRating:
    rater = desk.clinic.lookup("rater", study, one.rater)[:_RATER_LETTERS].upper()
    assert one.locked_at is not None
    return AimsRating(
        subject=disguise.subject,
        rater=f"RATER {rater}",
        role="CLINICIAN",
        date=disguise.moved(one.locked_at),
        scores=one.current.scores,
        visit_number=float(visit),
        visit=f"EXAMINATION {visit}",
    )


def _estimates(disguise: _Disguise, visit: int, kept: StoredAssessment) -> list[dict[str, Any]]:
    assert kept.assessment is not None
    return [
        {
            "USUBJID": disguise.subject,
            "VISITNUM": visit,
            "item": str(item),
            "assessed": one.assessed,
            "reason": one.reason,
            "expected": one.expected,
            "interval_low": one.interval[0] if one.interval else None,
            "interval_high": one.interval[1] if one.interval else None,
            **{
                f"probability_{score}": one.probabilities[score] if one.probabilities else None
                for score in range(5)
            },
            "tdscreen": kept.tdscreen,
            "model_sha256": kept.model_sha256,
        }
        for item, one in kept.assessment.items.items()
    ]


def _regions(disguise: _Disguise, visit: int, kept: StoredAssessment) -> list[dict[str, Any]]:
    assert kept.assessment is not None
    table: Mapping[str, Sequence[Any]] = regions_table(kept.assessment.clips).values
    names = [name for name in table if name != "input_sha256"]
    return [
        {"USUBJID": disguise.subject, "VISITNUM": visit, **dict(zip(names, values, strict=True))}
        for values in zip(*(table[name] for name in names), strict=True)
    ]
