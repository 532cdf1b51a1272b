"""The wall behind a person: calm, with edges by which a moving camera shows."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

_SIZE = (1536, 2048)
_WALLS = ((0.72, 0.72, 0.69), (0.66, 0.70, 0.72), (0.76, 0.72, 0.65), (0.60, 0.66, 0.60), (0.70, 0.67, 0.70))
_WOODS = ((0.42, 0.30, 0.20), (0.55, 0.44, 0.33), (0.80, 0.78, 0.74), (0.30, 0.26, 0.24))


def room_picture(seed: int, brightness: float) -> NDArray[np.uint8]:
    """Paint a wall with a shelf, a door or a curtain, shape (h, w, 3), uint8, out of focus as phones show it."""
    random = np.random.default_rng([seed, 17])
    rows, columns = _SIZE
    picture = np.empty((rows, columns, 3), np.float32)
    picture[:] = _WALLS[random.integers(len(_WALLS))]
    across = np.linspace(-1, 1, columns, dtype=np.float32)[None, :, None]
    down = np.linspace(-1, 1, rows, dtype=np.float32)[:, None, None]
    picture *= 1 - 0.10 * across * random.choice([-1, 1]) - 0.07 * down
    plaster = cv2.resize(
        random.standard_normal((220, 300)).astype(np.float32), (columns, rows), interpolation=cv2.INTER_CUBIC
    )
    picture *= 1 + 0.012 * plaster[:, :, None]
    wood = np.array(_WOODS[random.integers(len(_WOODS))], np.float32)
    middle = columns // 2
    side = int(random.choice([-1, 1]))
    kind = str(random.choice(["door", "shelf", "curtain"]))
    if kind == "door":
        left = middle + side * int(random.integers(210, 300)) - (380 if side < 0 else 0)
        cv2.rectangle(picture, (left - 26, 260), (left + 406, rows), [float(c) for c in wood * 0.85], -1)
        cv2.rectangle(picture, (left, 286), (left + 380, rows), [float(c) for c in wood], -1)
        for top in (340, 700):
            cv2.rectangle(
                picture, (left + 60, top), (left + 320, top + 300), [float(c) for c in wood * 0.8], 5
            )
        cv2.circle(picture, (left + (28 if side > 0 else 352), 820), 14, (0.55, 0.52, 0.45), -1)
    elif kind == "shelf":
        for top in (int(random.integers(470, 560)), int(random.integers(760, 840))):
            left = middle + side * 180 - (700 if side < 0 else 0)
            cv2.rectangle(picture, (left, top), (left + 700, top + 18), [float(c) for c in wood], -1)
            place = left + 12
            while place < left + 640:
                width, height = int(random.integers(14, 36)), int(random.integers(90, 160))
                colour = random.uniform(0.15, 0.7, 3) * random.uniform(0.6, 1.0)
                if random.random() < 0.85:
                    cv2.rectangle(
                        picture, (place, top - height), (place + width, top - 1), colour.tolist(), -1
                    )
                place += width + int(random.integers(1, 8))
    else:
        left = middle + side * int(random.integers(200, 280)) - (520 if side < 0 else 0)
        folds = 1 + 0.16 * np.sin(np.arange(520) / random.uniform(9, 14) + 0.6 * np.sin(np.arange(520) / 31))
        colour = np.array(random.uniform(0.35, 0.75, 3), np.float32)
        strip = picture[200:, max(left, 0) : left + 520]
        strip[:] = colour * folds[: strip.shape[1], None].astype(np.float32)
    blurred = cv2.GaussianBlur(picture, (0, 0), 2.2)
    return np.asarray(np.clip(blurred * brightness * 255, 0, 255), np.uint8)
