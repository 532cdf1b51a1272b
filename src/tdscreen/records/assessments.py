"""What tdscreen said of an examination, kept as it said it; and who was shown it, and when."""

from __future__ import annotations

import hashlib
import json
import re
from datetime import timedelta
from typing import Any

from tdscreen.assessment.assessment import Assessment
from tdscreen.assessment.json_form import from_json, to_json
from tdscreen.errors import DataError, InputError
from tdscreen.records.clinic import Desk, Work
from tdscreen.records.entries import StoredAssessment
from tdscreen.records.examinations import living_examination
from tdscreen.records.roles import Act
from tdscreen.records.scope import Row
from tdscreen.records.tables import ASSESSMENTS, ESTIMATE_VIEWS, RATINGS
from tdscreen.records.times import read_optional_time, read_time, written
from tdscreen.records.vault import new_id
from tdscreen.records.video_dates import bring_dates_forward
from tdscreen.settings import RECORDS

_KIND = "estimate of examination"


def add_assessment(desk: Desk, examination: str, assessment: Assessment) -> str:
    """Keep an assessment of an examination, and settle when its videos go at the latest.

    An assessment made anew stands beside the one before.

    Returns
    -------
    str
        Its identifier. What it says is shown by :func:`estimates` alone.

    Raises
    ------
    InputError
        This site has no such examination.
    """
    with desk.at_work(Act.KEEP_FINDINGS) as work:
        return keep_assessment(work, examination, assessment)


def keep_assessment(work: Work, examination: str, assessment: Assessment) -> str:
    """Keep an assessment within a piece of work; see :func:`add_assessment`."""
    identifier = new_id()
    document = to_json(assessment)
    patient = living_examination(work.scope, examination)["patient_id"]
    work.scope.add(
        ASSESSMENTS,
        id=identifier,
        patient_id=patient,
        examination_id=examination,
        sealed=work.seal(patient, identifier, document),
        tdscreen=assessment.provenance.tdscreen,
        schema_version=assessment.provenance.schema_version,
        model_sha256=assessment.provenance.model_sha256,
        document_sha256=_sha256(document),
        added_at=work.time,
        due_at=written(work.now + timedelta(days=RECORDS.findings_days)),
    )
    # The first assessment settles it: one made anew does not put it off.
    bring_dates_forward(work, examination, days=RECORDS.video_days)
    work.log("added", _KIND, examination)
    return identifier


def estimates(desk: Desk, examination: str, *, before_rating: bool = False) -> list[StoredAssessment]:
    """Show the assessments of an examination to whoever has locked a rating of it, or may not rate; oldest first.

    Who may not see the names of clips reads ``clip 1`` and so on in their place.

    Parameters
    ----------
    desk : Desk
    examination : str
    before_rating : bool
        The person asks to see it without having rated. That it was seen stands beside every rating that the person
        locks from then on.

    Raises
    ------
    InputError
        This site has no such examination, or the person has no locked rating of it and did not ask to see it before.
    """
    with desk.at_work(Act.SEE_FINDINGS) as work:
        return estimates_shown(work, examination, before_rating=before_rating)


def estimates_shown(work: Work, examination: str, *, before_rating: bool = False) -> list[StoredAssessment]:
    """Show the assessments of an examination within a piece of work; see :func:`estimates`."""
    patient = living_examination(work.scope, examination)["patient_id"]
    own = work.scope.rows(RATINGS, examination_id=examination, rater=work.who)
    if work.may(Act.RATE) and not before_rating and all(row["locked_at"] is None for row in own):
        raise InputError("The estimate is shown once you have locked your rating of this examination.")
    rows = work.scope.rows(ASSESSMENTS, order="added_at", examination_id=examination)
    if rows:
        work.scope.add(
            ESTIMATE_VIEWS,
            id=new_id(),
            patient_id=patient,
            examination_id=examination,
            seen_by=work.who,
            seen_at=work.time,
        )
    found = [_stored(work, row) for row in rows]
    work.log("saw", _KIND, examination)
    return found


def was_shown(work: Work, examination: str, person: str) -> bool:
    """Tell whether the estimate of an examination has been shown to a person."""
    return bool(work.scope.rows(ESTIMATE_VIEWS, examination_id=examination, seen_by=person))


def _stored(work: Work, row: Row) -> StoredAssessment:
    assessment = None
    if row["sealed"] is not None:
        document = work.unseal(row["patient_id"], row["id"], row["sealed"])
        if _sha256(document) != row["document_sha256"]:
            raise DataError("An assessment in the clinic's store is not the one that was kept.")
        assessment = from_json(document if work.may(Act.SEE_CLIPS) else without_names(document))
    return StoredAssessment(
        id=row["id"],
        patient=row["patient_id"],
        examination=row["examination_id"],
        assessment=assessment,
        tdscreen=row["tdscreen"],
        schema_version=row["schema_version"],
        model_sha256=row["model_sha256"],
        document_sha256=row["document_sha256"],
        added_at=read_time(row["added_at"]),
        due_at=read_time(row["due_at"]),
        destroyed_at=read_optional_time(row["destroyed_at"]),
    )


def without_names(document: str) -> str:
    """Put numbers in the place of the clips' names, wherever they stand in an assessment."""
    names = {name: f"clip {n}" for n, name in enumerate(dict.fromkeys(_files(document)), 1)}
    # A longer name first: it may hold a shorter one. Whole words of sentences alone: a clip may be called "a".
    longest_first = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True) if name)
    in_sentences = re.compile(rf"(?<!\w)(?:{longest_first})(?!\w)") if longest_first else None

    def shown(said: Any, place: str = "") -> Any:
        if isinstance(said, dict):
            return {name: shown(value, name) for name, value in said.items()}
        if isinstance(said, list):
            return [shown(value, place) for value in said]
        if isinstance(said, str) and place in ("file", "files"):
            return names.get(said, said)
        if isinstance(said, str) and in_sentences is not None and " " in said:
            return in_sentences.sub(lambda found: names[found[0]], said)
        return said

    return json.dumps(shown(json.loads(document)))


def _files(document: str) -> list[str]:
    return [clip.file for clip in from_json(document).clips]


def _sha256(document: str) -> str:
    return hashlib.sha256(document.encode("utf-8", "surrogatepass")).hexdigest()
