"""The words of the field, defined once.

*Clip*: one video file of one task. *Examination*: the clips of one sitting of one person. *Assessment*: what the tool
says about an examination. A *rating* is always a person's.
"""

from __future__ import annotations

from enum import StrEnum


class Task(StrEnum):
    """What the person in a clip was asked to do (AIMS examination procedure, Guy 1976)."""

    REST = "rest"
    MOUTH_OPEN = "mouth_open"
    TONGUE_OUT = "tongue_out"
    FINGER_TAPPING_LEFT = "finger_tapping_left"
    FINGER_TAPPING_RIGHT = "finger_tapping_right"
    ARMS_OUT = "arms_out"
    HANDS_HANGING = "hands_hanging"
    SPEECH = "speech"
    UNSTRUCTURED = "unstructured"


class Region(StrEnum):
    """A part of the body whose movement is measured. Left and right are the patient's own."""

    UPPER_FACE = "upper_face"
    LIPS = "lips"
    JAW = "jaw"
    TONGUE = "tongue"
    HEAD = "head"
    LEFT_HAND = "left_hand"
    RIGHT_HAND = "right_hand"


class Item(StrEnum):
    """Items 1 to 7 of the AIMS (Guy 1976), in their order."""

    FACIAL_EXPRESSION = "facial_expression"
    LIPS = "lips"
    JAW = "jaw"
    TONGUE = "tongue"
    UPPER_LIMBS = "upper_limbs"
    LOWER_LIMBS = "lower_limbs"
    TRUNK = "trunk"


class MovementType(StrEnum):
    """What a movement looks like. A region may show several, or none."""

    IRREGULAR = "irregular"
    RHYTHMIC = "rhythmic"
    TREMOR_LIKE = "tremor_like"
    CHEWING_LIKE = "chewing_like"
    SPEECH_LIKE = "speech_like"
    VOLUNTARY_TASK = "voluntary_task"
    NOT_REPEATED = "not_repeated"


class Verdict(StrEnum):
    """What a clip can be used for."""

    GOOD = "good"
    LIMITED = "limited"
    UNUSABLE = "unusable"


class TriageLevel(StrEnum):
    """How an examination is sorted. ``UNUSABLE`` is a result of its own and never reads as ``LOW``."""

    LOW = "low"
    UNCERTAIN = "uncertain"
    ELEVATED = "elevated"
    UNUSABLE = "unusable"


class Side(StrEnum):
    """A side of the patient's own body, not of the picture."""

    LEFT = "left"
    RIGHT = "right"


ITEM_REGIONS: dict[Item, tuple[Region, ...]] = {
    Item.FACIAL_EXPRESSION: (Region.UPPER_FACE,),
    Item.LIPS: (Region.LIPS,),
    Item.JAW: (Region.JAW,),
    Item.TONGUE: (Region.TONGUE,),
    Item.UPPER_LIMBS: (Region.LEFT_HAND, Region.RIGHT_HAND),
    Item.LOWER_LIMBS: (),
    Item.TRUNK: (),
}
"""The regions from which each item is scored. Items without a region cannot be assessed from these clips."""

HAND_REGION: dict[Side, Region] = {Side.LEFT: Region.LEFT_HAND, Side.RIGHT: Region.RIGHT_HAND}
