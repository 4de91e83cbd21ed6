"""Makes records of lines, or says of each line why it belongs to none.

What is read beside well-formed CSV: quotes in the middle of a value, a quote that is opened and not
closed, quotes escaped by backslashes, a line end within a value with or without quotes. A line is
never read by a guess: where the number of its fields does not come to that of the header, or two
readings are possible, it is left out and kept as it is.
"""

from __future__ import annotations

import csv
import functools
import re
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import NamedTuple

from .header import SEPARATORS, Header, name_key, stated_separator
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
    # Records of which a value lost a quote, or took in a line end without quotes.
    repaired: int = 0
    # Lines in UTF-8 where the encoding of the file is another.
    utf_8: int = 0

    def add_utf_8(self, n_lines: int) -> None:
        """So many more lines in UTF-8."""
        self.utf_8 += n_lines

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


def with_stray_quotes(text: str, separator: str, opens: int, n_fields: int) -> list[str]:
    """The fields of a line if its open quotes mean nothing; too many are not told one by one."""
    literal: set[int] = set()
    fields: list[str] = []
    while opens >= 0 and len(literal) <= n_fields:
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


class Meaning(NamedTuple):
    """What a line does to a record that is still open before it."""

    # The fields it adds to the one it ends.
    n_more: int = 0
    closes: bool = False
    # No record goes on over this line.
    stops: bool = False

    @property
    def is_neutral(self) -> bool:
        """The line goes into the open value, and no more."""
        return self == NEUTRAL


NEUTRAL = Meaning()


class Lookahead:
    """The lines ahead of which an open record takes more notice than of plain text.

    Every line is looked at once, however many open records before it ask: a file in which most
    lines are broken takes no longer than another.
    """

    def __init__(
        self, peek: Callable[[int], Line | None], meaning: Callable[[Line], Meaning]
    ) -> None:
        """`peek` gives the line of a number, which is not behind the reader."""
        self._peek = peek
        self._meaning = meaning
        self._looked_to = 0
        self._found: deque[tuple[int, Meaning]] = deque()

    def after(self, line_no: int) -> Iterator[tuple[int, Meaning]]:
        """The lines after one, as far as a record may reach; the end of the file stops it."""
        while self._found and self._found[0][0] <= line_no:
            self._found.popleft()
        yield from self._found
        last = line_no + MAX_LINES_OF_RECORD
        self._looked_to = max(self._looked_to, line_no)
        while self._looked_to < last:
            line = self._peek(self._looked_to + 1)
            if line is None:
                return
            self._looked_to += 1
            meaning = self._meaning(line)
            if not meaning.is_neutral:
                self._found.append((self._looked_to, meaning))
                yield self._found[-1]


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
        self._in_quotes = Lookahead(self._line_of_number, self._in_open_quotes)
        self._in_escaped_quotes = Lookahead(
            self._line_of_number, functools.partial(self._in_open_quotes, backslash=True)
        )
        self._without_quotes = Lookahead(self._line_of_number, self._in_short_line)
        # The record at hand is not what its lines say to the letter.
        self._is_repaired = False

    @property
    def separator(self) -> str:
        """What separates the fields of the records."""
        return self._separator

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
        self._see_separator()
        self._see_width()
        separator, n = self._separator, self._n
        counts = self.counts
        held: tuple[int, list[str]] | None = None
        held_line, end_of_held, held_is_repaired = 0, "", False
        while (line := self._next()) is not None:
            first = counts.lines
            text = line.text
            self._is_repaired = False
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
                        counts.repaired += not held_is_repaired
                        held_line, end_of_held, held_is_repaired = first, line.end, True
                        continue
                    fields = self._whole(line, fields)
            else:
                fields = self._quoted(line)
            record = self._judged(fields)
            if record:
                if held:
                    yield held
                held, held_line = self._numbered(record), counts.lines
                held_is_repaired = self._is_repaired
                counts.repaired += held_is_repaired
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
        is_first = self.counts.lines == 1
        if self.counts.lines == self.header.line_no or (is_first and stated_separator(text)):
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
        filled = self._first_texts()
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

    def _see_separator(self) -> None:
        """Learns from the first lines whether they are separated otherwise than the header.

        Only where the separator of the header gives no record, and one other gives nearly all.
        """
        filled = self._first_texts()
        n_records = {
            separator: sum(len(fields_of(text, separator)[0]) == self._n_columns for text in filled)
            for separator in {self._separator, *SEPARATORS}
        }
        fitting = [
            separator for separator, n in n_records.items() if n >= max(3, 0.9 * len(filled))
        ]
        if len(fitting) == 1 and self._n_columns > 1 and not n_records[self._separator]:
            self._separator = fitting[0]

    # Lines

    def _first_texts(self) -> list[str]:
        """The first lines that hold anything."""
        first = self.counts.lines + 1
        lines = map(self._line_of_number, range(first, first + LINES_THAT_SHOW_WIDTH))
        return [line.text for line in lines if line and line.text.strip()]

    def _next(self) -> Line | None:
        line = self._ahead.popleft() if self._ahead else next(self._lines, None)
        if line is not None:
            self.counts.lines += 1
            self.counts.characters += len(line.text)
            self._last_end = line.end
        return line

    def _line_of_number(self, line_no: int) -> Line | None:
        """A line that is still to come, which stays to come."""
        position = line_no - self.counts.lines - 1
        while len(self._ahead) <= position:
            line = next(self._lines, None)
            if line is None:
                return None
            self._ahead.append(line)
        return self._ahead[position]

    def _with_lines_to(self, line: Line, line_no: int) -> str:
        """The text of a line with those after it, which are taken now."""
        parts = [line.text]
        end = line.end
        while self.counts.lines < line_no and (after := self._next()) is not None:
            self.counts.joined += 1
            parts += [end, after.text]
            end = after.end
        return "".join(parts)

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
        alone = with_stray_quotes(line.text, self._separator, opens, self._n)
        for backslash in (False, True):
            several = self._until_closed(line, backslash, complete=len(alone) == self._n)
            if several:
                return several
        self._is_repaired = True
        return alone

    def _until_closed(self, line: Line, backslash: bool, complete: bool) -> list[str] | None:
        """The fields of a value in quotes over several lines.

        Complete: the line is a record if its open quote means nothing. Then a line after it that is
        a record too shows that the quote was a stray one, which would take in whole records.
        """
        fields, opens = fields_of(line.text, self._separator, backslash=backslash)
        if opens < 0:
            return fields if len(fields) == self._n else None
        n_fields = len(fields)
        ahead = self._in_escaped_quotes if backslash else self._in_quotes
        for line_no, after in ahead.after(self.counts.lines):
            n_fields += after.n_more
            if after.closes and n_fields == self._n and not (complete and after.stops):
                text = self._with_lines_to(line, line_no)
                return fields_of(text, self._separator, backslash=backslash)[0]
            if after.closes or after.stops or n_fields > self._n:
                return None
        return None

    def _in_open_quotes(self, line: Line, backslash: bool = False) -> Meaning:
        """What a line does to a value in quotes before it."""
        if line.fault:
            return Meaning(stops=True)
        more, opens = fields_of(line.text, self._separator, in_quotes=True, backslash=backslash)
        return Meaning(len(more) - 1, opens < 0, self._looks_like_record(line.text))

    def _whole(self, line: Line, fields: list[str]) -> list[str]:
        """A short line with the lines after it, where a line end stands within a value.

        They are one record when their fields come to the number of the header's, and none of them
        is or begins a record of its own.
        """
        if len(fields) >= self._n or self._is_total(fields):
            return split_fields(line.text, self._separator, self._n) if fields else fields
        n_fields = len(fields)
        for line_no, after in self._without_quotes.after(self.counts.lines):
            n_fields += after.n_more
            if after.stops or n_fields > self._n:
                break
            if n_fields == self._n:
                if not self._shapes and self._begin_alike(fields, line_no):
                    break
                self._is_repaired = True
                return self._joined(line, fields, line_no)
        return fields

    def _begin_alike(self, fields: list[str], line_no: int) -> bool:
        """Whether a later line begins as these fields do: both may be keys."""
        line = self._line_of_number(line_no)
        return line is not None and shape(line.text.split(self._separator)[0]) == shape(fields[0])

    def _in_short_line(self, line: Line) -> Meaning:
        """What a line does to a record before it that lacks fields."""
        fields, opens = fields_of(line.text, self._separator)
        stops = bool(
            line.fault or opens >= 0 or self._begins_record(fields) or self._is_total(fields)
        )
        return Meaning(len(fields) - 1, stops=stops)

    def _joined(self, line: Line, fields: list[str], line_no: int) -> list[str]:
        """The fields of a line with those of the lines after it, which are taken now."""
        joined = [[field] for field in fields]
        end = line.end
        while self.counts.lines < line_no and (after := self._next()) is not None:
            self.counts.joined += 1
            first, *others = fields_of(after.text, self._separator)[0]
            joined[-1] += [end, first]
            joined += [[field] for field in others]
            end = after.end
        return ["".join(parts) for parts in joined]

    def _begins_record(self, fields: list[str]) -> bool:
        return len(fields) == self._n or shape(fields[0]) in self._shapes

    def _looks_like_record(self, text: str) -> bool:
        """Whether a line is a record by itself: as many fields, and a key as keys are here."""
        fields, opens = fields_of(text, self._separator)
        if opens >= 0:
            fields = with_stray_quotes(text, self._separator, opens, self._n)
        return len(fields) == self._n and (
            not self._shapes or shape(fields[0]) in self._shapes or self._is_header(fields)
        )

    def _ends_the_last_value(self, fields: list[str]) -> bool:
        """Whether a line of one field between two records is the rest of the first one's last."""
        if self._is_total(fields) or shape(fields[0]) in self._shapes:
            return False
        following: list[str] = []
        for n_ahead in range(1, MAX_LINES_OF_VALUE + 1):
            after = self._line_of_number(self.counts.lines + n_ahead)
            if after is None or len(following) > 1:
                break
            following, _ = fields_of(after.text, self._separator)
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
