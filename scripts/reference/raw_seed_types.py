"""Writes seeds/raw/_raw__seeds.yml from the sources: every column of a raw seed is text."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent.parent
HEAD = "# Made by scripts/reference/raw_seed_types.py from models/staging/*/_*__sources.yml.\n"


@dataclass(frozen=True)
class RawTable:
    """A raw table as its source documents it."""

    channel: str
    entity: str
    columns: tuple[str, ...]

    @property
    def seed(self) -> str:
        """Name of the seed with its sample."""
        return f"raw_{self.channel}__{self.entity}"


def documented_tables(staging: Path) -> Iterator[RawTable]:
    """Every table of every `_<channel>__sources.yml`, in the order of channels and of each file."""
    for path in sorted(staging.glob("*/_*__sources.yml")):
        for source in yaml.safe_load(path.read_text(encoding="utf-8"))["sources"]:
            for table in source["tables"]:
                columns = tuple(column["name"] for column in table["columns"])
                yield RawTable(source["name"], table["name"], columns)


def seeds_yaml(tables: Iterable[RawTable]) -> str:
    """The properties of the raw seeds."""
    lines = [HEAD, "seeds:"]
    for table in tables:
        name = f"{table.channel}.{table.entity}"
        lines += [
            f"  - name: {table.seed}",
            f"    description: Sample of {name}, described column by column in the sources.",
            "    config:",
            "      column_types:",
            *(f"        {column}: string" for column in table.columns),
        ]
    return "\n".join(lines) + "\n"


def main(arguments: list[str] | None = None) -> int:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--check", action="store_true", help="write nothing; exit 1 if the file is out of step"
    )
    options = parser.parse_args(arguments)
    path = ROOT / "seeds" / "raw" / "_raw__seeds.yml"
    text = seeds_yaml(documented_tables(ROOT / "models" / "staging"))
    if not options.check:
        path.write_text(text, encoding="utf-8")
    elif not path.is_file() or path.read_text(encoding="utf-8") != text:
        print(f"{path.relative_to(ROOT)} differs from the sources: run this without --check.")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
