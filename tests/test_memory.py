"""Frames stream: beyond the tracks themselves, memory does not grow with the length of a clip."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from clips import write_clip
from recordings import SAMPLES, pictures_of

FPS = 10
SIDE_PX = 240
TRACKS_BYTES_A_FRAME = 8000
SLACK_BYTES = 24e6
"""What one run of the same clip takes more than another; the pictures of the minute and a half between them, if they
were kept, would take 155 MB."""

PROGRAM = """
import resource, sys
from tdscreen import api
tracks = api.track(sys.argv[1])
assert tracks.face_valid.mean() > 0.9
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024)
"""


def peak_bytes(folder: Path, seconds: int) -> int:
    """Give the most memory that the worker held while it tracked a clip of this length."""
    pictures, _ = pictures_of(SAMPLES / "rest.mp4", seconds=1.0, side=SIDE_PX)
    clip = write_clip(folder / f"{seconds}.mp4", (pictures[i % 30] for i in range(seconds * FPS)), fps=FPS)
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(clip)], capture_output=True, text=True, check=True
    )
    return int(run.stdout)


@pytest.mark.slow
def test_two_minutes_take_no_more_memory_than_thirty_seconds_but_for_their_tracks(tmp_path: Path) -> None:
    brief, long = peak_bytes(tmp_path, 30), peak_bytes(tmp_path, 120)
    assert brief > 50e6, "the worker was measured"
    assert long - brief <= 90 * FPS * TRACKS_BYTES_A_FRAME + SLACK_BYTES
