"""The whole identity part beside Splink's full pipeline, and a batch of changes beside a full run.

Extracts are generated; seeds and staging are built beforehand. Sides:
  full    every model of models/intermediate/identity, into a warehouse that has none of them yet
  batch   the same, after every hundredth account was added, changed or deleted
  splink  training, prediction and clusters over the same records (splink_baseline.py)
Times are those of the models, without starting Python or dbt; memory is the whole process's. In
the first pair the batch has to end in the same entities and clusters as a full run on its extracts.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import shutil
import statistics
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb

from scripts.benchmarks.build import environment, generated
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

MODELS = "path:models/intermediate/identity"
ACCOUNTS = {
    "crm/customers": "customer_no",
    "shop/accounts": "account_id",
    "store/members": "member_no",
    "social/followers": "openid",
    "wecom/contacts": "external_userid",
}
# Columns whose value another account of the same table takes over: a number that moves.
MOVING = {"wecom/contacts": "remark_mobile"}
# Of so many accounts one is added, one is changed and one is deleted: 1% in all.
ONE_OF = 300
SIDES = ("full", "batch", "splink")
COMPARED = (("full", "splink"), ("batch", "full"))


@dataclasses.dataclass(frozen=True)
class Part:
    """What one side used for one run."""

    wall_seconds: float
    cpu_seconds: float
    peak_gigabytes: float


def changed_extracts(data: Path, folder: Path) -> tuple[Path, Path]:
    """The extracts before and after the batch: all but the tables of accounts are the same."""
    before, after = folder / "before", folder / "after"
    if (folder / "done").is_file():
        return before, after
    for state in (before, after):
        shutil.rmtree(state, ignore_errors=True)
        shutil.copytree(data, state, copy_function=_link)
    for name, key in ACCOUNTS.items():
        number = MOVING.get(name, "mobile")
        group = f"hash({key}) % {ONE_OF}"
        for state, sql in (
            (before, f"from '{data / name}.parquet' where {group} <> 0"),
            (
                after,
                f"""
                select * replace (
                    if({group} = 1, lead({number}, 7) over (order by {key}), {number}) as {number}
                )
                from '{data / name}.parquet'
                where {group} <> 2
                """,
            ),
        ):
            target = state / f"{name}.parquet"
            if not target.is_file():
                raise BenchmarkError(f"{target}: there is no such table of accounts.")
            target.unlink()
            duckdb.execute(f"copy ({sql}) to '{target}' (format parquet)")
    (folder / "done").touch()
    return before, after


def _link(source: str, target: str) -> None:
    Path(target).hardlink_to(source)


def dbt(data: Path, folder: Path, *command: str) -> list[str | Path]:
    """A dbt command on extracts, in this project."""
    return [
        *(sys.executable, "-W", "ignore", "-m", "scripts.benchmarks.timed_dbt", *command),
        *("--vars", json.dumps({"raw": "files", "raw_path": str(data.resolve())})),
        *("--target-path", folder / "target", "--log-path", folder / "logs"),
    ]


def prepare(data: Path, folder: Path, warehouse: Path) -> None:
    """Builds what the identity models read."""
    run_process(
        dbt(
            *(data, folder, "build", "--exclude-resource-type", "test", "unit_test"),
            *("--select", f"+{MODELS}", "--exclude", MODELS),
        ),
        env=environment(warehouse),
        failure=f"the staging of {data} failed; see {folder / 'logs'}",
    )


def run_identity(data: Path, folder: Path, warehouse: Path) -> Part:
    """Runs the identity models in a prepared warehouse."""
    usage, said = run_process(
        dbt(data, folder, "run", "--select", MODELS),
        env=environment(warehouse),
        failure=f"the identity models on {data} failed; see {folder / 'logs'}",
    )
    seconds = json.loads(said[-1])
    return Part(seconds["wall"], seconds["cpu"], usage.peak_gigabytes)


def run_splink(warehouse: Path) -> Part:
    """Runs Splink over the records of a warehouse."""
    usage, said = run_process(
        [
            *(sys.executable, ROOT / "scripts" / "benchmarks" / "splink_baseline.py"),
            *("--warehouse", warehouse),
        ],
        failure=f"Splink on {warehouse} failed",
    )
    costs = json.loads(said[-1])["costs"].values()
    return Part(
        sum(cost["wall"] for cost in costs),
        sum(cost["cpu"] for cost in costs),
        usage.peak_gigabytes,
    )


def check_partition(batch: Path, full: Path) -> None:
    """Both warehouses hold the same entities and clusters.

    Raises:
        BenchmarkError: they do not.
    """
    with duckdb.connect() as connection:
        connection.execute(f"attach '{batch}' as batch (read_only)")
        connection.execute(f"attach '{full}' as full_run (read_only)")
        model = "intermediate.int_identity__clusters"
        columns = "record_id, entity_id, cluster_id"
        [(n_differences,)] = connection.execute(f"""
            with
            ours as (select {columns} from batch.{model}),
            theirs as (select {columns} from full_run.{model})

            select count(*)
            from ((from ours except from theirs) union all (from theirs except from ours))
        """).fetchall()
    if n_differences:
        raise BenchmarkError(f"{n_differences:,} records differ between a batch and a full run")


def report(title: str, figures: Mapping[str, Sequence[Part]]) -> str:
    """All sides as Markdown: medians, and ratios of pairs."""
    names = ("wall_seconds", "cpu_seconds", "peak_gigabytes")
    header = ("seconds", "CPU seconds", "peak GB")
    medians = [
        (
            side,
            *(f"{statistics.median(getattr(part, name) for part in parts):.2f}" for name in names),
        )
        for side, parts in figures.items()
    ]
    quotients = []
    for side, reference in COMPARED:
        if side in figures and reference in figures:
            cells = []
            for name in names:
                _, _, ratio, least, greatest = ratios(
                    [
                        (getattr(theirs, name), getattr(ours, name))
                        for theirs, ours in zip(figures[reference], figures[side], strict=True)
                    ]
                )
                cells.append(f"{ratio:.2f} ({least:.2f} to {greatest:.2f})")
            quotients.append((f"{side} / {reference}", *cells))
    return "\n\n".join(
        [
            f"# {title}",
            machine(),
            table(("side", *header), medians),
            table(("ratio", *header), quotients),
            "",
        ]
    )


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command line of this part."""
    parser.add_argument(
        "--records", type=count, default=100_000, help="account records (default: 100000)"
    )
    parser.add_argument(
        "--data", type=Path, help="extracts, in Parquet (default: generated)", metavar="FOLDER"
    )
    parser.add_argument("--pairs", type=count, default=5, help="runs of each side (default: 5)")
    parser.add_argument(
        "--sides", nargs="+", choices=SIDES, default=list(SIDES), help="default: all"
    )


def run(parsed: argparse.Namespace) -> None:
    """Prepares the extracts and their staging, runs all sides in turn, reports.

    Raises:
        BenchmarkError: a side failed, or a batch ends in another partition than a full run.
    """
    folder = parsed.out.resolve() / str(parsed.records)
    data = parsed.data or generated(folder / "data", parsed.records)
    before, after = changed_extracts(data, folder / "extracts")
    prepared = folder / "prepared.duckdb"
    if not prepared.is_file():
        unfinished = folder / "unfinished.duckdb"
        unfinished.unlink(missing_ok=True)
        prepare(before, folder, unfinished)
        unfinished.rename(prepared)
    warehouse = folder / "warehouse.duckdb"
    sides = [side for side in SIDES if side in parsed.sides or side == "full"]
    figures: dict[str, list[Part]] = {side: [] for side in sides}
    for pair in range(1, parsed.pairs + 1):
        # Splink and the batch need what a full run made.
        shutil.copyfile(prepared, warehouse)
        parts = {"full": run_identity(before, folder, warehouse)}
        for side in in_turn([side for side in sides if side != "full"], pair):
            if side == "splink":
                parts[side] = run_splink(warehouse)
            else:
                prepare(after, folder, warehouse)
                parts[side] = run_identity(after, folder, warehouse)
        for side, part in parts.items():
            figures[side].append(part)
            print(
                f"pair {pair}, {side}: {part.wall_seconds:.1f} s, CPU {part.cpu_seconds:.1f} s, "
                f"{part.peak_gigabytes:.2f} GB",
                file=sys.stderr,
                flush=True,
            )
        if pair == 1 and "batch" in sides:
            other = folder / "other.duckdb"
            other.unlink(missing_ok=True)
            prepare(after, folder, other)
            run_identity(after, folder, other)
            check_partition(warehouse, other)
            other.unlink()
    write_result(
        folder,
        report(
            f"Identity, {parsed.records:,} account records, medians of {parsed.pairs} runs of each",
            figures,
        ),
        {side: [dataclasses.asdict(part) for part in parts] for side, parts in figures.items()},
    )
