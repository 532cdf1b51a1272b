"""The page's words are those of :mod:`tdscreen.assessment.plain`, which reports say, too."""

from __future__ import annotations

from tdscreen.assessment.plain import (
    MOVEMENTS,
    SEVERITIES,
    TASKS,
    TRIAGE_STATEMENTS,
    TRIAGE_TITLES,
    VERDICTS,
    number,
    plain,
    sentence,
)

__all__ = [
    "MOVEMENTS",
    "SEVERITIES",
    "TASKS",
    "TRIAGE_STATEMENTS",
    "TRIAGE_TITLES",
    "VERDICTS",
    "number",
    "plain",
    "sentence",
    "unformatted",
]


def unformatted(text: str) -> str:
    """Keep what somebody called something, as a file, from being read as formatting."""
    return "".join(f"\\{letter}" if letter in "\\`*_{}[]()<>#+-.!|~$:" else letter for letter in text)
