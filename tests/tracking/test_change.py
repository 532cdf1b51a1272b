"""What makes a picture worth looking through again."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from tdscreen.tracking.change import SceneChange

Picture = NDArray[np.uint8]
HEIGHT, WIDTH = 720, 1280


def wall(seed: int, *, light: float = 0.0) -> Picture:
    """Give a wall with a pattern, filmed with noise."""
    pattern = 90 + 30 * np.sin(np.arange(WIDTH) / 30.0)
    noise = np.random.default_rng(seed).normal(0, 4, (HEIGHT, WIDTH, 1))
    return np.clip(pattern[None, :, None] + noise + light, 0, 255).repeat(3, axis=2).astype(np.uint8)


def with_hand(picture: Picture, *, left: int, side: int = 100) -> Picture:
    """Put something of a hand's size and brightness before the wall."""
    shown = picture.copy()
    shown[300 : 300 + side, max(left, 0) : max(left + side, 0)] = (200, 150, 120)
    return shown


def looked_at(picture: Picture) -> SceneChange:
    """Look at a picture."""
    change = SceneChange()
    assert change.is_seen(picture, []), "the first picture is always worth a look"
    change.looked()
    return change


def corners(left: int, side: int = 100) -> NDArray[np.float32]:
    """Give the corners of what stands for a hand, as points that are followed."""
    return np.array([[left, 300], [left + side, 300 + side]], dtype=np.float32)


def test_noise_is_no_change() -> None:
    change = looked_at(wall(0))
    assert not any(change.is_seen(wall(seed), []) for seed in range(1, 30))


def test_light_that_goes_up_and_down_is_no_change() -> None:
    change = looked_at(wall(0))
    assert not change.is_seen(wall(1, light=12), [])


@pytest.mark.parametrize("left", range(-40, 1240, 160))
def test_whatever_comes_in_is_a_change_wherever_it_does(left: int) -> None:
    change = looked_at(wall(0))
    assert change.is_seen(with_hand(wall(1), left=left), [])


def test_a_change_stays_one_until_it_has_been_looked_at() -> None:
    change = looked_at(wall(0))
    assert change.is_seen(with_hand(wall(1), left=500), [])
    assert change.is_seen(with_hand(wall(2), left=500), [])
    change.looked()
    assert not change.is_seen(with_hand(wall(3), left=500), [])


def test_what_is_followed_already_may_move() -> None:
    change = looked_at(with_hand(wall(0), left=500))
    moved = with_hand(wall(1), left=520)
    assert change.is_seen(moved, [])
    assert not change.is_seen(moved, [corners(500)])
    assert change.is_seen(with_hand(moved, left=900), [corners(500)]), "another one is news all the same"


@pytest.mark.parametrize("shape", [(20, 30), (3, 3), (1, 1), (90, 1920)])
def test_pictures_of_any_shape_can_be_compared(shape: tuple[int, int]) -> None:
    rng = np.random.default_rng(0)
    change = looked_at(rng.integers(0, 255, (*shape, 3), dtype=np.uint8))
    change.is_seen(rng.integers(0, 255, (*shape, 3), dtype=np.uint8), [])
