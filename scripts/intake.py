"""Reads extracts in any state into the raw layout; `--help` tells all."""

from __future__ import annotations

import argparse
import codecs
import sys
from pathlib import Path

# Run by its path, Python looks for modules beside this file only.
ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import duckdb  # noqa: E402
from tqdm import tqdm  # noqa: E402

from scripts.extract_reader.conversion import (  # noqa: E402
    FileReport,
    check_target,
    convert_folder,
    examined,
)
from scripts.extract_reader.table import in_columns  # noqa: E402
from scripts.raw_layout import Findings, RawError, documented_tables  # noqa: E402
from scripts.raw_layout.layout import REJECTS_FOLDER  # noqa: E402

DESCRIPTION = """\
Reads <IN>/<channel>/<entities>.{csv,tsv,txt,xlsx,xlsm,parquet} and <entities>/* (text also as .gz)
in any state and writes what `dbt build --vars '{raw: files, raw_path: OUT}'` reads:

OUT/<channel>/<entities>.parquet           every value as text, with _source_file and _source_row
OUT/_rejects/<channel>/<entities>.parquet  every line that could not be read: source_file, line_no,
                                           reason, raw_line
OUT/_extract.json                          as it is in IN
OUT/_intake.json                           what became of each file, for machines

Encoding (UTF-8, UTF-16, GB18030, Big5, Windows-1252; by its mark or by strict trial), separator and
column names are found file by file. Lines = header + blank + records + joined + left out: no line
is lost. Repaired are the records of which a value lost a quote that stood alone, or took in a line
end without quotes. OUT appears complete or not at all; what an earlier run wrote there is replaced.
"""
EPILOG = f"""\
reasons of lines left out:
  before_header      stands before the line of column names (titles)
  repeated_header    the line of column names once more
  total_line         a sum below the table
  short_line, long_line
                     fewer or more fields than the header, and no way to read it without a guess
  open_quote         a quote is opened and not closed
  undecodable_bytes  bytes that mean nothing in the encoding of the file
  nul_bytes          NUL bytes, which stand where something was lost
  too_long           more than 20 million characters
  cut_off            the end of a packed file of which the rest is missing

exit codes: 0 every line was read, 1 some were left out (they are in OUT/{REJECTS_FOLDER}),
2 nothing was written: the message says why
"""


def parse(arguments: list[str] | None) -> argparse.Namespace:
    """The options."""
    parser = argparse.ArgumentParser(
        prog="intake.py",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("folder", type=Path, metavar="IN", help="folder of the extracts")
    parser.add_argument("out", type=Path, metavar="OUT", help="folder to make")
    parser.add_argument(
        "--encoding",
        metavar="NAME",
        help="of text files without byte order mark, where what is found is not right: cp949, ...",
    )
    return parser.parse_args(arguments)


def table_of(reports: list[FileReport]) -> str:
    """What became of each file, in columns."""
    rows = [
        [
            *("file", "encoding", "separator"),
            *("lines", "blank", "records", "joined", "left out", "repaired"),
        ],
        *(
            [
                report.file,
                report.encoding,
                report.separator,
                *(
                    f"{n:,}"
                    for n in (
                        report.counts.lines,
                        report.counts.blank,
                        report.counts.records,
                        report.counts.joined,
                        report.counts.rejects,
                        report.counts.repaired,
                    )
                ),
            ]
            for report in reports
        ),
    ]
    return in_columns(rows, right=range(3, 9))


def notes(reports: list[FileReport]) -> list[str]:
    """Names and lines that were read as others, and why lines were left out."""
    lines = []
    for report in reports:
        if report.renamed:
            lines.append(f"{report.file}: read {', '.join(report.renamed)}.")
        if report.counts.utf_8:
            lines.append(
                f"{report.file}: {report.counts.utf_8:,} lines are UTF-8, not {report.encoding},"
                " and were read as that."
            )
        if report.reasons:
            reasons = ", ".join(f"{n:,} {reason}" for reason, n in sorted(report.reasons.items()))
            lines.append(f"{report.file}: left out {reasons}.")
    return lines


def main(arguments: list[str] | None = None) -> int:
    """Looks into every file, then reads them all; returns the exit code."""
    options = parse(arguments)
    findings = Findings()
    try:
        if options.encoding:
            codecs.lookup(options.encoding)
        files = examined(
            options.folder,
            documented_tables(ROOT / "models" / "staging"),
            findings,
            options.encoding,
        )
        wrong = check_target(options.folder, options.out)
        if wrong:
            findings.problems.append(wrong)
        for line in findings.warnings:
            print(f"note: {line}", file=sys.stderr)
        if findings.problems:
            print("\n".join(findings.problems), file=sys.stderr)
            return 2
        n_bytes = sum(file.path.stat().st_size for file in files)
        with tqdm(total=n_bytes, unit="B", unit_scale=True, disable=None, file=sys.stderr) as bar:
            reports = convert_folder(
                options.folder, options.out, files, lambda n: (bar.update(n), None)[1]
            )
    except LookupError:
        print(f"--encoding {options.encoding}: is no encoding that is known.", file=sys.stderr)
        return 2
    except RawError as error:
        print(error, file=sys.stderr)
        return 2
    except OSError as error:
        print(f"cannot read or write: {error}", file=sys.stderr)
        return 2
    except duckdb.Error as error:
        # Other messages may quote a value.
        full = (duckdb.IOException, duckdb.OutOfMemoryException)
        reason = str(error).splitlines()[0] if isinstance(error, full) else type(error).__name__
        print(f"cannot write: {reason}", file=sys.stderr)
        return 2
    print(table_of(reports))
    for line in notes(reports):
        print(line)
    n_left_out = sum(report.counts.rejects for report in reports)
    if n_left_out:
        print(f"{n_left_out:,} lines were left out: they are in {options.out / REJECTS_FOLDER}.")
    return 1 if n_left_out else 0


if __name__ == "__main__":
    sys.exit(main())
