"""The connected_components materialization against a graph library and at its limits.

The dbt project in tests/fixtures/closure reads its keys from Parquet files that these tests write.
"""

import json
import os
import random
import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import networkx
import pytest

PROJECT = Path(__file__).parents[1] / "fixtures" / "closure"

N_GRAPHS = 200
CHAIN_LENGTH = 100_000
HUB_NEIGHBOURS = 1_000_000

Edge = tuple[str, str]
Key = tuple[str | None, str | None]


@dataclass(frozen=True)
class Build:
    """One dbt run: its warehouse, the status of every model and what dbt said."""

    warehouse: Path
    status: dict[str, str]
    output: str

    def query(self, sql: str) -> list[tuple[object, ...]]:
        with duckdb.connect(self.warehouse, read_only=True) as connection:
            return connection.execute(sql).fetchall()

    def components(self, model: str) -> dict[object, object]:
        rows = self.query(f"select node, component from {model}")
        components = {row[0]: row[1] for row in rows}
        assert len(components) == len(rows), f"{model} has a node twice"
        return components

    def tables(self) -> set[object]:
        return {name for (name,) in self.query("select table_name from duckdb_tables()")}


def build(folder: Path, *arguments: str, fail: bool = False) -> Build:
    """Runs the fixture project on `folder`/keys, with everything it writes in `folder`."""
    warehouse = folder / "warehouse.duckdb"
    outcome = subprocess.run(
        [
            *(sys.executable, "-m", "dbt.cli.main", "--no-use-colors", "run"),
            *("--project-dir", PROJECT, "--profiles-dir", PROJECT),
            *("--target-path", folder / "target", "--log-path", folder / "logs"),
            *("--vars", json.dumps({"keys_path": str(folder / "keys"), "fail": fail})),
            *arguments,
        ],
        cwd=folder,
        env={**os.environ, "WAREHOUSE": str(warehouse)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert outcome.returncode == (1 if fail else 0), outcome.stdout + outcome.stderr
    results = json.loads((folder / "target" / "run_results.json").read_text())["results"]
    status = {result["unique_id"].split(".")[-1]: result["status"] for result in results}
    return Build(warehouse, status, outcome.stdout)


def write_keys(path: Path, keys: Sequence[Key]) -> None:
    """Rows of (node, link_key)."""
    with duckdb.connect() as connection:
        connection.execute(
            "create table keys as"
            " select unnest(?::varchar[]) as node, unnest(?::varchar[]) as link_key",
            [[node for node, _ in keys], [key for _, key in keys]],
        )
        connection.execute(f"copy keys to '{path}' (format parquet)")


def keys_of(edges: Iterable[Edge]) -> list[Key]:
    """A key of its own for each edge, on both of its ends."""
    return [(node, f"key{n}") for n, edge in enumerate(edges) for node in edge]


def shapes(randomness: random.Random) -> list[Callable[[int], networkx.Graph]]:
    """Makers of a graph of about n nodes; nodes are numbers."""

    def seed() -> int:
        return randomness.randrange(2**32)

    def spiders(n: int) -> networkx.Graph:
        # Legs of two edges: in the order of their labels some merge only one node a round.
        graph = networkx.star_graph(n // 2)
        graph.add_edges_from((leg, leg + n) for leg in range(1, n // 2 + 1))
        return graph

    def cliques(n: int) -> networkx.Graph:
        return networkx.disjoint_union_all(networkx.complete_graph(k) for k in (n // 3, 2, n // 4))

    def mixture(n: int) -> networkx.Graph:
        parts = [networkx.path_graph(n), networkx.star_graph(n // 2), networkx.empty_graph(n // 3)]
        return networkx.disjoint_union_all([*parts, networkx.gnm_random_graph(n, n, seed())])

    return [
        lambda n: networkx.gnm_random_graph(n, n // 2, seed()),  # sparse: many small components
        lambda n: networkx.gnm_random_graph(n, n, seed()),
        lambda n: networkx.gnp_random_graph(n, 0.4, seed()),  # dense
        networkx.path_graph,
        networkx.cycle_graph,
        networkx.star_graph,
        cliques,
        lambda n: networkx.grid_2d_graph(n // 8 + 1, 8),
        lambda n: networkx.random_labeled_tree(n, seed=seed()),
        networkx.empty_graph,  # isolated nodes only
        spiders,
        mixture,
    ]


def random_graph(number: int) -> networkx.Graph:
    """Graph `number`, with its nodes renamed in random order, and some self loops."""
    randomness = random.Random(number)
    makers = shapes(randomness)
    shape = makers[number % len(makers)](randomness.randint(1, 80))
    labels = list(range(len(shape)))
    randomness.shuffle(labels)
    names = {node: f"g{number:03}:n{label:03}" for node, label in zip(shape, labels, strict=True)}
    graph = networkx.relabel_nodes(shape, names)
    graph.add_edges_from(
        (node, node)
        for node, neighbours in list(graph.adjacency())
        if not neighbours or randomness.random() < 0.1
    )
    return graph


def random_edges(graphs: Iterable[networkx.Graph], order: random.Random) -> list[Edge]:
    """All edges, in any direction and order, some of them several times."""
    edges = [edge for graph in graphs for edge in graph.edges]
    edges += order.sample(edges, len(edges) // 5)
    edges = [edge if order.random() < 0.5 else edge[::-1] for edge in edges]
    order.shuffle(edges)
    return edges


def write_chain(path: Path, seed: int) -> None:
    """A path through text nodes whose names say nothing about their place in it: each shares one
    key with the node before it and one with the node after it."""
    duckdb.execute(f"""
        copy (
            with nodes as (
                select
                    place,
                    'n' || row_number() over (order by md5('chain' || place)) as node
                from range({CHAIN_LENGTH}) as places (place)
            )

            select
                node,
                place + step as link_key
            from nodes
            cross join range(2) as steps (step)
            order by md5(place || '{seed}'), step
        ) to '{path}' (format parquet)
    """)


def write_hub(path: Path, seed: int) -> None:
    """A number in the middle of a million others, which shares a key with each of them."""
    duckdb.execute(f"""
        copy (
            select
                if(is_hub, {HUB_NEIGHBOURS // 2}, node) as node,
                node as link_key
            from range({HUB_NEIGHBOURS + 1}) as nodes (node)
            cross join (values (true), (false)) as ends (is_hub)
            order by md5(node || '{seed}'), is_hub
        ) to '{path}' (format parquet)
    """)


def write_crowd(path: Path, seed: int) -> None:
    """A million numbers on one key."""
    duckdb.execute(f"""
        copy (
            select
                node,
                'everybody' as link_key
            from range({HUB_NEIGHBOURS}) as nodes (node)
            order by md5(node || '{seed}')
        ) to '{path}' (format parquet)
    """)


NULL_SIDES: list[Key] = [
    ("b", "shared"),
    ("a", "shared"),
    ("b", None),
    ("c", None),
    (None, "shared"),
    (None, "nobody's"),
    (None, None),
    ("c", "c's own"),
    ("d", "d's own"),
    ("d", "d's own"),
]


def write_all(folder: Path, seed: int, graphs: Iterable[networkx.Graph]) -> None:
    folder.mkdir()
    order = random.Random(seed)
    random_keys = keys_of(random_edges(graphs, order))
    write_keys(folder / "random_graphs.parquet", order.sample(random_keys, len(random_keys)))
    write_keys(folder / "no_keys.parquet", [])
    write_keys(folder / "null_sides.parquet", order.sample(NULL_SIDES, len(NULL_SIDES)))
    write_keys(folder / "guarded.parquet", keys_of([("n1", "n2")]))
    write_chain(folder / "chain.parquet", seed)
    write_hub(folder / "hub.parquet", seed)
    write_crowd(folder / "crowd.parquet", seed)


@pytest.fixture(scope="module")
def graphs() -> list[networkx.Graph]:
    return [random_graph(number) for number in range(N_GRAPHS)]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory, graphs: list[networkx.Graph]) -> Build:
    folder = tmp_path_factory.mktemp("built")
    write_all(folder / "keys", 1, graphs)
    return build(folder, "--threads", "4")


def test_all_models_build(built: Build) -> None:
    assert len(built.status) == 11
    assert set(built.status.values()) == {"success"}


def test_random_graphs_have_the_components_of_the_graph_library(
    built: Build, graphs: list[networkx.Graph]
) -> None:
    expected = {
        node: min(component)
        for graph in graphs
        for component in networkx.connected_components(graph)
        for node in component
        if len(component) > 1
    }
    assert len({node.partition(":")[0] for node in expected}) > N_GRAPHS * 3 // 4
    assert built.components("random_graphs") == expected
    assert built.components("colliding") == expected


def test_chain_is_one_component(built: Build) -> None:
    assert built.query(
        "select count(*), count(distinct node), min(component), max(component) from chain"
    ) == [(CHAIN_LENGTH, CHAIN_LENGTH, "n1", "n1")]


def test_hub_is_one_component(built: Build) -> None:
    n_nodes = HUB_NEIGHBOURS + 1
    assert built.query(
        "select count(*), count(distinct node), min(component), max(component) from hub"
    ) == [(n_nodes, n_nodes, 0, 0)]


def test_crowd_is_one_component(built: Build) -> None:
    assert built.query(
        "select count(*), count(distinct node), min(component), max(component) from crowd"
    ) == [(HUB_NEIGHBOURS, HUB_NEIGHBOURS, 0, 0)]


def test_no_keys_give_an_empty_table_of_the_same_types(built: Build) -> None:
    assert built.components("no_keys") == {}
    assert built.query(
        "select column_name, data_type from duckdb_columns()"
        " where table_name = 'no_keys' order by column_index"
    ) == [("node", "VARCHAR"), ("component", "VARCHAR")]


def test_numbers_stay_numbers(built: Build) -> None:
    assert built.query("select distinct typeof(node), typeof(component) from hub") == [
        ("BIGINT", "BIGINT")
    ]


def test_rows_without_node_or_key_link_nothing_and_who_shares_no_key_is_left_out(
    built: Build,
) -> None:
    assert built.components("null_sides") == {"a": "a", "b": "a"}


def test_every_model_logs_its_nodes_and_rounds(built: Build) -> None:
    lines = [line.partition("  ")[2] for line in built.output.splitlines()]
    lines = [line for line in lines if line.startswith("connected_components: ")]
    assert len(lines) == len(built.status)
    assert f"connected_components: hub, nodes: {HUB_NEIGHBOURS + 1:,}, rounds: 2" in lines


def test_nothing_but_the_models_stays_in_the_warehouse(built: Build) -> None:
    assert built.tables() == {*built.status, "guarded_hooks"}


def test_order_of_rows_and_number_of_threads_change_nothing(
    built: Build, graphs: list[networkx.Graph], tmp_path: Path
) -> None:
    write_all(tmp_path / "keys", 2, graphs[::-1])
    shuffled = build(tmp_path, "--threads", "1")
    with duckdb.connect() as connection:
        connection.execute(f"attach '{built.warehouse}' as one (read_only)")
        connection.execute(f"attach '{shuffled.warehouse}' as other (read_only)")
        for model in built.status:
            differences = connection.execute(f"""
                (from one.{model} except all from other.{model})
                union all
                (from other.{model} except all from one.{model})
            """).fetchall()
            assert not differences, model


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Build:
    """The guarded model, built where a view and the table of a killed run stood in its way, and the
    models that will fail when they are told to."""
    folder = tmp_path_factory.mktemp("guarded")
    (folder / "keys").mkdir()
    with duckdb.connect(folder / "warehouse.duckdb") as connection:
        connection.execute("create view guarded as select 1 as node")
        connection.execute("create table guarded__dbt_closure_0123abcd_result as select 1 as node")
        connection.execute("create table guarded__of_somebody as select 1 as node")
    write_keys(folder / "keys" / "guarded.parquet", keys_of([("n1", "n2"), ("n3", "n4")]))
    return build(folder, "--select", "guarded", "failing")


FAILING = ("fails_in_query", "fails_in_contract", "fails_in_hook")
GUARDED_TABLES = {"guarded", "guarded_hooks", "guarded__of_somebody", *FAILING}


def test_a_view_and_what_a_killed_run_left_are_replaced(guarded: Build) -> None:
    assert guarded.components("guarded") == {"n1": "n1", "n2": "n1", "n3": "n3", "n4": "n3"}
    assert guarded.tables() == GUARDED_TABLES


def test_hooks_docs_and_constraints(guarded: Build) -> None:
    assert guarded.query("from guarded_hooks") == [("built", 4), ("scratch", 0)]
    assert guarded.query("select comment from duckdb_tables() where table_name = 'guarded'") == [
        ("Components with hooks, constraints and persisted docs. One row per node.",)
    ]
    assert guarded.query(
        "select comment from duckdb_columns() where table_name = 'guarded' order by column_index"
    ) == [("The node.",), ("Least node of the component.",)]
    assert guarded.query(
        "select constraint_type from duckdb_constraints() where table_name = 'guarded' order by all"
    ) == [("NOT NULL",), ("PRIMARY KEY",)]


def test_the_next_build_replaces_the_table_and_a_failure_keeps_it(guarded: Build) -> None:
    folder = guarded.warehouse.parent
    write_keys(folder / "keys" / "guarded.parquet", keys_of([("n3", "n4")]))

    again = build(folder, "--select", "guarded", "failing", fail=True)
    assert again.status == {"guarded": "success", **dict.fromkeys(FAILING, "error")}
    assert again.components("guarded") == {"n3": "n3", "n4": "n3"}
    for model in FAILING:
        assert again.components(model) == {"n1": "n1", "n2": "n1", "n3": "n3", "n4": "n3"}, model
    for message in ("convert string 'n3'", "enforced contract that failed", "convert string 'x'"):
        assert message in again.output
    assert again.tables() == GUARDED_TABLES
