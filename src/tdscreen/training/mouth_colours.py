"""A drawn mouth gets its colours, its light, its camera and its codec, all by chance."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from tdscreen.geometry.mouth import CROP_HEIGHT, CROP_WIDTH
from tdscreen.phantom.person import MONK_TONES, rgb
from tdscreen.tracking.mouth import DARK, LIP, SKIN, TEETH, TONGUE
from tdscreen.training.mouth_pictures import Drawn, averaged

FloatArray = NDArray[np.float32]
Random = np.random.Generator

_BLACK = 1e-3


def coloured(drawn: Drawn, random: Random) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Make a picture of a drawn mouth.

    Parameters
    ----------
    drawn : Drawn
    random : Generator

    Returns
    -------
    crop : ndarray, shape (96, 64, 3), uint8
    label : ndarray, shape (96, 64), uint8
        Class of each pixel; what is held before the mouth is none of it.
    """
    palette = _palette(random)
    albedo = _albedo(drawn, palette, random)
    light = _light(drawn, random)
    picture = albedo * light + _shine(drawn, random)
    label = drawn.label.copy()
    if random.random() < 0.12:
        picture = _before_it(picture, label, palette[SKIN], random)
    if random.random() < 0.06:  # the picture ends here
        end = int(random.integers(90, picture.shape[0]))
        picture[end:], label[end:] = 0, SKIN
    picture = np.asarray(cv2.resize(picture, (CROP_WIDTH, CROP_HEIGHT), interpolation=cv2.INTER_AREA))
    return _filmed(picture, random), averaged(label)


def _uniform(random: Random, low: float, high: float, size: int | None = None) -> NDArray[np.float64]:
    return np.asarray(random.uniform(low, high, size))


def _palette(random: Random) -> dict[int, NDArray[np.float64]]:
    """Colours of each class, the lips' and the tongue's told from the skin's."""
    tone = np.array(rgb(MONK_TONES[int(random.integers(1, 11))])) ** 2.2
    skin = tone * np.exp(random.normal(0, 0.18)) * np.exp(random.normal(0, 0.07, 3))
    lip = skin * np.array(
        [_uniform(random, 0.7, 1.15), _uniform(random, 0.38, 0.95), _uniform(random, 0.4, 1.0)]
    )
    painted = random.random() < 0.22
    if painted:  # lipstick
        hue = int(random.integers(0, 22)) if random.random() < 0.5 else int(random.integers(150, 180))
        if random.random() < 0.05:
            hue = int(random.integers(0, 180))
        hsv = np.array([[[hue, random.integers(60, 245), random.integers(50, 240)]]], dtype=np.uint8)
        lip = (cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB)[0, 0] / 255.0) ** 2.2
    red = np.array([_uniform(random, 0.35, 0.75), _uniform(random, 0.1, 0.36), _uniform(random, 0.1, 0.36)])
    if not painted and random.random() < 0.25:  # as the lips
        red = lip * _uniform(random, 0.75, 1.35) * np.exp(random.normal(0, 0.1, 3))
    elif random.random() < 0.15:  # as the skin
        red = skin * np.array([1.0, _uniform(random, 0.6, 0.9), _uniform(random, 0.6, 0.9)])
    red *= min(1.0, float(_uniform(random, 1.5, 6)) * float(skin.mean() / red.mean()))
    teeth = np.array([1.0, _uniform(random, 0.8, 1.0), _uniform(random, 0.5, 0.97)]) * _uniform(
        random, 0.35, 0.95
    )
    inside = np.array([_uniform(random, 0.15, 0.6), _uniform(random, 0.03, 0.3), _uniform(random, 0.03, 0.3)])
    room = np.exp(random.normal(-1.5, 1.0)) * np.exp(random.normal(0, 0.2, 3))
    return {SKIN: skin, LIP: lip, TEETH: teeth, TONGUE: red, DARK: inside, -1: room}


def _albedo(drawn: Drawn, palette: dict[int, NDArray[np.float64]], random: Random) -> FloatArray:
    height, width = drawn.label.shape
    table = np.array([palette[value] for value in range(5)])
    albedo = table[drawn.label]
    albedo[(drawn.label == SKIN) & ~drawn.skin_only] = palette[-1]
    tongue, lip, teeth, skin = (drawn.label == value for value in (TONGUE, LIP, TEETH, SKIN))
    skin = skin & drawn.skin_only
    # Mottled at several sizes, each class in its own way.
    mottle = np.zeros((height, width))
    for size, strength in ((3, 0.05), (7, 0.05), (18, 0.07), (45, 0.08)):
        patch = _noise(random, (height, width), size)
        mottle += patch * (strength * _uniform(random, 0, 1.4, 5))[drawn.label]
    albedo *= np.exp(mottle)[..., None]
    wrinkles = _noise(random, (height, width), 2.5, stretch=5)
    albedo[lip] *= np.exp(wrinkles[lip, None] * _uniform(random, 0, 0.18))
    dots = _noise(random, (height, width), 1.2)
    albedo[tongue] *= np.exp(dots[tongue, None] * _uniform(random, 0, 0.15))
    if random.random() < 0.5 and tongue.any():  # groove and coating along the middle
        across = drawn.place[..., 0] - np.median(drawn.place[tongue, 0])
        groove = np.exp(-((across / _uniform(random, 0.8, 2.5)) ** 2))
        albedo[tongue] *= (1 - _uniform(random, 0, 0.4) * groove)[tongue, None]
        coat = np.exp(-((across / _uniform(random, 5, 12)) ** 2)) * _uniform(random, 0, 0.45)
        pale = np.array([0.75, 0.68, 0.6]) * _uniform(random, 0.4, 0.9)
        albedo[tongue] += (coat[..., None] * (pale - albedo))[tongue]
    if random.random() < 0.5 and teeth.any():  # gaps between teeth, and some that are missing
        gaps = np.abs(np.sin(np.pi * drawn.place[..., 0] / _uniform(random, 5, 9)))
        albedo[teeth] *= np.clip(gaps * _uniform(random, 3, 12), 0.3, 1.0)[teeth, None]
    if random.random() < 0.28 and skin.any():
        _beard(albedo, drawn, skin, random)
    return np.maximum(albedo, _BLACK).astype(np.float32)


def _beard(albedo: NDArray[np.float64], drawn: Drawn, skin: NDArray[np.bool_], random: Random) -> None:
    """Hairs on the skin around the mouth, now and then over the lips."""
    shape = drawn.label.shape
    hairs = _noise(random, shape, float(_uniform(random, 0.7, 2.0)), stretch=float(_uniform(random, 1, 4)))
    where = 1 / (1 + np.exp(-4 * (_noise(random, shape, 30) + _uniform(random, -0.5, 1.5))))
    cover = np.clip(where * _uniform(random, 0.2, 1.0) * (0.75 + 0.5 * hairs), 0, 1)
    on = skin.astype(np.float32)
    if random.random() < 0.3:  # hanging over the lip
        reach = int(random.integers(3, 13))
        on = np.asarray(cv2.dilate(on, np.ones((reach, 3), np.float32), anchor=(1, reach - 1)))
        on = on * np.isin(drawn.label, (SKIN, LIP, DARK))
    hair = np.exp(random.normal(-3.2, 1.0)) * np.array(
        [1.0, _uniform(random, 0.6, 1.0), _uniform(random, 0.4, 1.0)]
    )
    share = (cover * on)[..., None]
    albedo[:] = albedo * (1 - share) + hair * share


def _light(drawn: Drawn, random: Random) -> FloatArray:
    """Lamps from before and above, dimmed within the mouth the deeper it goes."""
    light = np.full(drawn.label.shape, float(_uniform(random, 0.15, 0.7)))
    for _ in range(int(random.integers(1, 4))):
        way = np.array([random.normal(0, 0.8), random.normal(-0.5, 0.6), -_uniform(random, 0.3, 1.4)])
        way /= np.linalg.norm(way)
        light += np.clip(drawn.facing @ way + _uniform(random, 0, 0.3), 0, None) * _uniform(random, 0.2, 0.9)
    deep = np.clip(drawn.depth_mm - _uniform(random, -2, 6), 0, None)
    within = np.isin(drawn.label, (TEETH, TONGUE, DARK))
    dim = np.exp(-deep / np.where(drawn.label == DARK, _uniform(random, 3, 25), _uniform(random, 8, 60)))
    light = np.where(within, light * np.maximum(dim, _uniform(random, 0.0, 0.12)), light)
    # A lamp at one side, a shadow with a hard edge.
    height, width = light.shape
    rows, columns = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    slope = random.normal(0, 0.35, 2)
    light *= np.exp(slope[0] * rows + slope[1] * columns)
    if random.random() < 0.15:
        edge = np.cos(angle := _uniform(random, 0, 2 * np.pi)) * rows + np.sin(angle) * columns
        edge = edge + random.normal(0, 0.5)
        light *= 1 - _uniform(random, 0.2, 0.7) / (1 + np.exp(-edge * _uniform(random, 4, 40)))
    tint = np.exp(random.normal(0, 0.1, 3))
    return np.asarray(light[..., None] * tint, dtype=np.float32)


def _shine(drawn: Drawn, random: Random) -> FloatArray:
    """Highlights on what is wet."""
    bumpy = drawn.facing + 0.15 * _uniform(random, 0, 1) * np.stack(
        [
            _noise(random, drawn.label.shape, 3),
            _noise(random, drawn.label.shape, 3),
            np.zeros(drawn.label.shape),
        ],
        -1,
    )
    half = np.array([random.normal(0, 0.4), random.normal(-0.35, 0.3), -1.0])
    half /= np.linalg.norm(half)
    bright = np.clip(bumpy @ half, 0, 1) ** _uniform(random, 20, 120)
    strength = np.array([0.12, 0.3, 0.4, 0.3, 0.1]) * _uniform(random, 0, 1, 5) ** 2
    deep = np.exp(-np.clip(drawn.depth_mm, 0, None) / 12)
    return np.asarray((bright * strength[drawn.label] * deep)[..., None], dtype=np.float32)


def _before_it(
    picture: FloatArray, label: NDArray[np.uint8], skin: NDArray[np.float64], random: Random
) -> FloatArray:
    """Something is held before the mouth: fingers, mostly, or a cup, a microphone."""
    height, width = picture.shape[:2]
    fingers = random.random() < 0.7
    angle, thick = (
        _uniform(random, 0, np.pi),
        float(_uniform(random, 7, 17) if fingers else _uniform(random, 12, 40)),
    )
    along = np.array([np.cos(angle), np.sin(angle)])
    tip = np.array([_uniform(random, 0, width), _uniform(random, height * 0.15, height)])
    points = np.stack(np.meshgrid(np.arange(width), np.arange(height)), axis=-1).astype(np.float64)
    colour = skin * np.exp(random.normal(0, 0.2)) * np.exp(random.normal(0, 0.06, 3))
    if not fingers:
        colour = np.exp(random.normal(-1.2, 0.8)) * np.exp(random.normal(0, 0.3, 3))
    length = _uniform(random, 0.3, 1.5) * height
    for number in range(int(random.integers(1, 5)) if fingers else 1):
        from_tip = points - tip - number * 2.05 * thick * np.array([-along[1], along[0]])
        forth = from_tip @ along
        across = from_tip @ np.array([-along[1], along[0]])
        beyond = np.maximum(np.maximum(-forth, forth - length), 0.0)
        off = np.hypot(across, beyond) / thick
        round_ = np.sqrt(np.clip(1 - off**2, 0, 1))
        share = np.clip((1 - off) * thick, 0, 1)[..., None]
        light = (_uniform(random, 0.3, 0.8) + 0.7 * round_)[..., None]
        picture = picture * (1 - share) + colour * light * share
        label[share[..., 0] > 0.5] = SKIN
        tip = tip + along * random.normal(0, thick)
    return np.asarray(picture, dtype=np.float32)


def _filmed(picture: FloatArray, random: Random) -> NDArray[np.uint8]:
    """Exposure, white balance, tone curve, blur, noise, few pixels, and what a codec leaves."""
    picture = picture / max(float(np.percentile(picture, _uniform(random, 85, 99.8))), _BLACK)
    picture = picture * np.exp(random.normal(-0.3, 0.35))
    picture = np.clip(picture, 0, 1.2) ** (1 / 2.2 * np.exp(random.normal(0, 0.13)))
    grey = picture.mean(axis=-1, keepdims=True)
    picture = np.clip(grey + (picture - grey) * _uniform(random, 0.6, 1.3), 0, 1)
    if random.random() < 0.35:
        picture = np.asarray(cv2.GaussianBlur(picture, (0, 0), float(_uniform(random, 0.3, 1.6))))
    if random.random() < 0.12:
        picture = _smeared(picture, random)
    small = 1.0 if random.random() < 0.5 else float(_uniform(random, 0.4, 1.0))
    size = (max(int(CROP_WIDTH * small), 12), max(int(CROP_HEIGHT * small), 18))
    if small < 1:
        picture = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA))
    noise = 0.05 * _uniform(random, 0, 1) ** 2
    picture = picture + noise * random.normal(0, 1, picture.shape)
    picture = picture + noise * random.normal(0, 0.6, (*picture.shape[:2], 1))
    levels = np.clip(np.round(picture * 255), 0, 255).astype(np.uint8)
    if random.random() < 0.7:
        # Codecs work on larger pictures, too: their blocks then are smaller than eight of the crop's pixels.
        larger = int(random.integers(1, 4))
        big = cv2.resize(levels, (size[0] * larger, size[1] * larger), interpolation=cv2.INTER_LINEAR)
        quality = int(random.integers(20, 93))
        done, packed = cv2.imencode(".jpg", big, [cv2.IMWRITE_JPEG_QUALITY, quality])
        assert done
        levels = cv2.resize(cv2.imdecode(packed, cv2.IMREAD_COLOR), size, interpolation=cv2.INTER_AREA)
    if small < 1:
        levels = cv2.resize(levels, (CROP_WIDTH, CROP_HEIGHT), interpolation=cv2.INTER_LINEAR)
    return np.asarray(levels, dtype=np.uint8)


def _smeared(picture: FloatArray, random: Random) -> FloatArray:
    length = int(random.integers(2, 7))
    kernel = np.zeros((7, 7), np.float32)
    angle = _uniform(random, 0, np.pi)
    for step in np.linspace(-length / 2, length / 2, 15):
        row, column = np.rint(3 + step * np.array([np.sin(angle), np.cos(angle)])).astype(int)
        kernel[row, column] += 1
    return np.asarray(cv2.filter2D(picture, -1, kernel / kernel.sum()), dtype=np.float32)


def _noise(random: Random, shape: tuple[int, ...], size: float, *, stretch: float = 1.0) -> FloatArray:
    """Smooth noise of standard deviation one, with grains of so many pixels, ``stretch`` times as high."""
    height, width = max(int(shape[0] / (size * stretch)), 2), max(int(shape[1] / size), 2)
    grains = random.normal(0, 1, (height, width)).astype(np.float32)
    return np.asarray(
        cv2.resize(grains, (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC), dtype=np.float32
    )
