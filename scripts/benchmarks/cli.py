"""Measures time and memory of a part of the project.

    python scripts/benchmark.py build --records 1000000
    python scripts/benchmark.py closure --records 1000000 5000000
    python scripts/benchmark.py identity --records 1000000

Results go to build/benchmark/<part>/<records>/: result.md, as printed, and result.json. Where a
part has several sides they run in turn, one process each, pair after pair, so that whatever else
the machine does meets all: trust the ratios and the CPU times, not the seconds.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from scripts.benchmarks import build, closure, identity
from scripts.benchmarks.measure import ROOT, BenchmarkError

PARTS = {"build": build, "closure": closure, "identity": identity}


def parse_arguments(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parts = parser.add_subparsers(dest="part", required=True, metavar="PART")
    for name, part in PARTS.items():
        text = part.__doc__ or ""
        part_parser = parts.add_parser(
            name,
            help=text.splitlines()[0],
            description=text,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        part_parser.add_argument(
            "--out",
            type=Path,
            default=ROOT / "build" / "benchmark" / name,
            help=f"default: build/benchmark/{name}",
        )
        part.add_arguments(part_parser)
    return parser.parse_args(arguments)


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one part; 0 when all of its sides did their work, else 1."""
    parsed = parse_arguments(arguments)
    try:
        PARTS[parsed.part].run(parsed)
    except BenchmarkError as error:
        print(f"benchmark: {error}", file=sys.stderr)
        return 1
    return 0
