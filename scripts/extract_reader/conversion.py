"""Turns a folder of extracts of any kind into text Parquet in the raw layout."""

from __future__ import annotations

import functools
import itertools
import json
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import duckdb

from scripts.raw_layout import Findings, RawError, RawTable, extract_info
from scripts.raw_layout.checks import check_header, check_layout
from scripts.raw_layout.layout import EXTRACT_FILE, REJECTS_FOLDER, Formats, is_left_alone
from scripts.raw_layout.messages import LEAVE_OUT, shown
from scripts.raw_layout.parquet_files import Column, parquet_columns

from .encoding import Encoding, find_encoding
from .header import (
    MAX_LINES_BEFORE,
    SEPARATORS,
    Header,
    check_names,
    column_of,
    find_header,
    make_header,
    no_header,
    shown_separator,
    stated_separator,
)
from .lines import Line, as_text, read_lines
from .parquet import TextTable, copy_parquet, literal, open_engine, quoted
from .records import Counts, RecordReader, fields_of
from .spreadsheet import n_formulas_without_value, open_workbook, sheet_rows

TEXT_FORMATS = (".csv", ".tsv", ".txt", ".csv.gz", ".tsv.gz", ".txt.gz")
WORKBOOKS = (".xlsx", ".xlsm")
FORMATS = Formats((*TEXT_FORMATS, *WORKBOOKS, ".parquet"), any_case=True)
REPORT_FILE = "_intake.json"


Progress = Callable[[int], None]


@dataclass
class SourceFile:
    """One file to be read: where it goes, and what was found in it before it is read whole."""

    path: Path
    relative_path: str
    target: str
    table: RawTable
    encoding: Encoding | None = None
    header: Header | None = None
    sheet: str | None = None
    columns: tuple[Column, ...] = ()

    @property
    def format(self) -> str:
        """The ending, in small letters."""
        return FORMATS.ending_of(self.path) or ""

    @property
    def shown_encoding(self) -> str:
        """The encoding, or the format of a file that has none."""
        return self.encoding.shown if self.encoding else self.format[1:]

    @property
    def shown_separator(self) -> str:
        """What separates the fields, where anything does."""
        return shown_separator(self.header.separator) if self.encoding and self.header else ""


@dataclass
class FileReport:
    """What became of one file."""

    file: str
    table: str
    encoding: str
    separator: str
    counts: Counts
    reasons: dict[str, int] = field(default_factory=dict)
    renamed: list[str] = field(default_factory=list)


# --- what is there --------------------------------------------------------------------------------


def source_files(folder: Path, tables: Sequence[RawTable], findings: Findings) -> list[SourceFile]:
    """Every file that holds a raw table; what else looks like data is a problem."""
    if not folder.is_dir():
        findings.problems.append(
            f"{shown(folder)}: the folder of extracts"
            f" {'is a file' if folder.exists() else 'does not exist'}: name the folder that holds"
            " <channel>/<entities>.csv."
        )
        return []
    check_layout(folder, tables, findings, FORMATS)
    files = []
    for table in tables:
        channel = folder / table.channel
        several = channel / table.entity
        paths = [
            (path, "") for path in data_files(channel) if FORMATS.stem_of(path) == table.entity
        ]
        paths += [(path, f"{table.entity}/") for path in data_files(several)]
        for path, part in paths:
            target = f"{table.channel}/{part}{FORMATS.stem_of(path)}.parquet"
            relative = path.relative_to(folder).as_posix()
            files.append(SourceFile(path, relative, target, table))
    for target, n_files in Counter(file.target for file in files).items():
        if n_files > 1:
            names = ", ".join(file.path.name for file in files if file.target == target)
            findings.problems.append(
                f"{shown(folder / target).removesuffix('.parquet')}: is there {n_files} times"
                f" ({names}): keep one of them, or its rows come more than once."
            )
    if not files and not findings.problems:
        known = ", ".join(f"{table.channel}/{table.entity}" for table in tables)
        findings.problems.append(
            f"{shown(folder)}: holds no extract that is known: put files there, named as one of"
            f" {known}."
        )
    return files


def data_files(folder: Path) -> list[Path]:
    """The files of a folder that are read."""
    if not folder.is_dir():
        return []
    return sorted(
        path
        for path in folder.iterdir()
        if path.is_file() and not is_left_alone(path) and FORMATS.ending_of(path)
    )


def examine(file: SourceFile, findings: Findings, codec: str | None = None) -> None:
    """Encoding, separator and columns of one file; what is wrong with them goes to the findings."""
    try:
        if shown(file.path) != file.path.as_posix():
            raise RawError(": the name of the file is not UTF-8: rename it.")
        if file.format == ".parquet":
            file.columns = tuple(parquet_columns(file.path))
            names = [column_of(column.name, file.table) or column.name for column in file.columns]
            check_header(names, file.path, file.table, findings)
            return
        if file.format in WORKBOOKS:
            find_sheet(file, findings)
        else:
            file.encoding = find_encoding(file.path)
            if codec and not file.encoding.n_mark_bytes:
                file.encoding = Encoding(codec, codec)
            file.header = text_header(file)
        if file.header is None:
            raise no_header(file.table)
        check_names(file.header, file.path, file.table, findings)
    except RawError as error:
        findings.problems.append(f"{shown(file.path)}{error}")
    except OSError as error:
        findings.problems.append(
            f"{shown(file.path)}: cannot be opened ({error.strerror}): {LEAVE_OUT} if it is not"
            " needed."
        )


def text_header(file: SourceFile) -> Header | None:
    """The header of a text file."""
    assert file.encoding
    lines = first_lines(read_lines(file.path, file.encoding))

    def candidates() -> Iterator[tuple[int, str, list[str]]]:
        separators = list(SEPARATORS)
        for line_no, line in lines:
            stated = stated_separator(line.text) if line_no == 1 else None
            if stated:
                separators = [stated, *(other for other in SEPARATORS if other != stated)]
            for separator in separators:
                yield line_no, separator, fields_of(line.text, separator)[0]

    found = find_header(candidates(), file.table)
    return make_header(*found, file.table) if found else None


def first_lines(lines: Iterator[Line]) -> Iterator[tuple[int, Line]]:
    """The lines among which the header is, with their numbers."""
    numbered = ((n, line) for n, line in enumerate(lines, start=1) if line.text.strip())
    for n, line in itertools.islice(numbered, MAX_LINES_BEFORE):
        if not line.fault:
            yield n, line


def find_sheet(file: SourceFile, findings: Findings) -> None:
    """The first sheet with column names; other sheets that hold anything are spoken of."""
    others = []
    with open_workbook(file.path) as workbook:
        for sheet in workbook.worksheets:
            rows = list(itertools.islice(sheet_rows(sheet), MAX_LINES_BEFORE))
            found = None
            if file.header is None:
                numbered = ((n, ",", row) for n, row in enumerate(rows, start=1))
                found = find_header(numbered, file.table)
            if found:
                file.sheet, file.header = sheet.title, make_header(*found, file.table)
            elif any(cell.strip() for row in rows for cell in row):
                others.append(sheet.title)
    n_without_value = n_formulas_without_value(file.path, file.sheet) if file.sheet else 0
    if n_without_value:
        findings.warnings.append(
            f"{shown(file.path)}: {n_without_value:,} formulas were saved without a value and are"
            " read as empty: open it in a spreadsheet program and save it again."
        )
    if file.header and others:
        findings.warnings.append(
            f"{shown(file.path)}: the sheet {file.sheet} is read; not read: {', '.join(others)}."
            " Save them as files of their own if they belong to the table."
        )


# --- reading --------------------------------------------------------------------------------------


class RejectedLines:
    """The lines of all files that were left out."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        """They wait in the engine until all files are read."""
        self._table = TextTable(
            connection, "rejected_lines", ["line_no", "reason", "raw_line", "source_file", "place"]
        )
        self._places: set[str] = set()

    def add(self, report: FileReport, line_no: int, reason: str, text: str) -> None:
        """One line of a file."""
        report.reasons[reason] = report.reasons.get(reason, 0) + 1
        self._places.add(report.table)
        row = [reason, as_text(text), report.file, report.table]
        self._table.add(line_no, row, len(text))

    def write(self, out: Path) -> list[str]:
        """One file a table that has any; returns their names."""
        names = [f"{REJECTS_FOLDER}/{place}.parquet" for place in sorted(self._places)]
        for name, place in zip(names, sorted(self._places), strict=True):
            self._table.write(
                out / name,
                "source_file, line_no, reason, raw_line",
                f"place = {literal(place)}",
            )
        return names


def convert(
    file: SourceFile,
    out: Path,
    connection: duckdb.DuckDBPyConnection,
    left_out: RejectedLines,
    progress: Progress,
) -> FileReport:
    """One file as Parquet; the lines left out go to the others."""
    counts = Counts()
    report = FileReport(
        file.relative_path,
        f"{file.table.channel}/{file.table.entity}",
        file.shown_encoding,
        file.shown_separator,
        counts,
    )
    target = out / file.target
    if file.format == ".parquet":
        names = [column_of(column.name, file.table) or column.name for column in file.columns]
        counts.records = counts.lines = copy_parquet(
            connection, file.path, target, file.columns, names, file.relative_path
        )
        return report
    header = file.header
    assert header
    report.renamed = header.renamed
    table = TextTable(connection, "records", ["_source_row", *header.columns])
    reader = RecordReader(header, counts, functools.partial(left_out.add, report))
    n_characters = 0
    for number, fields in records(file, header, reader, progress):
        table.add(number, fields, counts.characters - n_characters)
        n_characters = counts.characters
    if reader.separator != header.separator:
        report.separator += f", then {shown_separator(reader.separator)}"
    columns = ", ".join(quoted(name) for name in header.columns)
    table.write(target, f"{columns}, {literal(file.relative_path)} as _source_file, _source_row")
    table.drop()
    return report


def records(
    file: SourceFile, header: Header, reader: RecordReader, progress: Progress
) -> Iterator[tuple[int, list[str]]]:
    """The records of a file of text or of a workbook."""
    if file.encoding:
        lines = read_lines(file.path, file.encoding, progress, reader.counts.add_utf_8)
        for line in itertools.islice(lines, header.line_no):
            reader.pass_over(line.text)
        yield from reader.from_lines(lines)
    else:
        with open_workbook(file.path) as workbook:
            rows = sheet_rows(workbook[file.sheet])
            for row in itertools.islice(rows, header.line_no):
                reader.pass_over(",".join(row))
            yield from reader.from_cells(rows)


# --- the whole folder -----------------------------------------------------------------------------


def examined(
    folder: Path, tables: Sequence[RawTable], findings: Findings, codec: str | None = None
) -> list[SourceFile]:
    """The files of a folder, each looked into; what keeps them from being read is a problem."""
    files = source_files(folder, tables, findings)
    for file in files:
        examine(file, findings, codec)
    if folder.is_dir():
        try:
            extract_info(folder / EXTRACT_FILE)
        except RawError as error:
            findings.problems.append(str(error))
    return files


def convert_folder(
    folder: Path,
    out: Path,
    files: Sequence[SourceFile],
    progress: Progress = lambda n_bytes: None,
) -> list[FileReport]:
    """All files into a new folder, which appears complete or not at all.

    Args:
        folder: where the files come from.
        out: the folder to make; what an earlier run of this wrote there is replaced.
        files: what `examined` found.
        progress: told how many more bytes were read.
    """
    out = out.resolve()
    out.parent.mkdir(parents=True, exist_ok=True)
    beside = Path(tempfile.mkdtemp(prefix=f".{out.name}.", dir=out.parent))
    try:
        made = beside / "made"
        made.mkdir()
        reports = []
        with open_engine(beside / "scratch") as connection:
            left_out = RejectedLines(connection)
            for file in files:
                try:
                    report = convert(file, made, connection, left_out, Advance(progress).to)
                except RawError as error:
                    raise RawError(f"{shown(file.path)}{error}") from None
                reports.append(report)
            written = [file.target for file in files] + left_out.write(made)
        if (folder / EXTRACT_FILE).is_file():
            shutil.copyfile(folder / EXTRACT_FILE, made / EXTRACT_FILE)
            written.append(EXTRACT_FILE)
        outcome = {"written": written, "files": [asdict(report) for report in reports]}
        (made / REPORT_FILE).write_text(
            json.dumps(outcome, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
        )
        if out.exists():
            out.rename(beside / "before")
        made.rename(out)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return reports


class Advance:
    """Tells how far a position has come since it was last told."""

    def __init__(self, progress: Progress) -> None:
        """At the beginning of a file."""
        self._progress = progress
        self._position = 0

    def to(self, position: int) -> None:
        """The position that is reached."""
        self._progress(position - self._position)
        self._position = position


def check_target(folder: Path, out: Path) -> str | None:
    """Why a folder may not be written, if so: only what intake made is ever replaced."""
    source, target = folder.resolve(), out.resolve()
    if source == target or source in target.parents or target in source.parents:
        return f"{shown(out)}: lies in {shown(folder)} or around it: name another folder."
    if target.exists() and not target.is_dir():
        return f"{shown(out)}: is a file: name a folder."
    if not target.is_dir() or not any(target.iterdir()):
        return None
    try:
        written = json.loads((target / REPORT_FILE).read_text(encoding="utf-8"))["written"]
        known = {target / name for name in (*written, REPORT_FILE)}
    except (OSError, ValueError, KeyError, TypeError):
        return f"{shown(out)}: holds files that intake did not write: name another folder."
    strange = [path for path in sorted(target.rglob("*")) if path.is_file() and path not in known]
    if strange:
        return f"{shown(strange[0])}: was not written by intake: move it, or name another folder."
    return None
