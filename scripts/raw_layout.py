"""Where raw extracts lie and what is in them: files, headers, `_extract.json`, and what is wrong.

A folder of extracts holds `<channel>/<entity>.csv` or `.parquet`, or several files of one table as
`<channel>/<entity>/*.csv` or `*.parquet`. What begins with `_` or `.` is not looked at.
Nothing here prints or returns a value of the data in a message: values may be personal.
"""

from __future__ import annotations

import codecs
import csv
import difflib
import json
import mmap
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

MAX_LINE_BYTES = 20_000_000
# Two of the longest lines: a reader of the default size for such lines would hold 320 MB a thread.
BUFFER_BYTES = 2 * MAX_LINE_BYTES
FORMATS = (".csv", ".parquet")
# What people put beside raw files in the belief that it will be read.
DATA_SUFFIXES = (
    *FORMATS,
    *(".tsv", ".txt", ".xls", ".xlsx", ".xlsm", ".ods", ".gz", ".zip", ".zst", ".bz2", ".7z"),
    *(".json", ".jsonl", ".pq", ".orc", ".avro"),
)
FOLDERS_LEFT_ALONE = ("truth",)
EXTRACT_FILE = "_extract.json"
EMPTY = (
    ": the file is empty, without even the names of its columns: export it again, or take it away"
    " if there is no such table."
)


class RawError(Exception):
    """What is wrong, in one line that a user can act on; never holds a value."""


@dataclass(frozen=True)
class Column:
    """A column of a raw file as the file names it; type is the engine's, `text` for CSV."""

    name: str
    type: str = "text"


@dataclass(frozen=True)
class RawFile:
    """One file of a raw table; `pattern` is the path for readers that take wildcards."""

    path: Path
    relative_path: str
    columns: tuple[Column, ...]

    def as_json(self) -> dict[str, Any]:
        """What the macros of raw() need to know of it."""
        return {
            "path": self.path.as_posix(),
            "pattern": escaped_pattern(self.path),
            "relative_path": self.relative_path,
            "format": self.path.suffix[1:],
            "columns": [{"name": column.name, "type": column.type} for column in self.columns],
        }


@dataclass(frozen=True)
class RawTable:
    """A raw table as the sources document it."""

    channel: str
    entity: str
    columns: tuple[str, ...]
    required: frozenset[str]


@dataclass
class Findings:
    """What stops a build, and what its user should only know of; each one line."""

    problems: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


# --- the layout -----------------------------------------------------------------------------------


def column_key(name: str) -> str:
    """Column names are compared without case and without blanks around them."""
    return name.strip().lower()


def escaped_pattern(path: Path) -> str:
    """The path as a pattern that matches itself alone."""
    return re.sub(r"([*?\[])", r"[\1]", path.as_posix())


def is_left_alone(path: Path) -> bool:
    """Files and folders that are not extracts: their names begin with `_` or `.`."""
    return path.name.startswith(("_", "."))


def table_paths(raw_path: Path, channel: str, entity: str) -> list[Path]:
    """The files of one table in reading order: `<entity>.csv`, then those of `<entity>/`."""
    folder = raw_path / channel
    paths = [folder / f"{entity}{suffix}" for suffix in FORMATS]
    several = folder / entity
    if several.is_dir():
        paths += sorted(
            path for path in several.iterdir() if path.suffix in FORMATS and not is_left_alone(path)
        )
    return [path for path in paths if path.is_file()]


def raw_files(raw_path: Path, channel: str, entity: str) -> list[RawFile]:
    """The files of one table with their columns."""
    files = []
    for path in table_paths(raw_path, channel, entity):
        try:
            columns = read_columns(path)
        except RawError as error:
            raise RawError(f"{shown(path)}{error}") from None
        files.append(RawFile(path, path.relative_to(raw_path).as_posix(), columns))
    return files


def read_columns(path: Path) -> tuple[Column, ...]:
    """The columns of a raw file; its errors go on from the name of the file."""
    if path.suffix == ".parquet":
        return tuple(parquet_columns(path))
    return tuple(Column(name) for name in csv_header(path))


def csv_header(path: Path) -> list[str]:
    """The names in the first record of a CSV file."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        lines = iter(lambda: file.readline(MAX_LINE_BYTES), "")
        try:
            header = next(csv.reader(lines, strict=True), None)
        except UnicodeDecodeError:
            raise RawError(not_utf8(path)) from None
        except csv.Error:
            raise RawError(
                ", line 1: the line of column names cannot be read: one of its quotes is not"
                " closed, or a name is longer than 100 kB."
            ) from None
    if header is None:
        raise RawError(EMPTY)
    if not any(header):
        raise RawError(", line 1: the line is empty: the first line must hold the column names.")
    return header


def parquet_columns(path: Path) -> list[Column]:
    """Names and types of the columns of a Parquet file."""
    pattern = escaped_pattern(path).replace("'", "''")
    with duckdb.connect() as connection:
        try:
            rows = connection.execute(
                "select column_name, column_type from (describe select *"
                f" from read_parquet('{pattern}', binary_as_string = true))"
            ).fetchall()
        except duckdb.Error:
            raise RawError(
                ": cannot be read as Parquet (not such a file, cut off or damaged): export or copy"
                " it again."
            ) from None
    return [Column(name, kind) for name, kind in rows]


def extract_info(path: Path) -> dict[str, Any]:
    """What `_extract.json` says: `extracted_on` (or null) and `kind` by channel."""
    if not path.is_file():
        return {"extracted_on": None, "kind": {}}
    example = '{"extracted_on": "2024-01-01", "kind": {"crm": "full", "shop": "delta"}}'
    try:
        found = json.loads(path.read_text(encoding="utf-8-sig"))
    except json.JSONDecodeError as error:
        raise RawError(
            f"{path}, line {error.lineno}: is not valid JSON: write it like {example}."
        ) from None
    except UnicodeDecodeError:
        raise RawError(f"{path}: is not UTF-8: write it like {example}.") from None
    if not isinstance(found, dict) or not isinstance(found.get("kind") or {}, dict):
        raise RawError(f"{path}: is not of the known form: write it like {example}.")
    day = found.get("extracted_on")
    kinds = found.get("kind") or {}
    if day is not None:
        try:
            day = date.fromisoformat(day).isoformat()
        except (TypeError, ValueError):
            raise RawError(f'{path}: extracted_on is no date such as "2024-01-01".') from None
    if any(kind not in ("full", "delta") for kind in kinds.values()):
        raise RawError(f'{path}: a kind is neither "full" nor "delta".')
    return {"extracted_on": day, "kind": kinds}


# --- the check before a build ---------------------------------------------------------------------


def check(raw_path: Path, tables: Sequence[RawTable]) -> Findings:
    """Everything that would stop a build from this folder, and what it would leave out."""
    findings = Findings()
    if not raw_path.is_dir():
        findings.problems.append(
            f"{raw_path}: the folder of raw extracts (the variable raw_path)"
            f" {'is a file' if raw_path.exists() else 'does not exist'}: name the folder that holds"
            " <channel>/<entities>.csv."
        )
        return findings
    check_layout(raw_path, tables, findings)
    n_files = 0
    for table in tables:
        paths = table_paths(raw_path, table.channel, table.entity)
        n_files += len(paths)
        if len({path.suffix for path in paths}) > 1:
            findings.problems.append(
                f"{raw_path / table.channel / table.entity}: the table is there as CSV and as"
                " Parquet: keep one of them, or its rows come twice."
            )
        for path in paths:
            check_file(path, table, findings)
    if not n_files and not findings.problems:
        known = ", ".join(f"{table.channel}/{table.entity}" for table in tables)
        findings.problems.append(
            f"{raw_path}: holds no extract that is known: put .csv or .parquet files there, named"
            f" as one of {known}."
        )
    try:
        kinds = extract_info(raw_path / EXTRACT_FILE)["kind"]
        channels = sorted({table.channel for table in tables})
        findings.problems += [
            f"{raw_path / EXTRACT_FILE}: kind names a channel that is unknown: {plain(name)}"
            f"{proposal(name, channels)}."
            for name in kinds
            if name not in channels
        ]
    except RawError as error:
        findings.problems.append(str(error))
    except OSError as error:
        findings.problems.append(f"{raw_path / EXTRACT_FILE}: cannot be opened ({error.strerror}).")
    return findings


def check_layout(raw_path: Path, tables: Sequence[RawTable], findings: Findings) -> None:
    """Files and folders where no table is read from: what a user takes for read would be lost."""
    entities: dict[str, list[str]] = {}
    for table in tables:
        entities.setdefault(table.channel, []).append(table.entity)
    by_path = {f"{table.channel}/{table.entity}": table.entity for table in tables}
    for path in entries(raw_path):
        if path.name in FOLDERS_LEFT_ALONE:
            continue
        if path.is_dir() and path.name not in entities:
            if holds_data(path):
                findings.problems.append(
                    f"{shown(path)}: is no known channel{proposal(path.name, entities)}: rename the"
                    f" folder to one of {', '.join(entities)}, or begin its name with _ to leave it"
                    " out."
                )
        elif path.is_dir():
            for inner in entries(path):
                check_entry(inner, entities[path.name], findings)
        elif is_data(path):
            places = [place for place, name in by_path.items() if name == stem(path).lower()]
            suffix = path.suffix if path.suffix in FORMATS else ".csv"
            hint = f" such as {places[0]}{suffix}" if places else ""
            findings.problems.append(
                f"{shown(path)}: lies beside the channels, where nothing is read: put it in the"
                f" folder of its channel{hint}, or begin its name with _."
            )


def check_entry(path: Path, entities: Sequence[str], findings: Findings) -> None:
    """One file or folder of a channel."""
    known = path.name in entities if path.is_dir() else path.stem in entities
    if path.is_dir() and known:
        for inner in entries(path):
            if inner.is_dir() and holds_data(inner):
                findings.problems.append(
                    f"{shown(inner)}: a folder within a table is not read: put its files in"
                    f" {shown(path)} itself."
                )
            elif inner.is_file() and is_data(inner) and inner.suffix not in FORMATS:
                check_format(inner, entities, findings)
    elif path.is_dir():
        if holds_data(path):
            findings.problems.append(
                f"{shown(path)}: is no known table{proposal(path.name, entities)}: rename it to one"
                f" of {', '.join(entities)}, or begin its name with _ to leave it out."
            )
    elif is_data(path) and path.suffix not in FORMATS:
        check_format(path, entities, findings)
    elif is_data(path) and not known:
        hint = proposal(stem(path), entities, path.suffix)
        findings.problems.append(
            f"{shown(path)}: is no known table{hint}: rename it to one of {', '.join(entities)}, or"
            " begin its name with _ to leave it out."
        )


def entries(folder: Path) -> list[Path]:
    """What lies in a folder and is not left alone, by name."""
    return sorted(path for path in folder.iterdir() if not is_left_alone(path))


def holds_data(folder: Path) -> bool:
    """Whether there is a file of data anywhere in a folder."""
    return any(is_data(path) for path in folder.rglob("*"))


def is_data(path: Path) -> bool:
    """Whether a user may take the file for one that is read."""
    return path.suffix.lower() in DATA_SUFFIXES and path.is_file()


def stem(path: Path) -> str:
    """The name before all suffixes: orders of orders.csv.gz."""
    return path.name.split(".", 1)[0]


def check_format(path: Path, entities: Sequence[str], findings: Findings) -> None:
    """A file of data in a format that is not read; a text of another name may be but a note."""
    if path.suffix.lower() in FORMATS:
        findings.problems.append(
            f"{shown(path)}: endings are written small: rename it to"
            f" {path.stem}{path.suffix.lower()}."
        )
    elif path.suffix in (".txt", ".json") and not proposal(stem(path), entities):
        findings.warnings.append(f"{shown(path)}: is not read, being neither .csv nor .parquet.")
    else:
        findings.problems.append(
            f"{shown(path)}: is neither .csv nor .parquet: save it as {stem(path)}.csv (commas,"
            " UTF-8), or begin its name with _ to leave it out."
        )


def shown(path: Path) -> str:
    """A path as the user knows it, whatever bytes are in it."""
    return path.as_posix().encode("utf-8", "replace").decode("utf-8")


def proposal(name: str, known: Iterable[str], suffix: str = "") -> str:
    """` (did you mean orders.csv?)`, or nothing."""
    close = difflib.get_close_matches(column_key(name), list(known), n=1, cutoff=0.6)
    return f" (did you mean {close[0]}{suffix}?)" if close else ""


def plain(name: str, position: int | None = None) -> str:
    """A column name for a message, unless it looks like a value: the header may be missing."""
    looks_like_value = len(name) > 60 or "@" in name or re.search(r"[0-9]{5}", name)
    if looks_like_value or not name.isprintable():
        return f"column {position}" if position else "(a name that looks like a value)"
    return name


def check_file(path: Path, table: RawTable, findings: Findings) -> None:
    """One file: it can be read, its columns are those of the table, no line is lost."""
    try:
        if shown(path) != path.as_posix():
            raise RawError(": the name of the file is not UTF-8: rename it.")
        if path.stat().st_size == 0:
            raise RawError(EMPTY)
        if path.suffix == ".csv":
            check_is_text(path)
            check_no_nul(path)
        header = [column.name for column in read_columns(path)]
        check_header(header, path, table, findings)
        if path.suffix == ".csv":
            check_lines(path, header)
    except RawError as error:
        findings.problems.append(f"{shown(path)}{error}")
    except OSError as error:
        findings.problems.append(f"{shown(path)}: cannot be opened ({error.strerror}).")


def check_is_text(path: Path) -> None:
    """Refuses what is called .csv and is something else, by its first bytes."""
    with path.open("rb") as file:
        start = file.read(4)
    if start[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise RawError(": is UTF-16: save it as CSV in UTF-8.")
    for magic, kind in (
        (b"PK\x03\x04", "a spreadsheet or zip file"),
        (b"\xd0\xcf\x11\xe0", "an old spreadsheet"),
        (b"\x1f\x8b", "a gzip file"),
        (b"PAR1", "a Parquet file"),
    ):
        if start.startswith(magic):
            raise RawError(
                f": is {kind} under the name .csv: save it as CSV in UTF-8, or name it rightly."
            )


def check_no_nul(path: Path) -> None:
    """Refuses NUL bytes, which engines take for text and nobody ever means."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        at = content.find(b"\0")
        if at >= 0:
            raise RawError(
                f", line {1 + count_line_feeds(content, at)}: holds NUL bytes, so it is not plain"
                " text (UTF-16 or damaged): export it again as CSV in UTF-8."
            )


def check_header(header: list[str], path: Path, table: RawTable, findings: Findings) -> None:
    """Compares the names of a file with those of its table."""
    line = ", line 1" if path.suffix == ".csv" else ""
    keys = [column_key(name) for name in header]
    documented = {column_key(name): name for name in table.columns}
    if len(header) == 1:
        for separator, name in ((";", "semicolons"), ("\t", "tabs"), ("|", "bars")):
            if separator in header[0]:
                raise RawError(f"{line}: the columns are separated by {name}: save it with commas.")
    if documented.keys().isdisjoint(keys):
        raise RawError(
            f"{line}: none of the names is a column of {table.channel}.{table.entity}: the first"
            f" line must hold the column names ({', '.join(table.columns)})."
        )
    twice = [name for name, n in Counter(keys).items() if n > 1 and name]
    if twice:
        names = ", ".join(plain(name) for name in twice)
        raise RawError(
            f"{line}: there are several columns of one name ({names}): keep one of each."
        )
    unknown = {
        key: plain(name.strip(), position)
        for position, (key, name) in enumerate(zip(keys, header, strict=True), start=1)
        if key not in documented and key not in ("_source_file", "_source_row")
    }
    missing = [name for name in table.columns if name in table.required and name not in keys]
    if missing:
        close = {
            name: difflib.get_close_matches(name, unknown, n=1, cutoff=0.6) for name in missing
        }
        names = ", ".join(
            name + (f" (is it {unknown[close[name][0]]}?)" if close[name] else "")
            for name in missing
        )
        others = ", ".join(name for name in unknown.values() if name)
        found = f"; unknown columns of the file: {others}" if others else ""
        findings.problems.append(
            f"{shown(path)}{line}: required columns are missing: {names}{found}: rename or add them"
            " (a column may be empty)."
        )
    if unknown and not missing:
        names = ", ".join(
            shown_name or f"column {keys.index(key) + 1}" for key, shown_name in unknown.items()
        )
        findings.warnings.append(
            f"{shown(path)}: columns that no model reads: {names}. Rename them if they are columns"
            f" of {table.channel}.{table.entity} under another name."
        )


# --- the lines of a CSV file ----------------------------------------------------------------------


def check_lines(path: Path, header: list[str]) -> None:
    """Reads the whole file in the one dialect of the project, and says which line it refuses."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        try:
            swallowing = first_swallowing_record(path, len(header))
        except duckdb.Error as error:
            raise RawError(csv_problem(path, content, str(error))) from None
        if swallowing is not None:
            line = line_of_record(content, swallowing, count_empty=False)
            raise RawError(
                f", line {line}: a quote that opens in this line takes the next lines into one"
                " value, up to another stray quote: close it or double it."
            )


def first_swallowing_record(path: Path, n_columns: int) -> int | None:
    """The first record (header: 1) whose value holds the end of one row and the start of another.

    Such a value is legal CSV, so no parser objects, and yet rows are lost in it: for the column k
    of n it holds n-1-k commas, line end, any whole lines of n-1 commas, k commas.
    """
    names = [f"c{index}" for index in range(n_columns)]
    tests = []
    for index, name in enumerate(names):
        pattern = (
            f"^(?:[^,\\n]*,){{{n_columns - 1 - index}}}[^,\\n]*"
            f"(?:\\n(?:[^,\\n]*,){{{n_columns - 1}}}[^,\\n]*)*"
            f"\\n(?:[^,\\n]*,){{{index}}}[^,\\n]*$"
        )
        tests.append(f"contains({name}, chr(10)) and regexp_matches({name}, '{pattern}')")
    # Few columns make the pattern too common to mean anything; every raw table has more.
    found = " or ".join(f"({test})" for test in tests) if n_columns >= 4 else "false"
    every_value = " + ".join(f"length({name})" for name in names)
    with duckdb.connect() as connection:
        [(record, _)] = connection.execute(
            f"select min(record) filter (where {found}), sum({every_value})"
            f" from (select *, row_number() over () as record from {csv_reader(path, names)})"
        ).fetchall()
    return None if record is None else record + 1


def csv_reader(path: Path, names: Sequence[str]) -> str:
    """The project's one way to read CSV: nothing is sniffed, so nothing is swallowed."""
    columns = ", ".join(f"'{name}': 'varchar'" for name in names)
    pattern = escaped_pattern(path).replace("'", "''")
    return (
        f"read_csv('{pattern}', auto_detect = false, header = true, delim = ',', quote = '\"',"
        f" escape = '\"', max_line_size = {MAX_LINE_BYTES}, buffer_size = {BUFFER_BYTES},"
        f" force_not_null = [{', '.join(repr(name) for name in names)}],"
        f" columns = {{{columns}}})"
    )


def csv_problem(path: Path, content: mmap.mmap, message: str) -> str:
    """What the engine's message means; the message itself quotes the data."""
    found = re.search(r"CSV Error on Line: ([0-9]+)", message)
    line = line_of_record(content, int(found[1]), count_empty=True) if found else None
    where = f", line {line}" if line else ""
    if "Invalid unicode" in message:
        return not_utf8(path)
    counts = re.search(r"Expected Number of Columns: ([0-9]+) Found: ([0-9]+)", message)
    if counts:
        return (
            f"{where}: has {counts[2]} fields where the line of column names has {counts[1]}:"
            " correct the line (a value that holds a comma or a line end must stand in quotes)."
        )
    if "unterminated quote" in message:
        return (
            f"{where}: a quote is opened and not closed, or text stands after a closing quote:"
            " close it; a quote within a quoted value is written twice."
        )
    if "aximum line size" in message:
        return (
            f"{where}: is longer than {MAX_LINE_BYTES // 1_000_000} MB, so probably a quote is"
            " opened and not closed: correct the line."
        )
    other_end = line_with_other_end(content)
    if other_end:
        return (
            f", line {other_end}: ends in another way than line 1 (Windows and Unix line ends"
            " mixed): save the file with one kind of line end."
        )
    return f"{where}: cannot be read as CSV: export it again with commas, in UTF-8."


def not_utf8(path: Path) -> str:
    """Where the bytes cease to be UTF-8, and what they probably are."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    line = 1
    with path.open("rb") as file:
        while chunk := file.read(1 << 20):
            try:
                decoder.decode(chunk)
            except UnicodeDecodeError as error:
                bad = error.object[: error.start].count(b"\n")
                sample = error.object[error.start :]
                return (
                    f", line {line + bad}: is not UTF-8{probable_encoding(sample)}: save it as CSV"
                    " in UTF-8."
                )
            line += chunk.count(b"\n")
    return ": is not UTF-8 (cut off within a character): export it again as CSV in UTF-8."


def probable_encoding(sample: bytes) -> str:
    """` but GB18030 (or GBK)` when the bytes read well as such, else nothing."""
    text = codecs.getincrementaldecoder("gb18030")(errors="replace").decode(sample[:100_000])
    foreign = [character for character in text if not character.isascii()]
    chinese = [character for character in foreign if "一" <= character <= "鿿"]
    if foreign and len(chinese) >= 0.8 * len(foreign):
        return " but probably GB18030 (GBK)"
    return ""


def count_line_feeds(content: mmap.mmap, end: int) -> int:
    """Line feeds before a position, without a copy of the whole file."""
    step = 1 << 20
    return sum(content[at : min(at + step, end)].count(b"\n") for at in range(0, end, step))


def record_ends(content: mmap.mmap) -> Iterator[tuple[int, int, bytes]]:
    """Each line end outside quotes: where its record begins, where the line end is, what it is."""
    start = field_start = 0
    if content[:3] == codecs.BOM_UTF8:
        start = field_start = 3
    in_quotes = False
    closed_at = -1
    for token in re.finditer(rb'["]|,|\r\n|\n|\r', content):
        at, text = token.start(), token[0]
        if text == b'"':
            if in_quotes:
                in_quotes, closed_at = False, at
            elif at == closed_at + 1 or not content[field_start:at].strip(b" "):
                in_quotes = True
        elif not in_quotes:
            if text != b",":
                yield start, at, text
                start = token.end()
            field_start = token.end()


def line_of_record(content: mmap.mmap, record: int, *, count_empty: bool) -> int:
    """The line of a text editor in which a record begins; the header is record 1.

    The engine counts records, of which one with line ends in quotes is several lines of an editor;
    empty lines are counted in its messages (`count_empty`), not in its rows.
    """
    n_records = 0
    start = 0
    for begin, end, text in record_ends(content):
        if begin == end and not count_empty:
            continue
        n_records += 1
        if n_records == record:
            start = begin
            break
        start = end + len(text)
    return 1 + count_line_feeds(content, start)


def line_with_other_end(content: mmap.mmap) -> int | None:
    """The first line that ends otherwise than the first line does."""
    first: bytes | None = None
    for _, end, text in record_ends(content):
        if first is None:
            first = text
        elif text != first:
            return 1 + count_line_feeds(content, end)
    return None
