"""The clinic's pages, run as Streamlit runs them or in a browser."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser
from streamlit.testing.v1 import AppTest

from browsing import DESKTOP, PHONE, Visit, served, visit
from tdscreen.clinicapp.server import SCRIPT_PATH

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]
"""The rules that axe holds a page against: those of WCAG 2.1, levels A and AA."""


def open_page(page: str = "", of: str = "") -> AppTest:
    opened = AppTest.from_file(str(SCRIPT_PATH), default_timeout=60)
    if page:
        opened.query_params["page"] = page
        opened.query_params["of"] = of
    return settled(opened.run())


def settled(page: AppTest) -> AppTest:
    assert not page.exception, page.exception[0].stack_trace
    return page


def everything_on(page: AppTest) -> str:
    """Write out all that the server sent to the browser for a page."""
    return "\n".join(str(element.proto) for element in page.main) + "".join(
        str(element.proto) for element in page.get("html")
    )


def again(page: AppTest) -> AppTest:
    """Load the page anew: what a run that was begun again left of the page before is still in this one's tree."""
    return open_page(*(page.query_params[name][0] for name in ("page", "of") if name in page.query_params))


def told(page: AppTest) -> str:
    """Give the sentences that are to be noticed."""
    return "".join(one.proto.body for one in page.get("html") if "td-said" in one.proto.body)


def press(page: AppTest, label: str) -> AppTest:
    (button,) = [button for button in page.button if button.label == label]
    return settled(button.click().run())


@contextlib.contextmanager
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
