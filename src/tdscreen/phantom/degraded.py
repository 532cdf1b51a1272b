"""Clips degraded past use, each with the quality check that must refuse it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from tdscreen.errors import InputError
from tdscreen.phantom.film import ClipSpec
from tdscreen.phantom.programme import HandPath, Hold, Programme
from tdscreen.vocabulary import Task


@dataclass(frozen=True)
class Degradation:
    """One way to spoil a clip.

    Attributes
    ----------
    words : str
        What is wrong with it, in one line.
    check : str
        The name of the check in :mod:`tdscreen.measurement.quality` that must fail.
    spoil : callable
        Turns a good clip's specification into a spoilt one's.
    """

    words: str
    check: str
    spoil: Callable[[ClipSpec], ClipSpec]


def degrade(spec: ClipSpec, name: str) -> ClipSpec:
    """Spoil a clip.

    Parameters
    ----------
    spec : ClipSpec
        Of a good one.
    name : str
        One of :data:`DEGRADATIONS`.

    Returns
    -------
    ClipSpec
        With ``degraded`` naming the check that must refuse it.

    Raises
    ------
    InputError
        If there is no such degradation.
    """
    if name not in DEGRADATIONS:
        raise InputError(f"There is no degradation {name!r}. There is {', '.join(DEGRADATIONS)}.")
    one = DEGRADATIONS[name]
    return replace(one.spoil(spec), degraded=one.check)


def _phone(**changed: object) -> Callable[[ClipSpec], ClipSpec]:
    def spoil(spec: ClipSpec) -> ClipSpec:
        return replace(spec, phone=replace(spec.phone, **changed))  # type: ignore[arg-type]

    return spoil


def _programme(change: Callable[[Programme], Programme]) -> Callable[[ClipSpec], ClipSpec]:
    def spoil(spec: ClipSpec) -> ClipSpec:
        return replace(spec, programme=change(spec.what()))

    return spoil


def _turned(programme: Programme) -> Programme:
    away = Hold("head", "turn", 62.0, start_s=-2.0, rise_s=0.3)
    return replace(programme, holds=(*programme.holds, away))


def _out_of_frame(programme: Programme) -> Programme:
    away = Hold("head", "sideways", 390.0, start_s=0.12 * programme.duration_s, rise_s=1.0)
    return replace(programme, holds=(*programme.holds, away))


def _short(programme: Programme) -> Programme:
    return Programme(programme.task, 0.8)


def _no_hands(programme: Programme) -> Programme:
    kept = tuple(one for one in programme.movements if not one.region.endswith("_hand"))
    return replace(programme, task=Task.ARMS_OUT, movements=kept, left_hand=HandPath(), right_hand=HandPath())


def _extra(spec: ClipSpec, name: str) -> ClipSpec:
    return replace(spec, extra=name)  # type: ignore[arg-type]


DEGRADATIONS: dict[str, Degradation] = {
    "too_dark": Degradation("Hardly any light.", "light", _phone(light=0.003)),
    "too_bright": Degradation("Light straight into the lens.", "overexposure", _phone(light=8.0)),
    "too_far": Degradation(
        "The whole person far away, the face a few pixels wide.",
        "face_size",
        _phone(framing="lap", distance_mm=4200.0),
    ),
    "too_far_to_find": Degradation(
        "So far away that no face is found.", "face_visible", _phone(framing="lap", distance_mm=7800.0)
    ),
    "out_of_frame": Degradation(
        "The face leaves the picture and stays away.", "face_visible", _programme(_out_of_frame)
    ),
    "too_shaky": Degradation("Filmed by somebody who walks.", "steady", _phone(shake_mm=60.0)),
    "too_few_pictures": Degradation("Eight pictures a second.", "frame_rate", _phone(fps=8.0)),
    "too_short": Degradation("Less than a second.", "frames", _programme(_short)),
    "turned_away": Degradation("The face is turned far to the side.", "facing", _programme(_turned)),
    "mask": Degradation("A mask over nose and mouth.", "mouth_free", lambda spec: _extra(spec, "mask")),
    "hand_on_mouth": Degradation(
        "A hand over the mouth.", "mouth_free", lambda spec: _extra(spec, "hand_on_mouth")
    ),
    "two_people": Degradation(
        "Somebody else in the picture.", "one_person", lambda spec: _extra(spec, "second_person")
    ),
    "hands_missing": Degradation(
        "A task of the hands, and no hand to be seen.", "hands_visible", _programme(_no_hands)
    ),
}
"""Every way to spoil a clip, by name."""
