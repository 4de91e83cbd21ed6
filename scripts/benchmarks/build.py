"""Build generated extracts of a given size and say where the time and the memory went.

The extracts are generated once a size and used again. With --compare, two versions of the project
are built in turn on the same extracts.
"""

from __future__ import annotations

import argparse
import dataclasses
import datetime
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb

from scripts.benchmarks.measure import (
    ROOT,
    BenchmarkError,
    count,
    in_turn,
    machine,
    ratios,
    run_process,
    table,
    write_result,
)

LAYERS = (
    *("hooks", "seeds", "staging", "identity", "profile", "activity", "catalog", "behavior"),
    *("quality", "marts", "tests", "dbt itself"),
)
# Only the speed of hashing counts here, and both sides of a comparison must hash alike.
HASH_KEY = "0123456789abcdef" * 4


@dataclasses.dataclass(frozen=True)
class Node:
    """One node of a build: what it is, when it ran (seconds since any moment), its rows."""

    name: str
    layer: str
    started: float
    completed: float
    n_rows: int | None = None

    @property
    def seconds(self) -> float:
        """From start to end, whatever ran beside it."""
        return self.completed - self.started


@dataclasses.dataclass(frozen=True)
class Layer:
    """The nodes of one layer; the wall seconds of all layers add up to those of the build."""

    layer: str
    n_nodes: int
    wall_seconds: float
    share: float
    n_rows: int


@dataclasses.dataclass(frozen=True)
class Build:
    """One finished build: its process and its nodes."""

    wall_seconds: float
    cpu_seconds: float
    peak_gigabytes: float
    warehouse_gigabytes: float
    nodes: tuple[Node, ...]


def layer_of(resource_type: str, path: str) -> str:
    """The layer of a node by its kind and its file; models of marts are one layer."""
    if resource_type in ("test", "unit_test"):
        return "tests"
    if resource_type == "seed":
        return "seeds"
    if resource_type == "model":
        parts = Path(path).parts
        return parts[2] if parts[1] == "intermediate" else parts[1]
    return "hooks"


def nodes_of(
    run_results: Mapping[str, Any],
    manifest: Mapping[str, Any],
    n_rows: Mapping[str, int],
) -> tuple[Node, ...]:
    """The nodes that ran, from dbt's artifacts; n_rows: rows by the name of the relation."""
    known = {**manifest["nodes"], **manifest.get("unit_tests", {})}
    nodes = []
    for result in run_results["results"]:
        moments = [
            datetime.datetime.fromisoformat(timing[side]).timestamp()
            for timing in result["timing"]
            for side in ("started_at", "completed_at")
            if timing[side]
        ]
        if not moments:
            continue
        identifier = result["unique_id"]
        node = known.get(identifier, {})
        nodes.append(
            Node(
                name=node.get("name", identifier.rsplit(".", 1)[-1]),
                layer=layer_of(
                    node.get("resource_type", identifier.split(".")[0]),
                    node.get("original_file_path", ""),
                ),
                started=min(moments),
                completed=max(moments),
                n_rows=n_rows.get(result.get("relation_name") or ""),
            )
        )
    return tuple(nodes)


def wall_seconds_by_layer(nodes: Iterable[Node]) -> dict[str, float]:
    """Wall seconds of each layer: a moment in which several nodes run is divided among them."""
    events = sorted(
        (moment, step, node.layer)
        for node in nodes
        for moment, step in ((node.started, 1), (node.completed, -1))
    )
    running: dict[str, int] = {}
    seconds: dict[str, float] = {}
    before = 0.0
    for moment, step, layer in events:
        n_running = sum(running.values())
        for other, n in running.items():
            if n:
                seconds[other] = seconds.get(other, 0.0) + (moment - before) * n / n_running
        running[layer] = running.get(layer, 0) + step
        before = moment
    return seconds


def layers_of(build: Build) -> tuple[Layer, ...]:
    """What each layer took, in the order of the data; what no node took is dbt's own."""
    seconds = wall_seconds_by_layer(build.nodes)
    seconds["dbt itself"] = max(build.wall_seconds - sum(seconds.values()), 0.0)
    layers = []
    for layer in (*LAYERS, *sorted(set(seconds) - set(LAYERS))):
        if layer in seconds:
            nodes = [node for node in build.nodes if node.layer == layer]
            layers.append(
                Layer(
                    layer=layer,
                    n_nodes=len(nodes),
                    wall_seconds=seconds[layer],
                    share=seconds[layer] / build.wall_seconds,
                    n_rows=sum(node.n_rows or 0 for node in nodes),
                )
            )
    return tuple(layers)


def report(title: str, build: Build, n_slowest: int = 10) -> str:
    """One build as Markdown: its figures, its layers, its slowest nodes."""
    slowest = sorted(build.nodes, key=lambda node: (-node.seconds, node.name))[:n_slowest]
    return "\n".join(
        [
            f"# {title}",
            "",
            f"{machine()}; {build.wall_seconds:.0f} s, of CPU {build.cpu_seconds:.0f} s; "
            f"peak memory {build.peak_gigabytes:.2f} GB; "
            f"warehouse {build.warehouse_gigabytes:.2f} GB",
            "",
            table(
                ("layer", "nodes", "seconds", "share", "rows"),
                [
                    (
                        layer.layer,
                        str(layer.n_nodes),
                        f"{layer.wall_seconds:.1f}",
                        f"{layer.share:.0%}",
                        f"{layer.n_rows:,}" if layer.n_rows else "",
                    )
                    for layer in layers_of(build)
                ],
            ),
            "",
            "Where several nodes run at a time, each has its part of it. The slowest nodes, by "
            "themselves:",
            "",
            table(
                ("node", "seconds", "rows"),
                [
                    (
                        node.name,
                        f"{node.seconds:.1f}",
                        "" if node.n_rows is None else f"{node.n_rows:,}",
                    )
                    for node in slowest
                ],
            ),
            "",
        ]
    )


def comparison(reference: str, pairs: Sequence[tuple[Build, Build]]) -> str:
    """Pairs of (reference, this tree) as Markdown: medians of both, and of the ratios."""
    figures: dict[str, Callable[[Build], float]] = {
        "wall seconds": lambda build: build.wall_seconds,
        "CPU seconds": lambda build: build.cpu_seconds,
        "peak memory, GB": lambda build: build.peak_gigabytes,
        "warehouse, GB": lambda build: build.warehouse_gigabytes,
    }
    rows = []
    for name, figure in figures.items():
        of_old, of_new, ratio, least, greatest = ratios(
            [(figure(old), figure(new)) for old, new in pairs]
        )
        rows.append(
            (
                name,
                f"{of_old:.2f}",
                f"{of_new:.2f}",
                f"{ratio:.2f}",
                f"{least:.2f} to {greatest:.2f}",
            )
        )
    header = ("median", reference, "this tree", "ratio", "ratios of pairs")
    return f"# This tree against {reference}, {len(pairs)} pairs\n\n{table(header, rows)}\n"


def progress_of(line: str) -> tuple[int, int] | None:
    """The number of the node that a line of dbt's log ends, and how many there are."""
    found = re.search(r"\b(\d+) of (\d+) (?!START)(?!.* hook: )", line)
    return (int(found[1]), int(found[2])) if found else None


class Progress:
    """One line that is written over on a terminal; elsewhere a line for each tenth."""

    def __init__(self, label: str) -> None:
        """Starts with nothing done."""
        self._label, self._done, self._tenth = label, 0, 0

    def step(self, total: int) -> None:
        """One node more is done."""
        self._done += 1
        tenth = 10 * self._done // max(total, 1)
        if sys.stderr.isatty():
            end = "\n" if self._done >= total else ""
            print(f"\r{self._label}: {self._done}/{total}", end=end, file=sys.stderr, flush=True)
        elif tenth > self._tenth:
            print(f"{self._label}: {self._done}/{total}", file=sys.stderr, flush=True)
        self._tenth = tenth


def environment(warehouse: Path) -> dict[str, str]:
    """The environment of a dbt that builds into a warehouse of its own."""
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith("DBT_")},
        "WAREHOUSE": str(warehouse),
        "CUSTOMER360_HASH_KEY": HASH_KEY,
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "PYTHONUTF8": "1",
    }


def run_build(tree: Path, data: Path, folder: Path, label: str, dbt: Sequence[str]) -> Build:
    """Build the project of a tree on extracts, into a folder.

    Raises:
        BenchmarkError: the build failed.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    warehouse = folder / "warehouse.duckdb"
    progress = Progress(label)

    def on_line(line: str) -> None:
        if found := progress_of(line):
            progress.step(found[1])

    usage, _ = run_process(
        [
            *(sys.executable, "-W", "ignore", "-m", "dbt.cli.main", "--no-use-colors", "build"),
            *("--vars", json.dumps({"raw": "files", "raw_path": str(data.resolve())})),
            *("--target-path", str(folder / "target"), "--log-path", str(folder / "logs")),
            *dbt,
        ],
        failure=f"the build of {tree} failed; see {folder / 'logs'}",
        cwd=tree,
        env=environment(warehouse),
        on_line=on_line,
    )
    return Build(
        wall_seconds=usage.wall_seconds,
        cpu_seconds=usage.cpu_seconds,
        peak_gigabytes=usage.peak_gigabytes,
        warehouse_gigabytes=warehouse.stat().st_size / 1e9,
        nodes=nodes_of(
            json.loads((folder / "target" / "run_results.json").read_bytes()),
            json.loads((folder / "target" / "manifest.json").read_bytes()),
            rows_of_tables(warehouse),
        ),
    )


def rows_of_tables(warehouse: Path) -> dict[str, int]:
    """Rows by the name that dbt gives the relation; views have none of their own."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        tables = connection.execute(
            "select database_name, schema_name, table_name from duckdb_tables()"
        ).fetchall()
        names = [".".join(f'"{part}"' for part in parts) for parts in tables]
        return {
            name: connection.execute(f"select count(*) from {name}").fetchall()[0][0]
            for name in names
        }


def generated(data: Path, records: int) -> Path:
    """The folder of extracts, generated where it is not there; a broken one is made anew."""
    if not (data / "truth" / "parameters.json").is_file():
        shutil.rmtree(data, ignore_errors=True)
        command = [
            *(sys.executable, str(ROOT / "scripts" / "generate.py"), "--records", str(records)),
            *("--out", str(data), "--format", "parquet"),
        ]
        if subprocess.run(command, cwd=ROOT, check=False).returncode:
            raise BenchmarkError(f"{data}: the extracts could not be generated; see above.")
    return data


def checked_out(reference: str, folder: Path) -> Path:
    """A worktree of a git reference."""
    shutil.rmtree(folder, ignore_errors=True)
    for command in (
        ["git", "worktree", "prune"],
        ["git", "worktree", "add", "--quiet", "--detach", str(folder), reference],
    ):
        done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
        if done.returncode:
            raise BenchmarkError(f"{reference}: {done.stderr.strip()}")
    return folder


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command line of this part."""
    parser.add_argument(
        "--records", type=count, default=100_000, help="account records (default: 100000)"
    )
    parser.add_argument(
        "--data", type=Path, help="extracts to build (default: generated in the results' folder)"
    )
    parser.add_argument(
        "--compare", metavar="REF", help="build a git reference in turn with this tree"
    )
    parser.add_argument(
        "--pairs", type=count, default=3, help="builds of each side with --compare (default: 3)"
    )
    parser.add_argument("--no-tests", action="store_true", help="build without tests")
    parser.add_argument("--threads", type=count, help="nodes at a time (default: the profile's)")


def run(parsed: argparse.Namespace) -> None:
    """Generates, builds, reports.

    Raises:
        BenchmarkError: there is nothing to build, or a build failed.
    """
    folder = parsed.out.resolve() / str(parsed.records)
    dbt = [
        *(["--exclude-resource-type", "test", "unit_test"] if parsed.no_tests else []),
        *(["--threads", str(parsed.threads)] if parsed.threads else []),
    ]
    worktree = folder / "reference"
    try:
        data = parsed.data or generated(folder / "data", parsed.records)
        if not data.is_dir():
            raise BenchmarkError(f"{data}: there is no such folder of extracts.")
        if not parsed.compare:
            build = run_build(ROOT, data, folder / "build", "build", dbt)
            title = f"{parsed.records:,} account records"
            return write_result(folder, report(title, build), dataclasses.asdict(build))
        sides = {parsed.compare: checked_out(parsed.compare, worktree), "this tree": ROOT}
        pairs = []
        for number in range(1, parsed.pairs + 1):
            builds = {
                name: run_build(sides[name], data, folder / "build", f"pair {number}, {name}", dbt)
                for name in in_turn(list(sides), number)
            }
            pairs.append((builds[parsed.compare], builds["this tree"]))
        return write_result(
            folder,
            comparison(parsed.compare, pairs),
            [[dataclasses.asdict(build) for build in pair] for pair in pairs],
        )
    finally:
        if worktree.exists():
            subprocess.run(
                ["git", "worktree", "remove", "--force", str(worktree)], cwd=ROOT, check=False
            )
