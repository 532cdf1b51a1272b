"""The page in a real browser, from upload to result."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import jsonschema
import pytest
from playwright.sync_api import Browser, Page, Request, Response, Route, expect, sync_playwright

from tdscreen.assessment.json_form import schema
from tdscreen.webapp.launch import APP_PATH, arguments

pytestmark = pytest.mark.browser

CHROMIUM = Path("/usr/bin/chromium")
CHROMIUM_FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--no-first-run",
]  # fmt: skip
DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}
STARTS_MS = 30_000
MEASURES_MS = 120_000

expect.set_options(timeout=STARTS_MS)

FULL_STRENGTH = """() => {
    let one = document.querySelector('[data-testid=stCaptionContainer] p');
    if (!one) return false;
    for (; one; one = one.parentElement) if (getComputedStyle(one).opacity < 1) return false;
    return true;
}"""
"""Whether nothing that a caption lies in fades it: its colour's contrast holds only then."""

SHORT_ABSENCE = """
from tdscreen.webapp import page
from tdscreen.webapp.desk import Desk

page.Desk = lambda: Desk(absence_s=0.5)
page.show()
"""


@dataclass
class Visit:
    """A page that is open, and what it asked of whom."""

    page: Page
    url: str
    screenshots: Path
    strangers: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    def picture(self, name: str) -> None:
        """Take the whole page, which scrolls inside its window, as one picture."""
        height = self.page.evaluate(
            "document.querySelector('[data-testid=stMainBlockContainer]').scrollHeight"
        )
        size = self.page.viewport_size
        assert size is not None
        self.page.set_viewport_size({"width": size["width"], "height": max(size["height"], height)})
        self.page.wait_for_timeout(800)
        self.page.screenshot(path=self.screenshots / name)
        self.page.set_viewport_size(size)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        if "CI" in os.environ:
            pytest.fail(f"There is no browser at {CHROMIUM}, and the page must be tried in one.")
        pytest.skip(f"There is no browser at {CHROMIUM}.")
    with sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=str(CHROMIUM), args=CHROMIUM_FLAGS)
        yield opened
        opened.close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("localhost", 0))
        return int(probe.getsockname()[1])


def as_people_do(port: int) -> list[str]:
    return [sys.executable, "-m", "tdscreen", "app", "--port", str(port)]


@contextmanager
def served(folder: Path, line: Callable[[int], list[str]]) -> Iterator[tuple[str, Path]]:
    """Serve the page from an empty folder; give its address and the folder of its temporary files."""
    home, temporary, empty = folder / "home", folder / "tmp", folder / "empty"
    for made in (home, temporary, empty):
        made.mkdir()
    port = free_port()
    url = f"http://localhost:{port}"
    server = subprocess.Popen(
        line(port), cwd=empty, env={**os.environ, "HOME": str(home), "TMPDIR": str(temporary)},
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    try:
        until = time.monotonic() + STARTS_MS / 1000
        while not answers(url):
            assert server.poll() is None, server.communicate()[0]
            assert time.monotonic() < until
            time.sleep(0.1)
        yield url, temporary
    finally:
        server.terminate()
        told = server.communicate(timeout=30)[0]
    assert "Traceback" not in told, told
    # Nothing is left when the server has ended.
    assert not list(temporary.iterdir())


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/_stcore/health", timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, ConnectionError):
        return False


@contextmanager
def visit(browser: Browser, url: str, screenshots: Path) -> Iterator[Visit]:
    """Open the page; a request to any other host is refused and remembered, as is an answer that failed."""
    context = browser.new_context(viewport=DESKTOP)
    page = context.new_page()
    guest = Visit(page, url, screenshots)

    def only_home(route: Route, request: Request) -> None:
        if urlsplit(request.url).hostname in ("localhost", None):
            route.continue_()
        else:
            guest.strangers.append(request.url)
            route.abort()

    def note_failure(response: Response) -> None:
        if response.status >= 400:
            guest.failures.append(f"{response.status} {response.url}")

    context.route("**/*", only_home)
    page.on("response", note_failure)
    page.on(
        "websocket",
        lambda ws: None if urlsplit(ws.url).hostname == "localhost" else guest.strangers.append(ws.url),
    )
    page.on("pageerror", lambda error: guest.failures.append(str(error)))
    page.goto(url)
    expect(page.get_by_role("heading", name="1. Clips")).to_be_visible()
    yield guest
    context.close()
    assert guest.strangers == []
    assert guest.failures == []


@pytest.mark.slow
def test_from_upload_to_result_in_a_real_browser(
    browser: Browser, sample: Path, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    screenshots = tmp_path_factory.mktemp("screenshots")
    letter = tmp_path / "letter.mp4"
    letter.write_text("This is a letter and no video.\n" * 50)
    # A name that no line of a phone holds.
    clip = tmp_path / f"{'lips' * 30}.mp4"
    shutil.copyfile(sample, clip)
    with served(tmp_path, as_people_do) as (url, temporary), visit(browser, url, screenshots) as guest:
        page = guest.page
        expect(page.get_by_role("note")).to_contain_text("not fitted on patients")
        guest.picture("1-empty.png")

        page.locator("input[type=file]").set_input_files([clip, letter])
        expect(page.get_by_role("heading", name="2. What each clip shows")).to_be_visible()
        start = page.get_by_role("button", name="Start measuring")
        expect(start).to_be_disabled()
        for index in range(2):
            page.get_by_label("Task").nth(index).click()
            page.get_by_role("option", name="At rest, mouth closed").click()
            expect(page.get_by_label("Task").nth(index)).to_have_value("At rest, mouth closed")
        expect(start).to_be_enabled()
        guest.picture("2-clips.png")

        start.click()
        expect(page.get_by_text("pictures, ")).to_be_visible()
        expect(page.get_by_role("button", name="Cancel")).to_be_visible()
        page.screenshot(path=screenshots / "3-progress.png")

        expect(page.get_by_role("heading", name="Result")).to_be_visible(timeout=MEASURES_MS)
        shell = subprocess.run(
            [sys.executable, "-m", "tdscreen", "score", str(letter)],
            capture_output=True, text=True, timeout=60, check=False,
        )  # fmt: skip
        sentence = page.get_by_text("Not used: letter.mp4").inner_text().removeprefix("Not used: letter.mp4")
        assert sentence.strip()
        assert shell.returncode != 0
        assert " ".join(sentence.split()) in " ".join(shell.stderr.split())

        expect(page.get_by_text("Estimate from video")).to_be_visible()
        expect(page.get_by_text("This is not a score of 0.").first).to_be_visible()
        picture = page.locator("figure img")
        expect(picture).to_be_visible()

        clicked_s = click_in_curve(page, 0.25)
        expect(page.locator("figure figcaption")).not_to_contain_text("At 6.")
        shown = page.locator("figure figcaption").inner_text()
        assert abs(float(shown.split()[1]) - clicked_s) < 0.5
        close_up_px = picture.evaluate("image => image.naturalWidth")
        assert 100 < close_up_px < 720
        page.get_by_text("Close up").click()
        page.wait_for_function("document.querySelector('figure img')?.naturalWidth === 720")
        page.get_by_text("Close up").click()
        page.wait_for_function(
            "width => document.querySelector('figure img')?.naturalWidth === width", arg=close_up_px
        )
        # The page is faded for as long as it is run again, and not longer.
        page.wait_for_function(FULL_STRENGTH)
        guest.picture("4-result.png")
        page.set_viewport_size(PHONE)
        guest.picture("5-phone.png")
        # Nothing of the page is wider than a phone.
        # The window itself never is: what scrolls is the part of it that holds the page.
        scrolled = page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth")
        assert scrolled <= PHONE["width"]
        page.set_viewport_size(DESKTOP)

        with page.expect_download() as download:
            page.get_by_role("button", name="Assessment (JSON)").click()
        document = json.loads(Path(download.value.path()).read_text(encoding="utf-8"))
        jsonschema.validate(document, schema())
        assert [clip["file"] for clip in document["clips"]] == [clip.name]
        assert document["clips"][0]["regions"]["lips"]["peak_frequency_hz"] == pytest.approx(1.5, abs=0.1)
        with page.expect_download() as download:
            page.get_by_role("button", name="Items (CSV)").click()
        assert Path(download.value.path()).read_text(encoding="utf-8").startswith("aims_item,item,")

        page.get_by_role("button", name="Back to the clips").click()
        for left in (1, 0):
            page.get_by_role("button", name="Remove").first.click()
            expect(page.get_by_role("button", name="Remove")).to_have_count(left)
        assert not list(temporary.rglob("clip-*"))


def click_in_curve(page: Page, share: float) -> float:
    """Click so far along the upper curve, and give the time that lies there."""
    area = page.locator(".js-plotly-plot .nsewdrag").first
    area.scroll_into_view_if_needed()
    box = area.bounding_box()
    assert box is not None
    low, high = page.evaluate("document.querySelector('.js-plotly-plot')._fullLayout.xaxis.range")
    x, y = box["x"] + share * box["width"], box["y"] + box["height"] / 2
    page.mouse.move(x - 5, y)
    page.mouse.move(x, y)
    page.wait_for_timeout(300)
    page.mouse.click(x, y)
    return float(low + share * (high - low))


def test_closing_the_page_removes_what_was_dropped(browser: Browser, sample: Path, tmp_path: Path) -> None:
    script = tmp_path / "page.py"
    script.write_text(SHORT_ABSENCE)

    def line(port: int) -> list[str]:
        told = [str(script) if part == str(APP_PATH) else part for part in arguments(port)]
        return [sys.executable, "-m", "streamlit", *told]

    with served(tmp_path, line) as (url, temporary):
        with visit(browser, url, tmp_path) as guest:
            guest.page.locator("input[type=file]").set_input_files([sample])
            expect(guest.page.get_by_role("heading", name="2. What each clip shows")).to_be_visible()
            assert len(list(temporary.rglob("clip-*"))) == 1
        until = time.monotonic() + 10
        while list(temporary.iterdir()) and time.monotonic() < until:
            time.sleep(0.1)
        assert not list(temporary.iterdir())
