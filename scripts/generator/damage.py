"""Heavy noise: CSV files as old systems, spreadsheets and bad transfers leave them.

About half of the files get the habits of one kind of source (encoding, separator, line ends, titles
and totals, a workbook), and of their lines a few are damaged. Each damaged line is recorded, so
that one can ask of each whether intake read it as it was or kept it with a reason.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import openpyxl

from .raw_file import ERROR_COLUMNS, FORMATS, text
from .schema import TABLES, Table

LINE_RATE = 0.01
LONG_FIELD = "很长的文字" * 200_000
MAX_WORKBOOK_ROWS = 20_000

Error = tuple[str, str, str | None, None, str, str | None, str, int | None]


@dataclass(frozen=True)
class Habit:
    """How one kind of source writes its files."""

    codec: str
    separator: str = ","
    ending: str = ".csv"
    line_end: str = "\n"
    mark: bytes = b""
    bad_bytes: bytes = b"\xff"
    has_titles: bool = False


HABITS = (
    Habit("gb18030", line_end="\r\n"),
    Habit("utf-8", mark=b"\xef\xbb\xbf", line_end="\r\n", has_titles=True),
    Habit("utf-16-le", "\t", ".txt", "\r\n", b"\xff\xfe", b"\x00\xdc"),
    Habit("gb18030", "\t", ".tsv", has_titles=True),
    Habit("utf-8", ";"),
    Habit("utf-8", "|", ".txt"),
    Habit("utf-16-be", mark=b"\xfe\xff", bad_bytes=b"\xdc\x00"),
    Habit("utf-8", "\x01", ".txt"),
)
LINE_KINDS = (
    "broken_line",
    "open_quote",
    "nul_bytes",
    "short_line",
    "long_line",
    "undecodable_bytes",
    "repeated_header",
)


def damage_folder(folder: Path, rng: np.random.Generator) -> list[Error]:
    """Damages some of the CSV files of a folder; returns what was done to which line."""
    errors: list[Error] = []
    tables = [table for table in TABLES.values() if csv_path(folder, table).is_file()]
    order = rng.permutation(len(tables))
    chosen = [tables[position] for position in order[: (len(tables) + 1) // 2]]
    workbook = next((table for table in chosen if is_small(csv_path(folder, table))), None)
    longest = next((table for table in chosen if table is not workbook), None)
    for number, table in enumerate(chosen):
        path = csv_path(folder, table)
        if table is workbook:
            errors.append(to_workbook(path, table))
        else:
            habit = HABITS[number % len(HABITS)]
            errors += damage_file(path, table, habit, table is longest, rng)
    return errors


def record_damage(folder: Path, errors: Sequence[Error]) -> None:
    """Adds what was damaged to the recorded errors."""
    path = folder / "truth" / "errors.parquet"
    with duckdb.connect() as con:
        con.execute(f"create table damage ({ERROR_COLUMNS})")
        if errors:
            con.executemany("insert into damage values (?, ?, ?, ?, ?, ?, ?, ?)", errors)
        con.execute(f"create table errors as select * from read_parquet({text(path)})")
        con.execute("insert into errors by name select * from damage")
        con.execute(f"copy errors to {text(path)} {FORMATS['parquet']}")


def csv_path(folder: Path, table: Table) -> Path:
    """Where the generator wrote a table."""
    return folder / table.channel / f"{table.entity}.csv"


def is_small(path: Path) -> bool:
    """Whether a file fits into a workbook that anybody would make."""
    with path.open("rb") as file:
        return sum(1 for _ in file) <= MAX_WORKBOOK_ROWS


def rows_of(path: Path) -> Iterator[list[str]]:
    """The rows of a file of the generator, the header first."""
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.reader(file)


def line_of(row: Sequence[str], separator: str) -> str:
    """A row as one line, with quotes where it needs them."""
    line = io.StringIO()
    csv.writer(line, delimiter=separator, lineterminator="").writerow(row)
    return line.getvalue()


def key_columns(table: Table) -> list[str]:
    """The columns of a table's key."""
    return re.findall(r"nullif\((\w+), ''\)", table.key) or [table.key]


def key_of(table: Table, header: Sequence[str], row: Sequence[str]) -> str:
    """The key of a row as the other errors name it."""
    values = dict(zip(header, row, strict=True))
    return ".".join(values[part] for part in key_columns(table) if values.get(part))


def damage_file(
    path: Path, table: Table, habit: Habit, has_long_field: bool, rng: np.random.Generator
) -> list[Error]:
    """Writes a file anew in its habit, some lines damaged."""
    rows = rows_of(path)
    header = next(rows)
    head = line_of(header, habit.separator)
    errors: list[Error] = []
    keys = [header.index(column) for column in key_columns(table)]

    def note(key: str | None, kind: str, original: str | None, injected: str, number: int) -> None:
        errors.append(
            (table.channel, table.entity, key, None, kind, original, injected, number or None)
        )

    def line_bytes(line: str) -> bytes:
        return (line + habit.line_end).encode(habit.codec)

    damaged = path.with_suffix(".damaged")
    with damaged.open("wb") as file:
        file.write(habit.mark)
        if habit.has_titles:
            title = f"{table.entity} 导出报表"
            file.write(line_bytes(title) + line_bytes(""))
            note(None, "before_header", None, title, 0)
        file.write(line_bytes(head))
        number = 0
        for number, row in enumerate(rows, start=1):
            line = line_of(row, habit.separator)
            is_long = has_long_field and number > 1
            if not is_long and number > 1 and rng.random() >= LINE_RATE:
                file.write(line_bytes(line))
                continue
            key = key_of(table, header, row)
            kind = "long_field" if is_long else str(rng.choice(LINE_KINDS))
            content, injected = damaged_line(kind, row, keys, head, habit, rng)
            if content is None:
                file.write(line_bytes(line))
                continue
            has_long_field = has_long_field and not is_long
            file.write(content + habit.line_end.encode(habit.codec))
            if kind == "repeated_header":
                file.write(line_bytes(line))
                note(None, kind, None, injected, number)
            else:
                note(key, kind, line, injected, number)
        if habit.has_titles:
            total = line_of(["合计", *[""] * (len(header) - 2), str(number)], habit.separator)
            file.write(line_bytes("") + line_bytes(total))
            note(None, "total_line", None, total, 0)
    path.unlink()
    damaged.rename(path.with_suffix(habit.ending))
    return errors


def damaged_line(
    kind: str,
    row: Sequence[str],
    keys: Sequence[int],
    head: str,
    habit: Habit,
    rng: np.random.Generator,
) -> tuple[bytes | None, str]:
    """A line damaged in one way, as bytes and as text; nothing where the row does not allow it."""
    # Plain fields between the first and the last, by whose key the row is still known.
    plain = [
        position
        for position in range(1, len(row) - 1)
        if position not in keys
        and len(row[position]) > 1
        and not set(row[position]) & {'"', "\n", "\r", habit.separator}
    ]
    if kind == "repeated_header":
        return head.encode(habit.codec), head
    if not plain:
        return None, ""
    position = int(rng.choice(plain))
    value = row[position]
    half = len(value) // 2

    def with_value(changed: str) -> str:
        fields = [line_of([field], habit.separator) if field else "" for field in row]
        fields[position] = changed
        return habit.separator.join(fields)

    if kind == "undecodable_bytes":
        before, after = with_value(value[:half] + "\ufffe" + value[half:]).split("\ufffe")
        content = before.encode(habit.codec) + habit.bad_bytes + after.encode(habit.codec)
        return content, f"{before}\\xff{after}"
    if kind == "short_line":
        changed = line_of([*row[:position], *row[position + 1 :]], habit.separator)
    elif kind == "long_line":
        changed = line_of([*row[:position], "x", *row[position:]], habit.separator)
    elif kind == "long_field":
        changed = with_value(LONG_FIELD)
    else:
        changed = with_value(
            {
                "broken_line": value[:half] + "\n" + value[half:],
                "open_quote": '"' + value,
                "nul_bytes": value[:half] + "\0" + value[half:],
            }[kind]
        )
    return changed.encode(habit.codec), changed if kind != "long_field" else f"{position}"


def to_workbook(path: Path, table: Table) -> Error:
    """A file as a workbook with a title, short whole numbers as numbers."""
    workbook = openpyxl.Workbook(write_only=True)
    sheet = workbook.create_sheet("导出")
    sheet.append([path.stem])
    for row in rows_of(path):
        sheet.append(
            [int(value) if re.fullmatch(r"0|[1-9][0-9]{0,14}", value) else value for value in row]
        )
    made = io.BytesIO()
    workbook.save(made)
    with (
        zipfile.ZipFile(made) as timed,
        zipfile.ZipFile(path.with_suffix(".xlsx"), "w", zipfile.ZIP_DEFLATED) as timeless,
    ):
        # The library writes the clock into a workbook; the same arguments give the same bytes.
        for name in timed.namelist():
            content = re.sub(
                rb"(:created|:modified)( [^>]*)>[^<]*<",
                rb"\1\2>2024-01-01T00:00:00Z<",
                timed.read(name),
            )
            timeless.writestr(zipfile.ZipInfo(name, (2024, 1, 1, 0, 0, 0)), content)
    path.unlink()
    return (table.channel, table.entity, None, None, "before_header", None, path.stem, None)
