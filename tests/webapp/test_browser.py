"""The page in a real browser, from upload to result."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import jsonschema
import pytest
from playwright.sync_api import Browser, Page, expect

from browsing import DESKTOP, PHONE, chromium, served, visit
from tdscreen.assessment.json_form import schema
from tdscreen.webapp.launch import APP_PATH, arguments

pytestmark = pytest.mark.browser

HEADING = "1. Clips"
MEASURES_MS = 120_000

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


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


def as_people_do(port: int) -> list[str]:
    return [sys.executable, "-m", "tdscreen", "app", "--port", str(port)]


def test_from_upload_to_result_in_a_real_browser(
    browser: Browser, sample: Path, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    screenshots = tmp_path_factory.mktemp("screenshots")
    letter = tmp_path / "letter.mp4"
    letter.write_text("This is a letter and no video.\n" * 50)
    # A name that no line of a phone holds.
    clip = tmp_path / f"{'lips' * 30}.mp4"
    shutil.copyfile(sample, clip)
    with (
        served(tmp_path, as_people_do) as (url, temporary),
        visit(browser, url, screenshots, heading=HEADING) as guest,
    ):
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
        with visit(browser, url, tmp_path, heading=HEADING) as guest:
            guest.page.locator("input[type=file]").set_input_files([sample])
            expect(guest.page.get_by_role("heading", name="2. What each clip shows")).to_be_visible()
            assert len(list(temporary.rglob("clip-*"))) == 1
        until = time.monotonic() + 10
        while list(temporary.iterdir()) and time.monotonic() < until:
            time.sleep(0.1)
        assert not list(temporary.iterdir())
