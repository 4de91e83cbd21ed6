"""Take the registry of customer ids out of a warehouse, or into one.

    python scripts/registry.py export OUT.parquet
    python scripts/registry.py import IN.parquet [--replace]

The registry is the one thing that no build can make anew: with it a new warehouse gives every
customer the id it had. WAREHOUSE names the warehouse (default build/warehouse.duckdb); an import
makes it where there is none. An import goes into a warehouse without a registry, or into one that
the file's history goes on from; anything else would change a history, and wants --replace.
Exit codes: 0 done, 2 not possible (nothing was changed).
"""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import sys
from pathlib import Path

# Run by its path, Python looks for modules beside this file only.
ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import duckdb  # noqa: E402

from scripts.warehouse import (  # noqa: E402
    WarehouseError,
    default_warehouse,
    existing_tables,
    open_warehouse,
    require_tables,
)

NAME = "int_identity__registry"
TABLE = f"intermediate.{NAME}"
FORMAT = "customer360_registry"
VERSION = "1"
COLUMNS = {
    "run_no": "INTEGER",
    "record_id": "VARCHAR",
    "strict_customer_id": "VARCHAR",
    "customer_id": "VARCHAR",
    "changed_on": "DATE",
    "valid_from": "TIMESTAMP",
    "generation": "INTEGER",
    "cause": "VARCHAR",
    "identifiers": "VARCHAR[]",
}
# What the rows of the registry say, as one number, whatever the order of rows.
DIGEST = """
    bit_xor(md5_number_lower(to_json([
        cast(run_no as varchar), record_id, strict_customer_id, customer_id,
        cast(changed_on as varchar), cast(valid_from as varchar), cast(generation as varchar),
        cause, array_to_string(identifiers, '|')
    ])))
"""


class RegistryError(Exception):
    """What is wrong, where, and what to do, in one line."""


@dataclasses.dataclass(frozen=True)
class History:
    """The runs of a registry: number of the run to rows and digest."""

    runs: dict[int, tuple[int, int]]

    @property
    def n_rows(self) -> int:
        """Rows of all runs."""
        return sum(n_rows for n_rows, _ in self.runs.values())

    @property
    def last(self) -> int:
        """Number of the last run; 0 where there is none."""
        return max(self.runs, default=0)

    def metadata(self) -> dict[str, str]:
        """What an export says of itself: the first run is what tells warehouses apart."""
        whole = 0
        for _, digest in self.runs.values():
            whole ^= digest
        return {
            "format": FORMAT,
            "version": VERSION,
            "warehouse": f"{self.runs[min(self.runs)][1]:016x}" if self.runs else "",
            "digest": f"{whole:016x}",
            "n_rows": str(self.n_rows),
            "last_run_no": str(self.last),
        }

    def parts_from(self, other: History) -> int | None:
        """The first run in which two histories differ; none where one goes on from the other."""
        for run_no in range(1, min(self.last, other.last) + 1):
            if self.runs.get(run_no) != other.runs.get(run_no):
                return run_no
        return None


def text(value: object) -> str:
    """A literal of SQL."""
    return "'" + str(value).replace("'", "''") + "'"


def history(connection: duckdb.DuckDBPyConnection, relation: str) -> History:
    """The runs of a registry, in a table or a file."""
    return History(
        {
            run_no: (n_rows, digest)
            for run_no, n_rows, digest in connection.execute(
                f"select run_no, count(*), {DIGEST} from {relation} group by run_no"
            ).fetchall()
        }
    )


def open_to_write(warehouse: Path) -> duckdb.DuckDBPyConnection:
    """The warehouse, made where there is none, in the storage format of those that builds make."""
    try:
        warehouse.parent.mkdir(parents=True, exist_ok=True)
        return duckdb.connect(str(warehouse), config={"storage_compatibility_version": "v1.4.0"})
    except (OSError, duckdb.Error) as error:
        raise RegistryError(
            f"{warehouse}: cannot be opened ({str(error).splitlines()[0]}): wait for the end of the"
            " build that has it, or name another warehouse: --warehouse FILE"
        ) from None


def export(warehouse: Path, out: Path) -> str:
    """Write the registry of a warehouse to a file, whole or not at all; returns what was done."""
    with open_warehouse(warehouse) as connection:
        require_tables(warehouse, connection, NAME)
        found = history(connection, TABLE)
        pairs = ", ".join(f"{name}: {text(value)}" for name, value in found.metadata().items())
        part = out.with_name(f"{out.name}.part")
        try:
            out.parent.mkdir(parents=True, exist_ok=True)
            connection.execute(
                f"copy (select {', '.join(COLUMNS)} from {TABLE} order by run_no, record_id)"
                f" to {text(part)} (format parquet, kv_metadata {{{pairs}}})"
            )
            part.replace(out)
        except (OSError, duckdb.Error) as error:
            with contextlib.suppress(OSError):
                part.unlink()
            reason = str(error).splitlines()[0]
            raise RegistryError(f"{out}: cannot be written ({reason}).") from None
    return f"{out}: {found.n_rows:,} changes of {found.last:,} runs of {warehouse}."


def check_file(path: Path) -> History:
    """The history in a file, which must be a whole registry of this version."""
    wrong = f"{path}: is no registry of customer ids: name a file that make registry-export wrote."
    if not path.is_file():
        raise RegistryError(f"{path}: there is no such file.")
    with duckdb.connect() as connection:
        try:
            metadata = {
                bytes(key).decode(): bytes(value).decode()
                for key, value in connection.execute(
                    f"select key, value from parquet_kv_metadata({text(path)})"
                ).fetchall()
            }
            columns = {
                name: kind
                for name, kind, *_ in connection.execute(
                    f"describe from read_parquet({text(path)})"
                ).fetchall()
            }
        except (duckdb.Error, UnicodeDecodeError):
            raise RegistryError(wrong) from None
        if metadata.get("format") != FORMAT:
            raise RegistryError(wrong)
        if metadata.get("version") != VERSION:
            raise RegistryError(
                f"{path}: is a registry of version {metadata.get('version')}, and this project"
                f" reads version {VERSION}: export it again with the version that imports it."
            )
        try:
            found = history(connection, f"read_parquet({text(path)})")
        except duckdb.Error:
            found = None
        if columns != COLUMNS or found is None or found.metadata() != metadata:
            raise RegistryError(
                f"{path}: is damaged or was changed since it was exported: export it again."
            )
    return found


def check_belongs(
    connection: duckdb.DuckDBPyConnection, warehouse: Path, path: Path, new: History
) -> None:
    """The file must go on from the history of the warehouse, or at least name its accounts."""
    advice = "--replace (make: REPLACE=1) takes the file's history in its place."
    tables = existing_tables(connection)
    if NAME in tables:
        old = history(connection, TABLE)
        parting = old.parts_from(new)
        if parting == 1:
            raise RegistryError(
                f"{path}: is not of this warehouse: {warehouse} began with another first run."
                f" {advice}"
            )
        if parting is not None:
            raise RegistryError(
                f"{path}: parts from the history of {warehouse} at run {parting}. {advice}"
            )
        if new.last < old.last:
            raise RegistryError(
                f"{path}: ends at run {new.last}, and {warehouse} is at run {old.last}, of which"
                f" the later ones would be forgotten. {advice}"
            )
    elif "int_identity__records" in tables:
        [(n_records, n_known)] = connection.execute(
            "select count(*), count(*) filter (where record_id in"
            f" (select record_id from read_parquet({text(path)})))"
            " from intermediate.int_identity__records"
        ).fetchall()
        if n_records and not n_known:
            raise RegistryError(
                f"{path}: is not of this warehouse: it knows none of the {n_records:,} accounts of"
                f" {warehouse}. {advice}"
            )


def import_(warehouse: Path, path: Path, *, replace: bool) -> str:
    """Put the registry of a file into a warehouse, in one step; returns what was done."""
    new = check_file(path)
    with open_to_write(warehouse) as connection:
        if not replace:
            check_belongs(connection, warehouse, path, new)
        try:
            connection.execute("begin")
            connection.execute(f"create schema if not exists {TABLE.split('.')[0]}")
            connection.execute(
                f"create or replace table {TABLE} as from read_parquet({text(path)})"
                " order by run_no, record_id"
            )
            connection.execute("commit")
        except duckdb.Error as error:
            reason = str(error).splitlines()[0]
            raise RegistryError(f"{warehouse}: cannot be written ({reason}).") from None
    return f"{warehouse}: has {new.n_rows:,} changes of {new.last:,} runs; the next build goes on."


def main(arguments: list[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--warehouse", type=Path, default=default_warehouse(), help="default: WAREHOUSE"
    )
    commands = parser.add_subparsers(dest="command", required=True)
    exporting = commands.add_parser("export", help="write the registry to a file")
    exporting.add_argument("file", type=Path, help="Parquet file to write")
    importing = commands.add_parser("import", help="read the registry from a file")
    importing.add_argument("file", type=Path, help="Parquet file that an export wrote")
    importing.add_argument(
        "--replace", action="store_true", help="also over another history, which is lost"
    )
    options = parser.parse_args(arguments)
    try:
        if options.command == "export":
            print(export(options.warehouse, options.file))
        else:
            print(import_(options.warehouse, options.file, replace=options.replace))
    except (RegistryError, WarehouseError) as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
