"""What every signal means, as a column of a table."""

from __future__ import annotations

from tdscreen.motion.signals import Signal
from tdscreen.research.columns import Column
from tdscreen.vocabulary import HAND_REGION

_FACE = "tdscreen.motion.face_signals.face_signals"
_TONGUE = "tdscreen.motion.tongue_signals.tongue_signals"
_HAND = "tdscreen.motion.hand_signals.hand_signals"

TIME = Column(
    "time_s", "Time", "When the picture was shown, since the clip's first picture. Steps may be uneven.",
    "s", "tdscreen.tracking.tracks.Tracks",
)  # fmt: skip

_MEANINGS: dict[str, tuple[str, str]] = {
    "upper_face.brow_left_height": (_FACE, "Height of the left brow in the head's own frame, up is more."),
    "upper_face.brow_right_height": (_FACE, "Height of the right brow in the head's own frame, up is more."),
    "upper_face.brow_half_distance": (_FACE, "Half of the distance between the brows' inner ends."),
    "upper_face.eye_left_opening": (_FACE, "Distance of the left eye's lids, blinks taken out."),
    "upper_face.eye_right_opening": (_FACE, "Distance of the right eye's lids, blinks taken out."),
    "lips.opening": (_FACE, "Distance between upper and lower lip."),
    "lips.width": (_FACE, "Distance between the corners of the mouth."),
    "lips.protrusion": (_FACE, "How far the lips are pushed towards the camera."),
    "lips.side_shift": (_FACE, "Upper lip from side to side, towards the picture's right is more."),
    "lips.height": (_FACE, "Height of the upper lip in the head's own frame, up is more."),
    "jaw.opening": (_FACE, "Chin in the head's own frame, down is more."),
    "jaw.side_shift": (_FACE, "Chin from side to side, towards the picture's right is more."),
    "head.sideways": (_FACE, "Bridge of the nose in the picture, towards its right is more."),
    "head.up_down": (_FACE, "Bridge of the nose in the picture, up is more."),
    "head.turn": (_FACE, "Turn of the head (yaw), towards the picture's right is more."),
    "head.nod": (_FACE, "Nod of the head (pitch), upwards is more."),
    "head.tilt": (_FACE, "Tilt of the head (roll), clockwise in the picture is more."),
    "tongue.reach": (_TONGUE, "How far the tongue is out past the lower lip; 0 where none is out. Absent where the "
                     "mouth could not be looked at."),
    "tongue.side": (_TONGUE, "Middle of the tongue, towards the picture's right of the lips' middle is more. Absent "
                    "where the tongue is not seen."),
    "tongue.area": (_TONGUE, "Area of the visible tongue. Absent where the tongue is not seen."),
}  # fmt: skip
_HAND_MEANINGS = {
    "wrist_sideways": "Wrist in the picture, towards its right is more.",
    "wrist_up_down": "Wrist in the picture, up is more.",
    "thumb_index": "Distance between the tips of thumb and index finger.",
}
_HANDS = tuple(str(region) for region in HAND_REGION.values())


def signal_columns(signal: Signal) -> tuple[Column, ...]:
    """Describe a signal as one column of a table, and its error, where it has one, as another.

    Parameters
    ----------
    signal : Signal

    Returns
    -------
    tuple of Column
        The name of the error's ends in ``.error``.

    Raises
    ------
    ValueError
        This module has no words for the signal: whoever makes a new signal must say here what it means.
    """
    source, meaning = _meaning(signal.name)
    plain = signal.name.replace("_", " ").replace(".", ", ").capitalize()
    value = Column(
        signal.name, plain, f"{meaning} Absent where the region was not seen.", signal.unit, source
    )
    if signal.error is None:
        return (value,)
    error = Column(
        f"{signal.name}.error", f"{plain}, error",
        f"Standard error of {signal.name}, from one picture to the next.", signal.unit, source,
    )  # fmt: skip
    return (value, error)


def _meaning(name: str) -> tuple[str, str]:
    if name in _MEANINGS:
        return _MEANINGS[name]
    region, _, measure = name.partition(".")
    if region in _HANDS:
        if measure in _HAND_MEANINGS:
            return _HAND, _HAND_MEANINGS[measure]
        finger, _, what = measure.rpartition("_")
        if what == "tip":
            return _HAND, f"Tip of the {finger} against the palm, along the line on which it moves most."
        if what == "flexion":
            return _HAND, f"Angle between the palm's ray and the {finger}, bent is more."
    raise ValueError(f"Nothing says what the signal '{name}' means.")
