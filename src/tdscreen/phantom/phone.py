"""The camera as a phone: when it takes pictures, how a hand holds it, and what its sensor makes of the light.

Everything that a phone does after the light has come in. Where the person sits before it (distance, framing, tilt), and
what a moving camera sees, is the scene's matter and only told here.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

import cv2
import numpy as np
from numpy.typing import NDArray

from tdscreen.errors import InputError
from tdscreen.phantom import trajectories
from tdscreen.phantom.pose import Vector

FloatArray = NDArray[np.float64]
Picture = NDArray[np.uint8]

Codec = Literal["h264", "hevc", "vp9"]
BIT_RATES = {480: 2_500_000, 720: 6_000_000, 1080: 14_000_000}
"""What phones write, bits a second by lines of the picture, H.264 at 30 pictures a second (assumed)."""
_LINEAR = (np.arange(256) / 255.0) ** 2.2
_TREMOR_SHARE = 0.06
"""Hand tremor at 6 to 12 Hz against the slow wandering of a held phone, as a share of its size (assumed)."""


@dataclass(frozen=True)
class Phone:
    """How a phone films a clip.

    Attributes
    ----------
    width, height : int
        Of the upright picture in pixels; even.
    fps : float
        Nominal pictures a second.
    jitter : float
        Standard deviation of the time from picture to picture, as a share of it: 0 is even.
    dropped : float
        Share of pictures that are lost, 0 to 0.5.
    slows_to_fps : float or None
        From the middle of the clip on, as phones do when the light fades.
    framing : {"face", "seated", "lap"} or None
        What fills the picture: head and shoulders, head to waist, head to knees; None for what the hands in view ask.
    distance_mm : float or None
        From the lens to the face; what the framing asks for if not given.
    tilt_deg : Vector
        Turn, nod and tilt of the phone.
    lighting : str
        Where the light comes from: one of :data:`tdscreen.phantom.drawing.LIGHTS`.
    room_seed : int
        Of what is behind the person.
    shake_mm : float
        Root mean square of a held phone's wandering as it is seen at the face, sideways and up and down. 0: propped up.
    exposure_drift : float
        How far automatic exposure wanders, as a share of the light.
    light : float
        Of a well lit room: 1 is good, 0.1 dim, 0.01 too dark, 6 glaring. Gain makes up for a tenfold loss, and the
        noise grows.
    exposures : int
        Moments that are averaged into one picture, over ``shutter`` of the time from picture to picture: motion blur.
        Each is drawn, so that two cost twice.
    shutter : float
    codec : Codec
    bit_rate : int or None
        Bits a second; by the size of the picture if not given.
    rotation_deg : int
        Pictures are written turned by 0, 90, 180 or 270 degrees, with metadata that turns them back.
    mirrored : bool
        The clip is a mirror image.
    """

    width: int = 1280
    height: int = 720
    fps: float = 30.0
    jitter: float = 0.0
    dropped: float = 0.0
    slows_to_fps: float | None = None
    framing: Literal["face", "seated", "lap"] | None = None
    distance_mm: float | None = None
    tilt_deg: Vector = (0.0, 0.0, 0.0)
    lighting: str = "room"
    room_seed: int = 0
    shake_mm: float = 0.0
    exposure_drift: float = 0.0
    light: float = 1.0
    exposures: int = 1
    shutter: float = 0.5
    codec: Codec = "h264"
    bit_rate: int | None = None
    rotation_deg: int = 0
    mirrored: bool = False

    def __post_init__(self) -> None:
        for name, low, high in (
            ("width", 64, 3840), ("height", 64, 3840), ("fps", 2, 120), ("jitter", 0, 0.3), ("dropped", 0, 0.5),
            ("shake_mm", 0, 100),
            ("exposure_drift", 0, 0.5), ("light", 0.001, 8), ("exposures", 1, 8),
            ("shutter", 0, 1),
        ):  # fmt: skip
            _within(name, getattr(self, name), low, high)
        for name, low, high in (("slows_to_fps", 2, 120), ("bit_rate", 10_000, 1_000_000_000)):
            if getattr(self, name) is not None:
                _within(name, getattr(self, name), low, high)
        for name in ("width", "height", "exposures", "bit_rate", "room_seed"):
            if not isinstance(getattr(self, name), (int, type(None))):
                raise InputError(f"A phone's {name} is a whole number, not {getattr(self, name)!r}.")
        if not isinstance(self.mirrored, bool):
            raise InputError(f"A phone's mirrored is true or false, not {self.mirrored!r}.")
        _within("room_seed", self.room_seed, 0, 2**31)
        if len(self.tilt_deg) != 3:
            raise InputError(f"A phone's tilt_deg is its turn, nod and tilt, not {self.tilt_deg!r}.")
        for angle_deg in self.tilt_deg:
            _within("tilt_deg", angle_deg, -90, 90)
        if self.width % 2 or self.height % 2:
            raise InputError("Width and height of a picture must be even.")
        if self.codec not in get_args(Codec):
            raise InputError(
                f"A phone does not write {self.codec!r}; it writes {', '.join(get_args(Codec))}."
            )
        if self.framing not in (None, "face", "seated", "lap"):
            raise InputError(f"A picture is not framed {self.framing!r} but face, seated or lap.")
        if self.distance_mm is not None:
            _within("distance_mm", self.distance_mm, 200, 8000)
        if self.rotation_deg not in (0, 90, 180, 270):
            raise InputError("A picture is turned by 0, 90, 180 or 270 degrees.")

    @property
    def bits_per_s(self) -> int:
        """The bit rate, by the size of the picture if none was given; newer codecs need two thirds."""
        if self.bit_rate is not None:
            return self.bit_rate
        lines = min(self.width, self.height)
        nearest = min(BIT_RATES, key=lambda known: abs(known - lines))
        share = float((lines / nearest) ** 2 * (self.fps / 30.0) ** 0.6)
        return round(BIT_RATES[nearest] * share * (1.0 if self.codec == "h264" else 0.66))


def _within(name: str, value: object, low: float, high: float) -> None:
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not number or not low <= value <= high:  # type: ignore[operator]
        raise InputError(f"A phone's {name} is from {low:,} to {high:,}, not {value!r}.")


def phone_from_json(plain: Mapping[str, Any]) -> Phone:
    """Read a camera from plain fields.

    Raises
    ------
    InputError
        If a field is unknown or out of range.
    """
    known = {field.name for field in dataclasses.fields(Phone)}
    unknown = sorted(set(plain) - known)
    if unknown:
        raise InputError(f"A phone has no {unknown[0]!r}. It has {', '.join(sorted(known))}.")
    given = dict(plain)
    if "tilt_deg" in given:
        tilt_deg = given["tilt_deg"]
        if not isinstance(tilt_deg, (list, tuple)) or len(tilt_deg) != 3:
            raise InputError(f"A phone's tilt_deg is its turn, nod and tilt, as [0, 5, 0], not {tilt_deg!r}.")
        given["tilt_deg"] = tuple(tilt_deg)
    return Phone(**given)


def picture_times(phone: Phone, duration_s: float, rng: np.random.Generator) -> FloatArray:
    """Say when pictures are taken.

    Parameters
    ----------
    phone : Phone
    duration_s : float
    rng : numpy.random.Generator

    Returns
    -------
    ndarray, shape (n,)
        Seconds from the clip's beginning, rising, the first 0. The last lies one interval before the end.
    """
    slow_fps = phone.slows_to_fps or phone.fps
    half_s = duration_s / 2 if phone.slows_to_fps else duration_s
    first = np.arange(round(half_s * phone.fps)) / phone.fps
    second = half_s + np.arange(round((duration_s - half_s) * slow_fps)) / slow_fps
    even = np.concatenate([first, second])
    away = np.clip(rng.normal(0, phone.jitter, len(even)), -0.4, 0.4) / np.where(
        even < half_s, phone.fps, slow_fps
    )
    times = even + away
    times[0] = 0.0
    kept = rng.uniform(size=len(times)) >= phone.dropped
    kept[0] = True
    return np.asarray(np.maximum.accumulate(times)[kept])


class Sensor:
    """What a phone makes of the pictures that a scene shows it.

    Parameters
    ----------
    phone : Phone
    times_s : ndarray, shape (n,)
        Of the pictures.
    distance_mm : float
        To the face.
    rng : numpy.random.Generator
    """

    def __init__(
        self, phone: Phone, times_s: FloatArray, *, distance_mm: float, rng: np.random.Generator
    ) -> None:
        self.phone = phone
        grid_s = trajectories.grid(float(times_s[-1]))
        # Two shifts and three turns; half of what is seen at the face comes from each.
        wander = [trajectories.slow_noise(grid_s, rng, highest_hz=2.0) for _ in range(5)]
        tremble = [trajectories.band_noise(grid_s, (6.0, 12.0), rng) for _ in range(5)]
        self._shake = [w + _TREMOR_SHARE * t for w, t in zip(wander, tremble, strict=True)]
        self._exposure = 1.0 + phone.exposure_drift * np.interp(
            times_s, grid_s, trajectories.slow_noise(grid_s, rng, highest_hz=0.5)
        )
        self._grid_s, self._distance_mm, self._rng = grid_s, distance_mm, rng
        self._grain = _grain(phone, rng)
        self._tables: dict[float, tuple[NDArray[np.float32], NDArray[np.float32]]] = {}

    def held_at(self, time_s: float) -> tuple[Vector, Vector]:
        """Say by how much the hand has moved (mm) and turned (degrees) the phone at a time."""
        part = self.phone.shake_mm / np.sqrt(2)
        across, up, turn, nod, tilt = (
            float(np.interp(time_s, self._grid_s, course)) for course in self._shake
        )
        degrees = float(np.degrees(part / self._distance_mm))
        return (part * across, part * up, 0.0), (degrees * turn, degrees * nod, degrees * tilt)

    def expose(self, drawn: Picture, index: int) -> Picture:
        """Film one picture.

        Parameters
        ----------
        drawn : ndarray, shape (height, width, 3), uint8
            RGB, as the scene shows it.
        index : int
            Which picture of the clip it is.

        Returns
        -------
        ndarray, shape (height, width, 3), uint8
            Upright; a mirror image if the phone makes one.
        """
        value, spread = self._table(round(float(self._exposure[index]), 3))
        grain = self._grain_now(drawn.shape[0], drawn.shape[1])
        noisy = cv2.LUT(drawn, value) + cv2.LUT(drawn, spread) * grain
        out = np.clip(np.rint(noisy), 0, 255).astype(np.uint8)
        return np.ascontiguousarray(out[:, ::-1]) if self.phone.mirrored else out

    def _table(self, exposure: float) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Give what a level becomes, and the noise there: shot noise and reading noise (Foi et al. 2008)."""
        if exposure not in self._tables:
            phone = self.phone
            light = phone.light
            # Gain makes up for a tenfold loss of light and no more; too much light is left as it is.
            gain = 1 / light if 0.1 <= light <= 1 else 10.0 if light < 0.1 else 1.0
            seen = _LINEAR * exposure * light
            electrons = np.maximum(seen * _FULL_WELL, 1e-3)
            sd = np.sqrt(electrons + _READ_NOISE**2) / _FULL_WELL * gain
            level = seen * gain
            clipped = np.minimum(level, 1.0)
            value = 255 * clipped ** (1 / 2.2)
            # The tone curve's slope turns noise of light into noise of levels.
            slope = 255 / 2.2 * np.maximum(clipped, 0.004) ** (1 / 2.2 - 1)
            spread = np.where(level >= 1, 0.0, sd * slope)
            self._tables[exposure] = (value.astype(np.float32), np.minimum(spread, 60).astype(np.float32))
        return self._tables[exposure]

    def _grain_now(self, height: int, width: int) -> NDArray[np.float32]:
        """Cut this picture's grain out of a larger one at a place of chance."""
        large = self._grain
        top = int(self._rng.integers(large.shape[0] - height + 1))
        left = int(self._rng.integers(large.shape[1] - width + 1))
        cut = large[top : top + height, left : left + width]
        if self._rng.uniform() < 0.5:
            cut = cut[::-1]
        if self._rng.uniform() < 0.5:
            cut = cut[:, ::-1]
        return np.asarray(cut * (1.0 if self._rng.uniform() < 0.5 else -1.0), dtype=np.float32)


_FULL_WELL = 4500.0
"""Electrons of a small pixel at full light: noise of 1 to 2 levels of 255 in good light (assumed)."""
_READ_NOISE = 3.0


def _grain(phone: Phone, rng: np.random.Generator) -> NDArray[np.float32]:
    """Make grain of standard deviation 1, a little coarser than a pixel as demosaicking leaves it, mostly of light."""
    height, width = phone.height + 256, phone.width + 256
    light = rng.standard_normal((height, width, 1), dtype=np.float32)
    colour = rng.standard_normal((height, width, 3), dtype=np.float32)
    soft_colour = cv2.GaussianBlur(colour, (0, 0), 1.2)
    soft_light = cv2.GaussianBlur(light, (0, 0), 0.6)[:, :, None]
    mixed = 0.85 * soft_light / soft_light.std() + 0.5 * soft_colour / soft_colour.std()
    return np.asarray(mixed, dtype=np.float32)
