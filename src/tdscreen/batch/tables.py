"""Tables written row by row, as Parquet and as CSV, without holding more than a few rows."""

from __future__ import annotations

import contextlib
import csv
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any

from tdscreen.assessment.json_form import plain
from tdscreen.batch.columns import Column, Kind
from tdscreen.batch.store import Store
from tdscreen.printing import spreadsheet_safe
from tdscreen.settings import BATCH


class Table:
    """A table in writing.

    Parameters
    ----------
    columns : sequence of Column
    parquet : Path
    text : text file
        For the CSV.
    """

    def __init__(self, columns: Sequence[Column], parquet: Path, text: IO[str]) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        types: dict[Kind, Any] = {
            "text": pa.string(),
            "number": pa.float64(),
            "count": pa.int64(),
            "yes_no": pa.bool_(),
        }
        self._columns = columns
        self._schema = pa.schema(
            [
                pa.field(one.name, types[one.kind], metadata={"unit": one.unit, "about": one.about})
                for one in columns
            ]
        )
        self._parquet = pq.ParquetWriter(parquet, self._schema, compression="zstd")  # type: ignore[no-untyped-call]
        self._csv = csv.writer(text, lineterminator="\n")
        self._csv.writerow([one.name for one in columns])
        self._rows: list[list[Any]] = []

    def add(self, entry: Any) -> None:
        """Add the row about something."""
        # By way of plain values, so that a number that is not finite is none in both files.
        row = [plain(one.value(entry)) for one in self._columns]
        self._csv.writerow([_cell(value) for value in row])
        self._rows.append(row)
        if len(self._rows) >= BATCH.rows_at_once:
            self._write()

    def close(self) -> None:
        """Write what is left."""
        if self._rows:
            self._write()
        self._parquet.close()  # type: ignore[no-untyped-call]

    def _write(self) -> None:
        import pyarrow as pa

        columns = [
            pa.array([row[place] for row in self._rows], field.type)
            for place, field in enumerate(self._schema)
        ]
        self._parquet.write_table(pa.table(columns, schema=self._schema))  # type: ignore[no-untyped-call]
        self._rows.clear()


@contextlib.contextmanager
def writing_table(store: Store, name: str, columns: Sequence[Column]) -> Iterator[Table]:
    """Write a table: ``name.parquet``, ``name.csv`` and ``name.json``, which says what the columns mean.

    Parameters
    ----------
    store : Store
    name : str
    columns : sequence of Column

    Yields
    ------
    Table
    """
    with (
        store.writing(f"{name}.parquet") as parquet,
        store.writing(f"{name}.csv") as path,
        path.open("w", encoding="utf-8", newline="") as text,
    ):
        table = Table(columns, parquet, text)
        yield table
        table.close()
    store.write(f"{name}.json", _meanings(columns))


def _meanings(columns: Sequence[Column]) -> bytes:
    """Say what columns mean, as BIDS does beside a table (BIDS 1.10, "Tabular files")."""
    words = {
        one.name: {"Description": one.about, **({"Units": one.unit} if one.unit else {})} for one in columns
    }
    return (json.dumps(words, indent=2, ensure_ascii=False) + "\n").encode()


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    return spreadsheet_safe(value) if isinstance(value, str) else value
