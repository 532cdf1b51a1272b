"""Why figures of the card are not reached, kept in one place: ``reasons.json``."""

from __future__ import annotations

import functools
import json
from pathlib import Path

FILE = Path(__file__).with_name("reasons.json")


@functools.cache
def kept_reasons() -> dict[str, str]:
    """Read the reasons: the name of a figure to a sentence or two."""
    kept: dict[str, str] = json.loads(FILE.read_text(encoding="utf-8"))
    return kept


def reason_for(name: str) -> str | None:
    """Return the reason kept for a figure; a reason for ``amplitude.*`` speaks for all of that beginning.

    Parameters
    ----------
    name : str
        Of a figure.

    Returns
    -------
    str or None
        The one whose name fits most closely; None if there is none.
    """
    kept = kept_reasons()
    if name in kept:
        return kept[name]
    broader = [key for key in kept if key.endswith("*") and name.startswith(key[:-1])]
    return kept[max(broader, key=len)] if broader else None
