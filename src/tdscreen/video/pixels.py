"""Pictures as people should see them: upright, square pixels, ordinary range."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import cv2
import numpy as np
from av.sidedata.sidedata import SideData
from av.sidedata.sidedata import Type as SideDataType
from av.video.frame import VideoFrame as AvFrame
from av.video.reformatter import Interpolation, VideoReformatter
from numpy.typing import NDArray

from tdscreen.video.tonemap import Transfer, tone_map

_TRANSFER: dict[int, Transfer] = {16: "pq", 18: "hlg"}
"""Transfer characteristics that are tone-mapped, by their code (ITU-T H.273, table 3)."""


@dataclass(frozen=True)
class Orientation:
    """How a stored picture becomes an upright one: transposed first, then flipped.

    Attributes
    ----------
    transpose : bool
        Rows become columns.
    flip_x, flip_y : bool
        Left and right, top and bottom are exchanged after that.
    """

    transpose: bool = False
    flip_x: bool = False
    flip_y: bool = False

    @property
    def rotation_deg(self) -> int:
        """By how much the picture is turned clockwise: 0, 90, 180 or 270; then it may be mirrored."""
        if self.transpose:
            return 270 if self.flip_y else 90
        return 180 if self.flip_y else 0

    def apply(self, picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Turn a picture upright.

        Parameters
        ----------
        picture : ndarray, shape (h, w, 3), uint8

        Returns
        -------
        ndarray, shape (h, w, 3) or (w, h, 3), uint8, C-contiguous
        """
        upright = cv2.transpose(picture) if self.transpose else picture
        if self.flip_x or self.flip_y:
            upright = cv2.flip(upright, -1 if self.flip_x and self.flip_y else int(self.flip_x))
        return np.asarray(upright, dtype=np.uint8)


def orientation_of(frame: AvFrame) -> Orientation:
    """Read how a frame is meant to be turned, to the nearest quarter turn.

    The display matrix maps a stored column p and row q to the column ``a p + c q`` and the row ``b p + d q``
    of the screen (ISO/IEC 14496-12, 6.2.2).

    Parameters
    ----------
    frame : av.VideoFrame

    Returns
    -------
    Orientation
    """
    data = frame.side_data.get(SideDataType.DISPLAYMATRIX.name)
    if not isinstance(data, SideData):
        return Orientation()
    a, b, _, c, d = np.frombuffer(bytes(data), dtype=np.int32, count=5).astype(np.int64)
    if abs(a) + abs(d) >= abs(b) + abs(c):
        return Orientation(flip_x=bool(a < 0), flip_y=bool(d < 0))
    return Orientation(transpose=True, flip_x=bool(c < 0), flip_y=bool(b < 0))


def transfer_of(frame: AvFrame) -> Transfer:
    """Tell an ordinary frame from one in HLG or PQ."""
    return _TRANSFER.get(int(frame.color_trc), "sdr")


def square_size(width: int, height: int, aspect: Fraction) -> tuple[int, int]:
    """Give the size with square pixels that loses nothing: the shorter side of a pixel is stretched.

    Parameters
    ----------
    width, height : int
        As stored.
    aspect : Fraction
        Width of a pixel over its height.

    Returns
    -------
    (int, int)
        Width and height.
    """
    if aspect >= 1:
        return max(1, round(width * aspect)), height
    return width, max(1, round(height / aspect))


class Converter:
    """Makes upright ordinary pictures of one size from the frames of one clip.

    Parameters
    ----------
    first : av.VideoFrame
        The clip's first frame, from which orientation and size are taken.
    aspect : Fraction
        Width of a pixel over its height.
    """

    def __init__(self, first: AvFrame, *, aspect: Fraction) -> None:
        self.orientation = orientation_of(first)
        self.transfer = transfer_of(first)
        self._stored_size = (first.width, first.height)
        self._size = square_size(first.width, first.height, aspect)
        self._reformatter = VideoReformatter()

    @property
    def upright_size(self) -> tuple[int, int]:
        """Width and height of the pictures made, in pixels."""
        width, height = self._size
        return (height, width) if self.orientation.transpose else (width, height)

    def rgb(self, frame: AvFrame) -> NDArray[np.uint8]:
        """Convert a frame.

        Parameters
        ----------
        frame : av.VideoFrame

        Returns
        -------
        ndarray, shape (h, w, 3), uint8, C-contiguous
        """
        size = self._size
        if (frame.width, frame.height) != self._stored_size:
            # A call that changes its resolution midway: the picture is fitted into the size it began with.
            scale = min(size[0] / frame.width, size[1] / frame.height)
            size = max(1, int(frame.width * scale)), max(1, int(frame.height * scale))
        # Matrix and range are those that the frame names. Where it names no matrix, FFmpeg takes BT.601 at any
        # size, as OpenCV does: on a published clip of a hand, BT.709 moves landmarks 0.4 px away from
        # those published. One thread: the other cores decode and track.
        converted = self._reformatter.reformat(
            frame,
            width=size[0],
            height=size[1],
            format="rgb24" if self.transfer == "sdr" else "rgb48le",
            interpolation=Interpolation.BILINEAR,
            threads=1,
        ).to_ndarray()
        if self.transfer == "sdr":
            picture = np.asarray(converted, dtype=np.uint8)
        else:
            picture = tone_map(np.asarray(converted, dtype=np.uint16), self.transfer)
        if size != self._size:
            picture = _centred(picture, *self._size)
        return np.ascontiguousarray(self.orientation.apply(picture))


def _centred(picture: NDArray[np.uint8], width: int, height: int) -> NDArray[np.uint8]:
    whole = np.zeros((height, width, 3), dtype=np.uint8)
    top, left = (height - picture.shape[0]) // 2, (width - picture.shape[1]) // 2
    whole[top : top + picture.shape[0], left : left + picture.shape[1]] = picture
    return whole
