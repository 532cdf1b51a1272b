"""Time tdscreen's tracking against a bare loop on the same clip, in turns, and show where a picture's time goes.

The bare loop is `cv2.VideoCapture`, MediaPipe's FaceMesh with refined landmarks and its Hands, one after the other::

    python benchmarks/pipeline.py                    # a 1080p clip of a face and one hand, made from the samples
    python benchmarks/pipeline.py CLIP [--rounds 5]  # any other
    python benchmarks/pipeline.py --profile          # processor time of each stage, one after the other
    python benchmarks/pipeline.py --first            # 15 s of it from the shell to its scores, in a fresh process

Wall clock means something on a machine that does nothing else; processor time nearly so on any. Compare ratios.
"""

from __future__ import annotations

import argparse
import itertools
import os
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

# As in the worker in which clips are tracked; the bare loop uses no linear algebra.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import cv2
import numpy as np
from mediapipe.python.solutions.face_mesh import FaceMesh
from mediapipe.python.solutions.hands import Hands
from numpy.typing import NDArray

from tdscreen.displacement.log import DisplacementLog
from tdscreen.phantom.clip import write_clip
from tdscreen.settings import TRACKING
from tdscreen.tracking.background import BackgroundFollower
from tdscreen.tracking.detector import LandmarkDetector
from tdscreen.tracking.mesh import to_pixels
from tdscreen.tracking.mouth import MouthReader
from tdscreen.tracking.pipeline import Stage, overlap
from tdscreen.tracking.tracker import stages_of, track_video
from tdscreen.video.reader import VideoFrame, open_video

SAMPLES = Path(__file__).parent.parent / "sample_videos"
HEIGHT, WIDTH, FPS = 1080, 1920, 30
FIRST_S = 15
Points = NDArray[np.float32]


class Clock:
    """Wall clock and processor time from the first picture's end on: models and files are open by then."""

    def __init__(self) -> None:
        self.pictures = -1
        self._start = (0.0, 0.0)

    def tick(self) -> None:
        """Count a picture that is done."""
        self.pictures += 1
        if not self.pictures:
            self._start = (time.perf_counter(), time.process_time())
        self._now = (time.perf_counter(), time.process_time())

    @property
    def ms(self) -> tuple[float, float]:
        """Wall clock and processor time of a picture."""
        wall, processor = (1e3 * (now - start) for now, start in zip(self._now, self._start, strict=True))
        return wall / self.pictures, processor / self.pictures


def bare(path: Path, pictures: int) -> tuple[Clock, list[list[Points]], list[list[Points]]]:
    """Go through a clip as a script of ten lines does; give the faces and hands found, too."""
    clock, faces, hands = Clock(), [], []
    film = cv2.VideoCapture(str(path))
    with FaceMesh(refine_landmarks=True) as mesh, Hands(max_num_hands=2) as palms:
        while len(faces) < pictures:
            there, bgr = film.read()
            if not there:
                break
            rgb = cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB)
            face = mesh.process(rgb).multi_face_landmarks or []
            hand = palms.process(rgb).multi_hand_landmarks or []
            faces.append([to_pixels(one.landmark, rgb) for one in face])
            hands.append([to_pixels(one.landmark, rgb) for one in hand])
            clock.tick()
    film.release()
    return clock, faces, hands


def landmarks(path: Path, pictures: int) -> tuple[Clock, list[list[Points]], list[list[Points]]]:
    """Do the same with the pipeline: face and hands alone."""
    clock, faces, hands = Clock(), [], []
    threads = cv2.getNumThreads()
    cv2.setNumThreads(1)
    with open_video(path) as clip, LandmarkDetector() as detector:
        stages: tuple[Stage[VideoFrame], ...] = (
            Stage("faces", lambda frame: detector.faces(frame.rgb, frame.time_s)),
            Stage("hands", lambda frame, faces: detector.hands(frame.rgb, frame.time_s, faces), ("faces",)),
        )
        shown = itertools.islice(clip, pictures)
        with closing(overlap(shown, stages, ahead=TRACKING.pictures_ahead)) as steps:
            for _, found in steps:
                faces.append(found["faces"])
                hands.append([hand.points_px for hand in found["hands"]])
                clock.tick()
    cv2.setNumThreads(threads)
    return clock, faces, hands


def everything(path: Path) -> Clock:
    """Track a clip with all that is measured: displacement, mouth, background, light."""
    clock = Clock()
    track_video(path, report=lambda _: clock.tick())
    return clock


def apart_px(ours: list[list[Points]], theirs: list[list[Points]]) -> tuple[float, float]:
    """Median distance of landmarks, and the share of what they found that we found."""
    off, found, there = [], 0, 0
    for mine, others in zip(ours, theirs, strict=False):
        for other in others:
            there += 1
            near = [np.hypot(*(one - other)[:, :2].T) for one in mine]
            near = [one for one in near if np.median(one) < 0.2 * np.ptp(other[:, 0])]
            if near:
                found += 1
                off.append(min(near, key=np.median))
    return (float(np.median(np.concatenate(off))) if off else np.nan), found / max(there, 1)


def profile(path: Path, pictures: int) -> dict[str, float]:
    """Give the processor time of each stage, in ms a picture, when one follows the other."""
    spent: dict[str, float] = defaultdict(float)

    def timed(name: str, work: Callable[[], object]) -> object:
        start = time.process_time()
        result = work()
        spent[name] += 1e3 * (time.process_time() - start)
        return result

    cv2.setNumThreads(1)
    count = 0
    with open_video(path) as clip, LandmarkDetector() as detector:
        stages = stages_of(
            detector, room=BackgroundFollower(), displacement=DisplacementLog(), reader=MouthReader()
        )
        frames = iter(clip)
        while count < pictures and (frame := timed("reading", lambda: next(frames, None))) is not None:
            found: dict[str, object] = {}
            for stage in stages:
                needed = [found[name] for name in stage.needs]
                found[stage.name] = timed(stage.name, lambda: stage.work(frame, *needed))  # noqa: B023
            count += 1
    return {name: total / count for name, total in spent.items()}


def first_result_s(path: Path) -> float:
    """Score a clip as a stranger does, in a fresh process with nothing kept, and say how long it took."""
    start = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "tdscreen", "score", str(path), "--task", "rest"],
        check=True,
        capture_output=True,
        env={**os.environ, "TDSCREEN_CACHE": "off"},
    )
    return time.perf_counter() - start


def face_and_hand(path: Path, pictures: int) -> None:
    """Write a clip of 1920 x 1080 from the samples: a face, and a hand that taps beside it."""

    def again_and_again(name: str) -> Iterator[NDArray[np.uint8]]:
        while True:
            with open_video(SAMPLES / name) as clip:
                yield from (frame.rgb for frame in clip)

    def shown() -> Iterator[NDArray[np.uint8]]:
        rng = np.random.default_rng(0)
        noise = rng.normal(0, 2, (HEIGHT + 64, WIDTH + 64, 3)).astype(np.float32)
        both = zip(again_and_again("lips_1.5hz.mp4"), again_and_again("fingers_2hz.mp4"), strict=True)
        for face, hand in itertools.islice(both, pictures):
            canvas = np.full((HEIGHT, WIDTH, 3), 150, dtype=np.float32)
            for rgb, left in ((face, 0), (hand, WIDTH // 2)):
                scale = min(HEIGHT / rgb.shape[0], WIDTH / 2 / rgb.shape[1])
                part = cv2.resize(rgb, None, fx=scale, fy=scale, interpolation=cv2.INTER_LINEAR)
                canvas[: part.shape[0], left : left + part.shape[1]] = part
            y, x = rng.integers(64, size=2)
            canvas += noise[y : y + HEIGHT, x : x + WIDTH]
            yield np.clip(canvas, 0, 255).astype(np.uint8)

    write_clip(path, shown(), np.arange(pictures) / FPS, bit_rate=16_000_000)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("clip", type=Path, nargs="?")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--pictures", type=int, default=300)
    parser.add_argument("--profile", action="store_true")
    parser.add_argument("--first", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = arguments.clip
        if path is None:
            path = Path(folder) / "face_and_hand.mp4"
            face_and_hand(path, FIRST_S * FPS if arguments.first else arguments.pictures)
        if arguments.first:
            for _ in range(arguments.rounds):
                ours = first_result_s(path)
                clock, _, _ = bare(path, FIRST_S * FPS)
                loop = clock.ms[0] * clock.pictures / 1e3
                print(
                    f"from the shell to the scores {ours:.1f} s, {ours / loop:.2f} of a bare loop's {loop:.1f} s"
                )
            return
        if arguments.profile:
            parts = profile(path, arguments.pictures)
            for name, spent in parts.items():
                print(f"{name:12} {spent:7.2f} ms {spent / sum(parts.values()):6.1%}")
            return
        times: dict[str, list[tuple[float, float]]] = defaultdict(list)
        for _ in range(arguments.rounds):
            clock, their_faces, their_hands = bare(path, arguments.pictures)
            times["bare loop"].append(clock.ms)
            clock, our_faces, our_hands = landmarks(path, arguments.pictures)
            times["face and hands"].append(clock.ms)
            times["everything"].append(everything(path).ms)
    print(f"{'':16} {'wall ms':>9} {'cpu ms':>9} {'throughput':>11} {'cpu':>6}")
    loop = np.median(times["bare loop"], axis=0)
    for name, rounds in times.items():
        wall, processor = np.median(rounds, axis=0)
        print(f"{name:16} {wall:9.1f} {processor:9.1f} {loop[0] / wall:10.2f}x {processor / loop[1]:5.2f}x")
    for name, ours, theirs in (
        ("face", our_faces, their_faces),
        ("hands", our_hands, their_hands),
    ):
        off, share = apart_px(ours, theirs)
        print(f"{name}: median {off:.3f} px from the bare loop's; found in {share:.1%} of what it found")


if __name__ == "__main__":
    main()
