"""A clinic's week, played through in the browser: ten patients, two raters, a rating thought over, a disaster.

On PostgreSQL, as a clinic has it. Each of the two has pages of their own; a worker makes the estimates beside them.
"""

from __future__ import annotations

import csv
import io
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from browsing import Visit
from clinic_browsing import at_the_clinic, choose, choose_convention
from clips import scene, write_clip
from tdscreen.clinicapp.aims import ITEMS, answer_words
from tdscreen.records.clinic import Clinic
from tdscreen.records.database import writing
from tdscreen.records.entries import Role
from tdscreen.records.master import read_key_file, write_key_file
from tdscreen.records.patients import patients
from tdscreen.records.ratings import ratings
from tdscreen.records.worklist import examination_states

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PEOPLE = tuple(f"week-{number:02d}" for number in range(1, 11))
TWICE = PEOPLE[:2]
"""Whom both raters rate."""
GONE = PEOPLE[-1]
"""Who asks on Thursday to be deleted."""
FILMED = ("lips_1.5hz.mp4", "rest.mp4")
"""Of the first two: clips in which a face can be measured. The others' show nobody, and are unusable."""


@pytest.fixture
def store(tmp_path: Path, new_database: object, monkeypatch: pytest.MonkeyPatch) -> Iterator[Clinic]:
    folder, database = tmp_path / "store", new_database("postgresql")  # type: ignore[operator]
    monkeypatch.setenv("TDSCREEN_CLINIC_KEY_FILE", str(tmp_path / "master.key"))
    monkeypatch.setenv("TDSCREEN_CLINIC_FOLDER", str(folder))
    monkeypatch.setenv("TDSCREEN_CLINIC_DATABASE", database)
    monkeypatch.delenv("TDSCREEN_CLINIC_KEY", raising=False)
    with Clinic.create(folder, database, write_key_file(tmp_path / "master.key")) as made:
        made.add_site("north")
        made.add_staff("north", "r1", name="Dr. Rosalind Ratewell")
        made.add_staff("north", "r2", name="Dr. Second")
        made.add_staff("north", "a1", name="Ada Administrator", role=Role.ADMINISTRATOR)
        made.add_staff("north", "w1", name="Wim Researcher", role=Role.RESEARCHER)
        yield made


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Give a clip for each patient, no two alike: the store would notice."""
    samples = Path(__file__).resolve().parents[2] / "sample_videos"
    folder = tmp_path_factory.mktemp("films")
    empty = [
        write_clip(folder / f"visit {seed}.mp4", scene(30, seed=seed))
        for seed in range(len(FILMED), len(PEOPLE))
    ]
    return [*(samples / name for name in FILMED), *empty]


def test_a_clinics_week(
    browser: Browser, store: Clinic, films: list[Path], tmp_path: Path, new_database: object,
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory,
) -> None:  # fmt: skip
    pictures = tmp_path_factory.mktemp("week")
    with both_at_work(browser, tmp_path / "before", pictures) as (first, second):
        for name, film in zip(PEOPLE, films, strict=True):
            take_in(first.page, name, film)
        tdscreen("clinic", "work", "--once")
        for name in PEOPLE:
            rate(first.page, name, lips=2 if name in TWICE else 0)
        for name in TWICE:
            rate(second.page, name, lips=1)
        think_again(second.page, lips=2, why="On looking again the lips moved more.")
        second.picture("1-thought-over.png")
        for name in PEOPLE:
            sign(first.page, name)
        first.picture("2-signed.png")
        first.page.get_by_role("button", name="Worklist").click()
        expect(first.page.get_by_text("No locked rating waits for a signature.")).to_be_visible()
        first.picture("3-worklist.png")
    wednesday = what_stands(store)
    assert {name: len(stands.ratings) for name, stands in wednesday.items()} == {
        name: 2 if name in TWICE else 1 for name in PEOPLE
    }
    assert all(stands.signed and stands.estimated and not stands.videos for stands in wednesday.values())
    assert wednesday[TWICE[-1]].ratings["r2"] == (1, 2)

    with at_the_clinic(
        browser,
        tmp_path / "deleting",
        pictures,
        person="a1",
        path="?page=deletion",
        heading="Delete a patient",
    ) as third:
        delete(third.page, GONE)
        third.picture("4-deleted.png")
    thursday = what_stands(store)
    assert thursday == {name: stands for name, stands in wednesday.items() if name != GONE}

    tdscreen("clinic", "backup", "--out", str(tmp_path / "thursday.tar"))
    destroy(store)
    again = new_database("postgresql")  # type: ignore[operator]
    monkeypatch.setenv("TDSCREEN_CLINIC_FOLDER", str(tmp_path / "again"))
    monkeypatch.setenv("TDSCREEN_CLINIC_DATABASE", again)
    tdscreen("clinic", "restore", str(tmp_path / "thursday.tar"))
    with Clinic(tmp_path / "again", again, read_key_file(tmp_path / "master.key")) as restored:
        assert what_stands(restored) == thursday
        with both_at_work(browser, tmp_path / "after", pictures) as (first, _):
            open_patient(first.page, TWICE[0])
            expect(first.page.get_by_text("Signed", exact=False).first).to_be_visible()
            first.picture("5-restored.png")
        with at_the_clinic(
            browser, tmp_path / "exporting", pictures, person="w1", heading="Export for research"
        ) as fourth:
            tables = export(fourth.page, study="WEEK-1")
            fourth.picture("6-exported.png")
        assert len(tables["subjects"]) == len(tables["examinations"]) == len(PEOPLE) - 1
        # Of whoever was thought over, what stands now; the two who rated are told apart, and not named.
        lips = [row for row in tables["ratings"] if row["QSTESTCD"] == "AIMS0102"]
        assert sorted(row["QSSTRESN"] for row in lips) == ["0"] * (len(PEOPLE) - 3) + ["1", "2", "2", "2"]
        assert restored.audit_problems() == []


@dataclass(frozen=True)
class Stands:
    """What stands in the store of a patient's only examination.

    Attributes
    ----------
    ratings : dict of str to tuple of int
        By rater: what was locked for the lips, and each change after.
    signed, estimated, videos : bool
    """

    ratings: dict[str, tuple[int, ...]]
    signed: bool
    estimated: bool
    videos: bool


def what_stands(store: Clinic) -> dict[str, Stands]:
    desk = store.desk("r1")
    found = {}
    for one in patients(desk):
        (state,) = examination_states(desk, patient=one.id)
        lips = {
            rating.rater: tuple(
                stood.scores[2] for stood in (rating.locked, *(one.scores for one in rating.changes)) if stood
            )
            for rating in ratings(desk, state.examination)
        }
        found[one.details.identifier] = Stands(lips, state.signed, state.estimated, bool(state.videos))
    return found


@contextmanager
def both_at_work(browser: Browser, folder: Path, pictures: Path) -> Iterator[tuple[Visit, Visit]]:
    """Open the pages of both raters."""
    folder.mkdir()
    with ExitStack() as stack:
        first, second = (
            stack.enter_context(at_the_clinic(browser, folder / person, pictures, person=person))
            for person in ("r1", "r2")
        )
        yield first, second


def tdscreen(*line: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tdscreen", *line], capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr


def destroy(store: Clinic) -> None:
    """Lose the folder and the database; the backup and the master key are all that is left."""
    shutil.rmtree(store.vault.folder)
    with writing(store.engine) as connection:
        connection.exec_driver_sql("DROP SCHEMA public CASCADE")


def take_in(page: Page, name: str, film: Path) -> None:
    """Add a patient with an examination and a clip, and ask for an estimate."""
    page.get_by_role("button", name="Patients").click()
    page.get_by_label("Identifier", exact=True).fill(name)
    page.get_by_role("button", name="Add the patient").click()
    expect(page.get_by_role("heading", name=name)).to_be_visible()
    page.get_by_role("button", name="Add the examination").click()
    expect(page.get_by_role("heading", name="Examination of")).to_be_visible()
    page.locator("input[type=file]").set_input_files([film])
    page.get_by_label(f"Task of {film.name}").select_option("rest")
    page.get_by_role("button", name="Send the clip").click()
    expect(page.get_by_text(f"{film.name} is kept.")).to_be_visible()
    page.get_by_role("button", name="Ask for an estimate").click()
    expect(page.get_by_text("The estimate waits for its turn.")).to_be_visible()


def open_patient(page: Page, name: str) -> None:
    page.get_by_role("button", name="Patients").click()
    expect(page.get_by_label("Find by identifier")).to_be_visible()
    open_row(page, name)
    expect(page.get_by_role("heading", name=name)).to_be_visible()
    # What stood on the page before goes last.
    expect(page.get_by_label("Find by identifier")).to_be_hidden()


def open_row(page: Page, text: str) -> None:
    """Open what stands in the row of a text."""
    row = (
        page.locator("[data-testid=stMainBlockContainer]")
        .get_by_text(text)
        .locator("xpath=ancestor::*[.//button][1]")
    )
    # While a page is put together, what is around a text may hold more than its row.
    expect(row.get_by_role("button")).to_have_count(1)
    row.get_by_role("button", name="Open", exact=True).click()


def open_examination(page: Page, name: str) -> None:
    open_patient(page, name)
    open_row(page, "1 clip")
    expect(page.get_by_role("heading", name="Examination of")).to_be_visible()


def rate(page: Page, name: str, *, lips: int) -> None:
    """Rate an examination from its page to the lock: the lips, and nothing else to be seen."""
    open_examination(page, name)
    page.get_by_role("button", name="Rate this examination").click()
    expect(page.get_by_role("heading", name="Rating")).to_be_visible()
    choose_convention(page)
    for guide in ITEMS:
        choose(page, guide.number, answer_words(guide, False if guide.yes_no else lips * (guide.number == 2)))
    lock = page.get_by_role("button", name="Lock my rating")
    expect(lock).to_be_enabled()
    lock.click()
    expect(page.get_by_role("heading", name="Comparison")).to_be_visible()


def think_again(page: Page, *, lips: int, why: str) -> None:
    """Change a rating that is locked, on the page that compares."""
    page.get_by_text("Change your rating").click()
    choose(page, 2, answer_words(ITEMS[1], lips))
    page.get_by_label("Why the rating is changed").fill(why)
    page.get_by_role("button", name="Keep the change").click()
    expect(page.get_by_text("The change is kept.")).to_be_visible()


def delete(page: Page, name: str) -> None:
    """Delete a patient for good, as an administrator."""
    page.get_by_label("Identifier of the patient, whole").fill(name)
    page.get_by_role("button", name="Look for the patient").click()
    expect(page.get_by_role("heading", name=f"Delete {name}")).to_be_visible()
    page.get_by_label("Type the patient's identifier to delete").fill(name)
    page.get_by_role("button", name="Delete for good").click()
    expect(page.get_by_text("Deleted. Nothing is left in this store.")).to_be_visible()


def export(page: Page, *, study: str) -> dict[str, list[dict[str, str]]]:
    """Download the tables of a study, as a researcher."""
    page.get_by_label("Short name of the study").fill(study)
    page.get_by_role("button", name="Prepare the download").click()
    with page.expect_download() as download:
        page.get_by_role("link", name=f"Download the tables of {study}").click()
    with zipfile.ZipFile(download.value.path()) as packed:
        return {
            Path(name).stem: list(csv.DictReader(io.StringIO(packed.read(name).decode("utf-8-sig"))))
            for name in packed.namelist()
            if name.endswith(".csv")
        }


def sign(page: Page, name: str) -> None:
    open_examination(page, name)
    page.get_by_role("button", name="Compare and sign").click()
    page.get_by_role("radiogroup", name="Estimate and rating").get_by_text("differs").click()
    page.get_by_role("button", name="Sign", exact=True).click()
    expect(page.get_by_text("has a signature under it as it stands")).to_be_visible()
