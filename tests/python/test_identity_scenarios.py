"""What becomes of customers, case by case: the scenarios of tests/fixtures/identity side by side in
one warehouse, in as many builds as the longest of them has."""

from __future__ import annotations

import csv
import json
import random
import re
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from scripts import raw_layout
from tests.python.whole_project import ROOT, run_dbt

SCENARIOS: list[dict[str, Any]] = yaml.safe_load(
    (ROOT / "tests" / "fixtures" / "identity" / "scenarios.yml").read_text(encoding="utf-8")
)
NAMES = [scenario["name"] for scenario in SCENARIOS]
N_BUILDS = max(len(scenario["builds"]) for scenario in SCENARIOS)
# The days of the extracts.
DAYS = [date(2024, 1, 1) + timedelta(days=30 * build) for build in range(N_BUILDS)]

BUILD = (
    "build",
    *("--indirect-selection", "cautious", "--select"),
    *("+customer_crosswalk", "+customer_crosswalk_history", "+customer_events"),
    *("+customer_aliases", "+int_identity__contradictions"),
    # The tests that gate the registry are singular.
    *("--exclude", "test_type:unit", "test_type:generic", "path:models/staging,test_type:data"),
)
# What the builds after the first find as it was.
UNCHANGED = ("base_shop__orders", "stg_reference__region_aliases")
FIELDS = {
    "crm": {"id": "id_card_no", "verified": "mobile_verified", "at": "registered_at"},
    "shop": {"name": "real_name", "verified": "mobile_verified", "at": "registered_at"},
    "store": {"id": "id_card_no", "verified": "mobile_verified", "at": "joined_at"},
    "social": {"at": "followed_at"},
    "wecom": {"mobile": "remark_mobile", "at": "added_at"},
}
TABLES = {
    "crm": "customers",
    "shop": "accounts",
    "store": "members",
    "social": "followers",
    "wecom": "contacts",
}
OVERRIDES = "decision,record_id_1,record_id_2,reason,decided_by,decided_at"

Labels = dict[str, set[str]]


class Scenario:
    """The accounts of a scenario as its builds tell them, by values that no other scenario has."""

    def __init__(self, number: int, builds: Sequence[Mapping[str, Any]]) -> None:
        self.number = number
        self.builds = builds

    def told(self, build: int, what: str) -> Any:
        """What the last build up to this one says of it."""
        said = [told[what] for told in self.builds[: build + 1] if what in told]
        return said[-1] if said else None

    def accounts(self, build: int) -> dict[str, dict[str, Any]]:
        """Account and its columns, as of a build."""
        accounts: dict[str, Any] = {}
        for told in self.builds[: build + 1]:
            accounts |= told.get("accounts", {})
        return {name: columns for name, columns in accounts.items() if columns is not None}

    def value(self, text: str) -> str:
        """The value that a short name such as m1 stands for."""
        found = re.fullmatch(r"([mepuon])([1-9])", text)
        if not found:
            return text
        kind, n = found[1], int(found[2])
        if kind == "m":
            return f"137{self.number:02}{30 + n}4906"
        if kind == "e":
            return f"80{self.number:02}47{n}5@qq.com"
        if kind == "p":
            born = date(1980, 1, 2) + timedelta(days=self.number)
            return national_id(f"110105{born:%Y%m%d}{101 + 2 * n}")
        return f"{ {'u': 'union', 'o': 'open', 'n': 'M'}[kind] }{self.number:02}{n}"

    def record_id(self, account: str, columns: Mapping[str, Any]) -> str:
        channel = account.rstrip("0123456789")
        row = self.row(account, columns)
        key = {
            "crm": ["customer_no"],
            "shop": ["platform", "shop_id", "account_id"],
            "store": ["brand", "member_no"],
            "social": ["app_id", "openid"],
            "wecom": ["corp_id", "external_userid", "staff_id"],
        }[channel]
        return f"{channel}:{'.'.join(row[column] for column in key if row.get(column))}"

    def row(self, account: str, columns: Mapping[str, Any]) -> dict[str, str]:
        """The raw row of an account."""
        channel = account.rstrip("0123456789")
        own = f"{self.number:02}{account}"
        keys = {
            "crm": {"customer_no": own},
            "shop": {"platform": "tmall", "shop_id": "s01", "account_id": own},
            "store": {"member_no": own},
            "social": {"openid": own, "app_id": "app1"},
            "wecom": {"external_userid": own, "corp_id": "corp1", "staff_id": "g1"},
        }[channel]
        told = {"at": "2020-01-01", **columns}
        stated = {
            FIELDS[channel].get(name, name): self.value(value)
            for name, value in told.items()
            if name != "identifiers"
        }
        updated = {} if channel == "wecom" else {"updated_at": told["at"]}
        return {**keys, **updated, **stated}

    def identifiers(self, account: str, columns: Mapping[str, Any]) -> list[dict[str, str]]:
        """Rows of crm.identifiers: type, value, scope and the day on which it ended."""
        rows = []
        for text in columns.get("identifiers", []):
            kind, value, scope, ended = (*text.split(), "-", "-")[:4]
            channel, _, key = self.record_id(account, columns).partition(":")
            rows.append(
                {
                    "channel": channel,
                    "record_key": key,
                    "identifier_type": kind,
                    "scope": "" if scope == "-" else scope,
                    "value": self.value(value),
                    "ended_at": "" if ended == "-" else ended,
                }
            )
        return rows

    def labels(self, build: int) -> dict[str, str]:
        """record_id of every account that ever was, and the account."""
        return {
            self.record_id(account, columns): account
            for earlier in range(build + 1)
            for account, columns in self.accounts(earlier).items()
        }

    def overrides(self, build: int) -> list[str]:
        """Rows of the seed."""
        ids = {account: record_id for record_id, account in self.labels(N_BUILDS).items()}
        rows = []
        for n, text in enumerate(self.told(build, "overrides") or []):
            decision, one, other = text.split()
            rows.append(f"{decision},{ids[one]},{ids[other]},asked,li,2024-01-01 08:00:0{n}")
        return rows


def national_id(body: str) -> str:
    """With its check sign (GB 11643)."""
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return body + "10X98765432"[sum(map(int.__mul__, weights, map(int, body))) % 11]


ALL = [Scenario(number, scenario["builds"]) for number, scenario in enumerate(SCENARIOS)]


def write_raw(folder: Path, build: int, order: random.Random) -> None:
    """The extracts of a build, rows in any order."""
    rows: dict[tuple[str, str], list[dict[str, str]]] = {
        **{(channel, table): [] for channel, table in TABLES.items()},
        ("crm", "identifiers"): [],
    }
    for scenario in ALL:
        for account, columns in scenario.accounts(build).items():
            channel = account.rstrip("0123456789")
            rows[channel, TABLES[channel]].append(scenario.row(account, columns))
            rows["crm", "identifiers"] += scenario.identifiers(account, columns)
    documented = {
        (table.channel, table.entity): table.columns
        for table in raw_layout.documented_tables(ROOT / "models" / "staging")
    }
    for (channel, entity), found in rows.items():
        order.shuffle(found)
        path = folder / channel / f"{entity}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, documented[channel, entity], restval="")
            writer.writeheader()
            writer.writerows(found)
    (folder / "_extract.json").write_text(json.dumps({"extracted_on": str(DAYS[build])}))


def copied_project(folder: Path, overrides: Sequence[str]) -> Path:
    """This project by links, but for the decisions of people."""
    project = folder / "project"
    reference = project / "seeds" / "reference"
    if not project.exists():
        reference.mkdir(parents=True)
        for path in ROOT.iterdir():
            if path.name in (".dbtignore", "dbt_project.yml", "models", "macros", "tests"):
                (project / path.name).symlink_to(path)
        for path in (ROOT / "seeds" / "reference").iterdir():
            if path.name != "identity_overrides.csv":
                (reference / path.name).symlink_to(path)
    (reference / "identity_overrides.csv").write_text(
        "\n".join([OVERRIDES, *overrides, ""]), encoding="utf-8"
    )
    return project


def unchanged() -> list[str]:
    """Nodes that every build but the first leaves out."""
    seeds = {path.stem for path in (ROOT / "seeds" / "reference").glob("*.csv")}
    return [*UNCHANGED, *sorted(seeds - {"identity_overrides"})]


class Found:
    """What the warehouse says after each build."""

    def __init__(self) -> None:
        self.builds: list[dict[str, list[tuple[Any, ...]]]] = []

    def read(self, warehouse: Path) -> None:
        queries = {
            "crosswalk": "select record_id, customer_id, strict_customer_id"
            " from main.customer_crosswalk",
            "history": "select record_id, customer_id from main.customer_crosswalk_history"
            " where is_current",
            "events": "select event, customer_id, other_customer_id, cause, changed_on"
            " from main.customer_events",
            "aliases": "select customer_id, current_customer_id from main.customer_aliases",
            "contradictions": "select record_id, outcome"
            " from intermediate.int_identity__contradictions",
        }
        with duckdb.connect(warehouse, read_only=True) as connection:
            self.builds.append(
                {name: connection.execute(sql).fetchall() for name, sql in queries.items()}
            )


def variables(folder: Path) -> dict[str, object]:
    return {"raw": "files", "raw_path": str(folder / "raw"), "probable_matches": False}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("scenarios")


@pytest.fixture(scope="module")
def found(folder: Path) -> Found:
    answer = Found()
    for build in range(N_BUILDS):
        write_raw(folder / "raw", build, random.Random(build))
        overrides = [row for scenario in ALL for row in scenario.overrides(build)]
        project = copied_project(folder, overrides)
        run_dbt(
            folder,
            *(*BUILD, *(unchanged() if build else ())),
            variables=variables(folder),
            project=project,
        )
        answer.read(folder / "warehouse.duckdb")
    return answer


@pytest.mark.parametrize("number", range(len(SCENARIOS)), ids=NAMES)
def test_scenario(number: int, found: Found) -> None:
    scenario = ALL[number]
    letters: dict[str, str] = {}
    for build in range(N_BUILDS):
        accounts = scenario.labels(build)
        rows = found.builds[build]
        customers: Labels = scenario.told(build, "customers")

        placed: Labels = {}
        for record_id, customer_id, strict_id in rows["crosswalk"]:
            if record_id in accounts:
                assert strict_id == customer_id, "nothing here is probable"
                placed.setdefault(customer_id, set()).add(accounts[record_id])
        assert sorted(map(sorted, placed.values())) == sorted(map(sorted, customers.values())), (
            f"build {build + 1}"
        )
        by_account = {name: id_ for id_, names in placed.items() for name in names}
        for letter, names in customers.items():
            known = letters.setdefault(letter, by_account[min(names)])
            assert by_account[min(names)] == known, f"build {build + 1}: {letter} has another id"
        assert len(set(letters.values())) == len(letters), f"build {build + 1}: an id came back"

        of_id = {id_: letter for letter, id_ in letters.items()}
        events = sorted(
            event_text(of_id, *row[:4])
            for row in rows["events"]
            if row[4] == DAYS[build] and row[1] in of_id
        )
        assert events == sorted(expected_events(scenario, build)), f"build {build + 1}"

        aliases = {of_id[old]: of_id.get(new) for old, new in rows["aliases"] if old in of_id}
        assert aliases == (scenario.told(build, "aliases") or {}), f"build {build + 1}"
        assert {row for row in rows["history"] if row[0] in accounts} == {
            row[:2] for row in rows["crosswalk"] if row[0] in accounts
        }
        contradictions = {
            accounts[record_id]: outcome
            for record_id, outcome in rows["contradictions"]
            if record_id in accounts
        }
        expected = scenario.told(build, "contradictions")
        assert expected is None or contradictions == expected, f"build {build + 1}"


def event_text(of_id: Mapping[str, str], event: str, id_: str, other: str, cause: str) -> str:
    """An event as the scenarios write it."""
    joint = {"merged": " into ", "split": " from ", "moved": " from "}.get(event, "")
    return f"{event} {of_id[id_]}{joint}{of_id[other] if joint else ''}: {cause}"


def expected_events(scenario: Scenario, build: int) -> list[str]:
    if build == 0:
        return [f"created {letter}: new_record" for letter in scenario.told(0, "customers")]
    if build >= len(scenario.builds):
        return []
    events: list[str] = scenario.builds[build].get("events", [])
    return events


def test_a_decision_that_cannot_be_obeyed_leaves_the_last_good_crosswalk(
    folder: Path, found: Found
) -> None:
    known = ALL[0].record_id("crm1", ALL[0].accounts(0)["crm1"])
    project = copied_project(folder, [f"must_link,{known},crm:nobody,asked,li,2024-01-01"])
    said = run_dbt(
        folder,
        *("build", "--select", "identity_overrides+,+customer_crosswalk"),
        *("--exclude", "test_type:unit", "test_type:generic"),
        variables=variables(folder),
        project=project,
        fails=True,
    )
    # The line stands where the model fails and again at the end.
    lines = {line.strip() for line in said.splitlines() if "identity_overrides.csv" in line}
    assert lines == {
        f"Invalid Input Error: seeds/reference/identity_overrides.csv: must_link of {known} and"
        " crm:nobody: no extract has or had crm:nobody; correct or remove the row"
    }
    after = Found()
    after.read(folder / "warehouse.duckdb")
    for name in ("crosswalk", "events", "aliases"):
        assert sorted(map(str, after.builds[0][name])) == sorted(
            map(str, found.builds[-1][name])
        ), name


def test_there_are_scenarios_enough_and_each_has_a_name_of_its_own() -> None:
    assert len(SCENARIOS) >= 30
    assert len(set(NAMES)) == len(NAMES)
