"""A head before a room: a camera that shakes is not a head that moves, and a head that moves stays one."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import pytest

from tdscreen import api
from tdscreen.tracking.tracks import Tracks
from tdscreen.vocabulary import Region, Task

SHAKE_PX = 12.0


@pytest.fixture(scope="module")
def resting(sample_tracks: Callable[[str], Tracks]) -> Tracks:
    return sample_tracks("rest.mp4")


def moved(tracks: Tracks, *, head_px: float, camera_px: float, room_seen: bool = True) -> Tracks:
    """Let head or camera go up and down at 2 Hz; the room goes with the camera alone."""
    wave = np.sin(2 * np.pi * 2 * tracks.times_s).astype(np.float32)
    face = tracks.face_px.copy()
    face[:, :, 1] += ((head_px + camera_px) * wave)[:, None]
    room = np.zeros((len(wave), 3), dtype=np.float32)
    room[:, 1] = camera_px * wave
    if not room_seen:
        room[:] = np.nan
    return dataclasses.replace(tracks, face_px=face, background=room)


def test_a_camera_that_shakes_before_a_room_is_no_head_that_moves(resting: Tracks) -> None:
    head = api.measure(moved(resting, head_px=0.0, camera_px=SHAKE_PX), task=Task.REST).regions[Region.HEAD]
    assert head.assessed
    assert head.percent_time_moving == 0


def test_a_head_that_nods_before_a_still_room_is_found_at_its_rate(resting: Tracks) -> None:
    head = api.measure(moved(resting, head_px=5.0, camera_px=0.0), task=Task.REST).regions[Region.HEAD]
    assert head.percent_time_moving is not None
    assert head.percent_time_moving > 90
    assert head.peak_frequency_hz == pytest.approx(2.0, abs=0.1)


def test_what_a_room_shows_lowers_what_a_head_must_move_to_be_seen(resting: Tracks) -> None:
    seen, unseen = (
        api.measure(moved(resting, head_px=0.0, camera_px=0.0, room_seen=room_seen), task=Task.REST).regions[
            Region.HEAD
        ]
        for room_seen in (True, False)
    )
    assert seen.noise_floor_mm is not None
    assert unseen.noise_floor_mm is not None
    assert seen.noise_floor_mm < 0.6 * unseen.noise_floor_mm


def test_the_more_the_camera_shakes_the_more_a_head_must_move_to_be_seen(resting: Tracks) -> None:
    calm, shaken = (
        api.measure(moved(resting, head_px=0.0, camera_px=px), task=Task.REST).regions[Region.HEAD]
        for px in (0.0, SHAKE_PX)
    )
    assert calm.noise_floor_mm is not None
    assert shaken.noise_floor_mm is not None
    assert shaken.noise_floor_mm > 1.5 * calm.noise_floor_mm
