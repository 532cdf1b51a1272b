"""Programmes by name: rest, every item at every severity, what is mistaken for dyskinesia, tasks done as asked.

Rates and sizes that no source settles are assumed; those of severities are the table's
(:mod:`tdscreen.phantom.severities`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from tdscreen.errors import InputError
from tdscreen.phantom.channels import FINGERS
from tdscreen.phantom.pose import HandPlace
from tdscreen.phantom.programme import HandPath, Hold, Movement, Programme
from tdscreen.phantom.severities import any_cell, middle_cell
from tdscreen.vocabulary import MovementType, Side, Task

Random = np.random.Generator
TD_BAND_HZ = (0.7, 2.2)
"""Orofacial dyskinesia from 0.5 to 3 Hz (assumed), of hand and foot mostly 1 to 2 Hz (Wirshing 1991)."""
SYLLABLES_HZ = (3.0, 5.0)
GUM_HZ = 1.6
LIVELY: dict[str, Any] = {"blinks_per_minute": 26.0, "head_sway_mm": 1.5}


@dataclass(frozen=True)
class Preset:
    """A programme by name.

    Attributes
    ----------
    name : str
    words : str
        What is to be seen, in one line.
    make : callable
        Gives the programme of a length in seconds, by chance where people differ.
    """

    name: str
    words: str
    make: Callable[[float, Random], Programme]


PRESETS: dict[str, Preset] = {}


def programme_of(name: str, *, duration_s: float = 15.0, seed: int = 0) -> Programme:
    """Make the programme of a preset.

    Parameters
    ----------
    name : str
        One of :data:`PRESETS`.
    duration_s : float
    seed : int
        Of what differs between people, such as the rate of tapping.

    Returns
    -------
    Programme

    Raises
    ------
    InputError
        If there is no such preset, or it does not fit into so short a clip.
    """
    if name not in PRESETS:
        raise InputError(f"There is no preset {name!r}. See them with: tdscreen phantom presets.")
    Programme(duration_s=duration_s)  # A duration that no clip has is refused in its own words.
    try:
        return PRESETS[name].make(duration_s, np.random.default_rng([seed, 3]))
    except InputError as error:
        raise InputError(
            f"The preset {name} does not fit into {duration_s:g} s. Give it a longer duration."
        ) from error


def mover(
    region: str,
    movement: str,
    *,
    rate_hz: float = 1.5,
    amplitude: float = 2.0,
    share_of_time: float = 1.0,
    regular: bool = True,
    side: Side | None = None,
    duration_s: float = 15.0,
    living: bool = True,
) -> Programme:
    """Make a programme in which one part moves alone.

    Parameters
    ----------
    region, movement : str
        As in :data:`tdscreen.phantom.channels.CHANNELS`.
    rate_hz : float
        Irregular movement takes a band of 0.6 to 1.4 times it.
    amplitude : float
        Half the range, mm or degrees.
    share_of_time : float
    regular : bool
    side : Side, optional
    duration_s : float
    living : bool
        Blinks, breathes and sways as people do; if not, nothing else moves at all.

    Returns
    -------
    Programme
    """
    one = Movement(
        region,
        movement,
        amplitude,
        rate_hz=rate_hz if regular else None,
        rate_band_hz=None if regular else (0.6 * rate_hz, 1.4 * rate_hz),
        share_of_time=share_of_time,
        regular=regular,
        side=side,
    )
    still: dict[str, Any] = (
        {} if living else {"blinks_per_minute": 0.0, "breaths_per_minute": 0.0, "head_sway_mm": 0.0}
    )
    hands: dict[str, Any] = {region: HandPath("raised")} if region.endswith("_hand") else {}
    return Programme(Task.REST, duration_s, (one,), **hands, **still, gaze_wander_deg=1.0 if living else 0.0)


def with_severities(
    grades: dict[str, int], *, duration_s: float = 15.0, seed: int = 0, vary: bool = True
) -> Programme:
    """Make a resting programme with dyskinesia of several parts at once, each of a severity of its own.

    Parameters
    ----------
    grades : dict of str to int
        ``facial_expression``, ``lips``, ``jaw``, ``tongue`` or ``upper_limbs`` to 0 to 4; who is not named is still.
    duration_s : float
    seed : int
    vary : bool
        Any cell of the table that has the severity, and not its middle one.

    Returns
    -------
    Programme
    """
    rng = np.random.default_rng([seed, 4])
    movements = tuple(
        one for part, grade in grades.items() for one in _dyskinesia(part, grade, rng, vary=vary)
    )
    return replace(_hands(duration_s, movements), movements=movements)


def _hands(duration_s: float, movements: tuple[Movement, ...]) -> Programme:
    place: HandPlace = "raised" if any(one.region.endswith("_hand") for one in movements) else "out_of_view"
    return Programme(Task.REST, duration_s, left_hand=HandPath(place), right_hand=HandPath(place))


def _dyskinesia(part: str, grade: int, rng: Random, *, vary: bool) -> tuple[Movement, ...]:
    """Give the movements of one item at one severity."""
    scale = {"upper_limbs": "upper_limbs.fingers"}.get(part, part)
    if part != "head":
        cell = any_cell(scale, grade, rng) if vary else middle_cell(scale, grade)
        mm, share = cell.amplitude_mm, cell.share_of_time
    else:
        # No table names the neck; sizes as of the jaw, doubled (assumed).
        cell = middle_cell("jaw", grade)
        mm, share = 2 * cell.amplitude_mm, cell.share_of_time
    if grade == 0:
        return ()

    def wave(region: str, movement: str, amplitude: float, together: str = "") -> Movement:
        return _chorea(region, movement, amplitude, share_of_time=share, together=together)

    match part:
        case "facial_expression":
            return (wave("upper_face", "brow", mm, together="brows"),)
        case "lips":
            return (wave("lips", "opening", mm),)
        case "jaw":
            return (wave("jaw", "opening", mm),)
        case "tongue":
            return (
                Movement(
                    "tongue", "out", mm, rate_hz=0.8, regular=False, pattern="pulses", pulse_s=0.9,
                    share_of_time=share,
                ),
            )  # fmt: skip
        case "upper_limbs":
            return tuple(
                wave(f"{side}_hand", finger, weight * mm, together=f"{side} hand")
                for side in Side
                for finger, weight in (
                    ("index", 1.0),
                    ("middle", 0.7),
                    ("ring", 0.5),
                    ("little", 0.5),
                    ("thumb", 0.3),
                )
            )
        case "head":
            return (wave("head", "sideways", mm),)
    raise InputError(f"There is no item {part!r}.")


def _preset(name: str, words: str) -> Callable[[Callable[[float, Random], Programme]], None]:
    def keep(make: Callable[[float, Random], Programme]) -> None:
        PRESETS[name] = Preset(name, words, make)

    return keep


def _plain(name: str, words: str, *movements: Movement, **more: Any) -> None:
    """Keep a preset that is the same for everybody."""

    def make(duration_s: float, rng: Random) -> Programme:
        return replace(_hands(duration_s, movements), movements=movements, **more)

    PRESETS[name] = Preset(name, words, make)


def _wave(region: str, movement: str, amplitude: float, rate_hz: float, **more: Any) -> Movement:
    return Movement(region, movement, amplitude, rate_hz=rate_hz, **more)


def _chorea(region: str, movement: str, amplitude: float, **more: Any) -> Movement:
    given: dict[str, Any] = {"rate_band_hz": TD_BAND_HZ, "regular": False} | more
    return Movement(region, movement, amplitude, **given)


def _tremor(region: str, movement: str, amplitude: float, rate_hz: float, **more: Any) -> Movement:
    return Movement(region, movement, amplitude, rate_hz=rate_hz, pattern="tremor", **more)


_BOTH_RAISED: dict[str, Any] = {"left_hand": HandPath("raised"), "right_hand": HandPath("raised")}
_BOTH_ON_KNEES: dict[str, Any] = {"left_hand": HandPath("on_knees"), "right_hand": HandPath("on_knees")}
_BOTH_STRETCHED: dict[str, Any] = {"left_hand": HandPath("stretched"), "right_hand": HandPath("stretched")}

# Rest, and each item of the AIMS at each severity.
_plain("rest", "Sits still, blinks and breathes.")
_plain("rest_hands_on_knees", "Sits still, hands on knees.", **_BOTH_ON_KNEES)
_plain("rest_hands_raised", "Sits still, hands held up.", **_BOTH_RAISED)

_ITEM_WORDS = {
    "facial_expression": "Brows go up and down, unevenly",
    "lips": "Lips part and meet, unevenly",
    "jaw": "Jaw opens and closes, unevenly",
    "tongue": "Tongue darts out",
    "upper_limbs": "Fingers of both hands move, unevenly",
    "head": "Head rocks from side to side, unevenly",
}
for _part, _words in _ITEM_WORDS.items():
    for _grade in range(5):

        def _make(duration_s: float, rng: Random, part: str = _part, grade: int = _grade) -> Programme:
            movements = _dyskinesia(part, grade, rng, vary=False)
            base = _hands(duration_s, movements)
            if part == "upper_limbs":
                base = replace(base, **_BOTH_RAISED)
            return replace(base, movements=movements)

        PRESETS[f"aims_{_part}_{_grade}"] = Preset(
            f"aims_{_part}_{_grade}", f"{_words}: severity {_grade}.", _make
        )

# Dyskinesias by their names.
_plain(
    "lip_smacking",
    "Lips part and are drawn together.",
    _wave("lips", "opening", 2.5, 1.2, share_of_time=0.7, together="smack"),
    _wave("lips", "pucker", 1.0, 1.2, share_of_time=0.7, together="smack", phase_deg=180.0),
)
_plain("lip_puckering", "Lips pucker, unevenly.", _chorea("lips", "pucker", 2.0, share_of_time=0.7))
_plain(
    "jaw_chewing_like",
    "Chews on nothing, mouth closed, unevenly.",
    _chorea("jaw", "chewing", 3.5, rate_band_hz=(0.9, 1.9), share_of_time=0.8),
)
_plain("jaw_lateral", "Jaw goes from side to side.", _chorea("jaw", "side", 3.5, share_of_time=0.7))
_plain(
    "tongue_darting",
    "Tongue darts out and back like a fly-catcher's.",
    Movement("tongue", "out", 12.0, rate_hz=0.6, regular=False, pattern="pulses", pulse_s=0.7),
)
_plain(
    "tongue_rolling",
    "Tongue rolls in the closed mouth and pushes at the cheeks.",
    _chorea("tongue", "in_cheek", 0.9, rate_band_hz=(0.5, 1.5), share_of_time=0.8),
)
_plain("blinking", "Blinks often, 45 times a minute.", blinks_per_minute=45.0)
_plain(
    "blepharospasm",
    "Eyes are squeezed shut again and again.",
    Movement(
        "upper_face",
        "lid_closure",
        0.5,
        rate_hz=0.5,
        regular=False,
        pattern="pulses",
        pulse_s=1.2,
        together="lids",
    ),
    Movement(
        "upper_face",
        "brow_lower",
        1.0,
        rate_hz=0.5,
        regular=False,
        pattern="pulses",
        pulse_s=1.2,
        together="lids",
    ),
)
_plain("frowning", "Brows are drawn down.", _chorea("upper_face", "brow_lower", 2.0, share_of_time=0.6))
_plain(
    "piano_fingers",
    "Fingers move one after the other as on a piano.",
    *(_chorea(f"{side}_hand", finger, 12.0, share_of_time=0.8) for side in Side for finger in FINGERS[1:]),
    **_BOTH_RAISED,
)
_plain(
    "wrist",
    "Wrists bend and the hands wander, slowly and unevenly.",
    *(
        one
        for side in Side
        for one in (
            _chorea(f"{side}_hand", "bend", 12.0, rate_band_hz=(0.5, 1.2), together=f"{side} wrist"),
            _chorea(f"{side}_hand", "up_down", 20.0, rate_band_hz=(0.6, 1.4), together=f"{side} arm"),
        )
    ),
    **_BOTH_RAISED,
)

# What is mistaken for it.
_TALK = (
    Movement(
        "jaw", "opening", 3.5, rate_band_hz=SYLLABLES_HZ, regular=False, pattern="speech", together="talk"
    ),
    Movement(
        "lips", "opening", 1.5, rate_band_hz=SYLLABLES_HZ, regular=False, pattern="speech", together="talk"
    ),
    Movement("lips", "pucker", 1.0, rate_band_hz=(1.5, 3.5), regular=False, kind=MovementType.SPEECH_LIKE),
    Movement("head", "nod", 2.5, rate_band_hz=(0.4, 1.6), regular=False, scored=False),
    Movement("head", "turn", 3.0, rate_band_hz=(0.3, 1.2), regular=False, scored=False),
)
_plain("talking", "Talks, the head going with it.", *_TALK, task=Task.SPEECH, **LIVELY)
_plain(
    "gum",
    "Chews gum at 1.6 Hz, mouth closed.",
    _wave("jaw", "chewing", 3.0, GUM_HZ, kind=MovementType.CHEWING_LIKE, scored=False, together="gum"),
    _wave(
        "jaw",
        "side",
        1.0,
        GUM_HZ,
        kind=MovementType.CHEWING_LIKE,
        scored=False,
        together="gum",
        phase_deg=90.0,
    ),
)
_plain(
    "rabbit_syndrome",
    "Lips and jaw tremble up and down at 5 Hz; the tongue is spared.",
    _tremor("jaw", "opening", 1.2, 5.0, together="rabbit"),
    _tremor("lips", "opening", 0.8, 5.0, together="rabbit"),
)
_plain(
    "rabbit_with_dyskinesia",
    "Lips and jaw tremble at 5 Hz, and the jaw opens and closes unevenly as well.",
    _tremor("jaw", "opening", 0.9, 5.0, together="rabbit"),
    _tremor("lips", "opening", 0.6, 5.0, together="rabbit"),
    _chorea("jaw", "opening", 4.5, rate_band_hz=(0.7, 1.8), share_of_time=0.8),
)
_plain(
    "parkinsonian_tremor",
    "Hands tremble at rest at 5 Hz, thumb against fingers.",
    *(
        _tremor(f"{side}_hand", finger, mm, 5.0 + 0.2 * (side is Side.LEFT), together=f"{side} tremor")
        for side in Side
        for finger, mm in (("thumb", 4.0), ("index", 7.0), ("middle", 6.0), ("ring", 5.0), ("little", 4.0))
    ),
    **_BOTH_RAISED,
)
_plain(
    "essential_tremor",
    "Outstretched hands tremble at 8 Hz.",
    *(
        _tremor(f"{side}_hand", part, size, 8.0, together=f"{side} tremor")
        for side in Side
        for part, size in (("up_down", 4.0), ("index", 2.5), ("middle", 2.5), ("ring", 2.0), ("little", 2.0))
    ),
    task=Task.ARMS_OUT,
    **_BOTH_STRETCHED,
)
_plain(
    "tremor_with_dyskinesia",
    "Hands tremble at 5 Hz, and the fingers move unevenly as well.",
    *(
        _tremor(f"{side}_hand", finger, 4.0, 5.0, together=f"{side} tremor")
        for side in Side
        for finger in FINGERS[1:]
    ),
    *(
        _chorea(
            f"{side}_hand",
            finger,
            14.0,
            rate_band_hz=(0.7, 1.8),
            share_of_time=0.6,
            together=f"{side} chorea",
        )
        for side in Side
        for finger in FINGERS[1:]
    ),
    **_BOTH_RAISED,
)
_plain("nodding", "Nods at 1 Hz.", _wave("head", "nod", 6.0, 1.0, scored=False))
_plain(
    "head_turning",
    "Turns the head by 20 degrees to both sides.",
    _wave("head", "turn", 20.0, 0.15, scored=False),
)
_plain(
    "breathing",
    "Breathes deeply, shoulders and head going with it.",
    breaths_per_minute=20.0,
    head_sway_mm=1.5,
)
_plain(
    "moving_arm",
    "An arm moves about, its fingers still.",
    _chorea("right_hand", "sideways", 45.0, rate_band_hz=(0.6, 1.3), scored=False),
    _chorea("right_hand", "up_down", 35.0, rate_band_hz=(0.6, 1.3), scored=False),
    right_hand=HandPath("raised"),
)


def _held(region: str, movement: str, level: float, start_s: float, end_s: float, **more: Any) -> Hold:
    return Hold(region, movement, level, start_s=start_s, end_s=end_s, **more)


@_preset("gaze_shifts", "Looks to the sides, up and down.")
def _gaze(duration_s: float, rng: Random) -> Programme:
    holds, at = [], 0.8
    while at + 1.6 < duration_s:
        movement = str(rng.choice(["gaze_side", "gaze_side", "gaze_up"]))
        level = float(rng.uniform(12, 24) * rng.choice([-1, 1]) * (0.6 if movement == "gaze_up" else 1.0))
        holds.append(_held("eyes", movement, level, at, at + 1.4, rise_s=0.08))
        at += float(rng.uniform(1.6, 2.6))
    return Programme(Task.REST, duration_s, holds=tuple(holds))


@_preset("smiling", "Smiles twice.")
def _smiling(duration_s: float, rng: Random) -> Programme:
    size = float(rng.uniform(3.5, 6.0))
    third = duration_s / 3
    starts = (0.3 * third, 1.7 * third)
    holds = [_held("lips", "smile", size, start, start + 0.75 * third, rise_s=0.7) for start in starts]
    return Programme(Task.REST, duration_s, holds=tuple(holds))


@_preset("lip_biting", "Draws the lower lip in and bites on it, twice.")
def _biting(duration_s: float, rng: Random) -> Programme:
    third = duration_s / 3
    holds = [_held("lips", "bite", 0.9, start, start + 0.7 * third) for start in (0.4 * third, 1.8 * third)]
    return Programme(Task.REST, duration_s, holds=tuple(holds))


@_preset("yawn", "Yawns once.")
def _yawn(duration_s: float, rng: Random) -> Programme:
    start = 0.25 * duration_s
    end = start + min(6.0, 0.6 * duration_s)
    holds = (
        _held("jaw", "opening", 24.0, start, end, rise_s=1.6),
        _held("upper_face", "squint", 1.5, start, end, rise_s=1.5),
        _held("head", "nod", 6.0, start, end, rise_s=1.6),
    )
    return Programme(Task.REST, duration_s, holds=holds)


# Each task of the examination as a healthy person does it.
_plain("task_rest", "Asked to sit still: sits still.", **_BOTH_ON_KNEES)
_plain("task_hands_hanging", "Hands hang down out of the picture.", task=Task.HANDS_HANGING)
_plain("task_arms_out", "Holds the arms out, palms down.", task=Task.ARMS_OUT, **_BOTH_STRETCHED)
_plain("task_speech", "Asked to talk: talks.", *_TALK, task=Task.SPEECH, **LIVELY)


@_preset("task_mouth_open", "Opens the mouth twice, as asked.")
def _mouth_open(duration_s: float, rng: Random) -> Programme:
    half, level = duration_s / 2, float(rng.uniform(18.0, 26.0))
    starts = (0.12 * half, 1.12 * half)
    holds = [_held("jaw", "opening", level, start, start + 0.75 * half, rise_s=0.8) for start in starts]
    return Programme(Task.MOUTH_OPEN, duration_s, holds=tuple(holds))


@_preset("task_tongue_out", "Puts out the tongue twice, as asked.")
def _tongue_out(duration_s: float, rng: Random) -> Programme:
    half, reach = duration_s / 2, float(rng.uniform(10.0, 20.0))
    starts = (0.15 * half, 1.15 * half)
    holds = [_held("tongue", "out", reach, start, start + 0.7 * half, rise_s=0.9) for start in starts]
    return Programme(Task.TONGUE_OUT, duration_s, holds=tuple(holds))


@_preset("task_unstructured", "Sits as people do who are asked nothing: looks about, turns a little, smiles.")
def _unstructured(duration_s: float, rng: Random) -> Programme:
    movements = (
        Movement("head", "turn", 6.0, rate_band_hz=(0.1, 0.4), regular=False, scored=False),
        Movement("head", "nod", 3.0, rate_band_hz=(0.1, 0.4), regular=False, scored=False),
    )
    holds = (
        _held("eyes", "gaze_side", 15.0, 0.2 * duration_s, 0.3 * duration_s, rise_s=0.08),
        _held("lips", "smile", 4.0, 0.5 * duration_s, 0.7 * duration_s, rise_s=0.6),
    )
    return Programme(Task.UNSTRUCTURED, duration_s, movements, holds)


def _with_hand(programme: Programme, side: Side) -> Programme:
    raised = HandPath("raised")
    return (
        replace(programme, left_hand=raised) if side is Side.LEFT else replace(programme, right_hand=raised)
    )


def _tapping(side: Side, task: Task) -> Callable[[float, Random], Programme]:
    def make(duration_s: float, rng: Random) -> Programme:
        tap = Movement(
            f"{side}_hand", "index_to_thumb", 1.0, rate_hz=float(np.round(rng.uniform(2.0, 4.0), 2)),
            pattern="taps", start_s=0.5, share_of_time=(duration_s - 0.75) / duration_s,
        )  # fmt: skip
        return _with_hand(Programme(task, duration_s, (tap,)), side)

    return make


def _each_finger(side: Side, task: Task) -> Callable[[float, Random], Programme]:
    def make(duration_s: float, rng: Random) -> Programme:
        rate = float(np.round(rng.uniform(2.0, 3.2), 2))
        # Four fingers in turn: each comes every fourth time, with the way there taking one time.
        movements = tuple(
            Movement(
                f"{side}_hand", f"{finger}_to_thumb", 1.0, rate_hz=rate / 4, pulse_s=1 / rate, pattern="pulses",
                start_s=0.3 + i / rate, share_of_time=(duration_s - 0.5 - i / rate) / duration_s,
                kind=MovementType.VOLUNTARY_TASK, together="in turn",
            )
            for i, finger in enumerate(FINGERS[1:])
        )  # fmt: skip
        return _with_hand(Programme(task, duration_s, movements), side)

    return make


for _side, _task in ((Side.LEFT, Task.FINGER_TAPPING_LEFT), (Side.RIGHT, Task.FINGER_TAPPING_RIGHT)):
    _preset(f"task_tapping_{_side}", f"Taps the {_side} thumb with the index finger, 2 to 4 times a second.")(
        _tapping(_side, _task)
    )
    _preset(f"task_each_finger_{_side}", f"Taps the {_side} thumb with each finger in turn.")(
        _each_finger(_side, _task)
    )


@_preset("hands_crossing", "Both hands cross before the body and come back.")
def _crossing(duration_s: float, rng: Random) -> Programme:
    a, b, c, d = (share * duration_s for share in (0.2, 0.35, 0.6, 0.75))
    # The person's left hand is at the picture's right.
    left = ((a, (0.0, 0.0, 0.0)), (b, (-330.0, 40.0, 0.0)), (c, (-330.0, 40.0, 0.0)), (d, (0.0, 0.0, 0.0)))
    right = ((a, (0.0, 0.0, 0.0)), (b, (330.0, -40.0, 0.0)), (c, (330.0, -40.0, 0.0)), (d, (0.0, 0.0, 0.0)))
    return Programme(
        Task.REST, duration_s, left_hand=HandPath("raised", left), right_hand=HandPath("raised", right)
    )


@_preset("hand_leaving", "One hand leaves the picture and comes back, then the other.")
def _leaving(duration_s: float, rng: Random) -> Programme:
    def away(share: float) -> HandPath:
        at = [(share + step) * duration_s for step in (0.0, 0.08, 0.2, 0.28)]
        here, low = (0.0, 0.0, 0.0), (0.0, 450.0, 0.0)
        return HandPath(
            "raised", ((at[0], here), (at[1], low), (at[2], low), (at[3], here)), ((at[1], at[2]),)
        )

    return Programme(Task.REST, duration_s, left_hand=away(0.12), right_hand=away(0.55))
