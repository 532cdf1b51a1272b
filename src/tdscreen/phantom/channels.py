"""What can move: each movement of the field as the controls of a pose that bring it about.

A *control* is one number of a :class:`~tdscreen.phantom.pose.Pose`, by a name such as ``unit:jawOpen``,
``head_deg:0`` or ``left:flexion:1``. A *channel* is a movement that a person can name: which controls it drives, and
by which true signal it is told in millimetres.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tdscreen.phantom.pose import HandPlace, HandPose, Pose
from tdscreen.vocabulary import Side

FINGERS = ("thumb", "index", "middle", "ring", "little")


@dataclass(frozen=True)
class Channel:
    """One movement by its controls.

    Attributes
    ----------
    unit : str
        ``mm``, ``deg`` or ``share`` (of the whole, 0 to 1).
    positive : mapping of str to float
        Controls, and the value of each when the channel stands at 1.
    negative : mapping of str to float
        The same at -1; empty if the movement goes one way from rest only.
    signal : str or None
        The true signal whose change from rest is the channel's level; None if the controls have the channel's own
        unit already.
    most : float
        How far the channel may be driven.
    absolute : bool
        The level is the signal itself and not its change from rest.
    """

    unit: str
    positive: Mapping[str, float]
    negative: Mapping[str, float] = field(default_factory=dict)
    signal: str | None = None
    most: float = 1.0
    absolute: bool = False


def _units(**values: float) -> dict[str, float]:
    return {f"unit:{name}": value for name, value in values.items()}


def _straight(control: str, unit: str, most: float) -> Channel:
    """Give a channel that is one control, both ways."""
    return Channel(unit, {control: 1.0}, {control: -1.0}, most=most)


CHANNELS: dict[tuple[str, str, Side | None], Channel] = {
    ("upper_face", "brow_raise", None): Channel(
        "mm",
        _units(browInnerUp=1.0, browOuterUpLeft=1.0, browOuterUpRight=1.0),
        signal="upper_face.brow_left_height",
        most=1.3,
    ),
    # Raised and lowered about rest, which goes farther than a frown alone.
    ("upper_face", "brow", None): Channel(
        "mm",
        _units(browInnerUp=1.0, browOuterUpLeft=1.0, browOuterUpRight=1.0),
        _units(browDownLeft=1.0, browDownRight=1.0),
        signal="upper_face.brow_left_height",
        most=1.3,
    ),
    ("upper_face", "cheek_puff", None): Channel("share", _units(cheekPuff=1.0)),
    ("upper_face", "nose_wrinkle", None): Channel("share", _units(noseSneerLeft=1.0, noseSneerRight=1.0)),
    ("lips", "opening", None): Channel(
        "mm",
        _units(mouthLowerDownLeft=1.0, mouthLowerDownRight=1.0, mouthUpperUpLeft=1.0, mouthUpperUpRight=1.0),
        signal="lips.opening",
        most=1.5,
    ),
    ("lips", "pucker", None): Channel("mm", _units(mouthPucker=1.0), signal="lips.width", most=1.3),
    ("lips", "protrusion", None): Channel("mm", _units(mouthFunnel=1.0), signal="lips.protrusion"),
    ("lips", "side", None): Channel(
        "mm", _units(mouthLeft=1.0), _units(mouthRight=1.0), signal="lips.side_shift"
    ),
    ("lips", "raise", None): Channel(
        "mm", _units(mouthUpperUpLeft=1.0, mouthUpperUpRight=1.0), signal="lips.height", most=1.3
    ),
    ("lips", "smile", None): Channel(
        "mm", _units(mouthSmileLeft=1.0, mouthSmileRight=1.0), signal="lips.width"
    ),
    ("lips", "stretch", None): Channel(
        "mm", _units(mouthStretchLeft=1.0, mouthStretchRight=1.0), signal="lips.width"
    ),
    ("lips", "bite", None): Channel("share", _units(mouthRollLower=1.0)),
    ("lips", "press", None): Channel(
        "share", _units(mouthPressLeft=1.0, mouthPressRight=1.0, mouthRollLower=0.3, mouthRollUpper=0.3)
    ),
    ("jaw", "opening", None): Channel("mm", _units(jawOpen=1.0), signal="jaw.opening"),
    # Behind closed lips.
    ("jaw", "chewing", None): Channel(
        "mm", _units(jawOpen=1.0, mouthClose=1.0), signal="jaw.opening", most=0.6
    ),
    ("jaw", "side", None): Channel(
        "mm", _units(jawLeft=1.0), _units(jawRight=1.0), signal="jaw.side_shift", most=1.3
    ),
    # The mouth opens on the tongue's way out; at 0.4 of the whole opening a tongue passes the lip at about 1.7.
    ("tongue", "out", None): Channel(
        "mm", _units(tongueOut=3.0, jawOpen=0.5), signal="tongue.ahead", absolute=True
    ),
    ("tongue", "side", None): _straight("tongue_side", "mm", 20.0),
    ("tongue", "in_cheek", None): _straight("tongue_cheek", "share", 1.0),
    ("head", "turn", None): _straight("head_deg:0", "deg", 80.0),
    ("head", "nod", None): _straight("head_deg:1", "deg", 45.0),
    ("head", "tilt", None): _straight("head_deg:2", "deg", 45.0),
    ("head", "sideways", None): _straight("head_mm:0", "mm", 400.0),
    ("head", "up_down", None): _straight("head_mm:1", "mm", 200.0),
    ("eyes", "gaze_side", None): _straight("gaze:0", "deg", 35.0),
    ("eyes", "gaze_up", None): _straight("gaze:1", "deg", 25.0),
}
"""Every movement by region, name and side. Brows, lids and hands have two sides of their own."""

for _side in Side:
    _name = _side.value.capitalize()
    CHANNELS |= {
        ("upper_face", "brow_lower", _side): Channel(
            "mm", _units(**{f"browDown{_name}": 1.0}), signal=f"upper_face.brow_{_side}_height", most=1.3
        ),
        ("upper_face", "lid_closure", _side): Channel("share", _units(**{f"eyeBlink{_name}": 1.0})),
        ("upper_face", "squint", _side): Channel(
            "mm",
            _units(**{f"eyeSquint{_name}": 1.0, f"cheekSquint{_name}": 1.0}),
            signal=f"upper_face.eye_{_side}_opening",
        ),
        (f"{_side}_hand", "bend", None): _straight(f"{_side}:wrist:0", "deg", 60.0),
        (f"{_side}_hand", "deviation", None): _straight(f"{_side}:wrist:1", "deg", 30.0),
        (f"{_side}_hand", "sideways", None): _straight(f"{_side}:shift:0", "mm", 400.0),
        (f"{_side}_hand", "up_down", None): _straight(f"{_side}:shift:1", "mm", 400.0),
    }
    for _i, _finger in enumerate(FINGERS):
        # Fifty degrees a unit; a knuckle bends by 90 and the joints beyond by their share.
        CHANNELS[(f"{_side}_hand", _finger, None)] = Channel(
            "mm", {f"{_side}:flexion:{_i}": 50.0}, signal=f"{_side}_hand.{_finger}_tip", most=1.4
        )
        if _i:
            CHANNELS[(f"{_side}_hand", f"{_finger}_to_thumb", None)] = Channel(
                "share", {f"{_side}:pinch:{_i - 1}": 1.0}
            )


def pose_of(controls: Mapping[str, float], *, left: HandPlace, right: HandPlace) -> Pose:
    """Make a pose from its controls; those that are not named are at rest.

    Parameters
    ----------
    controls : mapping of str to float
    left, right : HandPlace

    Returns
    -------
    Pose
    """

    def numbers(stem: str, count: int) -> tuple[float, ...]:
        return tuple(controls.get(f"{stem}:{i}", 0.0) for i in range(count))

    def hand(side: str, place: HandPlace) -> HandPose:
        thumb, index, middle, ring, little = numbers(f"{side}:flexion", 5)
        to_index, to_middle, to_ring, to_little = numbers(f"{side}:pinch", 4)
        bend, deviation = numbers(f"{side}:wrist", 2)
        x, y, z = numbers(f"{side}:shift", 3)
        return HandPose(
            place=place,
            flexion_deg=(thumb, index, middle, ring, little),
            pinch=(to_index, to_middle, to_ring, to_little),
            wrist_deg=(bend, deviation),
            shift_mm=(x, y, z),
        )

    turn, nod, tilt = numbers("head_deg", 3)
    x, y, z = numbers("head_mm", 3)
    across, up = numbers("gaze", 2)
    return Pose(
        units={
            name.removeprefix("unit:"): value
            for name, value in controls.items()
            if name.startswith("unit:") and value != 0.0
        },
        head_deg=(turn, nod, tilt),
        head_mm=(x, y, z),
        gaze_deg=(across, up),
        tongue_side_mm=controls.get("tongue_side", 0.0),
        tongue_in_cheek=controls.get("tongue_cheek", 0.0),
        breath=controls.get("breath", 0.0),
        left_hand=hand("left", left),
        right_hand=hand("right", right),
    )
