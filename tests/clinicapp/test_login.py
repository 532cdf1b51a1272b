"""Who signs in with the clinic's provider works at the own desk, and nobody else does; else this machine only."""

from __future__ import annotations

import contextlib
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from browsing import STARTS_MS, free_port, wait_for
from clinic_people import NAME
from openid_provider import CLIENT_ID, CLIENT_SECRET, Provider, provider
from tdscreen.clinicapp.launch import options, run
from tdscreen.clinicapp.login_file import read_login_file
from tdscreen.errors import InputError
from tdscreen.records.administration import retire_staff
from tdscreen.records.clinic import Clinic
from tdscreen.records.clips import import_clip
from tdscreen.records.entries import Examination, Role
from tdscreen.vocabulary import Task

COOKIE_SECRET = "0123456789abcdef0123456789abcdef"
IDLE_FOR_SECONDS = """
import dataclasses, sys
from tdscreen import settings
settings.CLINIC_PAGES = dataclasses.replace(settings.CLINIC_PAGES, idle_s=6.0, idle_look_s=0.5)
from tdscreen.cli import main
main(sys.argv[1:])
"""


def write_login_file(path: Path, *, mode: int = 0o600, **changed: str | None) -> Path:
    said = {
        "redirect_uri": "https://tdscreen.clinic.example/oauth2callback",
        "cookie_secret": COOKIE_SECRET,
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "server_metadata_url": "https://login.clinic.example/.well-known/openid-configuration",
        **changed,
    }
    lines = [f'{name} = "{value}"' for name, value in said.items() if value is not None]
    path.write_text("\n".join(("[auth]", *lines, "")))
    path.chmod(mode)
    return path


def test_without_a_login_it_listens_to_this_machine_only(clinic: Clinic) -> None:
    assert options()["server.address"] == "localhost"
    for address in ("0.0.0.0", "::", "192.0.2.7", "clinic.example"):
        with pytest.raises(InputError, match="without a login"):
            run(clinic, person="r1", address=address)
    with pytest.raises(InputError, match="Name who sits at this machine"):
        run(clinic)


def test_a_login_file_is_checked_before_anything_is_served(tmp_path: Path) -> None:
    path = tmp_path / "login.toml"
    assert read_login_file(write_login_file(path)).host == "tdscreen.clinic.example"
    for changed, problem in (
        ({"client_secret": None}, "client_secret"),
        ({"cookie_secret": "short"}, "cookie_secret"),
        ({"redirect_uri": "https://tdscreen.clinic.example/elsewhere"}, "oauth2callback"),
        ({"redirect_uri": "http://tdscreen.clinic.example/oauth2callback"}, "https"),
        ({"server_metadata_url": "http://login.clinic.example/"}, "https"),
    ):
        with pytest.raises(InputError, match=problem):
            read_login_file(write_login_file(path, **changed))
    with pytest.raises(InputError, match="chmod 600"):
        read_login_file(write_login_file(path, mode=0o640))
    path.write_text("no TOML")
    with pytest.raises(InputError, match="not TOML"):
        read_login_file(path)


@pytest.fixture
def people() -> Iterator[Provider]:
    with provider(
        {
            "rosalind": {"email": "rosalind@clinic.example", "email_verified": True},
            "elsewhere": {},
            "unverified": {"email": "second@clinic.example", "email_verified": False},
        }
    ) as running:
        yield running


@contextlib.contextmanager
def signing_in(clinic: Clinic, people: Provider, folder: Path, *, program: list[str]) -> Iterator[str]:
    """Serve a clinic to whoever signs in with a provider."""
    clinic.add_staff("north", "l1", name="Dr. Rosalind", login=(people.issuer, "Rosalind@clinic.example"))
    clinic.add_staff("south", "l2", name="Dr. Elsewhere Again", login=(people.issuer, "elsewhere"))
    clinic.add_staff("north", "l3", name="Dr. Unverified", login=(people.issuer, "second@clinic.example"))
    port = free_port()
    url = f"http://localhost:{port}"
    login = write_login_file(
        folder / "login.toml",
        redirect_uri=f"{url}/oauth2callback",
        server_metadata_url=f"{people.issuer}/.well-known/openid-configuration",
    )
    server = subprocess.Popen(
        [*program, "clinic", "app", "--login", str(login), "--port", str(port)],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=folder,
    )  # fmt: skip
    try:
        wait_for(server, url)
        yield url
    finally:
        server.terminate()
        told = server.communicate(timeout=60)[0]
    assert "Traceback" not in told, told


def sign_in(page: Page, url: str, who: str) -> None:
    page.goto(url)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Who are you?")).to_be_visible()
    page.get_by_role("link", name=who).click()


@pytest.mark.browser
def test_who_signs_in_works_at_the_own_desk_and_nobody_else_does(
    browser: Browser,
    store: Clinic,
    people: Provider,
    examination: Examination,
    sounding_clip: Path,
    tmp_path: Path,
) -> None:
    clip = import_clip(store.desk("r1"), examination.id, sounding_clip, task=Task.REST)
    with signing_in(store, people, tmp_path, program=[sys.executable, "-m", "tdscreen"]) as url:
        rating = f"{url}/?page=rating&of={examination.id}"
        stranger = browser.new_context()
        page = stranger.new_page()
        page.goto(rating)
        expect(page.get_by_role("button", name="Sign in")).to_be_visible()
        assert NAME not in page.locator("body").inner_text()

        rosalind = browser.new_context()
        page = rosalind.new_page()
        sign_in(page, url, "rosalind")
        expect(page.get_by_text("Dr. Rosalind, site north")).to_be_visible()
        page.goto(rating)
        video = page.locator("video")
        expect(video).to_have_attribute("src", re.compile("^/clinic/clip/"))
        address = f"{url}{video.get_attribute('src')}"
        assert rosalind.request.get(address).status == 200
        # The address alone opens nothing: not without the cookie, nor for somebody else who has signed in.
        assert stranger.request.get(address).status == 404

        other = browser.new_context()
        page = other.new_page()
        sign_in(page, url, "elsewhere")
        expect(page.get_by_text("Dr. Elsewhere Again, site south")).to_be_visible()
        assert other.request.get(address).status == 404
        page.goto(rating)
        expect(page.get_by_text("There is no such entry")).to_be_visible()

        page = browser.new_context().new_page()
        sign_in(page, url, "unverified")
        expect(page.get_by_text("Nobody of this clinic's staff signs in so.")).to_be_visible()
        page.get_by_role("button", name="Sign out").click()
        expect(page.get_by_role("button", name="Sign in")).to_be_visible()

        store.add_staff("north", "a1", name="Ada Keys", role=Role.ADMINISTRATOR)
        retire_staff(store.desk("a1"), "l1")
        assert rosalind.request.get(address).status == 404
        page = rosalind.pages[0]
        page.reload()
        expect(page.get_by_text("Nobody of this clinic's staff signs in so.")).to_be_visible()
        for context in browser.contexts:
            context.close()
    looked = [entry.who for entry in store.audit_entries() if entry.on_id == clip.id and entry.what == "saw"]
    assert set(looked) == {"l1"}


@pytest.mark.browser
def test_who_does_nothing_for_long_is_signed_out(
    browser: Browser, store: Clinic, people: Provider, tmp_path: Path
) -> None:
    with signing_in(store, people, tmp_path, program=[sys.executable, "-c", IDLE_FOR_SECONDS]) as url:
        context = browser.new_context()
        page = context.new_page()
        sign_in(page, url, "rosalind")
        expect(page.get_by_text("Dr. Rosalind, site north")).to_be_visible()
        expect(page.get_by_role("button", name="Sign in")).to_be_visible(timeout=2 * STARTS_MS)
        context.close()
