"""The guided examination is the AIMS's, as far as a phone before a chair can see it."""

from __future__ import annotations

import pytest

from tdscreen.patientapp.tasks import Length, examination_tasks, whole_s
from tdscreen.vocabulary import Task


def test_the_whole_examination_asks_for_each_task_and_begins_and_ends_at_rest() -> None:
    tasks = examination_tasks()
    assert {task.task for task in tasks} == set(Task) - {Task.UNSTRUCTURED}
    assert tasks[0].task is tasks[-1].task is Task.REST
    assert whole_s(Length.FULL) == 180


def test_the_short_one_has_three_tasks_and_75_seconds() -> None:
    assert len(examination_tasks(Length.SHORT)) == 3
    assert whole_s(Length.SHORT) == 75


@pytest.mark.parametrize("length", Length)
def test_no_two_tasks_of_an_examination_are_called_the_same(length: Length) -> None:
    slugs = [task.slug for task in examination_tasks(length)]
    assert len(set(slugs)) == len(slugs)


@pytest.mark.parametrize("length", Length)
def test_cues_come_in_order_and_leave_time_to_follow_them(length: Length) -> None:
    for task in examination_tasks(length):
        times = [cue.at_s for cue in task.cues]
        assert times[0] == 0
        assert times == sorted(times)
        assert times[-1] <= task.seconds - 1
        assert sum(not cue.text.endswith((".close", ".in")) for cue in task.cues) == task.repeats


def test_what_is_done_with_the_hands_needs_them_in_view() -> None:
    for task in examination_tasks():
        if task.task in (
            Task.FINGER_TAPPING_LEFT,
            Task.FINGER_TAPPING_RIGHT,
            Task.ARMS_OUT,
            Task.HANDS_HANGING,
        ):
            assert task.hands_in_view
        if task.task in (Task.MOUTH_OPEN, Task.TONGUE_OUT, Task.REST):
            assert task.mouth_free
