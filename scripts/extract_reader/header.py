"""Finds the line of column names and, by it, the separator; says what is wrong with the names.

A name is a documented one whatever its case and blanks, or another name for one that
`column_names.csv` beside this file lists. Anything else is proposed to the user and never guessed.
"""

from __future__ import annotations

import csv
import functools
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from scripts.raw_layout import Findings, RawTable
from scripts.raw_layout.checks import check_header
from scripts.raw_layout.messages import RawError

SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar", "\x01": "^A"}
# With this line a spreadsheet tells itself the separator.
_STATED_SEPARATOR = re.compile(r'\ufeff?"?sep=([^"\w])"?[,;\t|]*', re.IGNORECASE)
# Title lines may precede the names, but not so many.
MAX_LINES_BEFORE = 100
# One name may stand in a title; two are a header.
MIN_KNOWN_NAMES = 2
OTHER_NAMES = Path(__file__).with_name("column_names.csv")


@dataclass(frozen=True)
class Header:
    """The column names of a file: as they stand, and as columns of the raw table."""

    line_no: int
    separator: str
    cells: tuple[str, ...]
    columns: tuple[str, ...]
    # The cells with the empty ones at the end, which spreadsheets add.
    width: int

    @property
    def renamed(self) -> list[str]:
        """Names that were read as others: `手机号 as mobile`."""
        return [
            f"{cell.strip()} as {column}"
            for cell, column in zip(self.cells, self.columns, strict=True)
            if name_key(cell) != column and not column.startswith("column_")
        ]


def name_key(name: str) -> str:
    """A column name as it is compared: no case, blanks, marks and widths of characters."""
    found = re.fullmatch(r'\s*="(.*)"\s*', name)
    plain = unicodedata.normalize("NFKC", found[1] if found else name).strip(
        "\ufeff\u200b \t\r\n'\""
    )
    return re.sub(r"[\s-]+", "_", plain).lower()


@functools.cache
def other_names() -> dict[str, tuple[str, ...]]:
    """Columns that another name may mean; which one, the table decides."""
    found: dict[str, tuple[str, ...]] = {}
    with OTHER_NAMES.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            key = name_key(row["name"])
            found[key] = (*found.get(key, ()), row["column_name"])
    return found


def column_of(name: str, table: RawTable) -> str | None:
    """The documented column that a name means."""
    key = name_key(name)
    if key in table.columns:
        return key
    meant = [column for column in other_names().get(key, ()) if column in table.columns]
    return meant[0] if len(meant) == 1 else None


def stated_separator(first_line: str) -> str | None:
    """The separator that the first line of a file states, where it is `sep=;` or alike."""
    found = _STATED_SEPARATOR.fullmatch(first_line.rstrip(" "))
    return found[1] if found else None


def shown_separator(separator: str) -> str:
    """What people call it."""
    return SEPARATORS.get(separator, separator)


def find_header(
    rows: Iterable[tuple[int, str, Sequence[str]]], table: RawTable
) -> tuple[int, str, tuple[str, ...]] | None:
    """Line number, separator and cells of the candidate with the most documented names."""
    best: tuple[int, str, tuple[str, ...]] | None = None
    most = MIN_KNOWN_NAMES - 1
    for line_no, separator, cells in rows:
        n_known = len({column_of(cell, table) for cell in cells} - {None})
        if n_known > most:
            most, best = n_known, (line_no, separator, tuple(cells))
    return best


def make_header(line_no: int, separator: str, cells: Sequence[str], table: RawTable) -> Header:
    """The columns of a file by the cells of its header; unknown ones keep their names."""
    cells = list(cells)
    width = len(cells)
    while cells and not cells[-1].strip():
        cells.pop()
    columns = []
    for position, cell in enumerate(cells, start=1):
        name = column_of(cell, table) or cell.strip()
        if name.lower().startswith("_source_"):
            name = f"column_{position}{name}"
        columns.append(name or f"column_{position}")
    return Header(line_no, separator, tuple(cells), tuple(columns), width)


def check_names(header: Header, path: Path, table: RawTable, findings: Findings) -> None:
    """What is wrong with the names, as the check before a build says it."""
    check_header(list(header.columns), path, table, findings, line_no=header.line_no)


def no_header(table: RawTable) -> RawError:
    """No line holds column names."""
    return RawError(
        f": none of the first {MAX_LINES_BEFORE} lines holds column names of"
        f" {table.channel}.{table.entity} ({', '.join(table.columns)}): put them into the first"
        f" line, or add the names that are there to {OTHER_NAMES.name} in scripts/extract_reader."
    )
