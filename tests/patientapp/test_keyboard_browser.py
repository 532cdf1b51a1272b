"""By keyboard alone: who presses a button that goes away is not lost, and reads that it records."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from playwright.sync_api import expect

from browsing import chromium, served, visit
from tdscreen.patientapp.launch import OWN, own_invitation, own_store
from tdscreen.patientapp.words import text
from tdscreen.records.at_home import agree, answer
from tdscreen.records.entries import AtHomeAnswers
from tdscreen.records.invitations import link_to

pytestmark = pytest.mark.browser


@pytest.mark.slow
def test_the_focus_stays_on_the_task_and_the_page_says_that_it_records(tmp_path: Path) -> None:
    folder = tmp_path / "own"
    (tmp_path / "served").mkdir()
    with own_store(folder) as clinic:
        invited = own_invitation(clinic.desk(OWN))
        at_home = clinic.desk_of_patient(OWN, invited_by=OWN)
        agree(at_home, invited, version="2", language="en")
        answer(at_home, invited, AtHomeAnswers(), programme="short")

        def line(port: int) -> list[str]:
            return [sys.executable, "-m", "tdscreen", "record", str(folder), "--port", str(port)]

        with (
            chromium("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream") as browser,
            served(tmp_path / "served", line) as (url, _),
            visit(
                browser, link_to(clinic, invited, url), tmp_path, heading=text("en", "task.rest.title")
            ) as guest,
        ):
            page = guest.page
            expect(page.get_by_text(text("en", "recorder.privacy"))).to_be_visible()
            page.get_by_role("button", name=text("en", "recorder.anyway"), exact=True).focus()
            page.keyboard.press("Enter")
            expect(page.get_by_text(text("en", "recorder.recording"), exact=True)).to_be_visible()
            expect(page.get_by_text(text("en", "recorder.privacy"))).to_have_count(0)
            expect(page.get_by_role("heading", name=text("en", "task.rest.title"), level=1)).to_be_focused()
