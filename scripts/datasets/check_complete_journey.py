"""Check the marts that were built from the Complete Journey data against its known figures.

Prints one line per figure: what it is, expected, found, ok. The figures were taken from the files
of the package itself, so they say that no line and no cent was lost between them and the marts.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import duckdb

BUILD = "build it with `make real`, which builds as of 2018-01-01 by the clock of America/New_York"


class CheckError(Exception):
    """What is wrong and what to do, in one line."""


@dataclass(frozen=True)
class Figure:
    """One known figure and the query over the marts that must give it."""

    name: str
    expected: Decimal
    query: str


@dataclass(frozen=True)
class Result:
    """A figure and what the marts gave for it; nothing (None) where no row did."""

    figure: Figure
    found: Decimal | None

    @property
    def is_ok(self) -> bool:
        """Whether the marts gave what is known."""
        return self.found == self.figure.expected


RFM = "from rfm_segments where as_of_date = date '2018-01-01'"

FIGURES = (
    Figure("lines", Decimal(1469307), "select count(*) from customer_transaction_lines"),
    Figure("baskets", Decimal(155848), "select count(*) from customer_transactions"),
    Figure(
        "baskets counted",
        Decimal(155848),
        "select count(*) from customer_transactions where is_counted",
    ),
    Figure(
        "households",
        Decimal(2469),
        "select count(distinct customer_id) from customer_transactions"
        " where customer_id <> 'anonymous'",
    ),
    Figure(
        "sales total of lines",
        Decimal("4596039.58"),
        "select sum(line_amount) from customer_transaction_lines",
    ),
    Figure(
        "sales total of baskets",
        Decimal("4596039.58"),
        "select sum(paid_amount) from customer_transactions",
    ),
    Figure(
        "lines with quantity 0",
        Decimal(8869),
        "select count(*) from customer_transaction_lines where quantity = 0",
    ),
    # 11,226 sales values of the package are <= 0; 20 more are what arithmetic left of zero (at most
    # 1.8e-15), which is 0.00 in a mart's money of whole cents.
    Figure(
        "lines with amount <= 0",
        Decimal(11226 + 20),
        "select count(*) from customer_transaction_lines where line_amount <= 0",
    ),
    Figure(
        "lines without known product",
        Decimal(4836),
        "select count(*) from customer_transaction_lines where product_name is null",
    ),
    Figure("customers in RFM", Decimal(2469), f"select count(*) {RFM}"),
    Figure("mean recency, days", Decimal("22.0344"), f"select round(avg(recency_days), 4) {RFM}"),
    Figure("mean frequency", Decimal("63.1219"), f"select round(avg(frequency), 4) {RFM}"),
    Figure("mean money", Decimal("1861.4984"), f"select round(avg(monetary_amount), 4) {RFM}"),
)


def check(con: duckdb.DuckDBPyConnection, figures: Sequence[Figure] = FIGURES) -> list[Result]:
    """What the marts give for each figure."""
    results = []
    for figure in figures:
        try:
            value = con.execute(figure.query).fetchall()[0][0]
        except duckdb.Error as error:
            reason = str(error).splitlines()[0]
            raise CheckError(f"'{figure.name}' cannot be read ({reason}): {BUILD}") from error
        # Through text: a double becomes the decimal that it prints, 22.0344 and no digit more.
        results.append(Result(figure, None if value is None else Decimal(str(value))))
    return results


def as_text(value: Decimal | None) -> str:
    """Return a figure as people read it."""
    return "-" if value is None else f"{value:,}"


def as_table(results: Sequence[Result]) -> str:
    """One line per figure under a heading."""
    rows = [("figure", "expected", "found", "ok")]
    for result in results:
        expected, found = as_text(result.figure.expected), as_text(result.found)
        rows.append((result.figure.name, expected, found, "yes" if result.is_ok else "NO"))
    return "\n".join(
        f"{name:<30}{expected:>16}{found:>16}   {ok}" for name, expected, found, ok in rows
    )


def check_warehouse(warehouse: Path, figures: Sequence[Figure] = FIGURES) -> list[Result]:
    """Open a warehouse for reading only, and check it."""
    if not warehouse.is_file():
        raise CheckError(f"{warehouse} does not exist: {BUILD}")
    try:
        con = duckdb.connect(str(warehouse), read_only=True)
    except duckdb.Error as error:
        reason = str(error).splitlines()[0]
        raise CheckError(f"{warehouse} cannot be opened: {reason}") from error
    try:
        return check(con, figures)
    finally:
        con.close()


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit codes: 0 all figures as expected, 1 some differ, 2 nothing to check."""
    parser = argparse.ArgumentParser(
        description=(__doc__ or "").strip(), formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "warehouse",
        type=Path,
        nargs="?",
        default=Path(os.environ.get("WAREHOUSE", "build/complete_journey.duckdb")),
        help="warehouse file with the marts (default: the environment variable WAREHOUSE, "
        "else build/complete_journey.duckdb)",
    )
    options = parser.parse_args(arguments)
    try:
        results = check_warehouse(options.warehouse)
    except CheckError as error:
        print(f"check_complete_journey: {error}", file=sys.stderr)
        return 2
    print(as_table(results))
    n_wrong = sum(not result.is_ok for result in results)
    if n_wrong:
        print(f"{n_wrong} of {len(results)} figures differ: {BUILD}, and compare again")
    return 1 if n_wrong else 0


if __name__ == "__main__":
    sys.exit(main())
