"""How the checks of raw files speak: one line each, and never with a value of the data."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

EMPTY = (
    ": the file is empty, without even the names of its columns: export it again, or take it away"
    " if there is no such table."
)
LEAVE_OUT = "begin its name with _ to leave it out"


class RawError(Exception):
    """What is wrong, in one line that a user can act on; never holds a value."""


@dataclass
class Findings:
    """What stops a build, and what its user should only know of; each one line."""

    problems: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


def column_key(name: str) -> str:
    """Column names are compared without case and without blanks around them."""
    return name.strip().lower()


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
