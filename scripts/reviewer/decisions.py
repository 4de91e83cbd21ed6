"""The decisions of people: the seed identity_overrides, read, extended and taken back."""

from __future__ import annotations

import contextlib
import csv
import fcntl
import os
import re
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path

MUST_LINK = "must_link"
CANNOT_LINK = "cannot_link"


class DecisionError(Exception):
    """A decision that cannot be recorded; the text is one line that says why and what to do."""


@dataclass(frozen=True)
class Decision:
    """One row of the seed."""

    decision: str
    record_id_1: str
    record_id_2: str
    reason: str
    decided_by: str
    decided_at: str

    @property
    def pair(self) -> frozenset[str]:
        """The two records, whose order does not matter."""
        return frozenset((self.record_id_1, self.record_id_2))


HEADER = tuple(field.name for field in fields(Decision))


def read(path: Path) -> list[Decision]:
    """Returns the decisions in the order of the file.

    Raises:
        DecisionError: the file is not there or not in the seed's form.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DecisionError(
            f"{path}: cannot be read ({error}). Name it: --overrides FILE"
        ) from None
    rows = list(csv.reader(text.splitlines()))
    if not rows or tuple(rows[0]) != HEADER:
        raise DecisionError(f"{path}: the first line must be {','.join(HEADER)}")
    decisions = []
    for number, row in enumerate(rows[1:], start=2):
        if len(row) != len(HEADER) or row[0] not in (MUST_LINK, CANNOT_LINK):
            raise DecisionError(
                f"{path}: line {number} is no decision; it needs {len(HEADER)} fields, the first"
                f" {MUST_LINK} or {CANNOT_LINK}"
            )
        decisions.append(Decision(*row))
    return decisions


def united(decisions: Sequence[Decision]) -> Callable[[str], str]:
    """Returns the function from a record to the least record that must_link makes one with it."""
    leader: dict[str, str] = {}

    def find(record: str) -> str:
        while (above := leader.get(record, record)) != record:
            leader[record] = leader.get(above, above)
            record = above
        return record

    for decision in decisions:
        if decision.decision == MUST_LINK:
            least, greatest = sorted((find(decision.record_id_1), find(decision.record_id_2)))
            leader[greatest] = least
    return find


def line_of(decisions: Sequence[Decision], decision: Decision) -> str:
    """A decision as a message names it: its line in the file."""
    return (
        f"line {decisions.index(decision) + 2}"
        f" ({decision.decision} {decision.record_id_1} {decision.record_id_2})"
    )


def check(decisions: Sequence[Decision], new: Decision) -> None:
    """Checks that a decision can stand beside the others.

    Raises:
        DecisionError: it is none, was made before, or contradicts others, which are named.
    """
    if len(new.pair) != 2:
        raise DecisionError("a decision needs two records, and these are one and the same")
    if not new.reason.strip():
        raise DecisionError("a decision needs its reason: whoever reads it later was not there")
    if re.search(r"(\d[ .()-]{0,2}){7}|@", new.reason):
        raise DecisionError(
            "the reason holds a number or an address, and the file is kept with the project: say"
            " it without"
        )
    for old in decisions:
        if old.pair == new.pair:
            same = old.decision == new.decision
            raise DecisionError(
                ("it was decided so before: " if same else "the opposite was decided before: ")
                + line_of(decisions, old)
                + ("" if same else f"; take that back first: withdraw {' '.join(sorted(old.pair))}")
            )
    find = united([*decisions, new])
    group = find(new.record_id_1)
    apart = [
        decision
        for decision in [*decisions, new]
        if decision.decision == CANNOT_LINK
        and find(decision.record_id_1) == find(decision.record_id_2) == group
    ]
    if apart:
        others = [
            decision
            for decision in decisions
            if (decision.decision == MUST_LINK and find(decision.record_id_1) == group)
            or decision in apart
        ]
        raise DecisionError(
            "together with earlier decisions it would make two records one customer and keep them"
            " apart: "
            + ", ".join(line_of(decisions, decision) for decision in others)
            + "; take one of them back first (withdraw RECORD_1 RECORD_2)"
        )


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Lets one reviewer after the other change the files of a folder."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def write(path: Path, decisions: Sequence[Decision]) -> None:
    """Replaces the file in one step: it is the old one or the new one, never half of one."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(HEADER)
            writer.writerows(astuple(decision) for decision in decisions)
            file.flush()
            os.fsync(file.fileno())
        temporary.chmod(path.stat().st_mode if path.exists() else 0o644)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def record(path: Path, new: Decision) -> None:
    """Adds a decision to the file, as it is now and not as it was when the reviewer began.

    Raises:
        DecisionError: it cannot stand beside the others; the file is left as it is.
    """
    with locked(path.parent):
        decisions = read(path)
        check(decisions, new)
        write(path, [*decisions, new])


def withdraw(path: Path, record_id_1: str, record_id_2: str) -> Decision:
    """Takes the decision on two records out of the file and returns it.

    Raises:
        DecisionError: there is none.
    """
    with locked(path.parent):
        decisions = read(path)
        pair = frozenset((record_id_1, record_id_2))
        found = [decision for decision in decisions if decision.pair == pair]
        if not found:
            raise DecisionError(f"{path}: there is no decision on {record_id_1} and {record_id_2}")
        write(path, [decision for decision in decisions if decision.pair != pair])
        return found[-1]
