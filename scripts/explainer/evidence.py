"""What a warehouse knows of some customers: their records, what links them and what does not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from scripts.warehouse import existing_tables, open_warehouse, require_tables

from .graph import Edge
from .wording import masked_name

Row = dict[str, Any]


class UnknownIdError(Exception):
    """An id that the warehouse does not have; the text is one line."""


@dataclass(frozen=True)
class Record:
    """One account."""

    record_id: str
    channel: str
    customer_id: str
    strict_customer_id: str
    entity_id: str
    match_rule: str
    match_probability: float
    name: str
    first_on: date | None
    last_on: date | None


@dataclass(frozen=True)
class Statement:
    """An identifier of one record, and what the firewall lets it link."""

    record_id: str
    identifier_hash: str
    label: str
    is_verified: bool
    n_records: int
    n_people: int
    reason: str
    decision: str
    link_key: str | None


@dataclass(frozen=True)
class Other:
    """Another customer on an identifier, and what the firewall says of it there."""

    customer_id: str
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Evidence:
    """All that is known of the customers asked about."""

    records: dict[str, Record]
    edges: list[Edge]
    statements: list[Statement]
    # Rows of the models of the same names, or none where a build has none of them.
    overrides: list[Row] = field(default_factory=list)
    contradictions: list[Row] = field(default_factory=list)
    probable_links: list[Row] = field(default_factory=list)
    questions: list[Row] = field(default_factory=list)
    events: list[Row] = field(default_factory=list)
    aliases: list[Row] = field(default_factory=list)
    # Other customers on the same identifiers, by identifier_hash.
    others: dict[str, list[Other]] = field(default_factory=dict)

    def of_customer(self, customer_id: str) -> list[Record]:
        """The records of one customer."""
        return [each for each in self.records.values() if each.customer_id == customer_id]


REQUIRED = (
    "int_identity__records",
    "int_identity__firewall",
    "int_identity__link_keys",
    "int_identity__strict_entities",
    "customer_crosswalk",
)


@dataclass
class Warehouse:
    """An open warehouse; tables that a build may lack are empty."""

    connection: duckdb.DuckDBPyConnection
    tables: set[str]

    def rows(self, query: str, parameters: Sequence[Any] = ()) -> list[Row]:
        """The rows of a query by the names of its columns."""
        found = self.connection.execute(query, list(parameters))
        names = [column[0] for column in found.description or ()]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    def rows_where(self, table: str, condition: str, parameters: Sequence[Any]) -> list[Row]:
        """The rows of a table that the build may lack."""
        name = table.split(".")[-1]
        if name not in self.tables:
            return []
        return self.rows(f"select * from {table} where {condition} order by all", parameters)


def open_evidence(path: Path) -> Warehouse:
    """Opens a warehouse to read; whoever opens it closes its connection.

    Raises:
        WarehouseError: it cannot be read, or holds no identities.
    """
    connection = open_warehouse(path)
    try:
        require_tables(path, connection, *REQUIRED)
    except Exception:
        connection.close()
        raise
    return Warehouse(connection, existing_tables(connection))


def current_customer(warehouse: Warehouse, text: str) -> tuple[str | None, list[Row]]:
    """Returns the customer that an id stands for today, and the aliases that led there.

    The id is a customer's, a record's or a retired customer's; None: retired and nobody's.

    Raises:
        UnknownIdError: no customer or record has or had it.
    """
    found = warehouse.rows(
        "select min(customer_id) as customer_id from main.customer_crosswalk"
        " where customer_id = ? or record_id = ?",
        [text, text],
    )[0]["customer_id"]
    if found is not None:
        return str(found), []
    strict = warehouse.rows(
        "select min(customer_id) as customer_id from main.customer_crosswalk"
        " where strict_customer_id = ?",
        [text],
    )[0]["customer_id"]
    aliases = warehouse.rows_where("main.customer_aliases", "customer_id = ?", [text])
    if not aliases and strict is None:
        raise UnknownIdError(
            f"{text}: no customer and no record has this id, and none ever had. Ids are"
            " in the mart customer_crosswalk"
        )
    return (aliases[0]["current_customer_id"] if aliases else str(strict)), aliases


def customer_of_record(warehouse: Warehouse, record_id: str) -> str:
    """Returns the customer of a record.

    Raises:
        UnknownIdError: there is no such record.
    """
    rows = warehouse.rows(
        "select customer_id from main.customer_crosswalk where record_id = ?", [record_id]
    )
    if not rows:
        raise UnknownIdError(
            f"{record_id}: there is no such record. It is <channel>:<key>, such as crm:10001;"
            " the mart customer_crosswalk has all"
        )
    return str(rows[0]["customer_id"])


def gather(warehouse: Warehouse, customers: Sequence[str], asked: str | None = None) -> Evidence:
    """Returns all that is known of the customers, and of a retired id that was asked for."""
    ids = list(dict.fromkeys(customers))
    warehouse.connection.execute(
        "create or replace temp table asked_records as"
        " select record_id from main.customer_crosswalk"
        " where customer_id in (select unnest(?))",
        [ids],
    )
    of_asked = "record_id in (select record_id from asked_records)"
    records = [
        Record(**{**row, "name": masked_name(row["name"])})
        for row in warehouse.rows(
            "select crosswalk.record_id, crosswalk.channel, crosswalk.customer_id,"
            " crosswalk.strict_customer_id, entities.entity_id, crosswalk.match_rule,"
            " crosswalk.match_probability, records.name,"
            " cast(records.registered_at as date) as first_on,"
            " cast(records.updated_at as date) as last_on"
            " from main.customer_crosswalk as crosswalk"
            " inner join asked_records using (record_id)"
            " inner join intermediate.int_identity__strict_entities as entities using (record_id)"
            " inner join intermediate.int_identity__records as records using (record_id)"
            " order by crosswalk.record_id"
        )
    ]
    statements = [
        Statement(**row)
        for row in warehouse.rows(
            "select record_id, identifier_hash, identifier_type || ' ' || value_masked as label,"
            " is_verified, n_records, n_people, reason, decision, link_key"
            f" from intermediate.int_identity__firewall where {of_asked}"
            " order by label, identifier_hash, record_id"
        )
    ]
    overrides = warehouse.rows_where(
        "intermediate.int_identity__overrides",
        "record_id_1 in (select record_id from asked_records)"
        " or record_id_2 in (select record_id from asked_records)",
        [],
    )
    return Evidence(
        records={record.record_id: record for record in records},
        edges=edges(warehouse, statements, of_asked),
        statements=statements,
        overrides=overrides,
        contradictions=warehouse.rows_where(
            "intermediate.int_identity__contradictions",
            "component in (select component from intermediate.int_identity__contradictions"
            f" where {of_asked})",
            [],
        ),
        probable_links=warehouse.rows_where(
            "intermediate.int_identity__probable_links",
            "entity_id_1 in (select record_id from asked_records)"
            " or entity_id_2 in (select record_id from asked_records)",
            [],
        ),
        questions=warehouse.rows_where(
            "main.identity_review_queue",
            "customer_id_1 in (select unnest(?)) or customer_id_2 in (select unnest(?))",
            [ids, ids],
        ),
        events=warehouse.rows_where(
            "main.customer_events",
            "customer_id in (select unnest(?)) or other_customer_id in (select unnest(?))",
            [[*ids, asked or ""], [*ids, asked or ""]],
        ),
        aliases=warehouse.rows_where(
            "main.customer_aliases", "current_customer_id in (select unnest(?))", [ids]
        ),
        others=other_customers(warehouse, ids),
    )


def edges(warehouse: Warehouse, statements: Sequence[Statement], of_asked: str) -> list[Edge]:
    """Returns the link keys of the records asked about, with the identifier behind each."""
    behind = {(each.record_id, each.link_key): each for each in statements if each.link_key}
    found = []
    for row in warehouse.rows(
        "select record_id, link_key, evidence_level, reason"
        f" from intermediate.int_identity__link_keys where {of_asked}"
    ):
        statement = behind.get((row["record_id"], row["link_key"]))
        found.append(
            Edge(
                row["record_id"],
                row["link_key"],
                row["evidence_level"],
                row["reason"],
                statement.label if statement else "decision of a reviewer",
                statement is not None and statement.is_verified,
            )
        )
    return found


def other_customers(warehouse: Warehouse, ids: Sequence[str]) -> dict[str, list[Other]]:
    """Returns who else has the identifiers of these customers, and what the firewall says there."""
    rows = warehouse.rows(
        "select firewall.identifier_hash, crosswalk.customer_id,"
        " list(distinct firewall.reason order by firewall.reason) as reasons"
        " from intermediate.int_identity__firewall as firewall"
        " inner join main.customer_crosswalk as crosswalk using (record_id)"
        " where firewall.identifier_hash in (select identifier_hash"
        " from intermediate.int_identity__firewall"
        " where record_id in (select record_id from asked_records))"
        " and crosswalk.customer_id not in (select unnest(?)) group by all"
        " order by all",
        [list(ids)],
    )
    found: dict[str, list[Other]] = {}
    for row in rows:
        other = Other(row["customer_id"], tuple(row["reasons"]))
        found.setdefault(row["identifier_hash"], []).append(other)
    return found
