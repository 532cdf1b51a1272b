"""How much there is to hold on to in a face's skin: its contrast at the scale that displacement is measured by."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

CHEEKS = (50, 280, 205, 425)
"""Points of the face mesh in the middle of the cheeks, away from lips, nose and the silhouette."""
EYE_CORNERS = (33, 263)
_FINE_PX, _COARSE_PX = 1.0, 10.0
_HALF_SIDE = 0.15
"""Of the squares that are looked at, as a share of the distance of the outer eye corners."""
_LUMA = np.array([0.299, 0.587, 0.114])


def skin_contrast(rgb: NDArray[np.uint8], face_px: NDArray[np.float32]) -> float | None:
    """Contrast of the cheeks at 1 to 10 px: the band's standard deviation over the mean.

    Parameters
    ----------
    rgb : ndarray, shape (height, width, 3), uint8
    face_px : ndarray, shape (478, 3), float32
        The face's landmarks in that picture.

    Returns
    -------
    float or None
        A plain number, as 0.02; noise of the picture is in it, as it is for whoever follows the skin. None where the
        face was not seen, is too small or lies at the edge.
    """
    if not np.isfinite(face_px[list(EYE_CORNERS), :2]).all():
        return None
    apart = float(np.linalg.norm(face_px[EYE_CORNERS[0], :2] - face_px[EYE_CORNERS[1], :2]))
    half = round(_HALF_SIDE * apart)
    if half < 4:
        return None
    luma = (rgb @ _LUMA).astype(np.float32)
    band = cv2.GaussianBlur(luma, (0, 0), _FINE_PX) - cv2.GaussianBlur(luma, (0, 0), _COARSE_PX)
    found = []
    for point in CHEEKS:
        x, y = (round(float(value)) for value in face_px[point, :2])
        rows, columns = slice(y - half, y + half + 1), slice(x - half, x + half + 1)
        inside = y >= half and x >= half and y + half < luma.shape[0] and x + half < luma.shape[1]
        if inside and luma[rows, columns].mean() > 0:
            found.append(float(band[rows, columns].std() / luma[rows, columns].mean()))
    return float(np.median(found)) if found else None
