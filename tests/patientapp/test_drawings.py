"""The drawings are small, have no script, stand still when asked, and are there for each task."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from tdscreen.patientapp.drawings import drawing, names
from tdscreen.patientapp.tasks import Length, examination_tasks


@pytest.mark.parametrize("length", Length)
def test_each_task_has_a_drawing(length: Length) -> None:
    assert {task.drawing for task in examination_tasks(length)} <= set(names())


def test_all_together_they_take_less_than_40_kilobytes() -> None:
    assert sum(len(drawing(name, name).encode()) for name in names()) < 40_000


@pytest.mark.parametrize("name", names())
def test_a_drawing_is_a_picture_with_a_title_and_without_a_script(name: str) -> None:
    root = ET.fromstring(drawing(name, "A face & more <b>"))
    tags = {element.tag.rpartition("}")[2] for element in root.iter()}
    assert tags <= {"svg", "title", "style", "g", "path", "circle", "rect"}
    assert root[0].text == "A face & more <b>"
    assert not [
        key for element in root.iter() for key in element.attrib if key.startswith("on") or "href" in key
    ]


@pytest.mark.parametrize("name", names())
def test_a_drawing_moves_unless_less_motion_was_asked_for(name: str) -> None:
    moving = drawing(name, "")
    assert "@keyframes" in moving
    assert "prefers-reduced-motion:reduce){*{animation:none!important}" in moving


@pytest.mark.parametrize("name", names())
def test_a_drawing_uses_only_black_white_and_greys_that_are_told_apart(name: str) -> None:
    style = drawing(name, "")
    colours = {part[:3] for part in style.split("#")[1:]} if "#" in style else set()
    assert colours <= {"111", "fff", "767", "d9d"}
