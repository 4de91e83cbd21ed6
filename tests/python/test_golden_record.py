"""The golden record by its compiled SQL: whatever the order of rows, after a split, and with seeds
that cannot be followed."""

from __future__ import annotations

import csv
import datetime
import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import duckdb
import pytest

from scripts import duckdb_session
from tests.python.whole_project import ROOT

SEED = 20240101
PROFILE = "models/intermediate/profile"
RULES = ROOT / "seeds" / "reference" / "survivorship_rules.csv"

Row = dict[str, Any]
Connection = duckdb.DuckDBPyConnection

CANDIDATE = """
    customer_id varchar, attribute varchar, attribute_value varchar, comparable_value varchar,
    record_id varchar, origin varchar, is_override boolean, has_rivals boolean,
    observed_at timestamp, registered_at timestamp, completeness_rank int, source_priority int"""
OVERRIDE = """
    record_id varchar, attribute varchar, value varchar, winning_record_id varchar, reason varchar,
    decided_by varchar, decided_at varchar"""
PLACE = "province varchar, city varchar, district varchar, is_urban boolean"
TELEPHONE = "mobile varchar, telephone varchar"
TABLES = {
    "staging.stg_crm__customers": f"""
        record_id varchar, name varchar, gender varchar, birth_date date, age int, {TELEPHONE},
        email varchar, {PLACE}, occupation varchar, education varchar, member_level varchar,
        account_status varchar, acquisition_source varchar""",
    "staging.stg_shop__accounts": f"""
        record_id varchar, real_name varchar, gender varchar, {TELEPHONE}, email varchar, {PLACE},
        register_channel varchar""",
    "staging.stg_store__members": f"""
        record_id varchar, name varchar, gender varchar, birth_date date, age int, {TELEPHONE},
        income_band varchar, member_level varchar, store_id varchar""",
    "staging.stg_social__followers": f"record_id varchar, gender varchar, {TELEPHONE}, {PLACE}",
    "staging.stg_wecom__contacts": """
        record_id varchar, remark_mobile varchar, remark_telephone varchar""",
    "intermediate.int_identity__records": """
        record_id varchar, channel varchar, name_key varchar, id_birth_date date,
        id_gender varchar, registered_at timestamp, updated_at timestamp""",
    "intermediate.int_identity__crosswalk": "record_id varchar, customer_id varchar",
    "intermediate.int_identity__firewall": """
        record_id varchar, identifier_type varchar, value_masked varchar, reason varchar""",
    "intermediate.int_profile__account_companies": """
        record_id varchar, company_name varchar, is_company boolean""",
    "intermediate.int_profile__candidates": CANDIDATE,
    "reference.attribute_overrides": OVERRIDE,
    "reference.attribute_sources": "attribute varchar, channel varchar, priority int",
}


@pytest.fixture
def warehouse() -> Iterator[Connection]:
    """The tables that the golden record is made of, empty but for its rules."""
    with duckdb.connect() as connection:
        connection.execute("attach ':memory:' as warehouse")
        connection.execute("use warehouse")
        connection.create_function("nfkc", duckdb_session.nfkc, ["VARCHAR"], "VARCHAR")
        for schema in ("staging", "intermediate", "reference"):
            connection.execute(f"create schema {schema}")
        for name, columns in TABLES.items():
            connection.execute(f"create table {name} ({columns})")
        flags = "'is_core': 'boolean', 'is_of_person': 'boolean', 'is_compared': 'boolean'"
        connection.execute(
            "create table reference.survivorship_rules as select * replace"
            f" (cast(rule_5 as varchar) as rule_5) from read_csv('{RULES}', types = {{{flags}}})"
        )
        yield connection


@pytest.fixture
def make(warehouse: Connection, compiled: Path) -> Callable[[str], list[Row]]:
    """Makes a model of the golden record by its compiled SQL, as a table; gives its rows."""

    def made(model: str) -> list[Row]:
        sql = (compiled / PROFILE / f"{model}.sql").read_text(encoding="utf-8")
        warehouse.execute(f"create or replace table intermediate.{model} as {sql}")
        return rows(warehouse, f"select * from intermediate.{model} order by all")

    return made


def rows(connection: Connection, sql: str) -> list[Row]:
    found = connection.execute(sql)
    names = [column[0] for column in found.description]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def insert(connection: Connection, table: str, values: Iterable[Mapping[str, Any]]) -> None:
    """Rows of one or several kinds, those of one kind together."""
    kinds: dict[tuple[str, ...], list[list[Any]]] = defaultdict(list)
    for row in values:
        kinds[tuple(row)].append(list(row.values()))
    for columns, found in kinds.items():
        places = ", ".join(["(" + ", ".join("?" * len(columns)) + ")"] * len(found))
        connection.execute(
            f"insert into {table} ({', '.join(columns)}) values {places}",
            [value for row in found for value in row],
        )


# --- survivorship ---------------------------------------------------------------------------------


def seed_rules() -> dict[str, Row]:
    with RULES.open(encoding="utf-8", newline="") as file:
        return {row["attribute"]: row for row in csv.DictReader(file)}


def random_candidates(rng: random.Random) -> list[Row]:
    """Candidates with as many ties as possible: few values, days and records."""
    days = [None, *(datetime.datetime(2024, 1, day) for day in (1, 2))]
    found = []
    for number in range(25):
        for attribute, rule in seed_rules().items():
            for record in range(rng.randint(0, 4)):
                value = rng.choice("abA")
                found.append(
                    {
                        "customer_id": f"C{number}",
                        "attribute": attribute,
                        "attribute_value": value,
                        "comparable_value": rng.choice((value.lower(), value.lower(), None)),
                        "record_id": f"crm:{number}.{record}",
                        "origin": "stated",
                        "is_override": False,
                        "has_rivals": True,
                        "observed_at": rng.choice(days),
                        "registered_at": rng.choice(days),
                        "completeness_rank": rng.randint(1, 2),
                        "source_priority": rng.randint(1, 2),
                    }
                )
                if rule["rule_1"] == "valid_first" and rng.random() < 0.3:
                    found.append(found[-1] | {"origin": "national_id"})
            if found and rng.random() < 0.1:
                found[-1]["is_override"] = True
    return found


def score(rule: str, candidate: Row, same: int) -> float:
    """What a rule gives a candidate, the smallest the best."""

    def seconds(moment: datetime.datetime | None) -> float:
        return (moment - datetime.datetime(1970, 1, 1)).total_seconds() if moment else -1e12

    return {
        "valid_first": float(candidate["origin"] != "national_id"),
        "most_complete": float(candidate["completeness_rank"]),
        "priority": float(candidate["source_priority"]),
        "earliest": abs(seconds(candidate["registered_at"])),
        "most_recent": -seconds(candidate["observed_at"]),
        "most_frequent": -float(same),
    }[rule]


def survivor(candidates: list[Row], rules: list[str]) -> tuple[Row, str]:
    """The winner among the candidates of one cell, and why, by reading the rules one by one."""

    def alike(candidate: Row) -> str:
        return str(candidate["comparable_value"] or candidate["attribute_value"])

    def scores(candidate: Row) -> list[float]:
        same = sum(alike(other) == alike(candidate) for other in candidates)
        return [score(rule, candidate, same) for rule in rules]

    ranked = sorted(
        candidates,
        key=lambda c: (
            not c["is_override"],
            scores(c),
            c["attribute_value"],
            c["record_id"],
            c["origin"],
        ),
    )
    winner = ranked[0]
    others = [c for c in ranked if c["attribute_value"] != winner["attribute_value"]]
    if winner["is_override"]:
        return winner, "override"
    if not others:
        return winner, "only_value"
    for rule, mine, theirs in zip(rules, scores(winner), scores(others[0]), strict=True):
        if mine != theirs:
            return winner, rule
    return winner, "tiebreak"


def value_and_record(candidate: Row) -> tuple[str, str]:
    return candidate["attribute_value"], candidate["record_id"]


def golden_values(candidates: list[Row]) -> dict[tuple[str, str], tuple[str, str, str]]:
    """Value, record and rule of each cell."""
    cells: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for candidate in candidates:
        cells[candidate["customer_id"], candidate["attribute"]].append(candidate)
    golden = {}
    leaders = {}
    seed = seed_rules()
    for (customer, attribute), found in cells.items():
        rules = [seed[attribute][f"rule_{n}"] for n in range(1, 6) if seed[attribute][f"rule_{n}"]]
        if rules:
            winner, rule = survivor(found, rules)
            golden[customer, attribute] = (winner["attribute_value"], winner["record_id"], rule)
            leaders[customer, attribute] = winner["record_id"]
    for (customer, attribute), found in cells.items():
        if leader := seed[attribute]["lock_step_with"]:
            chosen = [c for c in found if c["is_override"]]
            fitting = [c for c in found if c["record_id"] == leaders.get((customer, leader))]
            if chosen or fitting:
                winner = min(
                    chosen or fitting, key=lambda c: (c["attribute_value"], c["record_id"])
                )
                differs = any(c["attribute_value"] != winner["attribute_value"] for c in found)
                rule = "override" if chosen else "lock_step" if differs else "only_value"
                golden[customer, attribute] = (winner["attribute_value"], winner["record_id"], rule)
    return golden


def test_values_survive_as_the_rules_read_whatever_the_order_of_rows(
    warehouse: Connection, make: Callable[[str], list[Row]]
) -> None:
    candidates = random_candidates(random.Random(SEED))
    make("int_profile__survivorship_rules")
    insert(warehouse, "intermediate.int_profile__candidates", candidates)
    outcomes = []
    for threads in (1, 4, 2):
        warehouse.execute(f"set threads = {threads}")
        warehouse.execute(
            "create or replace table intermediate.int_profile__candidates as"
            " select * from intermediate.int_profile__candidates"
            f" order by md5(concat_ws('.', {threads}, customer_id, attribute, record_id, origin))"
        )
        outcomes.append(make("int_profile__attributes"))
    assert outcomes[0] == outcomes[1] == outcomes[2]
    found = {
        (row["customer_id"], row["attribute"]): (
            row["attribute_value"],
            row["record_id"],
            row["survivorship_rule"],
        )
        for row in outcomes[0]
    }
    assert found == golden_values(candidates)
    reasons = {rule for _, _, rule in found.values()}
    assert reasons >= {"override", "only_value", "lock_step", "tiebreak", "earliest", "priority"}


def test_after_a_split_each_part_has_the_values_of_its_own_records(
    warehouse: Connection, make: Callable[[str], list[Row]]
) -> None:
    """As if the two had never been one; what a reviewer chose of the other is nobody's then."""
    insert(
        warehouse,
        "staging.stg_crm__customers",
        [
            {"record_id": "crm:1", "name": "张伟", "gender": "male", "province": "广东省"},
            {"record_id": "crm:2", "name": "王芳", "gender": "female", "mobile": "13911112222"},
        ],
    )
    insert(
        warehouse,
        "staging.stg_shop__accounts",
        [
            {"record_id": "shop:1", "real_name": "张伟", "mobile": "13933334444"},
            {"record_id": "shop:2", "province": "江苏省", "city": "南京市"},
        ],
    )
    insert(
        warehouse,
        "intermediate.int_identity__records",
        [
            {"record_id": f"{channel}:{n}", "channel": channel, "updated_at": f"2024-01-0{n}"}
            for channel in ("crm", "shop")
            for n in (1, 2)
        ],
    )
    insert(
        warehouse,
        "reference.attribute_overrides",
        [
            {
                "record_id": "crm:1",
                "attribute": "mobile",
                "winning_record_id": "crm:2",
                "reason": "called",
                "decided_by": "ann",
                "decided_at": "2024-01-31",
            }
        ],
    )

    def golden_record(customers: Mapping[str, str]) -> dict[str, dict[str, tuple[str, str]]]:
        warehouse.execute("truncate intermediate.int_identity__crosswalk")
        insert(
            warehouse,
            "intermediate.int_identity__crosswalk",
            [{"record_id": record, "customer_id": id} for record, id in customers.items()],
        )
        for model in ("survivorship_rules", "attribute_overrides", "candidates"):
            make(f"int_profile__{model}")
        found: dict[str, dict[str, tuple[str, str]]] = defaultdict(dict)
        for row in make("int_profile__attributes"):
            cell = (row["attribute_value"], row["record_id"])
            found[row["customer_id"]][row["attribute"]] = cell
        return found

    one = golden_record({"crm:1": "A", "crm:2": "A", "shop:1": "A", "shop:2": "A"})
    assert one["A"]["mobile"] == ("139****2222", "crm:2")
    assert one["A"]["province"] == ("江苏省", "shop:2")
    two = golden_record({"crm:1": "A", "crm:2": "B", "shop:1": "A", "shop:2": "B"})
    assert two["A"] == {
        "name": ("张伟", "crm:1"),
        "gender": ("male", "crm:1"),
        "province": ("广东省", "crm:1"),
        "mobile": ("139****4444", "shop:1"),
    }
    assert two["B"] == {
        "name": ("王芳", "crm:2"),
        "gender": ("female", "crm:2"),
        "mobile": ("139****2222", "crm:2"),
        "province": ("江苏省", "shop:2"),
        "city": ("南京市", "shop:2"),
    }


# --- seeds that cannot be followed ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ("delete from RULES where attribute = 'name'", "name has no row"),
        (
            "update RULES set attribute = 'nmae' where attribute = 'name'",
            "name has no row; nmae is no attribute of the golden record",
        ),
        (
            "insert into reference.attribute_sources values ('region', 'crm', 1)",
            "region of attribute_sources.csv is no attribute of the golden record",
        ),
        (
            "update RULES set rule_2 = 'newest' where attribute = 'name'",
            "name names the rule newest, which is none of valid_first, most_complete, priority,"
            " earliest, most_recent, most_frequent",
        ),
        (
            "update RULES set rule_1 = null, rule_2 = null where attribute = 'age'",
            "age names neither rules nor an attribute to go with",
        ),
        (
            "update RULES set rule_1 = 'priority' where attribute = 'city'",
            "city goes with province, and has rules of its own",
        ),
        (
            "update RULES set lock_step_with = 'district' where attribute = 'city'",
            "city goes with district, which has no rules of its own",
        ),
        (
            "insert into RULES select * from RULES where attribute = 'age'",
            "age has more than one row",
        ),
        (
            "update RULES set value_type = 'number' where attribute = 'age'",
            "age has the type number, which is none of string, int, date, timestamp, boolean",
        ),
    ],
)
def test_rules_that_cannot_be_followed_stop_the_build(
    warehouse: Connection, make: Callable[[str], list[Row]], change: str, expected: str
) -> None:
    warehouse.execute(change.replace("RULES", "reference.survivorship_rules"))
    with pytest.raises(duckdb.InvalidInputException) as error:
        make("int_profile__survivorship_rules")
    assert str(error.value) == (
        f"Invalid Input Error: seeds/reference/survivorship_rules.csv: {expected}"
    )


SECRET = "13911112222"
OVERRIDES = "seeds/reference/attribute_overrides.csv"


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"record_id": "crm:9"}, "of record_id crm:9 and attribute name: there is no such account"),
        (
            {"record_id": SECRET},
            "of record_id 1****22 and attribute name: there is no such account",
        ),
        ({"attribute": "nmae"}, "attribute nmae: the golden record has no such attribute"),
        ({"value": None}, "attribute name: either value or winning_record_id must be given"),
        ({"winning_record_id": "crm:1"}, "name: either value or winning_record_id must be given"),
        (
            {"attribute": "mobile", "value": SECRET},
            "attribute mobile: a core value must not stand in a file",
        ),
        ({"value": f"张伟 {SECRET}"}, "attribute name: a core value must not stand in a file"),
        (
            {"value": None, "winning_record_id": "crm:9"},
            "attribute name: there is no account crm:9",
        ),
        ({"attribute": "birth_date"}, "attribute birth_date: the value is no date"),
        ({"attribute": "age"}, "attribute age: the value is no int"),
        ({"attribute": "registered_at"}, "attribute registered_at: the value is no timestamp"),
        ({"attribute": "is_urban"}, "attribute is_urban: the value is no boolean"),
        ({"reason": None}, "attribute name: reason is missing"),
        ({"decided_by": None}, "attribute name: decided_by is missing"),
        ({"decided_at": "today"}, "name: decided_at is no time such as 2024-01-31 09:30:00"),
    ],
)
def test_decisions_that_cannot_be_carried_out_stop_the_build(
    warehouse: Connection, make: Callable[[str], list[Row]], change: Row, expected: str
) -> None:
    good = {
        "record_id": "crm:1",
        "attribute": "name",
        "value": "张伟",
        "winning_record_id": None,
        "reason": "called",
        "decided_by": "ann",
        "decided_at": "2024-01-31",
    }
    insert(
        warehouse,
        "intermediate.int_identity__crosswalk",
        [{"record_id": "crm:1", "customer_id": "C1"}],
    )
    make("int_profile__survivorship_rules")
    insert(warehouse, "reference.attribute_overrides", [good])
    assert [row["outcome"] for row in make("int_profile__attribute_overrides")] == ["applied"]
    insert(warehouse, "reference.attribute_overrides", [good | change])
    with pytest.raises(duckdb.InvalidInputException) as error:
        make("int_profile__attribute_overrides")
    message = str(error.value)
    assert message.startswith(
        "Invalid Input Error: seeds/reference/attribute_overrides.csv: the row"
    )
    assert expected in message
    assert "\n" not in message
    assert SECRET not in message
