"""What all parts share: processes and what they use, tables, medians of pairs."""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import duckdb

ROOT = Path(__file__).resolve().parents[2]


class BenchmarkError(Exception):
    """What went wrong, in one line."""


@dataclasses.dataclass(frozen=True)
class Usage:
    """What one process used, from its start to its end."""

    wall_seconds: float
    cpu_seconds: float
    peak_gigabytes: float


def run_process(
    command: Sequence[str | Path],
    *,
    failure: str,
    cwd: Path = ROOT,
    env: Mapping[str, str] | None = None,
    on_line: Callable[[str], None] = lambda line: None,
) -> tuple[Usage, list[str]]:
    """Runs a command to its end: what it used, and the lines it printed.

    Raises:
        BenchmarkError: it failed; `failure` says what.
    """
    started = time.monotonic()
    # Not through subprocess.run: wait4 alone knows the memory of this one process.
    process = subprocess.Popen(
        command,
        cwd=cwd,
        env=env,
        text=True,
        encoding="utf-8",
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    assert process.stdout is not None
    said = []
    for line in process.stdout:
        said.append(line.rstrip())
        on_line(line)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    wall_seconds = time.monotonic() - started
    if process.returncode:
        last = "\n".join(said[-15:])
        raise BenchmarkError(f"{failure}. It ended with:\n{last}")
    in_bytes = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    return Usage(wall_seconds, usage.ru_utime + usage.ru_stime, in_bytes / 1e9), said


def in_turn(names: Sequence[str], pair: int) -> list[str]:
    """The order of a pair, every other one backwards: whoever comes later finds a warm disk."""
    return list(names) if pair % 2 else list(reversed(names))


def ratios(
    measured: Sequence[tuple[float, float]],
) -> tuple[float, float, float, float, float]:
    """Of pairs (reference, other): both medians; median, least and greatest of other/reference."""
    quotients = [other / reference for reference, other in measured]
    return (
        statistics.median(reference for reference, _ in measured),
        statistics.median(other for _, other in measured),
        statistics.median(quotients),
        min(quotients),
        max(quotients),
    )


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table, the first column to the left, numbers to the right."""
    lines = [list(header), *[list(row) for row in rows]]
    widths = [max(len(line[i]) for line in lines) for i in range(len(header))]
    rule = ["-" * widths[0], *["-" * (width - 1) + ":" for width in widths[1:]]]
    return "\n".join(
        "| "
        + " | ".join(
            cell.ljust(width) if i == 0 else cell.rjust(width)
            for i, (cell, width) in enumerate(zip(line, widths, strict=True))
        )
        + " |"
        for line in [lines[0], rule, *lines[1:]]
    )


def machine() -> str:
    """What the benchmark ran on."""
    memory = ""
    if hasattr(os, "sysconf") and "SC_PHYS_PAGES" in os.sysconf_names:
        size = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
        memory = f", {size / 1e9:.0f} GB"
    return (
        f"{os.cpu_count()} cores{memory}, {platform.system()} {platform.machine()}, "
        f"Python {platform.python_version()}, DuckDB {duckdb.__version__}"
    )


def write_result(folder: Path, text: str, result: object) -> None:
    """Prints a result and keeps it."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "result.md").write_text(text, encoding="utf-8")
    (folder / "result.json").write_text(json.dumps(result, indent=1), encoding="utf-8")
    print(text)


def count(text: str) -> int:
    """A number from 1 on, as an argument.

    Raises:
        argparse.ArgumentTypeError: it is none.
    """
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text} is not a number from 1 on")
    return int(text)
