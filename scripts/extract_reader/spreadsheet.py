"""Reads workbooks (.xlsx, .xlsm) row by row, every cell as the text that a CSV file would hold."""

from __future__ import annotations

import math
import re
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl

from scripts.raw_layout.messages import EMPTY, LEAVE_OUT, RawError

BLOCK_BYTES = 1 << 20
_FORMULA = re.compile(rb"<(\w{1,10}:)?f[ />]")
CANNOT_BE_READ = (
    ": cannot be read as a workbook (not such a file, protected, cut off or damaged): save it again"
    f" as .xlsx, or {LEAVE_OUT}."
)


@contextmanager
def readable() -> Iterator[None]:
    """A damaged workbook makes the library fail in any way: it is unreadable all the same."""
    try:
        with warnings.catch_warnings():
            # What the library says of styles and extensions does not touch values.
            warnings.simplefilter("ignore")
            yield
    except OSError:
        raise
    except Exception:
        raise RawError(CANNOT_BE_READ) from None


@contextmanager
def open_workbook(path: Path, with_formulas: bool = False) -> Iterator[Any]:
    """The workbook, with the values that its formulas had when it was saved, or the formulas."""
    if not path.stat().st_size:
        raise RawError(EMPTY)
    with readable():
        workbook = openpyxl.load_workbook(path, read_only=True, data_only=not with_formulas)
    try:
        yield workbook
    finally:
        workbook.close()


def sheet_rows(sheet: Any) -> Iterator[list[str]]:
    """The rows of a sheet; cells at their end that hold nothing may be absent."""
    with readable():
        # The size that the file states may be wrong, and then cells would be missing.
        sheet.reset_dimensions()
        rows = iter(sheet.iter_rows(values_only=True))
    while True:
        with readable():
            row = next(rows, None)
            cells = None if row is None else [cell_text(value) for value in row]
        if cells is None:
            return
        yield cells


def n_formulas_without_value(path: Path, title: str) -> int:
    """The formulas of a sheet that were saved without a value, which cannot be known then."""
    if not has_formulas(path):
        return 0
    with open_workbook(path) as values, open_workbook(path, with_formulas=True) as formulas:
        n = 0
        with readable():
            sheets = values[title], formulas[title]
            for sheet in sheets:
                sheet.reset_dimensions()
            for cells in zip(*(sheet.iter_rows() for sheet in sheets), strict=True):
                n += sum(
                    # A formula whose value is an empty text says so.
                    value.value is None and formula.value is not None and value.data_type != "str"
                    for value, formula in zip(*cells, strict=True)
                )
        return n


def has_formulas(path: Path) -> bool:
    """Whether any sheet holds a formula: most workbooks hold none, and need no second reading."""
    with readable(), zipfile.ZipFile(path) as parts:
        for name in parts.namelist():
            if not name.startswith("xl/worksheets/"):
                continue
            with parts.open(name) as part:
                before = b""
                while block := part.read(BLOCK_BYTES):
                    if _FORMULA.search(before + block):
                        return True
                    before = block[-20:]
    return False


def cell_text(value: object) -> str:
    """A cell as text: whole numbers as digits, days and moments as ISO writes them."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return number_text(value)
    if isinstance(value, datetime):
        is_day = value.time() == time()
        return value.date().isoformat() if is_day else value.isoformat(" ", "seconds")
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, timedelta):
        return str(value)
    # A carriage return stands as _x000D_ in the file.
    return str(value).replace("_x000D_", "\r")


def number_text(value: float) -> str:
    """A number as the spreadsheet knows it: 15 digits and no more mean something."""
    text = f"{value:.15g}"
    if math.isfinite(value) and value == int(value) and abs(value) < 1e21:
        return str(int(Decimal(text)))
    return text
