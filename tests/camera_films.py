"""Films for a browser's false camera: virtual patients at their tasks, each picture with its number.

The false camera plays a film from its beginning each time the camera is opened, again and again, and on a busy machine
more slowly than its rate says. So each picture carries its number: a clip then says itself what was really played.
"""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from tdscreen.phantom.phone import Phone
from tdscreen.phantom.presets import mover
from tdscreen.phantom.programme import HandPath, Programme

FAKE_CAMERA = ("--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream")
FPS = 15
"""The rate of pictures of a plain phone: half the work of 30 for whoever draws and follows them."""
BITS = 10
_SHARE = 30
"""The number stands in the lowest thirtieth of a picture."""
_DARK, _BRIGHT = 80, 176
_PATIENT = {"monk_tone": 4, "beard": "none", "glasses": False, "age_years": 50.0, "sex": "female"}
_FACE = Phone(width=480, height=640, fps=float(FPS), framing="face")
_HANDS = Phone(width=640, height=720, fps=float(FPS), framing="seated", distance_mm=470.0)
"""Near enough for the eyes to be seen well, and both hands in the picture."""
_LAP = Phone(width=640, height=720, fps=float(FPS), framing="lap")

Picture = NDArray[np.uint8]
FloatArray = NDArray[np.float64]


LIPS_HZ, LIPS_MM, LOOP_S = 1.5, 2.5, 4.0
"""Of somebody at rest: six openings in a film, so that it has no seam."""


def resting(folder: Path) -> list[Picture]:
    """Film somebody who sits still but for the lips, both hands up."""
    still = mover("lips", "opening", rate_hz=LIPS_HZ, amplitude=LIPS_MM, duration_s=LOOP_S, living=False)
    programme = dataclasses.replace(still, left_hand=HandPath("raised"), right_hand=HandPath("raised"))
    return list(numbered(patient(folder, "resting", programme, hands=True)))


def patient(
    folder: Path, name: str, programme: Programme, *, hands: bool = False, whole: bool = False, **more: Any
) -> list[Picture]:
    """Film a virtual patient, the face, with both hands, or down to the lap; the pictures in RGB."""
    # Who only reads numbers needs none of what draws people.
    from tdscreen.phantom.film import ClipSpec, make_clip

    spec = ClipSpec(
        name, programme=programme, person_seed=12, person_fixed=_PATIENT,
        phone=_LAP if whole else _HANDS if hands else _FACE, seed=3, **more,
    )  # fmt: skip
    with av.open(str(make_clip(spec, folder).clip)) as container:
        return [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]


def numbered(pictures: Iterable[Picture]) -> Iterator[Picture]:
    """Put its number at the foot of each picture: a row of squares of which one changes from picture to picture."""
    for number, picture in enumerate(pictures):
        height, width = picture.shape[:2]
        edges = np.linspace(0, width, BITS + 1).round().astype(int)
        marked = picture.copy()
        for bit, (left, right) in enumerate(itertools.pairwise(edges)):
            marked[height - height // _SHARE :, left:right] = _BRIGHT if _gray(number) >> bit & 1 else _DARK
        yield marked


def number_of(luma: Picture) -> int:
    """Read the number of a picture, however large it has become on its way."""
    height, width = luma.shape
    row = luma[height - 1 - height // (2 * _SHARE)]
    columns = [round((bit + 0.5) * width / BITS) for bit in range(BITS)]
    code = sum(1 << bit for bit, column in enumerate(columns) if row[column] > (_DARK + _BRIGHT) / 2)
    number = 0
    while code:
        number ^= code
        code >>= 1
    return number


def _gray(number: int) -> int:
    return number ^ (number >> 1)


def write_film(path: Path, pictures: Iterable[Picture], *, fps: int = FPS) -> Path:
    """Write pictures as the false camera reads them: with a rate, and as they are."""
    with path.open("wb") as film:
        for number, picture in enumerate(pictures):
            height, width = picture.shape[:2]
            if number == 0:
                film.write(f"YUV4MPEG2 W{width} H{height} F{fps}:1 Ip A1:1 C420mpeg2\n".encode())
            film.write(b"FRAME\n")
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24")
            film.write(frame.reformat(format="yuv420p", dst_colorspace="ITU601").to_ndarray().tobytes())
    return path


@dataclass(frozen=True)
class FilmCamera:
    """A false camera whose film can be changed: it is read from its beginning each time the camera is opened."""

    film: Path

    @property
    def flags(self) -> tuple[str, ...]:
        return (*FAKE_CAMERA, f"--use-file-for-fake-video-capture={self.film}")

    def shows(self, pictures: Iterable[Picture]) -> None:
        write_film(self.film.with_suffix(".new"), pictures).replace(self.film)


@dataclass(frozen=True)
class Played:
    """What a clip of a film shows: when, and which moment of the film.

    Attributes
    ----------
    times_s : ndarray, shape (n,)
        On the clip's own time line.
    numbers : ndarray, shape (n,)
        Of the film's pictures.
    film_s : ndarray, shape (n,)
        On the film's, counted on where it begins anew.
    """

    times_s: FloatArray
    numbers: NDArray[np.int64]
    film_s: FloatArray

    @property
    def speed(self) -> float:
        """Seconds of the film in a second of the clip: 1 if it was played as it should be."""
        return float(np.polyfit(self.times_s, self.film_s, 1)[0])

    @property
    def skipped(self) -> int:
        """Pictures of the film that were between two that the clip shows."""
        on = np.diff(np.rint(self.film_s * FPS).astype(int))
        return int(np.clip(on - 1, 0, None).sum())


def played(clip: Any, length: int, *, fps: int = FPS) -> Played:
    """Read what a clip shows of a film of so many pictures.

    Parameters
    ----------
    clip : path or file
    length : int
    fps : int
    """
    times_s, numbers = [], []
    with av.open(clip) as container:
        for frame in container.decode(video=0):
            times_s.append(float(frame.time))
            numbers.append(number_of(frame.to_ndarray(format="gray")))
    assert max(numbers) < length, "a number could not be read"
    on = np.mod(np.diff(numbers, prepend=numbers[0]), length)
    return Played(np.array(times_s) - times_s[0], np.array(numbers), np.cumsum(on) / fps)


def write_as_played(path: Path, pictures: list[Picture], shown: Played) -> Path:
    """Write what a false camera played as a file of its own: the same pictures at the same times, and no browser."""
    height, width = pictures[0].shape[:2]
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=FPS, options={"crf": "18"})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.codec_context.time_base = Fraction(1, 1000)
        for number, time_s in zip(shown.numbers, shown.times_s, strict=True):
            frame = av.VideoFrame.from_ndarray(pictures[number], format="rgb24")
            frame.pts, frame.time_base = round(1000 * time_s), Fraction(1, 1000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path
