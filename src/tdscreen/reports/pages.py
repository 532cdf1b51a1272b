"""A report in words: what stands on its pages, as plain text and numbers that the template lays out.

Pure functions from a record to what a reader sees. Nothing here is markup: whatever somebody wrote stays text.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tdscreen.assessment.assessment import Assessment, Coverage, ItemAssessment
from tdscreen.assessment.plain import (
    SEVERITIES,
    TRIAGE_STATEMENTS,
    TRIAGE_TITLES,
    number,
    plain,
    sentence,
)
from tdscreen.assessment.words import join_names
from tdscreen.printing import counted, moment_and_zone
from tdscreen.records.entries import (
    Activation,
    Agreement,
    Clip,
    ExaminationDetails,
    ExposureDetails,
    Scores,
    Sex,
)
from tdscreen.reports.content import ExaminationReport, PersonsRating, Signature, Total
from tdscreen.reports.pages_of_estimate import clip_names, estimated_item, figures, percent, quality
from tdscreen.research.ratings import AIMS_ITEMS
from tdscreen.vocabulary import Item

TITLE = "Examination for involuntary movements (AIMS)"
DRAFT = "DRAFT: no person has signed this"
INCOMPLETE = "DRAFT: others have rated this, and their ratings are not in it"
NOT_SHOWN = "not shown in this report"
NOT_NOTED = "not noted"
FIRST_PAGE_RATINGS = 2
"""So many people's ratings stand side by side on the first page; all of them stand behind it."""
FIRST_PAGE_DRUGS = 3
FIRST_PAGE_LETTERS = 240
"""Of one entry (assumed: eight of them leave the page whole)."""

AIMS_NAMES = (
    "Muscles of facial expression",
    "Lips and perioral area",
    "Jaw",
    "Tongue",
    "Arms, wrists, hands, fingers",
    "Legs, knees, ankles, toes",
    "Neck, shoulders, hips",
    "Severity of abnormal movements overall",
    "Incapacitation due to abnormal movements",
    "Awareness of abnormal movements (the patient's word)",
    "Current problems with teeth or dentures",
    "Usually wears dentures",
)
"""Items 1 to 12, in short (Guy 1976)."""

_AWARENESS_ITEM = 10
_AGREEMENT = {
    Agreement.AGREES: "agrees with the estimate",
    Agreement.DIFFERS: "differs from the estimate",
    Agreement.NOT_SEEN: "has not seen the estimate",
}
ACTIVATIONS: dict[Activation | None, str] = {
    Activation.ONE_LESS: "scored one less (the original rule)",
    Activation.AS_SEEN: "scored as seen",
    None: "not recorded",
}
"""How a movement that is seen only on activation was rated."""
_SEX = {Sex.FEMALE: "female", Sex.MALE: "male", Sex.OTHER: "other", Sex.UNKNOWN: "not known"}


def view(report: ExaminationReport) -> dict[str, Any]:
    """Say everything that stands on the pages.

    Parameters
    ----------
    report : ExaminationReport

    Returns
    -------
    dict
        Of text, numbers and lists, as JSON has them.
    """
    assessment = report.estimate.assessment if report.estimate else None
    return {
        "title": TITLE,
        "draft": (INCOMPLETE if report.withheld else DRAFT) if report.is_draft else None,
        "status": _status(report),
        "reference": f"Examination {report.examination.id[:8]}, record of {moment_and_zone(report.as_of)}",
        "person": _short(report.identifier, longest=48)
        if report.identifier
        else f"patient {report.patient[:8]}",
        "facts": [(name, _short(value)) for name, value in _facts(report)],
        "facts_in_full": [(name, value) for name, value in _facts(report) if value != _short(value)],
        "columns": [_column(one) for one in report.ratings[:FIRST_PAGE_RATINGS]],
        "items": [
            {
                "number": place,
                "name": name,
                "scores": [_score(one.rating.current, place) for one in report.ratings[:FIRST_PAGE_RATINGS]],
            }
            for place, name in enumerate(AIMS_NAMES, start=1)
        ],
        "totals": [_total(one.total) for one in report.ratings[:FIRST_PAGE_RATINGS]],
        "no_rating": None
        if report.ratings
        else "No rating is in this report: none is locked, or the person who made the report has not locked one.",
        "more_ratings": _more(len(report.ratings) - FIRST_PAGE_RATINGS),
        "estimate": _estimate_in_short(report, assessment),
        "not_examined": [_short(line) for line in _not_examined(report, assessment)],
        "ratings": [_in_full(one) for one in report.ratings],
        "estimate_items": []
        if assessment is None
        else [estimated_item(place, assessment.items[item]) for place, item in enumerate(Item, start=1)],
        "figures": None if assessment is None else figures(assessment),
        "clips": []
        if assessment is None
        else [
            quality(name, clip)
            for name, clip in zip(clip_names(assessment.clips), assessment.clips, strict=True)
        ],
        "kept_clips": [_kept_clip(clip) for clip in report.clips],
        "made_with": _made_with(report, assessment),
    }


def _short(text: str, *, longest: int = FIRST_PAGE_LETTERS) -> str:
    """Keep the first page one page: what is longer, or has lines of its own, stands in full behind it."""
    line = " ".join(text.split())
    return line if len(line) <= longest else f"{line[:longest].rstrip()} …"


def _status(report: ExaminationReport) -> str:
    if report.withheld:
        return (
            f"DRAFT. {counted(report.withheld, 'rating')} by others and any signature under "
            f"{'it is' if report.withheld == 1 else 'them are'} not in this report: whoever made it has not locked a "
            "rating of this examination."
        )
    if report.is_draft:
        return "DRAFT. No person has signed a rating of this examination."
    names = join_names(
        [
            f"{_short(one.signed.name, longest=48)} ({moment_and_zone(one.signed.sign_off.signed_at)})"
            for one in report.ratings
            if one.signed
        ]
    )
    return f"Signed by {names}."


def _facts(report: ExaminationReport) -> list[tuple[str, str]]:
    hidden = not report.shown.birth_and_sex
    year = NOT_SHOWN if hidden else str(report.year_of_birth or NOT_NOTED)
    sex = NOT_SHOWN if report.sex is None else _SEX[report.sex]
    clips = join_names([plain(clip.task) for clip in report.clips]) if report.clips else "none"
    return [
        ("Patient", report.identifier or NOT_SHOWN),
        ("Born, sex", year if year == sex else f"{year}, {sex}"),
        ("Examined", f"{moment_and_zone(report.examination.held_at)}, site {report.site}"),
        ("Drugs", _drugs(report.drugs)),
        ("That day", _conditions(report.examination.details)),
        ("Recorded", f"{counted(len(report.clips), 'clip')}: {clips}" if report.clips else "no clip"),
        *([("Note", report.examination.details.note)] if report.examination.details.note else []),
    ]


def _drugs(drugs: Sequence[ExposureDetails] | None) -> str:
    if drugs is None:
        return NOT_SHOWN
    if not drugs:
        return NOT_NOTED
    told = "; ".join(
        " ".join(
            part
            for part in (
                one.drug,
                one.dose,
                f"since {one.since}" if one.since else "",
                f"({one.note})" * bool(one.note),
            )
            if part
        )
        for one in drugs[-FIRST_PAGE_DRUGS:]
    )
    earlier = len(drugs) - FIRST_PAGE_DRUGS
    return told if earlier <= 0 else f"{told}; {counted(earlier, 'earlier note')} in the record"


def _conditions(details: ExaminationDetails) -> str:
    def yes(value: bool | None) -> str:
        return "not asked" if value is None else "yes" if value else "no"

    def hours(value: float | None) -> str:
        return "not asked" if value is None else f"{number(value, digits=1)} h"

    return (
        f"gum or food in the mouth: {yes(details.gum)}; dentures worn: {yes(details.dentures)}; slept: "
        f"{hours(details.hours_slept)}; since the last dose: {hours(details.hours_since_dose)}; since the last "
        f"cigarette: {hours(details.hours_since_cigarette)}"
    )


def _column(one: PersonsRating) -> dict[str, str]:
    seen = "after seeing the estimate" if one.rating.estimate_seen else "before seeing any estimate"
    changes = one.rating.changes
    changed = (
        f"; changed {moment_and_zone(changes[-1].changed_at)}, when the estimate could be seen"
        if changes
        else ""
    )
    return {
        "name": _short(one.rater, longest=48),
        "when": f"locked {moment_and_zone(one.rating.locked_at or one.rating.saved_at)}, {seen}{changed}",
        "signed": _signed(one),
    }


def _signed(one: PersonsRating) -> str:
    if one.signed is not None:
        return f"signed by {_short(one.signed.name, longest=48)}"
    return "changed since it was signed, not signed as it stands" if one.signatures else "not signed"


def _score(scores: Scores, place: int) -> dict[str, Any]:
    if place not in scores.scores:
        return {"value": None, "word": "not rated"}
    score = scores.scores[place]
    if isinstance(score, bool):
        return {"value": "yes" if score else "no", "word": ""}
    words = AIMS_ITEMS[place - 1].answers if place == _AWARENESS_ITEM else SEVERITIES
    return {"value": str(score), "word": words[score].lower()}


def _total(total: Total) -> str:
    if total.points is None:
        return "none: no item of 1 to 7 was rated"
    return f"{total.points} of {total.maximum}, {total.items} of 7 items rated"


def _more(ratings: int) -> str | None:
    return None if ratings <= 0 else f"{counted(ratings, 'more rating')} on the pages behind."


def _estimate_in_short(report: ExaminationReport, assessment: Assessment | None) -> dict[str, Any]:
    if assessment is None or report.estimate is None:
        return {"absent": report.estimate_absent}
    triage, total = assessment.triage, assessment.total
    told = []
    if total.expected is not None:
        told.append(
            f"Movement index over items 1 to 7: {number(total.expected, digits=1)} of {total.maximum}"
            f"{_interval(total.interval, total.interval_share)}; {total.items_assessed} of {len(Item)} items assessed."
        )
    else:
        told.append(f"No movement index: {total.reason}")
    if triage.probability_schooler_kane is not None:
        told.append(
            f"Chance that the {total.items_assessed} assessed items meet the Schooler-Kane severity rule: "
            f"{percent(triage.probability_schooler_kane)}."
        )
    smaller, larger = triage.level_with_smaller_anchors, triage.level_with_larger_anchors
    if total.expected is not None and smaller is not None and larger is not None:
        told.append(
            "With the assumed millimetres behind the scores half as large this would read "
            f"“{TRIAGE_TITLES[smaller].lower()}”, twice as large “{TRIAGE_TITLES[larger].lower()}”."
        )
    return {
        "absent": None,
        "level": TRIAGE_TITLES[triage.level],
        "statement": TRIAGE_STATEMENTS[triage.level],
        "figures": told,
        "reason": triage.reason,
        "notice": assessment.notice,
        "items": [_estimate_line(place, assessment.items[item]) for place, item in enumerate(Item, start=1)],
        "made": f"Made {moment_and_zone(report.estimate.added_at)} by tdscreen {report.estimate.tdscreen}"
        + (f"; the newest of {report.estimates_kept} that are kept." if report.estimates_kept > 1 else "."),
    }


def _estimate_line(place: int, item: ItemAssessment) -> dict[str, str]:
    if item.expected is None:
        return {"name": f"{place} {item.name}", "value": "not assessed"}
    interval = "" if item.interval is None else f" ({item.interval[0]} to {item.interval[1]})"
    return {"name": f"{place} {item.name}", "value": f"{number(item.expected, digits=1)}{interval}"}


def _interval(interval: tuple[int, int] | None, share: float) -> str:
    return "" if interval is None else f" ({100 * share:.0f}% interval {interval[0]} to {interval[1]})"


def _not_examined(report: ExaminationReport, assessment: Assessment | None) -> list[str]:
    told = [
        f"Not rated by {_short(one.rater, longest=48)}: "
        + "; ".join(
            f"item {place}, {AIMS_NAMES[place - 1].lower()}: {reason.rstrip('. ')}"
            for place, reason in sorted(one.rating.current.reasons.items())
        )
        for one in report.ratings[:FIRST_PAGE_RATINGS]
        if one.rating.current.reasons
    ]
    if assessment is not None:
        told += [f"In the video: {names}. {reason}" for names, reason in _unseen(assessment.coverage)]
    elif report.estimate_absent:
        told.append("No clip was measured for this report.")
    return told


def _unseen(coverage: Coverage) -> list[tuple[str, str]]:
    by_reason: dict[str, list[str]] = {}
    for key in coverage.not_seen:
        part = coverage.parts[key]
        by_reason.setdefault(part.reason or "", []).append(part.name)
    return [(join_names(names), reason) for reason, names in by_reason.items()]


def _in_full(one: PersonsRating) -> dict[str, Any]:
    current, rating = one.rating.current, one.rating
    head = _column(one)
    changes = (
        [
            {
                "when": moment_and_zone(change.changed_at),
                "why": change.why,
                "what": "; ".join(_differences(before, change.scores)) or "nothing but the time",
            }
            for before, change in zip(
                (rating.locked or current, *(change.scores for change in rating.changes[:-1])),
                rating.changes,
                strict=True,
            )
        ]
        if rating.changes
        else []
    )
    return {
        "name": one.rater,
        "line": f"{sentence(head['when'])}; {head['signed']}. Total: {_total(one.total)}. A movement seen only on "
        f"activation: {ACTIVATIONS[current.activation]}.",
        "scores": "; ".join(
            f"item {place}: {_spoken(current, place)}" for place in range(1, len(AIMS_NAMES) + 1)
        ),
        "comment": current.comment,
        "changes": changes,
        "signatures": [_signature(signature, one) for signature in one.signatures],
    }


def _differences(before: Scores, after: Scores) -> list[str]:
    told = [
        f"item {place}: {_spoken(before, place)}, then {_spoken(after, place)}"
        for place in range(1, len(AIMS_NAMES) + 1)
        if _spoken(before, place) != _spoken(after, place)
    ]
    if before.activation is not after.activation:
        told.append(
            f"a movement seen only on activation: {ACTIVATIONS[before.activation]}, then "
            f"{ACTIVATIONS[after.activation]}"
        )
    if before.comment != after.comment:
        told.append(f"comment before: “{before.comment}”" if before.comment else "comment added")
    return told


def _spoken(scores: Scores, place: int) -> str:
    if place in scores.scores:
        return str(_score(scores, place)["value"])
    reason = scores.reasons.get(place, "")
    return f"not rated ({reason})" if reason else "not rated"


def _signature(signature: Signature, one: PersonsRating) -> dict[str, str]:
    stands = "" if signature.sign_off.scores == one.rating.current else " The rating was changed after that."
    return {
        "text": f"Signed by {signature.name}, {moment_and_zone(signature.sign_off.signed_at)}: "
        f"{_AGREEMENT[signature.sign_off.agreement]}.{stands}",
        "comment": signature.sign_off.comment,
    }


def _kept_clip(clip: Clip) -> dict[str, str]:
    cut = " The file ended early." if clip.cut_short else ""
    return {"name": clip.file_name, "text": f"{plain(clip.task)}.{cut}", "sha256": clip.sha256}


def _made_with(report: ExaminationReport, assessment: Assessment | None) -> list[tuple[str, str]]:
    told = [("This report", f"tdscreen {report.tdscreen}")]
    if report.estimate is not None and assessment is not None:
        made = assessment.provenance
        told += [
            ("Estimate", f"tdscreen {made.tdscreen}, form {made.schema_version}"),
            ("Its JSON document, SHA-256", report.estimate.document_sha256),
            (
                "Scoring model",
                f"{made.model_name} {made.model_version}, {made.model_date}, {made.model_status}",
            ),
            ("Model, SHA-256", made.model_sha256),
            ("Model fitted on", made.model_training_data),
            ("Millimetres behind the scores", made.anchors_source),
            ("How the AIMS was read", made.convention),
            ("Landmarks by", f"MediaPipe {made.mediapipe or 'of a version that is not known'}"),
            ("Model run by", f"onnxruntime {made.onnxruntime}"),
            ("Clips together, SHA-256", made.input_sha256),
        ]
    told += [
        ("Examination", report.examination.id),
        ("Patient, random identifier", report.patient),
        *((f"Rating by {one.rater}", one.rating.id) for one in report.ratings),
    ]
    return told
