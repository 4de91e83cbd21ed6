"""A built warehouse, opened to read: nothing here ever writes into it."""

from __future__ import annotations

import os
from pathlib import Path

import duckdb


class WarehouseError(Exception):
    """A warehouse that cannot be read; the text is one line that says what to do."""


def default_warehouse() -> Path:
    """The file that a build without options makes."""
    return Path(os.environ.get("WAREHOUSE", "build/warehouse.duckdb"))


def open_warehouse(path: Path) -> duckdb.DuckDBPyConnection:
    """Returns a connection that cannot write; close it soon, since it keeps builds waiting.

    Raises:
        WarehouseError: there is no such file, it is no warehouse, or a build holds it.
    """
    if not path.is_file():
        raise WarehouseError(
            f"{path}: there is no such warehouse. Build it first, or name it: --warehouse FILE"
        )
    try:
        return duckdb.connect(str(path), read_only=True)
    except duckdb.Error as error:
        if "lock" in str(error):
            raise WarehouseError(
                f"{path}: a build, or another program that writes, holds it. Try again when it"
                " is done"
            ) from None
        reason = str(error).splitlines()[0]
        raise WarehouseError(
            f"{path}: this is no warehouse ({reason}). Build it: make build"
        ) from None


def existing_tables(connection: duckdb.DuckDBPyConnection) -> set[str]:
    """Names of the warehouse's tables and views, without their schemas."""
    rows = connection.execute("select table_name from information_schema.tables").fetchall()
    return {str(row[0]) for row in rows}


def require_tables(path: Path, connection: duckdb.DuckDBPyConnection, *tables: str) -> None:
    """Checks that tables are there.

    Raises:
        WarehouseError: one is not.
    """
    missing = sorted(set(tables) - existing_tables(connection))
    if missing:
        raise WarehouseError(
            f"{path}: the table {missing[0]} is missing, an older version built it or the build"
            " stopped. Build it again: make build"
        )
