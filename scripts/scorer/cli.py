"""The command line of the score: a data set with truth, its build, the table."""

from __future__ import annotations

import argparse
import contextlib
import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import duckdb
import yaml

from scripts import intake
from scripts.generator.cli import write_folder
from scripts.generator.config import PROJECT, Settings
from scripts.hash_key import hash_key

from . import cells, kinds_of_error, lines, mapping, outcomes, report
from .kinds_of_error import Score

RECORDS = 50_000
# Not the seed of the sample, on which rules were written.
SEED = 20261122

DESCRIPTION = """\
Generates a data set whose truth is known, builds it, and lays the build beside the truth: recall
and precision of each kind of injected error, of customer classes, of the reasons why orders do not
count, of mentions and of identities. scripts/scorer/kinds.csv says what counts as caught, and
which recall and precision each kind must reach. What is inferred has no target; floors.csv has
what it reached when it was last looked at, less some room, so that a step back shows.
"""
EPILOG = """\
writes into OUT: raw/ (the data set and its truth), warehouse.duckdb, score.md, score.csv; with
--noise heavy also heavy/extracts (files as bad sources leave them) and heavy/read (what intake
made of them)

exit codes: 0 every target and floor met, 1 one missed, 2 could not score
"""


def parse(arguments: list[str] | None) -> argparse.Namespace:
    """The options."""
    parser = argparse.ArgumentParser(
        prog="score.py",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "--records", type=int, default=RECORDS, metavar="N", help="accounts (default %(default)s)"
    )
    parser.add_argument("--seed", type=int, default=SEED, metavar="S", help="default %(default)s")
    parser.add_argument(
        "--out",
        type=Path,
        default=PROJECT / "build" / "score",
        metavar="DIR",
        help="default build/score",
    )
    parser.add_argument(
        "--noise",
        choices=("default", "heavy"),
        default="default",
        help="heavy: also break lines of a second data set, and score what intake makes of them",
    )
    parser.add_argument(
        "--built",
        action="store_true",
        help="score what is in OUT already instead of generating and building it anew",
    )
    options = parser.parse_args(arguments)
    if options.records < 1 or options.seed < 0:
        parser.error("--records must be 1 or more, --seed 0 or more")
    return options


def build(out: Path) -> None:
    """Seeds and models of the data set in OUT, in a warehouse of their own."""
    warehouse = out / "warehouse.duckdb"
    warehouse.unlink(missing_ok=True)
    command = [
        *(sys.executable, "-W", "ignore", "-m", "dbt.cli.main", "--quiet", "build"),
        *("--exclude-resource-type", "test", "--exclude-resource-type", "unit_test"),
        *("--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT)),
        *("--target-path", str(out / "target"), "--log-path", str(out / "logs")),
        *("--vars", yaml.safe_dump({"raw": "files", "raw_path": str(out / "raw")})),
    ]
    subprocess.run(
        command,
        cwd=PROJECT,
        env={**os.environ, "WAREHOUSE": str(warehouse), "PYTHONUTF8": "1"},
        check=True,
    )


def read_heavy(settings: Settings, heavy: Path) -> None:
    """A data set with heavy noise, and what intake reads of it."""
    write_folder(settings, heavy / "extracts", "csv")
    with contextlib.redirect_stdout(sys.stderr):
        code = intake.main([str(heavy / "extracts"), str(heavy / "read")])
    if code == 2:
        raise OSError("intake read nothing; what it said stands above")


def score(out: Path, is_heavy: bool = False) -> list[Score]:
    """Every line of the report on a built data set, and on broken lines if there are."""
    heavy = out / "heavy"
    kinds = mapping.kinds()
    of_lines = lines.score_lines(heavy / "extracts", heavy / "read", kinds) if is_heavy else []
    return outcomes.with_floors([*score_build(out, kinds), *of_lines], mapping.floors())


def score_build(out: Path, kinds: dict[str, mapping.Kind]) -> list[Score]:
    """Every line on what a build made of known errors and a known world."""
    raw = out / "raw"
    with duckdb.connect(str(out / "warehouse.duckdb"), read_only=True) as con:
        con.execute("set timezone = 'UTC'")
        cells.prepare(con, raw, hash_key())
        cells.read_cells(con, raw)
        kinds_of_error.judge(con, kinds)
        kinds_of_error.claim_rules(con)
        outcomes.prepare(con, raw)
        return [
            *kinds_of_error.score_kinds(con, kinds),
            *outcomes.score_classes(con),
            *outcomes.score_exclusions(con),
            *outcomes.score_schemes(con),
            *outcomes.score_mentions(con),
            *outcomes.score_identities(con),
        ]


def main(arguments: list[str] | None = None) -> int:
    """Runs the command line; returns its exit code."""
    options = parse(arguments)
    out: Path = options.out.resolve()
    begin = time.monotonic()
    try:
        if not options.built:
            settings = Settings(records=options.records, seed=options.seed)
            out.mkdir(parents=True, exist_ok=True)
            write_folder(settings, out / "raw", "parquet")
            print(f"building {options.records} accounts in {out} ...", file=sys.stderr)
            build(out)
            if options.noise == "heavy":
                read_heavy(replace(settings, noise="heavy"), out / "heavy")
        scores = score(out, options.noise == "heavy")
    except subprocess.CalledProcessError:
        print("score.py: the build failed; what dbt said stands above", file=sys.stderr)
        return 2
    except (OSError, KeyError, duckdb.Error) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        print(f"score.py: cannot score {out}: {reason}", file=sys.stderr)
        return 2
    heading = f"Score of {options.records} generated accounts, seed {options.seed}"
    table = report.markdown(scores, heading)
    (out / "score.md").write_text(table + "\n", encoding="utf-8")
    report.write_csv(scores, out / "score.csv")
    print(table)
    missed = [score.name for score in scores if score.is_met is False]
    print(f"in {time.monotonic() - begin:.0f} s; {out / 'score.md'}, {out / 'score.csv'}")
    if missed:
        print(f"score.py: missed the target or floor: {', '.join(missed)}", file=sys.stderr)
        return 1
    return 0
