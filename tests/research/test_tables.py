"""Tables whose every column is described, and whose values are those that were measured."""

from __future__ import annotations

import dataclasses
import itertools
import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest

from tdscreen import api
from tdscreen.errors import InputError
from tdscreen.measurement.clip import ClipMeasurement, RegionMeasurement
from tdscreen.motion.features import SignalFeatures
from tdscreen.motion.signals import Signal
from tdscreen.research.columns import BOUTS, FEATURES, FILE, REGIONS, Column, describe_columns, rating_columns
from tdscreen.research.signal_columns import signal_columns
from tdscreen.research.tables import Table, arrow_schema
from tdscreen.tracking.tracks import Tracks
from tdscreen.vocabulary import Region, Task

ELSEWHERE = {
    # Fields that are told under another name, or in a table of their own.
    SignalFeatures: {
        "name": "signal", "bouts": "bout_count", "band_power": "power_0_5_to_3_hz", "tremor": "tremor_frequency_hz",
        "without_tremor": "amplitude_without_tremor", "peak_frequency_interval_hz": "peak_frequency_low_hz",
    },
    RegionMeasurement: {
        "peak_frequency_interval_hz": "peak_frequency_low_hz", "amplitude_interval_mm": "amplitude_low_mm",
        "signals": "signal",
    },
}  # fmt: skip


@pytest.fixture(scope="module")
def signals(sample_tracks: Callable[[str], Tracks]) -> dict[str, tuple[Signal, ...]]:
    """Give the signals of a clip of a face and of one of a left hand."""
    return {what: api.signals(sample_tracks(f"{what}.mp4")) for what in ("lips_1.5hz", "tremor_5hz")}


@pytest.fixture(scope="module")
def clips(sample_tracks: Callable[[str], Tracks]) -> list[ClipMeasurement]:
    return [
        api.measure(sample_tracks("lips_1.5hz.mp4"), task=Task.REST),
        api.measure(sample_tracks("tremor_5hz.mp4"), task=Task.ARMS_OUT),
    ]


def written(table: Table, folder: Path) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """Write a table; read back its rows and its sidecar."""
    api.write_table(folder / "table.parquet", table)
    rows: list[dict[str, Any]] = pq.read_table(folder / "table.parquet").to_pylist()
    return rows, json.loads((folder / "table.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("what", ["signals", "features", "regions", "bouts"])
def test_every_column_that_is_written_has_its_words_and_unit_beside_it(
    what: str, signals: dict[str, tuple[Signal, ...]], clips: list[ClipMeasurement], tmp_path: Path
) -> None:
    tables = {
        "signals": lambda: api.signals_table(signals["lips_1.5hz"]),
        "features": lambda: api.features_table(clips),
        "regions": lambda: api.regions_table(clips),
        "bouts": lambda: api.bouts_table(clips),
    }
    rows, sidecar = written(tables[what](), tmp_path)
    assert sidecar.pop("GeneratedBy")[0]["Name"] == "tdscreen"
    assert list(rows[0]) == list(sidecar)
    for described in sidecar.values():
        assert described.keys() == {"LongName", "Description", "Units", "Source"}
        assert all(text.strip() for text in described.values())
        assert described["Description"].endswith((".", ")."))


@pytest.mark.parametrize(("kind", "columns"), [(SignalFeatures, FEATURES), (RegionMeasurement, REGIONS)])
def test_nothing_that_is_measured_is_left_out(kind: type[Any], columns: tuple[Column, ...]) -> None:
    names = {column.name for column in columns}
    fields = {ELSEWHERE[kind].get(field.name, field.name) for field in dataclasses.fields(kind)}
    assert fields <= names


def test_signals_stand_side_by_side_with_their_errors(
    signals: dict[str, tuple[Signal, ...]], tmp_path: Path
) -> None:
    for what, found in signals.items():
        (tmp_path / what).mkdir()
        rows, sidecar = written(api.signals_table(found), tmp_path / what)
        for signal in found:
            kept = [math.nan if row[signal.name] is None else row[signal.name] for row in rows]
            np.testing.assert_array_equal(kept, signal.values)
            assert sidecar[signal.name]["Units"] == signal.unit
            assert (f"{signal.name}.error" in sidecar) == (signal.error is not None)


def test_a_signal_that_nobody_has_described_is_not_written() -> None:
    times_s = np.arange(3.0)
    new = Signal("lips.colour", Region.LIPS, "mm", times_s, times_s)
    with pytest.raises(ValueError, match=r"Nothing says what the signal 'lips\.colour' means"):
        signal_columns(new)


def test_the_row_of_the_lips_says_what_was_measured(clips: list[ClipMeasurement], tmp_path: Path) -> None:
    rows, _ = written(api.regions_table(clips), tmp_path)
    assert len(rows) == len(clips) * len(Region)
    (lips,) = (row for row in rows if row["region"] == "lips" and row["file"] == "lips_1.5hz.mp4")
    measured = clips[0].regions[Region.LIPS]
    assert lips["amplitude_mm"] == measured.amplitude_mm
    assert (
        lips["peak_frequency_low_hz"],
        lips["peak_frequency_high_hz"],
    ) == measured.peak_frequency_interval_hz
    assert lips["task"] == "rest"
    assert lips["taps"] is None
    unseen = [row for row in rows if not row["assessed"]]
    assert unseen
    assert all(row["reason"] and row["amplitude_mm"] is None for row in unseen)


def test_the_tremor_of_the_hand_has_its_own_columns(clips: list[ClipMeasurement], tmp_path: Path) -> None:
    rows, _ = written(api.features_table(clips), tmp_path)
    rates = [row["tremor_frequency_hz"] for row in rows if row["file"] == "tremor_5hz.mp4"]
    assert any(rate == pytest.approx(5.0, abs=0.1) for rate in rates if rate is not None)
    assert len(rows) == sum(len(region.signals) for clip in clips for region in clip.regions.values())


def test_bouts_are_rows_in_seconds(clips: list[ClipMeasurement], tmp_path: Path) -> None:
    rows, _ = written(api.bouts_table(clips), tmp_path)
    told = {(row["start_s"], row["end_s"]) for row in rows if row["signal"] == "lips.side_shift"}
    (shift,) = (one for one in clips[0].regions[Region.LIPS].signals if one.name == "lips.side_shift")
    assert told == set(shift.bouts)
    assert told


@pytest.mark.parametrize("columns", [FEATURES, REGIONS, BOUTS, rating_columns("QS"), rating_columns("RS")])
def test_a_table_of_nothing_has_its_columns_and_their_types(
    columns: tuple[Column, ...], tmp_path: Path
) -> None:
    api.write_table(tmp_path / "empty.parquet", Table.of_rows(columns, []))
    assert pq.read_schema(tmp_path / "empty.parquet").remove_metadata() == arrow_schema(columns)


def test_a_column_without_words_or_with_a_name_twice_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"'x' has no description"):
        Column("x", "X", " ", "mm", "here")
    with pytest.raises(ValueError, match=r"holds no numbers, so its unit is 'n/a'"):
        Column("x", "X", "An x.", "mm", "here", "text")
    with pytest.raises(ValueError, match=r"Two columns are called 'file'"):
        describe_columns([FILE, FILE])


def test_a_value_without_a_column_and_a_column_without_values_are_errors() -> None:
    with pytest.raises(ValueError, match="surplus"):
        Table.of_rows([FILE], [{"file": "a.mp4", "surplus": 1}])
    with pytest.raises(ValueError, match="Described are"):
        Table((FILE,), {})
    with pytest.raises(ValueError, match="not equally long"):
        Table((FILE, FEATURES[1]), {"file": ["a"], "input_sha256": []})


def test_neither_a_table_nor_a_sidecar_is_overwritten_or_left_half(tmp_path: Path) -> None:
    table = Table.of_rows([FILE], [{"file": "a.mp4"}])
    (tmp_path / "one.json").write_text("mine")
    with pytest.raises(InputError, match=r"one\.json is already there"):
        api.write_table(tmp_path / "one.parquet", table)
    with pytest.raises(InputError, match=r"ends in \.parquet, not one\.csv"):
        api.write_table(tmp_path / "one.csv", table)
    with pytest.raises(InputError, match="There is no folder"):
        api.write_table(tmp_path / "none" / "one.parquet", table)
    assert [path.name for path in tmp_path.iterdir()] == ["one.json"]


def test_a_clip_of_nobody_has_no_signals_to_write() -> None:
    with pytest.raises(InputError, match="Neither a face nor a hand"):
        api.signals_table([])


def test_units_are_those_of_the_names(clips: list[ClipMeasurement]) -> None:
    units = {"_mm": "mm", "_hz": "Hz", "_s": "s", "_per_s": "1/s", "_per_minute": "1/min"}
    for column in itertools.chain(FEATURES, REGIONS, BOUTS):
        for ending, unit in units.items():
            if column.name.endswith(ending) and not column.name.startswith("power"):
                told = unit if ending != "_s" or not column.name.endswith("_per_s") else "1/s"
                assert column.unit == told, column.name
