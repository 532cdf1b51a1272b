"""Whatever a stranger with a link says, the answer is a sentence; and no answer of any kind is without its rules."""

from __future__ import annotations

import json

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.routing import Route
from starlette.testclient import TestClient

from phones import Phone, so_far
from tdscreen.records.clinic import Desk
from tdscreen.records.entries import Patient
from tdscreen.serving.headers import guarded

RULES = ("content-security-policy", "permissions-policy", "referrer-policy", "x-content-type-options")


@pytest.mark.parametrize("path", ["enter", "agree", "answers", "skip", "announce", "summary"])
def test_what_is_no_message_is_refused_in_words(phone: Phone, path: str) -> None:
    for body in (
        b"[" * 8_000 + b"]" * 8_000,
        b'{"word":' * 2_000,
        b'{"a":' + b"9" * 10_000 + b"}",
        b"\xff\xfe",
        b"",
        b"null",
        b"NaN",
    ):
        answer = phone.server.post(f"/recording/{path}", content=body, headers=phone.named({}))
        assert (answer.status_code, answer.json()) == (400, {"problem": "error.not_stored"}), body[:20]


def test_a_word_of_another_kind_is_refused_in_words(phone: Phone) -> None:
    for strange in ([], {}, ["rest"], {"a": 1}, 7, True, None, "\ud800", "x" * 20_000, float("inf")):
        for path, message in (
            ("agree", {"version": strange, "language": "en"}),
            ("agree", {"version": "1", "language": strange}),
            ("answers", {"programme": strange}),
            ("answers", {"programme": "full", "gum": strange if strange not in (True, None) else 1}),
            ("answers", {"programme": "full", "hours_slept": strange if strange not in (7, None) else -1}),
            ("answers", {"programme": "full", "aware": strange if strange is not None else 5}),
            ("skip", {"slug": strange, "reason": "tired"}),
            ("skip", {"slug": "rest", "reason": strange}),
            ("announce", {"slug": strange}),
            ("summary", {"language": strange}),
        ):
            body = json.dumps(message).encode()
            answer = phone.server.post(f"/recording/{path}", content=body, headers=phone.named({}))
            assert answer.status_code in (400, 413), (path, message)


def test_what_the_clinic_reads_of_a_stranger_is_one_of_what_may_be_said(
    phone: Phone, desk: Desk, patient: Patient
) -> None:
    """A reason or a version that nobody wrote would break the clinic's page, or stand in it as a link."""
    assert phone.say("skip", {"slug": "rest", "reason": "[look](https://elsewhere)"}).status_code == 400
    assert phone.say("agree", {"version": "[1](https://elsewhere)", "language": "en"}).status_code == 400
    found = so_far(desk, patient)
    assert found.tasks == ()
    assert found.consent is not None
    assert found.consent.version == "1"


def test_every_answer_carries_the_rules_of_the_page_whatever_went_wrong(phone: Phone) -> None:
    server = phone.server
    answers = [
        server.get("/nowhere"),
        server.get("/recording/agree"),
        server.post("/recording/agree", content=b"{"),
        server.delete("/recording/piece"),
        server.get("/", headers={"host": "elsewhere.example"}),
        server.get("/", headers={"origin": "http://["}),
        server.post("/_stcore/upload_file/x"),
        server.get("/_stcore/metrics"),
        server.put("/recording/piece", headers={"x-offset": "0" * 1_000_000}),
    ]
    statuses = [404, 405, 404, 405, 403, 403, 404, 404, 431]
    assert [answer.status_code for answer in answers] == statuses
    for answer in answers:
        assert not [rule for rule in RULES if rule not in answer.headers], answer.url
        assert answer.headers["cache-control"] == "no-store"


def test_an_error_that_nobody_foresaw_carries_them_too_and_tells_nothing() -> None:
    async def fail(_: Request) -> None:
        raise RuntimeError("secret")

    app = Starlette(routes=[Route("/fail", fail)], middleware=guarded(camera=True))
    with TestClient(app, base_url="http://localhost", raise_server_exceptions=False) as server:
        answer = server.get("/fail")
    assert answer.status_code == 500
    assert not [rule for rule in RULES if rule not in answer.headers]
    assert "secret" not in answer.text
