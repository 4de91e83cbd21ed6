"""Bad raw input ends in one clear line each, before any model runs, and never prints a value."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import duckdb
import pytest
import yaml

from scripts import duckdb_session, raw_layout
from tests.python.raw_project import (
    CUSTOMERS,
    DELIVERIES,
    KEY,
    ROOT,
    RawProject,
    copy_project,
    documented_tables,
    write_files,
)

SECRET = "张三丰13800001234"
FILE = "logistics/deliveries.csv"
GOOD = f"{DELIVERIES}\n1,sf,2024-01-01,{SECRET},ok\n"

Files = Mapping[str, str | bytes]


def check(folder: Path, files: Files) -> raw_layout.Findings:
    """What the check says of a folder with these files, without the name of the folder."""
    findings = raw_layout.check(write_files(folder, files), documented_tables())
    for lines in (findings.problems, findings.warnings):
        lines[:] = [line.replace(f"{folder}/", "") for line in lines]
        assert not [line for line in lines if "\n" in line or SECRET[:3] in line]
    return findings


@pytest.mark.parametrize(
    "files",
    [
        pytest.param({FILE: GOOD}, id="plain"),
        pytest.param({FILE: f"{DELIVERIES}\n"}, id="only column names"),
        pytest.param({FILE: DELIVERIES}, id="only column names without line end"),
        pytest.param({FILE: GOOD.rstrip("\n")}, id="no line end at the end"),
        pytest.param({FILE: "\ufeff" + GOOD.replace("\n", "\r\n")}, id="from Windows"),
        pytest.param({FILE: GOOD.replace("\n", "\r")}, id="from an old Mac"),
        pytest.param({FILE: GOOD + "\n\n2,,,,\n"}, id="empty lines and values"),
        pytest.param(
            {FILE: "status,Carrier, order_id ,delivered_region,shipped_at\n"}, id="another order"
        ),
        pytest.param({FILE: GOOD + '2,"a,""b""\n\r\nc",x,5" tube,y\n'}, id="quotes"),
        pytest.param({FILE: GOOD + '2,"1\n2,3",x,y,z\n'}, id="lines with commas in a value"),
        pytest.param({FILE: GOOD + "2,'; drop table x; --,{{ 1 / 0 }},😀,=1+1\n"}, id="code"),
        pytest.param({FILE: GOOD + "2," + "x" * 19_000_000 + ",x,y,z\n"}, id="19 MB in a line"),
        pytest.param(
            {
                FILE: GOOD,
                "_extract.json": '{"extracted_on": "2024-01-01", "kind": {"crm": "delta"}}',
                "_rejects/shop/orders.parquet": "not looked at",
                "truth/records.parquet": "not looked at",
                "shop/.orders.csv.swp": "not looked at",
                "shop/_old.csv": "not looked at",
                "shop/README.md": "not looked at",
                "notes/README.md": "not looked at",
            },
            id="files beside",
        ),
    ],
)
def test_good_input_is_not_spoken_of(files: Files, tmp_path: Path) -> None:
    findings = check(tmp_path, files)
    assert findings.problems == []
    assert findings.warnings == []


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        pytest.param({}, "holds no extract that is known", id="empty folder"),
        pytest.param({FILE: ""}, f"{FILE}: the file is empty", id="zero bytes"),
        pytest.param({FILE: "\ufeff"}, f"{FILE}: the file is empty", id="a byte order mark alone"),
        pytest.param({FILE: f"\n{GOOD}"}, f"{FILE}, line 1: the line is empty", id="empty line 1"),
        pytest.param(
            {FILE: GOOD.replace("shipped_at", "shiped_at")},
            f"{FILE}, line 1: required columns are missing: shipped_at (is it shiped_at?)",
            id="renamed column",
        ),
        pytest.param(
            {FILE: GOOD.replace("shipped_at", "abc")},
            f"{FILE}, line 1: required columns are missing: shipped_at; unknown columns of the"
            " file: abc",
            id="absent column",
        ),
        pytest.param(
            {FILE: GOOD.replace("carrier", "status ")},
            f"{FILE}, line 1: there are several columns of one name (status)",
            id="two columns of one name",
        ),
        pytest.param(
            {FILE: f"1,sf,2024-01-01,{SECRET},ok\n"},
            f"{FILE}, line 1: none of the names is a column of logistics.deliveries",
            id="no column names",
        ),
        pytest.param(
            {FILE: GOOD.replace(",", ";")},
            f"{FILE}, line 1: the columns are separated by semicolons",
            id="semicolons",
        ),
        pytest.param(
            {FILE: GOOD.replace(",", "\t")},
            f"{FILE}, line 1: the columns are separated by tabs",
            id="tabs",
        ),
        pytest.param(
            {FILE: f'"{GOOD}'},
            f"{FILE}, line 1: the line of column names cannot be read",
            id="a quote in the column names never closed",
        ),
        pytest.param(
            {FILE: GOOD.encode("gb18030")},
            f"{FILE}, line 2: is not UTF-8 but probably GB18030 (GBK)",
            id="GB18030",
        ),
        pytest.param(
            {FILE: f"订单,{DELIVERIES}\n".encode("gb18030")},
            f"{FILE}, line 1: is not UTF-8 but probably GB18030 (GBK)",
            id="GB18030 column names",
        ),
        pytest.param(
            {FILE: GOOD.encode() + b'2,"a\nb",c,\xe9t\xe9,e\n'},
            f"{FILE}, line 4: is not UTF-8: save it",
            id="Latin 1",
        ),
        pytest.param({FILE: GOOD.encode("utf-16")}, f"{FILE}: is UTF-16", id="UTF-16"),
        pytest.param(
            {FILE: GOOD.encode("utf-16-le")}, f"{FILE}, line 1: holds NUL", id="UTF-16 unmarked"
        ),
        pytest.param({FILE: GOOD + "2,sf\0,x,y,z\n"}, f"{FILE}, line 3: holds NUL bytes", id="NUL"),
        pytest.param(
            {FILE: GOOD + f"2,{SECRET}\n3,a,b,c,d\n"},
            f"{FILE}, line 3: has 2 fields where the line of column names has 5",
            id="too few fields",
        ),
        pytest.param(
            {FILE: GOOD + f'2,"a\n\n",b,c,d\n\n3,{SECRET},b,c,d,e\n'},
            f"{FILE}, line 7: has 6 fields where the line of column names has 5",
            id="too many fields after lines in quotes",
        ),
        pytest.param(
            {FILE: GOOD + f'2,"{SECRET},b,c,d\n3,a,b,c,d\n'},
            f"{FILE}, line 3: a quote is opened and not closed",
            id="a quote never closed",
        ),
        pytest.param(
            {FILE: GOOD + f'2,"5" {SECRET}",b,c,d\n'},
            f"{FILE}, line 3: a quote is opened and not closed, or text stands after",
            id="a quote within quotes",
        ),
        pytest.param(
            {FILE: GOOD + f'\n2,"{SECRET},b,c,d\n3,a,b,c,d\n4,a",b,c,d\n'},
            f"{FILE}, line 4: a quote that opens in this line takes the next lines",
            id="rows between two stray quotes",
        ),
        pytest.param(
            {FILE: GOOD + "2," + "x" * 21_000_000 + ",b,c,d\n"},
            f"{FILE}, line 3: is longer than 20 MB",
            id="a line over 20 MB",
        ),
        pytest.param(
            {FILE: GOOD + "2,a,b,c,d\r\n"},
            f"{FILE}, line 3: ends in another way than line 1",
            id="mixed line ends",
        ),
        pytest.param(
            {FILE: b"PK\x03\x04" + GOOD.encode()},
            f"{FILE}: is a spreadsheet or zip file under the name .csv",
            id="spreadsheet named .csv",
        ),
        pytest.param(
            {"logistics/deliveries.parquet": GOOD},
            "logistics/deliveries.parquet: cannot be read as Parquet",
            id="CSV named .parquet",
        ),
        pytest.param(
            {"shop/order.csv": GOOD},
            "shop/order.csv: is no known table (did you mean orders.csv?)",
            id="unknown file",
        ),
        pytest.param(
            {"shop/order/a.csv": GOOD},
            "shop/order: is no known table (did you mean orders?)",
            id="unknown folder of files",
        ),
        pytest.param(
            {"shop/orders/2024/a.csv": GOOD},
            "shop/orders/2024: a folder within a table is not read",
            id="folder within a table",
        ),
        pytest.param(
            {"stores/sales.csv": GOOD},
            "stores: is no known channel (did you mean store?)",
            id="unknown channel",
        ),
        pytest.param(
            {"orders.csv": GOOD},
            "orders.csv: lies beside the channels, where nothing is read: put it in the folder of"
            " its channel such as shop/orders.csv",
            id="file beside the channels",
        ),
        pytest.param(
            {"shop/orders.xlsx": "x"},
            "shop/orders.xlsx: is neither .csv nor .parquet: save it as orders.csv",
            id="spreadsheet",
        ),
        pytest.param(
            {"shop/orders.csv.gz": "x"},
            "shop/orders.csv.gz: is neither .csv nor .parquet: save it as orders.csv",
            id="compressed",
        ),
        pytest.param(
            {"shop/orders/a.tsv": "x"},
            "shop/orders/a.tsv: is neither .csv nor .parquet: save it as a.csv",
            id="tabs by name",
        ),
        pytest.param(
            {"shop/order.txt": "x"},
            "shop/order.txt: is neither .csv nor .parquet",
            id="text named nearly as a table",
        ),
        pytest.param({"shop/orders.CSV": GOOD}, "rename it to orders.csv", id="ending in capitals"),
        pytest.param(
            {FILE: GOOD, "_extract.json": '{\n"extracted_on": 2024-01-01}'},
            "_extract.json, line 2: is not valid JSON",
            id="broken _extract.json",
        ),
        pytest.param(
            {FILE: GOOD, "_extract.json": "[]"},
            "_extract.json: is not of the known form",
            id="_extract.json of another form",
        ),
        pytest.param(
            {FILE: GOOD, "_extract.json": '{"extracted_on": "01.02.2024"}'},
            "_extract.json: extracted_on is no date",
            id="no date in _extract.json",
        ),
        pytest.param(
            {FILE: GOOD, "_extract.json": '{"kind": {"crm": "new"}}'},
            '_extract.json: a kind is neither "full" nor "delta"',
            id="no kind in _extract.json",
        ),
        pytest.param(
            {FILE: GOOD, "_extract.json": '{"kind": {"crn": "full"}}'},
            "_extract.json: kind names a channel that is unknown: crn (did you mean crm?)",
            id="no channel in _extract.json",
        ),
    ],
)
def test_one_line_says_what_is_wrong_where(files: Files, expected: str, tmp_path: Path) -> None:
    findings = check(tmp_path, files)
    [problem] = [line for line in findings.problems if expected in line]
    assert re.search(r"\.$", problem)
    assert [line for line in findings.problems if "holds no extract" not in line] in (
        [],
        [problem],
    )


def test_csv_and_parquet_of_one_table(tmp_path: Path) -> None:
    write_files(tmp_path, {FILE: GOOD})
    parquet = tmp_path / "logistics" / "deliveries" / "a.parquet"
    parquet.parent.mkdir()
    columns = ", ".join(f"'' as {name}" for name in DELIVERIES.split(","))
    with duckdb.connect() as connection:
        connection.execute(f"copy (select {columns}) to '{parquet}'")
    [problem] = check(tmp_path, {}).problems
    assert problem.startswith("logistics/deliveries: the table is there as CSV and as Parquet")

    (tmp_path / FILE).unlink()
    assert check(tmp_path, {}).problems == []
    parquet.write_bytes(parquet.read_bytes()[:-10])
    [problem] = check(tmp_path, {}).problems
    assert problem.startswith("logistics/deliveries/a.parquet: cannot be read as Parquet")


def test_a_required_column_of_parquet_and_of_every_file(tmp_path: Path) -> None:
    (tmp_path / "logistics" / "deliveries").mkdir(parents=True)
    with duckdb.connect() as connection:
        connection.execute(
            "copy (select 1 as order_id, 'x' as carier)"
            f" to '{tmp_path / 'logistics' / 'deliveries' / 'a.parquet'}'"
        )
    [problem] = check(tmp_path, {}).problems
    assert problem.startswith(
        "logistics/deliveries/a.parquet: required columns are missing: carrier (is it carier?),"
        " shipped_at, delivered_region, status"
    )


def test_columns_that_no_model_reads_are_named_unless_they_may_be_values(tmp_path: Path) -> None:
    findings = check(tmp_path, {FILE: f"{DELIVERIES},weight,{SECRET},a@b.cn,\n", "shop/x.txt": "x"})
    assert findings.problems == []
    assert sorted(line.split(". Rename")[0] for line in findings.warnings) == [
        f"{FILE}: columns that no model reads: weight, column 7, column 8, column 9",
        "shop/x.txt: is not read, being neither .csv nor .parquet.",
    ]


def test_raw_path_that_is_no_folder(tmp_path: Path) -> None:
    [absent] = raw_layout.check(tmp_path / "mine", documented_tables()).problems
    assert "mine: the folder of raw extracts (the variable raw_path) does not exist" in absent
    (tmp_path / "mine").write_text("x", encoding="utf-8")
    [file] = raw_layout.check(tmp_path / "mine", documented_tables()).problems
    assert "mine: the folder of raw extracts (the variable raw_path) is a file" in file


# --- as dbt says it -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> RawProject:
    return copy_project(tmp_path_factory.mktemp("bad") / "project")


def test_all_problems_in_one_message_before_any_model(project: RawProject) -> None:
    bad = {f"shop/orders/{number}.csv": "" for number in range(30)}
    write_files(project.folder / "mine", {FILE: GOOD + f"2,{SECRET}\n", **bad})
    outcome = project.dbt("build", raw="files", raw_path="mine", extracted_on="yesterday")
    assert not outcome.success
    message = outcome.messages[-1]
    assert message.count("mine/shop/orders/") + message.count("mine/logistics/") == 20
    assert "  mine/logistics/deliveries.csv, line 3: has 2 fields where" in message
    assert "and 12 more." in message
    assert SECRET[:3] not in outcome.text
    assert "Traceback" not in outcome.text
    assert "START sql" not in outcome.text
    assert project.rows("select table_name from information_schema.tables") == []


def test_tables_without_their_required_columns(project: RawProject) -> None:
    with duckdb.connect(project.warehouse) as connection:
        connection.execute("create schema crm")
        connection.execute("create table crm.customers as select 1 as customer_no, 2 as handy")
    outcome = project.dbt("build", raw="tables", as_of_date="2024-13-01")
    assert not outcome.success
    [problem] = [line for line in outcome.messages[-1].splitlines() if "crm.customers" in line]
    missing = ", ".join(CUSTOMERS.split(",")[1:])
    assert (
        f"required columns are missing: {missing}; unknown columns of the table: handy" in problem
    )
    assert "the variable as_of_date is '2024-13-01'" in outcome.messages[-1]

    with duckdb.connect(project.warehouse) as connection:
        connection.execute("drop schema crm cascade")
    outcome = project.dbt("build", raw="tables")
    assert not outcome.success
    assert "the warehouse holds none of the raw tables" in outcome.messages[-1]


def test_the_project_itself_says_it_in_one_line_and_takes_any_value_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = "张三'; drop table x; -- {{ 1 / 0 }} {% for %} 😀"
    row = f"7,{name},,13800138001,,,2024-01-01,2024-01-02\n"
    raw_path = write_files(
        tmp_path / "mine",
        {"crm/customers.csv": f"{CUSTOMERS}\n{row}", "shop/order.csv": GOOD},
    )
    completed = run_project(tmp_path, raw_path)
    said = completed.stdout + completed.stderr
    assert completed.returncode not in (0, None), said
    [line] = [line for line in said.splitlines() if "mine/shop/order.csv" in line]
    assert "is no known table (did you mean orders.csv?)" in line
    assert "Traceback" not in said
    with duckdb.connect(tmp_path / "warehouse.duckdb") as connection:
        assert connection.sql("from information_schema.tables").fetchall() == []

    (raw_path / "shop" / "order.csv").unlink()
    completed = run_project(tmp_path, raw_path)
    assert completed.returncode == 0, completed.stdout + completed.stderr
    with duckdb.connect(tmp_path / "warehouse.duckdb") as connection:
        monkeypatch.setenv("CUSTOMER360_HASH_KEY", KEY)
        duckdb_session.Plugin("duckdb_session", {}).configure_connection(connection)
        found = connection.sql(
            "select customer_no, name from staging.stg_crm__customers"
        ).fetchall()
    assert found == [("7", name)]


def run_project(folder: Path, raw_path: Path) -> subprocess.CompletedProcess[str]:
    """`dbt build` of one staging model of the project itself, all that it writes in a folder."""
    variables = yaml.safe_dump({"raw": "files", "raw_path": str(raw_path)})
    return subprocess.run(
        [
            *(sys.executable, "-c", "from dbt.cli.main import cli; cli()"),
            *("--no-use-colors", "build", "--vars", variables),
            # Without the tests that compare this model with others, which are not built here.
            *("--select", "+stg_crm__customers", "--indirect-selection", "cautious"),
            *("--target-path", str(folder / "target"), "--log-path", str(folder / "logs")),
        ],
        cwd=ROOT,
        env={
            **os.environ,
            "WAREHOUSE": str(folder / "warehouse.duckdb"),
            "CUSTOMER360_HASH_KEY": KEY,
        },
        capture_output=True,
        text=True,
        check=False,
    )
