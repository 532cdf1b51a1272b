"""Hold displacement against movement that is known: landmarks alone beside both witnesses, with noise and time.

Run from anywhere; needs ``pip install tdscreen[make]``::

    python benchmarks/displacement.py                        # a warped portrait
    python benchmarks/displacement.py --people 2 5 8         # virtual people of these seeds (below 500), slower
    python benchmarks/displacement.py --still --people 2 5   # what stillness shows, as the settings quote it
    python benchmarks/displacement.py --people 302 --tone 10 --light 0.3    # skin of a tone of the Monk scale, dim

Every film goes through the sensor and the codec of a phone, people as the measurement card films them: upright, 416 by
720, at 40 cm. Sizes are divided by the truth by least squares within the band from 0.5 to 7 Hz.
"""

from __future__ import annotations

import argparse
import dataclasses
import itertools
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tdscreen.displacement.log import DisplacementLog
from tdscreen.geometry.face import head_frame
from tdscreen.motion.face_signals import face_signals
from tdscreen.motion.filtering import band_limit
from tdscreen.motion.fusion import face_parts, fuse, picture_signals
from tdscreen.motion.stillness import still_range
from tdscreen.phantom.clip import write_clip
from tdscreen.phantom.phone import Phone, Sensor
from tdscreen.tracking.detector import LandmarkDetector
from tdscreen.verification.grid import NEAR
from tdscreen.video.reader import open_video

FloatArray = NDArray[np.float64]
Picture = NDArray[np.uint8]

FPS, SECONDS, HZ = 30, 4.0, 1.5
WARPS = {
    "lips.side_shift": ((61, 13, 291), (1, 199), (1.0, 0.0), 2.0),
    "jaw.opening": ((17, 211, 199, 431), (0,), (0.0, 1.0), 2.0),
    "jaw.side_shift": ((17, 211, 199, 431), (0,), (1.0, 0.0), 2.0),
    "upper_face.brow_left_height": ((70, 105, 107, 336, 334, 300), (159, 386), (0.0, -1.0), 2.0),
}
"""Signal: points of the mesh that are pushed, points that are held, direction, half the range in mm."""
UNITS = {
    "jaw.opening": {"jawOpen": 0.1},
    "jaw.side_shift": {"jawLeft": 0.4},
    "lips.width": {"mouthPucker": 0.5},
    "lips.side_shift": {"mouthLeft": 0.4},
    "upper_face.brow_left_height": {"browDownLeft": 0.8, "browDownRight": 0.8},
}
TIMES_S = np.arange(round(FPS * SECONDS)) / FPS


@dataclass
class Filmed:
    """A face in a clip, as it was followed, with the time that took."""

    mesh: list[NDArray[np.float32]] = field(default_factory=list)
    log: DisplacementLog = field(default_factory=DisplacementLog)
    mesh_s: float = 0.0
    patches_s: float = 0.0

    def run(self, clip: Path) -> tuple[int, int]:
        """Follow a face through a clip; give the pictures' width and height."""
        with LandmarkDetector() as detector, open_video(clip) as frames:
            for frame in frames:
                start = time.perf_counter()
                (face, *_) = detector.faces(frame.rgb)
                middle = time.perf_counter()
                self.log.append(frame.rgb, [face], frame.time_s)
                self.mesh_s += middle - start
                self.patches_s += time.perf_counter() - middle
                self.mesh.append(face)
        return frame.rgb.shape[1], frame.rgb.shape[0]


def signals_of(
    pictures: Iterator[Picture], light: float
) -> tuple[dict[str, FloatArray], dict[str, FloatArray], FloatArray, Filmed]:
    """Film pictures; give each signal by the landmarks and by both witnesses, and the paths of still patches."""
    filmed = Filmed()
    first = next(pictures)
    phone = dataclasses.replace(NEAR, height=first.shape[0], width=first.shape[1], fps=FPS, light=light)
    with tempfile.TemporaryDirectory() as folder:
        clip = Path(folder) / "clip.mp4"
        shown = exposed(itertools.chain([first], pictures), phone)
        write_clip(clip, shown, TIMES_S, bit_rate=phone.bits_per_s)
        size = filmed.run(clip)
    mesh = np.stack(filmed.mesh)
    patches, errors, iris = filmed.log.of_face(mesh)
    usable = TIMES_S[: len(mesh)] > 0.45
    head = head_frame(mesh, iris)
    by_mesh, _ = face_signals(head, TIMES_S[: len(mesh)], usable, mirrored=False)
    parts = face_parts(mesh, iris, patches, errors, usable, angles_deg=head.angles_deg, picture_px=size)
    both = fuse(by_mesh, picture_signals(parts, mirrored=False))
    told = {s.name: s.values for s in by_mesh}
    fused = {s.name: s.values for s in both.signals if s.name in both.from_picture}
    return told, fused, parts.still_mm, filmed


def exposed(pictures: Iterator[Picture], phone: Phone) -> Iterator[Picture]:
    """Show what a phone's sensor makes of pictures."""
    sensor = Sensor(phone, TIMES_S, distance_mm=NEAR.distance_mm or 400.0, rng=np.random.default_rng(0))
    return (sensor.expose(picture, index) for index, picture in enumerate(pictures))


def portrait(name: str | None) -> tuple[Iterator[Picture], FloatArray, float]:
    """Give the pictures of a portrait whose part moves, the truth in mm, and mm as the ruler sees them."""
    from skimage import data

    from tdscreen.geometry.face import iris_diameter_px
    from tdscreen.phantom.warp import Movement, sine_trajectory, sway_trajectory, warp_sequence

    picture = np.repeat(np.repeat(data.astronaut()[:260, 95:355], 3, axis=0), 3, axis=1)
    with LandmarkDetector() as detector:
        for _ in range(4):
            (mesh,) = detector.faces(picture)
    px_per_mm = float(iris_diameter_px(mesh[None].astype(float))[0]) / 11.7
    moves, truth = [], np.zeros(len(TIMES_S))
    if name is not None:
        pushed, held, direction, half_mm = WARPS[name]
        path = sine_trajectory(
            TIMES_S, frequency_hz=HZ, amplitude_px=half_mm * px_per_mm, direction=direction
        )
        truth = path @ np.abs(direction) / px_per_mm * (-1 if "brow" in name else 1)
        for points, displacement in ((pushed, path), (held, 0 * path)):
            moves.append(Movement(mesh[list(points), :2].astype(float), 14 * px_per_mm, displacement))
    sway = sway_trajectory(TIMES_S, amplitude_px=px_per_mm)
    return warp_sequence(itertools.repeat(picture, len(TIMES_S)), moves, shifts_px=sway), truth, 1.0


def person(seed: int, name: str | None, tone: int | None) -> tuple[Iterator[Picture], FloatArray, float]:
    """Give the same of a virtual person; without a name one who is still but turns the head by 20 degrees."""
    from tdscreen.phantom.person import sample_person
    from tdscreen.phantom.pose import Pose
    from tdscreen.phantom.scene import Scene
    from tdscreen.phantom.true_signals import face_signals as true_signals

    someone = sample_person(seed) if tone is None else sample_person(seed, monk_tone=tone)
    scene = Scene(someone, NEAR.width, NEAR.height, framing="face", distance_mm=NEAR.distance_mm)
    swing = 0.5 * (1 - np.cos(2 * np.pi * HZ * TIMES_S))
    turn = (1.5 if name else 20.0) * np.sin(2 * np.pi * 0.2 * TIMES_S)
    units = UNITS[name] if name else {}
    poses = [
        Pose(units={unit: level * part for unit, level in units.items()}, head_deg=(angle, angle / 5, 0.0))
        for part, angle in zip(swing, turn, strict=True)
    ]
    marks = [scene.body.marks(pose) for pose in poses]
    truth = true_signals({mark: np.stack([one[mark] for one in marks]) for mark in marks[0]})
    return (scene.draw(pose) for pose in poses), truth.get(name or "", 0 * swing), someone.iris_mm / 11.7


def gain(found: FloatArray, truth: FloatArray) -> tuple[float, float]:
    """Give the size of a signal over the truth's, and the share of it that the truth explains."""
    a, b = band_limit(truth, TIMES_S), band_limit(found, TIMES_S)
    seen = np.isfinite(a) & np.isfinite(b)
    a, b = a[seen] - a[seen].mean(), b[seen] - b[seen].mean()
    size = float(a @ b / (a @ a))
    return size, 1.0 - float(((b - size * a) ** 2).sum() / (b**2).sum())


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--people", type=int, nargs="*", default=[], help="seeds of virtual people, below 500"
    )
    parser.add_argument("--still", action="store_true", help="what stillness shows in a second")
    parser.add_argument(
        "--tone", type=int, choices=range(1, 11), help="of the people's skin, by the Monk scale"
    )
    parser.add_argument("--light", type=float, default=1.0, help="of a well lit room (1)")
    options = parser.parse_args()
    if any(seed >= 500 for seed in options.people):
        parser.error("People from 500 on are kept for the measurement card.")
    films = [("portrait", portrait, tuple(WARPS))]
    films += [
        (f"person {seed}", lambda name, seed=seed: person(seed, name, options.tone), tuple(UNITS))
        for seed in options.people
    ]
    for title, film, names in films:
        for name in (None,) if options.still else names:
            pictures, truth, ruler = film(name)
            told, fused, still, filmed = signals_of(pictures, options.light)
            ratio = f"patches take {filmed.patches_s / filmed.mesh_s:.2f} of the mesh's time"
            if name is None:
                limit = still_range(still, TIMES_S)
                each = (
                    f"{n} {still_range(v[:, None], TIMES_S):.2f} ({still_range(told[n][:, None], TIMES_S):.2f})"
                    for n, v in fused.items()
                )
                print(
                    f"{title}: still patches {limit:.2f} mm; range in a second, in brackets by landmarks alone:"
                )
                print("   ", ", ".join(each), f"; {ratio}", flush=True)
                continue
            (by_mesh, r_mesh), (both, r_both) = (
                gain(told[name], truth),
                gain(fused.get(name, told[name]), truth),
            )
            print(
                f"{title}, {name}, {np.ptp(truth) / 2:.1f} mm: {both * ruler:.2f} (R2 {r_both:.3f}); "
                f"by landmarks alone {by_mesh * ruler:.2f} (R2 {r_mesh:.3f}); {ratio}",
                flush=True,
            )


if __name__ == "__main__":
    main()
