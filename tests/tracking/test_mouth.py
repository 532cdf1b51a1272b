"""What a picture shows of a mouth: numbers of a painted crop, crops of a painted picture, and the model's own eyes."""

from __future__ import annotations

import numpy as np
import pytest

from tdscreen.geometry.mouth import CROP_HEIGHT, CROP_WIDTH, EYES_PER_PIXEL
from tdscreen.model_file import models_folder
from tdscreen.settings import MOUTH
from tdscreen.tracking.mouth import (
    CLASSES,
    DARK,
    LIP,
    MOUTH_COLUMNS,
    SKIN,
    TEETH,
    TONGUE,
    MouthReader,
    cut_crop,
    mouth_numbers,
)

EDGES = np.array([[32.0, 24.0], [32.0, 40.0], [12.0, 32.0], [52.0, 32.0]])
"""An open mouth: inner edges 16 pixels apart, corners at half its height."""


def painted(*, tongue: tuple[slice, slice] | None = None, blurred: float = 0.0):
    """Paint a mouth of lips and dark, and a tongue over it; give each pixel's probabilities."""
    label = np.full((CROP_HEIGHT, CROP_WIDTH), SKIN)
    label[18:48, 12:53] = LIP
    label[24:40, 16:49] = DARK
    label[24:27, 20:45] = TEETH
    if tongue is not None:
        label[tongue] = TONGUE
    shares = np.stack([(label == k).astype(np.float32) for k in range(len(CLASSES))])
    return shares * (1 - blurred) + blurred / len(CLASSES)


TIP_AT = np.array([0.01, 0.1, 0.2])


def numbers_of(classes, edges=EDGES) -> dict[str, float]:
    return dict(zip(MOUTH_COLUMNS, mouth_numbers(classes, edges, TIP_AT).tolist(), strict=True))


def test_an_open_mouth_without_a_tongue_has_an_opening_teeth_and_dark() -> None:
    found = numbers_of(painted())
    assert found["opening"] == pytest.approx(16 * EYES_PER_PIXEL)
    assert found["teeth_area"] == pytest.approx(3 * 25 * EYES_PER_PIXEL**2)
    assert found["dark_area"] == pytest.approx((16 * 33 - 3 * 25) * EYES_PER_PIXEL**2)
    assert found["tongue_area"] == found["tongue_past"] == 0
    assert all(np.isnan(found[name]) for name in ("tongue_side", "tongue_ahead", "tongue_below"))
    assert found["confidence"] == pytest.approx(1.0)


def test_a_tongue_within_the_mouth_is_seen_and_does_not_reach_past_the_lip() -> None:
    found = numbers_of(painted(tongue=(slice(30, 38), slice(24, 41))))
    assert found["tongue_area"] == pytest.approx(8 * 17 * EYES_PER_PIXEL**2)
    assert found["tongue_past"] == 0
    assert found["tongue_ahead"] == pytest.approx(0.2)
    assert found["tongue_below"] == pytest.approx(0.1)
    assert found["tongue_side"] == pytest.approx(0.0, abs=1e-3)


@pytest.mark.parametrize("past_px", [3, 10, 25])
def test_a_tongue_that_comes_out_reaches_as_far_as_it_was_painted(past_px: int) -> None:
    found = numbers_of(painted(tongue=(slice(30, 40 + past_px), slice(26, 39))))
    # The line of the lip lies at the middle of row 40.
    assert found["tongue_past"] == pytest.approx((past_px - 0.5) * EYES_PER_PIXEL, abs=0.6 * EYES_PER_PIXEL)


def test_a_tongue_at_the_pictures_right_lies_to_the_right() -> None:
    found = numbers_of(painted(tongue=(slice(30, 50), slice(37, 48))))
    assert found["tongue_side"] == pytest.approx(10 * EYES_PER_PIXEL, abs=0.2 * EYES_PER_PIXEL)


def test_a_few_stray_pixels_are_no_tongue_and_a_second_piece_is_left_out() -> None:
    found = numbers_of(painted(tongue=(slice(60, 62), slice(20, 22))))
    assert found["tongue_area"] == 0
    two = painted(tongue=(slice(30, 38), slice(24, 41)))
    two[:, 80:83, 30:33] = 0
    two[TONGUE, 80:83, 30:33] = 1
    assert numbers_of(two)["tongue_past"] == 0


def test_classes_told_apart_with_less_certainty_have_less_confidence() -> None:
    assert numbers_of(painted(blurred=0.4))["confidence"] == pytest.approx(0.68)


def test_the_closed_lips_of_a_mesh_that_crosses_itself_are_not_open_by_less_than_nothing() -> None:
    assert numbers_of(painted(), EDGES[[1, 0, 2, 3]])["opening"] == 0


# The crop


def gradient(height: int, width: int):
    rows, columns = np.mgrid[:height, :width]
    return np.stack([columns * 255 / width, rows * 255 / height, 0 * rows], axis=-1).astype(np.uint8)


@pytest.mark.parametrize("px", [0.4, 1.0, 1.7, 5.3])
def test_a_crop_shows_the_place_it_was_cut_from_whatever_the_pictures_size(px: float) -> None:
    rgb = gradient(700, 500)
    matrix = np.array([[px, 0.0, 90.0], [0.0, px, 60.0]])
    crop = cut_crop(rgb, matrix).astype(float)
    assert crop.shape == (CROP_HEIGHT, CROP_WIDTH, 3)
    columns, rows = np.arange(CROP_WIDTH) * px + 90, np.arange(CROP_HEIGHT) * px + 60
    np.testing.assert_allclose(crop[40, :, 0], columns * 255 / 500, atol=1.3)
    np.testing.assert_allclose(crop[:, 30, 1], rows * 255 / 700, atol=1.3)


def test_beyond_the_edge_of_the_picture_a_crop_is_black() -> None:
    crop = cut_crop(np.full((60, 60, 3), 200, np.uint8), np.array([[1.0, 0, 20.0], [0, 1.0, 10.0]]))
    assert (crop[:49, :39] == 200).all()
    assert (crop[51:] == 0).all()
    far = cut_crop(np.full((60, 60, 3), 200, np.uint8), np.array([[1.0, 0, 500.0], [0, 1.0, -400.0]]))
    assert (far == 0).all()


# The model


def test_the_card_lies_beside_the_model_and_names_its_hash_and_status() -> None:
    card = (models_folder() / MOUTH.model_file).with_suffix(".md").read_text(encoding="utf-8")
    assert MOUTH.model_sha256 in card
    assert "virtual people only" in card
    assert (models_folder() / MOUTH.model_file).stat().st_size < 1_000_000


def test_the_model_gives_probabilities_and_places_in_the_crop() -> None:
    crops = np.random.default_rng(0).integers(0, 256, (2, CROP_HEIGHT, CROP_WIDTH, 3)).astype(np.uint8)
    classes, edges, tip = MouthReader().read(crops)
    np.testing.assert_allclose(classes.sum(axis=1), 1.0, atol=1e-5)
    assert edges.shape == (2, 4, 2)
    assert tip.shape == (2, 3)
    assert (edges >= 0).all()
    assert (edges <= (CROP_WIDTH, CROP_HEIGHT)).all()
