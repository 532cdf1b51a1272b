"""The tables of the store, as SQLAlchemy knows them. The migrations make them.

What tells something of a person stands in ``sealed``, encrypted with the patient's key: names, ages, notes, scores,
what was measured. What stands open are random identifiers, sites, times and states. A ``lookup`` finds again what is
sealed without telling it: a hash with a key. Times are in UTC and written as in ISO 8601, which sorts.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    UniqueConstraint,
)

METADATA = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_name)s",
    }
)
ID, TIME, NAME = String(32), String(32), String(64)


def _id() -> Column[str]:
    return Column("id", ID, primary_key=True)


def _site() -> Column[str]:
    return Column("site_id", NAME, ForeignKey("sites.id"), nullable=False)


def _of_patient(name: str, *columns: Column[Any]) -> Table:
    """Make a table whose rows belong to a patient; the database itself refuses one of another site."""
    return Table(
        name,
        METADATA,
        _id(),
        Column("site_id", NAME, nullable=False),
        Column("patient_id", ID, nullable=False, index=True),
        *columns,
        ForeignKeyConstraint(["site_id", "patient_id"], ["patients.site_id", "patients.id"]),
    )


def _examination() -> Column[str]:
    return Column("examination_id", ID, ForeignKey("examinations.id"), nullable=False, index=True)


def _by(name: str) -> Column[str]:
    return Column(name, NAME, ForeignKey("staff.id"), nullable=False)


SITES = Table(
    "sites", METADATA, Column("id", NAME, primary_key=True), Column("added_at", TIME, nullable=False)
)
STAFF = Table(
    "staff",
    METADATA,
    Column("id", NAME, primary_key=True),
    _site(),
    Column("sealed", LargeBinary, nullable=False),
    Column("added_at", TIME, nullable=False),
    Column("role", String(16), nullable=False, server_default="clinician"),
    Column("login_lookup", String(64)),
    Column("sealed_login", LargeBinary),
    Column("retired_at", TIME),
    Index("ix_staff_login_lookup", "login_lookup", unique=True),
)
PATIENTS = Table(
    "patients",
    METADATA,
    _id(),
    _site(),
    Column("lookup", String(64), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("added_at", TIME, nullable=False),
    Column("deleting_at", TIME),
    UniqueConstraint("site_id", "lookup"),
    UniqueConstraint("site_id", "id", name="uq_patients_site_id_id"),
)
EXPOSURES = _of_patient(
    "exposures",
    Column("sealed", LargeBinary, nullable=False),
    Column("added_at", TIME, nullable=False),
    _by("added_by"),
)
EXAMINATIONS = _of_patient(
    "examinations",
    Column("held_at", TIME, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("added_at", TIME, nullable=False),
    _by("added_by"),
)
CLIPS = _of_patient(
    "clips",
    _examination(),
    Column("lookup", String(64), nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("keep_video", Boolean, nullable=False),
    Column("added_at", TIME, nullable=False),
    _by("added_by"),
)
CLIPS.append_constraint(UniqueConstraint("site_id", "lookup"))
FILES = _of_patient(
    "files",
    Column("clip_id", ID, ForeignKey("clips.id"), nullable=False, index=True),
    Column("kind", String(16), nullable=False),
    Column("size_bytes", BigInteger, nullable=False),
    Column("added_at", TIME, nullable=False),
    Column("due_at", TIME),
    Column("destroyed_at", TIME),
    Column("destroyed_because", String(16)),
)
ASSESSMENTS = _of_patient(
    "assessments",
    _examination(),
    Column("sealed", LargeBinary),
    Column("tdscreen", NAME, nullable=False),
    Column("schema_version", String(16), nullable=False),
    Column("model_sha256", String(64), nullable=False),
    Column("document_sha256", String(64), nullable=False),
    Column("added_at", TIME, nullable=False),
    Column("due_at", TIME, nullable=False),
    Column("destroyed_at", TIME),
)
ESTIMATE_VIEWS = _of_patient(
    "estimate_views", _examination(), _by("seen_by"), Column("seen_at", TIME, nullable=False)
)
RATINGS = _of_patient(
    "ratings",
    _examination(),
    _by("rater"),
    Column("sealed", LargeBinary, nullable=False),
    Column("begun_at", TIME, nullable=False),
    Column("saved_at", TIME, nullable=False),
    Column("locked_at", TIME),
    Column("estimate_seen", Boolean),
)
RATING_CHANGES = _of_patient(
    "rating_changes",
    Column("rating_id", ID, ForeignKey("ratings.id"), nullable=False, index=True),
    _by("changed_by"),
    Column("sealed", LargeBinary, nullable=False),
    Column("changed_at", TIME, nullable=False),
)
SIGN_OFFS = _of_patient(
    "sign_offs",
    _examination(),
    Column("rating_id", ID, ForeignKey("ratings.id"), nullable=False, index=True),
    _by("signed_by"),
    Column("sealed", LargeBinary, nullable=False),
    Column("signed_at", TIME, nullable=False),
)
JOBS = _of_patient(
    "jobs",
    _examination(),
    Column("state", String(16), nullable=False),
    Column("progress", Float, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("sealed", LargeBinary),
    Column("worker", NAME),
    Column("lease_until", TIME),
    Column("added_at", TIME, nullable=False),
    _by("added_by"),
    Column("taken_at", TIME),
    Column("ended_at", TIME),
)
OUTBOX = _of_patient(
    "outbox",
    _examination(),
    Column("state", String(16), nullable=False),
    Column("sealed", LargeBinary),
    Column("sealed_answer", LargeBinary),
    Column("tries", Integer, nullable=False),
    Column("next_at", TIME, nullable=False),
    Column("lease_until", TIME),
    Column("added_at", TIME, nullable=False),
    _by("added_by"),
    Column("ended_at", TIME),
)
INVITATIONS = _of_patient(
    "invitations",
    Column("examination_id", ID, ForeignKey("examinations.id"), index=True),
    Column("sealed", LargeBinary),
    Column("until", TIME, nullable=False),
    Column("added_at", TIME, nullable=False),
    _by("added_by"),
    Column("revoked_at", TIME),
    Column("finished_at", TIME),
    Column("withdrawn_at", TIME),
)
RECORDED_TASKS = _of_patient(
    "recorded_tasks",
    Column("invitation_id", ID, ForeignKey("invitations.id"), nullable=False, index=True),
    Column("clip_id", ID, ForeignKey("clips.id")),
    Column("sealed", LargeBinary, nullable=False),
    Column("added_at", TIME, nullable=False),
)
PRACTICE_RATINGS = Table(
    "practice_ratings",
    METADATA,
    _id(),
    _site(),
    _by("rater"),
    Column("clip", NAME, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("rated_at", TIME, nullable=False),
)
"""Of virtual patients, and so of nobody's record."""
AUDIT = Table(
    "audit",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", TIME, nullable=False),
    Column("who", NAME, nullable=False),
    Column("site", NAME, nullable=False),
    Column("what", NAME, nullable=False),
    Column("kind", NAME, nullable=False),
    Column("on_id", NAME, nullable=False),
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
)
"""No foreign keys: an entry outlives what it speaks of."""

OF_PATIENTS: tuple[Table, ...] = (
    RECORDED_TASKS,
    INVITATIONS,
    OUTBOX,
    JOBS,
    SIGN_OFFS,
    RATING_CHANGES,
    RATINGS,
    ESTIMATE_VIEWS,
    ASSESSMENTS,
    FILES,
    CLIPS,
    EXAMINATIONS,
    EXPOSURES,
)
"""In the order in which a patient's rows can be removed."""
