"""A small table on a terminal."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Sequence


def width_of(text: str) -> int:
    """The columns of a terminal that a text takes; Chinese characters take two."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def in_columns(rows: Sequence[Sequence[str]], right: Collection[int] = ()) -> str:
    """Rows of one length with their columns below each other, some of them to the right."""
    widths = [max(width_of(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = []
        for column, (cell, width) in enumerate(zip(row, widths, strict=True)):
            blanks = " " * (width - width_of(cell))
            cells.append(blanks + cell if column in right else cell + blanks)
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)
