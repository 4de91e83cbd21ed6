"""Finds the encoding of a text file: strictly, from its bytes alone, and states it.

A byte order mark decides. Without one: UTF-16 has NUL bytes at every other place; text that is
mostly valid UTF-8, line by line, is UTF-8; of GB18030 and Big5 the one in which most characters are
common ones; Windows-1252, in which every byte means something, is the last resort. Files that were
put together of others have lines in UTF-8 among those of another encoding, which would give other
characters without an error: each line that is UTF-8 to the letter is read as that.
"""

from __future__ import annotations

import codecs
import gzip
import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from scripts.raw_layout.messages import EMPTY, LEAVE_OUT, RawError

BLOCK_BYTES = 1 << 20
# Lines that are not plain ASCII say what the encoding is; so many of them say it well enough.
MAX_SAMPLE_BYTES = 4_000_000
ERRORS = "bytes_as_surrogates"
# A line beyond this is cut before its encoding is known.
MAX_LINE_BYTES = 20 * BLOCK_BYTES


@dataclass(frozen=True)
class Encoding:
    """A codec of Python, what people call it, and how many bytes of a mark precede the text."""

    codec: str
    shown: str
    n_mark_bytes: int = 0


MARKS = (
    (codecs.BOM_UTF8, "utf-8", "UTF-8 with BOM"),
    (codecs.BOM_UTF32_LE, "utf-32-le", "UTF-32 LE"),
    (codecs.BOM_UTF32_BE, "utf-32-be", "UTF-32 BE"),
    (codecs.BOM_UTF16_LE, "utf-16-le", "UTF-16 LE"),
    (codecs.BOM_UTF16_BE, "utf-16-be", "UTF-16 BE"),
)
UTF_8 = Encoding("utf-8", "UTF-8")
WINDOWS_1252 = Encoding("cp1252", "Windows-1252")
# Of each double-byte encoding: its characters, and which of them are in common use (the
# ideographs of GB 2312, and four bytes, which nothing else looks like; the first level of Big5),
# with punctuation and full-width forms.
DOUBLE_BYTE = (
    (
        Encoding("gb18030", "GB18030"),
        rb"[\x81-\xfe][\x30-\x39][\x81-\xfe][\x30-\x39]|[\x81-\xfe][\x40-\x7e\x80-\xfe]|[\x80-\xff]",
        rb"[\xa1-\xa3\xb0-\xf7][\xa1-\xfe]|.{4}",
    ),
    (
        Encoding("big5", "Big5"),
        rb"[\xa1-\xf9][\x40-\x7e\xa1-\xfe]|[\x80-\xff]",
        rb"[\xa1-\xc6][\x40-\x7e\xa1-\xfe]",
    ),
)
MIN_COMMON_SHARE = 0.6
# In these a line ends with a byte that is part of no other character.
MAY_HOLD_UTF_8 = frozenset(
    codecs.lookup(name).name
    for name in (
        "gb18030",
        "gbk",
        "gb2312",
        "big5",
        "big5hkscs",
        "cp950",
        "cp949",
        "cp932",
        "cp1252",
    )
)
# Two bytes of UTF-8 may as well be a character of a double-byte encoding; three and four, hardly.
_LONG_IN_UTF_8 = re.compile(rb"[\xe0-\xf4][\x80-\xbf]{2}")

PACK_AGAIN = f"export it again, or {LEAVE_OUT}."
NOTHING_UNPACKS = f": is cut off so early that nothing of it can be unpacked: {PACK_AGAIN}"
MAGIC = (
    (b"PK\x03\x04", "a spreadsheet or zip file"),
    (b"\xd0\xcf\x11\xe0", "an old or protected spreadsheet"),
    (b"PAR1", "a Parquet file"),
    (b"\x28\xb5\x2f\xfd", "a zstd file"),
    (b"%PDF", "a PDF file"),
)


def _bytes_as_surrogates(error: UnicodeError) -> tuple[str, int]:
    """Each undecodable byte as a character that no text holds, so that the line can be told."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    wrong = error.object[error.start : error.end]
    return "".join(chr(0xDC00 + byte) for byte in wrong), error.end


codecs.register_error(ERRORS, _bytes_as_surrogates)


class ByteStream:
    """The bytes of a file, unpacked; of a packed file that was cut off, as many as there are."""

    def __init__(self, file: IO[bytes], is_packed: bool) -> None:
        """Whatever is read before the end is as it was written."""
        self._file = gzip.GzipFile(fileobj=file) if is_packed else file
        self._is_packed = is_packed
        self.is_cut_off = False

    def read(self, n_bytes: int) -> bytes:
        """So many bytes, or those up to the end."""
        if not self._is_packed:
            return self._file.read(n_bytes)
        parts: list[bytes] = []
        try:
            while n_bytes and (part := self._file.read1(n_bytes)):  # type: ignore[union-attr]
                parts.append(part)
                n_bytes -= len(part)
        except EOFError:
            self.is_cut_off = True
        except (zlib.error, gzip.BadGzipFile):
            raise RawError(f": is damaged, and not only at its end: {PACK_AGAIN}") from None
        return b"".join(parts)


def open_bytes(path: Path) -> tuple[IO[bytes], ByteStream]:
    """The file itself, whose position is the progress, and the stream of its unpacked bytes."""
    file = path.open("rb")
    return file, ByteStream(file, path.suffix.lower() == ".gz")


class Decoder:
    """The text of bytes in one encoding, and of lines in UTF-8 that were put among them."""

    def __init__(self, codec: str, told: Callable[[int], None]) -> None:
        """`told` hears of how many lines of UTF-8 there were."""
        self._decoder = codecs.getincrementaldecoder(codec)(errors=ERRORS)
        self._may_hold_utf_8 = codecs.lookup(codec).name in MAY_HOLD_UTF_8
        self._takes_any = codecs.lookup(codec).name == WINDOWS_1252.codec
        self._told = told
        self._rest = b""
        self._is_within_line = False

    def decode(self, block: bytes, final: bool) -> str:
        """The text of whole lines; what comes after them waits for its end."""
        if not self._may_hold_utf_8:
            return self._decoder.decode(block, final)
        block = self._rest + block
        end = max(block.rfind(b"\n"), block.rfind(b"\r")) + 1
        if final or len(block) - end > MAX_LINE_BYTES:
            end = len(block)
        self._rest = block[end:]
        parts, start, at = [], 0, 0
        for line in () if block.isascii() else block[:end].splitlines(keepends=True):
            if not line.isascii() and self._is_utf_8(line):
                parts += [self._decoder.decode(block[start:at]), line.decode("utf-8")]
                start = at + len(line)
            at += len(line)
            self._is_within_line = False
        if end:
            self._is_within_line = block[end - 1 : end] not in (b"\n", b"\r")
        return "".join([*parts, self._decoder.decode(block[start:end], final)])

    def _is_utf_8(self, line: bytes) -> bool:
        if self._is_within_line or not (self._takes_any or _LONG_IN_UTF_8.search(line)):
            return False
        try:
            line.decode("utf-8")
        except UnicodeDecodeError:
            return False
        self._told(1)
        return True


def find_encoding(path: Path) -> Encoding:
    """The encoding of a text file; RawError where it is empty or no text."""
    file, stream = open_bytes(path)
    with file:
        head = stream.read(BLOCK_BYTES)
        if not head:
            raise RawError(NOTHING_UNPACKS if stream.is_cut_off else EMPTY)
        for magic, kind in MAGIC:
            if head.startswith(magic):
                raise RawError(f": is {kind} under another name: name it rightly.")
        for mark, codec, shown in MARKS:
            if head.startswith(mark):
                if len(head) == len(mark):
                    raise RawError(EMPTY)
                return Encoding(codec, shown, len(mark))
        utf_16 = utf_16_without_mark(head)
        if utf_16:
            return utf_16
        return eight_bit_encoding(foreign_lines(head, stream))


def utf_16_without_mark(head: bytes) -> Encoding | None:
    """UTF-16 by its NUL bytes: separators and column names are ASCII, whatever the values are."""
    head = head[: len(head) // 2 * 2][:65_536]
    n_even, n_odd = head[::2].count(0), head[1::2].count(0)
    if n_odd > 4 * n_even and n_odd > 0.1 * len(head) / 2:
        return Encoding("utf-16-le", "UTF-16 LE without BOM")
    if n_even > 4 * n_odd and n_even > 0.1 * len(head) / 2:
        return Encoding("utf-16-be", "UTF-16 BE without BOM")
    return None


def foreign_lines(head: bytes, stream: ByteStream) -> Iterator[bytes]:
    """Every line that is not plain ASCII."""
    rest = b""
    block = head
    while block:
        block, cut, rest_of_block = (rest + block).rpartition(b"\n")
        rest = rest_of_block if len(rest_of_block) < MAX_LINE_BYTES else b""
        if not block.isascii():
            yield from (line for line in (block + cut).splitlines() if not line.isascii())
        block = stream.read(BLOCK_BYTES)
    yield from (line for line in rest.splitlines() if not line.isascii())


def eight_bit_encoding(lines: Iterator[bytes]) -> Encoding:
    """The encoding that fits most lines; plain ASCII is UTF-8."""
    n_lines = n_utf_8 = n_bytes = 0
    sample = []
    for line in lines:
        n_lines += 1
        try:
            line.decode("utf-8")
            n_utf_8 += 1
        except UnicodeDecodeError:
            sample.append(line)
        n_bytes += len(line)
        if n_bytes > MAX_SAMPLE_BYTES:
            break
    if 2 * n_utf_8 >= n_lines:
        return UTF_8
    scored = [
        (common_share(b"\n".join(sample), characters, common), encoding)
        for encoding, characters, common in DOUBLE_BYTE
    ]
    share, best = max(scored, key=lambda pair: pair[0])
    return best if share >= MIN_COMMON_SHARE else WINDOWS_1252


def common_share(sample: bytes, characters: bytes, common: bytes) -> float:
    """The share of the characters beyond ASCII that are in common use."""
    found: list[bytes] = re.findall(characters, sample)
    is_common = re.compile(common, re.DOTALL).fullmatch
    return sum(1 for character in found if is_common(character)) / max(len(found), 1)
