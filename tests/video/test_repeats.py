"""A repeated picture is told from a new one by a camera's noise, and is not guessed where there is none."""

from __future__ import annotations

import numpy as np
import pytest

from clips import scene, write_clip
from tdscreen.settings import VIDEO
from tdscreen.video.repeats import RepeatFinder


def found(pictures):
    finder = RepeatFinder(
        flicker_share=VIDEO.repeat_flicker_share,
        most_movement=VIDEO.repeat_most_movement_level,
        least_flicker=VIDEO.least_flicker_level,
    )
    return np.array([finder.is_repeat(picture) for picture in pictures])


def every_fifth_twice(pictures):
    shown, truth = [], []
    for index, picture in enumerate(pictures):
        shown.append(picture)
        truth.append(False)
        if index % 5 == 4:
            shown.append(picture)
            truth.append(True)
    return shown, np.array(truth)


def test_repeats_among_a_cameras_pictures_are_found():
    shown, truth = every_fifth_twice(scene(50))
    assert np.array_equal(found(shown)[8:], truth[8:])


@pytest.mark.parametrize("bit_rate", ["8M", "4M"])
def test_repeats_that_were_encoded_again_are_found(tmp_path, read, bit_rate):
    shown, truth = every_fifth_twice(scene(50, width=480, height=360, noise=3))
    options = {"b": bit_rate, "crf": "-1", "preset": "veryfast"}
    frames = read(write_clip(tmp_path / "clip.mp4", shown, options=options))[0]
    repeated = np.array([frame.repeated for frame in frames])
    assert repeated[truth].mean() > 0.7
    assert repeated[~truth].mean() < 0.03


def test_a_clip_doubled_from_15_to_30_a_second_counts_15(tmp_path, read):
    shown = [picture for picture in scene(45) for _ in range(2)]
    timing = read(write_clip(tmp_path / "clip.mp4", shown, options={"crf": "5"}))[2]
    assert timing.effective_fps == pytest.approx(15, abs=1.5)


def test_a_call_that_freezes_repeats():
    pictures = list(scene(30))
    assert found([*pictures, *[pictures[-1]] * 20])[-20:].all()


def test_lips_that_move_before_a_ground_that_an_encoder_left_alone_are_new():
    pictures = list(scene(40, speed_px=4))
    moved = pictures[-1].copy()
    moved[50:70, 60:90] = np.roll(moved[50:70, 60:90], 8, axis=1) + 60
    repeated = found([*pictures, moved, moved])
    assert list(repeated[-2:]) == [False, True]


def test_a_person_who_slows_down_is_not_repeated():
    # Fast and then slow, before a ground whose noise falls with it as an encoder's does.
    fast = scene(30, speed_px=12, noise=3)
    slow = scene(30, speed_px=1, noise=0.6, seed=1)
    assert not found([*fast, *slow])[31:].any()


def test_a_still_scene_before_a_noisy_camera_is_new_every_time():
    assert not found(scene(60, speed_px=0)).any()


def test_a_still_drawing_without_noise_has_no_repeats():
    assert not found(scene(60, noise=0, speed_px=0)).any()


def test_a_small_movement_before_a_noiseless_ground_is_new():
    # At the turning points of a sine two drawn pictures may be equal; nothing was repeated.
    def drawn():
        for index in range(90):
            picture = np.full((120, 160, 3), 90, np.uint8)
            left = 70 + round(4 * np.sin(2 * np.pi * 1.5 * index / 30))
            picture[50:60, left : left + 12] = 200
            yield picture

    assert not found(drawn()).any()
