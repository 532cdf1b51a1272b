"""Pictures moved by a warp that is known exactly.

A still portrait, or every picture of a real clip, is pushed at a few centres; around each the push falls off
as a Gaussian. Points at the centres move by exactly the stated trajectory, so that what a measurement finds
there can be compared with the truth. A push is not anatomy: lips do not part and no tooth shows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

PictureArray = NDArray[np.uint8]

_CONVERGED_PX = 1e-3
_MAX_ROUNDS = 40


@dataclass(frozen=True)
class Movement:
    """One push: where, how far around, and how it runs over time.

    Attributes
    ----------
    centres_px : ndarray, shape (k, 2) or (n, k, 2), float
        Points (x to the right, y down) of the unmoved picture that follow the trajectory exactly. With a
        leading axis they are given for each of n pictures, for a face that moves by itself.
    sigma_px : float
        Standard deviation of the Gaussian by which the push falls off around each centre.
    displacement_px : ndarray, shape (n, 2), float
        Where each centre is, relative to its place in the unmoved picture, in each of n pictures. Zeros hold
        a point still beside another that moves.

    Raises
    ------
    ValueError
        If the shapes do not agree or sigma is not positive.
    """

    centres_px: NDArray[np.float64]
    sigma_px: float
    displacement_px: NDArray[np.float64]

    def __post_init__(self) -> None:
        if self.displacement_px.ndim != 2 or self.displacement_px.shape[1] != 2:
            raise ValueError(f"displacement_px must have shape (n, 2), not {self.displacement_px.shape}")
        n = len(self.displacement_px)
        shape = self.centres_px.shape
        if shape[-1:] != (2,) or len(shape) not in (2, 3) or (len(shape) == 3 and shape[0] != n):
            raise ValueError(f"centres_px must have shape (k, 2) or ({n}, k, 2), not {shape}")
        if not self.sigma_px > 0:
            raise ValueError(f"sigma_px must be positive, not {self.sigma_px}")

    def centres_at(self, index: int) -> NDArray[np.float64]:
        """Centres in picture ``index``, shape (k, 2)."""
        return self.centres_px[index] if self.centres_px.ndim == 3 else self.centres_px


def sine_trajectory(
    times_s: ArrayLike,
    *,
    frequency_hz: float,
    amplitude_px: float,
    direction: tuple[float, float],
    one_sided: bool = False,
) -> NDArray[np.float64]:
    """Displacement along a line by a sine.

    Parameters
    ----------
    times_s : array_like, shape (n,)
        When each picture is taken.
    frequency_hz : float
    amplitude_px : float
        Half the distance between the two ends of the movement.
    direction : (float, float)
        Along the picture's x (right) and y (down); its length does not matter.
    one_sided : bool
        Move from the place of rest in the stated direction and back (a jaw that opens), not to both sides.

    Returns
    -------
    ndarray, shape (n, 2), float64
    """
    phase = 2 * np.pi * frequency_hz * np.asarray(times_s, float)
    along = amplitude_px * ((1 - np.cos(phase)) if one_sided else np.sin(phase))
    unit = np.asarray(direction, float) / np.hypot(*direction)
    return np.asarray(along[:, None] * unit)


def sway_trajectory(times_s: ArrayLike, *, amplitude_px: float) -> NDArray[np.float64]:
    """Slow wandering of somebody who sits still, all of it at or below 0.23 Hz (below the band of interest).

    Parameters
    ----------
    times_s : array_like, shape (n,)
    amplitude_px : float
        No coordinate goes further from its place than this.

    Returns
    -------
    ndarray, shape (n, 2), float64
        Shift of the whole picture.
    """
    turns = 2 * np.pi * np.asarray(times_s, float)
    x = 0.65 * np.sin(0.11 * turns) + 0.35 * np.sin(0.23 * turns + 1.0)
    y = 0.65 * np.sin(0.09 * turns + 2.0) + 0.35 * np.sin(0.19 * turns)
    return np.asarray(amplitude_px * np.stack([x, y], axis=1))


def warp_picture(
    picture: PictureArray,
    *,
    centres_px: NDArray[np.float64],
    displacements_px: NDArray[np.float64],
    sigmas_px: NDArray[np.float64],
    shift_px: tuple[float, float] = (0.0, 0.0),
) -> PictureArray:
    """Push a picture at some points, then shift it as a whole.

    The forward displacement of a point x of the picture is ``sum_j a_j exp(-|x - c_j|^2 / (2 sigma_j^2))``
    with weights a_j chosen so that each centre c_j moves by exactly its own displacement, whatever the others
    do. The picture is drawn by the inverse of that map (fixed-point iteration) and Lanczos interpolation,
    which OpenCV places on a grid of 1/32 px.

    Parameters
    ----------
    picture : ndarray, shape (height, width) or (height, width, 3), uint8
    centres_px, displacements_px : ndarray, shape (k, 2)
    sigmas_px : ndarray, shape (k,)
    shift_px : (float, float)

    Returns
    -------
    ndarray, uint8
        Of the same shape. Beyond the border the border is repeated: leave a margin and cut it off.

    Raises
    ------
    ValueError
        If the push is too steep for its sigma, so that the picture would fold over itself.
    """
    height, width = picture.shape[:2]
    out_x, out_y = np.meshgrid(
        np.arange(width, dtype=np.float32) - np.float32(shift_px[0]),
        np.arange(height, dtype=np.float32) - np.float32(shift_px[1]),
    )
    from_x, from_y = out_x, out_y
    if np.any(displacements_px):
        weights = _weights(centres_px, displacements_px, sigmas_px)
        for _ in range(_MAX_ROUNDS):
            push_x, push_y = _displacement(from_x, from_y, centres_px, weights, sigmas_px)
            new_x, new_y = out_x - push_x, out_y - push_y
            change_px = max(float(np.abs(new_x - from_x).max()), float(np.abs(new_y - from_y).max()))
            from_x, from_y = new_x, new_y
            if change_px < _CONVERGED_PX:
                break
        else:
            raise ValueError("the push is too steep for its sigma: the picture would fold over itself")
    moved = cv2.remap(picture, from_x, from_y, cv2.INTER_LANCZOS4, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(moved, dtype=np.uint8)


def warp_sequence(
    pictures: Iterable[PictureArray],
    movements: Sequence[Movement],
    *,
    shifts_px: NDArray[np.float64] | None = None,
) -> Iterator[PictureArray]:
    """Move a sequence of pictures, or one picture given again and again, by known movements.

    Parameters
    ----------
    pictures : iterable of ndarray, uint8
        For a still portrait: ``itertools.repeat(portrait, n)``. For a real clip: its pictures.
    movements : sequence of Movement
        All with at least as many displacements as there are pictures.
    shifts_px : ndarray, shape (n, 2), optional
        Sway of the head or shake of the camera: moves the whole picture, after the movements.

    Yields
    ------
    ndarray, uint8
        One picture for each that came in.

    Raises
    ------
    ValueError
        If a movement or the shifts are shorter than the sequence, or a push is too steep (`warp_picture`).
    """
    lengths = [len(m.displacement_px) for m in movements] + ([] if shifts_px is None else [len(shifts_px)])
    for i, picture in enumerate(pictures):
        if any(i >= length for length in lengths):
            raise ValueError(f"there are more pictures than displacements: none is given for picture {i}")
        centres, displacements, sigmas = [np.empty((0, 2))], [np.empty((0, 2))], [np.empty(0)]
        for movement in movements:
            here = movement.centres_at(i)
            centres.append(here)
            displacements.append(np.broadcast_to(movement.displacement_px[i], here.shape))
            sigmas.append(np.full(len(here), movement.sigma_px))
        shift_x, shift_y = (0.0, 0.0) if shifts_px is None else shifts_px[i]
        yield warp_picture(
            picture,
            centres_px=np.concatenate(centres),
            displacements_px=np.concatenate(displacements),
            sigmas_px=np.concatenate(sigmas),
            shift_px=(float(shift_x), float(shift_y)),
        )


def expose(
    pictures: Iterable[PictureArray], *, gain: float = 1.0, noise_sd: float, seed: int
) -> Iterator[PictureArray]:
    """Make of a scene what a sensor does: less or more light, and noise that differs from picture to picture.

    Parameters
    ----------
    pictures : iterable of ndarray, uint8
    gain : float
        Factor on every value; 0.04 is a face at 4% of normal light.
    noise_sd : float
        Standard deviation of the Gaussian noise added, in steps of 0 to 255.
    seed : int

    Yields
    ------
    ndarray, uint8
    """
    rng = np.random.default_rng(seed)
    for picture in pictures:
        noise = rng.standard_normal(picture.shape, dtype=np.float32) * np.float32(noise_sd)
        yield np.clip(np.rint(picture * np.float32(gain) + noise), 0, 255).astype(np.uint8)


def _gaussian(squared_px: NDArray[np.float32], sigma_px: float) -> NDArray[np.float32]:
    return np.asarray(np.exp(squared_px * np.float32(-0.5 / sigma_px**2)))


def _weights(
    centres_px: NDArray[np.float64], displacements_px: NDArray[np.float64], sigmas_px: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Weights, shape (k, 2), with which the sum of all Gaussians gives each centre its own displacement."""
    squared = ((centres_px[:, None] - centres_px[None]) ** 2).sum(axis=-1)
    return np.linalg.solve(np.exp(-0.5 * squared / sigmas_px[None] ** 2), displacements_px)


def _displacement(
    x: NDArray[np.float32],
    y: NDArray[np.float32],
    centres_px: NDArray[np.float64],
    weights: NDArray[np.float64],
    sigmas_px: NDArray[np.float64],
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Forward displacement at points of the unmoved picture."""
    push_x, push_y = np.zeros_like(x), np.zeros_like(y)
    for (centre_x, centre_y), (weight_x, weight_y), sigma in zip(centres_px, weights, sigmas_px, strict=True):
        near = _gaussian((x - np.float32(centre_x)) ** 2 + (y - np.float32(centre_y)) ** 2, float(sigma))
        push_x += np.float32(weight_x) * near
        push_y += np.float32(weight_y) * near
    return push_x, push_y
