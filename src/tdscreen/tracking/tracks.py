"""What was followed through a clip: the one currency between tracking and everything behind it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from tdscreen.video.timing import TimingReport

FloatArray: TypeAlias = NDArray[np.float32]
TimeArray: TypeAlias = NDArray[np.float64]
BoolArray: TypeAlias = NDArray[np.bool_]

N_FACE_POINTS = 478
N_HAND_POINTS = 21
LEFT, RIGHT = 0, 1
"""Index of the patient's own left and right hand along the hand axis of the arrays."""

HANDS_LEFT_OUT = {"hands": "left out on request"}
"""What the provenance of tracks says where nobody looked for hands."""


@dataclass(frozen=True)
class Tracks:
    """Landmarks of one person through one clip, with the times at which they were seen.

    What was not seen is NaN, and its validity is false. Pixel positions have their origin at the upper left corner
    of the upright picture, x to the right and y down; z has the scale of x and grows away from the camera.

    Attributes
    ----------
    times_s : ndarray, shape (n,), float64
        Presentation time of each frame since the first frame, strictly increasing.
    face_px : ndarray, shape (n, 478, 3), float32
        The face mesh with irises (points 468 to 477) of the person followed.
    face_valid : ndarray, shape (n,), bool
    hands_px : ndarray, shape (n, 2, 21, 3), float32
        The patient's own left (0) and right (1) hand.
    hands_world_m : ndarray, shape (n, 2, 21, 3), float32
        The same points in metres about the hand's own centre, as the tracker estimates them.
    hands_valid : ndarray, shape (n, 2), bool
    faces_seen : ndarray, shape (n,), uint8
        How many faces were seen in the frame, the person followed included.
    luminance : ndarray, shape (n,), float32
        Mean luma, 0 to 1, of the person's face, or of the whole picture where no face was found.
    pallor : ndarray, shape (n,), float32
        By how much less red, against its brightness, the middle of the face is than forehead and upper cheeks: skin has
        0 or less, most masks far more. NaN where no face was found.
    repeated : ndarray, shape (n,), bool
        The picture is that of the frame before (the camera or the network repeated it).
    background : ndarray, shape (n, 3), float32
        Where the room behind the person lies, which tells what the camera did: how far its point in the middle of the
        first picture has gone to the right and down, in px, and by how much it has turned clockwise, in radians. NaN
        where nothing of it could be followed.
    patches_px : ndarray, shape (n, P, 2), float32
        Patches of the face's skin, followed from the picture itself; their names are
        :data:`tdscreen.geometry.patches.PATCH_NAMES`. NaN where a patch was not found again.
    patches_error_px : ndarray, shape (n, P, 2), float32
        Standard error of each, across and down.
    iris_px : ndarray, shape (n, 2), float32
        Width of the iris at the picture's left and right, read from the picture a few times a second; NaN elsewhere.
    mouth : ndarray, shape (n, 9), float32
        What the picture shows of the mouth's inside, in the order of :data:`tdscreen.tracking.mouth.MOUTH_COLUMNS`.
    image_width_px, image_height_px : int
        Size of the upright picture with square pixels.
    rotation_deg : int
        By how much the picture was turned (clockwise) to stand upright: 0, 90, 180 or 270.
    mirrored : bool
        Whether the recording was stated to be mirrored (selfie view), as was used to tell left from right.
    timing : TimingReport
    file : str
        Name of the clip's file, without its folder.
    input_sha256 : str
        SHA-256 of the clip's bytes.
    provenance : dict of str to str
        Versions of what made the tracks: ``tdscreen``, ``mediapipe``, ``av``, and ``mouth_model`` by its SHA-256; and
        ``hands`` where these were left out on request.
    """

    times_s: TimeArray
    face_px: FloatArray
    face_valid: BoolArray
    hands_px: FloatArray
    hands_world_m: FloatArray
    hands_valid: BoolArray
    faces_seen: NDArray[np.uint8]
    luminance: FloatArray
    pallor: FloatArray
    repeated: BoolArray
    background: FloatArray
    patches_px: FloatArray
    patches_error_px: FloatArray
    iris_px: FloatArray
    mouth: FloatArray
    image_width_px: int
    image_height_px: int
    rotation_deg: int
    mirrored: bool
    timing: TimingReport
    file: str
    input_sha256: str
    provenance: dict[str, str]

    @property
    def hands_left_out(self) -> bool:
        """Whether nobody looked for hands, so that not seeing one says nothing."""
        return HANDS_LEFT_OUT.items() <= self.provenance.items()
