"""Invitations to record at home, and what was recorded by them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_ID, _TIME, _NAME = sa.String(32), sa.String(32), sa.String(64)


def upgrade() -> None:
    """Add the tables of invitations and of recorded tasks."""
    op.create_table(
        "invitations",
        *_of_patient(),
        sa.Column("examination_id", _ID),
        sa.Column("sealed", sa.LargeBinary()),
        sa.Column("until", _TIME, nullable=False),
        sa.Column("added_at", _TIME, nullable=False),
        sa.Column("added_by", _NAME, nullable=False),
        sa.Column("revoked_at", _TIME),
        sa.Column("finished_at", _TIME),
        sa.Column("withdrawn_at", _TIME),
        *_keys("invitations"),
        sa.ForeignKeyConstraint(
            ["examination_id"], ["examinations.id"], name="fk_invitations_examination_id"
        ),
        sa.ForeignKeyConstraint(["added_by"], ["staff.id"], name="fk_invitations_added_by"),
    )
    op.create_table(
        "recorded_tasks",
        *_of_patient(),
        sa.Column("invitation_id", _ID, nullable=False),
        sa.Column("clip_id", _ID),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("added_at", _TIME, nullable=False),
        *_keys("recorded_tasks"),
        sa.ForeignKeyConstraint(
            ["invitation_id"], ["invitations.id"], name="fk_recorded_tasks_invitation_id"
        ),
        sa.ForeignKeyConstraint(["clip_id"], ["clips.id"], name="fk_recorded_tasks_clip_id"),
    )
    for table, names in (
        ("invitations", ("patient_id", "examination_id")),
        ("recorded_tasks", ("patient_id", "invitation_id")),
    ):
        for name in names:
            op.create_index(f"ix_{table}_{name}", table, [name])


def _of_patient() -> list[sa.Column[str]]:
    return [
        sa.Column("id", _ID, nullable=False),
        sa.Column("site_id", _NAME, nullable=False),
        sa.Column("patient_id", _ID, nullable=False),
    ]


def _keys(table: str) -> list[sa.Constraint]:
    return [
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
        sa.ForeignKeyConstraint(
            ["site_id", "patient_id"], ["patients.site_id", "patients.id"], name=f"fk_{table}_site_id"
        ),
    ]
