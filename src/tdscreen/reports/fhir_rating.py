"""A person's rating in FHIR: the form as it was filled in, and an observation for each item and for the total."""

from __future__ import annotations

from typing import Any

from tdscreen.records.entries import MOVEMENT_ITEMS, Activation
from tdscreen.reports.codes import AIMS_TOTAL, AUTHOR, NOT_PERFORMED, SURVEY, VERIFIER, of_item
from tdscreen.reports.content import ExaminationReport, PersonsRating
from tdscreen.reports.pages import AIMS_NAMES
from tdscreen.reports.resources import Entry, entry, instant, notes, person, words
from tdscreen.research.ratings import AIMS_ITEMS

_NO_CODE = "LOINC's code for the total is defined with that point taken off, and is not used."
_CONVENTIONS: dict[Activation | None, str] = {
    Activation.ONE_LESS: "The rater takes a point off for what moves on activation only.",
    Activation.AS_SEEN: f"No point was taken off for what moves on activation only; {_NO_CODE}",
    None: f"Whether a point was taken off for what moves on activation only is not recorded; {_NO_CODE}",
}
_FORM_STATUS = {"preliminary": "in-progress", "final": "completed", "amended": "amended"}


def status_of(one: PersonsRating) -> str:
    """Say how far a rating is: ``preliminary`` until a person has signed it as it stands.

    Returns
    -------
    str
        ``preliminary``, ``final``, or ``amended`` where other scores had been signed before.
    """
    if one.signed is None:
        return "preliminary"
    earlier = any(signature.sign_off.scores != one.rating.current for signature in one.signatures)
    return "amended" if earlier else "final"


def rating_entries(
    report: ExaminationReport, one: PersonsRating, patient: Entry, *, activation_takes_one: bool
) -> list[Entry]:
    """Put a rating into resources.

    Parameters
    ----------
    report : ExaminationReport
    one : PersonsRating
    patient : Entry
    activation_takes_one : bool
        Of a rating that does not say: its rater takes a point off for what moves on activation only. LOINC's total is
        defined so, and stands only then.

    Returns
    -------
    list of Entry
        QuestionnaireResponse, an Observation for each of items 1 to 12, one for the total, Provenance.
    """
    rating, current, status = one.rating, one.rating.current, status_of(one)
    rated_at = rating.changes[-1].changed_at if rating.changes else rating.locked_at or rating.saved_at
    common: dict[str, Any] = {
        "subject": patient.reference,
        "effectiveDateTime": instant(report.examination.held_at),
        "issued": instant(rated_at),
        "performer": [person(one.rater)],
        "category": [{"coding": [SURVEY]}],
        "status": status,
    }
    form = entry(
        "QuestionnaireResponse",
        [rating.id],
        status=_FORM_STATUS[status],
        subject=patient.reference,
        authored=instant(rated_at),
        author=person(one.rater),
        item=[
            {"linkId": item.code, "text": AIMS_NAMES[place - 1], **_answer(current.scores.get(place))}
            for place, item in enumerate(AIMS_ITEMS, start=1)
        ],
    )
    items = [
        entry(
            "Observation",
            [rating.id, item.code],
            **common,
            code={"coding": of_item(place), "text": f"AIMS {place}. {AIMS_NAMES[place - 1]}"},
            **_value(current.scores.get(place)),
            derivedFrom=[form.reference],
            note=notes(f"Not rated: {current.reasons[place]}" if place in current.reasons else ""),
        )
        for place, item in enumerate(AIMS_ITEMS, start=1)
    ]
    total = one.total
    convention = current.activation or (Activation.ONE_LESS if activation_takes_one else None)
    is_loincs = convention is Activation.ONE_LESS and total.items == len(MOVEMENT_ITEMS)
    summed = entry(
        "Observation",
        [rating.id, "total"],
        **common,
        code={
            **({"coding": [AIMS_TOTAL]} if is_loincs else {}),
            "text": f"AIMS total, items 1 to 7: {total.items} of 7 rated, at most {total.maximum}",
        },
        **_value(total.points),
        derivedFrom=[form.reference],
        hasMember=[items[place - 1].reference for place in MOVEMENT_ITEMS],
        note=notes(
            _CONVENTIONS[convention],
            "The rater had seen an estimate by software before." if rating.estimate_seen else "",
            f"Comment: {current.comment}" if current.comment else "",
        ),
    )
    made = [form, *items, summed]
    provenance = entry(
        "Provenance",
        [rating.id],
        by_id=True,
        target=[resource.reference for resource in made],
        recorded=instant(one.signed.sign_off.signed_at if one.signed else rated_at),
        agent=[
            {"type": {"coding": [AUTHOR]}, "who": person(one.rater)},
            *(
                [{"type": {"coding": [VERIFIER]}, "who": person(one.signed.name)}]
                if one.signed is not None
                else []
            ),
        ],
    )
    return [*made, provenance]


def _answer(score: int | bool | None) -> dict[str, Any]:
    if score is None:
        return {}
    return {"answer": [{"valueBoolean": score} if isinstance(score, bool) else {"valueInteger": score}]}


def _value(score: int | bool | None) -> dict[str, Any]:
    if score is None:
        return {"dataAbsentReason": {"coding": [NOT_PERFORMED], **words("not rated")}}
    return {"valueBoolean": score} if isinstance(score, bool) else {"valueInteger": score}
