"""How raw text reaches staging: seeds, files and tables, and the session that reads them."""

from __future__ import annotations

import csv
import stat
import threading
from pathlib import Path

import duckdb
import pytest
from dbt_common.exceptions import DbtRuntimeError

from scripts import duckdb_session, hash_key, raw_layout
from scripts.raw_layout import Column
from scripts.reference import raw_seed_types
from tests.python.raw_project import (
    CUSTOMERS,
    KEY,
    ROOT,
    RawProject,
    copy_project,
    documented_tables,
    write_files,
)

ODD_FOLDER = "it's 我的 [1] *"
SQL_AND_JINJA = "'); drop table customers; -- {{ 1 / 0 }} {% raw %} 😀"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> RawProject:
    return copy_project(tmp_path_factory.mktemp("raw") / "project")


@pytest.fixture(scope="module")
def from_files(project: RawProject) -> RawProject:
    """The project after one build from files of every kind."""
    raw_path = write_files(
        project.folder / ODD_FOLDER,
        {
            "_extract.json": '{"extracted_on": "2024-01-01", "kind": {"crm": "delta"}}',
            # The first extract, and deltas with other columns in another order.
            "crm/customers.csv": f"{CUSTOMERS},email\n00012,{SQL_AND_JINJA},,1.38E+10,,,,,NULL\n",
            "crm/customers/2024 'a' {{ x }}.csv": (
                "\ufeffMobile, updated_at ,region,gender,Name,source,registered_at,customer_no,mood"
                "\r\n"
                '007,2024-01-01,"北京,""朝阳""",, x ,"two\r\nlines",\\N,13,happy\r\n'
                "\r\n"
                ",,,,Ａ,,,14,\r\n"
            ),
            "crm/customers/b.csv": f"{CUSTOMERS}\n",
            "crm/customers/_draft.csv": "not,read\n",
        },
    )
    (raw_path / "logistics" / "deliveries").mkdir(parents=True)
    with duckdb.connect() as connection:
        target = str(raw_path / "logistics" / "deliveries" / "a'b.parquet").replace("'", "''")
        connection.execute(
            "copy (select cast(13800138000 as double) as order_id, cast('sf' as blob) as carrier,"
            " timestamptz '2024-01-01 08:00:00+08' as shipped_at,"
            " date '2024-01-01' as delivered_at, cast('nan' as double) as delivered_region,"
            " 1.5 as Status, true as is_deleted)"
            f" to '{target}'"
        )
        connection.execute(
            "copy (select '1' as order_id, 'sf' as carrier, '' as shipped_at, 'x' as status,"
            " 'logistics/deliveries.txt' as _source_file, 41 + i as _source_row,"
            " '上海' as delivered_region from range(2) as numbers (i))"
            f" to '{target.replace('b.parquet', 'c.parquet')}'"
        )
    outcome = project.dbt("build", "--threads", "4", raw="files", raw_path=ODD_FOLDER)
    assert outcome.success, outcome.text
    return project


def test_files_give_their_text_untouched_by_the_names_of_their_headers(
    from_files: RawProject,
) -> None:
    rows = from_files.rows(
        "select * exclude (extracted_on, hashed, plain_name) from customers"
        " order by _source_file asc, _source_row asc"
    )
    empty = {"gender": "", "region": "", "source": "", "registered_at": "", "updated_at": ""}
    assert rows == [
        {
            **empty,
            "customer_no": "00012",
            "name": SQL_AND_JINJA,
            "mobile": "1.38E+10",
            "email": "NULL",
            "_source_file": "crm/customers.csv",
            "_source_row": 1,
        },
        {
            **empty,
            "customer_no": "13",
            "name": " x ",
            "mobile": "007",
            "region": '北京,"朝阳"',
            "source": "two\r\nlines",
            "registered_at": "\\N",
            "updated_at": "2024-01-01",
            "_source_file": "crm/customers/2024 'a' {{ x }}.csv",
            "_source_row": 1,
        },
        {
            **empty,
            "customer_no": "14",
            "name": "Ａ",
            "mobile": "",
            "_source_file": "crm/customers/2024 'a' {{ x }}.csv",
            "_source_row": 2,
        },
    ]


def test_parquet_of_any_type_is_text_and_keeps_the_source_that_intake_wrote(
    from_files: RawProject,
) -> None:
    assert from_files.rows("select * from deliveries order by _source_row asc") == [
        {
            "order_id": "13800138000",
            "carrier": "sf",
            "shipped_at": "2024-01-01T00:00:00.000000Z",
            "delivered_at": "2024-01-01",
            "status": "1.5",
            "is_deleted": "true",
            "_source_file": "logistics/deliveries/a'b.parquet",
            "_source_row": 1,
        },
        *(
            {
                "order_id": "1",
                "carrier": "sf",
                "shipped_at": "",
                "delivered_region": "上海",
                "status": "x",
                "_source_file": "logistics/deliveries.txt",
                "_source_row": 41 + number,
            }
            for number in range(2)
        ),
    ]


def test_columns_come_in_the_documented_order(from_files: RawProject) -> None:
    [table] = [table for table in documented_tables() if table.entity == "deliveries"]
    with duckdb.connect(from_files.warehouse) as connection:
        names = [column[0] for column in connection.sql("from deliveries").description]
    assert names == [*table.columns, "_source_file", "_source_row"]


def test_the_day_of_the_extract_comes_from_its_file(from_files: RawProject) -> None:
    [row] = from_files.rows("select distinct cast(extracted_on as varchar) as day from customers")
    assert row == {"day": "2024-01-01"}


def test_the_key_is_used_and_written_nowhere(from_files: RawProject) -> None:
    with duckdb.connect() as connection:
        [(expected,)] = connection.execute("select sha256(? || '00012')", [KEY]).fetchall()
    [row] = from_files.rows("select hashed from customers where customer_no = '00012'")
    assert row == {"hashed": expected}
    written = [path for path in from_files.folder.rglob("*") if path.is_file()]
    assert len(written) > 20
    assert [path for path in written if KEY.encode() in path.read_bytes()] == []


def test_seeds_are_the_default_and_every_session_is_complete(project: RawProject) -> None:
    # A hook, a model, a data test and a unit test use the functions and the key: here on one
    # thread, above on four.
    outcome = project.dbt("build", "--threads", "1")
    assert outcome.success, outcome.text
    assert "PASS=9 WARN=0 ERROR=0" in outcome.text
    rows = project.rows("select * exclude (hashed) from customers")
    assert rows == [
        {
            "customer_no": "00123",
            "name": "张伟 😀",
            "mobile": "1.38E+10",
            "plain_name": "张伟 😀",
        }
    ]
    assert project.rows("select * from deliveries") == []


def test_tables_of_the_warehouse_and_what_is_absent_is_empty(project: RawProject) -> None:
    required = CUSTOMERS.replace("customer_no", "7 as Customer_No").replace(
        "name", "'x' as name", 1
    )
    columns = required.split(",")
    columns = [column if " as " in column else f"'' as {column}" for column in columns]
    with duckdb.connect(project.warehouse) as connection:
        connection.execute("create schema if not exists crm")
        connection.execute(f"create or replace view crm.customers as select {', '.join(columns)}")
    outcome = project.dbt("build", raw="tables", extracted_on="2024-02-01")
    assert outcome.success, outcome.text
    [row] = project.rows("select customer_no, name, email, extracted_on from customers")
    assert (row["customer_no"], row["name"]) == ("7", "x")
    assert str(row["extracted_on"]) == "2024-02-01"
    assert "email" not in row
    assert project.rows("select * from deliveries") == []


# --- pure functions -------------------------------------------------------------------------------


def test_the_files_of_a_table_in_their_order(tmp_path: Path) -> None:
    write_files(
        tmp_path,
        {
            "shop/orders.csv": "order_id\n",
            "shop/orders/b.csv": "order_id,status\n",
            "shop/orders/a.csv": "\ufeffOrder_ID\n",
            "shop/orders/.c.csv": "x\n",
            "shop/orders/notes.md": "x\n",
        },
    )
    files = raw_layout.raw_files(tmp_path, "shop", "orders")
    assert [(file.relative_path, file.columns) for file in files] == [
        ("shop/orders.csv", (Column("order_id"),)),
        ("shop/orders/a.csv", (Column("Order_ID"),)),
        ("shop/orders/b.csv", (Column("order_id"), Column("status"))),
    ]
    assert raw_layout.raw_files(tmp_path, "shop", "accounts") == []


def test_extract_info(tmp_path: Path) -> None:
    nothing: dict[str, object] = {"extracted_on": None, "kind": {}}
    path = tmp_path / "_extract.json"
    assert raw_layout.extract_info(path) == nothing
    path.write_text("{}", encoding="utf-8")
    assert raw_layout.extract_info(path) == nothing
    path.write_text('{"extracted_on": "2024-01-01", "kind": {"shop": "delta"}}', encoding="utf-8")
    assert raw_layout.extract_info(path) == {
        "extracted_on": "2024-01-01",
        "kind": {"shop": "delta"},
    }


def test_nfkc_in_many_threads_at_once() -> None:
    plugin = make_plugin()
    results: list[tuple[int, str]] = []
    with duckdb.connect() as connection:
        plugin.configure_connection(connection)

        def work() -> None:
            cursor = connection.cursor()
            plugin.configure_cursor(cursor)
            results.extend(
                cursor.execute(
                    "select count(distinct nfkc('Ａ㈱é' || i)), min(nfkc(null) || nfkc('ａ'))"
                    " from range(50_000) as numbers (i)"
                ).fetchall()
            )
            results.extend(cursor.execute("select 0, nfkc('Ａ㈱')").fetchall())

        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(results, key=str) == [(0, "A(株)")] * 4 + [(50_000, None)] * 4


def make_plugin() -> duckdb_session.Plugin:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CUSTOMER360_HASH_KEY", KEY)
        return duckdb_session.Plugin("duckdb_session", {})


def test_a_key_is_made_once_for_its_owner_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "build" / "hash_key"
    monkeypatch.delenv("CUSTOMER360_HASH_KEY", raising=False)
    monkeypatch.setenv("CUSTOMER360_HASH_KEY_FILE", str(path))
    first = hash_key.hash_key()
    assert len(first) == 64
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(path.parent.iterdir()) == [path]
    assert hash_key.hash_key() == first
    hash_key.make_key_file(path)
    assert hash_key.hash_key() == first


@pytest.mark.parametrize(
    ("content", "reason"),
    [("", "empty"), ("\n", "empty"), ("secret123", "too short"), ("é" * 40, "ASCII")],
)
def test_an_unusable_key_stops_with_one_line_that_does_not_hold_it(
    content: str, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "key"
    path.write_text(content, encoding="utf-8")
    monkeypatch.delenv("CUSTOMER360_HASH_KEY", raising=False)
    monkeypatch.setenv("CUSTOMER360_HASH_KEY_FILE", str(path))
    with pytest.raises(DbtRuntimeError) as caught:
        duckdb_session.Plugin("duckdb_session", {})
    message = str(caught.value)
    assert reason in message
    assert "secret123" not in message
    monkeypatch.setenv("CUSTOMER360_HASH_KEY", "secret123")
    with pytest.raises(DbtRuntimeError, match="CUSTOMER360_HASH_KEY is too short"):
        duckdb_session.Plugin("duckdb_session", {})
    monkeypatch.delenv("CUSTOMER360_HASH_KEY")
    monkeypatch.setenv("CUSTOMER360_HASH_KEY_FILE", str(tmp_path))
    with pytest.raises(DbtRuntimeError, match="cannot be read"):
        duckdb_session.Plugin("duckdb_session", {})


# --- conventions ----------------------------------------------------------------------------------


def test_seed_types_are_in_step_with_the_sources() -> None:
    assert raw_seed_types.main(["--check"]) == 0


def test_every_raw_seed_has_every_documented_column() -> None:
    for table in raw_seed_types.documented_tables(ROOT / "models" / "staging"):
        path = ROOT / "seeds" / "raw" / table.channel / f"{table.seed}.csv"
        if path.is_file():
            with path.open(encoding="utf-8", newline="") as file:
                assert tuple(next(csv.reader(file))) == table.columns, path.name
