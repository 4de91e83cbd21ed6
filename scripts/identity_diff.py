"""Say what the next build would change in customers, and change nothing.

    python scripts/identity_diff.py --raw-path data/mine

The identity part is built in a warehouse of its own, from the extracts and from the registry of the
warehouse (WAREHOUSE, default build/warehouse.duckdb; where there is none, every customer is new).
Readers of the warehouse are not disturbed. Exit codes: 0 said, 1 the next build would stop (what
dbt says is shown), 2 not possible.
"""

from __future__ import annotations

import argparse
import csv
import dataclasses
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

# Run by its path, Python looks for modules beside this file only.
ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from scripts.registry import NAME, TABLE, RegistryError, open_to_write, text  # noqa: E402
from scripts.warehouse import (  # noqa: E402
    WarehouseError,
    default_warehouse,
    existing_tables,
    open_warehouse,
)

COLUMNS = (
    *("event", "customer_id", "other_customer_id", "cause", "identifiers", "n_records"),
    "record_ids",
)
EVENTS = {
    "created": "new",
    "moved": "moved accounts",
    "merged": "merged into another",
    "split": "split from another",
    "retired": "retired",
}


class DryRunError(Exception):
    """Why there is no answer, and whether the next build would stop as well."""

    def __init__(self, message: str, exit_code: int) -> None:
        """Takes the message and the exit code that says which of the two it is."""
        super().__init__(message)
        self.exit_code = exit_code


@dataclasses.dataclass(frozen=True)
class Difference:
    """What a build would change."""

    events: list[tuple[Any, ...]]
    n_customers_before: int
    n_customers_after: int
    n_new: int
    n_joining: int
    n_changed: int
    n_gone: int


def prepare(warehouse: Path, scratch: Path, *, whole: bool) -> None:
    """The scratch warehouse: the registry of the real one, or a copy of all of it."""
    if not warehouse.is_file():
        return
    if whole:
        # An open reader keeps builds away while the file is copied.
        with open_warehouse(warehouse):
            shutil.copyfile(warehouse, scratch)
        return
    with open_warehouse(warehouse) as connection:
        is_known = NAME in existing_tables(connection)
    if is_known:
        with open_to_write(scratch) as connection:
            connection.execute(f"attach {text(warehouse)} as warehouse (read_only)")
            connection.execute(f"create schema {TABLE.split('.')[0]}")
            connection.execute(f"create table {TABLE} as from warehouse.{TABLE}")


def build(scratch: Path, variables: dict[str, Any]) -> None:
    """The identity part, with the tests that a build would put before the registry."""
    folder = scratch.parent
    done = subprocess.run(
        [
            *(sys.executable, "-W", "ignore", "-m", "dbt.cli.main", "--quiet", "--no-use-colors"),
            *("build", "--select", "+customer_events", "--indirect-selection", "cautious"),
            *("--exclude-resource-type", "unit_test", "--vars", json.dumps(variables)),
            *("--project-dir", str(ROOT), "--profiles-dir", str(ROOT)),
            *("--target-path", str(folder / "target"), "--log-path", str(folder / "logs")),
        ],
        cwd=ROOT,
        env={**os.environ, "WAREHOUSE": str(scratch), "DBT_SEND_ANONYMOUS_USAGE_STATS": "false"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        check=False,
    )
    if done.returncode:
        raise DryRunError(f"{done.stdout.strip()}\nThe next build would stop there.", 1)


def difference(scratch: Path, last_run_no: int) -> Difference:
    """What the scratch warehouse has after the run that the registry ended with."""
    with open_warehouse(scratch) as connection:
        events = connection.execute(
            """
            select
                events.event, events.customer_id, events.other_customer_id, events.cause,
                array_to_string(events.identifiers, ', '), events.n_records,
                string_agg(changes.record_id, ', ' order by changes.record_id)
            from main.customer_events as events
            left join intermediate.int_identity__changes as changes
                on changes.run_no = events.run_no
                and case
                    when events.event = 'created' then changes.previous_customer_id is null
                        and changes.customer_id = events.customer_id
                    when events.event = 'retired' then changes.customer_id is null
                        and changes.previous_customer_id = events.customer_id
                    when events.event = 'merged' then changes.customer_id = events.other_customer_id
                        and changes.previous_customer_id = events.customer_id
                    else changes.customer_id = events.customer_id
                        and changes.previous_customer_id = events.other_customer_id
                end
            where events.run_no > ?
            group by all
            order by events.event, events.n_records desc, events.customer_id,
                events.other_customer_id
            """,
            [last_run_no],
        ).fetchall()
        [counts] = connection.execute(
            """
            select
                count(*) filter (where previous_customer_id is null),
                count(*) filter (
                    where previous_customer_id is null
                    and customer_id in (
                        select customer_id from intermediate.int_identity__last_assignment
                    )
                ),
                count(*) filter (where customer_id <> previous_customer_id),
                count(*) filter (where customer_id is null)
            from intermediate.int_identity__changes
            where run_no > ?
            """,
            [last_run_no],
        ).fetchall()
        [(before,)] = connection.execute(
            "select count(distinct customer_id) from intermediate.int_identity__last_assignment"
        ).fetchall()
        [(after,)] = connection.execute(
            "select count(distinct customer_id) from intermediate.int_identity__changes"
            " where next_run_no is null"
        ).fetchall()
    return Difference(events, before, after, *counts)


def lines(found: Difference, limit: int) -> Iterator[str]:
    """The answer as people read it."""
    yield f"Customers: {found.n_customers_before:,} now, {found.n_customers_after:,} after."
    yield (
        f"Accounts: {found.n_new:,} new ({found.n_joining:,} of them to customers of now),"
        f" {found.n_changed:,} to another customer, {found.n_gone:,} gone."
    )
    if not found.events:
        yield "No customer comes, ends or changes accounts with another."
        return
    counts = Counter((event[0], event[3]) for event in found.events)
    for event, label in EVENTS.items():
        causes = {cause: n for (name, cause), n in sorted(counts.items()) if name == event}
        if causes:
            detail = ", ".join(f"{cause} {n:,}" for cause, n in causes.items())
            yield f"  {label:<20} {sum(causes.values()):>9,}   {detail}"
    for event, customer_id, other, cause, identifiers, n_records, record_ids in found.events[
        :limit
    ]:
        names = f"{customer_id} {other}" if other else customer_id
        by = f" by {identifiers}" if identifiers else ""
        yield f"{event} {names}: {cause}{by}; {n_records:,}: {record_ids}"
    if len(found.events) > limit:
        yield f"and {len(found.events) - limit:,} more: --out FILE.csv (make: OUT=) has them all."


def dry_run(warehouse: Path, variables: dict[str, Any]) -> Difference:
    """Build aside and compare."""
    with tempfile.TemporaryDirectory(prefix="identity_diff.") as folder:
        scratch = Path(folder) / "scratch.duckdb"
        prepare(warehouse, scratch, whole=variables.get("raw") == "tables")
        last_run_no = 0
        if scratch.is_file():
            with open_warehouse(scratch) as connection:
                if NAME in existing_tables(connection):
                    [(last_run_no,)] = connection.execute(
                        f"select coalesce(max(run_no), 0) from {TABLE}"
                    ).fetchall()
        build(scratch, variables)
        return difference(scratch, last_run_no)


def write(found: Difference, out: Path) -> None:
    """All events as a CSV file."""
    try:
        with out.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(COLUMNS)
            writer.writerows(found.events)
    except OSError as error:
        raise DryRunError(f"{out}: cannot be written ({error.strerror}).", 2) from None


def parse_arguments(arguments: list[str] | None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--warehouse", type=Path, default=default_warehouse(), help="default: WAREHOUSE"
    )
    parser.add_argument("--raw-path", help="folder of the extracts (default: the sample)")
    parser.add_argument(
        "--vars", type=json.loads, default={}, help="other variables of the build, as JSON"
    )
    parser.add_argument("--limit", type=int, default=50, help="events to list (default 50)")
    parser.add_argument("--out", type=Path, help="CSV file that gets all events")
    return parser.parse_args(arguments)


def main(arguments: list[str] | None = None) -> int:
    """Say what would change."""
    options = parse_arguments(arguments)
    variables = dict(options.vars)
    if options.raw_path:
        variables |= {"raw": "files", "raw_path": options.raw_path}
    try:
        found = dry_run(options.warehouse, variables)
        print("\n".join(lines(found, options.limit)))
        if options.out:
            write(found, options.out)
    except (RegistryError, WarehouseError) as error:
        print(error, file=sys.stderr)
        return 2
    except DryRunError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
