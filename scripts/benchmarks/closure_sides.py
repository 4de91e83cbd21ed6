"""One side of the closure's benchmark: `python -m scripts.benchmarks.closure_sides SIDE KEYS OUT`.

Prints the wall and CPU seconds of the step as JSON and leaves its labels in OUT/SIDE.parquet.
"""

from __future__ import annotations

import json
import logging
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import duckdb

from scripts.benchmarks.clock import Clock, of_models
from scripts.benchmarks.measure import ROOT, BenchmarkError

IDENTIFIERS = ("mobile", "email", "unionid", "member_no", "national_id")


def attached(keys: Path) -> duckdb.DuckDBPyConnection:
    """A database in memory that sees the file of keys as `data`."""
    connection = duckdb.connect()
    connection.execute(f"attach '{keys}' as data (read_only)")
    return connection


def floor(keys: Path, out: Path) -> Clock:
    """Reads the keys, one aggregate a key."""
    connection = attached(keys)
    clock = Clock()
    connection.execute("""
        select count(*), max(node)
        from (select link_key, min(node) as node from data.keys group by link_key)
    """).fetchall()
    clock.stop()
    return clock


def closure(keys: Path, out: Path, name: str = "keys") -> Clock:
    """The materialization, in a dbt project of one model.

    Raises:
        BenchmarkError: dbt failed.
    """
    side = "chain" if name == "chain" else "closure"
    project = out / f"project_{side}"
    shutil.rmtree(project, ignore_errors=True)
    (project / "models").mkdir(parents=True)
    (project / "dbt_project.yml").write_text(
        json.dumps(
            {
                "name": "closure_benchmark",
                "profile": "closure_benchmark",
                "macro-paths": [str(ROOT / "macros" / area) for area in ("engine", "identity")],
                "on-run-end": [f"copy labels to '{out / side}.parquet'"],
                "dispatch": [
                    {
                        "macro_namespace": "customer360",
                        "search_order": ["closure_benchmark", "dbt"],
                    }
                ],
            }
        ),
        encoding="utf-8",
    )
    profile = {
        "type": "duckdb",
        "path": str(project / "warehouse.duckdb"),
        "attach": [{"path": str(keys), "alias": "data", "read_only": True}],
    }
    (project / "profiles.yml").write_text(
        json.dumps({"closure_benchmark": {"target": "duckdb", "outputs": {"duckdb": profile}}}),
        encoding="utf-8",
    )
    (project / "models" / "labels.sql").write_text(
        "{{ config(materialized='connected_components') }}\n"
        f"select node, link_key from data.{name}\n",
        encoding="utf-8",
    )
    clock = Clock()
    if not of_models(
        clock, ["--quiet", "run", "--project-dir", str(project), "--profiles-dir", str(project)]
    ):
        raise BenchmarkError(f"dbt failed: see {project / 'logs'}")
    return clock


def chain(keys: Path, out: Path) -> Clock:
    """The materialization on a chain."""
    return closure(keys, out, "chain")


def splink(keys: Path, out: Path) -> Clock:
    """Splink's deterministic link on the same keys, and its clusters."""
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    connection = attached(keys)
    connection.execute("create view records as select * from data.records")
    clock = Clock()
    linker = Linker(
        DuckDBAPI(connection).register("records"),
        SettingsCreator(
            link_type="dedupe_only",
            unique_id_column_name="unique_id",
            blocking_rules_to_generate_predictions=[block_on(name) for name in IDENTIFIERS],
        ),
        log_level=logging.ERROR,
    )
    clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(
        linker.inference.deterministic_link()
    )
    clock.stop()
    connection.execute(f"""
        copy (select unique_id as node, cluster_id as component from {clusters.physical_name})
        to '{out / "splink"}.parquet'
    """)
    return clock


def scipy(keys: Path, out: Path) -> Clock:
    """SciPy on keys and nodes as numbers, with labels for the nodes themselves again."""
    import numpy
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    connection = attached(keys)
    clock = Clock()
    connection.execute("""
        create table nodes as
        select node, cast(row_number() over () - 1 as int) as place
        from (select distinct node from data.keys)
    """)
    connection.execute("""
        create table groups as
        select link_key, cast(row_number() over () - 1 as int) as place
        from (select distinct link_key from data.keys)
    """)
    rows = connection.execute("""
        select nodes.place as node, groups.place as key
        from data.keys
        inner join nodes using (node)
        inner join groups using (link_key)
    """).fetchnumpy()
    [(n_nodes, n_keys)] = connection.execute(
        "select (select count(*) from nodes), (select count(*) from groups)"
    ).fetchall()
    size = n_nodes + n_keys
    graph = coo_matrix(
        (
            numpy.ones(len(rows["node"]), dtype=numpy.bool_),
            (rows["node"], rows["key"] + n_nodes),
        ),
        shape=(size, size),
    )
    _, labels = connected_components(graph.tocsr(), directed=False)
    places = {"place": numpy.arange(n_nodes), "label": labels[:n_nodes]}
    connection.register("labels", places)
    connection.execute("""
        create table components as
        select nodes.node, min(nodes.node) over (partition by labels.label) as component
        from nodes
        inner join labels using (place)
    """)
    clock.stop()
    connection.execute(f"copy components to '{out / 'scipy'}.parquet'")
    return clock


def main() -> int:
    """Runs the side that the first argument names."""
    sides: dict[str, Callable[[Path, Path], Clock]] = {
        "floor": floor,
        "closure": closure,
        "chain": chain,
        "splink": splink,
        "scipy": scipy,
    }
    side, keys, out = sys.argv[1:]
    clock = sides[side](Path(keys), Path(out))
    print(json.dumps({"wall": clock.wall, "cpu": clock.cpu}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
