"""Cuts a text file into lines, whatever ends them, with bounded memory."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from .encoding import BLOCK_BYTES, Decoder, Encoding, open_bytes

# A line beyond this is no line of a table; of its text only the beginning is kept.
MAX_LINE_CHARACTERS = 20_000_000
KEPT_OF_TOO_LONG = 1_000_000

_LINE = re.compile(r"([^\r\n]*)(\r\n|\r|\n)")
_WRONG_BYTE = re.compile("[\udc00-\udcff]")
Progress = Callable[[int], None]


class Line(NamedTuple):
    """A line without its end; what keeps it from being read, if anything does."""

    text: str
    end: str
    fault: str | None = None


def read_lines(
    path: Path,
    encoding: Encoding,
    progress: Progress = lambda position: None,
    told_utf_8: Callable[[int], None] = lambda n_lines: None,
) -> Iterator[Line]:
    """The lines of a file.

    Args:
        path: of the file.
        encoding: as it was found.
        progress: told how many bytes of the file itself were read.
        told_utf_8: told how many lines were in UTF-8 where the encoding is another.
    """
    file, stream = open_bytes(path)
    decoder = Decoder(encoding.codec, told_utf_8)
    with file:
        stream.read(encoding.n_mark_bytes)
        rest = ""
        kept, n_dropped = "", 0
        while True:
            block = stream.read(BLOCK_BYTES)
            progress(file.tell())
            text = rest + decoder.decode(block, final=not block)
            # A carriage return at the end may be half of a line end.
            held = "\r" if block and text.endswith("\r") else ""
            text = text[: len(text) - len(held)]
            lines, rest = cut(text)
            rest += held
            if n_dropped and lines:
                first = lines[0]
                lines[0] = too_long(kept, n_dropped + len(first.text), first.end)
                n_dropped = 0
            elif lines and len(lines[0].text) > MAX_LINE_CHARACTERS:
                first = lines[0]
                lines[0] = too_long(first.text[:KEPT_OF_TOO_LONG], len(first.text), first.end)
            yield from lines
            if len(rest) > MAX_LINE_CHARACTERS:
                if not n_dropped:
                    kept = rest[:KEPT_OF_TOO_LONG]
                n_dropped += len(rest)
                rest = ""
            if not block:
                break
        if stream.is_cut_off:
            # Where the last line would have ended is not known.
            yield Line((kept if n_dropped else rest)[:KEPT_OF_TOO_LONG], "", "cut_off")
        elif n_dropped:
            yield too_long(kept, n_dropped + len(rest), "")
        elif rest:
            yield from faults([Line(rest, "")], rest)


def cut(text: str) -> tuple[list[Line], str]:
    """The whole lines of a text, and what is left of it."""
    n_feeds, n_returns = text.count("\n"), text.count("\r")
    if not n_returns:
        *parts, rest = text.split("\n")
        lines = [Line(part, "\n") for part in parts]
    elif n_feeds == n_returns == text.count("\r\n"):
        *parts, rest = text.split("\r\n")
        lines = [Line(part, "\r\n") for part in parts]
    else:
        found = list(_LINE.finditer(text))
        lines = [Line(match[1], match[2]) for match in found]
        rest = text[found[-1].end() :] if found else text
    return faults(lines, text), rest


def faults(lines: list[Line], text: str) -> list[Line]:
    """The lines of a text, those marked that hold bytes which mean nothing."""
    try:
        text.encode()
        wrong = "\0" in text
    except UnicodeEncodeError:
        wrong = True
    return [Line(line.text, line.end, fault(line.text)) for line in lines] if wrong else lines


def fault(text: str) -> str | None:
    """What keeps one line from being read."""
    if _WRONG_BYTE.search(text):
        return "undecodable_bytes"
    if "\0" in text:
        return "nul_bytes"
    return None


def too_long(kept: str, n_characters: int, end: str) -> Line:
    """A line of which only the beginning was kept."""
    return Line(f"{kept} ... ({n_characters} characters)", end, "too_long")


def as_text(line: str) -> str:
    r"""A line as it may be stored: bytes that mean nothing as \x and two digits."""
    if line.isascii():
        return line.replace("\0", "\\x00")
    shown = _WRONG_BYTE.sub(lambda match: f"\\x{ord(match[0]) - 0xDC00:02x}", line)
    return shown.replace("\0", "\\x00").encode("utf-8", "backslashreplace").decode()
