"""A kept clip in the page's player, for the person at this desk alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tdscreen.clinicapp.components import Spot, play_clip
from tdscreen.clinicapp.service import service
from tdscreen.clinicapp.tickets import Purpose
from tdscreen.clinicapp.visit import seen
from tdscreen.records.clinic import Desk
from tdscreen.records.entries import Clip, FileKind
from tdscreen.settings import CLINIC_PAGES


def watch(
    desk: Desk,
    clip: Clip,
    spots: Sequence[Spot],
    *,
    stretch: tuple[float, float] | None = None,
    drawing: dict[str, Any] | None = None,
) -> None:
    """Play a clip; where its video is gone, draw the landmarks of a stretch of it alone.

    Parameters
    ----------
    desk : Desk
    clip : Clip
    spots, stretch, drawing
        See :func:`tdscreen.clinicapp.components.play_clip`.
    """
    address = None
    if clip.can_be_watched:
        ticket = seen(
            f"play-{clip.id}",
            lambda: service().tickets.write(
                Purpose.PLAY, staff=desk.staff.id, on=clip.id, valid_s=CLINIC_PAGES.play_valid_s
            ),
        )
        address = f"/clinic/clip/{ticket}"
    play_clip(address, spots, stretch=stretch, drawing=drawing)


def has_landmarks(clip: Clip) -> bool:
    """Tell whether what was followed in a clip is still kept."""
    return any(file.kind is FileKind.TRACKS and file.destroyed_at is None for file in clip.files)
