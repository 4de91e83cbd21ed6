"""Trains the parameters of probable matches; `--help` tells all."""

from __future__ import annotations

import argparse
import math
import sys
from dataclasses import replace
from pathlib import Path

import duckdb

# Run by its path, Python looks for modules beside this file only.
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from scripts.linkage.comparisons import COMPARISONS
from scripts.linkage.parameters import write_parameters
from scripts.linkage.training import Training, train

DESCRIPTION = """\
Learns from the entities of a warehouse, without labels, how often each comparison agrees among
matches (m) and among others (u), and writes them to a file for the variable linkage_parameters. The
weights are shown: log2 of m / u, how many times an agreement doubles the odds of a match.
"""
EPILOG = """\
The warehouse must hold int_identity__entities and int_identity__blocks:
  dbt build --select +int_identity__blocks --vars '{raw: files, raw_path: data/mine}'
The same warehouse gives the same file.

exit codes: 0 written, 2 could not train
"""
TABLES = ("int_identity__entities", "int_identity__blocks")
FEWEST_ENTITIES = 100


class TrainingError(Exception):
    """What is wrong and what to do, in one line."""


def parse(arguments: list[str] | None) -> argparse.Namespace:
    """The options."""
    parser = argparse.ArgumentParser(
        prog="train_linkage.py",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--warehouse", type=Path, required=True, metavar="FILE")
    parser.add_argument("--out", type=Path, required=True, metavar="JSON", help="file to write")
    parser.add_argument(
        "--about", default="", metavar="TEXT", help="what it was trained on, kept in the file"
    )
    return parser.parse_args(arguments)


def load(warehouse: Path) -> duckdb.DuckDBPyConnection:
    """A session in memory with the entities and blocks of a warehouse."""
    if not warehouse.is_file():
        raise TrainingError(f"{warehouse} does not exist: name the warehouse file of a build")
    con = duckdb.connect()
    path = str(warehouse).replace("'", "''")
    try:
        con.execute(f"attach '{path}' as warehouse (read_only)")
        for table in TABLES:
            con.execute(f"create table {table} as from warehouse.intermediate.{table}")
        con.execute("detach warehouse")
    except duckdb.CatalogException:
        raise TrainingError(
            f"{warehouse} lacks {' or '.join(TABLES)}: build them first (--help says how)"
        ) from None
    except duckdb.Error as error:
        raise TrainingError(f"{warehouse}: {str(error).splitlines()[0]}") from None
    [(n_entities,)] = con.sql(f"select count(*) from {TABLES[0]}").fetchall()
    if n_entities < FEWEST_ENTITIES:
        raise TrainingError(
            f"{warehouse} has {n_entities} entities, too few to learn from ({FEWEST_ENTITIES})"
        )
    return con


def report(training: Training) -> str:
    """The weights of all levels, and what each blocking rule finds."""
    lines = [
        f"{training.n_entities:,} entities, {training.n_pairs:,} pairs in blocks,"
        f" {training.rounds} rounds, {training.parameters.partners_per_entity:.4f} partners each",
        "",
        f"{'comparison':<12}{'level':<18}{'m':>10}{'u':>12}{'weight':>9}",
    ]
    for comparison in COMPARISONS:
        for level in comparison.scored_levels:
            m, u = training.parameters.levels[comparison.name][level]
            lines.append(
                f"{comparison.name:<12}{level:<18}{m:>10.5f}{u:>12.7f}{math.log2(m / u):>+9.2f}"
            )
    lines += ["", f"{'blocking rule':<34}{'pairs':>12}{'matches':>12}"]
    lines += [
        f"{rule:<34}{n:>12,}{matches:>12,.0f}"
        for rule, (n, matches) in training.pairs_of_rule.items()
    ]
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> int:
    """Runs the command line; returns its exit code."""
    options = parse(arguments)
    try:
        con = load(options.warehouse)
        training = train(con, *TABLES)
        about = {"entities": training.n_entities, "pairs": training.n_pairs}
        if options.about:
            about["about"] = options.about
        write_parameters(options.out, replace(training.parameters, trained_on=about))
    except (TrainingError, duckdb.Error, OSError) as error:
        print(f"train_linkage.py: {str(error).splitlines()[0]}", file=sys.stderr)
        return 2
    print(report(training))
    print(f"\nwritten to {options.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
