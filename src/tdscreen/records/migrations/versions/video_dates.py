"""Every video has a date on which it goes at the latest."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from alembic import op

from tdscreen.settings import RECORDS

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Date the videos that had no date: those of examinations that were never assessed.

    None goes so soon that nobody could be warned: an old one stays for as long from today as after an estimate.
    """
    files = sa.table("files", *(sa.column(name) for name in ("id", "added_at", "due_at", "destroyed_at")))
    connection = op.get_bind()
    soonest = datetime.now(UTC) + timedelta(days=RECORDS.video_days)
    for row in connection.execute(sa.select(files).where(files.c.due_at.is_(None))).mappings().all():
        by_age = datetime.fromisoformat(row["added_at"]) + timedelta(days=RECORDS.unassessed_video_days)
        due_at = row["destroyed_at"] or max(by_age, soonest).isoformat(timespec="microseconds")
        connection.execute(files.update().where(files.c.id == row["id"]).values(due_at=due_at))
