"""Make the sample clips and the file that says what is true of each.

Usage::

    python sample_videos/make_samples.py --out sample_videos --hand left.glb

``left.glb`` is ``dist/profiles/generic-hand/left.glb`` of the npm package ``@webxr-input-profiles/assets`` (MIT);
without ``--hand`` only the clips of the face are made. The face is scikit-image's public-domain portrait
(``skimage.data.astronaut``, NASA), which that package carries. Needs ``pip install tdscreen[make]``.
"""

from __future__ import annotations

import argparse
import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from tdscreen.phantom.clip import write_clip
from tdscreen.phantom.warp import (
    IRIS_DIAMETER_MM,
    Movement,
    expose,
    sine_trajectory,
    sway_trajectory,
    warp_sequence,
)

TRUTH_FORMAT = "tdscreen-sample-truth/1"
DURATION_S = 12.0
FPS = 30
NOISE_SD = 2.0
"""Sensor noise in steps of 0 to 255, as a phone's in a room with the lights on (assumed)."""

SCALE = 3
"""The portrait is drawn three times as large, so that its irises are about as wide as a phone's at half a metre."""
CROP_LEFT, CROP_TOP, CROP_SIZE, MARGIN = 105, 15, 240, 8
"""The part of the portrait that is shown, and what is kept around it so that no border comes into view; in px."""
IRIS_PX = 8.2 * SCALE
"""Width of both irises in the portrait, by hand on a 16-fold enlargement: 8.2 px, uncertain by 0.3."""
PX_PER_MM = IRIS_PX / IRIS_DIAMETER_MM
SWAY_PX = 2.0

# Points of the portrait, in its own pixels.
MOUTH = [(203.0, 140.0), (223.5, 145.5), (245.0, 141.5)]
UPPER_LIP = [(210.0, 139.5), (223.5, 140.5), (237.0, 140.0)]
LOWER_LIP_AND_CHIN = [(223.0, 154.0), (208.0, 165.0), (222.5, 171.0), (237.0, 165.5)]
NOSE_AND_CHIN = [(223.5, 127.0), (222.5, 170.0)]
BROWS = [(191.0, 90.5), (202.0, 89.0), (213.0, 92.0), (239.0, 93.5), (250.0, 92.0), (261.0, 94.5)]
EYES = [(203.5, 102.0), (247.5, 104.0)]

FACE_REGIONS = ("upper_face", "lips", "jaw", "head")
HANDS = ("left_hand", "right_hand")


@dataclass(frozen=True)
class FaceScene:
    """One clip of the face: which points move, which are held, and how.

    ``amplitude_mm`` is half the distance between the ends of the movement, ``direction`` in the picture (x to the
    right, y down); ``moved`` and ``held`` are points of the portrait.
    """

    file: str
    about: str
    region: str | None = None
    frequency_hz: float = 0.0
    amplitude_mm: float = 0.0
    direction: tuple[float, float] = (1.0, 0.0)
    one_sided: bool = False
    moved: list[tuple[float, float]] = field(default_factory=list)
    held: list[tuple[float, float]] = field(default_factory=list)
    sigma_px: float = 40.0
    gain: float = 1.0
    fps_later: int = FPS
    refused: str | None = None
    seed: int = 0


LIPS: dict[str, Any] = {
    "region": "lips",
    "amplitude_mm": 3.0,
    "moved": MOUTH,
    "held": NOSE_AND_CHIN,
}

FACE_SCENES = (
    FaceScene("rest.mp4", "Sits still: nothing moves but a slow sway of the head of 1 mm.", seed=1),
    FaceScene("lips_1.5hz.mp4", "The lips move from side to side.", frequency_hz=1.5, seed=2, **LIPS),
    FaceScene(
        "jaw_1hz.mp4",
        "The lower lip and the chin go down and up again, as when a jaw opens.",
        region="jaw",
        frequency_hz=1.0,
        amplitude_mm=4.0,
        direction=(0.0, 1.0),
        one_sided=True,
        moved=LOWER_LIP_AND_CHIN,
        held=UPPER_LIP,
        seed=3,
    ),
    FaceScene(
        "brows_0.8hz.mp4",
        "Both brows go up and down.",
        region="upper_face",
        frequency_hz=0.8,
        amplitude_mm=3.0,
        direction=(0.0, -1.0),
        moved=BROWS,
        held=EYES,
        sigma_px=28.0,
        seed=4,
    ),
    FaceScene(
        "lips_3hz_rate_falls.mp4",
        "The lips move from side to side; the camera's rate falls from 30 to 15 pictures a second halfway.",
        frequency_hz=3.0,
        fps_later=15,
        seed=5,
        **LIPS,
    ),
    FaceScene(
        "dark.mp4",
        "The resting face at 4% of the light: what is seen in it is noise.",
        gain=0.04,
        refused="too dark",
        seed=6,
    ),
)


def picture_times(fps_later: int = FPS) -> NDArray[np.float64]:
    """When each picture is taken: at `FPS` in the first half, at ``fps_later`` in the second."""
    half_s = DURATION_S / 2
    first = np.arange(round(half_s * FPS)) / FPS
    return np.concatenate([first, half_s + np.arange(round(half_s * fps_later)) / fps_later])


def portrait() -> NDArray[np.uint8]:
    """Return the part of the portrait that is shown, with its margin, enlarged; RGB."""
    from skimage import data

    top, left, size = CROP_TOP - MARGIN, CROP_LEFT - MARGIN, CROP_SIZE + 2 * MARGIN
    part = data.astronaut()[top : top + size, left : left + size]
    return np.asarray(cv2.resize(part, None, fx=SCALE, fy=SCALE, interpolation=cv2.INTER_CUBIC))


def to_enlarged(points: list[tuple[float, float]]) -> NDArray[np.float64]:
    """Place points of the portrait in its enlarged part (pixel centres lie at whole numbers in both)."""
    offset = np.array([CROP_LEFT - MARGIN, CROP_TOP - MARGIN])
    return (np.array(points) - offset + 0.5) * SCALE - 0.5


def face_pictures(scene: FaceScene) -> Iterator[NDArray[np.uint8]]:
    """Draw the pictures of a clip of the face, one by one."""
    times_s = picture_times(scene.fps_later)
    movements = []
    if scene.moved:
        path_px = sine_trajectory(
            times_s,
            frequency_hz=scene.frequency_hz,
            amplitude_px=scene.amplitude_mm * PX_PER_MM,
            direction=scene.direction,
            one_sided=scene.one_sided,
        )
        movements = [
            Movement(to_enlarged(scene.moved), scene.sigma_px, path_px),
            Movement(to_enlarged(scene.held), scene.sigma_px, np.zeros_like(path_px)),
        ]
    sway_px = sway_trajectory(times_s, amplitude_px=SWAY_PX)
    moved = warp_sequence(itertools.repeat(portrait(), len(times_s)), movements, shifts_px=sway_px)
    edge = MARGIN * SCALE
    shown = (picture[edge:-edge, edge:-edge] for picture in moved)
    return expose(shown, gain=scene.gain, noise_sd=NOISE_SD, seed=scene.seed)


def face_truth(scene: FaceScene) -> dict[str, Any]:
    """Say what is true of a clip of the face."""
    times_s = picture_times(scene.fps_later)
    movements = []
    if scene.region:
        movements = [
            {
                "region": scene.region,
                "frequency_hz": scene.frequency_hz,
                "amplitude_mm": scene.amplitude_mm,
                "percent_time_moving": 100.0,
                "kind": "rhythmic",
            }
        ]
    refused = scene.refused is not None
    return {
        "file": scene.file,
        "task": "rest",
        "about": scene.about,
        "frames": len(times_s),
        "duration_s": DURATION_S,
        "width": CROP_SIZE * SCALE,
        "height": CROP_SIZE * SCALE,
        "ruler": {"iris_mm": IRIS_DIAMETER_MM, "iris_px": round(IRIS_PX, 2)},
        "movements": movements,
        "still": [] if refused else [r for r in FACE_REGIONS if r != scene.region],
        "not_in_view": ["tongue", *HANDS],
        "refused": scene.refused,
    }


def main() -> None:
    """Make the clips and truth.json."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, required=True, help="folder for the clips and truth.json")
    parser.add_argument("--only", nargs="*", help="names of the clips to make (default: all that can be made)")
    options = parser.parse_args()
    for scene in FACE_SCENES:
        if not options.only or scene.file in options.only:
            write_clip(options.out / scene.file, face_pictures(scene), picture_times(scene.fps_later))
            print(f"{scene.file}: {(options.out / scene.file).stat().st_size / 1e6:.2f} MB")
    truth = {"format": TRUTH_FORMAT, "clips": [face_truth(scene) for scene in FACE_SCENES]}
    (options.out / "truth.json").write_text(json.dumps(truth, indent=2) + "\n")


if __name__ == "__main__":
    main()
