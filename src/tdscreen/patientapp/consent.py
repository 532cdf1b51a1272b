"""Which wording of the consent is in use: who agreed to what can be told only if words and version go together."""

from __future__ import annotations

import datetime
import hashlib
import json

from tdscreen.patientapp.words import section

VERSION = "4"
"""Of the wording in use; kept beside each consent with its language."""
WORDINGS: dict[str, dict[str, str]] = {
    "1": {
        "date": "2026-11-27",
        "en": "3726992f83329fc0373b1b1a97f0411028437c8892c5834bcffba5a9252c8a96",
        "es": "c192db6d28bc0ba121a0307cb8cc9978fc39114cfa9bfd9ef2187bc4b75b8272",
    },
    "2": {
        "date": "2026-11-27",
        "en": "e4eeb6001c4c2192ab2a6b02b137ebea87d5f058dc4444edf1d28406685bbbb8",
        "es": "eb268314c50aca255793819bb9a2be330487a853b130887ea133a0b10e1a06a1",
    },
    "3": {
        "date": "2026-11-27",
        "en": "cf1636cb972d8e1ef93f1163663b427065e9b4b1c240c5573dd6649f471b619b",
        "es": "2a097dacbb365b78099d25f39605403f7a76d71815d3647177580dc25a978f3f",
    },
    "4": {
        "date": "2026-11-27",
        "en": "d23a5d099810b65b50f6d37f0d04fda937fbe2f545daa5a4a9dba35b421d60df",
        "es": "8905f5e4947e69efe7f4b6ee483cbf42b09adfccd73109ee7b9f6797c0512ad0",
    },
}
"""Every wording there was: its date, and the SHA-256 of what stands in each language's catalogue, for a
clinic's patients and on one's own computer. A changed sentence is a new version, added here; the older ones stay."""
_SECTIONS = ("key", "consent")


def fingerprint(language: str) -> str:
    """Give the SHA-256 of the words of the consent in a language."""
    said = json.dumps(section(language, *_SECTIONS), ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()


def date_of_version() -> datetime.date:
    """Give the date of the wording in use."""
    return datetime.date.fromisoformat(WORDINGS[VERSION]["date"])
