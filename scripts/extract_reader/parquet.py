"""Writes text as Parquet through DuckDB, batch by batch, and reads Parquet of any types as text."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb
import numpy as np

from scripts.raw_layout import Column
from scripts.raw_layout.parquet_files import escaped_pattern

MEMORY_BYTES = 200_000_000
# The engine moves so many rows at once, however long they are.
ROWS_AT_ONCE = 2_048
ROWS_OF_BATCH = 20_000
CHARACTERS_OF_BATCH = 16_000_000
# The engine holds a group of rows in memory while it writes.
CHARACTERS_OF_ROW_GROUP = 32_000_000
MAX_ROWS_OF_ROW_GROUP = 122_880


def open_engine(scratch: Path) -> duckdb.DuckDBPyConnection:
    """A database that puts what it cannot hold into a folder."""
    connection = duckdb.connect()
    connection.execute(f"set memory_limit = '{MEMORY_BYTES} bytes'")
    # Each further thread would hold a group of rows of its own.
    connection.execute("set threads = 1")
    connection.execute("set temp_directory = ?", [str(scratch)])
    connection.execute("set preserve_insertion_order = true")
    return connection


def quoted(name: str) -> str:
    """A name as SQL takes it."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text as SQL takes it."""
    return "'" + text.replace("'", "''") + "'"


def written(rows_of_group: int = MAX_ROWS_OF_ROW_GROUP) -> str:
    """How Parquet is written."""
    return f"(format parquet, compression zstd, row_group_size {rows_of_group})"


class TextTable:
    """Rows of text, the first column a number, on their way into Parquet files."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, name: str, columns: Sequence[str]
    ) -> None:
        """The table is temporary."""
        self._connection = connection
        self._name = name
        self._n_rows_written = self._n_characters_written = self._longest_mean = 0
        self._numbers: list[int] = []
        self._rows: list[Sequence[str]] = []
        self._n_characters = 0
        first, *others = (quoted(column) for column in columns)
        typed = ", ".join([f"{first} bigint", *(f"{other} varchar" for other in others)])
        connection.execute(f"create or replace temp table {name} ({typed})")

    def add(self, number: int, row: Sequence[str], n_characters: int) -> None:
        """One row and how much text it is, at least about."""
        self._numbers.append(number)
        self._rows.append(row)
        self._n_characters += n_characters
        if len(self._rows) >= ROWS_OF_BATCH or self._n_characters >= CHARACTERS_OF_BATCH:
            self.flush()

    def flush(self) -> None:
        """What was added goes to the engine."""
        if not self._rows:
            return
        arrays = {"c0": np.array(self._numbers, dtype=np.int64)}
        for position, values in enumerate(zip(*self._rows, strict=True), start=1):
            column = np.empty(len(values), dtype=object)
            column[:] = values
            arrays[f"c{position}"] = column
        self._connection.register("batch", arrays)
        self._connection.execute(f"insert into {self._name} select * from batch")
        self._connection.unregister("batch")
        mean = self._n_characters // len(self._rows)
        self._longest_mean = max(self._longest_mean, mean)
        self._n_rows_written += len(self._rows)
        self._n_characters_written += self._n_characters
        self._numbers, self._rows, self._n_characters = [], [], 0

    def write(self, path: Path, select: str, where: str = "true") -> None:
        """A Parquet file of some columns and rows, in the order in which they came."""
        self.flush()
        path.parent.mkdir(parents=True, exist_ok=True)
        memory = max(MEMORY_BYTES, 8 * ROWS_AT_ONCE * self._longest_mean)
        self._connection.execute(f"set memory_limit = '{memory} bytes'")
        self._connection.execute(
            f"copy (select {select} from {self._name} where {where})"
            f" to {literal(str(path))} {written(self._rows_of_group())}"
        )
        self._connection.execute(f"set memory_limit = '{MEMORY_BYTES} bytes'")

    def _rows_of_group(self) -> int:
        mean = max(1, self._n_characters_written // max(1, self._n_rows_written))
        return max(1, min(MAX_ROWS_OF_ROW_GROUP, CHARACTERS_OF_ROW_GROUP // mean))

    def drop(self) -> None:
        """The table goes."""
        self._connection.execute(f"drop table {self._name}")


def copy_parquet(
    connection: duckdb.DuckDBPyConnection,
    source: Path,
    target: Path,
    columns: Sequence[Column],
    names: Sequence[str],
    source_file: str,
) -> int:
    """A Parquet file with every column as text and its source; returns the number of rows."""
    found = {column.name: column for column in columns}
    own_file = "_source_file" in found
    own_row = "_source_row" in found
    selected = [
        f"{text_of(column)} as {quoted(name)}"
        for column, name in zip(columns, names, strict=True)
        if column.name not in ("_source_file", "_source_row")
    ]
    selected += [
        f"{'_source_file' if own_file else literal(source_file)} as _source_file",
        f"{'cast(_source_row as bigint)' if own_row else 'file_row_number + 1'} as _source_row",
    ]
    target.parent.mkdir(parents=True, exist_ok=True)
    [(n_rows,)] = connection.execute(
        f"copy (select {', '.join(selected)} from read_parquet("
        f"{literal(escaped_pattern(source))}, binary_as_string = true, file_row_number = true))"
        f" to {literal(str(target))} {written()}"
    ).fetchall()
    return int(n_rows)


def text_of(column: Column) -> str:
    """A column of any type as the text that a CSV file would hold, as `raw()` reads it."""
    name = quoted(column.name)
    if column.type in ("DOUBLE", "FLOAT"):
        return (
            f"case when {name} = trunc({name}) and abs({name}) < 9e15"
            f" then cast(cast({name} as bigint) as varchar)"
            f" when not isnan({name}) then cast({name} as varchar) end"
        )
    if column.type == "TIMESTAMP WITH TIME ZONE":
        return f"strftime(timezone('UTC', {name}), '%Y-%m-%dT%H:%M:%S.%fZ')"
    return f"cast({name} as varchar)"
