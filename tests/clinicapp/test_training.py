"""Raters train on virtual patients whose truth is known, and none of it comes near a patient's data."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from clinic_pages import again, everything_on, open_page, press, settled, told
from clips import scene, write_clip
from tdscreen.clinicapp.practice_set import clips_in, folder_of
from tdscreen.clinicapp.service import Service, open_service
from tdscreen.clinicapp.tickets import Purpose
from tdscreen.records.clinic import Clinic, Desk
from tdscreen.records.practice import practice
from tdscreen.records.worklist import examination_states

NAMES = tuple(f"training-{n:08x}" for n in range(4))


def told_of(lips: int) -> dict[str, object]:
    """Say what is true of a clip in which the lips move."""

    def region(severity: int) -> dict[str, object]:
        return {
            "severity": severity,
            "half_range_mm": 2.5 if severity else 0.0,
            "frequency_hz": 1.2 if severity else None,
            "percent_time_moving": 57.0 if severity else 0.0,
        }

    still = {name: region(0) for name in ("upper_face", "jaw", "tongue", "left_hand", "right_hand")}
    return {"regions": {**still, "lips": region(lips)}}


@pytest.fixture
def training_folder(clinic: Clinic) -> Path:
    folder = folder_of(clinic.vault.folder)
    folder.mkdir()
    for lips, name in enumerate(NAMES):
        write_clip(folder / f"{name}.mp4", scene(12))
        (folder / f"{name}.truth.json").write_text(json.dumps(told_of(lips)))
    # What was not finished, or is none of ours, is no clip of the set.
    write_clip(folder / "training-0000000f.mp4", scene(2))
    write_clip(folder / "holiday.mp4", scene(2))
    return folder


def rate(name: str, times: int = 0, **scores: int) -> None:
    page = open_page("training", name)
    if times:
        page = press(page, "Rate it again")
    for number in range(1, 6):
        page.radio(key=f"score-{name}-{times}-{number}").set_value(scores.get(f"item_{number}", 0))
    press(page, "Keep my rating and show what was drawn")


@pytest.mark.usefixtures("service")
def test_where_there_are_no_clips_it_is_said_how_they_are_made() -> None:
    assert "tdscreen clinic training" in everything_on(open_page("training"))


@pytest.mark.usefixtures("service")
def test_what_was_drawn_is_shown_beside_the_rating_and_not_before(
    clinic: Clinic, desk: Desk, training_folder: Path
) -> None:
    assert clips_in(training_folder) == list(NAMES)
    name = NAMES[3]
    page = open_page("training", name)
    shown = everything_on(page)
    assert "2.5 mm" not in shown
    assert "As drawn" not in shown
    assert 'options: "not rated"' not in shown, "each item of a virtual patient can be seen"
    page = press(page, "Keep my rating and show what was drawn")
    assert "Score each item first" in told(page)
    assert practice(desk) == []

    rate(name, item_2=2)
    shown = everything_on(open_page("training", name))
    assert "As drawn" in shown
    assert "3 moderate" in shown
    assert "±2.5 mm, 1.2 Hz, 57% of the time" in shown
    page = open_page("training")
    assert "4 of 5 items as drawn" in everything_on(page)
    assert "Too few." in everything_on(page)
    page = settled(page.button(key="next").click().run())
    assert page.query_params == {"page": ["training"], "of": [NAMES[0]]}
    for place in range(3):
        rate(NAMES[place], item_2=place)
    rate(name, times=1, item_2=3)
    shown = everything_on(open_page("training"))
    assert "4 (4 patients)" in shown
    assert "-0.25" in shown
    assert "your last rating with your first" in shown
    assert [(one.clip, one.scores[2]) for one in practice(desk)][-1] == (name, 3)
    # It is nobody else's, and of no patient.
    assert practice(clinic.desk("r2")) == []
    assert examination_states(desk) == []
    assert ("r1", "rated", "training clip", name) in [
        (entry.who, entry.what, entry.kind, entry.on_id) for entry in clinic.audit_entries()
    ]
    assert "No two people" in everything_on(open_page("raters"))


def test_a_training_clip_is_played_to_whoever_rates_and_to_nobody_else(
    server: TestClient, service: Service, training_folder: Path
) -> None:
    def ticket(of: str, staff: str = "r1", purpose: Purpose = Purpose.TRAIN) -> str:
        return f"/clinic/training/{service.tickets.write(purpose, staff=staff, on=of, valid_s=60)}"

    whole = (training_folder / f"{NAMES[0]}.mp4").read_bytes()
    assert server.get(ticket(NAMES[0]), headers={"range": "bytes=4-9"}).content == whole[4:10]
    for of in ("holiday", "../store/store.db", "training-0000000f", ""):
        assert server.get(ticket(of)).status_code == 404
    assert server.get(ticket(NAMES[0], purpose=Purpose.PLAY)).status_code == 404
    assert server.get(ticket(NAMES[0], staff="r2")).status_code == 404
    open_service(Service(service.clinic, "k1", service.tickets))
    refused = server.get(ticket(NAMES[0], staff="k1"))
    assert refused.status_code == 404
    assert "is not for an administrator" in refused.json()["problem"]
    page = open_page("training", NAMES[0])
    assert "is not for an administrator" in told(page)


@pytest.mark.usefixtures("service", "training_folder")
@pytest.mark.parametrize("of", ["training-0000000f", "../store", "'; DROP TABLE patients; --"])
def test_what_is_no_training_clip_is_not_there(of: str) -> None:
    assert "There is no such training clip." in told(open_page("training", of))


@pytest.mark.usefixtures("service")
def test_a_truth_that_cannot_be_read_is_said(training_folder: Path) -> None:
    rate(NAMES[1], item_2=1)
    (training_folder / f"{NAMES[1]}.truth.json").write_text("{}")
    assert "cannot be read" in told(again(open_page("training", NAMES[1])))
