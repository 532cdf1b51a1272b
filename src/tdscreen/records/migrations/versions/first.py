"""The first form of the store."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_ID, _TIME, _NAME, _HASH = sa.String(32), sa.String(32), sa.String(64), sa.String(64)


def upgrade() -> None:
    """Make the tables, and an audit log that can only grow."""
    op.create_table(
        "sites",
        sa.Column("id", _NAME, nullable=False),
        sa.Column("added_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_sites"),
    )
    op.create_table(
        "staff",
        sa.Column("id", _NAME, nullable=False),
        sa.Column("site_id", _NAME, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("added_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_staff"),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name="fk_staff_site_id"),
    )
    op.create_table(
        "patients",
        sa.Column("id", _ID, nullable=False),
        sa.Column("site_id", _NAME, nullable=False),
        sa.Column("lookup", _HASH, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("added_at", _TIME, nullable=False),
        sa.Column("deleting_at", _TIME),
        sa.PrimaryKeyConstraint("id", name="pk_patients"),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name="fk_patients_site_id"),
        sa.UniqueConstraint("site_id", "lookup", name="uq_patients_site_id"),
        sa.UniqueConstraint("site_id", "id", name="uq_patients_site_id_id"),
    )
    _of_patient("exposures", _sealed(), _time("added_at"), _by("added_by"))
    _of_patient("examinations", _time("held_at"), _sealed(), _time("added_at"), _by("added_by"))
    _of_patient(
        "clips",
        _of("examination_id", "examinations"),
        sa.Column("lookup", _HASH, nullable=False),
        _sealed(),
        sa.Column("keep_video", sa.Boolean(), nullable=False),
        _time("added_at"),
        _by("added_by"),
        sa.UniqueConstraint("site_id", "lookup", name="uq_clips_site_id"),
    )
    _of_patient(
        "files",
        _of("clip_id", "clips"),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        _time("added_at"),
        sa.Column("due_at", _TIME),
        sa.Column("destroyed_at", _TIME),
        sa.Column("destroyed_because", sa.String(16)),
    )
    _of_patient(
        "assessments",
        _of("examination_id", "examinations"),
        sa.Column("sealed", sa.LargeBinary()),
        sa.Column("tdscreen", _NAME, nullable=False),
        sa.Column("schema_version", sa.String(16), nullable=False),
        sa.Column("model_sha256", _HASH, nullable=False),
        sa.Column("document_sha256", _HASH, nullable=False),
        _time("added_at"),
        _time("due_at"),
        sa.Column("destroyed_at", _TIME),
    )
    _of_patient("estimate_views", _of("examination_id", "examinations"), _by("seen_by"), _time("seen_at"))
    _of_patient(
        "ratings",
        _of("examination_id", "examinations"),
        _by("rater"),
        _sealed(),
        _time("begun_at"),
        _time("saved_at"),
        sa.Column("locked_at", _TIME),
        sa.Column("estimate_seen", sa.Boolean()),
    )
    _of_patient(
        "rating_changes", _of("rating_id", "ratings"), _by("changed_by"), _sealed(), _time("changed_at")
    )
    _of_patient(
        "sign_offs",
        _of("examination_id", "examinations"),
        _of("rating_id", "ratings"),
        _by("signed_by"),
        _sealed(),
        _time("signed_at"),
    )
    op.create_table(
        "audit",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        _time("at"),
        *(sa.Column(name, _NAME, nullable=False) for name in ("who", "site", "what", "kind", "on_id")),
        sa.Column("previous", _HASH, nullable=False),
        sa.Column("hash", _HASH, nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_audit"),
    )
    _let_the_audit_log_only_grow()


def _sealed() -> sa.Column[bytes]:
    return sa.Column("sealed", sa.LargeBinary(), nullable=False)


def _time(name: str) -> sa.Column[str]:
    return sa.Column(name, _TIME, nullable=False)


def _by(name: str) -> tuple[str, str]:
    return name, "staff"


def _of(name: str, table: str) -> tuple[str, str]:
    return name, table


def _of_patient(table: str, *parts: sa.schema.SchemaItem | tuple[str, str]) -> None:
    """Make a table whose rows belong to a patient of the same site; a pair is a column that refers to a table."""
    columns: list[sa.schema.SchemaItem] = []
    for part in parts:
        if isinstance(part, tuple):
            name, other = part
            columns += [
                sa.Column(name, _NAME if other == "staff" else _ID, nullable=False),
                sa.ForeignKeyConstraint([name], [f"{other}.id"], name=f"fk_{table}_{name}"),
            ]
        else:
            columns.append(part)
    op.create_table(
        table,
        sa.Column("id", _ID, nullable=False),
        sa.Column("site_id", _NAME, nullable=False),
        sa.Column("patient_id", _ID, nullable=False),
        *columns,
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
        sa.ForeignKeyConstraint(
            ["site_id", "patient_id"], ["patients.site_id", "patients.id"], name=f"fk_{table}_site_id"
        ),
    )
    referred = [part[0] for part in parts if isinstance(part, tuple) and part[1] != "staff"]
    for name in ("patient_id", *referred):
        op.create_index(f"ix_{table}_{name}", table, [name])


def _let_the_audit_log_only_grow() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for event in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER audit_refuses_{event.lower()} BEFORE {event} ON audit "
                "BEGIN SELECT RAISE(ABORT, 'the audit log only grows'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION audit_refuses() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'the audit log only grows'; END $$"
    )
    op.execute(
        "CREATE TRIGGER audit_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON audit "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_refuses()"
    )
