"""Shapes that move as a test knows."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

TIMES_S = np.arange(300) / 30
"""Ten seconds at 30 pictures a second."""


def sine(amplitude: float, hz: float, times_s: Floats = TIMES_S) -> Floats:
    """Return a sine of an amplitude and a rate."""
    return np.asarray(amplitude * np.sin(2 * np.pi * hz * times_s))


def turned(shape: Floats, *, turn_deg: Floats, nod_deg: Floats, tilt_deg: Floats) -> Floats:
    """Turn, nod and tilt a shape about its middle: towards the picture's right, upwards, clockwise.

    Angles have the shape (n,), the shape (k, 3) or (n, k, 3), the result (n, k, 3); x is to the right, y down, z away
    from the camera, so that what faces the camera points along -z.
    """
    turn, nod, tilt = (np.radians(angle) for angle in (turn_deg, nod_deg, tilt_deg))
    one, nil = np.ones_like(turn), np.zeros_like(turn)

    def matrix(*rows: list[Floats]) -> Floats:
        return np.moveaxis(np.array(rows), -1, 0)

    about_y = matrix([np.cos(turn), nil, -np.sin(turn)], [nil, one, nil], [np.sin(turn), nil, np.cos(turn)])
    about_x = matrix([one, nil, nil], [nil, np.cos(nod), np.sin(nod)], [nil, -np.sin(nod), np.cos(nod)])
    about_z = matrix([np.cos(tilt), -np.sin(tilt), nil], [np.sin(tilt), np.cos(tilt), nil], [nil, nil, one])
    middle = shape.mean(axis=-2, keepdims=True)
    every = np.broadcast_to(shape - middle, (len(turn), *shape.shape[-2:]))
    return np.asarray(np.einsum("nij,nkj->nki", about_z @ about_y @ about_x, every) + middle)
