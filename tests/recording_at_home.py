"""What tests of recording at home share: a server that can be ended, a clinic, a phone at a page."""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, Request, Route, expect

import recorder_server
from browsing import CHROMIUM, CHROMIUM_FLAGS, PHONE, free_port, wait_for
from clinic_people import NAME
from tdscreen.records.clinic import Clinic, Desk, database_in
from tdscreen.records.entries import Invitation, PatientDetails
from tdscreen.records.invitations import invitations, invite, link_to
from tdscreen.records.master import write_key_file
from tdscreen.records.patients import add_patient

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]


class Server:
    """The recorder, which can be ended and started again at the same address."""

    def __init__(self, folder: Path, *, scale: float, by_itself: bool = False) -> None:
        self.folder = folder
        self.scale, self.by_itself = scale, by_itself
        self.port = free_port()
        self.url = f"http://localhost:{self.port}"
        self.told = ""
        self.start()

    @property
    def pid(self) -> int:
        return self._process.pid

    def start(self) -> None:
        self._process = subprocess.Popen(
            [
                sys.executable, recorder_server.__file__, str(self.folder), str(self.port), str(self.scale),
                *(["by-itself"] if self.by_itself else []),
            ],
            env={**os.environ, "HOME": str(self.folder)}, cwd=self.folder,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        wait_for(self._process, self.url)

    def end(self) -> None:
        self._process.terminate()
        self.told += self._process.communicate(timeout=60)[0]


@dataclass
class Place:
    """A clinic, its recorder, and one patient."""

    desk: Desk
    server: Server
    patient: str

    def invite(self) -> tuple[Invitation, str]:
        invitation = invite(self.desk, self.patient)
        return invitation, link_to(self.desk.clinic, invitation.id, self.server.url)

    def so_far(self, invitation: Invitation) -> Invitation:
        return next(one for one in invitations(self.desk, self.patient) if one.id == invitation.id)


@contextlib.contextmanager
def clinic_with_recorder(folder: Path, *, scale: float, by_itself: bool = False) -> Iterator[Place]:
    """Open a clinic and its recorder; whatever it prints tells nobody who records."""
    store = folder / "store"
    with Clinic.create(store, database_in(store), write_key_file(folder / "master.key")) as clinic:
        clinic.add_site("north")
        clinic.add_staff("north", "r1", name="Dr. Rosalind Ratewell")
        desk = clinic.desk("r1")
        made = Place(
            desk,
            Server(folder, scale=scale, by_itself=by_itself),
            add_patient(desk, PatientDetails(NAME, 1961)).id,
        )
        try:
            yield made
        finally:
            made.server.end()
        assert "Traceback" not in made.server.told, made.server.told
        # Nothing that tells who it is, and no link, in what the server prints.
        for secret in (NAME, made.patient, *(one.id for one in invitations(desk, made.patient))):
            assert secret not in made.server.told


@contextlib.contextmanager
def another(browser: Browser, *flags: str) -> Iterator[Browser]:
    """Open another browser, with another camera or none."""
    opened = browser.browser_type.launch(executable_path=str(CHROMIUM), args=[*CHROMIUM_FLAGS, *flags])
    yield opened
    opened.close()


@dataclass
class Guest:
    """A phone at a page: whom it asked, and what went wrong."""

    page: Page
    context: BrowserContext
    strangers: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def heading(self, name: str | re.Pattern[str]) -> None:
        expect(self.page.get_by_role("heading", level=1, name=name)).to_be_visible(timeout=60_000)

    def press(self, name: str | re.Pattern[str]) -> None:
        self.page.get_by_role("button", name=name).click(timeout=60_000)

    def onward(self) -> None:
        """Take the way on that a screen offers, to the next screen."""
        heading = self.page.locator("h1")
        before = heading.inner_text()
        self.page.locator("main button.primary").click()
        expect(heading).not_to_have_text(before)

    def record(self) -> None:
        """Say go whatever the hints are."""
        self.press(re.compile("Record anyway|I am ready"))

    def accessible(self) -> None:
        found = Axe().run(self.page, options={"runOnly": WCAG}).response["violations"]
        assert {one["id"]: [node["html"][:200] for node in one["nodes"]] for one in found} == {}
        assert self.page.evaluate("document.documentElement.scrollWidth") <= self.page.viewport_size["width"]  # type: ignore[index]


@contextlib.contextmanager
def phone(browser: Browser, link: str, *, width: int = PHONE["width"], **options: object) -> Iterator[Guest]:
    context = browser.new_context(viewport={"width": width, "height": 844}, **options)  # type: ignore[arg-type]
    guest = Guest(context.new_page(), context)

    def only_home(route: Route, request: Request) -> None:
        if urlsplit(request.url).hostname in ("localhost", recorder_server.HOST, None):
            route.continue_()
        else:
            guest.strangers.append(request.url)
            route.abort()

    context.route("**/*", only_home)
    guest.page.on("pageerror", lambda error: guest.errors.append(str(error)))
    guest.page.on(
        "console",
        lambda said: guest.errors.append(said.text) if "Content Security" in said.text else None,
    )
    guest.page.goto(link)
    try:
        yield guest
    finally:
        context.close()
    assert guest.strangers == [], guest.strangers
    assert guest.errors == [], guest.errors


def begin(guest: Guest, *, programme: str = "short") -> None:
    """Read what is important, agree, answer, and take a programme; whatever the language."""
    page = guest.page
    expect(page.locator("main button.primary")).to_be_visible()
    # The most important, whom to call, what is needed.
    for _ in range(3):
        guest.onward()
    page.get_by_role("checkbox").check()
    guest.onward()
    page.locator("input[name=aware][value='2']").check()
    page.get_by_role("spinbutton").first.fill("6.5")
    page.locator(f"input[name=programme][value={programme}]").check()
    guest.onward()
