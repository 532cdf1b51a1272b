"""Folders of made-up clips, which a made-up worker measures in a moment."""

from __future__ import annotations

import functools
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tdscreen.assessment.json_form import plain
from tdscreen.batch import work
from tdscreen.batch.work import How
from tdscreen.vocabulary import Region, Verdict

sys.path.insert(0, str(Path(__file__).parent))

MakeClip = Callable[..., Path]


@pytest.fixture
def clips(tmp_path: Path) -> Path:
    """Give an empty folder for clips."""
    folder = tmp_path / "clips"
    folder.mkdir()
    return folder


@pytest.fixture
def make_clip(clips: Path) -> MakeClip:
    """Give what makes a clip of lips that move by so much, or a clip that does something to its worker."""

    def make(name: str, *, lips_mm: float = 2.0, dark: bool = False, **orders: Any) -> Path:
        from measured_clips import clip, moving, quiet_face

        path = clips / name
        path.parent.mkdir(parents=True, exist_ok=True)
        measured = clip(
            *quiet_face(tongue=True)[:1],
            moving(Region.LIPS, amplitude_mm=lips_mm, percent=60.0),
            file="as it was called elsewhere.mp4",
            verdict=Verdict.UNUSABLE if dark else Verdict.GOOD,
        )
        path.write_text(json.dumps({"measurement": plain(measured), **orders}))
        return path

    return make


@pytest.fixture
def how(monkeypatch: pytest.MonkeyPatch) -> How:
    """Have clips measured by the made-up worker, by the command, too."""
    made_up = functools.partial(How, target="batch_work:measure")
    monkeypatch.setattr(work, "How", made_up)
    return made_up()
