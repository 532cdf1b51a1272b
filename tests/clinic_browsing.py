"""The clinic's pages in a browser: how one gets there, what each page is held against, how an item is answered."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from browsing import DESKTOP, PHONE, STARTS_MS, Visit, served, visit
from tdscreen.clinicapp.aims import ITEMS

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]
"""The rules that axe holds a page against: those of WCAG 2.1, levels A and AA."""


ENLARGED = {"width": 640, "height": 360}
"""What a window of 1280 x 720 has of a page that is enlarged to 200%, in CSS pixels."""
WIDEST = (
    "Math.max(...['html', '[data-testid=stMain]'].map((part) => document.querySelector(part).scrollWidth))"
)


@contextmanager
def at_the_clinic(
    browser: Browser,
    folder: Path,
    screenshots: Path,
    *,
    person: str = "r1",
    path: str = "",
    heading: str = "Patients",
) -> Iterator[Visit]:
    folder.mkdir()
    with (
        served(folder, lambda port: command(port, person)) as (url, _),
        visit(browser, f"{url}/{path}", screenshots, heading=heading) as guest,
    ):
        yield guest


def command(port: int, person: str) -> list[str]:
    return [sys.executable, "-m", "tdscreen", "clinic", "app", "--as", person, "--port", str(port)]


def look(guest: Visit, name: str) -> None:
    """Take a page's picture at a desk and on a phone, and let axe look for what keeps people out."""
    guest.picture(f"{name}.png")
    found = Axe().run(guest.page, options={"runOnly": WCAG}).response["violations"]
    assert {one["id"]: [node["html"][:200] for node in one["nodes"]] for one in found} == {}
    guest.page.set_viewport_size(PHONE)
    guest.picture(f"{name}-phone.png")
    scrolled = guest.page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth")
    assert scrolled <= PHONE["width"]
    guest.page.set_viewport_size(DESKTOP)


def look_enlarged(guest: Visit, name: str, *buttons: str) -> None:
    """Look at a page enlarged to 200%: nothing has to be scrolled for sideways, and each of these can be clicked."""
    page = guest.page
    page.set_viewport_size(ENLARGED)
    until = time.monotonic() + STARTS_MS / 1000
    # The page needs a moment to be laid out anew. Its own rules forbid a script that would wait within it.
    while page.evaluate(WIDEST) > ENLARGED["width"]:
        assert time.monotonic() < until, "the page has to be scrolled for sideways"
        page.wait_for_timeout(100)
    page.screenshot(path=guest.screenshots / f"{name}-enlarged.png")
    for button in buttons:
        # Scrolls to it, and fails where something else lies over it.
        page.get_by_role("button", name=button).first.click(trial=True)
        page.screenshot(path=guest.screenshots / f"{name}-enlarged-{button}.png")
    page.set_viewport_size(DESKTOP)


def choose(page: Page, number: int, answer: str) -> None:
    guide = ITEMS[number - 1]
    group = page.get_by_role("radiogroup", name=f"{guide.number}. {guide.title}")
    group.get_by_text(answer, exact=True).click()


def choose_convention(page: Page) -> None:
    group = page.get_by_role("radiogroup", name="A movement that is seen only on activation is")
    group.get_by_text("scored as seen").click()
