"""From the wide range of newer phones (HLG, PQ) to an ordinary picture.

What is done, in this order: the transfer function is undone to display light in nits (ITU-R BT.2100-2, table
4 for PQ and table 5 for HLG on a 1000 nit display), highlights are rolled off towards reference white by the
curve of ITU-R BT.2390-10, 5.4.1, the primaries are changed from BT.2020 to BT.709 in linear light (ITU-R
BT.2087), and the result is coded for an ordinary screen (ITU-R BT.1886, gamma 2.4). Reference white is 203
nits (ITU-R BT.2408, table 1), and so a grey card, 26 nits, comes out at 108 of 255.

Each channel is treated by itself, which keeps the brightness of greys and changes strong colours a little.
"""

from __future__ import annotations

from functools import cache
from typing import Literal, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

Transfer: TypeAlias = Literal["sdr", "hlg", "pq"]

PEAK_NITS = 1000.0
"""Brightest light that is told apart: that of the nominal HLG display (BT.2100, table 5)."""
REFERENCE_WHITE_NITS = 203.0
"""Diffuse white in HLG and PQ (BT.2408, table 1)."""

_BT2020_TO_BT709 = np.array(
    [[1.6605, -0.5876, -0.0728], [-0.1246, 1.1329, -0.0083], [-0.0182, -0.1006, 1.1187]], dtype=np.float32
)
"""ITU-R BT.2087-0, inverse of its matrix."""
_LEVELS = 65536
_BAND_ROWS = 16


def hlg_to_nits(signal: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the display light of an HLG signal on a 1000 nit display (BT.2100, table 5).

    Parameters
    ----------
    signal : ndarray of float
        0 to 1.

    Returns
    -------
    ndarray of float
        Nits, of the same shape.
    """
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    scene = np.where(signal <= 0.5, signal**2 / 3.0, (np.exp((signal - c) / a) + b) / 12.0)
    return PEAK_NITS * scene**1.2


_M1, _M2 = 2610.0 / 16384.0, 2523.0 / 4096.0 * 128.0
_C1, _C2, _C3 = 3424.0 / 4096.0, 2413.0 / 4096.0 * 32.0, 2392.0 / 4096.0 * 32.0


def pq_to_nits(signal: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the display light of a PQ signal (BT.2100, table 4).

    Parameters
    ----------
    signal : ndarray of float
        0 to 1.

    Returns
    -------
    ndarray of float
        Nits, of the same shape.
    """
    power = signal ** (1.0 / _M2)
    return np.asarray(10000.0 * (np.maximum(power - _C1, 0.0) / (_C2 - _C3 * power)) ** (1.0 / _M1))


def nits_to_pq(nits: NDArray[np.float64]) -> NDArray[np.float64]:
    """Give the PQ signal of display light (BT.2100, table 4): the inverse of :func:`pq_to_nits`."""
    power = (nits / 10000.0) ** _M1
    return np.asarray(((_C1 + _C2 * power) / (1.0 + _C3 * power)) ** _M2)


def roll_off(nits: NDArray[np.float64]) -> NDArray[np.float64]:
    """Bring light up to ``PEAK_NITS`` into what lies below reference white (BT.2390-10, 5.4.1).

    Parameters
    ----------
    nits : ndarray of float
        Display light; above ``PEAK_NITS`` it is clipped.

    Returns
    -------
    ndarray of float
        0 to 1, where 1 is reference white. Light below about 90 nits keeps its share of reference white.
    """
    peak = nits_to_pq(np.array(PEAK_NITS))
    e1 = nits_to_pq(np.minimum(nits, PEAK_NITS)) / peak
    most = float(nits_to_pq(np.array(REFERENCE_WHITE_NITS)) / peak)
    knee = 1.5 * most - 0.5
    t = np.clip((e1 - knee) / (1.0 - knee), 0.0, 1.0)
    spline = (
        (2 * t**3 - 3 * t**2 + 1) * knee + (t**3 - 2 * t**2 + t) * (1 - knee) + (-2 * t**3 + 3 * t**2) * most
    )
    e2 = np.where(e1 < knee, e1, spline)
    return np.asarray(pq_to_nits(e2 * peak) / REFERENCE_WHITE_NITS)


@cache
def _to_linear(transfer: Transfer) -> NDArray[np.uint16]:
    signal = np.arange(_LEVELS) / (_LEVELS - 1.0)
    nits = hlg_to_nits(signal) if transfer == "hlg" else pq_to_nits(signal)
    linear = np.clip(roll_off(nits), 0.0, 1.0) * (_LEVELS - 1)
    return np.asarray(np.round(linear), dtype=np.uint16)


@cache
def _to_screen() -> NDArray[np.uint8]:
    linear = np.arange(_LEVELS) / (_LEVELS - 1.0)
    return np.asarray(np.round(255.0 * linear ** (1.0 / 2.4)), dtype=np.uint8)


def tone_map(rgb: NDArray[np.uint16], transfer: Transfer) -> NDArray[np.uint8]:
    """Turn an HLG or PQ picture into an ordinary one.

    Parameters
    ----------
    rgb : ndarray, shape (h, w, 3), uint16
        Coded R'G'B' with BT.2020 primaries, 0 to 65535.
    transfer : "hlg" or "pq"

    Returns
    -------
    ndarray, shape (h, w, 3), uint8
        For an ordinary screen, BT.709 primaries.
    """
    to_linear, to_screen = _to_linear(transfer), _to_screen()
    picture = np.empty(rgb.shape, dtype=np.uint8)
    # In bands that stay in the cache: NumPy's indices take eight bytes a value. Three times as fast as whole.
    for top in range(0, rgb.shape[0], _BAND_ROWS):
        band = np.s_[top : top + _BAND_ROWS]
        # mode="clip" spares NumPy a buffered check of bounds that a 16-bit index cannot leave.
        linear = cv2.transform(np.take(to_linear, rgb[band], mode="clip"), _BT2020_TO_BT709)
        picture[band] = np.take(to_screen, np.asarray(linear, dtype=np.uint16), mode="clip")
    return picture
