"""Lines that heavy noise broke: each is read as it was meant, or left out with the reason."""

from __future__ import annotations

import csv
import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path

import duckdb

from scripts.generator.damage import HABITS, LONG_FIELD, key_columns
from scripts.generator.schema import TABLES, Table

from .kinds_of_error import Score
from .mapping import Kind

LEFT_OUT, READ = "left_out", "read"
# How bytes are shown that mean nothing depends on the encoding.
UNREADABLE = re.compile(r"\0|(?:\\x[0-9a-f]{2})+")


@dataclass(frozen=True)
class Damage:
    """A damaged line as the generator recorded it; titles and the like have no key."""

    place: str
    key: str | None
    kind: str
    original: str | None
    injected: str


def score_lines(extracts: Path, read: Path, kinds: dict[str, Kind]) -> list[Score]:
    """What became of each damaged line of `extracts`, which intake read into `read`.

    A line per kind, one more for those that may be read nevertheless, and one for all lines that
    were left out: no sound line may be among them.
    """
    kinds = {name: kind for name, kind in kinds.items() if LEFT_OUT in kind.ways}
    with duckdb.connect() as con:
        damages = _damages(con, extracts, kinds)
        left_out = _left_out(con, read)
        n_left_out = left_out.total()
        n, n_kept, n_read = Counter(d.kind for d in damages), Counter[str](), Counter[str]()
        others: dict[str, list[Damage]] = defaultdict(list)
        for damage in damages:
            if _take(left_out, damage, may_be_read=READ in kinds[damage.kind].ways):
                n_kept[damage.kind] += 1
            elif READ in kinds[damage.kind].ways:
                others[damage.place].append(damage)
        for place, mine in others.items():
            n_read.update(_read_as_meant(con, read / f"{place}.parquet", _table(place), mine))
    scores = []
    for name, kind in kinds.items():
        n_known = n_kept[name] + n_read[name]
        scores.append(
            Score("line", name, n[name], n_known, n_known, n_known, kind.target, kind.meaning)
        )
        if READ in kind.ways:
            scores.append(Score("line", f"{name} read as meant", n[name], n_read[name], 0, 0))
    n_explained = n_left_out - left_out.total()
    all_left_out = (n_left_out, n_explained, n_left_out, n_explained, 1.0)
    return [*scores, Score("line", "lines left out", *all_left_out)]


def _damages(
    con: duckdb.DuckDBPyConnection, extracts: Path, kinds: dict[str, Kind]
) -> list[Damage]:
    rows = con.execute(
        f"""
        select channel || '/' || entity, record_key, kind, original, injected
        from read_parquet('{extracts}/truth/errors.parquet')
        where column_name is null and list_contains(?, kind)
        """,
        [list(kinds)],
    ).fetchall()
    return [Damage(*row) for row in rows]


def _left_out(con: duckdb.DuckDBPyConnection, read: Path) -> Counter[tuple[str, str, str]]:
    """How often each line was left out, by table, line and reason."""
    rows = con.execute(
        f"""
        select regexp_extract(source_file, '^[a-z]+/[a-z_]+'), raw_line, reason
        from read_parquet('{read}/_rejects/*/*.parquet')
        """
    ).fetchall()
    return Counter((place, _shown(line), reason) for place, line, reason in rows)


def _shown(line: str) -> str:
    return UNREADABLE.sub("?", line)


def _take(left_out: Counter[tuple[str, str, str]], damage: Damage, may_be_read: bool) -> bool:
    """Whether a damaged line was left out: whole and for its own reason, or piece by piece."""
    if not may_be_read:
        taken = [(damage.place, _shown(damage.injected), damage.kind)]
    else:
        reasons = ("short_line", "long_line", "open_quote")
        pieces = [
            [(damage.place, _shown(piece), reason) for reason in reasons]
            for piece in damage.injected.split("\n")
        ]
        taken = [next((key for key in keys if left_out[key]), keys[0]) for keys in pieces]
    if any(left_out[key] < n for key, n in Counter(taken).items()):
        return False
    left_out.subtract(taken)
    return True


def _table(place: str) -> Table:
    return TABLES[place.replace("/", ".")]


def _read_as_meant(
    con: duckdb.DuckDBPyConnection, path: Path, table: Table, damages: list[Damage]
) -> list[str]:
    """The kinds of those damaged lines that stand among the records of a table."""
    key = ", ".join(f"nullif({column}, '')" for column in key_columns(table))
    rows = con.execute(
        f"""
        select concat_ws('.', {key}), {", ".join(table.columns)} from read_parquet('{path}')
        where list_contains(?, concat_ws('.', {key}))
        """,
        [[damage.key for damage in damages]],
    ).fetchall()
    of_key: dict[str, list[list[str]]] = defaultdict(list)
    for row in rows:
        of_key[row[0]].append([value or "" for value in row[1:]])
    return [
        damage.kind
        for damage in damages
        if any(_is_meant(values, damage, table) for values in of_key[damage.key or ""])
    ]


def _is_meant(values: list[str], damage: Damage, table: Table) -> bool:
    """Whether a record has the values of the line before it was damaged.

    A line end put into a value may stay in it; one value may be the million characters.
    """
    for separator in {habit.separator for habit in HABITS}:
        # A line end within quotes is part of the line.
        meant = next(csv.reader([damage.original or ""], delimiter=separator))
        if len(meant) != len(table.columns):
            continue
        differing = [
            found
            for found, value in zip(values, meant, strict=True)
            if found.replace("\n", "") != value.replace("\n", "")
        ]
        if damage.kind == "long_field":
            return differing == [LONG_FIELD]
        return not differing
    return False
