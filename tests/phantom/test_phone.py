"""A phone takes pictures when it does, shakes as a hand does, and its noise grows as the light fades."""

from __future__ import annotations

import json

import numpy as np
import pytest

from tdscreen.errors import InputError
from tdscreen.phantom.phone import Phone, Sensor, phone_from_json, picture_times

GREY = np.full((120, 160, 3), 128, np.uint8)


def sensor(seed=0, **phone):
    times_s = np.arange(90) / 30
    return Sensor(
        Phone(width=160, height=120, **phone), times_s, distance_mm=600.0, rng=np.random.default_rng(seed)
    )


def noise(**phone):
    return sensor(**phone).expose(GREY, 0).astype(float).std(axis=(0, 1)).mean()


def test_an_even_phone_takes_its_pictures_evenly():
    times_s = picture_times(Phone(fps=30.0), 15.0, np.random.default_rng(0))
    assert times_s == pytest.approx(np.arange(450) / 30)


def test_pictures_that_are_dropped_are_missing_and_the_others_keep_their_times():
    times_s = picture_times(Phone(fps=30.0, dropped=0.1), 15.0, np.random.default_rng(0))
    assert 390 < len(times_s) < 420
    assert times_s * 30 == pytest.approx(np.rint(times_s * 30))


def test_a_variable_rate_wanders_but_time_never_goes_back():
    times_s = picture_times(Phone(fps=30.0, jitter=0.15), 15.0, np.random.default_rng(0))
    assert np.diff(times_s).min() > 0
    assert np.diff(times_s).std() * 30 == pytest.approx(0.15 * np.sqrt(2), rel=0.2)


def test_a_phone_that_slows_down_takes_fewer_pictures_in_the_second_half():
    times_s = picture_times(Phone(fps=30.0, slows_to_fps=15.0), 10.0, np.random.default_rng(0))
    assert (times_s < 5).sum() == 150
    assert (times_s >= 5).sum() == 75


def test_a_held_phone_wanders_slowly_and_trembles_fast_as_far_as_it_is_told():
    held = sensor(shake_mm=4.0)
    moments = np.arange(0, 3, 1 / 60)
    paths = np.array([[*held.held_at(t)[0][:2], *held.held_at(t)[1][:2]] for t in moments])
    assert 0.5 * 4.0 / np.sqrt(2) < paths[:, 0].std() < 2.0 * 4.0 / np.sqrt(2)
    rates = np.fft.rfftfreq(len(moments), 1 / 60)
    power = np.abs(np.fft.rfft(paths - paths.mean(0), axis=0)) ** 2
    assert power[(rates > 6) & (rates < 12)].sum() > 3 * power[(rates > 13) & (rates < 20)].sum()
    assert power[rates < 3].sum() > 10 * power[rates >= 3].sum()


def test_a_phone_that_is_propped_up_does_not_move():
    assert sensor().held_at(1.0) == ((0.0, 0.0, 0.0), (0.0, 0.0, 0.0))


def test_in_good_light_noise_is_a_level_or_two_and_in_the_dark_many_and_the_picture_dark():
    assert 0.5 < noise(light=1.0) < 3.0
    assert noise(light=0.1) > 2.5 * noise(light=1.0)
    dark = sensor(light=0.006).expose(GREY, 0).mean() / 255
    assert dark < 0.2
    assert sensor(light=8.0).expose(GREY, 0).mean() > 250


def test_good_light_leaves_the_picture_as_bright_as_it_was():
    assert sensor().expose(GREY, 0).mean() == pytest.approx(128, abs=1.5)


def test_exposure_wanders_by_as_much_as_told():
    drifting = sensor(exposure_drift=0.1)
    means = [drifting.expose(GREY, i).mean() for i in range(0, 90, 6)]
    assert 2 < np.std(means) < 12


def test_a_mirror_image_is_the_picture_turned_round():
    scene = np.tile(np.linspace(40, 200, 160).astype(np.uint8)[None, :, None], (120, 1, 3))
    plain, mirrored = sensor().expose(scene, 0), sensor(mirrored=True).expose(scene, 0)
    assert plain[:, :20].mean() < mirrored[:, :20].mean() - 100


def test_the_same_seed_gives_the_same_noise():
    assert np.array_equal(sensor(3).expose(GREY, 5), sensor(3).expose(GREY, 5))
    assert not np.array_equal(sensor(3).expose(GREY, 5), sensor(4).expose(GREY, 5))


@pytest.mark.parametrize(
    ("plain", "says"),
    [
        ({"codec": "av9"}, "does not write"),
        ({"fps": 0}, "fps is from"),
        ({"width": 321}, "even"),
        ({"rotation_deg": 45}, "turned by"),
        ({"zoom": 2}, "has no 'zoom'"),
        ({"framing": "nose"}, "framed"),
        ({"distance_mm": 10}, "distance_mm is from 200 to 8,000"),
        ({"distance_mm": "far"}, "distance_mm is from"),
        ({"tilt_deg": 5}, "turn, nod and tilt"),
        ({"tilt_deg": [0, 5]}, "turn, nod and tilt"),
        ({"tilt_deg": [float("nan"), 0, 0]}, "tilt_deg is from"),
        ({"slows_to_fps": 0}, "slows_to_fps is from"),
        ({"bit_rate": -4}, "bit_rate is from"),
        ({"exposures": 1.5}, "exposures is a whole number"),
        ({"room_seed": "x"}, "room_seed is a whole number"),
        ({"mirrored": "no"}, "true or false"),
    ],
)
def test_what_no_phone_does_is_refused(plain, says):
    with pytest.raises(InputError, match=says):
        phone_from_json(plain)


def test_a_phone_comes_back_from_json_as_it_was():
    import dataclasses

    phone = Phone(fps=24.0, tilt_deg=(1.0, -4.0, 2.0), codec="hevc", slows_to_fps=12.0)
    assert phone_from_json(json.loads(json.dumps(dataclasses.asdict(phone)))) == phone
