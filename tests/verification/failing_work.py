"""Work on clips that fails, to be found by its name in processes of its own."""

from __future__ import annotations

import os
from pathlib import Path

from tdscreen.verification.grid import GridClip, grid

CLIPS = grid("small")


def fail_on_the_second(clip: GridClip, folder: Path) -> str:
    if clip.name == CLIPS[1].name:
        raise ValueError("no such jaw")
    return clip.name


def die_once(clip: GridClip, folder: Path) -> str:
    died = folder / "died"
    if clip.name == CLIPS[0].name and not died.exists():
        died.touch()
        os._exit(9)
    return clip.name


def always_die(clip: GridClip, folder: Path) -> str:
    os._exit(9)
