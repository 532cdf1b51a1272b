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
from tdscreen.phantom.hand import FINGERS, KNUCKLE, TIP, Hand, pose, read_hand
from tdscreen.phantom.render import render_hand
from tdscreen.phantom.warp import (
    Movement,
    expose,
    sine_trajectory,
    sway_trajectory,
    warp_sequence,
)
from tdscreen.settings import GEOMETRY

TRUTH_FORMAT = "tdscreen-sample-truth/1"
DURATION_S = 12.0
FPS = 30
CRF = 20
NOISE_SD = 2.0
"""Sensor noise in steps of 0 to 255, as a phone's in a room with the lights on (assumed)."""

SCALE = 3
"""The portrait is drawn three times as large, so that its irises are about as wide as a phone's at half a metre."""
CROP_LEFT, CROP_TOP, CROP_SIZE, MARGIN = 105, 15, 240, 8
"""The part of the portrait that is shown, and what is kept around it so that no border comes into view; in px."""
IRIS_PX = 8.2 * SCALE
"""Width of both irises in the portrait, by hand on a 16-fold enlargement: 8.2 px, uncertain by 0.3."""
PX_PER_MM = IRIS_PX / GEOMETRY.iris_mm
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
    right, y down); ``moved`` and ``held`` are points of the portrait; ``pulled_along`` names other regions that share
    in the movement.
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
    pulled_along: tuple[str, ...] = ()
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
        pulled_along=("lips",),
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


HAND_WIDTH_PX, HAND_HEIGHT_PX = 480, 640
HAND_MM_PER_PX = 0.45
HAND_TURN_DEG = 20.0
"""The palm is turned from the camera by so much, so that a bending finger moves across the picture, too."""
PALM_MM = 95.0
"""Wrist to the knuckle of the middle finger: the hand is drawn in the size of an adult's (assumed)."""
HAND_SWAY_MM = 1.0


@dataclass(frozen=True)
class HandScene:
    """One clip of the left hand: all four fingers bend at the knuckle by ``flexion_deg`` +- ``swing_deg``.

    ``wrist_mm`` is half the distance by which the whole hand goes from side to side at the same rate.
    """

    file: str
    about: str
    kind: str
    frequency_hz: float
    flexion_deg: float
    swing_deg: float
    wrist_mm: float
    seed: int


HAND_SCENES = (
    HandScene(
        "fingers_2hz.mp4",
        "All four fingers of the left hand bend and stretch.",
        "rhythmic",
        frequency_hz=2.0,
        flexion_deg=20.0,
        swing_deg=12.0,
        wrist_mm=0.0,
        seed=7,
    ),
    HandScene(
        "tremor_5hz.mp4",
        "The left hand trembles, and its fingers with it.",
        "tremor_like",
        frequency_hz=5.0,
        flexion_deg=15.0,
        swing_deg=4.0,
        wrist_mm=3.0,
        seed=8,
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
        "ruler": {"iris_mm": GEOMETRY.iris_mm, "iris_px": round(IRIS_PX, 2)},
        "movements": movements,
        "pulled_along": list(scene.pulled_along),
        "still": []
        if refused
        else [r for r in FACE_REGIONS if r != scene.region and r not in scene.pulled_along],
        "not_in_view": ["tongue", *HANDS],
        "refused": scene.refused,
    }


def hand_poses(
    scene: HandScene, hand: Hand
) -> Iterator[tuple[NDArray[np.float64], dict[str, NDArray[np.float64]]]]:
    """Yield the vertices and the joints' places (both in mm) of each picture of a clip of the hand."""
    times_s = picture_times()
    sway_mm = sway_trajectory(times_s, amplitude_px=HAND_SWAY_MM)
    swing = np.sin(2 * np.pi * scene.frequency_hz * times_s)
    for (sway_across, sway_along), part in zip(sway_mm, swing, strict=True):
        bend = scene.flexion_deg + scene.swing_deg * part
        vertices, places = pose(hand, {KNUCKLE.format(finger): bend for finger in FINGERS})
        shift = np.array([0.0, sway_along, sway_across + scene.wrist_mm * part])
        yield vertices + shift, {name: place + shift for name, place in places.items()}


def hand_pictures(scene: HandScene, hand: Hand) -> Iterator[NDArray[np.uint8]]:
    """Draw the pictures of a clip of the hand, one by one."""
    drawn = render_hand(
        hand,
        (vertices for vertices, _ in hand_poses(scene, hand)),
        width_px=HAND_WIDTH_PX,
        height_px=HAND_HEIGHT_PX,
        mm_per_px=HAND_MM_PER_PX,
        turn_deg=HAND_TURN_DEG,
    )
    return expose(drawn, noise_sd=NOISE_SD, seed=scene.seed)


def hand_truth(scene: HandScene, hand: Hand) -> dict[str, Any]:
    """Say what is true of a clip of the hand; each fingertip's way is that against the palm, from end to end."""
    ends = [
        pose(hand, {KNUCKLE.format(f): scene.flexion_deg + sign * scene.swing_deg for f in FINGERS})[1]
        for sign in (-1, 1)
    ]
    fingertips_mm = {
        finger: round(float(np.linalg.norm(ends[1][TIP.format(finger)] - ends[0][TIP.format(finger)])) / 2, 2)
        for finger in FINGERS
    }
    return {
        "file": scene.file,
        "task": "arms_out",
        "about": scene.about,
        "frames": len(picture_times()),
        "duration_s": DURATION_S,
        "width": HAND_WIDTH_PX,
        "height": HAND_HEIGHT_PX,
        "ruler": {"palm_mm": PALM_MM, "palm_px": round(PALM_MM / HAND_MM_PER_PX, 1)},
        "movements": [
            {
                "region": "left_hand",
                "frequency_hz": scene.frequency_hz,
                "amplitude_mm": max(fingertips_mm.values()),
                "percent_time_moving": 100.0,
                "kind": scene.kind,
                "fingertips_mm": {"thumb": 0.0, **fingertips_mm},
                "wrist_mm": scene.wrist_mm,
            }
        ],
        "pulled_along": [],
        "still": [],
        "not_in_view": [*FACE_REGIONS, "tongue", "right_hand"],
        "refused": None,
    }


def main() -> None:
    """Make the clips and truth.json."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=Path, required=True, help="folder for the clips and truth.json")
    parser.add_argument(
        "--hand", type=Path, help="left.glb; without it the clips of the hand are left as they are"
    )
    parser.add_argument(
        "--only", nargs="*", help="names of the clips to make (default: all that can be made)"
    )
    options = parser.parse_args()
    wanted = set(options.only or [scene.file for scene in (*FACE_SCENES, *HAND_SCENES)])
    truth = [face_truth(scene) for scene in FACE_SCENES]
    for scene in FACE_SCENES:
        if scene.file in wanted:
            write_clip(
                options.out / scene.file, face_pictures(scene), picture_times(scene.fps_later), crf=CRF
            )
            print(f"{scene.file}: {(options.out / scene.file).stat().st_size / 1e6:.2f} MB")
    if options.hand:
        hand = read_hand(options.hand, palm_mm=PALM_MM)
        truth += [hand_truth(scene, hand) for scene in HAND_SCENES]
        for hand_scene in HAND_SCENES:
            if hand_scene.file in wanted:
                write_clip(
                    options.out / hand_scene.file, hand_pictures(hand_scene, hand), picture_times(), crf=CRF
                )
                print(f"{hand_scene.file}: {(options.out / hand_scene.file).stat().st_size / 1e6:.2f} MB")
    else:
        old = json.loads((options.out / "truth.json").read_text())["clips"]
        truth += [clip for clip in old if clip["file"] in {scene.file for scene in HAND_SCENES}]
    (options.out / "truth.json").write_text(
        json.dumps({"format": TRUTH_FORMAT, "clips": truth}, indent=2) + "\n"
    )


if __name__ == "__main__":
    main()
