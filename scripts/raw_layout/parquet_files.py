"""The columns of Parquet files."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import duckdb

from .messages import RawError


@dataclass(frozen=True)
class Column:
    """A column of a raw file as the file names it; type is the engine's, `text` for CSV."""

    name: str
    type: str = "text"


def escaped_pattern(path: Path) -> str:
    """The path as a pattern that matches itself alone."""
    return re.sub(r"([*?\[])", r"[\1]", path.as_posix())


def parquet_columns(path: Path) -> list[Column]:
    """Names and types of the columns of a Parquet file."""
    pattern = escaped_pattern(path).replace("'", "''")
    with duckdb.connect() as connection:
        try:
            rows = connection.execute(
                "select column_name, column_type from (describe select *"
                f" from read_parquet('{pattern}', binary_as_string = true))"
            ).fetchall()
        except duckdb.Error:
            raise RawError(
                ": cannot be read as Parquet (not such a file, cut off or damaged): export or copy"
                " it again."
            ) from None
    return [Column(name, kind) for name, kind in rows]
