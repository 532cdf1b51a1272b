"""The page in each of its states, run as Streamlit runs it."""

from __future__ import annotations

import dataclasses
import io
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from tdscreen.assessment.assessment import NOTICE
from tdscreen.vocabulary import Region, Task
from tdscreen.webapp.about import for_reading
from tdscreen.webapp.desk import Desk
from tdscreen.webapp.intake import FILMING_ADVICE
from tdscreen.webapp.launch import APP_PATH
from tdscreen.webapp.moments import describe_followed, nearest_step
from tdscreen.webapp.page import LOST
from tdscreen.webapp.panels import triage_panel
from tdscreen.webapp.run import Run
from tdscreen.webapp.scorer import MODEL_VARIABLE

LONG_S = 240.0


@pytest.fixture
def desk() -> Iterator[Desk]:
    made = Desk()
    yield made
    made.close()


def open_page(desk: Desk) -> AppTest:
    page = AppTest.from_file(str(APP_PATH), default_timeout=30)
    page.session_state["desk"] = desk
    return page.run()


def drop(desk: Desk, clip: Path, *, name: str, task: Task | None = None) -> None:
    data = clip.read_bytes()
    desk.drop(name, io.BytesIO(data), size_bytes=len(data)).task = task


def html_of(page: AppTest) -> str:
    return "".join(element.proto.body for element in page.get("html"))


def finish(desk: Desk) -> None:
    desk.start()
    assert desk.run is not None
    assert desk.run.wait(LONG_S)


def test_an_empty_page_asks_for_clips_and_shows_the_notice() -> None:
    page = AppTest.from_file(str(APP_PATH), default_timeout=30).run()
    assert not page.exception
    assert [heading.value for heading in page.title] == ["tdscreen"]
    assert [heading.value for heading in page.header] == ["1. Clips"]
    assert NOTICE.replace("'", "&#x27;") in html_of(page)
    assert [button.key for button in page.button] == ["about"]


def test_the_model_s_card_is_one_click_away_and_leads_back(desk: Desk, finished_run: Run) -> None:
    desk.run = finished_run
    page = open_page(desk)
    page.button(key="about").click().run()
    assert not page.exception
    told = " ".join(element.value for element in page.markdown)
    for words in (
        "Meant for", "not fitted on patients", "who not", "Gattaz and Buechel", "medical device", "Limits",
        "docs/measurement-card", "AUC of the severity rule",
    ):  # fmt: skip
        assert words in told
    assert "](" not in told, "a link in a card leads nowhere on the page"
    shown = html_of(page)
    assert "Item error of moving parts by skin tone" in shown
    assert "figures with a target" in shown
    assert NOTICE.replace("'", "&#x27;") in shown
    page.button(key="close_about").click().run()
    assert "Result" in [heading.value for heading in page.header]


def test_what_was_chosen_is_still_chosen_after_the_card_was_read(desk: Desk, finished_run: Run) -> None:
    desk.run = finished_run
    page = open_page(desk)
    page.number_input(key="prevalence").set_value(5.0).run()
    page.button(key="about").click().run()
    page.button(key="close_about").click().run()
    assert page.number_input(key="prevalence").value == 5.0


def test_a_card_is_shown_without_links_and_fetches_nothing() -> None:
    card = "# A\n[how](../docs/x.md) ![me](http://far/a.png) ![b][c]\n\n[c]: http://far/b.png\n## B"
    shown = for_reading(card)
    assert shown.startswith("## A\nhow: docs/x.md me: http://far/a.png")
    assert "](" not in shown
    assert "http://far/b.png" not in shown
    assert shown.endswith("### B")


@pytest.mark.slow
def test_a_model_of_one_s_own_gives_sets_of_scores_and_its_own_notice_and_card(
    desk: Desk, sample: Path, calibrated_model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(MODEL_VARIABLE, str(calibrated_model))
    drop(desk, sample, name="lips.mp4", task=Task.REST)
    finish(desk)
    page = open_page(desk)
    assert not page.exception
    shown = html_of(page)
    assert "As calibrated at this place, with 90%: " in shown
    assert "calibrated on 24 people, 2026-11-26" in shown
    assert "calibrated on 24 people of one place; of other people and places nothing is known" in shown
    assert "not calibrated on them" not in shown
    assert not page.number_input, "what a flag of this model means, nobody has counted"
    page.button(key="about").click().run()
    assert "Calibration of aims_items on 24 people" in " ".join(element.value for element in page.markdown)


def test_without_a_calibration_no_set_is_shown(desk: Desk, finished_run: Run) -> None:
    desk.run = finished_run
    assert "calibrated at this place" not in html_of(open_page(desk))


def test_a_model_that_is_not_there_is_said_and_nothing_is_scored_with_another(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(MODEL_VARIABLE, str(tmp_path / "none.onnx"))
    page = AppTest.from_file(str(APP_PATH), default_timeout=30).run()
    assert "There is no model" in page.error[0].value
    assert not page.header


def test_measuring_begins_only_when_each_clip_s_task_is_named(desk: Desk, short_clip: Path) -> None:
    drop(desk, short_clip, name="a.mp4", task=Task.REST)
    drop(desk, short_clip, name="b.mp4")
    page = open_page(desk)
    assert page.button(key="start").disabled
    assert "Name the task" in page.info[0].value
    page.selectbox(key=f"task-{desk.clips[1].number}").select(Task.SPEECH).run()
    assert not page.button(key="start").disabled
    assert desk.clips[1].task is Task.SPEECH


def test_what_was_said_of_a_clip_is_still_there_after_coming_back(desk: Desk, short_clip: Path) -> None:
    drop(desk, short_clip, name="a.mp4")
    page = open_page(desk)
    page.selectbox(key=f"task-{desk.clips[0].number}").select(Task.MOUTH_OPEN).run()
    page.checkbox(key=f"mirrored-{desk.clips[0].number}").check().run()
    again = open_page(desk)
    assert again.selectbox(key=f"task-{desk.clips[0].number}").value is Task.MOUTH_OPEN
    assert again.checkbox(key=f"mirrored-{desk.clips[0].number}").value is True


def test_several_clips_may_be_one_examination_or_one_each(desk: Desk, short_clip: Path) -> None:
    drop(desk, short_clip, name="a.mp4", task=Task.REST)
    assert not open_page(desk).radio
    drop(desk, short_clip, name="b.mp4", task=Task.REST)
    page = open_page(desk)
    assert desk.together
    page.radio(key="grouping").set_value("apart").run()
    assert not desk.together


def test_a_removed_clip_is_gone_from_page_and_disk(desk: Desk, short_clip: Path) -> None:
    drop(desk, short_clip, name="a.mp4")
    clip = desk.clips[0]
    page = open_page(desk)
    page.button(key=f"remove-{clip.number}").click().run()
    assert not clip.path.exists()
    assert [heading.value for heading in page.header] == ["1. Clips"]


def test_a_long_clip_shows_its_progress_and_can_be_cancelled_without_losing_it(
    desk: Desk, sample: Path
) -> None:
    drop(desk, sample, name="long.mp4", task=Task.REST)
    page = open_page(desk)
    page.button(key="start").click().run()
    assert [heading.value for heading in page.header] == ["Measuring"]
    assert any("long.mp4" in element.value for element in page.text)
    run = desk.run
    page.button(key="cancel").click().run()
    assert [heading.value for heading in page.header] == ["1. Clips", "2. What each clip shows"]
    assert run is not None
    assert run.wait(5.0)
    assert desk.clips[0].path.exists()


def test_the_result_is_read_in_order_triage_items_quality_movement_download(
    desk: Desk, finished_run: Run
) -> None:
    desk.run = finished_run
    page = open_page(desk)
    assert not page.exception
    assert [heading.value for heading in page.header] == [
        "Result", "Items", "Quality of the clips", "Movement over time", "Download",
    ]  # fmt: skip
    assessment = desk.run.examinations[0].assessment
    shown = html_of(page)
    assert triage_panel(assessment) in shown
    assert shown.index("td-triage") < shown.index("Not seen") < shown.index("td-items")
    # A clip of less than 10 s is never sorted, let alone low.
    assert "Not sorted" in shown
    assert "data:image/jpeg;base64," in shown


def test_the_advice_on_filming_says_how_a_tongue_behind_closed_lips_can_be_seen(finished_run: Run) -> None:
    tongue = finished_run.examinations[0].clips[0].measurement.regions[Region.TONGUE]
    assert not tongue.assessed
    assert "mouth open" in FILMING_ADVICE


def test_another_region_brings_its_own_curves(desk: Desk, finished_run: Run) -> None:
    desk.run = finished_run
    page = open_page(desk)
    token = finished_run.requests[0].path.name
    page.radio(key=f"region-{token}").set_value(Region.JAW).run()
    assert not page.exception
    drawn = page.get("plotly_chart")[0].proto.spec
    assert "side shift" in drawn
    assert "protrusion" not in drawn


def test_a_file_that_is_no_video_shows_its_sentence_and_the_other_clip_its_result(
    desk: Desk, short_clip: Path, tmp_path: Path
) -> None:
    letter = tmp_path / "letter"
    letter.write_text("This is a letter.\n" * 50)
    drop(desk, letter, name="le*tt*er.mp4", task=Task.REST)
    drop(desk, short_clip, name="rest.mp4", task=Task.REST)
    finish(desk)
    page = open_page(desk)
    assert desk.run is not None
    sentence = desk.run.statuses[0].problem
    assert f"Not used: le*tt*er.mp4\n{sentence}" in [element.value for element in page.text]
    assert "Result" in [heading.value for heading in page.header]


def test_when_no_clip_can_be_used_the_page_says_so_and_offers_the_way_back(
    desk: Desk, tmp_path: Path
) -> None:
    letter = tmp_path / "letter"
    letter.write_text("This is a letter.\n" * 50)
    drop(desk, letter, name="letter.mp4", task=Task.REST)
    finish(desk)
    page = open_page(desk)
    assert not page.header
    assert "says nothing about the person" in page.markdown[0].value
    page.button(key="back").click().run()
    assert [heading.value for heading in page.header] == ["1. Clips", "2. What each clip shows"]


def test_a_page_whose_desk_was_cleared_begins_anew(desk: Desk, short_clip: Path) -> None:
    drop(desk, short_clip, name="a.mp4", task=Task.REST)
    desk.close()
    page = open_page(desk)
    assert [heading.value for heading in page.header] == ["1. Clips"]
    assert page.session_state["desk"] is not desk


def test_a_page_that_lost_its_clips_says_so(desk: Desk, short_clip: Path) -> None:
    drop(desk, short_clip, name="a.mp4")
    held = open_page(desk)
    assert not any(info.value == LOST for info in held.info)
    again = AppTest.from_file(str(APP_PATH), default_timeout=30)
    again.query_params.update(held.query_params)
    assert [info.value for info in again.run().info] == [LOST]
    assert not AppTest.from_file(str(APP_PATH), default_timeout=30).run().info


def test_a_page_whose_clips_were_taken_off_has_lost_nothing(desk: Desk, short_clip: Path) -> None:
    drop(desk, short_clip, name="a.mp4")
    desk.uploads_taken = 1
    page = open_page(desk)
    page.button(key=f"remove-{desk.clips[0].number}").click().run()
    assert not page.info
    assert not page.query_params


def test_the_page_claims_neither_to_detect_nor_to_diagnose(desk: Desk, finished_run: Run) -> None:
    desk.run = finished_run
    page = open_page(desk)
    told = html_of(page) + " ".join(element.value for element in (*page.markdown, *page.caption, *page.text))
    assert not re.search(r"\b(detects?|diagnos\w+)\b", re.sub(r"base64,[^\"]+", "", told), re.IGNORECASE)


def test_a_click_on_the_last_picture_stays_within_the_slider() -> None:
    assert nearest_step(11.98, last_s=11.98) == 11.98
    assert nearest_step(3.01, last_s=11.98) == pytest.approx(3.0)


@pytest.mark.slow
def test_a_region_that_was_not_assessed_shows_its_curves_with_a_warning(desk: Desk, sample: Path) -> None:
    drop(desk, sample.with_name("dark.mp4"), name="dark.mp4", task=Task.REST)
    finish(desk)
    page = open_page(desk)
    shown = html_of(page)
    assert "Unusable" in shown
    assert ">Low<" not in shown
    assert "If the assumed millimetres" not in shown
    assert "Not assessed." in page.warning[0].value


def test_under_a_picture_stands_what_was_followed_in_it(finished_run: Run) -> None:
    tracks = finished_run.examinations[0].clips[0].tracks
    assert describe_followed(tracks, 10) == "The lines are what was followed: face."
    hands = np.ones_like(tracks.hands_valid)
    assert "face, left hand and right hand" in describe_followed(
        dataclasses.replace(tracks, hands_valid=hands), 10
    )
    nobody = np.zeros_like(tracks.face_valid)
    assert "Neither face nor hands" in describe_followed(dataclasses.replace(tracks, face_valid=nobody), 10)
