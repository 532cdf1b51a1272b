"""A programme carried out by a person: every control of the pose over time, and what is true of it."""

from __future__ import annotations

import zlib
from collections.abc import Collection
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from tdscreen.phantom import trajectories
from tdscreen.phantom.calibration import Calibration
from tdscreen.phantom.channels import Channel, pose_of
from tdscreen.phantom.pose import Pose
from tdscreen.phantom.programme import Hold, Movement, Programme, channel_of
from tdscreen.phantom.trajectories import Bouts
from tdscreen.vocabulary import Side

FloatArray = NDArray[np.float64]
Controls = dict[str, FloatArray]

_AT_MOST_1 = ("unit:eyeBlink", "pinch")


@dataclass(frozen=True)
class Performance:
    """What a person does at any time of a clip.

    Attributes
    ----------
    programme : Programme
    grid_s : ndarray, shape (n,)
        Even times of the courses.
    moved : dict of str to dict of str to ndarray, shape (n,)
        Controls of the movements, by their region.
    held, life : dict of str to ndarray, shape (n,)
        Controls of the postures; of blinks, breath, gaze and a head that nobody holds still.
    bouts : tuple of tuple of (float, float)
        When each movement of the programme goes on.
    events_s : tuple of ndarray
        When each pulse or tap of each movement begins; empty for waves.
    blinks_s : ndarray
        When each blink begins.
    """

    programme: Programme
    grid_s: FloatArray
    moved: dict[str, Controls]
    held: Controls
    life: Controls
    bouts: tuple[Bouts, ...]
    events_s: tuple[FloatArray, ...]
    blinks_s: FloatArray = field(default_factory=lambda: np.zeros(0))

    def controls_at(
        self, times_s: FloatArray, *, moving: Collection[str] | None = None, life: bool = True
    ) -> Controls:
        """Read the controls at some times: of the postures, of movements and, if asked for, of life.

        Parameters
        ----------
        times_s : ndarray, shape (n,)
        moving : collection of str, optional
            Only movements of these regions; all without.
        life : bool
        """
        out: Controls = {}
        movements = [own for region, own in self.moved.items() if moving is None or region in moving]
        for layer in (self.held, *movements, *([self.life] if life else [])):
            for name, course in layer.items():
                out[name] = out.get(name, 0.0) + np.interp(times_s, self.grid_s, course)
        for name, course in out.items():
            if any(part in name for part in _AT_MOST_1):
                out[name] = np.clip(course, 0.0, 1.0)
        return out

    def poses_at(
        self, times_s: FloatArray, *, moving: Collection[str] | None = None, life: bool = True
    ) -> list[Pose]:
        """Give the pose at each of some times; see :meth:`controls_at`."""
        controls = self.controls_at(times_s, moving=moving, life=life)
        left, right = self.programme.left_hand, self.programme.right_hand
        return [
            pose_of(
                {name: float(course[i]) for name, course in controls.items()},
                left=left.place_at(float(time_s)),
                right=right.place_at(float(time_s)),
            )
            for i, time_s in enumerate(times_s)
        ]


def perform(programme: Programme, calibration: Calibration, *, seed: int) -> Performance:
    """Carry out a programme.

    Parameters
    ----------
    programme : Programme
    calibration : Calibration
        Of the person.
    seed : int
        The same seed gives the same courses, to the last digit.

    Returns
    -------
    Performance

    Raises
    ------
    InputError
        If the person cannot move as far.
    """
    grid_s = trajectories.grid(programme.duration_s)
    moved: dict[str, Controls] = {}
    held: Controls = {}
    spans, events = [], []
    levels: dict[tuple[str, str, Side | None], FloatArray] = {}
    for index, movement in enumerate(programme.movements):
        rng = _rng(seed, index, movement.together)
        course = _course(movement, programme.duration_s, grid_s, rng)
        spans.append(course.bouts)
        events.append(course.starts_s)
        for channel, side in _channels(movement):
            key = (movement.region, movement.movement, side)
            levels[key] = levels.get(key, 0.0) + _level(channel, movement, course, calibration)
    for (region, name, side), level in levels.items():
        _add(
            moved.setdefault(region, {}),
            calibration.controls(channel_of(region, name, side)[0], level, what=f"{region} {name}"),
        )
    for hold in programme.holds:
        for channel, _ in _channels(hold):
            rest = calibration.rest_level(channel)
            shape = trajectories.step(grid_s, hold.start_s, hold.end_s, hold.rise_s)
            level = rest + (hold.level - rest) * shape if channel.absolute else hold.level * shape
            _add(held, calibration.controls(channel, level, what=f"{hold.region} {hold.movement}"))
    for side, path in ((Side.LEFT, programme.left_hand), (Side.RIGHT, programme.right_hand)):
        if path.keys:
            shift = trajectories.through(grid_s, path.keys)
            _add(held, {f"{side}:shift:{i}": shift[:, i] for i in range(3)})
    life, blinks_s = _life(programme, grid_s, np.random.default_rng([seed, 1]))
    return Performance(programme, grid_s, moved, held, life, tuple(spans), tuple(events), blinks_s)


def _rng(seed: int, index: int, together: str) -> np.random.Generator:
    """Give a movement its own chance, or the one of those that it goes together with."""
    return np.random.default_rng([seed, 2, zlib.crc32(together.encode()) if together else index])


def _channels(one: Movement | Hold) -> list[tuple[Channel, Side | None]]:
    found = channel_of(one.region, one.movement, one.side)
    sides: list[Side | None] = list(Side) if len(found) > 1 else [one.side]
    return list(zip(found, sides, strict=True))


@dataclass(frozen=True)
class _Course:
    """A movement's course between -1 and 1 (or 0 and 1), how far it has swelled, its bouts and its pulses."""

    values: FloatArray
    swell: FloatArray
    bouts: Bouts
    starts_s: FloatArray = field(default_factory=lambda: np.zeros(0))


def _course(movement: Movement, duration_s: float, grid_s: FloatArray, rng: np.random.Generator) -> _Course:
    spans = trajectories.bouts(duration_s, movement.share_of_time, rng, start_s=movement.start_s)
    still = np.zeros_like(grid_s)
    if not spans:
        return _Course(still, still, spans)
    rate_hz, band_hz = movement.rate_hz or 0.0, movement.rate_band_hz or (0.0, 0.0)
    if movement.pattern in ("pulses", "taps"):
        # A finger that taps is never at rest between.
        length_s = 1 / rate_hz if movement.pattern == "taps" else min(movement.pulse_s, 1 / rate_hz)
        starts = trajectories.event_times(duration_s, rate_hz, spans, length_s, rng, regular=movement.regular)
        return _Course(trajectories.pulses(grid_s, starts, length_s), still, spans, starts)
    if movement.pattern == "speech":
        return _Course(trajectories.speech(grid_s, band_hz, spans, rng), still, spans)
    if movement.pattern == "tremor":
        values = trajectories.tremor(grid_s, rate_hz, rng)
    elif movement.regular:
        phase = float(rng.uniform(0, 2 * np.pi)) + np.radians(movement.phase_deg)
        values = trajectories.sine(grid_s, rate_hz, phase)
    else:
        values = trajectories.irregular(grid_s, band_hz, spans, rng)
    swell = trajectories.envelope(grid_s, spans)
    return _Course(values * swell, swell, spans)


def _level(channel: Channel, movement: Movement, course: _Course, calibration: Calibration) -> FloatArray:
    """Turn a course into levels: about rest where a part goes both ways, from rest on where it goes one way."""
    if channel.absolute:
        rest = calibration.rest_level(channel)
        return rest + (movement.amplitude - rest) * course.values
    if movement.movement.endswith("_to_thumb"):
        return movement.amplitude * course.values
    if movement.pattern in ("pulses", "speech"):
        return 2 * movement.amplitude * course.values
    if channel.negative:
        return movement.amplitude * course.values
    return movement.amplitude * (course.values + course.swell)


def _add(into: Controls, more: Controls) -> None:
    for name, course in more.items():
        into[name] = into[name] + course if name in into else course


def _life(programme: Programme, grid_s: FloatArray, rng: np.random.Generator) -> tuple[Controls, FloatArray]:
    """Blink, breathe, look about and sway a little, as everybody does."""
    out: Controls = {}
    blinks_s = np.zeros(0)
    if programme.blinks_per_minute > 0:
        away = 60 / programme.blinks_per_minute
        # Blinks come unevenly: from one to the next a fixed third of a second, the rest by chance.
        gaps = 0.35 + rng.exponential(max(away - 0.35, 0.05), size=int(programme.duration_s / 0.35) + 2)
        times = np.cumsum(gaps) - gaps[0] * rng.uniform()
        blinks_s = times[times < programme.duration_s - 0.3]
        closure = trajectories.blinks(grid_s, blinks_s)
        out |= {"unit:eyeBlinkLeft": closure, "unit:eyeBlinkRight": closure}
    if programme.breaths_per_minute > 0:
        phase = 2 * np.pi * programme.breaths_per_minute / 60 * grid_s + rng.uniform(0, 2 * np.pi)
        out["breath"] = (1 + np.sin(phase)) / 2
    if programme.head_sway_mm > 0:
        for i, strength in enumerate((1.0, 0.6, 1.0)):
            out[f"head_mm:{i}"] = (
                strength * programme.head_sway_mm * trajectories.slow_noise(grid_s, rng, highest_hz=0.4)
            )
        for i in range(3):
            out[f"head_deg:{i}"] = (
                0.3 * programme.head_sway_mm * trajectories.slow_noise(grid_s, rng, highest_hz=0.4)
            )
    if programme.gaze_wander_deg > 0:
        for i in range(2):
            jumps = np.sort(rng.uniform(0, grid_s[-1], size=max(1, int(grid_s[-1] * 0.8))))
            places = rng.normal(0, programme.gaze_wander_deg, size=len(jumps) + 1)
            out[f"gaze:{i}"] = places[np.searchsorted(jumps, grid_s)]
    return out, blinks_s
