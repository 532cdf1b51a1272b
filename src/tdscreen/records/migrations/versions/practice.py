"""What people rated of training clips: of no patient."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_ID, _TIME, _NAME = sa.String(32), sa.String(32), sa.String(64)


def upgrade() -> None:
    """Add the table of ratings of training clips."""
    op.create_table(
        "practice_ratings",
        sa.Column("id", _ID, nullable=False),
        sa.Column("site_id", _NAME, nullable=False),
        sa.Column("rater", _NAME, nullable=False),
        sa.Column("clip", _NAME, nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("rated_at", _TIME, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_practice_ratings"),
        sa.ForeignKeyConstraint(["site_id"], ["sites.id"], name="fk_practice_ratings_site_id"),
        sa.ForeignKeyConstraint(["rater"], ["staff.id"], name="fk_practice_ratings_rater"),
    )
