"""The landmarks of a few seconds of a clip, as the player draws them over the video or in its place."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tdscreen.tracking.drawing import HAND_CHAINS, HAND_COLOURS, IRISES, OUTLINES
from tdscreen.tracking.tracks import LEFT, RIGHT, Tracks

_FACE = np.unique(
    [number for numbers, _ in OUTLINES.values() for number in numbers] + [n for iris in IRISES for n in iris]
)
"""The points of the face mesh that the outlines run through."""
_SHARES = 10_000
"""Of the picture's width and height: a tenth of a pixel of a phone's, in whole numbers."""
_WHITE = (255, 255, 255)


def drawing_of(tracks: Tracks, start_s: float, end_s: float) -> dict[str, Any]:
    """Give what the player draws of a stretch.

    Parameters
    ----------
    tracks : Tracks
    start_s, end_s : float
        Of the clip.

    Returns
    -------
    dict
        ``width`` and ``height`` of the picture; for each of ``face``, ``left`` and ``right`` its ``chains``, each a
        colour and places in a list of points; ``frames``, each with its time and, by the same names, the points as
        x, y, x, y and so on in ten-thousandths of the picture. What was not seen in a frame is not in it.
    """
    inside = np.flatnonzero((tracks.times_s >= start_s) & (tracks.times_s <= end_s))
    place = {int(number): n for n, number in enumerate(_FACE)}
    face = [[_colour(rgb), [place[number] for number in numbers]] for numbers, rgb in OUTLINES.values()]
    face += [[_colour(_WHITE), [place[number] for number in (*iris, iris[0])]] for iris in IRISES]
    return {
        "width": tracks.image_width_px,
        "height": tracks.image_height_px,
        "chains": {
            "face": face,
            "left": [[_colour(HAND_COLOURS[LEFT]), list(chain)] for chain in HAND_CHAINS],
            "right": [[_colour(HAND_COLOURS[RIGHT]), list(chain)] for chain in HAND_CHAINS],
        },
        "frames": [_frame(tracks, int(index)) for index in inside],
    }


def _frame(tracks: Tracks, index: int) -> dict[str, Any]:
    size = np.array([tracks.image_width_px, tracks.image_height_px], dtype=np.float64)

    def shares(points: NDArray[np.float32]) -> list[int]:
        return [int(one) for one in np.rint(points[:, :2] / size * _SHARES).ravel()]

    frame: dict[str, Any] = {"time": round(float(tracks.times_s[index]), 4)}
    if tracks.face_valid[index]:
        frame["face"] = shares(tracks.face_px[index, _FACE])
    for side, name in ((LEFT, "left"), (RIGHT, "right")):
        if tracks.hands_valid[index, side]:
            frame[name] = shares(tracks.hands_px[index, side])
    return frame


def _colour(rgb: tuple[int, int, int]) -> str:
    return f"rgb({rgb[0]}, {rgb[1]}, {rgb[2]})"
