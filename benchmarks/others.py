"""Hold tdscreen against a bare loop and, where it is installed, OpenWillis: the same table for each.

    python benchmarks/others.py                                     # the bare loop and ours
    python benchmarks/others.py --openwillis /path/to/bin/python    # and openwillis-face 1.1.2

OpenWillis wants Python 3.10 and 8 GB of its own, so that it is called through the interpreter of another environment
(``python3.10 -m venv ow && ow/bin/pip install openwillis-face==1.1.2``); without one it is left out, and the table says
so. Each runs alone in a fresh process, one after the other, on one clip of a face and a hand of 1080p for time and
memory (of its largest process), and on lips that move at 1.5 Hz for the rate: as filmed, and with every second picture
of the later half left out, which players show at the same times. The bare loop and OpenWillis take a picture's number
over the rate in the header for its time, as scripts do; the rate is then the highest point of the spectrum of the gap
between the lips.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from pipeline import SAMPLES, face_and_hand

from tdscreen.phantom.clip import write_clip
from tdscreen.video.reader import open_video

TRUE_HZ = 1.5
OPENWILLIS = "openwillis-face"

SHARED = '''
import json, re, resource, sys, time
from importlib import metadata


def megabytes_of(name, seen=None):
    """Give the size on the disk of a distribution and of all that it requires."""
    seen = set() if seen is None else seen
    key = re.sub("[-_.]+", "-", name).lower()
    if key in seen:
        return 0.0
    seen.add(key)
    try:
        found = metadata.distribution(name)
    except metadata.PackageNotFoundError:
        return 0.0
    size = sum(f.locate().stat().st_size for f in found.files or () if f.locate().is_file()) / 1e6
    for requirement in found.requires or ():
        if "extra ==" not in requirement:
            size += megabytes_of(re.match("[A-Za-z0-9._-]+", requirement).group(), seen)
    return size


def highest_hz(gap, fps):
    """Give the place of the highest point of a spectrum from 0.5 to 7 Hz."""
    import numpy as np
    gap = np.asarray(gap, float)
    gap = gap[np.isfinite(gap)]
    power = np.abs(np.fft.rfft((gap - gap.mean()) * np.hanning(len(gap)), 32 * len(gap)))
    hz = np.fft.rfftfreq(32 * len(gap), 1 / fps)
    return float(hz[np.argmax(np.where((hz >= 0.5) & (hz <= 7), power, 0))])


def header_fps(path):
    import cv2
    return cv2.VideoCapture(path).get(cv2.CAP_PROP_FPS)


def run(distribution, imports, gone_through, rate_of):
    start = time.perf_counter()
    imports()
    ready = time.perf_counter()
    pictures = gone_through(sys.argv[1])
    done = time.perf_counter()
    peak = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    rates = [rate_of(path) for path in sys.argv[2:]]
    print(json.dumps({
        "ready_s": ready - start, "pictures_per_s": pictures / (done - ready), "peak_mb": peak * 1024 / 1e6,
        "installed_mb": megabytes_of(distribution), "rates_hz": rates,
    }))
'''

BARE = """
def imports():
    global cv2, FaceMesh, Hands
    import cv2
    from mediapipe.python.solutions.face_mesh import FaceMesh
    from mediapipe.python.solutions.hands import Hands


def gaps(path, with_hands):
    film, found = cv2.VideoCapture(path), []
    with FaceMesh(refine_landmarks=True) as mesh, Hands(max_num_hands=2) as palms:
        while True:
            there, bgr = film.read()
            if not there:
                return found
            rgb = cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB)
            face = mesh.process(rgb).multi_face_landmarks
            if with_hands:
                palms.process(rgb)
            found.append(face[0].landmark[14].y - face[0].landmark[13].y if face else float("nan"))


run("mediapipe", imports, lambda path: len(gaps(path, True)),
    lambda path: highest_hz(gaps(path, False), header_fps(path)))
"""

OURS = """
def imports():
    global api
    from tdscreen import api
    from tdscreen.scoring.model import load_model
    load_model()


def tracked(path):
    # The worker's start is in it, as it is whenever a clip is scored.
    return len(api.track(path, cache=False).times_s)


def rate(path):
    return api.measure(api.track(path, cache=False), task=api.as_task("rest")).regions["lips"].peak_frequency_hz


run("tdscreen", imports, tracked, rate)
"""

THEIRS = """
def imports():
    global facial_expressivity
    from openwillis.face import facial_expressivity


def places(path):
    # Left to itself it follows ten pictures of a second and leaves the others out.
    return facial_expressivity(filepath=path, frames_per_second=1000)[0]


def rate(path):
    table = places(path)
    column = {int(re.sub("[^0-9]", "", name)): name for name in table if re.fullmatch("lmk0*[0-9]+_y", name)}
    first = min(column)  # it counts from 1
    return highest_hz(table[column[first + 14]] - table[column[first + 13]], header_fps(path))


run("openwillis-face", imports, lambda path: len(places(path)), rate)
"""


def lips(path: Path, *, falls: bool) -> None:
    """Write the sample of moving lips, with every second picture of its later half left out or not."""
    with open_video(SAMPLES / "lips_1.5hz.mp4") as clip:
        frames = [(frame.rgb, frame.time_s) for frame in clip]
    kept = [one for i, one in enumerate(frames) if not falls or i < len(frames) // 2 or i % 2 == 0]
    write_clip(path, (rgb for rgb, _ in kept), np.array([time_s for _, time_s in kept]))


def films(folder: Path, pictures: int) -> list[Path]:
    """Write the three clips, in a process of its own.

    What this process has held at most is, to Linux, the least that a program held which it starts.
    """
    clips = [folder / name for name in ("both.mp4", "constant.mp4", "falls.mp4")]
    maker = multiprocessing.get_context("spawn").Process(target=write_films, args=(*clips, pictures))
    maker.start()
    maker.join()
    if maker.exitcode:
        raise SystemExit("The clips could not be written; the reason stands above.")
    return clips


def write_films(both: Path, constant: Path, falls: Path, pictures: int) -> None:
    """Write a face with a hand, and the lips at a constant and at a falling rate."""
    face_and_hand(both, pictures)
    lips(constant, falls=False)
    lips(falls, falls=True)


def measured(python: str, program: str, clips: list[Path]) -> dict[str, object]:
    """Run a contender alone."""
    ran = subprocess.run(
        [python, "-c", SHARED + program, *map(str, clips)], capture_output=True, text=True, check=True
    )
    found: dict[str, object] = json.loads(ran.stdout.splitlines()[-1])
    return found


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--openwillis", metavar="PYTHON", help=f"Interpreter of an environment with {OPENWILLIS}."
    )
    parser.add_argument("--pictures", type=int, default=150)
    arguments = parser.parse_args()
    contenders = {"bare loop": (sys.executable, BARE), "tdscreen": (sys.executable, OURS)}
    if arguments.openwillis:
        contenders["OpenWillis"] = (arguments.openwillis, THEIRS)
    with tempfile.TemporaryDirectory() as folder:
        clips = films(Path(folder), arguments.pictures)
        print(
            "| | pictures a second | ready in | peak memory | installed | error at a constant rate | when it falls |"
        )
        print("|---|---|---|---|---|---|---|")
        for name, (python, program) in contenders.items():
            one = measured(python, program, clips)
            errors = " | ".join(f"{abs(hz - TRUE_HZ):.3f} Hz" for hz in one["rates_hz"])  # type: ignore[attr-defined]
            print(
                f"| {name} | {one['pictures_per_s']:.1f} | {one['ready_s']:.1f} s | {one['peak_mb']:.0f} MB "
                f"| {one['installed_mb']:.0f} MB | {errors} |",
                flush=True,
            )
    if not arguments.openwillis:
        print(
            f"OpenWillis was left out: name the Python of an environment with {OPENWILLIS} by --openwillis."
        )


if __name__ == "__main__":
    main()
