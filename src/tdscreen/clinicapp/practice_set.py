"""Training clips: virtual patients in a folder beside the store, with what is true of each. Nothing of a patient."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tdscreen.errors import DataError, InputError
from tdscreen.vocabulary import Item, Region

NAME = re.compile(r"training-[0-9a-f]{8}")
ITEMS: Mapping[Item, tuple[Region, ...]] = {
    Item.FACIAL_EXPRESSION: (Region.UPPER_FACE,),
    Item.LIPS: (Region.LIPS,),
    Item.JAW: (Region.JAW,),
    Item.TONGUE: (Region.TONGUE,),
    Item.UPPER_LIMBS: (Region.LEFT_HAND, Region.RIGHT_HAND),
}
"""What the virtual patients show; the score of an item is that of the region that shows most."""


@dataclass(frozen=True)
class TrueItem:
    """What was drawn of an item.

    Attributes
    ----------
    score : int
        0 to 4, by tdscreen's table of millimetres and share of time.
    half_range_mm : float
    frequency_hz : float or None
        None of what does not move, or has no rate.
    percent_time_moving : float
    """

    score: int
    half_range_mm: float
    frequency_hz: float | None
    percent_time_moving: float


def folder_of(store: Path) -> Path:
    """Say where the training clips of a store lie: beside it, and never within it.

    Parameters
    ----------
    store : Path
        Its folder.
    """
    return store.with_name(f"{store.name}-training")


def clips_in(folder: Path) -> list[str]:
    """Name the training clips that are whole, in their order."""
    if not folder.is_dir():
        return []
    return sorted(
        path.stem
        for path in folder.glob("*.mp4")
        if NAME.fullmatch(path.stem) and _truth_file(folder, path.stem).is_file()
    )


def clip_file(folder: Path, name: str) -> Path:
    """Give the file of a clip.

    Raises
    ------
    InputError
        There is none of that name, whatever the name is.
    """
    if name not in clips_in(folder):
        raise InputError("There is no such training clip.")
    return folder / f"{name}.mp4"


def truth_of(folder: Path, name: str) -> dict[Item, TrueItem]:
    """Read what is true of a clip.

    Raises
    ------
    InputError
        There is no such clip.
    DataError
        What is told of it cannot be read.
    """
    clip_file(folder, name)
    try:
        regions = json.loads(_truth_file(folder, name).read_text(encoding="utf-8"))["regions"]
        return {
            item: max(
                (
                    TrueItem(
                        int(regions[region]["severity"]),
                        float(regions[region]["half_range_mm"]),
                        regions[region]["frequency_hz"],
                        float(regions[region]["percent_time_moving"]),
                    )
                    for region in of
                ),
                key=lambda one: one.score,
            )
            for item, of in ITEMS.items()
        }
    except (ValueError, KeyError, TypeError) as error:
        raise DataError(
            f"What is true of the training clip {name} cannot be read. Remove its files, and make it again with "
            "'tdscreen clinic training'."
        ) from error


def _truth_file(folder: Path, name: str) -> Path:
    return folder / f"{name}.truth.json"
