"""The pages of administrators and researchers, what is told of the tool, and who is refused which."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from starlette.testclient import TestClient

from clinic_browsing import at_the_clinic, look
from clinic_pages import again, everything_on, open_page, press, settled, told
from clinic_people import NAME, tamper
from made_tracks import made_tracks
from measured_clips import clip as measured_clip
from measured_clips import quiet_face
from tdscreen.assessment.assess import assess
from tdscreen.clinicapp.service import Service, open_service
from tdscreen.clinicapp.tickets import Purpose
from tdscreen.records.administration import staff
from tdscreen.records.assessments import add_assessment
from tdscreen.records.clinic import Clinic, Desk
from tdscreen.records.clips import import_clip, keep_tracks
from tdscreen.records.entries import Examination, Role
from tdscreen.vocabulary import Task, Verdict

ADMINISTRATORS = ("staff", "retention", "audit")


@pytest.fixture
def staffed(clinic: Clinic) -> Clinic:
    clinic.add_staff("north", "a1", name="Ada Keys", role=Role.ADMINISTRATOR)
    clinic.add_staff("south", "a2", name="Abel Elsewhere", role=Role.ADMINISTRATOR)
    clinic.add_staff("north", "w1", name="Wim Counter", role=Role.RESEARCHER)
    clinic.add_staff("south", "w2", name="Wanda Elsewhere", role=Role.RESEARCHER)
    return clinic


@pytest.fixture
def assessed(desk: Desk, examination: Examination, sounding_clip: Path) -> Examination:
    """Give an examination with a kept clip, its landmarks, and an estimate from two clips, one of them too dark."""
    clip = import_clip(desk, examination.id, sounding_clip, task=Task.REST)
    keep_tracks(desk, clip.id, made_tracks())
    dark = measured_clip(*quiet_face(tongue=False), file="dark.mp4", verdict=Verdict.UNUSABLE)
    add_assessment(desk, examination.id, assess([measured_clip(*quiet_face(tongue=True)), dark]))
    return examination


def serve(clinic: Clinic, person: str) -> Service:
    made = Service(clinic, person)
    open_service(made)
    return made


@pytest.mark.parametrize(
    ("person", "own"),
    [("r1", {"retention", "about"}), ("a1", {*ADMINISTRATORS, "about"}), ("w1", {"research", "about"})],
)
def test_each_role_is_shown_its_own_pages_and_refused_the_others(
    staffed: Clinic, examination: Examination, person: str, own: set[str]
) -> None:
    serve(staffed, person)
    for page in (*ADMINISTRATORS, "research", "about"):
        opened = open_page(page, examination.id)
        assert ("is not for" in told(opened)) is (page not in own), page
        assert NAME not in everything_on(opened)
    if person != "r1":
        for page in ("patients", "worklist", "patient", "examination", "rating", "comparison"):
            opened = open_page(page, examination.id)
            assert "Ask a clinician." in told(opened), page
            assert NAME not in everything_on(opened)


def test_an_administrator_adds_changes_and_retires_staff(staffed: Clinic) -> None:
    serve(staffed, "a1")
    page = open_page()
    assert page.title[0].value == "Staff"
    # Nobody of the other site, and no way to change one's own role.
    assert "Abel" not in everything_on(page)
    assert not [button for button in page.button if "a1" in button.label]
    page.text_input(key="staff-identifier").input("r9")
    page.text_input(key="staff-name").input("Nora <b>New</b>")
    page.selectbox(key="staff-role").set_value(Role.RESEARCHER)
    page = again(press(page, "Add to the staff"))
    page.selectbox(key="role-r9-researcher").set_value(Role.CLINICIAN)
    page = again(press(settled(page.run()), "Change the role of r9"))
    (added,) = [one for one in staff(staffed.desk("a1")) if one.id == "r9"]
    assert (added.name, added.role, added.site) == ("Nora <b>New</b>", Role.CLINICIAN, "north")
    again(press(page, "Retire r9"))
    (added,) = [one for one in staff(staffed.desk("a1")) if one.id == "r9"]
    assert added.retired_at is not None
    page = open_page()
    page.text_input(key="staff-identifier").input("r1")
    page.text_input(key="staff-name").input("Another")
    assert "already" in told(press(page, "Add to the staff"))


def test_retention_tells_what_goes_and_when_and_nothing_of_the_patient(
    staffed: Clinic, assessed: Examination
) -> None:
    serve(staffed, "a1")
    page = open_page("retention")
    words = "\n".join(one.value for one in page.text)
    assert "Video: 1 kept, 1 with a date." in words
    assert "Landmarks: 1 kept, 1 with a date." in words
    assert "Estimate: 1 kept, 1 with a date." in words
    shown = everything_on(page)
    assert f"examination {assessed.id[:8]}" in shown
    assert NAME not in shown
    assert "rest at the window" not in shown
    serve(staffed, "a2")
    assert "Nothing has a date." in [one.value for one in open_page("retention").markdown]


def test_the_log_is_checked_and_looked_through(staffed: Clinic, examination: Examination) -> None:
    serve(staffed, "a1")
    page = press(open_page("audit"), "Check the log")
    assert "The log is whole" in told(page)
    shown = everything_on(page)
    assert f">{examination.id}<" in shown
    assert NAME not in shown
    # What was done at the other site is not told.
    assert "southern" not in shown
    page.selectbox(key="audit-who").set_value("r1")
    table = next(one.proto.body for one in settled(page.run()).get("html") if "<table" in one.proto.body)
    assert re.findall(r'data-label="Who">(\w+)<', table)
    assert set(re.findall(r'data-label="Who">(\w+)<', table)) == {"r1"}
    tamper(staffed, "UPDATE audit SET who = 'nobody' WHERE number = 2")
    assert "Entry 2 was changed." in told(press(open_page("audit"), "Check the log"))


def test_a_researcher_downloads_tables_without_a_name(
    staffed: Clinic, server: TestClient, assessed: Examination
) -> None:
    serve(staffed, "w1")
    page = open_page()
    assert page.title[0].value == "Export for research"
    assert any("landmarks of a face may still identify" in text.value for text in page.markdown)
    page.text_input(key="study").input("../etc")
    page = press(page, "Prepare the download")
    assert "Name the study by" in told(page)
    page.text_input(key="study").input("TD-2026")
    page = press(page, "Prepare the download")
    (address,) = set(re.findall(r"/clinic/tables/[\w=.-]+", everything_on(page)))
    answer = server.get(address)
    assert answer.headers["content-type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as packed:
        files = {name: packed.read(name) for name in packed.namelist() if not name.endswith("/")}
    assert all(name.startswith("TD-2026/") for name in files)
    assert not any("landmarks/" in name for name in files)
    assert not any(
        word.encode() in content for word in (NAME, "1961", "window") for content in files.values()
    )
    (row,) = csv.DictReader(io.StringIO(files["TD-2026/examinations.csv"].decode()))
    assert row["USUBJID"].startswith("TD-2026-")
    assert row["held_at"][:10] != f"{assessed.held_at:%Y-%m-%d}"
    assert ("w1", "exported", "tables for research") in {
        (entry.who, entry.what, entry.kind) for entry in staffed.audit_entries()
    }

    page.checkbox(key="with-landmarks").check()
    page = press(page, "Prepare the download")
    (address,) = set(re.findall(r"/clinic/landmarks/[\w=.-]+", everything_on(page)))
    with zipfile.ZipFile(io.BytesIO(server.get(address).content)) as packed:
        assert sum("landmarks/" in name and name.endswith(".nc") for name in packed.namelist()) == 1


def test_a_download_asks_who_it_is_whatever_the_ticket_says(
    staffed: Clinic, server: TestClient, assessed: Examination
) -> None:
    def fetched(written_for: str, person: str, purpose: Purpose, path: str | None = None) -> int:
        office = serve(staffed, person)
        ticket = office.tickets.write(purpose, staff=written_for, on="TD-2026", valid_s=60)
        return server.get(f"/clinic/{path or purpose}/{ticket}").status_code

    assert fetched("w1", "w1", Purpose.TABLES) == 200
    # The ticket of another; a role that may not; a ticket for something else; somebody who has retired.
    assert fetched("w1", "w2", Purpose.TABLES) == 404
    for purpose in (Purpose.TABLES, Purpose.LANDMARKS):
        assert fetched("r1", "r1", purpose) == 404
        assert fetched("a1", "a1", purpose) == 404
    assert fetched("w1", "w1", Purpose.TABLES, "landmarks") == 404
    report = serve(staffed, "w1").tickets.write(Purpose.REPORT, staff="w1", on=assessed.id, valid_s=60)
    assert server.get(f"/clinic/report/{report}").status_code == 404
    # Of another site there are tables, and nobody of this one in them.
    office = serve(staffed, "w2")
    ticket = office.tickets.write(Purpose.TABLES, staff="w2", on="TD-2026", valid_s=60)
    with zipfile.ZipFile(io.BytesIO(server.get(f"/clinic/tables/{ticket}").content)) as packed:
        assert packed.read("TD-2026/examinations.csv").count(b"\n") == 1


def test_what_is_known_of_the_tool_is_one_click_away_from_every_page(
    staffed: Clinic, assessed: Examination
) -> None:
    serve(staffed, "r1")
    for page in ("patients", "worklist", "patient", "examination", "rating", "comparison", "about"):
        of = assessed.patient if page == "patient" else assessed.id
        assert open_page(page, of).button(key="to-about").label == "About this tool"
    opened = again(press(open_page("examination", assessed.id), "About this tool"))
    shown = everything_on(opened)
    for words in (
        "darkest skins come off worst",
        "Of those flagged, meet the rule",
        "By group: how far items err",
        'Everybody</td><td data-label=\\"Unusable\\">1 of 2',
        "Sex: not noted",
        "Age: 60 to 74 years",
    ):
        assert words in shown.replace('"Unusable"', '\\"Unusable\\"'), words
    headings = [one.value for one in (*opened.header, *opened.subheader)]
    assert "Bias and limits" in headings
    assert "50% (9 to 91%)" in shown
    # An administrator sees no clinical figures; another site's clinician none of this one's.
    serve(staffed, "a1")
    assert "1 of 2" not in everything_on(open_page("about"))
    serve(staffed, "s1")
    assert "No recording of this site has been assessed yet." in [
        one.value for one in open_page("about").markdown
    ]


@pytest.mark.browser
@pytest.mark.slow
def test_an_administrator_and_a_researcher_at_work(
    browser: Browser,
    store: Clinic,
    staffed: Clinic,
    assessed: Examination,
    tmp_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    screenshots = tmp_path_factory.mktemp("roles")
    with at_the_clinic(browser, tmp_path / "a1", screenshots, person="a1", heading="Staff") as guest:
        page = guest.page
        look(guest, "staff")
        page.get_by_role("textbox", name="Short identifier").fill("r9")
        page.get_by_role("textbox", name="Name", exact=True).fill("Nora New")
        page.get_by_role("button", name="Add to the staff").click()
        expect(page.get_by_text("r9: Nora New")).to_be_visible()
        page.get_by_role("button", name="Retire r9").click()
        expect(page.get_by_text("Retired. What the person rated and signed stays.")).to_be_visible()
        page.get_by_role("button", name="Retention").click()
        expect(page.get_by_text("Landmarks: 1 kept, 1 with a date.")).to_be_visible()
        look(guest, "retention")
        page.get_by_role("button", name="Audit log").click()
        page.get_by_role("button", name="Check the log").click()
        expect(page.get_by_text("The log is whole")).to_be_visible()
        look(guest, "audit")
    with at_the_clinic(
        browser, tmp_path / "w1", screenshots, person="w1", heading="Export for research"
    ) as guest:
        page = guest.page
        page.get_by_role("textbox", name="Short name of the study").fill("TD-2026")
        page.get_by_role("button", name="Prepare the download").click()
        with page.expect_download() as download:
            page.get_by_role("link", name="Download the tables of TD-2026").click()
        assert Path(download.value.path()).read_bytes().startswith(b"PK")
        look(guest, "research")
        page.get_by_role("button", name="About this tool").click()
        expect(page.get_by_text("Age: 60 to 74 years").first).to_be_visible()
        expect(page.get_by_role("heading", name="How well movement is measured")).to_be_visible()
        look(guest, "about")
