"""Says what is in a folder of extracts, before a build or before intake; `--help` tells all."""

from __future__ import annotations

import argparse
import codecs
import difflib
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

# Run by its path, Python looks for modules beside this file only.
ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import duckdb  # noqa: E402

from scripts.extract_reader.conversion import FORMATS as INTAKE_FORMATS  # noqa: E402
from scripts.extract_reader.conversion import SourceFile, examined  # noqa: E402
from scripts.extract_reader.encoding import BLOCK_BYTES, ERRORS, open_bytes  # noqa: E402
from scripts.extract_reader.header import column_of  # noqa: E402
from scripts.extract_reader.table import in_columns  # noqa: E402
from scripts.raw_layout import (  # noqa: E402
    Findings,
    RawError,
    RawTable,
    check,
    documented_tables,
    reject_files,
)
from scripts.raw_layout.layout import FORMATS as BUILD_FORMATS  # noqa: E402
from scripts.raw_layout.messages import LEAVE_OUT, plain, shown  # noqa: E402
from scripts.raw_layout.parquet_files import escaped_pattern  # noqa: E402

GOOD, WITH_WARNINGS, NOT_USABLE = 0, 1, 2
VERDICTS = {
    GOOD: "Good: a build reads this folder.",
    WITH_WARNINGS: "Usable, with the warnings above.",
    NOT_USABLE: "Not usable: put right what is said above.",
}
DESCRIPTION = """\
Says which raw tables a folder of extracts holds, in which encoding, with how many rows (in text
files the lines below the header), which columns are missing and which are unknown or misspelt.
Reads what a build reads, and also what `make intake` would turn into that.
"""
EPILOG = """\
exit codes: 0 good, 1 usable with warnings (make intake first, unknown columns, lines left out),
2 not usable
"""


@dataclass
class FileSummary:
    """One file of a raw table."""

    file: str
    table: str
    encoding: str
    separator: str
    rows: int | None
    missing_required: list[str] = field(default_factory=list)
    missing_optional: list[str] = field(default_factory=list)
    # Unknown names, each with the documented one that it may be, or nothing.
    unknown: dict[str, str | None] = field(default_factory=dict)


@dataclass
class Summary:
    """What is in a folder, and whether it can be used."""

    folder: str
    exit_code: int
    files: list[FileSummary]
    problems: list[str]
    warnings: list[str]


def summarize(folder: Path, tables: Sequence[RawTable]) -> Summary:
    """Looks at the folder as a build does, and as intake does where a build would stop."""
    build, intake = Findings(), Findings()
    files = examined(folder, tables, intake)
    summaries = [summary_of(file, intake) for file in files]
    others = [file for file in files if not BUILD_FORMATS.ending_of(file.path)]
    if folder.is_dir() and len(others) < len(files):
        build = check(folder, tables, INTAKE_FORMATS)
    problems, warnings = intake.problems, list(dict.fromkeys(intake.warnings + build.warnings))
    if not problems and (build.problems or others):
        warnings += build.problems
        warnings.append(
            f"{shown(folder)}: a build does not read this as it is: run make intake"
            f" IN={shown(folder)} OUT=data/mine, which does."
        )
    warnings += lines_left_out(folder, problems)
    exit_code = NOT_USABLE if problems else WITH_WARNINGS if warnings else GOOD
    return Summary(shown(folder), exit_code, summaries, problems, warnings)


def lines_left_out(folder: Path, problems: list[str]) -> list[str]:
    """How many lines intake could not read."""
    lines = []
    try:
        with duckdb.connect() as connection:
            for file in reject_files(folder):
                [(n,)] = connection.execute(
                    "select count(*) from read_parquet(?)", [file["pattern"]]
                ).fetchall()
                lines.append(
                    f"{file['channel']}/{file['entity']}: intake left out {n:,} lines; a build"
                    " shows each in quality_rejected_rows."
                )
    except RawError as error:
        problems.append(str(error))
    return lines


def summary_of(file: SourceFile, findings: Findings) -> FileSummary:
    """One file as it was examined; empty where it could not be."""
    table = file.table
    rows = None
    try:
        rows = n_rows(file, findings)
    except RawError as error:
        findings.problems.append(f"{shown(file.path)}{error}")
    summary = FileSummary(
        file.relative_path,
        f"{table.channel}.{table.entity}",
        file.shown_encoding,
        file.shown_separator,
        rows,
    )
    names = list(file.header.columns if file.header else (column.name for column in file.columns))
    if not names:
        return summary
    known = {column_of(name, table) for name in names}
    missing = [column for column in table.columns if column not in known]
    summary.missing_required = [column for column in missing if column in table.required]
    summary.missing_optional = [column for column in missing if column not in table.required]
    for position, name in enumerate(names, start=1):
        if column_of(name, table) is None and not name.startswith("_source_"):
            close = difflib.get_close_matches(name.strip().lower(), missing, n=1, cutoff=0.6)
            summary.unknown[plain(name, position)] = close[0] if close else None
    return summary


def n_rows(file: SourceFile, findings: Findings) -> int | None:
    """The rows of a file without reading their values; those of a file cut off are less."""
    if file.columns:
        with duckdb.connect() as connection:
            [(n,)] = connection.execute(
                "select count(*) from read_parquet(?)", [escaped_pattern(file.path)]
            ).fetchall()
        return int(n)
    if not file.encoding or not file.header:
        return None
    source, stream = open_bytes(file.path)
    # In UTF-16 and UTF-32 the bytes of a line end are parts of other characters, too.
    is_wide = file.encoding.codec.lower().startswith(("utf-16", "utf-32", "utf_16", "utf_32"))
    codec = file.encoding.codec if is_wide else "latin-1"
    decoder = codecs.getincrementaldecoder(codec)(errors=ERRORS)
    n_feeds = n_returns = 0
    ends_open = False
    with source:
        while block := stream.read(BLOCK_BYTES):
            text = decoder.decode(block)
            n_feeds += text.count("\n")
            n_returns += text.count("\r")
            ends_open = text[-1:] not in ("\n", "\r")
    if stream.is_cut_off:
        findings.warnings.append(
            f"{shown(file.path)}: is cut off: the lines before its end can be read; export it"
            f" again, or {LEAVE_OUT}."
        )
    return max(0, (n_feeds or n_returns) + ends_open - file.header.line_no)


def as_text(summary: Summary) -> str:
    """The table of files, then what is wrong with them."""
    rows = [["file", "encoding", "separator", "rows", "unknown columns", "optional, missing"]]
    for file in summary.files:
        unknown = ", ".join(
            name + (f" (is it {close}?)" if close else "") for name, close in file.unknown.items()
        )
        n = "" if file.rows is None else f"{file.rows:,}"
        missing = ", ".join(file.missing_optional)
        rows.append([file.file, file.encoding, file.separator, n, unknown, missing])
    lines = [in_columns(rows, right={3})] if summary.files else []
    lines += [f"problem: {line}" for line in summary.problems]
    lines += [f"warning: {line}" for line in summary.warnings]
    return "\n".join([*lines, VERDICTS[summary.exit_code]])


def main(arguments: list[str] | None = None) -> int:
    """Prints what is there; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="check_inputs.py",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="folder of the extracts")
    parser.add_argument("--json", action="store_true", help="for machines")
    options = parser.parse_args(arguments)
    try:
        summary = summarize(options.folder, documented_tables(ROOT / "models" / "staging"))
    except OSError as error:
        print(f"cannot read: {error}", file=sys.stderr)
        return NOT_USABLE
    if options.json:
        print(json.dumps(asdict(summary), ensure_ascii=False, indent=1))
    else:
        print(as_text(summary))
    return summary.exit_code


if __name__ == "__main__":
    sys.exit(main())
