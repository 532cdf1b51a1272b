"""Show that memory does not grow with the length of a clip beyond its tracks: two lengths, the bytes between them.

Run from anywhere::

    python benchmarks/long_clip_memory.py                  # 2 and 6 minutes, and what follows for 30
    python benchmarks/long_clip_memory.py --minutes 2 30   # with an hour's patience, the full length itself

A small still portrait is filmed at 10 pictures a second, so that 30 minutes are 18,000 pictures; what a picture costs
tells what half an hour at 30 pictures a second would.
"""

from __future__ import annotations

import argparse
import itertools
import subprocess
import sys
import tempfile
from pathlib import Path

import cv2
import numpy as np

from tdscreen.phantom.clip import write_clip
from tdscreen.video.reader import open_video

SAMPLE = Path(__file__).parent.parent / "sample_videos" / "rest.mp4"
FPS, SIDE_PX = 10, 240
HALF_AN_HOUR = 30 * 60 * 30

PROGRAM = """
import resource, sys
from tdscreen import api
tracks = api.track(sys.argv[1], cache=False)
api.measure(tracks)
kept = sum(a.nbytes for a in vars(tracks).values() if hasattr(a, "nbytes"))
worker = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
caller = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
print(len(tracks.times_s), kept, worker, caller)
"""


def measure(minutes: float, folder: Path) -> tuple[int, int, int, int]:
    """Track a clip of so many minutes: pictures, bytes of tracks, peak of the worker and of the caller."""
    with open_video(SAMPLE) as sample:
        pictures = [cv2.resize(f.rgb, (SIDE_PX, SIDE_PX)) for f in itertools.islice(sample, 30)]
    n = round(minutes * 60 * FPS)
    clip = folder / f"{minutes:g}.mp4"
    write_clip(clip, (np.asarray(pictures[i % 30], dtype=np.uint8) for i in range(n)), np.arange(n) / FPS)
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(clip)], capture_output=True, text=True, check=True
    )
    frames, kept, worker, caller = (int(word) for word in run.stdout.split())
    return frames, kept, worker, caller


def main() -> None:
    """Measure both lengths and print what a picture costs."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--minutes", type=float, nargs=2, default=(2.0, 6.0))
    arguments = parser.parse_args()
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for minutes in arguments.minutes:
            frames, kept, worker, caller = measure(minutes, Path(folder))
            rows.append((frames, kept, worker, caller))
            print(
                f"{minutes:5g} min: {frames} pictures, tracks {kept / 1e6:.1f} MB ({kept / frames:.0f} bytes each), "
                f"peak of the worker {worker / 1e6:.0f} MB, of the caller {caller / 1e6:.0f} MB"
            )
    (few, _, *first), (many, kept, *second) = rows
    tracks_mb = HALF_AN_HOUR * kept / many / 1e6
    print(f"half an hour at 30 pictures a second, from these two: tracks {tracks_mb:.0f} MB")
    for name, at_few, at_many in zip(("worker", "caller"), first, second, strict=True):
        each = (at_many - at_few) / (many - few)
        peak_mb = (at_few + each * (HALF_AN_HOUR - few)) / 1e6
        print(f"  {name}: {each:.0f} bytes a picture, {peak_mb - tracks_mb:.0f} MB beside the tracks")


if __name__ == "__main__":
    main()
