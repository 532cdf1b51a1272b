"""Tables with a description of each column beside them: Parquet, and a sidecar of JSON.

A table cannot hold a column that is not described, and its sidecar is written from the same
:class:`~tdscreen.research.columns.Column` as its values, so the two cannot drift apart.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tdscreen import __version__
from tdscreen.errors import InputError
from tdscreen.files import written_whole
from tdscreen.measurement.clip import ClipMeasurement
from tdscreen.motion.features import SignalFeatures
from tdscreen.motion.signals import Signal
from tdscreen.research.columns import BOUTS, FEATURES, REGIONS, Column, describe_columns
from tdscreen.research.signal_columns import TIME, signal_columns

SUFFIX = ".parquet"
_ARROW = {"text": "string", "number": "float64", "count": "int64", "flag": "bool"}


@dataclass(frozen=True)
class Table:
    """A table whose every column is described.

    Attributes
    ----------
    columns : tuple of Column
    values : dict of str to sequence
        By the column's name, all equally long. None, and a NaN among numbers, is an absent value.
    """

    columns: tuple[Column, ...]
    values: Mapping[str, Sequence[Any]]

    def __post_init__(self) -> None:
        described = list(describe_columns(self.columns))
        if described != list(self.values):
            raise ValueError(f"Described are {described}, but there are values of {list(self.values)}.")
        if len({len(values) for values in self.values.values()}) > 1:
            raise ValueError("The columns are not equally long.")

    @classmethod
    def of_rows(cls, columns: Sequence[Column], rows: Iterable[Mapping[str, Any]]) -> Table:
        """Make a table of rows.

        Parameters
        ----------
        columns : sequence of Column
        rows : iterable of mapping
            Each with exactly the names of the columns.

        Returns
        -------
        Table

        Raises
        ------
        ValueError
            A row has a value that no column describes, or lacks one.
        """
        values: dict[str, list[Any]] = {column.name: [] for column in columns}
        for row in rows:
            if row.keys() != values.keys():
                raise ValueError(f"Not in every row, or not described: {sorted(row.keys() ^ values.keys())}.")
            for name, value in row.items():
                values[name].append(value)
        return cls(tuple(columns), values)


def arrow_schema(columns: Iterable[Column]) -> Any:
    """Give the types with which columns are written, for those who write a table piece by piece.

    Parameters
    ----------
    columns : iterable of Column

    Returns
    -------
    pyarrow.Schema
    """
    import pyarrow as pa

    return pa.schema([(column.name, pa.type_for_alias(_ARROW[column.kind])) for column in columns])


def sidecar_path(path: str | Path) -> Path:
    """Say where the description of a table's columns is written: ``a.json`` beside ``a.parquet``."""
    return Path(path).with_suffix(".json")


def sidecar(columns: Iterable[Column]) -> str:
    """Write the description of a table's columns.

    Parameters
    ----------
    columns : iterable of Column

    Returns
    -------
    str
        JSON: what :func:`~tdscreen.research.columns.describe_columns` gives, and ``GeneratedBy``, as BIDS has it.
    """
    generated = {"GeneratedBy": [{"Name": "tdscreen", "Version": __version__}]}
    return json.dumps({**describe_columns(columns), **generated}, indent=2, ensure_ascii=False) + "\n"


def write_table(path: str | Path, table: Table) -> None:
    """Write a table as Parquet, and what its columns mean as JSON beside it. Both are whole, or neither is there.

    Parameters
    ----------
    path : str or Path
        Ends in ``.parquet``. Neither this file nor its sidecar may be there yet.
    table : Table

    Raises
    ------
    InputError
        The name does not end so, a file is in the way, or the folder cannot be written to.

    Examples
    --------
    >>> from tdscreen.research.columns import FILE
    >>> write_table("clips.parquet", Table.of_rows([FILE], [{"file": "a.mp4"}]))  # doctest: +SKIP
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = Path(path)
    if path.suffix != SUFFIX:
        raise InputError(
            f"A table is written as Parquet. Name a file that ends in {SUFFIX}, not {path.name}."
        )
    schema = arrow_schema(table.columns)
    arrays = [
        pa.array(table.values[field.name], type=field.type, from_pandas=pa.types.is_floating(field.type))
        for field in schema
    ]
    with written_whole(path, sidecar_path(path)) as (part, sidecar_part):
        pq.write_table(pa.table(arrays, schema=schema), part, compression="zstd")  # type: ignore[no-untyped-call]
        sidecar_part.write_text(sidecar(table.columns), encoding="utf-8")


def signals_table(signals: Sequence[Signal]) -> Table:
    """Put the signals of one clip side by side, one row a picture.

    Parameters
    ----------
    signals : sequence of Signal
        Of one clip, as :func:`tdscreen.api.signals` gives them.

    Returns
    -------
    Table
        ``time_s``, then a column for each signal by its name, and one for its error where it has one.

    Raises
    ------
    InputError
        There is no signal: neither face nor hand was seen.
    """
    if not signals:
        raise InputError("Neither a face nor a hand was seen in this clip, so there are no signals to write.")
    columns: list[Column] = [TIME]
    values: dict[str, Sequence[Any]] = {TIME.name: signals[0].times_s}  # type: ignore[dict-item]
    for signal in signals:
        described = signal_columns(signal)
        columns += described
        kept = (signal.values, signal.error)[: len(described)]
        values |= {column.name: one for column, one in zip(described, kept, strict=True)}  # type: ignore[misc]
    return Table(tuple(columns), values)


def features_table(clips: Iterable[ClipMeasurement]) -> Table:
    """Tell what each signal of each clip measures, one row a signal.

    Parameters
    ----------
    clips : iterable of ClipMeasurement

    Returns
    -------
    Table
        With the columns :data:`tdscreen.research.columns.FEATURES`. Regions that were not assessed have no rows; the
        table of regions says why.
    """
    rows = [
        {**_of_clip(clip), "region": region, **_feature_row(found)}
        for clip in clips
        for region, measured in clip.regions.items()
        for found in measured.signals
    ]
    return Table.of_rows(FEATURES, rows)


def regions_table(clips: Iterable[ClipMeasurement]) -> Table:
    """Tell how each region of each clip moves, one row a region, assessed or not.

    Parameters
    ----------
    clips : iterable of ClipMeasurement

    Returns
    -------
    Table
        With the columns :data:`tdscreen.research.columns.REGIONS`.
    """
    rows: list[dict[str, Any]] = []
    for clip in clips:
        for region, found in clip.regions.items():
            amplitude_low_mm, amplitude_high_mm = found.amplitude_interval_mm or (None, None)
            low_hz, high_hz = found.peak_frequency_interval_hz or (None, None)
            rows.append(
                {
                    **_of_clip(clip),
                    "duration_s": clip.duration_s,
                    "effective_fps": clip.effective_fps,
                    "quality": clip.quality.verdict,
                    "region": region,
                    "assessed": found.assessed,
                    "reason": found.reason,
                    "signal": found.signal,
                    "amplitude_mm": found.amplitude_mm,
                    "amplitude_low_mm": amplitude_low_mm,
                    "amplitude_high_mm": amplitude_high_mm,
                    "amplitude_body": found.amplitude_body,
                    "peak_frequency_hz": found.peak_frequency_hz,
                    "peak_frequency_low_hz": low_hz,
                    "peak_frequency_high_hz": high_hz,
                    "percent_time_moving": found.percent_time_moving,
                    "noise_floor_mm": found.noise_floor_mm,
                    "noise_sd_mm": found.noise_sd_mm,
                    "assessed_s": found.assessed_s,
                    "movement_types": " ".join(found.movement_types),
                    "scored_amplitude_mm": found.scored_amplitude_mm,
                    "scored_percent_time_moving": found.scored_percent_time_moving,
                    "not_scored_reason": found.not_scored_reason,
                    "taps": found.taps,
                    "taps_per_s": found.taps_per_s,
                    "blinks_per_minute": found.blinks_per_minute,
                    "protrusions": None if found.protrusions is None else len(found.protrusions),
                }
            )
    return Table.of_rows(REGIONS, rows)


def bouts_table(clips: Iterable[ClipMeasurement]) -> Table:
    """Tell when each signal of each clip moves, one row a bout.

    Parameters
    ----------
    clips : iterable of ClipMeasurement

    Returns
    -------
    Table
        With the columns :data:`tdscreen.research.columns.BOUTS`.
    """
    rows = [
        {**_of_clip(clip), "region": region, "signal": found.name, "start_s": start_s, "end_s": end_s}
        for clip in clips
        for region, measured in clip.regions.items()
        for found in measured.signals
        for start_s, end_s in found.bouts
    ]
    return Table.of_rows(BOUTS, rows)


def _of_clip(clip: ClipMeasurement) -> dict[str, Any]:
    return {"file": clip.file, "input_sha256": clip.input_sha256, "task": clip.task}


def _feature_row(found: SignalFeatures) -> dict[str, Any]:
    low_hz, high_hz = found.peak_frequency_interval_hz or (None, None)
    tremor, left = found.tremor, found.without_tremor
    powers = {
        f"power_{band.replace('.', '_').replace('-', '_to_')}_hz": power
        for band, power in found.band_power.items()
    }
    return {
        "signal": found.name,
        "unit": found.unit,
        "assessed_s": found.assessed_s,
        "noise_floor": found.noise_floor,
        "noise_sd": found.noise_sd,
        "amplitude": found.amplitude,
        "percent_time_moving": found.percent_time_moving,
        "peak_frequency_hz": found.peak_frequency_hz,
        "peak_frequency_low_hz": low_hz,
        "peak_frequency_high_hz": high_hz,
        "peak_width_hz": found.peak_width_hz,
        "peak_dominance": found.peak_dominance,
        "peak_regularity": found.peak_regularity,
        "bout_count": len(found.bouts),
        "repeats": found.repeats,
        **powers,
        "spectral_entropy": found.spectral_entropy,
        "sample_entropy": found.sample_entropy,
        "submovements_per_s": found.submovements_per_s,
        "speed_median": found.speed_median,
        "speed_p95": found.speed_p95,
        "log_dimensionless_jerk": found.log_dimensionless_jerk,
        "tremor_frequency_hz": None if tremor is None else tremor.frequency_hz,
        "tremor_amplitude": None if tremor is None else tremor.amplitude,
        "tremor_separable": None if tremor is None else tremor.separable,
        "amplitude_without_tremor": None if left is None else left.amplitude,
        "percent_time_moving_without_tremor": None if left is None else left.percent_time_moving,
    }
