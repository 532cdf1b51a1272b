"""Time what happens before the first picture: `tdscreen --help`, and until a clip could be scored.

Run it as ``python benchmarks/start_up.py [--rounds 5]``. Each row is a fresh interpreter, all in turns; the least of
the rounds is given, since whatever else runs on the machine only adds. Ready to score are the modules that the caller
and its worker import, one after the other, with the models read, against a bare ``import mediapipe``.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import time
from collections import defaultdict

PROGRAMS = {
    "bare interpreter": "pass",
    "tdscreen --help": "import sys; sys.argv = ['tdscreen', '--help']; from tdscreen.cli import main; main()",
    "import mediapipe": "import mediapipe",
    "ready to score: caller": (
        "from tdscreen import api; from tdscreen.keeping.fingerprint import tracking_key; tracking_key()\n"
        "from tdscreen.scoring.model import load_model; load_model()"
    ),
    "ready to score: worker": (
        "from tdscreen.tracking import jobs\n"
        "from tdscreen.tracking.detector import LandmarkDetector\n"
        "from tdscreen.tracking.mouth import MouthReader\n"
        "MouthReader()\n"
        "with LandmarkDetector(): pass"
    ),
}


def spent(program: str) -> tuple[float, float]:
    """Run a program; return its wall clock and processor time in seconds."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", program], check=True, capture_output=True)
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    rounds: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for _ in range(arguments.rounds):
        for name, program in PROGRAMS.items():
            rounds[name].append(spent(program))
    _, bare = (min(one) for one in zip(*rounds["import mediapipe"], strict=True))
    print(f"{'':24} {'wall':>8} {'processor':>10} {'of mediapipe':>13}")
    for name, times in rounds.items():
        wall, processor = (min(one) for one in zip(*times, strict=True))
        print(f"{name:24} {wall:6.2f} s {processor:8.2f} s {processor / bare:12.2f}x")


if __name__ == "__main__":
    main()
