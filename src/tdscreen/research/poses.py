"""Landmarks in the layout that the package ``movement`` reads as poses of its own: netCDF.

Its dataset has the dimensions time, space, keypoints and individuals, the variables ``position`` and ``confidence``
and a few attributes (movement's user guide, "The movement datasets"). The file is netCDF 3 with 64-bit offsets, which
SciPy writes without another package; ``xarray.load_dataset`` reads it where SciPy is installed; movement brings both.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tdscreen.errors import InputError
from tdscreen.files import written_whole
from tdscreen.geometry.hand import FINGERS, WRIST
from tdscreen.geometry.patches import PATCH_NAMES
from tdscreen.tracking.tracks import LEFT, N_FACE_POINTS, N_HAND_POINTS, RIGHT, Tracks
from tdscreen.vocabulary import Side

SUFFIX = ".nc"
INDIVIDUAL = "person"
SPACE = ("x", "y")
_THUMB_JOINTS = ("cmc", "mcp", "ip", "tip")
_FINGER_JOINTS = ("mcp", "pip", "dip", "tip")
_DIMENSIONS = ("time", "space", "keypoints", "individuals")
_NOTE = (
    "Pixels of the upright picture, origin at its upper left corner, y down. NaN where not seen. No confidence of "
    "single points is known, so it is NaN. face_N is point N of MediaPipe's face mesh, skin_... a patch of skin "
    "followed in the picture itself. Left and right of hands and skin are the person's own. Times are those of the "
    "pictures and may be uneven; fps is their mean rate, repeated pictures not counted."
)


def keypoint_names(*, mirrored: bool) -> tuple[str, ...]:
    """Name the points of the poses.

    Parameters
    ----------
    mirrored : bool
        The picture's left is the person's left.

    Returns
    -------
    tuple of str
        ``face_0`` to ``face_477``, then each hand's points (``left_hand_wrist``, ``left_hand_index_tip``), then the
        patches of skin (``skin_upper_lip_0``).
    """
    hand = [""] * N_HAND_POINTS
    hand[WRIST] = "wrist"
    for finger, numbers in FINGERS.items():
        joints = _THUMB_JOINTS if finger == "thumb" else _FINGER_JOINTS
        for number, joint in zip(numbers, joints, strict=True):
            hand[number] = f"{finger}_{joint}"
    return (
        *(f"face_{number}" for number in range(N_FACE_POINTS)),
        *(f"{side}_hand_{point}" for side in (Side.LEFT, Side.RIGHT) for point in hand),
        *(f"skin_{_own_side(name, mirrored=mirrored)}" for name in PATCH_NAMES),
    )


def _own_side(name: str, *, mirrored: bool) -> str:
    """Turn the left and right of the picture into those of the person, who looks at us."""
    if mirrored:
        return name
    other = {str(Side.LEFT): str(Side.RIGHT), str(Side.RIGHT): str(Side.LEFT)}
    return "_".join(other.get(word, word) for word in name.split("_"))


def save_poses(tracks: Tracks, path: str | Path) -> None:
    """Write landmarks as a dataset of poses that the package ``movement`` knows as its own.

    Parameters
    ----------
    tracks : Tracks
    path : str or Path
        Ends in ``.nc``; a file that is not there yet.

    Raises
    ------
    InputError
        The name does not end so, a file is in the way, or the folder cannot be written to.

    Examples
    --------
    >>> from tdscreen import api
    >>> api.save_poses(api.track("sample_videos/rest.mp4"), "rest.nc")  # doctest: +SKIP
    >>> import xarray  # doctest: +SKIP
    >>> xarray.load_dataset("rest.nc").position.sel(keypoints="face_1", space="x")  # doctest: +SKIP
    """
    from scipy.io import netcdf_file

    path = Path(path)
    if path.suffix != SUFFIX:
        raise InputError(f"Poses are written as netCDF. Name a file that ends in {SUFFIX}, not {path.name}.")
    names = keypoint_names(mirrored=tracks.mirrored)
    with written_whole(path) as (part,), netcdf_file(part, "w", version=2) as file:
        for name, value in _attributes(tracks).items():
            setattr(
                file, name, value.encode("utf-8", "backslashreplace") if isinstance(value, str) else value
            )
        for name, size in zip(_DIMENSIONS, (len(tracks.times_s), len(SPACE), len(names), 1), strict=True):
            file.createDimension(name, size)
        file.createVariable("time", np.float64, ("time",))[:] = tracks.times_s
        for name, words in (("space", SPACE), ("keypoints", names), ("individuals", (INDIVIDUAL,))):
            _write_words(file, name, words)
        # Written into place point by point: a copy of all of them would take the memory of the tracks once more.
        position = file.createVariable("position", np.float32, _DIMENSIONS)
        position.units = b"px"  # type: ignore[attr-defined]
        first = 0
        for points in (
            tracks.face_px,
            tracks.hands_px[:, LEFT],
            tracks.hands_px[:, RIGHT],
            tracks.patches_px,
        ):
            after = first + points.shape[1]
            for axis in range(len(SPACE)):
                position[:, axis, first:after, 0] = points[:, :, axis]
            first = after
        confidence = file.createVariable("confidence", np.float32, ("time", "keypoints", "individuals"))
        confidence[:] = np.float32(np.nan)


def _attributes(tracks: Tracks) -> dict[str, str | float]:
    """Give what movement asks of a dataset of poses, and what one must know of this clip."""
    return {
        "source_software": "tdscreen",
        "ds_type": "poses",
        "fps": float(tracks.timing.effective_fps),
        "time_unit": "seconds",
        "source_file": tracks.file,
        "input_sha256": tracks.input_sha256,
        "image_width_px": float(tracks.image_width_px),
        "image_height_px": float(tracks.image_height_px),
        "mirrored": float(tracks.mirrored),
        "note": _NOTE,
        **{f"made_by_{name}": version for name, version in tracks.provenance.items()},
    }


def _write_words(file: Any, dimension: str, words: tuple[str, ...]) -> None:
    """Write the labels of a dimension as netCDF 3 can, letter by letter, and as xarray joins them again."""
    letters: NDArray[np.bytes_] = np.array(words, dtype=np.bytes_)
    length = letters.dtype.itemsize
    file.createDimension(f"{dimension}_letters", length)
    variable = file.createVariable(dimension, "c", (dimension, f"{dimension}_letters"))
    variable[:] = letters.view("S1").reshape(len(words), length)
    variable._Encoding = b"utf-8"
