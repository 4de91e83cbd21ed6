"""Heavy noise: of every damaged line it is known whether intake read it or kept it."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import pytest

from scripts import intake
from scripts.generator import cli as generate
from scripts.generator.damage import key_of
from scripts.generator.schema import TABLES

# What can be read as it was meant (unless a part of it looks like a record), and what cannot.
RECOVERED = {"broken_line", "open_quote", "long_field"}
LEFT_OUT = {
    "nul_bytes",
    "short_line",
    "long_line",
    "undecodable_bytes",
    "repeated_header",
    "before_header",
    "total_line",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("damage")
    for name in ("default", "heavy"):
        arguments = ["--records", "600", "--seed", "7", "--noise", "heavy"]
        assert generate.main([*arguments, "--out", str(folder / name)]) == 0
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_the_same_arguments_give_the_same_bytes(folder: Path) -> None:
    assert contents(folder / "default") == contents(folder / "heavy")


def test_every_damaged_line_is_read_as_it_was_or_kept(folder: Path) -> None:
    out = folder / "out"
    assert intake.main([str(folder / "heavy"), str(out)]) == 1
    with duckdb.connect() as connection:
        damage = connection.execute(
            "select channel, entity, record_key, kind, original, injected"
            f" from '{folder}/heavy/truth/errors.parquet' where column_name is null"
            f" and kind in {tuple(RECOVERED | LEFT_OUT)}"
        ).fetchall()
        rejects = connection.execute(
            "select regexp_extract(source_file, '^[a-z]+/[a-z_]+'), raw_line,"
            f" reason from '{out}/_rejects/*/*.parquet'"
        ).fetchall()
        assert {row[3] for row in damage} == RECOVERED | LEFT_OUT
        lines = {(where, raw_line) for where, raw_line, _ in rejects}
        n_pieces = 0
        for channel, entity, key, kind, original, injected in damage:
            place = f"{channel}/{entity}"
            if kind in LEFT_OUT:
                # How bytes are shown that mean nothing depends on the encoding.
                shown = injected.replace("\0", r"\xff")
                found = [
                    reason
                    for where, raw_line, reason in rejects
                    if where == place and re.sub(r"(\\x[0-9a-f]{2})+", r"\\xff", raw_line) == shown
                ]
                assert kind in found, (place, key, kind)
                continue
            pieces = [(place, piece) for piece in injected.split("\n")]
            if all(piece in lines for piece in pieces):
                n_pieces += len(pieces)
                continue
            table = TABLES[f"{channel}.{entity}"]
            query = connection.execute(f"select * from '{out}/{place}.parquet'")
            names = [column[0] for column in query.description]
            values = [
                [str(value) for value in row[:-2]]
                for row in query.fetchall()
                if key_of(table, names[:-2], row[:-2]) == key
            ]
            # The value of the damaged line stands where it stood, but for what was put into it.
            meant = [
                [value.replace("\n", "") for value in row if "很长的文字" not in value]
                for row in values
            ]
            assert any(
                all(value in original.replace('""', '"').replace("\n", "") for value in row)
                and len(row) >= len(table.columns) - 1
                for row in meant
            ), (place, key, kind)
        assert len(rejects) == n_pieces + sum(1 for row in damage if row[3] in LEFT_OUT)
        assert n_pieces / 2 < 0.2 * sum(1 for row in damage if row[3] in RECOVERED)
