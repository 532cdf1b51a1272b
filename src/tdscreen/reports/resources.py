"""Resources of FHIR R4 as plain dictionaries, and the identifiers by which a second sending finds the first."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from tdscreen.reports.codes import OF_URI

Resource = dict[str, Any]
_NAMESPACE = uuid.UUID("6d3b6f5e-62f0-4b0b-9a35-0c6a4f6f1c57")
"""Drawn once; it makes our identifiers different from all others."""
_IDENTIFIED_ONCE = ("QuestionnaireResponse",)
"""Types that have one identifier, not a list of them."""


@dataclass(frozen=True)
class Entry:
    """One resource of a bundle, and how the server finds whether it has it.

    Attributes
    ----------
    uuid : str
    resource : dict
    only_if_new : str or None
        A search; where it finds something, that stays as it is and is referred to. None: what is there is replaced.
    """

    uuid: str
    resource: Resource
    only_if_new: str | None = None

    @property
    def reference(self) -> dict[str, str]:
        """Refer to it from another resource of the bundle."""
        return {"reference": f"urn:uuid:{self.uuid}"}

    def as_json(self) -> dict[str, Any]:
        """Give the entry of a transaction."""
        kind = self.resource["resourceType"]
        if self.only_if_new is not None:
            request = {"method": "POST", "url": kind, "ifNoneExist": self.only_if_new}
        elif "identifier" in self.resource:
            request = {"method": "PUT", "url": f"{kind}?{search_for(OF_URI, f'urn:uuid:{self.uuid}')}"}
        else:
            request = {"method": "PUT", "url": f"{kind}/{self.uuid}"}
        return {"fullUrl": f"urn:uuid:{self.uuid}", "resource": self.resource, "request": request}


def identity(*parts: str) -> str:
    """Derive an identifier from random ones of the store: the same parts give the same, and it gives none away."""
    return str(uuid.uuid5(_NAMESPACE, "\n".join(parts)))


def search_for(system: str, value: str) -> str:
    """Write the search for an identifier."""
    return f"identifier={quote(system, safe=':')}%7C{quote(value, safe=':')}"


def entry(
    kind: str, of: Iterable[str], *, by_id: bool = False, only_if_new: str | None = None, **content: Any
) -> Entry:
    """Make an entry.

    Parameters
    ----------
    kind : str
        Type of the resource.
    of : iterable of str
        What its identifier is derived from.
    by_id : bool
        The type has no identifiers: the server keeps it under ours.
    only_if_new : str, optional
        See :class:`Entry`.
    **content
        Elements; None and empty lists are left out.
    """
    own = identity(kind, *of)
    resource: Resource = {"resourceType": kind}
    if by_id:
        resource["id"] = own
    else:
        uri = {"system": OF_URI, "value": f"urn:uuid:{own}"}
        others = content.pop("identifier", [])
        resource["identifier"] = uri if kind in _IDENTIFIED_ONCE else [*others, uri]
    resource |= {name: value for name, value in content.items() if value is not None and value != []}
    return Entry(own, clean(resource), only_if_new)


def clean(content: Any) -> Any:
    """Take out of text what FHIR does not allow in it: control codes and halves of letters (FHIR R4, string)."""
    if isinstance(content, str):
        kept = "".join(
            one
            if one in "\t\n\r" or (ord(one) >= 0x20 and not 0xD800 <= ord(one) <= 0xDFFF)
            else "\N{REPLACEMENT CHARACTER}"
            for one in content
        )
        return kept.strip() or "\N{REPLACEMENT CHARACTER}"
    if isinstance(content, dict):
        return {name: clean(one) for name, one in content.items()}
    if isinstance(content, list):
        return [clean(one) for one in content]
    return content


def instant(time: datetime) -> str:
    """Write a time to the second, in UTC."""
    return time.astimezone(UTC).isoformat(timespec="seconds")


def words(text: str) -> dict[str, str]:
    """Give a concept that has no code."""
    return {"text": text}


def notes(*texts: str) -> list[dict[str, str]]:
    """Give notes, without the empty ones."""
    return [{"text": text} for text in texts if text.strip()]


def person(name: str) -> dict[str, str]:
    """Refer to somebody of the staff, whom the record system knows under an identifier of its own that we do not."""
    return {"type": "Practitioner", "display": name}
