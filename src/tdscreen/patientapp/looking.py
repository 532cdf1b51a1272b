"""The process that looks at thumbnails with the analysis's own detector of faces and hands.

It decodes pictures that strangers send, so it is not the server's process, and has no network. Of each recording that
it looks at it holds the last picture, in memory, until that ends, and keeps none.
"""

from __future__ import annotations

import json
import os
import sys
from collections import OrderedDict
from typing import BinaryIO

import cv2
import numpy as np
from numpy.typing import NDArray

from tdscreen.confinement import give_up_network
from tdscreen.patientapp.hints import hints_for
from tdscreen.patientapp.steadiness import is_shaken
from tdscreen.settings import RECORDER
from tdscreen.tracking.detector import LandmarkDetector

_MOST_SIDE_PX = 480
_SOI = b"\xff\xd8"
"""With which a JPEG begins: no other form of picture is decoded."""


def serve() -> None:
    """Answer one question a line on standard output, for as long as there are any on standard input."""
    # What native libraries print on standard output is no answer.
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    give_up_network()
    cv2.setNumThreads(1)
    looker = _Looker()
    looker.warm_up()
    # The first line says that it is ready.
    answers.write("[]\n")
    answers.flush()
    while line := sys.stdin.buffer.readline():
        question = json.loads(line)
        picture = _read(sys.stdin.buffer, question.pop("bytes"))
        if "forget" in question:
            looker.forget(question["forget"])
            answers.write("[]\n")
        else:
            answers.write(json.dumps(looker.look(picture, **question)) + "\n")
        answers.flush()


class _Looker:
    def __init__(self) -> None:
        self._detectors: OrderedDict[str, LandmarkDetector] = OrderedDict()
        self._before: dict[str, NDArray[np.uint8]] = {}

    def warm_up(self) -> None:
        """Load the models, which are then in the machine's memory for whoever comes."""
        with LandmarkDetector() as detector:
            nothing = np.zeros((64, 64, 3), dtype=np.uint8)
            detector.faces(nothing)
            detector.hands(nothing)

    def look(
        self, picture: bytes, *, of: str, hands: bool, mouth: bool, full_width_px: int
    ) -> list[str] | None:
        rgb = _decoded(picture)
        if rgb is None:
            return None
        detector = self._detector(of)
        faces = detector.faces(rgb)
        seen = detector.hands(rgb) if hands or mouth else []
        found = hints_for(
            rgb,
            faces,
            [hand.points_px for hand in seen],
            hands_wanted=hands,
            mouth_wanted=mouth,
            enlarged=max(full_width_px, rgb.shape[1]) / rgb.shape[1],
        )
        # Last: a phone that is still being put in its place shakes, too.
        if of in self._before and is_shaken(self._before[of], rgb):
            found.append("shaking")
        self._before[of] = rgb
        return found

    def forget(self, of: str) -> None:
        self._before.pop(of, None)
        detector = self._detectors.pop(of, None)
        if detector is not None:
            detector.__exit__(None, None, None)

    def _detector(self, of: str) -> LandmarkDetector:
        if of not in self._detectors:
            if len(self._detectors) >= RECORDER.looked_at:
                self.forget(next(iter(self._detectors)))
            self._detectors[of] = LandmarkDetector()
        self._detectors.move_to_end(of)
        return self._detectors[of]


def _decoded(picture: bytes) -> NDArray[np.uint8] | None:
    """Decode a small JPEG; None of anything else."""
    size = _jpeg_size(picture)
    if size is None or max(size) > _MOST_SIDE_PX or min(size) < 32:
        return None
    bgr = cv2.imdecode(np.frombuffer(picture, dtype=np.uint8), cv2.IMREAD_COLOR)
    return None if bgr is None else np.ascontiguousarray(bgr[:, :, ::-1])


def _jpeg_size(picture: bytes) -> tuple[int, int] | None:
    """Read width and height in a JPEG's head, before anything is decoded: a few bytes can stand for gigabytes."""
    if not picture.startswith(_SOI):
        return None
    at = 2
    while at + 9 < len(picture) and picture[at] == 0xFF:
        marker, length = picture[at + 1], int.from_bytes(picture[at + 2 : at + 4], "big")
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = picture[at + 5 : at + 7], picture[at + 7 : at + 9]
            return int.from_bytes(width, "big"), int.from_bytes(height, "big")
        at += 2 + length
    return None


def _read(stream: BinaryIO, n_bytes: int) -> bytes:
    found = stream.read(n_bytes)
    if len(found) < n_bytes:
        raise SystemExit(0)
    return found
