"""FHIR: what a person rated stands under published codes, what software estimated never does."""

from __future__ import annotations

import base64
import copy
import dataclasses
import hashlib
import json
from collections import Counter
from typing import Any

import pytest

from clinic_people import NAME
from fhir_rules import broken_rules, each, luhn_holds
from tdscreen.errors import DataError
from tdscreen.records.clinic import Desk
from tdscreen.records.entries import Activation, Scores
from tdscreen.reports.codes import AI_ASSERTED, AIMS_TOTAL, LOINC, LOINC_OF_ITEM
from tdscreen.reports.content import ExaminationReport, Shown, collect
from tdscreen.reports.fhir import bundle, check, written
from tdscreen.reports.fhir_estimate import ESTIMATE

PDF = b"%PDF-1.7 a report"


def resources(made: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [one["resource"] for one in made["entry"] if one["resource"]["resourceType"] == kind]


def labelled(resource: dict[str, Any]) -> bool:
    return AI_ASSERTED in resource.get("meta", {}).get("security", [])


def codings(content: Any) -> list[dict[str, Any]]:
    return [coding for part in each(content) for coding in part.get("coding", [])]


def observation(made: dict[str, Any], text: str) -> dict[str, Any]:
    (found,) = [one for one in resources(made, "Observation") if one["code"]["text"].startswith(text)]
    return found


def test_check_digits_of_loinc_codes_hold() -> None:
    assert all(luhn_holds(code) for code in (AIMS_TOTAL["code"], *LOINC_OF_ITEM.values()))
    assert not luhn_holds("111770-5")


def test_a_bundle_keeps_the_rules_of_the_specification(signed_report: ExaminationReport) -> None:
    assert broken_rules(bundle(signed_report, PDF, patient_system="urn:oid:1.2.3")) == []


def test_a_bundle_of_hostile_texts_keeps_them_too(written_by_an_enemy: ExaminationReport) -> None:
    made = bundle(dataclasses.replace(written_by_an_enemy, ratings=written_by_an_enemy.ratings[:1]), PDF)
    assert broken_rules(made) == []
    assert "\\u0000" not in written(made)
    assert "<script>alert(1)</script>" in written(made)


def test_everything_that_a_bundle_should_have_is_in_it(signed_report: ExaminationReport) -> None:
    kinds = Counter(one["resource"]["resourceType"] for one in bundle(signed_report, PDF)["entry"])
    # Of a person's rating twelve items and the total, of the estimate seven items and the index.
    assert kinds == {
        "Patient": 1,
        "QuestionnaireResponse": 1,
        "Observation": 13 + 8,
        "RiskAssessment": 1,
        "Device": 1,
        "Provenance": 2,
        "DiagnosticReport": 1,
    }


def test_items_have_the_codes_that_are_published_and_no_other(signed_report: ExaminationReport) -> None:
    made = bundle(signed_report, PDF)
    lips = observation(made, "AIMS 2.")["code"]["coding"]
    face = observation(made, "AIMS 1.")["code"]["coding"]
    assert [one["code"] for one in lips] == ["AIMS0102"]
    assert [one["code"] for one in face] == ["111792-8", "AIMS0101"]
    allowed = {AIMS_TOTAL["code"], *LOINC_OF_ITEM.values()}
    assert {one["code"] for one in codings(made) if one.get("system") == LOINC} <= allowed


def test_an_item_that_was_not_rated_is_absent_and_says_why_and_is_not_0(
    signed_report: ExaminationReport,
) -> None:
    made = bundle(signed_report, PDF)
    legs = observation(made, "AIMS 6.")
    assert "valueInteger" not in legs
    assert legs["dataAbsentReason"]["text"] == "not rated"
    assert legs["note"][0]["text"] == "Not rated: Sat behind a table."
    (form,) = resources(made, "QuestionnaireResponse")
    assert "answer" not in form["item"][5]
    assert form["item"][6]["answer"] == [{"valueInteger": 0}]


def test_loincs_total_stands_only_where_its_definition_holds(signed_report: ExaminationReport) -> None:
    (one,) = signed_report.ratings
    full = Scores({**one.rating.current.scores, 6: 0}, {})
    whole = dataclasses.replace(one, rating=dataclasses.replace(one.rating, locked=full))
    of_all = dataclasses.replace(signed_report, ratings=(whole,))
    for report, takes_one, expected in (
        (of_all, True, [AIMS_TOTAL]),
        (of_all, False, []),
        (signed_report, True, []),
    ):
        total = observation(bundle(report, PDF, activation_takes_one=takes_one), "AIMS total")
        assert total["code"].get("coding", []) == expected
        assert total["valueInteger"] == 8
    # What the rating itself says goes before what is said of raters in general.
    for activation, takes_one, expected, note in (
        (Activation.ONE_LESS, False, [AIMS_TOTAL], "takes a point off"),
        (Activation.AS_SEEN, True, [], "No point was taken off"),
    ):
        said = dataclasses.replace(full, activation=activation)
        own = dataclasses.replace(one, rating=dataclasses.replace(one.rating, locked=said))
        made = bundle(dataclasses.replace(signed_report, ratings=(own,)), PDF, activation_takes_one=takes_one)
        total = observation(made, "AIMS total")
        assert total["code"].get("coding", []) == expected
        assert note in total["note"][0]["text"]


def test_no_estimate_has_a_code_and_every_one_is_labelled_and_preliminary(
    signed_report: ExaminationReport,
) -> None:
    made = bundle(signed_report, PDF, activation_takes_one=True)
    estimates = [one for one in resources(made, "Observation") if "device" in one] + resources(
        made, "RiskAssessment"
    )
    assert len(estimates) == 9
    for one in estimates:
        assert labelled(one)
        assert one["status"] == "preliminary"
        assert codings(one["code"]) == []
        assert "not a rating" in one["code"]["text"]
    for one in resources(made, "Observation"):
        assert labelled(one) == ("device" in one)
    (document,) = resources(made, "DiagnosticReport")
    urls = {one["fullUrl"] for one in made["entry"] if one["resource"] in estimates}
    assert urls.isdisjoint(result["reference"] for result in document["result"])


def test_a_part_that_was_not_seen_has_no_estimate_and_says_why(signed_report: ExaminationReport) -> None:
    legs = observation(bundle(signed_report, PDF), f"{ESTIMATE}: legs")
    assert "valueQuantity" not in legs
    assert "not measured" in legs["dataAbsentReason"]["text"]


def test_status_follows_the_signature(
    signed_report: ExaminationReport, unsigned_report: ExaminationReport, changed_report: ExaminationReport
) -> None:
    def statuses(report: ExaminationReport) -> set[str]:
        made = bundle(report, PDF)
        (document,), (form,) = resources(made, "DiagnosticReport"), resources(made, "QuestionnaireResponse")
        return {document["status"], form["status"], observation(made, "AIMS 1.")["status"]}

    assert statuses(unsigned_report) == {"preliminary", "in-progress"}
    assert statuses(signed_report) == {"final", "completed"}
    assert statuses(changed_report) == {"preliminary", "in-progress"}
    (changed,) = changed_report.ratings
    (signature,) = changed.signatures
    again = dataclasses.replace(
        signature, sign_off=dataclasses.replace(signature.sign_off, scores=changed.rating.current)
    )
    signed_again = dataclasses.replace(changed, signatures=(signature, again))
    assert statuses(dataclasses.replace(changed_report, ratings=(signed_again,))) == {"amended"}


def test_the_pdf_is_in_it_whole(signed_report: ExaminationReport) -> None:
    (document,) = resources(bundle(signed_report, PDF), "DiagnosticReport")
    (form,) = document["presentedForm"]
    assert base64.b64decode(form["data"]) == PDF
    assert base64.b64decode(form["hash"]) == hashlib.sha1(PDF, usedforsecurity=False).digest()
    assert form["size"] == len(PDF)


def test_the_same_report_gives_the_same_text(signed_report: ExaminationReport) -> None:
    assert written(bundle(signed_report, PDF)) == written(bundle(signed_report, PDF))


def test_what_is_sent_again_after_a_change_replaces_the_same_resources(
    signed_report: ExaminationReport, changed_report: ExaminationReport
) -> None:
    def wheres(report: ExaminationReport) -> list[str]:
        return [one["request"]["url"] for one in bundle(report, PDF)["entry"]]

    assert wheres(changed_report) == wheres(signed_report)
    assert written(bundle(changed_report, PDF)) != written(bundle(signed_report, PDF))


def test_the_servers_own_patient_is_found_and_never_replaced(signed_report: ExaminationReport) -> None:
    entry = bundle(signed_report, PDF, patient_system="http://hospital.example/mrn")["entry"][0]
    assert entry["request"] == {
        "method": "POST",
        "url": "Patient",
        "ifNoneExist": "identifier=http:%2F%2Fhospital.example%2Fmrn%7CWilhelmina%20Achternbusch",
    }


def test_a_hidden_identifier_is_nowhere_in_the_bundle(desk: Desk, signed_report: ExaminationReport) -> None:
    hidden = collect(desk, signed_report.examination.id, shown=Shown(identifier=False, birth_and_sex=False))
    text = written(bundle(hidden, PDF))
    assert NAME not in text
    assert "1961" not in text
    assert "female" not in text


def test_a_bundle_that_the_models_refuse_is_an_error_that_says_where(
    signed_report: ExaminationReport,
) -> None:
    made = copy.deepcopy(bundle(signed_report, PDF))
    check(made)
    made["entry"][1]["resource"]["status"] = ["completed"]
    with pytest.raises(DataError, match="status"):
        check(made)


def test_the_rules_of_these_tests_find_what_is_broken(signed_report: ExaminationReport) -> None:
    whole = json.dumps(bundle(signed_report, PDF))
    for before, after, told in (
        ('"status": "preliminary"', '"status": "ready"', "status"),
        ('"111792-8"', '"111792-9"', "LOINC"),
        (
            '"valueInteger": 3, "derivedFrom"',
            '"valueBoolean": true, "valueInteger": 3, "derivedFrom"',
            "value",
        ),
        ('"PUT"', '"PATCH"', "neither"),
        ('"device": {"reference": "', '"device": {"reference": "x', "nothing in the bundle"),
    ):
        assert before in whole
        assert any(told in rule for rule in broken_rules(json.loads(whole.replace(before, after, 1)))), told
