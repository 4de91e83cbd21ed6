"""What the benchmarks make of what they measured; never how fast anything is."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import pytest

from scripts.benchmarks import build as benchmark
from scripts.benchmarks import closure, identity
from scripts.benchmarks.build import Build, Node
from scripts.benchmarks.closure import Step
from scripts.benchmarks.identity import Part
from scripts.benchmarks.measure import BenchmarkError, in_turn
from tests.python.whole_project import ROOT


def build(*nodes: Node, seconds: float = 10.0, gigabytes: float = 1.0) -> Build:
    return Build(
        wall_seconds=seconds,
        cpu_seconds=2 * seconds,
        peak_gigabytes=gigabytes,
        warehouse_gigabytes=0.5,
        nodes=nodes,
    )


@pytest.mark.parametrize(
    ("resource_type", "path", "layer"),
    [
        ("seed", "seeds/raw/web/raw_web__events.csv", "seeds"),
        ("model", "models/staging/web/base_web__events.sql", "staging"),
        ("model", "models/intermediate/identity/int_identity__records.sql", "identity"),
        ("model", "models/marts/customer/customer_base.sql", "marts"),
        ("test", "models/marts/customer/customer_base.yml", "tests"),
        ("unit_test", "models/staging/web/_web__models.yml", "tests"),
        ("operation", "dbt_project.yml", "hooks"),
    ],
)
def test_a_node_belongs_to_the_layer_of_its_file(resource_type: str, path: str, layer: str) -> None:
    assert benchmark.layer_of(resource_type, path) == layer


def test_every_layer_of_the_project_is_known(manifest: dict[str, Any]) -> None:
    layers = {
        benchmark.layer_of(node["resource_type"], node["original_file_path"])
        for node in (*manifest["nodes"].values(), *manifest["unit_tests"].values())
    }
    assert layers <= set(benchmark.LAYERS)


def test_a_moment_is_divided_among_the_nodes_that_run_in_it() -> None:
    nodes = [
        Node("a", "staging", 100.0, 104.0),
        Node("b", "staging", 102.0, 104.0),
        Node("c", "marts", 102.0, 107.0),
        Node("d", "marts", 109.0, 110.0),
    ]
    seconds = benchmark.wall_seconds_by_layer(nodes)
    assert seconds == pytest.approx({"staging": 2 + 4 / 3, "marts": 2 / 3 + 3 + 1})


def test_layers_add_up_to_the_build_in_the_order_of_the_data() -> None:
    layers = benchmark.layers_of(
        build(
            Node("mart", "marts", 104.0, 108.0, n_rows=7),
            Node("other mart", "marts", 106.0, 107.0, n_rows=None),
            Node("base", "staging", 101.0, 104.0, n_rows=40),
        )
    )
    assert [(layer.layer, layer.n_nodes, layer.n_rows) for layer in layers] == [
        ("staging", 1, 40),
        ("marts", 2, 7),
        ("dbt itself", 0, 0),
    ]
    assert [layer.wall_seconds for layer in layers] == pytest.approx([3.0, 4.0, 3.0])
    assert sum(layer.share for layer in layers) == pytest.approx(1.0)


def test_nodes_are_read_from_the_artifacts_of_dbt() -> None:
    def timing(start: str, end: str) -> list[dict[str, str]]:
        moment = "2026-01-01T00:00:{}Z"
        return [
            {
                "name": "compile",
                "started_at": moment.format(start),
                "completed_at": moment.format(start),
            },
            {
                "name": "execute",
                "started_at": moment.format(start),
                "completed_at": moment.format(end),
            },
        ]

    manifest = {
        "nodes": {
            "model.p.customer_base": {
                "name": "customer_base",
                "resource_type": "model",
                "original_file_path": "models/marts/customer/customer_base.sql",
            },
        },
        "unit_tests": {
            "unit_test.p.customer_base.adults": {
                "name": "adults",
                "resource_type": "unit_test",
                "original_file_path": "models/marts/customer/customer_base.yml",
            },
        },
    }
    results = {
        "results": [
            {"unique_id": "operation.p.hook", "timing": timing("01", "02")},
            {
                "unique_id": "model.p.customer_base",
                "timing": timing("02", "05"),
                "relation_name": '"w"."main"."customer_base"',
            },
            {"unique_id": "unit_test.p.customer_base.adults", "timing": timing("05", "06")},
            {"unique_id": "test.p.skipped", "timing": []},
        ]
    }
    nodes = benchmark.nodes_of(results, manifest, {'"w"."main"."customer_base"': 12})
    assert [(node.name, node.layer, node.seconds, node.n_rows) for node in nodes] == [
        ("hook", "hooks", 1.0, None),
        ("customer_base", "marts", 3.0, 12),
        ("adults", "tests", 1.0, None),
    ]


def test_a_report_says_layers_memory_and_the_slowest_nodes() -> None:
    text = benchmark.report(
        "1,000 account records",
        build(
            Node("quick", "seeds", 0.0, 1.0, n_rows=5),
            Node("slow", "staging", 1.0, 8.0, n_rows=1_234_567),
            gigabytes=3.456,
        ),
        n_slowest=1,
    )
    assert text.startswith("# 1,000 account records\n")
    assert "peak memory 3.46 GB" in text
    assert "| staging    |     1 |     7.0 |   70% | 1,234,567 |" in text.splitlines()
    assert "| slow |     7.0 | 1,234,567 |" in text.splitlines()
    assert "quick" not in text


def test_a_comparison_takes_the_median_of_the_pairs_ratios() -> None:
    pairs = [
        (build(seconds=10.0, gigabytes=4.0), build(seconds=5.0, gigabytes=2.0)),
        (build(seconds=40.0, gigabytes=4.0), build(seconds=30.0, gigabytes=1.0)),
        (build(seconds=10.0, gigabytes=4.0), build(seconds=9.0, gigabytes=3.0)),
    ]
    lines = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in benchmark.comparison("main", pairs).splitlines()
    ]
    assert ["wall seconds", "10.00", "9.00", "0.75", "0.50 to 0.90"] in lines
    assert ["peak memory, GB", "4.00", "2.00", "0.50", "0.25 to 0.75"] in lines


@pytest.mark.parametrize(
    ("line", "progress"),
    [
        ("17:30:22  254 of 260 PASS every_row ... [PASS in 0.08s]", (254, 260)),
        ("17:30:22  3 of 260 OK created sql table model main.x ... [OK in 1.00s]", (3, 260)),
        ("17:30:22  3 of 260 START sql table model main.x", None),
        ("17:30:22  1 of 1 OK hook: customer360.on-run-start.0 ... [OK in 2.23s]", None),
        ("17:30:22  Concurrency: 4 threads", None),
    ],
)
def test_progress_is_read_from_what_dbt_says(line: str, progress: tuple[int, int] | None) -> None:
    assert benchmark.progress_of(line) == progress


def test_rows_are_counted_by_the_name_of_the_relation(tmp_path: Path) -> None:
    warehouse = tmp_path / "some.duckdb"
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute("create schema staging")
        connection.execute("create table staging.base as select * from range(3)")
        connection.execute("create view staging.stg as select * from staging.base")
    assert benchmark.rows_of_tables(warehouse) == {'"some"."staging"."base"': 3}


def test_every_other_pair_runs_backwards() -> None:
    assert [in_turn(["a", "b", "c"], pair) for pair in (1, 2)] == [["a", "b", "c"], ["c", "b", "a"]]


def test_closures_are_compared_pair_by_pair_and_size_by_size() -> None:
    def steps(*seconds: float) -> list[Step]:
        return [Step(wall, 2 * wall, 1.0) for wall in seconds]

    figures = {
        ("floor", 1_000): steps(1, 2, 4),
        ("closure", 1_000): steps(3, 4, 8),
        ("floor", 100_000): steps(100, 200, 400),
        ("closure", 100_000): steps(300, 40_000, 800),
    }
    lines = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in closure.report(figures, ["floor", "closure"], [1_000, 100_000]).splitlines()
    ]
    assert ["1,000", "closure", "4.00", "8.00", "1.00"] in lines
    assert [line for line in lines if line[0] == "closure / floor"] == [
        ["closure / floor", "1,000", *2 * ["2.00 (2.00 to 3.00)"], "1.00 (1.00 to 1.00)"],
        ["closure / floor", "100,000", *2 * ["3.00 (2.00 to 200.00)"], "1.00 (1.00 to 1.00)"],
    ]
    assert ["floor", "1.00", "1.00"] in lines
    assert ["closure", "1.15", "1.15"] in lines


def test_labels_are_compared_by_their_groups_not_by_their_names(tmp_path: Path) -> None:
    def write(side: str, *rows: tuple[str, str]) -> None:
        values = ", ".join(str(row) for row in rows)
        duckdb.execute(
            f"copy (from (values {values}) as labels (node, component))"
            f" to '{tmp_path / side}.parquet'"
        )

    write("scipy", ("a", "1"), ("b", "1"), ("c", "2"))
    write("closure", ("a", "x"), ("b", "x"))
    closure.check_labels(tmp_path, ["closure", "floor"])
    write("splink", ("a", "x"), ("b", "x"), ("c", "x"))
    with pytest.raises(BenchmarkError, match="splink: 1 labels differ"):
        closure.check_labels(tmp_path, ["closure", "splink"])


def test_keys_are_the_same_for_the_same_number_of_records(tmp_path: Path) -> None:
    tables = []
    for name in ("one", "other"):
        with duckdb.connect(str(closure.made_keys(tmp_path / name, 50)), read_only=True) as keys:
            tables.append([keys.execute(f"from {t}").fetchall() for t in ("keys", "chain")])
    assert tables[0] == tables[1]
    assert len(tables[0][1]) == 2 * 50


def test_a_batch_adds_changes_and_deletes_accounts(tmp_path: Path) -> None:
    data = tmp_path / "data"
    for name, key in identity.ACCOUNTS.items():
        (data / name).parent.mkdir(parents=True, exist_ok=True)
        number = identity.MOVING.get(name, "mobile")
        duckdb.execute(f"""
            copy (
                select 'a' || i as {key}, '138' || i as {number}, 'same' as other
                from range(3000) as accounts (i)
            ) to '{data / name}.parquet'
        """)
    before, after = identity.changed_extracts(data, tmp_path / "extracts")
    for name, key in identity.ACCOUNTS.items():
        number = identity.MOVING.get(name, "mobile")
        [(n_added, n_deleted, n_changed, n_others)] = duckdb.execute(f"""
            select
                count(*) filter (where old.{key} is null),
                count(*) filter (where new.{key} is null),
                count(*) filter (where old.{number} <> new.{number}),
                count(*) filter (where old.other <> new.other)
            from '{before / name}.parquet' as old
            full join '{after / name}.parquet' as new using ({key})
        """).fetchall()
        assert all(3 <= n <= 25 for n in (n_added, n_deleted, n_changed))
        assert n_others == 0


def test_a_batch_that_ends_otherwise_than_a_full_run_is_an_error(tmp_path: Path) -> None:
    warehouses = []
    for name, cluster in (("batch", "a"), ("full", "a"), ("other", "b")):
        warehouses.append(tmp_path / f"{name}.duckdb")
        with duckdb.connect(str(warehouses[-1])) as connection:
            connection.execute("create schema intermediate")
            connection.execute(
                "create table intermediate.int_identity__clusters as select"
                f" 'b' as record_id, 'b' as entity_id, '{cluster}' as cluster_id"
            )
    batch, full, other = warehouses
    identity.check_partition(batch, full)
    with pytest.raises(BenchmarkError, match="2 records differ"):
        identity.check_partition(batch, other)


def test_identity_is_compared_with_splink_and_a_batch_with_a_full_run() -> None:
    figures = {
        "full": [Part(10, 20, 2), Part(30, 60, 2)],
        "batch": [Part(1, 2, 1), Part(6, 12, 1)],
        "splink": [Part(40, 80, 4), Part(60, 120, 4)],
    }
    lines = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in identity.report("title", figures).splitlines()
    ]
    assert ["full", "20.00", "40.00", "2.00"] in lines
    of_batch = ["0.15 (0.10 to 0.20)"] * 2
    assert ["batch / full", *of_batch, "0.50 (0.50 to 0.50)"] in lines
    assert ["full / splink", *["0.38 (0.25 to 0.50)"] * 2, "0.50 (0.50 to 0.50)"] in lines


def command_line(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "benchmark.py"), *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["--records", "0"], 2, "--records: 0 is not a number from 1 on"),
        (["--data", "no/such/folder"], 1, "no/such/folder: there is no such folder of extracts."),
        (["--data", "scripts", "--compare", "no-such-ref"], 1, "no-such-ref: fatal: "),
    ],
)
def test_what_cannot_be_run_is_said_in_one_line(
    arguments: list[str], code: int, message: str, tmp_path: Path
) -> None:
    done = command_line("build", "--out", str(tmp_path), *arguments)
    assert done.returncode == code
    assert message in done.stderr
    assert "Traceback" not in done.stderr
