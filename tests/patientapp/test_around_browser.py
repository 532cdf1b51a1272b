"""The pages around the recording in Chromium: 320 px wide, by both languages, held against axe, to the deletion."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from browsing import Visit, chromium, served, visit
from clinic_people import NAME
from tdscreen.patientapp.words import text
from tdscreen.records.clinic import Clinic, database_in
from tdscreen.records.entries import InvitationState, PatientDetails
from tdscreen.records.invitations import invitations, invite, link_to
from tdscreen.records.master import write_key_file
from tdscreen.records.patients import add_patient

pytestmark = pytest.mark.browser

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]
SMALL = {"width": 320, "height": 640}
DESK = {"width": 1280, "height": 900}
ABOUT = 'phone = "0555 1234"\ncountry = "ES"\nlooked_at_by = "Ms. Ratewell"\nanswer_days = 10\n'


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


def heading(page: Page, key: str) -> None:
    expect(page.get_by_role("heading", name=text("es", key), level=1)).to_be_visible()


def press(page: Page, key: str) -> None:
    page.get_by_role("button", name=text("es", key), exact=True).click()


def look(guest: Visit, name: str) -> None:
    """Hold a screen against axe, and see that nothing of it lies beside a narrow page, whichever way it is written."""
    found = Axe().run(guest.page, options={"runOnly": WCAG}).response["violations"]
    assert {one["id"]: [node["html"][:200] for node in one["nodes"]] for one in found} == {}
    for written in ("rtl", "ltr"):
        guest.page.locator(".recorder").evaluate(f"root => {{ root.dir = '{written}' }}")
        wide = guest.page.evaluate(
            "Math.max(...[document.documentElement, document.querySelector('[data-testid=stMain]')]"
            ".map((part) => part.scrollWidth))"
        )
        assert wide <= SMALL["width"], (name, written)
        guest.picture(f"{name}-{written}.png")


@pytest.mark.slow
def test_a_person_is_led_helped_let_go_and_forgotten(
    browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = tmp_path / "store"
    (tmp_path / "about.toml").write_text(ABOUT, encoding="utf-8")
    (tmp_path / "served").mkdir()
    monkeypatch.setenv("TDSCREEN_CLINIC_KEY_FILE", str(tmp_path / "master.key"))
    monkeypatch.setenv("TDSCREEN_CLINIC_FOLDER", str(store))
    with Clinic.create(store, database_in(store), write_key_file(tmp_path / "master.key")) as clinic:
        clinic.add_site("north")
        clinic.add_staff("north", "r1", name="Dr. Rosalind Ratewell")
        desk = clinic.desk("r1")
        patient = add_patient(desk, PatientDetails(NAME)).id
        invited = invite(desk, patient).id

        def line(port: int) -> list[str]:
            about = str(tmp_path / "about.toml")
            return [
                sys.executable,
                "-m",
                "tdscreen",
                "clinic",
                "recorder",
                "--port",
                str(port),
                "--about",
                about,
            ]

        with (
            served(tmp_path / "served", line) as (url, _),
            visit(
                browser, link_to(clinic, invited, url), tmp_path, heading=text("en", "start.title")
            ) as guest,
        ):
            page = guest.page
            page.set_viewport_size(SMALL)
            # The link's word has left the address as soon as it was used.
            assert "#" not in page.url
            page.get_by_label(text("en", "frame.language")).select_option("es")
            heading(page, "start.title")
            page.get_by_text(text("es", "honesty.title")).click()
            expect(page.get_by_text(text("es", "honesty.not_reviewed"))).to_be_visible()
            look(guest, "welcome")
            # What is on the screen is read in its language, sentence by sentence, and stops when it is told to.
            page.evaluate(
                "() => { window.spoken = [];"
                " speechSynthesis.speak = (said) => window.spoken.push([said.lang, said.text]); }"
            )
            press(page, "frame.read_aloud")
            spoken = page.evaluate("window.spoken")
            assert ["es", text("es", "start.title")] == spoken[0]
            assert {language for language, _ in spoken} == {"es"}
            assert {text("es", f"key.{name}") for name in ("choice", "medicine", "urgent")} <= {
                said for _, said in spoken
            }
            press(page, "frame.stop_reading")
            expect(page.get_by_role("button", name=text("es", "frame.read_aloud"))).to_be_visible()
            press(page, "frame.go_on")
            heading(page, "safety.title")
            # The clinic's country, its number and the sources; another country, another number.
            expect(page.get_by_role("link", name="112")).to_have_attribute("href", "tel:112")
            expect(page.get_by_role("link", name="024")).to_be_visible()
            expect(page.get_by_role("link", name="0555 1234")).to_be_visible()
            page.get_by_label(text("es", "safety.country")).select_option("")
            expect(page.get_by_text(text("es", "safety.no_number"))).to_be_visible()
            look(guest, "safety")
            press(page, "safety.ok")
            heading(page, "start.need_title")
            # By keyboard alone.
            page.keyboard.press("Tab")
            page.get_by_role("button", name=text("es", "start.begin")).focus()
            page.keyboard.press("Enter")
            heading(page, "consent.title")
            press(page, "consent.agree")
            expect(page.get_by_text(text("es", "consent.check_first"))).to_be_visible()
            look(guest, "consent")
            page.get_by_label(text("es", "consent.check")).check()
            press(page, "consent.agree")
            heading(page, "questions.title")
            look(guest, "questions")
            press(page, "frame.go_on")
            # There is no camera here, and that is said; the way out is there all the same.
            expect(page.get_by_role("alert")).to_have_text(text("es", "error.no_camera"))
            press(page, "frame.upsetting")
            heading(page, "upset.title")
            look(guest, "upset")
            press(page, "upset.finish")
            heading(page, "finish.title")
            look(guest, "finish")
            press(page, "access.title")
            heading(page, "access.title")
            expect(page.get_by_text(text("es", "access.nobody"))).to_be_visible()
            look(guest, "access")
            press(page, "access.delete")
            heading(page, "access.delete_sure")
            press(page, "access.delete_yes")
            expect(page.get_by_text(text("es", "finish.close"))).to_be_visible()
            page.set_viewport_size(DESK)
        assert [one.state for one in invitations(desk, patient)] == [InvitationState.WITHDRAWN]
