"""The guided examination: what a patient is asked to do, in which order and for how long.

It follows the AIMS's examination procedure (Guy 1976) as far as a phone that stands in front of a chair can see it:
nobody is asked to stand up, to walk, or to let a limb be moved. It begins and ends at rest, since movements change
while somebody waits.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from tdscreen.settings import GUIDED
from tdscreen.vocabulary import Task


@dataclass(frozen=True)
class Cue:
    """What is said while a task is being recorded.

    Attributes
    ----------
    at_s : float
        Seconds after the recording began.
    text : str
        Key of the words, said and shown (:func:`tdscreen.patientapp.words.text`).
    """

    at_s: float
    text: str


@dataclass(frozen=True)
class GuidedTask:
    """One thing that a patient is asked to do: one clip.

    Attributes
    ----------
    slug : str
        Its own within an examination, as ``rest_again``.
    task : Task
        What the clip is stored as.
    seconds : float
        For which it is recorded.
    repeats : int
        How often it is done within the clip.
    hands_in_view : bool
        Both hands must be seen.
    mouth_free : bool
        The mouth must be seen: false where the task itself may bring a hand before it.
    cues : tuple of Cue
        What is said while it is recorded, in the order of time; the first at 0 s.
    """

    slug: str
    task: Task
    seconds: float
    repeats: int
    hands_in_view: bool
    mouth_free: bool
    cues: tuple[Cue, ...]

    @property
    def title(self) -> str:
        """Key of its name."""
        return f"task.{self.slug}.title"

    @property
    def prompt(self) -> str:
        """Key of what is shown before it begins."""
        return f"task.{self.slug}.prompt"

    @property
    def spoken(self) -> str:
        """Key of what is said before it begins."""
        return f"task.{self.slug}.spoken"

    @property
    def drawing(self) -> str:
        """Name of its drawing (:func:`tdscreen.patientapp.drawings.drawing`)."""
        return str(self.task)

    @property
    def drawing_text(self) -> str:
        """Key of what stands for the drawing where it cannot be seen."""
        return f"drawing.{self.task}"


class Length(StrEnum):
    """Which examination it is."""

    FULL = "full"
    SHORT = "short"


def examination_tasks(length: Length = Length.FULL) -> tuple[GuidedTask, ...]:
    """Give the tasks of an examination, in their order.

    Parameters
    ----------
    length : Length
        The short one is for who is tired: rest, the tongue, and the fingers of one hand while face and other hand
        are watched.
    """
    if length is Length.SHORT:
        return (
            _rest("rest", GUIDED.rest_s),
            _twice("tongue_out", Task.TONGUE_OUT, GUIDED.short_tongue_s, "out", "in"),
            _tapping("tap_right", Task.FINGER_TAPPING_RIGHT, GUIDED.short_tapping_s),
        )
    return (
        _rest("rest", GUIDED.rest_s),
        _twice("mouth_open", Task.MOUTH_OPEN, GUIDED.mouth_s, "open", "close"),
        _twice("tongue_out", Task.TONGUE_OUT, GUIDED.tongue_s, "out", "in"),
        _tapping("tap_right", Task.FINGER_TAPPING_RIGHT, GUIDED.tapping_s),
        _tapping("tap_left", Task.FINGER_TAPPING_LEFT, GUIDED.tapping_s),
        GuidedTask(
            "hands_hanging", Task.HANDS_HANGING, GUIDED.hands_hanging_s, 1,
            hands_in_view=True, mouth_free=True, cues=(Cue(0.0, "cue.hang"),),
        ),
        GuidedTask(
            "arms_out", Task.ARMS_OUT, GUIDED.arms_out_s, 1,
            hands_in_view=True, mouth_free=False, cues=(Cue(0.0, "cue.arms"),),
        ),
        GuidedTask(
            "talk", Task.SPEECH, GUIDED.talk_s, 1,
            hands_in_view=False, mouth_free=True, cues=(Cue(0.0, "cue.talk"),),
        ),
        _rest("rest_again", GUIDED.rest_s),
    )  # fmt: skip


def whole_s(length: Length) -> float:
    """Give how long is recorded in all, in seconds."""
    return sum(task.seconds for task in examination_tasks(length))


def _rest(slug: str, seconds: float) -> GuidedTask:
    return GuidedTask(
        slug, Task.REST, seconds, 1, hands_in_view=True, mouth_free=True, cues=(Cue(0.0, "cue.still"),)
    )


def _tapping(slug: str, task: Task, seconds: float) -> GuidedTask:
    return GuidedTask(
        slug, task, seconds, 1, hands_in_view=True, mouth_free=False, cues=(Cue(0.0, "cue.tap"),)
    )


def _twice(slug: str, task: Task, seconds: float, begin: str, end: str) -> GuidedTask:
    """Make a task that is done for two fifths of the time, let go for a tenth, and done again."""
    times = ((0.0, begin), (0.4, end), (0.5, f"{begin}_again"), (0.9, end))
    cues = tuple(Cue(round(share * seconds, 3), f"cue.{name}") for share, name in times)
    return GuidedTask(slug, task, seconds, 2, hands_in_view=False, mouth_free=True, cues=cues)
