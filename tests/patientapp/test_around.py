"""What the browser is told beside words and tasks is the clinic's, and little enough for a slow line."""

from __future__ import annotations

import json
from pathlib import Path

import tdscreen.patientapp
from tdscreen.patientapp.around import around, drawings
from tdscreen.patientapp.clinic_file import ClinicFile
from tdscreen.patientapp.consent import VERSION
from tdscreen.patientapp.page import said_to_the_browser
from tdscreen.patientapp.safety import Number, NumberKind
from tdscreen.patientapp.tasks import Length, examination_tasks
from tdscreen.patientapp.words import OWN, languages, text

BROWSER = Path(tdscreen.patientapp.__file__).parent / "browser"
BUDGET_BYTES = 300_000
"""Of our own part, before recording starts: 6 s at the 0.4 Mbit/s of a slow 3G connection."""


def test_what_a_clinic_says_of_itself_reaches_its_patients() -> None:
    own = {"CH": {NumberKind.CRISIS: Number("143", "our clinic", "2026-11-27")}}
    told = around(ClinicFile(phone="0555", country="CH", looked_at_by="Ms. R", answer_days=7, numbers=own))
    assert told["clinic"] == {
        "phone": "0555", "country": "CH", "lookedAtBy": "Ms. R", "answerDays": 7, "reviewedBy": "",
    }  # fmt: skip
    assert told["numbers"]["CH"] == {
        "crisis": {"number": "143", "source": "our clinic", "date": "2026-11-27"}
    }
    assert told["numbers"]["US"]["crisis"]["number"] == "988"


def test_a_clinic_that_has_said_nothing_is_given_no_name_and_no_reviewer() -> None:
    assert set(around(ClinicFile())["clinic"].values()) == {"", None}


def test_the_browser_has_a_drawing_for_each_task_and_the_version_of_the_consent() -> None:
    assert {task.drawing for length in Length for task in examination_tasks(length)} <= set(drawings())
    assert said_to_the_browser()["consent"]["version"] == VERSION


def test_who_records_on_an_own_computer_reads_of_no_clinic_that_looks_or_deletes() -> None:
    said = said_to_the_browser(own=True)["languages"]
    for language in languages():
        entries = said[language]["entries"]
        assert entries["key.person"] == text(language, "own.key.person")
        assert not any(key.startswith(OWN) for key in entries)
        assert said_to_the_browser()["languages"][language]["entries"]["key.person"] == text(
            language, "key.person"
        )


def test_all_that_is_ours_fits_a_slow_line_before_recording_starts() -> None:
    told = json.dumps(said_to_the_browser(), ensure_ascii=False).encode()
    files = [path.read_bytes() for path in BROWSER.iterdir()]
    assert len(files) > 8
    assert len(told) + sum(len(file) for file in files) < BUDGET_BYTES
