"""Who may do what, how who signed in is known, and the jobs that assess examinations."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_ID, _TIME, _NAME, _HASH = sa.String(32), sa.String(32), sa.String(64), sa.String(64)


def upgrade() -> None:
    """Add roles and logins to the staff, which was clinicians alone, and the table of jobs."""
    op.add_column("staff", sa.Column("role", sa.String(16), nullable=False, server_default="clinician"))
    op.add_column("staff", sa.Column("login_lookup", _HASH))
    op.add_column("staff", sa.Column("sealed_login", sa.LargeBinary()))
    op.add_column("staff", sa.Column("retired_at", _TIME))
    op.create_index("ix_staff_login_lookup", "staff", ["login_lookup"], unique=True)
    op.create_table(
        "jobs",
        sa.Column("id", _ID, nullable=False),
        sa.Column("site_id", _NAME, nullable=False),
        sa.Column("patient_id", _ID, nullable=False),
        sa.Column("examination_id", _ID, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("progress", sa.Float(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary()),
        sa.Column("worker", _NAME),
        sa.Column("lease_until", _TIME),
        sa.Column("added_at", _TIME, nullable=False),
        sa.Column("added_by", _NAME, nullable=False),
        sa.Column("taken_at", _TIME),
        sa.Column("ended_at", _TIME),
        sa.PrimaryKeyConstraint("id", name="pk_jobs"),
        sa.ForeignKeyConstraint(["examination_id"], ["examinations.id"], name="fk_jobs_examination_id"),
        sa.ForeignKeyConstraint(["added_by"], ["staff.id"], name="fk_jobs_added_by"),
        sa.ForeignKeyConstraint(
            ["site_id", "patient_id"], ["patients.site_id", "patients.id"], name="fk_jobs_site_id"
        ),
    )
    for name in ("patient_id", "examination_id"):
        op.create_index(f"ix_jobs_{name}", "jobs", [name])
