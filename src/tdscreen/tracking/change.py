"""Whether something has come into the picture, or moved in it, since it was last looked through."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tdscreen.settings import TRACKING, TrackingSettings

FloatArray = NDArray[np.float32]

_GREEN = 1
_MARGIN = 0.5


class SceneChange:
    """Compares single pixels all over the picture with those of the picture that was last looked through.

    To look through a picture for hands takes longer than all else that is done for them; this takes next to nothing. It
    need not know what has come: only that it is worth a look.
    """

    def __init__(self, *, settings: TrackingSettings = TRACKING) -> None:
        self._settings = settings
        self._looked_at: NDArray[np.int16] | None = None
        self._now: NDArray[np.int16] | None = None

    def is_seen(self, rgb: NDArray[np.uint8], followed: Sequence[FloatArray]) -> bool:
        """Say whether a part of the picture differs from what was last looked at; to be asked once for each picture.

        Parameters
        ----------
        rgb : ndarray, shape (height, width, 3), uint8
        followed : sequence of ndarray, shape (k, 2 or more), float32
            Points in px of what is followed already: what changes there is no news.
        """
        settings = self._settings
        step = max(1, round(max(rgb.shape[:2]) / settings.change_samples))
        first = step // 2
        self._now = rgb[first::step, first::step, _GREEN].astype(np.int16)
        before, side = self._looked_at, settings.change_cell_samples
        # A picture too small for a cell is soon looked through.
        if before is None or before.shape != self._now.shape or min(before.shape) < side:
            return True
        rows, columns = (n // side for n in before.shape)
        differences = np.abs(self._now - before)[: rows * side, : columns * side]
        cells = differences.reshape(rows, side, columns, side).mean(axis=(1, 3))
        # A camera that shakes and a lamp that flickers change all of the picture: that, too, is no news.
        usual = float(np.median(cells))
        news = cells > max(settings.change_level, settings.change_ratio * usual)
        y, x = ((np.arange(n) + 0.5) * side * step for n in (rows, columns))
        for points in followed:
            low, high = points[:, :2].min(axis=0), points[:, :2].max(axis=0)
            margin = _MARGIN * float((high - low).max())
            within_x = (x > low[0] - margin) & (x < high[0] + margin)
            within_y = (y > low[1] - margin) & (y < high[1] + margin)
            news &= ~(within_y[:, None] & within_x[None, :])
        return bool(news.any())

    def looked(self) -> None:
        """Take note that the picture last asked about is looked through."""
        self._looked_at = self._now
