"""What a virtual person is to do in a clip, in the field's words: a programme, and its form as JSON."""

from __future__ import annotations

import dataclasses
import itertools
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args

from tdscreen.errors import InputError
from tdscreen.phantom.channels import CHANNELS, Channel
from tdscreen.phantom.pose import HandPlace, Vector
from tdscreen.vocabulary import MovementType, Side, Task

FORMAT = "tdscreen-phantom-programme/1"
Made = TypeVar("Made", "Movement", "Hold", "HandPath", "Programme")

Pattern = Literal["wave", "tremor", "pulses", "taps", "speech"]
"""How a movement runs: a sine, or band-limited noise where it is irregular; a sine that wanders as a tremor does; out
and back, with rest between; finger to thumb; syllables."""

NOT_SCORED = frozenset({MovementType.TREMOR_LIKE, MovementType.SPEECH_LIKE, MovementType.VOLUNTARY_TASK})
"""Kinds of movement that no item of the AIMS is about."""
LONGEST_S = 3600.0
FARTHEST_HAND_MM = 2000.0
"""Beyond this no arm carries a hand (assumed)."""


@dataclass(frozen=True)
class Movement:
    """One movement of one part.

    Attributes
    ----------
    region, movement : str
        What moves and how, as ``jaw`` and ``opening``: see :data:`tdscreen.phantom.channels.CHANNELS`.
    amplitude : float
        Half the range, in the unit of what moves (mm, degrees, or a share of the whole); of a tongue that comes out,
        how far it reaches past the lip, and of a finger that taps, 1 for touching the thumb.
    rate_hz : float or None
        Of a regular movement; of pulses, taps and tremor also where they are not quite regular.
    rate_band_hz : (float, float) or None
        Of an irregular movement.
    share_of_time : float
        0 to 1 of the clip, in bouts.
    regular : bool
    side : Side or None
        Which brow, lid or cheek; None for both, and for parts that have but one.
    start_s : float
        Nothing moves before.
    pattern : Pattern
    kind : MovementType or None
        What it is to be taken for; by default what its pattern is.
    scored : bool or None
        Whether an item of the AIMS is about it; by default what its kind is.
    together : str
        Movements with the same word here share their bouts, their times and their chance.
    phase_deg : float
        By how much of a cycle a sine is ahead of the others that it goes together with.
    pulse_s : float
        Length of one pulse.
    """

    region: str
    movement: str
    amplitude: float
    rate_hz: float | None = None
    rate_band_hz: tuple[float, float] | None = None
    share_of_time: float = 1.0
    regular: bool = True
    side: Side | None = None
    start_s: float = 0.0
    pattern: Pattern = "wave"
    kind: MovementType | None = None
    scored: bool | None = None
    together: str = ""
    phase_deg: float = 0.0
    pulse_s: float = 0.5

    def __post_init__(self) -> None:
        what = f"{self.region} {self.movement}"
        channel = channel_of(self.region, self.movement, self.side)[0]
        _in_range(f"the amplitude of {what}", self.amplitude, 0.0, 400.0)
        _in_range(f"the share of time of {what}", self.share_of_time, 0.0, 1.0)
        _in_range(f"the start of {what}", self.start_s, 0.0, LONGEST_S)
        _in_range(f"the length of a pulse of {what}", self.pulse_s, 0.05, 60.0)
        _in_range(f"the phase of {what}", self.phase_deg, -3600.0, 3600.0)
        for name, value in (("regular", self.regular), ("scored", self.scored)):
            if not (isinstance(value, bool) or (name == "scored" and value is None)):
                raise InputError(f"{name} of {what} must be true or false, not {value!r}.")
        if not isinstance(self.together, str):
            raise InputError(f"together of {what} must be a word, not {self.together!r}.")
        if self.rate_hz is not None:
            _in_range(f"the rate of {what}", self.rate_hz, 0.02, 15.0)
        if self.rate_band_hz is not None:
            low, high = self.rate_band_hz
            _in_range(f"the slowest rate of {what}", low, 0.02, 15.0)
            _in_range(f"the fastest rate of {what}", high, 0.02, 15.0)
            if low >= high:
                raise InputError(
                    f"The band of rates of {what} must rise; it goes from {low:g} to {high:g} Hz."
                )
        by_band = self.pattern == "speech" or (self.pattern == "wave" and not self.regular)
        if by_band and self.rate_band_hz is None:
            raise InputError(f"An irregular movement has a band of rates: give rate_band_hz for {what}.")
        if not by_band and self.rate_hz is None:
            raise InputError(f"A regular movement has a rate: give rate_hz for {what}.")
        if (self.rate_hz if by_band else self.rate_band_hz) is not None:
            # One of the two would be carried out, and the other passed over in silence.
            other, used = ("rate_hz", "rate_band_hz") if by_band else ("rate_band_hz", "rate_hz")
            raise InputError(f"{what} moves by its {used}: leave {other} out.")
        if self.pattern not in get_args(Pattern):
            raise InputError(
                f"There is no pattern {self.pattern!r}; there are {', '.join(get_args(Pattern))}."
            )
        if self.pattern == "wave" and channel.absolute:
            raise InputError(f"{what} goes out and back: its pattern is pulses.")

    @property
    def taken_for(self) -> MovementType:
        """What it is to be taken for."""
        if self.kind is not None:
            return self.kind
        by_pattern = {
            "tremor": MovementType.TREMOR_LIKE,
            "taps": MovementType.VOLUNTARY_TASK,
            "speech": MovementType.SPEECH_LIKE,
        }
        plain = MovementType.RHYTHMIC if self.regular else MovementType.IRREGULAR
        return by_pattern.get(self.pattern, plain)

    @property
    def counts(self) -> bool:
        """Whether an item of the AIMS is about it."""
        return self.taken_for not in NOT_SCORED if self.scored is None else self.scored


@dataclass(frozen=True)
class Hold:
    """A posture that is taken, kept and left: a mouth opened as asked, a yawn, a smile, a look to the side.

    Attributes
    ----------
    region, movement : str
    level : float
        Against rest, in the unit of what moves; negative the other way, where there is one.
    start_s, end_s : float
        From the beginning of the way there to the end of the way back; an end at or after the clip's is never left.
    rise_s : float
        How long the way there, and back, takes.
    side : Side or None
    """

    region: str
    movement: str
    level: float
    start_s: float = 0.0
    end_s: float = LONGEST_S
    rise_s: float = 0.6
    side: Side | None = None

    def __post_init__(self) -> None:
        what = f"{self.region} {self.movement}"
        channel = channel_of(self.region, self.movement, self.side)[0]
        _in_range(f"the level of {what}", self.level, -400.0 if channel.negative else 0.0, 400.0)
        _in_range(f"the way to {what}", self.rise_s, 0.02, 60.0)
        _in_range(f"the start of {what}", self.start_s, -60.0, LONGEST_S)
        _in_range(f"the end of {what}", self.end_s, -60.0, LONGEST_S)
        if self.end_s <= self.start_s:
            raise InputError(f"{what} must end after it begins.")


@dataclass(frozen=True)
class HandPath:
    """Where a hand is, and how it is carried about.

    Attributes
    ----------
    place : HandPlace
    keys : tuple of (float, Vector)
        Times in seconds and how far the hand is then from its place in mm (to the picture's right, down, away);
        smooth between, and kept before the first and after the last.
    away_s : tuple of (float, float)
        From when to when it hangs down out of the picture instead.
    """

    place: HandPlace = "out_of_view"
    keys: tuple[tuple[float, Vector], ...] = ()
    away_s: tuple[tuple[float, float], ...] = ()

    def __post_init__(self) -> None:
        if self.place not in get_args(HandPlace):
            raise InputError(f"A hand is not {self.place!r}; it is {', '.join(get_args(HandPlace))}.")
        for time_s, away_mm in self.keys:
            _in_range("a time of a hand's path", time_s, -LONGEST_S, LONGEST_S)
            for along_mm in away_mm:
                _in_range("a hand's way from its place", along_mm, -FARTHEST_HAND_MM, FARTHEST_HAND_MM)
        for start_s, end_s in self.away_s:
            _in_range("the time at which a hand leaves", start_s, -LONGEST_S, LONGEST_S)
            _in_range("the time at which a hand returns", end_s, -LONGEST_S, LONGEST_S)
        times = [time_s for time_s, _ in self.keys]
        if any(b <= a for a, b in itertools.pairwise(times)):
            raise InputError("The times of a hand's path must rise.")

    def place_at(self, time_s: float) -> HandPlace:
        """Say where the hand is at a time."""
        return "out_of_view" if any(start <= time_s < end for start, end in self.away_s) else self.place


@dataclass(frozen=True)
class Programme:
    """What a virtual person does in a clip.

    Attributes
    ----------
    task : Task
        What the person was asked to do.
    duration_s : float
    movements : tuple of Movement
    holds : tuple of Hold
    left_hand, right_hand : HandPath
        The person's own.
    blinks_per_minute : float
        17 at rest, 26 talking (Bentivoglio et al. 1997).
    breaths_per_minute : float
    head_sway_mm : float
        Root mean square of the slow wandering of a head that nobody holds still; 0.3 degrees a millimetre.
    gaze_wander_deg : float
        Of the small jumps of the eyes about the camera.
    """

    task: Task = Task.REST
    duration_s: float = 15.0
    movements: tuple[Movement, ...] = ()
    holds: tuple[Hold, ...] = ()
    left_hand: HandPath = HandPath()
    right_hand: HandPath = HandPath()
    blinks_per_minute: float = 17.0
    breaths_per_minute: float = 14.0
    head_sway_mm: float = 0.7
    gaze_wander_deg: float = 1.0

    def __post_init__(self) -> None:
        _in_range("the duration", self.duration_s, 0.5, LONGEST_S)
        _in_range("the rate of blinking", self.blinks_per_minute, 0.0, 120.0)
        _in_range("the rate of breathing", self.breaths_per_minute, 0.0, 60.0)
        _in_range("the sway of the head", self.head_sway_mm, 0.0, 50.0)
        _in_range("the wandering of the eyes", self.gaze_wander_deg, 0.0, 20.0)
        for one in self.movements:
            if one.start_s + one.share_of_time * self.duration_s > self.duration_s + 1e-6:
                raise InputError(
                    f"{one.region} {one.movement} cannot fill {one.share_of_time:.0%} of the clip "
                    f"if it begins at {one.start_s:g} s."
                )


def channel_of(region: str, movement: str, side: Side | None) -> tuple[Channel, ...]:
    """Find what a movement moves: one channel, or one on each side.

    Raises
    ------
    InputError
        If there is no such movement, or none of that side.
    """
    one = CHANNELS.get((region, movement, None))
    if one is not None and side is None:
        return (one,)
    both = tuple(
        CHANNELS[key] for s in Side if (key := (region, movement, s)) in CHANNELS and side in (None, s)
    )
    if both:
        return both
    if one is not None:
        raise InputError(f"{region} {movement} has no side.")
    known = sorted({f"{r} {m}" for r, m, _ in CHANNELS if r == region}) or sorted({r for r, _, _ in CHANNELS})
    raise InputError(f"There is no movement {region} {movement}. There is {', '.join(known)}.")


def _in_range(what: str, value: float, low: float, high: float) -> None:
    number = isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
    if not number or not low <= value <= high:
        raise InputError(
            f"{what[0].upper()}{what[1:]} must be a number from {low:g} to {high:g}, not {value!r}."
        )


def to_json(programme: Programme) -> dict[str, Any]:
    """Give a programme as plain JSON, with every field named."""
    return {"format": FORMAT, **dataclasses.asdict(programme)}


def from_json(plain: Mapping[str, Any]) -> Programme:
    """Read a programme from plain JSON.

    Raises
    ------
    InputError
        If a field is unknown, of another type, or out of range.
    """
    given = dict(plain)
    if given.pop("format", FORMAT) != FORMAT:
        raise InputError(f"This programme is not of the format {FORMAT}.")
    try:
        if "task" in given:
            given["task"] = Task(given["task"])
        given["movements"] = tuple(_movement(one) for one in _listed(given, "movements"))
        given["holds"] = tuple(_of(Hold, one, side=_side(one)) for one in _listed(given, "holds"))
        for hand in ("left_hand", "right_hand"):
            given[hand] = _hand_path(given.get(hand, {}), hand)
        return _of(Programme, given)
    except (TypeError, ValueError, AttributeError) as error:
        raise InputError(f"This is not a programme of movements: {error}.") from error


def read_programme(path: Path) -> Programme:
    """Read a programme from a JSON file.

    Raises
    ------
    InputError
        If the file cannot be read, or is not a programme.
    """
    try:
        plain = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"{path.name} cannot be read as a programme of movements: {error}.") from error
    if not isinstance(plain, dict):
        raise InputError(f"{path.name} is not a programme of movements: it holds no fields.")
    return from_json(plain)


def _movement(plain: Mapping[str, Any]) -> Movement:
    kind = plain.get("kind")
    return _of(
        Movement,
        plain,
        side=_side(plain),
        rate_band_hz=_band(plain),
        kind=None if kind is None else MovementType(kind),
    )


def _hand_path(plain: Mapping[str, Any], hand: str) -> HandPath:
    if not isinstance(plain, Mapping):
        raise InputError(f'{hand} must be an object, as {{"place": "raised"}}, not {plain!r}.')
    try:
        keys = tuple((float(t), (float(x), float(y), float(z))) for t, (x, y, z) in plain.get("keys", ()))
        away = tuple((float(start), float(end)) for start, end in plain.get("away_s", ()))
    except (TypeError, ValueError) as error:
        raise InputError(
            f"The path of {hand} must be keys as [[0, [0, 0, 0]], [2, [50, 0, 0]]] (a time in s, and millimetres to "
            "the right, down and away) and away_s as [[1, 2]] (from when to when)."
        ) from error
    return _of(HandPath, plain, keys=keys, away_s=away)


def _band(plain: Mapping[str, Any]) -> tuple[float, float] | None:
    band = plain.get("rate_band_hz")
    if band is None:
        return None
    if not isinstance(band, (list, tuple)) or len(band) != 2:
        raise InputError(f"rate_band_hz must be two rates in Hz, as [0.7, 2.2], not {band!r}.")
    return float(band[0]), float(band[1])


def _side(plain: Mapping[str, Any]) -> Side | None:
    return None if plain.get("side") is None else Side(plain["side"])


_WORDS = {"Movement": "movement", "Hold": "hold", "HandPath": "hand", "Programme": "programme"}


def _listed(plain: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """Give what must be a list of things with fields."""
    listed = plain.get(name, ())
    if not isinstance(listed, (list, tuple)) or not all(isinstance(one, Mapping) for one in listed):
        raise InputError(f'"{name}" of a programme must be a list of objects, as [{{"region": "jaw", ...}}].')
    return list(listed)


def _of(made: type[Made], plain: Mapping[str, Any], /, **read: Any) -> Made:
    """Make a dataclass from plain fields, some of them read already; an unknown field is refused."""
    known = {field.name for field in dataclasses.fields(made)}
    unknown = sorted(set(plain) - known)
    if unknown:
        raise InputError(
            f"A {_WORDS[made.__name__]} has no {unknown[0]!r}. It has {', '.join(sorted(known))}."
        )
    missing = [
        field.name
        for field in dataclasses.fields(made)
        if field.default is dataclasses.MISSING and field.name not in plain
    ]
    if missing:
        raise InputError(
            f"A {_WORDS[made.__name__]} needs {' and '.join(missing)}, which this one does not have."
        )
    return made(**{**plain, **read})
