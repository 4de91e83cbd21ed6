"""Reading CSV in the one dialect of the project, and saying which line it refuses and why."""

from __future__ import annotations

import codecs
import csv
import mmap
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import duckdb

from .messages import EMPTY, RawError
from .parquet_files import escaped_pattern

MAX_LINE_BYTES = 20_000_000
# Two of the longest lines: a reader of the default size for such lines would hold 320 MB a thread.
BUFFER_BYTES = 2 * MAX_LINE_BYTES


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
