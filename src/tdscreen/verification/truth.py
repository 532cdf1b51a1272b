"""What is true of a virtual person's clip, read from the files beside it and checked at this door."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline

from tdscreen.errors import DataError, InputError

FORMAT = "tdscreen-phantom-truth/1"
Floats = NDArray[np.float64]
Interval = tuple[float, float]

_FINE_STEP_S = 1 / 240
"""The true path is looked at this often, so that turns between two pictures count, too."""
BLINK_FLANK_S, BLINK_S = 0.05, 0.5
"""A blink takes 0.1 to 0.4 s."""
PERCENTILES = (5.0, 95.0)
"""Between which the range is taken: what the tool calls the amplitude, held against the true path."""


@dataclass(frozen=True)
class TrueMovement:
    """One movement of a clip's programme; attributes as in the truth file."""

    region: str
    movement: str
    kind: str
    rate_hz: float | None
    amplitude: float
    unit: str
    share_of_time: float
    regular: bool | None
    side: str | None


@dataclass(frozen=True)
class TrueRegion:
    """What is true of one region.

    Attributes
    ----------
    signal : str or None
        The signal that moves most, by the tool's own names; None if nothing moves.
    amplitude_mm : float
        Half its range.
    frequency_hz : float or None
    percent_time_moving : float
    bouts_s : tuple of (float, float)
    severity : int or None
        0 to 4 by the assumed table of millimetres and shares of time; None where it cannot be told from outside.
    scored : bool
        Whether the movement should count for an item: false for tremor, talking, what was asked for.
    carried : bool
        Nothing but another region's movement moves it, as a lower lip on its jaw.
    """

    signal: str | None
    amplitude_mm: float
    frequency_hz: float | None
    percent_time_moving: float
    bouts_s: tuple[Interval, ...]
    severity: int | None
    scored: bool
    carried: bool


@dataclass(frozen=True)
class ClipTruth:
    """What is true of a clip.

    Attributes
    ----------
    file, task : str
    preset : str or None
    person, camera : dict
        As in the truth file.
    duration_s : float
    degraded : str or None
        The quality check that must refuse the clip.
    movements : tuple of TrueMovement
    regions : dict of str to TrueRegion
    protrusions_s : tuple of (float, float, float)
        Start, end (s) and reach past the lip (mm) of each time the tongue is out.
    tongue_hidden : bool
        The tongue moves behind closed lips.
    blinks_s : tuple of float
        When each blink begins.
    taps : dict of str to int
        Taps of the left and the right hand.
    tap_rate_hz : dict of str to float
    times_s : ndarray, shape (n,)
        Of the rows of ``columns``.
    columns : dict of str to ndarray, shape (n,)
        The true value of every signal, and of every mark.
    """

    file: str
    preset: str | None
    task: str
    person: dict[str, Any]
    camera: dict[str, Any]
    duration_s: float
    degraded: str | None
    movements: tuple[TrueMovement, ...]
    regions: dict[str, TrueRegion]
    protrusions_s: tuple[tuple[float, float, float], ...]
    tongue_hidden: bool
    blinks_s: tuple[float, ...]
    taps: dict[str, int]
    tap_rate_hz: dict[str, float]
    times_s: Floats
    columns: dict[str, Floats]


def read_truth(path: Path) -> ClipTruth:
    """Read what is true of a clip.

    Parameters
    ----------
    path : Path
        The file ``<name>.truth.json``; ``<name>.truth.parquet`` lies beside it.

    Returns
    -------
    ClipTruth

    Raises
    ------
    InputError
        A file is missing.
    DataError
        A file is not one of truth, or of another version.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    paths = path.with_suffix(".parquet")
    for file in (path, paths):
        if not file.is_file():
            raise InputError(f"There is no file {file}. Render the clip again.")
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        if told["format"] != FORMAT:
            raise DataError(f"{path.name} has the format {told['format']}, and this version reads {FORMAT}.")
        table = pq.read_table(paths)  # type: ignore[no-untyped-call]
        columns = {name: table.column(name).to_numpy().astype(np.float64) for name in table.column_names}
        tongue, taps = told.get("tongue") or {}, told.get("taps") or {}
        return ClipTruth(
            file=told["file"],
            preset=told["preset"],
            task=told["task"],
            person=told["person"],
            camera=told["camera"],
            duration_s=float(told["duration_s"]),
            degraded=told["degraded"],
            movements=tuple(
                TrueMovement(**{field: one.get(field) for field in TrueMovement.__dataclass_fields__})
                for one in told["movements"]
            ),
            regions={name: _region(one) for name, one in told["regions"].items()},
            protrusions_s=tuple((float(a), float(b), float(r)) for a, b, r in tongue.get("protrusions", ())),
            tongue_hidden=bool(tongue.get("hidden_movement", False)),
            blinks_s=tuple(float(start_s) for start_s in told["blinks_s"]),
            taps={side: int(one["count"]) for side, one in taps.items() if one},
            tap_rate_hz={side: float(one["rate_hz"]) for side, one in taps.items() if one and one["rate_hz"]},
            times_s=columns.pop("time_s"),
            columns=columns,
        )
    except (KeyError, TypeError, ValueError, pa.ArrowInvalid) as error:
        raise DataError(f"{path.name} is not what is true of a virtual person's clip ({error!r}).") from error


def _region(told: dict[str, Any]) -> TrueRegion:
    return TrueRegion(
        signal=told["signal"],
        amplitude_mm=float(told["amplitude_mm"] or 0.0),
        frequency_hz=told["frequency_hz"],
        percent_time_moving=float(told["percent_time_moving"] or 0.0),
        bouts_s=tuple((float(start_s), float(end_s)) for start_s, end_s in told["bouts_s"]),
        severity=told["severity"],
        scored=bool(told["scored"]),
        carried=bool(told["carried"]),
    )


def true_amplitude(
    truth: ClipTruth, signal: str, bouts_s: tuple[Interval, ...] | None = None
) -> float | None:
    """Half the range, from the 5th to the 95th percentile, of a signal's true path while it moves.

    This is what the tool's word *amplitude* means, taken from the true path alone: neither its filters nor its
    windows are used here. Blinks are no movement of the lids by that word, and are left out.

    Parameters
    ----------
    truth : ClipTruth
    signal : str
        By the tool's name, as ``lips.opening``.
    bouts_s : tuple of (float, float), optional
        Over which; the whole clip without.

    Returns
    -------
    float or None
        In the signal's unit; None if the truth does not hold that signal, or no bout.
    """
    if signal not in truth.columns or (bouts_s is not None and not bouts_s):
        return None
    values = truth.columns[signal]
    seen = np.isfinite(values)
    if seen.sum() < 4:
        return None
    spans = bouts_s or ((float(truth.times_s[0]), float(truth.times_s[-1])),)
    fine_s = np.concatenate([np.arange(start_s, end_s, _FINE_STEP_S) for start_s, end_s in spans])
    if "eye_" in signal:
        for start_s in truth.blinks_s:
            fine_s = fine_s[(fine_s < start_s - BLINK_FLANK_S) | (fine_s > start_s + BLINK_S)]
    fine_s = fine_s[(fine_s >= truth.times_s[seen][0]) & (fine_s <= truth.times_s[seen][-1])]
    if fine_s.size == 0:
        return None
    low, high = np.percentile(CubicSpline(truth.times_s[seen], values[seen])(fine_s), PERCENTILES)
    return float(high - low) / 2
