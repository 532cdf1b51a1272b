"""What a batch is to do, decided before any work: which clips, of which task, in which examination."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from tdscreen.vocabulary import Task


@dataclass(frozen=True, slots=True)
class PlannedClip:
    """One clip of a batch.

    Attributes
    ----------
    name : str
        Where it lies below the source, parts joined by ``/``; no other clip of the plan has it.
    path : str
        Where the file is.
    size_bytes : int
    modified_ns : int
        When the file was last written; with name and size it tells that a file is still the one that was read.
    task : Task
    examination : str
        Name of the sitting. A clip of whose sitting nothing is known is an examination of its own, by its name.
    person, session, date : str or None
        As the source calls them.
    mirrored : bool
        The recording is a mirror image.
    hands : bool
        The hands are followed, and not left out on request.
    """

    name: str
    path: str
    size_bytes: int
    modified_ns: int
    task: Task
    examination: str
    person: str | None = None
    session: str | None = None
    date: str | None = None
    mirrored: bool = False
    hands: bool = True

    @property
    def file(self) -> str:
        """Name of the file without its folder, as it stands in an assessment."""
        return self.name.rsplit("/", 1)[-1]


@dataclass(frozen=True)
class Plan:
    """All clips of a batch.

    Attributes
    ----------
    source : str
        The folder or table that was named.
    clips : tuple of PlannedClip
        Ordered by their names.
    remarks : tuple of str
        What was left out or not used, as sentences.
    """

    source: str
    clips: tuple[PlannedClip, ...]
    remarks: tuple[str, ...] = ()

    def examinations(self) -> dict[str, tuple[PlannedClip, ...]]:
        """Return the clips of each examination, both in the order of their names."""
        gathered: dict[str, list[PlannedClip]] = {}
        for clip in self.clips:
            gathered.setdefault(clip.examination, []).append(clip)
        return {name: tuple(gathered[name]) for name in sorted(gathered)}


BIDS_ENTITY = re.compile(r"([a-z]+)-([A-Za-z0-9]+)")
_TASK_OF_LABEL = {task.replace("_", ""): task for task in Task}


def plain_label(label: str) -> str:
    """Write a task's label as BIDS does, in small letters and digits: ``Mouth_Open`` as ``mouthopen``."""
    return "".join(character for character in label.casefold() if character.isalnum())


def task_of(label: str, labels: Mapping[str, Task]) -> Task | None:
    """Find the task that a label means.

    Parameters
    ----------
    label : str
        As a file name or a table has it: ``mouthopen``, ``mouth_open``, ``Mouth open``.
    labels : mapping of str to Task
        What the study's own labels mean, by their plain form.

    Returns
    -------
    Task or None
        None if nobody said what it means.
    """
    plain = plain_label(label)
    return labels.get(plain) or _TASK_OF_LABEL.get(plain)


def bids_entities(file: str) -> dict[str, str]:
    """Read the entities in a name in the form of the Brain Imaging Data Structure (BIDS 1.10).

    Parameters
    ----------
    file : str
        Without its folder, as ``sub-01_ses-02_task-rest_run-1_video.mp4``.

    Returns
    -------
    dict of str to str
        As ``{"sub": "01", "ses": "02", "task": "rest", "run": "1"}``; empty if the name does not begin with ``sub-``.
    """
    found: dict[str, str] = {}
    for place, part in enumerate(file.split(".")[0].split("_")):
        entity = BIDS_ENTITY.fullmatch(part)
        if entity is not None:
            found.setdefault(entity[1], entity[2])
        if place == 0 and "sub" not in found:
            return {}
    return found
