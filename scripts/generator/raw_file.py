"""Writes one raw table: the clean rows with their errors, then duplicates and rows without key.

Everything of a table flows from the arrays of the drawn world through one SQL statement into its
file, so that a table need not fit into memory as text. Only rows with an error are made twice, to
record what it was and what it became.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
from numpy.typing import NDArray

from . import noise
from .config import Settings
from .schema import Table
from .tables import CleanTable

FORMATS = {
    "csv": "(format csv, header, delimiter ',', quote '\"', escape '\"')",
    "parquet": "(format parquet, compression zstd)",
}
ERROR_COLUMNS = """
    channel varchar, entity varchar, record_key varchar, column_name varchar, kind varchar,
    original varchar, injected varchar, source_row bigint
"""


def text(value: str | Path) -> str:
    """SQL: a text literal."""
    return "'" + str(value).replace("'", "''") + "'"


def connect() -> duckdb.DuckDBPyConnection:
    """A connection that keeps the order of the arrays, whatever the number of threads."""
    con = duckdb.connect()
    con.execute("set preserve_insertion_order = true")
    con.execute("set timezone = 'UTC'")
    # Tables are joined as written: what is looked up is hashed, the rows stream past in order.
    con.execute("set disabled_optimizers = 'join_order,build_side_probe_side'")
    con.execute(f"create table errors ({ERROR_COLUMNS})")
    return con


@dataclass
class RawFile:
    """A table on its way into its file."""

    con: duckdb.DuckDBPyConnection
    table: Table
    clean: CleanTable
    settings: Settings
    rng: np.random.Generator

    def write(self, path: Path, file_format: str) -> int:
        """Writes the file and records its errors; returns the number of rows."""
        path.parent.mkdir(parents=True, exist_ok=True)
        columns = ", ".join(self.table.columns)
        into = f"to {text(path)} {FORMATS[file_format]}"
        if self.settings.noise == "none":
            self.con.register("t", self.clean.arrays)
            self.con.execute(f"copy (select {columns} from ({self._clean_rows()})) {into}")
            self.con.unregister("t")
            return self.clean.n
        arrays = self._with_draws()
        n_copies = self._copied(arrays)
        self._record_errors(arrays)
        self.con.register("t", arrays)
        self.con.execute(
            f"copy (select {columns} from ({self._noisy_rows()})"
            f" union all select {columns} from copies) {into}"
        )
        self.con.unregister("t")
        return self.clean.n + n_copies

    @property
    def _noisy(self) -> dict[str, noise.Column]:
        return noise.COLUMNS.get(self.table.name, {})

    def _with_draws(self) -> dict[str, NDArray[Any]]:
        """The arrays, with what noise was drawn for each cell and row."""
        clean, n = self.clean, self.clean.n
        arrays: dict[str, NDArray[Any]] = {
            **clean.arrays,
            "_i": np.arange(n, dtype=np.int32),
            "_r": noise.row_numbers(n, self.rng),
        }
        factor = self.settings.noise_factor
        for name, column in self._noisy.items():
            arrays[f"_n_{name}"] = noise.draw_codes(
                n, column.kinds, noise.rates_of(column, factor), self.rng
            )
        rates = [min(noise.DEFAULT_RATES[kind] * factor, 0.5) for kind in noise.ROW_KINDS]
        if self.table.name not in noise.NEAR_DUPLICATES:
            rates[noise.NEAR - 1] = 0.0
        if self.table.name in noise.KEYED_BY_ANY:
            rates[noise.KEYLESS - 1] = 0.0
        arrays["_copy"] = noise.draw_codes(n, noise.ROW_KINDS, rates, self.rng)
        return arrays

    def _clean_rows(self, *carried: str) -> str:
        """SELECT of the clean rows from the arrays `t`, the carried ones with them."""
        clean = self.clean
        parts = [*(f"t.{name}" for name in carried), clean.helpers, clean.select]
        parts.append("cast(null as varchar) as is_deleted")
        return f"select {', '.join(part for part in parts if part)} from t {clean.joins}"

    def _drawn(self) -> list[str]:
        return ["_i", "_r", "_copy", *(f"_n_{name}" for name in self._noisy)]

    def _injected(self, name: str) -> str:
        """SQL: what a cell of a column holds after its error, if it has one."""
        column = self._noisy[name]
        n_hubs = 1 + self.settings.records // 20_000
        branches = []
        for number, kind in enumerate(column.kinds, start=1):
            value = noise.expression(column, kind, f"clean.{name}", n_hubs)
            if kind not in noise.FILLING:
                value = f"case when clean.{name} is not null then {value} end"
            branches.append(f"when {number} then {value}")
        return f"case _n_{name} {' '.join(branches)} else clean.{name} end"

    def _noisy_rows(self, *others: str) -> str:
        """SELECT of the rows with their errors, and other expressions over the clean rows."""
        values = [
            f"{self._injected(name)} as {name}" if name in self._noisy else name
            for name in self.table.columns
        ]
        rows = self._clean_rows(*self._drawn())
        return f"select {', '.join([*others, *values])} from ({rows}) as clean"

    def _record(
        self, key: str, column: str, kind: str, cells: str, source_row: str, rows: str
    ) -> None:
        channel, entity = self.table.channel, self.table.entity
        self.con.execute(
            f"insert into errors select '{channel}', '{entity}', {key}, {column}, {kind},"
            f" {cells}, {source_row} from {rows}"
        )

    def _record_errors(self, arrays: dict[str, NDArray[Any]]) -> None:
        """Adds each changed cell to the table of errors."""
        hit = np.zeros(self.clean.n, dtype=bool)
        for name in self._noisy:
            hit |= arrays[f"_n_{name}"] > 0
        if not hit.any():
            return
        self.con.register("t", {name: array[hit] for name, array in arrays.items()})
        self.con.execute(
            f"create or replace temp table hits as {self._clean_rows(*self._drawn())} order by _i"
        )
        self.con.unregister("t")
        for name, column in self._noisy.items():
            if not arrays[f"_n_{name}"].any():
                continue
            kinds = " ".join(
                f"when {number} then '{kind}'" for number, kind in enumerate(column.kinds, start=1)
            )
            rows = (
                f"(select {self.table.key} as key, case _n_{name} {kinds} end as kind,"
                f" clean.{name} as original, {self._injected(name)} as injected, _i"
                f" from hits as clean where _n_{name} > 0)"
                " where original is distinct from injected order by _i"
            )
            self._record("key", f"'{name}'", "kind", "original, injected", "_i + 1", rows)

    def _copied(self, arrays: dict[str, NDArray[Any]]) -> int:
        """Table `copies`: exact duplicates, newer copies of accounts, and rows without key."""
        some = arrays["_copy"] > 0
        if not some.any():
            columns = ", ".join(f"null::varchar as {name}" for name in self.table.columns)
            self.con.execute(f"create or replace temp table copies as select {columns} limit 0")
            return 0
        self.con.register("t", {name: array[some] for name, array in arrays.items()})
        changed, updated, value = noise.NEAR_DUPLICATES.get(self.table.name, ("", "", ""))
        # Only rows whose copy differs by what is recorded here and by nothing else.
        excluded = (
            f"_copy = {noise.NEAR} and (_n_{updated} > 0 or _n_{changed} > 0"
            f" or clean.{updated} > '2023-12-01')"
            if changed
            else "false"
        )
        rows = self._noisy_rows("_i", "_r", "_copy", f"{self.table.key} as _key")
        self.con.execute(
            f"create or replace temp table copied as {rows} where not ({excluded})"
            " order by _copy, _i"
        )
        self.con.unregister("t")
        self.con.execute(
            f"create or replace temp table copies as select *, {self.clean.n}"
            " + row_number() over (order by _copy, _i) as _row_no from copied"
        )
        new_value = value.replace("{c}", changed) if changed else "null"
        key_column = self.table.key_column
        # A copy is told by the row that it repeats; a row without key by where itself stands.
        for kind, key, column, cells, row in (
            (noise.EXACT, "_key", "null", "null, null", "_i + 1"),
            (noise.NEAR, "_key", f"'{changed}'", f"{changed or 'null'}, {new_value}", "_i + 1"),
            (noise.KEYLESS, "null", f"'{key_column}'", f"{key_column}, null", "_row_no"),
        ):
            rows = f"copies where _copy = {kind} order by _i"
            self._record(key, column, f"'{noise.ROW_KINDS[kind - 1]}'", cells, row, rows)
        if changed:
            hours = "to_hours(cast(1 + _r % 600 as integer))"
            newer = f"cast(cast({updated} as timestamp) + {hours} as varchar)"
            self.con.execute(
                f"update copies set {changed} = {new_value}, {updated} = {newer}"
                f" where _copy = {noise.NEAR}"
            )
        self.con.execute(f"update copies set {key_column} = null where _copy = {noise.KEYLESS}")
        self.con.execute("create or replace temp table copies as from copies order by _copy, _i")
        found = self.con.execute("select count(*) from copies").fetchall()
        return int(found[0][0])
