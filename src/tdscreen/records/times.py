"""How the database writes times: UTC, always as long, so that they sort as text."""

from __future__ import annotations

from datetime import UTC, datetime


def written(time: datetime) -> str:
    """Write a time as the database has it."""
    return time.astimezone(UTC).isoformat(timespec="microseconds")


def read_time(text: str) -> datetime:
    """Read a time of the database."""
    return datetime.fromisoformat(text)


def read_optional_time(text: str | None) -> datetime | None:
    """Read a time of the database that may be none."""
    return None if text is None else read_time(text)


def is_past(due_at: datetime, now: datetime) -> bool:
    """Tell whether the day of a date is over, as it is on this machine: where a date is told, it is told as a day."""
    return due_at.astimezone().date() < now.astimezone().date()
