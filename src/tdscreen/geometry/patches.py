"""The patches of skin whose displacement is measured from the picture: their names, places and parts.

Each patch lies at the mean of a few points of the face mesh (numbers as in :mod:`tdscreen.geometry.face`). Places were
chosen so that a disc of 6 mm holds skin or hair of one part only: brows at their upper edge, so that a blinking lid
stays out; lips at the border of their red, so that the slit between them stays out.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Part(StrEnum):
    """What a patch belongs to; left and right are those of the picture."""

    RIGID = "rigid"
    STILL = "still"
    BROW_LEFT = "brow_left"
    BROW_RIGHT = "brow_right"
    BROW_INNER_LEFT = "brow_inner_left"
    BROW_INNER_RIGHT = "brow_inner_right"
    UPPER_LIP = "upper_lip"
    LOWER_LIP = "lower_lip"
    CORNER_LEFT = "corner_left"
    CORNER_RIGHT = "corner_right"
    CHIN = "chin"


@dataclass(frozen=True)
class Patch:
    """One patch.

    Attributes
    ----------
    name : str
    part : Part
    points : tuple of int
        The points of the mesh whose mean is its place.
    """

    name: str
    part: Part
    points: tuple[int, ...]


_PLACES: dict[Part, tuple[tuple[int, ...], ...]] = {
    # Nose below its root, temples, and the upper cheeks under the eyes. Not the forehead and the root of the nose,
    # which follow the brows, nor the nostrils, which follow the upper lip.
    Part.RIGID: (
        (195,), (5,), (196, 174), (419, 399), (198, 236), (420, 456), (143, 35), (372, 265), (34,), (264,), (117,),
        (346,), (118,), (347,), (47, 114), (277, 343), (126, 217), (355, 437), (227,), (447,), (243, 244), (463, 464),
    ),
    Part.STILL: ((111,), (340,), (120,), (349,), (188,), (412,)),
    Part.BROW_LEFT: ((66,), (105,), (65,), (52,), (66, 65), (105, 52)),
    Part.BROW_RIGHT: ((296,), (334,), (295,), (282,), (296, 295), (334, 282)),
    Part.BROW_INNER_LEFT: ((55, 107), (55,), (107,)),
    Part.BROW_INNER_RIGHT: ((285, 336), (285,), (336,)),
    Part.UPPER_LIP: ((0,), (37,), (267,), (0, 37), (0, 267)),
    Part.LOWER_LIP: ((17,), (17, 84), (17, 314), (17, 17, 84), (17, 17, 314)),
    Part.CORNER_LEFT: ((61,), (57,), (61, 57), (43, 57), (186, 57)),
    Part.CORNER_RIGHT: ((291,), (287,), (291, 287), (273, 287), (410, 287)),
    Part.CHIN: ((199,), (200,), (199, 200), (199, 199, 200), (201,), (421,)),
}  # fmt: skip

PATCHES: tuple[Patch, ...] = tuple(
    Patch(f"{part}_{'_'.join(map(str, points))}", part, points)
    for part, places in _PLACES.items()
    for points in places
)
PATCH_NAMES: tuple[str, ...] = tuple(patch.name for patch in PATCHES)
N_PATCHES = len(PATCHES)


def patches_of(*parts: Part) -> tuple[int, ...]:
    """Give the indices of all patches of these parts."""
    return tuple(index for index, patch in enumerate(PATCHES) if patch.part in parts)
