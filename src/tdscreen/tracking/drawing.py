"""Landmarks drawn on a picture, so that a person can check what was followed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tdscreen.tracking.tracks import LEFT, RIGHT, Tracks

Picture = NDArray[np.uint8]

OUTLINES: dict[str, tuple[tuple[int, ...], tuple[int, int, int]]] = {
    "outer_lip": (
        (61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291, 409, 270, 269, 267, 0, 37, 39, 40, 185, 61),
        (255, 92, 92),
    ),
    "inner_lip": (
        (78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308, 415, 310, 311, 312, 13, 82, 81, 80, 191, 78),
        (255, 160, 160),
    ),
    "right_eye": (
        (33, 7, 163, 144, 145, 153, 154, 155, 133, 173, 157, 158, 159, 160, 161, 246, 33),
        (120, 220, 255),
    ),
    "left_eye": (
        (263, 249, 390, 373, 374, 380, 381, 382, 362, 398, 384, 385, 386, 387, 388, 466, 263),
        (120, 220, 255),
    ),
    "right_brow": ((70, 63, 105, 66, 107), (255, 214, 92)),
    "left_brow": ((300, 293, 334, 296, 336), (255, 214, 92)),
    "jaw": (
        (
            *(234, 93, 132, 58, 172, 136, 150, 149, 176, 148, 152),
            *(377, 400, 378, 379, 365, 397, 288, 361, 323, 454),
        ),
        (150, 255, 150),
    ),
    "nose": ((168, 6, 197, 195, 5, 4), (220, 220, 220)),
}
"""Chains of mesh points and the colour (RGB) of each."""
IRISES = ((469, 470, 471, 472), (474, 475, 476, 477))
HAND_CHAINS = (
    (0, 1, 2, 3, 4),
    (0, 5, 6, 7, 8),
    (5, 9, 10, 11, 12),
    (9, 13, 14, 15, 16),
    (13, 17, 18, 19, 20),
    (0, 17),
)
HAND_COLOURS = {LEFT: (92, 200, 255), RIGHT: (255, 170, 60)}


def draw_landmarks(rgb: Picture, tracks: Tracks, index: int) -> Picture:
    """Draw what was followed in one frame.

    Parameters
    ----------
    rgb : ndarray, shape (height, width, 3), uint8
        The picture of that frame.
    tracks : Tracks
    index : int
        Of the frame.

    Returns
    -------
    ndarray, shape (height, width, 3), uint8
        A new picture.
    """
    import cv2

    drawn = rgb.copy()
    thickness = max(1, round(min(rgb.shape[:2]) / 500))

    def chain(points: NDArray[np.float32], colour: tuple[int, int, int], *, closed: bool = False) -> None:
        corners = np.round(points[:, :2] * 16).astype(np.int32).reshape(-1, 1, 2)
        cv2.polylines(drawn, [corners], closed, colour, thickness, cv2.LINE_AA, 4)

    if tracks.face_valid[index]:
        face = tracks.face_px[index]
        for numbers, colour in OUTLINES.values():
            chain(face[list(numbers)], colour)
        for iris in IRISES:
            chain(face[list(iris)], (255, 255, 255), closed=True)
    for side in (LEFT, RIGHT):
        if not tracks.hands_valid[index, side]:
            continue
        hand = tracks.hands_px[index, side]
        for numbers in HAND_CHAINS:
            chain(hand[list(numbers)], HAND_COLOURS[side])
        for x, y in np.round(hand[:, :2]).astype(int):
            cv2.circle(drawn, (int(x), int(y)), 2 * thickness, HAND_COLOURS[side], -1, cv2.LINE_AA)
        wrist = np.round(hand[0, :2]).astype(int)
        place = (int(wrist[0]) + 6 * thickness, int(wrist[1]))
        cv2.putText(
            drawn,
            "left" if side == LEFT else "right",
            place,
            cv2.FONT_HERSHEY_SIMPLEX,
            0.5 * thickness,
            HAND_COLOURS[side],
            thickness,
            cv2.LINE_AA,
        )
    return drawn
