"""The exact closure, from keys to labels, beside its floor, SciPy, and Splink's deterministic link.

All sides read one file: synthetic records with up to five identifiers each, as rows (node,
link_key) and, for Splink, as one row a record. Sides:
  floor    reads the keys, one aggregate a key: what nobody can do without
  closure  the materialization connected_components, run by dbt into a warehouse file
  chain    the same on a chain of as many records in random order
  splink   deterministic_link on the same keys, then cluster_pairwise_predictions_at_threshold
  scipy    connected_components on texts turned into numbers, and back
Times are those of the step itself, without starting Python or dbt; memory is the whole process's.
In the first pair the labels of closure and splink are compared with those of scipy.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import math
import statistics
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb

from scripts.benchmarks.measure import (
    BenchmarkError,
    count,
    in_turn,
    machine,
    ratios,
    run_process,
    table,
    write_result,
)

SIDES = ("floor", "closure", "chain", "splink", "scipy")
# Ratios that the project has goals for: (side, reference).
COMPARED = (("closure", "splink"), ("closure", "floor"), ("chain", "closure"), ("closure", "scipy"))
IDENTIFIERS = ("mobile", "email", "unionid", "member_no", "national_id")


@dataclasses.dataclass(frozen=True)
class Step:
    """What one side used for one run."""

    wall_seconds: float
    cpu_seconds: float
    peak_gigabytes: float


Figures = Mapping[tuple[str, int], Sequence[Step]]


def made_keys(path: Path, records: int) -> Path:
    """The file of records and keys, made where it is not there: the same for the same number.

    Most people have one to four records; some identifiers are missing, and some stand on one
    record only. A chain has no other identifiers.
    """
    if path.is_file():
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".unfinished")
    unfinished.unlink(missing_ok=True)
    with duckdb.connect(str(unfinished)) as connection:
        connection.execute(f"""
            create table records as
            with people as (
                select
                    number,
                    hash(number * 7 + 1) % greatest({records} * 45 // 100, 1) as person,
                    ['crm:', 'shop:tmall.s01.A', 'store:M', 'social:app1.o', 'wecom:corp1.e'][
                        cast(1 + hash(number * 3 + 5) % 5 as int)
                    ] || number as unique_id
                from range({records}) as numbers (number)
            )

            select
                unique_id,
                {_identifier("mobile", 1, present=85, own=10)},
                {_identifier("email", 2, present=45, own=15)},
                {_identifier("unionid", 3, present=40, own=0)},
                {_identifier("member_no", 4, present=50, own=50)},
                {_identifier("national_id", 5, present=15, own=0)}
            from people
        """)
        connection.execute(f"""
            create table keys as
            select unique_id as node, link_key
            from (unpivot records on {", ".join(IDENTIFIERS)} into name kind value link_key)
        """)
        connection.execute(f"""
            create table chain as
            with records as (
                select place, 'crm:' || row_number() over (order by hash(place)) as node
                from range({records}) as places (place)
            )

            select node, sha256('link|' || (place + step)) as link_key
            from records
            cross join range(2) as steps (step)
            order by hash(place), step
        """)
    unfinished.rename(path)
    return path


def _identifier(name: str, number: int, *, present: int, own: int) -> str:
    """SQL of one identifier: on so many records of a hundred, of those so many with one's own."""
    return f"""
        case when hash(number * 11 + {2 * number}) % 100 < {present} then sha256(
            '{name}|' || case
                when hash(number * 11 + {2 * number + 1}) % 100 < {own} then 'own' || number
                else cast(person as varchar)
            end
        ) end as {name}"""


def run_side(side: str, keys: Path, folder: Path) -> Step:
    """Runs one side as a process of its own, which leaves its labels in `folder`.

    Raises:
        BenchmarkError: it failed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    usage, said = run_process(
        [
            *(sys.executable, "-W", "ignore", "-m", "scripts.benchmarks.closure_sides"),
            *(side, keys.resolve(), folder.resolve()),
        ],
        failure=f"{side} on {keys} failed",
    )
    seconds = json.loads(said[-1])
    return Step(seconds["wall"], seconds["cpu"], usage.peak_gigabytes)


def check_labels(folder: Path, sides: Sequence[str]) -> None:
    """Every side's labels are those of SciPy, the least node naming each component.

    Raises:
        BenchmarkError: they are not.
    """
    with duckdb.connect() as connection:
        for side in set(sides) & {"closure", "splink"}:
            [(n_differences,)] = connection.execute(f"""
                with ours as (
                    select node, min(node) over (partition by component) as component
                    from '{folder / side}.parquet'
                    qualify count(*) over (partition by component) > 1
                ),
                theirs as (
                    select node, min(node) over (partition by component) as component
                    from '{folder / "scipy"}.parquet'
                    qualify count(*) over (partition by component) > 1
                )

                select count(*)
                from (
                    (from ours except all from theirs) union all (from theirs except all from ours)
                )
            """).fetchall()
            if n_differences:
                raise BenchmarkError(f"{side}: {n_differences:,} labels differ from SciPy's")


def exponent(small: float, large: float, n_small: int, n_large: int) -> float:
    """The power of the number of records with which a time grows."""
    return math.log(large / small) / math.log(n_large / n_small)


def report(figures: Figures, sides: Sequence[str], sizes: Sequence[int]) -> str:
    """All sides and sizes as Markdown: medians, ratios of pairs, growth."""

    def values(side: str, size: int, name: str) -> list[float]:
        return [getattr(step, name) for step in figures[side, size]]

    n_pairs = len(next(iter(figures.values())))
    medians = [
        (
            f"{size:,}",
            side,
            *(
                f"{statistics.median(values(side, size, name)):.2f}"
                for name in ("wall_seconds", "cpu_seconds", "peak_gigabytes")
            ),
        )
        for size in sizes
        for side in sides
    ]
    quotients = []
    for side, reference in COMPARED:
        if side in sides and reference in sides:
            for size in sizes:
                cells = []
                for name in ("wall_seconds", "cpu_seconds", "peak_gigabytes"):
                    pairs = list(
                        zip(values(reference, size, name), values(side, size, name), strict=True)
                    )
                    _, _, ratio, least, greatest = ratios(pairs)
                    cells.append(f"{ratio:.2f} ({least:.2f} to {greatest:.2f})")
                quotients.append((f"{side} / {reference}", f"{size:,}", *cells))
    ends = min(sizes), max(sizes)
    growth = []
    for side in sides if len(sizes) > 1 else ():
        powers = []
        for name in ("wall_seconds", "cpu_seconds"):
            small, large = (statistics.median(values(side, size, name)) for size in ends)
            powers.append(f"{exponent(small, large, *ends):.2f}")
        growth.append((side, *powers))
    parts = [
        f"# Closure, medians of {n_pairs} interleaved runs of each side",
        machine(),
        table(("records", "side", "seconds", "CPU seconds", "peak GB"), medians),
        table(("ratio", "records", "seconds", "CPU seconds", "peak GB"), quotients),
    ]
    if growth:
        parts += [
            f"Exponents of growth from {ends[0]:,} to {ends[1]:,} records:",
            table(("side", "seconds", "CPU seconds"), growth),
        ]
    return "\n\n".join(parts) + "\n"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The command line of this part."""
    parser.add_argument(
        "--records",
        type=count,
        nargs="+",
        default=[1_000_000],
        help="one size or several (default: 1000000)",
    )
    parser.add_argument("--pairs", type=count, default=5, help="runs of each side (default: 5)")
    parser.add_argument(
        "--sides", nargs="+", choices=SIDES, default=list(SIDES), help="default: all"
    )


def run(parsed: argparse.Namespace) -> None:
    """Makes the keys, runs all sides in turn, reports.

    Raises:
        BenchmarkError: a side failed, or labels differ.
    """
    out = parsed.out.resolve()
    sizes = sorted(set(parsed.records))
    sides = [side for side in SIDES if side in parsed.sides]
    figures: dict[tuple[str, int], list[Step]] = {
        (side, size): [] for side in sides for size in sizes
    }
    for pair in range(1, parsed.pairs + 1):
        for size in sizes:
            keys = made_keys(out / f"{size}.duckdb", size)
            for side in in_turn(sides, pair):
                step = run_side(side, keys, out / "labels")
                figures[side, size].append(step)
                print(
                    f"pair {pair}, {size:,} records, {side}: {step.wall_seconds:.2f} s, "
                    f"CPU {step.cpu_seconds:.2f} s, {step.peak_gigabytes:.2f} GB",
                    file=sys.stderr,
                    flush=True,
                )
            if pair == 1 and "scipy" in sides:
                check_labels(out / "labels", sides)
    write_result(
        out / "-".join(map(str, sizes)),
        report(figures, sides, sizes),
        [
            {"side": side, "records": size, "runs": [dataclasses.asdict(step) for step in steps]}
            for (side, size), steps in figures.items()
        ],
    )
