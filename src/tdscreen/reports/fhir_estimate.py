"""What tdscreen estimated, in FHIR: labelled as asserted by software, without any code that means a rating."""

from __future__ import annotations

from typing import Any

from tdscreen.assessment.assessment import Assessment, ItemAssessment
from tdscreen.assessment.plain import TRIAGE_TITLES
from tdscreen.records.entries import StoredAssessment
from tdscreen.reports.codes import AI_ASSERTED, ASSEMBLER, NOT_PERFORMED
from tdscreen.reports.content import ExaminationReport
from tdscreen.reports.resources import Entry, entry, instant, notes, words
from tdscreen.vocabulary import Item

ESTIMATE = "Estimate by software from video, for research use, not a rating"
_LABEL = {"security": [AI_ASSERTED]}


def estimate_entries(report: ExaminationReport, patient: Entry) -> list[Entry]:
    """Put the estimate into resources; nothing if the report has none.

    Parameters
    ----------
    report : ExaminationReport
    patient : Entry

    Returns
    -------
    list of Entry
        Device, an Observation for each of items 1 to 7 and one for the movement index, RiskAssessment, Provenance.
        All but the device are labelled AIAST and preliminary: no person stands for an estimate.
    """
    kept = report.estimate
    if kept is None or kept.assessment is None:
        return []
    assessment = kept.assessment
    device = _device(assessment)
    common: dict[str, Any] = {
        "meta": _LABEL,
        "status": "preliminary",
        "subject": patient.reference,
        "effectiveDateTime": instant(report.examination.held_at),
        "issued": instant(kept.added_at),
        "method": words(f"tdscreen {kept.tdscreen}. {assessment.notice}"),
        "device": device.reference,
    }
    items = [
        entry(
            "Observation",
            [kept.id, str(item)],
            **common,
            code=words(f"{ESTIMATE}: {assessment.items[item].name}"),
            **_item_value(assessment.items[item]),
        )
        for item in Item
    ]
    total = assessment.total
    index = entry(
        "Observation",
        [kept.id, "index"],
        **common,
        code=words(
            f"{ESTIMATE}: movement index over {total.items_assessed} of {len(Item)} items, at most {total.maximum}"
        ),
        **_value(total.expected, total.reason),
        component=_ends(total.interval, f"{100 * total.interval_share:.0f}% interval"),
        hasMember=[one.reference for one in items],
        note=notes(assessment.notice, f"Not seen: {', '.join(assessment.coverage.not_seen_names)}."),
    )
    risk = _risk(report, kept, assessment, patient, device, [*items, index])
    made = [*items, index, risk]
    provenance = entry(
        "Provenance",
        [kept.id],
        by_id=True,
        meta=_LABEL,
        target=[one.reference for one in made],
        recorded=instant(kept.added_at),
        agent=[{"type": {"coding": [ASSEMBLER]}, "who": device.reference}],
        entity=[
            {
                "role": "source",
                "what": {
                    "display": f"Clips of the examination, SHA-256 {assessment.provenance.input_sha256}"
                },
            },
            {
                "role": "source",
                "what": {"display": f"Document of the estimate, SHA-256 {kept.document_sha256}"},
            },
        ],
    )
    return [device, *made, provenance]


def _device(assessment: Assessment) -> Entry:
    made = assessment.provenance
    return entry(
        "Device",
        [made.tdscreen, made.model_sha256],
        status="active",
        deviceName=[{"name": "tdscreen", "type": "model-name"}],
        type=words("Software that measures involuntary movements in video, for research use"),
        version=[
            {"type": words("tdscreen"), "value": made.tdscreen},
            {
                "type": words("scoring model"),
                "value": f"{made.model_name} {made.model_version}, {made.model_date}",
            },
            {"type": words("scoring model, SHA-256"), "value": made.model_sha256},
        ],
        note=notes(f"Scoring model: {made.model_status}. Fitted on: {made.model_training_data}"),
    )


def _risk(
    report: ExaminationReport,
    kept: StoredAssessment,
    assessment: Assessment,
    patient: Entry,
    device: Entry,
    basis: list[Entry],
) -> Entry:
    triage = assessment.triage
    prediction: dict[str, Any] = {
        "outcome": words(
            "The assessed items meet the Schooler-Kane severity rule (estimate, not a diagnosis)"
        ),
        "qualitativeRisk": words(f"sorted as: {TRIAGE_TITLES[triage.level].lower()}"),
        "rationale": triage.reason,
    }
    if triage.probability_schooler_kane is not None:
        # In percent: FHIR R4 bounds it by 100 (rule ras-2).
        prediction["probabilityDecimal"] = round(100 * triage.probability_schooler_kane, 1)
    return entry(
        "RiskAssessment",
        [kept.id],
        meta=_LABEL,
        status="preliminary",
        code=words(ESTIMATE),
        method=words(f"tdscreen {kept.tdscreen}, rule {triage.rule}"),
        subject=patient.reference,
        occurrenceDateTime=instant(report.examination.held_at),
        performer=device.reference,
        basis=[one.reference for one in basis],
        prediction=[prediction],
        note=notes(assessment.notice),
    )


def _item_value(item: ItemAssessment) -> dict[str, Any]:
    return {**_value(item.expected, item.reason), "component": _ends(item.interval, "interval")}


def _value(expected: float | None, reason: str | None) -> dict[str, Any]:
    if expected is None:
        return {"dataAbsentReason": {"coding": [NOT_PERFORMED], **words(reason or "not assessed")}}
    return {"valueQuantity": {"value": round(expected, 2), "unit": "points, expected"}}


def _ends(interval: tuple[int, int] | None, what: str) -> list[dict[str, Any]]:
    if interval is None:
        return []
    return [
        {"code": words(f"{end} end of the {what}"), "valueInteger": value}
        for end, value in zip(("lower", "upper"), interval, strict=True)
    ]
