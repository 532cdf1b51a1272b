"""Rules of FHIR R4 that the models do not know, as its specification has them; the tests' server asks them, too."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

STATUSES = {
    "Observation": {"registered", "preliminary", "final", "amended", "corrected", "cancelled"},
    "RiskAssessment": {"registered", "preliminary", "final", "amended", "corrected", "cancelled"},
    "DiagnosticReport": {
        "registered",
        "partial",
        "preliminary",
        "final",
        "amended",
        "corrected",
        "cancelled",
    },
    "QuestionnaireResponse": {"in-progress", "completed", "amended", "stopped", "entered-in-error"},
    "Device": {"active", "inactive", "entered-in-error", "unknown"},
}
REQUIRED = {
    "Patient": set(),
    "Observation": {"status", "code"},
    "RiskAssessment": {"status", "subject"},
    "DiagnosticReport": {"status", "code"},
    "QuestionnaireResponse": {"status"},
    "Device": set(),
    "Provenance": {"target", "recorded", "agent"},
}
MAY_POINT_TO = {
    ("Observation", "subject"): {"Patient"},
    ("Observation", "performer"): {"Practitioner", "Organization"},
    ("Observation", "device"): {"Device"},
    ("Observation", "derivedFrom"): {"QuestionnaireResponse", "Observation"},
    ("Observation", "hasMember"): {"Observation", "QuestionnaireResponse"},
    ("RiskAssessment", "performer"): {"Device", "Practitioner"},
    ("DiagnosticReport", "result"): {"Observation"},
    ("DiagnosticReport", "performer"): {"Practitioner", "Organization"},
    ("QuestionnaireResponse", "author"): {"Practitioner", "Patient", "Device"},
}
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
TIMES = ("issued", "recorded", "timestamp", "authored", "effectiveDateTime", "creation", "occurrenceDateTime")
IDENTIFIER = re.compile(r"[A-Za-z0-9\-.]{1,64}")
URN = re.compile(r"urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def broken_rules(bundle: dict[str, Any]) -> list[str]:
    """Say which rules a transaction breaks."""
    return list(_broken(bundle))


def luhn_holds(code: str) -> bool:
    """Tell whether the last digit of a LOINC code is the check digit of the others (modulus 10, Luhn)."""
    number, _, check = code.partition("-")
    doubled = [
        sum(divmod(2 * int(digit), 10)) if place % 2 == 0 else int(digit)
        for place, digit in enumerate(reversed(number))
    ]
    return check == str(-sum(doubled) % 10)


def each(content: Any) -> Iterator[dict[str, Any]]:
    """Give every object within some content."""
    if isinstance(content, dict):
        yield content
        for one in content.values():
            yield from each(one)
    elif isinstance(content, list):
        for one in content:
            yield from each(one)


def _broken(bundle: dict[str, Any]) -> Iterator[str]:
    if bundle.get("resourceType") != "Bundle" or bundle.get("type") != "transaction":
        yield "it is no transaction"
        return
    entries = bundle.get("entry", [])
    kinds = {one.get("fullUrl"): one["resource"]["resourceType"] for one in entries}
    if len(kinds) != len(entries) or not all(URN.fullmatch(str(url)) for url in kinds):
        yield "a fullUrl is missing, or stands there twice, or is no uuid"
    for one in entries:
        resource = one["resource"]
        kind = resource["resourceType"]
        if kind not in REQUIRED:
            yield f"{kind} was not expected"
            continue
        yield from (f"{kind} has no {name}" for name in REQUIRED[kind] if name not in resource)
        if kind in STATUSES and resource.get("status") not in STATUSES[kind]:
            yield f"{kind} has the status {resource.get('status')}"
        yield from _request(one["request"], resource)
        yield from _observation(resource)
        for name, allowed in ((name, to) for (of, name), to in MAY_POINT_TO.items() if of == kind):
            for reference in each(resource.get(name, [])):
                target = kinds.get(reference.get("reference"), reference.get("type"))
                if target not in allowed:
                    yield f"{kind}.{name} points to {target}"
    for part in each(bundle):
        if "reference" in part and part["reference"] not in kinds:
            yield f"nothing in the bundle is {part['reference']}"
        if any(value in (None, "", [], {}) for value in part.values()):
            yield f"something is empty in {sorted(part)}"
        if part.get("system") == "http://loinc.org" and not luhn_holds(part["code"]):
            yield f"{part['code']} is no code of LOINC"
        yield from (
            f"{name} is no time" for name in TIMES if name in part and not INSTANT.fullmatch(part[name])
        )


def _request(request: dict[str, str], resource: dict[str, Any]) -> Iterator[str]:
    kind, url = resource["resourceType"], request.get("url", "")
    if request.get("method") == "POST":
        if url != kind or not request.get("ifNoneExist"):
            yield f"{kind} would be made anew each time"
    elif request.get("method") == "PUT":
        if "?" in url:
            given = resource.get("identifier", [])
            values = [one["value"] for one in (given if isinstance(given, list) else [given])]
            if not url.startswith(f"{kind}?identifier=") or url.split("%7C")[-1] not in values:
                yield f"{kind} is searched for by an identifier that it does not have"
        elif url != f"{kind}/{resource.get('id')}" or not IDENTIFIER.fullmatch(str(resource.get("id"))):
            yield f"{kind} is put where its id is not"
    else:
        yield f"{kind} is neither made nor put"


def _observation(resource: dict[str, Any]) -> Iterator[str]:
    if resource["resourceType"] != "Observation":
        return
    values = [name for name in resource if name.startswith("value")]
    # obs-6, and one value at most.
    if len(values) + ("dataAbsentReason" in resource) != 1:
        yield "an Observation has no value and does not say why, or both"
