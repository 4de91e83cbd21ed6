"""What must not change the marts: the order of rows, files, threads, the machine, the way in.

Seven builds, two at a time, give the marts that the tests compare: a dbt run costs more than any
test, so each build serves several properties.
"""

from __future__ import annotations

import csv
import io
import json
import random
import shutil
import unicodedata
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from scripts import summarize
from tests.python.whole_project import ROOT, run_dbt

SEED = 20240101
EXTRACTED_ON = "2024-01-01"
EXTRACT = {"_extract.json": json.dumps({"extracted_on": EXTRACTED_ON})}

ELSEWHERE = {"TZ": "America/New_York", "LC_ALL": "C", "LANG": "C"}

# One build retires no id, and how long it took is no property of the extracts.
MARTS = [mart for mart in summarize.MARTS if mart not in ("customer_aliases", "identity_runs")]

# Where a row came from is all that may differ.
PROVENANCE = dict.fromkeys(
    ("customer_attribute_lineage", "quality_rejected_rows"), ("source_file", "source_row")
)

# The columns by which rows are the same thing; an account, an order or a line is named by the last.
KEYS = {
    "crm/customers": ("customer_no",),
    "crm/identifiers": ("channel", "record_key", "identifier_type", "scope", "value"),
    "crm/consents": ("channel", "record_key", "purpose", "contact_channel", "changed_at"),
    "shop/accounts": ("platform", "shop_id", "account_id"),
    "shop/orders": ("order_id",),
    "shop/order_items": ("order_id", "line_no"),
    "shop/refunds": ("refund_id",),
    "shop/products": ("sku",),
    "store/stores": ("store_id",),
    "store/members": ("brand", "member_no"),
    "store/sales": ("receipt_no",),
    "store/sale_items": ("receipt_no", "line_no"),
    "payments/tenders": ("channel", "order_id", "tender_no"),
    "logistics/deliveries": ("order_id", "carrier", "shipped_at"),
    "shop/reviews": ("review_id",),
    "web/events": ("event_id",),
    "social/followers": ("app_id", "openid"),
    "social/interactions": ("interaction_id",),
    "wecom/contacts": ("corp_id", "external_userid", "staff_id"),
    "service/tickets": ("ticket_id",),
    "survey/responses": ("response_id",),
    "marketing/campaigns": ("campaign_id",),
    "marketing/touches": ("touch_id",),
    "marketing/spend": ("utm_source", "utm_medium", "spent_on"),
    "registry/companies": ("company_name", "credit_code"),
}

ODD_NAMES = (
    "Robert'); drop table customer_base; --",
    "{{ 1 / 0 }} {% raw %} {# none #}",
    'O\'Neil "Bob", the 3rd',
    "李雷😀",
    "محمد علي",
    "Zoë|Ångström $1 ${x} %s",
    "back\\slash \\n <b>&amp;</b>",
)
LATE_ORDER = "LATE1"

Rows = list[dict[str, str]]
Tables = Mapping[str, Rows]


@dataclass(frozen=True)
class Build:
    """One build of the project in a folder of its own."""

    folder: Path

    @property
    def warehouse(self) -> Path:
        return self.folder / "warehouse.duckdb"

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.warehouse), read_only=True) as connection:
            return connection.execute(sql).fetchall()

    def value(self, sql: str) -> Any:
        [(value,)] = self.rows(sql)
        return value


# --- extracts -------------------------------------------------------------------------------------


def sample() -> dict[str, Rows]:
    """The committed sample, table by table."""
    tables = {}
    for path in sorted((ROOT / "seeds" / "raw").glob("*/raw_*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            tables[f"{path.parent.name}/{path.stem.split('__')[1]}"] = list(csv.DictReader(file))
    return tables


def with_conflicts(tables: Tables, rng: random.Random) -> dict[str, Rows]:
    """The tables and rows at odds with theirs, which only a tiebreak decides between.

    Twins have the key of another row and most of what it says, its time included; siblings have a
    key of their own, so that one customer has several accounts and orders of one moment.
    """
    conflicting = {}
    for name, rows in tables.items():
        added = []
        for row in rng.sample(rows, len(rows) // 5):
            *_, last = key = KEYS[name]
            twin = dict(row)
            for column in rng.sample([column for column in row if column not in key], 2):
                twin[column] = rng.choice(rows)[column]
            if row[last] and rng.random() < 0.5:
                twin[last] += "0"
            added.append(twin)
        conflicting[name] = rows + added
    return conflicting


def csv_text(columns: Sequence[str], rows: Iterable[dict[str, str]]) -> str:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def files_of(tables: Tables) -> dict[str, str]:
    """One file a table, as it is."""
    return {f"{name}.csv": csv_text(list(rows[0]), rows) for name, rows in tables.items()}


def shuffled_files_of(tables: Tables, rng: random.Random) -> dict[str, str]:
    """Rows and columns in another order, every other table in two files."""
    files = {}
    for number, (name, rows) in enumerate(tables.items()):
        parts = {f"{name}.csv": rows}
        if number % 2:
            parts = {
                f"{name}/part{part}.csv": [row for row in rows if part_of(name, row) == part]
                for part in (1, 2)
            }
            assert all(parts.values())
        for path, part_rows in parts.items():
            columns = rng.sample(list(rows[0]), len(rows[0]))
            files[path] = csv_text(columns, rng.sample(part_rows, len(part_rows)))
    return files


def part_of(name: str, row: dict[str, str]) -> int:
    """1 or 2, the same for all rows of one key, however it is spelt.

    Which file a row is in does mean something to rows of one key: a later file is a later delivery.
    """
    scopes = ("channel", "platform", "shop_id", "brand", "app_id", "corp_id")
    key = next(row[column] for column in KEYS[name] if column not in scopes)
    return 1 + zlib.crc32(unicodedata.normalize("NFKC", key).strip().lower().encode()) % 2


def empty_files_of(tables: Tables) -> dict[str, str]:
    """The line of column names and nothing else."""
    return {f"{name}.csv": csv_text(list(rows[0]), []) for name, rows in tables.items()}


def shop_files(tables: Tables) -> dict[str, str]:
    """A shop alone, with customers of odd names and an order of the far future."""
    accounts, orders = tables["shop/accounts"], tables["shop/orders"]
    no_account = dict.fromkeys(accounts[0], "")
    accounts = [
        *accounts,
        *(
            no_account
            | {
                "account_id": f"odd{number}",
                "nickname": name,
                "real_name": name,
                "mobile": f"1399999000{number}",
                "registered_at": "2023-03-01 10:00:00",
                "updated_at": "2023-03-01 10:00:00",
            }
            for number, name in enumerate(ODD_NAMES)
        ),
    ]
    late_order = dict.fromkeys(orders[0], "") | {
        "order_id": LATE_ORDER,
        "account_id": "odd0",
        "ordered_at": "2099-05-01 10:00:00",
        "paid_at": "2099-05-01 10:00:01",
        "status": "paid",
        "goods_amount": "10",
        "paid_amount": "10",
    }
    return files_of(
        {
            "shop/accounts": accounts,
            "shop/orders": [*orders, late_order],
            "shop/order_items": tables["shop/order_items"],
        }
    )


def store_files(tables: Tables) -> dict[str, str]:
    """Stores alone."""
    return EXTRACT | files_of(
        {name: rows for name, rows in tables.items() if name.startswith("store/")}
    )


def load_tables(warehouse: Path, raw: Path, tables: Tables) -> None:
    """The files of a folder as tables of the warehouse, what is empty as null."""
    with duckdb.connect(
        str(warehouse), config={"storage_compatibility_version": "v1.4.0"}
    ) as connection:
        for name, rows in tables.items():
            schema, table = name.split("/")
            columns = ", ".join(f"'{column}': 'varchar'" for column in rows[0])
            connection.execute(f"create schema if not exists {schema}")
            connection.execute(
                f"create table {schema}.{table} as from read_csv('{raw / name}.csv',"
                f" auto_detect = false, header = true, quote = '\"', columns = {{{columns}}})"
            )


# --- builds ---------------------------------------------------------------------------------------


def extracts_of(tables: Tables) -> dict[str, dict[str, str]]:
    """The files that each build reads; those of `tables` are loaded into its warehouse."""
    rng = random.Random(SEED)
    conflicting = with_conflicts(tables, rng)
    return {
        "seeds": {},
        "files": EXTRACT | files_of(tables),
        "tables": files_of(conflicting),
        "shuffled": EXTRACT | shuffled_files_of(conflicting, rng),
        "shop": shop_files(tables),
        "store": store_files(tables),
        "empty": EXTRACT | empty_files_of(tables),
    }


def make_build(name: str, folder: Path, files: Mapping[str, str], tables: Tables) -> Build:
    """The marts of one kind of extracts, on a machine of one kind."""
    raw = folder / "raw"
    for path, text in files.items():
        (raw / path).parent.mkdir(parents=True, exist_ok=True)
        (raw / path).write_text(text, encoding="utf-8", newline="")
    variables = {"raw": "files", "raw_path": str(raw)}
    if name == "seeds":
        variables = {"raw": "seeds"}
    if name == "tables":
        load_tables(folder / "warehouse.duckdb", raw, tables)
        variables = {"raw": "tables", "extracted_on": EXTRACTED_ON}
    # The sample's own tests; and who begins with little: no test of the data may fail on that.
    without = {"seeds": [], "shop": ["unit_test"], "empty": ["unit_test"]}.get(
        name, ["test", "unit_test"]
    )
    run_dbt(
        folder,
        "build",
        *(argument for kind in without for argument in ("--exclude-resource-type", kind)),
        *("--threads", {"tables": "4", "shuffled": "1"}.get(name, "2")),
        variables=variables,
        environment=ELSEWHERE if name == "shuffled" else {},
    )
    return Build(folder)


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Build]]:
    """A build by its name, as soon as it is done."""
    top = tmp_path_factory.mktemp("invariance")
    tables = sample()
    with ThreadPoolExecutor(max_workers=2) as pool:
        builds = {
            name: pool.submit(make_build, name, top / name, files, tables)
            for name, files in extracts_of(tables).items()
        }
        yield lambda name: builds[name].result()
        for future in builds.values():
            future.cancel()
    shutil.rmtree(top)


def assert_same_marts(one: Build, other: Build) -> None:
    """All marts row for row, whatever the order of the rows."""
    with duckdb.connect() as connection:
        connection.execute(f"attach '{one.warehouse}' as one (read_only)")
        connection.execute(f"attach '{other.warehouse}' as other (read_only)")
        for mart in MARTS:
            left_out = ", ".join(PROVENANCE.get(mart, ()))
            rows = f"select * exclude ({left_out}) from" if left_out else "select * from"
            differences = [
                f"{left}: {row}"
                for left, right in (("one", "other"), ("other", "one"))
                for row in connection.execute(
                    f"{rows} {left}.{mart} except all {rows} {right}.{mart} order by all limit 3"
                ).fetchall()
            ]
            assert not differences, f"{mart} differs:\n" + "\n".join(differences)


# --- properties -----------------------------------------------------------------------------------


def test_the_sample_passes_all_its_data_and_unit_tests(build: Callable[[str], Build]) -> None:
    """A build that fails says here what dbt said."""
    assert build("seeds").warehouse.is_file()


def test_every_mart_of_the_sample_has_rows(build: Callable[[str], Build]) -> None:
    """Otherwise the comparisons below say nothing."""
    for mart in MARTS:
        assert build("seeds").value(f"select count(*) from {mart}") > 20, mart


def test_seeds_and_files_make_the_same_marts(build: Callable[[str], Build]) -> None:
    assert_same_marts(build("seeds"), build("files"))


def test_rows_at_odds_add_conflicts(build: Callable[[str], Build]) -> None:
    """Otherwise the comparison below says nothing of tiebreaks."""
    count = "select count(*) from quality_duplicates"
    assert build("tables").value(count) > build("seeds").value(count) + 500
    count = "select count(*) from customer_attribute_lineage where len(losing_values) > 0"
    assert build("tables").value(count) > build("seeds").value(count) + 30


def test_order_files_threads_time_zone_locale_and_way_in_do_not_matter(
    build: Callable[[str], Build],
) -> None:
    """Rows at odds with each other, as tables of the warehouse and with 4 threads; against files,
    their rows and columns shuffled, some tables in two files, 1 thread, another machine."""
    assert_same_marts(build("tables"), build("shuffled"))


def test_empty_extracts_make_empty_marts(build: Callable[[str], Build]) -> None:
    for mart in MARTS:
        assert build("empty").value(f"select count(*) from {mart}") == 0, mart


def paid_amounts(build: Build, channel: str) -> dict[str, Decimal | None]:
    return dict(
        build.rows(
            f"select order_id, paid_amount from customer_transactions where channel = '{channel}'"
        )
    )


def assert_sensible(build: Build, channel: str) -> None:
    """Customers, orders and segments of this channel alone, and as many as belong together."""
    n_customers = build.value("select count(*) from customer_base")
    assert n_customers > 100
    assert build.value("select count(*) from customer_behavior") == n_customers
    assert build.rows("select distinct channels from customer_base") == [([channel],)]
    assert build.rows("select distinct channel from customer_crosswalk") == [(channel,)]
    assert build.rows("select distinct channel from customer_transactions") == [(channel,)]
    assert build.value("select count(name) from customer_base") > 100
    assert build.value("select count(*) from rfm_segments") == build.value(
        "select count(distinct customer_id) from customer_transactions"
        " where is_counted and customer_id <> 'anonymous'"
    )
    assert build.value("select count(*) from rfm_segments") > 100
    assert build.value("select count(distinct segment) from rfm_segments") >= 6


def test_a_shop_alone_is_enough(build: Callable[[str], Build]) -> None:
    shop = build("shop")
    assert_sensible(shop, "shop")
    late = {f"shop:{LATE_ORDER}": Decimal("10.00")}
    assert paid_amounts(shop, "shop") == paid_amounts(build("files"), "shop") | late
    # Sums of what there is none of are zero; what is not known is null.
    assert shop.rows(
        "select sum(refund_amount), sum(stored_value_amount), count(margin_amount),"
        " count(main_category) from customer_transactions"
    ) == [(0, 0, 0, 0)]


def test_stores_alone_are_enough(build: Callable[[str], Build]) -> None:
    store = build("store")
    assert_sensible(store, "store")
    alone, among_others = (paid_amounts(build(name), "store") for name in ("store", "files"))
    # A return of what was bought in the shop has no order here, and so a row of its own.
    assert among_others.items() <= alone.items()
    assert alone.keys() - among_others.keys() == {
        order_id
        for (order_id,) in store.rows(
            "select order_id from customer_transactions where exclusion_reason = 'return_receipt'"
            " and order_id not in (" + ", ".join(f"'{order_id}'" for order_id in among_others) + ")"
        )
    }


def test_without_a_day_of_extraction_nothing_is_in_the_future(
    build: Callable[[str], Build],
) -> None:
    shop, dated = build("shop"), build("files")
    assert shop.rows(
        "select is_counted, exclusion_reason from customer_transactions"
        f" where order_id = 'shop:{LATE_ORDER}'"
    ) == [(True, None)]
    assert shop.rows("select distinct as_of_date from rfm_segments") == [(date(2099, 5, 1),)]
    future = "select count(*) from quality_findings where rule = 'future_time'"
    unknown = "select count(*) from quality_findings where rule = 'extracted_on_unknown'"
    assert (shop.value(future), shop.value(unknown)) == (0, 1)
    assert dated.value(unknown) == 0
    assert dated.value(future) > 0


def test_names_of_any_kind_survive(build: Callable[[str], Build]) -> None:
    names = build("shop").rows(
        "select customer_base.name from customer_base inner join customer_crosswalk"
        " using (customer_id) where record_id like 'shop:odd%' order by record_id asc"
    )
    assert names == [(name,) for name in ODD_NAMES]
