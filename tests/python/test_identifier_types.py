"""What is amiss in the types of identifiers stops the build with one line that names it."""

from __future__ import annotations

import csv
from pathlib import Path

import duckdb
import jinja2
import pytest

ROOT = Path(__file__).resolve().parents[2]
MODEL = ROOT / "models" / "intermediate" / "identity" / "int_identity__identifier_types.sql"
SEEDS = ROOT / "seeds" / "reference"

Row = dict[str, str | None]


def rows_of(seed: str) -> list[Row]:
    with (SEEDS / f"{seed}.csv").open(encoding="utf-8", newline="") as file:
        return [dict(row) for row in csv.DictReader(file)]


def build(types: list[Row], sources: list[Row], scopes: dict[str, str]) -> int:
    """The number of types that the model lets pass; its query as dbt would render it on DuckDB."""
    sql = jinja2.Template(MODEL.read_text(encoding="utf-8")).render(
        ref=lambda name: name,
        var=lambda name: {"default_scopes": scopes}[name],
        stop_build=lambda message: f"error({message})",
    )
    con = duckdb.connect()
    for name, rows in (("identifier_types", types), ("identifier_sources", sources)):
        columns = list(rows_of(name)[0])
        con.execute(f"create table {name} ({', '.join(f'{column} varchar' for column in columns)})")
        for row in rows:
            con.execute(
                f"insert into {name} values ({', '.join('?' for _ in columns)})",
                [row[column] for column in columns],
            )
    return len(con.execute(sql).fetchall())


def test_the_types_of_the_project_pass() -> None:
    types = rows_of("identifier_types")
    assert build(types, rows_of("identifier_sources"), {"unionid": "op01"}) == len(types)


def test_a_type_of_ones_own_needs_one_row() -> None:
    types = rows_of("identifier_types")
    passport = {**types[0], "identifier_type": "passport", "validity_rule": "any"}
    assert build([*types, passport], rows_of("identifier_sources"), {"passport": "cn"}) == (
        len(types) + 1
    )


@pytest.mark.parametrize(
    ("column", "value", "expected"),
    [
        ("strength", None, "mobile: its strength must be .* and is missing; correct the row"),
        ("strength", "strong", "mobile: its strength must be .* and is strong"),
        ("validity_rule", None, "mobile: its validity_rule must be .* and is missing"),
        ("validity_rule", "cn", "mobile: its validity_rule must be .* and is cn"),
        ("is_unique_per_person", None, "mobile: is_unique_per_person is missing"),
        ("is_shared_by_names", None, "mobile: is_shared_by_names is missing"),
        ("is_core", None, "mobile: is_core is missing"),
        ("max_people", None, "mobile: max_people is missing"),
        ("max_records", None, "mobile: max_records is missing"),
        ("max_records_of_one", None, "mobile: max_records_of_one is missing"),
        ("identifier_type", None, r"\(no type\): a row names no type"),
    ],
)
def test_a_row_that_lacks_something(column: str, value: str | None, expected: str) -> None:
    types = [
        {**row, column: value} if row["identifier_type"] == "mobile" else row
        for row in rows_of("identifier_types")
    ]
    with pytest.raises(duckdb.Error, match=f"identifier_types.csv: {expected}"):
        build(types, [], {})


def test_a_type_that_is_named_elsewhere_and_has_no_row() -> None:
    types = rows_of("identifier_types")
    source: Row = {
        "channel": "crm",
        "identifier_type": "passport",
        "is_verified_by_default": "true",
    }
    with pytest.raises(
        duckdb.Error, match=r"identifier_sources.csv: crm passport: identifier_types.csv has no"
    ):
        build(types, [source], {})
    with pytest.raises(duckdb.Error, match=r"variable default_scopes: passport: .* has no such"):
        build(types, [], {"passport": "cn"})
    with pytest.raises(duckdb.Error, match=r"crm passport: .*\(2 problems in all\)"):
        build(types, [source], {"passport": "cn"})
