"""Numbers of very many accounts: nobody is told apart on them, and they slow no build down."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from threading import Timer

import duckdb
import pytest

from tests.python.whole_project import ROOT

IDENTITY = "models/intermediate/identity"
SEEDS = ROOT / "seeds" / "reference"
MODELS = (
    "int_identity__shared_statements",
    "int_identity__shared_people",
    "int_identity__shared_values",
    "int_identity__firewall",
)
N_ACCOUNTS = 50_000
# What is compared in pairs takes minutes; what is counted, less than a second.
MOST_SECONDS = 30

TABLES = {
    "reference.family_names": f"from read_csv('{SEEDS}/family_names.csv')",
    "reference.name_sounds": f"from read_csv('{SEEDS}/name_sounds.csv')",
    "intermediate.int_identity__identifier_types": f"from read_csv('{SEEDS}/identifier_types.csv')",
    "intermediate.int_identity__usual_receivers": "select '' as record_id, '' as name_key limit 0",
    # Every other account has a name of its own, the others a nickname in letters; beside them two
    # on a number of their own.
    "intermediate.int_identity__records": f"""
        select
            'shop:' || n as record_id,
            case when n % 2 = 0 then '王' || chr(cast(20000 + n // 2 as int)) end as name_key,
            cast(null as varchar) as family_name,
            case when n % 2 = 1 then 'leo' || n end as nickname_key,
            nickname_key as nickname_or_note,
            cast(null as varchar) as noted_name,
            nickname_key as nickname_letters,
            cast(null as varchar) as email_letters,
            'jd' as source_key,
            cast(null as varchar) as city,
            date '1990-01-01' as birth_date,
            cast(null as date) as id_birth_date,
            cast(null as varchar) as gender,
            cast(null as varchar) as id_gender,
            cast(null as varchar) as title_gender,
            timestamp '2024-01-01' as registered_at,
            registered_at as updated_at
        from range({N_ACCOUNTS + 2}) as numbers (n)""",
    "intermediate.int_identity__name_sounds": """
        select
            name_key,
            'wang' as family_sound,
            'a' || row_number() over (order by name_key) as given_sound,
            family_sound || given_sound as sound
        from intermediate.int_identity__records
        where name_key is not null""",
    "intermediate.int_identity__identifiers": f"""
        select
            record_id,
            'mobile' as identifier_type,
            '' as scope,
            case when row_number() over (order by cast(substr(record_id, 6) as int)) > {N_ACCOUNTS}
                then 'number of two' else 'number of all' end as identifier_hash,
            '138****0000' as value_masked,
            true as is_verified,
            true as is_current,
            cast(null as timestamp) as verified_at,
            cast(null as timestamp) as ended_at,
            cast(null as varchar) as placeholder_note
        from intermediate.int_identity__records""",
}


@pytest.fixture(scope="module")
def warehouse(compiled: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The firewall's decisions on a number of 50,000 accounts; stopped if they take long."""
    with duckdb.connect() as connection:
        connection.execute("attach ':memory:' as warehouse; use warehouse")
        connection.execute("create schema intermediate; create schema reference")
        for name, query in TABLES.items():
            connection.execute(f"create table {name} as {query}")
        timer = Timer(MOST_SECONDS, connection.interrupt)
        timer.start()
        for model in MODELS:
            sql = (compiled / IDENTITY / f"{model}.sql").read_text(encoding="utf-8")
            connection.execute(f"create table intermediate.{model} as {sql}")
        timer.cancel()
        yield connection


def test_hub_links_nobody(warehouse: duckdb.DuckDBPyConnection) -> None:
    assert warehouse.sql(
        "select identifier_hash, reason, decision, count(*)"
        " from intermediate.int_identity__firewall group by all order by all"
    ).fetchall() == [
        ("number of all", "hub_of_records", "exclude", N_ACCOUNTS),
        ("number of two", "one_name", "link", 1),
        ("number of two", "same_source", "review", 1),
    ]


def test_nobody_is_told_apart_on_a_hub(warehouse: duckdb.DuckDBPyConnection) -> None:
    assert warehouse.sql(
        "select distinct identifier_hash from intermediate.int_identity__shared_values"
    ).fetchall() == [("number of two",)]
