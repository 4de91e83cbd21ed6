"""As whom accounts on shared numbers and addresses are taken: three models, one after the other."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from tests.python.whole_project import ROOT

IDENTITY = "models/intermediate/identity"
MODELS = (
    "int_identity__shared_statements",
    "int_identity__shared_people",
    "int_identity__shared_values",
)
FIXTURE = ROOT / "tests" / "fixtures" / "identity" / "shared_values.yml"
SEEDS = ("family_names", "name_sounds")
# What the models read and the fixture may leave out; all that is not named here is text.
MORE_COLUMNS = {"int_identity__records": ("email_letters", "id_birth_date")}
TYPES = {
    **dict.fromkeys(("verified_at", "ended_at", "registered_at", "updated_at"), "timestamp"),
    **dict.fromkeys(("birth_date", "id_birth_date"), "date"),
    **dict.fromkeys(("is_current", "is_shared_by_names"), "boolean"),
    **dict.fromkeys(("max_records", "max_records_of_one"), "integer"),
}


def rows_of(text: str) -> list[dict[str, str | None]]:
    """The rows of a CSV text; an empty cell is null."""
    return [
        {name: value or None for name, value in row.items()}
        for row in csv.DictReader(io.StringIO(text))
    ]


def create(connection: duckdb.DuckDBPyConnection, name: str, text: str) -> None:
    """Make the table of a model or seed out of the fixture's rows."""
    rows = rows_of(text)
    columns = list(dict.fromkeys([*rows[0], *MORE_COLUMNS.get(name, ())]))
    table = f"{'reference' if name in SEEDS else 'intermediate'}.{name}"
    typed = ", ".join(f'"{column}" {TYPES.get(column, "varchar")}' for column in columns)
    connection.execute(f"create table {table} ({typed})")
    connection.executemany(
        f"insert into {table} values ({', '.join('?' for _ in columns)})",
        [[row.get(column) for column in columns] for row in rows],
    )


@pytest.fixture(scope="module")
def fixture() -> dict[str, Any]:
    """What is given and what is expected."""
    loaded: dict[str, Any] = yaml.safe_load(FIXTURE.read_text(encoding="utf-8"))
    return loaded


@pytest.fixture(scope="module")
def warehouse(fixture: dict[str, Any], compiled: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The three models, built from what is given."""
    with duckdb.connect() as connection:
        connection.execute("attach ':memory:' as warehouse; use warehouse")
        connection.execute("create schema intermediate; create schema reference")
        for name, text in fixture["given"].items():
            create(connection, name, text)
        for model in MODELS:
            sql = (compiled / IDENTITY / f"{model}.sql").read_text(encoding="utf-8")
            connection.execute(f"create table intermediate.{model} as {sql}")
        yield connection


def test_people_who_share_a_number_are_told_apart_by_all_that_their_accounts_say(
    fixture: dict[str, Any], warehouse: duckdb.DuckDBPyConnection
) -> None:
    """One name: whoever does not differ is its bearer. Several: names in letters, nicknames, notes
    and family names tell which. An account without a name stays out where its letters, receiver,
    family name, sex, nickname or city are another's, where the only bearer has an account in the
    same shop, where the number ended or was silent between, and where it could be one of several.
    Names of one sound or with one other sign are one person's if born on the same day. Nobody is
    told apart on a hub.
    """
    expected = rows_of(fixture["expected"])
    columns = list(expected[0])
    found = warehouse.execute(
        f"select {', '.join(columns)} from intermediate.int_identity__shared_values"
    ).fetchall()
    assert sorted(map(repr, found)) == sorted(repr(tuple(row.values())) for row in expected)
