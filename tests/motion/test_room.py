"""Paths against a room."""

from __future__ import annotations

import numpy as np

from tdscreen.motion.room import against_room


def test_what_moves_with_the_room_stands_still_against_it() -> None:
    turn = np.array([0.0, 0.1, -0.2])
    shift = np.array([[0.0, 0.0], [30.0, -4.0], [-7.0, 11.0]])
    place = np.array([120.0, 80.0])
    # About the middle (320, 240): turned clockwise, then shifted.
    x, y = place - (320, 240)
    seen = np.stack([np.cos(turn) * x - np.sin(turn) * y, np.sin(turn) * x + np.cos(turn) * y], axis=1)
    path = seen + np.array([320, 240]) + shift
    still = against_room(path, np.column_stack([shift, turn]), middle_px=(320, 240))
    np.testing.assert_allclose(still, np.tile(place, (3, 1)), atol=1e-9)


def test_where_the_room_is_not_seen_nothing_is_known_of_a_path_against_it() -> None:
    background = np.array([[0.0, 0.0, 0.0], [np.nan] * 3])
    path = against_room(np.ones((2, 2)), background, middle_px=(0.0, 0.0))
    assert np.isfinite(path[0]).all()
    assert np.isnan(path[1]).all()
