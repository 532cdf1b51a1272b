"""Words that somebody else chose, as the page shows them."""

from __future__ import annotations


def unformatted(text: str) -> str:
    """Keep what somebody called something, as a file, from being read as formatting."""
    return "".join(f"\\{letter}" if letter in "\\`*_{}[]()<>#+-.!|~$:" else letter for letter in text)
