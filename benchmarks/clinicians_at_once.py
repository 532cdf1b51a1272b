"""Ten people at a clinic's pages at once, against one alone: how long a page and a click take, what comes out wrong.

Each has a tab of their own in one browser, rates an examination of their own item by item and sends a clip, while a
worker makes estimates if asked for. The browser and its tabs run on the same cores as the server: on two cores much
of what ten take is theirs, and the server's own processor time is printed beside it. People who read and think before
they click are had by --think: so many seconds before each, give or take a half.

    python benchmarks/clinicians_at_once.py [--people 10] [--patients 200] [--think 4] [--worker] [--database ADDRESS]
"""

from __future__ import annotations

import argparse
import asyncio
import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections import defaultdict
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from pathlib import Path

import numpy as np
from playwright.async_api import Browser, async_playwright, expect

from tdscreen.clinicapp.aims import ITEMS, answer_words
from tdscreen.records.clinic import Clinic, database_in
from tdscreen.records.entries import PatientDetails
from tdscreen.records.examinations import add_examination
from tdscreen.records.master import write_key_file
from tdscreen.records.patients import add_patient
from tdscreen.records.ratings import ratings

CHROMIUM = "/usr/bin/chromium"
SAMPLE = Path(__file__).resolve().parents[1] / "sample_videos" / "lips_1.5hz.mp4"
PATIENCE_MS = 120_000
Times = dict[str, list[float]]


def main() -> None:
    """Measure one alone, then all at once, and print both."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--people", type=int, default=10)
    asked.add_argument("--patients", type=int, default=200)
    asked.add_argument("--think", type=float, default=0.0, help="seconds before each click")
    asked.add_argument("--worker", action="store_true", help="an estimate is made meanwhile")
    asked.add_argument("--database", help="an empty one [default: SQLite]")
    given = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        base = Path(folder)
        store = base / "store"
        database = given.database or database_in(store)
        os.environ.update(
            TDSCREEN_CLINIC_FOLDER=str(store),
            TDSCREEN_CLINIC_KEY_FILE=str(base / "master.key"),
            TDSCREEN_CLINIC_DATABASE=database,
        )
        clinic = stack.enter_context(Clinic.create(store, database, write_key_file(base / "master.key")))
        to_rate = fill(clinic, given.patients)
        url, server = serve(stack, "app", "--as", "r1")
        if given.worker:
            start(stack, "work", "--jobs", "1")
        alone = asyncio.run(at_once(url, to_rate[:1], think_s=given.think))
        before_s, begun_s = processor_s(server), time.perf_counter()
        together = asyncio.run(at_once(url, to_rate[1 : given.people + 1], think_s=given.think))
        server_s, took_s = processor_s(server) - before_s, time.perf_counter() - begun_s
        lost = sum(not right(clinic, one) for one in to_rate[: given.people + 1])
        show(alone, together, given.people)
        acts = sum(map(len, together.values()))
        print(
            f"the server's processor time: {server_s:.0f} s of {took_s:.0f} s, {server_s / acts:.2f} s for each act"
        )
        print(f"ratings that are not as they were clicked: {lost} of {given.people + 1}")
        print(f"problems in the audit log: {len(clinic.audit_problems())}")


def fill(clinic: Clinic, count: int) -> list[str]:
    """Add patients with an examination each."""
    clinic.add_site("north")
    clinic.add_staff("north", "r1", name="Dr. One")
    desk = clinic.desk("r1")
    return [
        add_examination(desk, add_patient(desk, PatientDetails(f"p{number:04d}")).id, held_at=clinic.now()).id
        for number in range(count)
    ]


def start(stack: ExitStack, *line: str) -> int:
    """Start a command of the clinic, end it in the end, and give its number."""
    program = subprocess.Popen(
        [sys.executable, "-m", "tdscreen", "clinic", *line],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    stack.callback(program.wait)
    stack.callback(program.terminate)
    return program.pid


def processor_s(pid: int) -> float:
    """Give the processor time that a program has taken."""
    numbers = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(") ")[2].split()
    return (int(numbers[11]) + int(numbers[12])) / os.sysconf("SC_CLK_TCK")


def serve(stack: ExitStack, *line: str) -> tuple[str, int]:
    """Start the pages and give address and number once they answer."""
    with socket.socket() as probe:
        probe.bind(("localhost", 0))
        port = probe.getsockname()[1]
    server = start(stack, *line, "--port", str(port))
    url = f"http://localhost:{port}"
    for _ in range(600):
        try:
            with urllib.request.urlopen(f"{url}/_stcore/health", timeout=5):
                return url, server
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.1)
    raise SystemExit("The server does not answer.")


async def at_once(url: str, examinations: list[str], *, think_s: float) -> Times:
    """Let each examination be rated by somebody, all at the same time."""
    times: Times = defaultdict(list)
    async with async_playwright() as driver:
        browser = await driver.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]
        )
        await asyncio.gather(*(one_rates(browser, url, one, times, think_s) for one in examinations))
        await browser.close()
    return times


async def one_rates(browser: Browser, url: str, examination: str, times: Times, think_s: float) -> None:
    """Look at the patients, send a clip, rate."""
    context = await browser.new_context()
    page = await context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    rng = np.random.default_rng(int(examination, 16) % 2**32)

    async def timed(what: str, act: Callable[[], Awaitable[object]], seen: object) -> None:
        await asyncio.sleep(float(rng.uniform(0.5, 1.5)) * think_s)
        begun = time.perf_counter()
        await act()
        await expect(seen).to_be_visible(timeout=PATIENCE_MS)  # type: ignore[call-overload]
        times[what].append(time.perf_counter() - begun)

    await timed("the patients' page", lambda: page.goto(url), page.get_by_label("Find by identifier"))
    await timed(
        "an examination's page",
        lambda: page.goto(f"{url}/?page=examination&of={examination}"),
        page.get_by_role("heading", name="Send clips"),
    )
    clip = Path(tempfile.gettempdir()) / f"{examination}.mp4"
    # Nobody sends what somebody else has sent: the store would notice. What follows the last box is free to differ.
    clip.write_bytes(SAMPLE.read_bytes() + b"\0\0\0\x28free" + examination.encode())
    try:
        await page.locator("input[type=file]").set_input_files([clip])
        await page.get_by_label(f"Task of {clip.name}").select_option("rest")
        await timed(
            "a clip of 12 s sent, decoded and encrypted",
            page.get_by_role("button", name="Send the clip").click,
            page.get_by_text(f"{clip.name} is kept."),
        )
    finally:
        clip.unlink()
    await timed(
        "the rating page",
        lambda: page.goto(f"{url}/?page=rating&of={examination}"),
        page.get_by_label("Place in the clip"),
    )
    convention = page.get_by_role("radiogroup", name="A movement that is seen only on activation is")
    await convention.get_by_text("scored as seen").click()
    for guide in ITEMS:
        group = page.get_by_role("radiogroup", name=f"{guide.number}. {guide.title}")
        left = [str(other.number) for other in ITEMS[guide.number :]]
        await timed(
            "a click until it is saved",
            group.get_by_text(answer_words(guide, False if guide.yes_no else 1), exact=True).click,
            page.get_by_text(f"Neither scored nor given a reason yet: {', '.join(left)}.")
            if left
            else page.get_by_role("button", name="Lock my rating", disabled=False),
        )
    await context.close()


def right(clinic: Clinic, examination: str) -> bool:
    """Tell whether a draft says what was clicked."""
    found = ratings(clinic.desk("r1"), examination)
    wanted = {guide.number: False if guide.yes_no else 1 for guide in ITEMS}
    return len(found) == 1 and found[0].current.scores == wanted


def show(alone: Times, together: Times, people: int) -> None:
    """Print medians and the slowest in a hundred, one beside the other."""
    print(f"| | alone, median | {people} at once, median | 95 of 100 within | times as long |")
    print("|---|---|---|---|---|")
    for what, took in together.items():
        one, all_ = float(np.median(alone[what])), float(np.median(took))
        print(f"| {what} | {one:.2f} s | {all_:.2f} s | {np.percentile(took, 95):.2f} s | {all_ / one:.1f} |")


if __name__ == "__main__":
    main()
