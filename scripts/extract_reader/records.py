"""Makes records of lines, or says of each line why it belongs to none.

What is read beside well-formed CSV: quotes in the middle of a value, a quote that is opened and not
closed, quotes escaped by backslashes, a line end within a value with or without quotes. A line is
never read by a guess: where the number of its fields does not come to that of the header, or two
readings are possible, it is left out and kept as it is.
"""

from __future__ import annotations

import csv
import re
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

from .header import Header, name_key
from .lines import MAX_LINE_CHARACTERS, Line

# More lines than this are not one record.
MAX_LINES_OF_RECORD = 1_000
# So many lines show how many fields the lines of a file have.
LINES_THAT_SHOW_WIDTH = 20
# So many lines without a separator may end the last value of a record.
MAX_LINES_OF_VALUE = 20
# So many records show what a key looks like.
RECORDS_THAT_SHOW_KEYS = 10_000
TOTALS = frozenset(
    [
        *("合计", "总计", "小计", "总和", "汇总", "共计", "本页合计"),
        *("total", "totals", "sum", "subtotal", "sub total", "grand total"),
    ]
)

csv.field_size_limit(2 * MAX_LINE_CHARACTERS)

_SPREADSHEET_TEXT = re.compile(r'^="([^"]*)"$')
_APOSTROPHE = re.compile(r"^'(?=[-+=@0-9][^']*$)")
_ESCAPED = re.compile(r'\\(["\\])')
_KEY_PART = re.compile(r"[0-9A-Za-z]+")
_OTHER = re.compile(r"[^\x00-\x7f]+")

Reject = Callable[[int, str, str], None]


@dataclass
class Counts:
    """What became of the lines of a file; those of the header and blank ones hold nothing."""

    lines: int = 0
    header: int = 0
    blank: int = 0
    records: int = 0
    # Lines beyond the first of a record.
    joined: int = 0
    rejects: int = 0
    characters: int = 0

    @property
    def accounted(self) -> int:
        """The lines whose fate is known: all of them."""
        return self.header + self.blank + self.records + self.joined + self.rejects


# --- one text -------------------------------------------------------------------------------------


def fields_of(
    text: str,
    separator: str,
    *,
    in_quotes: bool = False,
    backslash: bool = False,
    literal: frozenset[int] = frozenset(),
) -> tuple[list[str], int]:
    """The fields of a text, and where the quote stands that is still open at its end, or -1.

    A quote closes a value where a separator or the end follows; elsewhere it is part of the value.

    Args:
        text: a line, or what follows an open quote.
        separator: one character.
        in_quotes: the text begins within quotes.
        backslash: a backslash before a quote always escapes it.
        literal: positions of quotes that open nothing and are dropped.
    """
    fields = []
    at, n = 0, len(text)
    while True:
        opens = at if in_quotes else opening_quote(text, at, separator)
        if opens in literal:
            at, opens = opens + 1, -1
        if opens < 0:
            end = text.find(separator, at)
            if end < 0:
                fields.append(text[at:])
                return fields, -1
            fields.append(text[at:end])
            at = end + 1
            continue
        start = opens if in_quotes else opens + 1
        in_quotes = False
        value_end, after = closing_quote(text, start, separator, backslash)
        fields.append(unescaped(text[start:value_end], backslash))
        if after < 0:
            return fields, opens
        if after >= n:
            return fields, -1
        at = after + 1


def opening_quote(text: str, at: int, separator: str) -> int:
    """Where the quote stands with which a field begins, blanks before it left out; else -1."""
    while text.startswith(" ", at) and separator != " ":
        at += 1
    return at if text.startswith('"', at) else -1


def closing_quote(text: str, at: int, separator: str, backslash: bool) -> tuple[int, int]:
    """Where a quoted value ends, and the separator or end after it (-1: it is not closed)."""
    n = len(text)
    while True:
        quote = text.find('"', at)
        if quote < 0:
            return n, -1
        if backslash and is_escaped(text, quote):
            at = quote + 1
            continue
        if text.startswith('"', quote + 1):
            at = quote + 2
            continue
        after = quote + 1
        while after < n and text[after] == " " and separator != " ":
            after += 1
        if after >= n or text[after] == separator:
            return quote, after
        at = quote + 1


def is_escaped(text: str, at: int) -> bool:
    """Whether an odd number of backslashes precedes a place."""
    first = at
    while first and text[first - 1] == "\\":
        first -= 1
    return (at - first) % 2 == 1


def unescaped(value: str, backslash: bool) -> str:
    """A quoted value as it is meant."""
    if '"' not in value:
        return _ESCAPED.sub(r"\1", value) if backslash else value
    if backslash or ('""' not in value and '\\"' in value):
        return _ESCAPED.sub(r"\1", value)
    return value.replace('""', '"')


def split_fields(text: str, separator: str, n_fields: int) -> list[str]:
    """The fields of one line that closes its own quotes, by whichever habit gives their number."""
    fields, _ = fields_of(text, separator)
    if len(fields) > n_fields and "\\" in text:
        for other in (
            fields_of(text, separator, backslash=True)[0],
            [
                field.replace("\\" + separator, separator)
                for field in re.split(r"(?<!\\)" + re.escape(separator), text)
            ],
        ):
            if len(other) == n_fields:
                return other
    return fields


def with_stray_quotes(text: str, separator: str, opens: int) -> list[str]:
    """The fields of a line if its open quotes mean nothing."""
    literal: set[int] = set()
    fields: list[str] = []
    while opens >= 0:
        literal.add(opens)
        fields, opens = fields_of(text, separator, literal=frozenset(literal))
    return fields


def plain_value(value: str) -> str:
    """A value without what spreadsheets put around text that looks like a number."""
    found = _SPREADSHEET_TEXT.match(value)
    return found[1] if found else _APOSTROPHE.sub("", value)


def first_word(value: str) -> str:
    """The first field of a line as words for totals and column names are compared."""
    return value.strip('\ufeff \t":：').lower()


def shape(value: str) -> str:
    """What a key looks like: 9 for digits, a for letters, w for both, x for other letters."""

    def part(match: re.Match[str]) -> str:
        text = match[0]
        return "9" if text.isdigit() else "a" if text.isalpha() else "w"

    return _OTHER.sub("x", _KEY_PART.sub(part, value.strip()))


# --- a file ---------------------------------------------------------------------------------------


class RecordReader:
    """The records of the lines after the header, the lines left out handed to `reject`."""

    def __init__(self, header: Header, counts: Counts, reject: Reject) -> None:
        """Counts go on from those of the lines up to the header."""
        self.header = header
        self.counts = counts
        self._reject = reject
        self._n_columns = len(header.columns)
        # Fields of a line: the columns, and empty ones at the end where all lines have them.
        self._n = header.width
        self._separator = header.separator
        self._header_keys = [name_key(cell) for cell in header.cells]
        self._suspects = TOTALS | {first_word(cell) for cell in header.cells[:1]}
        self._shapes: set[str] = set()
        self._number = 0
        self._ahead: deque[Line] = deque()

    def from_cells(self, rows: Iterable[Sequence[str]]) -> Iterator[tuple[int, list[str]]]:
        """The records of rows that are divided already, as a workbook's."""
        for row in rows:
            self.counts.lines += 1
            self.counts.characters += sum(map(len, row))
            fields = list(row) + [""] * (self._n - len(row))
            while len(fields) > self._n and not fields[-1].strip():
                fields.pop()
            if not any(cell.strip() for cell in fields):
                self.counts.blank += 1
            elif record := self._judged(fields):
                yield self._numbered(record)
            else:
                self._leave_out(",".join(fields), self._reason(fields), self.counts.lines)

    def from_lines(self, lines: Iterator[Line]) -> Iterator[tuple[int, list[str]]]:
        """The number of each record and its fields; lines that were left out have numbers too."""
        self._lines = lines
        self._see_width()
        separator, n = self._separator, self._n
        counts = self.counts
        held: tuple[int, list[str]] | None = None
        held_line, end_of_held = 0, ""
        while (line := self._next()) is not None:
            first = counts.lines
            text = line.text
            if line.fault:
                self._leave_out(text, line.fault, first)
                continue
            if '"' not in text:
                fields = text.split(separator)
                if len(fields) != n:
                    if not text.strip(separator + " \t"):
                        counts.blank += 1
                        continue
                    if (
                        len(fields) == 1
                        and held
                        and held_line == first - 1
                        and self._ends_the_last_value(fields)
                    ):
                        held[1][-1] += end_of_held + text
                        counts.joined += 1
                        held_line, end_of_held = first, line.end
                        continue
                    fields = self._whole(line, fields)
            else:
                fields = self._quoted(line)
            record = self._judged(fields)
            if record:
                if held:
                    yield held
                held, held_line = self._numbered(record), counts.lines
                end_of_held = line.end if held_line == first else self._last_end
            elif not any(field.strip() for field in fields):
                counts.blank += 1
            else:
                self._leave_out(text, self._reason(fields, text), first)
        if held:
            yield held

    def pass_over(self, text: str) -> None:
        """A line up to and with that of the header."""
        self.counts.lines += 1
        if self.counts.lines == self.header.line_no:
            self.counts.header += 1
        elif not text.strip(", \t"):
            self.counts.blank += 1
        else:
            self.counts.rejects += 1
            self._reject(self.counts.lines, "before_header", text)

    def _see_width(self) -> None:
        """Learns from the first lines whether all have empty fields at the end or none has.

        One line with an empty field too many may as well be one whose fields are shifted.
        """
        taken = [line for _ in range(LINES_THAT_SHOW_WIDTH) if (line := self._next()) is not None]
        self._put_back(taken)
        filled = [line.text for line in taken if line.text.strip()]
        widths = Counter(
            len(fields)
            for fields in (fields_of(text, self._separator)[0] for text in filled)
            if len(fields) >= self._n_columns
            and not any(field.strip() for field in fields[self._n_columns :])
        )
        if widths:
            [(width, n_lines)] = widths.most_common(1)
            if width == self._n_columns or n_lines >= max(3, 0.9 * len(filled)):
                self._n = width

    # Lines

    def _next(self) -> Line | None:
        line = self._ahead.popleft() if self._ahead else next(self._lines, None)
        if line is not None:
            self.counts.lines += 1
            self.counts.characters += len(line.text)
            self._last_end = line.end
        return line

    def _put_back(self, taken: list[Line]) -> None:
        self._ahead.extendleft(reversed(taken))
        self.counts.lines -= len(taken)
        self.counts.characters -= sum(len(line.text) for line in taken)

    # Records of one line and of several

    def _quoted(self, line: Line) -> list[str]:
        """The fields of a line with quotes, and of those after it that one of them takes in."""
        if "\\" not in line.text and ' "' not in line.text:
            # Most lines are as they should be, for which the library's reader is much faster.
            with suppress(csv.Error):
                [strict] = csv.reader([line.text], delimiter=self._separator, strict=True)
                if len(strict) == self._n:
                    return strict
        fields, opens = fields_of(line.text, self._separator)
        if opens < 0:
            fields = split_fields(line.text, self._separator, self._n)
            return fields if len(fields) >= self._n else self._whole(line, fields)
        escaped, escaped_opens = fields_of(line.text, self._separator, backslash=True)
        if escaped_opens < 0 and len(escaped) == self._n:
            return escaped
        alone = with_stray_quotes(line.text, self._separator, opens)
        for backslash in (False, True):
            several = self._until_closed(line, backslash, complete=len(alone) == self._n)
            if several:
                return several
        return alone

    def _until_closed(self, line: Line, backslash: bool, complete: bool) -> list[str] | None:
        """The fields of a value in quotes over several lines.

        Complete: the line is a record if its open quote means nothing. Then a line after it that is
        a record too shows that the quote was a stray one, which would take in whole records.
        """
        fields, opens = fields_of(line.text, self._separator, backslash=backslash)
        if opens < 0:
            return fields if len(fields) == self._n else None
        taken: list[Line] = []
        end = line.end
        while len(taken) < MAX_LINES_OF_RECORD and (after := self._next()) is not None:
            taken.append(after)
            if after.fault:
                break
            is_record = self._looks_like_record(after.text)
            more, opens = fields_of(
                after.text, self._separator, in_quotes=True, backslash=backslash
            )
            fields[-1] += end + more[0]
            fields += more[1:]
            end = after.end
            if opens < 0:
                if len(fields) == self._n and not (complete and is_record):
                    self.counts.joined += len(taken)
                    return fields
                break
            if is_record or len(fields) > self._n:
                break
        self._put_back(taken)
        return None

    def _whole(self, line: Line, fields: list[str]) -> list[str]:
        """A short line with the lines after it, where a line end stands within a value.

        They are one record when their fields come to the number of the header's, and none of them
        is or begins a record of its own.
        """
        if len(fields) >= self._n or self._is_total(fields):
            return split_fields(line.text, self._separator, self._n) if fields else fields
        joined = list(fields)
        taken: list[Line] = []
        end = line.end
        while len(joined) < self._n and len(taken) < MAX_LINES_OF_RECORD:
            after = self._next()
            if after is None:
                break
            taken.append(after)
            more, opens = fields_of(after.text, self._separator)
            if after.fault or opens >= 0 or self._begins_record(more) or self._is_total(more):
                break
            joined[-1] += end + more[0]
            joined += more[1:]
            end = after.end
        else:
            if len(joined) == self._n:
                self.counts.joined += len(taken)
                return joined
        self._put_back(taken)
        return fields

    def _begins_record(self, fields: list[str]) -> bool:
        return len(fields) == self._n or shape(fields[0]) in self._shapes

    def _looks_like_record(self, text: str) -> bool:
        """Whether a line is a record by itself: as many fields, and a key as keys are here."""
        fields, opens = fields_of(text, self._separator)
        if opens >= 0:
            fields = with_stray_quotes(text, self._separator, opens)
        return len(fields) == self._n and (
            not self._shapes or shape(fields[0]) in self._shapes or self._is_header(fields)
        )

    def _ends_the_last_value(self, fields: list[str]) -> bool:
        """Whether a line of one field between two records is the rest of the first one's last."""
        if self._is_total(fields) or shape(fields[0]) in self._shapes:
            return False
        taken: list[Line] = []
        following: list[str] = []
        while len(following) < 2 and len(taken) < MAX_LINES_OF_VALUE:
            after = self._next()
            if after is None:
                break
            taken.append(after)
            following, _ = fields_of(after.text, self._separator)
        self._put_back(taken)
        return (
            len(following) > 1 and self._begins_record(following) and not self._is_header(following)
        )

    # Fields

    def _judged(self, fields: list[str]) -> list[str] | None:
        """The values of a record, or nothing where it is none."""
        if len(fields) != self._n or any(map(str.strip, fields[self._n_columns :])):
            return None
        fields = fields[: self._n_columns]
        first = first_word(fields[0])
        if (not first or first in self._suspects) and (
            not any(cell.strip() for cell in fields)
            or self._is_total(fields)
            or self._is_header(fields)
        ):
            return None
        if self.counts.records < RECORDS_THAT_SHOW_KEYS:
            self._shapes.add(shape(fields[0]))
        joined = "".join(fields)
        if "'" in joined or '="' in joined:
            return [plain_value(value) for value in fields]
        return fields

    def _numbered(self, record: list[str]) -> tuple[int, list[str]]:
        self.counts.records += 1
        return self.counts.records + self._number, record

    def _reason(self, fields: Sequence[str], text: str = "") -> str:
        """Why fields are no record."""
        if self._is_total(fields):
            return "total_line"
        if self._is_header(fields):
            return "repeated_header"
        if text and fields_of(text, self._separator)[1] >= 0:
            return "open_quote"
        return "short_line" if len(fields) < self._n else "long_line"

    def _is_total(self, fields: Sequence[str]) -> bool:
        """A sum below a table: a word for it, and few values."""
        filled = [cell.strip() for cell in fields if cell.strip()]
        return bool(filled) and first_word(filled[0]) in TOTALS and 2 * len(filled) <= self._n

    def _is_header(self, fields: Sequence[str]) -> bool:
        keys = [name_key(cell) for cell in fields]
        while keys and not keys[-1]:
            keys.pop()
        return keys == self._header_keys

    def _leave_out(self, text: str, reason: str, line_no: int) -> None:
        self.counts.rejects += 1
        self._number += 1
        self._reject(line_no, reason, text)
