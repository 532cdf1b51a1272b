"""What waits for a record system."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_ID, _TIME, _NAME = sa.String(32), sa.String(32), sa.String(64)


def upgrade() -> None:
    """Add the table of messages."""
    op.create_table(
        "outbox",
        sa.Column("id", _ID, nullable=False),
        sa.Column("site_id", _NAME, nullable=False),
        sa.Column("patient_id", _ID, nullable=False),
        sa.Column("examination_id", _ID, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("sealed", sa.LargeBinary()),
        sa.Column("sealed_answer", sa.LargeBinary()),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_at", _TIME, nullable=False),
        sa.Column("lease_until", _TIME),
        sa.Column("added_at", _TIME, nullable=False),
        sa.Column("added_by", _NAME, nullable=False),
        sa.Column("ended_at", _TIME),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sa.ForeignKeyConstraint(["examination_id"], ["examinations.id"], name="fk_outbox_examination_id"),
        sa.ForeignKeyConstraint(["added_by"], ["staff.id"], name="fk_outbox_added_by"),
        sa.ForeignKeyConstraint(
            ["site_id", "patient_id"], ["patients.site_id", "patients.id"], name="fk_outbox_site_id"
        ),
    )
    for name in ("patient_id", "examination_id"):
        op.create_index(f"ix_outbox_{name}", "outbox", [name])
