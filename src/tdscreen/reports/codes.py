"""The codes under which things stand in FHIR: those that are published, and none that is made up.

An item of the AIMS without a code of its own in LOINC has the short name of CDISC's terminology, for which HL7 knows no
address of a code system, so that it stands without one; what an estimate is has no code at all, and stands as text.
"""

from __future__ import annotations

from typing import Any

from tdscreen.research.ratings import AIMS_ITEMS

LOINC = "http://loinc.org"
AIMS_TOTAL = {"system": LOINC, "code": "111770-4", "display": "Total score [AIMS]"}
"""The sum of items 1 to 7 after a point was taken off for what moves on activation only: that is part of its
definition."""
LOINC_OF_ITEM = {1: "111792-8", 8: "111782-9", 10: "111780-3"}
"""Muscles of facial expression, overall severity, the patient's awareness."""

AI_ASSERTED = {
    "system": "http://terminology.hl7.org/CodeSystem/v3-ObservationValue",
    "code": "AIAST",
    "display": "Artificial Intelligence asserted",
}
"""Security label of what software asserted (HL7, AI Transparency on FHIR)."""
SURVEY = {"system": "http://terminology.hl7.org/CodeSystem/observation-category", "code": "survey"}
NOT_PERFORMED = {
    "system": "http://terminology.hl7.org/CodeSystem/data-absent-reason",
    "code": "not-performed",
}
ASSEMBLER, AUTHOR, VERIFIER = (
    {"system": "http://terminology.hl7.org/CodeSystem/provenance-participant-type", "code": code}
    for code in ("assembler", "author", "verifier")
)
OF_URI = "urn:ietf:rfc:3986"
"""The system of identifiers that are addresses in themselves, as ``urn:uuid:...``."""


def of_item(place: int) -> list[dict[str, Any]]:
    """Give the published codes of an item of the AIMS that a person rates.

    Parameters
    ----------
    place : int
        1 to 12.

    Returns
    -------
    list of dict
        Codings.
    """
    loinc = [{"system": LOINC, "code": LOINC_OF_ITEM[place]}] if place in LOINC_OF_ITEM else []
    item = AIMS_ITEMS[place - 1]
    return [*loinc, {"code": item.code, "display": item.name}]
