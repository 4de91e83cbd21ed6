"""Five hundred mutations of the sample's files: nothing crashes, and every line is accounted for.

Each mutated file goes through intake by itself; all that they gave then goes through staging in one
build, where each row must be kept, a duplicate, or rejected with a reason.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import duckdb
import pytest

from scripts import intake
from tests.python.raw_project import documented_tables, write_files
from tests.python.whole_project import ROOT, run_dbt

N_MUTATIONS = 500
N_ROWS = 40
LINE_END = re.compile(rb"\r\n|\r|\n")

Mutation = Callable[[bytes, Random], bytes]


# --- the mutations --------------------------------------------------------------------------------


def flip_bytes(content: bytes, random: Random) -> bytes:
    changed = bytearray(content)
    for _ in range(random.randint(1, 20)):
        changed[random.randrange(len(changed))] = random.randrange(256)
    return bytes(changed)


def drop_bytes(content: bytes, random: Random) -> bytes:
    at = random.randrange(len(content))
    return content[:at] + content[at + random.randint(1, 200) :]


def add_bytes(content: bytes, random: Random) -> bytes:
    at = random.randrange(len(content))
    return content[:at] + random.randbytes(random.randint(1, 50)) + content[at:]


def scatter(*texts: bytes) -> Mutation:
    """One of the texts at several places."""

    def mutate(content: bytes, random: Random) -> bytes:
        for _ in range(random.randint(1, 8)):
            at = random.randrange(len(content))
            content = content[:at] + random.choice(texts) + content[at:]
        return content

    return mutate


def truncate(content: bytes, random: Random) -> bytes:
    return content[: random.randrange(len(content))]


def shuffle_lines(content: bytes, random: Random) -> bytes:
    header, *lines = content.splitlines(keepends=True)
    random.shuffle(lines)
    return header + b"".join(lines)


def repeat_lines(content: bytes, random: Random) -> bytes:
    lines = content.splitlines(keepends=True)
    return b"".join(line * random.choice((1, 1, 1, 2, 3)) for line in lines)


def change_encoding(content: bytes, random: Random) -> bytes:
    codec = random.choice(("gb18030", "utf-8-sig", "utf-16", "utf-16-be", "utf-32"))
    return content.decode().encode(codec)


def cut_encoding(content: bytes, random: Random) -> bytes:
    return drop_bytes(change_encoding(content, random), random)


def change_columns(content: bytes, random: Random) -> bytes:
    """A column dropped, renamed, swapped or doubled, here in all rows and there in the header."""
    header, *rows = csv.reader(io.StringIO(content.decode(), newline=""))
    at, other = random.randrange(len(header)), random.randrange(len(header))
    kind = random.choice(("drop", "rename", "swap", "double", "swap names"))
    if kind == "rename":
        header[at] += random.choice(("_", " ", "x", "2"))
    elif kind == "swap names":
        header[at], header[other] = header[other], header[at]
    else:
        for row in (header, *rows):
            if kind == "drop":
                del row[at]
            elif kind == "double":
                row.insert(at, row[at])
            else:
                row[at], row[other] = row[other], row[at]
    return written([header, *rows], ",")


def change_separator(content: bytes, random: Random) -> bytes:
    return written(csv.reader(io.StringIO(content.decode(), newline="")), random.choice(";\t|\x01"))


def change_values(content: bytes, random: Random) -> bytes:
    """Values as nobody expects them, so that staging has something to do."""
    header, *rows = csv.reader(io.StringIO(content.decode(), newline=""))
    odd = (
        *("", " ", "9" * 400, "x" * 100_000, "-1", "0", "1e308", "\\N", "NULL", "'; --", "😀"),
        *("9999-12-31", "0000-00-00", "1970-01-01 25:61:00", "=1+1", '"', '="0"', "１２"),
    )
    for row in rows:
        if random.random() < 0.5:
            row[random.randrange(len(row))] = random.choice(odd)
    return written([header, *rows], ",")


def written(rows: object, separator: str) -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=separator, lineterminator="\n").writerows(rows)  # type: ignore[arg-type]
    return text.getvalue().encode()


MUTATIONS: dict[str, Mutation] = {
    "flip bytes": flip_bytes,
    "drop bytes": drop_bytes,
    "add bytes": add_bytes,
    "quotes": scatter(b'"', b'""', b'\\"'),
    "separators": scatter(b",", b";", b",,"),
    "line ends": scatter(b"\n", b"\r\n", b"\r"),
    "NUL": scatter(b"\0", b"\0\0\0\0"),
    "truncate": truncate,
    "shuffle lines": shuffle_lines,
    "repeat lines": repeat_lines,
    "encoding": change_encoding,
    "encoding, cut": cut_encoding,
    "columns": change_columns,
    "separator": change_separator,
    "values": change_values,
}


# --- intake ---------------------------------------------------------------------------------------


@dataclass
class Outcome:
    """What all intakes gave."""

    folder: Path
    codes: Counter[int] = field(default_factory=Counter)
    records: Counter[str] = field(default_factory=Counter)
    rejects: Counter[str] = field(default_factory=Counter)


def sample_part(channel: str, entity: str, random: Random) -> bytes:
    """The header and some rows of a seed, rows with line ends in them whole."""
    path = ROOT / "seeds" / "raw" / channel / f"raw_{channel}__{entity}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    start = random.randrange(max(1, len(rows) - N_ROWS))
    return written([header, *rows[start : start + N_ROWS]], ",")


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    folder = tmp_path_factory.mktemp("mutations")
    found = Outcome(folder / "all")
    tables = documented_tables()
    names = list(MUTATIONS)
    with pytest.MonkeyPatch.context() as patch, duckdb.connect() as connection:
        said: list[str] = []
        patch.setattr("builtins.print", lambda *parts, **_: said.append(" ".join(map(str, parts))))
        for number in range(N_MUTATIONS):
            random = Random(number)
            table = tables[number % len(tables)]
            mutate = MUTATIONS[names[number // len(tables) % len(names)]]
            content = mutate(sample_part(table.channel, table.entity, random), random)
            said.clear()
            place = f"{table.channel}/{table.entity}"
            take(folder, number, place, content, found, said, connection)
        merge(folder, found, connection)
    return found


def take(
    folder: Path,
    number: int,
    place: str,
    content: bytes,
    found: Outcome,
    said: list[str],
    connection: duckdb.DuckDBPyConnection,
) -> None:
    """One intake: it says in one line why nothing was written, or accounts for every line."""
    source = write_files(folder / f"in{number}", {f"{place}.csv": content})
    out = folder / f"out{number}"
    code = intake.main([str(source), str(out)])
    found.codes[code] += 1
    if code == 2:
        assert not out.exists()
        assert [line for line in said if not line.startswith("note: ")]
        assert all("\n" not in line.strip() for line in said)
        return
    [file] = json.loads((out / "_intake.json").read_bytes())["files"]
    counts = file["counts"]
    n_lines = counts["lines"]
    assert n_lines == sum(
        counts[name] for name in ("header", "blank", "records", "joined", "rejects")
    )
    if not file["encoding"].startswith("UTF-16") and not file["encoding"].startswith("UTF-32"):
        ends = list(LINE_END.finditer(content))
        is_open = not ends or ends[-1].end() < len(content)
        assert n_lines == len(ends) + is_open
    n_records = n_rows_of(connection, out / f"{place}.parquet")
    n_rejects = n_rows_of(connection, out / "_rejects" / f"{place}.parquet")
    assert (n_records, n_rejects) == (counts["records"], counts["rejects"])
    assert code == bool(n_rejects)
    found.records[place] += n_records
    found.rejects[place] += n_rejects


def n_rows_of(connection: duckdb.DuckDBPyConnection, path: Path) -> int:
    if not path.is_file():
        return 0
    [(n_rows,)] = connection.execute(f"select count(*) from '{path}'").fetchall()
    return int(n_rows)


def merge(folder: Path, found: Outcome, connection: duckdb.DuckDBPyConnection) -> None:
    """What all intakes gave, as one intake of several files would have written it."""
    for prefix, places in (("", found.records), ("_rejects/", +found.rejects)):
        for place in places:
            column = "source_file" if prefix else "_source_file"
            target = found.folder / f"{prefix}{place}.parquet"
            target.parent.mkdir(parents=True, exist_ok=True)
            connection.execute(
                f"copy (select * exclude (filename) replace (filename as {column}) from"
                f" read_parquet('{folder}/out*/{prefix}{place}.parquet', filename = true,"
                f" union_by_name = true)) to '{target}'"
            )


def test_every_line_is_read_or_kept_and_most_files_are_usable(outcome: Outcome) -> None:
    assert sum(outcome.codes.values()) == N_MUTATIONS
    assert outcome.codes[0] > 100
    assert outcome.codes[1] > 100
    assert outcome.codes[2] < 150
    assert len(outcome.records) == len(documented_tables())


# --- staging --------------------------------------------------------------------------------------


def test_every_record_is_staged_a_duplicate_or_rejected(outcome: Outcome, tmp_path: Path) -> None:
    run_dbt(
        tmp_path,
        "build",
        *("--select", "+quality_rejected_rows", "+quality_duplicates"),
        *("path:models/staging,resource_type:model", "every_raw_row_is_accounted_for"),
        *("--indirect-selection", "empty", "--exclude", "resource_type:unit_test"),
        variables={"raw": "files", "raw_path": str(outcome.folder)},
    )
    with duckdb.connect(str(tmp_path / "warehouse.duckdb"), read_only=True) as connection:
        for place, n_records in outcome.records.items():
            [(n_rows,)] = connection.execute(
                f"select count(*) from staging.base_{place.replace('/', '__')}"
            ).fetchall()
            assert n_rows == n_records, place
        lines = connection.execute(
            "select channel || '/' || entity, raw_row, n_seen from main.quality_rejected_rows"
            " where column_name = '*'"
        ).fetchall()
    counted = Counter(place for place, _, _ in lines)
    assert counted == +outcome.rejects
    # Of what may be a name, a number or an address nothing is left.
    shape = re.compile(r"[-9x ,;|'=@:./()+]|\\\"|\\t|\\u0001")
    for _, raw_row, n_seen in lines:
        assert n_seen == 1
        text = raw_row.removeprefix('{"line":"').removesuffix('"}')
        assert not shape.sub("", text)
