"""What people wear fits whatever head they have."""

from __future__ import annotations

import numpy as np

from tdscreen.phantom.person import sample_person
from tdscreen.phantom.worn import curtain

RADIUS_MM = 90.0


def test_hair_hangs_about_a_head_with_few_points_as_about_one_with_many() -> None:
    person = sample_person(1, hair="long")
    few, many = (curtain(person, skull(points)) for points in (8, 60))
    assert few is not None
    assert many is not None
    np.testing.assert_allclose(few.vertices, many.vertices, atol=8.0)


def skull(points: int) -> np.ndarray:
    """Give a ball of a head in rings of so many points."""
    around, up = np.meshgrid(
        np.linspace(0, 2 * np.pi, points, endpoint=False), np.linspace(-1.4, 1.4, points)
    )
    return RADIUS_MM * np.stack(
        [np.sin(around) * np.cos(up), np.sin(up) - 0.6, np.cos(around) * np.cos(up)], axis=-1
    ).reshape(-1, 3)
