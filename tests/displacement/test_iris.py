"""The width of an iris is read to a fraction of a pixel, and closed eyes have none."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from tdscreen.displacement.iris import EYES, iris_widths_px

CENTRES = ((80.3, 60.7), (180.6, 60.2))


def face_with_eyes(
    radius_px: float, *, mesh_error: float, lid_share: float = 0.3
) -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
    """Draw two eyes whose irises have a radius, and a mesh that takes them for wider by a share."""
    scale = 8
    large = np.full((120 * scale, 260 * scale), 150, dtype=np.uint8)
    mesh = np.zeros((478, 3))
    for (middle, ends, corners), (x, y) in zip(EYES, CENTRES, strict=True):
        at = (round((x + 0.5) * scale), round((y + 0.5) * scale))
        cv2.ellipse(
            large, at, (round(2.2 * radius_px * scale), round(1.1 * radius_px * scale)), 0, 0, 360, 225, -1
        )
        cv2.circle(large, at, round(radius_px * scale), 70, -1)
        cv2.circle(large, at, round(0.4 * radius_px * scale), 20, -1)
        cv2.circle(large, (at[0] + 9, at[1] - 9), round(0.15 * radius_px * scale), 250, -1)
        top = round((y + 0.5 - (1 - lid_share) * radius_px) * scale)
        large[top - 6 * scale : top, at[0] - 30 * scale : at[0] + 30 * scale] = 150
        believed = radius_px * (1 + mesh_error)
        mesh[middle, :2] = (x, y)
        mesh[ends[0], :2], mesh[ends[1], :2] = (x - believed, y), (x + believed, y)
        mesh[corners[0], :2], mesh[corners[1], :2] = (x - 2.2 * radius_px, y), (x + 2.2 * radius_px, y)
    small = cv2.resize(large, (260, 120), interpolation=cv2.INTER_AREA)
    noise = np.random.default_rng(0).normal(0, 2, small.shape)
    return np.clip(cv2.GaussianBlur(small, (0, 0), 0.7) + noise, 0, 255).astype(np.uint8), mesh


@pytest.mark.parametrize("mesh_error", [-0.1, 0.0, 0.1])
@pytest.mark.parametrize("radius_px", [5.5, 9.0, 13.0])
def test_the_width_is_that_of_the_eye_and_not_the_mesh_s(radius_px: float, mesh_error: float) -> None:
    widths = iris_widths_px(*face_with_eyes(radius_px, mesh_error=mesh_error))

    assert widths == pytest.approx((2 * radius_px, 2 * radius_px), rel=0.03)


def test_closed_eyes_have_no_iris() -> None:
    _, mesh = face_with_eyes(9.0, mesh_error=0.0)

    assert np.isnan(iris_widths_px(np.full((120, 260), 150, dtype=np.uint8), mesh)).all()
