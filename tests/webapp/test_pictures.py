"""Pictures as a page shows them."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import cv2
import numpy as np

from tdscreen.webapp.pictures import around_followed, encode
from tdscreen.webapp.run import MeasuredClip

Make = Callable[..., MeasuredClip]


def test_a_close_up_holds_the_face_with_a_margin_and_leaves_the_rest_out(measured_clip: Make) -> None:
    tracks = measured_clip().tracks
    tracks.face_px[5, 0, :2] = (100, 120)
    tracks.face_px[5, 1, :2] = (200, 200)
    # All other points lie at (160, 160): the face is 100 wide and 80 high.
    picture = np.zeros((320, 320, 3), np.uint8)
    picture[120:200, 100:200] = 255
    cut = around_followed(picture, tracks, 5)
    assert cut.shape == (130, 150, 3)
    assert (cut[25:105, 25:125] == 255).all()
    assert cut.sum() == picture.sum()


def test_a_face_at_the_edge_is_cut_at_the_edge(measured_clip: Make) -> None:
    tracks = measured_clip().tracks
    tracks.face_px[5, 0, :2] = (-30, -10)
    cut = around_followed(np.zeros((320, 320, 3), np.uint8), tracks, 5)
    assert cut.shape == (207, 207, 3)


def test_a_picture_in_which_nothing_was_followed_is_shown_whole(measured_clip: Make) -> None:
    tracks = measured_clip().tracks
    unseen = dataclasses.replace(tracks, face_valid=np.zeros_like(tracks.face_valid))
    picture = np.zeros((320, 320, 3), np.uint8)
    assert around_followed(picture, unseen, 5) is picture


def test_a_large_picture_is_made_as_small_as_a_screen_shows() -> None:
    jpeg = encode(np.zeros((2000, 1000, 3), np.uint8))
    picture = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert picture.shape == (900, 450, 3)
