"""An examination as one FHIR R4 bundle: a transaction that can be sent twice and leaves the same on the server."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

from tdscreen.errors import DataError, InputError
from tdscreen.records.entries import Sex
from tdscreen.reports.codes import OF_URI
from tdscreen.reports.content import ExaminationReport
from tdscreen.reports.fhir_estimate import estimate_entries
from tdscreen.reports.fhir_rating import rating_entries, status_of
from tdscreen.reports.pages import TITLE, view
from tdscreen.reports.resources import Entry, entry, identity, instant, person, search_for, words

_GENDER = {Sex.FEMALE: "female", Sex.MALE: "male", Sex.OTHER: "other", Sex.UNKNOWN: "unknown"}


def bundle(
    report: ExaminationReport,
    pdf: bytes,
    *,
    patient_system: str | None = None,
    activation_takes_one: bool = False,
) -> dict[str, Any]:
    """Put a report into a transaction.

    Parameters
    ----------
    report : ExaminationReport
    pdf : bytes
        The same report as :func:`tdscreen.reports.pdf.report_pdf` sets it.
    patient_system : str, optional
        Address of the system that the clinic's own identifiers belong to. With it the server's own entry of the patient
        is found and left as it is.
    activation_takes_one : bool
        See :func:`tdscreen.reports.fhir_rating.rating_entries`.

    Returns
    -------
    dict
        JSON of a Bundle of the type ``transaction``, checked against the models of FHIR.

    Raises
    ------
    DataError
        It is not what FHIR's models allow.
    InputError
        The packages for it are not installed; or others' ratings are not in the report, since whoever made it has not
        rated: on the server it would take the place of a report that has them.
    """
    if report.withheld:
        raise InputError(
            "Others have rated this examination, and you have not: a document without their ratings would take the "
            "place of theirs in the record system. Lock your own rating first, or let one of them make it."
        )
    patient = _patient(report, patient_system)
    of_ratings = [
        rating_entries(report, one, patient, activation_takes_one=activation_takes_one)
        for one in report.ratings
    ]
    observed = [
        one.reference
        for entries in of_ratings
        for one in entries
        if one.resource["resourceType"] == "Observation"
    ]
    document = _document(report, patient, pdf, observed)
    entries = [
        patient,
        *(one for some in of_ratings for one in some),
        *estimate_entries(report, patient),
        document,
    ]
    made = {
        "resourceType": "Bundle",
        "identifier": {"system": OF_URI, "value": f"urn:uuid:{identity('Bundle', report.examination.id)}"},
        "type": "transaction",
        "timestamp": instant(report.as_of),
        "entry": [one.as_json() for one in entries],
    }
    check(made)
    return made


def written(made: dict[str, Any]) -> str:
    """Write a bundle as it stands in a file: the same bundle, the same text."""
    return json.dumps(made, ensure_ascii=False, indent=1) + "\n"


def check(made: dict[str, Any]) -> None:
    """Hold a bundle against the models of FHIR R4B, whose resources used here are those of R4.

    Raises
    ------
    DataError
    InputError
        The package with the models is not installed.
    """
    try:
        from fhir.resources.R4B.bundle import Bundle
        from pydantic import ValidationError
    except ImportError as error:
        raise InputError("FHIR needs further packages: pip install 'tdscreen[report]'.") from error
    try:
        Bundle.model_validate(made)
    except ValidationError as error:
        places = "; ".join(
            f"{'.'.join(str(part) for part in one['loc'])}: {one['msg']}" for one in error.errors()[:3]
        )
        raise DataError(f"The report could not be put into FHIR: {places}.") from error


def _patient(report: ExaminationReport, system: str | None) -> Entry:
    own = identity("Patient", report.patient)
    search = search_for(OF_URI, f"urn:uuid:{own}")
    identifiers = []
    if report.identifier is not None:
        # Without its system an identifier says which patient only to a person.
        identifiers = [{**({"system": system} if system else {}), "value": report.identifier}]
        if system:
            search = search_for(system, report.identifier)
    return entry(
        "Patient",
        [report.patient],
        only_if_new=search,
        identifier=identifiers,
        gender=None if report.sex is None else _GENDER[report.sex],
        birthDate=None if report.year_of_birth is None else str(report.year_of_birth),
    )


def _document(report: ExaminationReport, patient: Entry, pdf: bytes, observed: list[dict[str, str]]) -> Entry:
    said = view(report)
    signed = [status_of(one) for one in report.ratings if one.signed is not None]
    status = "preliminary" if report.is_draft else "amended" if "amended" in signed else "final"
    return entry(
        "DiagnosticReport",
        [report.examination.id],
        status=status,
        code=words(TITLE),
        subject=patient.reference,
        effectiveDateTime=instant(report.examination.held_at),
        issued=instant(report.as_of),
        performer=[person(one.rater) for one in report.ratings],
        resultsInterpreter=[person(one.signed.name) for one in report.ratings if one.signed],
        result=observed,
        conclusion=said["status"],
        presentedForm=[
            {
                "contentType": "application/pdf",
                "language": "en",
                "data": base64.b64encode(pdf).decode("ascii"),
                "size": len(pdf),
                # FHIR R4 asks for SHA-1 here; it tells a copy from a damaged one and protects nothing.
                "hash": base64.b64encode(hashlib.sha1(pdf, usedforsecurity=False).digest()).decode("ascii"),
                "title": TITLE if not report.is_draft else f"DRAFT: {TITLE}",
                "creation": instant(report.as_of),
            }
        ],
    )
