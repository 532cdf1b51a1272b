"""Tracks in a file: Parquet, one row a frame, nothing lost.

Columns hold the arrays of :class:`~tdscreen.tracking.tracks.Tracks` as fixed-size lists, row by row; what belongs to
the whole clip stands as JSON under the key ``tdscreen_tracks`` in the file's metadata.
"""

from __future__ import annotations

import dataclasses
import json
import os
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tdscreen.errors import DataError, InputError
from tdscreen.geometry.patches import N_PATCHES
from tdscreen.tracking.mouth import MOUTH_COLUMNS
from tdscreen.tracking.tracks import N_FACE_POINTS, N_HAND_POINTS, Tracks
from tdscreen.video.timing import TimingReport

METADATA_KEY = b"tdscreen_tracks"
FORMAT_VERSION = 5
_ROWS_AT_ONCE = 256

_ARRAYS: dict[str, tuple[Any, tuple[int, ...]]] = {
    "times_s": (np.float64, ()),
    "face_px": (np.float32, (N_FACE_POINTS, 3)),
    "face_valid": (np.bool_, ()),
    "hands_px": (np.float32, (2, N_HAND_POINTS, 3)),
    "hands_world_m": (np.float32, (2, N_HAND_POINTS, 3)),
    "hands_valid": (np.bool_, (2,)),
    "faces_seen": (np.uint8, ()),
    "luminance": (np.float32, ()),
    "pallor": (np.float32, ()),
    "repeated": (np.bool_, ()),
    "background": (np.float32, (3,)),
    "patches_px": (np.float32, (N_PATCHES, 2)),
    "patches_error_px": (np.float32, (N_PATCHES, 2)),
    "iris_px": (np.float32, (2,)),
    "mouth": (np.float32, (len(MOUTH_COLUMNS),)),
}


def save_tracks(tracks: Tracks, path: str | Path) -> None:
    """Write tracks to a Parquet file.

    Parameters
    ----------
    tracks : Tracks
    path : str or Path
        Of a file that is not there yet.

    Raises
    ------
    InputError
        If a file is in the way, or the folder cannot be written to.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = Path(path)
    if path.exists():
        raise InputError(
            f"{path} is already there. Name another file for the tracks, or remove that one first."
        )
    whole = {
        field.name: getattr(tracks, field.name)
        for field in dataclasses.fields(tracks)
        if field.name not in _ARRAYS
    }
    whole["timing"] = dataclasses.asdict(tracks.timing)
    header = json.dumps({"format": FORMAT_VERSION, **whole})

    def rows(first: int) -> Any:
        piece = {name: getattr(tracks, name)[first : first + _ROWS_AT_ONCE] for name in _ARRAYS}
        columns = {name: _to_column(piece[name], shape, pa) for name, (_, shape) in _ARRAYS.items()}
        return pa.table(columns).replace_schema_metadata({METADATA_KEY: header.encode()})

    # Written beside its place and renamed, so that a run cut short leaves no half file under the name asked for.
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        table = rows(0)
        # Piece by piece: written at once, a clip takes several times the memory of its tracks. Hardly two numbers
        # are equal, so a dictionary of them is only in the way.
        with pq.ParquetWriter(  # type: ignore[no-untyped-call]
            part, table.schema, compression="zstd", use_dictionary=False
        ) as writer:
            for first in range(0, max(len(tracks.times_s), 1), _ROWS_AT_ONCE):
                writer.write_table(rows(first))
        part.replace(path)
    except OSError as error:
        raise InputError(f"The tracks could not be written to {path}: {error.strerror or error}.") from error
    finally:
        part.unlink(missing_ok=True)


def load_tracks(path: str | Path) -> Tracks:
    """Read tracks that :func:`save_tracks` wrote.

    Parameters
    ----------
    path : str or Path

    Returns
    -------
    Tracks
        Equal to what was written, to the last bit.

    Raises
    ------
    InputError
        If there is no such file.
    DataError
        If it is not a file of tracks, or one of another version.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = Path(path)
    if not path.is_file():
        raise InputError(f"There is no file {path}. Check the name.")
    foreign = f"{path.name} is not a file of tracks as 'tdscreen track' writes it."
    try:
        file = pq.ParquetFile(path)  # type: ignore[no-untyped-call]
        header = json.loads((file.schema_arrow.metadata or {})[METADATA_KEY])
        version = header.pop("format")
    except (pa.ArrowInvalid, OSError, KeyError, ValueError, AttributeError) as error:
        raise DataError(foreign) from error
    if version != FORMAT_VERSION:
        raise DataError(f"{path.name} was written by another version of tdscreen. Track the clip again.")
    try:
        with file:
            arrays = _read_arrays(file)
        timing = header.pop("timing")
        timing["gaps_s"] = tuple((start, end) for start, end in timing["gaps_s"])
        return Tracks(**arrays, **header, timing=TimingReport(**timing))
    except (pa.ArrowInvalid, OSError, KeyError, TypeError, ValueError) as error:
        raise DataError(f"{path.name} is a damaged file of tracks. Track the clip again.") from error


def _read_arrays(file: Any) -> dict[str, Any]:
    """Read piece by piece into place: at once, a clip takes three times the memory of its tracks."""
    n = file.metadata.num_rows
    arrays = {name: np.empty((n, *shape), dtype) for name, (dtype, shape) in _ARRAYS.items()}
    first = 0
    for piece in file.iter_batches(batch_size=_ROWS_AT_ONCE, use_threads=False):
        for name, (_, shape) in _ARRAYS.items():
            column = piece.column(name).flatten() if shape else piece.column(name)
            values = column.to_numpy(zero_copy_only=False)
            arrays[name][first : first + len(piece)] = values.reshape(len(piece), *shape)
        first += len(piece)
    return arrays


def _to_column(array: NDArray[Any], shape: tuple[int, ...], pa: Any) -> Any:
    flat = pa.array(np.ascontiguousarray(array).reshape(-1))
    return pa.FixedSizeListArray.from_arrays(flat, int(np.prod(shape))) if shape else flat
