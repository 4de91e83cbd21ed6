"""Reads a warehouse and a truth, and says in one line what is wrong with them."""

from __future__ import annotations

from pathlib import Path

import duckdb

CROSSWALK = ("record_id", "customer_id", "strict_customer_id")


class EvaluationError(Exception):
    """What is wrong and what to do, in one line."""


def open_warehouse(path: Path) -> duckdb.DuckDBPyConnection:
    """A session that reads a warehouse and has room for tables of its own."""
    con = duckdb.connect()
    try:
        attach(con, path, "warehouse")
        con.execute("use warehouse")
        columns = {row[0] for row in con.execute("describe main.customer_crosswalk").fetchall()}
    except duckdb.CatalogException:
        raise EvaluationError(
            f"{path} has no table main.customer_crosswalk: build it first (make build)"
        ) from None
    absent = [name for name in CROSSWALK if name not in columns]
    if absent:
        raise EvaluationError(f"customer_crosswalk of {path} lacks {', '.join(absent)}")
    return con


def attach(con: duckdb.DuckDBPyConnection, path: Path, name: str) -> None:
    """Attaches a warehouse for reading only."""
    if not path.is_file():
        raise EvaluationError(f"{path} does not exist: name the warehouse file of a build")
    try:
        con.execute(f"attach {quoted(path)} as {name} (read_only)")
    except duckdb.Error as error:
        raise EvaluationError(f"{path} cannot be opened: {_first_line(error)}") from None


def read_table(con: duckdb.DuckDBPyConnection, path: Path, columns: tuple[str, ...]) -> str:
    """SQL that reads columns of a Parquet or CSV file, once it is sure that they are there."""
    if not path.is_file():
        raise EvaluationError(f"{path} does not exist")
    if path.suffix == ".parquet":
        reader = f"read_parquet({quoted(path)})"
    elif path.suffix == ".csv":
        reader = f"read_csv({quoted(path)}, header = true, all_varchar = true)"
    else:
        raise EvaluationError(f"{path} is neither .parquet nor .csv")
    try:
        found = {row[0] for row in con.execute(f"describe from {reader}").fetchall()}
    except duckdb.Error as error:
        raise EvaluationError(f"{path} cannot be read: {_first_line(error)}") from None
    absent = [column for column in columns if column not in found]
    if absent:
        raise EvaluationError(
            f"{path} lacks {', '.join(absent)}; it has {', '.join(sorted(found))}"
        )
    return f"(select {', '.join(columns)} from {reader})"


def load_records(con: duckdb.DuckDBPyConnection, truth: str, crosswalk: str, table: str) -> None:
    """One row per record of the truth: its person, its channel, its customer.

    A record that the build lost is a customer of its own, never out of the count.
    """
    con.execute(
        f"""
        create temp table {table} as
        select
            truth.record_id,
            cast(truth.person_id as varchar) as person_id,
            split_part(truth.record_id, ':', 1) as channel,
            coalesce(crosswalk.customer_id, 'lost:' || truth.record_id) as customer_id,
            coalesce(crosswalk.strict_customer_id, 'lost:' || truth.record_id)
                as strict_customer_id,
            crosswalk.record_id is null as is_lost
        from {truth} as truth
        left join {crosswalk} as crosswalk using (record_id)
        """
    )


def check_records(con: duckdb.DuckDBPyConnection, table: str, truth: Path) -> None:
    """Says what makes a truth unusable: nothing in it, records twice, nothing of this warehouse."""
    n, n_distinct, n_lost, n_nobodys = con.execute(
        f"""
        select
            count(*),
            count(distinct record_id),
            count(*) filter (where is_lost),
            count(*) filter (where record_id is null or person_id is null)
        from {table}
        """
    ).fetchall()[0]
    if n == 0:
        raise EvaluationError(f"{truth} holds no record")
    if n_nobodys:
        raise EvaluationError(f"{truth} has {n_nobodys} rows without record_id or person_id")
    if n_distinct < n:
        raise EvaluationError(
            f"{n - n_distinct} record_ids of {truth} or of the crosswalk stand there twice"
        )
    if n_lost == n:
        raise EvaluationError(
            f"none of the {n} records of {truth} is in the warehouse: is it the truth of these"
            " extracts?"
        )


def has_identity_models(con: duckdb.DuckDBPyConnection) -> bool:
    """Whether the warehouse has the evidence, or only the published crosswalk."""
    (n,) = con.execute(
        """
        select count(*) from information_schema.tables
        where
            table_schema = 'intermediate'
            and table_catalog = 'warehouse'
            and table_name in ('int_identity__identifiers', 'int_identity__records')
        """
    ).fetchall()[0]
    return int(n) == 2


def quoted(path: Path) -> str:
    """A path as a literal of SQL."""
    return "'" + str(path).replace("'", "''") + "'"


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__
