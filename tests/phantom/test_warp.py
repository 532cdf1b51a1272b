"""The warp is the ruler: what it says it moves is moved by exactly that."""

from __future__ import annotations

import itertools

import cv2
import numpy as np
import pytest

from tdscreen.phantom.warp import (
    Movement,
    expose,
    sine_trajectory,
    sway_trajectory,
    warp_picture,
    warp_sequence,
)

SIZE_PX = 161
CENTRE = np.array([80.3, 77.6])


def spot(centre=CENTRE, *, radius_px=1.5):
    """Draw a bright Gaussian spot on grey."""
    y, x = np.mgrid[:SIZE_PX, :SIZE_PX]
    squared = (x - centre[0]) ** 2 + (y - centre[1]) ** 2
    return np.rint(40 + 200 * np.exp(-squared / (2 * radius_px**2))).astype(np.uint8)


def spot_place(picture):
    """Find the spot by its centre of mass, to a few hundredths of a pixel."""
    weight = np.clip(picture.astype(float) - 50, 0, None)
    y, x = np.mgrid[: picture.shape[0], : picture.shape[1]]
    return np.array([(weight * x).sum(), (weight * y).sum()]) / weight.sum()


def pushed(picture, displacement, *, sigma_px=40.0, **options):
    return warp_picture(
        picture,
        centres_px=CENTRE[None],
        displacements_px=np.array([displacement]),
        sigmas_px=np.array([sigma_px]),
        **options,
    )


@pytest.mark.parametrize("displacement", [(0.25, 0.0), (0.0, -1.5), (3.7, 2.2), (-8.0, 5.0)])
def test_a_spot_at_the_centre_of_a_push_goes_exactly_where_it_is_said_to_go(displacement):
    way = spot_place(pushed(spot(), displacement)) - spot_place(spot())

    # A spot has a width: what is beside the centre lags behind by some hundredths of a pixel.
    np.testing.assert_allclose(way, displacement, atol=0.05)


def test_a_push_falls_off_as_a_gaussian():
    away = CENTRE + np.array([30.0, 0.0])
    way = spot_place(pushed(spot(away), (0.0, 4.0), sigma_px=30.0)) - spot_place(spot(away))

    np.testing.assert_allclose(way, (0.0, 4.0 * np.exp(-0.5)), atol=0.1)


def test_a_push_leaves_what_is_far_away_as_it_was():
    picture = np.random.default_rng(0).integers(0, 255, (SIZE_PX, SIZE_PX), dtype=np.uint8)

    moved = pushed(picture, (5.0, 0.0), sigma_px=12.0)

    np.testing.assert_array_equal(moved[:, :15], picture[:, :15])
    assert not np.array_equal(moved, picture)


def test_near_centres_each_go_their_own_way_and_a_held_one_stays():
    left, right = CENTRE - np.array([20.0, 0.0]), CENTRE + np.array([20.0, 0.0])
    push = {
        "centres_px": np.array([left, right]),
        "displacements_px": np.array([[0.0, 4.0], [0.0, 0.0]]),
        "sigmas_px": np.array([25.0, 25.0]),
    }

    way_left = spot_place(warp_picture(spot(left, radius_px=2), **push)) - spot_place(spot(left, radius_px=2))
    way_right = spot_place(warp_picture(spot(right, radius_px=2), **push)) - spot_place(
        spot(right, radius_px=2)
    )

    np.testing.assert_allclose(way_left, (0.0, 4.0), atol=0.05)
    np.testing.assert_allclose(way_right, (0.0, 0.0), atol=0.05)


def test_a_push_too_steep_for_its_width_is_refused():
    with pytest.raises(ValueError, match="fold"):
        pushed(spot(), (30.0, 0.0), sigma_px=5.0)


def test_a_shift_moves_the_whole_picture_and_adds_to_the_push():
    way = spot_place(pushed(spot(), (2.0, 0.0), shift_px=(1.25, -3.5))) - spot_place(spot())

    np.testing.assert_allclose(way, (3.25, -3.5), atol=0.05)


def test_a_still_portrait_becomes_a_movement_of_3_hz_and_5_px():
    times_s = np.arange(45) / 30
    path = sine_trajectory(times_s, frequency_hz=3.0, amplitude_px=5.0, direction=(1.0, 0.0))

    moved = warp_sequence(itertools.repeat(spot(), 45), [Movement(CENTRE[None], 40.0, path)])
    seen = np.array([spot_place(picture) for picture in moved]) - spot_place(spot())

    np.testing.assert_allclose(seen[:, 0], 5 * np.sin(2 * np.pi * 3 * times_s), atol=0.06)
    np.testing.assert_allclose(seen[:, 1], 0.0, atol=0.06)


def test_a_face_that_moves_by_itself_is_pushed_where_it_is():
    places = CENTRE + np.linspace(-20, 20, 5)[:, None] * [1.0, 0.3]
    push = Movement(places[:, None], 25.0, np.tile([0.0, 3.0], (5, 1)))

    moved = list(warp_sequence((spot(place) for place in places), [push]))

    for picture, place in zip(moved, places, strict=True):
        np.testing.assert_allclose(spot_place(picture) - spot_place(spot(place)), (0.0, 3.0), atol=0.06)


def test_more_pictures_than_displacements_is_an_error():
    push = Movement(CENTRE[None], 25.0, np.zeros((2, 2)))

    with pytest.raises(ValueError, match="picture 2"):
        list(warp_sequence([spot()] * 3, [push]))


@pytest.mark.parametrize(
    ("centres", "sigma", "path"),
    [((1, 3), 5.0, (4, 2)), ((3, 1, 2), 5.0, (4, 2)), ((1, 2), 0.0, (4, 2)), ((1, 2), 5.0, (4,))],
)
def test_shapes_that_do_not_agree_are_refused(centres, sigma, path):
    with pytest.raises(ValueError, match="must"):
        Movement(np.zeros(centres), sigma, np.zeros(path))


def test_a_one_sided_movement_leaves_rest_in_one_direction_only():
    path = sine_trajectory(
        np.linspace(0, 1, 101), frequency_hz=1.0, amplitude_px=4.0, direction=(0.0, 2.0), one_sided=True
    )

    assert path[:, 1].min() == pytest.approx(0.0)
    assert path[:, 1].max() == pytest.approx(8.0)
    assert not path[:, 0].any()


def test_sway_stays_within_its_bounds_and_below_the_band_of_interest():
    path = sway_trajectory(np.arange(3000) / 30, amplitude_px=2.0)

    assert np.abs(path).max() <= 2.0
    spectrum = np.abs(np.fft.rfft(path * np.hanning(3000)[:, None], axis=0)) ** 2
    frequencies = np.fft.rfftfreq(3000, 1 / 30)
    assert spectrum[frequencies > 0.3].sum() < 1e-3 * spectrum.sum()


def test_noise_differs_between_pictures_but_not_between_runs():
    grey = np.full((40, 40, 3), 128, np.uint8)
    once, again = (np.stack(list(expose([grey, grey], noise_sd=3.0, seed=5))) for _ in range(2))

    np.testing.assert_array_equal(once, again)
    assert not np.array_equal(once[0], once[1])
    assert once.std() == pytest.approx(3.0, rel=0.05)


def test_a_dark_picture_has_the_stated_share_of_the_light():
    (dark,) = expose([np.full((40, 40, 3), 200, np.uint8)], gain=0.04, noise_sd=0.0, seed=0)

    assert np.all(dark == 8)


def test_colour_is_kept():
    picture = cv2.merge([spot(), np.full((SIZE_PX, SIZE_PX), 30, np.uint8), spot(CENTRE + 20)])

    moved = pushed(picture, (3.0, 0.0))

    assert moved.shape == picture.shape
    assert np.all(moved[..., 1] == 30)
