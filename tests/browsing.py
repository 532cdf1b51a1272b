"""A page of ours in Debian's Chromium: served from an empty folder, and every other host refused."""

from __future__ import annotations

import os
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Request, Response, Route, expect, sync_playwright

CHROMIUM = Path("/usr/bin/chromium")
CHROMIUM_FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--no-first-run",
]  # fmt: skip
DESKTOP = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}
STARTS_MS = 30_000

expect.set_options(timeout=STARTS_MS)


@contextmanager
def chromium(*flags: str) -> Iterator[Browser]:
    """Open Chromium, with further flags; where there is none, skip and say so, and fail in CI."""
    if not CHROMIUM.exists():
        if "CI" in os.environ:
            pytest.fail(f"There is no browser at {CHROMIUM}, and the page must be tried in one.")
        pytest.skip(f"There is no browser at {CHROMIUM}.")
    with sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=str(CHROMIUM), args=[*CHROMIUM_FLAGS, *flags])
        yield opened
        opened.close()


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


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("localhost", 0))
        return int(probe.getsockname()[1])


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
        wait_for(server, url)
        yield url, temporary
    finally:
        server.terminate()
        told = server.communicate(timeout=30)[0]
    assert "Traceback" not in told, told
    # Nothing is left when the server has ended.
    assert not list(temporary.iterdir())


def wait_for(server: subprocess.Popen[str], url: str) -> None:
    """Wait until a server answers that was started."""
    until = time.monotonic() + STARTS_MS / 1000
    while not answers(url):
        assert server.poll() is None, server.communicate()[0]
        assert time.monotonic() < until
        time.sleep(0.1)


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/_stcore/health", timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False


@contextmanager
def visit(browser: Browser, url: str, screenshots: Path, *, heading: str) -> Iterator[Visit]:
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
    expect(page.get_by_role("heading", name=heading)).to_be_visible()
    yield guest
    context.close()
    assert guest.strangers == []
    assert guest.failures == []
