"""Bars and histograms as SVG within a page, without a library: the same values give the same drawing."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np
from numpy.typing import NDArray

_BINS = 16
_WIDTH, _HEIGHT, _FOOT = 320, 120, 22
_BAR = "#3b6ea8"
_LABEL_WIDTH, _BAR_WIDTH, _LINE = 210, 360, 24


def bars(title: str, counts: Sequence[tuple[str, int]]) -> str:
    """Draw counts as bars that lie, each with its name and its number.

    Parameters
    ----------
    title : str
    counts : sequence of (str, int)

    Returns
    -------
    str
        HTML.
    """
    most = max((count for _, count in counts), default=0) or 1
    height = _LINE * len(counts)
    drawn = []
    for place, (name, count) in enumerate(counts):
        middle = _LINE * place + _LINE / 2
        length = _BAR_WIDTH * count / most
        drawn.append(
            f'<text x="{_LABEL_WIDTH - 8}" y="{middle + 5:g}" text-anchor="end">{escape(name)}</text>'
            f'<rect x="{_LABEL_WIDTH}" y="{middle - 8:g}" width="{length:.1f}" height="16" fill="{_BAR}"/>'
            f'<text x="{_LABEL_WIDTH + length + 6:.1f}" y="{middle + 5:g}">{count:,}</text>'
        )
    words = ", ".join(f"{name}: {count}" for name, count in counts)
    width = _LABEL_WIDTH + _BAR_WIDTH + 80
    return (
        f'<figure style="max-width:{width}px"><figcaption>{escape(title)}</figcaption>'
        f'<svg role="img" aria-label="{escape(words)}" viewBox="0 0 {width} {height}" font-size="14" '
        f'font-family="system-ui,sans-serif">{"".join(drawn)}</svg></figure>'
    )


def histogram(
    title: str, values: NDArray[np.float64], *, limits: tuple[float, float] | None = None, unit: str = ""
) -> str:
    """Draw how values are distributed.

    Parameters
    ----------
    title : str
    values : ndarray, shape (n,)
        At least one. What lies past the limits is drawn at their ends.
    limits : (float, float), optional
        From 0 to the largest value if not given.
    unit : str

    Returns
    -------
    str
        HTML.
    """
    low, high = limits or (0.0, float(values.max()) or 1.0)
    counts, _ = np.histogram(np.clip(values, low, high), bins=_BINS, range=(low, high))
    most = int(counts.max()) or 1
    step = _WIDTH / _BINS
    drawn = [
        f'<rect x="{place * step + 1:g}" y="{_HEIGHT * (1 - count / most):.1f}" width="{step - 2:g}" '
        f'height="{_HEIGHT * count / most:.1f}" fill="{_BAR}"/>'
        for place, count in enumerate(counts)
        if count
    ]
    quarter, middle, three_quarters = np.percentile(values, (25, 50, 75))
    words = f"n = {values.size:,}, median {middle:.2f} {unit}".rstrip()
    words += f" (middle half {quarter:.2f} to {three_quarters:.2f})"
    below = f'y="{_HEIGHT + 17}" font-size="13"'
    return (
        f"<figure><figcaption>{escape(title)}</figcaption>"
        f'<svg role="img" aria-label="{escape(f"{title}: {words}")}" viewBox="0 -2 {_WIDTH} {_HEIGHT + _FOOT}" '
        f'font-family="system-ui,sans-serif">{"".join(drawn)}'
        f'<line x1="0" x2="{_WIDTH}" y1="{_HEIGHT}" y2="{_HEIGHT}" stroke="#57606a"/>'
        f'<text x="0" {below}>{low:g}</text>'
        f'<text x="{_WIDTH}" {below} text-anchor="end">{high:.3g} {escape(unit)}</text></svg>'
        f"<p>{escape(words)}</p></figure>"
    )
